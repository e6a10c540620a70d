use rand::Rng;
use rand::distr::Distribution;

use super::{Dynamics, Progress, accepts, temperature};
use crate::energy::{Energy, StateOf};
use crate::space::{Polar, StateSpace, VectorSpace, chi_squared};
use crate::{Error, Real};

/// Proposes whole states. It must be symmetric in the uniform measure of the space: a proposal from x to y as
/// likely as from y to x.
pub trait Proposal<S: StateSpace>: Sync {
    /// Writes a proposal from `x` into `out`.
    fn propose<R: Rng>(&self, space: &S, x: &S::State, out: &mut S::State, rng: &mut R);
}

/// x' = Proj(x + s g) with a standard normal vector g: on the sphere a rotation by an angle of about s. On [`Polar`]
/// the overlap of such a proposal, at no cost in N.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianStep {
    step: f64,
}

impl GaussianStep {
    /// Step s per coordinate, in units in which a coordinate of a state on the sphere is of order one; in radians for small
    /// steps there.
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

/// The law of the sphere in O(1): of g only the part along the pattern, the part along the state's distance from
/// it, and the length of the rest are drawn.
impl Proposal<Polar> for GaussianStep {
    fn propose<R: Rng>(&self, space: &Polar, x: &f64, out: &mut f64, rng: &mut R) {
        let n = space.sites();
        let (radius, s) = ((n as f64).sqrt(), self.step);
        let along: f64 = rand_distr::StandardNormal.sample(rng);
        let across: f64 = rand_distr::StandardNormal.sample(rng);
        let rest = chi_squared(n - 2, rng);
        // x = sqrt(N) (φ, sqrt(1 − φ²), 0, …) in the plane of pattern and state.
        let first = radius * x + s * along;
        let second = radius * ((1.0 - x) * (1.0 + x)).max(0.0).sqrt() + s * across;
        let norm = (first * first + second * second + s * s * rest).sqrt();
        *out = if norm > 0.0 { (first / norm).clamp(-1.0, 1.0) } else { *x };
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
    /// Of the state; none before the first step, so that those of a batch are computed together.
    energy: Option<f64>,
    /// The memory of the last proposal, for the next one.
    proposed: Option<X>,
}

impl<E: Energy, P: Proposal<E::Space>> Dynamics<E> for Metropolis<P> {
    type Scratch = MetropolisScratch<StateOf<E>>;

    fn prepare(&self, _energy: &E, _x: &StateOf<E>) -> Self::Scratch {
        MetropolisScratch { energy: None, proposed: None }
    }

    fn step<R: Rng>(
        &self,
        energy: &E,
        x: &mut StateOf<E>,
        scratch: &mut Self::Scratch,
        rng: &mut R,
    ) -> Progress {
        let before = scratch.energy.unwrap_or_else(|| energy.energy(x));
        let proposed = self.propose(energy, x, scratch, rng);
        let after = energy.energy(&proposed);
        self.decide(x, scratch, proposed, (before, after), rng)
    }

    fn step_all<R: Rng>(
        &self,
        energy: &E,
        x: &mut [StateOf<E>],
        scratch: &mut [Self::Scratch],
        rng: &mut [R],
        progress: &mut [Progress],
    ) {
        together(|_| self, energy, x, scratch, rng, progress);
    }

    fn step_each<R: Rng>(
        each: &[Self],
        energy: &E,
        x: &mut [StateOf<E>],
        scratch: &mut [Self::Scratch],
        rng: &mut [R],
        progress: &mut [Progress],
    ) {
        together(|s| &each[s], energy, x, scratch, rng, progress);
    }
}

/// One step of every state, the s-th by `of(s)`, with all energies in one batch.
fn together<'a, E: Energy, P: Proposal<E::Space> + 'a, R: Rng>(
    of: impl Fn(usize) -> &'a Metropolis<P>,
    energy: &E,
    x: &mut [StateOf<E>],
    scratch: &mut [MetropolisScratch<StateOf<E>>],
    rng: &mut [R],
    progress: &mut [Progress],
) {
    // Chains start together, in one batch; one that joins others pays for a batch once.
    let mut start = Vec::new();
    if scratch.iter().any(|s| s.energy.is_none()) {
        start.resize(x.len(), 0.0);
        energy.energies(x, &mut start);
    }
    let propose = |s: usize| of(s).propose(energy, &x[s], &mut scratch[s], &mut rng[s]);
    let proposals: Vec<StateOf<E>> = (0..x.len()).map(propose).collect();
    let mut after = vec![0.0; x.len()];
    energy.energies(&proposals, &mut after);
    for (s, proposed) in proposals.into_iter().enumerate() {
        let energies = (scratch[s].energy.unwrap_or_else(|| start[s]), after[s]);
        progress[s] = of(s).decide(&mut x[s], &mut scratch[s], proposed, energies, &mut rng[s]);
    }
}

impl<P> Metropolis<P> {
    fn propose<E: Energy, R: Rng>(
        &self,
        energy: &E,
        x: &StateOf<E>,
        scratch: &mut MetropolisScratch<StateOf<E>>,
        rng: &mut R,
    ) -> StateOf<E>
    where
        P: Proposal<E::Space>,
    {
        let mut proposed = scratch.proposed.take().unwrap_or_else(|| x.clone());
        self.proposal.propose(energy.space(), x, &mut proposed, rng);
        proposed
    }

    fn decide<X, R: Rng>(
        &self,
        x: &mut X,
        scratch: &mut MetropolisScratch<X>,
        mut proposed: X,
        (before, after): (f64, f64),
        rng: &mut R,
    ) -> Progress {
        // From outside every support (∞) all proposals are accepted: ∞ − ∞ is no obstacle.
        let change = if after == before { 0.0 } else { after - before };
        let accepted = accepts(change, self.temperature, rng);
        if accepted {
            std::mem::swap(x, &mut proposed);
        }
        scratch.energy = Some(if accepted { after } else { before });
        scratch.proposed = Some(proposed);
        Progress::Sampled { acceptance: f64::from(u8::from(accepted)) }
    }
}
