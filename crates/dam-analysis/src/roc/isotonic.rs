//! The isotonic map from score to probability.

use super::Scored;

/// A non-decreasing map from score to probability of the positive class.
///
/// # Example
///
/// ```
/// use dam_analysis::roc::Scored;
///
/// let labels = [false, true, false, true];
/// let map = Scored::new(&[1.0, 2.0, 3.0, 4.0], &labels)?.isotonic();
/// assert_eq!([0.0, 1.5, 2.5, 3.5, 9.0].map(|s| map.probability(s)), [0.0, 0.25, 0.5, 0.75, 1.0]);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
///
/// B. Zadrozny and C. Elkan, Transforming classifier scores into accurate multiclass probability estimates,
/// KDD, 694–699 (2002).
#[derive(Debug, Clone, PartialEq)]
pub struct Isotonic {
    /// Scores, strictly ascending, with their probabilities, never falling; at least one.
    knots: Vec<(f64, f64)>,
}

impl Isotonic {
    /// The probability, in [0, 1], that a sample of this score is positive; NaN for NaN.
    ///
    /// Interpolates linearly between neighbouring scores of the fit, and is constant beyond the outermost.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::Scored;
    ///
    /// let map = Scored::new(&[1.0, 2.0], &[false, true])?.isotonic();
    /// assert_eq!([1.0, 1.75, 2.0, f64::INFINITY].map(|s| map.probability(s)), [0.0, 0.75, 1.0, 1.0]);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    #[must_use]
    pub fn probability(&self, score: f64) -> f64 {
        if score.is_nan() {
            return f64::NAN;
        }
        let next = self.knots.partition_point(|knot| knot.0 <= score);
        let Some(&(low, p)) = next.checked_sub(1).and_then(|k| self.knots.get(k)) else {
            return self.knots[0].1;
        };
        let Some(&(high, q)) = self.knots.get(next) else { return p };
        let mut fraction = (score - low) / (high - low);
        if !(high - low).is_finite() {
            fraction = (score / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
        }
        // From the nearer end, so that the result never leaves [p, q].
        if fraction < 0.5 { p + (q - p) * fraction } else { q - (q - p) * (1.0 - fraction) }
    }
}

/// Neighbouring scores of one probability.
struct Block {
    low: f64,
    high: f64,
    positives: u128,
    samples: u128,
}

impl Scored {
    /// The isotonic map from these scores to the probability of the positive class, by pooling adjacent
    /// violators.
    ///
    /// ```text
    /// minimize Σ_i (p(s_i) − y_i)²  over non-decreasing p,   y_i = 1 for a positive, 0 for a negative
    /// ```
    ///
    /// It is the map of maximum likelihood too, and makes the ROC curve of p(s) the upper convex hull of that
    /// of s. It exists for all samples; where they separate the classes it is a step between 0 and 1. Takes
    /// O(n) time once the scores are sorted, and pools by comparing integers.
    ///
    /// A map fitted to the samples it is then judged by flatters them, more so than the
    /// [logistic](Scored::logistic) with its two parameters: fit and judge on different samples.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::Scored;
    ///
    /// // A score that ranks the classes the wrong way round is pooled to the fraction of positives.
    /// let map = Scored::new(&[1.0, 2.0, 3.0, 4.0], &[true, false, false, false])?.isotonic();
    /// assert_eq!(map.probability(4.0), 0.25);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    ///
    /// # Reference
    ///
    /// M. Ayer, H. D. Brunk, G. M. Ewing, W. T. Reid and E. Silverman, An empirical distribution function for
    /// sampling with incomplete information, Annals of Mathematical Statistics 26, 641–647 (1955).
    #[must_use]
    pub fn isotonic(&self) -> Isotonic {
        let mut blocks: Vec<Block> = Vec::new();
        let groups: Vec<_> = self.placements().zip(&self.cuts).collect();
        for (group, cut) in groups.into_iter().rev() {
            let mut block = Block {
                low: cut.threshold,
                high: cut.threshold,
                positives: group.positives as u128,
                samples: (group.positives + group.negatives) as u128,
            };
            while let Some(below) =
                blocks.pop_if(|below| below.positives * block.samples >= block.positives * below.samples)
            {
                block.low = below.low;
                block.positives += below.positives;
                block.samples += below.samples;
            }
            blocks.push(block);
        }
        let mut knots = Vec::new();
        for block in blocks {
            let probability = block.positives as f64 / block.samples as f64;
            knots.push((block.low, probability));
            if block.high > block.low {
                knots.push((block.high, probability));
            }
        }
        Isotonic { knots }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knots_ascend_strictly() {
        let labels = [false, true, false, true, true, false, true];
        let map = Scored::new(&[1.0, 2.0, 3.0, 4.0, 4.0, 5.0, 6.0], &labels).unwrap().isotonic();
        let (half, most) = (0.5, 2.0 / 3.0);
        assert_eq!(map.knots, [(1.0, 0.0), (2.0, half), (3.0, half), (4.0, most), (5.0, most), (6.0, 1.0)]);
    }

    #[test]
    fn scores_whose_distance_overflows_are_interpolated() {
        let map = Scored::new(&[-1.6e308, 1.6e308], &[false, true]).unwrap().isotonic();
        for (score, expected) in
            [(-1.6e308, 0.0), (-0.8e308, 0.25), (0.0, 0.5), (0.8e308, 0.75), (1.6e308, 1.0)]
        {
            assert!((map.probability(score) - expected).abs() < 1e-15, "{score}");
        }
        let map = Scored::new(&[-0.4e308, 1.6e308], &[false, true]).unwrap().isotonic();
        assert!((map.probability(0.6e308) - 0.5).abs() < 1e-15);
    }
}
