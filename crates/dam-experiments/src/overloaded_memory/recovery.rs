//! How inputs converge to memories: definitions 6.1 and 6.2, beside what they cannot see.

use std::collections::HashSet;

use dam_core::dynamics::{Asynchronous, Dynamics, Order, SynchronousMarginal};
use dam_core::kernel::RectifiedMonomial;
use dam_core::nalgebra::DVector;
use dam_core::{
    BitPatterns, Dam, Energy, Flip, Hypercube, Priced, Purpose, RealMemory, Runner, Spins, StopReason,
    Streams, Sum, parallel,
};

use super::plan::{EPSILONS, SWEEPS, epsilon};
use super::record::{Ends, Recovery};
use crate::Error;
use crate::images::Images;

/// Of the start and of the ends, in the order of the records.
pub(super) const DYNAMICS: [&str; 4] = ["none", "one synchronous step", "synchronous", "asynchronous"];
pub(super) const MEASURES: [&str; 3] = ["literal", "by sign", "normalised"];
/// Overlap with the own pattern from which on it counts as kept, or retrieved.
pub(super) const KEPT: f64 = 0.95;

/// An image in black and white: the paper's D is of ±1, and a pixel above 127 is +1.
pub(super) fn binary(images: &Images, k: usize) -> Result<Spins, Error> {
    let white: Vec<bool> = images.pixels(k).iter().map(|&p| p > 127).collect();
    Ok(Spins::from_bools(&white)?)
}

/// Memories that inputs may converge to.
pub(super) struct Memories<E> {
    energy: E,
    /// ⟨ξ^μ, x⟩/N of all μ.
    overlaps: fn(&E, &Spins) -> Result<Vec<f64>, dam_core::Error>,
    /// |ξ^μ|₁.
    norms: Vec<f64>,
    /// The signs of all ξ^μ; zero counts as +1.
    signs: Vec<Spins>,
}

impl Memories<RealMemory<f64>> {
    /// Real memories of `sites` pixels each.
    pub(super) fn real(sites: usize, order: u32, memories: &[DVector<f64>]) -> Result<Self, Error> {
        let signs = |xi: &DVector<f64>| Spins::from_bools(&xi.iter().map(|&x| x >= 0.0).collect::<Vec<_>>());
        Ok(Self {
            energy: RealMemory::new(Hypercube::new(sites)?, order, memories)?,
            overlaps: RealMemory::overlaps,
            norms: memories.iter().map(|xi| xi.iter().map(|x| x.abs()).sum()).collect(),
            signs: memories.iter().map(signs).collect::<Result<_, _>>()?,
        })
    }
}

impl Memories<Rectified> {
    /// Patterns of ±1, stored as they are.
    pub(super) fn of_signs(order: u32, patterns: &[Spins]) -> Result<Self, Error> {
        let sites = patterns.first().map_or(0, Spins::len);
        Ok(Self {
            energy: rectified(sites, order, patterns)?,
            overlaps: Rectified::overlaps,
            norms: vec![sites as f64; patterns.len()],
            signs: patterns.to_vec(),
        })
    }
}

/// The exact memory of eq. 2; its prefactor is 1, so that no power of N leaves the range.
pub(super) type Rectified = Dam<BitPatterns, RectifiedMonomial, Sum>;

pub(super) fn rectified(sites: usize, order: u32, patterns: &[Spins]) -> Result<Rectified, Error> {
    Ok(Dam::new(Hypercube::new(sites)?, RectifiedMonomial::new(order)?, Sum, 1.0, patterns)?)
}

impl<E> Memories<E> {
    /// |max_μ ⟨ξ^μ, x⟩|/N as definition 6.1 has it, max_μ of the same with the signs of ξ, and max_μ ⟨ξ^μ, x⟩/|ξ^μ|₁.
    fn nearness(&self, x: &Spins) -> Result<[f64; 3], Error> {
        let most = |all: &mut dyn Iterator<Item = f64>| all.fold(f64::NEG_INFINITY, f64::max);
        let overlaps = (self.overlaps)(&self.energy, x)?;
        let literal = most(&mut overlaps.iter().copied()).abs();
        let n = x.len() as f64;
        let normalised = most(&mut overlaps.iter().zip(&self.norms).map(|(m, norm)| m * n / norm));
        Ok([literal, nearest(&self.signs, x), normalised])
    }
}

