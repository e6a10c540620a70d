//! Scaled dot-product attention: softmax(λ ξ·x / √N) over P = e^{α√N} Gaussian patterns.

use std::f64::consts::LN_2;

use super::{ExponentialLoad, Patterns};
use crate::Error;
use crate::theory::check;

/// Scaled dot-product attention, the energy −(√N/λ) ln Σ_μ e^{λ ξ^μ·x/√N} + |x|²/2 with P = e^{α√N} patterns of standard
/// normal components, as keys and queries of a Transformer.
///
/// At N sites it is [`ExponentialLoad`] for Gaussian patterns at λ/√N and α/√N. So far below the loads at which patterns
/// of small norm or close pairs matter, the threshold of a typical pattern and that of all merge: both tend to
/// α = λ, and there is no condensation.
///
/// They do so slowly. From the [mean field](ExponentialLoad::mean_field), whose fixed point is lost where p = 1 − 1/(λ√N),
/// and from the least norm among P patterns, 1 − ρ = 2√α N^{−1/4}:
///
/// ```text
/// typical pattern   α = λ − (ln(λ√N) + 1 + λ²/2) / √N + ...
/// all patterns      α = λ (1 − 2 √λ N^{−1/4} + ...)
/// ```
///
/// # Example
/// ```
/// use dam_analysis::theory::exponential_load::ScaledAttention;
/// let model = ScaledAttention::new(1.0)?;
/// assert_eq!(model.threshold(), 1.0);
/// // With 10,000 sites a typical pattern is retrieved up to 0.94, and all up to 0.83.
/// assert!((model.typical_threshold(10_000)? - 0.9389).abs() < 1e-4);
/// assert!((model.norm_threshold(10_000)? - 0.8250).abs() < 1e-4);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
/// Lucibello and Mézard, The exponential capacity of dense associative memories (2024), where the two thresholds merge; the
/// corrections are derived here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScaledAttention {
    lambda: f64,
}

impl ScaledAttention {
    /// The model with inverse temperature `lambda`.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `lambda` is positive and at most 1e150.
    pub fn new(lambda: f64) -> Result<Self, Error> {
        ExponentialLoad::new(Patterns::Gaussian, lambda)?;
        Ok(Self { lambda })
    }

    /// The load α = ln P / √N up to which a typical pattern, and every pattern, is retrieved for N → ∞: λ.
    #[must_use]
    pub fn threshold(self) -> f64 {
        self.lambda
    }

    /// The threshold of a typical pattern with N sites, to the order 1/√N: λ − (ln(λ√N) + 1 + λ²/2)/√N, which at small N may
    /// be below 0. Without the shift of the fixed point it is λ − λ²/(2√N), the α_1 of Gaussian patterns at λ/√N.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless λ√N > 1.
    pub fn typical_threshold(self, n: usize) -> Result<f64, Error> {
        let (root, steepness) = self.at(n)?;
        Ok(self.lambda - (steepness.ln() + 1.0 + 0.5 * self.lambda * self.lambda) / root)
    }

    /// The load at which the pattern of least norm is lost with N sites, by the exponents: √N times the
    /// [norm threshold](ExponentialLoad::norm_threshold) at λ/√N.
    ///
    /// # Errors
    /// [`Error::Parameter`] for N = 0.
    pub fn norm_threshold(self, n: usize) -> Result<f64, Error> {
        let root = (n as f64).sqrt();
        check::positive("sqrt(n)", root)?;
        Ok(root * ExponentialLoad::new(Patterns::Gaussian, self.lambda / root)?.norm_threshold())
    }

    /// The λ above which the mean field of N sites retrieves a pattern of typical norm among P = e^{α√N}: √N times the
    /// [crossover](Patterns::crossover) of Gaussian patterns at α/√N. `None` if it is above √N.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `n` >= 2 and α√N is finite and at least ln 2.
    pub fn crossover(n: usize, alpha: f64) -> Result<Option<f64>, Error> {
        let root = (n as f64).sqrt();
        if !(alpha * root >= LN_2 && alpha.is_finite()) {
            let expected = "at least two patterns, ln(2)/sqrt(n)";
            return Err(Error::Parameter { name: "alpha", expected, found: alpha });
        }
        Ok(Patterns::Gaussian.crossover(n, alpha / root)?.map(|lambda| root * lambda))
    }

    /// √N and λ√N.
    fn at(self, n: usize) -> Result<(f64, f64), Error> {
        let root = (n as f64).sqrt();
        check::positive("ln(lambda sqrt(n))", (self.lambda * root).ln())?;
        Ok((root, self.lambda * root))
    }
}
