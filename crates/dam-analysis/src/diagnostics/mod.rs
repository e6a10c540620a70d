//! Diagnostics of single patterns, each with its cost in passes: one pass is one step of the synchronous map
//! for one pattern, two products of N M multiplications and additions (overlaps, then the field).
//!
//! | diagnostic | passes per pattern | needs |
//! |---|---|---|
//! | [`overlap_statistics`] | 1/2 | any memory |
//! | [`landscape`]: energy and tangent gradient norm | 1 | sphere, Euclidean |
//! | [`overlaps_along`] k map steps | k | any dynamics |
//! | [`overlaps_along`] k steps of conjugate gradient | k + 1/2 | sphere, Euclidean |
//! | [`Lanczos`]: lowest tangent curvature from k steps | k + 1 | sphere, Euclidean; a kernel with a second derivative |
//! | [`BasinIsolation`] along K directions, fast | (K + 1)/2, with the gradient's 3/2 | sphere, Euclidean |
//! | [`BasinIsolation`], literal, P grid points | K P/2 | any energy on the sphere or Euclidean |
//!
//! All are batched over patterns (I_μ over its directions), run on the cores of the caller's rayon pool, and give the same bits for any
//! number of threads.

mod directions;
mod isolation;
mod lanczos;
mod landscape;
mod noiseless;
mod overlap;

pub use directions::{Directions, random_directions};
pub use isolation::BasinIsolation;
pub use lanczos::{Lanczos, Start};
pub use landscape::{Landscape, landscape};
pub use noiseless::overlaps_along;
pub use overlap::{OverlapStatistics, overlap_statistics};

use dam_core::nalgebra::DVector;
use dam_core::{Aggregator, Dam, Kernel, PatternStore, Real, StateIn, parallel};

use crate::Error;

/// Patterns that go through a diagnostic together: enough for matrix products. A constant, so that the bits do
/// not depend on the number of threads.
const BATCH: usize = 128;

/// Copies of patterns `which`.
fn patterns<P: PatternStore, K: Kernel, Q: Aggregator>(
    memory: &Dam<P, K, Q>,
    which: &[usize],
) -> Result<Vec<StateIn<P>>, Error> {
    which.iter().map(|&mu| Ok(memory.pattern(mu)?)).collect()
}

/// What `batch` says of the patterns `which`, a [`BATCH`] at a time, in order.
fn in_batches<R: Send>(
    which: &[usize],
    batch: impl Fn(&[usize]) -> Result<Vec<R>, Error> + Sync,
) -> Result<Vec<R>, Error> {
    let parts: Vec<&[usize]> = which.chunks(BATCH).collect();
    let batches: Result<Vec<_>, Error> =
        parallel::map(parts.len(), |k| batch(parts[k])).into_iter().collect();
    Ok(batches?.into_iter().flatten().collect())
}

/// a·b in f64.
fn dot<T: Real>(a: &DVector<T>, b: &DVector<T>) -> f64 {
    a.iter().zip(b).map(|(a, b)| a.widen() * b.widen()).sum()
}

fn norm<T: Real>(v: &DVector<T>) -> f64 {
    dot(v, v).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Trials;
    use dam_core::prelude::*;

    #[test]
    fn every_diagnostic_has_the_same_bits_for_any_number_of_threads() {
        let streams = Streams::new(7);
        let space = Sphere::<f64>::new(20).unwrap();
        let patterns: Vec<_> =
            (0..300).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
        let memory = models::spherical(space, 3, &patterns).unwrap();
        let which: Vec<usize> = (0..300).collect();
        let all = || -> Vec<u64> {
            let metric = BasinIsolation::new(20).unwrap().directions(Directions::Random(7)).unwrap();
            let noise = TangentNoise::new(0.3).unwrap();
            let trials = Trials::new(3, 0.9).unwrap();
            let mut numbers = metric.of_patterns(&memory, &which, streams).unwrap();
            numbers.extend(overlap_statistics(&memory, &which).unwrap().iter().flat_map(|s| s.power_sums));
            numbers.extend(landscape(&memory, &which).unwrap().iter().map(|l| l.gradient_norm));
            let along = overlaps_along(&memory, &ConjugateGradient, 3, &which, streams).unwrap();
            numbers.extend(along.into_iter().flatten());
            let lanczos = Lanczos::new(3, Start::Random).unwrap();
            numbers.extend(lanczos.of_patterns(&memory, &which, streams).unwrap());
            let runs = trials.run(&memory, &Synchronous, &noise, &which, streams).unwrap();
            numbers.extend(runs.iter().map(|run| run.end_overlap));
            numbers.into_iter().map(f64::to_bits).collect()
        };
        let with = |threads: usize| {
            rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(all)
        };
        let one = with(1);
        for threads in [2, 3, 8] {
            assert!(one == with(threads), "{threads} threads");
        }
    }
}
