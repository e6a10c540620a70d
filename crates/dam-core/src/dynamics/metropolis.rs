use rand::Rng;
use rand::distr::Distribution;

use super::{Dynamics, Progress, accepts, temperature};
use crate::energy::{Energy, StateOf};
use crate::space::{StateSpace, VectorSpace};
use crate::{Error, Real};

/// Proposes whole states. It must be symmetric in the uniform measure of the space: a proposal from x to y as
/// likely as from y to x.
pub trait Proposal<S: StateSpace>: Sync {
    /// Writes a proposal from `x` into `out`.
    fn propose<R: Rng>(&self, space: &S, x: &S::State, out: &mut S::State, rng: &mut R);
}

/// x' = Proj(x + s g) with a standard normal vector g: on the sphere a rotation by an angle of about s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianStep {
    step: f64,
}

impl GaussianStep {
    /// Step s per coordinate.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless s is positive and finite.
    pub fn new(step: f64) -> Result<Self, Error> {
        Ok(Self { step: crate::error::parameter("step", "s > 0", step, step > 0.0)? })
    }
}

impl<S: VectorSpace> Proposal<S> for GaussianStep {
    fn propose<R: Rng>(&self, space: &S, x: &S::State, out: &mut S::State, rng: &mut R) {
        for (out, x) in out.iter_mut().zip(x.iter()) {
            let g: f64 = rand_distr::StandardNormal.sample(rng);
            *out = S::Scalar::narrow(x.widen() + self.step * g);
        }
        space.retract(out);
    }
}

/// Metropolis dynamics with whole-state proposals at temperature T; one step is one proposal.
///
/// # Example
/// ```
/// use dam_core::prelude::*;
/// let streams = Streams::new(4);
/// let space = Sphere::<f64>::new(50)?;
/// let patterns: Vec<_> = (0..20).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
/// let memory = models::lse(space, 1.0, &patterns)?;
/// let (mut x, mut rng) = (patterns[0].clone(), streams.rng(Purpose::Dynamics, 0));
/// let chain = Metropolis::new(0.3, GaussianStep::new(0.1)?)?;
/// let run = Runner::default().max_steps(2000).run(&memory, &chain, &mut x, &mut rng)?;
/// assert_eq!(run.reason, StopReason::MaxSteps); // a sampler never claims a fixed point
/// assert!(run.acceptance.is_some_and(|a| a > 0.1 && a < 0.9));
/// # Ok::<(), dam_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metropolis<P> {
    temperature: f64,
    proposal: P,
}

impl<P> Metropolis<P> {
    /// At temperature T, in units of the energy.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless T is positive and finite.
    pub fn new(t: f64, proposal: P) -> Result<Self, Error> {
        Ok(Self { temperature: temperature(t)?, proposal })
    }
}

/// Scratch of [`Metropolis`].
#[derive(Clone, Debug)]
pub struct MetropolisScratch<X> {
    energy: f64,
    proposed: X,
}

impl<E: Energy, P: Proposal<E::Space>> Dynamics<E> for Metropolis<P> {
    type Scratch = MetropolisScratch<StateOf<E>>;

    fn prepare(&self, energy: &E, x: &StateOf<E>) -> Self::Scratch {
        MetropolisScratch { energy: energy.energy(x), proposed: x.clone() }
    }

    fn step<R: Rng>(
        &self,
        energy: &E,
        x: &mut StateOf<E>,
        scratch: &mut Self::Scratch,
        rng: &mut R,
    ) -> Progress {
        self.proposal.propose(energy.space(), x, &mut scratch.proposed, rng);
        let after = energy.energy(&scratch.proposed);
        self.decide(x, scratch, after, rng)
    }

    fn step_all<R: Rng>(
        &self,
        energy: &E,
        x: &mut [StateOf<E>],
        scratch: &mut [Self::Scratch],
        rng: &mut [R],
        progress: &mut [Progress],
    ) {
        let mut proposals = Vec::with_capacity(x.len());
        for ((x, s), rng) in x.iter().zip(scratch.iter_mut()).zip(rng.iter_mut()) {
            self.proposal.propose(energy.space(), x, &mut s.proposed, rng);
            proposals.push(s.proposed.clone());
        }
        let mut after = vec![0.0; x.len()];
        energy.energies(&proposals, &mut after);
        for s in 0..x.len() {
            progress[s] = self.decide(&mut x[s], &mut scratch[s], after[s], &mut rng[s]);
        }
    }
}

impl<P> Metropolis<P> {
    fn decide<X, R: Rng>(
        &self,
        x: &mut X,
        scratch: &mut MetropolisScratch<X>,
        after: f64,
        rng: &mut R,
    ) -> Progress {
        // From outside every support (∞) all proposals are accepted: ∞ − ∞ is no obstacle.
        let change = if after == scratch.energy { 0.0 } else { after - scratch.energy };
        let accepted = accepts(change, self.temperature, rng);
        if accepted {
            std::mem::swap(x, &mut scratch.proposed);
            scratch.energy = after;
        }
        Progress::Sampled { acceptance: f64::from(u8::from(accepted)) }
    }
}
