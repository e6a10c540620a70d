use super::Kernel;
use crate::error::parameter;
use crate::{Error, Overlap};

/// The Epanechnikov (rectified linear) kernel: log-sum-ReLU (LSR) with [`LogSum`](crate::LogSum).
///
/// # Energy
/// ```text
/// F(m) = max(ε, 1 − b (1 − m)),   b > 0,  0 <= ε < 1 (default 0)
/// ```
/// The support is m > 1 − 1/b. Outside every support the field is zero: dynamics keep the state and end with
/// [`StopReason::ZeroField`](crate::StopReason::ZeroField); with ε = 0 the energy is +∞ there. In the Euclidean
/// space with ε > 0 the confinement alone acts there, and takes a state to the origin. The floor ε
/// here is *per term*, as in eq. 7; [`FlooredLogSum`](crate::FlooredLogSum) puts one *on the sum* instead.
/// This is the model with weight of order one; the extensive one of eqs. 29–39 of the same paper is
/// [`Powered<Epanechnikov>`](super::Powered).
///
/// # Example
/// ```
/// use dam_core::{Kernel, Overlap, kernel::Epanechnikov};
/// let f = Epanechnikov::new(2.0)?;
/// assert_eq!((f.f(Overlap::new(0.75, 10)), f.f(Overlap::new(0.4, 10))), (0.5, 0.0));
/// # Ok::<(), dam_core::Error>(())
/// ```
///
/// # Reference
/// Hoover et al. (2025); "thermal phases", eq. 7 with 1/(2σ²) = b/2N.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw", into = "Raw"))]
pub struct Epanechnikov {
    b: f64,
    floor: f64,
}

impl Epanechnikov {
    /// Sharpness b, no floor.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless b is positive and finite.
    pub fn new(b: f64) -> Result<Self, Error> {
        Ok(Self { b: parameter("b", "b > 0", b, b > 0.0)?, floor: 0.0 })
    }

    /// The same kernel with a floor ε under every term.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless 0 <= ε < 1.
    pub fn with_floor(self, epsilon: f64) -> Result<Self, Error> {
        let legal = (0.0..1.0).contains(&epsilon);
        Ok(Self { floor: parameter("epsilon", "0 <= epsilon < 1", epsilon, legal)?, ..self })
    }

    /// The sharpness b (dimensionless).
    #[must_use]
    pub fn b(self) -> f64 {
        self.b
    }

    /// The floor ε per term.
    #[must_use]
    pub fn floor(self) -> f64 {
        self.floor
    }
}

impl Kernel for Epanechnikov {
    #[inline(always)]
    fn f(&self, s: Overlap) -> f64 {
        (1.0 - self.b * s.gap()).max(self.floor)
    }
    #[inline(always)]
    fn df(&self, s: Overlap) -> f64 {
        if 1.0 - self.b * s.gap() > self.floor { self.b } else { 0.0 }
    }
    fn log_domain(&self) -> bool {
        false
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Raw {
    b: f64,
    floor: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for Epanechnikov {
    type Error = Error;
    fn try_from(raw: Raw) -> Result<Self, Error> {
        Self::new(raw.b)?.with_floor(raw.floor)
    }
}

#[cfg(feature = "serde")]
impl From<Epanechnikov> for Raw {
    fn from(k: Epanechnikov) -> Self {
        Self { b: k.b, floor: k.floor }
    }
}
