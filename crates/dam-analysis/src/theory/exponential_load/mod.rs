//! Exponentially many patterns at zero temperature: thresholds, condensation and basins of attraction.
//!
//! The model is the energy behind softmax attention, with P = e^{αN} random patterns:
//!
//! ```text
//! E(x) = −(1/λ) ln Σ_μ e^{λ ξ^μ·x} + |x|²/2
//! ```
//!
//! At a state x with |x|² = ρN near ξ^1 the pattern itself contributes e^{λρN} to the sum, and all others
//! e^{Nφ}, the partition function of a random energy model whose e^{N(α + s_ρ(ε))} levels have ξ·x = εN. A
//! pattern is retrieved where its own term wins.
//!
//! | question | here |
//! |---|---|
//! | up to which load is a typical pattern retrieved, α_1(λ)? | [`ExponentialLoad::typical_threshold`], inverse [`Patterns::typical_lambda`] |
//! | and every pattern, α_c(λ)? | [`ExponentialLoad::capacity_bound`], [`ExponentialLoad::norm_threshold`], [`ramsauer_bound`] |
//! | where does the noise condense onto few patterns, α_*(λ)? | [`ExponentialLoad::condensation`] |
//! | how large is a basin, θ_c(α, λ)? | [`ExponentialLoad::basin_angle`], [`Patterns::nearest_angle`] |
//! | and all that at finite N? | [`ExponentialLoad::mean_field`], [`Patterns::crossover`], [`ExponentialLoad::basin_angle_at`] |
//! | which norm must a Gaussian pattern have, to be retrieved? | [`ExponentialLoad::critical_norm`], [`ExponentialLoad::critical_norm_at`] |
//! | and with weights softmax(λ ξ·x/√N), P = e^{α√N}? | [`ScaledAttention`] |
//!
//! # Reference
//! Lucibello and Mézard, The exponential capacity of dense associative memories (2024).

mod mean_field;
#[cfg(test)]
#[allow(clippy::approx_constant)]
#[rustfmt::skip] // printed by tests/reference/exponential_load.py
mod reference;
mod scaled;
#[cfg(test)]
mod tests;

use std::f64::consts::{FRAC_PI_2, LN_2};

pub use mean_field::MeanField;
pub use scaled::ScaledAttention;

use dam_core::Overlap;

use crate::Error;
use crate::theory::check;
use crate::theory::finite::ln_cosh;
use crate::theory::rates::{BinaryEntropy, RateFunction, sphere_saddle};
use crate::theory::roots::root;

/// How the patterns are distributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Patterns {
    /// Uniform on the sphere |ξ|² = N.
    Spherical,
    /// Independent standard normal components: |ξ|² = ρN fluctuates about ρ = 1, with probability e^{−N h(ρ)}.
    Gaussian,
    /// Independent signs, ±1; states along them.
    Binary,
}

impl Patterns {
    /// s_ρ(ε): the probability that a pattern has ξ·x = εN, at a state with |x|² = ρN, is e^{N s}.
    ///
    /// ```text
    /// spherical  (1/2) ln(1 − ε²/ρ)      Gaussian  −ε²/2ρ
    /// binary     −[(1+m) ln(1+m) + (1−m) ln(1−m)]/2,   m = ε/√ρ, at a state with components ±√ρ
    /// ```
    ///
    /// −∞ where no pattern can be.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `epsilon` is finite and `rho` is positive and finite.
    pub fn rate(self, epsilon: f64, rho: f64) -> Result<f64, Error> {
        if !epsilon.is_finite() {
            return Err(Error::Parameter { name: "epsilon", expected: "a finite overlap", found: epsilon });
        }
        check::positive("rho", rho)?;
        let m = (epsilon / rho.sqrt()).abs();
        Ok(match self {
            Self::Gaussian => -0.5 * m * m,
            _ if m > 1.0 => f64::NEG_INFINITY,
            Self::Spherical if m < 0.5 => 0.5 * (-m * m).ln_1p(),
            Self::Spherical => 0.5 * ((1.0 - m) * (1.0 + m)).ln(),
            Self::Binary => -binary_rate(m),
        })
    }

    /// h(ρ): the probability that a pattern has |ξ|² = ρN is e^{−N h}, h = (ρ − 1 − ln ρ)/2 for Gaussian
    /// patterns; 0 at ρ = 1 and +∞ elsewhere for patterns of fixed norm.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `rho` is positive and finite.
    pub fn norm_rate(self, rho: f64) -> Result<f64, Error> {
        check::positive("rho", rho)?;
        Ok(match self {
            // The difference ρ − 1 is exact near 1.
            Self::Gaussian => 0.5 * ((rho - 1.0) - (rho - 1.0).ln_1p()),
            _ if rho == 1.0 => 0.0,
            _ => f64::INFINITY,
        })
    }

