//! Eight bytes per pattern and more: the prices of every other energy.

use super::flip_of;
use crate::aggregate::{Aggregator, Total};
use crate::logs::Running;
use crate::simd::{self, Vectorize, vectorize};
use crate::store::PatternStore;
use crate::store::bits::{BitPatterns, rounding};
use crate::store::tables::{IntegerTables, Plane, SpinTables, TableReduction};
use crate::{Dam, Kernel};

/// The dot products of a state, and per pattern what a flip would change.
#[derive(Clone, Debug)]
pub(super) struct Wide {
    /// x·ξ^μ for every pattern, padded to whole words of a site.
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

impl Wide {
    /// From the dot products with all patterns.
    pub(super) fn new<Q: Aggregator>(store: &BitPatterns, tables: &SpinTables, mut dots: Vec<i32>) -> Self {
        dots.resize(store.padded_len(), 0);
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

    /// E after a flip of site `i` minus E before.
    pub(super) fn price<K: Kernel, Q: Aggregator>(
        &self,
        dam: &Dam<BitPatterns, K, Q>,
        i: usize,
        is_up: bool,
    ) -> f64 {
        let site = dam.store.site(i);
        match &self.planes {
            Planes::Exact { up, turn } => dam.price_of((up + turn.masked_sum(site, !is_up)) as f64),
            Planes::Real { down, up, total, table, resolution } => {
                let (on, off) = if is_up { (down, up) } else { (up, down) };
                let sum = simd::blend_sum_f64(site, on, off);
                // The planes' scale is not the total's where that was formed again.
                let change = if Q::ADDITIVE { sum } else { sum - total.sum };
                if total.ln_scale == table.shift && change.abs() <= *resolution {
                    return 0.0;
                }
                let vanished = dam.tables.logs && sum.abs().ln() < VANISHED;
                let flipped = Total { ln_scale: table.shift, sum };
                -dam.prefactor
                    * if vanished {
                        // Beside the shift, that is: form the terms again around their own largest.
                        dam.aggregator.change(*total, self.slow_total(dam, i, is_up))
                    } else if Q::ADDITIVE {
                        dam.aggregator.value(flipped)
                    } else {
                        dam.aggregator.change(*total, flipped)
                    }
            }
        }
    }

    /// E to first order in spin `i`, after a flip minus before: from the tables, without a plane.
    pub(super) fn formal_price<K: Kernel, Q: Aggregator>(
        &self,
        dam: &Dam<BitPatterns, K, Q>,
        i: usize,
        is_up: bool,
    ) -> f64 {
        let (site, flip, dots) = (dam.store.site(i), flip_of(is_up), &self.dots[..self.patterns]);
        let signs = |mu: usize| ((site[mu / 64] ^ flip) >> (mu % 64) & 1 == 1, mu);
        if let Some(integer) = dam.tables.integer.as_ref().filter(|_| Q::ADDITIVE) {
            let mut slopes = integer.slope.plane(self.dots.len());
            integer.slope.gather(dam.tables.n, &self.dots, &mut slopes);
            slopes.clear_from(self.patterns);
            let sum = 2 * slopes.masked_sum(site, !is_up) - integer.slope.sum(dam.tables.n, dots);
            return dam.formal_price_of(Total { ln_scale: 0.0, sum: 0.0 }, integer.slope_unit * sum as f64);
        }
        let mut total = TableReduction::new(&dam.tables);
        let mut weights = vec![0.0; dots.len()];
        total.weights(dots, &mut weights);
        let term = |(agrees, mu): (bool, usize)| if agrees { weights[mu] } else { -weights[mu] };
        let sum: f64 = (0..dots.len()).map(signs).map(term).sum();
        // What rounding leaves of a tie is a tie.
        let resolution = rounding(self.patterns) * weights.iter().map(|w| w.abs()).sum::<f64>();
        if sum.abs() <= resolution { 0.0 } else { dam.formal_price_of(total.total(), sum) }
    }

    /// Follows a flip of site `i`.
    pub(super) fn flip<Q: Aggregator>(
        &mut self,
        store: &BitPatterns,
        tables: &SpinTables,
        i: usize,
        was_up: bool,
    ) {
        vectorize(MoveDots { dots: &mut self.dots, site: store.site(i), was_up });
        self.dots[self.patterns..].fill(tables.n as i32);
        self.refresh::<Q>(tables);
    }

    pub(super) fn dots(&self) -> &[i32] {
        &self.dots[..self.patterns]
    }

    /// ln Σ F after a flip, term by term: for the rare flip whose terms all vanish beside the shift.
    fn slow_total<K: Kernel, Q: Aggregator>(
        &self,
        dam: &Dam<BitPatterns, K, Q>,
        i: usize,
        up: bool,
    ) -> Total {
        let (site, tables) = (dam.store.site(i), &dam.tables);
        total_of_logs((0..self.patterns).map(|mu| {
            let agree = (site[mu / 64] >> (mu % 64) & 1 == 1) == up;
            tables.f[tables.index(self.dots[mu] + if agree { -2 } else { 2 })]
        }))
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
