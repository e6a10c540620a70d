use super::fourier::lagged_products;
use super::{check, magnitude, mean};
use crate::Error;

/// How far the window trusts the summed time: decay times up to `S` τ_int are provided for.
const S: f64 = 1.5;

/// Lengths in τ_int from which the estimate is trusted: where the coverage of the errors is within 4 % of the
/// nominal one. It is the customary 50 times of the convention 1 + 2 Σ ρ(t).
const TRUSTED_LENGTH: f64 = 100.0;

/// The integrated autocorrelation time of a stationary series, and the mean with the error that follows.
///
/// ```text
/// Γ(t) = <(x_i − <x>) (x_{i+t} − <x>)>,   ρ(t) = Γ(t)/Γ(0)
/// τ_int = 1/2 + Σ_{t>=1} ρ(t),            σ²_mean = 2 τ_int Γ(0)/n
/// ```
///
/// This is the convention of statistical mechanics: τ_int = 1/2 for independent values, and close to the
/// decay time of a slow exponential ρ(t) = exp(−t/τ). The time 1 + 2 Σ ρ(t) of some samplers' software is
/// twice as long. Γ(t) is estimated as the mean of the n − t products about the mean of the series.
///
/// # The window
/// The sum is cut at a window W, since the noise of ρ(t) does not decay with t. W is Wolff's: the first at
/// which the estimated truncation and the estimated noise balance,
///
/// ```text
/// exp(−W/τ) < τ/sqrt(W n),   τ = S / ln((2 τ_W + 1)/(2 τ_W − 1)),   S = 1.5,
/// ```
///
/// τ_W being the sum so far, so that the remainder is a small part of the claimed error however long the
/// series. Sokal's window, the first W >= c τ_W, keeps a truncation of e^(−c) that no length removes. Two
/// deviations from Wolff, neither of which matters to positive ρ: τ_W is the larger of the sums of ρ(t) and
/// of (−1)^t ρ(t), without which an alternating series is cut at W = 1 with an error of 0 or worse; and W
/// is passed over while the sum is not positive. W is at most half the (shortest) chain.
///
/// Subtracting the estimated mean lowers every Γ(t) by σ²_mean, which is added back.
///
/// Takes O(n log n) time whatever the window.
///
/// # Example
/// ```
/// use dam_analysis::monte_carlo::Autocorrelation;
/// use dam_core::{Purpose, Streams, rand::RngExt};
///
/// // x' = 0.8 x + noise: τ_int = (1 + 0.8)/(2 (1 − 0.8)) = 4.5
/// let mut rng = Streams::new(1).rng(Purpose::Dynamics, 0);
/// let mut x = 0.0;
/// let series: Vec<f64> = std::iter::repeat_with(|| {
///     x = 0.8 * x + rng.random::<f64>() - 0.5;
///     x
/// })
/// .skip(100)
/// .take(20_000)
/// .collect();
/// let estimate = Autocorrelation::new(&series)?;
/// assert!(estimate.is_trusted());
/// assert!((estimate.tau_int() - 4.5).abs() < 3.0 * estimate.tau_int_error());
/// assert!(estimate.mean().abs() < 3.0 * estimate.standard_error());
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
/// U. Wolff, Monte Carlo errors with less errors, Comput. Phys. Commun. 156, 143 (2004), eqs. 31, 35, 42, 49–52.
/// N. Madras and A. D. Sokal, J. Stat. Phys. 50, 109 (1988). A. D. Sokal, Monte Carlo methods in statistical
/// mechanics (1997), section 3.
#[derive(Debug, Clone, PartialEq)]
pub struct Autocorrelation {
    len: usize,
    mean: f64,
    deviation: f64,
    /// From lag 0 to the window; corrected for the bias.
    rho: Vec<f64>,
    tau_int: f64,
    trusted: bool,
}

impl Autocorrelation {
    /// Of one chain.
    ///
    /// # Errors
    /// - [`Error::SeriesLength`] for fewer than two values;
    /// - [`Error::NonFiniteValue`] for the first value that is NaN or infinite;
    /// - [`Error::ConstantSeries`] if all values are equal, as in a frozen chain: ρ is 0/0, and an error of 0
    ///   would claim that the chain has seen everything;
    /// - [`Error::NoWindow`] if the correlations do not die out within half the series.
    pub fn new(series: &[f64]) -> Result<Self, Error> {
        Self::of_chains(&[series])
    }

