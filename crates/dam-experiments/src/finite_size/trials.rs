//! Sections of trials: convergence, basins, adversaries.

use std::collections::{BTreeMap, BTreeSet};

use dam_analysis::half_point;
use dam_core::Streams;

use super::plan::{
    ATTACKED, BASIN_CORRUPTIONS, BASIN_LOADS, CONVERGENCE, HARDEST, PROTOCOLS, STRONG, SUCCESS, SWEEPS, WEAK,
};
use super::statistics::{Draws, bootstrap, gather, mean, slope};
use super::{Cell, FiniteSize, Settings, figures, paper};
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
    let counted =
        |n: usize, d: &Draws, sample: &[usize]| mean(sample, |r| d.0[r].counted()) / (n as f64).ln();
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
    // One constant C for all N, and whether successes take longer at larger N.
    for (setting, theirs) in paper::CONVERGENCE {
        let at: Vec<(usize, &Draws)> =
            rows.iter().filter(|(k, ..)| *k == setting).map(|(_, n, d)| (*n, *d)).collect();
        let constant = |r: usize| at.iter().map(|(n, d)| counted(*n, d, &[r])).fold(0.0, f64::max);
        let (corruption, load) = CONVERGENCE[setting];
        let load = load as f64 / 1e3;
        report.quantity(Quantity::measured(
            format!(
                "tightest C with T ≤ C ln N, failures as {SWEEPS} sweeps: {corruption} % wrong, α = {load}"
            ),
            "experiments: C",
            theirs,
            Summary::of((0..draws).map(constant)),
            2,
        ));
        if setting != HARDEST || at.len() < 2 {
            continue;
        }
        let growth = |sample: &[usize]| {
            let points = at.iter().map(|(n, d)| {
                let of = sample.iter().filter_map(|&r| d.0[r].of_successes());
                ((*n as f64).ln(), Summary::of(of).mean)
            });
            Some(slope(&points.collect::<Vec<_>>())).filter(|s| s.is_finite())
        };
        let successes: Vec<f64> = at.iter().map(|(_, d)| d.sweeps()[1].mean).collect();
        let (least, most) = successes.iter().fold((f64::MAX, 0.0_f64), |(a, b), &t| (a.min(t), b.max(t)));
        let (first, share) = at.first().map_or((0, 0.0), |(n, d)| (*n, 1.0 - d.rate().mean));
        if let Some((slope, interval)) = bootstrap(draws, streams, growth) {
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
    Ok(())
}

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

pub(super) fn basin(
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

pub(super) fn adversary(
    settings: &Settings,
    records: &Records<FiniteSize>,
    streams: Streams,
    report: &mut Report,
) -> Result<(), Error> {
    let all = gather(records, |cell| match *cell {
        Cell::Adversary { protocol, .. } => Some(protocol),
        _ => None,
    });
    if all.is_empty() {
        return Ok(());
    }
    let (n, p, wrong) = ATTACKED;
    let draws = settings.adversary.count;
    let budgets: Vec<f64> = settings.budgets.iter().map(|&rho| rho as f64 / 1e3).collect();
    report.heading("Adversaries");
    report.text(format!(
        "N = {n}, p = {p}, {wrong} % wrong at the start; an adversary that knows the target flips ρN spins every sweep, before it or \
         each at a moment within. Chosen once a sweep and distinct, or afresh at each flip. ρ at which half of the trials succeed, \
         by straight lines between the budgets, of the mean curve; draws whose own curve does not cross within the budgets from \
         {} to {} are left out of the spread. Success allows {:.0} % wrong at the end of a sweep.",
        budgets.first().copied().unwrap_or(0.0),
        budgets.last().copied().unwrap_or(0.0),
        100.0 * (1.0 - SUCCESS)
    ));
    let crossing = |of: &[Draws], sample: &[usize]| {
        half_point(&budgets, &of.iter().map(|d| mean(sample, |r| d.0[r].rate())).collect::<Vec<_>>())
    };
    let single = |of: &[Draws]| Summary::of((0..draws).filter_map(|r| crossing(of, &[r])));
    let rows: Vec<(usize, &Vec<Draws>)> = all.iter().map(|(&k, of)| (k, of)).collect();
    report.table(
        Table::new("adversary_threshold", "Budget ρ at which half of the trials succeed")
            .text("adversary", "adversary", rows.iter().map(|(k, _)| PROTOCOLS[*k].name))
            .interval(
                "rho_half",
                "ρ of the mean curve, bootstrap",
                4,
                0.95,
                rows.iter().map(|(_, of)| bootstrap(draws, streams, |sample| crossing(of, sample))),
            )
            .spread("by_draw", "mean ± sd over draws", 4, rows.iter().map(|(_, of)| single(of)))
            .count("crossing", "draws that cross", rows.iter().map(|(_, of)| single(of).count)),
    );
    let mut table = Table::new("adversary", "Success against the budget ρ, Wilson").text(
        "adversary",
        "adversary",
        rows.iter().map(|(k, _)| PROTOCOLS[*k].name),
    );
    for (at, rho) in settings.budgets.iter().enumerate().filter(|(_, rho)| (120..=190).contains(*rho)) {
        let of = rows.iter().map(|(_, of)| of[at].interval()).collect::<Result<Vec<_>, _>>()?;
        table = table.interval(&format!("rho_{rho}"), &format!("{}", *rho as f64 / 1e3), 2, 0.95, of);
    }
    report.table(table);
    let mut long = Vec::new();
    for (k, of) in &rows {
        long.extend(budgets.iter().zip(of.iter()).map(|(rho, d)| (*k, *rho, d)));
    }
    let wilson = long.iter().map(|r| r.2.interval()).collect::<Result<Vec<_>, _>>()?;
    report.data(
        Table::new("adversary_curves", "Success against the budget, all adversaries")
            .text("adversary", "adversary", long.iter().map(|r| PROTOCOLS[r.0].name))
            .number("rho", "ρ", 3, long.iter().map(|r| r.1))
            .interval("success", "success, Wilson", 3, 0.95, wilson)
            .spread("by_draw", "over draws", 3, long.iter().map(|r| r.2.rate())),
    );
    report.figure(figures::adversary(&budgets, &all));
    report.note(
        "Strong and weak adversaries are not defined in the text at hand. The readings above bracket the paper’s columns; none gives \
         both with one field (F5).",
    );
    // Each column by the reading that comes near it, S1 and I1 of F5.
    for (column, (k, source)) in
        [(STRONG[1], "Table 6, strong"), (WEAK[0], "Table 6, weak")].into_iter().enumerate()
    {
        let Some(of) = all.get(&k) else { continue };
        let name = PROTOCOLS[k].name;
        for (budget, row) in paper::BUDGETS {
            let at = settings.budgets.iter().position(|&rho| rho == budget);
            let ours = at.map_or(Summary::of([]), |at| of[at].rate());
            let name = format!("success at ρ = {}: {name}", budget as f64 / 1e3);
            report.quantity(
                Quantity::measured(name, format!("{source} (F5)"), row[column], ours, 2).fitted("adversary"),
            );
        }
        let curve = paper::BUDGETS.iter().map(|(rho, row)| (*rho as f64 / 1e3, row[column]));
        let (x, y): (Vec<f64>, Vec<f64>) = curve.unzip();
        let name = format!("ρ at which half of the trials succeed: {name}");
        let source = format!("{source}, by straight lines (F5)");
        report.quantity(
            Quantity::measured(name, source, half_point(&x, &y), single(of), 3).fitted("adversary"),
        );
    }
    Ok(())
}
