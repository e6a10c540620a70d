//! What is known of one chain, and whether to trust it.

use crate::Error;
use crate::monte_carlo::Autocorrelation;

/// Acceptance below which a chain has hardly moved.
const LEAST_ACCEPTANCE: f64 = 0.02;
/// Integrated autocorrelation times that a chain has to last.
const LEAST_LENGTH: f64 = 20.0;

/// One chain at one temperature, with measurements of the type `Y`.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain<X, Y = ()> {
    /// T, in units of the energy.
    pub temperature: f64,
    /// The step size of its proposals, after burn-in.
    pub step: f64,
    /// The share of proposals accepted after burn-in.
    pub acceptance: f64,
    /// The overlap with the target after every step, burn-in included.
    pub alignment: Vec<f64>,
    /// Of these, how many belong to burn-in.
    pub burn_in: usize,
    /// The last state.
    pub state: X,
    /// What was measured after burn-in, in order.
    pub measured: Vec<Y>,
}

/// Why the average of a chain is not to be trusted.
///
/// Autocorrelation times are τ_int = 1/2 + Σ_{t>=1} ρ(t), half the customary 1 + 2 Σ ρ(t): a chain of 20 of them has
/// some 10 independent values of the alignment. In a chain of fewer than about 100 τ_int itself is underestimated, so
/// that one without a flag may still be too short.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Flag {
    /// Fewer than 2 % of its proposals were accepted.
    Frozen {
        /// The share.
        acceptance: f64,
    },
    /// It is shorter than 20 integrated autocorrelation times of the alignment.
    Short {
        /// τ_int in steps; infinite if correlations do not die out within half the chain.
        tau_int: f64,
    },
}

impl<X> Chain<X> {
    pub(super) fn with<Y>(self, measured: Vec<Y>) -> Chain<X, Y> {
        let Self { temperature, step, acceptance, alignment, burn_in, state, .. } = self;
        Chain { temperature, step, acceptance, alignment, burn_in, state, measured }
    }
}

impl<X, Y> Chain<X, Y> {
    /// The alignment after burn-in.
    #[must_use]
    pub fn sampled(&self) -> &[f64] {
        &self.alignment[self.burn_in.min(self.alignment.len())..]
    }

    /// The mean alignment after burn-in.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.sampled().iter().sum::<f64>() / self.sampled().len() as f64
    }

    /// What is wrong with the chain: it hardly moved, or its length is under 20 integrated autocorrelation times of
    /// the alignment. `None` for a chain to be trusted, as far as it can know itself: that it stayed near one state
    /// throughout shows in no chain alone.
    #[must_use]
    pub fn flag(&self) -> Option<Flag> {
        if self.acceptance < LEAST_ACCEPTANCE {
            return Some(Flag::Frozen { acceptance: self.acceptance });
        }
        let tau_int = self.tau_int();
        if tau_int == 0.0 {
            return Some(Flag::Frozen { acceptance: self.acceptance });
        }
        // A correlation time is at least half a step, so that no series of independent values is short.
        let short = self.sampled().len() as f64 <= LEAST_LENGTH * tau_int;
        short.then_some(Flag::Short { tau_int })
    }

    /// The integrated autocorrelation time of the alignment after burn-in, in steps: infinite if correlations do not die
    /// out within half the chain, 0 if it did not move at all.
    #[must_use]
    pub fn tau_int(&self) -> f64 {
        match Autocorrelation::new(self.sampled()) {
            Ok(series) => series.tau_int(),
            Err(Error::ConstantSeries { .. }) => 0.0,
            Err(_) => f64::INFINITY,
        }
    }

    /// The first step, counted from the start of the chain, after which the alignment lay below `threshold`; `None`
    /// if it never did.
    #[must_use]
    pub fn first_passage(&self, threshold: f64) -> Option<usize> {
        self.alignment.iter().position(|&phi| phi < threshold).map(|k| k + 1)
    }
}
