//! Spins flipped on purpose.

use std::collections::BTreeMap;

use dam_analysis::half_point;
use dam_core::Streams;

use super::plan::{ATTACKED, PROTOCOLS, STRONG, SUCCESS, WEAK};
use super::statistics::{Draws, bootstrap, gather, mean};
use super::{Cell, FiniteSize, Settings, figures, paper};
use crate::harness::Records;
use crate::report::{Quantity, Report, Table};
use crate::{Error, Summary};

pub(super) fn adversaries(
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
    let crossing = |of: &[Draws], sample: &[usize]| crossing(&budgets, of, sample);
    let single = |of: &[Draws]| single(&budgets, of, draws);
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
    compare_columns(settings, &budgets, &all, report);
    Ok(())
}

/// The budget at which half of the trials succeed, over a sample of draws.
fn crossing(budgets: &[f64], of: &[Draws], sample: &[usize]) -> Option<f64> {
    half_point(budgets, &of.iter().map(|d| mean(sample, |r| d.0[r].rate())).collect::<Vec<_>>())
}

/// The same of every draw alone.
fn single(budgets: &[f64], of: &[Draws], draws: usize) -> Summary {
    Summary::of((0..draws).filter_map(|r| crossing(budgets, of, &[r])))
}

/// Each column of the paper by the reading that comes near it, S1 and I1 of F5.
fn compare_columns(
    settings: &Settings,
    budgets: &[f64],
    all: &BTreeMap<usize, Vec<Draws>>,
    report: &mut Report,
) {
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
            Quantity::measured(
                name,
                source,
                half_point(&x, &y),
                single(budgets, of, settings.adversary.count),
                3,
            )
            .fitted("adversary"),
        );
    }
}
