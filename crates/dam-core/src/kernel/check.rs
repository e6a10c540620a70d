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

/// Refuses coefficients that are not those of F: line searches and vectorised loops would use another model.
pub(crate) fn check_coefficients<K: Kernel>(
    kernel: &K,
    n: usize,
    overlaps: impl Iterator<Item = f64>,
) -> Result<(), Error> {
    let Some(c) = kernel.coefficients(n) else { return Ok(()) };
    let scale = c.iter().map(|c| c.abs()).sum::<f64>();
    for m in overlaps {
        let expected = kernel.f(Overlap::new(m, n));
        let found = c.iter().rev().fold(0.0, |sum, c| sum * m + c);
        agree("F from the coefficients", m, expected, found, scale)?;
    }
    Ok(())
}

/// Refuses what is not `expected` up to rounding at values of order `scale`: recurrences and powers round
/// differently; anything else is another function.
pub(crate) fn agree(what: &'static str, m: f64, expected: f64, found: f64, scale: f64) -> Result<(), Error> {
    if (found - expected).abs() <= 1e-9 * scale {
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
        let error = check_coefficients(&Wrong, 10, [1.0, -1.0].into_iter()).unwrap_err();
        let expected = Error::KernelInconsistent {
            what: "F from the coefficients",
            m: -1.0,
            expected: -1.0,
            found: 1.0,
        };
        assert_eq!(error, expected);
        for order in 2..=8 {
            let grid = || (0..=64).map(|k| f64::from(k - 32) / 32.0);
            assert!(check_coefficients(&Monomial::new(order).unwrap(), 50, grid()).is_ok());
            assert!(check_coefficients(&crate::kernel::Hermite::new(order).unwrap(), 50, grid()).is_ok());
        }
    }
}
