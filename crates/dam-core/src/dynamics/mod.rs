//! Dynamics: one step of a state, whatever the energy.
//!
//! | dynamics | moves | needs of the energy | spaces |
//! |---|---|---|---|
//! | [`Synchronous`] | x ← align(h) | [`LocalField`](crate::LocalField) | all |
//! | [`SynchronousMarginal`] | every spin whose own flip lowers the energy turns | [`Priced<Flip>`](crate::Priced) | hypercube |
//! | [`Asynchronous`] | one sweep of single spins, downhill | [`Priced<Flip>`](crate::Priced) | hypercube |
//! | [`FormalAsynchronous`] | the same by the formal derivative | [`FormalField`](crate::FormalField) | hypercube |
//! | [`Glauber`], [`SpinMetropolis`] | one sweep of single spins at temperature T | [`Priced<Flip>`](crate::Priced) | hypercube |
//! | [`GradientDescent`] | along the tangent gradient, backtracking | [`LocalField`](crate::LocalField) | sphere, Euclidean |
//! | [`ConjugateGradient`] | along conjugate directions, exact line search | [`LineEnergy`](crate::LineEnergy) | sphere, Euclidean |
//! | [`Metropolis`] | a whole-state proposal at temperature T | [`Energy`] | sphere, Euclidean, polar |
//! | [`PairMetropolis`] | N rotations of two coordinates at temperature T | [`Priced<Rotation>`](crate::Priced) | sphere |
//! | [`Langevin`] | a drifted proposal at temperature T (MALA) | [`LocalField`](crate::LocalField) | sphere, Euclidean |

mod adversary;
mod conjugate;
mod gradient;
mod langevin;
mod line_search;
mod metropolis;
mod pair;
mod sweep;
mod synchronous;
mod synchronous_marginal;

pub use adversary::{Adversary, Choice, Moves, Placement, Ranking, SpinAdversary};
pub use conjugate::{ConjugateGradient, ConjugateScratch};
pub use gradient::{GradientDescent, GradientScratch};
pub use langevin::{Langevin, LangevinScratch};
pub use metropolis::{GaussianStep, Metropolis, MetropolisScratch, Proposal};
pub use pair::PairMetropolis;
pub use sweep::{
    Asynchronous, Descend, DescendFormally, FormalAsynchronous, Glauber, HeatBath, MetropolisRule, Order,
    SiteRule, SpinMetropolis, Sweep, SweepScratch,
};
pub use synchronous::{Synchronous, SynchronousScratch};
pub use synchronous_marginal::{MarginalScratch, SynchronousMarginal};

use rand::Rng;

use crate::Error;
use crate::energy::{Energy, StateOf};

/// What one step did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Progress {
    /// A deterministic step.
    Moved {
        /// max_i |x_i' − x_i|.
        change: f64,
        /// max_i |x_i' − x_i''| to the state two steps ago; infinity where that is not tracked.
        recurrence: f64,
    },
    /// The field is zero (outside the support of every pattern): the state was kept.
    ZeroField,
    /// Energy or field is no finite number, as where an energy is unbounded below or a kernel fails beyond
    /// overlaps of ±1: the state was kept.
    Diverged,
    /// A step of a sampler: it never claims a fixed point.
    Sampled {
        /// The fraction of its proposals that were accepted.
        acceptance: f64,
    },
}

impl Progress {
    /// A deterministic step without memory of earlier states; `change` is max_i |x_i' − x_i|, 0 at a fixed point.
    #[must_use]
    pub fn moved(change: f64) -> Self {
        Self::Moved { change, recurrence: f64::INFINITY }
    }
}

/// A rule that moves states: **implement this for a new dynamics**; two methods are enough, and it runs in
/// [`Runner::run`](crate::Runner::run), batched too.
///
/// `step` must depend on its arguments only, so that results do not depend on threads.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot run on `{E}`",
    label = "this dynamics does not fit this energy",
    note = "the table in the docs of `dam_core::dynamics` says what each dynamics needs of the energy and its space"
)]
pub trait Dynamics<E: Energy>: Sync {
    /// What is kept between the steps of one state.
    type Scratch: Send;

    /// Whether the dynamics fits this energy where types cannot tell, as the target of an adversary; asked once before
    /// a run.
    ///
    /// # Errors
    /// What does not fit. None unless overridden.
    fn check(&self, energy: &E) -> Result<(), Error> {
        let _ = energy;
        Ok(())
    }

    /// The scratch of a run that starts at `x`.
    fn prepare(&self, energy: &E, x: &StateOf<E>) -> Self::Scratch;

    /// One step.
    fn step<R: Rng>(
        &self,
        energy: &E,
        x: &mut StateOf<E>,
        scratch: &mut Self::Scratch,
        rng: &mut R,
    ) -> Progress;

