//! Running a dynamics until it stops, one state or many.

use rand::Rng;

use crate::aggregate::Aggregator;
use crate::dynamics::{Dynamics, Progress, Synchronous};
use crate::energy::{Energy, StateOf};
use crate::kernel::Kernel;
use crate::observe::Observer;
use crate::parallel::map_parts;
use crate::space::StateSpace;
use crate::store::{PatternStore, StateIn};
use crate::streams::{Purpose, Streams};
use crate::{Dam, Error};

/// Why a run stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum StopReason {
    /// A fixed point: the last step changed no site by the tolerance or more.
    Converged,
    /// The field is zero, as outside the support of every pattern; the state was kept.
    ZeroField,
    /// The synchronous map returned to the state before last.
    Cycle,
    /// Energy or field became infinite or not a number: the energy is unbounded below, or the kernel not finite
    /// beyond overlaps of ±1.
    Diverged,
    /// The step limit; always so for samplers.
    MaxSteps,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Run {
    /// Steps made, the one that found the end included.
    pub steps: usize,
    /// Why it stopped.
    pub reason: StopReason,
    /// Mean acceptance of a sampler's proposals; `None` for deterministic dynamics.
    pub acceptance: Option<f64>,
}

/// The stop rule: at most `max_steps` steps, and for deterministic dynamics a fixed point once
/// max_i |x_i' − x_i| < `tolerance`.
///
/// Defaults: 1000 steps; 10⁻⁷ (the rule of "basin isolation"), and 2·10⁻⁵ for states in f32, where rounding
/// keeps a map from coming closer ([`StateSpace::TOLERANCE`]).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Runner {
    max_steps: usize,
    /// `None`: that of the space.
    tolerance: Option<f64>,
}

impl Default for Runner {
    fn default() -> Self {
        Self { max_steps: 1000, tolerance: None }
    }
}

/// States of a batch that are moved together.
const WINDOW: usize = crate::store::GROUP;

impl Runner {
    /// At most this many steps; 0 only checks the state.
    #[must_use]
    pub fn max_steps(self, max_steps: usize) -> Self {
        Self { max_steps, ..self }
    }

    /// The tolerance of a fixed point; not a number or a negative one counts as 0 (exact equality).
    #[must_use]
    pub fn tolerance(self, tolerance: f64) -> Self {
        Self { tolerance: Some(tolerance.max(0.0)), ..self }
    }

    /// Runs `dynamics` from `x`, which becomes the end state.
    ///
    /// # Errors
    /// As [`StateSpace::check`]: with `x` untouched if it is no state to begin with, and if the run leaves the
    /// space, as with a kernel that is not finite at overlaps beyond ±1. As [`Dynamics::check`].
    pub fn run<E, D, R>(
        &self,
        energy: &E,
        dynamics: &D,
        x: &mut StateOf<E>,
        rng: &mut R,
    ) -> Result<Run, Error>
    where
        E: Energy,
        D: Dynamics<E>,
        R: Rng,
    {
        self.run_observed(energy, dynamics, x, rng, &mut ())
    }

