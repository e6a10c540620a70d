//! Sums over a plane of small integers, one byte per pattern, that a bit column selects; and its step.
//!
//! A mask has one bit per byte, the lowest bit of the first word for the first byte, and the plane has 64 bytes for each
//! word of the mask. `flip` turns all bits of the mask over. Bytes lie between −127 and 127: their squares are formed
//! from magnitudes in 8 bits.

use super::{Level, Vectorize, level, vectorize_at};

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

/// Which sums are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Powers {
    /// Σ k.
    One,
    /// Σ k².
    Two,
    /// Both.
    Both,
}

/// Σ k and Σ k² over the selected bytes; what is not wanted is zero.
#[inline]
pub(crate) fn selected_sums(mask: &[u64], flip: u64, plane: &[i8], powers: Powers) -> [i64; 2] {
    sums_at(level(), mask, flip, plane, powers)
}

/// Lowers the selected bytes by one, raises the others by one, and returns Σ k over the selected bytes before that.
#[inline]
pub(crate) fn step_bytes(mask: &[u64], flip: u64, plane: &mut [i8]) -> i64 {
    step_at(level(), mask, flip, plane)
}

/// The largest magnitude.
pub(crate) fn largest_magnitude(plane: &[i8]) -> u8 {
    super::vectorize(Largest { plane })
}

/// Words after which 32-bit sums are emptied: a word has 64 squares of up to 127².
const BLOCK: usize = 1 << 11;

fn check(mask: &[u64], entries: usize) {
    assert_eq!(mask.len() * 64, entries, "the plane is not as long as the mask");
}

#[inline]
fn sums_at(level: Level, mask: &[u64], flip: u64, plane: &[i8], powers: Powers) -> [i64; 2] {
    check(mask, plane.len());
    if mask.len() <= BLOCK {
        return block_at(level, mask, flip, plane, powers).map(i64::from);
    }
    let mut total = [0, 0];
    for (mask, plane) in mask.chunks(BLOCK).zip(plane.chunks(64 * BLOCK)) {
        let sums = block_at(level, mask, flip, plane, powers);
        total = [total[0] + i64::from(sums[0]), total[1] + i64::from(sums[1])];
    }
    total
}

#[inline]
fn block_at(level: Level, mask: &[u64], flip: u64, plane: &[i8], powers: Powers) -> [i32; 2] {
    match powers {
        Powers::One => block_of::<true, false>(level, mask, flip, plane),
        Powers::Two => block_of::<false, true>(level, mask, flip, plane),
        Powers::Both => block_of::<true, true>(level, mask, flip, plane),
    }
}

#[inline]
fn block_of<const LINEAR: bool, const SQUARE: bool>(
    level: Level,
    mask: &[u64],
    flip: u64,
    plane: &[i8],
) -> [i32; 2] {
    #[cfg(target_arch = "x86_64")]
    match level.min(super::detected()) {
        // SAFETY: `detected` has found every feature that the functions enable.
        Level::Avx512 => return unsafe { avx512::sums::<LINEAR, SQUARE>(mask, flip, plane) },
        // SAFETY: as above.
        Level::Avx2 => return unsafe { avx2::sums::<LINEAR, SQUARE>(mask, flip, plane) },
        Level::Portable => {}
    }
    vectorize_at(level, Sums::<LINEAR, SQUARE> { mask, flip, plane })
}

#[inline]
fn step_at(level: Level, mask: &[u64], flip: u64, plane: &mut [i8]) -> i64 {
    check(mask, plane.len());
    let blocks = mask.chunks(BLOCK).zip(plane.chunks_mut(64 * BLOCK));
    blocks.map(|(mask, plane)| i64::from(step_block_at(level, mask, flip, plane))).sum()
}

#[inline]
fn step_block_at(level: Level, mask: &[u64], flip: u64, plane: &mut [i8]) -> i32 {
    #[cfg(target_arch = "x86_64")]
    match level.min(super::detected()) {
        // SAFETY: `detected` has found every feature that the functions enable.
        Level::Avx512 => return unsafe { avx512::step(mask, flip, plane) },
        // SAFETY: as above.
        Level::Avx2 => return unsafe { avx2::step(mask, flip, plane) },
        Level::Portable => {}
    }
    vectorize_at(level, Step { mask, flip, plane })
}

/// `SELECT[n][l]` is all ones where bit `l` of `n` is set.
static SELECT: [[i8; 8]; 256] = {
    let mut table = [[0; 8]; 256];
    let mut i = 0;
    while i < 8 * 256 {
        table[i / 8][i % 8] = -(((i / 8) >> (i % 8)) as i8 & 1);
        i += 1;
    }
    table
};

/// The eight masks of byte `j` of a word.
#[inline(always)]
fn select(word: u64, j: usize) -> &'static [i8; 8] {
    &SELECT[(word >> (8 * j)) as usize & 255]
}

struct Sums<'a, const LINEAR: bool, const SQUARE: bool> {
    mask: &'a [u64],
    flip: u64,
    plane: &'a [i8],
}

