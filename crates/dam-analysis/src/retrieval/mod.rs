//! Retrieval reliability: how often a pattern is found again from noisy cues, from how far, and where the other
//! trials end.

mod census;
mod proportion;
mod reach;

pub use census::{Census, EndState};
pub use proportion::{Proportion, basin_radius, half_point};
pub(crate) use reach::most_wrong;
pub use reach::{Reach, Reached};

use dam_core::{
    Aggregator, Corruption, Dam, Dynamics, Energy, Kernel, PatternStore, Purpose, Run, Runner, StateIn,
    StateSpace, Streams, parallel,
};

use crate::Error;

/// Noisy retrieval trials: L cues per pattern, each run to its end; a trial succeeds if the end state has an
/// overlap above a threshold with the pattern.
///
/// Defaults: every trial is run; 200 steps at most, tolerance of [`Runner`] (in f64 the protocol of "basin
/// isolation"). Trial l of pattern μ draws its cue from stream (Cues, μ L + l), so no result depends on
/// threads, nor on which other patterns are asked for or on early stopping, but for the last bits that the
/// composition of a batch decides on vector spaces.
///
/// # Example
/// ```
/// use dam_analysis::Trials;
/// use dam_core::prelude::*;
/// let streams = Streams::new(2);
/// let space = Hypercube::new(100)?;
/// let patterns: Vec<_> = (0..20).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
/// let memory = models::polynomial(space, 3, &patterns)?;
/// let asynchronous = Asynchronous::new(Order::Permutation);
/// let trials = Trials::new(10, 0.9)?.early_stop(true);
/// let found = trials.run(&memory, &asynchronous, &FlipEach::new(0.1)?, &[0, 7], streams)?;
/// assert!(!found[0].failed() && found[0].trials == 5); // five successes of ten decide
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
/// "Basin isolation", section 2.3: L = 100, threshold 0.9, noise norm 0.3 sqrt(N).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trials {
    trials: usize,
    threshold: f64,
    early_stop: bool,
    runner: Runner,
}

/// The trials of one pattern.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Retrieval {
    /// Trials that ended above the threshold.
    pub successes: usize,
    /// Trials run: all L, or fewer if stopped early.
    pub trials: usize,
    /// Trials planned, L.
    pub planned: usize,
    /// Mean overlap of the end states with the pattern.
    pub end_overlap: f64,
    /// Mean number of steps.
    pub steps: f64,
}

impl Retrieval {
    /// The fraction of successes p_μ among the trials run.
    #[must_use]
    pub fn reliability(&self) -> f64 {
        self.successes as f64 / self.trials as f64
    }

    /// Whether p_μ < 1/2 over all L trials. Early stopping leaves it unchanged: it stops only when the
    /// remaining trials cannot turn it.
    #[must_use]
    pub fn failed(&self) -> bool {
        // Stopped early for failure: more than floor(L/2) have failed. Otherwise at least L/2 succeeded.
        let failures = self.trials - self.successes;
        if self.trials == self.planned {
            2 * self.successes < self.planned
        } else {
            failures > self.planned / 2
        }
    }
}

impl Trials {
    /// L trials per pattern; a success has an overlap above `threshold`.
    ///
    /// # Errors
    /// [`Error::Parameter`] for L = 0 or a threshold outside (−1, 1).
    pub fn new(trials: usize, threshold: f64) -> Result<Self, Error> {
        if trials == 0 {
            return Err(Error::Parameter { name: "trials L", expected: "L >= 1", found: 0.0 });
        }
        if !(threshold > -1.0 && threshold < 1.0) {
            let expected = "-1 < threshold < 1";
            return Err(Error::Parameter { name: "success overlap", expected, found: threshold });
        }
        Ok(Self { trials, threshold, early_stop: false, runner: Runner::default().max_steps(200) })
    }

    /// Stop a pattern's trials as soon as [`Retrieval::failed`] is decided: after ceil(L/2) successes or
    /// floor(L/2) + 1 failures.
    #[must_use]
    pub fn early_stop(self, early_stop: bool) -> Self {
        Self { early_stop, ..self }
    }

