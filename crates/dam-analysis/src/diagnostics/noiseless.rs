//! Noiseless runs from the patterns themselves.

use dam_core::{
    Aggregator, Dam, Dynamics, Energy, Kernel, PatternStore, Progress, Purpose, StateSpace, Streams,
};

use super::{in_batches, patterns};
use crate::Error;

/// The overlap x·ξ^μ/N with a pattern after 0, 1, …, `steps` steps of `dynamics` from the pattern itself, for
/// every pattern of `which`: `[pattern][step]`, the first entry before any step.
///
/// A falling overlap is how a failing pattern leaves: a few steps tell most of what a run to the end does. Costs
/// `steps` passes for [`Synchronous`](dam_core::dynamics::Synchronous), `steps` + 1/2 for
/// [`ConjugateGradient`](dam_core::dynamics::ConjugateGradient). Random dynamics draw from stream
/// (Dynamics, μ).
///
/// # Errors
/// [`Error::Core`] for an index past the end, and if a run leaves the space.
///
/// # Example
/// ```
/// use dam_analysis::overlaps_along;
/// use dam_core::prelude::*;
/// let streams = Streams::new(2);
/// let space = Sphere::<f64>::new(80)?;
/// let patterns: Vec<_> = (0..40).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
/// let memory = models::spherical(space, 3, &patterns)?;
/// let overlaps = &overlaps_along(&memory, &ConjugateGradient, 4, &[7], streams)?[0];
/// assert!(overlaps.len() == 5 && overlaps[0] > 1.0 - 1e-12 && overlaps[4] > 0.95);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
pub fn overlaps_along<P, K, Q, D>(
    memory: &Dam<P, K, Q>,
    dynamics: &D,
    steps: usize,
    which: &[usize],
    streams: Streams,
) -> Result<Vec<Vec<f64>>, Error>
where
    P: PatternStore,
    K: Kernel,
    Q: Aggregator,
    D: Dynamics<Dam<P, K, Q>>,
{
    dynamics.check(memory)?;
    in_batches(which, |which| batch(memory, dynamics, steps, which, streams))
}

fn batch<P, K, Q, D>(
    memory: &Dam<P, K, Q>,
    dynamics: &D,
    steps: usize,
    which: &[usize],
    streams: Streams,
) -> Result<Vec<Vec<f64>>, Error>
where
    P: PatternStore,
    K: Kernel,
    Q: Aggregator,
    D: Dynamics<Dam<P, K, Q>>,
{
    let (space, starts) = (memory.space(), patterns(memory, which)?);
    let mut x = starts.clone();
    let mut scratch: Vec<D::Scratch> = x.iter().map(|x| dynamics.prepare(memory, x)).collect();
    let mut rngs: Vec<_> = which.iter().map(|&mu| streams.rng(Purpose::Dynamics, mu as u64)).collect();
    let mut progress = vec![Progress::ZeroField; x.len()];
    let mut overlaps: Vec<Vec<f64>> = starts.iter().map(|start| vec![space.overlap(start, start)]).collect();
    for _ in 0..steps {
        dynamics.step_all(memory, &mut x, &mut scratch, &mut rngs, &mut progress);
        for ((all, x), start) in overlaps.iter_mut().zip(&x).zip(&starts) {
            all.push(space.overlap(x, start));
        }
    }
    x.iter().try_for_each(|x| space.check("end state", x))?;
    Ok(overlaps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;
    use dam_core::prelude::*;

    #[test]
    fn overlaps_are_those_of_runs_of_that_length() {
        let streams = Streams::new(6);
        let space = Sphere::<f64>::new(30).unwrap();
        let patterns: Vec<_> =
            (0..140).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
        let memory = models::spherical(space.clone(), 3, &patterns).unwrap();
        let which: Vec<usize> = (0..140).collect();
        let found = overlaps_along(&memory, &Synchronous, 3, &which, streams).unwrap();
        for (found, pattern) in found.iter().zip(&patterns) {
            for (k, overlap) in found.iter().enumerate() {
                let (mut x, mut rng) = (pattern.clone(), streams.rng(Purpose::Dynamics, 0));
                let runner = Runner::default().max_steps(k).tolerance(0.0);
                runner.run(&memory, &Synchronous, &mut x, &mut rng).unwrap();
                assert!((overlap - space.overlap(&x, pattern)).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn spins_and_bad_indices() {
        let streams = Streams::new(6);
        let space = Hypercube::new(50).unwrap();
        let patterns: Vec<_> =
            (0..5).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
        let memory = models::polynomial(space, 3, &patterns).unwrap();
        let sweep = Asynchronous::new(Order::Sequential);
        assert_eq!(overlaps_along(&memory, &sweep, 2, &[4, 0], streams).unwrap(), [[1.0; 3]; 2]);
        assert!(matches!(overlaps_along(&memory, &sweep, 2, &[5], streams), Err(Error::Core(_))));
    }
}
