//! The ROC curve and the threshold it recommends.

use super::{Cut, Scored};
use crate::Error;

/// A point of the ROC curve: the rates at which the rule "positive if score >= threshold" says positive.
///
/// # Example
///
/// ```
/// use dam_analysis::roc::{RocPoint, Scored};
///
/// let scored = Scored::new(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
/// assert_eq!(scored.roc_curve()[2], RocPoint { fpr: 0.5, tpr: 0.5, threshold: 0.4 });
/// # Ok::<(), dam_analysis::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RocPoint {
    /// The false positive rate FP / N in [0, 1] (1 − specificity).
    pub fpr: f64,
    /// The true positive rate TP / P in [0, 1] (sensitivity, recall).
    pub tpr: f64,
    /// The threshold of the rule: a score of the sample, or +∞ where nothing is called positive.
    pub threshold: f64,
}

impl RocPoint {
    /// Youden's index of the point, its height above the diagonal of chance.
    ///
    /// ```text
    /// J = TPR − FPR = sensitivity + specificity − 1
    /// ```
    ///
    /// Ranges over [−1, 1]: 1 makes no error, 0 is no better than chance.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::RocPoint;
    ///
    /// assert_eq!(RocPoint { fpr: 0.25, tpr: 0.75, threshold: 1.0 }.youden_j(), 0.5);
    /// ```
    ///
    /// # Reference
    ///
    /// W. J. Youden, Index for rating diagnostic tests, Cancer 3, 32–35 (1950).
    #[must_use]
    pub fn youden_j(&self) -> f64 {
        self.tpr - self.fpr
    }
}

impl Scored {
    /// The empirical ROC curve, one point for each distinct score, from (0, 0) to (1, 1).
    ///
    /// ```text
    /// TPR(t) = #{positives with score >= t} / P,   FPR(t) = #{negatives with score >= t} / N
    /// ```
    ///
    /// The thresholds fall strictly, starting at +∞ for the point (0, 0); both rates never fall. Joining the
    /// points by straight lines encloses the area [`auc`](Scored::auc).
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::{RocPoint, Scored};
    ///
    /// let curve = Scored::new(&[2.0, 1.0, 1.0], &[true, true, false])?.roc_curve();
    /// assert_eq!(curve[0], RocPoint { fpr: 0.0, tpr: 0.0, threshold: f64::INFINITY });
    /// assert_eq!(curve[1], RocPoint { fpr: 0.0, tpr: 0.5, threshold: 2.0 });
    /// assert_eq!(curve[2], RocPoint { fpr: 1.0, tpr: 1.0, threshold: 1.0 });
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    ///
    /// # Reference
    ///
    /// T. Fawcett, An introduction to ROC analysis, Pattern Recognition Letters 27, 861–874 (2006).
    #[must_use]
    pub fn roc_curve(&self) -> Vec<RocPoint> {
        std::iter::once(&Cut::NOTHING).chain(&self.cuts).map(|cut| self.point(cut)).collect()
    }

    /// The point of the ROC curve with the largest Youden index, and so the threshold that reaches it.
    ///
    /// ```text
    /// J* = max_t (TPR(t) − FPR(t))
    /// ```
    ///
    /// J* = [`youden_j`](RocPoint::youden_j) of the point ranges over [0, 1]. Indices are compared exactly;
    /// of several thresholds that reach J* the highest is returned, which calls the fewest samples positive.
    /// If none is better than chance this is the point (0, 0), with J* = 0 at the threshold +∞.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::Scored;
    ///
    /// let best = Scored::new(&[4.0, 3.0, 2.0, 1.0], &[true, true, false, false])?.youden();
    /// assert_eq!((best.youden_j(), best.threshold), (1.0, 3.0));
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    ///
    /// # Reference
    ///
    /// W. J. Youden, Index for rating diagnostic tests, Cancer 3, 32–35 (1950).
    #[must_use]
    pub fn youden(&self) -> RocPoint {
        // P N J as an integer: rounded rates could tell equal indices apart and so move the threshold.
        let scaled =
            |cut: &Cut| cut.tp as i128 * self.negatives as i128 - cut.fp as i128 * self.positives as i128;
        let mut best = &Cut::NOTHING;
        for cut in &self.cuts {
            if scaled(cut) > scaled(best) {
                best = cut;
            }
        }
        self.point(best)
    }

