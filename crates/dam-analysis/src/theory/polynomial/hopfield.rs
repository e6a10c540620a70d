//! The spin glass of the Hopfield model: n = 2, Ising spins, in the units of Amit, Gutfreund and Sompolinsky.
//!
//! ```text
//! H = −(1/2N) Σ_μ (ξ^μ·x)² without the diagonal,  M = α N
//! ```

use super::field::Field;
use super::{Capacity, Indices, Polynomial, State};
use crate::Error;
use crate::theory::Space;
use crate::theory::check;
use crate::theory::roots::root;

const HOPFIELD: Polynomial = Polynomial { order: 2, indices: Indices::Distinct, space: Space::Hypercube };

/// T_g = 1 + √α, below which there is a spin glass.
///
/// # Errors
/// [`Error::Parameter`] unless `alpha` is finite and not negative.
pub fn spin_glass_temperature(alpha: f64) -> Result<f64, Error> {
    check::load(alpha)?;
    Ok(1.0 + alpha.sqrt())
}

/// The spin-glass state, m = 0 and q > 0; `None` from T_g on, and without load.
///
/// Replica symmetry is broken in all of it ([`State::stable`] is false). At T = 0 its free energy is
/// −1/π − √(2α/π).
///
/// # Errors
/// [`Error::Parameter`] unless both are finite and not negative.
pub fn spin_glass(alpha: f64, t: f64) -> Result<Option<State>, Error> {
    check::load(alpha)?;
    check::temperature(t)?;
    Ok(spin_glass_state(alpha, t))
}

fn spin_glass_state(alpha: f64, t: f64) -> Option<State> {
    // s (1 − C) = sqrt(α q), whose left side is at least s − sqrt(2/π).
    let largest = (alpha.sqrt() + (2.0 / std::f64::consts::PI).sqrt()) * (1.0 + 1e-12);
    let field = |spread| Field { signal: 0.0, spread, t };
    let excess = |spread: f64| {
        let field = field(spread);
        let response = field.response();
        1.0 - response - (alpha * field.order(response)).sqrt() / spread
    };
    // The smallest spread stands for the limit T − T_g, and for a pole at T = 0.
    if alpha == 0.0 || t >= 1.0 + alpha.sqrt() {
        return None;
    }
    let spread = root(1e-9 * largest, largest, excess)?;
    Some(HOPFIELD.with_field(alpha, 0.0, field(spread)))
}

/// The load up to which retrieval is the state of the lowest free energy, and the retrieval state there;
/// `None` for T >= 1.
///
/// Between it and [`Polynomial::capacity`] retrieval is metastable, below the spin glass.
///
/// # Errors
/// [`Error::Parameter`] unless `t` is finite and not negative.
///
/// # Example
/// ```
/// use dam_analysis::theory::polynomial::hopfield;
/// let boundary = hopfield::thermodynamic_capacity(0.0)?.unwrap();
/// assert!((boundary.alpha - 0.0518543309190).abs() < 1e-13);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
pub fn thermodynamic_capacity(t: f64) -> Result<Option<Capacity>, Error> {
    check::temperature(t)?;
    let Some(end) = HOPFIELD.ising_end(t) else {
        return Ok(None);
    };
    let excess = |alpha: f64| match (HOPFIELD.ising_state(alpha, t), spin_glass_state(alpha, t)) {
        (Some(retrieval), Some(glass)) => retrieval.free_energy - glass.free_energy,
        _ => f64::NAN,
    };
    let boundary = root(1e-3 * end.alpha, end.alpha, excess);
    Ok(boundary.and_then(|alpha| {
        let state = HOPFIELD.ising_state(alpha, t)?;
        Some(Capacity { alpha, m: state.m, q: state.q })
    }))
}
