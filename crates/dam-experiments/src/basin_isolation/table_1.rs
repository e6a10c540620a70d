//! Table 1: over realizations, where its spread comes from, beside the paper and beside an independent reproduction.

use dam_analysis::roc::Interval;
use dam_analysis::theory::{Space, tails::Overlaps};

use super::report::Measured;
use super::statistics::{Prediction, Realization, columns, draw_sd};
use super::{AVERAGE_PRECISION_200, COLUMNS, GAINS, INDEPENDENT, PaperRow, TABLE_1};
use crate::report::{Quantity, Report, Table};
use crate::{Error, Summary};

pub(super) fn report(table: &[Measured<'_>], report: &mut Report) -> Result<(), Error> {
    report.heading("Table 1");
    let all: Vec<[Summary; 5]> = table.iter().map(|row| columns(&row.all)).collect();
    let column = |k: usize| all.iter().map(move |columns| columns[k]);
    let names = ["fail_percent", "auc_isolation", "auc_mean_overlap", "auc_max_overlap", "youden_isolation"];
    let mut rows = Table::new("table_1", "Table 1 over disorder realizations (mean ± sd)")
        .count("n", "N", table.iter().map(|of| of.row.n))
        .count("m", "M", table.iter().map(|of| of.row.m))
        .number("load", "M/N²", 3, table.iter().map(Measured::load))
        .count("judged", "patterns judged", table.iter().map(|of| of.row.judged))
        .count("realizations", "realizations", table.iter().map(|of| of.row.realizations))
        .text("labels", "labels", table.iter().map(Measured::labels));
    for (k, (name, (title, digits))) in names.into_iter().zip(COLUMNS).enumerate() {
        rows = rows.spread(name, title, digits, column(k));
    }
    report.table(rows.spread(
        "average_precision_isolation",
        "AUC-PR(I_μ)",
        3,
        table.iter().map(|of| of.spread(|r| r.predictions.map_or(f64::NAN, |p| p[0].average_precision))),
    ));

    let sampling = |of: &Measured<'_>| of.spread(|r| r.sampling_sd(of.row.m)).mean;
    // 95 % of a normal distribution are 3.92 standard deviations.
    let bootstrap = |of: &Measured<'_>| {
        let square = |i: Interval| ((i.upper - i.lower) / 3.92).powi(2);
        of.spread(|r| r.predictions.map_or(f64::NAN, |p| square(p[0].interval))).mean.sqrt()
    };
    report.table(
        Table::new("spreads", "Standard deviations by source (they overlap)")
            .count("n", "N", table.iter().map(|of| of.row.n))
            .number("fail_percent_sd", "fail %, over realizations", 1, all.iter().map(|c| c[0].sd))
            .number("fail_percent_sampling_sd", "of which choice of patterns", 1, table.iter().map(sampling))
            .number("auc_isolation_sd", "AUC(I_μ), over realizations", 3, all.iter().map(|c| c[1].sd))
            .number(
                "auc_isolation_draw_sd",
                "over draws of all directions",
                3,
                table.iter().map(|of| draw_sd(&of.all)),
            )
            .number(
                "auc_isolation_bootstrap_sd",
                "over patterns (bootstrap)",
                3,
                table.iter().map(bootstrap),
            ),
    );
    report.text(
        "The paper's interval is that of the last column, over patterns. It includes the noise of their directions. It does not \
         include what all patterns of a realization share, and is too narrow where the spread over realizations is wider.",
    );

    for paper in &TABLE_1 {
        let of = table.iter().find(|of| (of.row.n, of.row.m) == (paper.n, paper.m));
        compare(paper, of, report)?;
    }
    if table.iter().any(|of| INDEPENDENT.iter().any(|other| other.n == of.row.n)) {
        report.table(independent(table, &all));
    }
    Ok(())
}

