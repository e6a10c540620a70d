//! How much of a failure can be known within one pass? A linear model of what one pass can see.

use dam_analysis::roc::Scored;
use dam_core::nalgebra::{DMatrix, DVector};
use dam_core::prelude::*;
use rayon::prelude::*;

use super::measure::{Cubic, check_cubic};
use crate::Error;

/// The fraction of the patterns, by largest |O_μν|, whose sums are formed.
const SUMMED: f64 = 0.18;
/// The fraction whose overlaps with the gradient are formed.
const PROBED: f64 = 0.3;
/// Added to the diagonal of the normal equations of standardized features, per sample.
const RIDGE: f64 = 0.01;

/// What one pass sees.
pub(super) const FEATURES: usize = 21;

/// What one pass sees of patterns `which` of a cubic memory: 21 numbers each.
///
/// Half a pass gives the overlaps O with all others. They are so unequal that sums over the 18 % of largest |O| hold
/// nearly all that fluctuates from pattern to pattern, the others acting through their mean: so the gradient g, the
/// Hessian-vector product A g = Σ O q ξ and the next field Σ q² ξ cost 0.09 passes each, and the overlaps q = g·ξ/N with
/// the 30 % of largest |O| cost 0.15. Two products with B = Σ ξξᵀ/N cost N/2M each, and forming B as much again per
/// pattern if all M are judged. Together 0.99 passes at N = 500, M = 11000.
///
/// # Errors
/// [`Error::Analysis`] for an index past the end, an order other than 3, or M = 1.
pub fn one_pass_features(memory: &Cubic, which: &[usize]) -> Result<Vec<[f64; FEATURES]>, Error> {
    check_cubic(memory)?;
    let all: Result<Vec<_>, _> = (0..memory.len()).map(|nu| memory.pattern(nu)).collect();
    let all = all?;
    let shared = Shared::of(&all, memory.space().sites());
    which
        .par_iter()
        .map(|&mu| Ok(shared.features(&all, mu, &memory.overlaps(&memory.pattern(mu)?)?)))
        .collect()
}

/// Patterns of one realization, which are judged against each other: each feature standardized over them (a pattern
/// alone has no score).
#[derive(Clone, Debug, PartialEq)]
pub struct OnePassSample {
    rows: Vec<[f64; FEATURES]>,
    failed: Vec<bool>,
}

impl OnePassSample {
    /// Of [`one_pass_features`] and labels of the same patterns.
    ///
    /// # Errors
    /// [`Error::Analysis`] unless there is one label per pattern.
    pub fn new(features: &[[f64; FEATURES]], failed: &[bool]) -> Result<Self, Error> {
        let (expected, found) = (features.len(), failed.len());
        if expected != found {
            return Err(dam_analysis::Error::LabelCount { expected, found }.into());
        }
        let mut rows = features.to_vec();
        for k in 0..FEATURES {
            let column = standardized(features.iter().map(|row| row[k]));
            rows.iter_mut().zip(column).for_each(|(row, value)| row[k] = value);
        }
        Ok(Self { rows, failed: failed.to_vec() })
    }
}

/// A linear score of what one pass sees.
#[derive(Clone, Debug, PartialEq)]
pub struct OnePassModel {
    weights: DVector<f64>,
}

