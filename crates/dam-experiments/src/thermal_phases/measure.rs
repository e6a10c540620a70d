//! What one cell computes.

use dam_analysis::theory::closed::lse_overlap;
use dam_analysis::thermal::{ConeLaw, Flag, Protocol, Start, Step, VectorMoves, nearest_other, self_overlap};
use dam_core::kernel::{Epanechnikov, Exponential};
use dam_core::nalgebra::DVector;
use dam_core::prelude::*;
use dam_core::{Aggregator, DensePatterns, FlooredLogSum};
use serde::{Deserialize, Serialize};

use super::plan::{
    BETA, BOUNDARY_LOADS, EPSILON, FIGURE_2, FIGURE_2_T, KINETIC_T, LOAD, LONG_T, SHARPNESS, SMALL, WIDE,
};
use super::scan::{Scan, scan};
use super::{Cell, KernelName, SamplerName, Settings, curves};
use crate::Error;

/// What was measured in one cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// Chains at every temperature.
    Chains(Vec<Point>),
    /// Chains that were watched until they escaped.
    Watched {
        /// The mean energy per site of a random state under all patterns but the target.
        floor: f64,
        /// At every temperature.
        chains: Vec<Watched>,
    },
    /// The two-term model at falling temperatures.
    Boundary(Vec<Scan>),
}

/// Chains at one temperature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// T, in units of the energy.
    pub temperature: f64,
    /// The chains.
    pub chains: Vec<ChainRecord>,
}

/// What is kept of a chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChainRecord {
    /// Mean alignment with the target over the kept steps.
    pub alignment: f64,
    /// The alignment of the last state.
    pub last: f64,
    /// The largest overlap of the last state with another pattern.
    pub other: f64,
    /// Energy per site of the last state; `None` outside of every support.
    pub energy: Option<f64>,
    /// Share of accepted proposals.
    pub acceptance: f64,
    /// The step size s of `GaussianStep`, per coordinate.
    pub step: f64,
    /// Integrated autocorrelation time in steps; `None` where the alignment did not move or correlations did not die out.
    pub tau_int: Option<f64>,
    /// Why it is not to be trusted.
    pub flag: Option<Flagged>,
}

/// Why a chain is not to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flagged {
    /// Acceptance below 0.02.
    Frozen,
    /// Shorter than 20 integrated autocorrelation times.
    Short,
}

/// A chain that was watched for its escape. It has no flag, which judges the average along a chain: all that is kept is
/// when it escaped and what was seen at given times, for averages over disorder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Watched {
    /// T, in units of the energy.
    pub temperature: f64,
    /// The step, of all chains at this temperature, at which the alignment was below 0.25 for the first time; `None` if
    /// it never was.
    pub escape: Option<usize>,
    /// The overlap of the last state with the nearest other pattern.
    pub other: f64,
    /// Share of accepted proposals until the escape, or the end.
    pub acceptance: f64,
    /// The step size s of `GaussianStep`, per coordinate.
    pub step: f64,
    /// C(t_w + t, t_w) at t = 0, 1, 2, 4, … hundredths of the chain, t_w a tenth of it.
    pub self_overlap: Vec<f64>,
}

/// The alignment below which a chain has left its target for good.
pub(super) const ESCAPED: f64 = 0.25;

impl ChainRecord {
    /// Whether another pattern is nearer than the target.
    #[must_use]
    pub fn has_left(&self) -> bool {
        self.other > self.last
    }
}

type Cloud<K, Q> = Dam<DensePatterns<Sphere<f64>>, K, Q>;

/// Drawn one by one, so that millions of them are in memory but once.
fn patterns(
    space: &Sphere<f64>,
    count: usize,
    streams: Streams,
) -> impl Iterator<Item = DVector<f64>> + use<'_> {
    (0..count).map(move |mu| space.sample(&mut streams.rng(Purpose::Patterns, mu as u64)))
}

