//! Chains by a stated protocol.

use std::ops::Range;

use dam_core::dynamics::{GaussianStep, Proposal};
use dam_core::{Energy, Purpose, StateOf, StateSpace, Streams, parallel};

use super::ensemble::{Begin, Ensemble, Phase};
use super::{Chain, Sampler, check_target};
use crate::Error;

/// Where chains start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Start {
    /// From the target itself: a cold start.
    Target,
    /// From the target with noise of this size per coordinate, Proj(ξ + s g).
    Noisy(f64),
    /// From a random state of the space: a hot start.
    Random,
}

/// The step size of the proposals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// This one throughout, as where a paper's protocol is reproduced.
    Fixed(f64),
    /// This one times the temperature, throughout.
    Proportional(f64),
    /// From this one on adapted during burn-in, for each chain by itself, towards the acceptance at which the sampler
    /// moves fastest, then frozen: steps that go on adapting do not sample the Gibbs measure.
    ///
    /// A chain learns from its own proposals alone, so after a short burn-in steps, and acceptances, differ between
    /// chains. LSE on the sphere at N = 20, M = 60, T = 0.5: the acceptances of 96 chains from random starts lay
    /// between 0.06 and 0.38 after a burn-in of 500 steps, between 0.15 and 0.32 after one of 2000.
    Adapted(f64),
}

/// The chains of each temperature, in order.
pub type ChainsByTemperature<E, Y = ()> = Vec<Vec<Chain<StateOf<E>, Y>>>;

impl Step {
    fn first(self, temperature: f64) -> f64 {
        match self {
            Self::Fixed(step) | Self::Adapted(step) => step,
            Self::Proportional(slope) => slope * temperature,
        }
    }
}

/// How chains are run: where they start, how their step is chosen, what is thrown away and what is kept.
///
/// | protocol | here |
/// |---|---|
/// | cold start at every temperature | the default, [`Start::Target`] |
/// | noisy or random start | [`start`](Self::start) |
/// | heating | rising temperatures and [`carried`](Self::carried) |
/// | cooling | falling temperatures, [`carried`](Self::carried) and [`Start::Random`] |
///
/// # Example
/// ```
/// use dam_analysis::thermal::{Protocol, VectorMoves};
/// use dam_core::prelude::*;
/// let streams = Streams::new(4);
/// let space = Sphere::<f64>::new(50)?;
/// let patterns: Vec<_> = (0..148).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
/// let memory = models::lse(space, 1.0, &patterns)?;
/// let protocol = Protocol::new(2_000, 20_000)?;
/// let chains = protocol.run(&memory, &VectorMoves, &patterns[0], &[0.1, 0.3], 4, streams)?;
/// for chain in &chains[1] {
///     assert!(chain.flag().is_none() && (chain.acceptance - 0.234).abs() < 0.1);
///     assert!((chain.mean() - 0.861).abs() < 0.02); // one pattern alone, N = 50, T = 0.3
/// }
/// # Ok::<(), dam_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Protocol {
    start: Start,
    step: Step,
    burn_in: usize,
    steps: usize,
    carried: bool,
}

impl Protocol {
    /// `burn_in` steps that are thrown away, then `steps` that are kept; from the target, with a step adapted from 0.1
    /// on.
    ///
    /// # Errors
    /// [`Error::Parameter`] for no steps.
    pub fn new(burn_in: usize, steps: usize) -> Result<Self, Error> {
        at_least_one("steps", steps)?;
        Ok(Self { start: Start::Target, step: Step::Adapted(0.1), burn_in, steps, carried: false })
    }

    /// Starts elsewhere.
    #[must_use]
    pub fn start(self, start: Start) -> Self {
        Self { start, ..self }
    }

    /// Chooses the step otherwise.
    #[must_use]
    pub fn step(self, step: Step) -> Self {
        Self { step, ..self }
    }

    /// Carries the states, and an adapted step, from each temperature to the next; burn-in is repeated at each.
    #[must_use]
    pub fn carried(self) -> Self {
        Self { carried: true, ..self }
    }

    /// The burn-in at each temperature.
    #[must_use]
    pub fn burn_in(&self) -> usize {
        self.burn_in
    }

    /// The steps kept at each temperature.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Runs `chains` chains at each of the temperatures, in their order: a list of chains for each temperature.
    ///
    /// At the k-th temperature chain c draws its start and its moves from stream c of branch k. Chains move in parts of
    /// at most 48, on all cores. A chain, its adapted step included, is the same however many others there are, but
    /// for the last bits of matrix products of fewer than four states.
    ///
    /// # Errors
    /// What the space finds wrong with the target, a temperature or a step; [`Error::Parameter`] for no chains, and on
    /// [`Polar`](dam_core::Polar) for a target other than the pattern, 1, or its opposite, −1.
    pub fn run<E, S>(
        &self,
        energy: &E,
        sampler: &S,
        target: &StateOf<E>,
        temperatures: &[f64],
        chains: usize,
        streams: Streams,
    ) -> Result<ChainsByTemperature<E>, Error>
    where
        E: Energy,
        S: Sampler<E>,
        GaussianStep: Proposal<E::Space>,
    {
        let nothing = (usize::MAX, |_: &StateOf<E>| ());
        self.run_measured(energy, sampler, target, temperatures, chains, streams, nothing)
    }

