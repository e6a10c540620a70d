//! Overlaps on the sphere: the incomplete beta function.

use std::f64::consts::{LN_2, PI};

use super::stirling_error;

/// ln C of the density C (1 − m²)^{(N−3)/2}, C = Γ(N/2) / (√π Γ((N−1)/2)).
pub(in crate::theory) fn ln_normalization(n: usize) -> f64 {
    // By Stirling's formula for both, the large terms subtracted in advance.
    let a = 0.5 * (n as f64 - 1.0);
    a * (0.5 / a).ln_1p() - 0.5 + 0.5 * (a / PI).ln() + stirling_error(a + 0.5) - stirling_error(a)
}

/// ln P(m >= m0) for −1 <= m0 <= 1.
pub(super) fn ln_tail(n: usize, m0: f64) -> f64 {
    if m0 < 0.0 {
        return (-ln_tail(n, -m0).exp()).ln_1p();
    }
    if m0 == 0.0 {
        return -LN_2;
    }
    let a = 0.5 * (n as f64 - 1.0);
    let square = m0 * m0;
    let co_square = (1.0 - m0) * (1.0 + m0);
    let ln_co_square = if m0 < 0.5 { (-square).ln_1p() } else { co_square.ln() };
    // x^a (1 − x)^{1/2} / B(a, 1/2) at x = 1 − m0².
    let ln_front = a * ln_co_square + m0.ln() + ln_normalization(n);
    if co_square < (a + 1.0) / (a + 2.5) {
        ln_front - (2.0 * a).ln() + continued_fraction(a, 0.5, co_square).ln()
    } else {
        // Near the centre, where the sum to one is well conditioned and the fraction above converges slowly.
        -LN_2 + (-2.0 * ln_front.exp() * continued_fraction(0.5, a, square)).ln_1p()
    }
}

/// a B(a, b) I_x(a, b) / (x^a (1 − x)^b) for x < (a + 1)/(a + b + 2).
///
/// # Reference
/// DLMF 8.17.22, evaluated by the method of Lentz.
fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    let (mut value, mut c, mut d) = (1.0, 1.0, 0.0);
    for j in 1_i32.. {
        let m = f64::from(j / 2);
        let term = if j % 2 == 0 {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        };
        // None of the denominators vanishes below the bound on x.
        d = 1.0 / (1.0 + term * d);
        c = 1.0 + term / c;
        value *= c * d;
        if (c * d - 1.0).abs() < 4e-16 {
            break;
        }
    }
    1.0 / value
}
