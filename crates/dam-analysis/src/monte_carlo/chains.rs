use super::{check, check_equal_lengths, magnitude, mean, squares_about};
use crate::Error;

/// Gelman and Rubin's potential scale reduction R̂, each chain split into halves.
///
/// ```text
/// R̂² = ((n − 1)/n W + B)/W,   W = mean of the variances within the halves,
///                             B = variance of the means of the halves
/// ```
///
/// n being the length of a half; both variances have the count less one as divisor (B here is B/n of the
/// reference). Near 1 where all halves agree: chains that have forgotten where they started, and no drift
/// within a chain. Above 1 it is the factor by which a longer run might still widen the distribution.
/// R̂ < 1.01 is the customary demand, 1.1 the older, weaker one. R̂ sees a disagreement of means alone, and
/// nothing if all chains start alike and none has left yet: start them far apart. It is no error of the mean;
/// that is [`Autocorrelation::of_chains`](super::Autocorrelation::of_chains).
///
/// Of an odd length the middle value is left out. One chain is legal.
///
/// # Errors
/// - [`Error::NoSeries`] without chains;
/// - [`Error::SeriesLength`] for fewer than four values;
/// - [`Error::NonFiniteValue`] for the first value that is NaN or infinite;
/// - [`Error::UnequalSeries`] if the chains differ in length;
/// - [`Error::ConstantSeries`] if every half is constant, each perhaps with a value of its own: W = 0.
///
/// # Example
/// ```
/// use dam_analysis::monte_carlo::split_r_hat;
///
/// let chain = |from: f64| -> Vec<f64> { (0..100).map(|k| from + f64::from(k * 37 % 100)).collect() };
/// let (a, b, c) = (chain(0.0), chain(1.0), chain(200.0));
/// assert!(split_r_hat(&[&a, &b])? < 1.01);
/// assert!(split_r_hat(&[&a, &c])? > 2.0);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
/// A. Gelman et al., Bayesian Data Analysis, 3rd ed., section 11.4 (2013); A. Vehtari et al., Bayesian
/// Analysis 16, 667 (2021), for the threshold.
pub fn split_r_hat(chains: &[&[f64]]) -> Result<f64, Error> {
    check(chains, 4)?;
    check_equal_lengths(chains)?;
    let half = chains[0].len() / 2;
    let scale = magnitude(chains.iter().flat_map(|chain| chain.iter().copied()));
    let halves: Vec<Vec<f64>> = chains
        .iter()
        .flat_map(|chain| [&chain[..half], &chain[chain.len() - half..]])
        .map(|values| values.iter().map(|v| v / scale).collect())
        .collect();
    if halves.iter().all(|values| values.iter().all(|&v| v == values[0])) {
        return Err(Error::ConstantSeries { value: chains[0][0] });
    }
    let n = half as f64;
    let means: Vec<f64> = halves.iter().map(|values| mean(values)).collect();
    let within =
        halves.iter().zip(&means).map(|(values, &centre)| squares_about(centre, values)).sum::<f64>()
            / ((n - 1.0) * halves.len() as f64);
    let between = squares_about(mean(&means), &means) / (halves.len() - 1) as f64;
    Ok(((n - 1.0) / n + between / within).sqrt())
}
