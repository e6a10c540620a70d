//! Chains that move in lockstep, so that all their energies are one batch, each group of them at its temperature.

use std::ops::Range;

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

/// Neighbouring chains at one temperature, which share their step size.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) temperature: f64,
    pub(super) step: f64,
    pub(super) chains: Range<usize>,
}

pub(super) struct Ensemble<'a, E: Energy, S: Sampler<E>> {
    energy: &'a E,
    sampler: &'a S,
    target: &'a StateOf<E>,
    pub(super) groups: Vec<Group>,
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
    /// Chains that start at `states` and will take `steps` steps.
    pub(super) fn new(
        (energy, sampler, target): (&'a E, &'a S, &'a StateOf<E>),
        groups: Vec<Group>,
        states: Vec<StateOf<E>>,
        rng: Vec<StreamRng>,
        steps: usize,
    ) -> Result<Self, Error> {
        let count = states.len();
        let of_group = |g: &Group| vec![(g.temperature, g.step); g.chains.len()];
        let dynamics = groups.iter().flat_map(of_group).map(|(t, s)| sampler.at(t, s));
        let dynamics: Vec<S::Dynamics> = dynamics.collect::<Result<_, _>>()?;
        let scratch = states.iter().zip(&dynamics).map(|(x, d)| d.prepare(energy, x)).collect();
        Ok(Self {
            energy,
            sampler,
            target,
            groups,
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

    /// Robbins and Monro, with a gain that falls slower than 1/k and so forgets the start.
    fn adapt(&mut self) -> Result<(), Error> {
        let gain = 2.0 / (1.0 + self.burn_in as f64).powf(0.6);
        for group in &mut self.groups {
            let chains = group.chains.clone();
            let mean =
                self.progress[chains.clone()].iter().map(acceptance).sum::<f64>() / chains.len() as f64;
            group.step = (group.step * (gain * (mean - S::ACCEPTANCE)).exp()).min(S::LARGEST_STEP);
            for dynamics in &mut self.dynamics[chains] {
                *dynamics = self.sampler.at(group.temperature, group.step)?;
            }
        }
        Ok(())
    }

    /// The energies of all chains.
    pub(super) fn energies(&self, e: &mut [f64]) {
        self.energy.energies(&self.states, e);
    }

    /// Exchanges the states of two chains; what they know of them goes with them, their random numbers do not.
    pub(super) fn swap(&mut self, a: usize, b: usize) {
        self.states.swap(a, b);
        self.scratch.swap(a, b);
    }

    /// What became of the chains.
    pub(super) fn finish(self) -> Vec<Chain<StateOf<E>>> {
        let burn_in = self.burn_in;
        let groups = self.groups.iter().flat_map(|g| vec![(g.temperature, g.step); g.chains.len()]);
        let chains = groups.zip(self.accepted).zip(self.alignment).zip(self.states);
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