/// The paper's numbers of one row beside ours, if that row was run.
fn compare(paper: &PaperRow, of: Option<&Measured<'_>>, report: &mut Report) -> Result<(), Error> {
    let n = paper.n;
    let none = Summary::of([]);
    let all = of.map_or([none; 5], |of| columns(&of.all));
    // Of some of the patterns a Youden index is larger, being a maximum over cuts, and the ends of an interval lie farther
    // apart; the paper judges all.
    let all_judged = of.is_some_and(|of| of.row.judged == paper.m);
    let of_all = |ours: Summary| if all_judged { ours } else { none };
    for (k, (title, digits)) in COLUMNS.into_iter().enumerate() {
        let name = format!("{title}, N = {n}");
        let ours = if k == YOUDEN { of_all(all[k]) } else { all[k] };
        report.quantity(Quantity::measured(name, "Table 1", paper.columns[k], ours, digits));
    }
    let predicted = |value: fn(&[Prediction; 3]) -> f64| {
        let of_realization = |r: &Realization<'_>| r.predictions.as_ref().map_or(f64::NAN, value);
        of.map_or(none, |of| of.spread(of_realization))
    };
    let ours = [predicted(|p| p[0].interval.lower), predicted(|p| p[0].interval.upper)];
    for ((end, ours), theirs) in ["lower", "upper"].into_iter().zip(ours).zip(paper.interval) {
        let name = format!("{end} end of the 95 % bootstrap interval of AUC(I_μ), N = {n}");
        report.quantity(Quantity::measured(name, "Table 1", theirs, of_all(ours), 2));
    }
    if let Some((_, gain)) = GAINS.into_iter().find(|(size, _)| *size == n) {
        let name = format!("AUC(I_μ) − AUC(mean |O|), N = {n}");
        report.quantity(Quantity::measured(name, "section 3.1", gain, predicted(|p| p[0].auc - p[1].auc), 3));
    }
    let largest = |r: &Realization<'_>| {
        let of = r.patterns.iter().filter_map(|pattern| pattern.overlaps);
        Summary::of(of.map(|overlaps| overlaps.max)).mean
    };
    let name = format!("mean over patterns of max O, √(4 ln N/N) in the paper, N = {n}");
    let formula = (4.0 * (n as f64).ln() / n as f64).sqrt();
    let ours = of.map_or(none, |of| of.spread(largest));
    let exact = Overlaps::new(Space::Sphere, n)?.nearest(((paper.m - 1) as f64).ln())?;
    report.quantity(
        Quantity::measured(name, "section 3.1: its formula", formula, ours, 3).corrected("B6", exact, 3),
    );
    if n == 200 {
        let ours = predicted(|p| p[0].average_precision);
        let name = "AUC-PR(I_μ), N = 200";
        report.quantity(Quantity::measured(name, "section 3.2", AVERAGE_PRECISION_200, ours, 3));
    }
    Ok(())
}

/// The column of [`COLUMNS`] with the Youden index.
const YOUDEN: usize = 4;

/// A number of ours beside that of another reproduction.
struct Beside {
    n: usize,
    title: &'static str,
    ours: Summary,
    /// Realizations, mean, standard deviation.
    theirs: (usize, f64, f64),
}

impl Beside {
    /// The distance of the means in combined standard errors.
    fn apart(&self) -> f64 {
        let (count, mean, sd) = self.theirs;
        (self.ours.mean - mean) / self.ours.standard_error().hypot(sd / (count as f64).sqrt())
    }
}

fn independent(table: &[Measured<'_>], all: &[[Summary; 5]]) -> Table {
    let mut lines: Vec<Beside> = Vec::new();
    for (of, columns) in table.iter().zip(all) {
        let n = of.row.n;
        let Some(other) = INDEPENDENT.iter().find(|other| other.n == n) else { continue };
        for (k, (title, _)) in COLUMNS.into_iter().enumerate() {
            lines.extend(other.columns[k].map(|theirs| Beside { n, title, ours: columns[k], theirs }));
        }
    }
    Table::new("independent", "Ours beside an independent reproduction in NumPy (fail in percent)")
        .count("n", "N", lines.iter().map(|line| line.n))
        .text("quantity", "quantity", lines.iter().map(|line| line.title))
        .spread("ours", "ours", 3, lines.iter().map(|line| line.ours))
        .count("independent_realizations", "independent realizations", lines.iter().map(|line| line.theirs.0))
        .number("independent_mean", "mean", 3, lines.iter().map(|line| line.theirs.1))
        .number("independent_sd", "sd", 3, lines.iter().map(|line| line.theirs.2))
        .number("standard_errors_apart", "standard errors apart", 1, lines.iter().map(Beside::apart))
}
