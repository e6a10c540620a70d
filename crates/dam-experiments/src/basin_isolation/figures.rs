//! The figures, from rows that were measured.

use dam_analysis::roc::RocPoint;

use super::report::Measured;
use super::statistics::{Realization, columns, score};
use super::{Model, PatternRecord, RETRIEVED, paper_scale, scales};
use crate::figure::{Axis, Figure, Guide, Mark, Panel, Series};
use crate::{Error, Summary};

/// The scores in the order of the paper's figures, with their axes.
const PREDICTORS: [(usize, &str, &str); 3] =
    [(0, "I_μ", "I_μ (energy)"), (2, "max O", "largest overlap max O"), (1, "mean |O|", "mean overlap |O|")];

/// (mean, standard deviation) for a mark with error bars; one realization has none.
fn bar(x: f64, of: Summary) -> Option<[f64; 3]> {
    let sd = if of.count > 1 { of.sd } else { 0.0 };
    of.mean.is_finite().then_some([x, of.mean, sd])
}

/// Figure 1: p_μ and the end overlap against each predictor, and its distribution for patterns that fail and that do not.
pub(super) fn predictors(of: &Measured<'_>) -> Figure {
    let (n, m) = (of.row.n, of.row.m);
    let Some(first) = of.all.first() else { return Figure::default() };
    let panels = |y: Axis, value: &dyn Fn(&PatternRecord) -> f64| {
        PREDICTORS.map(|(k, _, label)| {
            let points = first.patterns.iter().map(|r| [score(k)(r), value(r), 0.0]).collect();
            Panel {
                x: Axis::linear(label),
                y: y.clone(),
                series: vec![Series::new("", Mark::Points, points)],
                ..Panel::default()
            }
        })
    };
    let split = PREDICTORS.map(|(k, _, label)| Panel {
        x: Axis::linear(label),
        y: Axis::linear("patterns per bin"),
        series: histograms(first, score(k)),
        ..Panel::default()
    });
    let reliability =
        panels(Axis::linear("reliability p_μ").within(-0.05, 1.05), &|r| r.reliability(first.noisy));
    let ends = panels(Axis::linear("end overlap, noiseless"), &|r| r.end_overlap);
    Figure {
        name: "figure_1".into(),
        caption: format!(
            "Figure 1. N = {n}, M = {m}, first realization: reliability p_μ ({}), end overlap of the run without noise, \
             and histograms split by outcome, against I_μ, the largest and the mean overlap.",
            if first.noisy { "the noisy trials run until decided" } else { "0 or 1 by the noiseless run" }
        ),
        columns: 3,
        panels: reliability.into_iter().chain(ends).chain(split).collect(),
    }
}

fn histograms(of: &Realization<'_>, score: fn(&PatternRecord) -> f64) -> Vec<Series> {
    let values: Vec<f64> = of.patterns.iter().map(|r| score(r)).collect();
    [(false, "retrieved"), (true, "failed")]
        .into_iter()
        .map(|(failed, label)| {
            let chosen = values.iter().zip(&of.failed).filter(|(_, f)| **f == failed).map(|(&v, _)| v);
            Series::new(label, Mark::Bars, histogram(&values, chosen, 30, |count| count))
        })
        .filter(|series| series.points.iter().any(|p| p[1] > 0.0))
        .collect()
}

/// (left edge, height, width) of `bins` equal bins over the range of `all`.
fn histogram(
    all: &[f64],
    chosen: impl Iterator<Item = f64>,
    bins: usize,
    height: impl Fn(f64) -> f64,
) -> Vec<[f64; 3]> {
    let low = all.iter().copied().fold(f64::INFINITY, f64::min);
    let high = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // A distribution on one point still has a width to be drawn.
    let width = if high > low { (high - low) / bins as f64 } else { 1e-3 };
    let mut counts = vec![0.0; bins];
    for value in chosen {
        counts[(((value - low) / width) as usize).min(bins - 1)] += 1.0;
    }
    counts.into_iter().enumerate().map(|(k, c)| [low + k as f64 * width, height(c), width]).collect()
}

