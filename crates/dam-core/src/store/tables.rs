//! A kernel on the hypercube: overlaps take N + 1 values, so F is a table, exact where the kernel is integer.

use crate::aggregate::Total;
use crate::kernel::{agree, check_kernel};
use crate::logs::Running;
use crate::simd;
use crate::{Error, Kernel, Overlap};

/// F and F' (or ln F and its slope) at the dot products −N, −N + 2, …, N.
#[derive(Clone, Debug)]
pub struct SpinTables {
    pub(super) n: usize,
    /// The tables hold ln F and d ln F / dm.
    pub(super) logs: bool,
    pub(super) f: Vec<f64>,
    pub(super) df: Vec<f64>,
    pub(super) integer: Option<IntegerTables>,
}

/// The same in integers, up to the units.
#[derive(Clone, Debug)]
pub(super) struct IntegerTables {
    /// F = value_unit · value.
    pub(super) value: Vec<i128>,
    pub(super) value_unit: f64,
    /// F' = slope_unit · slope.
    pub(super) slope: IntTable,
    pub(super) slope_unit: f64,
    /// value(S + 2) − value(S): the change where the flipped spin disagrees with the pattern.
    pub(super) up: IntTable,
    /// value(S − 2) − value(S + 2): what is added to it where they agree.
    pub(super) turn: IntTable,
}

impl SpinTables {
    pub(super) fn new<K: Kernel>(kernel: &K, n: usize, patterns: usize) -> Result<Self, Error> {
        let lattice = || (0..=n).map(|k| (2 * k) as f64 / n as f64 - 1.0);
        check_kernel(kernel, n, lattice())?;
        let logs = kernel.log_domain();
        let at = |m| Overlap::new(m, n);
        let f = |m| if logs { kernel.ln_f(at(m)) } else { kernel.f(at(m)) };
        let df = |m| if logs { kernel.dln_f(at(m)) } else { kernel.df(at(m)) };
        let integer = if logs { None } else { IntegerTables::new(kernel, n, patterns) };
        let (f, df): (Vec<f64>, Vec<f64>) = lattice().map(|m| (f(m), df(m))).unzip();
        if let Some(integer) = &integer {
            let largest = |of: &[f64]| of.iter().fold(0.0_f64, |max, f| max.max(f.abs()));
            let (f_scale, df_scale) = (largest(&f), largest(&df));
            for (k, m) in lattice().enumerate() {
                let value = integer.value[k] as f64 * integer.value_unit;
                agree("F from the integers", m, f[k], value, f_scale)?;
                let slope = integer.slope.sum(n, &[2 * k as i32 - n as i32]) as f64 * integer.slope_unit;
                agree("F' from the integers", m, df[k], slope, df_scale)?;
            }
        }
        Ok(Self { n, logs, f, df, integer })
    }

    /// The kernel is integer within the widths for the stored patterns.
    pub(crate) fn is_integer(&self) -> bool {
        self.integer.is_some()
    }

    /// Whether the integer widths still hold for this many patterns.
    pub(super) fn holds(&self, patterns: usize) -> bool {
        self.integer.as_ref().is_none_or(|i| i.holds(patterns))
    }

    /// Table index of a dot product.
    #[inline(always)]
    pub(super) fn index(&self, dot: i32) -> usize {
        ((dot + self.n as i32) / 2) as usize
    }
}

impl IntegerTables {
    fn new<K: Kernel>(kernel: &K, n: usize, patterns: usize) -> Option<Self> {
        let integer = kernel.integer()?;
        let sites = n as i64;
        let lattice = || (0..=sites).map(|k| 2 * k - sites);
        let value: Option<Vec<_>> = lattice().map(|s| integer.value(s, sites)).collect();
        let slope: Option<Vec<_>> = lattice().map(|s| integer.slope(s, sites)).collect();
        // At the ends one neighbour lies off the lattice. No spin ever takes a pattern there, and its value
        // cancels between `up` and `turn`; the polynomial's own continuation keeps both of low degree.
        let neighbour = |s: i64, step| integer.value(s + step, sites);
        let up: Option<Vec<_>> =
            lattice().map(|s| neighbour(s, 2)?.checked_sub(integer.value(s, sites)?)).collect();
        let turn: Option<Vec<_>> =
            lattice().map(|s| neighbour(s, -2)?.checked_sub(neighbour(s, 2)?)).collect();
        let (value_unit, slope_unit) = integer.units(sites);
        let value = value?;
        value.iter().try_fold(0_i128, |_, v| v.checked_abs()?.checked_mul(patterns as i128))?;
        Some(Self {
            value,
            value_unit,
            slope: IntTable::new(slope?, patterns)?,
            slope_unit,
            up: IntTable::new(up?, patterns)?,
            turn: IntTable::new(turn?, patterns)?,
        })
    }