    /// As [`run`](Self::run), showing the first state and every later one to `observer`.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_observed<E, D, R, O>(
        &self,
        energy: &E,
        dynamics: &D,
        x: &mut StateOf<E>,
        rng: &mut R,
        observer: &mut O,
    ) -> Result<Run, Error>
    where
        E: Energy,
        D: Dynamics<E>,
        R: Rng,
        O: Observer<E>,
    {
        energy.space().check("state", x)?;
        dynamics.check(energy)?;
        observer.observe(0, energy, x);
        let mut scratch = dynamics.prepare(energy, x);
        let mut so_far = SoFar::default();
        loop {
            if let Some(run) = self.at_limit(so_far) {
                break energy.space().check("end state", x).map(|()| run);
            }
            let progress = dynamics.step(energy, x, &mut scratch, rng);
            let end = judge(progress, self.tolerance_of::<E>(), &mut so_far);
            observer.observe(so_far.steps, energy, x);
            if let Some(run) = end {
                break energy.space().check("end state", x).map(|()| run);
            }
        }
    }

    /// Runs every state of a batch, on all cores of the caller's rayon pool. `rng(k)` is the generator of
    /// state k, usually `|k| streams.rng(Purpose::Dynamics, k as u64)`; results do not depend on the number
    /// of threads.
    ///
    /// States that have stopped make room for waiting ones, so that the shared work stays shared.
    ///
    /// # Errors
    /// As [`run`](Self::run); all states are untouched if one of them is no state to begin with.
    pub fn run_all<E, D, R>(
        &self,
        energy: &E,
        dynamics: &D,
        x: &mut [StateOf<E>],
        rng: impl Fn(usize) -> R + Sync,
    ) -> Result<Vec<Run>, Error>
    where
        E: Energy,
        D: Dynamics<E>,
        R: Rng + Send,
    {
        x.iter().try_for_each(|x| energy.space().check("state", x))?;
        dynamics.check(energy)?;
        // A function of the batch alone: the composition of groups decides the last bits of matrix products.
        let group = x.len().div_ceil(64).clamp(energy.group().clamp(1, 4096), 4096);
        let runs = map_parts(x, group, |g, x| self.run_group(energy, dynamics, x, |k| rng(g * group + k)));
        x.iter().try_for_each(|x| energy.space().check("end state", x))?;
        Ok(runs.into_iter().flatten().collect())
    }

    fn run_group<E, D, R>(
        &self,
        energy: &E,
        dynamics: &D,
        x: &mut [StateOf<E>],
        rng: impl Fn(usize) -> R,
    ) -> Vec<Run>
    where
        E: Energy,
        D: Dynamics<E>,
        R: Rng,
    {
        let mut runs: Vec<Option<Run>> = vec![None; x.len()];
        let mut waiting = 0..x.len();
        let mut ids: Vec<usize> = Vec::new();
        let (mut states, mut scratch, mut rngs) = (Vec::new(), Vec::new(), Vec::new());
        let mut so_far: Vec<SoFar> = Vec::new();
        let mut progress = Vec::new();
        let tolerance = self.tolerance_of::<E>();
        loop {
            while ids.len() < WINDOW.min(x.len()) {
                let Some(k) = waiting.next() else { break };
                ids.push(k);
                states.push(x[k].clone());
                scratch.push(dynamics.prepare(energy, &x[k]));
                rngs.push(rng(k));
                so_far.push(SoFar::default());
            }
            if ids.is_empty() {
                break;
            }
            progress.resize(ids.len(), Progress::ZeroField);
            let at_limit = self.max_steps == 0;
            if !at_limit {
                dynamics.step_all(energy, &mut states, &mut scratch, &mut rngs, &mut progress);
            }
            for s in (0..ids.len()).rev() {
                let end = if at_limit { None } else { judge(progress[s], tolerance, &mut so_far[s]) };
                let Some(run) = end.or_else(|| self.at_limit(so_far[s])) else { continue };
                let k = ids.swap_remove(s);
                x[k] = states.swap_remove(s);
                runs[k] = Some(run);
                scratch.swap_remove(s);
                rngs.swap_remove(s);
                so_far.swap_remove(s);
                progress.swap_remove(s);
            }
        }
        runs.into_iter().flatten().collect()
    }

    fn at_limit(&self, so_far: SoFar) -> Option<Run> {
        (so_far.steps >= self.max_steps).then(|| so_far.end(StopReason::MaxSteps))
    }

    fn tolerance_of<E: Energy>(&self) -> f64 {
        self.tolerance.unwrap_or(E::Space::TOLERANCE)
    }
}

/// Counts a step and says whether it was the last.
fn judge(progress: Progress, tolerance: f64, so_far: &mut SoFar) -> Option<Run> {
    so_far.steps += 1;
    let reason = match progress {
        Progress::Sampled { acceptance } => {
            so_far.sampled = true;
            so_far.accepted += acceptance;
            return None;
        }
        Progress::ZeroField => StopReason::ZeroField,
        Progress::Diverged => StopReason::Diverged,
        Progress::Moved { change, .. } if change <= 0.0 || change < tolerance => StopReason::Converged,
        // A slowly damped oscillation also returns almost to where it was; a cycle returns a thousand times
        // closer than it moves.
        Progress::Moved { change, recurrence }
            if (recurrence <= 0.0 || recurrence < tolerance) && recurrence <= 1e-3 * change =>
        {
            StopReason::Cycle
        }
        Progress::Moved { .. } => return None,
    };
    Some(so_far.end(reason))
}

#[derive(Clone, Copy, Default)]
struct SoFar {
    steps: usize,
    sampled: bool,
    accepted: f64,
}

impl SoFar {
    fn end(self, reason: StopReason) -> Run {
        let acceptance = self.sampled.then(|| self.accepted / self.steps as f64);
        Run { steps: self.steps, reason, acceptance }
    }
}

/// What a memory made of a cue.
#[derive(Clone, Debug, PartialEq)]
pub struct Recall<X> {
    /// The end state.
    pub state: X,
    /// The pattern nearest to it.
    pub nearest: usize,
    /// Their overlap x·ξ/N.
    pub overlap: f64,
    /// Steps of the dynamics.
    pub steps: usize,
    /// Why it stopped.
    pub reason: StopReason,
}

