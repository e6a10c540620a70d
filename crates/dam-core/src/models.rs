//! The papers' models under their own names, with each paper's normalisation.
//!
//! Every function takes the space and the patterns as [`Dam::new`] does and returns its errors. The table in
//! `docs/conventions.md` sets them side by side.

use crate::kernel::{Epanechnikov, Exponential, Monomial, Powered, RectifiedMonomial};
use crate::space::{Euclidean, Hypercube, IntoState, Sphere, StateSpace};
use crate::store::{BitPatterns, DensePatterns, Storable};
use crate::{Dam, Error, LogSum, Real, Sum};

/// Hopfield's network, `E = −(1/2N) Σ_μ (x·ξ^μ)²` on the hypercube (diagonal terms included:
/// a constant of the energy, which prices do not see, and a self-coupling M/N of the synchronous map).
///
/// # Errors
/// As [`Dam::new`].
///
/// # Reference
/// Hopfield (1982); Amit, Gutfreund and Sompolinsky (1985), whose temperatures are in these units.
pub fn hopfield<I>(space: Hypercube, patterns: I) -> Result<Dam<BitPatterns, Monomial, Sum>, Error>
where
    I: IntoIterator<Item: IntoState<Hypercube>>,
{
    let c = 0.5 * space.sites() as f64;
    Dam::new(space, Monomial::new(2)?, Sum, c, patterns)
}

/// The polynomial model, `E = −N^(1−n) Σ_μ (x·ξ^μ)^n = −N Σ_μ m_μ^n`, on any space (in the Euclidean one plus
/// |x|²/2, and unbounded below for n >= 3).
///
/// # Errors
/// As [`Dam::new`]; [`Error::Parameter`] unless 2 <= n <= 10⁶.
///
/// # Reference
/// "Thermal phases", eq. 1; "finite-size guarantees". Krotov and Hopfield (2016) write it without the power
/// of N, which zero-temperature dynamics do not see.
pub fn polynomial<S, I>(space: S, order: u32, patterns: I) -> Result<Dam<S::Store, Monomial, Sum>, Error>
where
    S: Storable,
    I: IntoIterator<Item: IntoState<S>>,
{
    let c = space.sites() as f64;
    Dam::new(space, Monomial::new(order)?, Sum, c, patterns)
}

/// Krotov and Hopfield's rectified model, `E = −Σ_μ max(0, x·ξ^μ)^n`, on any space.
///
/// # Errors
/// As [`Dam::new`]; [`Error::Parameter`] unless 2 <= n <= 10⁶ and N^n stays within f64.
///
/// # Reference
/// "Overloaded memory", eqs. 1–2; Krotov and Hopfield (2016).
pub fn rectified<S, I>(
    space: S,
    order: u32,
    patterns: I,
) -> Result<Dam<S::Store, RectifiedMonomial, Sum>, Error>
where
    S: Storable,
    I: IntoIterator<Item: IntoState<S>>,
{
    let c = (space.sites() as f64).powi(order.min(1_000_000) as i32);
    Dam::new(space, RectifiedMonomial::new(order)?, Sum, c, patterns)
}

/// The spherical model of "basin isolation", `E = −(1/n) Σ_μ (x·ξ^μ/N)^n`.
///
/// # Errors
/// As [`Dam::new`]; [`Error::Parameter`] unless 2 <= n <= 10⁶.
///
/// # Reference
/// "Basin isolation", eq. 1.
pub fn spherical<T: Real, I>(
    space: Sphere<T>,
    order: u32,
    patterns: I,
) -> Result<Dam<DensePatterns<Sphere<T>>, Monomial, Sum>, Error>
where
    I: IntoIterator<Item: IntoState<Sphere<T>>>,
{
    Dam::new(space, Monomial::new(order)?, Sum, 1.0 / f64::from(order), patterns)
}