/// One end state with how it was reached.
struct End {
    state: Spins,
    settled: bool,
    sweeps: usize,
}

impl<E: Energy<Space = Hypercube> + Priced<Flip>> Memories<E> {
    fn run<D: Dynamics<E>>(
        &self,
        dynamics: &D,
        most: usize,
        inputs: &[Spins],
        streams: Streams,
    ) -> Result<Vec<End>, Error> {
        let one = |k: usize| {
            let mut state = inputs[k].clone();
            let mut rng = streams.rng(Purpose::Dynamics, k as u64);
            let run = Runner::default().max_steps(most).run(&self.energy, dynamics, &mut state, &mut rng)?;
            Ok(End { state, settled: run.reason == StopReason::Converged, sweeps: run.steps })
        };
        parallel::map(inputs.len(), one).into_iter().collect()
    }

    /// The end states of the asynchronous dynamics.
    pub(super) fn ends(&self, inputs: &[Spins], streams: Streams) -> Result<Vec<Spins>, Error> {
        let ends = self.run(&Asynchronous::new(Order::Permutation), SWEEPS, inputs, streams)?;
        Ok(ends.into_iter().map(|end| end.state).collect())
    }

    fn summary(&self, ends: &[End]) -> Result<Ends, Error> {
        let nearness: Vec<[f64; 3]> = parallel::map(ends.len(), |k| self.nearness(&ends[k].state))
            .into_iter()
            .collect::<Result<_, Error>>()?;
        let fractions = [0, 1, 2].map(|measure| fractions(nearness.iter().map(|near| near[measure])));
        let distinct = ends.iter().map(|end| &end.state).collect::<HashSet<_>>().len();
        let count = ends.len() as f64;
        Ok(Ends {
            fractions,
            distinct,
            settled: ends.iter().filter(|end| end.settled).count(),
            sweeps: ends.iter().map(|end| end.sweeps as f64).sum::<f64>() / count,
        })
    }

    /// Inputs by all dynamics; `null` are the overlaps of inputs with the nearest other image; `own` memories, as signs, are
    /// started from themselves.
    pub(super) fn recovery(
        &self,
        inputs: &[Spins],
        null: impl Iterator<Item = f64>,
        own: usize,
        streams: Streams,
    ) -> Result<Recovery, Error> {
        let synchronous = |most| self.run(&SynchronousMarginal, most, inputs, streams);
        let ends = [
            synchronous(0)?,
            synchronous(1)?,
            synchronous(SWEEPS)?,
            self.run(&Asynchronous::new(Order::Permutation), SWEEPS, inputs, streams)?,
        ];
        let own = own.min(self.signs.len());
        let starts = &self.signs[..own];
        let stay = self.ends(starts, streams.branch(1))?;
        let near = |(start, end): &(&Spins, &Spins)| start.dot(end) as f64 >= KEPT * start.len() as f64;
        let recovered = starts.iter().zip(&stay).filter(near).count();
        let ends = ends.iter().map(|ends| self.summary(ends)).collect::<Result<Vec<_>, _>>()?;
        Ok(Recovery { inputs: inputs.len(), ends, null: fractions(null), own, recovered })
    }
}

/// The share of these that are at least 1 − ε, by ε. The rounding of a sum of hundreds of entries must not decide.
fn fractions(nearness: impl Iterator<Item = f64>) -> Vec<f64> {
    let all: Vec<f64> = nearness.collect();
    let share = |k: usize| {
        let least = 1.0 - epsilon(k) - 1e-9;
        all.iter().filter(|&&near| near >= least).count() as f64 / all.len() as f64
    };
    (0..EPSILONS).map(share).collect()
}

/// The overlap of a state with the nearest of these.
pub(super) fn nearest<'a>(states: impl IntoIterator<Item = &'a Spins>, x: &Spins) -> f64 {
    states.into_iter().map(|other| x.dot(other) as f64 / x.len() as f64).fold(-1.0, f64::max)
}

/// The overlap of each of `which` states with the nearest other.
pub(super) fn nearest_other<'a>(states: &'a [Spins], which: &'a [usize]) -> impl Iterator<Item = f64> + 'a {
    which.iter().map(|&k| {
        let others = states.iter().enumerate().filter(move |&(l, _)| l != k);
        nearest(others.map(|(_, other)| other), &states[k])
    })
}