impl<P: PatternStore, K: Kernel, Q: Aggregator> Dam<P, K, Q> {
    /// Follows the synchronous map from `cue` to its end (at most 1000 steps) and names the nearest pattern.
    ///
    /// # Errors
    /// As [`Runner::run`].
    pub fn recall(&self, cue: &StateIn<P>) -> Result<Recall<StateIn<P>>, Error> {
        self.recall_with(&Synchronous, cue, Streams::new(0))
    }

    /// As [`recall`](Self::recall) with any dynamics; random ones draw from stream 0 of
    /// [`Purpose::Dynamics`].
    ///
    /// # Errors
    /// As [`Runner::run_all`].
    pub fn recall_with<D: Dynamics<Self>>(
        &self,
        dynamics: &D,
        cue: &StateIn<P>,
        streams: Streams,
    ) -> Result<Recall<StateIn<P>>, Error> {
        let mut all = self.recall_all_with(dynamics, std::slice::from_ref(cue), streams)?;
        Ok(all.swap_remove(0))
    }

    /// [`recall`](Self::recall) of every cue, on all cores of the caller's rayon pool.
    ///
    /// # Errors
    /// As [`Runner::run_all`].
    pub fn recall_all(&self, cues: &[StateIn<P>]) -> Result<Vec<Recall<StateIn<P>>>, Error> {
        self.recall_all_with(&Synchronous, cues, Streams::new(0))
    }

    /// [`recall_with`](Self::recall_with) of every cue; cue k draws from stream k.
    ///
    /// # Errors
    /// As [`Runner::run_all`].
    pub fn recall_all_with<D: Dynamics<Self>>(
        &self,
        dynamics: &D,
        cues: &[StateIn<P>],
        streams: Streams,
    ) -> Result<Vec<Recall<StateIn<P>>>, Error> {
        let mut states = cues.to_vec();
        let rng = |k| streams.rng(Purpose::Dynamics, k as u64);
        let runs = Runner::default().run_all(self, dynamics, &mut states, rng)?;
        let nearest = self.nearest_all(&states)?;
        let ends = states.into_iter().zip(runs).zip(nearest);
        Ok(ends
            .map(|((state, run), (nearest, overlap))| Recall {
                state,
                nearest,
                overlap,
                steps: run.steps,
                reason: run.reason,
            })
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_points_cycles_and_steps_are_told_apart() {
        let judged = |change: f64, recurrence: f64, tolerance: f64| {
            let run = judge(Progress::Moved { change, recurrence }, tolerance, &mut SoFar::default());
            run.map(|run| (run.steps, run.reason))
        };
        for tolerance in [0.0, 1e-6] {
            assert_eq!(judged(0.0, 0.0, tolerance), Some((1, StopReason::Converged)));
            assert_eq!(judged(1.0, 0.0, tolerance), Some((1, StopReason::Cycle)));
            assert_eq!(judged(1.0, 0.5, tolerance), None);
            assert_eq!(judged(1.0, f64::INFINITY, tolerance), None);
        }
        assert_eq!(judged(1e-7, 1e-7, 0.0), None);
        assert_eq!(judged(1e-7, 1e-7, 1e-6), Some((1, StopReason::Converged)));
        // Back to within the tolerance, though not much nearer than it was: a slow oscillation.
        assert_eq!(judged(1e-5, 1e-7, 1e-6), None);
        assert_eq!(judged(1e-3, 1e-7, 1e-6), Some((1, StopReason::Cycle)));
    }

    #[test]
    fn a_wider_tolerance_stops_earlier() {
        let space = crate::Euclidean::<f64>::new(2).unwrap();
        let patterns = [[1.0, 0.2], [-0.3, 0.8]];
        let memory = crate::models::attention(space, 1.0, patterns.map(Vec::from)).unwrap();
        let steps = |runner: Runner| {
            let mut x = nalgebra::DVector::from_vec(vec![3.0, -2.0]);
            let mut rng = Streams::new(1).rng(Purpose::Dynamics, 0);
            runner.run(&memory, &Synchronous, &mut x, &mut rng).unwrap().steps
        };
        let [wide, usual, narrow] =
            [Runner::default().tolerance(1e-2), Runner::default(), Runner::default().tolerance(1e-12)]
                .map(steps);
        assert!(wide < usual && usual < narrow, "{wide} {usual} {narrow}");
        assert_eq!(steps(Runner::default().max_steps(1)), 1);
    }
}
