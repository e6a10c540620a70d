//! Panels: factors of a batch of states, turned so that the states lie side by side.

#[cfg(target_arch = "x86_64")]
use super::Level;
use super::lanes::Lanes;
use crate::Real;

/// Most strips of a tile: 24 registers hold its sums.
pub(super) const STRIPS: usize = 3;

/// Rows of a strip: one of the widest registers.
pub(crate) const fn strip<T>() -> usize {
    64 / size_of::<T>()
}

/// Rows of the widest panel.
pub(crate) const fn panel_rows<T>() -> usize {
    STRIPS * strip::<T>()
}

/// A matrix of `count` rows, up to [`panel_rows`], filled up with zeros to `width`, which is whole strips; `depth`
/// columns. Entry (r, l) lies at `l·width + r`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Panel {
    pub(crate) count: usize,
    pub(crate) depth: usize,
}

impl Panel {
    pub(crate) fn width<T>(self) -> usize {
        self.count.next_multiple_of(strip::<T>())
    }

    /// Whether `data` has room for the panel.
    fn fits<T>(self, data: &[T]) -> bool {
        (1..=panel_rows::<T>()).contains(&self.count) && data.len() >= self.width::<T>() * self.depth
    }
}

/// What computes a tile: the fused multiply and add of the level, or two roundings at the portable one.
///
/// All that can fuse give the same bits, because every sum is one chain in the order of its terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// The widest unit of the level in use.
#[cfg(target_arch = "x86_64")]
pub(crate) fn unit() -> Unit {
    match super::level() {
        Level::Portable => Unit::Portable,
        // Older server processors have these registers without the vector population count that the level asks for.
        Level::Avx512 | Level::Avx2 if is_x86_feature_detected!("avx512f") => Unit::Avx512,
        Level::Avx512 | Level::Avx2 => Unit::Avx2,
    }
}

/// The widest unit of the level in use.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn unit() -> Unit {
    Unit::Portable
}

/// Whether this machine has the unit.
pub(super) fn has(unit: Unit) -> bool {
    match unit {
        Unit::Portable => true,
        #[cfg(target_arch = "x86_64")]
        Unit::Avx2 => super::detected() >= Level::Avx2,
        #[cfg(target_arch = "x86_64")]
        Unit::Avx512 => super::detected() >= Level::Avx2 && is_x86_feature_detected!("avx512f"),
    }
}

/// A loop that is compiled for the registers of each unit.
pub(super) trait Loop<T: Real>: Sized {
    /// # Safety
    /// The machine must have the instruction set of `L`, and all slices the lengths that `run` has checked.
    unsafe fn run_with<L: Lanes<Scalar = T>>(self);

    /// # Safety
    /// As [`run_with`](Self::run_with), for the unit.
    unsafe fn run_on(self, unit: Unit) {
        // SAFETY: promised by the caller.
        unsafe {
            match unit {
                Unit::Portable => self.run_with::<T::Portable>(),
                #[cfg(target_arch = "x86_64")]
                Unit::Avx2 => run_avx2(self),
                #[cfg(target_arch = "x86_64")]
                Unit::Avx512 => run_avx512(self),
            }
        }
    }
}

/// # Safety
/// As [`Loop::run_with`], for AVX-512F.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn run_avx512<T: Real>(op: impl Loop<T>) {
    // SAFETY: promised by the caller.
    unsafe { op.run_with::<T::Avx512>() }
}

/// # Safety
/// As [`Loop::run_with`], for AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2<T: Real>(op: impl Loop<T>) {
    // SAFETY: promised by the caller.
    unsafe { op.run_with::<T::Avx2>() }
}

/// Fills a panel with rows that lie apart: entry (r, l) is `a[r·distance + l]`.
#[derive(Debug)]
pub struct Fill<'a, T> {
    pub(crate) unit: Unit,
    pub(crate) panel: Panel,
    pub(crate) a: &'a [T],
    pub(crate) distance: usize,
    pub(crate) data: &'a mut [T],
}

