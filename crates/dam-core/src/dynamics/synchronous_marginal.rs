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
            if price.is_nan() {
                return Progress::Diverged;
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Monomial;
    use crate::{Dam, Hypercube, Purpose, Runner, Spins, StopReason, Streams, Sum};

    /// Σ_μ (ξ·x)ⁿ, in integers.
    fn sum(patterns: &[Spins], x: &Spins, n: u32) -> i64 {
        patterns.iter().map(|xi| xi.dot(x).pow(n)).sum()
    }

    #[test]
    fn one_step_is_equation_one_at_every_site_of_the_same_state() {
        let (n, space, streams) = (13, Hypercube::new(13).unwrap(), Streams::new(8));
        let mut ties = 0;
        for order in [2, 3, 4] {
            let patterns: Vec<Spins> =
                (0..6).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
            let kernel = Monomial::new(order).unwrap();
            let memory = Dam::new(space.clone(), kernel, Sum, 1.0, &patterns).unwrap();
            for start in 0..40 {
                let mut x = space.sample(&mut streams.rng(Purpose::Cues, start));
                let with = |i: usize, up: bool| {
                    let mut y = x.clone();
                    if y.is_up(i) != up {
                        y.flip(i);
                    }
                    sum(&patterns, &y, order)
                };
                let expected: Vec<i8> = (0..n)
                    .map(|i| match (with(i, true) - with(i, false)).signum() {
                        0 => {
                            ties += 1;
                            x.get(i)
                        }
                        sign => sign as i8,
                    })
                    .collect();
                let one = Runner::default().max_steps(1);
                one.run(&memory, &SynchronousMarginal, &mut x, &mut streams.rng(Purpose::Dynamics, 0))
                    .unwrap();
                assert_eq!(x.iter().collect::<Vec<_>>(), expected, "{order} {start}");
            }
        }
        assert!(ties > 5, "{ties} ties");
    }

    #[test]
    fn two_spins_against_each_other_turn_for_ever_and_that_is_told() {
        // E = −(x_0 + x_1)²: each spin alone would join the other.
        let space = Hypercube::new(2).unwrap();
        let up = Spins::from_signs(&[1, 1]).unwrap();
        let memory = Dam::new(space, Monomial::new(2).unwrap(), Sum, 1.0, [&up]).unwrap();
        let mut x = Spins::from_signs(&[1, -1]).unwrap();
        let mut rng = Streams::new(1).rng(Purpose::Dynamics, 0);
        let run = Runner::default().run(&memory, &SynchronousMarginal, &mut x, &mut rng).unwrap();
        assert_eq!((run.reason, run.steps), (StopReason::Cycle, 2));
    }
}
