//! Random streams addressed by what they are for, never by the thread that draws from them.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a random stream is for. Streams of different purposes never overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// Drawing the stored patterns.
    Patterns,
    /// Drawing initial states and corrupting cues.
    Cues,
    /// The random decisions of a dynamics.
    Dynamics,
    /// Probe directions of a diagnostic.
    Directions,
    /// Resampling of measured data.
    Resampling,
    /// A purpose of the caller's own.
    Custom(u32),
}

impl Purpose {
    fn code(self) -> u64 {
        match self {
            Self::Patterns => 1,
            Self::Cues => 2,
            Self::Dynamics => 3,
            Self::Directions => 4,
            Self::Resampling => 5,
            Self::Custom(k) => (1 << 32) | u64::from(k),
        }
    }
}

/// The source of all randomness of a run: one seed, and a stream for every (purpose, index).
///
/// A stream depends on the seed, the purpose and the index alone, so the numbers a trial sees are the same
/// for any number of threads. Streams are ChaCha8 (value-stable across platforms
/// and versions of this crate; how `rand` turns them into normals and permutations is not promised by it); all 2^64 indices of a purpose are disjoint.
///
/// ```
/// use dam_core::{Purpose, Streams};
/// use rand::Rng;
/// let streams = Streams::new(7);
/// let (mut a, mut b) = (streams.rng(Purpose::Cues, 3), streams.rng(Purpose::Cues, 3));
/// assert_eq!(a.next_u64(), b.next_u64());
/// assert_ne!(a.next_u64(), streams.rng(Purpose::Dynamics, 3).next_u64());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Streams {
    seed: u64,
    branch: u64,
}

/// The generator behind every stream: value-stable, portable, seekable.
pub type StreamRng = ChaCha8Rng;

impl Streams {
    /// Streams of `seed`. Any value is legal, 0 included.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, branch: 0 }
    }

    /// An independent family of streams, for instance one for each disorder realization.
    ///
    /// Branches nest: the branch of a branch differs from every branch of the root (up to collisions of a
    /// 64-bit hash).
    #[must_use]
    pub fn branch(&self, index: u64) -> Self {
        // The whole address (seed, branch, index) goes through ChaCha, not through seed + index arithmetic,
        // which would make (seed 1, branch 1) equal to (seed 2, branch 0).
        let mut rng = self.keyed(BRANCH, index);
        Self { seed: self.seed, branch: rng.next_u64() | 1 }
    }

    /// The stream of `purpose` with this `index`.
    #[must_use]
    pub fn rng(&self, purpose: Purpose, index: u64) -> StreamRng {
        self.keyed(purpose.code(), index)
    }

    fn keyed(&self, code: u64, index: u64) -> StreamRng {
        let mut key = [0_u8; 32];
        for (part, word) in key.chunks_exact_mut(8).zip([self.seed, self.branch, code, TAG]) {
            part.copy_from_slice(&word.to_le_bytes());
        }
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(index);
        rng
    }
}

const BRANCH: u64 = 0;
/// Separates these streams from any other use of ChaCha8 with the same seed.
const TAG: u64 = u64::from_le_bytes(*b"damcore1");

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn neighbouring_addresses_give_different_streams() {
        let mut first = HashSet::new();
        let mut count = 0;
        for seed in 0..4 {
            let root = Streams::new(seed);
            let branches = [root, root.branch(0), root.branch(1), root.branch(0).branch(1)];
            for streams in branches {
                for purpose in [Purpose::Patterns, Purpose::Cues, Purpose::Custom(0), Purpose::Custom(1)] {
                    for index in [0, 1, u64::MAX] {
                        first.insert(streams.rng(purpose, index).next_u64());
                        count += 1;
                    }
                }
            }
        }
        assert_eq!(first.len(), count);
    }
}
