//! Closed forms for LSE and LSR, and the formulas of "thermal phases" as printed: what the solver is tested by, and
//! what a reader may want to plot beside it. Names with `paper` are the paper's own where they are not what follows
//! from its definitions; `docs/errata.md` says why.
//!
//! ```text
//! LSE            k = −β (1 − φ),          c = 1/β        u = 1 − φ
//! extensive LSR  k = ln(1 − b (1 − φ)),   c = 1/b        u = −(1/b) ln(1 − b (1 − φ))
//! ```
//! States live on the sphere unless the name says hypercube. The LSR of the paper's eq. 7 has the same u but
//! another floor: see [`CompactTheory`](super::CompactTheory).

use super::check;
use super::rates::sphere_saddle;
use super::roots::root;
use crate::Error;

/// φ of LSE: `(√(T² + 4) − T) / 2`.
///
/// # Errors
/// [`Error::Parameter`] unless T is finite and T >= 0.
///
/// # Reference
/// "Thermal phases", eq. 33.
pub fn lse_overlap(t: f64) -> Result<f64, Error> {
    check::temperature(t)?;
    Ok(2.0 / (t + t.hypot(2.0)))
}

/// f_ret of LSE: `1 − φ − (T/2) ln(1 − φ²)`.
///
/// # Errors
/// As [`lse_overlap`].
///
/// # Reference
/// "Thermal phases", eq. 34.
pub fn lse_free_energy(t: f64) -> Result<f64, Error> {
    let phi = lse_overlap(t)?;
    // At the minimum 1 − φ² = T φ, and 1 − φ = T φ / (1 + φ).
    let ln_rest = if phi < 0.5 { (-phi * phi).ln_1p() } else { (t * phi).ln() };
    let entropy = if t == 0.0 { 0.0 } else { 0.5 * t * ln_rest };
    Ok(t * phi / (1.0 + phi) - entropy)
}

/// φ and f_ret of LSE on the hypercube: `tanh(1/T)` and `1 − T ln cosh(1/T)`.
///
/// # Errors
/// As [`lse_overlap`].
pub fn lse_hypercube(t: f64) -> Result<(f64, f64), Error> {
    check::temperature(t)?;
    if t == 0.0 {
        return Ok((1.0, 0.0));
    }
    // ln cosh y = y + ln(1 + e^(−2y)) − ln 2
    let free_energy = t * (std::f64::consts::LN_2 - (-2.0 / t).exp().ln_1p());
    Ok(((1.0 / t).tanh(), free_energy))
}

/// φ_* of LSE with the exact measure of the sphere: `(√(1 + 4β²) − 1) / 2β`, the overlap of the patterns that
/// carry the uncondensed floor; α_* = −(1/2) ln(1 − φ_*²).
///
/// # Errors
/// [`Error::Parameter`] unless β is positive and finite.
pub fn lse_condensation_overlap(beta: f64) -> Result<f64, Error> {
    check::positive("beta_net", beta)?;
    Ok(sphere_saddle(beta))
}

/// g(β) = (1/2) ln(1 − φ_*²) + β φ_*, the rate of E[exp(β x·ξ)] on the sphere.
fn lse_cumulant(beta: f64) -> Result<f64, Error> {
    let phi = lse_condensation_overlap(beta)?;
    Ok(0.5 * (phi / beta).ln() + beta * phi) // 1 − φ_*² = φ_*/β
}

/// u_noise of LSE with the Gaussian tail: `1 − √(2α)` where β >= √(2α), else `1 − α/β − β/2`. Above α = 1/2, where
/// the tail ends at φ = 1, it is that of patterns with normal entries.
///
/// # Errors
/// [`Error::Parameter`] unless β > 0 and α >= 0, both finite.
///
/// # Reference
/// "Thermal phases", eqs. 26 and 27.
pub fn lse_floor_gaussian(beta: f64, alpha: f64) -> Result<f64, Error> {
    check::positive("beta_net", beta)?;
    check::load(alpha)?;
    let phi_max = (2.0 * alpha).sqrt();
    Ok(if beta >= phi_max { 1.0 - phi_max } else { 1.0 - alpha / beta - 0.5 * beta })
}

/// α_c(T) of LSE with the Gaussian tail, right for every β: eq. 35 where it is at most β²/2, else
/// `β (1 − f_ret) − β²/2`.
///
/// # Errors
/// As [`lse_overlap`] and [`lse_condensation_overlap`].
pub fn lse_alpha_c_gaussian(beta: f64, t: f64) -> Result<f64, Error> {
    check::positive("beta_net", beta)?;
    let signal = 1.0 - lse_free_energy(t)?;
    Ok(if signal <= beta { 0.5 * signal * signal } else { beta * signal - 0.5 * beta * beta })
}

