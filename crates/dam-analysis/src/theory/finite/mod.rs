//! One stored pattern at finite N and temperature T, exactly: what simulations far below capacity are
//! compared with.
//!
//! With a single pattern the energy depends on the overlap only, and every average is an integral over it, or a
//! sum:
//!
//! ```text
//! Z = ∫ e^{−N u(1−φ)/T} dμ(φ),   dμ ∝ (1 − φ²)^{(N−3)/2} dφ  on the sphere,
//!                                μ = 2^{−N} binomial(N, N(1−φ)/2)  on the hypercube,
//! ```
//!
//! for the energy per site u = −c k of a kernel of rate k and scale c = 1/b.
//!
//! | question | here |
//! |---|---|
//! | mean overlap, its variance, energy, free energy for any energy of the overlap | [`single_pattern`] |
//! | the same for log-sum-exp on the sphere, in closed form | [`bessel_ratio`], [`ln_exponential_average`] |
//! | the mean noise of M random patterns under log-sum-exp | [`ln_noise_floor`], [`ln_noise_floor_laplace`] |

mod bessel;
mod quadrature;
#[cfg(test)]
#[allow(clippy::approx_constant)]
#[rustfmt::skip] // printed by tests/reference/finite_size.py
pub(super) mod reference;
#[cfg(test)]
mod tests;

pub(super) use bessel::{ln_average, ratio};
use quadrature::Average;
pub(super) use quadrature::{average, double_exponential, ln_cosh};

use crate::Error;
use crate::theory::Space;
use crate::theory::rates::sphere_saddle;
use crate::theory::tails::Overlaps;

/// Averages of one stored pattern at a temperature T, at finite N.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SinglePattern {
    /// The mean overlap ⟨φ⟩.
    pub overlap: f64,
    /// The variance of the overlap, ⟨φ²⟩ − ⟨φ⟩².
    pub variance: f64,
    /// The mean energy per site, ⟨u⟩.
    pub energy: f64,
    /// The free energy per site, −(T/N) ln Z, for a measure normalized to one.
    pub free_energy: f64,
}

/// The averages of one pattern at temperature `temperature` for the energy per site u(1 − φ), a function of the
/// gap 1 − φ in [0, 2].
///
/// `energy` is +∞ outside of the support of a kernel, and smooth inside: a kink costs digits. On the sphere
/// its features may be as narrow as some 20 % of the gap, at any gap from 1e−60 on. The overlap is then good
/// to some 1e-15, the energy to 1e-14, the free energy to (1 + T) 1e-15, and the variance to a relative 1e-12
/// or N u/T · 1e-16. On the hypercube all N + 1 overlaps are summed over.
///
/// | energy | `energy` |
/// |---|---|
/// | log-sum-exp, −(1/β) ln Σ e^{−Nβ(1−φ)} | `\|gap\| gap` |
/// | log-sum-ReLU, −(N/b) ln Σ [1 − b(1−φ)]₊ and the extensive −(1/b) ln Σ [1 − b(1−φ)]₊^N: one pattern cannot tell them apart | `\|gap\| -(1.0 - b * gap).max(0.0).ln() / b` |
///
/// # Errors
/// [`Error::Parameter`] unless the temperature is positive and finite; if the energy is NaN or −∞ somewhere;
/// or if it is +∞ everywhere.
///
/// # Example
/// ```
/// use dam_analysis::theory::finite::single_pattern;
/// use dam_analysis::theory::{Space, tails::Overlaps};
/// // Log-sum-ReLU, N = 50, b = 3.41, T = 0.1: long Monte Carlo runs give 0.95894(10).
/// let lsr = |gap: f64| -(1.0 - 3.41 * gap).max(0.0).ln() / 3.41;
/// let exact = single_pattern(Overlaps::new(Space::Sphere, 50)?, 0.1, lsr)?;
/// assert!((exact.overlap - 0.95898).abs() < 1e-5);
/// // Independent spins, on the hypercube with log-sum-exp: tanh(1/T).
/// let spins = single_pattern(Overlaps::new(Space::Hypercube, 50)?, 0.5, |gap| gap)?;
/// assert!((spins.overlap - 2_f64.tanh()).abs() < 1e-13);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
/// Thermal phases, figure 2, whose symbols lie at N = 50.
pub fn single_pattern(
    overlaps: Overlaps,
    temperature: f64,
    energy: impl Fn(f64) -> f64,
) -> Result<SinglePattern, Error> {
    if !(temperature > 0.0 && temperature.is_finite()) {
        return Err(Error::Parameter {
            name: "temperature",
            expected: "positive and finite",
            found: temperature,
        });
    }
    let over_t = overlaps.n() as f64 / temperature;
    // Remembered for the message.
    let mut illegal = f64::INFINITY;
    let exponent = |gap: f64| {
        let u = energy(gap);
        if u.is_nan() || u == f64::NEG_INFINITY {
            illegal = u;
        }
        -u * over_t
    };
    match average(overlaps, exponent) {
        // The state is nearer to the pattern than the quadrature sees.
        Some(Average { ln_mean, gap, variance, exponent })
            if (ln_mean + gap + variance + exponent).is_nan() =>
        {
            Err(Error::Parameter {
                name: "temperature",
                expected: "one at which gaps are above 1e-60",
                found: temperature,
            })
        }
        Some(average) => Ok(SinglePattern {
            overlap: 1.0 - average.gap,
            variance: average.variance,
            energy: -average.exponent / over_t,
            free_energy: -average.ln_mean / over_t,
        }),
        None => {
            let expected = "numbers or +inf at every gap in [0, 2], finite somewhere";
            Err(Error::Parameter { name: "energy", expected, found: illegal })
        }
    }
}

