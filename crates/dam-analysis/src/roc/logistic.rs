//! The logistic map from score to probability.

use super::Scored;
use crate::Error;

/// A logistic map from score to probability of the positive class.
///
/// ```text
/// P(positive | s) = 1 / (1 + exp(−(intercept + slope · s)))
/// ```
///
/// # Example
///
/// ```
/// use dam_analysis::roc::Scored;
///
/// let labels = [false, false, true, false, true, true];
/// let map = Scored::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &labels)?.logistic()?;
/// assert!((map.probability(3.5) - 0.5).abs() < 1e-12);
/// assert!(map.slope() > 0.0);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
///
/// J. C. Platt, Probabilistic outputs for support vector machines and comparisons to regularized likelihood
/// methods, Advances in Large Margin Classifiers, MIT Press, 61–74 (1999).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Logistic {
    /// The log odds at `centre`, which lies where the data are: the intercept may be far outside.
    at_centre: f64,
    centre: f64,
    slope: f64,
}

impl Logistic {
    /// The change of the log odds per unit of score.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::Scored;
    ///
    /// let map = Scored::new(&[2.0; 5], &[true, false, true, true, true])?.logistic()?;
    /// assert_eq!(map.slope(), 0.0);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    #[must_use]
    pub fn slope(&self) -> f64 {
        self.slope
    }

    /// The log odds at score 0.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::Scored;
    ///
    /// let map = Scored::new(&[2.0; 5], &[true, false, true, true, true])?.logistic()?;
    /// assert_eq!(map.intercept(), 4.0_f64.ln());
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    #[must_use]
    pub fn intercept(&self) -> f64 {
        self.at_centre - self.slope * self.centre
    }

