//! Bootstrap intervals of the area under the ROC curve.

use dam_core::{Purpose, Streams};
use rand::RngExt;
use rayon::prelude::*;

use super::placement::deviations;
use super::{PairCount, Scored};
use crate::{Error, normal};

/// How a bootstrap resample is drawn, always with replacement.
///
/// # Example
///
/// ```
/// use dam_analysis::roc::Resampling;
///
/// assert_ne!(Resampling::Plain, Resampling::Stratified);
/// ```
///
/// # Reference
///
/// J. Carpenter and J. Bithell, Bootstrap confidence intervals: when, which, what?, Statistics in Medicine
/// 19, 1141–1164 (2000).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resampling {
    /// All n samples with their labels, so that the class sizes fluctuate; the choice when the number of
    /// positives was itself left to chance.
    ///
    /// A resample with one class only has no AUC and is skipped, not drawn again: the replicates that remain
    /// have the same distribution, and [`Bootstrap::skipped`] counts those that do not.
    Plain,
    /// Within each class separately, so that every resample has the class sizes of the data; the choice when
    /// these were fixed beforehand.
    Stratified,
}

/// An interval for an unknown quantity, with the level of confidence claimed for it.
///
/// # Example
///
/// ```
/// use dam_analysis::roc::Interval;
///
/// let interval = Interval { lower: 0.71, upper: 0.83, level: 0.95 };
/// assert!(interval.lower < interval.upper);
/// ```
///
/// # Reference
///
/// B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap, Chapman & Hall, chapters 12–14 (1993).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Interval {
    /// The lower end.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
    /// The nominal probability, in (0, 1), with which the interval covers the quantity.
    pub level: f64,
}

impl Interval {
    /// The probability (1 − level) / 2 that the interval leaves on each side.
    pub(crate) fn tail(level: f64) -> Result<f64, Error> {
        // Written so that NaN is refused too.
        if level > 0.0 && level < 1.0 {
            Ok((1.0 - level) / 2.0)
        } else {
            Err(Error::ConfidenceLevel { found: level })
        }
    }
}

/// The bootstrap distribution of a statistic.
///
/// # Example
///
/// ```
/// use dam_analysis::roc::{Bootstrap, Resampling, Scored};
/// use dam_core::Streams;
///
/// let scored = Scored::new(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
/// let bootstrap = scored.bootstrap_auc(Resampling::Stratified, 100, &Streams::new(1))?;
/// assert_eq!((bootstrap.replicates().len(), bootstrap.skipped()), (100, 0));
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
///
/// B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap, Chapman & Hall (1993).
#[derive(Debug, Clone, PartialEq)]
pub struct Bootstrap {
    /// Ascending, never empty.
    replicates: Vec<f64>,
    skipped: usize,
    /// The statistic of the data.
    pub(super) observed: f64,
    /// That of the BCa interval, where it exists.
    pub(super) acceleration: Result<f64, Error>,
}

impl Bootstrap {
    /// The customary number of resamples for an interval, 1000.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::Bootstrap;
    ///
    /// assert_eq!(Bootstrap::DEFAULT_RESAMPLES, 1000);
    /// ```
    ///
    /// # Reference
    ///
    /// B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap, Chapman & Hall, chapter 13 (1993).
    pub const DEFAULT_RESAMPLES: usize = 1000;

    /// The statistic in each resample that has one, in ascending order; never empty.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::{Resampling, Scored};
    /// use dam_core::Streams;
    ///
    /// let scored = Scored::new(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
    /// let bootstrap = scored.bootstrap_auc(Resampling::Plain, 100, &Streams::new(1))?;
    /// assert!(bootstrap.replicates().is_sorted());
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    #[must_use]
    pub fn replicates(&self) -> &[f64] {
        &self.replicates
    }

    /// The number of resamples in which the statistic is undefined, and which are therefore left out.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::{Resampling, Scored};
    /// use dam_core::Streams;
    ///
    /// // The one positive is missing from about 1/e of the plain resamples.
    /// let scored = Scored::new(&[0.1, 0.4, 0.35, 0.8], &[false, false, false, true])?;
    /// let bootstrap = scored.bootstrap_auc(Resampling::Plain, 100, &Streams::new(1))?;
    /// assert!(bootstrap.skipped() > 0);
    /// assert_eq!(bootstrap.skipped() + bootstrap.replicates().len(), 100);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// The percentile interval: the central fraction `level` of the replicates.
    ///
    /// ```text
    /// [q_α, q_{1−α}],   α = (1 − level) / 2
    /// ```
    ///
    /// where q are the quantiles of the replicates, interpolated linearly between order statistics. Lies
    /// within the range of the statistic, [0, 1] for an AUC. When the data separate the classes perfectly
    /// every replicate is 1, and the interval [1, 1] understates the uncertainty.
    ///
    /// # Errors
    ///
    /// [`Error::ConfidenceLevel`] unless 0 < `level` < 1.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::{Bootstrap, Resampling, Scored};
    /// use dam_core::Streams;
    ///
    /// let scores: Vec<f64> = (0..40).map(|k| f64::from(k % 13)).collect();
    /// let labels: Vec<bool> = (0..40).map(|k| k % 13 + k % 7 > 8).collect();
    /// let scored = Scored::new(&scores, &labels)?;
    /// let bootstrap =
    ///     scored.bootstrap_auc(Resampling::Stratified, Bootstrap::DEFAULT_RESAMPLES, &Streams::new(1))?;
    /// let interval = bootstrap.percentile(0.95)?;
    /// assert!(interval.lower < scored.auc() && scored.auc() < interval.upper);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    ///
    /// # Reference
    ///
    /// B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap, Chapman & Hall, chapter 13 (1993);
    /// the quantile is definition 7 of R. J. Hyndman and Y. Fan, Sample quantiles in statistical packages,
    /// The American Statistician 50, 361–365 (1996).
    pub fn percentile(&self, level: f64) -> Result<Interval, Error> {
        let tail = Interval::tail(level)?;
        let lower = quantile(&self.replicates, tail);
        let upper = quantile(&self.replicates, 1.0 - tail);
        Ok(Interval { lower, upper, level })
    }

