//! What a cell computes.

use dam_analysis::theory::exponential_load::{ExponentialLoad, Patterns, ScaledAttention};
use dam_core::nalgebra::DVector;
use dam_core::prelude::*;
use dam_core::{Bricks, DensePatterns, Real};
use serde::{Deserialize, Serialize};

use super::load::{Load, Sampler, descend, follow, retrieved, sampler, share, weighty};
use super::plan::{
    ANGLES, BASINS, CASES, NORM_BIN, NORM_BINS, NORM_LOAD, RATE_SITES, RATE_STEP, RATE_STEPS, patterns,
    thousandths,
};
use super::{Cell, Descent, Settings};
use crate::Error;

/// What a cell yields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// The λ at which half of the patterns are retrieved; none if they are at no λ.
    Crossover(Option<f64>),
    /// Starts that were retrieved, by angle, and starts at each.
    Basin(Vec<usize>, usize),
    /// Loads at which half of the patterns (none where there would be too many) and the first pattern are lost.
    AllPatterns {
        /// α at which half of them are lost.
        typical: Option<f64>,
        /// α at which the first is; none if one of the first two is.
        all: Option<f64>,
        /// The first that is lost, there.
        first: Option<FirstLost>,
    },
    /// Patterns, and those of them that were retrieved, by bins of the norm.
    Norms(Vec<(usize, usize)>),
    /// Patterns whose overlap is at least ε, by ε, and patterns.
    Rates(Vec<usize>, usize),
    /// The mean cosine of a pattern and the nearest other.
    Nearest(f64),
    /// The λ at which half of the patterns, and at which all, are retrieved.
    Scaled {
        /// Half of them.
        typical: Option<f64>,
        /// All of them.
        all: Option<f64>,
    },
    /// Both descents from the same starts.
    Agreement(Agreement),
    /// Descents among more patterns than memory holds.
    Beyond(Beyond),
}

/// The first Gaussian pattern that is lost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FirstLost {
    /// Its ρ = |ξ|²/N.
    pub rho: f64,
    /// Whether a neighbour has ξ·ξ' > |ξ|².
    pub pair: bool,
    /// Patterns of less norm.
    pub rank: usize,
}

/// Two descents from the same starts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// Starts.
    pub starts: usize,
    /// Of these, how many end in states that differ by less than 10⁻³ in every entry.
    pub same: usize,
    /// Retrieved by the map.
    pub by_map: usize,
    /// Retrieved by gradient descent.
    pub by_gradient: usize,
    /// Mean steps of both.
    pub steps: [f64; 2],
}

/// Descents among many patterns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Beyond {
    /// Starts.
    pub starts: usize,
    /// Retrieved.
    pub retrieved: usize,
    /// Mean overlap with the pattern of the start.
    pub overlap: f64,
    /// Mean softmax weight of the pattern of the start.
    pub weight: f64,
    /// Most steps of a descent: passes over all patterns.
    pub steps: usize,
    /// Whether the same patterns in memory gave the same end states, to the bit; none where they would not fit.
    pub as_in_memory: Option<bool>,
}

pub(super) fn measure(settings: &Settings, cell: &Cell, streams: Streams) -> Result<Record, Error> {
    match *cell {
        Cell::Crossover { patterns, load, sites, descent, .. } => {
            let of = (patterns, thousandths(load), sites);
            Ok(Record::Crossover(match descent {
                Descent::Map => crossover::<f32>(of, settings.starts, streams, follow)?,
                Descent::Gradient => crossover::<f64>(of, settings.starts, streams, |memory, x| {
                    descend(memory, &careful(), x, 1e-6)
                })?,
            }))
        }
        Cell::Basin { pair, sites, .. } => basin(pair, sites, settings.starts, streams),
        Cell::AllPatterns { lambda, sites, .. } => {
            all_patterns(thousandths(lambda), sites, settings.starts, streams)
        }
        Cell::Norms { lambda, sites, .. } => norms(thousandths(lambda), sites, streams),
        Cell::Rates { patterns, .. } => rates(patterns, settings.rates.1, streams),
        Cell::Nearest { power, sites, .. } => nearest(power, sites, settings.starts, streams),
        Cell::Scaled { load, sites, .. } => scaled(thousandths(load), sites, settings.starts, streams),
        Cell::Agreement { case, .. } => agreement(case, settings.starts, streams),
        Cell::Beyond { lambda } => beyond(settings.beyond.0, thousandths(lambda), streams),
    }
}