/// Figure 2: ROC curves at every size, averaged over realizations.
pub(super) fn roc(table: &[Measured<'_>]) -> Figure {
    let panels = table.iter().map(|of| {
        let labelled = PREDICTORS.map(|(k, name, _)| {
            let curves: Vec<Vec<RocPoint>> =
                of.all.iter().filter_map(|r| Some(r.scored(score(k))?.roc_curve())).collect();
            let at = |fpr: f64| bar(fpr, Summary::of(curves.iter().map(|curve| tpr(curve, fpr))));
            let points = (0..=50).filter_map(|j| at(f64::from(j) / 50.0)).collect();
            let mark = if k == 0 { Mark::Band } else { Mark::Line };
            let auc = columns(&of.all)[k + 1].mean;
            Series::new(format!("{name}, AUC {auc:.3}"), mark, points)
        });
        Panel {
            title: format!("N = {}, M = {}", of.row.n, of.row.m),
            x: Axis::linear("false positive rate").within(0.0, 1.0),
            y: Axis::linear("true positive rate").within(0.0, 1.0),
            series: labelled.into_iter().filter(|s| !s.points.is_empty()).collect(),
            guides: vec![Guide::Diagonal],
            ..Panel::default()
        }
    });
    Figure {
        name: "figure_2".into(),
        caption: "Figure 2. ROC curves for failure, averaged over disorder realizations at fixed false positive rate; \
                  band: standard deviation over realizations for I_μ."
            .into(),
        columns: 2,
        panels: panels.collect(),
    }
}

/// The true positive rate at a false positive rate, linear between the points of the curve; the top of a step.
fn tpr(curve: &[RocPoint], fpr: f64) -> f64 {
    let after = curve.partition_point(|point| point.fpr <= fpr);
    let before = &curve[after - 1];
    match curve.get(after) {
        Some(next) => before.tpr + (next.tpr - before.tpr) * (fpr - before.fpr) / (next.fpr - before.fpr),
        None => before.tpr,
    }
}

/// Figure 3: AUC(I_μ) and its correlation with p_μ against σ.
pub(super) fn scale(of: &Measured<'_>) -> Figure {
    let n = of.row.n;
    let distance = (2.0 * n as f64).sqrt();
    let over_scales = |value: &dyn Fn(&Realization<'_>, usize) -> f64| -> Vec<[f64; 3]> {
        let sigmas = scales(n).into_iter().enumerate();
        sigmas.filter_map(|(k, sigma)| bar(sigma / distance, of.spread(|r| value(r, k)))).collect()
    };
    let auc = over_scales(&|r, k| r.auc(|p| p.scales[k]));
    let correlations = over_scales(&|r, k| r.correlation(|p| p.scales[k]));
    let [_, _, mean, max, _] = columns(&of.all);
    let typical = || Guide::Vertical(paper_scale(n) / distance, "d_typ / 3".into());
    let x = || Axis::linear("scale σ / sqrt(2N)").within(0.0, 0.85);
    let baselines = [("mean |O|", mean), ("max O", max)];
    let baselines = baselines.into_iter().filter(|(_, of)| of.mean.is_finite());
    let panel = |y: Axis, points, guides| Panel {
        title: String::new(),
        x: x(),
        y,
        series: vec![Series::new("", Mark::Joined, points)],
        guides,
        ..Panel::default()
    };
    Figure {
        name: format!("figure_3_n{n}"),
        caption: format!(
            "Figure 3 at N = {n}, M = {}: (a) AUC of I_μ for failure against the scale σ, baselines as horizontal lines; \
             (b) Pearson correlation of I_μ with p_μ. Bars: standard deviation over {} realizations.",
            of.row.m, of.row.realizations
        ),
        columns: 2,
        panels: vec![
            panel(
                Axis::linear("AUC for failure"),
                auc,
                baselines
                    .map(|(name, of)| Guide::Horizontal(of.mean, name.into()))
                    .chain([typical()])
                    .collect(),
            ),
            panel(
                Axis::linear("correlation of I_μ with p_μ"),
                correlations,
                vec![Guide::Horizontal(0.0, String::new()), typical()],
            ),
        ],
    }
}

/// Distributions of end overlaps at every size.
pub(super) fn end_overlaps(table: &[Measured<'_>]) -> Figure {
    let panels = table.iter().map(|of| {
        let all: Vec<f64> = of.all.iter().flat_map(|r| &r.patterns).map(|r| r.end_overlap).collect();
        // The same bins at every size.
        let points =
            histogram(&[-0.3, 1.0], all.iter().copied(), 65, |count| 100.0 * count / all.len() as f64);
        Panel {
            title: format!("N = {}, M = {}", of.row.n, of.row.m),
            x: Axis::linear("end overlap of noiseless runs").within(-0.3, 1.1),
            y: Axis::linear("patterns per bin (%)"),
            series: vec![Series::new("", Mark::Bars, points)],
            guides: vec![Guide::Vertical(RETRIEVED, "0.9".into())],
            ..Panel::default()
        }
    });
    Figure {
        name: "end_overlaps".into(),
        caption: "Where noiseless runs end, all realizations together. Left of the dashed line a pattern counts as \
                  failed."
            .into(),
        columns: 2,
        panels: panels.collect(),
    }
}

/// AUC of the scores for each order.
pub(super) fn orders(rows: &[Measured<'_>]) -> Figure {
    let mixed: Vec<&Measured<'_>> =
        rows.iter().filter(|of| of.all.iter().any(|r| r.predictions.is_some())).collect();
    let of_score = |k: usize, name: &str| {
        let shift = (k as f64 - 2.0) * 0.08;
        let points =
            mixed.iter().enumerate().filter_map(|(j, of)| bar(j as f64 + 1.0 + shift, columns(&of.all)[k]));
        Series::new(name, Mark::Points, points.collect())
    };
    let names: Vec<String> = mixed
        .iter()
        .enumerate()
        .map(|(j, of)| format!("{}: {}, N = {}, M = {}", j + 1, of.model(), of.row.n, of.row.m))
        .collect();
    let short = |(j, of): (usize, &&Measured<'_>)| format!("{}: {}, N = {}", j + 1, of.model(), of.row.n);
    let legend: Vec<String> = mixed.iter().enumerate().map(short).collect();
    let panel = Panel {
        title: legend.join("   "),
        x: Axis::linear("model").within(0.5, mixed.len() as f64 + 0.5),
        y: Axis::linear("AUC for failure (mean ± sd)"),
        series: vec![of_score(1, "I_μ"), of_score(2, "mean |O|"), of_score(3, "max O")],
        guides: vec![Guide::Horizontal(0.5, "chance".into())],
        ..Panel::default()
    };
    let caption = format!(
        "How well each score predicts failure for other orders of the interaction. {}. Bars: standard deviation over \
         realizations.",
        names.join("; ")
    );
    Figure::single("orders", caption, panel)
}

/// End overlaps against the load, standard and centred, with theory.
pub(super) fn centred(rows: &[&Measured<'_>]) -> Result<Figure, Error> {
    let kinds = [(Model::CUBIC, "standard"), (Model::Centred, "centred")];
    let points = |model, at_least: usize, below: usize| {
        let of_kind = rows.iter().filter(move |of| of.row.model == model);
        let of_size = of_kind.filter(move |of| (at_least..below).contains(&of.row.n));
        of_size.filter_map(|of| bar(of.load(), of.spread(|r| r.mean_end_overlap()))).collect::<Vec<_>>()
    };
    let mut lines = Vec::new();
    for (model, name) in kinds {
        let last = model.theory().map_or(Ok(None), |theory| theory.capacity(0.0))?;
        let Some(last) = last else { continue };
        let line: Result<Vec<[f64; 3]>, Error> = (0..=100)
            .map(|k| {
                // Dense towards the end, where the line is vertical.
                let alpha = last.alpha * (1.0 - (1.0 - f64::from(k) / 100.0).powi(2));
                Ok([alpha, model.end_overlap(alpha)?.unwrap_or(last.m), 0.0])
            })
            .collect();
        lines.push((name, line?));
    }
    let panel = |title: &str, at_least, below| {
        let mut all = Vec::new();
        for ((model, _), (name, line)) in kinds.into_iter().zip(&lines) {
            all.push(Series::new(*name, Mark::Points, points(model, at_least, below)));
            all.push(Series::new(*name, Mark::Line, line.clone()));
        }
        all.retain(|s| !s.points.is_empty());
        Panel {
            title: title.into(),
            x: Axis::linear("load α = M/N²").within(0.0, 0.13),
            y: Axis::linear("mean end overlap").within(0.2, 1.0),
            series: all,
            guides: vec![Guide::Horizontal(RETRIEVED, String::new())],
            ..Panel::default()
        }
    };
    let mut panels =
        vec![panel("N = 200", 200, 201), panel("N = 400", 400, 401), panel("N ≥ 500", 500, usize::MAX)];
    panels.retain(|panel| panel.series.iter().any(|s| s.mark == Mark::Points && !s.points.is_empty()));
    Ok(Figure {
        name: "centred".into(),
        caption: "End overlap of noiseless runs against the load: standard cubic kernel and centred (Hermite) kernel; \
                  lines: theory for N → ∞, m²(1 − m²) = 3 α and 2 α. Grey: the threshold 0.9. Bars: standard deviation over realizations."
            .into(),
        columns: 2,
        panels,
    })
}