    /// One step of every state; overridden where work is shared.
    fn step_all<R: Rng>(
        &self,
        energy: &E,
        x: &mut [StateOf<E>],
        scratch: &mut [Self::Scratch],
        rng: &mut [R],
        progress: &mut [Progress],
    ) {
        for s in 0..x.len() {
            progress[s] = self.step(energy, &mut x[s], &mut scratch[s], &mut rng[s]);
        }
    }

    /// One step of every state, each by a dynamics of its own, as of chains at several temperatures; overridden where
    /// work is shared.
    fn step_each<R: Rng>(
        each: &[Self],
        energy: &E,
        x: &mut [StateOf<E>],
        scratch: &mut [Self::Scratch],
        rng: &mut [R],
        progress: &mut [Progress],
    ) where
        Self: Sized,
    {
        for s in 0..x.len() {
            progress[s] = each[s].step(energy, &mut x[s], &mut scratch[s], &mut rng[s]);
        }
    }
}

/// One step of one state for dynamics that are written for batches.
fn step_through_batch<E: Energy, D: Dynamics<E>, R: Rng>(
    dynamics: &D,
    energy: &E,
    x: &mut StateOf<E>,
    scratch: &mut D::Scratch,
    rng: &mut R,
) -> Progress {
    use std::slice::from_mut;
    let mut progress = Progress::ZeroField;
    dynamics.step_all(energy, from_mut(x), from_mut(scratch), from_mut(rng), from_mut(&mut progress));
    progress
}

/// A legal temperature.
fn temperature(t: f64) -> Result<f64, Error> {
    crate::error::parameter("temperature", "T > 0 (at T = 0 use a descent)", t, t > 0.0)
}

/// Metropolis' rule for an energy change; an infinite state may always be left.
fn accepts<R: Rng>(change: f64, temperature: f64, rng: &mut R) -> bool {
    use rand::RngExt;
    change <= 0.0 || rng.random::<f64>() < (-change / temperature).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;
    use crate::{LocalField, Priced, Rotation};

    /// Chains at six temperatures, together and one by one.
    fn each_alone<E, D>(energy: &E, start: &StateOf<E>, at: impl Fn(f64) -> D)
    where
        E: Energy<Space = Sphere<f64>>,
        D: Dynamics<E>,
    {
        let streams = Streams::new(5);
        let each: Vec<D> = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6].map(at).into();
        let rng = |k: u64| streams.rng(Purpose::Dynamics, k);
        let mut x = vec![start.clone(); 6];
        let mut rngs: Vec<_> = (0..6).map(rng).collect();
        let mut scratch: Vec<_> = each.iter().zip(&x).map(|(d, x)| d.prepare(energy, x)).collect();
        let mut progress = vec![Progress::ZeroField; 6];
        let mut accepted = [0.0; 6];
        for _ in 0..40 {
            D::step_each(&each, energy, &mut x, &mut scratch, &mut rngs, &mut progress);
            for (sum, progress) in accepted.iter_mut().zip(&progress) {
                let Progress::Sampled { acceptance } = progress else { panic!("{progress:?}") };
                *sum += acceptance;
            }
        }
        for (k, dynamics) in each.iter().enumerate() {
            let (mut alone, mut rng, mut sum) = (start.clone(), rng(k as u64), 0.0);
            let mut scratch = dynamics.prepare(energy, &alone);
            for _ in 0..40 {
                if let Progress::Sampled { acceptance } =
                    dynamics.step(energy, &mut alone, &mut scratch, &mut rng)
                {
                    sum += acceptance;
                }
            }
            assert!((&alone - &x[k]).amax() < 1e-9 && (sum - accepted[k]).abs() < 1e-9, "{k}");
        }
        // The temperatures matter.
        assert!(accepted[0] < accepted[5]);
    }

    #[test]
    fn chains_together_are_chains_alone_each_at_its_temperature() {
        let space = Sphere::<f64>::new(12).unwrap();
        let pattern = |mu| space.sample(&mut Streams::new(1).rng(Purpose::Patterns, mu));
        let memory = models::lse(space.clone(), 1.0, (0..30).map(pattern)).unwrap();
        fn check<E: LocalField<Space = Sphere<f64>> + Priced<Rotation>>(energy: &E, start: &StateOf<E>) {
            each_alone(energy, start, |t| Metropolis::new(t, GaussianStep::new(0.3).unwrap()).unwrap());
            each_alone(energy, start, |t| Langevin::new(t, 0.3).unwrap());
            each_alone(energy, start, |t| PairMetropolis::new(t, 1.0).unwrap());
        }
        check(&memory, &pattern(0));
    }
}
