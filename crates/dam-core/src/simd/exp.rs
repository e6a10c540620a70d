//! The exponential as a straight line of multiplications, additions and bit operations, which the compiler
//! turns into vector code in any loop under [`vectorize`](super::vectorize). The C library's `exp` is a call
//! per element, and not the same function on every machine.
//!
//! With `k` the integer nearest to `x / ln 2` and `r = x - k ln 2`, `exp(x) = 2^k exp(r)`, `|r| <= ln 2 / 2`.
//!
//! - `k` is read from the low bits of `x / ln 2 + 1.5 * 2^52` (`2^23` in single precision), where the spacing
//!   of the floating-point numbers is one.
//! - `ln 2` is split into a head with so few bits (42 and 16) that `k` times the head is exact for every `k`
//!   that occurs, and a tail.
//! - `exp(r) = 1 + r + r^2 t(r)` with `t(0) = 1/2` and the rest of `t` such that the largest relative error
//!   over the interval is least. The coefficients come from Lawson's iteration (least squares, each sample's
//!   weight multiplied by its error until the errors level out) in 40-digit arithmetic; after rounding them
//!   the relative error is 2^-57.3 with degree 11 in double and 2^-27.9 with degree 6 in single precision.
//!   `t` is summed in pairs of powers, which shortens the chain of dependent operations.
//! - `2^k` is an integer addition to the exponent field.
//!
//! The last step is right only where the result is a normal number, so results below the smallest positive
//! normal number (`x < -708.3964...`, and `x < -87.3365...` in single precision) are flushed to exactly 0.

/// `exp(x)`; 0 where that is subnormal, infinity above 709.7827, NaN for NaN. The largest error met in
/// 400,000 arguments is 0.98 ulp.
#[inline(always)]
pub(crate) fn exp_f64(x: f64) -> f64 {
    /// The least double whose exponential is not below `2^-1022`.
    const LOWEST: f64 = -708.396_418_532_264_1;
    /// The greatest double whose exponential is finite.
    const HIGHEST: f64 = 709.782_712_893_384;
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    const LN2_HEAD: f64 = 0.693_147_180_559_890_3;
    const LN2_TAIL: f64 = 5.497_923_018_708_371e-14;

    let shifted = x * std::f64::consts::LOG2_E + SHIFT;
    let k = shifted - SHIFT;
    let r = (x - k * LN2_HEAD) - k * LN2_TAIL;
    let s = r * r;
    let q = s * s;
    let t2 = 0.5 + r * 0.166_666_666_666_664_33;
    let t4 = 0.041_666_666_666_603_94 + r * 0.008_333_333_333_500_075;
    let t6 = 0.001_388_888_892_680_647_3 + r * 0.000_198_412_694_661_678_44;
    let t8 = 2.480_150_866_839_915e-5 + r * 2.755_764_087_995_075e-6;
    let t10 = 2.762_519_297_787_626_3e-7 + r * 2.497_838_676_815_862_3e-8;
    let t = (t2 + s * t4) + q * ((t6 + s * t8) + q * t10);
    let p = 1.0 + (r + s * t);
    let y = f64::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << 52));
    // The last product is infinity for a large `x` and NaN for NaN, at the price of one comparison.
    let y = if x < LOWEST { 0.0 } else { y };
    if x <= HIGHEST { y } else { x * f64::INFINITY }
}

/// `exp(x)`; 0 where that is subnormal, infinity above 88.7228, NaN for NaN. The largest error, over all
/// arguments, is 1.02 ulp.
#[inline(always)]
pub(crate) fn exp_f32(x: f32) -> f32 {
    const LOWEST: f32 = -87.336_54;
    const HIGHEST: f32 = 88.722_83;
    const SHIFT: f32 = 12_582_912.0;
    const LN2_HEAD: f32 = 0.693_145_75;
    const LN2_TAIL: f32 = 1.428_606_8e-6;

    let shifted = x * std::f32::consts::LOG2_E + SHIFT;
    let k = shifted - SHIFT;
    let r = (x - k * LN2_HEAD) - k * LN2_TAIL;
    let s = r * r;
    let t2 = 0.5 + r * 0.166_665_35;
    let t4 = 0.041_667_238 + r * 0.008_367_486;
    let t = t2 + s * (t4 + s * 0.001_386_379_4);
    let p = 1.0 + (r + s * t);
    let y = f32::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << 23));
    let y = if x < LOWEST { 0.0 } else { y };
    if x <= HIGHEST { y } else { x * f32::INFINITY }
}

