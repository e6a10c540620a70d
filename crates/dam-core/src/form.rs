//! Forms of kernels that have loops of their own, compiled once and fast also through `Box<dyn Kernel>`, whatever the
//! kernel's own way of computing itself is.

use crate::kernel::Kernel;
use crate::{Overlap, Real};

/// What a dense memory knows of its kernel.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Its methods.
    General,
    Polynomial(Polynomial),
    LogLinear(LogLinear),
}

impl Form {
    /// In a memory of scalars `T`.
    pub(crate) fn of<K: Kernel, T: Real>(kernel: &K, n: usize) -> Self {
        if kernel.log_domain() {
            LogLinear::of::<K, T>(kernel, n).map_or(Self::General, Self::LogLinear)
        } else {
            Polynomial::of(kernel, n).map_or(Self::General, Self::Polynomial)
        }
    }
}

/// ln F = at_zero + slope m with a positive slope.
#[derive(Clone, Copy, Debug)]
pub struct LogLinear {
    pub(crate) at_zero: f64,
    pub(crate) slope: f64,
}

impl LogLinear {
    /// Of a kernel that has such a line, in a scalar that holds it: steep lines lose all their digits in `T`, and those that
    /// are next to flat vanish.
    fn of<K: Kernel, T: Real>(kernel: &K, n: usize) -> Option<Self> {
        let (at_zero, slope) = kernel.ln_linear(n)?;
        let rounding = (at_zero.abs() + slope) * T::default_epsilon().widen();
        (slope > 1e-30 && rounding < 1.0).then_some(Self { at_zero, slope })
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Epanechnikov, Exponential, Monomial, Powered};

    fn line<K: Kernel, T: Real>(kernel: &K, n: usize) -> Option<(f64, f64)> {
        match Form::of::<K, T>(kernel, n) {
            Form::LogLinear(form) => Some((form.at_zero, form.slope)),
            _ => None,
        }
    }

    /// The loops of exponentials serve what their scalar holds, and nothing else.
    #[test]
    fn exponential_kernels_are_lines_where_the_scalar_holds_them() {
        let kernel = Exponential::anchored(0.5).unwrap();
        assert_eq!(line::<_, f64>(&kernel, 40), Some((-20.0, 20.0)));
        assert_eq!(line::<_, f32>(&kernel, 40), Some((-20.0, 20.0)));
        assert_eq!(line::<_, f64>(&Exponential::new(0.5).unwrap(), 40), Some((0.0, 20.0)));
        // The next number after 1e8 in f32 is 1e8 + 8.
        let steep = Exponential::new(1e7).unwrap();
        assert_eq!((line::<_, f64>(&steep, 10), line::<_, f32>(&steep, 10)), (Some((0.0, 1e8)), None));
        assert_eq!(line::<_, f64>(&Exponential::new(1e-32).unwrap(), 10), None);
        assert_eq!(line::<_, f64>(&Powered(Epanechnikov::new(0.5).unwrap()), 10), None);
    }

    #[test]
    fn polynomials_are_written_out_up_to_degree_eight() {
        for order in 2..=10 {
            let form = Form::of::<_, f64>(&Monomial::new(order).unwrap(), 40);
            let degree = if let Form::Polynomial(form) = form { Some(form.degree()) } else { None };
            assert_eq!(degree, (order <= 8).then_some(order as usize), "order {order}");
        }
    }
}
