//! Chains that move in lockstep, so that all their energies are one batch, each at its temperature with its step.

use dam_core::dynamics::Progress;
use dam_core::{Dynamics, Energy, StateOf, StateSpace, StreamRng};

use super::{Chain, Sampler};
use crate::Error;

/// What a step is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Thrown away, with a step size that learns if it is told to.
    BurnIn { adapted: bool },
    /// Kept.
    Sampling,
}

/// What a chain starts with.
pub(super) struct Begin<X> {
    pub(super) temperature: f64,
    /// The step size of the proposals.
    pub(super) step: f64,
    pub(super) state: X,
    pub(super) rng: StreamRng,
}

pub(super) struct Ensemble<'a, E: Energy, S: Sampler<E>> {
    energy: &'a E,
    sampler: &'a S,
    target: &'a StateOf<E>,
    /// The temperature and the step of each chain.
    moves: Vec<(f64, f64)>,
    pub(super) states: Vec<StateOf<E>>,
    dynamics: Vec<S::Dynamics>,
    scratch: Vec<<S::Dynamics as Dynamics<E>>::Scratch>,
    rng: Vec<StreamRng>,
    progress: Vec<Progress>,
    /// Sums over the kept steps.
    accepted: Vec<f64>,
    alignment: Vec<Vec<f64>>,
    burn_in: usize,
}

impl<'a, E: Energy, S: Sampler<E>> Ensemble<'a, E, S> {
    /// Chains that will take `steps` steps.
    pub(super) fn new(
        (energy, sampler, target): (&'a E, &'a S, &'a StateOf<E>),
        chains: Vec<Begin<StateOf<E>>>,
        steps: usize,
    ) -> Result<Self, Error> {
        let count = chains.len();
        let moves: Vec<(f64, f64)> = chains.iter().map(|c| (c.temperature, c.step)).collect();
        let dynamics: Vec<S::Dynamics> =
            moves.iter().map(|&(t, step)| sampler.at(t, step)).collect::<Result<_, _>>()?;
        let (states, rng): (Vec<StateOf<E>>, Vec<StreamRng>) =
            chains.into_iter().map(|c| (c.state, c.rng)).unzip();
        dynamics.iter().try_for_each(|d| d.check(energy))?;
        let scratch = states.iter().zip(&dynamics).map(|(x, d)| d.prepare(energy, x)).collect();
        Ok(Self {
            energy,
            sampler,
            target,
            moves,
            states,
            dynamics,
            scratch,
            rng,
            progress: vec![Progress::Sampled { acceptance: 0.0 }; count],
            accepted: vec![0.0; count],
            alignment: (0..count).map(|_| Vec::with_capacity(steps)).collect(),
            burn_in: 0,
        })
    }

    /// One step of every chain.
    pub(super) fn step(&mut self, phase: Phase) -> Result<(), Error> {
        let Self { energy, states, scratch, rng, progress, .. } = self;
        S::Dynamics::step_each(&self.dynamics, *energy, states, scratch, rng, progress);
        for (trace, x) in self.alignment.iter_mut().zip(&*states) {
            trace.push(energy.space().overlap(x, self.target));
        }
        match phase {
            Phase::Sampling => {
                self.accepted.iter_mut().zip(&self.progress).for_each(|(sum, p)| *sum += acceptance(p));
            }
            Phase::BurnIn { adapted } => {
                if adapted {
                    self.adapt()?;
                }
                self.burn_in += 1;
            }
        }
        Ok(())
    }

    /// Robbins and Monro for each chain by itself, with a gain that falls slower than 1/k and so forgets the start.
    fn adapt(&mut self) -> Result<(), Error> {
        let gain = 2.0 / (1.0 + self.burn_in as f64).powf(0.6);
        let chains = self.moves.iter_mut().zip(&mut self.dynamics).zip(&self.progress);
        for (((temperature, step), dynamics), progress) in chains {
            *step = (*step * (gain * (acceptance(progress) - S::ACCEPTANCE)).exp()).min(S::LARGEST_STEP);
            *dynamics = self.sampler.at(*temperature, *step)?;
        }
        Ok(())
    }

    /// The energies of all chains.
    pub(super) fn energies(&self, e: &mut [f64]) {
        self.energy.energies(&self.states, e);
    }

    /// Exchanges the states of two chains; what they know of them goes with them, their temperatures, steps and random
    /// numbers do not.
    pub(super) fn swap(&mut self, a: usize, b: usize) {
        self.states.swap(a, b);
        self.scratch.swap(a, b);
    }

    /// What became of the chains.
    pub(super) fn finish(self) -> Vec<Chain<StateOf<E>>> {
        let burn_in = self.burn_in;
        let chains = self.moves.into_iter().zip(self.accepted).zip(self.alignment).zip(self.states);
        let chain = |((((temperature, step), accepted), alignment), state): (_, StateOf<E>)| {
            let (accepted, alignment): (f64, Vec<f64>) = (accepted, alignment);
            let acceptance = accepted / (alignment.len() - burn_in) as f64;
            Chain { temperature, step, acceptance, alignment, burn_in, state, measured: Vec::new() }
        };
        chains.map(chain).collect()
    }
}

/// The share of accepted proposals of a step.
fn acceptance(progress: &Progress) -> f64 {
    match progress {
        Progress::Sampled { acceptance } => *acceptance,
        // A dynamics that is no sampler moves always.
        _ => 1.0,
    }
}
