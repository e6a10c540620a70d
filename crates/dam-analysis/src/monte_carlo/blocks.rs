use dam_core::{Purpose, Streams};
use rand::RngExt;
use rayon::prelude::*;

use super::{check, check_equal_lengths, magnitude, mean, squares_about};
use crate::Error;

/// A function of means, with its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The function at the means.
    pub value: f64,
    /// The standard error of the value.
    pub error: f64,
    /// The estimated excess of the expected value over the function of the true means, of order 1/n. It has
    /// not been subtracted; usually it is far below the error.
    pub bias: f64,
    /// The number of blocks behind the error, which is itself uncertain by 1/sqrt(2 (blocks − 1)).
    pub blocks: usize,
    /// The number of values in a block.
    pub block_length: usize,
}

/// Means over blocks of one or several series measured together, for errors of functions of their means.
///
/// Blocks much longer than the correlations are as good as independent: with blocks of length b the squares
/// of the errors are too small by a fraction of about τ_int/b.
///
/// # Example
/// ```
/// use dam_analysis::monte_carlo::Blocks;
/// use dam_core::{Purpose, Streams, rand::RngExt};
///
/// // The variance of uniform numbers, 1/12, as a function of two means.
/// let mut rng = Streams::new(1).rng(Purpose::Dynamics, 0);
/// let x: Vec<f64> = (0..10_000).map(|_| rng.random()).collect();
/// let squares: Vec<f64> = x.iter().map(|x| x * x).collect();
/// let blocks = Blocks::new(&[&x, &squares], 100)?;
/// let variance = blocks.jackknife(|mean| mean[1] - mean[0] * mean[0])?;
/// assert!((variance.value - 1.0 / 12.0).abs() < 3.0 * variance.error);
/// assert_eq!((variance.blocks, variance.block_length), (100, 100));
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
/// B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap, Chapman & Hall, chapters 8 and 11 (1993).
#[derive(Debug, Clone, PartialEq)]
pub struct Blocks {
    length: usize,
    /// Over all blocks, one for each series.
    means: Vec<f64>,
    /// Block by block, one for each series: mean of the block less mean of all.
    deviations: Vec<f64>,
}

impl Blocks {
    /// Blocks of `length` values each; the first n mod `length` values, the nearest to the start of the
    /// chain, are left out.
    ///
    /// # Errors
    /// - [`Error::NoSeries`] without series;
    /// - [`Error::SeriesLength`] for fewer than two values;
    /// - [`Error::NonFiniteValue`] for the first value that is NaN or infinite;
    /// - [`Error::UnequalSeries`] if the series differ in length;
    /// - [`Error::BlockLength`] unless 1 <= `length` <= n/2.
    pub fn new(series: &[&[f64]], length: usize) -> Result<Self, Error> {
        check(series, 2)?;
        check_equal_lengths(series)?;
        let n = series[0].len();
        if length == 0 || length > n / 2 {
            return Err(Error::BlockLength { max: n / 2, found: length });
        }
        let observables = series.len();
        let count = n / length;
        let mut means = vec![0.0; observables];
        let mut deviations = vec![0.0; observables * count];
        for (which, values) in series.iter().enumerate() {
            let scale = magnitude(values.iter().copied());
            let scaled: Vec<f64> = values[n % length..].iter().map(|v| v / scale).collect();
            let of_blocks: Vec<f64> = scaled.chunks_exact(length).map(mean).collect();
            let of_all = mean(&scaled);
            means[which] = of_all * scale;
            for (block, of_block) in of_blocks.iter().enumerate() {
                deviations[block * observables + which] = (of_block - of_all) * scale;
            }
        }
        Ok(Self { length, means, deviations })
    }

    /// The number of blocks K, at least 2.
    #[must_use]
    pub fn count(&self) -> usize {
        self.deviations.len() / self.means.len()
    }

