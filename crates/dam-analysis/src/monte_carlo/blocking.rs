use super::{check, magnitude, mean, squares_about};
use crate::Error;

/// The error of the mean from blocks of one length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlockLevel {
    /// The number of values in a block, a power of two.
    pub length: usize,
    /// The number K of blocks.
    pub blocks: usize,
    /// The standard error of the mean if the block means were independent.
    pub error: f64,
    /// The standard error of `error`.
    pub error_of_error: f64,
}

/// The blocking analysis: the error of the mean against the length of blocks.
///
/// ```text
/// σ² = Σ_k (x̄_k − x̄)² / (K (K − 1)),   error of σ = σ / sqrt(2 (K − 1))
/// ```
///
/// x̄_k being the means of K blocks of 1, 2, 4, … values; where the values do not fill the blocks the first of
/// them are left out. The error rises with the length while neighbouring blocks are correlated, then stays
/// on a plateau, ever noisier. It needs no autocorrelation function and O(n) time.
///
/// # Example
/// ```
/// use dam_analysis::monte_carlo::Blocking;
/// use dam_core::{Purpose, Streams, rand::RngExt};
///
/// // x' = 0.8 x + noise of variance 1/12: σ_mean = sqrt(1/12)/(1 − 0.8)/sqrt(n)
/// let mut rng = Streams::new(1).rng(Purpose::Dynamics, 0);
/// let mut x = 0.0;
/// let series: Vec<f64> = std::iter::repeat_with(|| {
///     x = 0.8 * x + rng.random::<f64>() - 0.5;
///     x
/// })
/// .skip(100)
/// .take(1 << 15)
/// .collect();
/// let blocking = Blocking::new(&series)?;
/// let plateau = blocking.plateau().expect("the series is long");
/// let exact = (1.0_f64 / 12.0).sqrt() / 0.2 / f64::from(1 << 15).sqrt();
/// assert!((plateau.error - exact).abs() < 3.0 * plateau.error_of_error);
/// assert!(blocking.levels()[0].error < 0.5 * exact);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
/// H. Flyvbjerg and H. G. Petersen, Error estimates on averages of correlated data, J. Chem. Phys. 91, 461
/// (1989), eqs. 27–28.
#[derive(Debug, Clone, PartialEq)]
pub struct Blocking {
    len: usize,
    mean: f64,
    /// At least one.
    levels: Vec<BlockLevel>,
}

impl Blocking {
    /// Blocks of 1, 2, 4, … values, as long as there are two.
    ///
    /// # Errors
    /// - [`Error::SeriesLength`] for fewer than two values;
    /// - [`Error::NonFiniteValue`] for the first value that is NaN or infinite;
    /// - [`Error::ConstantSeries`] if all values are equal, as in a frozen chain.
    pub fn new(series: &[f64]) -> Result<Self, Error> {
        check(&[series], 2)?;
        if series.iter().all(|&v| v == series[0]) {
            return Err(Error::ConstantSeries { value: series[0] });
        }
        let scale = magnitude(series.iter().copied());
        let mut blocks: Vec<f64> = series.iter().map(|v| v / scale).collect();
        let centre = mean(&blocks);
        // About the mean, so that the averages below lose no digits to it.
        blocks.iter_mut().for_each(|v| *v -= centre);
        let mut levels = Vec::new();
        let mut length = 1;
        while blocks.len() >= 2 {
            let k = blocks.len() as f64;
            let error = scale * (squares_about(mean(&blocks), &blocks) / (k * (k - 1.0))).sqrt();
            let error_of_error = error / (2.0 * (k - 1.0)).sqrt();
            levels.push(BlockLevel { length, blocks: blocks.len(), error, error_of_error });
            blocks =
                blocks[blocks.len() % 2..].chunks_exact(2).map(|pair| 0.5 * (pair[0] + pair[1])).collect();
            length *= 2;
        }
        Ok(Self { len: series.len(), mean: centre * scale, levels })
    }

    /// The mean of the series.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The errors, from blocks of one value up; never empty.
    #[must_use]
    pub fn levels(&self) -> &[BlockLevel] {
        &self.levels
    }

    /// The start of the plateau: the shortest blocks, of length b, with
    ///
    /// ```text
    /// b³ > 2 n (σ_b/σ_1)⁴,
    /// ```
    ///
    /// where the correlation left between blocks and the noise of σ balance, σ_b²/σ_1² being the estimate of
    /// 2 τ_int. `None` if no blocks are so long, as in a very short series or with correlations that never end.
    /// With few blocks left the error is rather too small.
    ///
    /// # Reference
    /// R. M. Lee et al., Phys. Rev. E 83, 066706 (2011), eq. 14; Wolff (2004), eq. 47.
    #[must_use]
    pub fn plateau(&self) -> Option<BlockLevel> {
        let of_one = self.levels[0].error;
        self.levels.iter().copied().find(|level| {
            (level.length as f64).powi(3) > 2.0 * self.len as f64 * (level.error / of_one).powi(4)
        })
    }
}
