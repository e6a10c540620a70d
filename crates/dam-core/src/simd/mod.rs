//! The few inner loops that decide the speed of the crate, written once and run at the widest vector level
//! the machine has.
//!
//! Two rules hold for everything here. Each function returns the same bits on every [`Level`]: integer sums
//! are exact, floating-point sums have a lane structure fixed by the element index alone, and no multiply and
//! add are fused, so that a wider register changes the speed and nothing else (but perhaps the payload of a
//! NaN). The exceptions are the products of batches (`panel`, `product`) and the sums of exponentials over
//! dense patterns (`exp2`), which are fused on every level but the portable one. And the level is found when
//! the program runs, so that one binary is both portable and fast.

#![allow(unsafe_code)]

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

mod bytes;
mod exp;
mod exp2;
mod lanes;
mod lines;
mod masked;
mod panel;
mod popcount;
mod priced;
mod product;
mod single;
mod transpose;
mod turned;

pub(crate) use bytes::{Powers, largest_magnitude, selected_sums, step_bytes};
pub(crate) use exp::{exp_f32, exp_f64};
pub(crate) use exp2::{SumExp2, WeighExp2};
pub(crate) use lanes::Registers;
pub(crate) use lines::Lines;
pub(crate) use masked::{
    LANES, blend_sum_f64, masked_sum_f64, masked_sum_i32, masked_sum_i64, masked_sum_i128, tree,
};
pub(crate) use panel::{Fill, Panel, panel_rows, strip, unit};
pub(crate) use popcount::{hamming, hamming_batch};
pub(crate) use priced::PriceTurn;
pub(crate) use product::{Factors, Multiply, Strips};
pub(crate) use single::{AddPatterns, Dots};
pub(crate) use transpose::transpose64;
pub(crate) use turned::{ReadTurns, Turns, WeighTurns};

/// The instruction sets that the inner loops are compiled for, from narrow to wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Level {
    /// What every machine of the target architecture has (on x86-64: SSE2).
    Portable,
    /// AVX2 with hardware population counts.
    Avx2,
    /// AVX-512 (F, BW, VL, DQ) with vector population counts and products of bytes (VNNI): Ice Lake, Zen 4 and later.
    Avx512,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Level::Portable => "portable",
            Level::Avx2 => "avx2",
            Level::Avx512 => "avx512",
        })
    }
}

/// The widest level that may be used, as a number.
static LIMIT: AtomicU8 = AtomicU8::new(Level::Avx512 as u8);

/// The level in use: the widest one that this machine has, or [`Level::Portable`] after
/// [`force_portable(true)`](force_portable).
#[must_use]
pub fn level() -> Level {
    match LIMIT.load(Ordering::Relaxed) {
        0 => Level::Portable,
        1 => detected().min(Level::Avx2),
        _ => detected(),
    }
}

/// Keeps every inner loop at [`Level::Portable`] (`true`), or returns to the widest level (`false`).
///
/// Only the products of batches and the sums of exponential kernels over dense patterns differ between levels: AVX2 and
/// AVX-512 fuse multiplication and addition there and agree to the bit, the portable level rounds twice and is several
/// times slower.
///
/// This is the option that makes results comparable across machines: with it a run takes the same code path of this
/// crate on each machine of one architecture. (The C library may choose its `exp`, `ln`, `sin` and `cos` by CPU, with
/// last bits of their own where multiplication and addition are not fused.) Set it before the work starts; it is one flag for the whole process,
/// and a computation under way may see either value.
pub fn force_portable(on: bool) {
    limit_level(if on { Level::Portable } else { Level::Avx512 });
}

/// Keeps every inner loop at this level or below: what tests of all levels need.
#[doc(hidden)]
pub fn limit_level(limit: Level) {
    LIMIT.store(limit as u8, Ordering::Relaxed);
}

/// What the machine has, whatever was forced.
fn detected() -> Level {
    static DETECTED: OnceLock<Level> = OnceLock::new();
    *DETECTED.get_or_init(detect)
}

