//! How the kernels' values are reduced to one energy: Q in E = −c Q(Σ_μ F(m_μ)).

use crate::Error;

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Sum {}
    impl Sealed for super::LogSum {}
    impl Sealed for super::FlooredLogSum {}
}

/// Q(Σ) = Σ: the polynomial models and Demircigil's.
///
/// Sums of a kernel that works through ln F (such as [`Exponential`](crate::kernel::Exponential)) are formed
/// relative to their largest term. Where the result leaves the range of f64, its magnitude saturates while
/// the sign of a flip price and the direction of a field stay right; [`LogSum`] has the same single-spin
/// descent and finite energies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Sum;

/// Q(Σ) = ln Σ: LSE with an exponential kernel, LSR with an Epanechnikov kernel. +∞ energy where Σ <= 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LogSum;

/// Q(Σ) = ln max(ε, Σ): LSR with the floor *on the sum* (eq. 7 of "thermal phases" puts it on every term;
/// see [`Epanechnikov::with_floor`](crate::kernel::Epanechnikov::with_floor)).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "f64", into = "f64"))]
pub struct FlooredLogSum {
    epsilon: f64,
    ln_floor: f64,
}

impl FlooredLogSum {
    /// The floor ε > 0 on the sum.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless ε is positive and finite.
    pub fn new(epsilon: f64) -> Result<Self, Error> {
        let epsilon = crate::error::parameter("epsilon", "epsilon > 0", epsilon, epsilon > 0.0)?;
        Ok(Self { epsilon, ln_floor: epsilon.ln() })
    }

    /// The floor ε.
    #[must_use]
    pub fn epsilon(self) -> f64 {
        self.epsilon
    }
}

impl TryFrom<f64> for FlooredLogSum {
    type Error = Error;
    fn try_from(epsilon: f64) -> Result<Self, Error> {
        Self::new(epsilon)
    }
}

impl From<FlooredLogSum> for f64 {
    fn from(q: FlooredLogSum) -> f64 {
        q.epsilon()
    }
}

/// A sum of kernel values, `sum · exp(ln_scale)`; the scale is 1 for kernels summed directly.
#[derive(Clone, Copy, Debug, PartialEq)]
#[doc(hidden)]
pub struct Total {
    pub ln_scale: f64,
    pub sum: f64,
}

impl Total {
    /// `sum · exp(ln_scale)`, saturating in magnitude, exact in sign.
    pub(crate) fn saturating(self) -> f64 {
        if self.sum == 0.0 {
            return 0.0;
        }
        if self.ln_scale == 0.0 {
            return self.sum;
        }
        let magnitude = (self.ln_scale + self.sum.abs().ln()).exp();
        magnitude.clamp(f64::MIN_POSITIVE, f64::MAX).copysign(self.sum)
    }

    /// ln of the sum; −∞ where it is not positive.
    pub(crate) fn ln(self) -> f64 {
        if self.sum > 0.0 { self.ln_scale + self.sum.ln() } else { f64::NEG_INFINITY }
    }
}

/// Q: [`Sum`], [`LogSum`] or [`FlooredLogSum`] (sealed machinery: a new model is a new
/// [`Kernel`](crate::Kernel), not a new aggregator).
pub trait Aggregator: sealed::Sealed + Copy + std::fmt::Debug + Send + Sync + 'static {
    /// Q is the identity: prices are sums of differences, and integer kernels stay integer.
    #[doc(hidden)]
    const ADDITIVE: bool;

    /// Q(Σ).
    #[doc(hidden)]
    fn value(self, total: Total) -> f64;

    /// dQ/dΣ · exp(ln_scale): what multiplies the weighted sum of patterns. `limit` bounds |ln| of a scale.
    #[doc(hidden)]
    fn slope(self, total: Total, limit: f64) -> f64;
}

impl Aggregator for Sum {
    const ADDITIVE: bool = true;
    fn value(self, total: Total) -> f64 {
        total.saturating()
    }
    fn slope(self, total: Total, limit: f64) -> f64 {
        total.ln_scale.clamp(-limit, limit).exp()
    }
}

impl Aggregator for LogSum {
    const ADDITIVE: bool = false;
    fn value(self, total: Total) -> f64 {
        total.ln()
    }
    fn slope(self, total: Total, _limit: f64) -> f64 {
        if total.sum > 0.0 { 1.0 / total.sum } else { 0.0 }
    }
}

impl Aggregator for FlooredLogSum {
    const ADDITIVE: bool = false;
    fn value(self, total: Total) -> f64 {
        total.ln().max(self.ln_floor)
    }
    fn slope(self, total: Total, limit: f64) -> f64 {
        if total.ln() > self.ln_floor { LogSum.slope(total, limit) } else { 0.0 }
    }
}
