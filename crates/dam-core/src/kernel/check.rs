//! What a kernel must fulfil before a memory is made of it.

use super::Kernel;
use crate::{Error, Overlap};

/// What every memory of vectors asks of its kernel, at 65 points of [−1, 1].
pub(crate) fn check_on_line<K: Kernel>(kernel: &K, n: usize) -> Result<(), Error> {
    check_kernel(kernel, n, grid())?;
    check_forms(kernel, n, grid())
}

fn grid() -> impl Iterator<Item = f64> {
    (0..=64).map(|k| f64::from(k - 32) / 32.0)
}

/// Refuses a kernel that is not a number somewhere on [−1, 1], negative though summed in logs, or whose slope is that of
/// another function.
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
    check_slopes(kernel, n)
}

/// Refuses a slope that is not that of F: fields, and all that descends, would be those of no energy.
///
/// F may be as rough, steep or coarsely rounded as it likes: only points where differences over two widths agree say
/// anything, and a kernel is refused if a quarter of them are against it, as they are where a formula is wrong. They lie
/// where nobody puts a kink or the knot of a table.
fn check_slopes<K: Kernel>(kernel: &K, n: usize) -> Result<(), Error> {
    let overlaps = (0..64).map(|k| (f64::from(k) + 0.381_966) / 32.0 - 1.0);
    let judged: Vec<_> = overlaps.filter_map(|m| slope_at(kernel, Overlap::new(m, n))).collect();
    let wrong = judged.iter().filter(|found| found.is_err()).count();
    if 4 * wrong < judged.len() { Ok(()) } else { judged.into_iter().find(Result::is_err).unwrap_or(Ok(())) }
}

/// Whether the slope is right at `s`; `None` if there is no telling.
fn slope_at<K: Kernel>(kernel: &K, s: Overlap) -> Option<Result<(), Error>> {
    let of = |m: f64| Overlap::new(m, s.n() as usize);
    let inconsistent =
        |what, expected, found| Some(Err(Error::KernelInconsistent { what, m: s.m(), expected, found }));
    let (what, found, difference) = if kernel.log_domain() {
        let (f, ln_f, dln_f) = (kernel.f(s), kernel.ln_f(s), kernel.dln_f(s));
        let has_digits = (1e-200..1e200).contains(&f);
        if has_digits && (ln_f - f.ln()).abs() > 1e-6 * (1.0 + ln_f.abs()) {
            return inconsistent("ln F", f.ln(), ln_f);
        }
        let slope = kernel.df(s) / f;
        if has_digits && (dln_f - slope).abs() > 1e-6 * (1.0 + dln_f.abs()) {
            return inconsistent("d ln F / dm", slope, dln_f);
        }
        ("d ln F / dm", dln_f, difference(|m| kernel.ln_f(of(m)), s.m(), false))
    } else {
        ("dF/dm", kernel.df(s), difference(|m| kernel.f(of(m)), s.m(), true))
    };
    let (expected, tolerance) = difference?;
    if (found - expected).abs() <= tolerance { Some(Ok(())) } else { inconsistent(what, expected, found) }
}

/// The slope of `f` at `m` by differences, and how far it is to be trusted: from the first of two widths at which it
/// agrees with that of twice the width, a large one for what is rounded to single precision, a small one for what is
/// steep. None on flat pieces, which are as often the steps of a table as a slope of zero, unless `support` says that
/// zeros are those outside of a support.
fn difference(f: impl Fn(f64) -> f64, m: f64, support: bool) -> Option<(f64, f64)> {
    [1e-3, 1e-5].into_iter().find_map(|h| {
        let [a, b, c, d] = [-2.0, -1.0, 1.0, 2.0].map(|k| f(m + k * h));
        if support && [a, b, c, d] == [0.0; 4] {
            return Some((0.0, 0.0));
        }
        let (wide, narrow) = ((d - a) / (4.0 * h), (c - b) / (2.0 * h));
        // Sums of several terms round by more than their last bit.
        let rounding = 16.0 * f64::EPSILON * b.abs().max(c.abs()) / h;
        let tolerance = 1e-3 * narrow.abs() + 10.0 * rounding;
        (narrow != 0.0 && (wide - narrow).abs() < 0.1 * tolerance).then_some((narrow, tolerance))
    })
}

