//! What all 5.4 million patterns at N = 31 would cost on this machine, told before they are run.

use std::time::Instant;

use dam_core::prelude::*;

use super::Settings;
use super::plan::{BETA, LOAD, WIDE};
use crate::Error;

/// Patterns that are timed.
const TIMED: usize = 1 << 14;
/// Chains of a realization.
const CHAINS: usize = 6;

/// Time of the runs with all patterns and of the cone beside them, from a part of a second of each on one core, and the
/// memory of as many realizations at a time as there are threads (by default those of the pool); `None` where there are
/// no such runs.
///
/// # Errors
/// As those of a memory; [`Error::Threads`].
pub fn estimated_price(settings: &Settings, threads: Option<usize>) -> Result<Option<String>, Error> {
    let realizations = settings.wide_full as f64;
    if settings.wide_full == 0 {
        return Ok(None);
    }
    let all = (LOAD * WIDE.0 as f64).exp();
    let one_core = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let one_core = one_core.map_err(|e| Error::Threads { message: e.to_string() })?;
    let steps = (settings.paired_steps.0 + settings.paired_steps.1) as f64;
    let per_pattern = one_core.install(|| seconds_per_step(TIMED))? / TIMED as f64;
    let full = per_pattern * all * steps;
    let near = super::measure::cone_law(WIDE.0, settings.wide_edge)?.mean_count();
    let cone = one_core.install(|| seconds_per_step(near as usize))? * steps;
    let threads = threads.unwrap_or_else(rayon::current_num_threads).min(settings.wide_full);
    let memory = all * WIDE.0 as f64 * 8.0 / 1e9;
    Ok(Some(format!(
        "N = {}: all {all:.0} patterns take about {:.1} hours of one core for each of {realizations} realizations, {:.1} in all, \
         and {memory:.1} GB for each of {threads} threads, {:.1} GB together; the cone takes about {cone:.0} s of one core for \
         each, 1/{:.0} of that",
        WIDE.0,
        full / 3600.0,
        full * realizations / 3600.0,
        memory * threads as f64,
        full / cone,
    )))
}

/// One step of all chains of a realization.
fn seconds_per_step(patterns: usize) -> Result<f64, Error> {
    let (streams, space) = (Streams::new(1), Sphere::<f64>::new(WIDE.0)?);
    let xi = (0..patterns as u64).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu)));
    let memory = models::lse(space.clone(), BETA, xi)?;
    let x: Vec<_> = (0..CHAINS as u64).map(|k| space.sample(&mut streams.rng(Purpose::Cues, k))).collect();
    let mut e = vec![0.0; CHAINS];
    memory.energies(&x, &mut e);
    let (start, mut steps) = (Instant::now(), 0);
    while start.elapsed().as_secs_f64() < 0.3 {
        memory.energies(&x, &mut e);
        steps += 1;
    }
    Ok(start.elapsed().as_secs_f64() / f64::from(steps))
}