    /// The largest ε = ξ·x/N among e^{αN} patterns, at a state with |x|² = N: α + s_1(ε) = 0.
    ///
    /// sqrt(1 − e^{−2α}) for spherical and √(2α), above 1 from α = 1/2 on, for Gaussian patterns. For binary
    /// patterns it is 1 from α = ln 2 on, where every state is a pattern.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `alpha` is finite and not negative.
    pub fn largest_overlap(self, alpha: f64) -> Result<f64, Error> {
        check::load(alpha)?;
        Ok(match self {
            Self::Spherical => (-(-2.0 * alpha).exp_m1()).sqrt(),
            Self::Gaussian => (2.0 * alpha).sqrt(),
            Self::Binary => root(0.0, 1.0, |m| binary_rate(m) - alpha).unwrap_or(1.0),
        })
    }

    /// The angle between a typical pattern and the nearest other one, in radians.
    ///
    /// Directions of Gaussian patterns are those of spherical ones: arccos sqrt(1 − e^{−2α}) for both.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `alpha` is finite and not negative.
    pub fn nearest_angle(self, alpha: f64) -> Result<f64, Error> {
        check::load(alpha)?;
        Ok(match self {
            // The sine keeps its digits at small angles.
            Self::Spherical | Self::Gaussian => (-alpha).exp().asin(),
            Self::Binary => self.largest_overlap(alpha)?.acos(),
        })
    }

    /// λ_1(α), the inverse of [`ExponentialLoad::typical_threshold`]: the least λ at which a typical pattern is
    /// retrieved. `None` above the largest threshold: 1/2 for Gaussian patterns; from ln 2 on for binary ones.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `alpha` is positive and at most 300, where λ_1 still is a number.
    ///
    /// # Example
    /// ```
    /// use dam_analysis::theory::exponential_load::Patterns;
    /// let lambda = Patterns::Gaussian.typical_lambda(0.3)?.expect("below 1/2");
    /// assert!((lambda - (1.0 - 0.4_f64.sqrt())).abs() < 1e-15);
    /// assert_eq!(Patterns::Gaussian.typical_lambda(0.6)?, None);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    pub fn typical_lambda(self, alpha: f64) -> Result<Option<f64>, Error> {
        if !(alpha > 0.0 && alpha <= 300.0) {
            return Err(Error::Parameter {
                name: "alpha",
                expected: "above 0 and at most 300",
                found: alpha,
            });
        }
        Ok(match self {
            Self::Spherical => {
                // α_1 < λ, and α_1 > ln(1 + λ)/2.
                let above = (2.0 * alpha).exp_m1();
                root(alpha, above, |lambda| spherical_threshold(lambda) - alpha)
            }
            // λ − λ²/2 = α, without cancellation.
            Self::Gaussian => {
                (alpha <= 0.5).then(|| 2.0 * alpha / (1.0 + (1.0 - 2.0 * alpha).max(0.0).sqrt()))
            }
            // λ − ln cosh λ = −ln((1 + e^{−2λ})/2).
            Self::Binary => (alpha < LN_2).then(|| -0.5 * (2.0 * (-alpha).exp_m1()).ln_1p()),
        })
    }
}

/// e^{αN} patterns in the energy −(1/λ) ln Σ e^{λ ξ·x} + |x|²/2, in the limit N → ∞.
///
/// # Example
/// ```
/// use dam_analysis::theory::exponential_load::{ExponentialLoad, Patterns};
/// let model = ExponentialLoad::new(Patterns::Spherical, 1.0)?;
/// assert!((model.typical_threshold() - 0.6225719).abs() < 1e-7);
/// assert!((model.condensation() - 0.2406059).abs() < 1e-7);
/// let angle = model.basin_angle(0.3)?.expect("below the threshold");
/// assert!((angle.to_degrees() - 47.36).abs() < 0.005);
/// assert_eq!(model.basin_angle(0.7)?, None);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExponentialLoad {
    patterns: Patterns,
    lambda: f64,
}

impl ExponentialLoad {
    /// The model with inverse temperature `lambda` of the softmax.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `lambda` is positive and at most 1e150, whose square still is a number.
    pub fn new(patterns: Patterns, lambda: f64) -> Result<Self, Error> {
        if !(lambda > 0.0 && lambda <= 1e150) {
            return Err(Error::Parameter {
                name: "lambda",
                expected: "above 0 and at most 1e150",
                found: lambda,
            });
        }
        Ok(Self { patterns, lambda })
    }