/// Gradient descent whose steps begin small: the basins near a crossover are narrow, and a long first step would leave
/// them.
fn careful() -> GradientDescent {
    GradientDescent::new(1e-3).expect("positive")
}

/// How finely a turning point is looked for.
const RESOLUTION: f64 = 5e-4;

/// Where a predicate that is false below becomes true, to [`RESOLUTION`] of it, starting from a guess; none below 50.
fn turning(guess: f64, mut holds: impl FnMut(f64) -> Result<bool, Error>) -> Result<Option<f64>, Error> {
    let (mut low, mut high) = (guess, guess);
    if holds(guess)? {
        while holds(low / 1.1)? {
            low /= 1.1;
            if low < 1e-3 {
                return Ok(Some(low));
            }
        }
        (low, high) = (low / 1.1, low);
    } else {
        loop {
            high *= 1.1;
            if high > 50.0 {
                return Ok(None);
            }
            if holds(high)? {
                break;
            }
            low = high;
        }
    }
    while high / low > 1.0 + RESOLUTION {
        let middle = (low * high).sqrt();
        if holds(middle)? { high = middle } else { low = middle }
    }
    Ok(Some((low * high).sqrt()))
}

/// The λ above which at least half of the patterns are where their own descents end.
fn crossover<T: Real>(
    (ensemble, alpha, sites): (Patterns, f64, usize),
    starts: usize,
    streams: Streams,
    descent: impl Fn(
        &super::load::Memory<T, dam_core::Held<T>>,
        Vec<DVector<T>>,
    ) -> Result<(Vec<DVector<T>>, Vec<Run>), Error>,
) -> Result<Option<f64>, Error> {
    let count = patterns(alpha, sites);
    let pattern = sampler::<T>(ensemble, sites, streams)?;
    let mut load = Load::held(sites, count, &pattern)?;
    let targets: Vec<usize> = (0..starts.min(count)).collect();
    let guess = ensemble.crossover(sites, alpha).ok().flatten().unwrap_or(1.0).max(0.05);
    turning(guess, |lambda| {
        load.at(lambda, |memory| {
            let (ends, _) = descent(memory, targets.iter().map(|&mu| pattern(mu)).collect())?;
            Ok(share(&weighty(memory, &ends, &targets)?) >= 0.5)
        })
    })
}

/// Successes by angle of starts on the sphere.
fn basin(pair: usize, sites: usize, starts: usize, streams: Streams) -> Result<Record, Error> {
    let (alpha, lambda) = (thousandths(BASINS[pair].0), thousandths(BASINS[pair].1));
    let count = patterns(alpha, sites);
    let pattern = sampler::<f32>(Patterns::Spherical, sites, streams)?;
    let mut load = Load::held(sites, count, &pattern)?;
    let starts = starts.min(count);
    let targets: Vec<usize> = ANGLES.iter().flat_map(|_| 0..starts).collect();
    let cues = ANGLES.iter().flat_map(|&degrees| (0..starts).map(move |mu| (degrees, mu)));
    let cues = cues.map(|(degrees, mu)| turned(&pattern, mu, (degrees as f64).to_radians(), streams));
    let cues = cues.collect::<Result<Vec<_>, _>>()?;
    let successes = load.at(lambda, |memory| retrieved(memory, cues, &targets))?;
    let by_angle = successes.chunks(starts).map(|of| of.iter().filter(|&&yes| yes).count());
    Ok(Record::Basin(by_angle.collect(), starts))
}

/// A random state at an angle from a spherical pattern; all angles in one direction for each pattern.
fn turned<T: Real>(
    pattern: &Sampler<T>,
    mu: usize,
    angle: f64,
    streams: Streams,
) -> Result<DVector<T>, Error> {
    let xi = pattern(mu);
    if angle == 0.0 {
        return Ok(xi);
    }
    let space = Sphere::<T>::new(xi.len())?;
    let mut u = space.sample_tangent(&xi, &mut streams.rng(Purpose::Cues, mu as u64));
    space.retract(&mut u);
    Ok(xi * T::narrow(angle.cos()) + u * T::narrow(angle.sin()))
}

/// Most patterns among which a load is looked for.
const MOST: f64 = 2.2e6;
/// Patterns of least norm that are tried when the first loss is looked for.
const CANDIDATES: usize = 512;