/// α_c(T) of LSE with the exact measure: `−(1/2) ln(1 − (1 − f_ret)²)` up to α_*, beyond it `β (1 − f_ret) − g(β)`.
///
/// # Errors
/// As [`lse_overlap`] and [`lse_condensation_overlap`].
pub fn lse_alpha_c(beta: f64, t: f64) -> Result<f64, Error> {
    lse_load(beta, 1.0 - lse_free_energy(t)?)
}

/// α_s(T) of LSE with the exact measure, where the target's minimum of the free energy vanishes: `β φ − g(β)`, or
/// `−(1/2) ln(1 − φ²)` below α_*.
///
/// # Errors
/// As [`lse_alpha_c`].
pub fn lse_alpha_spinodal(beta: f64, t: f64) -> Result<f64, Error> {
    lse_load(beta, lse_overlap(t)?)
}

/// α_any(T) of LSE with the exact measure, where another stored pattern takes over from the disordered state:
/// `(β (1 − f_ret) − g(β)) / (1 − β T)` for T < 1/β, and α_s(T) from there on.
///
/// # Errors
/// As [`lse_alpha_c`].
pub fn lse_alpha_any(beta: f64, t: f64) -> Result<f64, Error> {
    let signal = 1.0 - lse_free_energy(t)?;
    let spinodal = lse_alpha_spinodal(beta, t)?;
    let crossing = (beta * signal - lse_cumulant(beta)?) / (1.0 - beta * t);
    Ok(if t * beta < 1.0 { crossing.min(spinodal) } else { spinodal })
}

/// The load at which the floor of LSE is at u = 1 − `signal`.
fn lse_load(beta: f64, signal: f64) -> Result<f64, Error> {
    let cumulant = lse_cumulant(beta)?;
    let condensed = signal <= lse_condensation_overlap(beta)?;
    Ok(if condensed { -0.5 * (-signal * signal).ln_1p() } else { beta * signal - cumulant })
}

/// φ of LSR, either model: with A = bT + 1 and B = 2 + T + bT, `1 − φ = 2T / (B + √(B² − 4AT))`, the one root of
/// eq. 37 between 0 and 1 (it is T > 0 at the one end and −1 at the other), for every b and T.
///
/// # Errors
/// [`Error::Parameter`] unless b > 0 and T >= 0, both finite.
///
/// # Reference
/// "Thermal phases", eqs. 36–37, which it leaves to numerics for b > 1.
pub fn lsr_overlap(b: f64, t: f64) -> Result<f64, Error> {
    Ok(1.0 - lsr_state(b, t)?[0])
}

/// 1 − φ, and 1 − b (1 − φ) with all its digits.
fn lsr_state(b: f64, t: f64) -> Result<[f64; 2], Error> {
    check::temperature(t)?;
    check::positive("b", b)?;
    // Over max(T, 1), so that no square overflows. B² − 4AT = 4 + 4bT + T²(b − 1)² has no cancellation.
    let (one, t) = (1.0 / t.max(1.0), t.min(1.0));
    let sum = 2.0 * one + t + b * t;
    let rest = 4.0 * one * one + 4.0 * b * t * one;
    let root = rest.sqrt().hypot(t * (b - 1.0));
    let gap = 2.0 * t / (sum + root);
    // B + √(B² − 4AT) − 2bT, over the same.
    let inside =
        if b > 1.0 { (2.0 * one + rest / (root + t * (b - 1.0))) / (sum + root) } else { 1.0 - b * gap };
    Ok([gap, inside])
}

/// f_ret of LSR, either model: `−(1/b) ln(1 − b (1 − φ)) − (T/2) ln(1 − φ²)`.
///
/// # Errors
/// As [`lsr_overlap`].
pub fn lsr_free_energy(b: f64, t: f64) -> Result<f64, Error> {
    let [gap, inside] = lsr_state(b, t)?;
    if t == 0.0 {
        return Ok(0.0);
    }
    let ln_inside = if inside > 0.5 { (-b * gap).ln_1p() } else { inside.ln() };
    Ok(-ln_inside / b - 0.5 * t * (gap.ln() + (2.0 - gap).ln()))
}

/// α_th of LSR: `−(1/2) ln(1 − (1 − 1/b)²)` with the exact measure; 0 for b <= 1.
///
/// # Errors
/// [`Error::Parameter`] unless b is positive and finite.
pub fn lsr_support_threshold(b: f64) -> Result<f64, Error> {
    check::positive("b", b)?;
    let edge = (1.0 - 1.0 / b).max(0.0);
    Ok(-0.5 * (-edge * edge).ln_1p())
}

/// α_th of LSR with the Gaussian tail: `(1 − 1/b)² / 2`; 0 for b <= 1.
///
/// # Errors
/// As [`lsr_support_threshold`].
///
/// # Reference
/// "Thermal phases", eqs. 28 and 38.
pub fn lsr_support_threshold_gaussian(b: f64) -> Result<f64, Error> {
    check::positive("b", b)?;
    Ok(0.5 * (1.0 - 1.0 / b).max(0.0).powi(2))
}