    /// How the patterns are distributed.
    #[must_use]
    pub fn patterns(self) -> Patterns {
        self.patterns
    }

    /// The inverse temperature λ of the softmax.
    #[must_use]
    pub fn lambda(self) -> f64 {
        self.lambda
    }

    /// φ_{α,λ}(ρ), the typical exponent of the noise: lim (1/N) ln Σ_{μ>1} e^{λ ξ^μ·x} at a state with |x|² =
    /// ρN.
    ///
    /// ```text
    /// φ = λ√ρ ε_max(α)                          α <= α_*(λ√ρ): the largest overlap alone counts
    ///   = α + max_ε [s_ρ(ε) + λε]               above: spherical  α + (1/2) ln(1 − ε²) + λ√ρ ε,
    ///                                             ε = 2λ√ρ / (1 + sqrt(1 + 4λ²ρ)),
    ///                                           Gaussian  α + λ²ρ/2,   binary  α + ln cosh(λ√ρ)
    /// ```
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `alpha` is finite and not negative, and `rho` is between 0 and 1e6 and not
    /// 0.
    pub fn noise_exponent(self, alpha: f64, rho: f64) -> Result<f64, Error> {
        check::load(alpha)?;
        if !(rho > 0.0 && rho <= 1e6) {
            return Err(Error::Parameter { name: "rho", expected: "above 0 and at most 1e6", found: rho });
        }
        let k = self.lambda * rho.sqrt();
        let (condensation, annealed) = self.levels(k);
        Ok(if alpha < condensation { k * self.patterns.largest_overlap(alpha)? } else { alpha + annealed })
    }

    /// α_*(λ), the load below which the noise at a state with |x|² = N condenses onto the few patterns of
    /// largest overlap.
    ///
    /// ```text
    /// spherical  −(1/2) ln(1 − ε²)     Gaussian  λ²/2     binary  λ tanh λ − ln cosh λ
    /// ```
    ///
    /// with ε as in [`noise_exponent`](Self::noise_exponent).
    #[must_use]
    pub fn condensation(self) -> f64 {
        self.levels(self.lambda).0
    }

    /// α_* and max_ε [s(ε) + kε], both for ρ = 1.
    fn levels(self, k: f64) -> (f64, f64) {
        match self.patterns {
            Patterns::Spherical => {
                // 1 − ε² = 1/(1 + kε) at the maximum.
                let epsilon = sphere_saddle(k);
                let condensation = 0.5 * (k * epsilon).ln_1p();
                (condensation, k * epsilon - condensation)
            }
            Patterns::Gaussian => (0.5 * k * k, 0.5 * k * k),
            Patterns::Binary => (binary_rate(k.tanh()), ln_cosh(k)),
        }
    }

    /// α_1(λ): below this load a typical pattern is retrieved, φ_{α,λ}(1) < λ.
    ///
    /// ```text
    /// spherical  λ(1 − ε) − (1/2) ln(1 − ε²)      Gaussian  λ − λ²/2 for λ <= 1, 1/2 above
    /// binary     λ − ln cosh λ
    /// ```
    ///
    /// with ε as in [`noise_exponent`](Self::noise_exponent). It tends to (ln λ + 1)/2, to 1/2 and to ln 2.
    #[must_use]
    pub fn typical_threshold(self) -> f64 {
        let lambda = self.lambda;
        match self.patterns {
            Patterns::Spherical => spherical_threshold(lambda),
            Patterns::Gaussian => lambda.min(1.0) * (1.0 - 0.5 * lambda.min(1.0)),
            Patterns::Binary => -(0.5 * (-2.0 * lambda).exp_m1()).ln_1p(),
        }
    }

    /// The load up to which no pattern is lost to the collective noise, the weakest being that of least norm:
    /// φ_{α,λ}(ρ) = λρ and h(ρ) = α.
    ///
    /// For Gaussian patterns 1/(2e) at ρ = 1/e for λ >= 1, and ρ(λ − λ²/2), (1 − λ)²ρ = 1 + ln ρ below.
    /// Patterns of fixed norm are all alike, and it is [`typical_threshold`](Self::typical_threshold).
    #[must_use]
    pub fn norm_threshold(self) -> f64 {
        if self.patterns != Patterns::Gaussian {
            return self.typical_threshold();
        }
        if self.lambda >= 1.0 {
            return 0.5 / std::f64::consts::E;
        }
        // In y = (1 − λ)² ρ: y − 1 − ln y = −2 ln(1 − λ), y = 1 − z. Lambert's function of −(1 − λ)²/e would
        // lose half the digits at small λ.
        let excess = -2.0 * (-self.lambda).ln_1p();
        let rest = |z: f64| -z - (-z).ln_1p() - excess;
        let z = root(0.0, 1.0, rest).expect("it rises from below 0 to infinity");
        let rho = (1.0 - z) / (1.0 - self.lambda).powi(2);
        rho * self.typical_threshold()
    }