    fn holds(&self, patterns: usize) -> bool {
        let largest = self.value.iter().map(|v| v.unsigned_abs()).max().unwrap_or(0);
        largest.checked_mul(patterns as u128).is_some_and(|s| s <= i128::MAX as u128)
            && [&self.slope, &self.up, &self.turn].iter().all(|t| patterns <= t.most_patterns)
    }
}

/// Integers in the narrowest type whose sums over all patterns cannot overflow.
#[derive(Clone, Debug)]
pub(super) struct IntTable {
    entries: Plane,
    most_patterns: usize,
    /// Entry k is c[0] + k (c[1] + k c[2]): true of every cubic or lower energy.
    quadratic: Option<[i64; 3]>,
}

/// One integer per table entry, or per pattern.
#[derive(Clone, Debug)]
pub(super) enum Plane {
    I32(Vec<i32>),
    I64(Vec<i64>),
    I128(Vec<i128>),
}

impl IntTable {
    fn new(entries: Vec<i128>, patterns: usize) -> Option<Self> {
        let largest = entries.iter().map(|v| v.unsigned_abs()).max()?.max(1);
        // Three sums of this kind are added at most; a factor 4 covers them.
        let most = |limit: i128| usize::try_from(limit as u128 / 4 / largest).unwrap_or(usize::MAX);
        if largest <= i32::MAX as u128 && patterns <= most(i128::from(i64::MAX)) {
            let narrow: Vec<i32> = entries.iter().map(|&v| v as i32).collect();
            let quadratic = quadratic(&narrow);
            let most_patterns = most(i128::from(i64::MAX));
            Some(Self { entries: Plane::I32(narrow), most_patterns, quadratic })
        } else if patterns <= most(i128::from(i64::MAX)) {
            let entries = Plane::I64(entries.iter().map(|&v| v as i64).collect());
            Some(Self { entries, most_patterns: most(i128::from(i64::MAX)), quadratic: None })
        } else if patterns <= most(i128::MAX) {
            Some(Self { entries: Plane::I128(entries), most_patterns: most(i128::MAX), quadratic: None })
        } else {
            None
        }
    }

    /// The coefficients c of entry k = c\[0\] + k (c\[1\] + k c\[2\]), if the entries are such and fit 32 bits.
    pub(super) fn quadratic(&self) -> Option<[i64; 3]> {
        self.quadratic
    }

    /// An empty plane of this table's type.
    pub(super) fn plane(&self, len: usize) -> Plane {
        match &self.entries {
            Plane::I32(_) => Plane::I32(vec![0; len]),
            Plane::I64(_) => Plane::I64(vec![0; len]),
            Plane::I128(_) => Plane::I128(vec![0; len]),
        }
    }

    /// Looks up the entry of every dot product.
    pub(super) fn gather(&self, n: usize, dots: &[i32], plane: &mut Plane) {
        let index = |dot: i32| ((dot + n as i32) / 2) as usize;
        match (&self.entries, plane) {
            (Plane::I32(table), Plane::I32(plane)) => match self.quadratic {
                Some(c) => simd::vectorize(Quadratic { c: c.map(|c| c as i32), n: n as i32, dots, plane }),
                None => plane.iter_mut().zip(dots).for_each(|(p, &d)| *p = table[index(d)]),
            },
            (Plane::I64(table), Plane::I64(plane)) => {
                plane.iter_mut().zip(dots).for_each(|(p, &d)| *p = table[index(d)]);
            }
            (Plane::I128(table), Plane::I128(plane)) => {
                plane.iter_mut().zip(dots).for_each(|(p, &d)| *p = table[index(d)]);
            }
            _ => unreachable!("a plane is made by `IntTable::plane` of the same table"),
        }
    }

