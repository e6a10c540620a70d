use rand::Rng;

use super::{Dynamics, Progress};
use crate::energy::{FieldOf, LocalField, StateOf};
use crate::space::StateSpace;

/// The synchronous map: every site follows the field at once.
///
/// ```text
/// hypercube: x_i ← sign(h_i), a tie keeps x_i     sphere: x ← sqrt(N) h / |h|     Euclidean: x ← x + h
/// ```
/// On the hypercube h uses the formal derivative F'(m), as in the papers; the exact energy change of a single
/// flip is what [`Asynchronous`](super::Asynchronous) uses. A 2-cycle ends a run with
/// [`StopReason::Cycle`](crate::StopReason::Cycle).
///
/// # Example
/// ```
/// use dam_core::prelude::*;
/// let streams = Streams::new(3);
/// let space = Sphere::<f64>::new(60)?;
/// let patterns: Vec<_> = (0..5).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
/// let memory = Dam::new(space, Monomial::new(3)?, Sum, 1.0 / 3.0, &patterns)?;
/// let mut x = patterns[2].clone();
/// let run = Runner::default().run(&memory, &Synchronous, &mut x, &mut streams.rng(Purpose::Dynamics, 0))?;
/// assert_eq!((run.reason, memory.nearest(&x)?.0), (StopReason::Converged, 2));
/// # Ok::<(), dam_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Synchronous;

/// Scratch of [`Synchronous`].
#[derive(Clone, Debug)]
pub struct SynchronousScratch<X, H> {
    h: H,
    next: X,
    previous: X,
    steps: usize,
}

impl<E: LocalField> Dynamics<E> for Synchronous {
    type Scratch = SynchronousScratch<StateOf<E>, FieldOf<E>>;

    fn prepare(&self, energy: &E, x: &StateOf<E>) -> Self::Scratch {
        let h = energy.space().zero_field();
        SynchronousScratch { h, next: x.clone(), previous: x.clone(), steps: 0 }
    }

    fn step<R: Rng>(
        &self,
        energy: &E,
        x: &mut StateOf<E>,
        scratch: &mut Self::Scratch,
        _rng: &mut R,
    ) -> Progress {
        let e = energy.field(x, &mut scratch.h);
        follow(energy.space(), x, e, scratch)
    }

    fn step_all<R: Rng>(
        &self,
        energy: &E,
        x: &mut [StateOf<E>],
        scratch: &mut [Self::Scratch],
        _rng: &mut [R],
        progress: &mut [Progress],
    ) {
        let mut h: Vec<_> = scratch.iter_mut().map(|s| std::mem::take(&mut s.h)).collect();
        let mut e = vec![0.0; x.len()];
        energy.fields(x, &mut h, &mut e);
        for (s, h) in h.into_iter().enumerate() {
            scratch[s].h = h;
            progress[s] = follow(energy.space(), &mut x[s], e[s], &mut scratch[s]);
        }
    }
}

fn follow<S: StateSpace>(
    space: &S,
    x: &mut S::State,
    e: f64,
    scratch: &mut SynchronousScratch<S::State, S::Field>,
) -> Progress {
    // An infinite energy means that no pattern acts; a confinement alone is no retrieval.
    if e == f64::INFINITY {
        return Progress::ZeroField;
    }
    let SynchronousScratch { h, next, previous, steps } = scratch;
    let Some(change) = space.align(x, h, next) else {
        return Progress::ZeroField;
    };
    if !e.is_finite() || space.check("state", next).is_err() {
        return Progress::Diverged;
    }
    *steps += 1;
    let recurrence = if *steps > 1 { space.max_change(next, previous) } else { f64::INFINITY };
    std::mem::swap(previous, x);
    std::mem::swap(x, next);
    Progress::Moved { change, recurrence }
}

#[cfg(test)]
mod tests {
    use nalgebra::dvector;

    use super::*;
    use crate::kernel::Monomial;
    use crate::{Dam, Euclidean, Purpose, Runner, StopReason, Streams, Sum};

    #[test]
    fn a_state_that_leaves_all_range_has_diverged_and_the_others_go_on() {
        // x ← x + (3/N) m² ξ grows doubly exponentially from above, and rests at zero.
        let memory = Dam::new(
            Euclidean::<f64>::new(2).unwrap(),
            Monomial::new(3).unwrap(),
            Sum,
            1.0,
            [dvector![1.0, 1.0]],
        );
        let (memory, streams) = (memory.unwrap(), Streams::new(1));
        let starts = [dvector![10.0, 10.0], dvector![0.0, 0.0], dvector![-0.01, 0.0]];
        let mut x = starts.clone();
        let runs = Runner::default().max_steps(10_000);
        let runs = runs
            .run_all(&memory, &Synchronous, &mut x, |k| streams.rng(Purpose::Dynamics, k as u64))
            .unwrap();
        assert_eq!(runs[0].reason, StopReason::Diverged);
        assert!(x[0].iter().all(|x| f64::is_finite(*x)) && x[0][0] > 1e50, "{}", x[0]);
        assert!(runs[1..].iter().all(|run| run.reason == StopReason::Converged), "{runs:?}");
        let mut alone = starts[0].clone();
        let mut rng = streams.rng(Purpose::Dynamics, 0);
        let run = Runner::default().run(&memory, &Synchronous, &mut alone, &mut rng).unwrap();
        assert_eq!((run, &alone), (runs[0], &x[0]));
    }
}
