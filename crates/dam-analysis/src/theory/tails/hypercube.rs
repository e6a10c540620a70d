//! Overlaps on the hypercube: the binomial distribution.

use std::f64::consts::{LN_2, PI};

use super::stirling_error;

/// ln [binomial(n, k) 2^{−n}], by Loader's form: to a few units in the last place of its own size.
pub(in crate::theory) fn ln_binomial(n: usize, k: usize) -> f64 {
    let n_f = n as f64;
    if k == 0 || k == n {
        return -n_f * LN_2;
    }
    let (a, b) = (k as f64, (n - k) as f64);
    // −N times the relative entropy to a fair coin; m keeps its digits near the centre, where logarithms would cancel.
    let m = (b - a) / n_f;
    let entropy = if m.abs() < 0.1 {
        // (1 + m) ln(1 + m) + (1 − m) ln(1 − m) = Σ m^2k / (k (2k − 1)), nine terms; the others are below a rounding.
        let m2 = m * m;
        -0.5 * n_f * m2 * (1..=9).rev().fold(0.0, |sum, k| sum * m2 + 1.0 / f64::from(k * (2 * k - 1)))
    } else if m.abs() < 0.5 {
        -0.5 * n_f * ((1.0 + m) * m.ln_1p() + (1.0 - m) * (-m).ln_1p())
    } else {
        -a * (2.0 * a / n_f).ln() - b * (2.0 * b / n_f).ln()
    };
    entropy + 0.5 * (n_f / (2.0 * PI * a * b)).ln() + stirling_error(n_f)
        - stirling_error(a)
        - stirling_error(b)
}

/// ln P(m >= m0) for −1 <= m0 <= 1.
pub(super) fn ln_tail(n: usize, m0: f64) -> f64 {
    // The rounding of m0 must not decide whether an overlap is in or out.
    let flips = 0.5 * n as f64 * (1.0 - m0);
    ln_at_most(n, (flips + 4.0 * f64::EPSILON * n as f64).floor() as usize)
}

/// ln P(1 − m < gap): strictly.
pub(super) fn ln_within(n: usize, gap: f64) -> f64 {
    let flips = 0.5 * n as f64 * gap;
    ln_at_most(n, ((flips * (1.0 - 4.0 * f64::EPSILON)).ceil() - 1.0).max(0.0) as usize)
}

/// ln P(no more than `flips` of n fair coins fall on heads).
fn ln_at_most(n: usize, flips: usize) -> f64 {
    if flips >= n {
        return 0.0;
    }
    if 2 * flips >= n {
        return (-ln_at_most(n, n - flips - 1).exp()).ln_1p();
    }
    let (mut term, mut sum) = (1.0, 1.0);
    for k in (1..=flips).rev() {
        term *= k as f64 / (n - k + 1) as f64;
        sum += term;
        if term < 1e-17 * sum {
            break;
        }
    }
    ln_binomial(n, flips) + sum.ln()
}
