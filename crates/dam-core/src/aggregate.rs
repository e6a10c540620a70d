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
/// relative to their largest term. Where |ln Σ| exceeds 600, near the end of the range of f64, Q goes on as a
/// smooth increasing function that stays finite: the sign of a flip price, the direction of a field and every
/// descent stay right, the magnitudes do not. Fields of f32 keep their direction alone where |ln Σ| exceeds 60.
/// [`LogSum`] has the same descents and true energies everywhere.
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
    /// `sum · exp(ln_scale)`, exact in sign; beyond e^±[`LN_RANGE`] its magnitude goes on as in [`tail`].
    pub(crate) fn bounded(self) -> f64 {
        if self.sum == 0.0 || self.ln_scale == 0.0 {
            return self.sum;
        }
        tail(self.ln_scale + self.sum.abs().ln()).0.copysign(self.sum)
    }

    /// ln of the sum; −∞ where it is not positive, NaN where it is none.
    pub(crate) fn ln(self) -> f64 {
        if self.sum <= 0.0 { f64::NEG_INFINITY } else { self.ln_scale + self.sum.ln() }
    }
}

/// |ln Σ| up to which a sum is itself; products with N, M and c stay within f64.
const LN_RANGE: f64 = 600.0;

/// e^l and its derivative for |l| <= [`LN_RANGE`]; beyond, a continuation with the same value and slope at the
/// joint, increasing and within f64 for every finite l.
fn tail(l: f64) -> (f64, f64) {
    let e = l.clamp(-LN_RANGE, LN_RANGE).exp();
    let beyond = l.abs() - LN_RANGE;
    if beyond <= 0.0 {
        (e, e)
    } else if l > 0.0 {
        (e * (1.0 + beyond.ln_1p()), e / (1.0 + beyond))
    } else {
        (e / (1.0 + beyond), e / (1.0 + beyond).powi(2))
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

    /// dQ/dΣ · exp(ln_scale): what multiplies the weighted sum of patterns.
    #[doc(hidden)]
    fn slope(self, total: Total) -> f64;

    /// d²Q/dΣ² · exp(2 ln_scale); of [`Sum`] 0, also beyond the range where it is the identity.
    #[doc(hidden)]
    fn curvature(self, total: Total) -> f64;

    /// Q(after) − Q(before), as precise as the two sums are; of [`Sum`] beyond its range a bounded quantity of the
    /// right sign.
    #[doc(hidden)]
    fn change(self, before: Total, after: Total) -> f64;
}

impl Aggregator for Sum {
    const ADDITIVE: bool = true;
    fn value(self, total: Total) -> f64 {
        total.bounded()
    }
    fn slope(self, total: Total) -> f64 {
        let ln = total.ln();
        // Sums that are formed directly have no scale; neither has the sum of no terms.
        if total.ln_scale == 0.0 || ln == f64::NEG_INFINITY {
            1.0
        } else if ln.abs() <= LN_RANGE {
            total.ln_scale.exp()
        } else {
            // d tail / d ln Σ over what the weights were divided by.
            tail(ln).1 / total.sum
        }
    }
    fn curvature(self, _total: Total) -> f64 {
        0.0
    }
    fn change(self, before: Total, after: Total) -> f64 {
        let ln_scale = before.ln_scale.max(after.ln_scale);
        if ln_scale == f64::NEG_INFINITY {
            return 0.0;
        }
        let scaled = |total: Total| total.sum * (total.ln_scale - ln_scale).exp();
        Total { ln_scale, sum: scaled(after) - scaled(before) }.bounded()
    }
}

impl Aggregator for LogSum {
    const ADDITIVE: bool = false;
    fn value(self, total: Total) -> f64 {
        total.ln()
    }
    fn slope(self, total: Total) -> f64 {
        if total.sum <= 0.0 { 0.0 } else { 1.0 / total.sum }
    }
    fn curvature(self, total: Total) -> f64 {
        if total.sum > 0.0 { -1.0 / (total.sum * total.sum) } else { 0.0 }
    }
    fn change(self, before: Total, after: Total) -> f64 {
        let relative = (after.sum - before.sum) / before.sum;
        if before.sum > 0.0 && after.ln_scale == before.ln_scale && relative.abs() < 0.5 {
            return relative.ln_1p();
        }
        let (a, b) = (after.ln(), before.ln());
        // Outside every support before and after: no change.
        if a == b { 0.0 } else { a - b }
    }
}

impl Aggregator for FlooredLogSum {
    const ADDITIVE: bool = false;
    fn value(self, total: Total) -> f64 {
        if total.ln() <= self.ln_floor { self.ln_floor } else { total.ln() }
    }
    fn slope(self, total: Total) -> f64 {
        if total.ln() <= self.ln_floor { 0.0 } else { LogSum.slope(total) }
    }
    fn curvature(self, total: Total) -> f64 {
        if total.ln() > self.ln_floor { LogSum.curvature(total) } else { 0.0 }
    }
    fn change(self, before: Total, after: Total) -> f64 {
        if before.ln() > self.ln_floor && after.ln() > self.ln_floor {
            return LogSum.change(before, after);
        }
        self.value(after) - self.value(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_go_on_increasing_and_finite_with_the_slope_of_their_value() {
        let mut last = 0.0;
        for k in -400..=400 {
            let at = |l: f64| Total { ln_scale: l - 2.0, sum: 2.0_f64.exp() };
            let l = 25.0 * f64::from(k) + 0.5;
            let value = Sum.value(at(l));
            assert!(value > last && value.is_finite(), "{l}");
            last = value;
            let h = 1e-6;
            let difference = (Sum.value(at(l + h)) - Sum.value(at(l - h))) / (2.0 * h);
            let slope = Sum.slope(at(l)) * 2.0_f64.exp();
            assert!((slope / difference - 1.0).abs() < 1e-4, "{l}: {slope} {difference}");
            if l.abs() < 600.0 {
                assert!((value.ln() - l).abs() < 1e-12);
            }
        }
    }

    /// Prices of logarithms are as exact as the change of the sum, however large the sum is.
    #[test]
    fn small_changes_of_a_logarithm_keep_their_digits() {
        let at = |sum: f64| Total { ln_scale: 1e4, sum };
        for step in [1e-13, -1e-10, 1e-5, -0.3] {
            // What the addition leaves of the step.
            let step = (1.0 + step) - 1.0;
            let found = LogSum.change(at(1.0), at(1.0 + step));
            assert!((found / f64::ln_1p(step) - 1.0).abs() < 1e-15, "{step}: {found}");
        }
        assert!((LogSum.change(at(1.0), at(3.0)) - 3.0_f64.ln()).abs() < 1e-11);
        assert_eq!(LogSum.change(at(0.0), at(0.0)), 0.0);
        assert_eq!(LogSum.change(at(0.0), at(1.0)), f64::INFINITY);
    }
}