pub(super) fn measure(settings: &Settings, cell: &Cell, streams: Streams) -> Result<Record, Error> {
    // Cold start with the step of the runs it is compared with.
    let two_chains = |sites: usize| -> Result<Protocol, Error> {
        Ok(Protocol::new(settings.paired_steps.0, settings.paired_steps.1)?
            .step(Step::Proportional(2.4 / (sites as f64).sqrt())))
    };
    match *cell {
        Cell::Map { load, kernel, .. } => {
            let plan = &settings.map;
            let protocol = Protocol::new(plan.steps.0, plan.steps.1)?;
            let size = (plan.sites(load), plan.patterns);
            of_kernel(kernel, size, &protocol, &plan.all_temperatures(), 1, streams)
        }
        // The reading that reproduces the figure: a step is one whole-vector proposal of step 0.2, the start has noise of
        // 0.05 per coordinate, and the sum of LSR a floor of 1e-10.
        Cell::Figure2 { kernel, .. } => {
            let protocol = Protocol::new(1_500, 1_000)?.start(Start::Noisy(0.05)).step(Step::Fixed(0.2));
            of_kernel(kernel, FIGURE_2, &protocol, &FIGURE_2_T, 1, streams)
        }
        Cell::Long { kernel, .. } => {
            let steps = settings.long.steps;
            let protocol = Protocol::new(steps / 20, steps)?;
            of_kernel(kernel, FIGURE_2, &protocol, LONG_T[kernel as usize], 1, streams)
        }
        Cell::Kinetic { .. } => watched(settings.kinetic.steps, streams),
        Cell::Small { sampler: SamplerName::Full, .. } => {
            of_kernel(KernelName::Lse, (SMALL.0, count(SMALL.0)), &two_chains(SMALL.0)?, SMALL.1, 2, streams)
        }
        Cell::Small { sampler: SamplerName::Cone, .. } => cone(SMALL, 0.4, &two_chains(SMALL.0)?, streams),
        Cell::Wide { sampler: SamplerName::Full, .. } => {
            of_kernel(KernelName::Lse, (WIDE.0, count(WIDE.0)), &two_chains(WIDE.0)?, WIDE.1, 2, streams)
        }
        Cell::Wide { sampler: SamplerName::Cone, .. } => {
            cone(WIDE, settings.wide_edge, &two_chains(WIDE.0)?, streams)
        }
        Cell::Boundary { sites, load } => {
            Ok(Record::Boundary(scan(&settings.boundary, sites, BOUNDARY_LOADS[load], streams)?))
        }
    }
}

/// e^{N/2} patterns.
fn count(sites: usize) -> usize {
    (LOAD * sites as f64).exp().round() as usize
}

fn of_kernel(
    kernel: KernelName,
    (sites, count): (usize, usize),
    protocol: &Protocol,
    temperatures: &[f64],
    chains: usize,
    streams: Streams,
) -> Result<Record, Error> {
    let space = Sphere::new(sites)?;
    let xi = patterns(&space, count, streams);
    match kernel {
        KernelName::Lse => {
            let memory = models::lse(space.clone(), BETA, xi)?;
            of_memory(&memory, protocol, temperatures, chains, streams)
        }
        KernelName::Lsr => {
            let (kernel, floor) = (Epanechnikov::new(SHARPNESS)?, FlooredLogSum::new(EPSILON)?);
            let memory = Dam::new(space.clone(), kernel, floor, sites as f64 / SHARPNESS, xi)?;
            of_memory(&memory, protocol, temperatures, chains, streams)
        }
    }
}

fn of_memory<K: Kernel, Q: Aggregator>(
    memory: &Cloud<K, Q>,
    protocol: &Protocol,
    temperatures: &[f64],
    chains: usize,
    streams: Streams,
) -> Result<Record, Error> {
    let other = |x: &DVector<f64>| nearest_other(memory, x, 0);
    of_energy(memory, &memory.pattern(0)?, protocol, temperatures, chains, streams, other)
}

fn of_energy<E: Energy<Space = Sphere<f64>>>(
    energy: &E,
    target: &DVector<f64>,
    protocol: &Protocol,
    temperatures: &[f64],
    chains: usize,
    streams: Streams,
    other: impl Fn(&DVector<f64>) -> Result<Option<(usize, f64)>, dam_analysis::Error>,
) -> Result<Record, Error> {
    let run = protocol.run(energy, &VectorMoves, target, temperatures, chains, streams)?;
    let of_chain = |chain: &dam_analysis::thermal::Chain<DVector<f64>>| -> Result<ChainRecord, Error> {
        let per_site = energy.energy(&chain.state) / energy.space().sites() as f64;
        let (flag, tau_int) = match chain.flag() {
            Some(Flag::Frozen { .. }) => (Some(Flagged::Frozen), None),
            Some(Flag::Short { tau_int }) => (Some(Flagged::Short), Some(tau_int)),
            None => (None, Some(chain.tau_int())),
        };
        Ok(ChainRecord {
            alignment: chain.mean(),
            last: energy.space().overlap(&chain.state, target),
            other: other(&chain.state)?.map_or(-1.0, |(_, overlap)| overlap),
            energy: Some(per_site).filter(|e| e.is_finite()),
            acceptance: chain.acceptance,
            step: chain.step,
            tau_int: tau_int.filter(|t| t.is_finite()),
            flag,
        })
    };
    let points = temperatures.iter().zip(&run).map(|(&temperature, chains)| {
        let chains = chains.iter().map(of_chain).collect::<Result<_, _>>()?;
        Ok(Point { temperature, chains })
    });
    Ok(Record::Chains(points.collect::<Result<_, Error>>()?))
}

/// The patterns from the overlap `edge` on, of e^{N/2}.
pub(super) fn cone_law(sites: usize, edge: f64) -> Result<ConeLaw<Exponential>, Error> {
    let kernel = Exponential::anchored(BETA)?;
    Ok(ConeLaw::new(Sphere::new(sites)?, kernel, 1.0 / BETA, LOAD * sites as f64, edge)?)
}

