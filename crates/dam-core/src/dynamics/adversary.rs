//! Adversaries of single-spin dynamics: what flips spins while the memory retrieves.

use rand::seq::{SliceRandom, index};
use rand::{Rng, RngExt};

use crate::Error;
use crate::energy::{Flip, Priced, StateOf};
use crate::space::{SpinSpace, Spins, StateSpace};

/// A state under way, with what its dynamics remembers: an adversary looks at prices and makes flips.
#[derive(Debug)]
pub struct Moves<'a, E: Priced<Flip>> {
    pub(super) energy: &'a E,
    pub(super) x: &'a mut StateOf<E>,
    pub(super) cache: &'a mut E::Cache,
}

impl<E: Priced<Flip>> Moves<'_, E> {
    /// The energy.
    #[must_use]
    pub fn energy(&self) -> &E {
        self.energy
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> &StateOf<E> {
        self.x
    }

    /// The energy change of a flip of site `i`.
    ///
    /// # Panics
    /// If `i >= N`, like a slice.
    #[must_use]
    pub fn price(&self, i: usize) -> f64 {
        self.energy.price(self.x, self.cache, Flip(i))
    }

    /// Flips site `i`.
    ///
    /// # Panics
    /// If `i >= N`, like a slice.
    pub fn flip(&mut self, i: usize) {
        self.energy.apply(self.x, self.cache, Flip(i));
    }
}

/// Flips spins of a state under way: **implement this for a new adversary**, and give it to
/// [`Sweep::under`](super::Sweep::under). `()` never acts.
pub trait Adversary<E: Priced<Flip>>: Sync {
    /// Whether it ever acts; under one that does, no fixed point is claimed.
    const ACTS: bool = true;

    /// What it remembers of the sweep.
    type Plan: Clone + Default + Send;

    /// Whether it fits this energy.
    ///
    /// # Errors
    /// What does not fit. None unless overridden.
    fn check(&self, energy: &E) -> Result<(), Error> {
        let _ = energy;
        Ok(())
    }

    /// Called before every sweep.
    fn before_sweep<R: Rng>(&self, moves: &mut Moves<'_, E>, plan: &mut Self::Plan, rng: &mut R);

    /// Called before site number `k` of the sweep, 0 <= k < N, is decided.
    fn before_site<R: Rng>(&self, k: usize, moves: &mut Moves<'_, E>, plan: &mut Self::Plan, rng: &mut R) {
        let _ = (k, moves, plan, rng);
    }
}

impl<E: Priced<Flip>> Adversary<E> for () {
    const ACTS: bool = false;
    type Plan = ();
    fn before_sweep<R: Rng>(&self, _: &mut Moves<'_, E>, (): &mut (), _: &mut R) {}
}

/// When an adversary acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Placement {
    /// All flips before the first site of every sweep: the sweep can repair them.
    BeforeSweep,
    /// Each flip before a site of its own, drawn at random: a flip behind its site's turn stays to the end.
    WithinSweep,
}

/// Which spins an adversary flips. An aligned spin is one that agrees with the target, its margin the price of its flip.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Choice {
    /// Any spins, at random.
    Any,
    /// Aligned spins, at random.
    Aligned,
    /// Aligned spins of smallest margin.
    SmallestMargin,
    /// Aligned spins of largest margin.
    LargestMargin,
    /// Aligned spins whose flips lower the smallest of all margins the most (the largest couplings J of that site).
    StrongestCoupling,
    /// Aligned spins at which this state, the best competitor, differs from the target, at random.
    Toward(Spins),
}

/// When spins are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Ranking {
    /// All of a sweep's at its beginning, distinct.
    Once,
    /// Each at the moment of its flip, in the state as it then is; a spin may be chosen again.
    Afresh,
}

/// An adversary that knows the target and flips a number of spins every sweep.
///
/// # Example
/// ```
/// use dam_core::dynamics::{Choice, Placement, Ranking, SpinAdversary};
/// use dam_core::prelude::*;
/// let streams = Streams::new(5);
/// let space = Hypercube::new(200)?;
/// let patterns: Vec<_> = (0..100).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
/// let memory = models::polynomial(space, 3, &patterns)?;
/// let strong = SpinAdversary::new(
///     patterns[9].clone(), 10, Placement::BeforeSweep, Choice::SmallestMargin, Ranking::Once,
/// )?;
/// let mut rng = streams.rng(Purpose::Dynamics, 0);
/// let mut x = patterns[9].clone();
/// let under_attack = Asynchronous::new(Order::Permutation).under(strong);
/// let run = Runner::default().max_steps(20).run(&memory, &under_attack, &mut x, &mut rng)?;
/// assert_eq!((run.reason, x == patterns[9]), (StopReason::MaxSteps, true)); // every sweep repairs the ten
/// # Ok::<(), dam_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpinAdversary {
    target: Spins,
    budget: usize,
    placement: Placement,
    choice: Choice,
    ranking: Ranking,
}

