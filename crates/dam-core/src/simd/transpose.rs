//! Bit transposition, which makes the columns of a bit matrix from its rows.

use super::{Vectorize, level, vectorize_at};

/// Exchanges bit `j` of word `i` with bit `i` of word `j`.
pub(crate) fn transpose64(block: &mut [u64; 64]) {
    vectorize_at(level(), Transpose(block));
}

struct Transpose<'a>(&'a mut [u64; 64]);

impl Vectorize for Transpose<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        // Halving blocks: the two off-diagonal blocks of each size change places, for all blocks at once.
        let mut low_bits = u64::MAX >> 32;
        let mut size = 32;
        while size > 0 {
            for pair in self.0.chunks_exact_mut(2 * size) {
                let (upper, lower) = pair.split_at_mut(size);
                for (a, b) in upper.iter_mut().zip(lower) {
                    let change = ((*a >> size) ^ *b) & low_bits;
                    *a ^= change << size;
                    *b ^= change;
                }
            }
            size /= 2;
            low_bits ^= low_bits << size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{available, test_words};
    use super::*;

    #[test]
    fn rows_become_columns_on_every_level() {
        let mut next = test_words(6);
        let random: [u64; 64] = std::array::from_fn(|_| next());
        let diagonal: [u64; 64] = std::array::from_fn(|i| 1 << i);
        let triangle: [u64; 64] = std::array::from_fn(|i| u64::MAX << i);
        for block in [random, diagonal, triangle] {
            let bit = |i: usize, j: usize| (block[i] >> j) & 1;
            let expected = std::array::from_fn(|j| (0..64).fold(0, |word, i| word | bit(i, j) << i));
            for level in available() {
                let mut turned = block;
                vectorize_at(level, Transpose(&mut turned));
                assert_eq!(turned, expected, "{level}");
            }
            let mut back = expected;
            transpose64(&mut back);
            assert_eq!(back, block);
        }
    }
}
