//! Errors against K and against epochs.

use std::collections::BTreeMap;

use super::plan::{Tries, WARMER};
use super::record::{Record, Trained};
use super::{Cell, OverloadedMemory, Settings, figures};
use crate::harness::Records;
use crate::report::{Quantity, Report, Table};
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
    published(settings, &all, report);
    if all.is_empty() {
        return Ok(());
    }
    report.heading("Errors against the number of memories");
    report.text(
        "For every K, n and draw, several trainings that differ in temperature alone; the one with the least error on the validation \
         images is asked about the test images, once. Rows of unlike K also differ in epochs and in the number of temperatures tried; \
         where the lowest or highest temperature was chosen, a better one may lie beyond.",
    );
    let from = settings.errors.iter().filter_map(|row| match row.tries {
        Tries::CarriedFrom(from) => Some((row.memories, from)),
        Tries::Factors(_) => None,
    });
    for (memories, from) in from {
        report.text(format!(
            "K = {memories} is trained at two temperatures only: the first that is tried at K = {from} and {} times it, carried over by \
             K^{{1/n}}.",
            WARMER
        ));
    }
    let chosen = |of: &[&Trained], value: fn(&Trained) -> f64| Summary::of(of.iter().map(|t| value(t)));
    report.table(
        Table::new("errors", "Errors by order and number of memories, mean ± sd")
            .count("order", "n", all.keys().map(|(n, _)| *n as usize))
            .count("memories", "K", all.keys().map(|(_, k)| *k))
            .count("draws", "draws", all.values().map(Vec::len))
            .count("epochs", "epochs", all.keys().map(|(_, k)| settings.row(*k).map_or(0, |row| row.epochs)))
            .count("tried", "T tried", all.values().map(|of| of[0].tries.len()))
            .spread(
                "temperature",
                "T chosen",
                1,
                all.values().map(|of| chosen(of, |t| t.choice().temperature)),
            )
            .number("at_an_end", "an end chosen, share", 2, all.values().map(|of| at_an_end(of)))
            .spread(
                "train_percent",
                "training error, %",
                2,
                all.values().map(|of| percent(of, |t| Some(t.choice().train))),
            )
            .spread(
                "validation_percent",
                "validation, %",
                2,
                all.values().map(|of| percent(of, |t| Some(t.choice().validation))),
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
    let figure = if settings.is_papers() { " (the paper’s Fig. 2)" } else { "" };
    report.heading(format!("Errors against epochs{figure}"));
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

/// The share of draws in which the lowest or highest temperature was chosen; none where there are but two.
fn at_an_end(of: &[&Trained]) -> Option<f64> {
    let is_end = |t: &&&Trained| {
        let all = || t.tries.iter().map(|t| t.temperature);
        let chosen = t.choice().temperature;
        all().all(|other| other >= chosen) || all().all(|other| other <= chosen)
    };
    let inner = of.iter().all(|t| t.tries.len() > 2);
    inner.then(|| of.iter().filter(is_end).count() as f64 / of.len() as f64)
}

/// A training whose memories have not learned: it errs in more than half of its own images.
pub(super) fn failed(t: &Trained) -> bool {
    t.choice().train > 0.5
}

/// Differences within draws, which share their images, where both have learned.
fn difference(a: &[&Trained], b: &[&Trained]) -> Summary {
    let learned = a.iter().zip(b).filter(|(a, b)| !failed(a) && !failed(b));
    Summary::of(learned.map(|(a, b)| 100.0 * (a.test - b.test)))
}

/// What the paper says of errors in words, as numbers: no difference, where it calls them similar.
fn published(settings: &Settings, all: &ByLoad<'_>, report: &mut Report) {
    let between = |a: (u32, usize), b: (u32, usize)| match (all.get(&a), all.get(&b)) {
        (Some(a), Some(b)) if settings.is_papers() => difference(a, b),
        _ => Summary::of([]),
    };
    for n in [2, 4, 8] {
        for k in [500, 30_000] {
            let name = format!("test error (%) at K = {k} minus that at K = 5500, n = {n}");
            let ours = between((n, k), (n, 5500));
            report.quantity(Quantity::measured(
                name,
                "section 3.1, in words: similar, read as 0",
                0.0,
                ours,
                1,
            ));
        }
    }
    for (a, b, source) in [
        (4, 8, "Figure 2, in words: not highly different, read as 0"),
        (2, 4, "section 3.2, in words: broadly consistent, read as 0"),
    ] {
        let name = format!("test error (%) of n = {a} minus that of n = {b}, K = 5500");
        report.quantity(Quantity::measured(name, source, 0.0, between((a, 5500), (b, 5500)), 1));
    }
}

/// What the paper says of errors.
fn statements(settings: &Settings, all: &ByLoad<'_>, report: &mut Report) {
    let shown = |s: &Summary| match s.count {
        0 => "–".into(),
        1 => format!("{:+.2} (one draw)", s.mean),
        _ => format!("{:+.2} ± {:.2}", s.mean, s.sd),
    };
    let mut rows: Vec<[String; 3]> = Vec::new();
    for &n in &settings.orders {
        let Some(reference) = all.get(&(n, settings.shown)) else { continue };
        for (&(_, k), of) in all.iter().filter(|((order, k), _)| *order == n && *k != settings.shown) {
            let found = difference(of, reference);
            rows.push([
                format!("n = {n}: test error at K = {k} minus that at K = {}", settings.shown),
                if (500..=30_000).contains(&k) { "similar (section 3.1)".into() } else { "–".into() },
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
    let unlearned = all.iter().filter(|(_, of)| of.iter().any(|t| failed(t)));
    let names: Vec<String> = unlearned.map(|((n, k), _)| format!("n = {n}, K = {k}")).collect();
    if !names.is_empty() {
        report.note(format!(
            "Not learned at any temperature that was tried, in some draw: {}. Means of these rows are of no use; differences and the figure of errors against K leave such \
             draws out.",
            names.join("; ")
        ));
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