impl OnePassModel {
    /// Fitted to failures by least squares over the first `used` features, every realization weighted by its
    /// patterns: 4 need the overlaps alone (half a pass), 12 the first field too, 21 all.
    ///
    /// # Errors
    /// [`Error::Analysis`] without samples, and for features that are not finite.
    pub fn fit(used: usize, samples: &[OnePassSample]) -> Result<Self, Error> {
        let used = used.min(FEATURES);
        let mut square = DMatrix::zeros(used, used);
        let mut onto = DVector::zeros(used);
        let mut patterns = 0;
        for sample in samples {
            let labels = standardized(sample.failed.iter().map(|&failed| f64::from(u8::from(failed))));
            for (row, label) in sample.rows.iter().zip(labels) {
                let row = DVector::from_row_slice(&row[..used]);
                square.ger(1.0, &row, &row, 1.0);
                onto.axpy(label, &row, 1.0);
            }
            patterns += sample.rows.len();
        }
        if patterns == 0 {
            return Err(dam_analysis::Error::SingleClass { positives: 0, negatives: 0 }.into());
        }
        let ridge = RIDGE * patterns as f64;
        square += DMatrix::from_diagonal_element(used, used, ridge);
        // Positive definite by the ridge, unless a feature is no number.
        let Some(factors) = square.cholesky() else {
            let expected = "finite numbers";
            return Err(dam_analysis::Error::Parameter { name: "features", expected, found: f64::NAN }.into());
        };
        Ok(Self { weights: factors.solve(&onto) })
    }

    /// The area under the ROC curve for failure of its score in a realization; `None` if all patterns end alike.
    #[must_use]
    pub fn auc(&self, sample: &OnePassSample) -> Option<f64> {
        let score = |row: &[f64; FEATURES]| row.iter().zip(&self.weights).map(|(x, w)| x * w).sum();
        let scores: Vec<f64> = sample.rows.iter().map(score).collect();
        Scored::new(&scores, &sample.failed).ok().map(|scored| scored.auc())
    }
}

/// Mean 0 and variance 1; zeros where nothing varies.
fn standardized(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let values: Vec<f64> = values.collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
    values.iter().map(|v| if deviation > 0.0 { (v - mean) / deviation } else { 0.0 }).collect()
}

/// What all patterns of a realization share.
struct Shared {
    n: f64,
    /// Σ ξ.
    sum: DVector<f64>,
    /// B = Σ ξ ξᵀ / N, and B Σ ξ.
    square: DMatrix<f64>,
    square_sum: DVector<f64>,
}

impl Shared {
    fn of(all: &[DVector<f64>], n: usize) -> Self {
        let (mut square, mut sum) = (DMatrix::zeros(n, n), DVector::zeros(n));
        for block in all.chunks(1024) {
            let xi = DMatrix::from_columns(block);
            square.gemm(1.0 / n as f64, &xi, &xi.transpose(), 1.0);
            sum += xi.column_sum();
        }
        Self { n: n as f64, square_sum: &square * &sum, sum, square }
    }

