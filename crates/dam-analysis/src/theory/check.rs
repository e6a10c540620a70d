//! What arguments and kernels must fulfil.

use dam_core::{Extensive, Overlap};

use crate::Error;

pub(super) fn temperature(t: f64) -> Result<(), Error> {
    not_negative("temperature", "a finite T >= 0", t)
}

pub(super) fn load(alpha: f64) -> Result<(), Error> {
    not_negative("load alpha", "a finite alpha >= 0", alpha)
}

fn not_negative(name: &'static str, expected: &'static str, found: f64) -> Result<(), Error> {
    if found >= 0.0 && found.is_finite() { Ok(()) } else { Err(Error::Parameter { name, expected, found }) }
}

pub(super) fn positive(name: &'static str, found: f64) -> Result<(), Error> {
    let expected = "a finite number above 0";
    if found > 0.0 && found.is_finite() { Ok(()) } else { Err(Error::Parameter { name, expected, found }) }
}

/// Refuses a rate that is no rate: wrong numbers would come of it.
pub(super) fn rate<K: Extensive>(kernel: &K) -> Result<(), Error> {
    use dam_core::Error::{KernelInconsistent, KernelNotFinite};
    const STEP: f64 = 1.0 / 64.0;
    let top = kernel.rate(Overlap::from_gap(0.0, 1));
    if !top.is_finite() {
        return Err(KernelNotFinite { what: "k(1)", m: 1.0, value: top }.into());
    }
    // The support: next to 1, and perhaps its mirror image.
    let mut edge = -1.0;
    let (mut before, mut slope_before) = (top, 0.0_f64);
    for j in 0..=128 {
        let m = 1.0 - f64::from(j) * STEP;
        let k = kernel.rate(Overlap::new(m, 1));
        if k == f64::NEG_INFINITY && edge == -1.0 {
            edge = m;
        } else if k > f64::NEG_INFINITY && edge > -1.0 && m >= -edge.abs() {
            let what = "k = ln F / N inside the support";
            return Err(KernelNotFinite { what, m: edge, value: f64::NEG_INFINITY }.into());
        }
        if k.is_nan() || k == f64::INFINITY {
            return Err(KernelNotFinite { what: "k = ln F / N", m, value: k }.into());
        }
        let scale = 1.0 + k.abs() + top.abs();
        // At N = 2, for a weight that underflows at large ones.
        let double = kernel.rate(Overlap::new(m, 2));
        let same = k == double || (double - k).abs() <= 1e-9 * scale;
        if !same && double > f64::NEG_INFINITY {
            let what = "k = ln F / N at N = 2, which must be that at N = 1,";
            return Err(KernelInconsistent { what, m, expected: k, found: double }.into());
        }
        let slope = kernel.rate_slope(Overlap::new(m, 1));
        let expected_rise = 4.0 * STEP * slope.abs().max(slope_before.abs()) + 1e-6 * scale;
        if k > f64::NEG_INFINITY && before > f64::NEG_INFINITY && (before - k).abs() > expected_rise {
            let rise = jump(kernel, m, m + STEP);
            if rise.abs() > 1e-6 * scale {
                let what = "k where it jumps inside its support";
                return Err(KernelInconsistent { what, m, expected: before, found: before - rise }.into());
            }
        }
        (before, slope_before) = (k, slope);
        // Differences at two widths, where they agree with each other, off the points that a kink or an edge may lie on:
        // there both are the mean of two slopes.
        let m = m - 0.381_966 * STEP;
        let slope = kernel.rate_slope(Overlap::new(m, 1));
        let difference =
            |h: f64| (kernel.rate(Overlap::new(m + h, 1)) - kernel.rate(Overlap::new(m - h, 1))) / (2.0 * h);
        let (wide, narrow) = (difference(2e-5), difference(1e-5));
        let tolerance = 1e-4 * (1.0 + narrow.abs());
        let (smooth, right) = ((wide - narrow).abs() < 0.1 * tolerance, (slope - narrow).abs() < tolerance);
        if m > -1.0 && smooth && !right {
            return Err(KernelInconsistent { what: "dk/dm", m, expected: narrow, found: slope }.into());
        }
    }
    Ok(())
}

/// How much k rises in the narrowest part of [low, high] that holds the steepest rise or fall.
fn jump<K: Extensive>(kernel: &K, mut low: f64, mut high: f64) -> f64 {
    let k = |m: f64| kernel.rate(Overlap::new(m, 1));
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if (k(high) - k(middle)).abs() > (k(middle) - k(low)).abs() { low = middle } else { high = middle }
    }
    k(high) - k(low)
}
