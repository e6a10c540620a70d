use super::Retrieval;
use crate::roc::Interval;
use crate::{Error, normal};

/// Successes of independent trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Proportion {
    /// Trials that succeeded.
    pub successes: usize,
    /// All trials.
    pub trials: usize,
}

impl Proportion {
    /// The trials of several patterns together.
    ///
    /// Trials of one pattern mostly end alike, so an interval of the pooled trials is right only where each
    /// pattern has one, or where one pattern is meant.
    #[must_use]
    pub fn pooled(retrievals: &[Retrieval]) -> Self {
        let sum = |of: fn(&Retrieval) -> usize| retrievals.iter().map(of).sum();
        Self { successes: sum(|r| r.successes), trials: sum(|r| r.trials) }
    }

    /// successes / trials; NaN without trials.
    #[must_use]
    pub fn fraction(self) -> f64 {
        self.successes as f64 / self.trials as f64
    }

    /// The Wilson score interval of the probability of success: within [0, 1], of positive width also at 0 and 1,
    /// and near its nominal coverage down to a handful of trials.
    ///
    /// ```text
    /// (p + z²/2n ± z sqrt(p (1 − p)/n + z²/4n²)) / (1 + z²/n)
    /// ```
    ///
    /// # Errors
    /// [`Error::ConfidenceLevel`] unless 0 < `level` < 1; [`Error::Parameter`] without trials or with more
    /// successes than trials.
    ///
    /// # Example
    /// ```
    /// use dam_analysis::Proportion;
    /// let none = Proportion { successes: 0, trials: 10 }.wilson(0.95)?;
    /// assert!(none.lower == 0.0 && (none.upper - 0.2775).abs() < 1e-4);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    ///
    /// # Reference
    /// Wilson (1927); recommended by Brown, Cai and DasGupta, Statistical Science 16, 101 (2001).
    pub fn wilson(self, level: f64) -> Result<Interval, Error> {
        let tail = Interval::tail(level)?;
        if self.trials == 0 || self.successes > self.trials {
            let expected = "at least one, and no fewer than the successes";
            return Err(Error::Parameter { name: "trials", expected, found: self.trials as f64 });
        }
        let (n, p) = (self.trials as f64, self.fraction());
        let z = -normal::quantile(tail);
        let over = 1.0 + z * z / n;
        let centre = (p + z * z / (2.0 * n)) / over;
        let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt() / over;
        let lower = if self.successes == 0 { 0.0 } else { centre - half };
        let upper = if self.successes == self.trials { 1.0 } else { centre + half };
        Ok(Interval { lower, upper, level })
    }
}

/// The basin radius: the noise at which the success of a curve first falls below 1/2, linear between its points.
/// `None` if it never does, or is below from the start.
///
/// `levels` are the strengths of the noises in rising order, whatever their unit.
///
/// # Errors
/// [`Error::Parameter`] unless there are as many levels as points, finite and rising.
///
/// # Example
/// ```
/// use dam_analysis::{Proportion, basin_radius};
/// let curve = [10, 8, 2].map(|successes| Proportion { successes, trials: 10 });
/// let radius = basin_radius(&[0.1, 0.2, 0.4], &curve)?.unwrap();
/// assert!((radius - 0.3).abs() < 1e-12);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
pub fn basin_radius(levels: &[f64], curve: &[Proportion]) -> Result<Option<f64>, Error> {
    if levels.len() != curve.len() {
        let expected = "one for each point of the curve";
        return Err(Error::Parameter { name: "noise levels", expected, found: levels.len() as f64 });
    }
    if let Some(level) = levels.iter().find(|level| !level.is_finite()) {
        return Err(Error::Parameter { name: "noise level", expected: "a finite number", found: *level });
    }
    if let Some(pair) = levels.windows(2).find(|pair| pair[1] <= pair[0]) {
        return Err(Error::Parameter { name: "noise level", expected: "rising levels", found: pair[1] });
    }
    let fractions: Vec<f64> = curve.iter().map(|point| point.fraction()).collect();
    Ok(half_point(levels, &fractions))
}

/// Where a curve of fractions first falls below 1/2, linear between its points, of which there are as many as levels, in
/// rising order: [`basin_radius`] of what is no count of trials. `None` if it never does, or is below from the start.
#[must_use]
pub fn half_point(levels: &[f64], fractions: &[f64]) -> Option<f64> {
    let mut pairs = levels.windows(2).zip(fractions.windows(2));
    let (x, f) = pairs.find(|(_, f)| f[0] >= 0.5 && f[1] < 0.5)?;
    Some(x[0] + (x[1] - x[0]) * (f[0] - 0.5) / (f[0] - f[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_radius_is_where_success_falls_through_one_half() {
        let curve = |successes: &[usize]| -> Vec<Proportion> {
            successes.iter().map(|&successes| Proportion { successes, trials: 4 }).collect()
        };
        assert_eq!(basin_radius(&[1.0, 2.0, 3.0], &curve(&[4, 3, 0])).unwrap(), Some(2.0 + 1.0 / 3.0));
        assert_eq!(basin_radius(&[1.0, 2.0], &curve(&[4, 2])).unwrap(), None);
        assert_eq!(basin_radius(&[1.0, 2.0], &curve(&[1, 0])).unwrap(), None);
        for levels in [&[1.0][..], &[1.0, 1.0], &[f64::NAN, 1.0]] {
            assert!(matches!(basin_radius(levels, &curve(&[4, 0])), Err(Error::Parameter { .. })));
        }
    }

    #[test]
    fn wilson_agrees_with_its_defining_equation_and_a_published_value() {
        // |p − p₀| = z sqrt(p₀ (1 − p₀) / n) at both ends p₀.
        for (successes, trials, level) in [(1, 10, 0.95), (37, 100, 0.9), (999, 1000, 0.99), (5, 9, 0.5)] {
            let proportion = Proportion { successes, trials };
            let interval = proportion.wilson(level).unwrap();
            let z = normal::quantile(0.5 + 0.5 * level);
            for end in [interval.lower, interval.upper] {
                let off = (proportion.fraction() - end).abs();
                let spread = z * (end * (1.0 - end) / trials as f64).sqrt();
                assert!((off - spread).abs() < 1e-12, "{off} {spread}");
            }
        }
        // Newcombe, Statistics in Medicine 17, 857 (1998), table I: 81 of 263 gives 0.2553 to 0.3662.
        let interval = Proportion { successes: 81, trials: 263 }.wilson(0.95).unwrap();
        assert!((interval.lower - 0.2553).abs() < 5e-5 && (interval.upper - 0.3662).abs() < 5e-5);
    }

    #[test]
    fn ends_stay_in_range_and_bad_input_is_refused() {
        let all = Proportion { successes: 20, trials: 20 }.wilson(0.95).unwrap();
        assert!(all.upper == 1.0 && all.lower > 0.8);
        for level in [0.0, 1.0, f64::NAN] {
            assert!(matches!(
                Proportion { successes: 1, trials: 2 }.wilson(level),
                Err(Error::ConfidenceLevel { .. })
            ));
        }
        for (successes, trials) in [(0, 0), (3, 2)] {
            assert!(matches!(Proportion { successes, trials }.wilson(0.9), Err(Error::Parameter { .. })));
        }
    }
}
