//! What a cell computes.

use dam_analysis::certificate::{
    Assumption, Interference, all_pairs_separation, attack_radius, separation, worst_case,
};
use dam_analysis::{PatternEnsemble, Reach, Reached};
use dam_core::dynamics::{Ranking, SpinAdversary};
use dam_core::kernel::Monomial;
use dam_core::prelude::*;
use dam_core::rand::RngExt;
use dam_core::{BitPatterns, Corruption, parallel};
use serde::{Deserialize, Serialize};

use super::plan::{
    ATTACKED, BASIN_CORRUPTIONS, CAPACITY_CORRUPTION, CONVERGENCE, CORRELATED_PATTERNS, CORRELATED_SITES,
    ENSEMBLES, Flips, PROTOCOLS, Protocol, SUCCESS, SWEEPS, patterns, share,
};
use super::{Cell, Settings};
use crate::Error;

type Memory = Dam<BitPatterns, Monomial, Sum>;

/// Trials of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Trials.
    pub trials: usize,
    /// Of these, how many succeeded.
    pub successes: usize,
    /// Sweeps of those that succeeded, together.
    pub sweeps: usize,
}

impl Tally {
    fn of(trials: &[Reached]) -> Self {
        let mut tally = Self { trials: trials.len(), ..Self::default() };
        for sweeps in trials.iter().filter_map(|trial| trial.sweeps) {
            tally.successes += 1;
            tally.sweeps += sweeps;
        }
        tally
    }

    /// The share of successes.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.successes as f64 / self.trials as f64
    }

    /// Mean sweeps with every failure counted as the limit, as in the paper.
    #[must_use]
    pub fn counted(&self) -> f64 {
        (self.sweeps + SWEEPS * (self.trials - self.successes)) as f64 / self.trials as f64
    }

    /// Mean sweeps of the successes alone.
    #[must_use]
    pub fn of_successes(&self) -> Option<f64> {
        (self.successes > 0).then(|| self.sweeps as f64 / self.successes as f64)
    }
}

/// Radii of one target, in bits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Certified {
    /// Separation of the target, the largest |x·ξ|/N with another pattern.
    pub beta: f64,
    /// Its smallest field, in units of 3N².
    pub kappa: f64,
    /// By [`RADII`]; none where not even the pattern is certified.
    pub radii: [Option<usize>; 5],
    /// What limits each.
    pub limits: [Assumption; 5],
    /// Wrong spins with which the best attack turned a field.
    pub attacked: usize,
    /// Wrong spins, at random, from which half of the trials succeed.
    pub basin: f64,
}

/// The certificates, in the order of records.
pub const RADII: [&str; 5] = ["T1", "T2", "T3", "T3, pairs", "T4"];
/// The position of T1, and of the largest.
pub(super) const SEPARATION: usize = 0;
pub(super) const PAIRS: usize = 3;

/// What a cell yields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// Trials at each of the cell's corruptions or budgets.
    Trials(Vec<Tally>),
    /// The largest overlap of all pairs, and trials, at each number of patterns.
    Correlated(Vec<(f64, Tally)>),
    /// Patterns at which half of the trials succeed.
    Capacity(f64),
    /// Certificates.
    Certified(Certified),
}

fn memory(
    order: u32,
    sites: usize,
    count: usize,
    ensemble: PatternEnsemble,
    streams: Streams,
) -> Result<Memory, Error> {
    let space = Hypercube::new(sites)?;
    let patterns = ensemble.patterns(&space, count, streams)?;
    Ok(models::polynomial(space, order, patterns)?)
}

fn independent(order: u32, sites: usize, count: usize, streams: Streams) -> Result<Memory, Error> {
    memory(order, sites, count, PatternEnsemble::Independent, streams)
}

fn asynchronous(_: &Spins) -> Asynchronous {
    Asynchronous::new(Order::Permutation)
}

/// Trials from cues with so many spins wrong.
fn trials(memory: &Memory, wrong: usize, count: usize, streams: Streams) -> Result<Tally, Error> {
    let reach = Reach::new(SUCCESS, SWEEPS)?;
    Ok(Tally::of(&reach.trials(memory, asynchronous, &FlipExactly::new(wrong), count, streams)?))
}