impl<T: Real> Fill<'_, T> {
    /// # Panics
    /// If `a` or `data` is too small for the panel.
    pub(super) fn run(self) {
        let Panel { count, depth } = self.panel;
        assert!(has(self.unit) && self.panel.fits(self.data), "{:?} in {}", self.panel, self.data.len());
        let held = (count - 1) * self.distance + depth;
        assert!(depth == 0 || self.a.len() >= held, "{:?} outside its matrix", self.panel);
        let unit = self.unit;
        // SAFETY: the asserts are what the loop asks for, and the machine has the unit.
        unsafe { self.run_on(unit) }
    }

    /// Turns the rows from `r` on in squares of N = LANES, side by side up to `deep`.
    ///
    /// # Safety
    /// As [`run_with`](Loop::run_with); r + N must be within the rows of the panel, and `deep` a multiple of N within its
    /// depth.
    #[inline(always)]
    unsafe fn squares<L: Lanes<Scalar = T>, const N: usize>(&mut self, r: usize, deep: usize) {
        let width = self.panel.width::<T>();
        let (from, to) = (self.a.as_ptr(), self.data.as_mut_ptr());
        for l in (0..deep).step_by(N) {
            // SAFETY: promised by the caller; l + N <= deep.
            unsafe {
                let mut square = [L::splat(T::zero()); N];
                for (i, x) in square.iter_mut().enumerate() {
                    *x = L::load(from.add((r + i) * self.distance + l));
                }
                // Shuffling the two halves of the rows into each other log2 N times makes rows of columns.
                let mut half = 1;
                while half < N {
                    let before = square;
                    for i in 0..N / 2 {
                        (square[2 * i], square[2 * i + 1]) = L::interleave(before[i], before[i + N / 2]);
                    }
                    half *= 2;
                }
                for (i, &x) in square.iter().enumerate() {
                    L::store(to.add((l + i) * width + r), x);
                }
            }
        }
    }
}

impl<T: Real> Loop<T> for Fill<'_, T> {
    /// Whole squares of registers, and the rest one by one.
    #[inline(always)]
    unsafe fn run_with<L: Lanes<Scalar = T>>(mut self) {
        let Panel { count, depth } = self.panel;
        let width = self.panel.width::<T>();
        let (whole, deep) = (count / L::LANES * L::LANES, depth / L::LANES * L::LANES);
        // SAFETY: promised by the caller; whole <= count and deep <= depth.
        unsafe {
            for r in (0..whole).step_by(L::LANES) {
                match L::LANES {
                    4 => self.squares::<L, 4>(r, deep),
                    8 => self.squares::<L, 8>(r, deep),
                    16 => self.squares::<L, 16>(r, deep),
                    _ => unreachable!("registers of 4, 8 or 16"),
                }
            }
        }
        for r in 0..width {
            for l in (if r < whole { deep } else { 0 })..depth {
                self.data[l * width + r] = if r < count { self.a[r * self.distance + l] } else { T::zero() };
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::test_words;
    use super::*;

    pub(in crate::simd) fn units() -> impl Iterator<Item = Unit> {
        #[cfg(target_arch = "x86_64")]
        let all = [Unit::Portable, Unit::Avx2, Unit::Avx512];
        #[cfg(not(target_arch = "x86_64"))]
        let all = [Unit::Portable];
        all.into_iter().filter(|&unit| has(unit))
    }

    pub(in crate::simd) fn numbers<T: Real>(count: usize) -> Vec<T> {
        let mut next = test_words(count as u64);
        (0..count).map(|_| T::narrow((next() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0)).collect()
    }

    fn panels_are_transposes<T: Real>() {
        let most = panel_rows::<T>();
        for (count, depth) in [(3, 5), (17, 33), (most, 64), (8, 8), (16, 40), (most - 1, 100), (most, 0)] {
            let panel = Panel { count, depth };
            let (width, distance) = (panel.width::<T>(), count.max(depth) + 7);
            let a = numbers::<T>(count.max(depth) * distance);
            for unit in units() {
                let mut data = vec![T::narrow(9.0); depth * width + 4];
                Fill { unit, panel, a: &a, distance, data: &mut data }.run();
                for (at, x) in data.iter().enumerate() {
                    let (l, r) = (at / width, at % width);
                    let expected = match (l < depth, r < count) {
                        (true, true) => a[r * distance + l],
                        (true, false) => T::zero(),
                        (false, _) => T::narrow(9.0),
                    };
                    assert_eq!(*x, expected, "{unit:?}: ({r}, {l}) of {panel:?}");
                }
            }
        }
    }

    #[test]
    fn a_panel_is_the_transpose_on_every_unit() {
        panels_are_transposes::<f64>();
        panels_are_transposes::<f32>();
    }

    #[test]
    #[should_panic(expected = "outside its matrix")]
    fn a_panel_of_too_few_rows_is_caught() {
        let panel = Panel { count: 4, depth: 3 };
        Fill { unit: unit(), panel, a: &[0.0; 17], distance: 5, data: &mut [0.0; 24] }.run();
    }

    #[test]
    #[should_panic(expected = "in 23")]
    fn a_panel_without_room_is_caught() {
        let panel = Panel { count: 4, depth: 3 };
        Fill { unit: unit(), panel, a: &[0.0; 20], distance: 5, data: &mut [0.0; 23] }.run();
    }

    #[test]
    #[should_panic(expected = "in 99")]
    fn a_panel_of_no_rows_is_caught() {
        let panel = Panel { count: 0, depth: 3 };
        Fill { unit: unit(), panel, a: &[0.0; 20], distance: 5, data: &mut [0.0; 99] }.run();
    }
}
