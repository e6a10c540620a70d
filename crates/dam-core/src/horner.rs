//! Polynomial kernels of low degree as coefficients: loops over overlaps then vectorise, also through
//! `Box<dyn Kernel>`, and whatever the kernel's own way of computing them is.

use crate::Overlap;
use crate::kernel::Kernel;

/// Highest degree that is written out.
pub(crate) const DEGREE: usize = 8;

/// F and F' as polynomials in m.
#[derive(Clone, Copy, Debug)]
pub struct Polynomial {
    degree: usize,
    f: [f64; DEGREE + 1],
    df: [f64; DEGREE + 1],
}

impl Polynomial {
    /// Of a kernel that has coefficients of degree 2 to 8.
    pub(crate) fn of<K: Kernel>(kernel: &K, n: usize) -> Option<Self> {
        let c = kernel.coefficients(n)?;
        let degree = c.len().checked_sub(1).filter(|d| (2..=DEGREE).contains(d))?;
        let mut poly = Self { degree, f: [0.0; DEGREE + 1], df: [0.0; DEGREE + 1] };
        poly.f[..=degree].copy_from_slice(&c);
        for k in 1..=degree {
            poly.df[k - 1] = k as f64 * c[k];
        }
        Some(poly)
    }

    pub(crate) fn degree(&self) -> usize {
        self.degree
    }
}

/// A polynomial whose degree the compiler knows.
pub(crate) struct Horner<'a, const D: usize>(pub(crate) &'a Polynomial);

impl<const D: usize> Kernel for Horner<'_, D> {
    #[inline(always)]
    fn f(&self, s: Overlap) -> f64 {
        let mut sum = self.0.f[D];
        for k in (0..D).rev() {
            sum = sum * s.m() + self.0.f[k];
        }
        sum
    }
    #[inline(always)]
    fn df(&self, s: Overlap) -> f64 {
        let mut sum = self.0.df[D - 1];
        for k in (0..D - 1).rev() {
            sum = sum * s.m() + self.0.df[k];
        }
        sum
    }
    fn log_domain(&self) -> bool {
        false
    }
}
