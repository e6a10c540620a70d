//! Sums over the patterns that a bit column selects.
//!
//! A mask has one bit per entry of a plane, the lowest bit of the first word for the first entry, and the
//! plane is padded to whole words. With `invert` the zero bits are the ones that select. Entries that are not
//! selected do not count at all: in a floating-point plane they may be infinite or NaN. A plane that does not
//! have 64 entries for each word of the mask is a panic. Planes that begin on a cache line are read up to
//! twice as fast.

use super::{Level, level, vectorize_at};
use portable::{LanesBlend, LanesF64, SumI128, SumInteger};

#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;

/// Lanes of a floating-point sum: entry `j` is added to lane `j % 32`, in order, and [`tree`] adds the lanes.
/// That is four AVX-512 registers, enough independent additions to hide the latency of each.
pub(crate) const LANES: usize = 32;

/// The sum of the selected entries, exact for up to `2^31` entries of any size.
pub(crate) fn masked_sum_i32(mask: &[u64], invert: bool, plane: &[i32]) -> i64 {
    sum_i32_at(level(), mask, invert, plane)
}

/// The sum of the selected entries; the caller sees to it that no partial sum leaves the range of `i64`.
pub(crate) fn masked_sum_i64(mask: &[u64], invert: bool, plane: &[i64]) -> i64 {
    sum_i64_at(level(), mask, invert, plane)
}

/// The sum of the selected entries, for up to `2^32` of them and where it fits in `i128`.
pub(crate) fn masked_sum_i128(mask: &[u64], invert: bool, plane: &[i128]) -> i128 {
    sum_i128_at(level(), mask, invert, plane)
}

/// The sum of the selected entries, in the order that [`LANES`] describes.
pub(crate) fn masked_sum_f64(mask: &[u64], invert: bool, plane: &[f64]) -> f64 {
    sum_f64_at(level(), mask, invert, plane)
}

/// The sum of the entries of `on` that are selected and of those of `off` that are not, in the order that
/// [`LANES`] describes.
pub(crate) fn blend_sum_f64(mask: &[u64], on: &[f64], off: &[f64]) -> f64 {
    blend_f64_at(level(), mask, on, off)
}

/// Returns from the enclosing function with the AVX-512 version of it where the level asks for that.
macro_rules! avx512_if {
    ($level:expr, $call:expr) => {
        #[cfg(target_arch = "x86_64")]
        if $level == Level::Avx512 && super::detected() == Level::Avx512 {
            // SAFETY: `detected` has found every feature that the functions of `avx512` enable.
            return unsafe { $call };
        }
    };
}

fn check(mask: &[u64], entries: usize) {
    assert_eq!(mask.len() * 64, entries, "the plane is not as long as the mask");
}

fn flip(invert: bool) -> u64 {
    if invert { u64::MAX } else { 0 }
}

fn sum_i32_at(level: Level, mask: &[u64], invert: bool, plane: &[i32]) -> i64 {
    check(mask, plane.len());
    avx512_if!(level, avx512::sum_i32(mask, flip(invert), plane));
    vectorize_at(level, SumInteger { mask, flip: flip(invert), plane })
}

fn sum_i64_at(level: Level, mask: &[u64], invert: bool, plane: &[i64]) -> i64 {
    check(mask, plane.len());
    avx512_if!(level, avx512::sum_i64(mask, flip(invert), plane));
    vectorize_at(level, SumInteger { mask, flip: flip(invert), plane })
}

fn sum_i128_at(level: Level, mask: &[u64], invert: bool, plane: &[i128]) -> i128 {
    check(mask, plane.len());
    avx512_if!(level, avx512::sum_i128(mask, flip(invert), plane));
    vectorize_at(level, SumI128 { mask, flip: flip(invert), plane })
}

fn sum_f64_at(level: Level, mask: &[u64], invert: bool, plane: &[f64]) -> f64 {
    check(mask, plane.len());
    avx512_if!(level, tree(avx512::lanes_f64(mask, flip(invert), plane)));
    tree(vectorize_at(level, LanesF64 { mask, flip: flip(invert), plane }))
}

fn blend_f64_at(level: Level, mask: &[u64], on: &[f64], off: &[f64]) -> f64 {
    check(mask, on.len());
    check(mask, off.len());
    avx512_if!(level, tree(avx512::lanes_blend(mask, on, off)));
    tree(vectorize_at(level, LanesBlend { mask, on, off }))
}

/// The sum of the lanes, as [`halved`](super::halved) adds them.
pub(crate) fn tree(mut lanes: [f64; LANES]) -> f64 {
    super::halved(&mut lanes, |a, b| a + b)
}

#[cfg(test)]
mod tests {
    use super::super::{available, test_words};
    use super::*;

    const LENGTHS: [usize; 7] = [0, 1, 2, 3, 7, 32, 313];

    fn selected(mask: &[u64], invert: bool) -> impl Iterator<Item = bool> {
        (0..64 * mask.len()).map(move |j| ((mask[j / 64] >> (j % 64)) & 1 == 1) != invert)
    }

