//! The sum over patterns of one state, block by block: values, weights, and a scale that keeps both in range.

use std::marker::PhantomData;

use crate::Overlap;
use crate::aggregate::Total;
use crate::form::{Form, Horner, Polynomial};
use crate::kernel::Kernel;
use crate::logs::{Running, log_linear_values, log_linear_weights, log_values, log_weights};
use crate::scalar::Real;
use crate::simd::{Vectorize, vectorize};
use crate::vector::{lane_sum, lane_sum_of};

/// Overlaps arrive in blocks of at most this many patterns.
pub(crate) const BLOCK: usize = 384;

/// Runs a loop with the polynomial's degree known to the compiler.
macro_rules! by_degree {
    ($p:expr, |$horner:ident| $op:expr) => {
        by_degree!($p, |$horner| $op, 2 3 4 5 6 7 8)
    };
    ($p:expr, |$horner:ident| $op:expr, $($d:literal)*) => {
        match $p.degree() {
            $($d => {
                let $horner = Horner::<$d>($p);
                vectorize($op)
            })*
            _ => unreachable!("`Polynomial::of` admits degrees 2 to 8"),
        }
    };
}

/// Σ F(m); called through [`Registers`](crate::simd::Registers), where it is compiled once.
pub(crate) fn polynomial_values<T: Real>(p: &Polynomial, n: f64, m: &[T]) -> f64 {
    by_degree!(p, |horner| SumF { kernel: &horner, n, m, scalar: PhantomData })
}

/// The same, and F'(m) in place of m.
pub(crate) fn polynomial_weights<T: Real>(p: &Polynomial, n: f64, m: &mut [T]) -> f64 {
    by_degree!(p, |horner| Weigh { kernel: &horner, n, m, scalar: PhantomData })
}

/// The online reduction of one state: consumes blocks of overlaps, returns weights dΣ/dm_μ · exp(−ln_scale).
#[derive(Debug)]
pub(crate) struct Reduction<'a, K> {
    kernel: &'a K,
    form: &'a Form,
    n: f64,
    running: Running,
}

impl<K> Clone for Reduction<'_, K> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<'a, K: Kernel> Reduction<'a, K> {
    /// `form` must be the kernel's own.
    pub(crate) fn new(kernel: &'a K, form: &'a Form, n: usize) -> Self {
        Self { kernel, form, n: n as f64, running: Running::new(kernel.log_domain()) }
    }

    pub(crate) fn total(&self) -> Total {
        self.running.total()
    }

    /// Adds a block of overlaps.
    pub(crate) fn value<T: Real>(&mut self, m: &[T]) {
        let (kernel, n, total) = (self.kernel, self.n, self.total());
        let added = match (self.form, self.running.logs()) {
            (Form::LogLinear(form), _) => log_linear_values(form, m, total),
            (_, true) => log_values(kernel, n, m, total),
            (form, false) => {
                let sum = |m| match form {
                    Form::Polynomial(p) => T::polynomial_values(p, n, m),
                    _ => vectorize(SumF { kernel, n, m, scalar: PhantomData }),
                };
                m.chunks(BLOCK).fold(total, |total, m| Total { sum: total.sum + sum(m), ..total })
            }
        };
        self.running.set(added);
    }

    /// Adds a block (at most [`BLOCK`] long) and turns its overlaps into weights; returns the factor by which
    /// all that was weighted before must be multiplied.
    pub(crate) fn weights<T: Real>(&mut self, m: &mut [T]) -> f64 {
        let (kernel, n, total) = (self.kernel, self.n, self.total());
        let sum = match (self.form, self.running.logs()) {
            (Form::LogLinear(form), _) => return self.running.set(log_linear_weights(form, m, total)),
            (_, true) => return self.running.set(log_weights(kernel, n, m, total)),
            (Form::Polynomial(p), false) => T::polynomial_weights(p, n, m),
            (Form::General, false) => vectorize(Weigh { kernel, n, m, scalar: PhantomData }),
        };
        self.running.add(sum);
        1.0
    }

    /// Joins the reduction of the patterns that come after; returns the factors of (own, later) weighted sums.
    pub(crate) fn merge(&mut self, later: &Self) -> (f64, f64) {
        self.running.merge(&later.running)
    }
}

/// A loop over one block. The bodies are functions of their own, because only the parameters of a function are
/// known not to alias: a kernel behind a field would be read again after every store.
macro_rules! block_loop {
    ($name:ident { $($field:ident: $type:ty),* } -> $output:ty, $body:ident) => {
        struct $name<'a, K, T> {
            $($field: $type,)*
            scalar: PhantomData<(&'a K, T)>,
        }

        impl<'a, K: Kernel, T: Real> Vectorize for $name<'a, K, T> {
            type Output = $output;
            #[inline(always)]
            fn run(self) -> $output {
                $body::<K, T>($(self.$field),*)
            }
        }
    };
}

