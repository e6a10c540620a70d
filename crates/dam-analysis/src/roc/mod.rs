//! Receiver operating characteristic (ROC) statistics: how well a score predicts a binary event.
//!
//! A sample is a pair of a score and a label. The label is `true` for the positive class, the event to be
//! predicted (for instance a retrieval failure), and a higher score speaks for the positive class. A
//! predictor for which lower means positive enters with its sign flipped.
//!
//! | question | here |
//! |---|---|
//! | how well does the score rank? | [`Scored::auc`], [`Scored::average_precision`], [`Scored::roc_curve`] |
//! | and where false alarms must be few? | [`Scored::partial_auc`], [`Scored::standardized_partial_auc`] |
//! | which threshold? | [`Scored::youden`] |
//! | how certain is the AUC? | [`Scored::delong`], [`Scored::bootstrap_auc`] |
//! | does one score rank better than another? | [`delong_test`] |
//! | which probability does a score stand for? | [`Scored::logistic`], [`Scored::isotonic`] |
//! | are probabilities right? | [`brier_score`], [`calibration_curve`] |
//!
//! # Which interval where
//!
//! | data | interval |
//! |---|---|
//! | in general | [`DeLong::logit`]; [`Bootstrap::bca`] covers as well, for a thousand times the work |
//! | AUC up to 0.9 and 200 or more samples of each class | any; [`DeLong::wald`] is the one most programs print |
//! | AUC above 0.9, or fewer samples | [`DeLong::logit`] or [`Bootstrap::bca`]; [`DeLong::wald`] and [`Bootstrap::percentile`] cover too rarely |
//! | AUC near 1 and a class of 30 samples | none keeps its promise; [`DeLong::logit`] and [`Bootstrap::bca`] miss it least |
//! | perfect separation, AUC 0 or 1 | none: [`DeLong::logit`] is refused, and the others shrink to a point |
//!
//! Coverage of the true AUC by nominal 95 % intervals, in percent: 1000 sets of normal scores each, 1000
//! stratified resamples. `cargo run --release --example auc_coverage -- --preset paper` measures it again, with
//! other random numbers.
//! The binomial standard error is 0.7 where the coverage is 95 and 1.0 where it is 89. A set that separates
//! its classes counts as not covered.
//!
//! | AUC | positives + negatives | percentile | BCa | DeLong | logit-DeLong |
//! |---|---|---|---|---|---|
//! | 0.65 | 30 + 30 | 96.3 | 96.8 | 96.0 | 96.8 |
//! | 0.65 | 50 + 50 | 94.1 | 94.9 | 93.5 | 95.2 |
//! | 0.65 | 100 + 100 | 94.2 | 94.2 | 93.9 | 94.5 |
//! | 0.65 | 200 + 200 | 95.3 | 95.2 | 95.4 | 95.6 |
//! | 0.65 | 500 + 500 | 93.1 | 93.8 | 93.5 | 93.8 |
//! | 0.65 | 30 + 300 | 93.2 | 94.5 | 94.0 | 94.5 |
//! | 0.65 | 300 + 30 | 94.9 | 95.5 | 95.0 | 95.8 |
//! | 0.80 | 30 + 30 | 94.0 | 95.4 | 93.2 | 95.9 |
//! | 0.80 | 50 + 50 | 94.5 | 95.5 | 93.9 | 95.6 |
//! | 0.80 | 100 + 100 | 93.9 | 94.9 | 93.7 | 94.9 |
//! | 0.80 | 200 + 200 | 95.8 | 95.2 | 95.9 | 95.7 |
//! | 0.80 | 500 + 500 | 95.5 | 96.0 | 95.4 | 95.9 |
//! | 0.80 | 30 + 300 | 94.1 | 94.8 | 93.5 | 95.1 |
//! | 0.80 | 300 + 30 | 93.6 | 94.5 | 93.3 | 94.4 |
//! | 0.90 | 30 + 30 | 93.3 | 96.9 | 90.8 | 96.6 |
//! | 0.90 | 50 + 50 | 93.3 | 95.1 | 92.6 | 94.8 |
//! | 0.90 | 100 + 100 | 93.7 | 94.6 | 92.8 | 94.2 |
//! | 0.90 | 200 + 200 | 94.0 | 94.2 | 94.2 | 94.3 |
//! | 0.90 | 500 + 500 | 95.2 | 95.7 | 95.4 | 96.1 |
//! | 0.90 | 30 + 300 | 92.5 | 94.3 | 91.8 | 94.2 |
//! | 0.90 | 300 + 30 | 90.8 | 93.2 | 89.6 | 93.5 |
//! | 0.97 | 30 + 30 | 89.0 | 94.7 | 83.6 | 93.7 |
//! | 0.97 | 50 + 50 | 90.4 | 96.0 | 87.5 | 94.8 |
//! | 0.97 | 100 + 100 | 92.5 | 95.1 | 90.5 | 95.0 |
//! | 0.97 | 200 + 200 | 93.7 | 94.3 | 92.0 | 94.8 |
//! | 0.97 | 500 + 500 | 94.3 | 93.5 | 94.3 | 94.0 |
//! | 0.97 | 30 + 300 | 89.7 | 92.1 | 87.9 | 91.8 |
//! | 0.97 | 300 + 30 | 88.3 | 91.5 | 86.5 | 91.7 |
//!
//! With 10 000 sets (`--realizations 10000 --resamples 2`) at AUC 0.97, DeLong covers 83 % and logit-DeLong 93 % for
//! 30 + 30, and 85 % and 91 % for 30 + 300. Fewer than 30 samples of a class were not measured.

