//! Sums of exponentials of one line: 2^(y/S) with y = slope m + constant, for many m.
//!
//! With k the integer nearest to y and f = y − k, the exponential is 2^(k/S) + 2^(k/S) p(f): S = 16 (32 in single
//! precision) values of 2^(j/S) come from a table that lies in registers, the rest of k is added to the exponent, and p is
//! the polynomial without constant of degree 6 (3) that is nearest to 2^(f/S) − 1 (relative error of 2^(f/S): 2^-56.8 and
//! 2^-32.9; `tests/reference/exp2.py`).
//!
//! Fused on every level but the portable one, and with lanes that do not depend on the register: the same bits on AVX2
//! and AVX-512.

use super::halved;
use super::lanes::Lanes;
use super::panel::{Loop, Unit, has, strip};
use crate::Real;
use crate::vector::larger;

/// What the exponential of a scalar is made of.
pub trait Exp2: Sized + 'static {
    /// S.
    const STEPS: f64;
    /// 1.5 · 2^52 (2^23): the spacing of numbers there is one.
    const SHIFT: Self;
    /// Exponentials of less count as this one, which is nothing beside any other.
    const LEAST: Self;
    /// The coefficients of p, from that of f on.
    const POLYNOMIAL: &'static [Self];
}

impl Exp2 for f64 {
    const STEPS: f64 = 16.0;
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    const LEAST: f64 = -16.0 * 1021.0;
    const POLYNOMIAL: &'static [f64] = &[
        0.043_321_698_784_996_68,
        0.000_938_384_792_808_988_5,
        1.355_080_777_639_027_9e-5,
        1.467_610_032_026_617_2e-7,
        1.271_612_053_668_334_8e-9,
        9.181_381_902_715_862e-12,
    ];
}

impl Exp2 for f32 {
    const STEPS: f64 = 32.0;
    const SHIFT: f32 = 12_582_912.0;
    const LEAST: f32 = -32.0 * 125.0;
    const POLYNOMIAL: &'static [f32] = &[0.021_660_85, 0.000_234_598_1, 1.693_865e-6];
}

/// Bits of 2^(j/16), less j · 2^48: the bits of k that choose an entry are added with those that belong to the exponent.
pub(super) const TABLE_F64: [u64; 16] = [
    0x3ff0_0000_0000_0000,
    0x3fef_b558_6cf9_890f,
    0x3fef_72b8_3c7d_517b,
    0x3fef_387a_6e75_6238,
    0x3fef_06fe_0a31_b715,
    0x3fee_dea6_4c12_3422,
    0x3fee_bfda_d536_2a27,
    0x3fee_ab07_dd48_5429,
    0x3fee_a09e_667f_3bcd,
    0x3fee_a114_73eb_0187,
    0x3fee_ace5_422a_a0db,
    0x3fee_c491_82a3_f090,
    0x3fee_e89f_995a_d3ad,
    0x3fef_199b_dd85_529c,
    0x3fef_5818_dcfb_a487,
    0x3fef_a4af_a2a4_90da,
];

/// Bits of 2^(j/32), less j · 2^18.
pub(super) const TABLE_F32: [u32; 32] = [
    0x3f80_0000,
    0x3f7e_cd87,
    0x3f7d_aac3,
    0x3f7c_980f,
    0x3f7b_95c2,
    0x3f7a_a43a,
    0x3f79_c3d3,
    0x3f78_f4f0,
    0x3f78_37f0,
    0x3f77_8d3a,
    0x3f76_f532,
    0x3f76_7043,
    0x3f75_fed7,
    0x3f75_a15b,
    0x3f75_583f,
    0x3f75_23f6,
    0x3f75_04f3,
    0x3f74_fbaf,
    0x3f75_08a4,
    0x3f75_2c4d,
    0x3f75_672a,
    0x3f75_b9be,
    0x3f76_248c,
    0x3f76_a81e,
    0x3f77_44fd,
    0x3f77_fbb8,
    0x3f78_ccdf,
    0x3f79_b907,
    0x3f7a_c0c7,
    0x3f7b_e4ba,
    0x3f7d_257d,
    0x3f7e_83b3,
];

/// Lanes of the widest strip.
const MOST_LANES: usize = strip::<f32>();

/// `sum = Σ_m 2^((slope m + constant) / S)` and `top`, the largest m; the slope is positive.
#[derive(Debug)]
pub struct SumExp2<'a, T> {
    pub(crate) unit: Unit,
    pub(crate) m: &'a [T],
    pub(crate) slope: T,
    pub(crate) constant: T,
    pub(crate) sum: &'a mut f64,
    pub(crate) top: &'a mut T,
}

