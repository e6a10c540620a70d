//! Overlaps of independent random states at finite N: tails, the nearest of many patterns, caps of a kernel.
//!
//! All tails are logarithms of probabilities, exact where the probability itself would underflow. The value the
//! central limit theorem gives stands beside them; at a fixed overlap it is wrong by a factor exponential in N.
//!
//! | question | here |
//! |---|---|
//! | how probable is an overlap of at least m₀? | [`Overlaps::ln_tail`], [`Overlaps::ln_two_sided`] |
//! | and by the central limit theorem? | [`Overlaps::ln_gaussian_tail`], [`Overlaps::ln_gaussian_two_sided`] |
//! | how near is the nearest of P patterns? | [`Overlaps::nearest`], [`nearest_leading`], [`nearest_rate`] |
//! | at which load does a state lie in caps of other patterns? | [`Overlaps::cap_load`], [`Overlaps::cumulative_load`] |

mod caps;
mod hypercube;
mod nearest;
mod sphere;
#[cfg(test)]
mod tests;

use std::f64::consts::{FRAC_1_SQRT_2, LN_2, PI};

pub use caps::cumulative_load_asymptotic;
pub(super) use hypercube::ln_binomial;
pub(super) use nearest::ln_others;
pub use nearest::{nearest_leading, nearest_rate};
pub(super) use sphere::ln_normalization;

use crate::Error;
use crate::theory::Space;

/// The overlap m = x·ξ/N of two independent uniform states in N dimensions.
///
/// # Example
/// ```
/// use dam_analysis::theory::{Space, tails::Overlaps};
/// // Four spins agree in at least three with the probability 5/16. The normal law says 16 %.
/// let overlaps = Overlaps::new(Space::Hypercube, 4)?;
/// assert!((overlaps.ln_tail(0.5)?.exp() - 5.0 / 16.0).abs() < 1e-15);
/// assert!((overlaps.ln_gaussian_tail(0.5)?.exp() - 0.1587).abs() < 1e-4);
/// // Deep in the tail it is wrong by eleven orders of magnitude.
/// let image = Overlaps::new(Space::Hypercube, 784)?;
/// let (exact, normal) = (image.ln_tail(0.75)?, image.ln_gaussian_tail(0.75)?);
/// assert!((normal - exact) / std::f64::consts::LN_10 > 11.0);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlaps {
    space: Space,
    n: usize,
}

impl Overlaps {
    /// Overlaps in `n` dimensions.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless n >= 2 on the sphere and n >= 1 on the hypercube.
    pub fn new(space: Space, n: usize) -> Result<Self, Error> {
        let (least, expected) = match space {
            Space::Sphere => (2, "at least 2 dimensions on the sphere"),
            Space::Hypercube => (1, "at least 1 site"),
        };
        if n < least {
            return Err(Error::Parameter { name: "n", expected, found: n as f64 });
        }
        Ok(Self { space, n })
    }

    /// Where the states live.
    #[must_use]
    pub fn space(self) -> Space {
        self.space
    }

    /// The number of dimensions.
    #[must_use]
    pub fn n(self) -> usize {
        self.n
    }

    /// ln P(m >= m0), with a relative error of P of 1e-12 or less while P > e^{−1000}.
    ///
    /// ```text
    /// sphere     P = I_{1−m₀²}((N−1)/2, 1/2) / 2                   for m₀ >= 0, I the incomplete beta function
    /// hypercube  P = 2^{−N} Σ_{k <= N(1−m₀)/2} binomial(N, k)      k counting the sites that differ
    /// ```
    ///
    /// On the hypercube a threshold that equals a possible overlap but for rounding counts as that overlap. At
    /// m0 = 1 the value is −N ln 2 there, and −∞ on the sphere.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless −1 <= `m0` <= 1.
    pub fn ln_tail(self, m0: f64) -> Result<f64, Error> {
        check_overlap(m0)?;
        Ok(match self.space {
            Space::Sphere => sphere::ln_tail(self.n, m0),
            Space::Hypercube => hypercube::ln_tail(self.n, m0),
        })
    }

    /// ln P(|m| >= m0): 0 for m0 <= 0, and ln 2 above [`ln_tail`](Self::ln_tail) for m0 > 0.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless −1 <= `m0` <= 1.
    pub fn ln_two_sided(self, m0: f64) -> Result<f64, Error> {
        let tail = self.ln_tail(m0)?;
        Ok(if m0 > 0.0 { LN_2 + tail } else { 0.0 })
    }

    /// ln P(Z >= m0 √N) for a standard normal Z: what the central limit theorem puts in place of
    /// [`ln_tail`](Self::ln_tail).
    ///
    /// Right for m0 √N = O(1), N → ∞. At a fixed m0 the tail is a large deviation, and the exponent −m0²/2 per
    /// site differs from the true one, (1/2) ln(1 − m0²) or the binary entropy.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless −1 <= `m0` <= 1.
    ///
    /// # Reference
    /// Overloaded memory, Proposition 6.3, which takes it for a fixed m0 < 1.
    pub fn ln_gaussian_tail(self, m0: f64) -> Result<f64, Error> {
        check_overlap(m0)?;
        Ok(ln_normal_tail(m0 * (self.n as f64).sqrt()))
    }

    /// ln P(|Z| >= m0 √N), the two-sided [`ln_gaussian_tail`](Self::ln_gaussian_tail).
    ///
    /// # Errors
    /// [`Error::Parameter`] unless −1 <= `m0` <= 1.
    pub fn ln_gaussian_two_sided(self, m0: f64) -> Result<f64, Error> {
        let tail = self.ln_gaussian_tail(m0)?;
        Ok(if m0 > 0.0 { LN_2 + tail } else { 0.0 })
    }
}

fn check_overlap(m0: f64) -> Result<(), Error> {
    if !(-1.0..=1.0).contains(&m0) {
        return Err(Error::Parameter { name: "m0", expected: "an overlap between -1 and 1", found: m0 });
    }
    Ok(())
}

/// ln P(Z >= x).
fn ln_normal_tail(x: f64) -> f64 {
    // erfc stays clear of subnormal numbers up to here.
    if x < 36.0 {
        return (0.5 * libm::erfc(x * FRAC_1_SQRT_2)).ln();
    }
    // 1 − 1/x² + 3/x⁴ − 15/x⁶ ..., of which six terms are exact to rounding.
    let y = 1.0 / (x * x);
    let series = -y * (1.0 - 3.0 * y * (1.0 - 5.0 * y * (1.0 - 7.0 * y * (1.0 - 9.0 * y))));
    -0.5 * x * x - x.ln() - 0.5 * (2.0 * PI).ln() + series.ln_1p()
}

/// ln Γ(x + 1) − [(x + 1/2) ln x − x + ln(2π)/2] for x > 0, what Stirling's formula leaves.
pub(super) fn stirling_error(x: f64) -> f64 {
    // The steps up to where the series is exact to rounding.
    let (mut x, mut sum) = (x, 0.0);
    while x < 16.0 {
        sum += (x + 0.5) * (1.0 / x).ln_1p() - 1.0;
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let series = 1.0 / 1188.0 - y * (691.0 / 360_360.0);
    sum + (1.0 / 12.0 - y * (1.0 / 360.0 - y * (1.0 / 1260.0 - y * (1.0 / 1680.0 - y * series)))) / x
}
