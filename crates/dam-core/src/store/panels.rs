//! The matrix products of a batch: panels of patterns that stay in the first cache while all states pass by.

use crate::Real;
use crate::simd::{Fill, Multiply, Panel, panel_rows, strip, unit};

/// Terms of a sum per panel: 36 KiB of patterns.
const DEPTH: usize = 192;

/// Memory for one panel of patterns.
#[derive(Debug)]
pub(super) struct Panels<T> {
    data: Vec<T>,
    /// Where the first whole cache line starts.
    first: usize,
}

impl<T: Real> Panels<T> {
    pub(super) fn new() -> Self {
        let data = vec![T::zero(); DEPTH * panel_rows::<T>() + strip::<T>()];
        let first = data.as_ptr().align_offset(64).min(strip::<T>());
        Self { data, first }
    }

    /// `m[s·column + μ] = factor Σ_i rows[i·stride + μ] x_s[i]` for μ < `len` and all states s.
    ///
    /// # Panics
    /// If a slice is too small for that.
    pub(super) fn overlaps(
        &mut self,
        rows: (&[T], usize),
        len: usize,
        x: &[&[T]],
        factor: f64,
        m: (&mut [T], usize),
    ) {
        let depth = x.first().map_or(0, |x| x.len());
        self.product([len, depth], rows, false, x, m, T::narrow(factor));
    }

    /// `h[s·sites + i] += Σ_μ rows[i·stride + μ] w_s[μ]` for i < `sites` and all weights w_s.
    ///
    /// # Panics
    /// If a slice is too small for that.
    pub(super) fn add_patterns(&mut self, rows: (&[T], usize), w: &[&[T]], h: &mut [T], sites: usize) {
        let depth = w.first().map_or(0, |w| w.len());
        self.product([sites, depth], rows, true, w, (h, sites), T::one());
    }

    /// The rows × depth matrix of patterns, or of patterns turned, times b: `turned` adds to c.
    fn product(
        &mut self,
        [rows, depth]: [usize; 2],
        (a, stride): (&[T], usize),
        turned: bool,
        b: &[&[T]],
        (c, column): (&mut [T], usize),
        factor: T,
    ) {
        let (unit, data) = (unit(), &mut self.data[self.first..]);
        // Panels of one depth: a short last one would spend its time on loading and storing sums.
        let step = depth.div_ceil(depth.div_ceil(DEPTH).max(1)).max(1);
        for row in (0..rows).step_by(panel_rows::<T>()) {
            for first in (0..depth).step_by(step) {
                let panel =
                    Panel { count: (rows - row).min(panel_rows::<T>()), depth: step.min(depth - first) };
                let from = if turned { row * stride + first } else { first * stride + row };
                T::fill(Fill { unit, panel, a: &a[from..], row: stride, turned, data });
                let factor = if first + panel.depth == depth { factor } else { T::one() };
                let (c, accumulate) = (&mut c[row..], turned || first > 0);
                T::multiply(Multiply { unit, panel, data, b, first, c, column, accumulate, factor });
            }
        }
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
        for [n, len, states] in [
            [1, 1, 1],
            [7, 5, 3],
            [16, 16, 8],
            [33, 47, 9],
            [64, 130, 16],
            [300, 31, 12],
            [17, 600, 7],
            [515, 70, 25],
        ] {
            let (stride, column) = (len + 3, len + 2);
            let rows = numbers::<T>(n * stride, 0.7);
            let x: Vec<Vec<T>> = (0..states).map(|s| numbers(n, 1.3 + s as f64)).collect();
            let x: Vec<&[T]> = x.iter().map(Vec::as_slice).collect();
            let mut m = vec![T::narrow(9.0); states * column];
            let mut panel = Panels::new();
            panel.overlaps((&rows, stride), len, &x, 0.5, (&mut m, column));
            let w: Vec<&[T]> = m.chunks(column).map(|m| &m[..len]).collect();
            let mut h = numbers::<T>(states * n, 0.1);
            let before = h.clone();
            panel.add_patterns((&rows, stride), &w, &mut h, n);
            let at = |i: usize, mu: usize| rows[i * stride + mu].widen();
            for s in 0..states {
                for mu in 0..len {
                    let expected: f64 = 0.5 * (0..n).map(|i| at(i, mu) * x[s][i].widen()).sum::<f64>();
                    let found = m[s * column + mu].widen();
                    assert!((found - expected).abs() < tolerance * n as f64, "m: {n} {len} {states}");
                }
                // What lies between the columns is left alone.
                assert!(m[s * column + len..][..2].iter().all(|m| m.widen() == 9.0));
                for i in 0..n {
                    let sum: f64 = (0..len).map(|mu| at(i, mu) * w[s][mu].widen()).sum();
                    let found = h[s * n + i].widen();
                    let expected = before[s * n + i].widen() + sum;
                    assert!((found - expected).abs() < tolerance * (n * len) as f64, "h: {n} {len} {states}");
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
        let (n, len) = (70, 90);
        let rows = numbers::<f64>(n * len, 0.7);
        let x: Vec<Vec<f64>> = (0..21).map(|s| numbers(n, 1.3 + f64::from(s))).collect();
        let x: Vec<&[f64]> = x.iter().map(Vec::as_slice).collect();
        let overlaps = |x: &[&[f64]]| {
            let mut m = vec![0.0; x.len() * len];
            Panels::new().overlaps((&rows, len), len, x, 1.0 / 70.0, (&mut m, len));
            m
        };
        let all = overlaps(&x);
        for range in [0..1, 3..11, 8..21] {
            assert_eq!(overlaps(&x[range.clone()]), all[range.start * len..range.end * len]);
        }
    }

    #[test]
    #[should_panic(expected = "outside its matrix")]
    fn rows_that_are_too_short_are_caught() {
        let mut m = vec![0.0_f32; 5];
        let x = [[1.0_f32; 3].as_slice()];
        Panels::new().overlaps((&[0.0; 14], 5), 5, &x, 1.0, (&mut m, 5));
    }
}