/// The same sum, and `2^((slope m + constant) / S) · factor` in place of m.
#[derive(Debug)]
pub struct WeighExp2<'a, T> {
    pub(crate) unit: Unit,
    pub(crate) m: &'a mut [T],
    pub(crate) slope: T,
    pub(crate) constant: T,
    pub(crate) factor: T,
    pub(crate) sum: &'a mut f64,
}

impl<T: Real> SumExp2<'_, T> {
    pub(super) fn run(self) {
        let unit = self.unit;
        assert!(has(unit), "{unit:?}");
        // SAFETY: the machine has the unit.
        unsafe { self.run_on(unit) }
    }
}

impl<T: Real> WeighExp2<'_, T> {
    pub(super) fn run(self) {
        let unit = self.unit;
        assert!(has(unit), "{unit:?}");
        // SAFETY: the machine has the unit.
        unsafe { self.run_on(unit) }
    }
}

impl<T: Real> Loop<T> for SumExp2<'_, T> {
    #[inline(always)]
    unsafe fn run_with<L: Lanes<Scalar = T>>(self) {
        let Self { m, slope, constant, .. } = self;
        // A strip is one register or two.
        let parts = strip::<T>() / L::LANES;
        let (mut sums, mut tops) = ([T::zero(); MOST_LANES], [T::narrow(f64::NEG_INFINITY); MOST_LANES]);
        let whole = m.len() / strip::<T>() * strip::<T>();
        let mut rest = [T::narrow(f64::NEG_INFINITY); MOST_LANES];
        rest[..m.len() - whole].copy_from_slice(&m[whole..]);
        for part in 0..parts {
            // SAFETY: promised by the caller; all that is read is within whole strips.
            unsafe {
                let (slope, constant) = (L::splat(slope), L::splat(constant));
                let mut sum = L::splat(T::zero());
                let mut top = L::splat(T::narrow(f64::NEG_INFINITY));
                let mut at = part * L::LANES;
                while at < whole {
                    let x = L::load(m.as_ptr().add(at));
                    sum = L::add(sum, exp2::<L>(L::mul_add(slope, x, constant)));
                    top = L::max(x, top);
                    at += strip::<T>();
                }
                if whole < m.len() {
                    let x = L::load(rest.as_ptr().add(part * L::LANES));
                    sum = L::add(sum, exp2::<L>(L::mul_add(slope, x, constant)));
                    top = L::max(x, top);
                }
                L::store(sums.as_mut_ptr().add(part * L::LANES), sum);
                L::store(tops.as_mut_ptr().add(part * L::LANES), top);
            }
        }
        *self.sum = sum_of(sums);
        *self.top = halved(&mut tops[..strip::<T>()], larger);
    }
}

impl<T: Real> Loop<T> for WeighExp2<'_, T> {
    #[inline(always)]
    unsafe fn run_with<L: Lanes<Scalar = T>>(self) {
        let Self { m, slope, constant, factor, .. } = self;
        let parts = strip::<T>() / L::LANES;
        let mut sums = [T::zero(); MOST_LANES];
        let whole = m.len() / strip::<T>() * strip::<T>();
        let mut rest = [T::narrow(f64::NEG_INFINITY); MOST_LANES];
        rest[..m.len() - whole].copy_from_slice(&m[whole..]);
        for part in 0..parts {
            // SAFETY: promised by the caller; all that is read and written is within whole strips.
            unsafe {
                let (slope, constant, factor) = (L::splat(slope), L::splat(constant), L::splat(factor));
                let mut sum = L::splat(T::zero());
                let mut at = part * L::LANES;
                while at < whole {
                    let x = m.as_mut_ptr().add(at);
                    let e = exp2::<L>(L::mul_add(slope, L::load(x), constant));
                    sum = L::add(sum, e);
                    L::store(x, L::mul(e, factor));
                    at += strip::<T>();
                }
                if whole < m.len() {
                    let x = rest.as_mut_ptr().add(part * L::LANES);
                    let e = exp2::<L>(L::mul_add(slope, L::load(x), constant));
                    sum = L::add(sum, e);
                    L::store(x, L::mul(e, factor));
                }
                L::store(sums.as_mut_ptr().add(part * L::LANES), sum);
            }
        }
        let count = m.len() - whole;
        m[whole..].copy_from_slice(&rest[..count]);
        *self.sum = sum_of(sums);
    }
}

/// 2^(y/S); y up to 64 S, where the result is finite.
///
/// # Safety
/// The machine must have the instruction set.
#[inline(always)]
unsafe fn exp2<L: Lanes>(y: L::Register) -> L::Register {
    // SAFETY: promised by the caller.
    unsafe {
        // In this order a NaN stays one.
        let y = L::max(L::splat(L::Scalar::LEAST), y);
        let shift = L::splat(L::Scalar::SHIFT);
        let shifted = L::add(y, shift);
        let f = L::sub(y, L::sub(shifted, shift));
        let polynomial = L::Scalar::POLYNOMIAL;
        let mut p = L::splat(polynomial[polynomial.len() - 1]);
        for &c in polynomial[..polynomial.len() - 1].iter().rev() {
            p = L::mul_add(p, f, L::splat(c));
        }
        let power = L::power(shifted);
        L::mul_add(L::mul(power, f), p, power)
    }
}

