//! The sum over patterns of one state, block by block: values, weights, and a scale that keeps both in range.

use std::marker::PhantomData;

use crate::Overlap;
use crate::aggregate::Total;
use crate::horner::{Horner, Polynomial};
use crate::kernel::Kernel;
use crate::scalar::Real;
use crate::simd::{Vectorize, vectorize};
use crate::vector::{lane_sum, lane_sum_mut, lane_sum_of};

/// Overlaps arrive in blocks of at most this many patterns.
pub(crate) const BLOCK: usize = 384;

/// A sum that keeps a scale, so that terms given by their logarithms neither overflow nor vanish.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Running {
    logs: bool,
    total: Total,
}

impl Running {
    pub(crate) fn new(logs: bool) -> Self {
        Self { logs, total: Total { ln_scale: if logs { f64::NEG_INFINITY } else { 0.0 }, sum: 0.0 } }
    }

    pub(crate) fn total(&self) -> Total {
        self.total
    }

    pub(crate) fn add(&mut self, sum: f64) {
        self.total.sum += sum;
    }

    /// Adds Σ exp(logs); returns the factor that the new scale puts on all that was summed before.
    pub(crate) fn add_logs(&mut self, logs: &[f64]) -> f64 {
        let Some(factor) = self.rescale(logs) else { return 1.0 };
        self.add(vectorize(SumExp::<f64> { logs, shift: self.total.ln_scale, scalar: PhantomData }));
        factor
    }

    /// Moves the scale to the larger of its own and the block's maximum; `None` while every term is zero.
    fn rescale(&mut self, logs: &[f64]) -> Option<f64> {
        let scale = logs.iter().fold(self.total.ln_scale, |a, &b| a.max(b));
        if scale == f64::NEG_INFINITY {
            return None;
        }
        let factor = (self.total.ln_scale - scale).exp();
        self.total = Total { ln_scale: scale, sum: self.total.sum * factor };
        Some(factor)
    }

    /// Joins the sum of the patterns that come after; returns the factors of (own, later) weighted sums.
    fn merge(&mut self, later: &Self) -> (f64, f64) {
        if !self.logs {
            self.total.sum += later.total.sum;
            return (1.0, 1.0);
        }
        let scale = self.total.ln_scale.max(later.total.ln_scale);
        if scale == f64::NEG_INFINITY {
            return (1.0, 1.0);
        }
        let own = (self.total.ln_scale - scale).exp();
        let other = (later.total.ln_scale - scale).exp();
        self.total = Total { ln_scale: scale, sum: self.total.sum * own + later.total.sum * other };
        (own, other)
    }
}

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
    polynomial: Option<&'a Polynomial>,
    n: f64,
    running: Running,
}

