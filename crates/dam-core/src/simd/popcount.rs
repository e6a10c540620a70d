//! Hamming distances between bit-packed rows.

use super::{Level, Vectorize, level, vectorize_at};

/// Bytes of rows that stay in the first-level cache while the cues of a batch pass over them.
const BLOCK_BYTES: usize = 16 * 1024;

/// The number of differing bits between each row and the cue: row `r` is `rows[r * words..(r + 1) * words]`
/// and its distance goes to `out[r]`.
///
/// # Panics
/// When `rows` is not `out.len()` rows of `words` words, or `cue` not `words` words.
pub(crate) fn hamming(rows: &[u64], words: usize, cue: &[u64], out: &mut [i32]) {
    hamming_at(level(), rows, words, cue, out);
}

/// The distances of every row to every cue, all the rows for the first cue first: with `n` rows, cue `c` and
/// row `r` go to `out[c * n + r]`.
///
/// # Panics
/// When `out` is not `cues.len()` times the number of rows, or a cue not `words` words.
pub(crate) fn hamming_batch(rows: &[u64], words: usize, cues: &[&[u64]], out: &mut [i32]) {
    hamming_batch_at(level(), rows, words, cues, out);
}

fn hamming_batch_at(level: Level, rows: &[u64], words: usize, cues: &[&[u64]], out: &mut [i32]) {
    if cues.is_empty() {
        assert!(out.is_empty(), "distances without cues");
        return;
    }
    let n = out.len() / cues.len();
    assert_eq!(out.len(), n * cues.len(), "the distances are not one per row and cue");
    assert_eq!(rows.len(), n * words, "the distances are not one per row and cue");
    // A multiple of eight rows, the tile of the AVX-512 code.
    let block = (BLOCK_BYTES / 8 / words.max(1)).next_multiple_of(8);
    for from in (0..n).step_by(block) {
        let to = n.min(from + block);
        for (cue, out) in cues.iter().zip(out.chunks_exact_mut(n)) {
            hamming_at(level, &rows[from * words..to * words], words, cue, &mut out[from..to]);
        }
    }
}

fn hamming_at(level: Level, rows: &[u64], words: usize, cue: &[u64], out: &mut [i32]) {
    assert_eq!(rows.len(), out.len() * words, "the rows are not one per distance");
    assert_eq!(cue.len(), words, "the cue is not as long as a row");
    #[cfg(target_arch = "x86_64")]
    if level == Level::Avx512 && words > 4 && super::detected() == Level::Avx512 {
        let tiles = out.len() / 8 * 8;
        let (tiled, out_tiled) = (&rows[..tiles * words], &mut out[..tiles]);
        // SAFETY: `detected` has found every feature that the function enables.
        unsafe { avx512::tiles(tiled, words, cue, out_tiled) };
        return vectorize_at(level, Distances { rows: &rows[tiles * words..], cue, out: &mut out[tiles..] });
    }
    vectorize_at(level, Distances { rows, cue, out });
}

/// The plain loop.
struct Distances<'a> {
    rows: &'a [u64],
    cue: &'a [u64],
    out: &'a mut [i32],
}

impl Distances<'_> {
    /// With the number of words known to the compiler, it puts several short rows into one register.
    #[inline(always)]
    fn short<const W: usize>(self) {
        let cue: &[u64; W] = self.cue.try_into().expect("a cue of W words");
        for (row, out) in self.rows.as_chunks::<W>().0.iter().zip(self.out) {
            *out = distance(row, cue);
        }
    }
}

impl Vectorize for Distances<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        match self.cue.len() {
            0 => self.out.fill(0),
            1 => self.short::<1>(),
            2 => self.short::<2>(),
            3 => self.short::<3>(),
            4 => self.short::<4>(),
            words => {
                for (row, out) in self.rows.chunks_exact(words).zip(self.out) {
                    *out = distance(row, self.cue);
                }
            }
        }
    }
}