/// Trials of one's own, on all cores.
fn tally(count: usize, trial: impl Fn(usize) -> Result<Reached, Error> + Sync) -> Result<Tally, Error> {
    let all: Vec<Reached> = parallel::map(count, trial).into_iter().collect::<Result<_, _>>()?;
    Ok(Tally::of(&all))
}

pub(super) fn measure(settings: &Settings, cell: &Cell, streams: Streams) -> Result<Record, Error> {
    match *cell {
        Cell::Convergence { setting, sites, .. } => {
            let (corruption, load) = CONVERGENCE[setting];
            let memory = independent(3, sites, patterns(load, sites), streams)?;
            let count = settings.convergence.realizations.trials;
            Ok(Record::Trials(vec![trials(&memory, share(10 * corruption, sites), count, streams)?]))
        }
        Cell::Basin { load, sites, .. } => {
            let memory = independent(3, sites, patterns(load, sites), streams)?;
            let count = settings.basin.realizations.trials;
            let at =
                |percent| trials(&memory, share(10 * percent, sites), count, streams.branch(percent as u64));
            Ok(Record::Trials(BASIN_CORRUPTIONS.map(at).collect::<Result<_, _>>()?))
        }
        Cell::Adversary { protocol, .. } => {
            let memory = independent(3, ATTACKED.0, ATTACKED.1, streams)?;
            let (protocol, count) = (PROTOCOLS[protocol], settings.adversary.trials);
            let at = |&rho: &usize| attacked(&memory, protocol, share(rho, ATTACKED.0), count, streams);
            Ok(Record::Trials(settings.budgets.iter().map(at).collect::<Result<_, _>>()?))
        }
        Cell::Correlated { ensemble, .. } => {
            let at = |count| {
                let memory = memory(3, CORRELATED_SITES, count, ENSEMBLES[ensemble].1, streams)?;
                let wrong = share(200, CORRELATED_SITES);
                let tally = trials(&memory, wrong, settings.correlated.trials, streams)?;
                Ok((all_pairs_separation(&memory), tally))
            };
            Ok(Record::Correlated(CORRELATED_PATTERNS.into_iter().map(at).collect::<Result<_, Error>>()?))
        }
        Cell::Capacity { order, sites, .. } => {
            Ok(Record::Capacity(capacity(order, sites, settings.capacity.trials, streams)?))
        }
        Cell::Certificates { sites, patterns, .. } => {
            let memory = independent(3, sites, patterns, streams)?;
            Ok(Record::Certified(certified(&memory, settings.certificates.trials, streams)?))
        }
    }
}

/// Trials under an adversary that flips so many spins every sweep.
fn attacked(
    memory: &Memory,
    protocol: Protocol,
    budget: usize,
    count: usize,
    streams: Streams,
) -> Result<Tally, Error> {
    let reach = Reach::new(SUCCESS, SWEEPS)?;
    let noise = FlipExactly::new(share(10 * ATTACKED.2, ATTACKED.0));
    let trial = |q: usize| -> Result<Reached, Error> {
        let mut rng = streams.rng(Purpose::Cues, q as u64);
        let nu = rng.random_range(0..memory.len());
        let target = memory.pattern(nu)?;
        let mut x = noise.corrupt(memory.space(), &target, &mut rng)?;
        let competitor = || -> Result<Spins, Error> {
            let other = separation(memory, nu)?.competitor.unwrap_or(nu);
            Ok(memory.pattern(other)?)
        };
        let choice = protocol.choice(competitor)?;
        let adversary =
            SpinAdversary::new(target.clone(), budget, protocol.placement, choice, protocol.ranking)?;
        let mut rng = streams.rng(Purpose::Dynamics, q as u64);
        Ok(if protocol.formal {
            let dynamics = FormalAsynchronous::new(Order::Permutation).under(adversary);
            reach.run(memory, &dynamics, &mut x, &target, &mut rng)?
        } else {
            let dynamics = Asynchronous::new(Order::Permutation).under(adversary);
            reach.run(memory, &dynamics, &mut x, &target, &mut rng)?
        })
    };
    tally(count, trial)
}

