//! How memories are trained.

use serde::{Deserialize, Serialize};

use crate::Error;

/// How memories are trained; every number that changes the result but the images and the seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// Memories K >= 1.
    pub memories: usize,
    /// Order n of the energy, 2 to 1000.
    pub order: u32,
    /// Exponent m of the loss, Σ (t − c)^{2m}; 1 to 100.
    pub exponent: u32,
    /// T > 0 at the first epoch, in units of ξ·x (K–H: "pixels").
    pub temperature: f64,
    /// T > 0 from epoch `ramp` on, reached linearly; in the same units.
    pub final_temperature: f64,
    /// Epochs until then.
    pub ramp: usize,
    /// ε₀, the largest change of an entry of a memory in a step: 0 < ε₀ <= 2, where entries lie in [−1, 1].
    pub rate: f64,
    /// f in ε = ε₀ f^epoch, 0 < f <= 1.
    pub decay: f64,
    /// Momentum p, 0 <= p < 1.
    pub momentum: f64,
    /// Images of a step, at least one.
    pub batch: usize,
    /// Mean of the normal variates that memories begin with.
    pub mean: f64,
    /// Their standard deviation, at least 0.
    pub sd: f64,
}

impl Training {
    /// The settings of Krotov and Hopfield's public notebook but for K, n, m and T.
    #[must_use]
    pub fn notebook(memories: usize, order: u32, exponent: u32, temperature: f64) -> Self {
        Self {
            memories,
            order,
            exponent,
            temperature,
            final_temperature: temperature,
            ramp: 200,
            rate: 0.04,
            decay: 0.998,
            momentum: 0.6,
            batch: 1000,
            mean: -0.3,
            sd: 0.3,
        }
    }

    /// Settings for `epochs` epochs on a thousand images: m = 2, memories that begin small and without a mean (with the
    /// notebook's mean of −0.3 order 2 learned poorly or not at every temperature tried), and a step that falls to a twentieth.
    #[must_use]
    pub fn short(memories: usize, order: u32, temperature: f64, epochs: usize) -> Self {
        Self {
            rate: 0.02,
            decay: 0.05_f64.powf(1.0 / epochs.max(1) as f64),
            batch: 100,
            mean: 0.0,
            sd: 0.1,
            ..Self::notebook(memories, order, 2, temperature)
        }
    }

    /// T at an epoch, counted from 0, in units of ξ·x.
    #[must_use]
    pub fn temperature_at(&self, epoch: usize) -> f64 {
        if epoch >= self.ramp {
            return self.final_temperature;
        }
        let share = epoch as f64 / self.ramp as f64;
        self.temperature + (self.final_temperature - self.temperature) * share
    }

    /// ε at an epoch, counted from 0.
    #[must_use]
    pub fn rate_at(&self, epoch: usize) -> f64 {
        self.rate * self.decay.powf(epoch as f64)
    }

    /// Whether all numbers are legal.
    ///
    /// # Errors
    /// [`Error::Settings`] for a number outside the range that its field states, but for n, whose upper end
    /// [`Classifier::new`](super::Classifier::new) checks.
    pub fn check(&self) -> Result<(), Error> {
        let refused = |expected, found: String| Err(Error::Settings { expected, found });
        if self.memories == 0 || self.batch == 0 {
            return refused("at least one memory and one image in a batch", format!("{self:?}"));
        }
        let positive = [self.temperature, self.final_temperature, self.rate, self.decay];
        if !positive.iter().all(|x| *x > 0.0 && x.is_finite()) || self.decay > 1.0 || self.rate > 2.0 {
            return refused(
                "positive temperatures, a rate of at most 2 and a decay of at most 1",
                format!("{self:?}"),
            );
        }
        if !(0.0..1.0).contains(&self.momentum) || self.order < 2 || !(1..=100).contains(&self.exponent) {
            return refused("0 <= p < 1, n >= 2 and 1 <= m <= 100", format!("{self:?}"));
        }
        if !(self.mean.is_finite() && self.sd >= 0.0 && self.sd.is_finite()) {
            return refused("a finite mean and sd >= 0 of the first memories", format!("{self:?}"));
        }
        Ok(())
    }
}
