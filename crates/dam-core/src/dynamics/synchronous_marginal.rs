use rand::Rng;

use super::{Dynamics, Progress};
use crate::energy::{Flip, Priced, StateOf};
use crate::space::StateSpace;

/// The synchronous form of single-spin descent: every spin whose own flip would lower the energy turns, all at once.
///
/// ```text
/// x_i ← sign[ F-sum at x_i = +1 minus F-sum at x_i = −1 ], all other spins as they are; a tie keeps x_i
/// ```
///
/// The field of a spin is the discrete marginal, as in [`Asynchronous`](super::Asynchronous); [`Synchronous`](super::Synchronous)
/// takes the formal derivative, which counts the spin's own share. The energy may rise, and a 2-cycle ends a run with
/// [`StopReason::Cycle`](crate::StopReason::Cycle).
///
/// # Example
/// ```
/// use dam_core::{dynamics::SynchronousMarginal, prelude::*};
/// let streams = Streams::new(5);
/// let space = Hypercube::new(200)?;
/// let patterns: Vec<_> = (0..50).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
/// let memory = models::rectified(space, 3, &patterns)?;
/// let mut rng = streams.rng(Purpose::Cues, 0);
/// let mut x = FlipExactly::new(40).corrupt(memory.space(), &patterns[9], &mut rng)?;
/// let run = Runner::default().run(&memory, &SynchronousMarginal, &mut x, &mut rng)?;
/// assert_eq!((run.reason, x == patterns[9]), (StopReason::Converged, true));
/// # Ok::<(), dam_core::Error>(())
/// ```
///
/// # Reference
/// "Overloaded memory", eq. 1 applied as definition 6.1 says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SynchronousMarginal;

/// Scratch of [`SynchronousMarginal`].
#[derive(Clone, Debug)]
pub struct MarginalScratch<X, C> {
    cache: C,
    previous: Option<X>,
    sites: Vec<usize>,
}

impl<E: Priced<Flip>> Dynamics<E> for SynchronousMarginal {
    type Scratch = MarginalScratch<StateOf<E>, E::Cache>;

    fn prepare(&self, energy: &E, x: &StateOf<E>) -> Self::Scratch {
        MarginalScratch { cache: energy.cache(x), previous: None, sites: Vec::new() }
    }

    fn step<R: Rng>(
        &self,
        energy: &E,
        x: &mut StateOf<E>,
        scratch: &mut Self::Scratch,
        _rng: &mut R,
    ) -> Progress {
        let MarginalScratch { cache, previous, sites } = scratch;
        let mut flat = true;
        sites.clear();
        for i in 0..energy.space().sites() {
            let price = energy.price(x, cache, Flip(i));
            flat &= price == 0.0;
            if price < 0.0 {
                sites.push(i);
            }
        }
        if sites.is_empty() {
            // A landscape flat in every direction is no attractor: no pattern acts here.
            return if flat { Progress::ZeroField } else { Progress::moved(0.0) };
        }
        let before = x.clone();
        sites.iter().for_each(|&i| energy.apply(x, cache, Flip(i)));
        let recurrence = previous.as_ref().map_or(f64::INFINITY, |old| energy.space().max_change(x, old));
        *previous = Some(before);
        Progress::Moved { change: 2.0, recurrence }
    }
}
