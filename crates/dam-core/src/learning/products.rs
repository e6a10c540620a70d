//! The two matrix products of learning: overlaps of a batch with all patterns, and sums over the batch for every pattern.

use std::ops::Range;

use crate::learning::Gradient;
use crate::learning::gradient::width;
use crate::parallel::{map, map_parts, map_pieces};
use crate::simd::{Factors, Fill, Lines, Multiply, Panel, Strips, panel_rows, strip, unit};
use crate::store::{DensePatterns, PatternStore, States};
use crate::{Error, Real, VectorSpace};

/// States of a block: their overlaps with a panel, and a panel of weights, stay in the first cache or near it.
pub(super) const BLOCK: usize = 128;
/// Panels whose overlaps with a block are one task.
const TOGETHER: usize = 8;

/// A block of states in both layouts that the products read.
#[derive(Debug)]
struct Block<T> {
    count: usize,
    states: States<T>,
    /// Of 16 states (8 in f64), site after site, the entries side by side.
    turned: Lines<T>,
}

/// The states of a batch.
#[derive(Debug)]
pub(super) struct Batch<T> {
    sites: usize,
    count: usize,
    blocks: Vec<Block<T>>,
}

impl<T: Real> Batch<T> {
    /// `row(s)` is what is known of state s; all other sites are filled by `rest`.
    pub(super) fn new<'a>(
        sites: usize,
        count: usize,
        rest: T,
        row: impl Fn(usize) -> &'a [T] + Sync,
    ) -> Result<Self, Error> {
        let block = |k: usize| {
            let states = k * BLOCK..count.min((k + 1) * BLOCK);
            let mut rows = vec![rest; states.len() * sites];
            for (s, to) in states.clone().zip(rows.chunks_exact_mut(sites)) {
                let from = row(s);
                if let Some(site) = from.iter().position(|x| !x.widen().is_finite()) {
                    return Err(Error::NotFinite { site, value: from[site].widen() });
                }
                to[..from.len()].copy_from_slice(from);
            }
            let strip = strip::<T>();
            let mut turned = Lines::zeros(states.len().div_ceil(strip) * sites);
            for (data, a) in turned.chunks_exact_mut(strip * sites).zip(rows.chunks(strip * sites)) {
                let panel = Panel { count: a.len() / sites, depth: sites };
                T::fill(Fill { unit: unit(), panel, a, distance: sites, data });
            }
            Ok(Block { count: states.len(), states: States::new(sites, rows.chunks_exact(sites)), turned })
        };
        let blocks = map(count.div_ceil(BLOCK), block).into_iter().collect::<Result<_, _>>()?;
        Ok(Self { sites, count, blocks })
    }

    /// Products with all `count` patterns of a store, per state: whole strips.
    fn lanes(patterns: usize) -> usize {
        patterns.next_multiple_of(strip::<T>())
    }

    /// Room for the overlaps of the batch.
    pub(super) fn room(&self, patterns: usize, h: &mut Lines<T>) {
        h.resize(self.count * Self::lanes(patterns) / strip::<T>());
    }

    /// Forms the overlaps, times `factor`, of all states with all patterns in `h`, block by block of states, panel by panel
    /// of patterns: entry (s, r) of a panel at `s·width + r`. `task(block, panels, h of these panels)` is called for groups
    /// of panels once their overlaps are there; its results come block by block.
    pub(super) fn overlaps<S: VectorSpace<Scalar = T>, R: Send>(
        &self,
        patterns: &DensePatterns<S>,
        factor: f64,
        h: &mut [T],
        task: impl Fn(&Slab, &mut [T]) -> R + Sync,
    ) -> Vec<Vec<R>> {
        self.each_slab(patterns.len(), h, |slab, h| {
            for p in slab.panels.clone() {
                let (from, width) = slab.panel::<T>(p);
                let first = p * panel_rows::<T>();
                let bricks = patterns.bricks_from(first);
                self.blocks[slab.block].states.overlaps(bricks, width, factor, (&mut h[from..], width));
            }
            task(slab, h)
        })
    }

    /// Calls `task(block, panels, h of these panels)` for groups of panels of `h`, as [`overlaps`](Self::overlaps) left it.
    pub(super) fn each_slab<R: Send>(
        &self,
        patterns: usize,
        h: &mut [T],
        task: impl Fn(&Slab, &mut [T]) -> R + Sync,
    ) -> Vec<Vec<R>> {
        let mut pieces = Vec::new();
        let mut slabs = Vec::new();
        let (lanes, panels) = (Self::lanes(patterns), patterns.div_ceil(panel_rows::<T>()));
        for (block, h) in h.chunks_mut(BLOCK * lanes).enumerate() {
            let states = self.blocks[block].count;
            for (k, h) in h.chunks_mut(TOGETHER * panel_rows::<T>() * states).enumerate() {
                let panels = k * TOGETHER..panels.min((k + 1) * TOGETHER);
                slabs.push(Slab { block, states, patterns, panels });
                pieces.push(h);
            }
        }
        let mut results = map_pieces(pieces, |k, h| task(&slabs[k], h)).into_iter();
        let per_block = slabs.len() / self.blocks.len().max(1);
        self.blocks.iter().map(|_| results.by_ref().take(per_block).collect()).collect()
    }

    /// Calls `task(states, h)` for every block.
    pub(super) fn each_block<R: Send>(
        &self,
        patterns: usize,
        h: &mut [T],
        task: impl Fn(usize, &mut [T]) -> R + Sync,
    ) -> Vec<R> {
        map_parts(h, BLOCK * Self::lanes(patterns), |block, h| task(self.blocks[block].count, h))
    }

    /// Adds Σ_s h_s x_s to every pattern of `gradient`, every sum in the order of the states.
    pub(super) fn add_products(&self, h: &[T], gradient: &mut Gradient<T>) {
        let (sites, count, len) = (self.sites, gradient.count, gradient.panel_len());
        let lanes = Self::lanes(count);
        let panels = count.div_ceil(panel_rows::<T>());
        // Few panels are cut by sites, so that there is work for all threads.
        let part = sites.div_ceil(16_usize.div_ceil(panels)).next_multiple_of(8);
        let mut pieces = Vec::new();
        let mut places = Vec::new();
        for (p, panel) in gradient.panels.chunks_mut(len).enumerate() {
            let width = width::<T>(count, p);
            for (k, piece) in panel.chunks_mut(part * width).enumerate() {
                pieces.push(piece);
                places.push((p, width, k * part));
            }
        }
        map_pieces(pieces, |k, c| {
            let (p, width, site) = places[k];
            let strip = strip::<T>();
            for (block, h) in self.blocks.iter().zip(h.chunks(BLOCK * lanes)) {
                let data = &h[p * panel_rows::<T>() * block.count..][..block.count * width];
                let a = Strips { data, rows: width, distance: strip, step: width };
                let b = Factors {
                    data: &block.turned[site * strip..],
                    columns: c.len() / width,
                    distance: sites * strip,
                };
                let (depth, factor) = (block.count, T::one());
                T::multiply(Multiply {
                    unit: unit(),
                    a,
                    b,
                    depth,
                    c,
                    column: width,
                    accumulate: true,
                    factor,
                    prefetch: false,
                });
            }
        });
    }

    /// The states of a block.
    pub(super) fn states_of(&self, block: usize) -> Range<usize> {
        block * BLOCK..block * BLOCK + self.blocks[block].count
    }

    pub(super) fn blocks(&self) -> usize {
        self.blocks.len()
    }
}

/// Which part of the overlaps of a batch a task has.
#[derive(Debug)]
pub(super) struct Slab {
    pub(super) block: usize,
    pub(super) states: usize,
    patterns: usize,
    pub(super) panels: Range<usize>,
}

impl Slab {
    /// Where panel `p` begins, and its width.
    pub(super) fn panel<T>(&self, p: usize) -> (usize, usize) {
        let from = (p - self.panels.start) * panel_rows::<T>() * self.states;
        (from, width::<T>(self.patterns, p))
    }
}

/// Adds to panels of a gradient: `add(panel, width, its numbers)`.
pub(super) fn each_panel<T: Real>(gradient: &mut Gradient<T>, add: impl Fn(usize, usize, &mut [T]) + Sync) {
    let (count, len) = (gradient.count, gradient.panel_len());
    map_parts(&mut gradient.panels, len, |p, panel| add(p, width::<T>(count, p), panel));
}