    /// Another stop rule for each trial.
    #[must_use]
    pub fn runner(self, runner: Runner) -> Self {
        Self { runner, ..self }
    }

    /// Runs the trials of patterns `which`, on all cores of the caller's rayon pool.
    ///
    /// # Errors
    /// [`Error::Core`] for an index past the end, or noise that does not fit the space.
    pub fn run<P, K, Q, D, C>(
        &self,
        memory: &Dam<P, K, Q>,
        dynamics: &D,
        noise: &C,
        which: &[usize],
        streams: Streams,
    ) -> Result<Vec<Retrieval>, Error>
    where
        P: PatternStore,
        K: Kernel,
        Q: Aggregator,
        D: Dynamics<Dam<P, K, Q>>,
        C: Corruption<P::Space>,
    {
        self.run_with_progress(memory, dynamics, noise, which, streams, |_| {})
    }

    /// As [`run`](Self::run), telling `done` how many patterns have been finished since it was last told.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_with_progress<P, K, Q, D, C>(
        &self,
        memory: &Dam<P, K, Q>,
        dynamics: &D,
        noise: &C,
        which: &[usize],
        streams: Streams,
        mut done: impl FnMut(usize),
    ) -> Result<Vec<Retrieval>, Error>
    where
        P: PatternStore,
        K: Kernel,
        Q: Aggregator,
        D: Dynamics<Dam<P, K, Q>>,
        C: Corruption<P::Space>,
    {
        let mut all = Vec::with_capacity(which.len());
        for which in which.chunks(self.patterns_per_round(memory.space().sites())) {
            let mut tallies: Vec<Tally> = which.iter().map(|&mu| Tally { mu, ..Tally::default() }).collect();
            loop {
                let tasks: Vec<(usize, usize)> = tallies
                    .iter()
                    .enumerate()
                    .flat_map(|(k, tally)| {
                        (tally.trials..tally.trials + self.open(tally)).map(move |l| (k, l))
                    })
                    .collect();
                if tasks.is_empty() {
                    break;
                }
                self.round(memory, dynamics, noise, streams, &mut tallies, &tasks)?;
            }
            all.extend(tallies.iter().map(|tally| Retrieval {
                successes: tally.successes,
                trials: tally.trials,
                planned: self.trials,
                end_overlap: tally.overlaps / tally.trials as f64,
                steps: tally.steps as f64 / tally.trials as f64,
            }));
            done(which.len());
        }
        Ok(all)
    }

    /// Success against cue noise: all L trials of patterns `which` under each noise, `[noise][pattern]`.
    ///
    /// Trial l of pattern μ draws from the same stream at every noise, so that the curve of one pattern is as
    /// smooth as it can be. [`Proportion`] gives each point its interval, [`basin_radius`] the noise at which a
    /// curve falls through 1/2. Early stopping does not apply.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    ///
    /// # Example
    /// ```
    /// use dam_analysis::{Proportion, Trials};
    /// use dam_core::prelude::*;
    /// let streams = Streams::new(2);
    /// let space = Hypercube::new(100)?;
    /// let patterns: Vec<_> = (0..20).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
    /// let memory = models::polynomial(space, 3, &patterns)?;
    /// let noises = [FlipExactly::new(10), FlipExactly::new(50)];
    /// let sweep = Asynchronous::new(Order::Permutation);
    /// let curve = Trials::new(10, 0.9)?.curve(&memory, &sweep, &noises, &[0], streams)?;
    /// let [near, far] = [0, 1].map(|k| Proportion::pooled(&curve[k]));
    /// assert!(near.wilson(0.95)?.lower > far.wilson(0.95)?.upper);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    pub fn curve<P, K, Q, D, C>(
        &self,
        memory: &Dam<P, K, Q>,
        dynamics: &D,
        noises: &[C],
        which: &[usize],
        streams: Streams,
    ) -> Result<Vec<Vec<Retrieval>>, Error>
    where
        P: PatternStore,
        K: Kernel,
        Q: Aggregator,
        D: Dynamics<Dam<P, K, Q>>,
        C: Corruption<P::Space>,
    {
        let all = self.early_stop(false);
        noises.iter().map(|noise| all.run(memory, dynamics, noise, which, streams)).collect()
    }

    /// Patterns whose trials are in memory at once: enough to keep all cores busy, and batches wide to their end.
    fn patterns_per_round(&self, sites: usize) -> usize {
        ((ENTRIES / sites).clamp(1 << 12, 1 << 14) / self.trials).max(1)
    }

    /// Trials that can be run without knowing how they end.
    fn open(&self, tally: &Tally) -> usize {
        let remaining = self.trials - tally.trials;
        if !self.early_stop {
            return remaining;
        }
        let failures = tally.trials - tally.successes;
        let to_success = self.trials.div_ceil(2).saturating_sub(tally.successes);
        let to_failure = (self.trials / 2 + 1).saturating_sub(failures);
        to_success.min(to_failure).min(remaining)
    }

    fn round<P, K, Q, D, C>(
        &self,
        memory: &Dam<P, K, Q>,
        dynamics: &D,
        noise: &C,
        streams: Streams,
        tallies: &mut [Tally],
        tasks: &[(usize, usize)],
    ) -> Result<(), Error>
    where
        P: PatternStore,
        K: Kernel,
        Q: Aggregator,
        D: Dynamics<Dam<P, K, Q>>,
        C: Corruption<P::Space>,
    {
        let named: Vec<(usize, usize)> = tasks.iter().map(|&(k, l)| (tallies[k].mu, l)).collect();
        let (states, runs) = trial_states(self, memory, dynamics, noise, streams, &named)?;
        for ((&(k, _), x), run) in tasks.iter().zip(&states).zip(runs) {
            let overlap = memory.space().overlap(x, &memory.pattern(tallies[k].mu)?);
            let tally = &mut tallies[k];
            tally.trials += 1;
            tally.successes += usize::from(overlap > self.threshold);
            tally.overlaps += overlap;
            tally.steps += run.steps;
        }
        Ok(())
    }
}

