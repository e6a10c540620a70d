//! From cells to realizations, and from realizations to rows.

use dam_analysis::roc::Scored;

use super::{Cell, Predictor, Predictors, Record, Row, Settings, Study};
use crate::Summary;
use crate::basin_isolation::{RETRIEVED, paper_scale};
use crate::harness::Records;
use crate::summary::correlation;

/// A row with its realizations.
pub(super) struct Measured<'a> {
    pub(super) row: &'a Row,
    pub(super) all: Vec<Realization>,
}

/// One disorder realization.
pub(super) struct Realization {
    pub(super) index: usize,
    /// Of all judged patterns.
    pub(super) record: Record,
    pub(super) failed: Vec<bool>,
}

/// All rows of a study.
pub(super) fn measured<'a>(
    study: Study,
    settings: &'a Settings,
    records: &Records<Predictors>,
) -> Vec<Measured<'a>> {
    let of_row = |row: &'a Row| {
        let all = (0..row.realizations).map(|realization| joined(study, row, realization, records)).collect();
        Measured { row, all }
    };
    settings.rows(study).iter().map(of_row).collect()
}

/// The chunks of a realization put together.
fn joined(study: Study, row: &Row, realization: usize, records: &Records<Predictors>) -> Realization {
    let at = |chunk| Cell { study, n: row.n, m: row.m, realization, chunk };
    let mut whole = Record::default();
    for (_, part) in records.range(at(0)..=at(usize::MAX)) {
        whole.end_overlaps.extend_from_slice(&part.end_overlaps);
        whole.features.extend_from_slice(&part.features);
        if whole.scores.is_empty() {
            whole.scores.clone_from(&part.scores);
        } else {
            whole
                .scores
                .iter_mut()
                .zip(&part.scores)
                .for_each(|(a, b)| a.values.extend_from_slice(&b.values));
        }
    }
    let failed = whole.end_overlaps.iter().map(|&overlap| overlap <= RETRIEVED).collect();
    Realization { index: realization, record: whole, failed }
}

impl Realization {
    pub(super) fn fail_percent(&self) -> f64 {
        100.0 * self.failed.iter().filter(|&&failed| failed).count() as f64 / self.failed.len() as f64
    }

    pub(super) fn values(&self, predictor: Predictor) -> Option<&[f64]> {
        let score = self.record.scores.iter().find(|score| score.predictor == predictor)?;
        Some(&score.values)
    }

    /// The area under the ROC curve for failure; `None` if all patterns end alike.
    pub(super) fn auc(&self, predictor: Predictor) -> Option<f64> {
        Some(Scored::new(self.values(predictor)?, &self.failed).ok()?.auc())
    }

    /// I_μ against the tangent gradient norm |g|: the correlation over patterns, and the mean of I_μ / (σ b),
    /// b = |g| sqrt(2/πN) being the mean slope of a random direction.
    fn against_gradient(&self, n: usize, directions: usize) -> Option<[f64; 2]> {
        let isolation = self.values(Predictor::Isolation { directions })?;
        let gradients = self.values(Predictor::GradientNorm)?;
        let slope = mean_slope(n);
        let ratio = isolation.iter().zip(gradients).map(|(i, g)| i / (slope * g)).sum::<f64>();
        Some([correlation(isolation, gradients), ratio / isolation.len() as f64])
    }
}

/// σ sqrt(2/πN) at the paper's σ: what a random direction of the profile rises per |g|.
pub(super) fn mean_slope(n: usize) -> f64 {
    paper_scale(n) * (2.0 / (std::f64::consts::PI * n as f64)).sqrt()
}

impl Measured<'_> {
    /// In the order of their cost or kind.
    pub(super) fn predictors(&self) -> impl Iterator<Item = Predictor> {
        self.all.first().into_iter().flat_map(|first| first.record.scores.iter().map(|score| score.predictor))
    }

    /// Over the realizations in which it is defined.
    pub(super) fn auc(&self, predictor: Predictor) -> Summary {
        Summary::of(self.all.iter().filter_map(|realization| realization.auc(predictor)))
    }

    pub(super) fn fail_percent(&self) -> Summary {
        Summary::of(self.all.iter().map(Realization::fail_percent))
    }

    /// Correlation and ratio of [`Realization::against_gradient`].
    pub(super) fn against_gradient(&self, directions: usize) -> [Summary; 2] {
        let of = |k: usize| {
            let all = self.all.iter().filter_map(|r| r.against_gradient(self.row.n, directions));
            Summary::of(all.map(|found| found[k]).filter(|x| x.is_finite()))
        };
        [of(0), of(1)]
    }
}