    /// The sum of the entries of all dot products.
    pub(super) fn sum(&self, n: usize, dots: &[i32]) -> i128 {
        let index = |dot: i32| ((dot + n as i32) / 2) as usize;
        match &self.entries {
            Plane::I32(table) => match self.quadratic {
                Some(c) => {
                    let c = c.map(|c| c as i32);
                    i128::from(simd::vectorize(QuadraticSum { c, n: n as i32, dots }))
                }
                None => i128::from(dots.iter().map(|&d| i64::from(table[index(d)])).sum::<i64>()),
            },
            Plane::I64(table) => i128::from(dots.iter().map(|&d| table[index(d)]).sum::<i64>()),
            Plane::I128(table) => dots.iter().map(|&d| table[index(d)]).sum(),
        }
    }
}

impl Plane {
    /// The sum of the entries whose mask bit, or its inverse, is set; the mask may end before the plane.
    pub(super) fn masked_sum(&self, mask: &[u64], invert: bool) -> i128 {
        match self {
            Self::I32(p) => i128::from(simd::masked_sum_i32(mask, invert, &p[..64 * mask.len()])),
            Self::I64(p) => i128::from(simd::masked_sum_i64(mask, invert, &p[..64 * mask.len()])),
            Self::I128(p) => simd::masked_sum_i128(mask, invert, &p[..64 * mask.len()]),
        }
    }

    /// Zeroes the entries from `len` on.
    pub(super) fn clear_from(&mut self, len: usize) {
        match self {
            Self::I32(p) => p[len..].fill(0),
            Self::I64(p) => p[len..].fill(0),
            Self::I128(p) => p[len..].fill(0),
        }
    }

    /// The sum of all entries.
    #[cfg(test)]
    pub(super) fn sum(&self) -> i128 {
        match self {
            Self::I32(p) => i128::from(p.iter().map(|&v| i64::from(v)).sum::<i64>()),
            Self::I64(p) => i128::from(p.iter().sum::<i64>()),
            Self::I128(p) => p.iter().sum(),
        }
    }
}

/// The coefficients of a table that is a quadratic polynomial of its index.
fn quadratic(table: &[i32]) -> Option<[i64; 3]> {
    let at = |k: usize| table.get(k).map(|&v| i64::from(v));
    let (v0, v1, v2) = (at(0)?, at(1)?, at(2).or(at(1))?);
    let second = if table.len() > 2 { v2 - 2 * v1 + v0 } else { 0 };
    let c = [v0, v1 - v0 - second / 2, second / 2];
    let same = |(k, &v): (usize, &i32)| c[0] + k as i64 * (c[1] + k as i64 * c[2]) == i64::from(v);
    table.iter().enumerate().all(same).then_some(c)
}

/// With the coefficients modulo 2^32: the value fits an i32, so it is right although the steps may wrap.
#[inline(always)]
fn evaluate(c: [i32; 3], k: i32) -> i32 {
    c[2].wrapping_mul(k).wrapping_add(c[1]).wrapping_mul(k).wrapping_add(c[0])
}

struct Quadratic<'a> {
    c: [i32; 3],
    n: i32,
    dots: &'a [i32],
    plane: &'a mut [i32],
}

impl simd::Vectorize for Quadratic<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for (p, &d) in self.plane.iter_mut().zip(self.dots) {
            *p = evaluate(self.c, (d + self.n) >> 1);
        }
    }
}

struct QuadraticSum<'a> {
    c: [i32; 3],
    n: i32,
    dots: &'a [i32],
}

impl simd::Vectorize for QuadraticSum<'_> {
    type Output = i64;
    #[inline(always)]
    fn run(self) -> i64 {
        self.dots.iter().map(|&d| i64::from(evaluate(self.c, (d + self.n) >> 1))).sum()
    }
}

