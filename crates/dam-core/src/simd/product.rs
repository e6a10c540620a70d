//! The matrix product behind batched overlaps and fields: tiles of sums that stay in registers.

use super::lanes::Lanes;
use super::panel::{Panel, STRIPS, Unit, has, strip};
use crate::Real;

/// Columns of a tile.
const COLUMNS: usize = 8;

/// `c[s·column + r] = factor · ([c +] Σ_l panel[r, l] b[s][first + l])` for all s and all `count` rows r.
#[derive(Debug)]
pub struct Multiply<'a, T> {
    pub(crate) unit: Unit,
    pub(crate) panel: Panel,
    pub(crate) data: &'a [T],
    pub(crate) b: &'a [&'a [T]],
    pub(crate) first: usize,
    pub(crate) c: &'a mut [T],
    pub(crate) column: usize,
    pub(crate) accumulate: bool,
    pub(crate) factor: T,
}

impl<T: Real> Multiply<'_, T> {
    /// # Panics
    /// Unless `data` holds the panel, every b its depth, and `c` the result in columns that do not overlap.
    pub(super) fn run(self) {
        let Self { unit, panel, data, b, first, c, column, accumulate, factor } = self;
        assert!(has(unit) && panel.fits(data), "{panel:?} in {} numbers, on {unit:?}", data.len());
        assert!(b.iter().all(|b| b.len() >= first + panel.depth), "factors of unlike depth");
        let Some(last) = b.len().checked_sub(1) else { return };
        assert!(
            column >= panel.count && c.len() >= last * column + panel.count,
            "a product outside its matrix"
        );
        let (data, c) = (data.as_ptr(), c.as_mut_ptr());
        let all = Product { panel, data, b, first, c, column, accumulate, factor };
        // SAFETY: the asserts are what `tiles` asks for, and the machine has the unit.
        unsafe {
            match unit {
                Unit::Portable => all.tiles::<T::Portable, 1, 4>(),
                #[cfg(target_arch = "x86_64")]
                Unit::Avx2 => multiply_avx2(&all),
                #[cfg(target_arch = "x86_64")]
                Unit::Avx512 => multiply_avx512(&all),
            }
        }
    }
}

/// # Safety
/// As [`Product::tiles`], for AVX-512F.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn multiply_avx512<T: Real>(all: &Product<'_, T>) {
    // SAFETY: promised by the caller. A strip is one register.
    unsafe {
        match all.panel.width::<T>() / strip::<T>() {
            1 => all.tiles::<T::Avx512, 1, COLUMNS>(),
            2 => all.tiles::<T::Avx512, 2, COLUMNS>(),
            _ => all.tiles::<T::Avx512, STRIPS, COLUMNS>(),
        }
    }
}

/// # Safety
/// As [`Product::tiles`], for AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn multiply_avx2<T: Real>(all: &Product<'_, T>) {
    // SAFETY: promised by the caller. A strip is two registers; twelve sums leave four registers for the factors.
    unsafe {
        match all.panel.width::<T>() / strip::<T>() {
            STRIPS => all.tiles::<T::Avx2, STRIPS, 4>(),
            _ => all.tiles::<T::Avx2, 2, 4>(),
        }
    }
}

/// What [`Multiply`] was given, checked.
struct Product<'a, T> {
    panel: Panel,
    data: *const T,
    b: &'a [&'a [T]],
    first: usize,
    c: *mut T,
    column: usize,
    accumulate: bool,
    factor: T,
}

impl<T: Real> Product<'_, T> {
    /// The product, tile by tile; a tile in pieces of R registers by S columns, as many sums as there are
    /// registers for.
    ///
    /// # Safety
    /// All must be as [`Multiply`] checks it; R registers must divide the width of the panel, and S [`COLUMNS`];
    /// and the machine must have the instruction set of `L`.
    #[inline(always)]
    unsafe fn tiles<L: Lanes<Scalar = T>, const R: usize, const S: usize>(&self) {
        let (count, width) = (self.panel.count, self.panel.width::<T>());
        for (tile, b) in self.b.chunks(COLUMNS).enumerate() {
            // Columns beyond the last repeat it.
            let from: [*const T; COLUMNS] =
                std::array::from_fn(|s| b[s.min(b.len() - 1)][self.first..].as_ptr());
            // SAFETY: promised by the caller. A tile that is not whole is computed beside the matrix.
            unsafe {
                let c = self.c.add(tile * COLUMNS * self.column);
                if count == width && b.len() == COLUMNS {
                    self.tile::<L, R, S>(&from, c, self.column);
                    continue;
                }
                let mut whole = [T::zero(); COLUMNS * STRIPS * strip::<f32>()];
                if self.accumulate {
                    for s in 0..b.len() {
                        c.add(s * self.column).copy_to_nonoverlapping(whole[s * width..].as_mut_ptr(), count);
                    }
                }
                self.tile::<L, R, S>(&from, whole.as_mut_ptr(), width);
                for s in 0..b.len() {
                    c.add(s * self.column).copy_from_nonoverlapping(whole[s * width..].as_ptr(), count);
                }
            }
        }
    }

    /// # Safety
    /// As [`tiles`](Self::tiles), for factors of the panel's depth and a whole tile in `c`.
    #[inline(always)]
    unsafe fn tile<L: Lanes<Scalar = T>, const R: usize, const S: usize>(
        &self,
        b: &[*const T; COLUMNS],
        c: *mut T,
        column: usize,
    ) {
        let mut r = 0;
        while r < self.panel.width::<T>() {
            let mut s = 0;
            while s < COLUMNS {
                let b: [*const T; S] = std::array::from_fn(|j| b[s + j]);
                // SAFETY: promised by the caller; r + R LANES <= width and s + S <= COLUMNS.
                unsafe { self.piece::<L, R, S>(r, &b, c.add(s * column + r), column) };
                s += S;
            }
            r += R * L::LANES;
        }
    }

    /// The sums of R registers of rows, from row `r` on, and S columns.
    ///
    /// # Safety
    /// As [`tile`](Self::tile).
    #[inline(always)]
    unsafe fn piece<L: Lanes<Scalar = T>, const R: usize, const S: usize>(
        &self,
        r: usize,
        b: &[*const T; S],
        c: *mut T,
        column: usize,
    ) {
        // SAFETY: promised by the caller.
        unsafe {
            let mut sums = [[L::splat(T::zero()); R]; S];
            if self.accumulate {
                for (s, sums) in sums.iter_mut().enumerate() {
                    for (r, sum) in sums.iter_mut().enumerate() {
                        *sum = L::load(c.add(s * column + r * L::LANES));
                    }
                }
            }
            let (width, depth) = (self.panel.width::<T>(), self.panel.depth);
            let from = self.data.add(r);
            // Two at a time: less to count.
            for l in 0..depth / 2 {
                add_terms::<L, R, S>(&mut sums, from.add(2 * l * width), b, 2 * l);
                add_terms::<L, R, S>(&mut sums, from.add((2 * l + 1) * width), b, 2 * l + 1);
            }
            if depth % 2 == 1 {
                add_terms::<L, R, S>(&mut sums, from.add((depth - 1) * width), b, depth - 1);
            }
            let factor = L::splat(self.factor);
            for (s, sums) in sums.iter().enumerate() {
                for (r, &sum) in sums.iter().enumerate() {
                    L::store(c.add(s * column + r * L::LANES), L::mul(sum, factor));
                }
            }
        }
    }
}

