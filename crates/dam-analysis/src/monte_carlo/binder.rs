use dam_core::Streams;

use super::{Autocorrelation, Blocks, Estimate, check, magnitude};
use crate::Error;

/// The Binder cumulant of an order parameter, with its error from a block bootstrap.
///
/// ```text
/// U₄ = 1 − <m⁴> / (3 <m²>²)
/// ```
///
/// 2/3 where m is ±m₀ with either sign (ordered), 0 where m is Gaussian about 0 (disordered), negative where
/// it is peaked more sharply, and never above 2/3. The scale of m makes no difference.
///
/// Without a `block_length` the blocks are those in which bias and noise of the error balance, the length of
/// [`Blocking::plateau`](super::Blocking::plateau), from the autocorrelation time of m² (the sign of m, which
/// turns over most slowly of all, does not enter U₄):
///
/// ```text
/// b³ = 2 n (2 τ_int)²
/// ```
///
/// and 1 if m² is constant, where U₄ = 2/3 without error. The first n mod b values are left out of the error,
/// not of the value. The streams are used as in [`Blocks::bootstrap`], whose bootstrap it is.
///
/// # Errors
/// - [`Error::SeriesLength`] for fewer than two values;
/// - [`Error::NonFiniteValue`] for the first value that is NaN or infinite;
/// - [`Error::ConstantSeries`] if all values are 0, where U₄ is 0/0;
/// - [`Error::BlockLength`] unless 1 <= `block_length` <= n/2;
/// - without a `block_length` [`Error::SeriesTooShort`] if the autocorrelation time of m² cannot be
///   [trusted](Autocorrelation::is_trusted), and [`Error::NoWindow`] if there is none;
/// - [`Error::Parameter`] for fewer than 2 `resamples`; 1000 is the customary number;
/// - [`Error::NonFiniteFunction`] if all values of a resample are 0.
///
/// # Example
/// ```
/// use dam_analysis::monte_carlo::binder_cumulant;
/// use dam_core::{Purpose, Streams, rand::RngExt};
///
/// // Uniform on [−1, 1]: <m²> = 1/3, <m⁴> = 1/5, U₄ = 1 − 3/5
/// let streams = Streams::new(1);
/// let mut rng = streams.rng(Purpose::Dynamics, 0);
/// let m: Vec<f64> = (0..10_000).map(|_| rng.random_range(-1.0..1.0)).collect();
/// let u4 = binder_cumulant(&m, None, 1000, &streams)?;
/// assert!((u4.value - 0.4).abs() < 3.0 * u4.error && u4.error < 0.01);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
/// K. Binder, Finite size scaling analysis of Ising model block distribution functions, Z. Phys. B 43, 119
/// (1981).
pub fn binder_cumulant(
    m: &[f64],
    block_length: Option<usize>,
    resamples: usize,
    streams: &Streams,
) -> Result<Estimate, Error> {
    check(&[m], 2)?;
    if m.iter().all(|&m| m == 0.0) {
        return Err(Error::ConstantSeries { value: 0.0 });
    }
    // Fourth powers overflow and vanish early.
    let scale = magnitude(m.iter().copied());
    let squares: Vec<f64> = m.iter().map(|m| (m / scale) * (m / scale)).collect();
    let fourths: Vec<f64> = squares.iter().map(|square| square * square).collect();
    let length = match block_length {
        Some(length) => length,
        None => automatic_length(&squares)?,
    };
    // In this order ±1 gives 2/3 to the last bit.
    let u4 = |mean: &[f64]| (3.0 - mean[1] / (mean[0] * mean[0])) / 3.0;
    let of_blocks = Blocks::new(&[&squares, &fourths], length)?.bootstrap(u4, resamples, streams)?;
    Ok(Estimate { value: u4(&[super::mean(&squares), super::mean(&fourths)]), ..of_blocks })
}

fn automatic_length(series: &[f64]) -> Result<usize, Error> {
    let times = match Autocorrelation::new(series) {
        Ok(times) if times.is_trusted() => times,
        Ok(times) => return Err(Error::SeriesTooShort { found: times.len(), tau_int: times.tau_int() }),
        Err(Error::ConstantSeries { .. }) => return Ok(1),
        Err(other) => return Err(other),
    };
    let correlated = 2.0 * times.tau_int();
    // At least ten blocks: n >= 100 τ_int where the time is trusted.
    Ok((2.0 * times.len() as f64 * correlated * correlated).cbrt().ceil() as usize)
}
