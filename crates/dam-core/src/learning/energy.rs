//! The mean energy of examples as a loss.

use nalgebra::DVector;

use crate::aggregate::Aggregator;
use crate::error::parameter;
use crate::form::Form;
use crate::kernel::{Kernel, check_on_line};
use crate::learning::products::Batch;
use crate::learning::{Gradient, Objective, Scratch};
use crate::reduce::Reduction;
use crate::simd::panel_rows;
use crate::store::{DensePatterns, PatternStore};
use crate::{Error, Real, VectorSpace};

/// The energy of states, averaged: patterns that go down its gradient move to where examples are.
///
/// ```text
/// C = (1/B) Σ_s −c Q( Σ_μ F(x_s·ξ^μ / N) ),   ∂C/∂ξ^μ = −(c/NB) Σ_s Q' F'(m_sμ) x_s
/// ```
///
/// without |x|²/2, which no pattern changes. For [`LogSum`](crate::LogSum) the weights Q' F' of a state add up as attention
/// does: with the exponential kernel each pattern moves toward the examples by its softmax weight. Subtracting the
/// gradient of states that were sampled from the memory makes contrastive divergence.
#[derive(Clone, Copy, Debug)]
pub struct MeanEnergy<K, Q> {
    kernel: K,
    aggregator: Q,
    prefactor: f64,
}

impl<K: Kernel, Q: Aggregator> MeanEnergy<K, Q> {
    /// Of the kernel F, the aggregator Q and the prefactor c > 0.
    ///
    /// # Errors
    /// [`Error::Parameter`] for another prefactor. The kernel is checked when it meets patterns.
    pub fn new(kernel: K, aggregator: Q, prefactor: f64) -> Result<Self, Error> {
        let prefactor = parameter("prefactor", "c > 0", prefactor, prefactor > 0.0)?;
        Ok(Self { kernel, aggregator, prefactor })
    }
}

impl<S: VectorSpace<Scalar = T, State = DVector<T>>, T: Real, K: Kernel, Q: Aggregator> Objective<S>
    for MeanEnergy<K, Q>
{
    type Example = DVector<T>;
    type Scratch = Scratch<T>;

    fn add_gradient(
        &self,
        patterns: &DensePatterns<S>,
        examples: &[&DVector<T>],
        gradient: &mut Gradient<T>,
        scratch: &mut Scratch<T>,
    ) -> Result<f64, Error> {
        gradient.check(patterns)?;
        let (n, count) = (patterns.space().sites(), patterns.len());
        examples.iter().try_for_each(|x| patterns.space().check("example", x))?;
        check_on_line(&self.kernel, n)?;
        let form = Form::of::<K, T>(&self.kernel, n);
        let batch = Batch::new(n, examples.len(), T::zero(), |s| examples[s].as_slice())?;
        batch.room(count, &mut scratch.h);
        batch.overlaps(patterns, 1.0 / n as f64, &mut scratch.h, |_, _| ());

        let share = self.prefactor / examples.len() as f64;
        let energies = batch.each_block(count, &mut scratch.h, |states, h| {
            let mut sum = 0.0;
            for s in 0..states {
                let mut total = Reduction::new(&self.kernel, &form, n);
                let mut panels = panels_of(h, states, count, s);
                for k in 0..panels.len() {
                    let factor = T::narrow(total.weights(panels[k]));
                    if factor != T::one() {
                        panels[..k].iter_mut().for_each(|panel| panel.iter_mut().for_each(|w| *w *= factor));
                    }
                }
                let total = total.total();
                sum -= share * self.aggregator.value(total);
                let factor = T::narrow(-share * self.aggregator.slope(total) / n as f64);
                panels.iter_mut().for_each(|panel| panel.iter_mut().for_each(|w| *w *= factor));
            }
            sum
        });
        let energy: f64 = energies.into_iter().sum();
        if !energy.is_finite() {
            return Err(Error::Overflow { what: "mean energy", scalar: T::NAME, value: energy, advice: "" });
        }
        batch.add_products(&scratch.h, gradient);
        Ok(energy)
    }
}

/// The overlaps of state `s` of a block with all patterns, panel by panel.
fn panels_of<T>(h: &mut [T], states: usize, count: usize, s: usize) -> Vec<&mut [T]> {
    let most = panel_rows::<T>();
    let panels = h.chunks_mut(most * states).enumerate();
    panels
        .map(|(p, panel)| {
            let width = panel.len() / states;
            &mut panel[s * width..][..most.min(count - p * most)]
        })
        .collect()
}
