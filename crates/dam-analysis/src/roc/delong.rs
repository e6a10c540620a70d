//! DeLong's variance of the AUC, and his test of two AUCs on the same samples.

use super::placement::deviations;
use super::{Interval, Scored};
use crate::{Error, normal};

/// The AUC with its variance after DeLong, DeLong and Clarke-Pearson.
///
/// # Example
///
/// ```
/// use dam_analysis::roc::Scored;
///
/// let scored = Scored::new(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
/// let delong = scored.delong()?;
/// assert_eq!((delong.auc(), delong.variance()), (0.75, 0.125));
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
///
/// E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Comparing the areas under two or more correlated
/// receiver operating characteristic curves: a nonparametric approach, Biometrics 44, 837–845 (1988).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeLong {
    auc: f64,
    variance: f64,
}

impl DeLong {
    /// The area under the ROC curve, as [`Scored::auc`].
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::Scored;
    ///
    /// let scored = Scored::new(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
    /// assert_eq!(scored.delong()?.auc(), scored.auc());
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    #[must_use]
    pub fn auc(&self) -> f64 {
        self.auc
    }

    /// The variance of the AUC, at least 0; exactly 0 if and only if the samples of each class all win the
    /// same number of pairs, as at an AUC of 0 or 1 and for constant scores.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::Scored;
    ///
    /// let separated = Scored::new(&[1.0, 2.0, 3.0, 4.0], &[false, false, true, true])?;
    /// assert_eq!(separated.delong()?.variance(), 0.0);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// The Wald interval, clipped to [0, 1].
    ///
    /// ```text
    /// AUC ± z √Var(AUC),   z = Φ^(−1)((1 + level) / 2)
    /// ```
    ///
    /// Where the variance is 0 both ends are the AUC, which understates the uncertainty. The interval is
    /// symmetric although the distribution of an AUC near 1 is not, and covers too rarely there; see the
    /// [table](super#which-interval-where).
    ///
    /// # Errors
    ///
    /// [`Error::ConfidenceLevel`] unless 0 < `level` < 1.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::Scored;
    ///
    /// let scored = Scored::new(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
    /// let interval = scored.delong()?.wald(0.5)?;
    /// assert!((interval.lower - (0.75 - 0.6744897501960817 * 0.125_f64.sqrt())).abs() < 1e-12);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    ///
    /// # Reference
    ///
    /// E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Biometrics 44, 837–845 (1988).
    pub fn wald(&self, level: f64) -> Result<Interval, Error> {
        let reach = -normal::quantile(Interval::tail(level)?) * self.variance.sqrt();
        Ok(Interval { lower: (self.auc - reach).max(0.0), upper: (self.auc + reach).min(1.0), level })
    }