/// Runs trials l of patterns μ, given as (μ, l), to their ends.
fn trial_states<P, K, Q, D, C>(
    trials: &Trials,
    memory: &Dam<P, K, Q>,
    dynamics: &D,
    noise: &C,
    streams: Streams,
    tasks: &[(usize, usize)],
) -> Result<(Vec<StateIn<P>>, Vec<Run>), Error>
where
    P: PatternStore,
    K: Kernel,
    Q: Aggregator,
    D: Dynamics<Dam<P, K, Q>>,
    C: Corruption<P::Space>,
{
    let index = |(mu, l): (usize, usize)| (mu * trials.trials + l) as u64;
    let cue = |&task: &(usize, usize)| {
        let mut rng = streams.rng(Purpose::Cues, index(task));
        noise.corrupt(memory.space(), &memory.pattern(task.0)?, &mut rng)
    };
    let cues = parallel::map(tasks.len(), |t| cue(&tasks[t]));
    let mut states = cues.into_iter().collect::<Result<Vec<_>, _>>()?;
    let rng = |t: usize| streams.rng(Purpose::Dynamics, index(tasks[t]));
    let runs = trials.runner.run_all(memory, dynamics, &mut states, rng)?;
    Ok((states, runs))
}

/// Entries of the states of one round, between 4096 and 16384 of them.
const ENTRIES: usize = 1 << 22;

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    mu: usize,
    successes: usize,
    trials: usize,
    overlaps: f64,
    steps: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;
    use dam_core::prelude::*;

    #[test]
    fn early_stopping_leaves_every_label_unchanged() {
        // At the edge of a small basin, so that reliabilities between 0 and 1 occur.
        let streams = Streams::new(3);
        let space = Hypercube::new(60).unwrap();
        let patterns: Vec<_> =
            (0..40).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
        let memory = models::polynomial(space, 3, &patterns).unwrap();
        let which: Vec<usize> = (0..40).collect();
        let (dynamics, noise) = (Asynchronous::new(Order::Permutation), FlipExactly::new(22));
        for trials in [1, 2, 7, 10] {
            let all = Trials::new(trials, 0.9).unwrap();
            let full = all.run(&memory, &dynamics, &noise, &which, streams).unwrap();
            let early = all.early_stop(true).run(&memory, &dynamics, &noise, &which, streams).unwrap();
            let mixed = full.iter().filter(|r| r.successes > 0 && r.successes < trials).count();
            assert!(trials < 7 || mixed > 5, "the test needs mixed outcomes, found {mixed}");
            for (full, early) in full.iter().zip(&early) {
                assert_eq!(full.failed(), early.failed());
                assert_eq!(full.failed(), full.reliability() < 0.5);
                assert!(early.trials <= full.trials);
                let failures = early.trials - early.successes;
                assert!(early.successes <= trials.div_ceil(2) && failures <= trials / 2 + 1);
            }
        }
    }

    #[test]
    fn a_pattern_is_judged_alike_alone_and_in_company() {
        let streams = Streams::new(8);
        let space = Sphere::<f64>::new(50).unwrap();
        let patterns: Vec<_> =
            (0..60).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
        let memory = models::spherical(space, 3, &patterns).unwrap();
        let (noise, trials) = (TangentNoise::new(0.3).unwrap(), Trials::new(8, 0.9).unwrap());
        let together =
            trials.run(&memory, &Synchronous, &noise, &(0..60).collect::<Vec<_>>(), streams).unwrap();
        let alone = trials.run(&memory, &Synchronous, &noise, &[17], streams).unwrap();
        assert_eq!(together[17].successes, alone[0].successes);
        assert!((together[17].end_overlap - alone[0].end_overlap).abs() < 1e-6);
    }

    /// Trials by hand from their streams, under a stop rule that cuts them short.
    #[test]
    fn trials_follow_the_runner_they_are_given() {
        let streams = Streams::new(9);
        let space = Hypercube::new(60).unwrap();
        let patterns: Vec<_> =
            (0..40).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
        let memory = models::polynomial(space.clone(), 3, &patterns).unwrap();
        let (dynamics, noise, mu) = (Asynchronous::new(Order::Permutation), FlipExactly::new(20), 3);
        let by_hand = |runner: Runner| {
            let overlaps = (0..10).map(|l| {
                let index = mu as u64 * 10 + l;
                let mut cues = streams.rng(Purpose::Cues, index);
                let mut x = noise.corrupt(&space, &patterns[mu], &mut cues).unwrap();
                runner.run(&memory, &dynamics, &mut x, &mut streams.rng(Purpose::Dynamics, index)).unwrap();
                space.overlap(&x, &patterns[mu])
            });
            overlaps.sum::<f64>() / 10.0
        };
        let once = Runner::default().max_steps(1);
        let trials = Trials::new(10, 0.9).unwrap();
        let found = |trials: Trials| trials.run(&memory, &dynamics, &noise, &[mu], streams).unwrap()[0];
        let (short, long) = (found(trials.runner(once)), found(trials));
        assert!((short.end_overlap - by_hand(once)).abs() < 1e-12);
        assert!((long.end_overlap - by_hand(Runner::default().max_steps(200))).abs() < 1e-12);
        assert!((long.end_overlap - short.end_overlap).abs() > 0.01);
        assert!(short.steps == 1.0 && long.steps > 1.0, "{} {}", short.steps, long.steps);
    }

    #[test]
    fn illegal_settings_are_refused() {
        assert!(matches!(Trials::new(0, 0.9), Err(Error::Parameter { name: "trials L", .. })));
        for threshold in [1.0, -1.0, f64::NAN] {
            assert!(matches!(Trials::new(5, threshold), Err(Error::Parameter { .. })));
        }
    }
}
