//! How the weight of a pattern grows with N: what theories of exponentially many patterns ask of a kernel.

use super::{Epanechnikov, Exponential, Kernel, Powered};
use crate::Overlap;

/// A kernel whose weight is exponential in N, `ln F = N k(m)`: the opt-in to the theory of exponentially many
/// patterns. For a kernel of your own, `impl Extensive for MyKernel {}` is all; or wrap any kernel in
/// [`Powered`], which is extensive always.
///
/// # Example
/// ```
/// use dam_core::{Extensive, Overlap, kernel::{Epanechnikov, Exponential, Powered}};
/// let at = Overlap::new(0.75, 1000);
/// assert_eq!(Exponential::anchored(2.0)?.rate(at), -0.5);
/// assert_eq!(Powered(Epanechnikov::new(2.0)?).rate(at), 0.5_f64.ln());
/// # Ok::<(), dam_core::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "the weight of `{Self}` is not known to be exponential in N",
    label = "expected a kernel with ln F = N k(m)",
    note = "`Powered(kernel)` makes any kernel extensive: F^N",
    note = "a kernel with ln F = N k(m) opts in by `impl Extensive for MyKernel {{}}`",
    note = "weights of order one with a compact support (eq. 7 LSR) have a theory of their own: `CompactTheory`"
)]
pub trait Extensive: Kernel {
    /// k(m) = ln F / N; −∞ where F = 0.
    #[inline]
    fn rate(&self, at: Overlap) -> f64 {
        self.ln_f(at) / at.n()
    }

    /// dk/dm. Not used where F = 0.
    #[inline]
    fn rate_slope(&self, at: Overlap) -> f64 {
        self.dln_f(at) / at.n()
    }
}

impl Extensive for Exponential {}
impl<K: Kernel> Extensive for Powered<K> {}

/// A kernel whose weight is of order one and vanishes beyond an edge: eq. 7 LSR. For a kernel of your own,
/// `impl CompactSupport for MyKernel {}` is all; the edge is found from F itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not known to vanish beyond an edge",
    label = "expected a kernel of order one with a compact support",
    note = "a kernel with F = 0 below some overlap opts in by `impl CompactSupport for MyKernel {{}}`",
    note = "weights that are exponential in N belong to `Theory`, whose kernels are `Extensive`"
)]
pub trait CompactSupport: Kernel {}

impl CompactSupport for Epanechnikov {}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<K: Extensive + ?Sized> Extensive for $pointer {
            #[inline]
            fn rate(&self, at: Overlap) -> f64 { (**self).rate(at) }
            #[inline]
            fn rate_slope(&self, at: Overlap) -> f64 { (**self).rate_slope(at) }
        }
        impl<K: CompactSupport + ?Sized> CompactSupport for $pointer {}
    )*};
}
forward!(&K, Box<K>, std::sync::Arc<K>);
