//! Second derivatives of kernels.

use super::{Epanechnikov, Exponential, Kernel, Monomial, Powered, RectifiedMonomial};
use crate::Overlap;

/// Capability of a kernel: its second derivative, from which a memory has products with its Hessian
/// ([`Curvature`](crate::Curvature)). One method is enough.
///
/// ```
/// use dam_core::{CurvedKernel, Kernel, Overlap};
/// struct Cauchy { gamma: f64 }
/// impl Kernel for Cauchy {
///     fn f(&self, s: Overlap) -> f64 { 1.0 / (1.0 + self.gamma * s.gap()) }
///     fn df(&self, s: Overlap) -> f64 { self.gamma * self.f(s).powi(2) }
/// }
/// impl CurvedKernel for Cauchy {
///     fn d2f(&self, s: Overlap) -> f64 { 2.0 * self.gamma.powi(2) * self.f(s).powi(3) }
/// }
/// assert!((Cauchy { gamma: 5.0 }.d2ln_f(Overlap::new(1.0, 10)) - 25.0).abs() < 1e-13);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no second derivative",
    note = "implement `dam_core::CurvedKernel` for it: one method, `d2f`; all built-in kernels have it"
)]
pub trait CurvedKernel: Kernel {
    /// d²F/dm².
    fn d2f(&self, s: Overlap) -> f64;

    /// d² ln F / dm². Not used where F = 0. Override it where F itself may leave the range of f64.
    #[inline]
    fn d2ln_f(&self, s: Overlap) -> f64 {
        self.d2f(s) / self.f(s) - self.dln_f(s).powi(2)
    }
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<K: CurvedKernel + ?Sized> CurvedKernel for $pointer {
            #[inline]
            fn d2f(&self, s: Overlap) -> f64 { (**self).d2f(s) }
            #[inline]
            fn d2ln_f(&self, s: Overlap) -> f64 { (**self).d2ln_f(s) }
        }
    )*};
}
forward!(&K, Box<K>, std::sync::Arc<K>);

fn falling(order: u32) -> f64 {
    f64::from(order) * f64::from(order - 1)
}

impl CurvedKernel for Monomial {
    #[inline]
    fn d2f(&self, s: Overlap) -> f64 {
        falling(self.order()) * s.m().powi(self.order() as i32 - 2)
    }
}

/// For n = 2 it jumps at m = 0.
impl CurvedKernel for RectifiedMonomial {
    #[inline]
    fn d2f(&self, s: Overlap) -> f64 {
        if s.m() > 0.0 { falling(self.order()) * s.m().powi(self.order() as i32 - 2) } else { 0.0 }
    }
}

impl CurvedKernel for Exponential {
    #[inline]
    fn d2f(&self, s: Overlap) -> f64 {
        self.dln_f(s).powi(2) * self.f(s)
    }
    #[inline]
    fn d2ln_f(&self, _s: Overlap) -> f64 {
        0.0
    }
}

/// Zero but for the kink at the edge of the support, where it is not defined.
impl CurvedKernel for Epanechnikov {
    #[inline]
    fn d2f(&self, _s: Overlap) -> f64 {
        0.0
    }
}

impl<K: CurvedKernel> CurvedKernel for Powered<K> {
    #[inline]
    fn d2f(&self, s: Overlap) -> f64 {
        let f = self.f(s);
        // As for the slope: outside the support the logarithm has no derivatives, and F^N is zero.
        if f == 0.0 { 0.0 } else { (self.d2ln_f(s) + self.dln_f(s).powi(2)) * f }
    }
    #[inline]
    fn d2ln_f(&self, s: Overlap) -> f64 {
        s.n() * self.0.d2ln_f(s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{DistinctIndex, Hermite};

    #[test]
    fn second_derivatives_are_differences_of_first_ones() {
        let kernels: [Box<dyn CurvedKernel>; 11] = [
            Box::new(Monomial::new(2).unwrap()),
            Box::new(Monomial::new(5).unwrap()),
            Box::new(RectifiedMonomial::new(2).unwrap()),
            Box::new(RectifiedMonomial::new(4).unwrap()),
            Box::new(Hermite::new(2).unwrap()),
            Box::new(Hermite::new(5).unwrap()),
            Box::new(DistinctIndex::new(2).unwrap()),
            Box::new(DistinctIndex::new(6).unwrap()),
            Box::new(Exponential::anchored(0.3).unwrap()),
            Box::new(Epanechnikov::new(0.7).unwrap()),
            Box::new(Powered(Epanechnikov::new(0.4).unwrap())),
        ];
        let n = 20;
        for (k, kernel) in kernels.iter().enumerate() {
            for m in [-0.83, -0.31, 0.07, 0.42, 0.96] {
                let (at, h) = (|m| Overlap::new(m, n), 1e-5);
                let difference = (kernel.df(at(m + h)) - kernel.df(at(m - h))) / (2.0 * h);
                let found = kernel.d2f(at(m));
                assert!(
                    (found - difference).abs() < 1e-6 * (1.0 + found.abs()),
                    "{k} at {m}: {found} {difference}"
                );
                if kernel.log_domain() {
                    let difference = (kernel.dln_f(at(m + h)) - kernel.dln_f(at(m - h))) / (2.0 * h);
                    let found = kernel.d2ln_f(at(m));
                    assert!(
                        (found - difference).abs() < 1e-5 * (1.0 + found.abs()),
                        "{k} at {m}: {found} {difference}"
                    );
                }
            }
        }
    }
}