    /// The partial area under the ROC curve, over the false positive rates from 0 to `max_fpr`.
    ///
    /// ```text
    /// pAUC(f) = ∫_0^f TPR dFPR
    /// ```
    ///
    /// along the straight lines between the points of the [curve](Scored::roc_curve). Ranges over [0, f], the
    /// diagonal of chance giving f²/2; pAUC(1) is the [AUC](Scored::auc). Use it where only few false alarms
    /// are tolerable.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] unless 0 < `max_fpr` <= 1.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::Scored;
    ///
    /// let scored = Scored::new(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
    /// assert_eq!(scored.partial_auc(0.5)?, 0.25);
    /// assert_eq!(scored.partial_auc(1.0)?, scored.auc());
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    ///
    /// # Reference
    ///
    /// D. K. McClish, Analyzing a portion of the ROC curve, Medical Decision Making 9, 190–195 (1989).
    pub fn partial_auc(&self, max_fpr: f64) -> Result<f64, Error> {
        // Written so that NaN is refused too.
        if !(max_fpr > 0.0 && max_fpr <= 1.0) {
            return Err(Error::Parameter { name: "max_fpr", expected: "0 < max_fpr <= 1", found: max_fpr });
        }
        let end = max_fpr * self.negatives as f64;
        // Twice the area in units of one pair: integers up to the last line, which `end` may cut.
        let (mut whole, mut cut_off) = (0_u128, 0.0);
        let mut from = &Cut::NOTHING;
        for to in &self.cuts {
            if to.fp as f64 > end {
                let (width, rise) = ((to.fp - from.fp) as f64, (to.tp - from.tp) as f64);
                let reach = end - from.fp as f64;
                cut_off = reach * (2.0 * from.tp as f64 + rise * (reach / width));
                break;
            }
            whole += (to.fp - from.fp) as u128 * (to.tp + from.tp) as u128;
            from = to;
        }
        Ok((whole as f64 + cut_off) / (2 * self.positives as u128 * self.negatives as u128) as f64)
    }

    /// The partial AUC in the standardized form of McClish, in which chance is 1/2 and perfection 1.
    ///
    /// ```text
    /// (1 + (pAUC(f) − f²/2) / (f − f²/2)) / 2,   f = max_fpr
    /// ```
    ///
    /// Ranges over [(1 − f) / (2 − f), 1]; for f = 1 it is the AUC.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] unless 0 < `max_fpr` <= 1.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::Scored;
    ///
    /// let constant = Scored::new(&[1.0; 4], &[false, false, true, true])?;
    /// assert_eq!(constant.standardized_partial_auc(0.25)?, 0.5);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    ///
    /// # Reference
    ///
    /// D. K. McClish, Analyzing a portion of the ROC curve, Medical Decision Making 9, 190–195 (1989).
    pub fn standardized_partial_auc(&self, max_fpr: f64) -> Result<f64, Error> {
        let area = self.partial_auc(max_fpr)?;
        let chance = max_fpr * max_fpr / 2.0;
        Ok(0.5 * (1.0 + (area - chance) / (max_fpr - chance)))
    }

    fn point(&self, cut: &Cut) -> RocPoint {
        RocPoint {
            fpr: cut.fp as f64 / self.negatives as f64,
            tpr: cut.tp as f64 / self.positives as f64,
            threshold: cut.threshold,
        }
    }
}

impl Cut {
    /// The rule that calls nothing positive.
    pub(super) const NOTHING: Self = Self { threshold: f64::INFINITY, tp: 0, fp: 0 };
}
