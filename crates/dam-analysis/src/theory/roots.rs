//! Roots and minima of functions of one variable, by Brent's methods.

/// More steps than bisection of any interval of f64 needs; Brent's method seldom takes 15.
const STEPS: usize = 300;

/// A root of `f` between `a` and `b`, to the last bits of a double; `None` unless `f` has opposite signs there.
///
/// Infinite values are legal, NaN is not: it gives `None`. The function may jump: what is found then is the jump.
///
/// # Reference
/// Brent, Algorithms for Minimization without Derivatives (1973), chapter 4.
pub(crate) fn root(a: f64, b: f64, mut f: impl FnMut(f64) -> f64) -> Option<f64> {
    brent_root(a, b, &mut f)
}

// Not generic: the solver has many functions, for many kernels.
fn brent_root(a: f64, b: f64, f: &mut dyn FnMut(f64) -> f64) -> Option<f64> {
    // b is the best point so far, [b, c] brackets the root, a is the last b.
    let (mut a, mut b) = (a, b);
    let (mut fa, mut fb) = (f(a), f(b));
    if fa == 0.0 {
        return Some(a);
    }
    if fb == 0.0 {
        return Some(b);
    }
    if fa.is_nan() || fb.is_nan() || (fa > 0.0) == (fb > 0.0) {
        return None;
    }
    let (mut c, mut fc) = (a, fa);
    let (mut step, mut before) = (b - a, b - a);
    for _ in 0..STEPS {
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let tolerance = 2.0 * f64::EPSILON * b.abs() + f64::MIN_POSITIVE;
        let half = 0.5 * (c - b);
        if half.abs() <= tolerance || fb == 0.0 {
            return Some(b);
        }
        let trial = if before.abs() >= tolerance && fa.abs() > fb.abs() && fa.is_finite() {
            let s = fb / fa;
            // The secant, or the inverse parabola if three points are distinct.
            let (p, q) = if a == c {
                (2.0 * half * s, 1.0 - s)
            } else {
                let (q, r) = (fa / fc, fb / fc);
                (s * (2.0 * half * q * (q - r) - (b - a) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0))
            };
            let (p, q) = if p > 0.0 { (p, -q) } else { (-p, q) };
            (2.0 * p < (3.0 * half * q - (tolerance * q).abs()).min((before * q).abs())).then(|| p / q)
        } else {
            None
        };
        (before, step) = match trial {
            Some(trial) => (step, trial),
            None => (half, half),
        };
        (a, fa) = (b, fb);
        b += if step.abs() > tolerance { step } else { tolerance.copysign(half) };
        fb = f(b);
        if fb.is_nan() {
            return None;
        }
        if (fb > 0.0) == (fc > 0.0) {
            (c, fc) = (a, fa);
            (step, before) = (b - a, b - a);
        }
    }
    Some(b)
}

/// The place and the value of a minimum of `f` in [`a`, `b`]: the one, if `f` has a single minimum there. The
/// place is good to half the digits of a double, the value to all. Values of +∞ are legal.
///
/// # Reference
/// Brent (1973), chapter 5.
pub(crate) fn minimum(a: f64, b: f64, mut f: impl FnMut(f64) -> f64) -> (f64, f64) {
    brent_minimum(a, b, &mut f)
}

fn brent_minimum(a: f64, b: f64, f: &mut dyn FnMut(f64) -> f64) -> (f64, f64) {
    const GOLDEN: f64 = 0.381_966_011_250_105_1; // (3 − √5) / 2
    let (mut a, mut b) = (a.min(b), a.max(b));
    let mut x = a + GOLDEN * (b - a);
    let mut fx = f(x);
    // The second best point, and the one that was it before.
    let (mut w, mut v) = (x, x);
    let (mut fw, mut fv) = (fx, fx);
    let (mut step, mut before) = (0.0_f64, 0.0_f64);
    for _ in 0..STEPS {
        let middle = 0.5 * (a + b);
        let tolerance = 1e-8 * x.abs() + 1e-18;
        if (x - middle).abs() <= 2.0 * tolerance - 0.5 * (b - a) {
            break;
        }
        let mut parabola = None;
        if before.abs() > tolerance {
            let (r, q) = ((x - w) * (fx - fv), (x - v) * (fx - fw));
            let (p, q) = ((x - v) * q - (x - w) * r, 2.0 * (q - r));
            let (p, q) = if q > 0.0 { (-p, q) } else { (p, -q) };
            if p.abs() < (0.5 * q * before).abs() && p > q * (a - x) && p < q * (b - x) {
                parabola = Some(p / q);
            }
        }
        (before, step) = match parabola {
            Some(trial) if (x + trial - a).min(b - x - trial) < 2.0 * tolerance => {
                (step, tolerance.copysign(middle - x))
            }
            Some(trial) => (step, trial),
            None => {
                let far = if x < middle { b - x } else { a - x };
                (far, GOLDEN * far)
            }
        };
        let u = x + if step.abs() >= tolerance { step } else { tolerance.copysign(step) };
        let fu = f(u);
        if fu <= fx {
            if u < x {
                b = x
            } else {
                a = x
            }
            (v, fv, w, fw, x, fx) = (w, fw, x, fx, u, fu);
        } else {
            if u < x {
                a = u
            } else {
                b = u
            }
            if fu <= fw || w == x {
                (v, fv, w, fw) = (w, fw, u, fu);
            } else if fu <= fv || v == x || v == w {
                (v, fv) = (u, fu);
            }
        }
    }
    // The ends themselves are candidates.
    [(a, f(a)), (b, f(b))].into_iter().fold((x, fx), |best, end| if end.1 < best.1 { end } else { best })
}

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
