//! Times of escape, of which some are known only to be longer than the run.

use statrs::distribution::{ContinuousCDF, Gamma};

use crate::Error;

/// How long chains stayed: until they escaped, or, censored, until the run ended.
///
/// ```
/// use dam_analysis::thermal::Escapes;
/// // Three escapes; two chains were still there after 1000 steps.
/// let escapes = Escapes::new(&[120.0, 340.0, 800.0], &[1000.0, 1000.0])?;
/// assert_eq!(escapes.rate(), 3.0 / 3260.0);
/// let mean_time = escapes.mean_time(0.95)?;
/// assert!(mean_time.lower < 1087.0 && mean_time.upper > 1087.0);
/// assert!((escapes.survival(500.0) - 0.6).abs() < 1e-12);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Escapes {
    /// Times in rising order; of equal times escapes come first.
    times: Vec<(f64, bool)>,
    escaped: usize,
    exposure: f64,
}

/// A step of the Kaplan-Meier curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Survival {
    /// A time at which chains escaped.
    pub time: f64,
    /// Chains that were there until then.
    pub at_risk: usize,
    /// Chains that escaped then.
    pub escapes: usize,
    /// The estimated share of chains that stay longer.
    pub survival: f64,
    /// Its standard error (Greenwood's formula).
    pub standard_error: f64,
}

/// The mean time of an exponential law, with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanTime {
    /// Time under observation over escapes; infinite without an escape.
    pub estimate: f64,
    /// Lower end of the interval.
    pub lower: f64,
    /// Upper end; infinite without an escape.
    pub upper: f64,
}

impl Escapes {
    /// From the times of chains that escaped and of chains that did not while they were watched.
    ///
    /// # Errors
    /// [`Error::NoSeries`] without any chain; [`Error::NonFiniteValue`] (series 0: escaped, 1: stayed);
    /// [`Error::Parameter`] for a time that is not positive.
    pub fn new(escaped: &[f64], stayed: &[f64]) -> Result<Self, Error> {
        if escaped.is_empty() && stayed.is_empty() {
            return Err(Error::NoSeries);
        }
        for (series, values) in [escaped, stayed].into_iter().enumerate() {
            if let Some((index, &value)) = values.iter().enumerate().find(|(_, t)| !t.is_finite()) {
                return Err(Error::NonFiniteValue { series, index, value });
            }
            if let Some(&found) = values.iter().find(|t| **t <= 0.0) {
                return Err(Error::Parameter { name: "time", expected: "t > 0", found });
            }
        }
        let mut times: Vec<(f64, bool)> =
            escaped.iter().map(|&t| (t, true)).chain(stayed.iter().map(|&t| (t, false))).collect();
        // A chain watched until t was there at t: escapes at t come before.
        times.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let exposure = times.iter().map(|(t, _)| t).sum();
        Ok(Self { times, escaped: escaped.len(), exposure })
    }

    /// The number of chains.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // never empty
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// The number of chains that escaped.
    #[must_use]
    pub fn escaped(&self) -> usize {
        self.escaped
    }

    /// The Kaplan-Meier curve: one entry for each time at which chains escaped.
    ///
    /// # Reference
    /// E. L. Kaplan and P. Meier, J. Am. Stat. Assoc. 53, 457 (1958).
    #[must_use]
    pub fn curve(&self) -> Vec<Survival> {
        let mut curve: Vec<Survival> = Vec::new();
        let (mut survival, mut greenwood) = (1.0, 0.0);
        let mut first = 0;
        while first < self.times.len() {
            let time = self.times[first].0;
            let here = self.times[first..].iter().take_while(|(t, _)| *t == time).count();
            let escapes = self.times[first..first + here].iter().filter(|(_, escaped)| *escaped).count();
            let at_risk = self.times.len() - first;
            if escapes > 0 {
                let (d, r) = (escapes as f64, at_risk as f64);
                survival *= 1.0 - d / r;
                // The last chain of all makes survival 0, of which nothing is uncertain any more.
                greenwood += if d < r { d / (r * (r - d)) } else { 0.0 };
                let standard_error = survival * f64::sqrt(greenwood);
                curve.push(Survival { time, at_risk, escapes, survival, standard_error });
            }
            first += here;
        }
        curve
    }

    /// The share of chains that stay longer than `time`, by the Kaplan-Meier estimate.
    #[must_use]
    pub fn survival(&self, time: f64) -> f64 {
        self.curve().iter().take_while(|s| s.time <= time).last().map_or(1.0, |s| s.survival)
    }

    /// The time by which half the chains have escaped; `None` if fewer have.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        self.curve().iter().find(|s| s.survival <= 0.5).map(|s| s.time)
    }

    /// The escape rate of an exponential law, by maximum likelihood: escapes over the time under observation.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.escaped as f64 / self.exposure
    }

    /// The mean time of an exponential law with an interval at confidence `level`.
    ///
    /// The ends are those of a Poisson count of escapes in the time under observation, so they cover at least at
    /// the stated level for runs of fixed length.
    ///
    /// # Errors
    /// [`Error::ConfidenceLevel`] unless 0 < `level` < 1.
    pub fn mean_time(&self, level: f64) -> Result<MeanTime, Error> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::ConfidenceLevel { found: level });
        }
        let tail = (1.0 - level) / 2.0;
        let d = self.escaped as f64;
        // Quantiles of Gamma(k, 1) are half those of chi squared with 2 k degrees of freedom.
        let quantile = |shape: f64, p: f64| Gamma::new(shape, 1.0).map_or(f64::NAN, |g| g.inverse_cdf(p));
        let most = quantile(d + 1.0, 1.0 - tail) / self.exposure;
        let upper = if self.escaped == 0 { f64::INFINITY } else { self.exposure / quantile(d, tail) };
        Ok(MeanTime { estimate: 1.0 / self.rate(), lower: 1.0 / most, upper })
    }
}
