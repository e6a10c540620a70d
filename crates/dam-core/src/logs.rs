//! Sums of terms that are given by their logarithms, over a scale that follows the largest: they neither overflow nor
//! vanish.

use crate::Overlap;
use crate::aggregate::Total;
use crate::form::LogLinear;
use crate::kernel::Kernel;
use crate::reduce::BLOCK;
use crate::scalar::Real;
use crate::simd::{SumExp2, Vectorize, WeighExp2, unit, vectorize};
use crate::vector::{lane_largest, lane_sum, lane_sum_mut, larger, largest};

/// How far the logarithm of a term may be above the scale of a sum without weights before the scale moves: far within
/// f32, and then it seldom does.
const SLACK: f64 = 16.0;

/// A sum with or without a scale.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Running {
    logs: bool,
    total: Total,
}

impl Running {
    pub(crate) fn new(logs: bool) -> Self {
        Self { logs, total: Total { ln_scale: if logs { f64::NEG_INFINITY } else { 0.0 }, sum: 0.0 } }
    }

    /// Whether terms are given by their logarithms.
    pub(crate) fn logs(&self) -> bool {
        self.logs
    }

    pub(crate) fn total(&self) -> Total {
        self.total
    }

    /// Adds terms that have no scale.
    pub(crate) fn add(&mut self, sum: f64) {
        self.total.sum += sum;
    }

    /// Adds Σ exp(logs), with the same bits on every level; returns the factor that the new scale puts on all that was
    /// summed before.
    pub(crate) fn add_logs(&mut self, logs: &[f64]) -> f64 {
        self.set(vectorize(SumExp { logs, total: self.total }))
    }

    /// Puts a total that has grown in place of its former value; returns the factor that the new scale puts on all that
    /// was summed before.
    pub(crate) fn set(&mut self, total: Total) -> f64 {
        let before = std::mem::replace(&mut self.total, total);
        factor(before.ln_scale, total.ln_scale)
    }

    /// Joins the sum of the patterns that come after; returns the factors of (own, later) weighted sums.
    pub(crate) fn merge(&mut self, later: &Self) -> (f64, f64) {
        if !self.logs {
            self.total.sum += later.total.sum;
            return (1.0, 1.0);
        }
        let scale = self.total.ln_scale.max(later.total.ln_scale);
        let own = factor(self.total.ln_scale, scale);
        let other = factor(later.total.ln_scale, scale);
        self.total = Total { ln_scale: scale, sum: self.total.sum * own + later.total.sum * other };
        (own, other)
    }
}

/// exp(before − after) for the scales of a sum that has grown: what the change puts on all that was summed before.
fn factor(before: f64, after: f64) -> f64 {
    if before == after { 1.0 } else { (before - after).exp() }
}

/// The total over another scale, with `sum` added over that scale.
fn onto(total: Total, scale: f64, sum: f64) -> Total {
    Total { ln_scale: scale, sum: total.sum * factor(total.ln_scale, scale) + sum }
}

/// Whether every term is zero, so that there is no scale.
#[inline(always)]
fn nothing(scale: f64, logs: &[f64]) -> bool {
    scale == f64::NEG_INFINITY && logs.iter().all(|&log| log == f64::NEG_INFINITY)
}

struct SumExp<'a> {
    logs: &'a [f64],
    total: Total,
}

impl Vectorize for SumExp<'_> {
    type Output = Total;
    #[inline(always)]
    fn run(self) -> Total {
        let scale = larger(lane_largest(self.logs), self.total.ln_scale);
        if nothing(scale, self.logs) {
            return self.total;
        }
        let sum = lane_sum(self.logs, self.logs, |log, _| (log - scale).exp_fast());
        onto(self.total, scale, sum)
    }
}

/// The total with Σ F(m), through ln F.
pub(crate) fn log_values<K: Kernel, T: Real>(kernel: &K, n: f64, m: &[T], total: Total) -> Total {
    vectorize(Values { kernel, n, m, total })
}

struct Values<'a, K, T> {
    kernel: &'a K,
    n: f64,
    m: &'a [T],
    total: Total,
}

impl<K: Kernel, T: Real> Vectorize for Values<'_, K, T> {
    type Output = Total;
    #[inline(always)]
    fn run(self) -> Total {
        let Self { kernel, n, m, mut total } = self;
        for m in m.chunks(BLOCK) {
            let mut x = [T::zero(); BLOCK];
            let x = &mut x[..m.len()];
            let mut scale = total.ln_scale;
            if scale == f64::NEG_INFINITY || !write_over(kernel, n, m, scale, x) {
                scale = largest_ln_f(kernel, n, m, scale);
                // While every term is zero there is no scale.
                if scale == f64::NEG_INFINITY {
                    continue;
                }
                write_over(kernel, n, m, scale, x);
            }
            // On their own, single-precision exponentials fill a register.
            for x in &mut *x {
                *x = x.exp_fast();
            }
            total = onto(total, scale, lane_sum(x, x, |x, _| x.widen()));
        }
        total
    }
}