fn all_patterns(lambda: f64, sites: usize, starts: usize, streams: Streams) -> Result<Record, Error> {
    let n = sites as f64;
    let pattern = sampler::<f32>(Patterns::Gaussian, sites, streams)?;
    let most = MOST.ln() / n;
    let model = ExponentialLoad::new(Patterns::Gaussian, lambda)?;
    // Loads at which a predicate that holds at small ones ceases to: turned over for `turning`.
    let last = |guess: f64, mut holds: Box<dyn FnMut(usize) -> Result<bool, Error> + '_>| {
        let found = turning(1.0 / guess, |inverse| {
            let count = (n / inverse).exp().round().max(2.0) as usize;
            if count as f64 > MOST { Ok(false) } else { holds(count) }
        })?;
        Ok::<_, Error>(found.map(|inverse| 1.0 / inverse))
    };
    let half = |count: usize| -> Result<bool, Error> {
        let targets: Vec<usize> = (0..starts.min(count)).collect();
        let x = targets.iter().map(|&mu| pattern(mu)).collect();
        Load::held(sites, count, &pattern)?.at(lambda, |m| Ok(share(&retrieved(m, x, &targets)?) >= 0.5))
    };
    let typical = if 1.1 * model.typical_threshold() < most {
        last(model.typical_threshold(), Box::new(half))?
    } else {
        None
    };
    let none_lost = |count: usize| Ok(first_lost(&pattern, lambda, sites, count)?.is_none());
    let all = last(model.capacity_bound(), Box::new(none_lost))?;
    // A little above, where one is lost.
    let mut first = None;
    if let Some(all) = all {
        let mut count = (n * all).exp().ceil() as usize;
        while first.is_none() && count as f64 <= MOST {
            first = first_lost(&pattern, lambda, sites, count)?;
            count += count.div_ceil(50);
        }
    }
    Ok(Record::AllPatterns { typical, all, first })
}

