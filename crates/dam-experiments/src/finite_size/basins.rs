//! Success against the share of wrong spins.

use std::collections::{BTreeMap, BTreeSet};

use dam_analysis::half_point;
use dam_core::Streams;

use super::plan::{BASIN_CORRUPTIONS, BASIN_LOADS};
use super::statistics::{Draws, bootstrap, gather, mean};
use super::{Cell, FiniteSize, figures, paper};
use crate::harness::Records;
use crate::report::{Quantity, Report, Table};
use crate::{Error, Summary};

/// The success of every load and corruption at one N, the mean over a sample of draws.
fn curves(all: &BTreeMap<(usize, usize), Vec<Draws>>, sites: usize, sample: &[usize]) -> [Vec<f64>; 3] {
    BASIN_LOADS.map(|load| {
        let draws = &all[&(sites, load)];
        draws.iter().map(|d| mean(sample, |r| d.0[r].rate())).collect()
    })
}

/// Root mean square of ours minus the paper's over its cells, in percentage points.
fn distance(ours: &[Vec<f64>; 3]) -> f64 {
    let mut squares = 0.0;
    for (at, (_, theirs)) in paper::BASIN.iter().enumerate() {
        squares +=
            ours.iter().zip(theirs).map(|(curve, theirs)| (100.0 * curve[at] - theirs).powi(2)).sum::<f64>();
    }
    (squares / (3 * paper::BASIN.len()) as f64).sqrt()
}

pub(super) fn basins(
    records: &Records<FiniteSize>,
    streams: Streams,
    report: &mut Report,
) -> Result<(), Error> {
    let all = gather(records, |cell| match *cell {
        Cell::Basin { load, sites, .. } => Some((sites, load)),
        _ => None,
    });
    let sites: Vec<usize> = all.keys().map(|&(n, _)| n).collect::<BTreeSet<_>>().into_iter().collect();
    let Some(draws) = all.values().map(|of| of[0].0.len()).min() else { return Ok(()) };
    let every: Vec<usize> = (0..draws).collect();
    report.heading("Basins");
    report.text(
        "Success against the share of wrong spins. The paper’s table does not say its N; distances are over its 39 cells up to 45 %, \
         of our mean over draws (its own noise and ours included) and of single draws.",
    );
    let rms = |n: usize| bootstrap(draws, streams, |sample| Some(distance(&curves(&all, n, sample))));
    let single = |n: usize| Summary::of(every.iter().map(|&r| distance(&curves(&all, n, &[r]))));
    report.table(
        Table::new("basin_distance", "Distance from the paper’s table of basins, percentage points rms")
            .count("sites", "N", sites.iter().copied())
            .interval("rms_of_mean", "of the mean, bootstrap", 1, 0.95, sites.iter().map(|&n| rms(n)))
            .spread("rms_of_draws", "of single draws", 1, sites.iter().map(|&n| single(n))),
    );
    let of_mean = |n: &usize| distance(&curves(&all, *n, &every));
    let best = sites.iter().copied().min_by(|a, b| of_mean(a).total_cmp(&of_mean(b))).unwrap_or(0);
    report.note(format!(
        "The paper’s table of basins does not say its N. Of the sizes tried N = {best} is nearest, {:.1} percentage points rms away \
         (F7).",
        of_mean(&best)
    ));
    let shown = if sites.contains(&400) { 400 } else { best };
    let corruptions: Vec<usize> = BASIN_CORRUPTIONS.collect();
    for (k, load) in BASIN_LOADS.into_iter().enumerate() {
        let of = &all[&(shown, load)];
        let theirs = |c: &usize| paper::BASIN.iter().find(|(at, _)| at == c).map(|(_, row)| row[k] / 100.0);
        let wilson = of.iter().map(Draws::interval).collect::<Result<Vec<_>, _>>()?;
        report.table(
            Table::new(format!("basin_{load}"), format!("Success at N = {shown}, α = {}", load as f64 / 1e3))
                .count("corruption_percent", "wrong, %", corruptions.iter().copied())
                .number("paper", "paper", 2, corruptions.iter().map(theirs))
                .interval("success", "ours, Wilson", 3, 0.95, wilson)
                .spread("by_draw", "mean ± sd over draws", 3, of.iter().map(Draws::rate)),
        );
    }
    let mut rows = Vec::new();
    for (&(n, load), of) in &all {
        rows.extend(BASIN_CORRUPTIONS.zip(of).map(|(c, d)| (n, load, c, d)));
    }
    let wilson = rows.iter().map(|r| r.3.interval()).collect::<Result<Vec<_>, _>>()?;
    report.data(
        Table::new("basin", "Success against the share of wrong spins")
            .count("sites", "N", rows.iter().map(|r| r.0))
            .number("alpha", "α", 3, rows.iter().map(|r| r.1 as f64 / 1e3))
            .count("corruption_percent", "wrong, %", rows.iter().map(|r| r.2))
            .interval("success", "success, Wilson", 4, 0.95, wilson)
            .spread("by_draw", "over draws", 4, rows.iter().map(|r| r.3.rate())),
    );
    report.figure(figures::basin(&all));
    compare_basins(&all, shown, &every, report);
    Ok(())
}

/// The paper's table cell by cell, and where single curves fall through one half: the paper's is one curve too.
fn compare_basins(
    all: &BTreeMap<(usize, usize), Vec<Draws>>,
    shown: usize,
    every: &[usize],
    report: &mut Report,
) {
    let at: Vec<f64> = BASIN_CORRUPTIONS.map(|c| c as f64).collect();
    for (k, load) in BASIN_LOADS.into_iter().enumerate() {
        let alpha = load as f64 / 1e3;
        for (&(wrong, row), of) in paper::BASIN.iter().zip(&all[&(shown, load)]) {
            let rates = of.0.iter().map(|tally| 100.0 * tally.rate());
            let name = format!("success (%) from {wrong} % wrong, α = {alpha}, N = {shown}");
            let of = Quantity::measured(name, "table of basins (F7)", row[k], Summary::of(rates), 0);
            report.quantity(of.fitted("N"));
        }
        let theirs: Vec<f64> = paper::BASIN.iter().map(|(_, row)| row[k] / 100.0).collect();
        let ours = every.iter().filter_map(|&r| half_point(&at, &curves(all, shown, &[r])[k]));
        let half = half_point(&at[..theirs.len()], &theirs);
        let name = format!("wrong spins (%) at which half of the trials succeed, α = {alpha}, N = {shown}");
        let source = "table of basins, by straight lines (F7)";
        report.quantity(Quantity::measured(name, source, half, Summary::of(ours), 1).fitted("N"));
    }
}
