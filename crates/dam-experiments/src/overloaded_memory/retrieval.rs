//! Sweeps until a fixed point, of corrupted patterns.

use std::collections::HashSet;

use dam_core::dynamics::{Asynchronous, Order};
use dam_core::{
    Corruption, Dam, FlipExactly, Hypercube, Purpose, Runner, Spins, StateSpace, StopReason, Streams, Sum,
    kernel,
};
use rand::seq::SliceRandom;

use super::Stored;
use super::plan::CORRUPTIONS;
use super::record::Retrieval;
use super::recovery::binary;
use crate::Error;
use crate::images::Images;

/// Patterns that are corrupted in a realization.
const CUES: usize = 10;
/// Sweeps of a run that does not settle.
const MOST: usize = 100;
/// Overlap from which on a pattern counts as retrieved.
const RETRIEVED: f64 = 0.95;

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
        Stored::Images => {
            let mut order: Vec<usize> = (0..images.len()).collect();
            order.shuffle(&mut streams.rng(Purpose::Patterns, 0));
            order.into_iter().take(count).map(|k| binary(images, k)).collect()
        }
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
    let memory = Dam::new(space.clone(), kernel::RectifiedMonomial::new(order)?, Sum, 1.0, &patterns)?;
    let (dynamics, runner) = (Asynchronous::new(Order::Permutation), Runner::default().max_steps(MOST));
    let one = |(k, &percent): (usize, &usize)| {
        let flips = FlipExactly::new(images.sites() * percent / 100);
        let mut told = Retrieval { cues: 0, retrieved: 0, settled: 0, sweeps: 0, distinct: 0 };
        let mut ends = HashSet::new();
        for (mu, pattern) in patterns.iter().take(CUES).enumerate() {
            let index = (k * CUES + mu) as u64;
            let mut x = flips.corrupt(&space, pattern, &mut streams.rng(Purpose::Cues, index))?;
            let run = runner.run(&memory, &dynamics, &mut x, &mut streams.rng(Purpose::Dynamics, index))?;
            told.cues += 1;
            told.retrieved += usize::from(space.overlap(&x, pattern) >= RETRIEVED);
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