#[cfg(test)]
mod tests {
    use super::super::{Vectorize, available, test_words, vectorize_at};
    use super::*;

    /// `x exp(x)` pairs from mpmath at 50 digits.
    const DOUBLE: &str = "
        1.0 2.718281828459045235; -1.0 0.3678794411714423216; 0.5 1.648721270700128147;
        -0.5 0.6065306597126334236; 0.34657359027997264 1.414213562373095032;
        -0.34657359027997264 0.7071067811865475326; 1e-10 1.0000000001; -1e-10 0.9999999999;
        1e-17 1.00000000000000001; 2.0 7.389056098930650227; -2.0 0.1353352832366126919;
        10.0 22026.46579480671652; -10.0 0.00004539992976248485154; 100.0 2.688117141816135448e+43;
        -100.0 3.720075976020835963e-44; 700.0 1.014232054735004509e+304;
        -700.0 9.859676543759770857e-305; 709.0 8.218407461554972189e+307;
        -708.0 3.307553003638407996e-308; 709.78 1.792822794394515621e+308;
        -708.39 2.239401498880467844e-308; -494.247 2.245200874806204451e-215;
        51.344800103 1.989588945064892374e+22; 581.050657 2.22379137437125844e+252;
        -93.524 2.415699305676557539e-41; 72.834 4.279610998167897698e+31;
        1.519154537684 4.568361184707175274; 1.496454114486 4.465825655532972124;
        -2.668846034421 0.06933218612076090754; -1.4045678272 0.2454731203380536581;
        508.449806472 6.560625921781010833e+220; 58.151899799 1.799074694556266422e+25;
        258.398 1.662744556971035343e+112; 197.340385468 5.056388855033398442e+85;
        301.061 5.612172563424849569e+130; -3.694520174454 0.0248593789663141471;
        0.083245681004 1.086808784024708847; 600.516440616 6.323775617082959808e+260;
        417.635725 2.381720600985914073e+181; -282.55 1.95026729641747278e-123";
    /// The same for the single-precision number nearest to `x`.
    const SINGLE: &str = "
        1.0 2.71828182846; -1.0 0.367879441171; 0.5 1.6487212707; -0.5 0.606530659713;
        0.34657359 1.41421356372; -0.34657359 0.707106780513; 0.0001 1.000100005; -0.0001 0.999900005002;
        1e-09 1.000000001; 2.0 7.38905609893; -2.0 0.135335283237; 10.0 22026.4657948;
        -10.0 4.53999297625e-5; 50.0 5.18470552859e+21; -50.0 1.92874984796e-22; 80.0 5.54062238439e+34;
        -80.0 1.80485138785e-35; 88.0 1.65163625499e+38; -87.0 1.64581143108e-38; 88.72 3.39318051623e+38;
        -87.33 1.18321073203e-38; -0.31842 0.727297264556; -2.45178 0.0861401135809;
        -13.829 9.86600666078e-7; 2.00801 7.44847944772; 29.938 1.00440318206e+13; 2.83753 17.0735400173;
        66.209 5.67810204539e+28; 34.677 1.14823013464e+15; 14.482 1947389.56863;
        59.994 1.13517527163e+26; -4.37312 0.0126118323399; 35.761 3.3947332687e+15;
        0.71805 2.05043097559; 1.07219 2.92177131272; 30.014 1.08371367432e+13; -6.203 0.00202335132877;
        -66.508 1.30599403304e-29; 47.441 4.01204077059e+20; -43.667 1.0855827613e-19";

