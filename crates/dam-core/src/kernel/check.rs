//! What a kernel must fulfil before a memory is made of it.

use super::Kernel;
use crate::{Error, Overlap};

/// Refuses a kernel that is not a number somewhere on [−1, 1], or negative though summed in logs.
pub(crate) fn check_kernel<K: Kernel>(
    kernel: &K,
    n: usize,
    overlaps: impl Iterator<Item = f64>,
) -> Result<(), Error> {
    for m in overlaps {
        let s = Overlap::new(m, n);
        if kernel.log_domain() {
            let (ln_f, f) = (kernel.ln_f(s), kernel.f(s));
            if f < 0.0 {
                return Err(Error::KernelNegative { m, value: f });
            }
            if ln_f.is_nan() || ln_f == f64::INFINITY {
                return Err(Error::KernelNotFinite { what: "ln F", m, value: ln_f });
            }
            let slope = kernel.dln_f(s);
            if ln_f > f64::NEG_INFINITY && !slope.is_finite() {
                return Err(Error::KernelNotFinite { what: "d ln F / dm", m, value: slope });
            }
        } else {
            for (what, value) in [("F", kernel.f(s)), ("dF/dm", kernel.df(s))] {
                if !value.is_finite() {
                    return Err(Error::KernelNotFinite { what, m, value });
                }
            }
        }
    }
    Ok(())
}

/// Refuses coefficients that are not those of F, or of ln F: line searches and loops of their own would use another
/// model.
pub(crate) fn check_forms<K: Kernel>(
    kernel: &K,
    n: usize,
    overlaps: impl Iterator<Item = f64>,
) -> Result<(), Error> {
    let (coefficients, linear) = (kernel.coefficients(n), kernel.ln_linear(n));
    for m in overlaps {
        let s = Overlap::new(m, n);
        if let Some(c) = &coefficients {
            let scale = c.iter().map(|c| c.abs()).sum::<f64>();
            let found = c.iter().rev().fold(0.0, |sum, c| sum * m + c);
            agree("F from the coefficients", m, kernel.f(s), found, scale)?;
        }
        if let Some((a, b)) = linear {
            agree("ln F from its line", m, kernel.ln_f(s), a + b * m, a.abs() + b.abs())?;
        }
    }
    Ok(())
}

/// Refuses what is not `expected` up to rounding at values of order `scale`: recurrences and powers round
/// differently; anything else is another function.
pub(crate) fn agree(what: &'static str, m: f64, expected: f64, found: f64, scale: f64) -> Result<(), Error> {
    if scale.is_finite() && (found - expected).abs() <= 1e-9 * scale {
        Ok(())
    } else {
        Err(Error::KernelInconsistent { what, m, expected, found })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Monomial;

    #[test]
    fn a_negative_kernel_in_logs_is_refused_and_a_direct_one_is_not() {
        struct Odd;
        impl Kernel for Odd {
            fn f(&self, s: Overlap) -> f64 {
                s.m()
            }
            fn df(&self, _: Overlap) -> f64 {
                1.0
            }
        }
        let grid = || [-1.0, -0.5, 0.5, 1.0].into_iter();
        assert!(matches!(check_kernel(&Odd, 10, grid()), Err(Error::KernelNegative { m: -1.0, .. })));
        assert!(check_kernel(&Monomial::new(3).unwrap(), 10, grid()).is_ok());
    }

    #[test]
    fn a_line_of_another_function_is_refused() {
        struct Bent;
        impl Kernel for Bent {
            fn f(&self, s: Overlap) -> f64 {
                s.dot().exp()
            }
            fn df(&self, s: Overlap) -> f64 {
                s.n() * self.f(s)
            }
            fn ln_linear(&self, n: usize) -> Option<(f64, f64)> {
                Some((0.5, n as f64))
            }
        }
        let error = check_forms(&Bent, 10, [0.5].into_iter()).unwrap_err();
        let expected =
            Error::KernelInconsistent { what: "ln F from its line", m: 0.5, expected: 5.0, found: 5.5 };
        assert_eq!(error, expected);
        struct Endless;
        impl Kernel for Endless {
            fn f(&self, s: Overlap) -> f64 {
                s.dot().exp()
            }
            fn df(&self, s: Overlap) -> f64 {
                s.n() * self.f(s)
            }
            fn ln_linear(&self, _n: usize) -> Option<(f64, f64)> {
                Some((0.0, f64::INFINITY))
            }
        }
        assert!(check_forms(&Endless, 10, [0.5].into_iter()).is_err());
        let kernel = crate::kernel::Exponential::anchored(0.7).unwrap();
        assert!(check_forms(&kernel, 50, (0..=64).map(|k| f64::from(k - 32) / 32.0)).is_ok());
    }

    #[test]
    fn coefficients_of_another_function_are_refused() {
        struct Wrong;
        impl Kernel for Wrong {
            fn f(&self, s: Overlap) -> f64 {
                s.m().powi(3)
            }
            fn df(&self, s: Overlap) -> f64 {
                3.0 * s.m().powi(2)
            }
            fn log_domain(&self) -> bool {
                false
            }
            fn coefficients(&self, _n: usize) -> Option<Vec<f64>> {
                Some(vec![0.0, 0.0, 1.0])
            }
        }
        let error = check_forms(&Wrong, 10, [1.0, -1.0].into_iter()).unwrap_err();
        let expected = Error::KernelInconsistent {
            what: "F from the coefficients",
            m: -1.0,
            expected: -1.0,
            found: 1.0,
        };
        assert_eq!(error, expected);
        for order in 2..=8 {
            let grid = || (0..=64).map(|k| f64::from(k - 32) / 32.0);
            assert!(check_forms(&Monomial::new(order).unwrap(), 50, grid()).is_ok());
            assert!(check_forms(&crate::kernel::Hermite::new(order).unwrap(), 50, grid()).is_ok());
        }
    }
}