    /// The bias-corrected and accelerated (BCa) interval: the percentile interval at orders that allow for
    /// the bias of the replicates and for a standard error that changes with the statistic.
    ///
    /// ```text
    /// [q_{α₁}, q_{α₂}],   α_k = Φ(z₀ + s_k / (1 − a s_k)),   s_k = z₀ ∓ Φ^(−1)((1 + level) / 2)
    /// z₀ = Φ^(−1)((#{replicates < θ} + #{replicates <= θ}) / 2B)
    /// a = Σ_i u_i³ / (6 (Σ_i u_i²)^(3/2)),   u_i = θ_(·) − θ_(i)
    /// ```
    ///
    /// for the statistic θ of the data and its values θ_(i) with sample i left out. For
    /// [`Resampling::Stratified`] the u_i are taken from the mean within the class c of the sample and
    /// multiplied by (n_c − 1) / n_c. The ends lie within the range of the replicates, and are its ends where
    /// 1 − a s_k <= 0. Replicates that all equal θ give the point interval [θ, θ], which understates the
    /// uncertainty.
    ///
    /// # Errors
    ///
    /// - [`Error::ConfidenceLevel`] unless 0 < `level` < 1;
    /// - [`Error::LoneSample`] unless both classes have at least two samples;
    /// - [`Error::OneSidedReplicates`] if all replicates lie on the same side of θ, so that z₀ is infinite.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::{Bootstrap, Resampling, Scored};
    /// use dam_core::Streams;
    ///
    /// let scores: Vec<f64> = (0..40).map(|k| f64::from(k % 13)).collect();
    /// let labels: Vec<bool> = (0..40).map(|k| k % 13 + k % 7 > 8).collect();
    /// let scored = Scored::new(&scores, &labels)?;
    /// let bootstrap =
    ///     scored.bootstrap_auc(Resampling::Stratified, Bootstrap::DEFAULT_RESAMPLES, &Streams::new(1))?;
    /// // The distribution is skew towards lower AUC: the corrected interval lies lower.
    /// assert!(bootstrap.bca(0.95)?.lower < bootstrap.percentile(0.95)?.lower);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    ///
    /// # Reference
    ///
    /// B. Efron, Better bootstrap confidence intervals, Journal of the American Statistical Association 82,
    /// 171–185 (1987); B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap, Chapman & Hall,
    /// equations 14.10, 14.14, 14.15 and 15.36 (1993).
    pub fn bca(&self, level: f64) -> Result<Interval, Error> {
        let z = normal::quantile(Interval::tail(level)?);
        let acceleration = self.acceleration.clone()?;
        let below = self.replicates.partition_point(|&replicate| replicate < self.observed);
        let not_above = self.replicates.partition_point(|&replicate| replicate <= self.observed);
        let replicates = self.replicates.len();
        if not_above == 0 || below == replicates {
            return Err(Error::OneSidedReplicates { observed: self.observed, replicates });
        }
        let bias = normal::quantile((below + not_above) as f64 / (2 * replicates) as f64);
        let end = |z: f64| {
            let s = bias + z;
            let rate = 1.0 - acceleration * s;
            let order = if rate > 0.0 { normal::cdf(bias + s / rate) } else { f64::from(u8::from(s > 0.0)) };
            quantile(&self.replicates, order)
        };
        Ok(Interval { lower: end(z), upper: end(-z), level })
    }
}