    /// Masks of random, sparse, empty and full words, with the plane made by `entry`.
    fn cases<T>(mut entry: impl FnMut(u64) -> T) -> Vec<(Vec<u64>, Vec<T>)> {
        let mut next = test_words(3);
        let mut cases = vec![];
        for words in LENGTHS {
            for kind in 0..4 {
                let mut word = |_| [next(), next() & next() & next(), 0, u64::MAX][kind];
                let mask: Vec<u64> = (0..words).map(&mut word).collect();
                let plane = (0..64 * words).map(|_| entry(next())).collect();
                cases.push((mask, plane));
            }
        }
        cases
    }

    fn check_exact<T: Copy + Into<i128>, S: Into<i128>>(
        entry: impl FnMut(u64) -> T,
        sum: impl Fn(Level, &[u64], bool, &[T]) -> S,
    ) {
        for (mask, plane) in cases(entry) {
            for invert in [false, true] {
                let chosen = selected(&mask, invert).zip(&plane).filter(|(s, _)| *s);
                let expected: i128 = chosen.map(|(_, &x)| x.into()).sum();
                for level in available() {
                    assert_eq!(sum(level, &mask, invert, &plane).into(), expected, "{level} {}", mask.len());
                }
            }
        }
    }

    #[test]
    fn integer_sums_are_exact_for_entries_of_any_size() {
        check_exact(|x| x as i32, sum_i32_at);
        check_exact(|x| (x as i32) >> 20, sum_i32_at);
        check_exact(|_| i32::MAX, sum_i32_at);
        check_exact(|_| i32::MIN, sum_i32_at);
        check_exact(|_| -i32::MAX, sum_i32_at);
        check_exact(|x| x as i64 >> 16, sum_i64_at);
        check_exact(|_| i64::MIN >> 15, sum_i64_at);
        check_exact(|x| (i128::from(x as i64) << 47) ^ i128::from(x.rotate_left(32)), sum_i128_at);
        check_exact(|x| i128::from(x as i64), sum_i128_at);
        check_exact(i128::from, sum_i128_at);
        check_exact(|_| i128::MAX >> 15, sum_i128_at);
        check_exact(|_| i128::MIN >> 15, sum_i128_at);
        check_exact(|_| -1, sum_i128_at);
    }

    #[test]
    fn long_sums_do_not_overflow_their_lanes() {
        // Longer than what one block of 32-bit lanes can take.
        let words = 2 * (1 << 13) + 5;
        let mask = vec![u64::MAX; words];
        for extreme in [i32::MAX, i32::MIN] {
            let plane = vec![extreme; 64 * words];
            for level in available() {
                let expected = 64 * words as i64 * i64::from(extreme);
                assert_eq!(sum_i32_at(level, &mask, false, &plane), expected, "{level}");
                assert_eq!(sum_i32_at(level, &mask, true, &plane), 0, "{level}");
            }
        }
    }

    fn lanes(terms: impl Iterator<Item = Option<f64>>) -> u64 {
        let mut acc = [0.0; LANES];
        for (j, term) in terms.enumerate() {
            if let Some(x) = term {
                acc[j % LANES] += x;
            }
        }
        tree(acc).to_bits()
    }

    fn float(x: u64) -> f64 {
        [1e-9, 1.0, 3.7e8, -0.0][x as usize & 3] * (x as i64 >> 2) as f64 / 2f64.powi(60)
    }

    #[test]
    fn float_sums_have_the_same_bits_on_every_level() {
        for (mask, plane) in cases(float) {
            let other: Vec<f64> = plane.iter().rev().map(|x| x * 0.7 + 0.1).collect();
            for invert in [false, true] {
                let bits = || selected(&mask, invert).enumerate();
                let sum = lanes(bits().map(|(j, s)| s.then(|| plane[j])));
                let blend = lanes(bits().map(|(j, s)| Some(if s { plane[j] } else { other[j] })));
                let (on, off) = if invert { (&other, &plane) } else { (&plane, &other) };
                for level in available() {
                    assert_eq!(sum_f64_at(level, &mask, invert, &plane).to_bits(), sum, "{level}");
                    assert_eq!(blend_f64_at(level, &mask, on, off).to_bits(), blend, "{level}");
                }
                assert_eq!(masked_sum_f64(&mask, invert, &plane).to_bits(), sum);
                assert_eq!(blend_sum_f64(&mask, on, off).to_bits(), blend);
            }
        }
    }

    #[test]
    fn entries_that_are_not_selected_do_not_count() {
        let mut next = test_words(4);
        let mask: Vec<u64> = (0..5).map(|_| next()).collect();
        let bad = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        let plane: Vec<f64> =
            selected(&mask, false).enumerate().map(|(j, s)| if s { j as f64 } else { bad[j % 3] }).collect();
        let zeros = vec![-0.0; plane.len()];
        let expected: f64 = plane.iter().filter(|x| x.is_finite()).sum();
        for level in available() {
            assert_eq!(sum_f64_at(level, &mask, false, &plane), expected, "{level}");
            assert_eq!(blend_f64_at(level, &mask, &plane, &zeros), expected, "{level}");
            assert_eq!(sum_f64_at(level, &mask, true, &zeros).to_bits(), 0, "{level}");
        }
    }
}