    /// As [`run`](Self::run), measuring every state after each `every` steps that are kept: `(every, measure)`.
    ///
    /// # Errors
    /// As [`run`](Self::run); [`Error::Parameter`] for `every` = 0.
    #[allow(clippy::too_many_arguments)] // those of run
    pub fn run_measured<E, S, Y: Send>(
        &self,
        energy: &E,
        sampler: &S,
        target: &StateOf<E>,
        temperatures: &[f64],
        chains: usize,
        streams: Streams,
        (every, measure): (usize, impl Fn(&StateOf<E>) -> Y + Sync),
    ) -> Result<ChainsByTemperature<E, Y>, Error>
    where
        E: Energy,
        S: Sampler<E>,
        GaussianStep: Proposal<E::Space>,
    {
        check_target(energy.space(), target)?;
        at_least_one("chains", chains)?;
        at_least_one("every", every)?;
        let run =
            Running { protocol: self, memory: (energy, sampler, target), streams, every, measure: &measure };
        // Stages follow each other; the temperatures of one stage are independent.
        let stages: Vec<Range<usize>> = match self.carried {
            true => (0..temperatures.len()).map(|k| k..k + 1).collect(),
            false => std::iter::once(0..temperatures.len()).collect(),
        };
        let mut all: ChainsByTemperature<E, Y> = Vec::with_capacity(temperatures.len());
        for stage in stages {
            let slots: Vec<(usize, usize)> = stage.flat_map(|k| (0..chains).map(move |c| (k, c))).collect();
            // Where the chains of the temperature before have ended, and with which step.
            let before: Option<Vec<(StateOf<E>, f64)>> = match all.last() {
                Some(chains) if self.carried => {
                    Some(chains.iter().map(|c| (c.state.clone(), c.step)).collect())
                }
                _ => None,
            };
            let size = slots.len().div_ceil(slots.len().div_ceil(PART).max(1)).max(1);
            let parts: Vec<&[(usize, usize)]> = slots.chunks(size).collect();
            let parts = parallel::map(parts.len(), |k| run.part(parts[k], temperatures, before.as_deref()));
            let mut found = Vec::with_capacity(slots.len());
            for part in parts {
                found.extend(part?);
            }
            let mut found = found.into_iter();
            all.extend((0..slots.len() / chains).map(|_| found.by_ref().take(chains).collect::<Vec<_>>()));
        }
        Ok(all)
    }
}

/// Chains that move together at most: as many as make full use of a matrix product.
const PART: usize = 48;

fn at_least_one(name: &'static str, found: usize) -> Result<(), Error> {
    let found = found as f64;
    if found >= 1.0 { Ok(()) } else { Err(Error::Parameter { name, expected: "at least 1", found }) }
}

/// What all parts of a run share.
struct Running<'a, E: Energy, S, F> {
    protocol: &'a Protocol,
    memory: (&'a E, &'a S, &'a StateOf<E>),
    streams: Streams,
    every: usize,
    measure: &'a F,
}

impl<E: Energy, S: Sampler<E>, F> Running<'_, E, S, F>
where
    GaussianStep: Proposal<E::Space>,
{
    /// The chains `slots`, which are (temperature, chain) in order; after those of the temperature before, if carried.
    fn part<Y>(
        &self,
        slots: &[(usize, usize)],
        temperatures: &[f64],
        before: Option<&[(StateOf<E>, f64)]>,
    ) -> Result<Vec<Chain<StateOf<E>, Y>>, Error>
    where
        F: Fn(&StateOf<E>) -> Y,
    {
        let Protocol { step, burn_in, steps, .. } = *self.protocol;
        let adapted = matches!(step, Step::Adapted(_));
        let begin = |&(k, c): &(usize, usize)| -> Result<Begin<StateOf<E>>, Error> {
            let (streams, temperature) = (self.streams.branch(k as u64), temperatures[k]);
            let rng = streams.rng(Purpose::Dynamics, c as u64);
            let first = step.first(temperature);
            Ok(match before {
                Some(before) => {
                    let (state, step) = before[c].clone();
                    Begin { temperature, step: if adapted { step } else { first }, state, rng }
                }
                None => {
                    let (energy, _, target) = self.memory;
                    let state = self.protocol.first_state(energy.space(), target, streams, c)?;
                    Begin { temperature, step: first, state, rng }
                }
            })
        };
        let chains = slots.iter().map(begin).collect::<Result<_, _>>()?;
        let mut ensemble = Ensemble::new(self.memory, chains, burn_in + steps)?;
        for _ in 0..burn_in {
            ensemble.step(Phase::BurnIn { adapted })?;
        }
        let mut measured: Vec<Vec<Y>> = slots.iter().map(|_| Vec::new()).collect();
        for k in 1..=steps {
            ensemble.step(Phase::Sampling)?;
            if k % self.every == 0 {
                measured.iter_mut().zip(&ensemble.states).for_each(|(of, x)| of.push((self.measure)(x)));
            }
        }
        let chains = ensemble.finish().into_iter().zip(measured);
        Ok(chains.map(|(chain, measured)| chain.with(measured)).collect())
    }
}

impl Protocol {
    fn first_state<S: StateSpace>(
        &self,
        space: &S,
        target: &S::State,
        streams: Streams,
        chain: usize,
    ) -> Result<S::State, Error>
    where
        GaussianStep: Proposal<S>,
    {
        let mut rng = streams.rng(Purpose::Cues, chain as u64);
        Ok(match self.start {
            Start::Target => target.clone(),
            Start::Random => space.sample(&mut rng),
            Start::Noisy(size) => {
                let mut x = target.clone();
                GaussianStep::new(size)?.propose(space, target, &mut x, &mut rng);
                x
            }
        })
    }
}