    /// The Wald interval of logit AUC, mapped back, so that its ends lie within (0, 1).
    ///
    /// ```text
    /// logit AUC ± z √Var(AUC) / (AUC (1 − AUC)),   logit p = ln(p / (1 − p)),   z = Φ^(−1)((1 + level) / 2)
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Error::ConfidenceLevel`] unless 0 < `level` < 1;
    /// - [`Error::ExtremeAuc`] if the AUC is 0 or 1, where its logit is infinite.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::Scored;
    ///
    /// let scored = Scored::new(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
    /// let (wald, logit) = (scored.delong()?.wald(0.9)?, scored.delong()?.logit(0.9)?);
    /// assert_eq!(wald.upper, 1.0);
    /// assert!(logit.upper < 1.0 && logit.lower < wald.lower);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    ///
    /// # Reference
    ///
    /// M. S. Pepe, The Statistical Evaluation of Medical Tests for Classification and Prediction, Oxford
    /// University Press, chapter 5 (2003); G. Qin and L. Hotilovac, Comparison of non-parametric
    /// confidence intervals for the area under the ROC curve of a continuous-scale diagnostic test,
    /// Statistical Methods in Medical Research 17, 207–221 (2008).
    pub fn logit(&self, level: f64) -> Result<Interval, Error> {
        let tail = Interval::tail(level)?;
        if self.auc <= 0.0 || self.auc >= 1.0 {
            return Err(Error::ExtremeAuc { found: self.auc });
        }
        let odds = self.auc / (1.0 - self.auc);
        let reach = -normal::quantile(tail) * self.variance.sqrt() / (self.auc * (1.0 - self.auc));
        // Written with exp(−reach) alone, which cannot overflow.
        let shrink = (-reach).exp();
        Ok(Interval { lower: odds * shrink / (1.0 + odds * shrink), upper: odds / (odds + shrink), level })
    }
}

impl Scored {
    /// The AUC with DeLong's variance.
    ///
    /// ```text
    /// Var(AUC) = S₁₀ / P + S₀₁ / N
    /// S₁₀ = Σ_i (V_i − AUC)² / (P − 1),   V_i = fraction of the negatives that positive i outscores
    /// S₀₁ = Σ_j (W_j − AUC)² / (N − 1),   W_j = fraction of the positives that outscore negative j
    /// ```
    ///
    /// with ties counting half. The placement values V and W follow from the mid-ranks, in O(n) time once the
    /// scores are sorted, and their counts are integers.
    ///
    /// # Errors
    ///
    /// [`Error::LoneSample`] unless both classes have at least two samples.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::Scored;
    ///
    /// let scored = Scored::new(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
    /// let interval = scored.delong()?.logit(0.95)?;
    /// assert!(interval.lower < 0.5 && interval.upper > 0.75);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    ///
    /// # Reference
    ///
    /// E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Biometrics 44, 837–845 (1988); X. Sun and W. Xu,
    /// Fast implementation of DeLong's algorithm for comparing the areas under correlated receiver operating
    /// characteristic curves, IEEE Signal Processing Letters 21, 1389–1393 (2014).
    pub fn delong(&self) -> Result<DeLong, Error> {
        self.no_lone_sample()?;
        let won = deviations(self.placements().map(|p| (p.positives, p.won)));
        let lost = deviations(self.placements().map(|p| (p.negatives, p.lost)));
        let square = |(weight, d): (f64, f64)| weight * d * d;
        let variance = self.variance_of(won.map(square).sum(), lost.map(square).sum());
        Ok(DeLong { auc: self.auc(), variance })
    }

    /// The (co)variance from the sums of products of deviations of the half counts won and lost.
    fn variance_of(&self, won: f64, lost: f64) -> f64 {
        let (p, n) = (self.positives as f64, self.negatives as f64);
        won / (4.0 * n * n * p * (p - 1.0)) + lost / (4.0 * p * p * n * (n - 1.0))
    }

    pub(super) fn no_lone_sample(&self) -> Result<(), Error> {
        let (positives, negatives) = (self.positives, self.negatives);
        if positives < 2 || negatives < 2 { Err(Error::LoneSample { positives, negatives }) } else { Ok(()) }
    }
}

/// DeLong's test of whether two scores of the same samples have the same AUC.
///
/// # Example
///
/// ```
/// use dam_analysis::roc::delong_test;
///
/// let labels = [false, false, false, true, true, true];
/// let test = delong_test(&[1.0, 2.0, 4.0, 3.0, 5.0, 6.0], &[5.0, 1.0, 4.0, 2.0, 3.0, 6.0], &labels)?;
/// assert_eq!((test.first.auc(), test.second.auc()), (8.0 / 9.0, 5.0 / 9.0));
/// assert!(test.p_value > 0.05);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
///
/// E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Biometrics 44, 837–845 (1988).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct DeLongTest {
    /// The AUC of the first score.
    pub first: DeLong,
    /// The AUC of the second score.
    pub second: DeLong,
    /// The covariance of the two AUCs.
    pub covariance: f64,
    /// AUC₁ − AUC₂, in [−1, 1].
    pub difference: f64,
    /// √(Var(AUC₁) + Var(AUC₂) − 2 Cov(AUC₁, AUC₂)), the standard error of the difference.
    pub standard_error: f64,
    /// `difference / standard_error`, standard normal in large samples if the AUCs are equal.
    pub z: f64,
    /// P(|Z| >= |z|) of a standard normal Z, in [0, 1].
    pub p_value: f64,
}

