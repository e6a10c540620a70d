//! Prices of single spin flips in O(M), exact where the kernel is integer.

use super::PatternStore;
use super::bits::{BitPatterns, rounding};
use super::tables::{IntegerTables, Plane, SpinTables};
use crate::aggregate::{Aggregator, Total};
use crate::energy::{Flip, Priced};
use crate::logs::Running;
use crate::simd::{self, Vectorize, vectorize};
use crate::space::Spins;
use crate::{Dam, Kernel};

/// What single-spin dynamics remember of a state: its dot products with all patterns, and per pattern what a
/// flip would change (machinery).
#[derive(Clone, Debug)]
pub struct FlipCache {
    /// x·ξ^μ for every pattern, padded to whole words.
    dots: Vec<i32>,
    patterns: usize,
    planes: Planes,
}

/// Per pattern, the terms of a flip price. A flip lowers the dot product by 2 where spin and pattern agree and
/// raises it by 2 where they do not.
#[derive(Clone, Debug)]
enum Planes {
    /// Σ_all up + Σ_agree turn, in integers.
    Exact { up: i128, turn: Plane },
    /// Σ_agree down + Σ_disagree up. Differences F(S ∓ 2) − F(S) if Q is the identity, else values F(S ∓ 2);
    /// two planes, because the difference of the two would cancel for steep kernels.
    ///
    /// `resolution`: what rounding leaves of a tie, in units of the planes.
    Real { down: Vec<f64>, up: Vec<f64>, total: Total, table: ShiftedTable, resolution: f64 },
}

/// The table exp(ln F − shift), rebuilt only when the largest term has moved far.
#[derive(Clone, Debug)]
struct ShiftedTable {
    shift: f64,
    f: Vec<f64>,
}

/// |ln| of the scaled sums within which the shift is kept: far from both ends of f64.
const SHIFT_SLACK: f64 = 200.0;
/// ln of a scaled sum below which it is formed again around its own largest term.
const VANISHED: f64 = -400.0;

impl FlipCache {
    /// The dot products x·ξ^μ of the state that this cache follows.
    #[must_use]
    pub fn dots(&self) -> &[i32] {
        &self.dots[..self.patterns]
    }

    fn new<K: Kernel, Q: Aggregator>(dam: &Dam<BitPatterns, K, Q>, x: &Spins) -> Self {
        let (store, tables) = (&dam.store, &dam.tables);
        let mut dots = vec![0; store.padded_len()];
        store.dots(0, x, &mut dots[..store.len()]);
        // Padding must be a table position; what it contributes is masked or cut off.
        dots[store.len()..].fill(tables.n as i32);
        let planes = match &tables.integer {
            Some(integer) if Q::ADDITIVE => Planes::Exact { up: 0, turn: integer.turn.plane(dots.len()) },
            _ => Planes::Real {
                down: vec![0.0; dots.len()],
                up: vec![0.0; dots.len()],
                total: Total { ln_scale: 0.0, sum: 0.0 },
                resolution: 0.0,
                table: ShiftedTable {
                    shift: 0.0,
                    f: if tables.logs { Vec::new() } else { tables.f.clone() },
                },
            },
        };
        let mut cache = Self { dots, patterns: store.len(), planes };
        cache.refresh::<Q>(tables);
        cache
    }

    fn refresh<Q: Aggregator>(&mut self, tables: &SpinTables) {
        let (dots, len) = (&self.dots, self.patterns);
        match &mut self.planes {
            Planes::Exact { up, turn } => {
                let integer = tables.integer.as_ref().expect("exact planes come from integer tables");
                refresh_exact(integer, tables.n, dots, len, up, turn);
            }
            Planes::Real { down, up, total, table, resolution } => {
                if tables.logs && table.f.is_empty() {
                    table.rebuild(tables, dots, len);
                }
                let mut sums = fill::<Q>(tables, &table.f, dots, len, down, up);
                if tables.logs && !sums.are_moderate() {
                    table.rebuild(tables, dots, len);
                    sums = fill::<Q>(tables, &table.f, dots, len, down, up);
                }
                *total = Total { ln_scale: table.shift, sum: sums.here };
                *resolution = rounding(len) * sums.magnitude;
                if tables.logs && total.sum.ln() < VANISHED {
                    *total = total_of_logs(dots[..len].iter().map(|&d| tables.f[tables.index(d)]));
                }
            }
        }
    }
}

fn refresh_exact(
    integer: &IntegerTables,
    n: usize,
    dots: &[i32],
    len: usize,
    up: &mut i128,
    turn: &mut Plane,
) {
    integer.turn.gather(n, dots, turn);
    // Zero bits behind the last pattern count as "agree" for a spin that is down.
    turn.clear_from(len);
    *up = integer.up.sum(n, &dots[..len]);
}

impl ShiftedTable {
    fn rebuild(&mut self, tables: &SpinTables, dots: &[i32], len: usize) {
        // The largest value any pattern has now or after one flip.
        let near = |dot: i32| {
            let k = tables.index(dot);
            tables.f[k.saturating_sub(1)..=(k + 1).min(tables.n)].iter().copied().fold(f64::MIN, f64::max)
        };
        let shift = dots[..len].iter().map(|&d| near(d)).fold(f64::MIN, f64::max);
        // No pattern within reach of its support: any shift serves.
        self.shift = if shift == f64::MIN { 0.0 } else { shift };
        self.f = tables.f.iter().map(|l| (l - self.shift).exp()).collect();
    }
}

