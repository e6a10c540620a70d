use std::collections::HashMap;

use dam_core::{
    Aggregator, Corruption, Dam, Dynamics, Energy, Kernel, PatternStore, StateIn, StateSpace, StopReason,
    Streams,
};

use super::{Trials, trial_states};
use crate::Error;

/// Where a trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EndState {
    /// At its own pattern.
    Own,
    /// At another stored pattern.
    Other(usize),
    /// At the negative of a pattern, which even kernels store too.
    Reversed(usize),
    /// Between this many patterns, two or more, all with |overlap| above the mixture threshold.
    Mixture(usize),
    /// Elsewhere.
    Spurious,
}

/// The end states of noisy trials.
#[derive(Clone, Debug, PartialEq)]
pub struct Census {
    /// Per pattern asked for, the end of each of its L trials.
    pub ends: Vec<Vec<EndState>>,
    /// Different end states among all trials: any two differ by at least 0.01 at some site.
    pub distinct: usize,
    /// Trials that had not come to rest: at the step limit, in a cycle, or diverged.
    pub unfinished: usize,
}

impl Census {
    /// The number of trials whose end fulfils `is`.
    ///
    /// ```
    /// use dam_analysis::{Census, EndState};
    /// let ends = vec![vec![EndState::Own, EndState::Spurious], vec![EndState::Mixture(3), EndState::Own]];
    /// let census = Census { ends, distinct: 4, unfinished: 0 };
    /// assert_eq!(census.count(|end| matches!(end, EndState::Mixture(_))), 1);
    /// ```
    #[must_use]
    pub fn count(&self, is: impl Fn(EndState) -> bool) -> usize {
        self.ends.iter().flatten().filter(|&&end| is(end)).count()
    }
}

fn at_rest(reason: StopReason) -> bool {
    matches!(reason, StopReason::Converged | StopReason::ZeroField)
}

/// Sites that differ by less belong to one end state: runs to a tolerance do not end in the same bits.
const SAME: f64 = 1e-2;

impl Trials {
    /// Runs all L trials of patterns `which` and says where they end. A trial is at a pattern if the overlap is
    /// above the threshold of these trials; failing that it is in a mixture if |overlap| exceeds `mixture` with
    /// two patterns or more. Choose `mixture` well above the overlaps of strangers, sqrt(2 ln M / N): the
    /// symmetric mixtures of three have overlaps 1/2 in the Hopfield model.
    ///
    /// One pass more than the trials. Early stopping does not apply.
    ///
    /// # Errors
    /// As [`Trials::run`]; [`Error::Parameter`] unless 0 < `mixture` < 1.
    ///
    /// # Example
    /// ```
    /// use dam_analysis::{EndState, Trials};
    /// use dam_core::prelude::*;
    /// let streams = Streams::new(2);
    /// let space = Hypercube::new(200)?;
    /// let patterns: Vec<_> = (0..8).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
    /// let memory = models::hopfield(space, &patterns)?;
    /// let sweep = Asynchronous::new(Order::Permutation);
    /// let census = Trials::new(5, 0.9)?.census(&memory, &sweep, &FlipEach::new(0.1)?, &[0, 1], 0.4, streams)?;
    /// assert_eq!((census.count(|end| end == EndState::Own), census.distinct), (10, 2));
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    pub fn census<P, K, Q, D, C>(
        &self,
        memory: &Dam<P, K, Q>,
        dynamics: &D,
        noise: &C,
        which: &[usize],
        mixture: f64,
        streams: Streams,
    ) -> Result<Census, Error>
    where
        P: PatternStore,
        K: Kernel,
        Q: Aggregator,
        D: Dynamics<Dam<P, K, Q>>,
        C: Corruption<P::Space>,
    {
        if !(mixture > 0.0 && mixture < 1.0) {
            return Err(Error::Parameter {
                name: "mixture overlap",
                expected: "0 < mixture < 1",
                found: mixture,
            });
        }
        let mut census = Census { ends: Vec::new(), distinct: 0, unfinished: 0 };
        let mut distinct = Distinct::default();
        for which in which.chunks(self.patterns_per_round(memory.space().sites())) {
            let tasks: Vec<(usize, usize)> =
                which.iter().flat_map(|&mu| (0..self.trials).map(move |l| (mu, l))).collect();
            let (states, runs) = trial_states(self, memory, dynamics, noise, streams, &tasks)?;
            census.unfinished += runs.iter().filter(|run| !at_rest(run.reason)).count();
            let ends = self.ends(memory, &tasks, &states, mixture);
            for (k, (end, state)) in ends.iter().zip(&states).enumerate() {
                distinct.add(memory.space(), end.1, state);
                if k % self.trials == 0 {
                    census.ends.push(Vec::with_capacity(self.trials));
                }
                census.ends.last_mut().expect("pushed above").push(end.0);
            }
        }
        census.distinct = distinct.count;
        Ok(census)
    }

