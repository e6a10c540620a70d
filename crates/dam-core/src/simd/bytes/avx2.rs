//! With bits spread over bytes by a shuffle, and products of bytes in two steps.

use std::arch::x86_64::*;

/// All ones in byte `l` where bit `l` is set.
#[inline]
#[target_feature(enable = "avx2")]
fn spread(bits: u32) -> __m256i {
    let byte_of = _mm256_set_epi64x(0x0303_0303_0303_0303, 0x0202_0202_0202_0202, 0x0101_0101_0101_0101, 0);
    let bit_of = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64 as i64);
    let bytes = _mm256_shuffle_epi8(_mm256_set1_epi32(bits as i32), byte_of);
    _mm256_cmpeq_epi8(_mm256_and_si256(bytes, bit_of), bit_of)
}

/// The two halves of a word and of its bytes.
#[inline(always)]
fn halves(word: u64) -> [u32; 2] {
    [word as u32, (word >> 32) as u32]
}

#[inline]
#[target_feature(enable = "avx2")]
fn joined(sum: __m256i) -> i32 {
    let sum = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256::<1>(sum));
    let sum = _mm_add_epi32(sum, _mm_shuffle_epi32::<0b01_00_11_10>(sum));
    _mm_cvtsi128_si32(_mm_add_epi32(sum, _mm_shuffle_epi32::<0b10_11_00_01>(sum)))
}

/// Adds the products of the unsigned bytes of `a` and the signed ones of `b`: two of them, each at most 127², fit
/// in 16 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn add_products(sum: __m256i, a: __m256i, b: __m256i) -> __m256i {
    _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(a, b), _mm256_set1_epi16(1)))
}

#[target_feature(enable = "avx2")]
pub(super) fn sums<const LINEAR: bool, const SQUARE: bool>(
    mask: &[u64],
    flip: u64,
    plane: &[i8],
) -> [i32; 2] {
    let zero = _mm256_setzero_si256();
    let (mut linear, mut square) = ([zero; 2], [zero; 2]);
    let ones = _mm256_set1_epi8(1);
    for (word, entries) in mask.iter().zip(plane.as_chunks::<64>().0) {
        let entries = entries.as_chunks::<32>().0;
        for (c, bits) in halves(word ^ flip).into_iter().enumerate() {
            // SAFETY: `entries[c]` is an array of 32 bytes.
            let k = unsafe { _mm256_loadu_si256(entries[c].as_ptr().cast()) };
            let k = _mm256_and_si256(k, spread(bits));
            if LINEAR {
                linear[c] = add_products(linear[c], ones, k);
            }
            if SQUARE {
                let k = _mm256_abs_epi8(k);
                square[c] = add_products(square[c], k, k);
            }
        }
    }
    [linear, square].map(|[a, b]| joined(_mm256_add_epi32(a, b)))
}

#[target_feature(enable = "avx2")]
pub(super) fn step(mask: &[u64], flip: u64, plane: &mut [i8]) -> i32 {
    let mut sum = _mm256_setzero_si256();
    let ones = _mm256_set1_epi8(1);
    for (word, entries) in mask.iter().zip(plane.as_chunks_mut::<64>().0) {
        let entries = entries.as_chunks_mut::<32>().0;
        for (c, bits) in halves(word ^ flip).into_iter().enumerate() {
            // SAFETY: `entries[c]` is an array of 32 bytes.
            let k = unsafe { _mm256_loadu_si256(entries[c].as_ptr().cast()) };
            let select = spread(bits);
            sum = add_products(sum, ones, _mm256_and_si256(k, select));
            // A mask is −1 where it selects.
            let k = _mm256_add_epi8(_mm256_add_epi8(k, ones), _mm256_add_epi8(select, select));
            // SAFETY: as above.
            unsafe { _mm256_storeu_si256(entries[c].as_mut_ptr().cast(), k) };
        }
    }
    joined(sum)
}
