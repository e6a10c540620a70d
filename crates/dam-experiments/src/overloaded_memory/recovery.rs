//! How inputs converge to memories: definitions 6.1 and 6.2, beside what they cannot see.

use std::collections::HashSet;

use dam_core::dynamics::{Asynchronous, Dynamics, Order, SynchronousMarginal};
use dam_core::nalgebra::DVector;
use dam_core::{
    Dam, Energy, Flip, Hypercube, Priced, Purpose, RealMemory, Runner, Spins, StopReason, Streams, Sum,
    kernel, parallel,
};

use super::plan::{EPSILONS, SWEEPS, epsilon};
use super::record::{Ends, Recovery};
use crate::Error;
use crate::images::Images;

/// Of the start and of the ends, in the order of the records.
pub(super) const DYNAMICS: [&str; 4] = ["none", "one synchronous step", "synchronous", "asynchronous"];
pub(super) const MEASURES: [&str; 3] = ["literal", "by sign", "normalised"];
/// Where own patterns count as recovered.
const OWN: f64 = 0.95;

/// An image in black and white: the paper's D is of ±1, and a pixel above 127 is +1.
pub(super) fn binary(images: &Images, k: usize) -> Result<Spins, Error> {
    let white: Vec<bool> = images.pixels(k).iter().map(|&p| p > 127).collect();
    Ok(Spins::from_bools(&white)?)
}

/// Memories that inputs may converge to.
pub(super) struct Memories<E> {
    pub(super) energy: E,
    /// Their signs.
    signs: Dam<dam_core::BitPatterns, kernel::Monomial, Sum>,
    /// Their entries, if they are not signs alone, and |ξ|₁ of each.
    real: Option<(RealMemory<f64>, Vec<f64>)>,
}

impl Memories<RealMemory<f64>> {
    /// Real memories of `sites` pixels each; zero counts as +1.
    pub(super) fn real(sites: usize, order: u32, memories: &[DVector<f64>]) -> Result<Self, Error> {
        let space = Hypercube::new(sites)?;
        let energy = RealMemory::new(space.clone(), order, memories)?;
        let signs: Vec<Vec<bool>> =
            memories.iter().map(|xi| xi.iter().map(|&x| x >= 0.0).collect()).collect();
        let signs = Dam::new(space, kernel::Monomial::new(2)?, Sum, 1.0, &signs)?;
        let norms = memories.iter().map(|xi| xi.iter().map(|x| x.abs()).sum()).collect();
        Ok(Self { real: Some((energy.clone(), norms)), energy, signs })
    }
}

type Rectified = Dam<dam_core::BitPatterns, kernel::RectifiedMonomial, Sum>;

impl Memories<Rectified> {
    /// Patterns of ±1, stored as they are.
    pub(super) fn of_signs(order: u32, patterns: &[Spins]) -> Result<Self, Error> {
        let space = Hypercube::new(patterns.first().map_or(0, Spins::len))?;
        let energy = Dam::new(space.clone(), kernel::RectifiedMonomial::new(order)?, Sum, 1.0, patterns)?;
        Ok(Self {
            energy,
            signs: Dam::new(space, kernel::Monomial::new(2)?, Sum, 1.0, patterns)?,
            real: None,
        })
    }
}

impl<E> Memories<E> {
    /// max_μ ⟨ξ^μ, x⟩/N, the same with the signs of ξ, and max_μ ⟨ξ^μ, x⟩/|ξ^μ|₁. A rectified memory knows no −ξ, so nothing
    /// is gained by the modulus of definition 6.1.
    fn nearness(&self, x: &Spins) -> Result<[f64; 3], Error> {
        let most = |all: &[f64]| all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let by_sign = most(&self.signs.overlaps(x)?);
        let Some((memory, norms)) = &self.real else { return Ok([by_sign; 3]) };
        let overlaps = memory.overlaps(x)?;
        let n = x.len() as f64;
        let normalised: Vec<f64> = overlaps.iter().zip(norms).map(|(m, norm)| m * n / norm).collect();
        Ok([most(&overlaps), by_sign, most(&normalised)])
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
            let settled = matches!(run.reason, StopReason::Converged | StopReason::ZeroField);
            Ok(End { state, settled, sweeps: run.steps })
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
        let starts = (0..own).map(|mu| Ok(self.signs.pattern(mu)?)).collect::<Result<Vec<_>, Error>>()?;
        let stay = self.ends(&starts, streams.branch(1))?;
        let near = |(start, end): &(&Spins, &Spins)| start.dot(end) as f64 >= OWN * start.len() as f64;
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
