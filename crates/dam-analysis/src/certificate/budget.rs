use super::{Assumption, Certificate};
use crate::Error;
use crate::retrieval::most_wrong;

/// T5: what an adversary of any kind may flip every sweep, from a certified radius.
///
/// # Example
/// ```
/// use dam_analysis::certificate::{Budget, PolynomialMemory, best};
/// use dam_core::prelude::*;
/// let streams = Streams::new(5);
/// let space = Hypercube::new(200)?;
/// let patterns: Vec<_> = (0..20).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
/// let memory: PolynomialMemory = models::polynomial(space, 3, &patterns)?;
/// let certificate = best(&memory, 0)?;
/// let budget = Budget::new(&certificate, 5, 200, 0.95)?;
/// let radius = certificate.radius.expect("20 patterns are few");
/// assert_eq!(budget.before_sweep, Some(radius - 5));
/// assert_eq!(budget.within_sweep, Some((radius - 5).min(radius / 2)));
/// # Ok::<(), dam_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Budget {
    /// Flips before every sweep after which the sweep still ends in the target exactly: d₀ + k <= r. `None` if d₀ > r.
    pub before_sweep: Option<usize>,
    /// Flips within every sweep after which at most as many spins are wrong at its end: d₀ + k <= r and 2k <= r.
    pub within_sweep: Option<usize>,
    /// Flips within a sweep beyond which an adversary that flips behind the update, whatever the memory, leaves more
    /// than N (1 − ω) spins wrong.
    pub match_limit: usize,
    /// What limits the radius.
    pub limit: Assumption,
}

impl Budget {
    /// From a certificate that one sweep repairs all (of rate 0; of any other nothing is guaranteed), d₀ wrong spins at
    /// the start, N, and the fraction ω of right spins that counts as success.
    ///
    /// # Errors
    /// [`Error::Parameter`] for ω outside (0, 1].
    pub fn new(certificate: &Certificate, wrong: usize, sites: usize, fraction: f64) -> Result<Self, Error> {
        let radius = certificate.radius.filter(|_| certificate.rate == 0.0);
        let before_sweep = radius.and_then(|r| r.checked_sub(wrong));
        Ok(Self {
            before_sweep,
            within_sweep: before_sweep.zip(radius).map(|(k, r)| k.min(r / 2)),
            match_limit: most_wrong(fraction, sites)?,
            limit: certificate.limit,
        })
    }
}