    /// Of several independent chains of the same process, which may differ in length.
    ///
    /// The products of all chains, about their common mean, enter one Γ(t): many chains that are too short
    /// one by one give one good estimate together. Chains that have not met, each around a mean of its own,
    /// show as correlations that do not decay; [`split_r_hat`](super::split_r_hat) tells.
    ///
    /// # Errors
    /// As [`new`](Self::new), for any of the chains and half the shortest of them; a constant chain is legal
    /// if another value occurs in another; [`Error::NoSeries`] without chains.
    ///
    /// # Example
    /// ```
    /// use dam_analysis::monte_carlo::Autocorrelation;
    /// use dam_core::{Purpose, Streams, rand::RngExt};
    ///
    /// let streams = Streams::new(1);
    /// let chain = |k| -> Vec<f64> {
    ///     let mut rng = streams.rng(Purpose::Dynamics, k);
    ///     (0..20).map(|_| rng.random()).collect()
    /// };
    /// let (one, two) = (chain(0), chain(1));
    /// let both = Autocorrelation::of_chains(&[&one, &two])?;
    /// assert!((both.mean() - 0.5).abs() < 3.0 * both.standard_error());
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    pub fn of_chains(chains: &[&[f64]]) -> Result<Self, Error> {
        check(chains, 2)?;
        let first = chains[0][0];
        if chains.iter().all(|chain| chain.iter().all(|&v| v == first)) {
            return Err(Error::ConstantSeries { value: first });
        }
        let scale = magnitude(chains.iter().flat_map(|chain| chain.iter().copied()));
        let len: usize = chains.iter().map(|chain| chain.len()).sum();
        let n = len as f64;
        let mut about: Vec<Vec<f64>> =
            chains.iter().map(|chain| chain.iter().map(|v| v / scale).collect()).collect();
        let mean = about.iter().map(|chain| mean(chain) * chain.len() as f64).sum::<f64>() / n;

        let longest_window = chains.iter().map(|chain| chain.len()).min().unwrap_or(0) / 2;
        let mut gamma = vec![0.0; longest_window + 1];
        for chain in &mut about {
            chain.iter_mut().for_each(|v| *v -= mean);
            let products = lagged_products(chain, longest_window);
            gamma.iter_mut().zip(products).for_each(|(sum, product)| *sum += product);
        }
        for (t, sum) in gamma.iter_mut().enumerate() {
            *sum /= n - (t * chains.len()) as f64;
        }

        let Window { lag, tau, time } =
            window(&gamma, n).ok_or(Error::NoWindow { window: longest_window, found: len })?;
        // The bias of Γ, in units of Γ(0), by the first estimate of τ_int.
        let bias = 2.0 * tau / n;
        let variance = gamma[0] * (1.0 + bias);
        let rho: Vec<f64> = gamma[..=lag].iter().map(|g| (g / gamma[0] + bias) / (1.0 + bias)).collect();
        let tau_int = 0.5 + rho[1..].iter().sum::<f64>();
        let trusted = n >= TRUSTED_LENGTH * tau_int.max(time);
        Ok(Self { len, mean: mean * scale, deviation: variance.sqrt() * scale, rho, tau_int, trusted })
    }

    /// The number n of values, in all chains.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // never empty
    pub fn len(&self) -> usize {
        self.len
    }

    /// The mean of all values.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The standard deviation sqrt(Γ(0)) of a single value.
    #[must_use]
    pub fn deviation(&self) -> f64 {
        self.deviation
    }

    /// ρ(0) = 1, ρ(1), …, ρ(W) up to the window W.
    #[must_use]
    pub fn rho(&self) -> &[f64] {
        &self.rho
    }

    /// The integrated autocorrelation time, in steps; positive, and 1/2 for independent values.
    #[must_use]
    pub fn tau_int(&self) -> f64 {
        self.tau_int
    }

