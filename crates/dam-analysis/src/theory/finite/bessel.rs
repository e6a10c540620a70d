//! Averages of e^{t φ} over the sphere, which are modified Bessel functions.

use std::sync::OnceLock;

use crate::theory::tails::stirling_error;

/// The dimension from which on Debye's expansion with [`ORDER`] terms is exact to rounding, for every argument.
const LARGE: usize = 62;
const ORDER: usize = 10;

/// A_N(t) = I_{N/2}(t) / I_{N/2−1}(t), the mean of φ under the weight e^{tφ} on the sphere in `n` dimensions.
pub(in crate::theory) fn ratio(n: usize, t: f64) -> f64 {
    if t == 0.0 {
        return 0.0;
    }
    // The continued fraction A_N = 1/(N/t + A_{N+2}) from the inside out, begun where the influence of what
    // lies further in, a product of A², has fallen below rounding. Amos' bound on A_N from above bounds that
    // product, and is the value to begin with.
    let bound = |n: f64| t / (0.5 * (n - 1.0) + (0.25 * (n - 1.0) * (n - 1.0) + t * t).sqrt());
    let (mut last, mut influence) = (n as f64, 1.0);
    while influence > 1e-20 {
        influence *= bound(last).powi(2);
        last += 2.0;
    }
    if t <= n as f64 {
        let mut a = bound(last);
        while last > n as f64 {
            last -= 2.0;
            a = 1.0 / (last / t + a);
        }
        return a;
    }
    // The same for 1 − A_N, which is small here: rounding of A_N itself would add up over √t steps.
    let mut gap = 1.0 - bound(last);
    while last > n as f64 {
        last -= 2.0;
        let excess = last / t - gap;
        gap = excess / (1.0 + excess);
    }
    1.0 - gap
}

/// ln Λ_N(t), Λ_N(t) = <e^{tφ}> = Γ(N/2) (2/t)^{N/2−1} I_{N/2−1}(t), good to a relative 1e-14.
pub(in crate::theory) fn ln_average(n: usize, t: f64) -> f64 {
    let n_f = n as f64;
    if t * t <= 4.0 * n_f {
        // ₀F₁(; N/2; t²/4) − 1, of positive terms; the only form with relative accuracy at small t.
        let (mut term, mut sum, mut k) = (1.0, 0.0, 0.0);
        loop {
            term *= 0.25 * t * t / ((k + 1.0) * (0.5 * n_f + k));
            sum += term;
            k += 1.0;
            if term <= 1e-17 * sum {
                return sum.ln_1p();
            }
        }
    }
    // Λ_N / Λ_{N+2} = t / (N A_N) leads to a dimension that is large enough.
    let (mut top, mut sum) = (n, 0.0);
    if n < LARGE {
        top = LARGE + (n & 1);
        let mut a = ratio(top, t);
        let mut below = top;
        while below > n {
            below -= 2;
            a = 1.0 / (below as f64 / t + a);
            sum -= (a * below as f64 / t).ln();
        }
    }
    sum + debye(top, t)
}

/// ln Λ_N(t) for large N by Debye's expansion (DLMF 10.41.3): with ν = N/2 − 1, z = t/ν and p = 1/sqrt(1 + z²),
///
/// ```text
/// I_ν(νz) ~ e^{νη} (2πν)^{−1/2} p^{1/2} Σ_k U_k(p) ν^{−k},   η = 1/p + ln(z / (1 + 1/p)).
/// ```
///
/// Stirling's formula for Γ(ν + 1) cancels the large terms in advance.
fn debye(n: usize, t: f64) -> f64 {
    let nu = 0.5 * n as f64 - 1.0;
    let z = t / nu;
    let root = z.hypot(1.0);
    let w = z * (z / (1.0 + root)); // sqrt(1 + z²) − 1
    let polynomials = debye_polynomials();
    let p = 1.0 / root;
    // U_k has the powers p^k, p^{k+2}, ..., p^{3k} only.
    let sum: f64 = (1..=ORDER)
        .rev()
        .map(|k| {
            let u = polynomials[k].iter().rev().fold(0.0, |sum, c| sum * p * p + c);
            u * (p / nu).powi(k as i32)
        })
        .sum();
    nu * (w - (0.5 * w).ln_1p()) - 0.5 * root.ln() + stirling_error(nu) + sum.ln_1p()
}

/// The coefficients of p^k, p^{k+2}, ..., p^{3k} in U_k, k = 0..=ORDER, by
/// U_{k+1} = p² (1 − p²) U_k' / 2 + ∫_0^p (1 − 5 s²) U_k(s) ds / 8 (DLMF 10.41.9).
fn debye_polynomials() -> &'static [[f64; ORDER + 1]; ORDER + 1] {
    static TABLE: OnceLock<[[f64; ORDER + 1]; ORDER + 1]> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = [[0.0; ORDER + 1]; ORDER + 1];
        table[0][0] = 1.0;
        for k in 0..ORDER {
            for j in 0..=k {
                let (c, power) = (table[k][j], (k + 2 * j) as f64);
                table[k + 1][j] += c * (0.5 * power + 0.125 / (power + 1.0));
                table[k + 1][j + 1] -= c * (0.5 * power + 0.625 / (power + 3.0));
            }
        }
        table
    })
}
