use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

use super::adversary::{Adversary, Moves};
use super::{Dynamics, Progress, accepts, temperature};
use crate::Error;
use crate::energy::{Flip, FormalField, Priced, StateOf};
use crate::space::StateSpace;

/// The order in which a sweep visits the N sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Order {
    /// 0, 1, …, N − 1.
    Sequential,
    /// A new random permutation every sweep.
    Permutation,
    /// N sites drawn with replacement. A sweep without a flip proves nothing here, so before a fixed point is
    /// claimed all N sites are looked at once.
    WithReplacement,
}

/// Decides one site, from the price of its flip unless it says otherwise: a few lines make a new single-spin dynamics.
pub trait SiteRule<E: Priced<Flip>>: Sync {
    /// The rule draws random numbers and never claims a fixed point.
    const SAMPLES: bool;

    /// What the rule decides from: the exact energy change of the flip.
    #[inline]
    fn price(&self, energy: &E, x: &StateOf<E>, cache: &E::Cache, site: usize) -> f64 {
        energy.price(x, cache, Flip(site))
    }

    /// Whether a flip of this price is made.
    fn flips<R: Rng>(&self, price: f64, rng: &mut R) -> bool;
}

/// Downhill only; a tie keeps the spin. The field is the discrete marginal φ_i = \[F(x_i = +1) − F(x_i = −1)\]/2 of
/// F = −E, a flip's exact price is 2 x_i φ_i.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Descend;

impl<E: Priced<Flip>> SiteRule<E> for Descend {
    const SAMPLES: bool = false;
    #[inline]
    fn flips<R: Rng>(&self, price: f64, _rng: &mut R) -> bool {
        price < 0.0
    }
}

/// Along the formal derivative h_i = −∂E/∂x_i, which counts the spin's own share in the overlaps; a tie keeps the spin.
/// The energy may rise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DescendFormally;

impl<E: FormalField> SiteRule<E> for DescendFormally {
    const SAMPLES: bool = false;
    #[inline]
    fn price(&self, energy: &E, x: &StateOf<E>, cache: &E::Cache, site: usize) -> f64 {
        energy.formal_price(x, cache, site)
    }
    #[inline]
    fn flips<R: Rng>(&self, price: f64, _rng: &mut R) -> bool {
        price < 0.0
    }
}

/// The heat bath: a flip of price p is made with probability 1 / (1 + exp(p / T)).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeatBath {
    temperature: f64,
}

impl<E: Priced<Flip>> SiteRule<E> for HeatBath {
    const SAMPLES: bool = true;
    fn flips<R: Rng>(&self, price: f64, rng: &mut R) -> bool {
        rng.random::<f64>() < 1.0 / (1.0 + (price / self.temperature).exp())
    }
}

/// Metropolis' rule: a flip of price p is made with probability min(1, exp(−p / T)).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MetropolisRule {
    temperature: f64,
}

impl<E: Priced<Flip>> SiteRule<E> for MetropolisRule {
    const SAMPLES: bool = true;
    fn flips<R: Rng>(&self, price: f64, rng: &mut R) -> bool {
        accepts(price, self.temperature, rng)
    }
}

/// Single-spin dynamics: one step is one sweep of N sites, each decided by the rule; an [`Adversary`] may flip spins
/// before the sweep and between its sites.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sweep<L, A = ()> {
    rule: L,
    order: Order,
    adversary: A,
}

/// Zero-temperature single-spin descent: a spin turns if that lowers the energy, a tie keeps it. The energy
/// never rises; a sweep without a flip is a fixed point.
///
/// # Example
/// ```
/// use dam_core::prelude::*;
/// let streams = Streams::new(5);
/// let space = Hypercube::new(200)?;
/// let patterns: Vec<_> = (0..100).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
/// let memory = Dam::new(space, Monomial::new(3)?, Sum, 1.0, &patterns)?;
/// let mut rng = streams.rng(Purpose::Cues, 0);
/// let mut x = FlipExactly::new(40).corrupt(memory.space(), &patterns[9], &mut rng)?;
/// let run = Runner::default().run(&memory, &Asynchronous::new(Order::Permutation), &mut x, &mut rng)?;
/// assert_eq!((run.reason, x == patterns[9]), (StopReason::Converged, true));
/// # Ok::<(), dam_core::Error>(())
/// ```
pub type Asynchronous = Sweep<Descend>;