impl SpinAdversary {
    /// An adversary of `target` that flips `budget` spins a sweep, or as many as there are to choose from.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a budget above N; [`Error::Dimension`] for a competitor of another N.
    pub fn new(
        target: Spins,
        budget: usize,
        placement: Placement,
        choice: Choice,
        ranking: Ranking,
    ) -> Result<Self, Error> {
        if budget > target.len() {
            let expected = "at most N flips a sweep";
            return Err(Error::Parameter { name: "budget", expected, found: budget as f64 });
        }
        match &choice {
            Choice::Toward(other) if other.len() != target.len() => {
                let (expected, found) = (target.len(), other.len());
                Err(Error::Dimension { what: "competitor", expected, found })
            }
            _ => Ok(Self { target, budget, placement, choice, ranking }),
        }
    }

    /// Up to `count` distinct sites.
    fn choose<E, R>(&self, moves: &mut Moves<'_, E>, count: usize, rng: &mut R) -> Vec<u32>
    where
        E: Priced<Flip, Space: SpinSpace>,
        R: Rng,
    {
        let is_aligned = |x: &Spins, i: usize| x.is_up(i) == self.target.is_up(i);
        let is_candidate = |x: &Spins, i: usize| match &self.choice {
            Choice::Any => true,
            Choice::Toward(other) => is_aligned(x, i) && other.is_up(i) != self.target.is_up(i),
            _ => is_aligned(x, i),
        };
        if count == 1 && self.choice == Choice::Any {
            return vec![rng.random_range(0..self.target.len() as u32)];
        }
        let mut sites: Vec<u32> =
            (0..self.target.len() as u32).filter(|&i| is_candidate(moves.x, i as usize)).collect();
        let ranks: Vec<f64> = match self.choice {
            Choice::Any | Choice::Aligned | Choice::Toward(_) => {
                return sites.partial_shuffle(rng, count).0.to_vec();
            }
            Choice::SmallestMargin => sites.iter().map(|&i| moves.price(i as usize)).collect(),
            Choice::LargestMargin => sites.iter().map(|&i| -moves.price(i as usize)).collect(),
            Choice::StrongestCoupling => {
                let margins = sites.iter().map(|&i| (moves.price(i as usize), i));
                let Some((_, weakest)) = margins.min_by(|a, b| a.0.total_cmp(&b.0)) else {
                    return sites;
                };
                sites.retain(|&i| i != weakest);
                let after = |&i: &u32| {
                    moves.flip(i as usize);
                    let margin = moves.price(weakest as usize);
                    moves.flip(i as usize);
                    margin
                };
                sites.iter().map(after).collect()
            }
        };
        let mut order: Vec<usize> = (0..sites.len()).collect();
        let by_rank = |&a: &usize, &b: &usize| ranks[a].total_cmp(&ranks[b]).then(a.cmp(&b));
        if (1..order.len()).contains(&count) {
            order.select_nth_unstable_by(count - 1, by_rank);
        }
        order.truncate(count);
        order.into_iter().map(|k| sites[k]).collect()
    }

    fn strike<E, R>(&self, moves: &mut Moves<'_, E>, plan: &mut SpinPlan, rng: &mut R)
    where
        E: Priced<Flip, Space: SpinSpace>,
        R: Rng,
    {
        let site = match self.ranking {
            Ranking::Once => plan.sites.pop(),
            Ranking::Afresh => self.choose(moves, 1, rng).pop(),
        };
        if let Some(site) = site {
            moves.flip(site as usize);
        }
    }
}

/// What is left of a sweep's flips.
#[derive(Clone, Debug, Default)]
pub struct SpinPlan {
    /// Sites in an order of their own, unless they are chosen afresh.
    sites: Vec<u32>,
    /// When they are flipped within the sweep, the last first.
    times: Vec<u32>,
}

impl<E: Priced<Flip, Space: SpinSpace>> Adversary<E> for SpinAdversary {
    type Plan = SpinPlan;

    fn check(&self, energy: &E) -> Result<(), Error> {
        energy.space().check("target of the adversary", &self.target)
    }

    fn before_sweep<R: Rng>(&self, moves: &mut Moves<'_, E>, plan: &mut SpinPlan, rng: &mut R) {
        if self.ranking == Ranking::Once {
            plan.sites = self.choose(moves, self.budget, rng);
        }
        match self.placement {
            Placement::BeforeSweep => (0..self.budget).for_each(|_| self.strike(moves, plan, rng)),
            Placement::WithinSweep => {
                let times = index::sample(rng, self.target.len(), self.budget);
                plan.times = times.into_iter().map(|k| k as u32).collect();
                plan.times.sort_unstable_by(|a, b| b.cmp(a));
                // Which of the chosen comes first is left to chance.
                plan.sites.shuffle(rng);
            }
        }
    }

    fn before_site<R: Rng>(&self, k: usize, moves: &mut Moves<'_, E>, plan: &mut SpinPlan, rng: &mut R) {
        if plan.times.last() == Some(&(k as u32)) {
            plan.times.pop();
            self.strike(moves, plan, rng);
        }
    }
}
