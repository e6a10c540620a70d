//! One byte per pattern: the prices of quadratic and cubic energies.
//!
//! All dot products have the parity of N, so half of one, k = ⌊S/2⌋, lies in a byte while |S| <= 254; the few patterns
//! near that or beyond, the one that is retrieved among them, are kept apart. A flip moves every k by one. What a flip changes of an
//! energy of degree three or less is a polynomial of k of degree two, so a price needs Σ k and Σ k² over the patterns
//! that agree with the spin: one product of bytes by a column of bits.

use super::flip_of;
use crate::simd::{self, Powers};
use crate::store::PatternStore;
use crate::store::bits::BitPatterns;
use crate::store::tables::IntegerTables;

/// c\[0\] + c\[1\] k + c\[2\] k²; sums of it over patterns fit an i64 though its parts may wrap.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quadratic([i64; 3]);

impl Quadratic {
    fn sum(self, count: i64, k: i64, k2: i64) -> i64 {
        let [c0, c1, c2] = self.0;
        c0.wrapping_mul(count).wrapping_add(c1.wrapping_mul(k)).wrapping_add(c2.wrapping_mul(k2))
    }

    fn powers(self) -> Powers {
        match self.0 {
            [_, _, 0] => Powers::One,
            [_, 0, _] => Powers::Two,
            _ => Powers::Both,
        }
    }
}

/// The state of one trial.
#[derive(Clone, Debug)]
pub(super) struct Narrow {
    /// ⌊S/2⌋ of every pattern, in whole words; zero for the padding and for patterns that are far.
    plane: Vec<i8>,
    /// Patterns beyond the reach of a byte, with their ⌊S/2⌋.
    far: Vec<(u32, i32)>,
    /// Flips until a byte may leave its range.
    headroom: u8,
    /// Σ k and Σ k² over all patterns.
    all: [i64; 2],
    up: Quadratic,
    turn: Quadratic,
    slope: Quadratic,
    patterns: usize,
    /// Of N, and so of every dot product.
    parity: i32,
}

/// Magnitudes that stay in the plane when it is sorted, and those that come back to it.
const STAY: u8 = 112;
const RETURN: u32 = 96;
/// Of this many patterns one may be far; with more, looking at them one by one takes what the bytes save.
const FAR_SHARE: usize = 32;

impl Narrow {
    /// `None` if the tables are not quadratic, or if too many patterns are far.
    pub(super) fn new(store: &BitPatterns, tables: &IntegerTables, n: usize, dots: &[i32]) -> Option<Self> {
        // The tables count from −N: their index is k + ⌈N/2⌉.
        let shift = n.div_ceil(2) as i64;
        let of = |table: Option<[i64; 3]>| {
            let [c0, c1, c2] = table?;
            Some(Quadratic([c0 + shift * (c1 + shift * c2), c1 + 2 * shift * c2, c2]))
        };
        let [up, turn, slope] = [&tables.up, &tables.turn, &tables.slope].map(|t| of(t.quadratic()));
        let patterns = store.len();
        let mut plane = vec![0; patterns.next_multiple_of(64)];
        let mut far = Vec::new();
        let (mut linear, mut square) = (0, 0);
        for (mu, (k, &dot)) in plane.iter_mut().zip(dots).enumerate() {
            let half = dot >> 1;
            linear += i64::from(half);
            square += i64::from(half) * i64::from(half);
            if half.unsigned_abs() <= u32::from(STAY) {
                *k = half as i8;
            } else {
                far.push((u32::try_from(mu).ok()?, half));
            }
        }
        let all = [linear, square];
        let (up, turn, slope, parity) = (up?, turn?, slope?, n as i32 & 1);
        let mut narrow = Self { plane, far, headroom: 0, all, up, turn, slope, patterns, parity };
        narrow.sort().then_some(narrow)
    }

