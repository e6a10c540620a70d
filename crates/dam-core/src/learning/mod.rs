//! Learning: patterns that move down the gradient of a loss.
//!
//! | piece | here | open to users |
//! |---|---|---|
//! | a loss and its gradient with respect to the patterns | [`Objective`] | yes: one method |
//! | the mean energy of examples, of any kernel and aggregator | [`MeanEnergy`] | |
//! | what label sites gain when they are turned on: the Krotov–Hopfield classifier | [`Readout`] | losses: yes |
//! | numbers beside the patterns: gradients, velocities | [`Gradient`] | |
//! | one step: momentum, a step length per pattern, bounds | [`Descent`] | |
//!
//! Results are the same to the bit for any number of threads: every sum runs in one order, fixed by the numbers of
//! patterns and examples.
//!
//! ```
//! use dam_core::learning::{Descent, Gradient, MeanEnergy};
//! use dam_core::{kernel::Exponential, nalgebra::DVector, prelude::*};
//!
//! // Four patterns learn where the examples are: −ln Σ_μ exp(ξ^μ·x) of the examples falls.
//! let (space, streams) = (Euclidean::<f64>::new(8)?, Streams::new(1));
//! let mut rng = streams.rng(Purpose::Cues, 0);
//! let centre = space.sample_cube(&mut rng);
//! let examples: Vec<DVector<f64>> = (0..50).map(|_| &centre + 0.1 * space.sample(&mut rng)).collect();
//! let patterns: Vec<_> = (0..4).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
//! let mut memory = models::attention(space, 1.0, &patterns)?.into_store();
//! let (loss, mut velocity) = (MeanEnergy::new(Exponential::new(1.0)?, LogSum, 1.0)?, Gradient::zeros(&memory));
//! let batch: Vec<&DVector<f64>> = examples.iter().collect();
//! let descent = Descent::new(0.5, 0.05, 2.0)?;
//! let mut energies = Vec::new();
//! for _ in 0..20 {
//!     energies.push(descent.step(&mut memory, &loss, &batch, &mut velocity, &mut Default::default())?);
//! }
//! assert!(energies[19] < energies[0]);
//! # Ok::<(), dam_core::Error>(())
//! ```

mod descent;
mod energy;
mod gradient;
mod products;
mod readout;
#[cfg(test)]
mod tests;

pub use descent::Descent;
pub use energy::MeanEnergy;
pub use gradient::Gradient;
pub use readout::Readout;

use crate::simd::Lines;
use crate::store::DensePatterns;
use crate::{Error, Real, VectorSpace};

/// A loss of patterns on examples, and its gradient with respect to the patterns: **implement this for a new way of
/// learning**.
///
/// Loss and gradient must be functions of the arguments alone, the same bits for any number of threads. Sums over the examples
/// of a batch may run in the scalar of the patterns, in one order; the library's own do, as velocities do.
pub trait Objective<S: VectorSpace>: Sync {
    /// What is learned from: a state, or an image with its label.
    type Example: Sync;
    /// What is kept between calls, so that what is largest, the overlaps, is not allocated for every batch.
    type Scratch: Default + Send;

    /// Adds the gradient of the loss of these examples to `gradient`, and returns the loss.
    ///
    /// # Errors
    /// [`Error::Dimension`] for an example or gradient of another size, [`Error::NotFinite`] for an example that is not of
    /// finite numbers, [`Error::Overflow`] where the loss or a power in it leaves the range of the scalar; `gradient` is
    /// then not to be used.
    fn add_gradient(
        &self,
        patterns: &DensePatterns<S>,
        examples: &[&Self::Example],
        gradient: &mut Gradient<S::Scalar>,
        scratch: &mut Self::Scratch,
    ) -> Result<f64, Error>;
}

/// What [`MeanEnergy`] and [`Readout`] keep between batches: the overlaps of all states with all patterns.
#[derive(Clone, Debug)]
pub struct Scratch<T: Real> {
    h: Lines<T>,
}

impl<T: Real> Default for Scratch<T> {
    fn default() -> Self {
        Self { h: Lines::with_capacity(0) }
    }
}