/// Writes ln F − scale; whether none is above [`SLACK`].
#[inline(always)]
fn write_over<K: Kernel, T: Real>(kernel: &K, n: f64, m: &[T], scale: f64, x: &mut [T]) -> bool {
    // Positive numbers are in the order of their bits, and the largest of integers costs one instruction.
    let mut largest = i64::MIN;
    for (x, m) in x.iter_mut().zip(m) {
        let log = kernel.ln_f(Overlap::at(m.widen(), n)) - scale;
        largest = largest.max(log.to_bits() as i64);
        *x = T::narrow(log);
    }
    largest <= SLACK.to_bits() as i64
}

/// The largest ln F and `least`; NaN if one is.
#[cold]
#[inline(never)]
fn largest_ln_f<K: Kernel, T: Real>(kernel: &K, n: f64, m: &[T], least: f64) -> f64 {
    let logs = m.iter().map(|m| kernel.ln_f(Overlap::at(m.widen(), n)));
    logs.fold(least, |top, log| if log > top || log.is_nan() { log } else { top })
}

/// As [`log_values`], and F'(m) over the new scale in place of m, for at most [`BLOCK`] overlaps.
pub(crate) fn log_weights<K: Kernel, T: Real>(kernel: &K, n: f64, m: &mut [T], total: Total) -> Total {
    vectorize(Weights { kernel, n, m, total })
}

struct Weights<'a, K, T> {
    kernel: &'a K,
    n: f64,
    m: &'a mut [T],
    total: Total,
}

impl<K: Kernel, T: Real> Vectorize for Weights<'_, K, T> {
    type Output = Total;
    #[inline(always)]
    fn run(self) -> Total {
        let Self { kernel, n, m, total } = self;
        let mut logs = [0.0; BLOCK];
        let logs = &mut logs[..m.len()];
        for (log, m) in logs.iter_mut().zip(&*m) {
            *log = kernel.ln_f(Overlap::at(m.widen(), n));
        }
        let scale = larger(lane_largest(logs), total.ln_scale);
        if nothing(scale, logs) {
            m.fill(T::zero());
            return total;
        }
        let sum = lane_sum_mut(m, logs, |m, log| {
            let e = T::narrow(log - scale).exp_fast().widen();
            let slope = kernel.dln_f(Overlap::at(m.widen(), n));
            // Where F = 0 its logarithmic slope is not defined; the weight is zero.
            *m = T::narrow(if e == 0.0 { 0.0 } else { e * slope });
            e
        });
        onto(total, scale, sum)
    }
}

/// The total with Σ F(m) of a log-linear kernel.
pub(crate) fn log_linear_values<T: Real>(form: &LogLinear, m: &[T], mut total: Total) -> Total {
    let (unit, line) = (unit(), Line::<T>::of(form));
    for m in m.chunks(BLOCK) {
        let sum_over = |scale: f64| {
            let (mut sum, mut top) = (0.0, T::zero());
            let (slope, constant) = (line.slope, line.constant(scale));
            T::sum_exp2(SumExp2 { unit, m, slope, constant, sum: &mut sum, top: &mut top });
            (sum, top)
        };
        let mut scale = total.ln_scale;
        if scale == f64::NEG_INFINITY {
            scale = line.scale_at(largest(m));
        }
        let (mut sum, top) = sum_over(scale);
        if form.at_zero + form.slope * top.widen() - scale > SLACK {
            scale = line.scale_at(top);
            sum = sum_over(scale).0;
        }
        total = onto(total, scale, sum);
    }
    total
}

/// The same, and F'(m) over the new scale in place of m. Here the scale is that of the largest term: fields of f32 have no
/// room for more.
pub(crate) fn log_linear_weights<T: Real>(form: &LogLinear, m: &mut [T], total: Total) -> Total {
    let (unit, line) = (unit(), Line::<T>::of(form));
    let scale = larger(line.scale_at(largest(m)), total.ln_scale);
    let (slope, constant, factor) = (line.slope, line.constant(scale), T::narrow(form.slope));
    let mut sum = 0.0;
    T::weigh_exp2(WeighExp2 { unit, m, slope, constant, factor, sum: &mut sum });
    onto(total, scale, sum)
}

/// ln F in steps of the base-two exponential.
struct Line<'a, T> {
    form: &'a LogLinear,
    slope: T,
}

impl<'a, T: Real> Line<'a, T> {
    /// Steps of the exponential for one unit of a natural logarithm.
    const UNIT: f64 = std::f64::consts::LOG2_E * T::STEPS;

    fn of(form: &'a LogLinear) -> Self {
        Self { form, slope: T::narrow(form.slope * Self::UNIT) }
    }

    fn constant(&self, scale: f64) -> T {
        T::narrow((self.form.at_zero - scale) * Self::UNIT)
    }

    /// ln F at an overlap, rounded to what [`constant`](Self::constant) can hold.
    fn scale_at(&self, m: T) -> f64 {
        let scale = self.form.at_zero + self.form.slope * m.widen();
        self.form.at_zero - self.constant(scale).widen() / Self::UNIT
    }
}
