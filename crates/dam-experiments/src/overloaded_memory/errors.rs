//! Errors against K and against epochs.

use std::collections::BTreeMap;

use super::record::{Record, Trained};
use super::{Cell, OverloadedMemory, Settings, figures};
use crate::harness::Records;
use crate::report::{Report, Table};
use crate::{Error, Summary};

/// Trainings by (n, K), in the order of realizations.
pub(super) type ByLoad<'a> = BTreeMap<(u32, usize), Vec<&'a Trained>>;

pub(super) fn by_load(records: &Records<OverloadedMemory>) -> ByLoad<'_> {
    let mut all = ByLoad::new();
    for (cell, record) in records {
        if let (&Cell::Training { memories, order, .. }, Record::Trained(trained)) = (cell, record) {
            all.entry((order, memories)).or_default().push(trained);
        }
    }
    all
}

/// In percent.
pub(super) fn percent(of: &[&Trained], share: impl Fn(&Trained) -> Option<f64>) -> Summary {
    Summary::of(of.iter().filter_map(|trained| Some(100.0 * share(trained)?)))
}

pub(super) fn errors(
    settings: &Settings,
    records: &Records<OverloadedMemory>,
    report: &mut Report,
) -> Result<(), Error> {
    let all = by_load(records);
    if all.is_empty() {
        return Ok(());
    }
    report.heading("Errors against the number of memories");
    report.text(
        "For every K, n and draw, several trainings that differ in temperature alone; the one with the least error on the validation \
         images is asked about the test images, once. For the largest K of the preset paper two temperatures stand: that of K = 5500 \
         as it is, and carried over by K^{1/n}. Temperature and epochs move errors more than K does, so a comparison over K at one \
         temperature compares temperatures.",
    );
    let chosen = |of: &[&Trained], value: fn(&Trained) -> f64| Summary::of(of.iter().map(|t| value(t)));
    report.table(
        Table::new("errors", "Errors by order and number of memories, mean ± sd")
            .count("order", "n", all.keys().map(|(n, _)| *n as usize))
            .count("memories", "K", all.keys().map(|(_, k)| *k))
            .count("draws", "draws", all.values().map(Vec::len))
            .spread(
                "temperature",
                "T chosen",
                1,
                all.values().map(|of| chosen(of, |t| t.tries[t.chosen].temperature)),
            )
            .spread(
                "train_percent",
                "training error, %",
                2,
                all.values().map(|of| percent(of, |t| Some(t.train))),
            )
            .spread(
                "validation_percent",
                "validation, %",
                2,
                all.values().map(|of| percent(of, |t| Some(t.tries[t.chosen].validation))),
            )
            .spread("test_percent", "test error, %", 2, all.values().map(|of| percent(of, |t| Some(t.test))))
            .spread(
                "worst_percent",
                "worst T tried, validation, %",
                1,
                all.values().map(|of| percent(of, |t| t.tries.iter().map(|t| t.validation).reduce(f64::max))),
            ),
    );
    tries(&all, report);
    report.figure(figures::errors(settings, &all));
    statements(settings, &all, report);
    report.heading("Errors against epochs (the paper’s Fig. 2)");
    report.figure(figures::curves(settings, &all));
    Ok(())
}

/// All temperatures, as data.
fn tries(all: &ByLoad<'_>, report: &mut Report) {
    let rows: Vec<(u32, usize, usize, usize)> = all
        .iter()
        .flat_map(|(&(n, k), of)| {
            let each = of.iter().enumerate();
            each.flat_map(move |(draw, t)| (0..t.tries.len()).map(move |i| (n, k, draw, i)))
        })
        .collect();
    let at = |&(n, k, draw, i): &(u32, usize, usize, usize)| all[&(n, k)][draw].tries[i];
    report.data(
        Table::new("tries", "Every training")
            .count("order", "n", rows.iter().map(|row| row.0 as usize))
            .count("memories", "K", rows.iter().map(|row| row.1))
            .count("draw", "draw", rows.iter().map(|row| row.2))
            .number("temperature", "T", 3, rows.iter().map(|row| at(row).temperature))
            .number("train_percent", "training error, %", 2, rows.iter().map(|row| 100.0 * at(row).train))
            .number(
                "validation_percent",
                "validation, %",
                2,
                rows.iter().map(|row| 100.0 * at(row).validation),
            ),
    );
}

/// Differences within draws, which share their images.
fn difference(a: &[&Trained], b: &[&Trained]) -> Summary {
    Summary::of(a.iter().zip(b).map(|(a, b)| 100.0 * (a.test - b.test)))
}

/// What the paper says of errors.
fn statements(settings: &Settings, all: &ByLoad<'_>, report: &mut Report) {
    let shown = |s: &Summary| format!("{:+.2} ± {:.2}", s.mean, s.sd);
    let mut rows: Vec<[String; 3]> = Vec::new();
    for &n in &settings.orders {
        let Some(reference) = all.get(&(n, settings.shown)) else { continue };
        for (&(_, k), of) in all.iter().filter(|((order, k), _)| *order == n && *k != settings.shown) {
            let found = difference(of, reference);
            rows.push([
                format!("n = {n}: test error at K = {k} minus that at K = {}", settings.shown),
                "similar (section 3.1, K = 500 … 30,000)".into(),
                shown(&found),
            ]);
        }
    }
    for (a, b) in [(2, 4), (2, 8), (4, 8)] {
        if let (Some(of), Some(other)) = (all.get(&(a, settings.shown)), all.get(&(b, settings.shown))) {
            rows.push([
                format!("K = {}: test error of n = {a} minus that of n = {b}", settings.shown),
                if (a, b) == (4, 8) {
                    "not highly different (Fig. 2)".into()
                } else {
                    "broadly consistent (3.2)".into()
                },
                shown(&difference(of, other)),
            ]);
        }
    }
    report.table(
        Table::new(
            "statements",
            "What the paper says of errors, beside differences within draws in percentage points, mean ± sd",
        )
        .text("quantity", "quantity", rows.iter().map(|row| &*row[0]))
        .text("paper", "the paper", rows.iter().map(|row| &*row[1]))
        .text("ours", "ours", rows.iter().map(|row| &*row[2])),
    );
}
