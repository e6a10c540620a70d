use std::ops::Range;

use nalgebra::DVector;

use super::tables::{SpinTables, TableReduction};
use super::{EditableStore, PatternStore, check_index, check_part, check_removal};
use crate::aggregate::Aggregator;
use crate::simd;
use crate::space::{Hypercube, Spins, StateSpace};
use crate::{Dam, Error, Kernel};

/// ±1 patterns as bits, kept twice: by pattern for overlaps (popcount), by site for fields and flips.
///
/// Memory: N M / 4 bytes. Usually made by [`Dam::new`](crate::Dam::new).
#[derive(Clone, Debug)]
pub struct BitPatterns {
    space: Hypercube,
    len: usize,
    /// Words of a pattern.
    words: usize,
    /// Pattern μ at μ · words.
    rows: Vec<u64>,
    /// Words of a site: room for 64 · stride patterns; bits from `len` on are zero.
    stride: usize,
    /// Site i at i · stride.
    columns: Vec<u64>,
    /// Patterns that are +1 at site i.
    up: Vec<u32>,
}

/// The same patterns in the same order, however they came to be stored.
impl PartialEq for BitPatterns {
    fn eq(&self, other: &Self) -> bool {
        self.space == other.space && self.rows == other.rows
    }
}
impl Eq for BitPatterns {}

/// Patterns per block of a scan: their rows, dot products and weights stay in cache over a batch.
const BLOCK: usize = 4096;
/// States that pass over a block together: two megabytes of dot products.
const GROUP: usize = 128;

impl BitPatterns {
    /// Stores patterns that are states of `space`.
    ///
    /// # Errors
    /// [`Error::NoPatterns`] for an empty iterator; the first error of the iterator or of
    /// [`StateSpace::check`].
    pub fn new(
        space: Hypercube,
        patterns: impl Iterator<Item = Result<Spins, Error>>,
    ) -> Result<Self, Error> {
        let words = space.sites().div_ceil(64);
        let mut rows = Vec::with_capacity(patterns.size_hint().0 * words);
        for pattern in patterns {
            let pattern = pattern?;
            space.check("pattern", &pattern)?;
            rows.extend_from_slice(pattern.words());
        }
        let len = rows.len() / words;
        if len == 0 {
            return Err(Error::NoPatterns);
        }
        let up = vec![0; space.sites()];
        let mut store = Self { space, len, words, rows, stride: 0, columns: Vec::new(), up };
        store.rebuild_columns(len.div_ceil(64));
        for i in 0..store.up.len() {
            store.up[i] = store.site(i).iter().map(|word| word.count_ones()).sum();
        }
        Ok(store)
    }

    /// Transposes the rows in blocks of 64 × 64 bits.
    fn rebuild_columns(&mut self, stride: usize) {
        let n = self.space.sites();
        let mut columns = vec![0_u64; n * stride];
        let mut block = [0_u64; 64];
        for group in 0..self.len.div_ceil(64) {
            for word in 0..self.words {
                for (j, out) in block.iter_mut().enumerate() {
                    let mu = 64 * group + j;
                    *out = if mu < self.len { self.rows[mu * self.words + word] } else { 0 };
                }
                simd::transpose64(&mut block);
                for (j, bits) in block.iter().enumerate().take(n - 64 * word) {
                    columns[(64 * word + j) * stride + group] = *bits;
                }
            }
        }
        (self.stride, self.columns) = (stride, columns);
    }

    fn row(&self, mu: usize) -> &[u64] {
        &self.rows[mu * self.words..][..self.words]
    }

    /// The bits of all patterns at one site, in whole words.
    pub(super) fn site(&self, i: usize) -> &[u64] {
        &self.columns[i * self.stride..][..self.stride]
    }

    /// Patterns rounded up to whole words of a site.
    pub(super) fn padded_len(&self) -> usize {
        64 * self.stride
    }

    /// The number of patterns whose spin `i` is up, or down.
    pub(super) fn agreeing(&self, i: usize, is_up: bool) -> usize {
        let up = self.up[i] as usize;
        if is_up { up } else { self.len - up }
    }

