//! Errors of Monte Carlo time series: autocorrelation times, blocking, jackknife, the Binder cumulant.
//!
//! Successive values of a Markov chain are correlated, so that n of them tell as much about a mean as
//! n/(2 τ_int) independent ones. All functions take plain slices: one value for each step of a chain in
//! equilibrium, the transient at its start already cut off.
//!
//! | question | here | needs |
//! |---|---|---|
//! | error of the mean of one chain | [`Autocorrelation::new`], [`standard_error`](Autocorrelation::standard_error) | n >= 100 τ_int |
//! | the same, with another method as a check | [`Blocking::new`], [`plateau`](Blocking::plateau) | n of about 1000 τ_int for an error known to 10–15 % |
//! | how long do correlations last; how many independent values are there? | [`tau_int`](Autocorrelation::tau_int), [`effective_size`](Autocorrelation::effective_size) | n >= 100 τ_int |
//! | mean and error of several independent chains | [`Autocorrelation::of_chains`] | 100 τ_int values in all |
//! | have the chains forgotten where they started? | [`split_r_hat`] | chains from different starts |
//! | error of a function of means (ratio, susceptibility, heat capacity) | [`Blocks::jackknife`], or [`Blocks::bootstrap`] | blocks of many τ_int |
//! | error of the Binder cumulant | [`binder_cumulant`] | n >= 100 τ_int of m² |
//!
//! # Example
//!
//! The magnetisation of a small Hopfield memory, its overlap with a stored pattern, under Glauber dynamics:
//!
//! ```
//! use dam_analysis::monte_carlo::{Autocorrelation, Blocking, binder_cumulant};
//! use dam_core::prelude::*;
//!
//! let streams = Streams::new(3);
//! let space = Hypercube::new(64)?;
//! let pattern = space.sample(&mut streams.rng(Purpose::Patterns, 0));
//! let memory = models::hopfield(space, [&pattern])?;
//! let mut trace = OverlapTrace::new(pattern.clone());
//! let mut x = pattern;
//! let sweeps = Runner::default().max_steps(5_000);
//! let glauber = Glauber::new(0.8, Order::Permutation)?;
//! sweeps.run_observed(&memory, &glauber, &mut x, &mut streams.rng(Purpose::Dynamics, 0), &mut trace)?;
//!
//! // |m|, since a memory as small as this one turns over now and then; the first 500 sweeps are dropped.
//! let m: Vec<f64> = trace.values[500..].iter().map(|m| m.abs()).collect();
//! let mean = Autocorrelation::new(&m)?;
//! assert!(mean.is_trusted() && mean.tau_int() > 1.0);
//! // Of a single pattern all is known: the sum over the 65 overlaps gives <|m|> = 0.6382 and U₄ = 0.5892.
//! assert!((mean.mean() - 0.6382).abs() < 3.0 * mean.standard_error());
//!
//! // Blocking agrees; and the Binder cumulant.
//! let blocks = Blocking::new(&m)?;
//! let plateau = blocks.plateau().expect("a plateau in a long series");
//! assert!((plateau.error / mean.standard_error() - 1.0).abs() < 0.3);
//! let u4 = binder_cumulant(&m, None, 1000, &streams)?;
//! assert!((u4.value - 0.5892).abs() < 3.0 * u4.error);
//! # Ok::<(), dam_analysis::Error>(())
//! ```

mod autocorrelation;
mod binder;
mod blocking;
mod blocks;
mod chains;
#[cfg(test)]
mod coverage;
mod fourier;
#[cfg(test)]
#[rustfmt::skip] // printed by tests/reference/monte_carlo.py
#[allow(clippy::approx_constant)] // random digits
mod reference;
#[cfg(test)]
mod tests;

pub use autocorrelation::Autocorrelation;
pub use binder::binder_cumulant;
pub use blocking::{BlockLevel, Blocking};
pub use blocks::{Blocks, Estimate};
pub use chains::split_r_hat;

use crate::Error;

/// Refuses series without values, or with fewer than `at_least`, and values that are not finite.
fn check(series: &[&[f64]], at_least: usize) -> Result<(), Error> {
    if series.is_empty() {
        return Err(Error::NoSeries);
    }
    for (which, values) in series.iter().enumerate() {
        if values.len() < at_least {
            return Err(Error::SeriesLength { series: which, expected: at_least, found: values.len() });
        }
        if let Some((index, &value)) = values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(Error::NonFiniteValue { series: which, index, value });
        }
    }
    Ok(())
}

/// Refuses series that differ in length from the first.
fn check_equal_lengths(series: &[&[f64]]) -> Result<(), Error> {
    let expected = series[0].len();
    match series.iter().position(|values| values.len() != expected) {
        Some(which) => Err(Error::UnequalSeries { series: which, expected, found: series[which].len() }),
        None => Ok(()),
    }
}

/// A power of two near the largest magnitude. Divided by it, values of any magnitude can be squared and
/// summed without overflow, and none loses a bit that counts.
fn magnitude(values: impl Iterator<Item = f64>) -> f64 {
    let largest = values.fold(0.0, |largest: f64, v| largest.max(v.abs()));
    let exponent_alone = f64::from_bits(largest.to_bits() & 0x7ff0_0000_0000_0000);
    exponent_alone.max(f64::MIN_POSITIVE)
}

/// The mean of values that are not too large to be summed. The second pass takes the rounding of long sums
/// back, so that equal values have themselves as mean.
fn mean(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let first = values.iter().sum::<f64>() / n;
    first + values.iter().map(|v| v - first).sum::<f64>() / n
}

/// Σ (v − `centre`)².
fn squares_about(centre: f64, values: &[f64]) -> f64 {
    values.iter().map(|v| (v - centre) * (v - centre)).sum()
}