    /// The probability, in [0, 1], that a sample of this score is positive; NaN for NaN.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::Scored;
    ///
    /// let map = Scored::new(&[2.0; 5], &[true, false, true, true, true])?.logistic()?;
    /// assert!((map.probability(2.0) - 0.8).abs() < 1e-15);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    #[must_use]
    pub fn probability(&self, score: f64) -> f64 {
        let change = self.slope * (score - self.centre);
        // A distance that overflows makes 0 · ∞ of a slope of 0.
        let flat = self.slope == 0.0 && !score.is_nan();
        sigmoid(if flat { self.at_centre } else { self.at_centre + change })
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// ln(1 + e^x) without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

const MAX_STEPS: usize = 200;
/// Below it the slope per unit of score could overflow.
const SMALLEST_HALF_RANGE: f64 = 1e-280;

impl Scored {
    /// The logistic map of maximum likelihood from these scores to the probability of the positive class
    /// (Platt scaling without his smoothing of the labels), by Newton's method.
    ///
    /// ```text
    /// maximize Σ_{positive} ln p(s_i) + Σ_{negative} ln (1 − p(s_j))
    /// ```
    ///
    /// The mean of p(s) over the samples is their fraction of positives. Constant scores have the slope 0. A
    /// slope may come out negative: the score then ranks the classes the wrong way round. Each Newton step
    /// takes O(n) time, and about ten are needed.
    ///
    /// A map fitted to the samples it is then judged by flatters them: fit and judge on different samples.
    ///
    /// # Errors
    ///
    /// - [`Error::Separated`] if no positive scores lower than a negative or none higher, so that the slope
    ///   would be infinite;
    /// - [`Error::NotConverged`] if the classes overlap so little, relative to the range of the scores, that
    ///   the maximum is out of reach;
    /// - [`Error::Parameter`] if the scores differ by less than 2e-280, too little to be scaled by.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::{Scored, brier_score};
    ///
    /// let (scores, labels) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [false, true, false, false, true, true]);
    /// let map = Scored::new(&scores, &labels)?.logistic()?;
    /// let probabilities = scores.map(|score| map.probability(score));
    /// assert!(brier_score(&probabilities, &labels)? < 0.25);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    ///
    /// # Reference
    ///
    /// J. C. Platt, Advances in Large Margin Classifiers, MIT Press, 61–74 (1999). When the maximum exists:
    /// A. Albert and J. A. Anderson, On the existence of maximum likelihood estimates in logistic regression
    /// models, Biometrika 71, 1–10 (1984).
    pub fn logistic(&self) -> Result<Logistic, Error> {
        let odds = self.positives as f64 / self.negatives as f64;
        let (max, min) = (self.cuts[0].threshold, self.cuts[self.cuts.len() - 1].threshold);
        if self.cuts.len() == 1 {
            return Ok(Logistic { at_centre: odds.ln(), centre: max, slope: 0.0 });
        }
        self.check_overlap()?;
        // Halved before they are combined: the range of finite scores need not be finite.
        let (middle, half) = (max / 2.0 + min / 2.0, max / 2.0 - min / 2.0);
        if half < SMALLEST_HALF_RANGE {
            return Err(Error::Parameter {
                name: "half the range of the scores",
                expected: "at least 1e-280; scale them up",
                found: half,
            });
        }

        // Scores on [−1, 1], with the numbers of positives and negatives there.
        let groups: Vec<(f64, f64, f64)> = self
            .placements()
            .zip(&self.cuts)
            .map(|(p, cut)| ((cut.threshold - middle) / half, p.positives as f64, p.negatives as f64))
            .collect();
        let (at_centre, centre, slope) = maximize(&groups, odds.ln())?;
        Ok(Logistic { at_centre, centre: middle + half * centre, slope: slope / half })
    }

    /// Refuses classes of which one lies entirely at or above the other.
    fn check_overlap(&self) -> Result<(), Error> {
        let first = |reached: &dyn Fn(&super::Cut) -> bool| self.cuts.partition_point(|cut| !reached(cut));
        let highest_positive = first(&|cut| cut.tp > 0);
        let highest_negative = first(&|cut| cut.fp > 0);
        let lowest_positive = first(&|cut| cut.tp == self.positives);
        let lowest_negative = first(&|cut| cut.fp == self.negatives);
        for (lowest, highest) in [(lowest_positive, highest_negative), (lowest_negative, highest_positive)] {
            // Cuts run from the highest score to the lowest.
            if lowest <= highest {
                return Err(Error::Separated { threshold: self.cuts[lowest].threshold });
            }
        }
        Ok(())
    }
}

/// The log odds η = value + slope (u − centre) of maximum likelihood, for groups (u, positives, negatives)
/// with u in [−1, 1].
fn maximize(groups: &[(f64, f64, f64)], log_odds: f64) -> Result<(f64, f64, f64), Error> {
    let (mut value, mut centre, mut slope) = (log_odds, 0.0, 0.0);
    let cost = |value: f64, centre: f64, slope: f64| -> f64 {
        let eta = |u: f64| value + slope * (u - centre);
        groups.iter().map(|&(u, p, n)| p * softplus(-eta(u)) + n * softplus(eta(u))).sum()
    };
    for _ in 0..MAX_STEPS {
        let terms = groups.iter().map(move |&(u, p, n)| {
            let eta = value + slope * (u - centre);
            let (q, r) = (sigmoid(eta), sigmoid(-eta));
            (u, (p + n) * q * r, p * r - n * q)
        });
        // About the weighted mean of u the two parameters decouple, and the Hessian cannot cancel.
        let (weight, moment) =
            terms.clone().fold((0.0, 0.0), |(w, m), (u, weight, _)| (w + weight, m + weight * u));
        let mean = moment / weight;
        value += slope * (mean - centre);
        centre = mean;
        let (mut spread, mut residual, mut torque) = (0.0, 0.0, 0.0);
        for (u, weight, r) in terms {
            spread += weight * (u - mean).powi(2);
            residual += r;
            torque += r * (u - mean);
        }
        let (value_step, slope_step) = (residual / weight, torque / spread);
        // The largest change of η.
        let change = value_step.abs() + slope_step.abs() * (1.0 + mean.abs());
        if !change.is_finite() {
            break;
        }
        let mut t = 1.0;
        // Up to 1 a full step lowers the cost for certain (F. Bach, Self-concordant analysis for logistic
        // regression, Electronic Journal of Statistics 4, 384–414 (2010), proposition 1).
        if change > 1.0 {
            let now = cost(value, centre, slope);
            let decrement = residual * value_step + torque * slope_step;
            while cost(value + t * value_step, centre, slope + t * slope_step) > now - 1e-4 * t * decrement
                && t * change > 1.0
            {
                t /= 2.0;
            }
        }
        value += t * value_step;
        slope += t * slope_step;
        // Convergence is quadratic: the step after this one would be at the level of rounding.
        if change <= 1e-8 {
            return Ok((value, centre, slope));
        }
    }
    Err(Error::NotConverged { steps: MAX_STEPS })
}