mod bootstrap;
mod calibration;
mod curve;
mod delong;
mod isotonic;
mod logistic;
mod placement;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

pub use bootstrap::{Bootstrap, Interval, Resampling};
pub use calibration::{CalibrationBin, brier_score, calibration_curve};
pub use curve::RocPoint;
pub use delong::{DeLong, DeLongTest, delong_test};
pub use isotonic::Isotonic;
pub use logistic::Logistic;

use crate::Error;

/// Scores with their binary labels, checked and sorted once, from which every ROC statistic is computed.
///
/// Only the order of the scores matters to the statistics, not their scale.
///
/// # Example
///
/// ```
/// use dam_analysis::roc::Scored;
///
/// let scored = Scored::new(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
/// assert_eq!(scored.auc(), 0.75);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
///
/// T. Fawcett, An introduction to ROC analysis, Pattern Recognition Letters 27, 861–874 (2006).
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// One cut for each distinct score, from the highest to the lowest. Never empty; the last one holds the
    /// totals of both classes, neither of which is 0.
    cuts: Vec<Cut>,
    positives: usize,
    negatives: usize,
}

/// What the rule "positive if score >= threshold" gets right and wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cut {
    threshold: f64,
    /// True positives: positives with a score of at least the threshold.
    tp: usize,
    /// False positives: negatives with a score of at least the threshold.
    fp: usize,
}

impl Scored {
    /// Pairs each score with its label; `true` is the positive class, which higher scores predict.
    ///
    /// Takes O(n log n) time. The order of the samples makes no difference, and −0 equals 0.
    ///
    /// # Errors
    ///
    /// - [`Error::LabelCount`] if the slices differ in length;
    /// - [`Error::NonFiniteScore`] for the first score that is NaN or infinite;
    /// - [`Error::SingleClass`] unless both classes occur.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::{Error, roc::Scored};
    ///
    /// assert!(Scored::new(&[0.2, 0.7], &[false, true]).is_ok());
    /// let refused = Scored::new(&[0.2, 0.7], &[true, true]);
    /// assert_eq!(refused, Err(Error::SingleClass { positives: 2, negatives: 0 }));
    /// ```
    pub fn new(scores: &[f64], labels: &[bool]) -> Result<Self, Error> {
        if scores.len() != labels.len() {
            return Err(Error::LabelCount { expected: scores.len(), found: labels.len() });
        }
        if let Some((index, &value)) = scores.iter().enumerate().find(|(_, score)| !score.is_finite()) {
            return Err(Error::NonFiniteScore { index, value });
        }
        let positives = labels.iter().filter(|&&label| label).count();
        let negatives = labels.len() - positives;
        if positives == 0 || negatives == 0 {
            return Err(Error::SingleClass { positives, negatives });
        }

        let mut samples: Vec<(f64, bool)> = scores.iter().copied().zip(labels.iter().copied()).collect();
        samples.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        let (mut tp, mut fp) = (0, 0);
        // Ties are told by ==, not by total_cmp, which would put 0 above −0.
        let cuts = samples
            .chunk_by(|a, b| a.0 == b.0)
            .map(|tied| {
                let hits = tied.iter().filter(|sample| sample.1).count();
                tp += hits;
                fp += tied.len() - hits;
                Cut { threshold: tied[0].0, tp, fp }
            })
            .collect();
        Ok(Self { cuts, positives, negatives })
    }

