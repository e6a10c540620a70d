use crate::Error;

/// T5: what an adversary of any kind may flip every sweep, from a certified radius.
///
/// # Example
/// ```
/// use dam_analysis::certificate::Budget;
/// // 20 bits are certified and 8 are wrong at the start.
/// let budget = Budget::new(20, 8, 500, 0.95)?;
/// assert_eq!((budget.before_sweep, budget.within_sweep, budget.match_limit), (Some(12), Some(10), 25));
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
}

impl Budget {
    /// From a radius r, d₀ wrong spins at the start, N, and the fraction ω of right spins that counts as success.
    ///
    /// # Errors
    /// [`Error::Parameter`] for ω outside (0, 1].
    pub fn new(radius: usize, wrong: usize, sites: usize, fraction: f64) -> Result<Self, Error> {
        if !(fraction > 0.0 && fraction <= 1.0) {
            return Err(Error::Parameter { name: "fraction ω", expected: "0 < ω <= 1", found: fraction });
        }
        let before_sweep = radius.checked_sub(wrong);
        Ok(Self {
            before_sweep,
            within_sweep: before_sweep.map(|k| k.min(radius / 2)),
            match_limit: sites - (fraction * sites as f64 - 1e-9).ceil() as usize,
        })
    }
}
