//! The caps of the log-sum-ReLU kernel: how many other patterns a typical state sees.

use std::f64::consts::PI;

use super::{Overlaps, hypercube, sphere};
use crate::Error;
use crate::theory::finite::average;
use crate::theory::{Space, check};

impl Overlaps {
    /// The load α = ln(M)/N at which a typical state lies, on average, in the cap of one of M other patterns.
    ///
    /// ```text
    /// M P(φ > 1 − 1/b) = e^{N (α − α_cap)},   α_cap = −(1/N) ln P(φ > 1 − 1/b)
    /// ```
    ///
    /// for the kernel of the log-sum-ReLU energy, [1 − b(1 − φ)]₊. Falls with N, as (ln N)/2N on the sphere,
    /// to the support threshold α_th = −(1/2) ln(1 − (1 − 1/b)²). It is 0 for b <= 1/2, where the cap is
    /// everything.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `b` is positive and finite.
    ///
    /// # Example
    /// ```
    /// use dam_analysis::theory::{Space, tails::Overlaps};
    /// let b = 2.0 + 2_f64.sqrt();
    /// let load = Overlaps::new(Space::Sphere, 100)?.cap_load(b)?;
    /// assert!((load - 0.37193).abs() < 1e-5);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    pub fn cap_load(self, b: f64) -> Result<f64, Error> {
        check::positive("b", b)?;
        // The edge of the cap has the weight 0 and does not count.
        let ln_p = match self.space {
            Space::Sphere => sphere::ln_tail(self.n, (1.0 - 1.0 / b).max(-1.0)),
            Space::Hypercube => hypercube::ln_within(self.n, 1.0 / b),
        };
        // Not −0.
        Ok(0.0 - ln_p / self.n as f64)
    }

    /// The load α = ln(M)/N at which the weights of M other patterns at a typical state sum, on average, to
    /// 1, the weight of a pattern at itself.
    ///
    /// ```text
    /// M <[1 − b(1 − φ)]₊> = e^{N (α − α_cum)},   α_cum = −(1/N) ln <[1 − b(1 − φ)]₊>
    /// ```
    ///
    /// Above [`cap_load`](Self::cap_load), and with the same limit for N → ∞. For b <= 1/2 the mean is 1 − b.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `b` is positive and finite; or if on the hypercube the cap is so narrow or
    /// so unlikely that no mean is found.
    pub fn cumulative_load(self, b: f64) -> Result<f64, Error> {
        check::positive("b", b)?;
        let ln_weight = |gap: f64| (1.0 - b * gap).max(0.0).ln();
        match average(self, ln_weight) {
            Some(average) => Ok(-average.ln_mean / self.n as f64),
            None => Err(Error::Parameter { name: "b", expected: "a cap wide enough to be seen", found: b }),
        }
    }
}

/// The first terms of [`Overlaps::cumulative_load`] on the sphere for large N, with φ_w = 1 − 1/b:
///
/// ```text
/// α_cum ≈ −(1/2) ln(1 − φ_w²) + [(3/2) ln N − ln(b sqrt(1 − φ_w²) / (√(2π) φ_w²))] / N
/// ```
///
/// # Errors
/// [`Error::Parameter`] unless `n` >= 2 and `b` is finite and above 1: without the edge of the cap at positive
/// overlaps the mean is not made at the edge.
pub fn cumulative_load_asymptotic(n: usize, b: f64) -> Result<f64, Error> {
    Overlaps::new(Space::Sphere, n)?;
    if !(b > 1.0 && b.is_finite()) {
        return Err(Error::Parameter { name: "b", expected: "finite and above 1", found: b });
    }
    let n = n as f64;
    let edge = 1.0 - 1.0 / b;
    let co_square = (2.0 - 1.0 / b) / b;
    let constant = (b * co_square.sqrt() / ((2.0 * PI).sqrt() * edge * edge)).ln();
    Ok(-0.5 * co_square.ln() + (1.5 * n.ln() - constant) / n)
}
