//! Which Gaussian patterns are lost: half of them, the first of them, and by their norm.

use dam_analysis::theory::exponential_load::{ExponentialLoad, Patterns, ScaledAttention};
use dam_core::Streams;
use dam_core::nalgebra::DVector;

use super::descents::{RESOLUTION, turning};
use super::load::{Load, Sampler, retrieved, sampler, share};
use super::plan::{NORM_BIN, NORM_BINS, NORM_LOAD, patterns};
use super::{FirstLost, Record};
use crate::Error;

/// Most patterns among which a load is looked for.
pub(super) const MOST: f64 = 2.2e6;
/// Patterns of least norm that are tried when the first loss is looked for.
pub(super) const CANDIDATES: usize = 2048;

pub(super) fn all_patterns(
    lambda: f64,
    sites: usize,
    starts: usize,
    streams: Streams,
) -> Result<Record, Error> {
    let n = sites as f64;
    let pattern = sampler::<f32>(Patterns::Gaussian, sites, streams)?;
    let most = MOST.ln() / n;
    let model = ExponentialLoad::new(Patterns::Gaussian, lambda)?;
    // Loads at which a predicate that holds at small ones ceases to: turned over for `turning`.
    let last = |guess: f64, holds: &mut dyn FnMut(usize) -> Result<bool, Error>| {
        let found = turning(1.0 / guess, |inverse| {
            let count = (n / inverse).exp().round().max(2.0);
            if count > MOST { Ok(false) } else { holds(count as usize) }
        })?;
        // What still holds at the most patterns has not been found.
        let loads = found.map(|inverse| 1.0 / inverse);
        Ok::<_, Error>(loads.filter(|load| *load < most * (1.0 - 2.0 * RESOLUTION)))
    };
    let mut half = |count: usize| -> Result<bool, Error> {
        let targets: Vec<usize> = (0..starts.min(count)).collect();
        let x = targets.iter().map(|&mu| pattern(mu)).collect();
        Load::held(sites, count, &pattern)?.at(lambda, |m| Ok(share(&retrieved(m, x, &targets)?) >= 0.5))
    };
    let typical =
        if model.typical_threshold() < most { last(model.typical_threshold(), &mut half)? } else { None };
    let mut none_lost = |count: usize| Ok(first_lost(&pattern, lambda, sites, count)?.is_none());
    let all = last(model.capacity_bound(), &mut none_lost)?;
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
    Load::held(sites, count, pattern)?.at(lambda, |memory| {
        // The patterns are there now: to read them is cheaper than to make them again.
        let order = (0..count).map(|mu| Ok((rho(&memory.pattern(mu)?), mu)));
        let mut order: Vec<(f64, usize)> = order.collect::<Result<_, Error>>()?;
        order.sort_by(|a, b| a.0.total_cmp(&b.0));
        order.truncate(CANDIDATES);
        for (part, chunk) in order.chunks(128).enumerate() {
            let targets: Vec<usize> = chunk.iter().map(|&(_, mu)| mu).collect();
            let x = targets.iter().map(|&mu| memory.pattern(mu)).collect::<Result<_, _>>()?;
            let kept = retrieved(memory, x, &targets)?;
            let Some(lost) = kept.iter().position(|&kept| !kept) else { continue };
            let (rho, mu) = chunk[lost];
            let overlaps = memory.overlaps(&memory.pattern(mu)?)?;
            let pair = overlaps.iter().enumerate().any(|(nu, &m)| nu != mu && m > rho);
            return Ok(Some(FirstLost { rho, pair, rank: part * 128 + lost }));
        }
        Ok(None)
    })
}

/// Success of all patterns, by norm.
pub(super) fn norms(lambda: f64, sites: usize, streams: Streams) -> Result<Record, Error> {
    let count = patterns(NORM_LOAD, sites);
    let pattern = sampler::<f32>(Patterns::Gaussian, sites, streams)?;
    let targets: Vec<usize> = (0..count).collect();
    let x: Vec<_> = targets.iter().map(|&mu| pattern(mu)).collect();
    let norms: Vec<f64> = x.iter().map(|x| f64::from(x.norm_squared()) / sites as f64).collect();
    let kept = Load::held(sites, count, &pattern)?.at(lambda, |memory| retrieved(memory, x, &targets))?;
    let mut bins = vec![(0, 0); NORM_BINS];
    for (rho, kept) in norms.into_iter().zip(kept) {
        let bin = ((rho - NORM_BIN.0) / NORM_BIN.1).floor();
        if bin >= 0.0
            && let Some(bin) = bins.get_mut(bin as usize)
        {
            bin.0 += 1;
            bin.1 += usize::from(kept);
        }
    }
    Ok(Record::Norms(bins))
}

/// The scaled regime: λ/√N in place of λ, α/√N in place of α.
pub(super) fn scaled(alpha: f64, sites: usize, starts: usize, streams: Streams) -> Result<Record, Error> {
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