impl DeLongTest {
    /// The Wald interval of the difference, clipped to [−1, 1].
    ///
    /// ```text
    /// AUC₁ − AUC₂ ± z · standard_error,   z = Φ^(−1)((1 + level) / 2)
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::ConfidenceLevel`] unless 0 < `level` < 1.
    ///
    /// # Example
    ///
    /// ```
    /// use dam_analysis::roc::delong_test;
    ///
    /// let labels = [false, false, false, true, true, true];
    /// let test = delong_test(&[1.0, 2.0, 4.0, 3.0, 5.0, 6.0], &[5.0, 1.0, 4.0, 2.0, 3.0, 6.0], &labels)?;
    /// let interval = test.interval(0.95)?;
    /// assert!(interval.lower < 0.0 && interval.upper > test.difference);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    pub fn interval(&self, level: f64) -> Result<Interval, Error> {
        let reach = -normal::quantile(Interval::tail(level)?) * self.standard_error;
        let (lower, upper) = ((self.difference - reach).max(-1.0), (self.difference + reach).min(1.0));
        Ok(Interval { lower, upper, level })
    }
}

/// DeLong's test of two correlated AUCs: the k-th entries of both slices are scores of sample k.
///
/// ```text
/// z = (AUC₁ − AUC₂) / √(Var(AUC₁) + Var(AUC₂) − 2 Cov(AUC₁, AUC₂)),   p = 2 (1 − Φ(|z|))
/// ```
///
/// The covariance is that of the placement values, in the notation of [`Scored::delong`]. The variance of the
/// difference is formed from the differences of the placement values, not from the three terms, so it is
/// never negative and vanishes exactly when it should. Scores that rank the pairs alike have z = 0 and p = 1.
/// Takes O(n log n) time.
///
/// # Errors
///
/// - those of [`Scored::new`], for either score;
/// - [`Error::LoneSample`] unless both classes have at least two samples;
/// - [`Error::CertainDifference`] if the difference is not 0 but its variance is, for instance between the
///   AUCs 1 and 0, where no z exists.
///
/// # Example
///
/// ```
/// use dam_analysis::roc::delong_test;
///
/// // A score and its logarithm have the same ROC curve.
/// let scores = [1.0_f64, 2.0, 4.0, 3.0];
/// let test = delong_test(&scores, &scores.map(f64::ln), &[false, true, true, false])?;
/// assert_eq!((test.difference, test.z, test.p_value), (0.0, 0.0, 1.0));
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
///
/// E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Biometrics 44, 837–845 (1988); X. Sun and W. Xu, IEEE
/// Signal Processing Letters 21, 1389–1393 (2014).
pub fn delong_test(first: &[f64], second: &[f64], labels: &[bool]) -> Result<DeLongTest, Error> {
    let scored = [Scored::new(first, labels)?, Scored::new(second, labels)?];
    let delong = [scored[0].delong()?, scored[1].delong()?];
    let (mut won, mut lost) = (Vec::new(), Vec::new());
    let placements = scored[0].placements_of(first).into_iter().zip(scored[1].placements_of(second));
    for ((a, b), &label) in placements.zip(labels) {
        if label { won.push((a.won, b.won)) } else { lost.push((a.lost, b.lost)) }
    }
    let covariance = scored[0].variance_of(products(&won), products(&lost));
    let squares = |pairs: &[(i64, i64)]| -> f64 {
        deviations(pairs.iter().map(|(a, b)| (1, a - b))).map(|(_, d)| d * d).sum()
    };
    let variance = scored[0].variance_of(squares(&won), squares(&lost));

    // The difference in half pairs: an integer, so that equal AUCs differ by exactly 0.
    let half_pairs: i128 = won.iter().map(|(a, b)| i128::from(a - b)).sum();
    let difference = half_pairs as f64 / (2.0 * won.len() as f64 * lost.len() as f64);
    let z = if half_pairs == 0 {
        0.0
    } else if variance == 0.0 {
        return Err(Error::CertainDifference { found: difference });
    } else {
        difference / variance.sqrt()
    };
    Ok(DeLongTest {
        first: delong[0],
        second: delong[1],
        covariance,
        difference,
        standard_error: variance.sqrt(),
        z,
        p_value: normal::two_sided(z),
    })
}

/// The sum of the products of the deviations of two integers from their means.
fn products(pairs: &[(i64, i64)]) -> f64 {
    let first = deviations(pairs.iter().map(|pair| (1, pair.0)));
    let second = deviations(pairs.iter().map(|pair| (1, pair.1)));
    first.zip(second).map(|((_, a), (_, b))| a * b).sum()
}
