//! The matrix products of a batch, straight from the bricks of patterns.

use crate::Real;
use crate::simd::{Factors, Fill, Lines, Multiply, Panel, Strips, panel_rows, strip, unit};

/// Terms of a sum at a time: as many of 24 patterns as stay in the first cache while all states pass by.
const DEPTH: usize = 192;

/// The states of a batch, as a product reads them: in bricks, site after site, strips of sites side by side.
#[derive(Debug)]
pub(crate) struct States<T> {
    sites: usize,
    count: usize,
    /// Site i of state s lies at `(i / strip · count + s) · strip + i % strip`.
    bricks: Lines<T>,
}

impl<T: Real> States<T> {
    /// # Panics
    /// If a state has not that many sites.
    pub(crate) fn new<'a>(sites: usize, x: impl ExactSizeIterator<Item = &'a [T]>) -> Self {
        let (strip, count) = (strip::<T>(), x.len());
        let mut bricks = Lines::zeros(sites.div_ceil(strip) * count);
        for (s, x) in x.enumerate() {
            assert_eq!(x.len(), sites, "sites of a state");
            for (brick, x) in bricks.chunks_exact_mut(count * strip).zip(x.chunks(strip)) {
                brick[s * strip..][..x.len()].copy_from_slice(x);
            }
        }
        Self { sites, count, bricks }
    }

    /// `m[s·column + μ] = factor Σ_i ξ_i^μ x_s[i]` for the first `len` patterns of `bricks` and all states s.
    ///
    /// # Panics
    /// If a slice is too small for that.
    pub(crate) fn overlaps(&self, bricks: &[T], len: usize, factor: f64, (m, column): (&mut [T], usize)) {
        let (unit, strip, sites, count) = (unit(), strip::<T>(), self.sites, self.count);
        // Parts of one depth: a short last one would spend its time on loading and storing sums.
        let step = sites.div_ceil(sites.div_ceil(DEPTH)).next_multiple_of(strip);
        for first in (0..sites).step_by(step) {
            let depth = step.min(sites - first);
            let factor = if first + depth == sites { T::narrow(factor) } else { T::one() };
            let b = Factors { data: &self.bricks[first * count..], columns: count, distance: count * strip };
            for from in (0..len).step_by(panel_rows::<T>()) {
                let rows = panel_rows::<T>().min(len - from);
                let data = &bricks[from * sites + first * strip..];
                let a = Strips { data, rows, distance: sites * strip, step: strip };
                let (c, accumulate, prefetch) = (&mut m[from..], first > 0, true);
                T::multiply(Multiply { unit, a, b, depth, c, column, accumulate, factor, prefetch });
            }
        }
    }
}

/// The sums Σ_μ w_μ ξ^μ of a batch of states, which lie side by side while they grow.
#[derive(Debug)]
pub(super) struct PatternSums<T> {
    sites: usize,
    states: usize,
    /// Panels of states, one after the other: entry (s, i) of each lies at `i·width + s`.
    sums: Lines<T>,
    /// The weights of one panel.
    weights: Lines<T>,
}

impl<T: Real> PatternSums<T> {
    /// Empty sums of `states` states, for at most `most` patterns at a time.
    pub(super) fn new(sites: usize, states: usize, most: usize) -> Self {
        let (strip, strips) = (strip::<T>(), panel_rows::<T>() / strip::<T>());
        let sums = Lines::zeros(sites * states.div_ceil(strip));
        Self { sites, states, sums, weights: Lines::zeros(most * strips) }
    }

    /// Multiplies the sum of state `s`.
    pub(super) fn scale(&mut self, s: usize, factor: T) {
        let (first, width) = self.panel(s);
        self.sums[first..].iter_mut().step_by(width).take(self.sites).for_each(|sum| *sum *= factor);
    }

    /// Adds the first `len` patterns of `bricks` with the weights `w[s·column + μ]`.
    ///
    /// # Panics
    /// If a slice is too small for that, or `len` more than there is room for.
    pub(super) fn add(&mut self, bricks: &[T], len: usize, (w, column): (&[T], usize)) {
        let (unit, strip, sites) = (unit(), strip::<T>(), self.sites);
        assert!(w.len() >= (self.states - 1) * column + len, "weights of too few states");
        let weights = &mut *self.weights;
        let panels =
            self.sums.chunks_mut(sites * panel_rows::<T>()).zip(w.chunks(column * panel_rows::<T>()));
        for (p, (sums, w)) in panels.enumerate() {
            let count = panel_rows::<T>().min(self.states - p * panel_rows::<T>());
            let panel = Panel { count, depth: len };
            let width = panel.width::<T>();
            T::fill(Fill { unit, panel, a: w, distance: column, data: weights });
            let a = Strips { data: weights, rows: width, distance: strip, step: width };
            let b = Factors { data: bricks, columns: sites, distance: sites * strip };
            let (accumulate, factor, prefetch) = (true, T::one(), false);
            T::multiply(Multiply {
                unit,
                a,
                b,
                depth: len,
                c: sums,
                column: width,
                accumulate,
                factor,
                prefetch,
            });
        }
    }