impl<K> Clone for Reduction<'_, K> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<'a, K: Kernel> Reduction<'a, K> {
    /// `polynomial` must be the kernel's own, if it is given.
    pub(crate) fn new(kernel: &'a K, polynomial: Option<&'a Polynomial>, n: usize) -> Self {
        Self { kernel, polynomial, n: n as f64, running: Running::new(kernel.log_domain()) }
    }

    pub(crate) fn total(&self) -> Total {
        self.running.total
    }

    /// Adds a block of overlaps.
    pub(crate) fn value<T: Real>(&mut self, m: &[T]) {
        let (kernel, n) = (self.kernel, self.n);
        for m in m.chunks(BLOCK) {
            if self.running.logs {
                let mut logs = [0.0; BLOCK];
                let logs = &mut logs[..m.len()];
                vectorize(LnF { kernel, n, m, out: logs, scalar: PhantomData });
                if self.running.rescale(logs).is_some() {
                    let shift = self.running.total.ln_scale;
                    self.running.add(vectorize(SumExp::<T> { logs, shift, scalar: PhantomData }));
                }
            } else {
                self.running.add(match self.polynomial {
                    Some(p) => T::polynomial_values(p, n, m),
                    None => vectorize(SumF { kernel, n, m, scalar: PhantomData }),
                });
            }
        }
    }

    /// Adds a block (at most [`BLOCK`] long) and turns its overlaps into weights; returns the factor by which
    /// all that was weighted before must be multiplied.
    pub(crate) fn weights<T: Real>(&mut self, m: &mut [T]) -> f64 {
        let (kernel, n) = (self.kernel, self.n);
        if !self.running.logs {
            self.running.add(match self.polynomial {
                Some(p) => T::polynomial_weights(p, n, m),
                None => vectorize(Weigh { kernel, n, m, scalar: PhantomData }),
            });
            return 1.0;
        }
        let mut logs = [0.0; BLOCK];
        let logs = &mut logs[..m.len()];
        vectorize(LnF { kernel, n, m: &*m, out: logs, scalar: PhantomData });
        let Some(factor) = self.running.rescale(logs) else {
            m.fill(T::zero());
            return 1.0;
        };
        let shift = self.running.total.ln_scale;
        self.running.add(vectorize(WeighExp { kernel, n, m, logs, shift, scalar: PhantomData }));
        factor
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

block_loop!(LnF { kernel: &'a K, n: f64, m: &'a [T], out: &'a mut [f64] } -> (), ln_f);
#[inline(always)]
fn ln_f<K: Kernel, T: Real>(kernel: &K, n: f64, m: &[T], out: &mut [f64]) {
    for (l, m) in out.iter_mut().zip(m) {
        *l = kernel.ln_f(Overlap::at(m.widen(), n));
    }
}

struct SumExp<'a, T> {
    logs: &'a [f64],
    shift: f64,
    scalar: PhantomData<T>,
}

impl<T: Real> Vectorize for SumExp<'_, T> {
    type Output = f64;
    #[inline(always)]
    fn run(self) -> f64 {
        lane_sum(self.logs, self.logs, |log, _| T::narrow(log - self.shift).exp_fast().widen())
    }
}

block_loop!(
    WeighExp { kernel: &'a K, n: f64, m: &'a mut [T], logs: &'a [f64], shift: f64 } -> f64, weigh_exp
);
#[inline(always)]
fn weigh_exp<K: Kernel, T: Real>(kernel: &K, n: f64, m: &mut [T], logs: &[f64], shift: f64) -> f64 {
    lane_sum_mut(m, logs, |m, log| {
        let e = T::narrow(log - shift).exp_fast().widen();
        let slope = kernel.dln_f(Overlap::at(m.widen(), n));
        // Where F = 0 its logarithmic slope is not defined; the weight is zero.
        *m = T::narrow(if e == 0.0 { 0.0 } else { e * slope });
        e
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::{Aggregator, FlooredLogSum, LogSum, Sum};
    use crate::kernel::{Epanechnikov, Exponential, Powered};

    #[test]
    fn blocks_and_merges_give_the_log_sum_exp() {
        let n = 50;
        let kernel = Exponential::new(0.7).unwrap();
        let m: Vec<f64> = (0..2000).map(|k| (f64::from(k) * 0.37).sin()).collect();
        let max = m.iter().map(|m| 35.0 * m).fold(f64::MIN, f64::max);
        let direct = max + m.iter().map(|m| (35.0 * m - max).exp()).sum::<f64>().ln();
        let (mut left, mut right) = (Reduction::new(&kernel, None, n), Reduction::new(&kernel, None, n));
        left.value(&m[..700]);
        right.value(&m[700..]);
        left.merge(&right);
        assert!((LogSum.value(left.total()) - direct).abs() < 1e-13);
        let mut weighted = Reduction::new(&kernel, None, n);
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
            let mut r = Reduction::new(&kernel, None, n);
            r.value(&m);
            let at_pattern = kernel.ln_f(Overlap::new(1.0, n));
            assert_eq!(LogSum.value(r.total()), at_pattern);
            assert!(Sum.value(r.total()).is_finite());
            assert!(Sum.slope(r.total()).is_finite());
        }
        let powered = Powered(Epanechnikov::new(1.5).unwrap());
        let mut r = Reduction::new(&powered, None, n);
        r.value(&m);
        assert_eq!(LogSum.value(r.total()), 0.0);
    }

    #[test]
    fn outside_every_support_nothing_is_nan() {
        {
            let kernel = Epanechnikov::new(3.0).unwrap();
            let mut m = [0.1, 0.2, -0.5];
            let mut r = Reduction::new(&kernel, None, 10);
            r.weights(&mut m);
            assert_eq!((m, LogSum.value(r.total())), ([0.0; 3], f64::NEG_INFINITY));
            assert_eq!(LogSum.slope(r.total()), 0.0);
            let floored = FlooredLogSum::new(1e-3).unwrap();
            assert!((floored.value(r.total()) - 1e-3_f64.ln()).abs() < 1e-15);
            assert_eq!(floored.slope(r.total()), 0.0);
        }
        let powered = Powered(Epanechnikov::new(3.0).unwrap());
        let mut m = [0.1_f32, 0.2, -0.5];
        let mut r = Reduction::new(&powered, None, 10);
        assert_eq!(r.weights(&mut m), 1.0);
        assert_eq!((m, LogSum.value(r.total())), ([0.0; 3], f64::NEG_INFINITY));
    }
}
