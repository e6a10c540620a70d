//! The masked sums with mask registers.
//!
//! Every function takes a plane of 64 entries for each word of the mask and selects by `word ^ flip`.

use super::LANES;
use std::arch::x86_64::*;

// Two of the sums are of numbers whose sum a lane cannot hold. There, with `H` the sum of the upper halves of
// the numbers and `W` the sum of the numbers modulo the lane, the sum of the (unsigned) lower halves is `W`
// minus `H` shifted up, modulo the lane, and as long as the lane can hold that sum the modulo is void. This
// takes three operations a register; widening takes four, and twice the masks.

/// The sum of the selected entries.
#[target_feature(enable = "avx512f")]
pub(super) fn sum_i32(mask: &[u64], flip: u64, plane: &[i32]) -> i64 {
    /// 2^15 entries in each lane: upper halves of 15 bits and a sign sum to at most 2^30, lower halves of 16
    /// bits to less than 2^31.
    const WORDS: usize = (1 << 15) * 16 / 64;
    let mut total = 0;
    for (mask, plane) in mask.chunks(WORDS).zip(plane.chunks(64 * WORDS)) {
        let (mut whole, mut upper) = (_mm512_setzero_si512(), _mm512_setzero_si512());
        for (word, entries) in mask.iter().zip(plane.as_chunks::<64>().0) {
            let word = word ^ flip;
            for (i, entries) in entries.as_chunks::<16>().0.iter().enumerate() {
                // SAFETY: `entries` is an array of sixteen 32-bit integers.
                let x = unsafe { _mm512_loadu_epi32(entries.as_ptr()) };
                let select = (word >> (16 * i)) as __mmask16;
                whole = _mm512_mask_add_epi32(whole, select, whole, x);
                upper = _mm512_add_epi32(upper, _mm512_maskz_srai_epi32::<16>(select, x));
            }
        }
        let lower = _mm512_sub_epi32(whole, _mm512_slli_epi32::<16>(upper));
        total += (widened_sum(upper) << 16) + widened_sum(lower);
    }
    total
}

/// The sum of sixteen 32-bit lanes.
#[target_feature(enable = "avx512f")]
fn widened_sum(x: __m512i) -> i64 {
    let even = _mm512_srai_epi64::<32>(_mm512_slli_epi64::<32>(x));
    _mm512_reduce_add_epi64(_mm512_add_epi64(even, _mm512_srai_epi64::<32>(x)))
}

/// The sum of the selected entries.
#[target_feature(enable = "avx512f")]
pub(super) fn sum_i64(mask: &[u64], flip: u64, plane: &[i64]) -> i64 {
    let mut acc = _mm512_setzero_si512();
    for (word, entries) in mask.iter().zip(plane.as_chunks::<64>().0) {
        let word = word ^ flip;
        for (i, entries) in entries.as_chunks::<8>().0.iter().enumerate() {
            // SAFETY: `entries` is an array of eight 64-bit integers.
            let x = unsafe { _mm512_loadu_epi64(entries.as_ptr()) };
            acc = _mm512_mask_add_epi64(acc, (word >> (8 * i)) as __mmask8, acc, x);
        }
    }
    _mm512_reduce_add_epi64(acc)
}

/// The sum of the selected entries. Even lanes hold the lower words, whose sum must not lose its carries, and
/// odd lanes the upper words, whose sum modulo 2^64 is all that is wanted.
#[target_feature(enable = "avx512f,bmi2")]
pub(super) fn sum_i128(mask: &[u64], flip: u64, plane: &[i128]) -> i128 {
    let (mut whole, mut upper) = (_mm512_setzero_si512(), _mm512_setzero_si512());
    for (word, entries) in mask.iter().zip(plane.as_chunks::<64>().0) {
        let word = word ^ flip;
        for (half, entries) in entries.as_chunks::<32>().0.iter().enumerate() {
            // Every bit twice, for the two lanes of an entry.
            let lanes = 3 * _pdep_u64(word >> (32 * half), 0x5555_5555_5555_5555);
            for (i, entries) in entries.as_chunks::<4>().0.iter().enumerate() {
                // SAFETY: `entries` is an array of four 128-bit integers.
                let x = unsafe { _mm512_loadu_epi64(entries.as_ptr().cast()) };
                let select = (lanes >> (8 * i)) as __mmask8;
                whole = _mm512_mask_add_epi64(whole, select, whole, x);
                upper = _mm512_add_epi64(upper, _mm512_maskz_srli_epi64::<32>(select, x));
            }
        }
    }
    let (whole, upper) = (words(whole), words(upper));
    let mut total = 0u128;
    for l in [0, 2, 4, 6] {
        let lower = whole[l].wrapping_sub(upper[l] << 32);
        let low_words = (u128::from(upper[l]) << 32) + u128::from(lower);
        total = total.wrapping_add(low_words).wrapping_add(u128::from(whole[l + 1]) << 64);
    }
    total as i128
}

/// The lanes of a masked sum.
#[target_feature(enable = "avx512f")]
pub(super) fn lanes_f64(mask: &[u64], flip: u64, plane: &[f64]) -> [f64; LANES] {
    let mut acc = [_mm512_setzero_pd(); LANES / 8];
    for (word, entries) in mask.iter().zip(plane.as_chunks::<64>().0) {
        let word = word ^ flip;
        for (i, entries) in entries.as_chunks::<8>().0.iter().enumerate() {
            // SAFETY: `entries` is an array of eight doubles.
            let x = unsafe { _mm512_loadu_pd(entries.as_ptr()) };
            let lane = &mut acc[i % (LANES / 8)];
            *lane = _mm512_mask_add_pd(*lane, (word >> (8 * i)) as __mmask8, *lane, x);
        }
    }
    numbers(acc)
}

/// The lanes of a blended sum.
#[target_feature(enable = "avx512f")]
pub(super) fn lanes_blend(mask: &[u64], on: &[f64], off: &[f64]) -> [f64; LANES] {
    let mut acc = [_mm512_setzero_pd(); LANES / 8];
    let planes = on.as_chunks::<64>().0.iter().zip(off.as_chunks::<64>().0);
    for (word, (on, off)) in mask.iter().zip(planes) {
        let pairs = on.as_chunks::<8>().0.iter().zip(off.as_chunks::<8>().0);
        for (i, (on, off)) in pairs.enumerate() {
            // SAFETY: `off` is an array of eight doubles.
            let x = unsafe { _mm512_loadu_pd(off.as_ptr()) };
            // SAFETY: so is `on`.
            let x = unsafe { _mm512_mask_loadu_pd(x, (word >> (8 * i)) as __mmask8, on.as_ptr()) };
            let lane = &mut acc[i % (LANES / 8)];
            *lane = _mm512_add_pd(*lane, x);
        }
    }
    numbers(acc)
}

#[target_feature(enable = "avx512f")]
fn words(x: __m512i) -> [u64; 8] {
    let mut out = [0; 8];
    // SAFETY: `out` is eight 64-bit integers.
    unsafe { _mm512_storeu_epi64(out.as_mut_ptr().cast(), x) };
    out
}

#[target_feature(enable = "avx512f")]
fn numbers(acc: [__m512d; LANES / 8]) -> [f64; LANES] {
    let mut out = [0.0; LANES];
    for (out, acc) in out.as_chunks_mut::<8>().0.iter_mut().zip(acc) {
        // SAFETY: `out` is eight doubles.
        unsafe { _mm512_storeu_pd(out.as_mut_ptr(), acc) };
    }
    out
}
