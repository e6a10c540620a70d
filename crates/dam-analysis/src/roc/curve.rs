//! The ROC curve and the threshold it recommends.

use super::{Cut, Scored};

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
        std::iter::once(&NOTHING).chain(&self.cuts).map(|cut| self.point(cut)).collect()
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
        let mut best = &NOTHING;
        for cut in &self.cuts {
            if scaled(cut) > scaled(best) {
                best = cut;
            }
        }
        self.point(best)
    }

    fn point(&self, cut: &Cut) -> RocPoint {
        RocPoint {
            fpr: cut.fp as f64 / self.negatives as f64,
            tpr: cut.tp as f64 / self.positives as f64,
            threshold: cut.threshold,
        }
    }
}

/// The rule that calls nothing positive.
static NOTHING: Cut = Cut { threshold: f64::INFINITY, tp: 0, fp: 0 };
