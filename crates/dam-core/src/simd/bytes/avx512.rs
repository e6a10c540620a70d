//! With mask registers and products of bytes (VNNI).

use std::arch::x86_64::*;

/// Chains of additions that run side by side.
const CHAINS: usize = 4;

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub(super) fn sums<const LINEAR: bool, const SQUARE: bool>(
    mask: &[u64],
    flip: u64,
    plane: &[i8],
) -> [i32; 2] {
    let zero = _mm512_setzero_si512();
    let (mut linear, mut square) = ([zero; CHAINS], [zero; CHAINS]);
    let ones = _mm512_set1_epi8(1);
    let mut add = |chain: usize, word: u64, entries: &[i8; 64]| {
        // SAFETY: `entries` is an array of 64 bytes.
        let k = unsafe { _mm512_maskz_loadu_epi8(word ^ flip, entries.as_ptr()) };
        if LINEAR {
            linear[chain] = _mm512_dpbusd_epi32(linear[chain], ones, k);
        }
        if SQUARE {
            let k = _mm512_abs_epi8(k);
            square[chain] = _mm512_dpbusd_epi32(square[chain], k, k);
        }
    };
    let (masks, rest) = mask.as_chunks::<CHAINS>();
    let (planes, plane_rest) = plane.as_chunks::<64>().0.split_at(CHAINS * masks.len());
    for (words, entries) in masks.iter().zip(planes.as_chunks::<CHAINS>().0) {
        for c in 0..CHAINS {
            add(c, words[c], &entries[c]);
        }
    }
    for (c, (word, entries)) in rest.iter().zip(plane_rest).enumerate() {
        add(c, *word, entries);
    }
    [if LINEAR { joined(linear) } else { 0 }, if SQUARE { joined(square) } else { 0 }]
}

#[inline]
#[target_feature(enable = "avx512f")]
fn joined([a, b, c, d]: [__m512i; CHAINS]) -> i32 {
    _mm512_reduce_add_epi32(_mm512_add_epi32(_mm512_add_epi32(a, b), _mm512_add_epi32(c, d)))
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub(super) fn step(mask: &[u64], flip: u64, plane: &mut [i8]) -> i32 {
    let mut sums = [_mm512_setzero_si512(); 2];
    let ones = _mm512_set1_epi8(1);
    let mut step = |sum: usize, word: u64, entries: &mut [i8; 64]| {
        let word = word ^ flip;
        // SAFETY: `entries` is an array of 64 bytes.
        let k = unsafe { _mm512_loadu_epi8(entries.as_ptr()) };
        sums[sum] = _mm512_dpbusd_epi32(sums[sum], ones, _mm512_maskz_mov_epi8(word, k));
        let k = _mm512_mask_sub_epi8(_mm512_add_epi8(k, ones), word, k, ones);
        // SAFETY: as above.
        unsafe { _mm512_storeu_epi8(entries.as_mut_ptr(), k) };
    };
    // Pairs, so that the compiler keeps both sums in registers.
    let (masks, rest) = mask.as_chunks::<2>();
    let (planes, plane_rest) = plane.as_chunks_mut::<64>().0.split_at_mut(2 * masks.len());
    for (words, entries) in masks.iter().zip(planes.as_chunks_mut::<2>().0) {
        step(0, words[0], &mut entries[0]);
        step(1, words[1], &mut entries[1]);
    }
    for (word, entries) in rest.iter().zip(plane_rest) {
        step(0, *word, entries);
    }
    _mm512_reduce_add_epi32(_mm512_add_epi32(sums[0], sums[1]))
}