/// φ_* of extensive LSR with the exact measure: `(b − 1 + √((b − 1)² + 8b²)) / 4b`.
///
/// # Errors
/// As [`lsr_support_threshold`].
pub fn lsr_condensation_overlap(b: f64) -> Result<f64, Error> {
    check::positive("b", b)?;
    Ok(1.0 - lsr_condensation_gap(b))
}

/// 1 − φ_*: from the conjugate root, whose sum does not cancel.
fn lsr_condensation_gap(b: f64) -> f64 {
    2.0 / (3.0 * b + 1.0 + (b - 1.0).hypot(8.0_f64.sqrt() * b))
}

/// α_c(T) of extensive LSR with the exact measure: with `φ_c = 1 − (1 − exp(−b f_ret))/b`, where
/// u(φ_c) = f_ret, it is `−(1/2) ln(1 − φ_c²)` up to φ_*, beyond it `−(1/2) ln(1 − φ_*²) − k(φ_*) − b f_ret`.
///
/// # Errors
/// As [`lsr_overlap`].
pub fn lsr_alpha_c(b: f64, t: f64) -> Result<f64, Error> {
    let level = -b * lsr_free_energy(b, t)?;
    let (reached, most) = (-level.exp_m1() / b, lsr_condensation_gap(b));
    let cost = |gap: f64| -0.5 * (gap.ln() + (2.0 - gap).ln());
    Ok(if reached >= most { cost(reached) } else { cost(most) - (-b * most).ln_1p() + level })
}

/// α_c(T) of extensive LSR with the Gaussian tail: `(1/2) [1 − (1 − exp(−b f_ret))/b]²`, what follows from the
/// paper's eqs. 22 and 30, for b >= 1. It is above α_th at every temperature.
///
/// # Errors
/// As [`lsr_overlap`], and for b < 1, where the floor may be uncondensed.
pub fn lsr_alpha_c_gaussian(b: f64, t: f64) -> Result<f64, Error> {
    if b < 1.0 {
        return Err(Error::Parameter { name: "b", expected: "b >= 1", found: b });
    }
    let reached = 1.0 + (-b * lsr_free_energy(b, t)?).exp_m1() / b;
    Ok(0.5 * reached * reached)
}

/// Eq. 35 as printed: `(1 − f_ret)²/2` for LSE, right with the Gaussian tail for β_net >= 1 − f_ret only.
///
/// # Errors
/// As [`lse_overlap`].
pub fn paper_alpha_c_lse(t: f64) -> Result<f64, Error> {
    Ok(0.5 * (1.0 - lse_free_energy(t)?).powi(2))
}

/// Eq. 39 as printed: `(1 − f_ret)²/2` for LSR, which does not follow from the paper's eqs. 22 and 30
/// ([`lsr_alpha_c_gaussian`] does); beyond f_ret = 1 it even rises again.
///
/// # Errors
/// As [`lsr_overlap`].
pub fn paper_alpha_c_lsr(b: f64, t: f64) -> Result<f64, Error> {
    Ok(0.5 * (1.0 - lsr_free_energy(b, t)?).powi(2))
}

/// The temperature at which eq. 39 meets α_th of eq. 38, f_ret = 1/b: "T_max ≈ 0.22" in the paper, 0.2135 at
/// b = 3.41. With [`lsr_alpha_c_gaussian`] there is no such temperature.
///
/// # Errors
/// [`Error::Parameter`] unless b is finite and b > 1.
pub fn paper_max_temperature_lsr(b: f64) -> Result<f64, Error> {
    if !(b > 1.0 && b.is_finite()) {
        return Err(Error::Parameter { name: "b", expected: "a finite b > 1", found: b });
    }
    // f_ret rises without bound, as (T/2) |ln(1 − (1 − 1/b)²)|.
    let mut high = 1.0;
    while lsr_free_energy(b, high)? < 1.0 / b {
        high *= 2.0;
    }
    let above = |t: f64| lsr_free_energy(b, t).map_or(f64::NAN, |f| f - 1.0 / b);
    Ok(root(0.0, high, above).unwrap_or(high))
}

/// Eq. 31 as printed: the uncondensed floor of LSR with the Gaussian tail, `−(1/b) ln(1 − b (1 − φ_*))`. It omits the
/// entropy of the patterns; what follows from eq. 25 is `−(1/b) [α − φ_*²/2 + ln(1 − b (1 − φ_*))]`. For b >= 1
/// there is no φ_* < 1 and neither applies.
///
/// # Errors
/// [`Error::Parameter`] unless 1 − 1/b < φ_* <= 1 and b > 0.
pub fn paper_floor_lsr_uncondensed(b: f64, phi_star: f64) -> Result<f64, Error> {
    check::positive("b", b)?;
    if !(phi_star > 1.0 - 1.0 / b && phi_star <= 1.0) {
        return Err(Error::Parameter { name: "phi_*", expected: "1 - 1/b < phi_* <= 1", found: phi_star });
    }
    Ok(-(-b * (1.0 - phi_star)).ln_1p() / b)
}
