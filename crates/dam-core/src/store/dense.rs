use std::ops::Range;

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

use super::panels::Panels;
use crate::reduce::BLOCK;
use crate::simd::{Vectorize, strip, vectorize};
use crate::{Error, Real, VectorSpace};

/// Below this many states a dot-product loop beats the matrix product.
const BATCH: usize = 4;

/// Patterns per task of a large scan. A constant, so that the bits do not depend on the number of threads.
pub(crate) const SHARD: usize = 1 << 15;

/// States whose overlaps with a block are in cache together.
const GROUP: usize = 128;

/// Patterns of a continuous space, one row of memory per site: the pattern index is contiguous, which is the
/// fastest layout for batched overlaps, and lets a rotation of two coordinates touch two rows only.
///
/// Patterns are held once. Usually made by [`Dam::new`](crate::Dam::new).
#[derive(Clone, Debug)]
pub struct DensePatterns<S: VectorSpace> {
    space: S,
    len: usize,
    /// Distance of the rows of two neighbouring sites; patterns len..stride are zero.
    stride: usize,
    rows: Vec<S::Scalar>,
}

/// The same patterns in the same order, however they came to be stored.
impl<S: VectorSpace> PartialEq for DensePatterns<S> {
    fn eq(&self, other: &Self) -> bool {
        let sites = self.space.sites();
        self.space == other.space
            && self.len == other.len
            && (0..sites).all(|i| self.site(i) == other.site(i))
    }
}

