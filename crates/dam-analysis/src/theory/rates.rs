//! Entropies of an overlap: of the states of a space, and of random patterns seen from a state.

use std::fmt::Debug;

use dam_core::{Hypercube, Overlap, Real, Sphere, StateSpace};

/// The exponential rate of an overlap m: a probability or volume `exp(N s(m))`, with s <= 0, s(0) = 0, even in m
/// and falling with |m|. **Implement it for an ensemble or a space of your own**: two methods.
///
/// One trait serves twice: as the entropy of the states at overlap m with the target, and as the rate at which a
/// random pattern has overlap m with a given state. Where patterns are uniform in the state space, the two are the
/// same function.
pub trait RateFunction: Copy + Debug + Send + Sync {
    /// s(m); −∞ is legal at the ends of the range.
    fn s(&self, at: Overlap) -> f64;

    /// ds/dm.
    fn ds(&self, at: Overlap) -> f64;

    /// The largest overlap: 1 unless patterns may be longer than sqrt(N).
    fn reach(&self) -> f64 {
        1.0
    }
}

/// The sphere |x|² = N: `s = (1/2) ln(1 − m²)`.
///
/// # Reference
/// "Thermal phases", eq. 19.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExactSphere;

impl RateFunction for ExactSphere {
    fn s(&self, at: Overlap) -> f64 {
        0.5 * ln_one_minus_square(at)
    }
    fn ds(&self, at: Overlap) -> f64 {
        -at.m() / (at.gap() * (2.0 - at.gap()))
    }
}

/// The hypercube: `s = −(1/2) [(1 + m) ln(1 + m) + (1 − m) ln(1 − m)]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BinaryEntropy;

impl RateFunction for BinaryEntropy {
    fn s(&self, at: Overlap) -> f64 {
        let m = at.m();
        if m.abs() < 0.5 {
            // Terms of −m² and 2m²: the two of the definition, of ±m, would cancel.
            -0.5 * ((-m * m).ln_1p() + m * (m.ln_1p() - (-m).ln_1p()))
        } else {
            -0.5 * (x_ln_x(2.0 - at.gap()) + x_ln_x(at.gap()))
        }
    }
    fn ds(&self, at: Overlap) -> f64 {
        let m = at.m();
        if m.abs() < 0.5 {
            0.5 * ((-m).ln_1p() - m.ln_1p())
        } else {
            0.5 * (at.gap().ln() - (2.0 - at.gap()).ln())
        }
    }
}

/// The Gaussian tail `s = −m²/2`, |m| <= 1: the approximation of the sphere's rate that "thermal phases" makes for
/// its patterns (eqs. 23–39), though not for its states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GaussianTail;

impl RateFunction for GaussianTail {
    fn s(&self, at: Overlap) -> f64 {
        -0.5 * at.m() * at.m()
    }
    fn ds(&self, at: Overlap) -> f64 {
        -at.m()
    }
}

/// Patterns with independent standard normal entries, whose norm fluctuates: `s = −m²/2` for every m, exactly.
///
/// The target is one of typical norm, |ξ|² = N; rarer norms are in
/// [`exponential_load`](super::exponential_load).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GaussianPatterns;

impl RateFunction for GaussianPatterns {
    fn s(&self, at: Overlap) -> f64 {
        GaussianTail.s(at)
    }
    fn ds(&self, at: Overlap) -> f64 {
        GaussianTail.ds(at)
    }
    fn reach(&self) -> f64 {
        f64::INFINITY
    }
}

/// Where states live, for theories that know the two spaces by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// The sphere |x|² = N. Overlaps of uniform states have the density (1 − m²)^{(N−3)/2}.
    Sphere,
    /// The corners of the hypercube, x_i = ±1 (Ising spins). Overlaps of uniform states are binomial.
    Hypercube,
}

/// A state space with an entropy of overlaps (machinery: the sphere and the hypercube have one).
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no entropy of overlaps",
    label = "expected the sphere or the hypercube",
    note = "states of the Euclidean space are not confined at a temperature; at T = 0 see `exponential_load`"
)]
pub trait Entropic: StateSpace {
    /// Its rate function.
    type Rate: RateFunction + Default;
}

impl<T: Real> Entropic for Sphere<T> {
    type Rate = ExactSphere;
}

impl Entropic for Hypercube {
    type Rate = BinaryEntropy;
}

/// Where (1/2) ln(1 − m²) + k m is largest: `(√(1 + 4k²) − 1) / 2k`. There 1 − m² = m/k = 1/(1 + k m).
pub(super) fn sphere_saddle(k: f64) -> f64 {
    2.0 * k / (1.0 + (2.0 * k).hypot(1.0))
}

/// ln(1 − m²), from the gap where m is near ±1 and from m where it is near 0.
fn ln_one_minus_square(at: Overlap) -> f64 {
    let m = at.m();
    if m.abs() < 0.5 { (-m * m).ln_1p() } else { at.gap().ln() + (2.0 - at.gap()).ln() }
}

fn x_ln_x(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x * x.ln() }
}