/// Zero-temperature single-spin dynamics by the formal derivative: the other convention of the field (for the
/// monomial of order n, n Σ_μ ξ_i (x·ξ^μ)^(n−1) with the spin's own term).
pub type FormalAsynchronous = Sweep<DescendFormally>;

/// Glauber dynamics (the single-spin heat bath) at temperature T.
pub type Glauber = Sweep<HeatBath>;

/// Single-spin Metropolis dynamics at temperature T.
pub type SpinMetropolis = Sweep<MetropolisRule>;

impl Asynchronous {
    /// Descent with sites in this order.
    #[must_use]
    pub fn new(order: Order) -> Self {
        Self::with_rule(Descend, order)
    }
}

impl FormalAsynchronous {
    /// Formal-derivative dynamics with sites in this order.
    #[must_use]
    pub fn new(order: Order) -> Self {
        Self::with_rule(DescendFormally, order)
    }
}

impl Glauber {
    /// Heat bath at temperature T, in units of the energy.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless T is positive and finite.
    pub fn new(t: f64, order: Order) -> Result<Self, Error> {
        Ok(Self::with_rule(HeatBath { temperature: temperature(t)? }, order))
    }
}

impl SpinMetropolis {
    /// Metropolis at temperature T, in units of the energy.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless T is positive and finite.
    pub fn new(t: f64, order: Order) -> Result<Self, Error> {
        Ok(Self::with_rule(MetropolisRule { temperature: temperature(t)? }, order))
    }
}

impl<L> Sweep<L> {
    /// Single-spin dynamics of any rule.
    #[must_use]
    pub fn with_rule(rule: L, order: Order) -> Self {
        Self { rule, order, adversary: () }
    }

    /// The same dynamics under an adversary. It never claims a fixed point.
    #[must_use]
    pub fn under<A>(self, adversary: A) -> Sweep<L, A> {
        Sweep { rule: self.rule, order: self.order, adversary }
    }
}

/// Scratch of [`Sweep`].
#[derive(Clone, Debug)]
pub struct SweepScratch<C, P> {
    cache: C,
    sites: Vec<u32>,
    plan: P,
}

impl<E: Priced<Flip>, L: SiteRule<E>, A: Adversary<E>> Dynamics<E> for Sweep<L, A> {
    type Scratch = SweepScratch<E::Cache, A::Plan>;

    fn check(&self, energy: &E) -> Result<(), Error> {
        self.adversary.check(energy)
    }

    fn prepare(&self, energy: &E, x: &StateOf<E>) -> Self::Scratch {
        let n = energy.space().sites() as u32;
        SweepScratch { cache: energy.cache(x), sites: (0..n).collect(), plan: A::Plan::default() }
    }

    fn step<R: Rng>(
        &self,
        energy: &E,
        x: &mut StateOf<E>,
        scratch: &mut Self::Scratch,
        rng: &mut R,
    ) -> Progress {
        let n = energy.space().sites();
        let SweepScratch { cache, sites, plan } = scratch;
        self.adversary.before_sweep(&mut Moves { energy, x, cache }, plan, rng);
        if self.order == Order::Permutation {
            sites.shuffle(rng);
        }
        let (mut flips, mut flat) = (0, true);
        for k in 0..n {
            self.adversary.before_site(k, &mut Moves { energy, x, cache }, plan, rng);
            let i = match self.order {
                Order::WithReplacement => rng.random_range(0..n),
                _ => sites[k] as usize,
            };
            let price = self.rule.price(energy, x, cache, i);
            if price.is_nan() {
                return Progress::Diverged;
            }
            flat &= price == 0.0;
            if self.rule.flips(price, rng) {
                energy.apply(x, cache, Flip(i));
                flips += 1;
            }
        }
        if L::SAMPLES {
            return Progress::Sampled { acceptance: f64::from(flips) / n as f64 };
        }
        if flips > 0 || A::ACTS {
            return Progress::moved(2.0);
        }
        if self.order == Order::WithReplacement {
            for i in 0..n {
                let price = self.rule.price(energy, x, cache, i);
                flat &= price == 0.0;
                if self.rule.flips(price, rng) {
                    // Not a fixed point; the next sweeps will find this site.
                    return Progress::moved(2.0);
                }
            }
        }
        // A landscape flat in every direction is no attractor: no pattern acts here.
        if flat { Progress::ZeroField } else { Progress::moved(0.0) }
    }
}