/// Demircigil's model, `E = −Σ_μ exp(x·ξ^μ)` on the hypercube, in units of e^N: `−Σ_μ exp(−N (1 − m_μ))`,
/// which does not overflow.
///
/// # Errors
/// As [`Dam::new`].
///
/// # Reference
/// Demircigil et al. (2017).
pub fn demircigil<I>(space: Hypercube, patterns: I) -> Result<Dam<BitPatterns, Exponential, Sum>, Error>
where
    I: IntoIterator<Item: IntoState<Hypercube>>,
{
    Dam::new(space, Exponential::anchored(1.0)?, Sum, 1.0, patterns)
}

/// Log-sum-exp, `E = −(1/β) ln Σ_μ exp(−β |x − ξ^μ|²/2)` at fixed norms, on any space; in the
/// Euclidean one it is [`attention`] plus the constant N.
///
/// # Errors
/// As [`Dam::new`]; [`Error::Parameter`] unless β > 0.
///
/// # Reference
/// "Thermal phases", eqs. 3–4 and 9, with β = β_net = 1/σ².
pub fn lse<S, I>(space: S, beta: f64, patterns: I) -> Result<Dam<S::Store, Exponential, LogSum>, Error>
where
    S: Storable,
    I: IntoIterator<Item: IntoState<S>>,
{
    let kernel = Exponential::anchored(beta)?;
    Dam::new(space, kernel, LogSum, 1.0 / beta, patterns)
}

/// The modern Hopfield network, `E = −(1/β) ln Σ_μ exp(β x·ξ^μ) + |x|²/2`; one synchronous step is softmax
/// attention, `x ← Ξ softmax(β Ξᵀ x)`.
///
/// # Errors
/// As [`Dam::new`]; [`Error::Parameter`] unless β > 0.
///
/// # Reference
/// Ramsauer et al. (2020), eqs. 1–3, without their additive constants; Lucibello and Mézard (2024), β = λ.
pub fn attention<T: Real, I>(
    space: Euclidean<T>,
    beta: f64,
    patterns: I,
) -> Result<Dam<DensePatterns<Euclidean<T>>, Exponential, LogSum>, Error>
where
    I: IntoIterator<Item: IntoState<Euclidean<T>>>,
{
    let kernel = Exponential::new(beta)?;
    Dam::new(space, kernel, LogSum, 1.0 / beta, patterns)
}

/// Log-sum-ReLU with weights of order one, `E = −(N/b) ln Σ_μ max(ε, 1 − b (1 − m_μ))`.
///
/// # Errors
/// As [`Dam::new`]; [`Error::Parameter`] unless b > 0 and 0 <= ε < 1.
///
/// # Reference
/// "Thermal phases", eq. 7, where β_net = b/N.
pub fn lsr<S, I>(
    space: S,
    b: f64,
    epsilon: f64,
    patterns: I,
) -> Result<Dam<S::Store, Epanechnikov, LogSum>, Error>
where
    S: Storable,
    I: IntoIterator<Item: IntoState<S>>,
{
    let kernel = Epanechnikov::new(b)?.with_floor(epsilon)?;
    let c = space.sites() as f64 / b;
    Dam::new(space, kernel, LogSum, c, patterns)
}

/// The extensive log-sum-ReLU, `E = −(1/b) ln Σ_μ max(0, 1 − b (1 − m_μ))^N`.
///
/// # Errors
/// As [`Dam::new`]; [`Error::Parameter`] unless b > 0.
///
/// # Reference
/// "Thermal phases", eqs. 29–39: the model its theory solves, which is not that of its eq. 7.
pub fn lsr_extensive<S, I>(
    space: S,
    b: f64,
    patterns: I,
) -> Result<Dam<S::Store, Powered<Epanechnikov>, LogSum>, Error>
where
    S: Storable,
    I: IntoIterator<Item: IntoState<S>>,
{
    let kernel = Powered(Epanechnikov::new(b)?);
    Dam::new(space, kernel, LogSum, 1.0 / b, patterns)
}
