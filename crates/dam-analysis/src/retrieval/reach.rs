//! Sweeps until a state has come near its target: the success rule of single-spin retrieval.

use dam_core::dynamics::Progress;
use dam_core::rand::{Rng, RngExt};
use dam_core::{
    Aggregator, BitPatterns, Corruption, Dam, Dynamics, Energy, Hypercube, Kernel, PatternStore, Purpose,
    SpinSpace, Spins, StateSpace, Streams, parallel,
};

use crate::Error;

/// Success of a retrieval: at the end of one of the first `max_sweeps` sweeps a fraction ω of the spins agrees with the
/// target.
///
/// # Example
/// ```
/// use dam_analysis::Reach;
/// use dam_core::prelude::*;
/// let streams = Streams::new(2);
/// let space = Hypercube::new(200)?;
/// let patterns: Vec<_> = (0..400).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
/// let memory = models::polynomial(space, 3, &patterns)?;
/// let asynchronous = |_: &Spins| Asynchronous::new(Order::Permutation);
/// let found = Reach::new(0.95, 60)?.trials(&memory, asynchronous, &FlipExactly::new(40), 20, streams)?;
/// assert!(found.iter().all(|trial| trial.sweeps.is_some_and(|sweeps| sweeps <= 5)));
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
/// "Finite-size guarantees", appendix on experiments: ω = 0.95, 60 sweeps, 60 to 80 trials.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reach {
    fraction: f64,
    max_sweeps: usize,
}

/// How one retrieval went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reached {
    /// The first sweep at whose end the target was reached; `None` if it was not.
    pub sweeps: Option<usize>,
    /// Sweeps made: fewer than the limit if the target was reached or a fixed point was found.
    pub made: usize,
}

impl Reach {
    /// At least a fraction ω of all spins right at the end of a sweep, within `max_sweeps` sweeps.
    ///
    /// # Errors
    /// [`Error::Parameter`] for ω outside (0, 1] or no sweeps.
    pub fn new(fraction: f64, max_sweeps: usize) -> Result<Self, Error> {
        most_wrong(fraction, 1)?;
        if max_sweeps == 0 {
            return Err(Error::Parameter { name: "sweeps", expected: "at least 1", found: 0.0 });
        }
        Ok(Self { fraction, max_sweeps })
    }

    /// The limit of sweeps.
    #[must_use]
    pub fn max_sweeps(self) -> usize {
        self.max_sweeps
    }

    /// Runs `dynamics` from `x` until the target is reached, a sweep changes nothing, or the limit.
    ///
    /// # Errors
    /// [`Error::Core`] if state or target are not of the energy's space, or the dynamics does not fit it.
    pub fn run<E, D, R>(
        &self,
        energy: &E,
        dynamics: &D,
        x: &mut Spins,
        target: &Spins,
        rng: &mut R,
    ) -> Result<Reached, Error>
    where
        E: Energy<Space: SpinSpace>,
        D: Dynamics<E>,
        R: Rng,
    {
        energy.space().check("state", x)?;
        energy.space().check("target", target)?;
        dynamics.check(energy)?;
        let wrong = most_wrong(self.fraction, target.len())?;
        let mut scratch = dynamics.prepare(energy, x);
        for made in 1..=self.max_sweeps {
            let progress = dynamics.step(energy, x, &mut scratch, rng);
            if x.hamming(target) <= wrong {
                return Ok(Reached { sweeps: Some(made), made });
            }
            let is_fixed = match progress {
                Progress::Moved { change, .. } => change == 0.0,
                Progress::ZeroField => true,
                _ => false,
            };
            if is_fixed {
                return Ok(Reached { sweeps: None, made });
            }
        }
        Ok(Reached { sweeps: None, made: self.max_sweeps })
    }

    /// Trials from noisy cues of patterns drawn at random, on all cores of the caller's rayon pool. `dynamics` is made
    /// for each target, as adversaries know it.
    ///
    /// Trial q draws pattern and cue from stream (Cues, q) and runs on stream (Dynamics, q).
    ///
    /// # Errors
    /// As [`run`](Self::run); [`Error::Core`] for noise that does not fit the space.
    pub fn trials<K, Q, D, C>(
        &self,
        memory: &Dam<BitPatterns, K, Q>,
        dynamics: impl Fn(&Spins) -> D + Sync,
        noise: &C,
        trials: usize,
        streams: Streams,
    ) -> Result<Vec<Reached>, Error>
    where
        K: Kernel,
        Q: Aggregator,
        D: Dynamics<Dam<BitPatterns, K, Q>>,
        C: Corruption<Hypercube>,
    {
        let trial = |q: usize| {
            let mut rng = streams.rng(Purpose::Cues, q as u64);
            let target = memory.store().pattern(rng.random_range(0..memory.len()))?;
            let mut x = noise.corrupt(memory.space(), &target, &mut rng)?;
            let mut rng = streams.rng(Purpose::Dynamics, q as u64);
            self.run(memory, &dynamics(&target), &mut x, &target, &mut rng)
        };
        parallel::map(trials, trial).into_iter().collect()
    }
}