/// The sum of a strip of lanes, in f64.
#[inline(always)]
fn sum_of<T: Real>(lanes: [T; MOST_LANES]) -> f64 {
    halved(&mut lanes.map(T::widen)[..strip::<T>()], |a, b| a + b)
}

#[cfg(test)]
mod tests {
    use super::super::panel::tests::{numbers, units};
    use super::*;

    /// Sums and weights of lines, and the largest term, against the exponential of std in f64.
    fn sums_of_lines<T: Real>(tolerance: f64) {
        for len in [1, 7, 8, 16, 17, 100, 384] {
            let m = numbers::<T>(len);
            for (slope, constant, factor) in [(0.3, 0.0, 1.0), (40.0, -90.0, 0.5), (700.0, 150.0, 3.0)] {
                let [slope, constant, factor] = [slope, constant, factor].map(T::narrow);
                let exact = |m: T| {
                    let (product, constant) = (slope.widen() * m.widen(), constant.widen());
                    (((product + constant) / T::STEPS).exp2(), product.abs() + constant.abs())
                };
                let expected: f64 = m.iter().map(|&m| exact(m).0).sum();
                let largest = m.iter().fold(m[0], |a, &b| if b > a { b } else { a });
                let mut same: Option<(u64, Vec<u64>)> = None;
                for unit in units() {
                    let (mut sum, mut top, mut weighed, mut w) = (0.0, T::zero(), 0.0, m.clone());
                    SumExp2 { unit, m: &m, slope, constant, sum: &mut sum, top: &mut top }.run();
                    let weigh = WeighExp2 { unit, m: &mut w, slope, constant, factor, sum: &mut weighed };
                    weigh.run();
                    assert!(
                        (sum / expected - 1.0).abs() < 100.0 * tolerance,
                        "{unit:?} {len}: {sum} {expected}"
                    );
                    assert_eq!((top, weighed), (largest, sum));
                    for (w, &m) in w.iter().zip(&m) {
                        let (e, y) = exact(m);
                        // The rounding of y, and then that of the exponential.
                        let bound = tolerance * (3.0 + y / T::STEPS);
                        assert!(
                            (w.widen() / (factor.widen() * e) - 1.0).abs() < bound,
                            "{unit:?} {m}: {w} {e}"
                        );
                    }
                    let bits = (sum.to_bits(), w.iter().map(|w| w.widen().to_bits()).collect());
                    if unit != Unit::Portable {
                        assert_eq!(*same.get_or_insert_with(|| bits.clone()), bits, "{unit:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn sums_agree_with_std_and_between_the_units_that_fuse() {
        sums_of_lines::<f64>(2.3e-16);
        sums_of_lines::<f32>(1.2e-7);
    }

    /// One exponential on every unit.
    fn one<T: Real>(y: f64) -> f64 {
        let mut found = Vec::new();
        for unit in units() {
            let (mut sum, mut top) = (0.0, T::zero());
            let (m, constant) = (&[T::zero()], T::narrow(y));
            SumExp2 { unit, m, slope: T::one(), constant, sum: &mut sum, top: &mut top }.run();
            found.push(sum);
        }
        assert!(found.iter().all(|x| x.to_bits() == found[0].to_bits() || x.is_nan()));
        found[0]
    }

    #[test]
    fn every_step_of_the_table_and_the_ends_of_the_range() {
        for k in -2000..=900 {
            let (double, single) = (f64::from(k), f64::from(k) / 2.0);
            assert!((one::<f64>(double) / (double / 16.0).exp2() - 1.0).abs() < 2.3e-16, "{k}");
            assert!((one::<f32>(single) / (single / 32.0).exp2() - 1.0).abs() < 1.2e-7, "{k}");
        }
        for y in [-1e5, -1e300, f64::MIN, f64::NEG_INFINITY] {
            // With what fills up the register.
            assert_eq!(one::<f64>(y), 8.0 * (2.0 * f64::MIN_POSITIVE));
            assert_eq!(one::<f32>(y), 16.0 * f64::from(2.0 * f32::MIN_POSITIVE));
        }
        assert!(one::<f64>(f64::NAN).is_nan() && one::<f32>(f64::NAN).is_nan());
        assert_eq!((one::<f64>(0.0), one::<f32>(0.0), one::<f64>(16.0 * 60.0)), (1.0, 1.0, 60.0_f64.exp2()));
    }
}
