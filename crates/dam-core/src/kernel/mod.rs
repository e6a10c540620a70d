//! Separation functions F of one overlap: the only thing a new model needs.

mod check;
mod curved;
mod epanechnikov;
mod exponential;
mod extensive;
mod polynomial;
mod powered;

pub(crate) use check::{agree, check_kernel, check_on_line};
pub use curved::CurvedKernel;
pub use epanechnikov::Epanechnikov;
pub use exponential::Exponential;
pub use extensive::{CompactSupport, Extensive};
pub use polynomial::{DistinctIndex, Hermite, Monomial, RectifiedMonomial};
pub use powered::Powered;

use crate::Overlap;

/// A separation function F: **implement this for a new model**; two methods are enough.
///
/// The energy is `E(x) = −c Q(Σ_μ F(m_μ)) + confinement`, with the aggregator Q ([`Sum`](crate::Sum) or
/// [`LogSum`](crate::LogSum)) and the prefactor c given to [`Dam::new`](crate::Dam::new). A kernel is a pure
/// function of one overlap: it must return the same value for the same argument.
///
/// # Example
/// ```
/// use dam_core::{Kernel, Overlap};
/// struct Cauchy { gamma: f64 }
/// impl Kernel for Cauchy {
///     fn f(&self, s: Overlap) -> f64 { 1.0 / (1.0 + self.gamma * s.gap()) }
///     fn df(&self, s: Overlap) -> f64 { self.gamma * self.f(s).powi(2) }
/// }
/// let k = Cauchy { gamma: 5.0 };
/// assert!((k.dln_f(Overlap::new(1.0, 10)) - 5.0).abs() < 1e-15);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a separation function",
    label = "expected a kernel here",
    note = "built-in kernels: Monomial, RectifiedMonomial, Hermite, DistinctIndex, Exponential, Epanechnikov, Powered<K>",
    note = "for your own, implement `dam_core::Kernel`: two methods, `f` and `df`"
)]
pub trait Kernel: Send + Sync {
    /// F(m), at any m that a state can have, and at every m of [−1, 1] on the hypercube, too.
    fn f(&self, s: Overlap) -> f64;

    /// dF/dm, the derivative, also on the hypercube. [`Dam::new`](crate::Dam::new) compares it with differences of F over
    /// small steps, where these tell anything.
    fn df(&self, s: Overlap) -> f64;

    /// ln F(m); −∞ where F = 0. Override it where F itself may leave the range of f64.
    #[inline]
    fn ln_f(&self, s: Overlap) -> f64 {
        self.f(s).ln()
    }

    /// d ln F / dm. Not used where F = 0.
    #[inline]
    fn dln_f(&self, s: Overlap) -> f64 {
        self.df(s) / self.f(s)
    }

    /// Whether sums are formed through ln F (the default: no overflow for any F >= 0) or from F directly.
    ///
    /// Return `false` if F can be negative, or if it stays within a few hundred orders of magnitude, where
    /// direct sums are faster. A kernel that returns `true` and is negative somewhere is refused by
    /// [`Dam::new`](crate::Dam::new).
    #[inline]
    fn log_domain(&self) -> bool {
        true
    }

    /// Capability: the coefficients of F as a polynomial in m for `n` sites, index k holding that of m^k.
    ///
    /// With them line searches are exact, radial energy profiles closed-form, and loops over overlaps vectorise
    /// (degrees 2 to 8). They must be those of [`f`](Self::f): [`Dam::new`](crate::Dam::new) compares them.
    fn coefficients(&self, n: usize) -> Option<Vec<f64>> {
        let _ = n;
        None
    }

    /// Capability: (a, b) where ln F = a + b m for `n` sites, the exponential family.
    ///
    /// With it sums of exponentials on vector spaces are formed from the overlaps directly. It must be that of
    /// [`ln_f`](Self::ln_f) at every m: [`Dam::new`](crate::Dam::new) compares them on [−1, 1]. Used if
    /// [`log_domain`](Self::log_domain) is `true` and b > 0.
    fn ln_linear(&self, n: usize) -> Option<(f64, f64)> {
        let _ = n;
        None
    }

    /// Capability: exact integer arithmetic on the hypercube. Asked for only if
    /// [`log_domain`](Self::log_domain) is `false`.
    fn integer(&self) -> Option<&dyn IntegerKernel> {
        None
    }
}

/// Capability of a kernel that takes integer values at integer dot products (machinery: only the exact
/// dynamics on the hypercube asks for it).
///
/// The values are F and F' up to the factors of [`units`](Self::units), at dot products −N − 2 … N + 2 (one step
/// beyond the lattice, where any continuation serves: it cancels, and a polynomial's own is fastest). Every method returns `None` where the
/// value does not fit an `i128`; the model then uses f64 and says so.
pub trait IntegerKernel: Send + Sync {
    /// An integer proportional to F at x·ξ = `dot`, for `n` sites.
    fn value(&self, dot: i64, n: i64) -> Option<i128>;
    /// An integer proportional to F' there.
    fn slope(&self, dot: i64, n: i64) -> Option<i128>;
    /// The factors (u, v) in F = u · value and F' = v · slope.
    fn units(&self, n: i64) -> (f64, f64);
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<K: Kernel + ?Sized> Kernel for $pointer {
            #[inline]
            fn f(&self, s: Overlap) -> f64 { (**self).f(s) }
            #[inline]
            fn df(&self, s: Overlap) -> f64 { (**self).df(s) }
            #[inline]
            fn ln_f(&self, s: Overlap) -> f64 { (**self).ln_f(s) }
            #[inline]
            fn dln_f(&self, s: Overlap) -> f64 { (**self).dln_f(s) }
            #[inline]
            fn log_domain(&self) -> bool { (**self).log_domain() }
            fn coefficients(&self, n: usize) -> Option<Vec<f64>> { (**self).coefficients(n) }
            fn ln_linear(&self, n: usize) -> Option<(f64, f64)> { (**self).ln_linear(n) }
            fn integer(&self) -> Option<&dyn IntegerKernel> { (**self).integer() }
        }
    )*};
}
forward!(&K, Box<K>, std::sync::Arc<K>);
