use super::Kernel;
use crate::Overlap;

/// Any kernel raised to the power N, in log space: F = K^N.
///
/// It makes the weight of a pattern exponential in N, as finite-temperature theory with exponentially many
/// patterns needs. `Powered<Epanechnikov>` is the extensive LSR model of "thermal phases", eqs. 29–39, which
/// is not the model of its eq. 7.
///
/// # Example
/// ```
/// use dam_core::{Kernel, Overlap, kernel::{Epanechnikov, Powered}};
/// let f = Powered(Epanechnikov::new(2.0)?);
/// assert_eq!(f.ln_f(Overlap::new(0.75, 1000)), 1000.0 * 0.5_f64.ln());
/// # Ok::<(), dam_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Powered<K>(pub K);

impl<K: Kernel> Kernel for Powered<K> {
    #[inline]
    fn f(&self, s: Overlap) -> f64 {
        self.ln_f(s).exp()
    }
    #[inline]
    fn df(&self, s: Overlap) -> f64 {
        let f = self.f(s);
        // Outside the support the logarithmic slope is not defined; the slope of F^N is zero there.
        if f == 0.0 { 0.0 } else { self.dln_f(s) * f }
    }
    #[inline]
    fn ln_f(&self, s: Overlap) -> f64 {
        s.n() * self.0.ln_f(s)
    }
    #[inline]
    fn dln_f(&self, s: Overlap) -> f64 {
        s.n() * self.0.dln_f(s)
    }
    fn ln_linear(&self, n: usize) -> Option<(f64, f64)> {
        self.0.ln_linear(n).map(|(a, b)| (n as f64 * a, n as f64 * b))
    }
}
