//! What to look at besides the alignment with the target.

use dam_core::nalgebra::DVector;
use dam_core::{Aggregator, Dam, Kernel, PatternStore, Real, StateIn, StateSpace};

use crate::Error;

/// The pattern other than `target` that a state is nearest to, and their overlap; `None` if there is no other.
///
/// A chain that has left its target without going astray sits on another pattern: then this overlap is that of
/// retrieval.
///
/// # Errors
/// What the space finds wrong with the state; [`dam_core::Error::PatternIndex`] if there is no pattern `target`.
///
/// # Example
/// ```
/// use dam_analysis::thermal::nearest_other;
/// use dam_core::prelude::*;
/// let streams = Streams::new(4);
/// let space = Sphere::<f64>::new(50)?;
/// let patterns: Vec<_> = (0..20).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
/// let memory = models::lse(space, 1.0, &patterns)?;
/// let (other, overlap) = nearest_other(&memory, &patterns[7], 3)?.unwrap();
/// assert!(other == 7 && (overlap - 1.0).abs() < 1e-12);
/// assert!(nearest_other(&memory, &patterns[7], 7)?.unwrap().1 < 0.7);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
pub fn nearest_other<P: PatternStore, K: Kernel, Q: Aggregator>(
    memory: &Dam<P, K, Q>,
    x: &StateIn<P>,
    target: usize,
) -> Result<Option<(usize, f64)>, Error> {
    memory.pattern(target)?;
    let overlaps = memory.overlaps(x)?.into_iter().enumerate().filter(|(mu, _)| *mu != target);
    Ok(overlaps.max_by(|a, b| a.1.total_cmp(&b.1)))
}

/// The self-overlap C(t_w + t, t_w) of a chain with its state at the waiting time `waiting`, for t = 0, 1, … in units
/// of the distance between `states`; empty if the chain is shorter than that.
///
/// States are vectors, spins or real: two states of [`Polar`](dam_core::Polar) do not tell their overlap.
///
/// It falls to its plateau in the time that a chain needs within a state; a further fall is a way to others.
#[must_use]
pub fn self_overlap<S, R>(space: &S, states: &[S::State], waiting: usize) -> Vec<f64>
where
    // A space of vectors, by its field.
    S: StateSpace<Field = DVector<R>>,
    R: Real,
{
    let Some((first, _)) = states.get(waiting..).and_then(<[_]>::split_first) else { return Vec::new() };
    states[waiting..].iter().map(|x| space.overlap(x, first)).collect()
}