/// Patterns at which half of the trials succeed, by bisection of ln p to 2 %; the patterns of every p are the first p of
/// one sequence.
fn capacity(order: u32, sites: usize, count: usize, streams: Streams) -> Result<f64, Error> {
    let wrong = share(10 * CAPACITY_CORRUPTION, sites);
    let rate = |p: f64| -> Result<f64, Error> {
        let memory = independent(order, sites, (p.round() as usize).max(1), streams)?;
        Ok(trials(&memory, wrong, count, streams)?.rate())
    };
    // From a small load upwards in steps of two; if it is too large already, down to a single pattern.
    let mut low = (0.001 * (sites as f64).powi(order as i32 - 1)).max(1.0);
    while low > 1.0 && rate(low)? < 0.5 {
        low = (0.5 * low).max(1.0);
    }
    let mut high = 2.0 * low;
    while rate(high)? >= 0.5 {
        (low, high) = (high, 2.0 * high);
    }
    while high / low > 1.02 && high - low > 1.0 {
        let middle = (low * high).sqrt();
        if rate(middle)? >= 0.5 { low = middle } else { high = middle }
    }
    Ok((low * high).sqrt())
}

fn certified(memory: &Memory, count: usize, streams: Streams) -> Result<Certified, Error> {
    let target = 0;
    let interference = Interference::new(memory, target)?;
    let all = [
        worst_case(memory, target)?,
        interference.norm(),
        interference.signed(),
        interference.pairwise()?,
        interference.contraction(),
    ];
    let goal = memory.pattern(target)?;
    let reach = Reach::new(SUCCESS, SWEEPS)?;
    let rate = |wrong: usize| -> Result<f64, Error> {
        let trial = |q: usize| -> Result<Reached, Error> {
            let mut rng = streams.rng(Purpose::Cues, q as u64);
            let mut x = FlipExactly::new(wrong).corrupt(memory.space(), &goal, &mut rng)?;
            Ok(reach.run(memory, &asynchronous(&goal), &mut x, &goal, &mut rng)?)
        };
        Ok(tally(count, trial)?.rate())
    };
    let (mut low, mut high) = (0, memory.space().sites() / 2);
    while high - low > 1 {
        let middle = usize::midpoint(low, high);
        if rate(middle)? >= 0.5 { low = middle } else { high = middle }
    }
    Ok(Certified {
        beta: separation(memory, target)?.beta,
        kappa: interference.kappa(),
        radii: all.map(|c| c.radius),
        limits: all.map(|c| c.limit),
        attacked: attack_radius(memory, target)?,
        basin: low as f64 + 0.5,
    })
}

/// Roughly, in units of a spin and a pattern.
pub(super) fn cost(settings: &Settings, cell: &Cell) -> f64 {
    match *cell {
        Cell::Convergence { setting, sites, .. } => {
            let trials = settings.convergence.realizations.trials;
            (5 * trials * sites * patterns(CONVERGENCE[setting].1, sites)) as f64
        }
        Cell::Basin { load, sites, .. } => {
            (5 * 18 * settings.basin.realizations.trials * sites * patterns(load, sites)) as f64
        }
        Cell::Adversary { protocol, .. } => {
            let protocol = PROTOCOLS[protocol];
            let priced = matches!(protocol.flips, Flips::SmallestMargin | Flips::LargestMargin);
            let each = if priced && protocol.ranking == Ranking::Afresh { 80 } else { 2 };
            let trials = settings.budgets.len() * settings.adversary.trials;
            (each * trials * SWEEPS * ATTACKED.0 * ATTACKED.1 / 2) as f64
        }
        Cell::Correlated { .. } => 4e3 * 1250.0 * (settings.correlated.trials * 5) as f64,
        Cell::Capacity { order, sites, .. } => {
            let wide = if order > 3 { 10.0 } else { 1.0 };
            wide * 0.07 * (sites as f64).powi(order as i32) * (settings.capacity.trials * 60) as f64
        }
        Cell::Certificates { sites, patterns, .. } => {
            (sites * sites * (sites + 200)) as f64 * patterns as f64 / 8.0 + 2e9
        }
    }
}
