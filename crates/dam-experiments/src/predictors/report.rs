//! The report: tables, figures, the paper's numbers beside ours.

use super::statistics::{Measured, Realization, measured};
use super::{OnePassModel, OnePassSample, Predictor, Predictors, Settings, Study, figures};
use crate::basin_isolation::{COLUMNS, TABLE_1};
use crate::harness::Records;
use crate::report::{Quantity, Report, Table};
use crate::{Error, Summary};

pub(super) fn report(settings: &Settings, records: &Records<Predictors>) -> Result<Report, Error> {
    let table = measured(Study::Predictors, settings, records);
    let mut report = Report::new("Which patterns of a cubic memory fail, and what it costs to know");
    method(&mut report);
    if !table.is_empty() {
        predictors(&table, &mut report);
        gradient(&table, &mut report);
    }
    if !settings.held_out.is_empty() {
        let [fitted, held_out] =
            [Study::Fitted, Study::HeldOut].map(|study| measured(study, settings, records));
        one_pass(&fitted, &held_out, &mut report)?;
    }
    report.data(per_realization(&table));
    report.data(per_pattern(&table));
    Ok(report)
}

fn method(report: &mut Report) {
    report.heading("Method");
    report.text(
        "M patterns, uniform on the sphere |ξ|² = N; energy E(x) = −(1/3) Σ (x·ξ/N)³; sizes and loads of Table 1 of \
         Petrova, “Can local energy geometry predict per-pattern retrieval reliability in dense associative memories?” \
         A pattern fails if the noiseless synchronous map x ← Proj(Σ m² ξ), started at the pattern, ends with an overlap \
         of 0.9 or less: all noisy trials of a pattern end alike, so this one run has the label. One pass is one step of \
         the map for one pattern, 4 N M operations.",
    );
    report.text(
        "AUC is the area under the ROC curve for failure, ties counted half; every score is signed so that a high one \
         predicts failure. O are the overlaps with the other patterns, I_μ is the basin isolation metric at \
         σ = sqrt(2N)/3, along K random tangent directions unless others are named. ± is the standard deviation over \
         disorder realizations, each with patterns and directions of its own.",
    );
}