#[cfg(target_arch = "x86_64")]
fn detect() -> Level {
    // Every feature named by a `target_feature` attribute of this module is asked for here: the safety of all
    // level calls rests on these two lists.
    let avx2 = is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("popcnt")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt");
    let avx512 = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vnni")
        && is_x86_feature_detected!("avx512vpopcntdq");
    match (avx2, avx512) {
        (true, true) => Level::Avx512,
        (true, false) => Level::Avx2,
        _ => Level::Portable,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn detect() -> Level {
    Level::Portable
}

/// A loop to be compiled once per level. `run` must be `#[inline(always)]`, and so must what it calls in its
/// inner loop: only what is inlined into the level's function is compiled with the level's instructions.
pub(crate) trait Vectorize {
    type Output;
    fn run(self) -> Self::Output;
}

/// Runs `op` compiled for the level in use.
#[inline]
pub(crate) fn vectorize<V: Vectorize>(op: V) -> V::Output {
    vectorize_at(level(), op)
}

/// Runs `op` compiled for `level`, or for the widest level below it that the machine has.
#[inline]
fn vectorize_at<V: Vectorize>(level: Level, op: V) -> V::Output {
    #[cfg(target_arch = "x86_64")]
    match level.min(detected()) {
        // SAFETY: `detected` has found every feature of the list on this machine.
        Level::Avx512 => unsafe { run_avx512(op) },
        // SAFETY: as above.
        Level::Avx2 => unsafe { run_avx2(op) },
        Level::Portable => op.run(),
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = level;
        op.run()
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx512vpopcntdq,popcnt,bmi1,bmi2,lzcnt")]
fn run_avx512<V: Vectorize>(op: V) -> V::Output {
    op.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,popcnt,bmi1,bmi2,lzcnt")]
fn run_avx2<V: Vectorize>(op: V) -> V::Output {
    op.run()
}

/// What is left of the lanes, a power of two of them, when the upper half is joined to the lower until one remains: the
/// same order at every width of register.
#[inline(always)]
pub(crate) fn halved<T: Copy>(lanes: &mut [T], join: impl Fn(T, T) -> T) -> T {
    let mut width = lanes.len() / 2;
    while width > 0 {
        for j in 0..width {
            lanes[j] = join(lanes[j], lanes[j + width]);
        }
        width /= 2;
    }
    lanes[0]
}

/// The levels that this machine can run, for the tests that compare them.
#[cfg(test)]
fn available() -> impl Iterator<Item = Level> {
    [Level::Portable, Level::Avx2, Level::Avx512].into_iter().filter(|&l| l <= detected())
}

/// A small deterministic source of test data (splitmix64).
#[cfg(test)]
fn test_words(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Axpy<'a>(f64, &'a [f64], &'a mut [f64]);

    impl Vectorize for Axpy<'_> {
        type Output = ();
        #[inline(always)]
        fn run(self) {
            for (y, x) in self.2.iter_mut().zip(self.1) {
                *y += self.0 * x;
            }
        }
    }

    #[test]
    fn multiply_and_add_stay_two_roundings_on_every_level() {
        // (1 + e)^2 - (1 + 2e) is e^2 under a fused multiply-add and 0 with two roundings.
        let e = f64::EPSILON;
        for level in available() {
            let mut y = vec![-(1.0 + 2.0 * e); 37];
            vectorize_at(level, Axpy(1.0 + e, &[1.0 + e; 37], &mut y));
            assert!(y.iter().all(|v| v.to_bits() == 0), "{level}");
        }
    }

    #[test]
    fn levels_are_ordered_named_and_can_be_forced() {
        assert!(Level::Portable < Level::Avx2 && Level::Avx2 < Level::Avx512);
        assert_eq!(
            format!("{:>9}|{}|{}", Level::Portable, Level::Avx2, Level::Avx512),
            " portable|avx2|avx512"
        );
        force_portable(true);
        assert_eq!(level(), Level::Portable);
        force_portable(false);
        assert_eq!(level(), detected());
    }

    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    #[test]
    fn the_level_is_that_of_the_flags_that_the_kernel_lists() {
        let Ok(text) = std::fs::read_to_string("/proc/cpuinfo") else { return };
        let Some(flags) = text.lines().find(|line| line.starts_with("flags")) else { return };
        let has = |names: &str| names.split(' ').all(|name| flags.split(' ').any(|flag| flag == name));
        let avx2 = has("avx2 popcnt fma bmi1 bmi2 abm");
        let avx512 = has("avx512f avx512bw avx512vl avx512dq avx512_vnni avx512_vpopcntdq");
        let expected = match (avx2, avx512) {
            (false, _) => Level::Portable,
            (true, false) => Level::Avx2,
            (true, true) => Level::Avx512,
        };
        assert_eq!(detect(), expected);
    }
}