    /// The standard error of [`tau_int`](Self::tau_int), from the noise of the ρ(t) in the window.
    ///
    /// ```text
    /// σ² = (1/n) Σ_{k>=1} [Σ_{t=1}^W (ρ(k+t) + ρ(k−t) − 2 ρ(k) ρ(t))]²,   ρ = 0 beyond W
    /// ```
    ///
    /// Bartlett's covariance of the ρ(t), summed. For 1 << τ_int << W it becomes Wolff's
    /// 4 τ_int² (W + 1/2 − τ_int)/n and Madras' and Sokal's 2 (2 W + 1) τ_int²/n; at the short windows of
    /// automatic windowing it is nearer to the truth (for ρ(t) = 0.8^t Wolff's claims 14 % too much, for
    /// (−0.6)^t 30 % too little, this within 6 % in both). Fourth cumulants are left out in all three, as is
    /// the truncation. At n = 1000 τ_int the error is about 15 % of τ_int.
    ///
    /// # Reference
    /// M. S. Bartlett, J. R. Stat. Soc. Suppl. 8, 27 (1946).
    #[must_use]
    pub fn tau_int_error(&self) -> f64 {
        let w = self.rho.len() - 1;
        // below[k] = Σ_{j<k} ρ(j − W), the sums over a range of both signs of the lag.
        let mut below = vec![0.0];
        for j in 0..=2 * w {
            below.push(below[j] + self.rho[j.abs_diff(w)]);
        }
        let range = |from: isize, to: isize| {
            let index = |lag: isize| (lag + w as isize).clamp(0, 2 * w as isize + 1) as usize;
            below[index(to + 1)] - below[index(from)]
        };
        let sum: f64 = (1..=2 * w as isize)
            .map(|k| {
                let rho_k = self.rho.get(k as usize).copied().unwrap_or(0.0);
                let w = w as isize;
                let term = range(k + 1, k + w) + range(k - w, k - 1) - 2.0 * rho_k * (self.tau_int - 0.5);
                term * term
            })
            .sum();
        (sum / self.len as f64).sqrt()
    }

    /// The number of independent values with the same error of the mean, n/(2 τ_int); more than n for an
    /// alternating series.
    #[must_use]
    pub fn effective_size(&self) -> f64 {
        self.len as f64 / (2.0 * self.tau_int)
    }

    /// The standard error of the mean, sqrt(2 τ_int Γ(0)/n): the deviation over the root of the effective
    /// size.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.deviation / self.effective_size().sqrt()
    }

    /// Whether the series is long enough, n >= 100 τ, for its own estimate of τ to be trusted; τ is the larger
    /// of τ_int, 1/2, and the time of the alternating sum (see the window).
    ///
    /// Untrusted, τ_int and the errors are rather too small than too large. Of 2000 series with ρ(t) = 0.95^t
    /// (τ_int = 19.5), two standard errors, nominally 95 %, covered the truth in
    ///
    /// | n/τ_int | 10 | 25 | 50 | 100 | 200 | 1000 |
    /// |---|---|---|---|---|---|---|
    /// | the mean | 84 % | 91 % | 91 % | 93 % | 94 % | 94 % |
    /// | τ_int | 42 % | 74 % | 85 % | 91 % | 94 % | 95 % |
    ///
    /// Even a trusted estimate knows only of the modes that it has seen: a chain that never left one of two
    /// states does not know of the other.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.trusted
    }
}

struct Window {
    lag: usize,
    tau: f64,
    /// The longer of the summed times.
    time: f64,
}

/// Wolff's window for Γ(0), Γ(1), … of n values; none if nothing balances.
fn window(gamma: &[f64], n: f64) -> Option<Window> {
    let (mut tau, mut alternating) = (0.5, 0.5);
    for (lag, g) in gamma.iter().enumerate().skip(1) {
        let rho = g / gamma[0];
        tau += rho;
        alternating += if lag % 2 == 0 { rho } else { -rho };
        let time = alternating.max(tau).max(0.5);
        // At 1/2 the decay time is 0, at which the left side vanishes first.
        let decay = S / ((2.0 * time + 1.0) / (2.0 * time - 1.0)).ln();
        let w = lag as f64;
        if tau > 0.0 && (time == 0.5 || (-w / decay).exp() < decay / (w * n).sqrt()) {
            return Some(Window { lag, tau, time });
        }
    }
    None
}
