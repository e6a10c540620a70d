//! The figures, from rows that were measured.

use super::Predictor;
use super::statistics::{Measured, mean_slope};
use crate::figure::{Axis, Figure, Guide, Mark, Panel, Series};

/// I_μ / (σ |g| sqrt(2/πN)) if the profile is linear: a parabola fitted to a line on the first 10 of 100 points
/// (docs/predictors.md).
pub(super) fn linear_ratio() -> f64 {
    let a: f64 = 99.0 * 2025.0 / 15333.0;
    a / 3.0 - 0.5 + 1.0 / (3.0 * a * a)
}

/// AUC against cost at every size.
pub(super) fn by_cost(table: &[Measured<'_>]) -> Figure {
    let panel = |of: &Measured<'_>| {
        let series = |label: &str, mark: Mark, wanted: fn(Predictor) -> bool| {
            let points = of.predictors().filter(|&predictor| wanted(predictor)).filter_map(|predictor| {
                let auc = of.auc(predictor);
                let sd = if auc.count > 1 { auc.sd } else { 0.0 };
                (auc.count > 0).then_some([predictor.passes(), auc.mean, sd])
            });
            Series { label: label.into(), points: points.collect(), mark }
        };
        let is_map = |p| matches!(p, Predictor::Map { .. });
        let is_descent = |p| matches!(p, Predictor::Descent { .. });
        let is_isolation = |p| matches!(p, Predictor::Isolation { .. });
        let is_other = |p| {
            use Predictor::{Descent, Isolation, Map};
            !matches!(p, Map { .. } | Descent { .. } | Isolation { .. })
        };
        Panel {
            title: format!("N = {}, M = {}", of.row.n, of.row.m),
            x: Axis::log("cost (passes per pattern)"),
            y: Axis::linear("AUC for failure").within(0.0, 1.05),
            series: vec![
                series("k map steps", Mark::Joined, is_map),
                series("k conjugate-gradient steps", Mark::Joined, is_descent),
                series("I_μ, K random directions", Mark::Joined, is_isolation),
                series("other predictors", Mark::Points, is_other),
            ],
            guides: vec![Guide::Horizontal(0.5, String::new())],
            ..Panel::default()
        }
    };
    Figure {
        name: "auc_against_passes".into(),
        caption: "Area under the ROC curve for retrieval failure against the cost of the predictor; one pass is one \
                  step of the synchronous map for one pattern. Bars: standard deviation over realizations. Dashed: \
                  chance."
            .into(),
        columns: 2,
        panels: drawn(table.iter().map(panel)),
    }
}

/// I_μ at the largest K against the gradient norm in the first realization of every size.
pub(super) fn by_gradient(table: &[Measured<'_>]) -> Figure {
    let panel = |of: &Measured<'_>| {
        let directions = of.row.directions.iter().copied().max().unwrap_or(0);
        let values = |predictor| of.all.first().and_then(|first| first.values(predictor)).unwrap_or_default();
        let (gradients, isolation) =
            (values(Predictor::GradientNorm), values(Predictor::Isolation { directions }));
        let points: Vec<[f64; 3]> = gradients.iter().zip(isolation).map(|(&g, &i)| [g, i, 0.0]).collect();
        let ends = points.iter().fold([f64::INFINITY, 0.0], |[low, high], p| [p[0].min(low), p[0].max(high)]);
        let slope = linear_ratio() * mean_slope(of.row.n);
        let line = if points.is_empty() { Vec::new() } else { ends.map(|g| [g, slope * g, 0.0]).to_vec() };
        Panel {
            title: format!("N = {}, M = {}", of.row.n, of.row.m),
            x: Axis::linear("tangent gradient norm |g| (energy / length)"),
            y: Axis::linear(format!("I_μ, K = {directions} (energy)")),
            series: vec![
                Series { label: "patterns".into(), points, mark: Mark::Points },
                Series { label: "linear profiles".into(), points: line, mark: Mark::Line },
            ],
            ..Panel::default()
        }
    };
    Figure {
        name: "isolation_against_gradient".into(),
        caption: format!(
            "Basin isolation against the norm of the tangent gradient at the pattern, first realization. Line: {:.2} σ \
             |g| √(2/πN), which is I_μ for many directions if the profiles are linear.",
            linear_ratio()
        ),
        columns: 2,
        panels: drawn(table.iter().map(panel)),
    }
}

/// Panels that show something.
fn drawn(panels: impl Iterator<Item = Panel>) -> Vec<Panel> {
    let with_points = panels.map(|mut panel| {
        panel.series.retain(|series| !series.points.is_empty());
        panel
    });
    with_points.filter(|panel| !panel.series.is_empty()).collect()
}