#[inline(always)]
fn distance(row: &[u64], cue: &[u64]) -> i32 {
    row.iter().zip(cue).map(|(a, b)| (a ^ b).count_ones()).sum::<u32>() as i32
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::*;

    /// Eight rows at a time, one register of partial counts for each: the eight horizontal sums that end a
    /// tile then share their shuffles. Both lengths are whole tiles.
    #[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
    pub(super) fn tiles(rows: &[u64], words: usize, cue: &[u64], out: &mut [i32]) {
        let (cue, cue_rest) = cue.as_chunks::<8>();
        let rest: __mmask8 = (1 << cue_rest.len()) - 1;
        // SAFETY: the mask lets through only the `cue_rest.len()` words that are there.
        let q_rest = unsafe { _mm512_maskz_loadu_epi64(rest, cue_rest.as_ptr().cast()) };
        for (tile, out) in rows.chunks_exact(8 * words).zip(out.as_chunks_mut::<8>().0) {
            let mut acc = [_mm512_setzero_si512(); 8];
            for (c, q) in cue.iter().enumerate() {
                // SAFETY: `q` is an array of eight words.
                let q = unsafe { _mm512_loadu_epi64(q.as_ptr().cast()) };
                for r in 0..8 {
                    // SAFETY: `tile` has 8 * words words, r < 8, and 8 * c + 8 <= words.
                    let a = unsafe { _mm512_loadu_epi64(tile.as_ptr().add(r * words + 8 * c).cast()) };
                    let ones = _mm512_popcnt_epi64(_mm512_xor_si512(a, q));
                    acc[r] = _mm512_add_epi64(acc[r], ones);
                }
            }
            if rest != 0 {
                for r in 0..8 {
                    // SAFETY: as above for the words that the mask lets through, which end the row.
                    let a = unsafe {
                        let at = tile.as_ptr().add(r * words + 8 * cue.len());
                        _mm512_maskz_loadu_epi64(rest, at.cast())
                    };
                    let ones = _mm512_popcnt_epi64(_mm512_xor_si512(a, q_rest));
                    acc[r] = _mm512_add_epi64(acc[r], ones);
                }
            }
            let sums = _mm512_cvtepi64_epi32(horizontal(acc));
            // SAFETY: `out` is an array of eight 32-bit integers.
            unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), sums) };
        }
    }

    /// Lane `r` of the result is the sum of the lanes of `a[r]`.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn horizontal(a: [__m512i; 8]) -> __m512i {
        let add = |x, y| _mm512_add_epi64(x, y);
        // Pairs of lanes: each 128-bit quarter holds two rows.
        let pair = |x, y| add(_mm512_unpacklo_epi64(x, y), _mm512_unpackhi_epi64(x, y));
        let (p01, p23, p45, p67) = (pair(a[0], a[1]), pair(a[2], a[3]), pair(a[4], a[5]), pair(a[6], a[7]));
        // Quarters 0 + 1 and 2 + 3, then the two that are left of each.
        let even = |x, y| _mm512_shuffle_i64x2::<0b10_00_10_00>(x, y);
        let odd = |x, y| _mm512_shuffle_i64x2::<0b11_01_11_01>(x, y);
        let (low, high) = (add(even(p01, p23), odd(p01, p23)), add(even(p45, p67), odd(p45, p67)));
        add(even(low, high), odd(low, high))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{available, test_words};
    use super::*;

    fn naive(rows: &[u64], words: usize, cue: &[u64], r: usize) -> i32 {
        let bit = |w: &[u64], b: usize| (w[b / 64] >> (b % 64)) & 1;
        let row = &rows[r * words..(r + 1) * words];
        (0..64 * words).filter(|&b| bit(row, b) != bit(cue, b)).count() as i32
    }

    #[test]
    fn counts_like_the_bit_loop_at_all_shapes_and_levels() {
        let mut next = test_words(1);
        for words in (0..20).chain([31, 33, 64, 157]) {
            for n in [0, 1, 2, 7, 8, 9, 16, 29, 64] {
                let rows: Vec<u64> = (0..n * words).map(|_| next()).collect();
                let cue: Vec<u64> = (0..words).map(|_| next()).collect();
                let expected: Vec<i32> = (0..n).map(|r| naive(&rows, words, &cue, r)).collect();
                for level in available() {
                    let mut out = vec![-1; n];
                    hamming_at(level, &rows, words, &cue, &mut out);
                    assert_eq!(out, expected, "{level} {words} {n}");
                }
            }
        }
    }

    #[test]
    fn extreme_rows_count_every_bit() {
        for words in [1, 5, 16] {
            let rows = vec![u64::MAX; 11 * words];
            let mut out = vec![0; 11];
            hamming(&rows, words, &vec![0; words], &mut out);
            assert_eq!(out, vec![64 * words as i32; 11]);
            hamming(&rows, words, &vec![u64::MAX; words], &mut out);
            assert_eq!(out, vec![0; 11]);
        }
    }

    #[test]
    fn a_batch_is_its_cues_one_by_one() {
        let mut next = test_words(2);
        for (words, n) in [(0, 5), (1, 5000), (2, 1025), (7, 700), (16, 300), (300, 19)] {
            let rows: Vec<u64> = (0..n * words).map(|_| next()).collect();
            let cues: Vec<Vec<u64>> = (0..3).map(|_| (0..words).map(|_| next()).collect()).collect();
            let mut expected = vec![-1; 3 * n];
            for (cue, out) in cues.iter().zip(expected.chunks_exact_mut(n)) {
                hamming_at(Level::Portable, &rows, words, cue, out);
            }
            let cues: Vec<&[u64]> = cues.iter().map(Vec::as_slice).collect();
            for level in available() {
                let mut out = vec![-2; 3 * n];
                hamming_batch_at(level, &rows, words, &cues, &mut out);
                assert_eq!(out, expected, "{level} {words} {n}");
            }
        }
        let mut out = vec![0; 3 * 1025];
        hamming_batch(&vec![0; 2 * 1025], 2, &[&[1, 0], &[0, 3], &[7, u64::MAX]], &mut out);
        assert!(out.chunks_exact(1025).zip([1, 2, 67]).all(|(d, want)| d.iter().all(|&x| x == want)));
        hamming_batch(&[], 2, &[], &mut []);
    }
}