/// Adds the products of R registers from `a` on with term `l` of each column.
///
/// # Safety
/// All that is read must be there, and the machine have the instruction set of `L`.
#[inline(always)]
unsafe fn add_terms<L: Lanes, const R: usize, const S: usize>(
    sums: &mut [[L::Register; R]; S],
    a: *const L::Scalar,
    b: &[*const L::Scalar; S],
    l: usize,
) {
    // A closure here, or in the loops around it, would be a function without the instruction set.
    // SAFETY: promised by the caller.
    unsafe {
        let mut row = [L::splat(L::Scalar::narrow(0.0)); R];
        for (r, row) in row.iter_mut().enumerate() {
            *row = L::load(a.add(r * L::LANES));
        }
        for (sums, b) in sums.iter_mut().zip(b) {
            let b = L::splat(*b.add(l));
            for (sum, &row) in sums.iter_mut().zip(&row) {
                *sum = L::mul_add(row, b, *sum);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::panel::tests::{numbers, units};
    use super::super::panel::{panel_rows, unit};
    use super::*;

    /// Every sum of every unit against a chain of products, fused and not, bit by bit.
    fn sums_are_chains<T: Real>(fused: fn(T, T, T) -> T) {
        let most = panel_rows::<T>();
        for (count, depth, columns, accumulate) in [
            (strip::<T>(), 1, 8, false),
            (1, 5, 1, true),
            (2 * strip::<T>(), 37, 9, false),
            (most - 3, 40, 16, true),
            (most, 128, 23, true),
            (strip::<T>() + 1, 0, 3, true),
        ] {
            let panel = Panel { count, depth };
            let (width, first, column) = (panel.width::<T>(), 3, count + 5);
            let data = numbers::<T>(width * depth);
            let b = numbers::<T>((first + depth) * columns);
            let b: Vec<&[T]> = (0..columns).map(|s| &b[s * (first + depth)..][..first + depth]).collect();
            let before = numbers::<T>(columns * column);
            let factor = T::narrow(0.3);
            for unit in units() {
                let mut c = before.clone();
                Multiply { unit, panel, data: &data, b: &b, first, c: &mut c, column, accumulate, factor }
                    .run();
                for (s, (found, before)) in c.chunks(column).zip(before.chunks(column)).enumerate() {
                    for r in 0..column {
                        let mut sum = if accumulate { before[r] } else { T::zero() };
                        for l in (0..depth).filter(|_| r < count) {
                            let (a, b) = (data[l * width + r], b[s][first + l]);
                            sum = if unit == Unit::Portable { sum + a * b } else { fused(a, b, sum) };
                        }
                        let expected = if r < count { sum * factor } else { before[r] };
                        assert_eq!(
                            found[r].widen().to_bits(),
                            expected.widen().to_bits(),
                            "{unit:?} {panel:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn every_sum_is_one_chain_on_every_unit() {
        sums_are_chains::<f64>(f64::mul_add);
        sums_are_chains::<f32>(f32::mul_add);
    }

    #[test]
    #[should_panic(expected = "outside its matrix")]
    fn a_product_that_does_not_fit_is_caught() {
        let (data, b, mut c) = ([0.0; 32], [0.0; 4], [0.0; 63]);
        let panel = Panel { count: 8, depth: 4 };
        let (unit, b) = (unit(), [b.as_slice(); COLUMNS]);
        let c = &mut c;
        Multiply { unit, panel, data: &data, b: &b, first: 0, c, column: 8, accumulate: false, factor: 1.0 }
            .run();
    }

    #[test]
    #[should_panic(expected = "unlike depth")]
    fn factors_of_unlike_depth_are_caught() {
        let (data, b, mut c) = ([0.0; 32], [0.0; 4], [0.0; 64]);
        let panel = Panel { count: 8, depth: 4 };
        let (unit, b) = (unit(), [b.as_slice(); COLUMNS]);
        let c = &mut c;
        Multiply { unit, panel, data: &data, b: &b, first: 1, c, column: 8, accumulate: false, factor: 1.0 }
            .run();
    }
}