    /// Writes the sums, one state after the other.
    pub(super) fn finish(&self, h: &mut [T]) {
        for (s, h) in h.chunks_exact_mut(self.sites).enumerate() {
            let (first, width) = self.panel(s);
            let sum = self.sums[first..].iter().step_by(width);
            h.iter_mut().zip(sum).for_each(|(h, &sum)| *h = sum);
        }
    }

    /// Where the sum of state `s` starts, and the distance of its entries.
    fn panel(&self, s: usize) -> (usize, usize) {
        let (most, states) = (panel_rows::<T>(), self.states);
        let before = s / most * most;
        (before * self.sites + s % most, most.min((states - before).next_multiple_of(strip::<T>())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers<T: Real>(count: usize, seed: f64) -> Vec<T> {
        (0..count).map(|k| T::narrow((k as f64 * seed).sin())).collect()
    }

    /// Against the triple loop in f64, at sizes around every edge: strips, tiles, squares and panels.
    fn products_equal_the_triple_loop<T: Real>(tolerance: f64) {
        let strip = strip::<T>();
        for [n, len, states] in [
            [1_usize, 1, 1],
            [7, 5, 3],
            [16, 16, 8],
            [33, 47, 9],
            [64, 130, 16],
            [300, 31, 12],
            [17, 600, 7],
            [515, 70, 25],
            [20, 33, 131],
        ] {
            let column = len + 2;
            let bricks = numbers::<T>(n * len.next_multiple_of(strip), 0.7);
            let x: Vec<Vec<T>> = (0..states).map(|s| numbers(n, 1.3 + s as f64)).collect();
            let x: Vec<&[T]> = x.iter().map(Vec::as_slice).collect();
            let mut m = vec![T::narrow(9.0); states * column];
            States::new(n, x.iter().copied()).overlaps(&bricks, len, 0.5, (&mut m, column));
            let mut sums = PatternSums::new(n, states, len);
            sums.add(&bricks, len, (&m, column));
            [0, states - 1]
                .iter()
                .for_each(|&s| sums.scale(s, T::narrow(if states == 1 { 0.5_f64.sqrt() } else { 0.5 })));
            sums.add(&bricks, len, (&m, column));
            let mut h = vec![T::zero(); n * states];
            sums.finish(&mut h);
            let at = |i: usize, mu: usize| bricks[(mu / strip * n + i) * strip + mu % strip].widen();
            for s in 0..states {
                for mu in 0..len {
                    let expected: f64 = 0.5 * (0..n).map(|i| at(i, mu) * x[s][i].widen()).sum::<f64>();
                    let found = m[s * column + mu].widen();
                    assert!((found - expected).abs() < tolerance * n as f64, "m: {n} {len} {states}");
                }
                // What lies between the columns is left alone.
                assert!(m[s * column + len..][..2].iter().all(|m| m.widen() == 9.0));
                let times = if s == 0 || s == states - 1 { 1.5 } else { 2.0 };
                for i in 0..n {
                    let sum: f64 = (0..len).map(|mu| at(i, mu) * m[s * column + mu].widen()).sum();
                    let found = h[s * n + i].widen();
                    let bound = 2.0 * tolerance * (n * len) as f64;
                    assert!((found - times * sum).abs() < bound, "h: {n} {len} {states}");
                }
            }
        }
    }

    #[test]
    fn products_equal_the_triple_loop_in_both_scalars() {
        products_equal_the_triple_loop::<f64>(1e-15);
        products_equal_the_triple_loop::<f32>(3e-7);
    }

    #[test]
    fn a_state_gives_the_same_bits_in_every_batch() {
        // More than one part of a sum over sites.
        let (n, len) = (470, 90);
        let bricks = numbers::<f64>(n * 96, 0.7);
        let x: Vec<Vec<f64>> = (0..21).map(|s| numbers(n, 1.3 + f64::from(s))).collect();
        let x: Vec<&[f64]> = x.iter().map(Vec::as_slice).collect();
        let both = |x: &[&[f64]]| {
            let (mut m, mut h) = (vec![0.0; x.len() * len], vec![0.0; x.len() * n]);
            States::new(n, x.iter().copied()).overlaps(&bricks, len, 1.0 / 470.0, (&mut m, len));
            let mut sums = PatternSums::new(n, x.len(), len);
            (0..2).for_each(|_| sums.add(&bricks, len, (&m, len)));
            sums.finish(&mut h);
            (m, h)
        };
        let all = both(&x);
        for range in [0..1, 3..11, 8..21] {
            let (m, h) = both(&x[range.clone()]);
            assert_eq!(m, all.0[range.start * len..range.end * len]);
            assert_eq!(h, all.1[range.start * n..range.end * n]);
        }
    }

    #[test]
    #[should_panic(expected = "sites of a state")]
    fn a_state_of_another_size_is_caught() {
        States::new(3, [[1.0; 3].as_slice(), &[1.0; 2]].into_iter());
    }

    #[test]
    #[should_panic(expected = "numbers of a")]
    fn bricks_that_are_too_short_are_caught() {
        let mut m = vec![0.0_f32; 5];
        let x = [[1.0_f32; 3].as_slice()];
        States::new(3, x.into_iter()).overlaps(&[0.0; 47], 5, 1.0, (&mut m, 5));
    }
}
