//! Panels: parts of a matrix, copied so that the product reads them in order.

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

/// Part of a matrix, copied for the product: `count` rows, up to [`panel_rows`], filled up with zeros to `width`,
/// which is whole strips; `depth` columns. Entry (r, l) lies at `l·width + r`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Panel {
    pub(crate) count: usize,
    pub(crate) depth: usize,
}

impl Panel {
    pub(super) fn width<T>(self) -> usize {
        self.count.next_multiple_of(strip::<T>())
    }

    /// Whether `data` has room for the panel.
    pub(super) fn fits<T>(self, data: &[T]) -> bool {
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

/// Fills a panel with rows and columns of `a` as they are, or turned: entry (r, l) is `a[l·row + r]`, or
/// `a[r·row + l]` if `turned`.
#[derive(Debug)]
pub struct Fill<'a, T> {
    pub(crate) unit: Unit,
    pub(crate) panel: Panel,
    pub(crate) a: &'a [T],
    pub(crate) row: usize,
    pub(crate) turned: bool,
    pub(crate) data: &'a mut [T],
}

impl<T: Real> Fill<'_, T> {
    /// # Panics
    /// If `a` or `data` is too small for the panel.
    pub(super) fn run(self) {
        let Self { unit, panel, a, row, turned, data } = self;
        assert!(has(unit) && panel.fits(data), "{panel:?} in {} numbers, on {unit:?}", data.len());
        let Panel { count, depth } = panel;
        let (rows, length) = if turned { (count, depth) } else { (depth, count) };
        assert!(depth == 0 || a.len() >= (rows - 1) * row + length, "{panel:?} outside its matrix");
        let copy = Copy { panel, a: a.as_ptr(), row, turned, to: data.as_mut_ptr() };
        // SAFETY: the asserts are what `Copy::run` asks for, and the machine has the unit.
        unsafe {
            match unit {
                Unit::Portable => copy.run::<T::Portable>(),
                #[cfg(target_arch = "x86_64")]
                Unit::Avx2 => copy_avx2(&copy),
                #[cfg(target_arch = "x86_64")]
                Unit::Avx512 => copy_avx512(&copy),
            }
        }
    }
}

/// # Safety
/// As [`Copy::run`], for AVX-512F.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn copy_avx512<T: Real>(copy: &Copy<T>) {
    // SAFETY: promised by the caller.
    unsafe { copy.run::<T::Avx512>() }
}

/// # Safety
/// As [`Copy::run`], for AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn copy_avx2<T: Real>(copy: &Copy<T>) {
    // SAFETY: promised by the caller.
    unsafe { copy.run::<T::Avx2>() }
}

/// What [`Fill`] was given, checked.
struct Copy<T> {
    panel: Panel,
    a: *const T,
    row: usize,
    turned: bool,
    to: *mut T,
}

impl<T: Real> Copy<T> {
    /// Whole registers, or whole squares of them, and the rest one by one.
    ///
    /// # Safety
    /// All must be as [`Fill`] checks it, and the machine have the instruction set of `L`.
    #[inline(always)]
    unsafe fn run<L: Lanes<Scalar = T>>(&self) {
        let Self { panel: Panel { count, depth }, a, row, turned, to } = *self;
        let width = self.panel.width::<T>();
        let whole = count / L::LANES * L::LANES;
        let deep = if turned { depth / L::LANES * L::LANES } else { depth };
        // SAFETY: promised by the caller; whole <= count and deep <= depth.
        unsafe {
            if turned {
                let mut r = 0;
                while r < whole {
                    match L::LANES {
                        4 => self.squares::<L, 4>(r, deep),
                        8 => self.squares::<L, 8>(r, deep),
                        16 => self.squares::<L, 16>(r, deep),
                        _ => unreachable!("registers of 4, 8 or 16"),
                    }
                    r += L::LANES;
                }
            } else {
                for l in 0..depth {
                    let mut r = 0;
                    while r < whole {
                        L::store(to.add(l * width + r), L::load(a.add(l * row + r)));
                        r += L::LANES;
                    }
                }
            }
            for r in 0..width {
                for l in (if r < whole { deep } else { 0 })..depth {
                    let from = if turned { r * row + l } else { l * row + r };
                    to.add(l * width + r).write(if r < count { *a.add(from) } else { T::zero() });
                }
            }
        }
    }

    /// Transposes the rows from `r` on in squares of N = LANES, side by side up to `deep`.
    ///
    /// # Safety
    /// As [`run`](Self::run); r + N must be within the rows of the panel, and `deep` a multiple of N within its
    /// depth.
    #[inline(always)]
    unsafe fn squares<L: Lanes<Scalar = T>, const N: usize>(&self, r: usize, deep: usize) {
        let width = self.panel.width::<T>();
        let mut l = 0;
        while l < deep {
            // SAFETY: promised by the caller; l + N <= deep.
            unsafe {
                let mut square = [L::splat(T::zero()); N];
                for (i, x) in square.iter_mut().enumerate() {
                    *x = L::load(self.a.add((r + i) * self.row + l));
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
                    L::store(self.to.add((l + i) * width + r), x);
                }
            }
            l += N;
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

    fn panels_are_copies<T: Real>() {
        let most = panel_rows::<T>();
        for (count, depth) in [(3, 5), (17, 33), (most, 64), (8, 8), (16, 40), (most - 1, 100), (most, 0)] {
            let panel = Panel { count, depth };
            let (width, row) = (panel.width::<T>(), count.max(depth) + 7);
            let a = numbers::<T>(count.max(depth) * row);
            for (unit, turned) in units().flat_map(|unit| [(unit, false), (unit, true)]) {
                let mut data = vec![T::narrow(9.0); depth * width + 4];
                Fill { unit, panel, a: &a, row, turned, data: &mut data }.run();
                for (at, x) in data.iter().enumerate() {
                    let (l, r) = (at / width, at % width);
                    let expected = match (l < depth, r < count) {
                        (true, true) => a[if turned { r * row + l } else { l * row + r }],
                        (true, false) => T::zero(),
                        (false, _) => T::narrow(9.0),
                    };
                    assert_eq!(*x, expected, "{unit:?}, turned {turned}: ({r}, {l}) of {panel:?}");
                }
            }
        }
    }

    #[test]
    fn a_panel_is_a_copy_or_the_transpose_on_every_unit() {
        panels_are_copies::<f64>();
        panels_are_copies::<f32>();
    }

    #[test]
    #[should_panic(expected = "outside its matrix")]
    fn a_panel_of_too_few_rows_is_caught() {
        let panel = Panel { count: 4, depth: 3 };
        Fill { unit: unit(), panel, a: &[0.0; 17], row: 5, turned: true, data: &mut [0.0; 24] }.run();
    }
}
