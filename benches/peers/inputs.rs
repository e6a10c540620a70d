//! Numbers that every program makes alike; `inputs.py` has the same.

use dam_core::Real;
use dam_core::nalgebra::DVector;

/// A hash of 64 bits (SplitMix64) of entry `index` of array `stream`.
pub(crate) fn bits(stream: u64, index: u64) -> u64 {
    let mut z = ((stream << 40) + index + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Uniform in [−2, 2), of 24 bits: exact in f32.
pub(crate) fn number(stream: u64, index: u64) -> f64 {
    (bits(stream, index) >> 40) as f64 / f64::from(1 << 22) - 2.0
}

/// Row `row` of array `stream`, `n` numbers.
pub(crate) fn row<T: Real>(stream: u64, row: usize, n: usize) -> DVector<T> {
    DVector::from_fn(n, |i, _| T::narrow(number(stream, (row * n + i) as u64)))
}

/// A sum over all entries with weights of either sign, of the order of one entry: what two programs must agree on.
pub(crate) fn checksum(entries: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = entries.len() as f64;
    entries.zip(0..).map(|(x, k)| x * number(3, k)).sum::<f64>() / count.sqrt()
}
