//! Krotov–Hopfield capacity: how many patterns are fixed points, from the signal and the noise of one spin
//! flip.
//!
//! ```text
//! E(x) = −Σ_μ F(ξ^μ·x),  F(z) = zⁿ or [z]₊ⁿ
//! ```
//!
//! At a stored pattern a flip costs 2n N^(n−1), against cross-talk of the K − 1 other patterns, independent
//! bits, of variance 4n² (K−1) N^(n−1) (2n−3)!!. Rectifying drops the half of it that comes from negative
//! overlaps.
//!
//! These are statements about independent patterns of ±1, stored as they are; trained or correlated memories
//! have other capacities. For the loads at which most of a pattern survives, see [`super::polynomial`].

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

use crate::{Error, normal};

/// The interaction function of the energy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// F(z) = zⁿ.
    Plain,
    /// F(z) = max(0, z)ⁿ: half the cross-talk, so twice the patterns.
    Rectified,
}

/// One pattern among K under an energy of order n on N spins.
///
/// # Example
/// ```
/// use dam_analysis::theory::capacity::{Power, SignalToNoise};
///
/// let cubic = SignalToNoise::new(784, 3, Power::Plain)?;
/// assert!((cubic.max_patterns() - 15371.6).abs() < 0.1);
/// // As many patterns with the chance 1 % of an error in one of them.
/// assert!((cubic.max_patterns_at(0.01)? / cubic.max_patterns() - 0.752).abs() < 5e-4);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
/// Krotov and Hopfield, Advances in Neural Information Processing Systems 29 (2016); overloaded memory, eqs 3
/// and 4.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignalToNoise {
    sites: f64,
    /// N^(n−1)/(2n−3)!!, twice that if rectified: over K, the squared ratio of signal and noise.
    scale: f64,
}

impl SignalToNoise {
    /// `sites` N >= 2 spins and the order n >= 2.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless both are at least 2 and N^(n−1) and (2n−3)!! are within the range of a
    /// double.
    pub fn new(sites: usize, order: u32, power: Power) -> Result<Self, Error> {
        let n = checked_sites(sites)?;
        let plain = checked_order(n, order)?;
        let scale = match power {
            Power::Plain => plain,
            Power::Rectified => 2.0 * plain,
        };
        Ok(Self { sites: n, scale })
    }

    /// P_error: the probability that a bit of a stored pattern is unstable, with `patterns` K in all.
    ///
    /// ```text
    /// Q(√(N^(n−1) / ((K−1) (2n−3)!!))),  Q(x) = 1 − Φ(x)      rectified: (K−1)/2 for K−1
    /// ```
    ///
    /// The cross-talk is taken as Gaussian, which for higher n wants more patterns: simulations of (N, K,
    /// n) = (100, 40, 2), (60, 400, 3), (40, 1500, 4) give 0.0563, 0.0407 and 0.0497 for 0.0547, 0.0414 and
    /// 0.0458 here, each ± 2 to 5 %. One pattern has no cross-talk, and none has no error either: both give
    /// 0.
    #[must_use]
    pub fn error_probability(self, patterns: usize) -> f64 {
        match patterns {
            0 | 1 => 0.0,
            _ => normal::cdf(-(self.scale / (patterns - 1) as f64).sqrt()),
        }
    }

    /// P_error for large N^(n−1)/K, the corrected eq. 3 of overloaded memory: the first term of the
    /// expansion of [`error_probability`](Self::error_probability), with K for K − 1.
    ///
    /// ```text
    /// √((2n−3)!! K / (2π N^(n−1))) exp(−N^(n−1) / (2K (2n−3)!!))      rectified: K/2 for K
    /// ```
    ///
    /// It is too high, by 15 to 45 % where P_error is between 0.01 and 0.1.
    #[must_use]
    pub fn asymptotic_error_probability(self, patterns: usize) -> f64 {
        if patterns == 0 {
            return 0.0;
        }
        let ratio = self.scale / patterns as f64;
        (-0.5 * ratio).exp() / (2.0 * std::f64::consts::PI * ratio).sqrt()
    }

    /// The largest number of patterns that are all stable for N → ∞, eq. 4 of overloaded memory.
    ///
    /// ```text
    /// K = N^(n−1) / (2 (2n−3)!! ln N)      rectified: twice that
    /// ```
    #[must_use]
    pub fn max_patterns(self) -> f64 {
        0.5 * self.scale / self.sites.ln()
    }

    /// The number of patterns at which one of them has an unstable bit with the probability `delta`, at
    /// this N.
    ///
    /// ```text
    /// K = N^(n−1) / ((2n−3)!! z²),  Q(z) = δ/N      rectified: twice that
    /// ```
    ///
    /// By P_error = δ/N, and with K for K − 1 as in [`max_patterns`](Self::max_patterns), its limit. At N =
    /// 784 the two agree for δ near 0.1.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless 0 < `delta` < 1 and δ/N is not below the smallest normal double.
    pub fn max_patterns_at(self, delta: f64) -> Result<f64, Error> {
        let error = delta / self.sites;
        if !(delta < 1.0 && error >= f64::MIN_POSITIVE) {
            return Err(Error::Parameter {
                name: "delta",
                expected: "a probability in (0, 1)",
                found: delta,
            });
        }
        Ok(self.scale / normal::quantile(error).powi(2))
    }
}

/// Eq. 3 of overloaded memory as printed, where the root covers (2n−3)!!/2π only.
///
/// ```text
/// √((2n−3)!! / 2π) K/N^(n−1) exp(−N^(n−1) / (2K (2n−3)!!))
/// ```
///
/// It lacks the factor √(N^(n−1)/K) of [`SignalToNoise::asymptotic_error_probability`], and is here for
/// comparison only. It is for F(z) = zⁿ, while eq. 2 there is rectified.
///
/// # Errors
/// As [`SignalToNoise::new`].
pub fn printed_error_probability(sites: usize, patterns: usize, order: u32) -> Result<f64, Error> {
    let corrected = SignalToNoise::new(sites, order, Power::Plain)?.asymptotic_error_probability(patterns);
    let load = patterns as f64 / (sites as f64).powi(order as i32 - 1);
    Ok(corrected * load.sqrt())
}

fn checked_sites(sites: usize) -> Result<f64, Error> {
    if sites < 2 {
        return Err(Error::Parameter { name: "sites", expected: "at least 2", found: sites as f64 });
    }
    Ok(sites as f64)
}

/// N^(n−1)/(2n−3)!!.
fn checked_order(sites: f64, order: u32) -> Result<f64, Error> {
    let refused = |expected| Err(Error::Parameter { name: "order", expected, found: f64::from(order) });
    if order < 2 {
        return refused("at least 2");
    }
    // An order beyond i32 is beyond the range as well.
    let signal = i32::try_from(order).map_or(f64::INFINITY, |n| sites.powi(n - 1));
    if !signal.is_finite() {
        return refused("one with N^(n-1) below 1e308");
    }
    let pairings: f64 = (1..order).map(|k| f64::from(2 * k - 1)).product();
    if !pairings.is_finite() {
        return refused("one with (2n-3)!! below 1e308");
    }
    Ok(signal / pairings)
}
