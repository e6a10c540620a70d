//! How the kernels' values are reduced to one energy: Q in E = −c Q(Σ_μ F(m_μ)).

use std::marker::PhantomData;

use crate::horner::{Horner, Polynomial};
use crate::kernel::Kernel;
use crate::scalar::Real;
use crate::simd::{Vectorize, vectorize};
use crate::vector::{lane_sum, lane_sum_mut, lane_sum_of};
use crate::{Error, Overlap};

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Sum {}
    impl Sealed for super::LogSum {}
    impl Sealed for super::FlooredLogSum {}
}

/// Q(Σ) = Σ: the polynomial models and Demircigil's.
///
/// Sums of a kernel that works through ln F (such as [`Exponential`](crate::kernel::Exponential)) are formed
/// relative to their largest term. Where the result leaves the range of f64, its magnitude saturates while
/// the sign of a flip price and the direction of a field stay right; [`LogSum`] has the same single-spin
/// descent and finite energies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Sum;

/// Q(Σ) = ln Σ: LSE with an exponential kernel, LSR with an Epanechnikov kernel. +∞ energy where Σ <= 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LogSum;

/// Q(Σ) = ln max(ε, Σ): LSR with the floor *on the sum* (eq. 7 of "thermal phases" puts it on every term;
/// see [`Epanechnikov::with_floor`](crate::kernel::Epanechnikov::with_floor)).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "f64", into = "f64"))]
pub struct FlooredLogSum {
    ln_floor: f64,
}

impl FlooredLogSum {
    /// The floor ε > 0 on the sum.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless ε is positive and finite.
    pub fn new(epsilon: f64) -> Result<Self, Error> {
        let epsilon = crate::error::parameter("epsilon", "epsilon > 0", epsilon, epsilon > 0.0)?;
        Ok(Self { ln_floor: epsilon.ln() })
    }

    /// The floor ε.
    #[must_use]
    pub fn epsilon(self) -> f64 {
        self.ln_floor.exp()
    }
}

impl TryFrom<f64> for FlooredLogSum {
    type Error = Error;
    fn try_from(epsilon: f64) -> Result<Self, Error> {
        Self::new(epsilon)
    }
}

impl From<FlooredLogSum> for f64 {
    fn from(q: FlooredLogSum) -> f64 {
        q.epsilon()
    }
}

/// A sum of kernel values, `sum · exp(ln_scale)`; the scale is 1 for kernels summed directly.
#[derive(Clone, Copy, Debug, PartialEq)]
#[doc(hidden)]
pub struct Total {
    pub ln_scale: f64,
    pub sum: f64,
}

impl Total {
    /// `sum · exp(ln_scale)`, saturating in magnitude, exact in sign.
    pub(crate) fn saturating(self) -> f64 {
        if self.sum == 0.0 {
            return 0.0;
        }
        if self.ln_scale == 0.0 {
            return self.sum;
        }
        let magnitude = (self.ln_scale + self.sum.abs().ln()).exp();
        magnitude.clamp(f64::MIN_POSITIVE, f64::MAX).copysign(self.sum)
    }

    /// ln of the sum; −∞ where it is not positive.
    pub(crate) fn ln(self) -> f64 {
        if self.sum > 0.0 { self.ln_scale + self.sum.ln() } else { f64::NEG_INFINITY }
    }
}

/// Q: [`Sum`], [`LogSum`] or [`FlooredLogSum`] (sealed machinery: a new model is a new
/// [`Kernel`], not a new aggregator).
pub trait Aggregator: sealed::Sealed + Copy + std::fmt::Debug + Send + Sync + 'static {
    /// Q is the identity: prices are sums of differences, and integer kernels stay integer.
    #[doc(hidden)]
    const ADDITIVE: bool;

    /// Q(Σ).
    #[doc(hidden)]
    fn value(self, total: Total) -> f64;

    /// dQ/dΣ · exp(ln_scale): what multiplies the weighted sum of patterns. `limit` bounds |ln| of a scale.
    #[doc(hidden)]
    fn slope(self, total: Total, limit: f64) -> f64;
}

impl Aggregator for Sum {
    const ADDITIVE: bool = true;
    fn value(self, total: Total) -> f64 {
        total.saturating()
    }
    fn slope(self, total: Total, limit: f64) -> f64 {
        total.ln_scale.clamp(-limit, limit).exp()
    }
}

impl Aggregator for LogSum {
    const ADDITIVE: bool = false;
    fn value(self, total: Total) -> f64 {
        total.ln()
    }
    fn slope(self, total: Total, _limit: f64) -> f64 {
        if total.sum > 0.0 { 1.0 / total.sum } else { 0.0 }
    }
}

impl Aggregator for FlooredLogSum {
    const ADDITIVE: bool = false;
    fn value(self, total: Total) -> f64 {
        total.ln().max(self.ln_floor)
    }
    fn slope(self, total: Total, limit: f64) -> f64 {
        if total.ln() > self.ln_floor { LogSum.slope(total, limit) } else { 0.0 }
    }
}

/// Overlaps arrive in blocks of at most this many patterns.
pub(crate) const BLOCK: usize = 512;

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
                vectorize(LnF { kernel, n, m: &*m, out: logs, scalar: PhantomData });
                if self.running.rescale(logs).is_some() {
                    let shift = self.running.total.ln_scale;
                    self.running.add(vectorize(SumExp::<T> { logs, shift, scalar: PhantomData }));
                }
            } else {
                self.running.add(match self.polynomial {
                    Some(p) => by_degree!(p, |horner| SumF { kernel: &horner, n, m, scalar: PhantomData }),
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
                Some(p) => by_degree!(p, |horner| Weigh { kernel: &horner, n, m, scalar: PhantomData }),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Epanechnikov, Exponential, Monomial, Powered};

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
            assert!(Sum.slope(r.total(), f64::LN_SCALE_LIMIT).is_finite());
        }
        let powered = Powered(Epanechnikov::new(1.5).unwrap());
        let mut r = Reduction::new(&powered, None, n);
        r.value(&m);
        assert_eq!(LogSum.value(r.total()), 0.0);
    }

    #[test]
    fn outside_every_support_nothing_is_nan() {
        for kernel in [Epanechnikov::new(3.0).unwrap()] {
            let mut m = [0.1, 0.2, -0.5];
            let mut r = Reduction::new(&kernel, None, 10);
            r.weights(&mut m);
            assert_eq!((m, LogSum.value(r.total())), ([0.0; 3], f64::NEG_INFINITY));
            assert_eq!(LogSum.slope(r.total(), 600.0), 0.0);
            let floored = FlooredLogSum::new(1e-3).unwrap();
            assert!((floored.value(r.total()) - 1e-3_f64.ln()).abs() < 1e-15);
            assert_eq!(floored.slope(r.total(), 600.0), 0.0);
        }
        let powered = Powered(Epanechnikov::new(3.0).unwrap());
        let mut m = [0.1_f32, 0.2, -0.5];
        let mut r = Reduction::new(&powered, None, 10);
        assert_eq!(r.weights(&mut m), 1.0);
        assert_eq!((m, LogSum.value(r.total())), ([0.0; 3], f64::NEG_INFINITY));
    }

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
}