/// Spins that may be wrong if ⌈ωN⌉ must be right. ωN as it is meant: 0.95 · 500 is 475, whatever its last bit.
pub(crate) fn most_wrong(fraction: f64, sites: usize) -> Result<usize, Error> {
    if fraction > 0.0 && fraction <= 1.0 {
        Ok(sites - (fraction * sites as f64 - 1e-9).ceil() as usize)
    } else {
        Err(Error::Parameter { name: "fraction ω", expected: "0 < ω <= 1", found: fraction })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;
    use dam_core::prelude::*;

    fn memory(m: u64) -> Dam<BitPatterns, Monomial, Sum> {
        let space = Hypercube::new(100).unwrap();
        let pattern = |mu| space.sample(&mut Streams::new(4).rng(Purpose::Patterns, mu));
        models::polynomial(space.clone(), 3, (0..m).map(pattern)).unwrap()
    }

    #[test]
    fn sweeps_are_counted_to_the_first_end_near_the_target() {
        let (memory, dynamics) = (memory(50), Asynchronous::new(Order::Permutation));
        let target = memory.pattern(3).unwrap();
        let mut rng = Streams::new(1).rng(Purpose::Cues, 0);
        let cue = FlipExactly::new(20).corrupt(memory.space(), &target, &mut rng).unwrap();
        let reach = Reach::new(0.95, 60).unwrap();
        let found = reach.run(&memory, &dynamics, &mut cue.clone(), &target, &mut rng).unwrap();
        assert_eq!(found, Reached { sweeps: Some(1), made: 1 });
        // The cue of another pattern ends elsewhere, at a fixed point that ends the trial.
        let other = memory.pattern(4).unwrap();
        let found = reach.run(&memory, &dynamics, &mut cue.clone(), &other, &mut rng).unwrap();
        assert!(found.sweeps.is_none() && found.made < 10, "{found:?}");
    }

    #[test]
    fn the_fraction_is_meant_as_written() {
        let (memory, mut rng) = (memory(50), Streams::new(1).rng(Purpose::Cues, 0));
        let target = memory.pattern(0).unwrap();
        for (wrong, fraction, expected) in
            [(5, 0.95, true), (6, 0.95, false), (0, 1.0, true), (1, 1.0, false)]
        {
            let mut x = FlipExactly::new(wrong).corrupt(memory.space(), &target, &mut rng).unwrap();
            let still = Still;
            let found = Reach::new(fraction, 3).unwrap().run(&memory, &still, &mut x, &target, &mut rng);
            assert_eq!(found.unwrap().sweeps.is_some(), expected, "{wrong} wrong, {fraction}");
        }
    }

    struct Still;
    impl<E: Energy> Dynamics<E> for Still {
        type Scratch = ();
        fn prepare(&self, _: &E, _: &dam_core::StateOf<E>) {}
        fn step<R: Rng>(&self, _: &E, _: &mut dam_core::StateOf<E>, (): &mut (), _: &mut R) -> Progress {
            Progress::moved(2.0)
        }
    }

    #[test]
    fn illegal_settings_and_states_of_other_spaces_are_refused() {
        for (fraction, sweeps) in [(0.0, 5), (1.1, 5), (f64::NAN, 5), (0.9, 0)] {
            assert!(matches!(Reach::new(fraction, sweeps), Err(Error::Parameter { .. })));
        }
        let (memory, dynamics) = (memory(5), Asynchronous::new(Order::Permutation));
        let (short, right) = (Spins::from_signs(&[1; 7]).unwrap(), memory.pattern(0).unwrap());
        let mut rng = Streams::new(1).rng(Purpose::Cues, 0);
        let reach = Reach::new(0.9, 5).unwrap();
        assert!(reach.run(&memory, &dynamics, &mut short.clone(), &right, &mut rng).is_err());
        assert!(reach.run(&memory, &dynamics, &mut right.clone(), &short, &mut rng).is_err());
    }
}