impl Scored {
    /// The bootstrap distribution of the [AUC](Scored::auc).
    ///
    /// Resample number b is drawn from the stream (`Purpose::Resampling`, b) of `streams`, and resamples run
    /// in parallel in the thread pool of the caller; the replicates are the same to the last bit for any
    /// number of threads. Bootstraps that share `streams` share their random numbers: give each its own
    /// branch where independence matters. Takes O(n) time for each resample.
    ///
    /// # Errors
    ///
    /// - [`Error::Resamples`] unless 1 <= `resamples` <= `u32::MAX`;
    /// - [`Error::NoReplicates`] if every resample of [`Resampling::Plain`] lacked a class.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::{Resampling, Scored};
    /// use dam_core::Streams;
    ///
    /// let scored = Scored::new(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
    /// let interval = scored.bootstrap_auc(Resampling::Plain, 1000, &Streams::new(1))?.percentile(0.9)?;
    /// assert!(interval.lower < 0.75 && 0.75 < interval.upper);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    ///
    /// # Reference
    ///
    /// B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap, Chapman & Hall, chapters 6 and 8
    /// (1993).
    pub fn bootstrap_auc(
        &self,
        resampling: Resampling,
        resamples: usize,
        streams: &Streams,
    ) -> Result<Bootstrap, Error> {
        let count = match u32::try_from(resamples) {
            Ok(count) if count > 0 => count,
            _ => return Err(Error::Resamples { found: resamples }),
        };
        self.bootstrap_of(resampling, count, |index, weights| {
            let mut rng = streams.rng(Purpose::Resampling, u64::from(index));
            let mut draw = |stratum: &mut [u32]| {
                for _ in 0..stratum.len() {
                    stratum[rng.random_range(0..stratum.len())] += 1;
                }
            };
            match resampling {
                Resampling::Plain => draw(weights),
                Resampling::Stratified => {
                    let (positives, negatives) = weights.split_at_mut(self.positives);
                    draw(positives);
                    draw(negatives);
                }
            }
        })
    }

    /// The bootstrap with given resamples: `draw` adds to the weights, all 0, how often resample `index` has
    /// each sample, first the positives, then the negatives, each from the highest score to the lowest.
    pub(super) fn bootstrap_of(
        &self,
        resampling: Resampling,
        resamples: u32,
        draw: impl Fn(u32, &mut [u32]) + Sync,
    ) -> Result<Bootstrap, Error> {
        let n = self.positives + self.negatives;
        let mut replicates: Vec<f64> = (0..resamples)
            .into_par_iter()
            .map_init(
                || vec![0; n],
                |weights, index| {
                    weights.fill(0);
                    draw(index, weights);
                    self.replicate(weights)
                },
            )
            .collect();
        replicates.retain(|auc| !auc.is_nan());
        let resamples = resamples as usize;
        if replicates.is_empty() {
            return Err(Error::NoReplicates { resamples });
        }
        replicates.sort_unstable_by(f64::total_cmp);
        let skipped = resamples - replicates.len();
        let acceleration = self.acceleration(resampling);
        Ok(Bootstrap { replicates, skipped, observed: self.auc(), acceleration })
    }

    /// The AUC of a resample, NaN if it lacks a class. Its samples are already sorted.
    fn replicate(&self, weights: &[u32]) -> f64 {
        let (positives, negatives) = weights.split_at(self.positives);
        let total = |tied: &[u32]| tied.iter().map(|&weight| u64::from(weight)).sum();
        let mut pairs = PairCount::default();
        let (mut tp, mut fp) = (0, 0);
        for cut in &self.cuts {
            pairs.add(total(&positives[tp..cut.tp]), total(&negatives[fp..cut.fp]));
            (tp, fp) = (cut.tp, cut.fp);
        }
        pairs.auc()
    }

    /// The acceleration of the BCa interval.
    ///
    /// Without positive i, which wins h_i half pairs, the AUC is (Σh − h_i) / 2(P − 1)N. The mean over the
    /// positives is the AUC itself, and so is that over the negatives: the u_i of a class are its
    /// deviations h_i − h̄ over 2(P − 1)N or 2P(N − 1). The common factor cancels.
    fn acceleration(&self, resampling: Resampling) -> Result<f64, Error> {
        self.no_lone_sample()?;
        let left_out = |count: usize| match resampling {
            Resampling::Plain => count as f64 / (count - 1) as f64,
            Resampling::Stratified => 1.0,
        };
        let (p, n) = (left_out(self.positives), left_out(self.negatives));
        let won = deviations(self.placements().map(|x| (x.positives, x.won))).map(|(w, d)| (w, d * p));
        let lost = deviations(self.placements().map(|x| (x.negatives, x.lost))).map(|(w, d)| (w, d * n));
        let (squares, cubes) =
            won.chain(lost).fold((0.0, 0.0), |(s, c), (w, u)| (s + w * u * u, c + w * u * u * u));
        // Where no sample matters more than another there is nothing to correct.
        Ok(if squares == 0.0 { 0.0 } else { cubes / (6.0 * squares.powf(1.5)) })
    }
}

/// The quantile of order `q` in [0, 1] of values in ascending order, of which there is at least one.
pub(super) fn quantile(sorted: &[f64], q: f64) -> f64 {
    let last = sorted.len() - 1;
    let position = q * last as f64;
    let below = (position.floor() as usize).min(last);
    let (a, b) = (sorted[below], sorted[(below + 1).min(last)]);
    let t = position - below as f64;
    // From the nearer end, so that q = 1 gives b exactly and the result never leaves [a, b].
    if t < 0.5 { a + (b - a) * t } else { b - (b - a) * (1.0 - t) }
}