impl<const LINEAR: bool, const SQUARE: bool> Vectorize for Sums<'_, LINEAR, SQUARE> {
    type Output = [i32; 2];
    #[inline(always)]
    fn run(self) -> [i32; 2] {
        let (mut linear, mut square) = ([0_i32; 8], [0_i32; 8]);
        for (word, entries) in self.mask.iter().zip(self.plane.as_chunks::<64>().0) {
            let word = word ^ self.flip;
            for (j, entries) in entries.as_chunks::<8>().0.iter().enumerate() {
                let select = select(word, j);
                for l in 0..8 {
                    let k = i32::from(entries[l] & select[l]);
                    if LINEAR {
                        linear[l] += k;
                    }
                    if SQUARE {
                        square[l] += k * k;
                    }
                }
            }
        }
        [linear.iter().sum(), square.iter().sum()]
    }
}

struct Step<'a> {
    mask: &'a [u64],
    flip: u64,
    plane: &'a mut [i8],
}

impl Vectorize for Step<'_> {
    type Output = i32;
    #[inline(always)]
    fn run(self) -> i32 {
        let mut sum = [0_i32; 8];
        for (word, entries) in self.mask.iter().zip(self.plane.as_chunks_mut::<64>().0) {
            let word = word ^ self.flip;
            for (j, entries) in entries.as_chunks_mut::<8>().0.iter_mut().enumerate() {
                let select = select(word, j);
                for l in 0..8 {
                    sum[l] += i32::from(entries[l] & select[l]);
                    // A mask is −1 where it selects.
                    entries[l] += 1 + 2 * select[l];
                }
            }
        }
        sum.iter().sum()
    }
}

struct Largest<'a> {
    plane: &'a [i8],
}

impl Vectorize for Largest<'_> {
    type Output = u8;
    #[inline(always)]
    fn run(self) -> u8 {
        self.plane.iter().map(|k| k.unsigned_abs()).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{available, test_words};
    use super::*;

    /// Masks and planes of many lengths, with random, empty and full words and with bytes at both ends of the range.
    fn cases() -> Vec<(Vec<u64>, Vec<i8>)> {
        let mut next = test_words(11);
        let mut cases = vec![];
        for words in [0, 1, 2, 3, 4, 5, 7, 8, 32, 313] {
            for kind in 0..4 {
                let mask = (0..words).map(|_| [next(), next() & next(), 0, u64::MAX][kind]).collect();
                let byte = |x: u64| [(x % 255) as i16 - 127, 127, -127][(x >> 32) as usize % 3] as i8;
                cases.push((mask, (0..64 * words).map(|_| byte(next())).collect()));
            }
        }
        cases
    }

    fn chosen(mask: &[u64], flip: u64, j: usize) -> bool {
        (mask[j / 64] ^ flip) >> (j % 64) & 1 == 1
    }

    #[test]
    fn sums_are_those_of_the_definition_on_every_level() {
        for (mask, plane) in cases() {
            for flip in [0, u64::MAX] {
                let of = |power: u32| {
                    let chosen = (0..plane.len()).filter(|&j| chosen(&mask, flip, j));
                    chosen.map(|j| i64::from(plane[j]).pow(power)).sum::<i64>()
                };
                for level in available() {
                    for (powers, [linear, square]) in
                        [(Powers::One, [1, 0]), (Powers::Two, [0, 1]), (Powers::Both, [1, 1])]
                    {
                        let found = sums_at(level, &mask, flip, &plane, powers);
                        assert_eq!(found, [linear * of(1), square * of(2)], "{level} {} words", mask.len());
                    }
                }
            }
        }
    }

    #[test]
    fn steps_are_those_of_the_definition_on_every_level() {
        for (mask, mut plane) in cases() {
            // A step may not leave the range.
            plane.iter_mut().for_each(|k| *k = (*k).clamp(-126, 126));
            for flip in [0, u64::MAX] {
                let selected = (0..plane.len()).filter(|&j| chosen(&mask, flip, j));
                let sum: i64 = selected.map(|j| i64::from(plane[j])).sum();
                let moved = |j: usize| plane[j] + if chosen(&mask, flip, j) { -1 } else { 1 };
                let expected: Vec<i8> = (0..plane.len()).map(moved).collect();
                for level in available() {
                    let mut plane = plane.clone();
                    assert_eq!(step_at(level, &mask, flip, &mut plane), sum, "{level}");
                    assert!(plane == expected, "{level} {} words", mask.len());
                }
            }
        }
        assert_eq!(largest_magnitude(&[3, -127, 5]), 127);
        assert_eq!(largest_magnitude(&[]), 0);
    }

    #[test]
    fn long_sums_do_not_overflow_their_lanes() {
        let words = 2 * BLOCK + 5;
        let (mask, plane) = (vec![u64::MAX; words], vec![-127_i8; 64 * words]);
        let count = 64 * words as i64;
        for level in available() {
            let sums = sums_at(level, &mask, 0, &plane, Powers::Both);
            assert_eq!(sums, [-127 * count, 127 * 127 * count], "{level}");
        }
    }
}