    /// ρ_c(α, λ): typical Gaussian patterns of |ξ|² = ρN are retrieved from ρ_c on, where φ_{α,λ}(ρ) = λρ.
    ///
    /// ```text
    /// α / (λ − λ²/2)   for λ <= 1,     2α   above
    /// ```
    ///
    /// `None` for patterns of fixed norm.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `alpha` is finite and not negative.
    pub fn critical_norm(self, alpha: f64) -> Result<Option<f64>, Error> {
        check::load(alpha)?;
        Ok((self.patterns == Patterns::Gaussian).then(|| alpha / self.typical_threshold()))
    }

    /// A lower bound α_c of the load up to which all patterns are retrieved: the lesser of
    /// [`norm_threshold`](Self::norm_threshold) and the load at which the first close pairs appear.
    ///
    /// A Gaussian pattern of norm √(ρN) is lost to a neighbour with ξ·ξ' > |ξ|², whatever λ. There are
    /// e^{N(2α − ρ/2 − h(ρ))} such pairs, the first at ρ = 1/2 and α = ln 2 / 4. In patterns of fixed norm no
    /// overlap exceeds the norm, and the bound is [`typical_threshold`](Self::typical_threshold). Binary
    /// patterns begin to occur twice at α = (ln 2)/2; a pattern and its copy are here retrieved together, while each has a
    /// softmax weight of one half at most.
    ///
    /// # Reference
    /// Exponential capacity, figures 1 and 3. The paper's figure for Gaussian patterns may show the bound
    /// without pairs.
    #[must_use]
    pub fn capacity_bound(self) -> f64 {
        match self.patterns {
            Patterns::Gaussian => self.norm_threshold().min(0.25 * LN_2),
            _ => self.typical_threshold(),
        }
    }

    /// θ_c(α, λ), in radians: a typical pattern is retrieved from a random state with |x|² = N at any smaller
    /// angle.
    ///
    /// ```text
    /// cos θ_c = φ_{α,λ}(1) / λ
    /// ```
    ///
    /// `None` above α_1(λ). In the condensed phase it depends on α alone; for spherical patterns it is the
    /// angle of the nearest pattern, and less above condensation.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `alpha` is finite and not negative.
    ///
    /// # Reference
    /// Exponential capacity, figure 2.
    pub fn basin_angle(self, alpha: f64) -> Result<Option<f64>, Error> {
        let cos = self.noise_exponent(alpha, 1.0)? / self.lambda;
        Ok((cos <= 1.0).then(|| if cos > 0.0 { cos.acos() } else { FRAC_PI_2 }))
    }
}

/// The load up to which Ramsauer et al. prove retrieval of spherical patterns, as an exponent: α =
/// W_0(2λ/5)/4 with Lambert's function W_0 e^{W_0} = 2λ/5.
///
/// # Errors
/// [`Error::Parameter`] unless `lambda` is positive and finite.
///
/// # Reference
/// Ramsauer et al., Hopfield networks is all you need (2021), theorem 3, for N → ∞ with K = 1.
///
/// # Example
/// ```
/// use dam_analysis::theory::exponential_load::ramsauer_bound;
/// assert!((ramsauer_bound(1.0)? - 0.0742919).abs() < 1e-7);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
pub fn ramsauer_bound(lambda: f64) -> Result<f64, Error> {
    check::positive("lambda", lambda)?;
    let x = 0.4 * lambda;
    // W < ln(1 + x).
    let w = root(0.0, x.ln_1p(), |w| w - x * (-w).exp()).expect("the signs differ");
    Ok(0.25 * w)
}

/// λ(1 − ε) − (1/2) ln(1 − ε²), without cancellation at large λ.
fn spherical_threshold(lambda: f64) -> f64 {
    let s = (2.0 * lambda).hypot(1.0);
    let epsilon = 2.0 * lambda / (1.0 + s);
    let co_epsilon = (1.0 + 1.0 / (s + 2.0 * lambda)) / (1.0 + s);
    lambda * co_epsilon + 0.5 * (lambda * epsilon).ln_1p()
}

/// The relative entropy [(1+m) ln(1+m) + (1−m) ln(1−m)]/2 for 0 <= m <= 1.
fn binary_rate(m: f64) -> f64 {
    -BinaryEntropy.s(Overlap::new(m, 1))
}