/// Room for whole cache lines, and rows that do not compete for the same ones, as those do that lie a multiple of
/// a page apart.
fn stride_for<T>(patterns: usize) -> usize {
    let stride = patterns.next_multiple_of(strip::<T>());
    if (stride * size_of::<T>()).is_multiple_of(4096) { stride + strip::<T>() } else { stride }
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
        let stride = if first_fits { stride_for::<T>(patterns.size_hint().0.max(1)) } else { 0 };
        let rows = vec![T::zero(); stride * space.sites()];
        let mut store = Self { space, len: 0, stride, rows };
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

    pub(super) fn append(&mut self, pattern: &DVector<T>) {
        if self.len == self.stride {
            self.grow();
        }
        for (row, &x) in self.rows.chunks_exact_mut(self.stride).zip(pattern.iter()) {
            row[self.len] = x;
        }
        self.len += 1;
    }

    fn grow(&mut self) {
        let stride = stride_for::<T>(2 * self.stride);
        let mut rows = vec![T::zero(); stride * self.space.sites()];
        for (new, old) in rows.chunks_exact_mut(stride).zip(self.rows.chunks_exact(self.stride)) {
            new[..self.len].copy_from_slice(&old[..self.len]);
        }
        (self.stride, self.rows) = (stride, rows);
    }

    pub(super) fn column(&self, mu: usize) -> DVector<T> {
        DVector::from_iterator(self.space.sites(), self.rows.chunks_exact(self.stride).map(|r| r[mu]))
    }

    pub(super) fn take_column(&mut self, mu: usize) -> DVector<T> {
        let taken = self.column(mu);
        self.len -= 1;
        for row in self.rows.chunks_exact_mut(self.stride) {
            row[mu] = row[self.len];
            row[self.len] = T::zero();
        }
        taken
    }

    /// The entries of all patterns at one site.
    pub(crate) fn site(&self, i: usize) -> &[T] {
        &self.rows[i * self.stride..][..self.len]
    }

    /// The overlaps x·ξ/N of every state with all patterns, a column per state.
    pub(crate) fn overlaps(&self, x: &[DVector<T>]) -> DMatrix<T> {
        let (n, len) = (self.space.sites(), self.len);
        let mut m = DMatrix::zeros(len, x.len());
        if x.len() < BATCH {
            for (x, m) in x.iter().zip(m.as_mut_slice().chunks_exact_mut(len)) {
                // A block of m stays in cache while all rows pass by.
                let one = |(k, m): (usize, &mut [T])| self.overlaps_of_one(k * BLOCK, x, m);
                if len <= SHARD {
                    m.chunks_mut(BLOCK).enumerate().for_each(one);
                } else {
                    m.par_chunks_mut(BLOCK).enumerate().with_min_len(SHARD / BLOCK).for_each(one);
                }
            }
            return m;
        }
        let columns: Vec<&[T]> = x.iter().map(|x| x.as_slice()).collect();
        let batch = |first: usize, count: usize, m: &mut [T]| {
            let rows = (&self.rows[first..], self.stride);
            Panels::new().overlaps(rows, count, &columns, 1.0 / n as f64, (m, count));
        };
        if len <= SHARD {
            batch(0, len, m.as_mut_slice());
            return m;
        }
        let firsts: Vec<usize> = (0..len).step_by(SHARD).collect();
        let part = |&first: &usize| {
            let count = SHARD.min(len - first);
            let mut part = vec![T::zero(); count * x.len()];
            batch(first, count, &mut part);
            part
        };
        let parts: Vec<Vec<T>> = firsts.par_iter().map(part).collect();
        for (first, part) in firsts.into_iter().zip(parts) {
            let count = part.len() / x.len();
            for (m, part) in m.as_mut_slice().chunks_exact_mut(len).zip(part.chunks_exact(count)) {
                m[first..first + count].copy_from_slice(part);
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

    /// As [`scan_overlaps`](Self::scan_overlaps), but `visit` turns overlaps into weights w, and returns the factor for all that
    /// was weighted before; adds Σ_μ w_μ ξ^μ to `h` (N per state, one state after the other).
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
            let mut buffer = [T::zero(); BLOCK];
            for s in 0..states {
                for first in range.clone().step_by(BLOCK) {
                    let block = &mut buffer[..BLOCK.min(range.end - first)];
                    match overlaps {
                        Overlaps::Of(x) => self.overlaps_of_one(first, &x[s], block),
                        Overlaps::Known(m) => block.copy_from_slice(&m[s][first..][..block.len()]),
                    }
                    let factor = visit(s, first, block);
                    if let Some(h) = h.as_deref_mut() {
                        let h = &mut h[s * n..][..n];
                        scale(h, factor);
                        vectorize(AddPatterns {
                            rows: &self.rows[first..],
                            stride: self.stride,
                            w: block,
                            h,
                        });
                    }
                }
            }
            return;
        }
        for from in (0..states).step_by(GROUP) {
            let group = from..(from + GROUP).min(states);
            let h = h.as_deref_mut().map(|h| &mut h[group.start * n..group.end * n]);
            self.group_blocks(range.clone(), overlaps.part(group), h, |s, first, m| {
                visit(from + s, first, m)
            });
        }
    }

    /// The blocks of a group of states, through matrix products.
    fn group_blocks(
        &self,
        range: Range<usize>,
        overlaps: Overlaps<'_, T>,
        mut h: Option<&mut [T]>,
        mut visit: impl FnMut(usize, usize, &mut [T]) -> f64,
    ) {
        let (n, states) = (self.space.sites(), overlaps.states());
        let mut panels = Panels::new();
        let x: Vec<&[T]> = match overlaps {
            Overlaps::Of(x) => x.iter().map(|x| x.as_slice()).collect(),
            Overlaps::Known(_) => Vec::new(),
        };
        // One strip more, so that the columns do not compete for the same cache lines.
        let column = BLOCK.min(range.len()) + strip::<T>();
        let mut m = vec![T::zero(); column * states];
        for first in range.clone().step_by(BLOCK) {
            let len = BLOCK.min(range.end - first);
            let rows = (&self.rows[first..], self.stride);
            match overlaps {
                Overlaps::Of(_) => panels.overlaps(rows, len, &x, 1.0 / n as f64, (&mut m, column)),
                Overlaps::Known(known) => {
                    for (block, known) in m.chunks_exact_mut(column).zip(known) {
                        block[..len].copy_from_slice(&known[first..][..len]);
                    }
                }
            }
            for (s, block) in m.chunks_exact_mut(column).enumerate() {
                let factor = visit(s, first, &mut block[..len]);
                if let Some(h) = h.as_deref_mut() {
                    scale(&mut h[s * n..][..n], factor);
                }
            }
            if let Some(h) = h.as_deref_mut() {
                let w: Vec<&[T]> = m.chunks_exact(column).map(|w| &w[..len]).collect();
                panels.add_patterns(rows, &w, h, n);
            }
        }
    }

    fn overlaps_of_one(&self, first: usize, x: &DVector<T>, m: &mut [T]) {
        let inverse = T::narrow(1.0 / self.space.sites() as f64);
        vectorize(Dots { rows: &self.rows[first..], stride: self.stride, x: x.as_slice(), inverse, m });
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

fn scale<T: Real>(h: &mut [T], factor: f64) {
    if factor != 1.0 {
        let factor = T::narrow(factor);
        h.iter_mut().for_each(|h| *h *= factor);
    }
}

/// m_μ = (Σ_i x_i ξ_i^μ) / N for one state; the sum runs over sites in order, so its bits do not depend on the
/// width of the registers.
struct Dots<'a, T> {
    rows: &'a [T],
    stride: usize,
    x: &'a [T],
    inverse: T,
    m: &'a mut [T],
}

impl<T: Real> Vectorize for Dots<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { rows, stride, x, inverse, m } = self;
        let len = m.len();
        m.fill(T::zero());
        let row = |i: usize| &rows[i * stride..][..len];
        let whole = x.len() / 4 * 4;
        for i in (0..whole).step_by(4) {
            // Four rows at a time: a quarter of the traffic on m.
            let (a, b, c, d) = (row(i), row(i + 1), row(i + 2), row(i + 3));
            let (xa, xb, xc, xd) = (x[i], x[i + 1], x[i + 2], x[i + 3]);
            for j in 0..len {
                m[j] = (((m[j] + xa * a[j]) + xb * b[j]) + xc * c[j]) + xd * d[j];
            }
        }
        for i in whole..x.len() {
            let (a, xa) = (row(i), x[i]);
            for j in 0..len {
                m[j] += xa * a[j];
            }
        }
        for m in m.iter_mut() {
            *m *= inverse;
        }
    }
}

/// h_i += Σ_μ w_μ ξ_i^μ for one state, in a fixed number of lanes.
struct AddPatterns<'a, T> {
    rows: &'a [T],
    stride: usize,
    w: &'a [T],
    h: &'a mut [T],
}

impl<T: Real> Vectorize for AddPatterns<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        const LANES: usize = 32;
        for (i, h) in self.h.iter_mut().enumerate() {
            let row = &self.rows[i * self.stride..][..self.w.len()];
            let mut lanes = [T::zero(); LANES];
            let (rows, ws) = (row.chunks_exact(LANES), self.w.chunks_exact(LANES));
            for (j, (r, w)) in rows.remainder().iter().zip(ws.remainder()).enumerate() {
                lanes[j] = *r * *w;
            }
            for (row, w) in rows.zip(ws) {
                for j in 0..LANES {
                    lanes[j] += row[j] * w[j];
                }
            }
            let mut width = LANES / 2;
            while width > 0 {
                for j in 0..width {
                    let upper = lanes[j + width];
                    lanes[j] += upper;
                }
                width /= 2;
            }
            *h += lanes[0];
        }
    }
}
