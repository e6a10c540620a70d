//! Mean first passage times of one coordinate.

use crate::Error;

/// Cells of the quadrature.
const CELLS: usize = 1 << 15;

/// The mean number of steps in which a coordinate with the stationary weight w falls from `from` to `to`:
///
/// ```text
/// τ = ∫_to^from dy / (D(y) w(y)) ∫_y^1 w(z) dz
/// ```
///
/// `ln_weight` is ln w up to a constant, −∞ where the coordinate cannot be; `diffusion` is D, half the mean square
/// of a step. Takes w to be exponential within each of 32,768 cells between `to` and 1, so that nothing overflows;
/// the relative error is some 1e-5 at N = 10⁴ and less below.
///
/// # Errors
/// [`Error::Parameter`] unless −1 < `to` < `from` < 1, the weight is a number between them, and D is positive there.
///
/// # Example
/// ```
/// use dam_analysis::thermal::mean_first_passage;
/// // Free diffusion with a wall at 1: from 0.9 to 0.8 in (0.2² − 0.1²)/(2 D).
/// let free = mean_first_passage(|_| 0.0, |_| 0.01, 0.9, 0.8)?;
/// assert!((free - 1.5).abs() < 1e-4);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
/// C. W. Gardiner, Handbook of Stochastic Methods, section 5.2.7.
pub fn mean_first_passage(
    ln_weight: impl Fn(f64) -> f64,
    diffusion: impl Fn(f64) -> f64,
    from: f64,
    to: f64,
) -> Result<f64, Error> {
    if !(to > -1.0 && to < from && from < 1.0) {
        return Err(Error::Parameter { name: "to", expected: "-1 < to < from < 1", found: to });
    }
    let h = (1.0 - to) / CELLS as f64;
    let checked = |y: f64| -> Result<(f64, f64), Error> {
        let (w, d) = (ln_weight(y), diffusion(y));
        if y <= from && !w.is_finite() {
            return Err(Error::Parameter {
                name: "ln_weight",
                expected: "a number between to and from",
                found: w,
            });
        }
        if y <= from && (d.is_nan() || d <= 0.0) {
            return Err(Error::Parameter { name: "diffusion", expected: "D > 0", found: d });
        }
        Ok((w, d))
    };
    // At the upper end of the cell: ln w, and R = ∫_y^1 w / w(y).
    let (mut ln_upper, mut upper, mut tau) = (ln_weight(1.0), 0.0, 0.0);
    let mut upper_d = 1.0;
    for k in (0..CELLS).rev() {
        let y = to + h * k as f64;
        let (ln_lower, d) = checked(y)?;
        let rise = ln_upper - ln_lower;
        let lower =
            if ln_lower == f64::NEG_INFINITY { 0.0 } else { upper * rise.exp() + h * mean_exponential(rise) };
        if y + h <= from {
            tau += h * logarithmic_mean(upper / upper_d, lower / d);
        } else if y < from {
            // The cell that holds the start.
            tau += (from - y) * lower / d;
        }
        (ln_upper, upper, upper_d) = (ln_lower, lower, d);
    }
    Ok(tau)
}

/// (e^x − 1)/x, the mean of e^{xs} over s in [0, 1].
fn mean_exponential(x: f64) -> f64 {
    if x.abs() < 1e-12 { 1.0 } else { x.exp_m1() / x }
}

/// The mean over a cell of what grows exponentially from a to b.
fn logarithmic_mean(a: f64, b: f64) -> f64 {
    if a <= 0.0 || b <= 0.0 || (a / b - 1.0).abs() < 1e-9 { 0.5 * (a + b) } else { (a - b) / (a / b).ln() }
}