block_loop!(SumF { kernel: &'a K, n: f64, m: &'a [T] } -> f64, sum_f);
#[inline(always)]
fn sum_f<K: Kernel, T: Real>(kernel: &K, n: f64, m: &[T]) -> f64 {
    lane_sum(m, m, |m, _| kernel.f(Overlap::at(m.widen(), n)))
}

block_loop!(Weigh { kernel: &'a K, n: f64, m: &'a mut [T] } -> f64, weigh);
#[inline(always)]
fn weigh<K: Kernel, T: Real>(kernel: &K, n: f64, m: &mut [T]) -> f64 {
    lane_sum_of(m, |m| {
        let s = Overlap::at(m.widen(), n);
        *m = T::narrow(kernel.df(s));
        kernel.f(s)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::{Aggregator, FlooredLogSum, LogSum, Sum};
    use crate::kernel::{Epanechnikov, Exponential, Powered};

    /// Both loops of an exponential kernel.
    fn forms(kernel: &Exponential, n: usize) -> [Form; 2] {
        let line = Form::of::<_, f64>(kernel, n);
        assert!(matches!(line, Form::LogLinear(_)));
        [Form::General, line]
    }

    #[test]
    fn blocks_and_merges_give_the_log_sum_exp() {
        let kernel = Exponential::new(0.7).unwrap();
        forms(&kernel, 50).iter().for_each(|form| blocks_and_merges(&kernel, form));
    }

    fn blocks_and_merges(kernel: &Exponential, form: &Form) {
        let n = 50;
        let m: Vec<f64> = (0..2000).map(|k| (f64::from(k) * 0.37).sin()).collect();
        let max = m.iter().map(|m| 35.0 * m).fold(f64::MIN, f64::max);
        let direct = max + m.iter().map(|m| (35.0 * m - max).exp()).sum::<f64>().ln();
        let (mut left, mut right) = (Reduction::new(kernel, form, n), Reduction::new(kernel, form, n));
        left.value(&m[..700]);
        right.value(&m[700..]);
        left.merge(&right);
        assert!((LogSum.value(left.total()) - direct).abs() < 1e-13);
        let mut weighted = Reduction::new(kernel, form, n);
        let mut total = 0.0;
        for block in m.chunks(300) {
            let mut w = block.to_vec();
            total = total * weighted.weights(&mut w) + w.iter().sum::<f64>();
        }
        // Every weight is e^(l − max) β N, so they sum to β N Σ.
        assert!((total / weighted.total().sum - 35.0).abs() < 1e-11);
    }

    #[test]
    fn a_million_overlaps_at_beta_n_of_ten_thousand_neither_overflow_nor_lose_the_pattern() {
        let (n, beta) = (10_000, 1.0);
        let m: Vec<f64> =
            (0..1_000_000).map(|k| if k == 123_456 { 1.0 } else { 0.04 * f64::from(k % 5) }).collect();
        for kernel in [Exponential::new(beta).unwrap(), Exponential::anchored(beta).unwrap()] {
            for form in forms(&kernel, n) {
                let mut r = Reduction::new(&kernel, &form, n);
                r.value(&m);
                let at_pattern = kernel.ln_f(Overlap::new(1.0, n));
                assert!((LogSum.value(r.total()) - at_pattern).abs() < 1e-11);
                assert!(Sum.value(r.total()).is_finite());
                assert!(Sum.slope(r.total()).is_finite());
            }
        }
        let powered = Powered(Epanechnikov::new(1.5).unwrap());
        let mut r = Reduction::new(&powered, &Form::General, n);
        r.value(&m);
        assert_eq!(LogSum.value(r.total()), 0.0);
    }

    /// Sums of e^(35 m) that grow in bursts, by the loops of their own and by the methods of the kernel.
    fn a_line_of_logarithms_is_its_kernel<T: Real>(tolerance: f64) {
        let n = 50;
        for kernel in [Exponential::new(0.7).unwrap(), Exponential::anchored(0.7).unwrap()] {
            let form = Form::of::<_, T>(&kernel, n);
            assert!(matches!(form, Form::LogLinear(_)));
            // Below, within and beyond the slack of the scale, and a lone largest term.
            let m: Vec<T> = (0..5000)
                .map(|k| {
                    let k = f64::from(k);
                    T::narrow(if k == 3000.0 { 1.0 } else { -0.9 + 0.0003 * k + 0.05 * (k * 0.37).sin() })
                })
                .collect();
            let ln = |form: &Form, m: &[T]| {
                let mut sum = Reduction::new(&kernel, form, n);
                m.chunks(700).for_each(|m| sum.value(m));
                LogSum.value(sum.total())
            };
            for end in [1, 15, 64, 148, 384, 1000, 3000, 3001, 5000] {
                let (found, expected) = (ln(&form, &m[..end]), ln(&Form::General, &m[..end]));
                assert!((found - expected).abs() < 100.0 * tolerance, "{end}: {found} {expected}");
            }
            let weighted = |form: &Form| {
                let (mut r, mut sums) = (Reduction::new(&kernel, form, n), [0.0; 2]);
                for block in m.chunks(300) {
                    let mut w = block.to_vec();
                    let factor = r.weights(&mut w);
                    let terms = w.iter().zip(block).map(|(w, m)| [w.widen(), w.widen() * m.widen()]);
                    sums = sums.map(|sum| sum * factor);
                    terms.for_each(|t| sums = [sums[0] + t[0], sums[1] + t[1]]);
                }
                let sum = r.total().sum;
                sums.map(|s| s / sum)
            };
            let (found, expected) = (weighted(&form), weighted(&Form::General));
            for (found, expected) in found.iter().zip(expected) {
                assert!((found / expected - 1.0).abs() < 100.0 * tolerance, "{found} {expected}");
            }
        }
    }

    #[test]
    fn lines_of_logarithms_are_their_kernels_in_both_scalars() {
        a_line_of_logarithms_is_its_kernel::<f64>(1e-15);
        a_line_of_logarithms_is_its_kernel::<f32>(5e-7);
    }

    #[test]
    fn lines_that_a_scalar_cannot_hold_are_summed_through_their_logarithms() {
        for (beta, single) in [(1e-5, true), (1e4, true), (1e-40, false), (1e8, false), (1e30, false)] {
            let kernel = Exponential::anchored(beta).unwrap();
            let form = Form::of::<_, f32>(&kernel, 50);
            assert_eq!(matches!(form, Form::LogLinear(_)), single, "{beta}");
            let mut r = Reduction::new(&kernel, &form, 50);
            r.value(&[0.3_f32, 0.9, 0.7]);
            let expected = kernel.ln_f(Overlap::new(f64::from(0.9_f32), 50));
            let others = if beta < 1.0 { 3.0_f64.ln() } else { 0.0 };
            assert!(
                (LogSum.value(r.total()) - expected - others).abs() < 1e-3 + 3e-7 * 50.0 * beta,
                "{beta}"
            );
        }
    }

    /// (m − 1/2)^N above 1/2, and no number at none.
    struct Window;

    impl Kernel for Window {
        fn f(&self, s: Overlap) -> f64 {
            self.ln_f(s).exp()
        }
        fn df(&self, s: Overlap) -> f64 {
            self.dln_f(s) * self.f(s)
        }
        fn ln_f(&self, s: Overlap) -> f64 {
            if s.m() <= 0.5 { f64::NEG_INFINITY } else { s.n() * (s.m() - 0.5).ln() }
        }
        fn dln_f(&self, s: Overlap) -> f64 {
            s.n() / (s.m() - 0.5)
        }
    }

    #[test]
    fn what_is_no_number_stays_none() {
        let (kernel, n) = (Exponential::new(0.7).unwrap(), 50);
        for (len, at) in [(1, 0), (5, 2), (40, 39), (400, 395), (400, 3)] {
            let mut m = vec![0.2; len];
            m[at] = f64::NAN;
            for form in forms(&kernel, n) {
                let mut r = Reduction::new(&kernel, &form, n);
                r.value(&m);
                assert!(LogSum.value(r.total()).is_nan(), "{form:?} {len} {at}");
            }
            // Outside every support but for that one.
            let mut r = Reduction::new(&Window, &Form::General, n);
            r.value(&m);
            assert!(LogSum.value(r.total()).is_nan(), "{len} {at}");
            let mut r = Reduction::new(&Window, &Form::General, n);
            m.truncate(BLOCK);
            if at < BLOCK {
                r.weights(&mut m);
                assert!(LogSum.value(r.total()).is_nan(), "{len} {at}");
            }
        }
    }

    #[test]
    fn outside_every_support_nothing_is_nan() {
        {
            let kernel = Epanechnikov::new(3.0).unwrap();
            let mut m = [0.1, 0.2, -0.5];
            let mut r = Reduction::new(&kernel, &Form::General, 10);
            r.weights(&mut m);
            assert_eq!((m, LogSum.value(r.total())), ([0.0; 3], f64::NEG_INFINITY));
            assert_eq!(LogSum.slope(r.total()), 0.0);
            let floored = FlooredLogSum::new(1e-3).unwrap();
            assert!((floored.value(r.total()) - 1e-3_f64.ln()).abs() < 1e-15);
            assert_eq!(floored.slope(r.total()), 0.0);
        }
        let powered = Powered(Epanechnikov::new(3.0).unwrap());
        let mut m = [0.1_f32, 0.2, -0.5];
        let mut r = Reduction::new(&powered, &Form::General, 10);
        assert_eq!(r.weights(&mut m), 1.0);
        assert_eq!((m, LogSum.value(r.total())), ([0.0; 3], f64::NEG_INFINITY));
    }
}