    /// The end of every trial, and the pattern of largest |overlap|.
    fn ends<P: PatternStore, K: Kernel, Q: Aggregator>(
        &self,
        memory: &Dam<P, K, Q>,
        tasks: &[(usize, usize)],
        states: &[StateIn<P>],
        mixture: f64,
    ) -> Vec<(EndState, usize)> {
        struct Seen {
            own: f64,
            nearest: (usize, f64),
            mixed: usize,
        }
        let mut seen: Vec<Seen> =
            tasks.iter().map(|_| Seen { own: -1.0, nearest: (0, 0.0), mixed: 0 }).collect();
        memory.store().scan(states, |s, first, overlaps| {
            let seen = &mut seen[s];
            for (nu, &m) in (first..).zip(overlaps) {
                if nu == tasks[s].0 {
                    seen.own = m;
                }
                if m.abs() > seen.nearest.1.abs() {
                    seen.nearest = (nu, m);
                }
                seen.mixed += usize::from(m.abs() > mixture);
            }
        });
        let end = |Seen { own, nearest: (nu, m), mixed }: Seen| {
            let end = if own > self.threshold {
                EndState::Own
            } else if m > self.threshold {
                EndState::Other(nu)
            } else if m < -self.threshold {
                EndState::Reversed(nu)
            } else if mixed >= 2 {
                EndState::Mixture(mixed)
            } else {
                EndState::Spurious
            };
            (end, nu)
        };
        seen.into_iter().map(end).collect()
    }
}

/// End states that differ, found again by their nearest pattern.
struct Distinct<X> {
    by_nearest: HashMap<usize, Vec<X>>,
    count: usize,
}

impl<X> Default for Distinct<X> {
    fn default() -> Self {
        Self { by_nearest: HashMap::new(), count: 0 }
    }
}

impl<X: Clone> Distinct<X> {
    fn add<S: StateSpace<State = X>>(&mut self, space: &S, nearest: usize, x: &X) {
        let known = self.by_nearest.entry(nearest).or_default();
        if known.iter().all(|y| space.max_change(x, y) >= SAME) {
            known.push(x.clone());
            self.count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;
    use dam_core::prelude::*;

    #[test]
    fn ends_are_told_apart() {
        // Three orthogonal patterns of eight spins, and cues that are fixed points by construction: the runner
        // makes no step.
        let signs: [[i8; 8]; 3] =
            [[1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, -1, -1, -1, -1], [1, 1, -1, -1, 1, 1, -1, -1]];
        let space = Hypercube::new(8).unwrap();
        let memory = models::hopfield(space, signs.iter().map(|s| &s[..])).unwrap();
        let state = |s: [i8; 8]| Spins::from_signs(&s).unwrap();
        let majority = state([1, 1, 1, 1, 1, 1, -1, -1]);
        let negative = state(signs[2].map(|s| -s));
        let odd = state([1, -1, -1, 1, -1, 1, 1, -1]);
        let states = [state(signs[0]), state(signs[1]), negative, majority.clone(), odd, majority];
        let trials = Trials::new(6, 0.9).unwrap();
        let tasks: Vec<_> = (0..6).map(|l| (0, l)).collect();
        let ends: Vec<EndState> =
            trials.ends(&memory, &tasks, &states, 0.4).into_iter().map(|(end, _)| end).collect();
        let expected = [
            EndState::Own,
            EndState::Other(1),
            EndState::Reversed(2),
            EndState::Mixture(3),
            EndState::Spurious,
            EndState::Mixture(3),
        ];
        assert_eq!(ends, expected);
        let mut distinct = Distinct::default();
        states.iter().for_each(|x| distinct.add(memory.space(), 0, x));
        assert_eq!(distinct.count, 5);
    }

    #[test]
    fn a_census_counts_what_trials_count() {
        let streams = Streams::new(3);
        let space = Hypercube::new(60).unwrap();
        let patterns: Vec<_> =
            (0..40).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
        let memory = models::polynomial(space, 3, &patterns).unwrap();
        let which: Vec<usize> = (0..40).collect();
        let (dynamics, noise) = (Asynchronous::new(Order::Permutation), FlipExactly::new(22));
        let trials = Trials::new(7, 0.9).unwrap();
        let census = trials.census(&memory, &dynamics, &noise, &which, 0.5, streams).unwrap();
        let runs = trials.run(&memory, &dynamics, &noise, &which, streams).unwrap();
        for (ends, run) in census.ends.iter().zip(&runs) {
            assert_eq!(ends.iter().filter(|&&end| end == EndState::Own).count(), run.successes);
        }
        assert!(census.distinct > 40 && census.unfinished == 0);
        assert!(census.count(|end| matches!(end, EndState::Other(_))) > 0);
        let refused = trials.census(&memory, &dynamics, &noise, &which, 1.0, streams);
        assert!(matches!(refused, Err(Error::Parameter { name: "mixture overlap", .. })));
    }
}
