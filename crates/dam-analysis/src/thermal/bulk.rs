//! The target and the mean of all other patterns: the memory without vectors.

use dam_core::{Energy, Kernel, Overlap, Polar, StateSpace};

use super::ln_add;
use crate::Error;

/// The target and the mean of all others, `E(φ) = −c ln(F(φ) + S)`: a function of the overlap φ with the target
/// alone, whose chains cost O(1) a step at any N and M.
///
/// S is the noise floor, the sum over the other patterns: on the sphere its mean over random patterns is the same at
/// every state, [`ln_noise_floor`](crate::theory::finite::ln_noise_floor) for log-sum-exp at finite N, and e^{N φ_c β}
/// in the units of `Exponential::new` for N → ∞. What is left out are the fluctuations of the floor, and so the
/// basins of all other patterns.
///
/// # Example
/// ```
/// use dam_analysis::{theory::finite::ln_noise_floor, thermal::Bulk};
/// use dam_core::{Polar, kernel::Exponential, prelude::*};
/// // N = 1000 and M = e^500: at T = 0.2 the target is kept, over times that no simulation reaches.
/// let (n, beta, alpha) = (1000, 1.0, 0.5);
/// let floor = ln_noise_floor(n, alpha, beta)?;
/// let memory = Bulk::new(Polar::new(n)?, Exponential::anchored(beta)?, 1.0 / beta, floor)?;
/// let chain = Metropolis::new(0.2, GaussianStep::new(0.05)?)?;
/// let (mut phi, mut rng) = (1.0, Streams::new(1).rng(Purpose::Dynamics, 0));
/// Runner::default().max_steps(20_000).run(&memory, &chain, &mut phi, &mut rng)?;
/// assert!((phi - 0.905).abs() < 0.03); // (sqrt(T² + 4) − T)/2
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
/// "Thermal phases": the two-term model behind its eqs. 26 to 28, with the exact floor in place of a Gaussian one.
#[derive(Clone, Debug)]
pub struct Bulk<K> {
    space: Polar,
    kernel: K,
    prefactor: f64,
    ln_floor: f64,
}

impl<K: Kernel> Bulk<K> {
    /// With prefactor c and the logarithm of the floor S, in units of the kernel's weight F; −∞ for no floor.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the prefactor is positive and finite and the floor a number below +∞.
    pub fn new(space: Polar, kernel: K, prefactor: f64, ln_floor: f64) -> Result<Self, Error> {
        if !(prefactor > 0.0 && prefactor.is_finite()) {
            return Err(Error::Parameter { name: "prefactor", expected: "c > 0", found: prefactor });
        }
        if ln_floor.is_nan() || ln_floor == f64::INFINITY {
            let expected = "a number, or -inf for no floor";
            return Err(Error::Parameter { name: "ln_floor", expected, found: ln_floor });
        }
        Ok(Self { space, kernel, prefactor, ln_floor })
    }

    /// The overlap below which the floor outweighs the target: where ln F = ln S. `None` if it does so at the target
    /// itself, or nowhere.
    #[must_use]
    pub fn cusp(&self) -> Option<f64> {
        let above = |phi: f64| self.ln_weight(phi) > self.ln_floor;
        if !above(1.0) || above(-1.0) {
            return None;
        }
        let (mut low, mut high) = (-1.0, 1.0);
        while high - low > 1e-15 {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if above(middle) { high = middle } else { low = middle }
        }
        Some(high)
    }

    /// ln of the stationary density of φ at temperature T, up to a constant: −E/T + (N − 3)/2 ln(1 − φ²).
    #[must_use]
    pub fn ln_density(&self, phi: f64, temperature: f64) -> f64 {
        let measure = 0.5 * (self.space.sites() as f64 - 3.0) * ((1.0 - phi) * (1.0 + phi)).ln();
        // On the circle the measure is infinite at the poles, on the sphere of two dimensions flat: 0 · ∞.
        let measure = if measure.is_nan() { 0.0 } else { measure };
        -self.energy(&phi) / temperature + measure
    }

    fn ln_weight(&self, phi: f64) -> f64 {
        self.kernel.ln_f(Overlap::new(phi, self.space.sites()))
    }
}

impl<K: Kernel> Energy for Bulk<K> {
    type Space = Polar;

    fn space(&self) -> &Polar {
        &self.space
    }

    fn energy(&self, phi: &f64) -> f64 {
        -self.prefactor * ln_add(self.ln_weight(*phi), self.ln_floor)
    }
}
