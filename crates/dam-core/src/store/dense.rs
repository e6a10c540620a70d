use std::ops::Range;

use nalgebra::DVector;

use super::bricks::{Bricks, Held};
use super::panels::{PatternSums, States};
use crate::reduce::BLOCK;
use crate::simd::{AddPatterns, Dots, Lines, strip, unit};
use crate::{Real, VectorSpace};

/// Below this many states a dot-product loop beats the matrix product.
pub(super) const BATCH: usize = 4;

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
/// Patterns are held in memory once, usually by [`Dam::new`](crate::Dam::new); or not at all
/// ([`regenerated`](Self::regenerated)).
#[derive(Clone, Debug, PartialEq)]
pub struct DensePatterns<S: VectorSpace, B = Held<<S as VectorSpace>::Scalar>> {
    pub(super) space: S,
    pub(super) len: usize,
    /// The entry of pattern μ at site i lies at `(μ / strip · N + i) · strip + μ % strip`; what lies beyond the last
    /// pattern is zero.
    pub(super) bricks: B,
}

impl<S: VectorSpace<Scalar = T>, T: Real, B: Bricks<T>> DensePatterns<S, B> {
    pub(super) fn space_ref(&self) -> &S {
        &self.space
    }

    pub(super) fn count(&self) -> usize {
        self.len
    }

    pub(super) fn column(&self, mu: usize) -> DVector<T> {
        self.bricks.pattern(self.space.sites(), mu)
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
            return self.blocks_of_few(range, overlaps, h, visit);
        }
        for from in (0..states).step_by(GROUP) {
            let group = from..(from + GROUP).min(states);
            let h = h.as_deref_mut().map(|h| &mut h[group.start * n..group.end * n]);
            self.blocks_of_group(range.clone(), overlaps.part(group), h, |s, first, m| {
                visit(from + s, first, m)
            });
        }
    }

    /// The blocks of a few states, through dot products; patterns in memory need no buffer on the heap.
    fn blocks_of_few(
        &self,
        range: Range<usize>,
        overlaps: Overlaps<'_, T>,
        mut h: Option<&mut [T]>,
        mut visit: impl FnMut(usize, usize, &mut [T]) -> f64,
    ) {
        let n = self.space.sites();
        let mut room = Lines::with_capacity(0);
        let mut buffer = [T::zero(); BLOCK];
        if let Some(h) = h.as_deref_mut() {
            h.fill(T::zero());
        }
        for first in range.clone().step_by(BLOCK) {
            let len = BLOCK.min(range.end - first);
            let bricks = self.bricks.bricks(n, first, len, &mut room);
            for s in 0..overlaps.states() {
                let block = &mut buffer[..len];
                match overlaps {
                    Overlaps::Of(x) => overlaps_of_one(bricks, &x[s], block),
                    Overlaps::Known(m) => block.copy_from_slice(&m[s][first..][..len]),
                }
                let factor = visit(s, first, block);
                let Some(h) = h.as_deref_mut().map(|h| &mut h[s * n..][..n]) else { continue };
                if factor != 1.0 {
                    let factor = T::narrow(factor);
                    h.iter_mut().for_each(|h| *h *= factor);
                }
                // To the end of the last brick, where the patterns are zero, and so shall be the weights.
                let whole = len.next_multiple_of(strip::<T>());
                buffer[len..whole].fill(T::zero());
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
        let mut room = Lines::with_capacity(0);
        for first in range.clone().step_by(block_of_group::<T>()) {
            let len = block_of_group::<T>().min(range.end - first);
            let bricks = self.bricks.bricks(n, first, len, &mut room);
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
}

/// The overlaps of one state with as many patterns as `m` holds.
pub(super) fn overlaps_of_one<T: Real>(bricks: &[T], x: &DVector<T>, m: &mut [T]) {
    T::dots(Dots { unit: unit(), bricks, x: x.as_slice(), factor: T::narrow(1.0 / x.len() as f64), m });
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
