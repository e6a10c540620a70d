//! Descents among spherical, Gaussian and binary patterns: where they end, and from where they come back.

use dam_analysis::theory::exponential_load::Patterns;
use dam_core::nalgebra::DVector;
use dam_core::prelude::*;
use dam_core::{Bricks, Held, Real};

use super::load::{Load, Memory, Sampler, descend, follow, retrieved, sampler, share, weighty};
use super::plan::{ANGLES, CASES, patterns};
use super::{Agreement, Beyond, Record};
use crate::Error;

/// Gradient descent whose steps begin small: the basins near a crossover are narrow, and a long first step would leave
/// them.
pub(super) fn careful() -> GradientDescent {
    GradientDescent::new(1e-3).expect("positive")
}

/// How finely a turning point is looked for.
pub(super) const RESOLUTION: f64 = 5e-4;

/// Where a predicate that is false below becomes true, to [`RESOLUTION`] of it, starting from a guess; `None` if that is
/// not between 10⁻³ and 50.
pub(super) fn turning(
    guess: f64,
    mut holds: impl FnMut(f64) -> Result<bool, Error>,
) -> Result<Option<f64>, Error> {
    let (mut low, mut high) = (guess, guess);
    if holds(guess)? {
        while holds(low / 1.1)? {
            low /= 1.1;
            if low < 1e-3 {
                return Ok(None);
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
    let (low, high) = narrowed((low, high), 1.0 + RESOLUTION, holds)?;
    Ok(Some((low * high).sqrt()))
}

/// The interval around a turning point, halved by ratios until its ends are that close: the predicate is false at the lower
/// end and true at the upper one.
pub(super) fn narrowed(
    (mut low, mut high): (f64, f64),
    ratio: f64,
    mut holds: impl FnMut(f64) -> Result<bool, Error>,
) -> Result<(f64, f64), Error> {
    while high / low > ratio {
        let middle = (low * high).sqrt();
        if holds(middle)? { high = middle } else { low = middle }
    }
    Ok((low, high))
}

/// The λ above which at least half of the patterns are where their own descents end.
pub(super) fn crossover<T: Real>(
    (ensemble, alpha, sites): (Patterns, f64, usize),
    starts: usize,
    streams: Streams,
    descent: impl Fn(&Memory<T, Held<T>>, Vec<DVector<T>>) -> Result<(Vec<DVector<T>>, Vec<Run>), Error>,
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
pub(super) fn basin(
    alpha: f64,
    lambda: f64,
    sites: usize,
    starts: usize,
    streams: Streams,
) -> Result<Record, Error> {
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

pub(super) fn agreement(case: usize, starts: usize, streams: Streams) -> Result<Record, Error> {
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
pub(super) const BEYOND_STARTS: usize = 8;
const HELD: usize = 1 << 20;

pub(super) fn beyond(count: usize, lambda: f64, streams: Streams) -> Result<Record, Error> {
    let pattern = sampler::<f64>(Patterns::Spherical, BEYOND_SITES, streams)?;
    let targets: Vec<usize> = (0..BEYOND_STARTS.min(count)).collect();
    let starts: Vec<_> = targets.iter().map(|&mu| pattern(mu)).collect();
    let mut load = Load::regenerated(BEYOND_SITES, count, &pattern)?;
    let found = load.at(lambda, |memory| ends(memory, &starts, &targets))?;
    let as_in_memory = if count <= HELD {
        let mut held = Load::held(BEYOND_SITES, count, &pattern)?;
        let same = held.at(lambda, |memory| ends(memory, &starts, &targets))?;
        Some(bits(&same) == bits(&found) && same.1 == found.1)
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

fn bits((ends, _, weights): &Ends) -> Vec<u64> {
    ends.iter().flat_map(|x| x.iter()).chain(weights).map(|x| x.to_bits()).collect()
}

type Ends = (Vec<DVector<f64>>, Vec<Run>, Vec<f64>);

fn ends<B: Bricks<f64>>(
    memory: &Memory<f64, B>,
    starts: &[DVector<f64>],
    targets: &[usize],
) -> Result<Ends, Error> {
    let (ends, runs) = follow(memory, starts.to_vec())?;
    let weights = memory.attention_weights(&ends, targets)?;
    Ok((ends, runs, weights))
}
