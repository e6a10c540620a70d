//! Coverage in tables and a figure.

use dam_analysis::Proportion;
use dam_analysis::roc::Interval;

use super::{Cell, Coverage, LEVEL, METHODS, Settings, Tally};
use crate::Error;
use crate::figure::{Axis, Figure, Guide, Mark, Panel, Series};
use crate::harness::{Experiment, Records};
use crate::report::{Report, Table};

/// All data sets of one AUC and class sizes.
struct Row {
    cell: Cell,
    tally: Tally,
}

pub(super) fn report(settings: &Settings, records: &Records<Coverage>) -> Result<Report, Error> {
    let firsts = Coverage.cells(settings).into_iter().filter(|cell| cell.chunk == 0);
    let rows: Vec<Row> = firsts
        .map(|cell| {
            let chunks = records.range(cell.clone()..=Cell { chunk: usize::MAX, ..cell.clone() });
            let tally = chunks.fold(Tally::default(), |sum, (_, tally)| sum.and(tally));
            Row { cell, tally }
        })
        .collect();
    let mut report = Report::new("How often 95 % intervals of the AUC cover it");
    report.heading("Method");
    report.text(format!(
        "Scores of negatives are normal, those of positives normal with another mean; both have variance 1, so that the \
         AUC is known. For each AUC and class sizes {} data sets are drawn, and of each the intervals of nominal coverage \
         {:.0} %: percentile and BCa from {} bootstrap resamples within the classes, DeLong's and logit-DeLong from his \
         variance. Brackets are 95 % Wilson intervals of the coverage, from the number of data sets.",
        settings.sets,
        100.0 * LEVEL,
        settings.resamples
    ));
    report.heading("Coverage");
    report.table(table(&rows)?);
    report.figure(figure(&rows));
    report.note(
        "A data set that separates its classes has the interval [1, 1] or none, and counts as not covered.",
    );
    Ok(report)
}

fn coverage(row: &Row, method: usize) -> Proportion {
    Proportion { successes: row.tally.covered[method], trials: row.tally.sets }
}

fn table(rows: &[Row]) -> Result<Table, Error> {
    let mut table = Table::new("coverage", "Coverage of the true AUC in percent")
        .number("auc", "AUC", 2, rows.iter().map(|row| row.cell.auc_percent as f64 / 100.0))
        .count("positives", "positives", rows.iter().map(|row| row.cell.positives))
        .count("negatives", "negatives", rows.iter().map(|row| row.cell.negatives))
        .count("sets", "data sets", rows.iter().map(|row| row.tally.sets))
        .count("separated", "separated", rows.iter().map(|row| row.tally.separated));
    for (k, method) in METHODS.into_iter().enumerate() {
        let percent = |row: &Row| -> Result<_, Error> {
            let of = coverage(row, k);
            let Interval { lower, upper, level } = of.wilson(0.95)?;
            let interval = Interval { lower: 100.0 * lower, upper: 100.0 * upper, level };
            Ok(Some((100.0 * of.fraction(), interval)))
        };
        let of_rows: Result<Vec<_>, Error> = rows.iter().map(percent).collect();
        let name = method.to_lowercase().replace('-', "_");
        table = table.interval(&format!("{name}_percent"), &format!("{method} (%)"), 1, 0.95, of_rows?);
    }
    Ok(table)
}

/// Coverage against the size of classes of equal size, one panel for each AUC.
fn figure(rows: &[Row]) -> Figure {
    let balanced: Vec<&Row> = rows.iter().filter(|row| row.cell.positives == row.cell.negatives).collect();
    let mut aucs: Vec<usize> = balanced.iter().map(|row| row.cell.auc_percent).collect();
    aucs.dedup();
    // One scale for all panels.
    let lowest = balanced.iter().flat_map(|row| (0..METHODS.len()).map(|k| coverage(row, k).fraction()));
    let lowest = (20.0 * lowest.fold(LEVEL, f64::min) - 0.5).floor().max(0.0) * 5.0;
    let panel = |auc_percent: usize| {
        let series = |(k, method): (usize, &str)| {
            let of_auc = balanced.iter().filter(|row| row.cell.auc_percent == auc_percent);
            let points = of_auc.map(|row| {
                let (of, sets) = (coverage(row, k), row.tally.sets as f64);
                let error = (of.fraction() * (1.0 - of.fraction()) / sets).sqrt();
                // Side by side.
                let shift = 1.0 + 0.05 * (k as f64 - 1.5);
                [shift * row.cell.positives as f64, 100.0 * of.fraction(), 100.0 * error]
            });
            Series { label: method.into(), points: points.collect(), mark: Mark::Joined }
        };
        Panel {
            title: format!("AUC = {:.2}", auc_percent as f64 / 100.0),
            x: Axis::log("samples of each class"),
            y: Axis::linear("coverage (%)").within(lowest, 100.0),
            series: METHODS.into_iter().enumerate().map(series).collect(),
            guides: vec![Guide::Horizontal(100.0 * LEVEL, String::new())],
            ..Panel::default()
        }
    };
    Figure {
        name: "coverage".into(),
        caption: "Coverage of the true AUC by intervals of nominal 95 % (dashed), classes of equal size. Bars: binomial \
                  standard error. Points are moved sideways to tell them apart."
            .into(),
        columns: 2,
        panels: aucs.into_iter().map(panel).collect(),
    }
}