    /// The jackknife error of f at the means of the series, f being given one mean for each series.
    ///
    /// ```text
    /// σ² = (K − 1)/K Σ_k (f_k − f̄)²,   bias = (K − 1) (f̄ − f),   f̄ = (1/K) Σ_k f_k
    /// ```
    ///
    /// f_k being f at the means without block k. For a linear f this is the error of blocking, without bias.
    ///
    /// # Errors
    /// [`Error::NonFiniteFunction`] if f is NaN or infinite at the means or without one of the blocks.
    ///
    /// # Reference
    /// R. G. Miller, The jackknife: a review, Biometrika 61, 1 (1974).
    pub fn jackknife(&self, f: impl Fn(&[f64]) -> f64) -> Result<Estimate, Error> {
        let value = finite(f(&self.means))?;
        let others = (self.count() - 1) as f64;
        let mut without = vec![0.0; self.means.len()];
        let mut shifts = Vec::with_capacity(self.count());
        for block in self.deviations.chunks_exact(self.means.len()) {
            for ((without, mean), deviation) in without.iter_mut().zip(&self.means).zip(block) {
                *without = mean - deviation / others;
            }
            shifts.push(finite(f(&without))? - value);
        }
        let shift = mean(&shifts);
        let error = (others * squares_about(shift, &shifts) / self.count() as f64).sqrt();
        self.estimate(value, error, others * shift)
    }

    /// The block-bootstrap error of f at the means of the series, f being given one mean for each series.
    ///
    /// ```text
    /// σ² = K/(K − 1) <(f* − <f*>)²>,   bias = <f*> − f
    /// ```
    ///
    /// f* being f at the means of K blocks drawn with replacement. The factor makes the error of a linear f
    /// that of blocking, which K drawn blocks understate. Unlike the jackknife it holds for quantiles and other
    /// functions that are not smooth.
    ///
    /// Resample number r is drawn from the stream (`Purpose::Resampling`, r) of `streams`, in parallel in the
    /// thread pool of the caller; the result is the same to the last bit for any number of threads.
    ///
    /// # Errors
    /// - [`Error::Parameter`] for fewer than 2 `resamples`;
    /// - [`Error::NonFiniteFunction`] if f is NaN or infinite at the means or in a resample.
    ///
    /// # Example
    /// ```
    /// use dam_analysis::monte_carlo::Blocks;
    /// use dam_core::Streams;
    ///
    /// let series: Vec<f64> = (0..1000).map(|k| f64::from(k * k % 101)).collect();
    /// let blocks = Blocks::new(&[&series], 10)?;
    /// let square = |mean: &[f64]| mean[0] * mean[0];
    /// let (a, b) = (blocks.jackknife(square)?, blocks.bootstrap(square, 1000, &Streams::new(1))?);
    /// assert!(a.value == b.value && (a.error / b.error - 1.0).abs() < 0.1);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    ///
    /// # Reference
    /// E. Carlstein, Ann. Stat. 14, 1171 (1986).
    pub fn bootstrap(
        &self,
        f: impl Fn(&[f64]) -> f64 + Sync,
        resamples: usize,
        streams: &Streams,
    ) -> Result<Estimate, Error> {
        if resamples < 2 {
            let found = resamples as f64;
            return Err(Error::Parameter { name: "bootstrap resamples", expected: "at least 2", found });
        }
        let value = finite(f(&self.means))?;
        let (count, observables) = (self.count(), self.means.len());
        let replicates: Vec<f64> = (0..resamples as u64)
            .into_par_iter()
            .map_init(
                || vec![0.0; observables],
                |drawn, index| {
                    let mut rng = streams.rng(Purpose::Resampling, index);
                    drawn.fill(0.0);
                    for _ in 0..count {
                        let block = observables * rng.random_range(0..count);
                        let block = &self.deviations[block..block + observables];
                        drawn.iter_mut().zip(block).for_each(|(sum, deviation)| *sum += deviation);
                    }
                    for (drawn, mean) in drawn.iter_mut().zip(&self.means) {
                        *drawn = mean + *drawn / count as f64;
                    }
                    f(drawn)
                },
            )
            .collect();
        let shifts =
            replicates.into_iter().map(|f| Ok(finite(f)? - value)).collect::<Result<Vec<f64>, Error>>()?;
        let shift = mean(&shifts);
        let (k, r) = (count as f64, resamples as f64);
        let error = (squares_about(shift, &shifts) / (r - 1.0) * k / (k - 1.0)).sqrt();
        self.estimate(value, error, shift)
    }

    fn estimate(&self, value: f64, error: f64, bias: f64) -> Result<Estimate, Error> {
        // Squares of huge values overflow.
        finite(error)?;
        Ok(Estimate { value, error, bias, blocks: self.count(), block_length: self.length })
    }
}

fn finite(value: f64) -> Result<f64, Error> {
    if value.is_finite() { Ok(value) } else { Err(Error::NonFiniteFunction { value }) }
}
