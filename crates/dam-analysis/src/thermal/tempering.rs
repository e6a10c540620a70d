//! Parallel tempering: chains at many temperatures that exchange their states.

use dam_core::rand::RngExt;
use dam_core::{Energy, Purpose, StateOf, Streams};

use super::ensemble::{Begin, Ensemble, Phase};
use super::{Chain, Sampler, check_target};
use crate::Error;

/// Parallel tempering (replica exchange): one chain at each of a ladder of temperatures, and proposals to exchange the
/// states of neighbours, accepted with min(1, exp[(1/T_a − 1/T_b)(E_a − E_b)]). The states that cannot leave a pattern
/// at a low temperature leave it at a high one.
///
/// All replicas start from the target, so burn-in has to last until they have forgotten it; whether states travel the
/// ladder at all shows in the [`round_trips`](Tempered::round_trips) after it.
///
/// # Example
/// ```
/// use dam_analysis::thermal::{Tempering, VectorMoves};
/// use dam_core::prelude::*;
/// let streams = Streams::new(4);
/// let space = Sphere::<f64>::new(20)?;
/// let patterns: Vec<_> = (0..60).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
/// let memory = models::lse(space, 1.0, &patterns)?;
/// let ladder: Vec<f64> = (0..8).map(|k| 0.3 * 1.25_f64.powi(k)).collect();
/// let tempering = Tempering::new(ladder, 10)?;
/// let run = tempering.run(&memory, &VectorMoves, &patterns[0], 200, 1_000, streams)?;
/// assert!(run.exchanged.iter().all(|share| *share > 0.1));
/// assert_eq!(run.chains[0].sampled().len(), 1_000 * 10);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
/// K. Hukushima and K. Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996).
#[derive(Clone, Debug, PartialEq)]
pub struct Tempering {
    temperatures: Vec<f64>,
    between: usize,
}

/// What a tempering run gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Tempered<X> {
    /// The chain at each temperature; its values come from many replicas.
    pub chains: Vec<Chain<X>>,
    /// The share of accepted exchanges between each temperature and the next.
    pub exchanged: Vec<f64>,
    /// How often a replica has travelled from the lowest temperature to the highest and back, after burn-in.
    pub round_trips: usize,
}

impl Tempering {
    /// A ladder of rising temperatures, and the steps between exchanges.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless there are at least two temperatures, positive, finite and rising, and `between` is
    /// at least 1.
    pub fn new(temperatures: Vec<f64>, between: usize) -> Result<Self, Error> {
        let at_least = |name, least: usize, found: usize| {
            let expected = if least == 2 { "at least 2" } else { "at least 1" };
            if found >= least {
                Ok(())
            } else {
                Err(Error::Parameter { name, expected, found: found as f64 })
            }
        };
        at_least("temperatures", 2, temperatures.len())?;
        at_least("between", 1, between)?;
        let mut last = 0.0;
        for &t in &temperatures {
            if !(t > last && t.is_finite()) {
                let expected = "positive, finite and above the one before";
                return Err(Error::Parameter { name: "temperatures", expected, found: t });
            }
            last = t;
        }
        Ok(Self { temperatures, between })
    }

    /// Runs from the target at every temperature: `burn_in` rounds that are thrown away, then `rounds`. A round is
    /// `between` steps of every chain, then an exchange of every second pair of neighbours.
    ///
    /// Steps start at 0.1 and are adapted in burn-in, as by [`Step::Adapted`](super::Step). A step belongs to a
    /// temperature: it learns from all replicas that come by and stays when they are exchanged. Without burn-in it is
    /// 0.1 throughout.
    ///
    /// # Errors
    /// What the space finds wrong with the target; [`Error::Parameter`] for no rounds, and on
    /// [`Polar`](dam_core::Polar) for a target other than the pattern, 1, or its opposite, −1.
    pub fn run<E, S>(
        &self,
        energy: &E,
        sampler: &S,
        target: &StateOf<E>,
        burn_in: usize,
        rounds: usize,
        streams: Streams,
    ) -> Result<Tempered<StateOf<E>>, Error>
    where
        E: Energy,
        S: Sampler<E>,
    {
        self.run_observed(energy, sampler, target, burn_in, rounds, streams, |_, _| {})
    }

