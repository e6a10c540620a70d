//! Overlaps of states with more patterns than need be kept: tails, sums of noise, the nearest.

use dam_analysis::theory::exponential_load::Patterns;
use dam_core::prelude::*;

use super::Record;
use super::load::{regenerated, sampler};
use super::plan::{CONDENSATION_LAMBDAS, RATE_SITES, RATE_STEP, RATE_STEPS, patterns};
use crate::Error;

/// Tails of ξ·x/N over patterns that no memory holds, at a random state with |x|² = N.
pub(super) fn rates(ensemble: Patterns, count: usize, streams: Streams) -> Result<Record, Error> {
    let pattern = sampler::<f64>(ensemble, RATE_SITES, streams)?;
    // For binary patterns along the corners, as in the theory.
    let along = if ensemble == Patterns::Binary { ensemble } else { Patterns::Spherical };
    let state = sampler::<f64>(along, RATE_SITES, streams.branch(1))?(0);
    let store = regenerated(RATE_SITES, count, &pattern)?;
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

/// The noise Z = Σ_μ e^{λ ξ^μ·x} of spherical patterns at a random state of the sphere, and how few patterns carry it.
pub(super) fn condensation(alpha: f64, sites: usize, streams: Streams) -> Result<Record, Error> {
    let n = sites as f64;
    let pattern = sampler::<f64>(Patterns::Spherical, sites, streams)?;
    let state = sampler::<f64>(Patterns::Spherical, sites, streams.branch(1))?(0);
    let count = patterns(alpha, sites);
    let store = regenerated(sites, count, &pattern)?;
    // Sums of e^{λN(m − 1)} and of its square: no overlap exceeds 1.
    let mut sums = [(0.0, 0.0); CONDENSATION_LAMBDAS.len()];
    store.scan(&[state], |_, _, m| {
        for ((one, two), lambda) in sums.iter_mut().zip(CONDENSATION_LAMBDAS) {
            for m in m {
                let weight = (lambda * n * (m - 1.0)).exp();
                *one += weight;
                *two += weight * weight;
            }
        }
    });
    let of = |((one, two), lambda): ((f64, f64), f64)| (f64::ln(one) / n + lambda, two / (one * one));
    Ok(Record::Condensation(sums.into_iter().zip(CONDENSATION_LAMBDAS).map(of).collect()))
}

/// The mean cosine of a pattern and the nearest of the others, among spherical patterns that are not kept.
pub(super) fn nearest(count: usize, sites: usize, starts: usize, streams: Streams) -> Result<Record, Error> {
    let pattern = sampler::<f64>(Patterns::Spherical, sites, streams)?;
    let x: Vec<_> = (0..starts.min(count)).map(|mu| pattern(mu)).collect();
    let store = regenerated(sites, count, &pattern)?;
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
