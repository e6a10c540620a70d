//! Receiver operating characteristic (ROC) statistics: how well a score predicts a binary event.
//!
//! A sample is a pair of a score and a label. The label is `true` for the positive class, the event to be
//! predicted (for instance a retrieval failure), and a higher score speaks for the positive class. A
//! predictor for which lower means positive enters with its sign flipped.

mod bootstrap;
mod calibration;
mod curve;
mod delong;
mod isotonic;
mod logistic;
mod normal;
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
