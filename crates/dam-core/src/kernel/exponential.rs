use super::Kernel;
use crate::error::parameter;
use crate::{Error, Overlap};

/// The exponential kernel: Demircigil's model with [`Sum`](crate::Sum), LSE (softmax attention) with
/// [`LogSum`](crate::LogSum).
///
/// # Energy
/// ```text
/// new(β):       F(m) = exp(β N m)          = exp(β x·ξ)
/// anchored(β):  F(m) = exp(−β N (1 − m))   = exp(−β |x − ξ|² / 2) at fixed norms;  F = 1 at the pattern
/// ```
/// The two differ by the factor exp(β N), so by a constant energy under `LogSum`; dynamics do not see it.
/// β > 0 is per squared distance. `anchored` never overflows, also not under `Sum`.
///
/// # Example
/// ```
/// use dam_core::{Kernel, Overlap, kernel::Exponential};
/// let f = Exponential::anchored(1.0)?;
/// assert_eq!(f.ln_f(Overlap::new(1.0, 10_000)), 0.0);
/// assert_eq!(f.ln_f(Overlap::new(0.5, 10_000)), -5_000.0);
/// # Ok::<(), dam_core::Error>(())
/// ```
///
/// # Reference
/// Demircigil et al. (2017); Ramsauer et al. (2020), eq. 1; `anchored` is the form of "thermal phases", eq. 4.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw", into = "Raw"))]
pub struct Exponential {
    beta: f64,
    anchored: bool,
}

impl Exponential {
    /// exp(β x·ξ).
    ///
    /// # Errors
    /// [`Error::Parameter`] unless β is positive and finite.
    pub fn new(beta: f64) -> Result<Self, Error> {
        Ok(Self { beta: parameter("beta", "beta > 0", beta, beta > 0.0)?, anchored: false })
    }

    /// exp(−β N (1 − m)): one at the pattern.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless β is positive and finite.
    pub fn anchored(beta: f64) -> Result<Self, Error> {
        Ok(Self { anchored: true, ..Self::new(beta)? })
    }

    /// The inverse squared width β.
    #[must_use]
    pub fn beta(self) -> f64 {
        self.beta
    }
}

impl Kernel for Exponential {
    #[inline(always)]
    fn f(&self, s: Overlap) -> f64 {
        self.ln_f(s).exp()
    }
    #[inline(always)]
    fn df(&self, s: Overlap) -> f64 {
        self.dln_f(s) * self.f(s)
    }
    #[inline(always)]
    fn ln_f(&self, s: Overlap) -> f64 {
        if self.anchored { -self.beta * s.half_sq_dist() } else { self.beta * s.dot() }
    }
    #[inline(always)]
    fn dln_f(&self, s: Overlap) -> f64 {
        self.beta * s.n()
    }
    fn ln_linear(&self, n: usize) -> Option<(f64, f64)> {
        let slope = self.beta * n as f64;
        Some((if self.anchored { -slope } else { 0.0 }, slope))
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Raw {
    beta: f64,
    anchored: bool,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for Exponential {
    type Error = Error;
    fn try_from(raw: Raw) -> Result<Self, Error> {
        if raw.anchored { Self::anchored(raw.beta) } else { Self::new(raw.beta) }
    }
}

#[cfg(feature = "serde")]
impl From<Exponential> for Raw {
    fn from(k: Exponential) -> Self {
        Self { beta: k.beta, anchored: k.anchored }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_have_the_sharpness_they_were_given() {
        assert_eq!(Exponential::new(1.7).map(Exponential::beta), Ok(1.7));
        assert_eq!(Exponential::anchored(0.3).map(Exponential::beta), Ok(0.3));
    }
}