/// A_N(t) = I_{N/2}(t) / I_{N/2−1}(t), the mean overlap under the weight e^{tφ} on the sphere.
///
/// In [0, 1), rising from t/N to 1 − (N−1)/2t. At t = N/T it is the mean overlap with one pattern under
/// log-sum-exp at the temperature T. Evaluated by its continued fraction, to rounding; in time O(√t) for t ≫
/// N².
///
/// # Errors
/// [`Error::Parameter`] unless `n` >= 2 and `t` is between 0 and 1e10.
///
/// # Example
/// ```
/// use dam_analysis::theory::finite::bessel_ratio;
/// // The Langevin function in three dimensions.
/// assert!((bessel_ratio(3, 2.0)? - (1.0 / 2_f64.tanh() - 0.5)).abs() < 1e-15);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
pub fn bessel_ratio(n: usize, t: f64) -> Result<f64, Error> {
    check_argument(n, "t", t)?;
    Ok(ratio(n, t))
}

/// ln Λ_N(t), the average of e^{tφ} over the sphere.
///
/// ```text
/// Λ_N(t) = Γ(N/2) (2/t)^{N/2−1} I_{N/2−1}(t) = ₀F₁(; N/2; t²/4)
/// ```
///
/// At t = N/T it gives the free energy of one pattern under log-sum-exp, u = 1 − φ, as 1 − (T/N) ln Λ_N(N/T);
/// the derivative by t is [`bessel_ratio`]. The relative error is about 1e-15.
///
/// # Errors
/// [`Error::Parameter`] unless `n` >= 2 and `t` is between 0 and 1e10.
///
/// # Example
/// ```
/// use dam_analysis::theory::finite::ln_exponential_average;
/// // sinh(t)/t in three dimensions.
/// assert!((ln_exponential_average(3, 2.0)? - (2_f64.sinh() / 2.0).ln()).abs() < 1e-15);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
pub fn ln_exponential_average(n: usize, t: f64) -> Result<f64, Error> {
    check_argument(n, "t", t)?;
    Ok(ln_average(n, t))
}

/// ln S, S the mean over M = e^{αN} random patterns of Σ_μ e^{−Nβ(1−φ_μ)}, at any state on the sphere.
///
/// ```text
/// S = M Λ_N(βN) e^{−βN} = M Γ(N/2) (2/βN)^{N/2−1} e^{−βN} I_{N/2−1}(βN)
/// ```
///
/// To be compared with 1, the weight of a pattern at itself. It is the mean: below condensation, α < α_*(β),
/// the typical sum is exponentially smaller.
///
/// # Errors
/// [`Error::Parameter`] unless `n` >= 2, `alpha` is finite and βN is between 0 and 1e10.
///
/// # Reference
/// Thermal phases, equation 27, exactly.
pub fn ln_noise_floor(n: usize, alpha: f64, beta: f64) -> Result<f64, Error> {
    let t = check_floor(n, alpha, beta)?;
    Ok(n as f64 * (alpha - beta) + ln_average(n, t))
}

/// [`ln_noise_floor`] by Laplace's method, of relative error O(1/N) of S:
///
/// ```text
/// S ≈ e^{N(α + g − β)} / sqrt(1 − φ_*⁴),   φ_* = 2β / (1 + sqrt(1 + 4β²)),   g = βφ_* + ln(1 − φ_*²)/2
/// ```
///
/// # Errors
/// [`Error::Parameter`] as for [`ln_noise_floor`].
pub fn ln_noise_floor_laplace(n: usize, alpha: f64, beta: f64) -> Result<f64, Error> {
    check_floor(n, alpha, beta)?;
    let saddle = sphere_saddle(beta);
    // 1 − φ_*² = 1/(1 + β φ_*).
    let g = beta * saddle - 0.5 * (beta * saddle).ln_1p();
    Ok(n as f64 * (alpha + g - beta) - 0.5 * (-saddle.powi(4)).ln_1p())
}

fn check_floor(n: usize, alpha: f64, beta: f64) -> Result<f64, Error> {
    if !alpha.is_finite() {
        return Err(Error::Parameter { name: "alpha", expected: "a finite load", found: alpha });
    }
    let t = beta * n as f64;
    check_argument(n, "beta * n", t)?;
    Ok(t)
}

fn check_argument(n: usize, name: &'static str, t: f64) -> Result<(), Error> {
    Overlaps::new(Space::Sphere, n)?;
    if !(0.0..=1e10).contains(&t) {
        return Err(Error::Parameter { name, expected: "between 0 and 1e10", found: t });
    }
    Ok(())
}
