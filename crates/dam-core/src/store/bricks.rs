//! Where the bricks of dense patterns come from: memory, or a function that makes them again whenever they are read.

use std::fmt;
use std::sync::Arc;

use nalgebra::DVector;

use super::dense::{DensePatterns, SHARD};
use crate::parallel::in_order;
use crate::simd::{Lines, strip};
use crate::{Error, Real, VectorSpace};

/// The source of dense patterns (sealed machinery: [`Held`] and [`Regenerated`]).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a source of patterns",
    note = "dense patterns are `Held` in memory (`DensePatterns::new`) or `Regenerated` (`DensePatterns::regenerated`)"
)]
pub trait Bricks<T: Real>: super::sealed::Sealed + Clone + fmt::Debug + Send + Sync {
    /// The bricks of `count` patterns of `sites` entries, from pattern `first` on, the first of a brick. What is not
    /// held is made in `room`.
    #[doc(hidden)]
    fn bricks<'a>(&'a self, sites: usize, first: usize, count: usize, room: &'a mut Lines<T>) -> &'a [T];

    #[doc(hidden)]
    fn pattern(&self, sites: usize, mu: usize) -> DVector<T>;
}

/// Dense patterns that are held in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Held<T: Real>(pub(super) Lines<T>);

impl<T: Real> super::sealed::Sealed for Held<T> {}

impl<T: Real> Bricks<T> for Held<T> {
    fn bricks<'a>(&'a self, sites: usize, first: usize, _count: usize, _room: &'a mut Lines<T>) -> &'a [T] {
        self.starting_at(sites, first)
    }

    fn pattern(&self, sites: usize, mu: usize) -> DVector<T> {
        let entries = self.0[place::<T>(sites, mu)..].iter().step_by(strip::<T>());
        DVector::from_iterator(sites, entries.take(sites).copied())
    }
}

impl<T: Real> Held<T> {
    /// The bricks from pattern `first` on, the first of a brick.
    pub(super) fn starting_at(&self, sites: usize, first: usize) -> &[T] {
        debug_assert!(first.is_multiple_of(strip::<T>()));
        &self.0[first * sites..]
    }
}

/// Where the entries of pattern `mu` start, to be taken in steps of a strip.
pub(super) fn place<T>(sites: usize, mu: usize) -> usize {
    let strip = strip::<T>();
    mu / strip * sites * strip + mu % strip
}

/// Dense patterns that are made again whenever they are read: as many as one has time for, in no memory.
#[derive(Clone)]
pub struct Regenerated<T: Real>(Arc<dyn Fn(usize) -> DVector<T> + Send + Sync>);

impl<T: Real> Regenerated<T> {
    pub(super) fn new(pattern: impl Fn(usize) -> DVector<T> + Send + Sync + 'static) -> Self {
        Self(Arc::new(pattern))
    }
}

impl<T: Real> fmt::Debug for Regenerated<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Regenerated")
    }
}

impl<T: Real> super::sealed::Sealed for Regenerated<T> {}

impl<T: Real> Bricks<T> for Regenerated<T> {
    fn bricks<'a>(&'a self, sites: usize, first: usize, count: usize, room: &'a mut Lines<T>) -> &'a [T] {
        let strip = strip::<T>();
        debug_assert!(first.is_multiple_of(strip));
        room.resize(count.div_ceil(strip) * sites);
        for (k, brick) in room.chunks_exact_mut(sites * strip).enumerate() {
            for lane in 0..strip {
                let mu = k * strip + lane;
                if mu < count {
                    let pattern = self.pattern(sites, first + mu);
                    put(&mut brick[lane..], pattern.as_slice());
                } else {
                    // What lies beyond the last pattern is zero, whatever the room held before.
                    brick[lane..].iter_mut().step_by(strip).for_each(|entry| *entry = T::zero());
                }
            }
        }
        room
    }

