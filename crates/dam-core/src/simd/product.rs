//! The matrix product behind batched overlaps and fields: tiles of sums that stay in registers.

use super::lanes::Lanes;
use super::panel::{STRIPS, Unit, has, panel_rows, strip};
use crate::Real;

/// Columns of a tile.
const COLUMNS: usize = 8;

/// The left side of a product: up to [`panel_rows`] rows, in strips that lie apart. Row r of term l is
/// `data[r / strip · distance + l·step + r % strip]`; the last strip is whole in memory, whatever `rows` says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strips<'a, T> {
    pub(crate) data: &'a [T],
    pub(crate) rows: usize,
    pub(crate) distance: usize,
    pub(crate) step: usize,
}

/// The right side of a product: column s of term l is `data[l / strip · distance + s·strip + l % strip]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Factors<'a, T> {
    pub(crate) data: &'a [T],
    pub(crate) columns: usize,
    pub(crate) distance: usize,
}

/// `c[s·column + r] = factor · ([c +] Σ_l a[r, l] b[l, s])` for all columns s, all rows r and `depth` terms l.
#[derive(Debug)]
pub struct Multiply<'a, T> {
    pub(crate) unit: Unit,
    pub(crate) a: Strips<'a, T>,
    pub(crate) b: Factors<'a, T>,
    pub(crate) depth: usize,
    pub(crate) c: &'a mut [T],
    pub(crate) column: usize,
    pub(crate) accumulate: bool,
    pub(crate) factor: T,
    /// Whether rows three strips on are needed soon.
    pub(crate) prefetch: bool,
}

impl<T: Real> Multiply<'_, T> {
    /// # Panics
    /// Unless `a` and `b` hold what is read of them, and `c` the result in columns that do not overlap.
    pub(super) fn run(self) {
        let Self { unit, a, b, depth, c, column, accumulate, factor, prefetch } = self;
        let strip = strip::<T>();
        assert!(has(unit) && (1..=panel_rows::<T>()).contains(&a.rows), "{} rows on {unit:?}", a.rows);
        let strips = a.rows.div_ceil(strip);
        let last_term = depth.saturating_sub(1);
        let held = (strips - 1) * a.distance + last_term * a.step + strip;
        assert!(depth == 0 || a.data.len() >= held, "{held} numbers of a, not {}", a.data.len());
        let held = last_term / strip * b.distance + b.columns * strip;
        assert!(depth == 0 || b.data.len() >= held, "{held} numbers of b, not {}", b.data.len());
        let Some(last) = b.columns.checked_sub(1) else { return };
        assert!(column >= a.rows && c.len() >= last * column + a.rows, "a product outside its matrix");
        let ahead = if prefetch { depth.div_ceil(b.columns.div_ceil(COLUMNS)) } else { 0 };
        let all = Product { a, b, depth, c: c.as_mut_ptr(), column, accumulate, factor, ahead };
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
        match all.a.rows.div_ceil(strip::<T>()) {
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
        match all.a.rows.div_ceil(strip::<T>()) {
            STRIPS => all.tiles::<T::Avx2, STRIPS, 4>(),
            _ => all.tiles::<T::Avx2, 2, 4>(),
        }
    }
}

/// What [`Multiply`] was given, checked.
struct Product<'a, T> {
    a: Strips<'a, T>,
    b: Factors<'a, T>,
    depth: usize,
    c: *mut T,
    column: usize,
    accumulate: bool,
    factor: T,
    /// Terms of the rows three strips on to ask for with every tile.
    ahead: usize,
}