fn predictors(table: &[Measured<'_>], report: &mut Report) {
    report.heading("Predictors and their cost");
    report.table(
        Table::new("sizes", "Sizes, and the patterns that fail (mean ± sd)")
            .count("n", "N", table.iter().map(|of| of.row.n))
            .count("m", "M", table.iter().map(|of| of.row.m))
            .count("judged", "patterns judged", table.iter().map(|of| of.row.judged))
            .count("realizations", "realizations", table.iter().map(|of| of.row.realizations))
            .spread("fail_percent", "fail %", 1, table.iter().map(Measured::fail_percent)),
    );
    let all = any_size(table);
    let mut by_size = Table::new("predictors", "AUC for failure of every predictor (mean ± sd)")
        .text("predictor", "predictor", all.iter().map(ToString::to_string))
        .number("passes", "passes", 2, all.iter().map(|predictor| predictor.passes()));
    for of in table {
        let n = of.row.n;
        let aucs = all.iter().map(|&predictor| of.auc(predictor));
        by_size = by_size.spread(&format!("auc_n{n}"), &format!("N = {n}"), 3, aucs);
    }
    report.table(by_size);
    let figure = figures::by_cost(table);
    if !figure.panels.is_empty() {
        report.figure(figure);
    }
    table.iter().for_each(|of| beside_the_paper(of, report));
    report.note(
        "Following the energy downhill tells most: four steps of conjugate gradient, 4.5 passes, rank failures better \
         than the metric I_μ at K = 100 does for ten times the cost (docs/predictors.md).",
    );
}

/// The predictors of all sizes; which K there are depends on the size.
fn any_size(table: &[Measured<'_>]) -> Vec<Predictor> {
    let mut all = Vec::new();
    for predictor in table.iter().flat_map(Measured::predictors) {
        if !all.contains(&predictor) {
            all.push(predictor);
        }
    }
    all
}

/// What Table 1 of the paper has too.
fn beside_the_paper(of: &Measured<'_>, report: &mut Report) {
    let (n, m) = (of.row.n, of.row.m);
    let Some(paper) = TABLE_1.iter().find(|paper| (paper.n, paper.m) == (n, m)) else { return };
    let ours = [
        of.fail_percent(),
        of.auc(Predictor::Isolation { directions: 100 }),
        of.auc(Predictor::MeanOverlap),
        of.auc(Predictor::LargestOverlap),
    ];
    for (k, ours) in ours.into_iter().enumerate().filter(|(_, ours)| ours.count > 0) {
        let (title, digits) = COLUMNS[k];
        let name = format!("{title}, N = {n}");
        report.quantity(Quantity::measured(name, "Table 1", paper.columns[k], ours, digits));
    }
}

fn gradient(table: &[Measured<'_>], report: &mut Report) {
    let rows: Vec<(usize, usize, [Summary; 2])> = table
        .iter()
        .flat_map(|of| of.row.directions.iter().map(|&k| (of.row.n, k, of.against_gradient(k))))
        .collect();
    let figure = figures::by_gradient(table);
    if rows.is_empty() || figure.panels.is_empty() {
        return;
    }
    report.heading("I_μ is the gradient norm");
    report.table(
        Table::new("gradient", "I_μ against the tangent gradient norm |g| over patterns (mean ± sd)")
            .count("n", "N", rows.iter().map(|row| row.0))
            .count("directions", "K", rows.iter().map(|row| row.1))
            .spread("correlation", "correlation", 3, rows.iter().map(|row| row.2[0]))
            .spread("ratio", "I_μ / (σ |g| √(2/πN))", 3, rows.iter().map(|row| row.2[1])),
    );
    report.figure(figure);
    report.note(format!(
        "The parabola of Algorithm 1 has no linear term, and a stored pattern is no stationary point: along a random \
         direction the energy begins with a slope of typical size |g|/√N, and the mean distance of a line from the parabola \
         fitted to its first tenth makes I_μ = {:.2} σ |g| √(2/πN), with a relative error √((π/2 − 1)/K). With the linear \
         term free the AUC falls below 1/2.",
        figures::linear_ratio()
    ));
}

/// Features that the models use: of the overlaps alone, of the first field too, of all.
const USED: [usize; 3] = [4, 12, 21];

fn one_pass(fitted: &[Measured<'_>], held_out: &[Measured<'_>], report: &mut Report) -> Result<(), Error> {
    let sample = |r: &Realization| OnePassSample::new(&r.record.features, &r.failed);
    let known: Result<Vec<_>, _> = fitted.iter().flat_map(|of| &of.all).map(sample).collect();
    let known = known?;
    let models: Result<Vec<_>, _> = USED.iter().map(|&used| OnePassModel::fit(used, &known)).collect();
    let models = models?;
    let held: Vec<(usize, &Realization)> =
        held_out.iter().flat_map(|of| of.all.iter().map(|realization| (of.row.n, realization))).collect();
    let tested: Result<Vec<_>, _> = held.iter().map(|(_, realization)| sample(realization)).collect();
    let tested = tested?;

    report.heading("How much one pass can know");
    let sizes: Vec<String> = fitted
        .iter()
        .map(|of| format!("{} realizations of {} patterns at N = {}", of.all.len(), of.row.judged, of.row.n))
        .collect();
    report.text(format!(
        "Linear models of the failures, fitted to {} and tested on realizations they have not seen: of the overlaps alone \
         (half a pass), of the first field too, and of all 21 numbers that one pass gives. Each number is standardized \
         over the patterns of a realization.",
        sizes.join(", ")
    ));
    let auc = |k: usize| tested.iter().map(|sample| models[k].auc(sample)).collect::<Vec<_>>();
    report.table(
        Table::new("one_pass", "AUC for failure of linear models in realizations held out")
            .count("n", "N", held.iter().map(|held| held.0))
            .count("realization", "realization", held.iter().map(|held| held.1.index))
            .number("fail_percent", "fail %", 1, held.iter().map(|held| held.1.fail_percent()))
            .number("auc_overlaps", "overlaps alone (0.5)", 3, auc(0))
            .number("auc_first_field", "and the first field (0.61)", 3, auc(1))
            .number("auc_one_pass", "all (0.99)", 3, auc(2)),
    );
    Ok(())
}

fn per_realization(table: &[Measured<'_>]) -> Table {
    type Line<'a> = (&'a Measured<'a>, &'a Realization, Predictor);
    let lines: Vec<Line<'_>> = table
        .iter()
        .flat_map(|of| {
            of.all.iter().flat_map(move |r| of.predictors().map(move |predictor| (of, r, predictor)))
        })
        .collect();
    Table::new("realizations", "Every predictor in every disorder realization")
        .count("n", "N", lines.iter().map(|(of, ..)| of.row.n))
        .count("m", "M", lines.iter().map(|(of, ..)| of.row.m))
        .count("judged", "judged", lines.iter().map(|(of, ..)| of.row.judged))
        .count("realization", "realization", lines.iter().map(|(_, r, _)| r.index))
        .number("fail_percent", "fail %", 1, lines.iter().map(|(_, r, _)| r.fail_percent()))
        .text("predictor", "predictor", lines.iter().map(|(.., predictor)| predictor.to_string()))
        .number("passes", "passes", 2, lines.iter().map(|(.., predictor)| predictor.passes()))
        .number("auc", "AUC", 3, lines.iter().map(|(_, r, predictor)| r.auc(*predictor)))
}

fn per_pattern(table: &[Measured<'_>]) -> Table {
    let lines: Vec<(&Measured<'_>, &Realization, usize)> = table
        .iter()
        .flat_map(|of| of.all.iter().flat_map(move |r| (0..r.failed.len()).map(move |mu| (of, r, mu))))
        .collect();
    let mut patterns = Table::new("patterns", "Every pattern judged")
        .count("n", "N", lines.iter().map(|(of, ..)| of.row.n))
        .count("m", "M", lines.iter().map(|(of, ..)| of.row.m))
        .count("realization", "realization", lines.iter().map(|(_, r, _)| r.index))
        .count("pattern", "pattern", lines.iter().map(|&(.., mu)| mu))
        .count("failed", "failed", lines.iter().map(|&(_, r, mu)| usize::from(r.failed[mu])))
        .number("end_overlap", "end overlap", 4, lines.iter().map(|&(_, r, mu)| r.record.end_overlaps[mu]));
    for predictor in any_size(table) {
        let values = lines.iter().map(|&(_, r, mu)| r.values(predictor).map(|values| values[mu]));
        patterns = patterns.number(&predictor.key(), &predictor.to_string(), 5, values);
    }
    patterns
}