    fn pattern(&self, sites: usize, mu: usize) -> DVector<T> {
        let pattern = (self.0)(mu);
        assert_eq!(pattern.len(), sites, "pattern {mu} is not what it was when it was checked");
        pattern
    }
}

impl<S: VectorSpace<Scalar = T>, T: Real> DensePatterns<S, Regenerated<T>> {
    /// `count` patterns that are made by `pattern(mu)` whenever they are read, for sets that no memory holds.
    ///
    /// Energies, fields, overlaps and all that follows from them are the same to the bit as with the same patterns
    /// stored. Memory does not grow with M, but for [`Dam::overlaps`](crate::Dam::overlaps), whose result has M numbers.
    /// What keeps such a vector for every state (conjugate gradient, pair rotations, basin isolation), or changes patterns,
    /// is not there.
    ///
    /// `pattern` must be a function of `mu` alone. Its cost is paid once for every pass over the patterns, which the
    /// states of a group, up to 144, share.
    ///
    /// # Errors
    /// [`Error::NoPatterns`] for none; as [`StateSpace::check`](crate::StateSpace::check) of the first pattern that is
    /// not of `space`: all are made once and checked.
    ///
    /// # Panics
    /// Not here; scans do if `pattern` later returns another number of entries than when it was checked.
    ///
    /// # Example
    /// ```
    /// use dam_core::{DensePatterns, kernel::Exponential, prelude::*};
    /// let (space, streams) = (Sphere::<f64>::new(20)?, Streams::new(1));
    /// let sample = {
    ///     let space = space.clone();
    ///     move |mu: usize| space.sample(&mut streams.rng(Purpose::Patterns, mu as u64))
    /// };
    /// let cue = sample(7);
    /// let kept = models::lse(space.clone(), 1.0, (0..1000).map(&sample))?;
    /// let store = DensePatterns::regenerated(space, 1000, sample)?;
    /// let made = Dam::with_store(store, Exponential::anchored(1.0)?, LogSum, 1.0)?;
    /// assert_eq!(made.recall(&cue)?, kept.recall(&cue)?);
    /// # Ok::<(), dam_core::Error>(())
    /// ```
    pub fn regenerated(
        space: S,
        count: usize,
        pattern: impl Fn(usize) -> DVector<T> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let bricks = Regenerated::new(pattern);
        let check = |k: usize| {
            let mut shard = k * SHARD..k.saturating_add(1).saturating_mul(SHARD).min(count);
            shard.try_for_each(|mu| space.check("pattern", &(bricks.0)(mu)))
        };
        in_order(count.div_ceil(SHARD), check).collect::<Result<(), _>>()?;
        if count == 0 { Err(Error::NoPatterns) } else { Ok(Self { space, len: count, bricks }) }
    }
}

/// Writes a pattern into its lane of a brick.
pub(super) fn put<T: Real>(lane: &mut [T], pattern: &[T]) {
    lane.iter_mut().step_by(strip::<T>()).zip(pattern).for_each(|(entry, &x)| *entry = x);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_hold_what_memory_would_and_zeros_beyond() {
        let (sites, count) = (5, 21);
        let pattern = move |mu: usize| DVector::from_fn(sites, |i, _| (10 * mu + i + 1) as f64);
        let source = Regenerated::new(pattern);
        let mut room = Lines::zeros(0);
        room.resize(40);
        room.fill(7.0);
        for (first, len) in [(0, count), (8, 13), (16, 5), (0, 8)] {
            let bricks = source.bricks(sites, first, len, &mut room);
            assert_eq!(bricks.len(), len.div_ceil(8) * sites * 8);
            for mu in 0..len.next_multiple_of(8) {
                for i in 0..sites {
                    let expected = if mu < len { pattern(first + mu)[i] } else { 0.0 };
                    assert_eq!(bricks[(mu / 8 * sites + i) * 8 + mu % 8], expected, "{first} {mu} {i}");
                }
            }
        }
    }
}
