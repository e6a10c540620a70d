//! Sections of trials: convergence, basins, adversaries.

use super::plan::{ATTACKED, BASIN_CORRUPTIONS, BASIN_LOADS, CONVERGENCE, PROTOCOLS, SUCCESS};
use super::statistics::{Draws, gather, half};
use super::{Cell, FiniteSize, Settings, figures, paper};
use crate::harness::Records;
use crate::report::{Quantity, Report, Table};
use crate::{Error, Summary};

pub(super) fn convergence(records: &Records<FiniteSize>, report: &mut Report) -> Result<(), Error> {
    let all = gather(records, |cell| match *cell {
        Cell::Convergence { setting, sites, .. } => Some((setting, sites)),
        _ => None,
    });
    if all.is_empty() {
        return Ok(());
    }
    let rows: Vec<(usize, usize, &Draws)> = all.iter().map(|(&(k, n), draws)| (k, n, &draws[0])).collect();
    report.heading("Sweeps to retrieval");
    report.text(
        "Mean sweeps until 95 % of the spins are right, with every failure counted as 60 sweeps as in the paper, and over successes \
         alone; mean ± sd over disorder draws.",
    );
    let intervals = rows.iter().map(|(.., draws)| draws.interval()).collect::<Result<Vec<_>, _>>()?;
    report.table(
        Table::new("convergence", "Sweeps to retrieval")
            .count("corruption_percent", "wrong, %", rows.iter().map(|(k, ..)| CONVERGENCE[*k].0))
            .number("alpha", "α", 3, rows.iter().map(|(k, ..)| CONVERGENCE[*k].1 as f64 / 1e3))
            .count("sites", "N", rows.iter().map(|(_, n, _)| *n))
            .spread("sweeps_counted", "T, failures as 60", 2, rows.iter().map(|(.., d)| d.sweeps()[0]))
            .number(
                "over_ln_n",
                "T / ln N",
                3,
                rows.iter().map(|(_, n, d)| d.sweeps()[0].mean / (*n as f64).ln()),
            )
            .spread("sweeps_of_successes", "T, successes alone", 2, rows.iter().map(|(.., d)| d.sweeps()[1]))
            .interval("success", "success", 3, 0.95, intervals),
    );
    report.figure(figures::convergence(&rows));
    for (setting, theirs) in paper::CONVERGENCE {
        let (corruption, load) = CONVERGENCE[setting];
        let of = |counted: bool| {
            let draws = rows.iter().map(|(.., d)| d.0.len()).min().unwrap_or(0);
            let constant = |r: usize| {
                let at = rows.iter().filter(|(k, ..)| *k == setting);
                let t = |d: &Draws| if counted { Some(d.0[r].counted()) } else { d.0[r].of_successes() };
                at.filter_map(|(_, n, d)| Some(t(d)? / (*n as f64).ln())).fold(0.0, f64::max)
            };
            Summary::of((0..draws).map(constant))
        };
        let name = format!("{corruption} % wrong, α = {}", load as f64 / 1e3);
        report.quantity(Quantity {
            name: format!("tightest C with T ≤ C ln N, failures as 60 sweeps: {name}"),
            source: "experiments: C".into(),
            paper: Some(theirs),
            ours: of(true),
            digits: 2,
        });
        report.quantity(Quantity {
            name: format!("the same over successes alone: {name}"),
            source: "not in the paper".into(),
            paper: None,
            ours: of(false),
            digits: 2,
        });
    }
    Ok(())
}

/// Root mean square of rate − paper over the paper's cells, in percentage points.
fn distance(curves: [&[f64]; 3]) -> f64 {
    let squares = paper::BASIN.iter().enumerate().flat_map(|(k, (_, theirs))| {
        curves
            .iter()
            .zip(theirs)
            .map(move |(ours, theirs)| (100.0 * ours[k] - theirs).powi(2))
            .collect::<Vec<_>>()
    });
    (squares.sum::<f64>() / (3 * paper::BASIN.len()) as f64).sqrt()
}