/// The reduction of one spin state, from dot products.
#[derive(Clone, Debug)]
pub(super) struct TableReduction<'a> {
    tables: &'a SpinTables,
    running: Running,
    exact: i128,
}

impl<'a> TableReduction<'a> {
    pub(super) fn new(tables: &'a SpinTables) -> Self {
        Self { tables, running: Running::new(tables.logs), exact: 0 }
    }

    pub(super) fn value(&mut self, dots: &[i32]) {
        let tables = self.tables;
        if let Some(integer) = &tables.integer {
            self.exact += dots.iter().map(|&d| integer.value[tables.index(d)]).sum::<i128>();
        } else if tables.logs {
            let logs: Vec<f64> = dots.iter().map(|&d| tables.f[tables.index(d)]).collect();
            self.running.add_logs(&logs);
        } else {
            self.running.add(dots.iter().map(|&d| tables.f[tables.index(d)]).sum());
        }
    }

    /// Adds the block and writes its real weights; returns the factor for all that was weighted before.
    pub(super) fn weights(&mut self, dots: &[i32], w: &mut [f64]) -> f64 {
        let tables = self.tables;
        if !tables.logs {
            self.value(dots);
            w.iter_mut().zip(dots).for_each(|(w, &d)| *w = tables.df[tables.index(d)]);
            return 1.0;
        }
        w.iter_mut().zip(dots).for_each(|(w, &d)| *w = tables.f[tables.index(d)]);
        let factor = self.running.add_logs(w);
        let shift = self.running.total().ln_scale;
        for (w, &d) in w.iter_mut().zip(dots) {
            let e = simd::exp_f64(*w - shift);
            // Where F = 0 its logarithmic slope is not defined; the weight is zero.
            *w = if *w == f64::NEG_INFINITY || e == 0.0 { 0.0 } else { e * tables.df[tables.index(d)] };
        }
        factor
    }

    pub(super) fn total(&self) -> Total {
        match &self.tables.integer {
            Some(integer) => Total { ln_scale: 0.0, sum: self.exact as f64 * integer.value_unit },
            None => self.running.total(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Exponential, Monomial};

    #[test]
    fn cubic_tables_are_quadratic_and_quartic_ones_are_not() {
        for (order, expected) in [(2, true), (3, true), (4, false)] {
            let tables = SpinTables::new(&Monomial::new(order).unwrap(), 65, 100).unwrap();
            let turn = tables.integer.unwrap().turn;
            assert_eq!(turn.quadratic.is_some(), expected, "order {order}");
        }
    }

    #[test]
    fn widths_follow_the_bound_and_beyond_i128_there_is_no_integer() {
        let width = |order, n, m| {
            let tables = SpinTables::new(&Monomial::new(order).unwrap(), n, m).unwrap();
            tables.integer.map(|i| match i.turn.entries {
                Plane::I32(_) => 32,
                Plane::I64(_) => 64,
                Plane::I128(_) => 128,
            })
        };
        assert_eq!(width(3, 500, 1250), Some(32));
        assert_eq!(width(5, 500, 1250), Some(64));
        assert_eq!(width(7, 1000, 100_000), Some(128));
        assert_eq!(width(13, 1000, 100_000), None);
        assert!(SpinTables::new(&Exponential::new(1.0).unwrap(), 10, 5).unwrap().integer.is_none());
    }

    #[test]
    fn gathers_and_sums_agree_with_the_table() {
        let n = 33;
        let dots: Vec<i32> = (0..200).map(|k| 2 * (k * 7 % 34) - 33).collect();
        for order in [3, 4] {
            let tables = SpinTables::new(&Monomial::new(order).unwrap(), n, 200).unwrap();
            let turn = &tables.integer.as_ref().unwrap().turn;
            let mut plane = turn.plane(dots.len());
            turn.gather(n, &dots, &mut plane);
            let expected: i128 =
                dots.iter().map(|&d| i128::from(d - 2).pow(order) - i128::from(d + 2).pow(order)).sum();
            assert_eq!((plane.sum(), turn.sum(n, &dots)), (expected, expected));
        }
    }
}
