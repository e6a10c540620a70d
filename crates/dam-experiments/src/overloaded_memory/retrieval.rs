//! Sweeps until a fixed point, of corrupted patterns.

use std::collections::HashSet;

use dam_core::dynamics::{Asynchronous, Order};
use dam_core::{Corruption, FlipExactly, Hypercube, Purpose, Runner, Spins, StateSpace, StopReason, Streams};

use super::Stored;
use super::plan::CORRUPTIONS;
use super::record::Retrieval;
use super::recovery::{KEPT, binary, rectified};
use super::training::some;
use crate::Error;
use crate::images::Images;

/// Patterns that are corrupted in a realization.
const CUES: usize = 10;
/// Sweeps of a run that does not settle.
const MOST: usize = 100;

/// Patterns of ±1: images in random order, or random bits of as many sites.
pub(super) fn patterns(
    of: Stored,
    images: &Images,
    count: usize,
    streams: Streams,
) -> Result<Vec<Spins>, Error> {
    match of {
        Stored::Random => {
            let space = Hypercube::new(images.sites())?;
            let sample = |mu| space.sample(&mut streams.rng(Purpose::Patterns, mu));
            Ok((0..count as u64).map(sample).collect())
        }
        Stored::Images => some(images.len(), count, streams).into_iter().map(|k| binary(images, k)).collect(),
    }
}

pub(super) fn retrieval(
    of: Stored,
    images: &Images,
    (memories, order): (usize, u32),
    streams: Streams,
) -> Result<Vec<Retrieval>, Error> {
    let patterns = patterns(of, images, memories, streams)?;
    let space = Hypercube::new(images.sites())?;
    let memory = rectified(images.sites(), order, &patterns)?;
    let (dynamics, runner) = (Asynchronous::new(Order::Permutation), Runner::default().max_steps(MOST));
    let one = |(k, &percent): (usize, &usize)| {
        let flips = FlipExactly::new(images.sites() * percent / 100);
        let mut told = Retrieval { cues: 0, retrieved: 0, settled: 0, sweeps: 0, distinct: 0 };
        let mut ends = HashSet::new();
        for (mu, pattern) in patterns.iter().take(CUES).enumerate() {
            // Index 0 of the cues has chosen images.
            let index = (1 + k * CUES + mu) as u64;
            let mut x = flips.corrupt(&space, pattern, &mut streams.rng(Purpose::Cues, index))?;
            let run = runner.run(&memory, &dynamics, &mut x, &mut streams.rng(Purpose::Dynamics, index))?;
            told.cues += 1;
            told.retrieved += usize::from(space.overlap(&x, pattern) >= KEPT);
            if run.reason == StopReason::Converged {
                told.settled += 1;
                told.sweeps += run.steps;
            }
            ends.insert(x);
        }
        told.distinct = ends.len();
        Ok(told)
    };
    CORRUPTIONS.iter().enumerate().map(one).collect()
}