pub(super) fn basin(records: &Records<FiniteSize>, report: &mut Report) -> Result<(), Error> {
    let all = gather(records, |cell| match *cell {
        Cell::Basin { load, sites, .. } => Some((sites, load)),
        _ => None,
    });
    if all.is_empty() {
        return Ok(());
    }
    report.heading("Basins");
    let sites: Vec<usize> =
        all.keys().map(|&(sites, _)| sites).collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    let curves = |n: usize| BASIN_LOADS.map(|load| &all[&(n, load)]);
    let means = |n: usize| curves(n).map(|draws| draws.iter().map(|d| d.rate().mean).collect::<Vec<f64>>());
    let of_draw =
        |n: usize, r: usize| curves(n).map(|draws| draws.iter().map(|d| d.0[r].rate()).collect::<Vec<f64>>());
    let rms = |[a, b, c]: [Vec<f64>; 3]| distance([&a, &b, &c]);
    let draws_of = |n: usize| curves(n)[0][0].0.len();
    let single = |n: usize| Summary::of((0..draws_of(n)).map(|r| rms(of_draw(n, r))));
    report.text(
        "Success against the share of wrong spins. The paper's table does not say its N; distances are over its 39 cells up to 45 %, \
         of our mean over draws and of single draws.",
    );
    report.table(
        Table::new("basin_distance", "Distance from the paper's table of basins, percentage points")
            .count("sites", "N", sites.iter().copied())
            .number("rms_of_mean", "rms, mean over draws", 1, sites.iter().map(|&n| rms(means(n))))
            .spread("rms_of_draws", "rms, single draws", 1, sites.iter().map(|&n| single(n))),
    );
    let mut best: Vec<usize> = sites.clone();
    best.sort_by(|&a, &b| rms(means(a)).total_cmp(&rms(means(b))));
    let shown = if sites.contains(&400) { 400 } else { best[0] };
    for (k, load) in BASIN_LOADS.into_iter().enumerate() {
        let draws = &all[&(shown, load)];
        let corruptions: Vec<usize> = BASIN_CORRUPTIONS.collect();
        let theirs = |c: &usize| paper::BASIN.iter().find(|(at, _)| at == c).map(|(_, row)| row[k] / 100.0);
        report.table(
            Table::new(
                format!("basin_{load}"),
                format!(
                    "Success at N = {shown}, α = {}; the best N of the scan is {}",
                    load as f64 / 1e3,
                    best[0]
                ),
            )
            .count("corruption_percent", "wrong, %", corruptions.iter().copied())
            .number("paper", "paper", 2, corruptions.iter().map(theirs))
            .interval(
                "success",
                "ours, Wilson",
                3,
                0.95,
                draws.iter().map(Draws::interval).collect::<Result<Vec<_>, _>>()?,
            )
            .spread("by_draw", "mean ± sd over draws", 3, draws.iter().map(Draws::rate)),
        );
    }
    let mut rows = Vec::new();
    for (&(n, load), draws) in &all {
        rows.extend(BASIN_CORRUPTIONS.zip(draws).map(|(c, d)| (n, load, c, d)));
    }
    report.data(
        Table::new("basin", "Success against the share of wrong spins")
            .count("sites", "N", rows.iter().map(|r| r.0))
            .number("alpha", "α", 3, rows.iter().map(|r| r.1 as f64 / 1e3))
            .count("corruption_percent", "wrong, %", rows.iter().map(|r| r.2))
            .interval(
                "success",
                "success",
                4,
                0.95,
                rows.iter().map(|r| r.3.interval()).collect::<Result<Vec<_>, _>>()?,
            )
            .spread("by_draw", "over draws", 4, rows.iter().map(|r| r.3.rate())),
    );
    report.figure(figures::basin(&all));
    report.quantity(Quantity {
        name: format!(
            "distance from the paper's table of basins at N = {shown}, percentage points rms, single draws"
        ),
        source: "0 where all cells agree".into(),
        paper: None,
        ours: single(shown),
        digits: 1,
    });
    // Where single curves fall through one half: the paper's is one curve too.
    for (k, load) in BASIN_LOADS.into_iter().enumerate() {
        let at: Vec<f64> = BASIN_CORRUPTIONS.map(|c| c as f64).collect();
        let crossing = |rates: Vec<f64>| half(&at, &rates);
        let theirs: Vec<f64> = paper::BASIN.iter().map(|(_, row)| row[k] / 100.0).collect();
        let ours = (0..draws_of(shown)).filter_map(|r| crossing(of_draw(shown, r)[k].clone()));
        report.quantity(Quantity {
            name: format!(
                "wrong spins (%) at which half of the trials succeed, α = {}, N = {shown}",
                load as f64 / 1e3
            ),
            source: "table of basins".into(),
            paper: half(&at[..theirs.len()], &theirs),
            ours: Summary::of(ours),
            digits: 1,
        });
    }
    Ok(())
}