fn cone(
    (sites, temperatures): (usize, &[f64]),
    edge: f64,
    protocol: &Protocol,
    streams: Streams,
) -> Result<Record, Error> {
    let (space, law) = (Sphere::<f64>::new(sites)?, cone_law(sites, edge)?);
    let target = space.sample(&mut streams.rng(Purpose::Patterns, 0));
    let memory = law.draw(&target, &mut streams.rng(Purpose::Patterns, 1))?;
    let other = |x: &DVector<f64>| nearest_other(memory.near(), x, 0);
    of_energy(&memory, &target, protocol, temperatures, 2, streams, other)
}

/// Random states over which the floor is averaged.
const FLOOR_STATES: u64 = 100;
/// Measured states of a watched chain.
pub(super) const SNAPSHOTS: usize = 100;
/// The one at the waiting time, a tenth of the chain; the first is taken after one hundredth.
const WAITING: usize = SNAPSHOTS / 10 - 1;

fn watched(steps: usize, streams: Streams) -> Result<Record, Error> {
    let (sites, count) = FIGURE_2;
    let space = Sphere::new(sites)?;
    let xi: Vec<DVector<f64>> = patterns(&space, count, streams).collect();
    let memory = models::lse(space.clone(), BETA, &xi)?;
    let others = models::lse(space.clone(), BETA, &xi[1..])?;
    let at_random = |k| others.energy(&space.sample(&mut streams.rng(Purpose::Cues, k)));
    let floor = (0..FLOOR_STATES).map(at_random).sum::<f64>() / (FLOOR_STATES as f64 * sites as f64);
    let every = (steps / SNAPSHOTS).max(1);
    let watch = |(k, &temperature): (usize, &f64)| -> Result<Watched, Error> {
        // The clock runs from the start, so the step is that of the target's well from there on.
        let step = Step::Fixed(curves::best_step(lse_overlap(temperature)?, sites));
        let protocol = Protocol::new(0, steps)?.step(step);
        let (streams, snapshot) = (streams.branch(k as u64), (every, DVector::clone));
        let run =
            protocol.run_measured(&memory, &VectorMoves, &xi[0], &[temperature], 1, streams, snapshot)?;
        let chain = &run[0][0];
        let escape = chain.first_passage(ESCAPED);
        let all = self_overlap(&space, &chain.measured, WAITING);
        let times = std::iter::once(0).chain((0..).map(|k| 1_usize << k));
        Ok(Watched {
            temperature,
            escape,
            other: nearest_other(&memory, &chain.state, 0)?.map_or(-1.0, |(_, overlap)| overlap),
            acceptance: moved(space.overlap(&xi[0], &xi[0]), &chain.alignment[..escape.unwrap_or(steps)]),
            step: chain.step,
            self_overlap: times.map_while(|t| all.get(t).copied()).collect(),
        })
    };
    let chains = KINETIC_T.iter().enumerate().map(watch).collect::<Result<_, _>>()?;
    Ok(Record::Watched { floor, chains })
}

/// The share of steps after which the alignment is another one: of the proposals that were accepted.
fn moved(start: f64, alignment: &[f64]) -> f64 {
    let before = std::iter::once(&start).chain(alignment);
    let moved = before.zip(alignment).filter(|(before, after)| before != after).count();
    moved as f64 / alignment.len() as f64
}

/// In products of one site with one pattern.
pub(super) fn cost(settings: &Settings, cell: &Cell) -> f64 {
    let chains = |sites: usize, patterns: f64, steps: usize, chains: usize| {
        // A proposal costs some ten products for every site, and an exponential some ten for every pattern.
        ((sites as f64 + 10.0) * (patterns + 10.0)) * (steps * chains) as f64
    };
    let two_chains = settings.paired_steps.0 + settings.paired_steps.1;
    match *cell {
        Cell::Map { load, .. } => {
            let plan = &settings.map;
            let steps = plan.steps.0 + plan.steps.1;
            chains(plan.sites(load), plan.patterns as f64, steps, plan.temperatures.0)
        }
        Cell::Figure2 { .. } => chains(FIGURE_2.0, FIGURE_2.1 as f64, 2_500, FIGURE_2_T.len()),
        Cell::Long { kernel, .. } => {
            chains(FIGURE_2.0, FIGURE_2.1 as f64, settings.long.steps, LONG_T[kernel as usize].len())
        }
        Cell::Kinetic { .. } => {
            chains(FIGURE_2.0, FIGURE_2.1 as f64, settings.kinetic.steps, KINETIC_T.len())
        }
        Cell::Small { sampler, .. } => {
            let share = if sampler == SamplerName::Full { 1.0 } else { 0.06 };
            chains(SMALL.0, share * count(SMALL.0) as f64, two_chains, 2 * SMALL.1.len())
        }
        Cell::Wide { sampler: SamplerName::Full, .. } => {
            chains(WIDE.0, count(WIDE.0) as f64, two_chains, 2 * WIDE.1.len())
        }
        Cell::Wide { sampler: SamplerName::Cone, .. } => {
            chains(WIDE.0, 3_000.0, two_chains, 2 * WIDE.1.len())
        }
        Cell::Boundary { .. } => {
            let plan = &settings.boundary;
            // Some twenty temperatures, O(1) a step.
            (plan.steps * plan.chains * 20) as f64 * 100.0
        }
    }
}