/// The pattern of least norm that is lost among the first `count`; the [`CANDIDATES`] of least norm are tried.
fn first_lost(
    pattern: &Sampler<f32>,
    lambda: f64,
    sites: usize,
    count: usize,
) -> Result<Option<FirstLost>, Error> {
    let rho = |x: &DVector<f32>| x.iter().map(|&a| f64::from(a).powi(2)).sum::<f64>() / sites as f64;
    let mut order: Vec<(f64, usize)> = (0..count).map(|mu| (rho(&pattern(mu)), mu)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    order.truncate(CANDIDATES);
    Load::held(sites, count, pattern)?.at(lambda, |memory| {
        for (part, chunk) in order.chunks(128).enumerate() {
            let targets: Vec<usize> = chunk.iter().map(|&(_, mu)| mu).collect();
            let kept = retrieved(memory, targets.iter().map(|&mu| pattern(mu)).collect(), &targets)?;
            let Some(lost) = kept.iter().position(|&kept| !kept) else { continue };
            let (rho, mu) = chunk[lost];
            let overlaps = memory.overlaps(&pattern(mu))?;
            let pair = overlaps.iter().enumerate().any(|(nu, &m)| nu != mu && m > rho);
            return Ok(Some(FirstLost { rho, pair, rank: part * 128 + lost }));
        }
        Ok(None)
    })
}

/// Success of all patterns, by norm.
fn norms(lambda: f64, sites: usize, streams: Streams) -> Result<Record, Error> {
    let count = patterns(NORM_LOAD, sites);
    let pattern = sampler::<f32>(Patterns::Gaussian, sites, streams)?;
    let targets: Vec<usize> = (0..count).collect();
    let x: Vec<_> = targets.iter().map(|&mu| pattern(mu)).collect();
    let norms: Vec<f64> = x.iter().map(|x| f64::from(x.norm_squared()) / sites as f64).collect();
    let kept = Load::held(sites, count, &pattern)?.at(lambda, |memory| retrieved(memory, x, &targets))?;
    let mut bins = vec![(0, 0); NORM_BINS];
    for (rho, kept) in norms.into_iter().zip(kept) {
        let bin = ((rho - NORM_BIN.0) / NORM_BIN.1).floor().clamp(0.0, NORM_BINS as f64 - 1.0) as usize;
        bins[bin].0 += 1;
        bins[bin].1 += usize::from(kept);
    }
    Ok(Record::Norms(bins))
}

/// Tails of ξ·x/N over patterns that no memory holds, at a random state with |x|² = N.
fn rates(ensemble: Patterns, count: usize, streams: Streams) -> Result<Record, Error> {
    let pattern = sampler::<f64>(ensemble, RATE_SITES, streams)?;
    let state = match ensemble {
        // Along the corners, as in the theory.
        Patterns::Binary => sampler::<f64>(Patterns::Binary, RATE_SITES, streams.branch(1))?(0),
        _ => sampler::<f64>(Patterns::Spherical, RATE_SITES, streams.branch(1))?(0),
    };
    let store = DensePatterns::regenerated(Euclidean::new(RATE_SITES)?, count, move |mu| pattern(mu))?;
    let mut tails = vec![0; RATE_STEPS];
    store.scan(&[state], |_, _, m| {
        for &m in m {
            // Overlaps of ±1 lie on a grid: those that reach a threshold but for rounding count.
            let reached = ((m + 1e-9) / RATE_STEP).floor();
            if reached >= 0.0 {
                tails[(reached as usize).min(RATE_STEPS - 1)] += 1;
            }
        }
    });
    for k in (1..RATE_STEPS).rev() {
        tails[k - 1] += tails[k];
    }
    Ok(Record::Rates(tails, count))
}

/// The nearest of P = N^power spherical patterns.
fn nearest(power: u32, sites: usize, starts: usize, streams: Streams) -> Result<Record, Error> {
    let count = sites.pow(power);
    let pattern = sampler::<f32>(Patterns::Spherical, sites, streams)?;
    let store = DensePatterns::new(Euclidean::new(sites)?, (0..count).map(|mu| Ok(pattern(mu))))?;
    let x: Vec<_> = (0..starts.min(count)).map(|mu| pattern(mu)).collect();
    let mut best = vec![f64::NEG_INFINITY; x.len()];
    store.scan(&x, |s, first, m| {
        for (nu, &m) in (first..).zip(m) {
            if nu != s {
                best[s] = best[s].max(m);
            }
        }
    });
    Ok(Record::Nearest(best.iter().sum::<f64>() / best.len() as f64))
}

/// The scaled regime: λ/√N in place of λ, α/√N in place of α.
fn scaled(alpha: f64, sites: usize, starts: usize, streams: Streams) -> Result<Record, Error> {
    let root = (sites as f64).sqrt();
    let count = patterns(alpha / root, sites);
    let pattern = sampler::<f32>(Patterns::Gaussian, sites, streams)?;
    let mut load = Load::held(sites, count, &pattern)?;
    let mut order: Vec<(f32, usize)> = (0..count).map(|mu| (pattern(mu).norm_squared(), mu)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let weakest: Vec<usize> = order.iter().take(CANDIDATES).map(|&(_, mu)| mu).collect();
    let first: Vec<usize> = (0..starts.min(count)).collect();
    let mut at = |targets: &[usize], enough: f64, guess: f64| {
        turning(guess, |lambda| {
            let x = targets.iter().map(|&mu| pattern(mu)).collect();
            load.at(lambda / root, |memory| Ok(share(&retrieved(memory, x, targets)?) >= enough))
        })
    };
    let guess = ScaledAttention::crossover(sites, alpha)?.unwrap_or(alpha);
    let typical = at(&first, 0.5, guess)?;
    let all = at(&weakest, 1.0, 1.5 * guess)?;
    Ok(Record::Scaled { typical, all })
}

fn agreement(case: usize, starts: usize, streams: Streams) -> Result<Record, Error> {
    let case = CASES[case];
    let count = patterns(case.alpha, case.sites);
    let pattern = sampler::<f64>(case.patterns, case.sites, streams)?;
    let targets: Vec<usize> = (0..starts.min(count)).collect();
    let angle = case.angle.to_radians();
    let x = targets.iter().map(|&mu| turned(&pattern, mu, angle, streams)).collect::<Result<Vec<_>, _>>()?;
    Load::held(case.sites, count, &pattern)?.at(case.lambda, |memory| {
        let steps = |runs: &[Run]| runs.iter().map(|run| run.steps as f64).sum::<f64>() / runs.len() as f64;
        let (by_map, map_runs) = descend(memory, &Synchronous, x.clone(), 1e-8)?;
        let (by_gradient, gradient_runs) = descend(memory, &careful(), x, 1e-8)?;
        let ends = by_map.iter().zip(&by_gradient);
        let same = ends.filter(|(a, b)| (*a - *b).amax() < 1e-3).count();
        let count = |ends: &[DVector<f64>]| -> Result<usize, Error> {
            Ok(weighty(memory, ends, &targets)?.into_iter().filter(|&yes| yes).count())
        };
        Ok(Record::Agreement(Agreement {
            starts: targets.len(),
            same,
            by_map: count(&by_map)?,
            by_gradient: count(&by_gradient)?,
            steps: [steps(&map_runs), steps(&gradient_runs)],
        }))
    })
}

/// Sites of the study beyond memory, its starts, and the most patterns that are also held.
pub(super) const BEYOND_SITES: usize = 40;
const BEYOND_STARTS: usize = 8;
const HELD: usize = 1 << 20;

fn beyond(count: usize, lambda: f64, streams: Streams) -> Result<Record, Error> {
    let pattern = sampler::<f64>(Patterns::Spherical, BEYOND_SITES, streams)?;
    let targets: Vec<usize> = (0..BEYOND_STARTS.min(count)).collect();
    let starts: Vec<_> = targets.iter().map(|&mu| pattern(mu)).collect();
    let mut load = Load::regenerated(BEYOND_SITES, count, &pattern)?;
    let found = load.at(lambda, |memory| ends(memory, &starts, &targets))?;
    let as_in_memory = if count <= HELD {
        let mut held = Load::held(BEYOND_SITES, count, &pattern)?;
        Some(held.at(lambda, |memory| ends(memory, &starts, &targets))? == found)
    } else {
        None
    };
    let (ends, runs, weights) = found;
    let mean = |of: &dyn Fn(usize) -> f64| targets.iter().map(|&k| of(k)).sum::<f64>() / targets.len() as f64;
    Ok(Record::Beyond(Beyond {
        starts: targets.len(),
        retrieved: weights.iter().filter(|&&p| p > 0.5).count(),
        overlap: mean(&|k| ends[k].dot(&starts[k]) / BEYOND_SITES as f64),
        weight: mean(&|k| weights[k]),
        steps: runs.iter().map(|run| run.steps).max().unwrap_or(0),
        as_in_memory,
    }))
}

type Ends = (Vec<DVector<f64>>, Vec<Run>, Vec<f64>);

fn ends<B: Bricks<f64>>(
    memory: &super::load::Memory<f64, B>,
    starts: &[DVector<f64>],
    targets: &[usize],
) -> Result<Ends, Error> {
    let (ends, runs) = follow(memory, starts.to_vec())?;
    let weights = memory.attention_weights(&ends, targets)?;
    Ok((ends, runs, weights))
}

/// Roughly, in units of a site, a pattern and a state.
pub(super) fn cost(settings: &Settings, cell: &Cell) -> f64 {
    let starts = settings.starts as f64;
    let pass = |alpha: f64, sites: usize, states: f64| (patterns(alpha, sites) * sites) as f64 * states;
    match *cell {
        Cell::Crossover { load, sites, descent, .. } => {
            let dear = if descent == Descent::Gradient { 3.0 } else { 1.0 };
            400.0 * dear * pass(thousandths(load), sites, starts)
        }
        Cell::Basin { pair, sites, .. } => 15.0 * pass(thousandths(BASINS[pair].0), sites, starts * 26.0),
        Cell::AllPatterns { sites, .. } => {
            let typical = if sites <= 28 { 100.0 * pass(0.45, sites, starts) } else { 0.0 };
            typical + 20.0 * pass(0.2, sites, CANDIDATES as f64)
        }
        Cell::Norms { sites, .. } => 10.0 * pass(NORM_LOAD, sites, patterns(NORM_LOAD, sites) as f64),
        Cell::Rates { .. } => 100.0 * (settings.rates.1 * RATE_SITES) as f64,
        Cell::Nearest { power, sites, .. } => (sites.pow(power) * sites) as f64 * (starts + 100.0),
        Cell::Scaled { load, sites, .. } => {
            12.0 * pass(thousandths(load) / (sites as f64).sqrt(), sites, CANDIDATES as f64)
        }
        Cell::Agreement { case, .. } => 300.0 * pass(CASES[case].alpha, CASES[case].sites, starts),
        Cell::Beyond { .. } => 20.0 * 100.0 * (settings.beyond.0 * BEYOND_SITES) as f64,
    }
}