pub(super) fn adversary(
    settings: &Settings,
    records: &Records<FiniteSize>,
    report: &mut Report,
) -> Result<(), Error> {
    let all = gather(records, |cell| match *cell {
        Cell::Adversary { protocol, .. } => Some(protocol),
        _ => None,
    });
    if all.is_empty() {
        return Ok(());
    }
    report.heading("Adversaries");
    let (n, p, wrong) = ATTACKED;
    report.text(format!(
        "N = {n}, p = {p}, {wrong} % wrong at the start; an adversary that knows the target flips ρN spins every sweep, before it or \
         each at a moment within. Chosen once a sweep and distinct, or afresh at each flip. ρ at which half of the trials succeed, \
         by straight lines between the budgets; success allows {:.0} % wrong at the end of a sweep.",
        100.0 * (1.0 - SUCCESS)
    ));
    let budgets: Vec<f64> = settings.budgets.iter().map(|&rho| rho as f64 / 1e3).collect();
    let threshold = |draws: &[Draws]| {
        let of_draw = |r: usize| half(&budgets, &draws.iter().map(|d| d.0[r].rate()).collect::<Vec<_>>());
        Summary::of((0..draws[0].0.len()).filter_map(of_draw))
    };
    let rows: Vec<(usize, &Vec<Draws>)> = all.iter().map(|(&k, draws)| (k, draws)).collect();
    report.table(
        Table::new("adversary_threshold", "Budget ρ at which half of the trials succeed")
            .text("adversary", "adversary", rows.iter().map(|(k, _)| PROTOCOLS[*k].name))
            .count("draws", "draws that cross", rows.iter().map(|(_, d)| threshold(d).count))
            .spread("rho_half", "ρ (mean ± sd)", 4, rows.iter().map(|(_, d)| threshold(d))),
    );
    let mut table = Table::new("adversary", "Success against the budget ρ").text(
        "adversary",
        "adversary",
        rows.iter().map(|(k, _)| PROTOCOLS[*k].name),
    );
    for (at, rho) in settings.budgets.iter().enumerate().filter(|(_, rho)| (120..=200).contains(*rho)) {
        let of = rows.iter().map(|(_, draws)| draws[at].interval()).collect::<Result<Vec<_>, _>>()?;
        let means: Vec<f64> = of.iter().flatten().map(|(mean, _)| *mean).collect();
        table = table.number(&format!("rho_{rho}"), &format!("{}", *rho as f64 / 1e3), 2, means);
    }
    report.table(table);
    let mut long = Vec::new();
    for (k, draws) in &rows {
        long.extend(budgets.iter().zip(draws.iter()).map(|(rho, d)| (*k, *rho, d)));
    }
    report.data(
        Table::new("adversary_curves", "Success against the budget, all adversaries")
            .text("adversary", "adversary", long.iter().map(|r| PROTOCOLS[r.0].name))
            .number("rho", "ρ", 3, long.iter().map(|r| r.1))
            .interval(
                "success",
                "success",
                3,
                0.95,
                long.iter().map(|r| r.2.interval()).collect::<Result<Vec<_>, _>>()?,
            )
            .spread("by_draw", "over draws", 3, long.iter().map(|r| r.2.rate())),
    );
    report.figure(figures::adversary(&budgets, &all));
    let theirs = |of: fn(&(usize, f64, f64)) -> f64| {
        let (x, y): (Vec<f64>, Vec<f64>) =
            paper::BUDGETS.iter().map(|row| (row.0 as f64 / 1e3, of(row))).unzip();
        half(&x, &y)
    };
    for (k, draws) in &rows {
        let column = match *k {
            0 | 1 => Some(("Table 6, strong", theirs(|row| row.1))),
            8 | 9 => Some(("Table 6, weak", theirs(|row| row.2))),
            _ => None,
        };
        if let Some((source, paper)) = column {
            report.quantity(Quantity {
                name: format!("ρ at which half of the trials succeed: {}", PROTOCOLS[*k].name),
                source: source.into(),
                paper,
                ours: threshold(draws),
                digits: 3,
            });
        }
    }
    Ok(())
}