    fn set_bit(&mut self, mu: usize, i: usize, up: bool) {
        let word = &mut self.columns[i * self.stride + mu / 64];
        let was_up = *word >> (mu % 64) & 1;
        self.up[i] = self.up[i] + u32::from(up) - was_up as u32;
        *word = *word & !(1 << (mu % 64)) | u64::from(up) << (mu % 64);
    }

    /// Dot products of one state with patterns first, first + 1, …
    pub(super) fn dots(&self, first: usize, x: &Spins, out: &mut [i32]) {
        let rows = &self.rows[first * self.words..][..out.len() * self.words];
        simd::hamming(rows, self.words, x.words(), out);
        let n = self.space.sites() as i32;
        out.iter_mut().for_each(|d| *d = n - 2 * *d);
    }

    fn for_blocks(&self, part: Range<usize>, x: &[Spins], mut visit: impl FnMut(usize, usize, &[i32])) {
        let n = self.space.sites() as i32;
        let cues: Vec<&[u64]> = x.iter().map(Spins::words).collect();
        let mut dots = vec![0_i32; BLOCK.min(part.len()) * GROUP.min(x.len())];
        for (group, cues) in cues.chunks(GROUP).enumerate() {
            for first in part.clone().step_by(BLOCK) {
                let len = BLOCK.min(part.end - first);
                let dots = &mut dots[..len * cues.len()];
                let rows = &self.rows[first * self.words..][..len * self.words];
                simd::hamming_batch(rows, self.words, cues, dots);
                dots.iter_mut().for_each(|d| *d = n - 2 * *d);
                for (s, dots) in dots.chunks_exact(len).enumerate() {
                    visit(group * GROUP + s, first, dots);
                }
            }
        }
    }
}

impl PatternStore for BitPatterns {
    type Space = Hypercube;
    type Tables = SpinTables;

    fn space(&self) -> &Hypercube {
        &self.space
    }

    fn len(&self) -> usize {
        self.len
    }

    fn pattern(&self, mu: usize) -> Result<Spins, Error> {
        check_index(mu, self.len)?;
        Ok(Spins::from_words(self.row(mu).to_vec(), self.space.sites()))
    }

    fn scan_part(&self, part: Range<usize>, x: &[Spins], mut visit: impl FnMut(usize, usize, &[f64])) {
        check_part(&part, self.len);
        let n = self.space.sites() as f64;
        let mut m = Vec::new();
        self.for_blocks(part, x, |s, first, dots| {
            m.clear();
            m.extend(dots.iter().map(|&d| f64::from(d) / n));
            visit(s, first, &m);
        });
    }

    fn tables<K: Kernel>(&self, kernel: &K) -> Result<SpinTables, Error> {
        SpinTables::new(kernel, self.space.sites(), self.len)
    }

    fn energies<K: Kernel, Q: Aggregator>(dam: &Dam<Self, K, Q>, x: &[Spins], e: &mut [f64]) {
        let mut totals = vec![TableReduction::new(&dam.tables); x.len()];
        dam.store.for_blocks(0..dam.len(), x, |s, _, dots| totals[s].value(dots));
        for (e, total) in e.iter_mut().zip(totals) {
            *e = dam.energy_of(total.total());
        }
    }

    fn fields<K: Kernel, Q: Aggregator>(
        dam: &Dam<Self, K, Q>,
        x: &[Spins],
        h: &mut [DVector<f64>],
        e: &mut [f64],
    ) {
        if dam.is_exact() { exact_fields(dam, x, h, e) } else { real_fields(dam, x, h, e) }
    }
}

impl EditableStore for BitPatterns {
    fn push(&mut self, pattern: Spins) -> Result<(), Error> {
        self.space.check("pattern", &pattern)?;
        if self.len == 64 * self.stride {
            self.rebuild_columns(2 * self.stride);
        }
        self.rows.extend_from_slice(pattern.words());
        self.len += 1;
        for i in 0..self.space.sites() {
            self.set_bit(self.len - 1, i, pattern.is_up(i));
        }
        Ok(())
    }