/// What `fill` found: Σ F in the order of the planes' own sums, Σ |F|, and the largest neighbouring value.
struct Sums {
    here: f64,
    magnitude: f64,
    largest: f64,
}

impl Sums {
    fn are_moderate(&self) -> bool {
        (-SHIFT_SLACK..SHIFT_SLACK).contains(&self.here.ln()) && self.largest.ln() < SHIFT_SLACK
    }
}

/// Σ exp(logs) around its own largest term.
fn total_of_logs(logs: impl Iterator<Item = f64>) -> Total {
    let mut running = Running::new(true);
    running.add_logs(&logs.collect::<Vec<_>>());
    running.total()
}

/// Fills the two planes from the table of F.
fn fill<Q: Aggregator>(
    tables: &SpinTables,
    f: &[f64],
    dots: &[i32],
    len: usize,
    down: &mut [f64],
    up: &mut [f64],
) -> Sums {
    let mut lanes = [0.0; simd::LANES];
    let (mut magnitude, mut largest) = (0.0, 0.0_f64);
    for (mu, &dot) in dots.iter().enumerate().take(len) {
        let k = tables.index(dot);
        let here = f[k];
        let base = if Q::ADDITIVE { here } else { 0.0 };
        // At the ends one neighbour is off the lattice; no spin ever takes a pattern there.
        let (below, above) = (f[k.saturating_sub(1)], f[(k + 1).min(tables.n)]);
        down[mu] = below - base;
        up[mu] = above - base;
        lanes[mu % simd::LANES] += here;
        magnitude += here.abs();
        largest = largest.max(below.max(above));
    }
    // Padding: zero bits select `up` or `down` depending on the spin, so both are zero.
    down[len..].fill(0.0);
    up[len..].fill(0.0);
    Sums { here: simd::tree(lanes), magnitude, largest }
}

/// Moves every dot product by the flip of one spin.
struct MoveDots<'a> {
    dots: &'a mut [i32],
    site: &'a [u64],
    was_up: bool,
}

impl Vectorize for MoveDots<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let invert = if self.was_up { 0 } else { u64::MAX };
        for (dots, &word) in self.dots.chunks_exact_mut(64).zip(self.site) {
            let agree = word ^ invert;
            for (j, dot) in dots.iter_mut().enumerate() {
                *dot += 2 - 4 * ((agree >> j) & 1) as i32;
            }
        }
    }
}

impl<K: Kernel, Q: Aggregator> Dam<BitPatterns, K, Q> {
    /// ln Σ F after a flip, term by term: for the rare flip whose terms all vanish beside the shift.
    fn slow_total(&self, cache: &FlipCache, i: usize, up: bool) -> Total {
        let (site, tables) = (self.store.site(i), &self.tables);
        total_of_logs((0..self.store.len()).map(|mu| {
            let agree = (site[mu / 64] >> (mu % 64) & 1 == 1) == up;
            tables.f[tables.index(cache.dots[mu] + if agree { -2 } else { 2 })]
        }))
    }
}

impl<K: Kernel, Q: Aggregator> Priced<Flip> for Dam<BitPatterns, K, Q> {
    type Cache = FlipCache;

    fn cache(&self, x: &Spins) -> FlipCache {
        FlipCache::new(self, x)
    }

    fn price(&self, x: &Spins, cache: &FlipCache, Flip(i): Flip) -> f64 {
        let up_spin = x.is_up(i);
        let site = self.store.site(i);
        match &cache.planes {
            Planes::Exact { up, turn } => {
                let change = up + turn.masked_sum(site, !up_spin);
                let unit = self.tables.integer.as_ref().map_or(0.0, |t| t.value_unit);
                -self.prefactor * unit * change as f64
            }
            Planes::Real { down, up, total, table, resolution } => {
                let (on, off) = if up_spin { (down, up) } else { (up, down) };
                let sum = simd::blend_sum_f64(site, on, off);
                // The planes' scale is not the total's where that was formed again.
                let change = if Q::ADDITIVE { sum } else { sum - total.sum };
                if total.ln_scale == table.shift && change.abs() <= *resolution {
                    return 0.0;
                }
                let vanished = self.tables.logs && sum.abs().ln() < VANISHED;
                let flipped = Total { ln_scale: table.shift, sum };
                -self.prefactor
                    * if vanished {
                        // Beside the shift, that is: form the terms again around their own largest.
                        self.aggregator.change(*total, self.slow_total(cache, i, up_spin))
                    } else if Q::ADDITIVE {
                        self.aggregator.value(flipped)
                    } else {
                        self.aggregator.change(*total, flipped)
                    }
            }
        }
    }

    fn apply(&self, x: &mut Spins, cache: &mut FlipCache, Flip(i): Flip) {
        let (site, was_up, len) = (self.store.site(i), x.is_up(i), self.store.len());
        vectorize(MoveDots { dots: &mut cache.dots, site, was_up });
        cache.dots[len..].fill(self.tables.n as i32);
        x.flip(i);
        cache.refresh::<Q>(&self.tables);
    }
}