/// Refuses coefficients that are not those of F, or of ln F, and of their slopes: line searches and loops of their own
/// would use another model.
fn check_forms<K: Kernel>(kernel: &K, n: usize, overlaps: impl Iterator<Item = f64>) -> Result<(), Error> {
    let (coefficients, linear) = (kernel.coefficients(n), kernel.ln_linear(n));
    let slopes: Vec<f64> = match &coefficients {
        Some(c) => c.iter().enumerate().skip(1).map(|(k, c)| k as f64 * c).collect(),
        None => Vec::new(),
    };
    for m in overlaps {
        let s = Overlap::new(m, n);
        if let Some(c) = &coefficients {
            let sum = |c: &[f64]| c.iter().rev().fold(0.0, |sum, c| sum * m + c);
            let scale = |c: &[f64]| c.iter().map(|c| c.abs()).sum::<f64>();
            agree("F from the coefficients", m, kernel.f(s), sum(c), scale(c))?;
            agree("dF/dm from the coefficients", m, kernel.df(s), sum(&slopes), scale(&slopes))?;
        }
        if let Some((a, b)) = linear {
            agree("ln F from its line", m, kernel.ln_f(s), a + b * m, a.abs() + b.abs())?;
            agree("d ln F / dm from its line", m, kernel.dln_f(s), b, b.abs())?;
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

    type Function = fn(f64) -> f64;

    /// A kernel of two functions and two of their logarithms.
    struct Made {
        f: Function,
        df: Function,
        logs: Option<[Function; 2]>,
        log_domain: bool,
    }

    impl Kernel for Made {
        fn f(&self, s: Overlap) -> f64 {
            (self.f)(s.m())
        }
        fn df(&self, s: Overlap) -> f64 {
            (self.df)(s.m())
        }
        fn ln_f(&self, s: Overlap) -> f64 {
            self.logs.map_or_else(|| self.f(s).ln(), |logs| logs[0](s.m()))
        }
        fn dln_f(&self, s: Overlap) -> f64 {
            self.logs.map_or_else(|| self.df(s) / self.f(s), |logs| logs[1](s.m()))
        }
        fn log_domain(&self) -> bool {
            self.log_domain
        }
    }

    fn judged(f: Function, df: Function) -> [Result<(), Error>; 2] {
        [false, true].map(|log_domain| check_kernel(&Made { f, df, logs: None, log_domain }, 30, grid()))
    }

    #[test]
    fn a_slope_of_another_function_is_refused() {
        let wrong: [(Function, Function); 5] = [
            (|m| (3.0 * m).exp(), |m| (3.0 * m).exp()),
            (|m| (3.0 * m).exp(), |m| -3.0 * (3.0 * m).exp()),
            (|m| 1.0 / (2.0 - m), |m| 1.0 / (2.0 - m)),
            (|m| 1e-40 * m.powi(4), |m| 3e-40 * m.powi(3)),
            (|m| 2.0 + m, |_| 0.0),
        ];
        for (f, df) in wrong {
            for refused in judged(f, df) {
                let Err(Error::KernelInconsistent { what, .. }) = refused else { panic!("{refused:?}") };
                assert!(matches!(what, "dF/dm" | "d ln F / dm"), "{what}");
            }
        }
        // The slope of a rectified power without the rectifier.
        let [direct, _] = judged(|m| m.max(0.0).powi(3), |m| 3.0 * m * m);
        assert!(matches!(direct, Err(Error::KernelInconsistent { what: "dF/dm", .. })), "{direct:?}");
        // Half of the range is enough.
        let [direct, logs] = judged(|m| 1.0 + m * m, |m| 2.0 * m.abs());
        assert!(direct.is_err() && logs.is_err());
    }

    #[test]
    fn logarithms_of_another_function_are_refused() {
        let (f, df): (Function, Function) = (|m| (3.0 * m).exp(), |m| 3.0 * (3.0 * m).exp());
        let of = |logs| check_kernel(&Made { f, df, logs: Some(logs), log_domain: true }, 30, grid());
        assert_eq!(of([|m| 3.0 * m, |_| 3.0]), Ok(()));
        assert!(matches!(of([|m| 3.1 * m, |_| 3.1]), Err(Error::KernelInconsistent { what: "ln F", .. })));
        let refused = of([|m| 3.0 * m, |_| 3.1]);
        assert!(matches!(refused, Err(Error::KernelInconsistent { what: "d ln F / dm", .. })));
    }

    /// Legal, though differences say little about them.
    #[test]
    fn rough_kernels_are_taken() {
        let rough: [(Function, Function); 7] = [
            // Kinks, at points that a grid would have.
            (|m| 1.0 + (8.0 * m).fract().abs(), |m| if m < 0.0 { -8.0 } else { 8.0 }),
            (|m| 2.0 + (m - 0.25).abs(), |m| if m < 0.25 { -1.0 } else { 1.0 }),
            // Steps of a table, with the slopes of what it was made of.
            (|m| 2.0 + (16.0 * m).floor() / 16.0, |_| 1.0),
            // Rounded to single precision.
            (|m| f64::from((m as f32).exp()), |m| f64::from((m as f32).exp())),
            // Steep, and with a compact support.
            (|m| (500.0 * (m - 1.0)).exp(), |m| 500.0 * (500.0 * (m - 1.0)).exp()),
            (|m| (1.0 - 9.0 * (1.0 - m)).max(0.0), |m| if m > 1.0 - 1.0 / 9.0 { 9.0 } else { 0.0 }),
            (|_| 1.0, |_| 0.0),
        ];
        for (k, (f, df)) in rough.into_iter().enumerate() {
            for found in judged(f, df) {
                assert_eq!(found, Ok(()), "{k}");
            }
        }
    }

    #[test]
    fn kernels_of_the_crate_are_taken_at_any_size() {
        use crate::kernel::*;
        for n in [1, 2, 50, 1000, 100_000, 10_000_000] {
            for order in [2, 3, 8, 20, 51] {
                assert_eq!(check_kernel(&Monomial::new(order).unwrap(), n, grid()), Ok(()));
                assert_eq!(check_kernel(&RectifiedMonomial::new(order).unwrap(), n, grid()), Ok(()));
                if order <= 20 {
                    assert_eq!(check_kernel(&Hermite::new(order).unwrap(), n, grid()), Ok(()), "{order} {n}");
                    assert_eq!(
                        check_kernel(&DistinctIndex::new(order).unwrap(), n, grid()),
                        Ok(()),
                        "{order} {n}"
                    );
                }
            }
            for beta in [1e-6, 0.3, 1.0, 40.0, 1e4] {
                assert_eq!(check_kernel(&Exponential::anchored(beta).unwrap(), n, grid()), Ok(()));
                let lsr = Epanechnikov::new(beta).unwrap();
                assert_eq!(check_kernel(&lsr, n, grid()), Ok(()));
                assert_eq!(check_kernel(&Powered(lsr), n, grid()), Ok(()));
            }
        }
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
        struct OfAnother;
        impl Kernel for OfAnother {
            fn f(&self, s: Overlap) -> f64 {
                s.dot().exp()
            }
            fn df(&self, s: Overlap) -> f64 {
                (s.n() + 1e-5) * self.f(s)
            }
            fn ln_linear(&self, n: usize) -> Option<(f64, f64)> {
                Some((0.0, n as f64))
            }
        }
        let error = check_forms(&OfAnother, 10, [0.5].into_iter()).unwrap_err();
        assert!(
            matches!(error, Error::KernelInconsistent { what: "d ln F / dm from its line", .. }),
            "{error}"
        );
        let kernel = crate::kernel::Exponential::anchored(0.7).unwrap();
        assert!(check_forms(&kernel, 50, grid()).is_ok());
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
        let error = check_forms(&Wrong, 10, [-1.0].into_iter()).unwrap_err();
        let expected = Error::KernelInconsistent {
            what: "F from the coefficients",
            m: -1.0,
            expected: -1.0,
            found: 1.0,
        };
        assert_eq!(error, expected);
        for order in 2..=8 {
            assert!(check_forms(&Monomial::new(order).unwrap(), 50, grid()).is_ok());
            assert!(check_forms(&crate::kernel::Hermite::new(order).unwrap(), 50, grid()).is_ok());
        }
    }
}