    /// Σ_μ F after a flip of site `i` minus Σ_μ F before, in the units of the tables.
    pub(super) fn change(&self, store: &BitPatterns, i: usize, is_up: bool) -> i64 {
        let all = self.up.sum(self.patterns as i64, self.all[0], self.all[1]);
        all.wrapping_add(self.agreeing(store, i, is_up, self.turn))
    }

    /// x_i Σ_μ ξ_i^μ slope(S_μ).
    pub(super) fn aligned_slope(&self, store: &BitPatterns, i: usize, is_up: bool) -> i64 {
        let all = self.slope.sum(self.patterns as i64, self.all[0], self.all[1]);
        self.agreeing(store, i, is_up, self.slope).wrapping_mul(2).wrapping_sub(all)
    }

    /// The sum over the patterns that agree with spin `i`.
    fn agreeing(&self, store: &BitPatterns, i: usize, is_up: bool, of: Quadratic) -> i64 {
        let (site, flip) = (self.words(store, i), flip_of(is_up));
        let [mut k, mut k2] = simd::selected_sums(site, flip, &self.plane, of.powers());
        for &(mu, far) in &self.far {
            if agrees(site, flip, mu) {
                k += i64::from(far);
                k2 += i64::from(far) * i64::from(far);
            }
        }
        of.sum(store.agreeing(i, is_up) as i64, k, k2)
    }

    /// Follows a flip of site `i`. `false` if the plane has become too sparse to be worth it; it is still right.
    pub(super) fn flip(&mut self, store: &BitPatterns, i: usize, was_up: bool) -> bool {
        let (site, flip) = (self.words(store, i), flip_of(was_up));
        let mut selected = simd::step_bytes(site, flip, &mut self.plane);
        self.plane[self.patterns..].fill(0);
        for (mu, far) in &mut self.far {
            self.plane[*mu as usize] = 0;
            if agrees(site, flip, *mu) {
                selected += i64::from(*far);
                *far -= 1;
            } else {
                *far += 1;
            }
        }
        // Σ (k ± 1) and Σ (k ± 1)², minus where pattern and spin agreed.
        let patterns = self.patterns as i64;
        let [k, k2] = self.all;
        self.all =
            [k + patterns - 2 * store.agreeing(i, was_up) as i64, k2 + 2 * (k - 2 * selected) + patterns];
        self.headroom -= 1;
        self.headroom > 0 || self.sort()
    }

    /// Moves patterns between the plane and the list, so that no byte leaves its range in the flips to come.
    fn sort(&mut self) -> bool {
        let plane = &mut self.plane;
        self.far.retain(|&(mu, far)| {
            let stays = far.unsigned_abs() > RETURN;
            if !stays {
                plane[mu as usize] = far as i8;
            }
            stays
        });
        let mut largest = simd::largest_magnitude(plane);
        if largest > STAY {
            for (mu, k) in plane.iter_mut().enumerate() {
                if k.unsigned_abs() > STAY {
                    self.far.push((mu as u32, i32::from(std::mem::take(k))));
                }
            }
            largest = STAY;
        }
        self.headroom = 127 - largest;
        self.far.len() <= 8 + self.patterns / FAR_SHARE
    }

    /// The dot products with all patterns.
    pub(super) fn dots(&self) -> Vec<i32> {
        let dot = |half: i32| 2 * half + self.parity;
        let mut dots: Vec<i32> = self.plane[..self.patterns].iter().map(|&k| dot(i32::from(k))).collect();
        self.far.iter().for_each(|&(mu, far)| dots[mu as usize] = dot(far));
        dots
    }

    fn words<'a>(&self, store: &'a BitPatterns, i: usize) -> &'a [u64] {
        &store.site(i)[..self.plane.len() / 64]
    }
}

fn agrees(site: &[u64], flip: u64, mu: u32) -> bool {
    (site[mu as usize / 64] ^ flip) >> (mu % 64) & 1 == 1
}