    fn features(&self, all: &[DVector<f64>], mu: usize, o: &[f64]) -> [f64; FEATURES] {
        let (n, xi) = (self.n, &all[mu]);
        let dot = |a: &DVector<f64>, b: &DVector<f64>| a.dot(b) / n;
        let mut others: Vec<usize> = (0..all.len()).filter(|&nu| nu != mu).collect();
        let power = |k: i32| others.iter().map(|&nu| o[nu].powi(k)).sum::<f64>();
        let powers = [power(1), power(2), power(3), power(4)];
        let part = |fraction: f64| ((fraction * all.len() as f64) as usize).clamp(1, others.len());
        let (summed_end, probed_end) = (part(SUMMED), part(PROBED).max(part(SUMMED)));
        let larger = |a: &usize, b: &usize| o[*b].abs().total_cmp(&o[*a].abs()).then(a.cmp(b));
        others.select_nth_unstable_by(probed_end - 1, larger);
        others[..probed_end].select_nth_unstable_by(summed_end - 1, larger);
        // In one order, whatever the selection did.
        others[..summed_end].sort_unstable();
        others[summed_end..probed_end].sort_unstable();
        others[probed_end..].sort_unstable();
        let (summed, dropped) = others.split_at(summed_end);
        let probed = &others[..probed_end];
        let sum_of = |weight: &dyn Fn(usize, usize) -> f64| {
            let mut sum = DVector::zeros(xi.len());
            summed.iter().enumerate().for_each(|(k, &nu)| sum.axpy(weight(k, nu), &all[nu], 1.0));
            sum
        };

        // The field of the others: Σ O² ξ over the summed, and the mean O² of the dropped for the rest.
        let others_sum = &self.sum - xi;
        let left = dropped.len().max(1) as f64;
        let mean = dropped.iter().map(|&nu| o[nu] * o[nu]).sum::<f64>() / left;
        let h = sum_of(&|_, nu| o[nu] * o[nu] - mean) + &others_sum * mean;
        let own = 1.0 + dot(&h, xi);
        let g = &h - xi * (own - 1.0);
        let g_square = dot(&g, &g);
        let (b_g, b_xi) = (&self.square * &g, &self.square * xi);

        let q: Vec<f64> = probed.iter().map(|&nu| dot(&all[nu], &g)).collect();
        let moment =
            |i: i32, j: i32| q.iter().zip(probed).map(|(q, &nu)| o[nu].powi(i) * q.powi(j)).sum::<f64>();
        let curvature = moment(1, 2);
        let a_g = sum_of(&|k, nu| o[nu] * q[k]);
        let a_g_tangent = &a_g - xi * dot(&a_g, xi);

        // Two steps of the map: x₁ = a ξ + b g, then Σ (a O + b q)² ξ.
        let b = 1.0 / (own * own + g_square).sqrt();
        let a = own * b;
        let seen = q[..summed.len()].iter().map(|q| q * q).sum::<f64>();
        let unseen = (dot(&g, &b_g) - seen).max(0.0) / left;
        let squares = sum_of(&|k, _| q[k] * q[k] - unseen) + others_sum * unseen;
        let next = xi * (a * a) + &h * (a * a) + &a_g * (2.0 * a * b) + squares * (b * b);
        let second = dot(&next, xi) / dot(&next, &next).sqrt();

        let ratio = if g_square > 0.0 { curvature / g_square } else { 0.0 };
        let of_field = [
            g_square,
            a,
            dot(&g, &b_g),
            dot(&g, &b_xi),
            dot(&b_xi, &b_xi),
            dot(&b_g, &b_g),
            dot(&self.sum, &g),
            dot(&self.square_sum, &g),
        ];
        let of_second = [
            second,
            curvature,
            moment(0, 3),
            moment(0, 2),
            moment(3, 1),
            moment(2, 2),
            ratio,
            dot(&a_g_tangent, &a_g_tangent),
            dot(&a_g_tangent, &g),
        ];
        let mut features = [0.0; FEATURES];
        let all = powers.iter().chain(&of_field).chain(&of_second);
        features.iter_mut().zip(all).for_each(|(feature, value)| *feature = *value);
        features
    }
}

#[cfg(test)]
mod tests {
    use super::super::measure::measure;
    use super::super::{Row, Study};
    use super::*;
    use crate::basin_isolation::RETRIEVED;

    #[test]
    fn a_model_of_some_realizations_ranks_the_failures_of_another() {
        let row = Row { n: 60, m: 90, realizations: 5, judged: 90, chunk: 90, directions: Vec::new() };
        let sample = |branch| {
            let record = measure(Study::HeldOut, &row, 0, Streams::new(5).branch(branch)).unwrap();
            let failed: Vec<bool> = record.end_overlaps.iter().map(|&o| o <= RETRIEVED).collect();
            OnePassSample::new(&record.features, &failed).unwrap()
        };
        let known: Vec<_> = (0..4).map(sample).collect();
        let held_out = sample(9);
        let auc = |used| OnePassModel::fit(used, &known).unwrap().auc(&held_out).unwrap();
        assert!(auc(21) > 0.75 && auc(21) > auc(4), "{} {}", auc(21), auc(4));
        assert!(OnePassModel::fit(21, &[]).is_err());
        assert!(OnePassSample::new(&held_out.rows, &held_out.failed[1..]).is_err());
    }
}
