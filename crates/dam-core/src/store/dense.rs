use std::ops::Range;

use nalgebra::{DMatrix, DVector};

use super::panels::{PatternSums, States};
use crate::parallel::{map, map_parts};
use crate::reduce::BLOCK;
use crate::simd::{AddPatterns, Dots, Lines, strip, unit};
use crate::{Error, Real, VectorSpace};

/// Below this many states a dot-product loop beats the matrix product.
const BATCH: usize = 4;

/// Patterns per task of a large scan. A constant, so that the bits do not depend on the number of threads.
pub(crate) const SHARD: usize = 1 << 14;

/// States whose overlaps with a block are in cache together: whole panels in both scalars.
pub(crate) const GROUP: usize = 144;

/// Patterns whose overlaps with a group are formed at a time: few enough for their bricks and the weights of a panel to
/// stay in cache between overlaps and fields.
const fn block_of_group<T>() -> usize {
    24 * strip::<T>()
}

/// Every block starts with a brick, of either scalar.
const _: () =
    assert!(SHARD.is_multiple_of(16) && BLOCK.is_multiple_of(16) && block_of_group::<f32>() <= BLOCK);

/// Patterns of a continuous space, in bricks: of as many patterns as fit into a cache line, site after site, the entries
/// side by side. Batched overlaps and fields read bricks in order and as they lie, and a rotation of two coordinates
/// touches two lines of each.
///
/// Patterns are held once. Usually made by [`Dam::new`](crate::Dam::new).
#[derive(Clone, Debug, PartialEq)]
pub struct DensePatterns<S: VectorSpace> {
    space: S,
    len: usize,
    /// The entry of pattern μ at site i lies at `(μ / strip · N + i) · strip + μ % strip`; what lies beyond the last
    /// pattern is zero.
    bricks: Lines<S::Scalar>,
}

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
        let bricks = Lines::with_capacity(count.div_ceil(strip::<T>()) * space.sites());
        let mut store = Self { space, len: 0, bricks };
        for pattern in patterns {
            let pattern = pattern?;
            store.space.check("pattern", &pattern)?;
            store.append(&pattern);
        }
        if store.len == 0 { Err(Error::NoPatterns) } else { Ok(store) }
    }

    pub(super) fn space_ref(&self) -> &S {
        &self.space
    }

    pub(super) fn count(&self) -> usize {
        self.len
    }

    /// Numbers in a brick.
    fn brick(&self) -> usize {
        self.space.sites() * strip::<T>()
    }

    /// The bricks from pattern `first` on, the first of a brick.
    fn bricks_from(&self, first: usize) -> &[T] {
        debug_assert!(first.is_multiple_of(strip::<T>()));
        &self.bricks[first * self.space.sites()..]
    }

    /// Where the entries of pattern `mu` start, to be taken in steps of a strip.
    fn place(&self, mu: usize) -> usize {
        mu / strip::<T>() * self.brick() + mu % strip::<T>()
    }

    pub(super) fn append(&mut self, pattern: &DVector<T>) {
        if self.len.is_multiple_of(strip::<T>()) {
            self.bricks.resize(self.bricks.count() + self.space.sites());
        }
        let place = self.place(self.len);
        let entries = self.bricks[place..].iter_mut().step_by(strip::<T>());
        entries.zip(pattern.iter()).for_each(|(entry, &x)| *entry = x);
        self.len += 1;
    }

    pub(super) fn column(&self, mu: usize) -> DVector<T> {
        let entries = self.bricks[self.place(mu)..].iter().step_by(strip::<T>());
        DVector::from_iterator(self.space.sites(), entries.take(self.space.sites()).copied())
    }

    pub(super) fn take_column(&mut self, mu: usize) -> DVector<T> {
        let taken = self.column(mu);
        self.len -= 1;
        let (to, from) = (self.place(mu), self.place(self.len));
        for at in (0..self.brick()).step_by(strip::<T>()) {
            self.bricks[to + at] = self.bricks[from + at];
            self.bricks[from + at] = T::zero();
        }
        self.bricks.resize(self.len.div_ceil(strip::<T>()) * self.space.sites());
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
        let (n, len) = (self.space.sites(), self.len);
        let mut m = DMatrix::zeros(len, x.len());
        if x.len() < BATCH {
            for (x, m) in x.iter().zip(m.as_mut_slice().chunks_exact_mut(len)) {
                map_parts(m, SHARD, |k, m| self.overlaps_of_one(k * SHARD, x, m));
            }
            return m;
        }
        let states = States::new(n, x.iter().map(|x| x.as_slice()));
        let batch = |first: usize, count: usize, m: &mut [T]| {
            states.overlaps(self.bricks_from(first), count, 1.0 / n as f64, (m, count));
        };
        if len <= SHARD {
            batch(0, len, m.as_mut_slice());
            return m;
        }
        let parts = map(len.div_ceil(SHARD), |k| {
            let count = SHARD.min(len - k * SHARD);
            let mut part = vec![T::zero(); count * x.len()];
            batch(k * SHARD, count, &mut part);
            part
        });
        for (k, part) in parts.into_iter().enumerate() {
            let count = part.len() / x.len();
            for (m, part) in m.as_mut_slice().chunks_exact_mut(len).zip(part.chunks_exact(count)) {
                m[k * SHARD..][..count].copy_from_slice(part);
            }
        }
        m
    }

    /// Visits the overlaps m = x·ξ/N of every state with the patterns `range`, block by block:
    /// `visit(state, first pattern, overlaps)`.
    pub(crate) fn scan_overlaps(
        &self,
        range: Range<usize>,
        x: &[DVector<T>],
        mut visit: impl FnMut(usize, usize, &mut [T]),
    ) {
        self.blocks(range, Overlaps::Of(x), None, |s, first, m| {
            visit(s, first, m);
            1.0
        });
    }

    /// As [`scan_overlaps`](Self::scan_overlaps), but `visit` turns overlaps into weights w, and returns the factor for
    /// all that was weighted before; writes Σ_μ w_μ ξ^μ to `h` (N per state, one state after the other).
    pub(crate) fn scan_fields(
        &self,
        range: Range<usize>,
        overlaps: Overlaps<'_, T>,
        h: &mut [T],
        visit: impl FnMut(usize, usize, &mut [T]) -> f64,
    ) {
        self.blocks(range, overlaps, Some(h), visit);
    }

    fn blocks(
        &self,
        range: Range<usize>,
        overlaps: Overlaps<'_, T>,
        mut h: Option<&mut [T]>,
        mut visit: impl FnMut(usize, usize, &mut [T]) -> f64,
    ) {
        let n = self.space.sites();
        let states = overlaps.states();
        if states < BATCH {
            for s in 0..states {
                let h = h.as_deref_mut().map(|h| &mut h[s * n..][..n]);
                let one = overlaps.part(s..s + 1);
                self.blocks_of_one(range.clone(), one, h, |first, m| visit(s, first, m));
            }
            return;
        }
        for from in (0..states).step_by(GROUP) {
            let group = from..(from + GROUP).min(states);
            let h = h.as_deref_mut().map(|h| &mut h[group.start * n..group.end * n]);
            self.blocks_of_group(range.clone(), overlaps.part(group), h, |s, first, m| {
                visit(from + s, first, m)
            });
        }
    }

    /// The blocks of one state, through dot products, without a buffer on the heap.
    fn blocks_of_one(
        &self,
        range: Range<usize>,
        overlaps: Overlaps<'_, T>,
        mut h: Option<&mut [T]>,
        mut visit: impl FnMut(usize, &mut [T]) -> f64,
    ) {
        let mut buffer = [T::zero(); BLOCK];
        if let Some(h) = h.as_deref_mut() {
            h.fill(T::zero());
        }
        for first in range.clone().step_by(BLOCK) {
            let len = BLOCK.min(range.end - first);
            let block = &mut buffer[..len];
            match overlaps {
                Overlaps::Of(x) => self.overlaps_of_one(first, &x[0], block),
                Overlaps::Known(m) => block.copy_from_slice(&m[0][first..][..len]),
            }
            let factor = visit(first, block);
            if let Some(h) = h.as_deref_mut() {
                if factor != 1.0 {
                    let factor = T::narrow(factor);
                    h.iter_mut().for_each(|h| *h *= factor);
                }
                // To the end of the last brick, where the patterns are zero, and so shall be the weights.
                let whole = len.next_multiple_of(strip::<T>());
                buffer[len..whole].fill(T::zero());
                let bricks = self.bricks_from(first);
                T::add_patterns(AddPatterns { unit: unit(), bricks, w: &buffer[..whole], h });
            }
        }
    }

    /// The blocks of a group of states, through matrix products.
    fn blocks_of_group(
        &self,
        range: Range<usize>,
        known: Overlaps<'_, T>,
        h: Option<&mut [T]>,
        mut visit: impl FnMut(usize, usize, &mut [T]) -> f64,
    ) {
        let (n, states) = (self.space.sites(), known.states());
        let (x, known) = match known {
            Overlaps::Of(x) => (Some(States::new(n, x.iter().map(|x| x.as_slice()))), [].as_slice()),
            Overlaps::Known(m) => (None, m),
        };
        let most = block_of_group::<T>().min(range.len());
        // One strip more, so that the columns do not compete for the same cache lines.
        let column = most.next_multiple_of(strip::<T>()) + strip::<T>();
        let mut m = Lines::<T>::zeros(column / strip::<T>() * states);
        let mut sums = h.as_ref().map(|_| PatternSums::new(n, states, most));
        for first in range.clone().step_by(block_of_group::<T>()) {
            let len = block_of_group::<T>().min(range.end - first);
            let bricks = self.bricks_from(first);
            if let Some(x) = &x {
                x.overlaps(bricks, len, 1.0 / n as f64, (&mut m, column));
            }
            for (block, known) in m.chunks_exact_mut(column).zip(known) {
                block[..len].copy_from_slice(&known[first..][..len]);
            }
            for (s, block) in m.chunks_exact_mut(column).enumerate() {
                let factor = visit(s, first, &mut block[..len]);
                // Before the first block there is nothing to scale.
                if let Some(sums) = sums.as_mut().filter(|_| factor != 1.0 && first > range.start) {
                    sums.scale(s, T::narrow(factor));
                }
            }
            if let Some(sums) = &mut sums {
                sums.add(bricks, len, (&m, column));
            }
        }
        if let (Some(sums), Some(h)) = (sums, h) {
            sums.finish(h);
        }
    }

    fn overlaps_of_one(&self, first: usize, x: &DVector<T>, m: &mut [T]) {
        let (bricks, factor) = (self.bricks_from(first), T::narrow(1.0 / self.space.sites() as f64));
        T::dots(Dots { unit: unit(), bricks, x: x.as_slice(), factor, m });
    }
}

/// Where a scan takes its overlaps from.
#[derive(Clone, Copy)]
pub(crate) enum Overlaps<'a, T: Real> {
    /// Computed from these states.
    Of(&'a [DVector<T>]),
    /// Known already, all M of every state.
    Known(&'a [&'a [T]]),
}

impl<T: Real> Overlaps<'_, T> {
    fn part(self, states: Range<usize>) -> Self {
        match self {
            Self::Of(x) => Self::Of(&x[states]),
            Self::Known(m) => Self::Known(&m[states]),
        }
    }

    pub(crate) fn states(&self) -> usize {
        match self {
            Self::Of(x) => x.len(),
            Self::Known(m) => m.len(),
        }
    }
}