    /// As [`run`](Self::run), showing the states, in the order of the temperatures, to `observe` after every round that
    /// is kept: `observe(round, states)`.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    #[allow(clippy::too_many_arguments)] // those of run
    pub fn run_observed<E, S>(
        &self,
        energy: &E,
        sampler: &S,
        target: &StateOf<E>,
        burn_in: usize,
        rounds: usize,
        streams: Streams,
        mut observe: impl FnMut(usize, &[StateOf<E>]),
    ) -> Result<Tempered<StateOf<E>>, Error>
    where
        E: Energy,
        S: Sampler<E>,
    {
        check_target(energy.space(), target)?;
        if rounds == 0 {
            return Err(Error::Parameter { name: "rounds", expected: "at least 1", found: 0.0 });
        }
        let count = self.temperatures.len();
        let begin = |(k, &temperature): (usize, &f64)| Begin {
            temperature,
            step: FIRST_STEP,
            state: target.clone(),
            rng: streams.rng(Purpose::Dynamics, k as u64),
        };
        let chains = self.temperatures.iter().enumerate().map(begin).collect();
        let mut exchanges = streams.rng(Purpose::Dynamics, count as u64);
        let steps = (burn_in + rounds) * self.between;
        let mut ensemble = Ensemble::new((energy, sampler, target), chains, steps)?;
        let mut energies = vec![0.0; count];
        let (mut proposed, mut exchanged) = (vec![0_usize; count - 1], vec![0_usize; count - 1]);
        let mut travel = Travel::new(count);
        for round in 0..burn_in + rounds {
            let kept = round >= burn_in;
            for _ in 0..self.between {
                ensemble.step(if kept { Phase::Sampling } else { Phase::BurnIn { adapted: true } })?;
            }
            ensemble.energies(&mut energies);
            for low in (round % 2..count - 1).step_by(2) {
                let colder = 1.0 / self.temperatures[low] - 1.0 / self.temperatures[low + 1];
                let gain = colder * (energies[low] - energies[low + 1]);
                let exchange = gain >= 0.0 || exchanges.random::<f64>() < gain.exp();
                if exchange {
                    ensemble.swap(low, low + 1);
                    travel.swap(low);
                }
                if kept {
                    proposed[low] += 1;
                    exchanged[low] += usize::from(exchange);
                }
            }
            if kept {
                travel.count();
                observe(round - burn_in, &ensemble.states);
            }
        }
        Ok(Tempered {
            chains: ensemble.finish(),
            exchanged: exchanged.iter().zip(proposed).map(|(&e, p)| e as f64 / p.max(1) as f64).collect(),
            round_trips: travel.round_trips,
        })
    }
}

/// The step before it is adapted, at every temperature.
const FIRST_STEP: f64 = 0.1;

/// Which end of the ladder the replica at each temperature was at last.
struct Travel {
    /// Some(true): the highest, on its way back from there; Some(false): the lowest.
    from_top: Vec<Option<bool>>,
    round_trips: usize,
}

impl Travel {
    fn new(count: usize) -> Self {
        Self { from_top: vec![None; count], round_trips: 0 }
    }

    fn swap(&mut self, low: usize) {
        self.from_top.swap(low, low + 1);
    }

    fn count(&mut self) {
        let last = self.from_top.len() - 1;
        if self.from_top[0] == Some(true) {
            self.round_trips += 1;
        }
        self.from_top[0] = Some(false);
        // Only a replica that came from the lowest temperature begins the way back.
        if self.from_top[last] == Some(false) {
            self.from_top[last] = Some(true);
        }
    }
}
