//! The masked sums without mask registers, for the compiler to vectorise.
//!
//! Every loop takes a plane of 64 entries for each word of the mask; where there is a `flip`, it selects by
//! `word ^ flip`.

use super::super::Vectorize;
use super::LANES;

/// `SELECT[n][l]` is all ones where bit `l` of `n` is set: without mask registers, reading the expanded bits
/// from the first-level cache is cheaper than computing them.
static SELECT: [[u64; 4]; 16] = {
    let mut table = [[0; 4]; 16];
    let mut i = 0;
    while i < 64 {
        table[i / 4][i % 4] = (((i as u64 / 4) >> (i % 4)) & 1).wrapping_neg();
        i += 1;
    }
    table
};

/// The expanded lowest four bits of a word, which are shifted out. (A word that changes on the way also keeps
/// the compiler from vectorising across steps instead of within them.)
#[inline(always)]
fn select(word: &mut u64) -> &'static [u64; 4] {
    let select = &SELECT[*word as usize & 15];
    *word >>= 4;
    select
}

pub(super) struct SumInteger<'a, T> {
    pub(super) mask: &'a [u64],
    pub(super) flip: u64,
    pub(super) plane: &'a [T],
}

impl<T: Copy + Into<i64>> Vectorize for SumInteger<'_, T> {
    type Output = i64;
    #[inline(always)]
    fn run(self) -> i64 {
        let mut acc = [0i64; 4];
        for (word, entries) in self.mask.iter().zip(self.plane.as_chunks::<64>().0) {
            let mut word = word ^ self.flip;
            for entries in entries.as_chunks::<4>().0 {
                let select = select(&mut word);
                for l in 0..4 {
                    acc[l] += entries[l].into() & select[l] as i64;
                }
            }
        }
        acc.into_iter().sum()
    }
}

pub(super) struct LanesF64<'a> {
    pub(super) mask: &'a [u64],
    pub(super) flip: u64,
    pub(super) plane: &'a [f64],
}

impl Vectorize for LanesF64<'_> {
    type Output = [f64; LANES];
    #[inline(always)]
    fn run(self) -> [f64; LANES] {
        let mut acc = [0.0; LANES];
        for (word, entries) in self.mask.iter().zip(self.plane.as_chunks::<64>().0) {
            let mut word = word ^ self.flip;
            for entries in entries.as_chunks::<LANES>().0 {
                for (acc, entries) in acc.as_chunks_mut::<4>().0.iter_mut().zip(entries.as_chunks::<4>().0) {
                    let select = select(&mut word);
                    for l in 0..4 {
                        // Adding +0 for an entry that is not selected leaves the lane as it is: a lane starts
                        // at +0, and under rounding to nearest no addition then makes it -0.
                        acc[l] += f64::from_bits(entries[l].to_bits() & select[l]);
                    }
                }
            }
        }
        acc
    }
}

pub(super) struct LanesBlend<'a> {
    pub(super) mask: &'a [u64],
    pub(super) on: &'a [f64],
    pub(super) off: &'a [f64],
}

impl Vectorize for LanesBlend<'_> {
    type Output = [f64; LANES];
    #[inline(always)]
    fn run(self) -> [f64; LANES] {
        let mut acc = [0.0; LANES];
        let planes = self.on.as_chunks::<64>().0.iter().zip(self.off.as_chunks::<64>().0);
        for (word, (on, off)) in self.mask.iter().zip(planes) {
            let mut word = *word;
            for (on, off) in on.as_chunks::<LANES>().0.iter().zip(off.as_chunks::<LANES>().0) {
                let pairs = on.as_chunks::<4>().0.iter().zip(off.as_chunks::<4>().0);
                for (acc, (on, off)) in acc.as_chunks_mut::<4>().0.iter_mut().zip(pairs) {
                    let select = select(&mut word);
                    for l in 0..4 {
                        acc[l] += f64::from_bits(on[l].to_bits() & select[l] | off[l].to_bits() & !select[l]);
                    }
                }
            }
        }
        acc
    }
}

pub(super) struct SumI128<'a> {
    pub(super) mask: &'a [u64],
    pub(super) flip: u64,
    pub(super) plane: &'a [i128],
}

impl Vectorize for SumI128<'_> {
    type Output = i128;
    #[inline(always)]
    fn run(self) -> i128 {
        let mut sum = 0;
        for (word, entries) in self.mask.iter().zip(self.plane.as_chunks::<64>().0) {
            let word = word ^ self.flip;
            for (j, &entry) in entries.iter().enumerate() {
                sum += entry & -i128::from((word >> j) & 1);
            }
        }
        sum
    }
}