    /// The number of positive samples, at least 1.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::Scored;
    ///
    /// let scored = Scored::new(&[1.0, 2.0, 3.0], &[false, true, true])?;
    /// assert_eq!(scored.positives(), 2);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    #[must_use]
    pub fn positives(&self) -> usize {
        self.positives
    }

    /// The number of negative samples, at least 1.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::Scored;
    ///
    /// let scored = Scored::new(&[1.0, 2.0, 3.0], &[false, true, true])?;
    /// assert_eq!(scored.negatives(), 1);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    #[must_use]
    pub fn negatives(&self) -> usize {
        self.negatives
    }

    /// The area under the ROC curve: the probability that a positive outscores a negative, ties counting
    /// half.
    ///
    /// ```text
    /// AUC = P(S⁺ > S⁻) + P(S⁺ = S⁻) / 2 = (R⁺ − P (P + 1) / 2) / (P N)
    /// ```
    ///
    /// for P positives and N negatives, R⁺ being the sum of the mid-ranks of the positives among all samples
    /// (the Mann–Whitney statistic). Ranges over [0, 1]: 1 is perfect separation, 1/2 chance, and below 1/2
    /// the score ranks the classes the wrong way round. The pairs are counted in integers, so only the final
    /// division rounds.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::Scored;
    ///
    /// // Of the four (positive, negative) pairs three are won and one is tied.
    /// let scored = Scored::new(&[3.0, 2.0, 2.0, 1.0], &[true, true, false, false])?;
    /// assert_eq!(scored.auc(), 3.5 / 4.0);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    ///
    /// # Reference
    ///
    /// J. A. Hanley and B. J. McNeil, The meaning and use of the area under a receiver operating
    /// characteristic (ROC) curve, Radiology 143, 29–36 (1982).
    #[must_use]
    pub fn auc(&self) -> f64 {
        let mut pairs = PairCount::default();
        let (mut tp, mut fp) = (0, 0);
        for cut in &self.cuts {
            pairs.add((cut.tp - tp) as u64, (cut.fp - fp) as u64);
            (tp, fp) = (cut.tp, cut.fp);
        }
        pairs.auc()
    }

    /// The average precision: the mean of the precision over the steps of recall, one step for each distinct
    /// score.
    ///
    /// ```text
    /// AP = Σ_k (R_k − R_{k−1}) P_k,   P_k = TP_k / (TP_k + FP_k),   R_k = TP_k / P
    /// ```
    ///
    /// over the distinct scores from the highest down, R_0 = 0. The precision–recall curve is a step function
    /// here; straight lines between its points would overstate the area. Ranges over (0, 1]: 1 is perfect
    /// separation, and constant scores give the fraction of positives.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::Scored;
    ///
    /// let scored = Scored::new(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
    /// assert!((scored.average_precision() - 5.0 / 6.0).abs() < 1e-15);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    ///
    /// # Reference
    ///
    /// J. Davis and M. Goadrich, The relationship between precision–recall and ROC curves, ICML, 233–240
    /// (2006).
    #[must_use]
    pub fn average_precision(&self) -> f64 {
        let mut sum = 0.0;
        let mut recalled = 0;
        for cut in &self.cuts {
            // tp + fp >= 1, because every cut holds the samples at its own threshold.
            sum += (cut.tp - recalled) as f64 * (cut.tp as f64 / (cut.tp + cut.fp) as f64);
            recalled = cut.tp;
        }
        sum / self.positives as f64
    }
}

/// The Mann–Whitney count of (positive, negative) pairs, in half pairs so that ties stay integers.
#[derive(Default)]
struct PairCount {
    positives: u64,
    negatives: u64,
    twice_u: u128,
}

impl PairCount {
    /// Adds samples of equal score, which must lie below all scores added before.
    fn add(&mut self, positives: u64, negatives: u64) {
        self.twice_u += u128::from(negatives) * u128::from(2 * self.positives + positives);
        self.positives += positives;
        self.negatives += negatives;
    }

    /// The fraction of pairs won by the positive; NaN if a class is empty.
    fn auc(&self) -> f64 {
        self.twice_u as f64 / (2 * u128::from(self.positives) * u128::from(self.negatives)) as f64
    }
}
