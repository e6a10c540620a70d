//! Sweeps to retrieval.

use dam_core::Streams;

use super::plan::{CONVERGENCE, HARDEST, SUCCESS, SWEEPS};
use super::statistics::{Draws, bootstrap, gather, mean, slope};
use super::{Cell, FiniteSize, figures, paper};
use crate::harness::Records;
use crate::report::{Quantity, Report, Table};
use crate::{Error, Summary};

pub(super) fn convergence(
    records: &Records<FiniteSize>,
    streams: Streams,
    report: &mut Report,
) -> Result<(), Error> {
    let all = gather(records, |cell| match *cell {
        Cell::Convergence { setting, sites, .. } => Some((setting, sites)),
        _ => None,
    });
    if all.is_empty() {
        return Ok(());
    }
    let rows: Vec<(usize, usize, &Draws)> = all.iter().map(|(&(k, n), draws)| (k, n, &draws[0])).collect();
    let draws = rows.iter().map(|(.., d)| d.0.len()).min().unwrap_or(0);
    report.heading("Sweeps to retrieval");
    report.text(format!(
        "Mean sweeps T until {:.0} % of the spins are right, with every failure counted as {SWEEPS} sweeps as in the paper, and over \
         successes alone; mean ± sd over disorder draws.",
        100.0 * SUCCESS
    ));
    report.table(
        Table::new("convergence", "Sweeps to retrieval")
            .count("corruption_percent", "wrong, %", rows.iter().map(|(k, ..)| CONVERGENCE[*k].0))
            .number("alpha", "α", 3, rows.iter().map(|(k, ..)| CONVERGENCE[*k].1 as f64 / 1e3))
            .count("sites", "N", rows.iter().map(|(_, n, _)| *n))
            .spread("sweeps_counted", "T, failures as 60", 2, rows.iter().map(|(.., d)| d.sweeps()[0]))
            .interval(
                "over_ln_n",
                "T / ln N, bootstrap",
                3,
                0.95,
                rows.iter().map(|(_, n, d)| bootstrap(draws, streams, |sample| Some(counted(*n, d, sample)))),
            )
            .spread("sweeps_of_successes", "T, successes alone", 2, rows.iter().map(|(.., d)| d.sweeps()[1]))
            .interval(
                "success",
                "success, Wilson",
                3,
                0.95,
                rows.iter().map(|(.., d)| d.interval()).collect::<Result<Vec<_>, _>>()?,
            )
            .spread("success_by_draw", "over draws", 3, rows.iter().map(|(.., d)| d.rate())),
    );
    report.figure(figures::convergence(&rows));
    for (setting, theirs) in paper::CONVERGENCE {
        let at: Vec<(usize, &Draws)> =
            rows.iter().filter(|(k, ..)| *k == setting).map(|(_, n, d)| (*n, *d)).collect();
        constant(setting, theirs, &at, draws, report);
        if setting == HARDEST && at.len() >= 2 {
            growth(theirs, &at, draws, streams, report);
        }
    }
    Ok(())
}

/// T / ln N over a sample of draws, failures counted as in the paper.
fn counted(n: usize, d: &Draws, sample: &[usize]) -> f64 {
    mean(sample, |r| d.0[r].counted()) / (n as f64).ln()
}

/// One constant C for all N.
fn constant(setting: usize, theirs: f64, at: &[(usize, &Draws)], draws: usize, report: &mut Report) {
    let constant = |r: usize| at.iter().map(|(n, d)| counted(*n, d, &[r])).fold(0.0, f64::max);
    let (corruption, load) = CONVERGENCE[setting];
    let load = load as f64 / 1e3;
    report.quantity(Quantity::measured(
        format!("tightest C with T ≤ C ln N, failures as {SWEEPS} sweeps: {corruption} % wrong, α = {load}"),
        "experiments: C",
        theirs,
        Summary::of((0..draws).map(constant)),
        2,
    ));
}

/// Whether successes take longer at larger N.
fn growth(theirs: f64, at: &[(usize, &Draws)], draws: usize, streams: Streams, report: &mut Report) {
    let growth_of = |sample: &[usize]| {
        let points = at.iter().map(|(n, d)| {
            let of = sample.iter().filter_map(|&r| d.0[r].of_successes());
            ((*n as f64).ln(), Summary::of(of).mean)
        });
        Some(slope(&points.collect::<Vec<_>>())).filter(|s| s.is_finite())
    };
    let successes: Vec<f64> = at.iter().map(|(_, d)| d.sweeps()[1].mean).collect();
    let (least, most) = successes.iter().fold((f64::MAX, 0.0_f64), |(a, b), &t| (a.min(t), b.max(t)));
    let (first, share) = at.first().map_or((0, 0.0), |(n, d)| (*n, 1.0 - d.rate().mean));
    if let Some((slope, interval)) = bootstrap(draws, streams, growth_of) {
        report.note(format!(
            "The paper’s largest constant, C = {theirs}, is of a mean in which a failure counts as {SWEEPS} sweeps: at N = {first}, \
             {:.0} % of the trials fail, and they alone make {:.2} of our C. Trials that succeed take {least:.1} to {most:.1} \
             sweeps; T grows by {slope:.2} [{:.2}, {:.2}] per unit of ln N there (docs/errata.md, F3).",
            100.0 * share,
            share * SWEEPS as f64 / (first as f64).ln(),
            interval.lower,
            interval.upper
        ));
    }
}