impl<T: Real> Product<'_, T> {
    /// The product, tile by tile; a tile in pieces of R registers by S columns, as many sums as there are
    /// registers for.
    ///
    /// # Safety
    /// All must be as [`Multiply`] checks it; R registers must divide the strips of the rows, and S [`COLUMNS`];
    /// and the machine must have the instruction set of `L`.
    #[inline(always)]
    unsafe fn tiles<L: Lanes<Scalar = T>, const R: usize, const S: usize>(&self) {
        let rows = self.a.rows;
        let width = rows.next_multiple_of(strip::<T>());
        for first in (0..self.b.columns).step_by(COLUMNS) {
            let count = COLUMNS.min(self.b.columns - first);
            self.prefetch(first / COLUMNS * self.ahead);
            // SAFETY: promised by the caller. A tile whose last strip is not whole is computed beside the matrix.
            unsafe {
                let c = self.c.add(first * self.column);
                if rows == width {
                    self.tile::<L, R, S>(first, count, c, self.column);
                    continue;
                }
                let mut whole = [T::zero(); COLUMNS * STRIPS * strip::<f32>()];
                if self.accumulate {
                    for s in 0..count {
                        c.add(s * self.column).copy_to_nonoverlapping(whole[s * width..].as_mut_ptr(), rows);
                    }
                }
                self.tile::<L, R, S>(first, count, whole.as_mut_ptr(), width);
                for s in 0..count {
                    c.add(s * self.column).copy_from_nonoverlapping(whole[s * width..].as_ptr(), rows);
                }
            }
        }
    }

    /// Asks for some terms of the rows three strips on, from term `first` on, before the processor guesses that they
    /// come next.
    #[inline(always)]
    fn prefetch(&self, first: usize) {
        #[cfg(target_arch = "x86_64")]
        for r in 0..STRIPS {
            use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
            let mut at = self.a.data.as_ptr();
            at = at.wrapping_add((STRIPS + r) * self.a.distance + first * self.a.step);
            for _ in 0..self.ahead {
                // SAFETY: part of every x86-64, and a hint alone, whatever the address.
                unsafe { _mm_prefetch::<_MM_HINT_T1>(at.cast()) };
                at = at.wrapping_add(self.a.step);
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = first;
    }

    /// `count` columns from `first` on, S at a time and the rest one by one.
    ///
    /// # Safety
    /// As [`tiles`](Self::tiles), with whole strips in `c`.
    #[inline(always)]
    unsafe fn tile<L: Lanes<Scalar = T>, const R: usize, const S: usize>(
        &self,
        first: usize,
        count: usize,
        c: *mut T,
        column: usize,
    ) {
        let mut r = 0;
        while r < self.a.rows.next_multiple_of(strip::<T>()) {
            let mut s = 0;
            // SAFETY: promised by the caller; r + R LANES <= whole strips and s + S <= count.
            unsafe {
                while s + S <= count {
                    self.piece::<L, R, S>(r, first + s, c.add(s * column + r), column);
                    s += S;
                }
                while s < count {
                    self.piece::<L, R, 1>(r, first + s, c.add(s * column + r), column);
                    s += 1;
                }
            }
            r += R * L::LANES;
        }
    }

    /// The sums of R registers of rows, from row `row` on, and S columns, from column `s` on.
    ///
    /// # Safety
    /// As [`tile`](Self::tile).
    #[inline(always)]
    unsafe fn piece<L: Lanes<Scalar = T>, const R: usize, const S: usize>(
        &self,
        row: usize,
        s: usize,
        c: *mut T,
        column: usize,
    ) {
        // SAFETY: promised by the caller. Beyond the last term pointers are moved, but not read from.
        unsafe {
            let mut sums = [[L::splat(T::zero()); R]; S];
            if self.accumulate {
                for (s, sums) in sums.iter_mut().enumerate() {
                    for (r, sum) in sums.iter_mut().enumerate() {
                        *sum = L::load(c.add(s * column + r * L::LANES));
                    }
                }
            }
            let mut a = [self.a.data.as_ptr(); R];
            for (r, a) in a.iter_mut().enumerate() {
                let row = row + r * L::LANES;
                *a = a.wrapping_add(row / strip::<T>() * self.a.distance + row % strip::<T>());
            }
            let step = self.a.step;
            let whole = self.depth / strip::<T>();
            let mut at = self.b.data.as_ptr().wrapping_add(s * strip::<T>());
            for brick in 0..=whole {
                let depth = if brick < whole { strip::<T>() } else { self.depth % strip::<T>() };
                // Columns side by side: one register of addresses, not one each.
                let b = std::array::from_fn(|j| at.wrapping_add(j * strip::<T>()));
                add_terms::<L, R, S>(&mut sums, &a, step, &b, depth);
                at = at.wrapping_add(self.b.distance);
                for a in &mut a {
                    *a = a.wrapping_add(strip::<T>() * step);
                }
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

/// Adds the products of R registers with `depth` terms of each column.
///
/// # Safety
/// As [`add_term`], for all terms.
#[inline(always)]
unsafe fn add_terms<L: Lanes, const R: usize, const S: usize>(
    sums: &mut [[L::Register; R]; S],
    a: &[*const L::Scalar; R],
    step: usize,
    b: &[*const L::Scalar; S],
    depth: usize,
) {
    // SAFETY: promised by the caller. Two at a time: less to count.
    unsafe {
        for l in 0..depth / 2 {
            add_term::<L, R, S>(sums, a, 2 * l * step, b, 2 * l);
            add_term::<L, R, S>(sums, a, (2 * l + 1) * step, b, 2 * l + 1);
        }
        if depth % 2 == 1 {
            add_term::<L, R, S>(sums, a, (depth - 1) * step, b, depth - 1);
        }
    }
}

/// Adds the products of R registers, `at` from the start of each, with term `l` of each column.
///
/// # Safety
/// All that is read must be there, and the machine have the instruction set of `L`.
#[inline(always)]
unsafe fn add_term<L: Lanes, const R: usize, const S: usize>(
    sums: &mut [[L::Register; R]; S],
    a: &[*const L::Scalar; R],
    at: usize,
    b: &[*const L::Scalar; S],
    l: usize,
) {
    // A closure here, or in the loops around it, would be a function without the instruction set.
    // SAFETY: promised by the caller.
    unsafe {
        let mut row = [L::splat(L::Scalar::narrow(0.0)); R];
        for (row, a) in row.iter_mut().zip(a) {
            *row = L::load(a.add(at));
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
    use super::super::panel::unit;
    use super::*;

    /// Every sum of every unit against a chain of products, fused and not, bit by bit.
    fn sums_are_chains<T: Real>(fused: fn(T, T, T) -> T) {
        let (most, strip) = (panel_rows::<T>(), strip::<T>());
        for (rows, depth, columns, accumulate) in [
            (strip, 1, 8, false),
            (1, 5, 1, true),
            (2 * strip, 37, 9, false),
            (most - 3, 40, 16, true),
            (most, 128, 23, true),
            (strip + 1, 0, 3, true),
        ] {
            let (column, step, distance) = (rows + 5, strip + 2, (strip + 2) * (depth + 1));
            let data = numbers::<T>(3 * distance);
            let a = Strips { data: &data, rows, distance, step };
            let b = numbers::<T>(depth.next_multiple_of(strip) * columns);
            let before = numbers::<T>(columns * column);
            let factor = T::narrow(0.3);
            let b = Factors { data: &b, columns, distance: columns * strip };
            for (unit, prefetch) in units().flat_map(|unit| [(unit, false), (unit, true)]) {
                let mut c = before.clone();
                Multiply { unit, a, b, depth, c: &mut c, column, accumulate, factor, prefetch }.run();
                for (s, (found, before)) in c.chunks(column).zip(before.chunks(column)).enumerate() {
                    for r in 0..column {
                        if r >= rows {
                            assert_eq!(found[r], before[r], "written beyond the last row");
                            continue;
                        }
                        let mut sum = if accumulate { before[r] } else { T::zero() };
                        for l in 0..depth {
                            let a = data[r / strip * distance + l * step + r % strip];
                            let b = b.data[l / strip * b.distance + s * strip + l % strip];
                            sum = if unit == Unit::Portable { sum + a * b } else { fused(a, b, sum) };
                        }
                        assert_eq!(
                            found[r].widen().to_bits(),
                            (sum * factor).widen().to_bits(),
                            "{unit:?} {rows} {depth} {columns}"
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

    fn product(a: &[f64], b: &[f64], c: &mut [f64]) {
        let a = Strips { data: a, rows: 8, distance: 0, step: 8 };
        let b = Factors { data: b, columns: 2, distance: 16 };
        let (accumulate, factor, prefetch) = (false, 1.0, false);
        Multiply { unit: unit(), a, b, depth: 9, c, column: 8, accumulate, factor, prefetch }.run();
    }

    #[test]
    #[should_panic(expected = "outside its matrix")]
    fn a_product_that_does_not_fit_is_caught() {
        product(&[0.0; 72], &[0.0; 32], &mut [0.0; 15]);
    }

    #[test]
    #[should_panic(expected = "numbers of a")]
    fn rows_that_are_too_short_are_caught() {
        product(&[0.0; 71], &[0.0; 32], &mut [0.0; 16]);
    }

    #[test]
    #[should_panic(expected = "numbers of b")]
    fn factors_that_are_too_short_are_caught() {
        product(&[0.0; 72], &[0.0; 31], &mut [0.0; 16]);
    }
}