    struct Exp64<'a>(&'a mut [f64]);
    impl Vectorize for Exp64<'_> {
        type Output = ();
        #[inline(always)]
        fn run(self) {
            self.0.iter_mut().for_each(|x| *x = exp_f64(*x));
        }
    }

    struct Exp32<'a>(&'a mut [f32]);
    impl Vectorize for Exp32<'_> {
        type Output = ();
        #[inline(always)]
        fn run(self) {
            self.0.iter_mut().for_each(|x| *x = exp_f32(*x));
        }
    }

    fn pairs<T: std::str::FromStr<Err: std::fmt::Debug>>(table: &str) -> Vec<(T, T)> {
        let pair = |p: &str| {
            let (x, y) = p.trim().split_once(' ').unwrap();
            (x.parse().unwrap(), y.parse().unwrap())
        };
        table.split(';').map(pair).collect()
    }

    fn ulps64(a: f64, b: f64) -> u64 {
        a.to_bits().abs_diff(b.to_bits())
    }

    fn ulps32(a: f32, b: f32) -> u32 {
        a.to_bits().abs_diff(b.to_bits())
    }

    #[test]
    fn agrees_with_mpmath() {
        // One step from the correctly rounded value is an error below 1.5 ulp.
        for (x, y) in pairs(DOUBLE) {
            assert!(ulps64(exp_f64(x), y) <= 1, "{x}: {} {y}", exp_f64(x));
        }
        for (x, y) in pairs(SINGLE) {
            assert!(ulps32(exp_f32(x), y) <= 1, "{x}: {} {y}", exp_f32(x));
        }
    }

    #[test]
    fn special_values() {
        let inf = f64::INFINITY;
        for zero in [-inf, f64::MIN, -1e6, -746.0, -745.0, -708.396_418_532_264_2] {
            assert_eq!(exp_f64(zero).to_bits(), 0, "{zero}");
        }
        for big in [709.782_712_893_384_1, 710.0, 1e6, f64::MAX, inf] {
            assert_eq!(exp_f64(big), inf, "{big}");
        }
        for one in [0.0, -0.0, 5e-324, -5e-324, 1e-17, -1e-17] {
            assert_eq!(exp_f64(one), 1.0, "{one}");
        }
        assert!(exp_f64(f64::NAN).is_nan() && exp_f64(-f64::NAN).is_nan());
        assert!(ulps64(exp_f64(-708.396_418_532_264_1), f64::MIN_POSITIVE) < 1 << 10);
        assert!(exp_f64(709.782_712_893_384).is_finite());

        let inf = f32::INFINITY;
        for zero in [-inf, f32::MIN, -1e6, -104.0, -87.336_55] {
            assert_eq!(exp_f32(zero).to_bits(), 0, "{zero}");
        }
        for big in [88.722_84, 89.0, 1e6, f32::MAX, inf] {
            assert_eq!(exp_f32(big), inf, "{big}");
        }
        for one in [0.0, -0.0, 1e-45, -1e-45, 1e-9, -1e-9] {
            assert_eq!(exp_f32(one), 1.0, "{one}");
        }
        assert!(exp_f32(f32::NAN).is_nan() && exp_f32(-f32::NAN).is_nan());
        assert!(exp_f32(-87.336_54).is_normal() && exp_f32(88.722_83).is_finite());
    }

    #[test]
    fn dense_sweep_agrees_with_std_and_across_levels() {
        let mut words = test_words(5);
        let mut unit = move || (words() >> 11) as f64 / (1u64 << 53) as f64;
        let wide = (0..200_001).map(|i| -708.0 + 1417.0 * f64::from(i) / 200_000.0);
        let random = (0..100_000).map(|_| -708.0 + 1417.0 * unit());
        let narrow = (0..100_003).map(|i| -2.0 + f64::from(i) / 25_000.0);
        let xs: Vec<f64> = wide.chain(random).chain(narrow).collect();
        for (i, &x) in xs.iter().enumerate() {
            assert!(ulps64(exp_f64(x), x.exp()) <= 2, "{x}");
            let single = (x / 8.13) as f32;
            // Double precision rounded once stands in for the exact value.
            assert!(ulps32(exp_f32(single), f64::from(single).exp() as f32) <= 1, "{i} {single}");
        }
        let mut odd = xs.clone();
        odd.extend([f64::NEG_INFINITY, f64::INFINITY, -0.0, 1e300, -1e300, -720.0, 709.9]);
        let same64: Vec<u64> = odd.iter().map(|&x| exp_f64(x).to_bits()).collect();
        let same32: Vec<u32> = odd.iter().map(|&x| exp_f32(x as f32).to_bits()).collect();
        for level in available() {
            let mut ys = odd.clone();
            vectorize_at(level, Exp64(&mut ys));
            assert!(ys.iter().zip(&same64).all(|(y, s)| y.to_bits() == *s), "{level}");
            let mut ys: Vec<f32> = odd.iter().map(|&x| x as f32).collect();
            vectorize_at(level, Exp32(&mut ys));
            assert!(ys.iter().zip(&same32).all(|(y, s)| y.to_bits() == *s), "{level}");
        }
    }
}
