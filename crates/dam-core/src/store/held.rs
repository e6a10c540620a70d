//! Dense patterns in memory: storing and removing them, and all their overlaps at once.

use nalgebra::{DMatrix, DVector};

use super::bricks::{Held, place, put};
use super::dense::{BATCH, DensePatterns, SHARD, overlaps_of_one};
use super::panels::States;
use crate::parallel::{map, map_parts};
use crate::simd::{Lines, strip};
use crate::{Error, Real, VectorSpace};

/// States whose overlaps with a shard are one task: enough for the bricks to be read from the cache most of the time.
const TOGETHER: usize = 48;

impl<S: VectorSpace<Scalar = T>, T: Real> DensePatterns<S> {
    /// Stores patterns that are states of `space`.
    ///
    /// # Errors
    /// [`Error::NoPatterns`] for an empty iterator; the first error of the iterator or of
    /// [`StateSpace::check`](crate::StateSpace::check).
    pub fn new(space: S, patterns: impl Iterator<Item = Result<DVector<T>, Error>>) -> Result<Self, Error> {
        // Nothing is allocated before the first pattern has proved to fit.
        let mut patterns = patterns.peekable();
        let first_fits = matches!(patterns.peek(), Some(Ok(first)) if space.check("pattern", first).is_ok());
        let count = if first_fits { patterns.size_hint().0 } else { 0 };
        let bricks = Held(Lines::with_capacity(count.div_ceil(strip::<T>()) * space.sites()));
        let mut store = Self { space, len: 0, bricks };
        for pattern in patterns {
            let pattern = pattern?;
            store.space.check("pattern", &pattern)?;
            store.append(&pattern);
        }
        if store.len == 0 { Err(Error::NoPatterns) } else { Ok(store) }
    }

    /// Numbers in a brick.
    fn brick(&self) -> usize {
        self.space.sites() * strip::<T>()
    }

    /// The bricks from pattern `first` on, the first of a brick.
    pub(crate) fn bricks_from(&self, first: usize) -> &[T] {
        self.bricks.starting_at(self.space.sites(), first)
    }

    /// All bricks, to be changed: numbers stay finite, and zero beyond the last pattern.
    pub(crate) fn bricks_mut(&mut self) -> &mut [T] {
        let Held(bricks) = &mut self.bricks;
        bricks
    }

    pub(super) fn append(&mut self, pattern: &DVector<T>) {
        let place = place::<T>(self.space.sites(), self.len);
        let Held(bricks) = &mut self.bricks;
        if self.len.is_multiple_of(strip::<T>()) {
            bricks.resize(bricks.count() + self.space.sites());
        }
        put(&mut bricks[place..], pattern.as_slice());
        self.len += 1;
    }

    pub(super) fn take_column(&mut self, mu: usize) -> DVector<T> {
        let taken = self.column(mu);
        self.len -= 1;
        let (sites, brick) = (self.space.sites(), self.brick());
        let (to, from) = (place::<T>(sites, mu), place::<T>(sites, self.len));
        let Held(bricks) = &mut self.bricks;
        for at in (0..brick).step_by(strip::<T>()) {
            bricks[to + at] = bricks[from + at];
            bricks[from + at] = T::zero();
        }
        bricks.resize(self.len.div_ceil(strip::<T>()) * sites);
        taken
    }

    /// Adds di ξ_i + dj ξ_j to the overlaps `m` of the patterns from `first` on, the first of a brick.
    pub(crate) fn add_sites(&self, first: usize, sites: [(usize, f64); 2], m: &mut [f64]) {
        let [(i, di), (j, dj)] = sites;
        let strip = strip::<T>();
        for (m, brick) in m.chunks_mut(strip).zip(self.bricks_from(first).chunks_exact(self.brick())) {
            let (at_i, at_j) = (&brick[i * strip..][..strip], &brick[j * strip..][..strip]);
            for ((m, xi), xj) in m.iter_mut().zip(at_i).zip(at_j) {
                *m = *m + di * xi.widen() + dj * xj.widen();
            }
        }
    }

    /// The overlaps x·ξ/N of every state with all patterns, a column per state.
    pub(crate) fn overlaps(&self, x: &[DVector<T>]) -> DMatrix<T> {
        let len = self.len;
        // Zeros of a vector are those of fresh memory, which the threads meet first.
        let mut m = vec![T::zero(); len * x.len()];
        if x.len() < BATCH {
            for (x, m) in x.iter().zip(m.chunks_exact_mut(len)) {
                map_parts(m, SHARD, |k, m| overlaps_of_one(self.bricks_from(k * SHARD), x, m));
            }
        } else if x.len().div_ceil(TOGETHER) >= len.div_ceil(SHARD) {
            map_parts(&mut m, len * TOGETHER, |k, m| {
                self.overlaps_of_shard(0, &x[k * TOGETHER..][..m.len() / len], m);
            });
        } else {
            // Few states and many patterns: equal shards of the patterns, which are put together by copying.
            let shard = len.div_ceil(len.div_ceil(SHARD)).next_multiple_of(strip::<T>());
            let parts = map(len.div_ceil(shard), |k| {
                let mut part = vec![T::zero(); shard.min(len - k * shard) * x.len()];
                self.overlaps_of_shard(k * shard, x, &mut part);
                part
            });
            for (k, part) in parts.into_iter().enumerate() {
                let count = part.len() / x.len();
                for (m, part) in m.chunks_exact_mut(len).zip(part.chunks_exact(count)) {
                    m[k * shard..][..count].copy_from_slice(part);
                }
            }
        }
        DMatrix::from_vec(len, x.len(), m)
    }

    /// The overlaps of a batch with the patterns from `first` on, as many as `m` has room for.
    fn overlaps_of_shard(&self, first: usize, x: &[DVector<T>], m: &mut [T]) {
        let (n, count) = (self.space.sites(), m.len() / x.len());
        let states = States::new(n, x.iter().map(|x| x.as_slice()));
        states.overlaps(self.bricks_from(first), count, 1.0 / n as f64, (m, count));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Euclidean, Purpose, StateSpace, Streams};

    #[test]
    fn overlaps_of_any_numbers_of_states_and_patterns_are_products() {
        let (space, streams) = (Euclidean::<f64>::new(3).unwrap(), Streams::new(2));
        for (states, patterns) in
            [(1, 20_000), (5, 20_000), (5, 16_385), (49, 17), (100, 33_000), (150, 16_384)]
        {
            let draw = |purpose, k| space.sample(&mut streams.rng(purpose, k));
            let rows: Vec<_> = (0..patterns).map(|mu| draw(Purpose::Patterns, mu)).collect();
            let x: Vec<_> = (0..states).map(|k| draw(Purpose::Cues, k)).collect();
            let store = DensePatterns::new(space.clone(), rows.iter().cloned().map(Ok)).unwrap();
            let found = store.overlaps(&x);
            assert_eq!(found.shape(), (rows.len(), x.len()));
            for (k, x) in x.iter().enumerate() {
                for (mu, row) in rows.iter().enumerate() {
                    let expected = (0..3).map(|i| row[i] * x[i]).sum::<f64>() / 3.0;
                    assert!((found[(mu, k)] - expected).abs() < 1e-14, "{states} {patterns} {k} {mu}");
                }
            }
        }
    }
}
