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

#[cfg(test)]
mod tests {
    use dam_core::{Hypercube, Spins, models};

    use super::*;

    fn spins(signs: [i8; 4]) -> Spins {
        Spins::from_signs(&signs).unwrap()
    }

    #[test]
    fn the_nearest_other_pattern_is_never_the_target() {
        let patterns = [spins([1, 1, 1, 1]), spins([1, 1, 1, -1]), spins([-1, -1, 1, 1])];
        let memory = models::polynomial(Hypercube::new(4).unwrap(), 3, &patterns).unwrap();
        assert_eq!(nearest_other(&memory, &patterns[0], 0).unwrap(), Some((1, 0.5)));
        assert_eq!(nearest_other(&memory, &patterns[0], 1).unwrap(), Some((0, 1.0)));
        assert_eq!(nearest_other(&memory, &patterns[2], 0).unwrap(), Some((2, 1.0)));
        assert!(nearest_other(&memory, &patterns[0], 3).is_err());
        let alone = models::polynomial(Hypercube::new(4).unwrap(), 3, &patterns[..1]).unwrap();
        assert_eq!(nearest_other(&alone, &patterns[2], 0).unwrap(), None);
    }

    #[test]
    fn self_overlaps_begin_at_the_waiting_time() {
        let space = Hypercube::new(4).unwrap();
        let states =
            [spins([1, 1, 1, 1]), spins([1, 1, 1, -1]), spins([-1, 1, 1, -1]), spins([-1, -1, -1, 1])];
        assert_eq!(self_overlap(&space, &states, 0), [1.0, 0.5, 0.0, -0.5]);
        assert_eq!(self_overlap(&space, &states, 1), [1.0, 0.5, -1.0]);
        assert_eq!(self_overlap(&space, &states, 3), [1.0]);
        assert!(self_overlap(&space, &states, 4).is_empty() && self_overlap(&space, &states, 9).is_empty());
    }
}
