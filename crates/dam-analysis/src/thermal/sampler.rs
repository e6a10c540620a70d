//! Dynamics that can be cooled and whose step can be set.

use dam_core::dynamics::{GaussianStep, Langevin, Metropolis, PairMetropolis, Proposal};
use dam_core::{Dynamics, Energy, LocalField, Priced, Rotation, VectorSpace};

use crate::Error;

/// A family of thermal dynamics, one for each temperature and step size: what a [`Protocol`](super::Protocol) runs.
///
/// **Implement this for a sampler of your own.** The scratch of its dynamics must not depend on temperature or step,
/// so that a chain can go on when they change.
pub trait Sampler<E: Energy>: Sync {
    /// The dynamics.
    type Dynamics: Dynamics<E>;

    /// The acceptance at which a chain moves fastest, which adapted steps aim at.
    const ACCEPTANCE: f64;

    /// The largest step of any use, at most which adapted steps grow to.
    const LARGEST_STEP: f64;

    /// The dynamics at temperature T with this step.
    ///
    /// # Errors
    /// [`Error::Core`] for an illegal temperature or step.
    fn at(&self, temperature: f64, step: f64) -> Result<Self::Dynamics, Error>;
}

/// [`Metropolis`] with proposals of the whole state, x' = Proj(x + s g); step s per coordinate.
///
/// # Reference
/// Its acceptance of 0.234: Roberts, Gelman and Gilks (1997).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VectorMoves;

impl<E: Energy> Sampler<E> for VectorMoves
where
    GaussianStep: Proposal<E::Space>,
{
    type Dynamics = Metropolis<GaussianStep>;
    const ACCEPTANCE: f64 = 0.234;
    const LARGEST_STEP: f64 = 10.0;

    fn at(&self, temperature: f64, step: f64) -> Result<Self::Dynamics, Error> {
        Ok(Metropolis::new(temperature, GaussianStep::new(step)?)?)
    }
}

/// [`PairMetropolis`], rotations of two coordinates; the step is the largest angle, in radians.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PairMoves;

impl<E: Priced<Rotation>> Sampler<E> for PairMoves {
    type Dynamics = PairMetropolis;
    /// Of moves in one dimension.
    const ACCEPTANCE: f64 = 0.44;
    const LARGEST_STEP: f64 = std::f64::consts::PI;

    fn at(&self, temperature: f64, step: f64) -> Result<Self::Dynamics, Error> {
        Ok(PairMetropolis::new(temperature, step)?)
    }
}

/// [`Langevin`], the drifted proposals of MALA; step ε.
///
/// # Reference
/// Its acceptance of 0.574: Roberts and Rosenthal (1998).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LangevinMoves;

impl<E: LocalField<Space: VectorSpace>> Sampler<E> for LangevinMoves {
    type Dynamics = Langevin;
    const ACCEPTANCE: f64 = 0.574;
    const LARGEST_STEP: f64 = 1e3;

    fn at(&self, temperature: f64, step: f64) -> Result<Self::Dynamics, Error> {
        Ok(Langevin::new(temperature, step)?)
    }
}