    fn swap_remove(&mut self, mu: usize) -> Result<Spins, Error> {
        check_removal(mu, self.len)?;
        let taken = self.pattern(mu)?;
        let last = self.len - 1;
        for i in 0..self.space.sites() {
            let up = self.site(i)[last / 64] >> (last % 64) & 1 == 1;
            self.set_bit(mu, i, up);
            self.set_bit(last, i, false);
        }
        self.rows.copy_within(last * self.words.., mu * self.words);
        self.rows.truncate(last * self.words);
        self.len = last;
        Ok(taken)
    }

    fn tables_hold<K: Kernel>(&self, tables: &SpinTables, kernel: &K) -> bool {
        // A model that lost its integers to a pattern too many may have them back after a removal.
        let may_regain = !tables.is_integer() && !kernel.log_domain() && kernel.integer().is_some();
        tables.holds(self.len) && !may_regain
    }
}

/// h_i = Σ_μ w_μ ξ_i^μ = 2 Σ_{ξ_i = +1} w − Σ w, in integers: a tie is exactly zero.
fn exact_fields<K: Kernel, Q: Aggregator>(
    dam: &Dam<BitPatterns, K, Q>,
    x: &[Spins],
    h: &mut [DVector<f64>],
    e: &mut [f64],
) {
    let (store, tables) = (&dam.store, &dam.tables);
    let integer = tables.integer.as_ref().expect("an exact model has integer tables");
    let mut totals = vec![TableReduction::new(tables); x.len()];
    let mut sums = vec![vec![0_i128; store.space.sites()]; x.len()];
    let mut weights = integer.slope.plane(BLOCK);
    store.for_blocks(0..dam.len(), x, |s, first, dots| {
        totals[s].value(dots);
        // The mask of the last block may end early; zero bits hide what the plane holds behind it.
        integer.slope.gather(tables.n, dots, &mut weights);
        let whole = integer.slope.sum(tables.n, dots);
        for (i, sum) in sums[s].iter_mut().enumerate() {
            *sum += 2 * weights.masked_sum(store.block_mask(i, first, dots.len()), false) - whole;
        }
    });
    for s in 0..x.len() {
        let total = totals[s].total();
        let factor = dam.field_factor(total) * integer.slope_unit;
        h[s].iter_mut().zip(&sums[s]).for_each(|(h, &sum)| *h = factor * sum as f64);
        e[s] = dam.energy_of(total);
    }
}

fn real_fields<K: Kernel, Q: Aggregator>(
    dam: &Dam<BitPatterns, K, Q>,
    x: &[Spins],
    h: &mut [DVector<f64>],
    e: &mut [f64],
) {
    let (store, tables) = (&dam.store, &dam.tables);
    let mut totals = vec![TableReduction::new(tables); x.len()];
    let mut weights = vec![0.0; BLOCK];
    let mut magnitudes = vec![0.0; x.len()];
    h.iter_mut().for_each(|h| h.fill(0.0));
    store.for_blocks(0..dam.len(), x, |s, first, dots| {
        let (used, unused) = weights.split_at_mut(dots.len());
        unused.fill(0.0);
        let factor = totals[s].weights(dots, used);
        let whole: f64 = used.iter().sum();
        magnitudes[s] = magnitudes[s] * factor + used.iter().map(|w| w.abs()).sum::<f64>();
        for (i, h) in h[s].iter_mut().enumerate() {
            let mask = store.block_mask(i, first, dots.len());
            let up = simd::masked_sum_f64(mask, false, &weights[..64 * mask.len()]);
            *h = *h * factor + (2.0 * up - whole);
        }
    });
    for s in 0..x.len() {
        let total = totals[s].total();
        let factor = dam.field_factor(total);
        // What rounding leaves of a tie, as for the prices of flips, is a tie.
        let resolution = rounding(store.len) * magnitudes[s];
        h[s].iter_mut().for_each(|h| *h = if h.abs() <= resolution { 0.0 } else { *h * factor });
        e[s] = dam.energy_of(total);
    }
}

/// The relative rounding of a sum over this many patterns: once per term of each of 32 lanes, and a few to join
/// them.
pub(super) fn rounding(patterns: usize) -> f64 {
    (patterns / simd::LANES + 8) as f64 * f64::EPSILON
}

impl BitPatterns {
    fn block_mask(&self, i: usize, first: usize, patterns: usize) -> &[u64] {
        &self.site(i)[first / 64..][..patterns.div_ceil(64)]
    }
}
