//! How well probabilities match the frequencies they predict.

use crate::Error;

/// The Brier score: the mean squared error of probabilities of the positive class.
///
/// ```text
/// BS = Σ_i (p_i − y_i)² / n,   y_i = 1 for a positive, 0 for a negative
/// ```
///
/// Ranges over [0, 1], and lower is better: 0 is certain and right, 1/4 is what p = 1/2 throughout gives. In
/// expectation only the true probabilities minimize it.
///
/// # Errors
///
/// - [`Error::LabelCount`] if the slices differ in length;
/// - [`Error::Parameter`] if they are empty;
/// - [`Error::Probability`] for the first value that is NaN or outside [0, 1].
///
/// # Example
///
/// ```
/// use dam_analysis::roc::brier_score;
///
/// assert_eq!(brier_score(&[0.5, 0.75], &[false, true])?, (0.25 + 0.0625) / 2.0);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
///
/// G. W. Brier, Verification of forecasts expressed in terms of probability, Monthly Weather Review 78, 1–3
/// (1950), halved as is customary for two classes.
pub fn brier_score(probabilities: &[f64], labels: &[bool]) -> Result<f64, Error> {
    check(probabilities, labels)?;
    let error = |(&p, &label): (&f64, &bool)| if label { 1.0 - p } else { p };
    let sum: f64 = probabilities.iter().zip(labels).map(|pair| error(pair).powi(2)).sum();
    Ok(sum / labels.len() as f64)
}

/// One bin of a calibration curve.
///
/// # Example
///
/// ```
/// use dam_analysis::roc::CalibrationBin;
///
/// let bin = CalibrationBin { samples: 50, mean_probability: 0.31, positive_fraction: 0.28 };
/// assert!(bin.positive_fraction < bin.mean_probability); // overconfident
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalibrationBin {
    /// The number of samples in the bin, at least 1.
    pub samples: usize,
    /// The mean of their probabilities, in [0, 1].
    pub mean_probability: f64,
    /// The fraction of positives among them, in [0, 1].
    pub positive_fraction: f64,
}

/// The calibration curve (reliability diagram) in bins of equal counts, by ascending probability.
///
/// For calibrated probabilities `positive_fraction` equals `mean_probability` in every bin up to the
/// standard error √(p (1 − p) / samples). The bins are parted by the quantiles of the probabilities of orders
/// k / `bins`, which belong to the bin below. Equal probabilities stay in one bin, which therefore can hold
/// more than its share; bins that ties leave empty are omitted. Takes O(n log n) time.
///
/// # Errors
///
/// - those of [`brier_score`];
/// - [`Error::Parameter`] unless 1 <= `bins` <= n.
///
/// # Example
///
/// ```
/// use dam_analysis::roc::{CalibrationBin, calibration_curve};
///
/// let curve = calibration_curve(&[0.1, 0.9, 0.3, 0.7], &[false, true, true, true], 2)?;
/// assert_eq!(curve[0], CalibrationBin { samples: 2, mean_probability: 0.2, positive_fraction: 0.5 });
/// assert_eq!(curve[1], CalibrationBin { samples: 2, mean_probability: 0.8, positive_fraction: 1.0 });
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
///
/// A. Niculescu-Mizil and R. Caruana, Predicting good probabilities with supervised learning, ICML, 625–632
/// (2005).
pub fn calibration_curve(
    probabilities: &[f64],
    labels: &[bool],
    bins: usize,
) -> Result<Vec<CalibrationBin>, Error> {
    check(probabilities, labels)?;
    let n = labels.len();
    if bins == 0 || bins > n {
        return Err(Error::Parameter {
            name: "bins",
            expected: "from 1 to the number of samples",
            found: bins as f64,
        });
    }
    let mut samples: Vec<(f64, bool)> = probabilities.iter().copied().zip(labels.iter().copied()).collect();
    samples.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut curve = Vec::new();
    let mut rest = &samples[..];
    for k in 1..=bins {
        // The quantile lies between this order statistic and the next, so the same samples lie below both.
        let index = (k as u128 * (n - 1) as u128 / bins as u128) as usize;
        let edge = samples[index].0;
        let (bin, above) = rest.split_at(rest.partition_point(|sample| sample.0 <= edge));
        rest = above;
        if !bin.is_empty() {
            let count = bin.len() as f64;
            curve.push(CalibrationBin {
                samples: bin.len(),
                mean_probability: bin.iter().map(|sample| sample.0).sum::<f64>() / count,
                positive_fraction: bin.iter().filter(|sample| sample.1).count() as f64 / count,
            });
        }
    }
    Ok(curve)
}

fn check(probabilities: &[f64], labels: &[bool]) -> Result<(), Error> {
    if probabilities.len() != labels.len() {
        return Err(Error::LabelCount { expected: probabilities.len(), found: labels.len() });
    }
    if labels.is_empty() {
        return Err(Error::Parameter { name: "number of samples", expected: "at least 1", found: 0.0 });
    }
    match probabilities.iter().enumerate().find(|(_, p)| !(0.0..=1.0).contains(*p)) {
        Some((index, &value)) => Err(Error::Probability { index, value }),
        None => Ok(()),
    }
}
