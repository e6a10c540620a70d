//! Patterns of real numbers under ±1 states: what learning makes of a memory.

use nalgebra::DVector;

use crate::energy::{Energy, Flip, Priced};
use crate::parallel::map_parts;
use crate::simd::{Lines, PriceTurn, strip, unit};
use crate::space::{Hypercube, IntoState, Spins, StateSpace};
use crate::{Error, Euclidean, Real};

/// The rectified memory of Krotov and Hopfield with real patterns under ±1 states,
///
/// ```text
/// E(x) = −N Σ_μ [m_μ]₊ⁿ,   m_μ = x·ξ^μ / N,   x in {−1, +1}^N,   ξ^μ in R^N
/// ```
///
/// All dynamics by prices of single flips run on it: [`Asynchronous`](crate::dynamics::Asynchronous),
/// [`SynchronousMarginal`](crate::dynamics::SynchronousMarginal), [`Glauber`](crate::dynamics::Glauber),
/// [`SpinMetropolis`](crate::dynamics::SpinMetropolis). A price costs one pass over the numbers of a site and adds up what changes
/// pattern by pattern. Patterns are kept once, site by site.
///
/// Patterns of ±1 are better off as bits, in a [`Dam`](crate::Dam), whose integers are exact. Here a tie of such patterns
/// is one in f64 while K Nⁿ < 2⁵³. Powers of small overlaps vanish below the range of the scalar, in f64 at n = 30 where m <
/// 10⁻¹⁰, in f32 where m < 0.05.
///
/// # Example
/// ```
/// use dam_core::{RealMemory, prelude::*};
/// let space = Hypercube::new(4)?;
/// let patterns = [[0.9, 0.8, -0.7, -0.9].as_slice(), &[-0.5, 0.6, 0.7, -0.4]];
/// let memory = RealMemory::<f64>::new(space, 3, patterns)?;
/// let mut x = Spins::from_signs(&[1, -1, -1, -1])?;
/// Runner::default().run(&memory, &Asynchronous::new(Order::Sequential), &mut x, &mut Streams::new(1).rng(Purpose::Dynamics, 0))?;
/// assert_eq!(x, Spins::from_signs(&[1, 1, -1, -1])?);
/// let overlaps = memory.overlaps(&x)?;
/// assert!((overlaps[0] - 3.3 / 4.0).abs() < 1e-15);
/// # Ok::<(), dam_core::Error>(())
/// ```
///
/// # Reference
/// Krotov and Hopfield (2016); "overloaded memory", eqs. 1–2.
#[derive(Clone, Debug)]
pub struct RealMemory<T: Real> {
    space: Hypercube,
    order: u32,
    count: usize,
    /// Patterns, up to whole strips.
    lanes: usize,
    /// Entry i of pattern μ at `i·lanes + μ`, zero beyond the last pattern.
    sites: Lines<T>,
    /// A power of two of at least N, by which dot products are divided: none of their digits is lost, no power overflows.
    scale: f64,
}

/// The dot products of a state with all patterns over a power of two (machinery).
#[derive(Clone, Debug)]
pub struct RealCache<T: Real> {
    h: Lines<T>,
}

impl<T: Real> RealMemory<T> {
    /// Patterns of N numbers each, at an order n.
    ///
    /// # Errors
    /// [`Error::NoPatterns`], [`Error::Dimension`], [`Error::NotFinite`]; [`Error::Parameter`] unless 2 <= n <= 1000, or
    /// for entries beyond ±1, whose powers could leave the range.
    pub fn new<I>(space: Hypercube, order: u32, patterns: I) -> Result<Self, Error>
    where
        I: IntoIterator<Item: IntoState<Euclidean<T>>>,
    {
        crate::error::parameter("order n", "2 <= n <= 1000", f64::from(order), (2..=1000).contains(&order))?;
        let (n, reader) = (space.sites(), Euclidean::new(space.sites())?);
        let patterns: Vec<DVector<T>> =
            patterns.into_iter().map(|p| p.into_state(&reader)).collect::<Result<_, _>>()?;
        if patterns.is_empty() {
            return Err(Error::NoPatterns);
        }
        let largest = patterns.iter().map(|p| p.amax().widen()).fold(0.0, f64::max);
        crate::error::parameter("entry of a pattern", "between -1 and 1", largest, largest <= 1.0)?;
        let lanes = patterns.len().next_multiple_of(strip::<T>());
        let mut sites = Lines::zeros(n * lanes / strip::<T>());
        map_parts(&mut sites, lanes, |i, site| {
            site.iter_mut().zip(&patterns).for_each(|(to, pattern)| *to = pattern[i]);
        });
        let scale = n.next_power_of_two() as f64;
        Ok(Self { space, order, count: patterns.len(), lanes, sites, scale })
    }

    /// The number of patterns K.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // never empty
    pub fn len(&self) -> usize {
        self.count
    }

    /// The overlaps x·ξ^μ/N with all patterns.
    ///
    /// # Errors
    /// [`Error::Dimension`].
    pub fn overlaps(&self, x: &Spins) -> Result<Vec<f64>, Error> {
        self.space.check("state", x)?;
        let factor = self.scale / self.space.sites() as f64;
        Ok(self.cache(x).h[..self.count].iter().map(|h| h.widen() * factor).collect())
    }

    fn site(&self, i: usize) -> &[T] {
        &self.sites[i * self.lanes..][..self.lanes]
    }

    /// N (scale/N)ⁿ: what turns sums of powers of dot products over the scale into energies.
    fn unit_of_energy(&self) -> f64 {
        let n = self.space.sites() as f64;
        n * (self.scale / n).powi(self.order as i32)
    }
}

impl<T: Real> Energy for RealMemory<T> {
    type Space = Hypercube;

    fn space(&self) -> &Hypercube {
        &self.space
    }

    fn energy(&self, x: &Spins) -> f64 {
        let power = |h: &T| h.widen().max(0.0).powi(self.order as i32);
        -self.unit_of_energy() * self.cache(x).h.iter().map(power).sum::<f64>()
    }
}

impl<T: Real> Priced<Flip> for RealMemory<T> {
    type Cache = RealCache<T>;

    fn cache(&self, x: &Spins) -> RealCache<T> {
        // In f64, whatever the patterns are in.
        let mut sums = vec![0.0; self.lanes];
        for i in 0..self.space.sites() {
            let sign = f64::from(x.get(i)) / self.scale;
            sums.iter_mut().zip(self.site(i)).for_each(|(sum, w)| *sum += sign * w.widen());
        }
        let mut h = Lines::zeros(self.lanes / strip::<T>());
        h.iter_mut().zip(sums).for_each(|(h, sum)| *h = T::narrow(sum));
        RealCache { h }
    }

    fn price(&self, x: &Spins, cache: &RealCache<T>, Flip(i): Flip) -> f64 {
        let turn = T::narrow(-2.0 * f64::from(x.get(i)) / self.scale);
        let mut sum = 0.0;
        T::price_turn(PriceTurn {
            unit: unit(),
            order: self.order,
            h: &cache.h,
            w: self.site(i),
            turn,
            sum: &mut sum,
        });
        -self.unit_of_energy() * sum
    }

    fn apply(&self, x: &mut Spins, cache: &mut RealCache<T>, Flip(i): Flip) {
        let turn = T::narrow(-2.0 * f64::from(x.get(i)) / self.scale);
        cache.h.iter_mut().zip(self.site(i)).for_each(|(h, &w)| *h += turn * w);
        x.flip(i);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamics::{Asynchronous, Order, SynchronousMarginal};
    use crate::{Purpose, Runner, StopReason, Streams, models};

    fn cube(n: usize, count: u64) -> Vec<DVector<f64>> {
        let space = Euclidean::<f64>::new(n).unwrap();
        (0..count).map(|mu| space.sample_cube(&mut Streams::new(4).rng(Purpose::Patterns, mu))).collect()
    }

    #[test]
    fn prices_are_differences_of_energies_and_caches_follow() {
        fn check<T: Real>(tolerance: f64) {
            let n = 37;
            let space = Hypercube::new(n).unwrap();
            let patterns: Vec<DVector<T>> = cube(n, 21).iter().map(|p| p.map(T::narrow)).collect();
            for order in [2, 3, 7] {
                let memory = RealMemory::new(space.clone(), order, &patterns).unwrap();
                let mut x = space.sample(&mut Streams::new(1).rng(Purpose::Cues, 0));
                // E = −N Σ [x·ξ/N]₊ⁿ by the definition.
                let energy = |x: &Spins| -> f64 {
                    let m = |p: &DVector<T>| {
                        p.iter().zip(x.iter()).map(|(p, x)| p.widen() * f64::from(x)).sum::<f64>() / n as f64
                    };
                    -(n as f64) * patterns.iter().map(|p| m(p).max(0.0).powi(order as i32)).sum::<f64>()
                };
                let mut cache = memory.cache(&x);
                for k in 0..200 {
                    let flip = Flip((11 * k) % n);
                    let mut turned = x.clone();
                    turned.flip(flip.0);
                    let (price, expected) = (memory.price(&x, &cache, flip), energy(&turned) - energy(&x));
                    assert!((price - expected).abs() < tolerance, "{order} {k}: {price} {expected}");
                    assert!((memory.energy(&x) - energy(&x)).abs() < tolerance);
                    if k % 3 == 0 {
                        memory.apply(&mut x, &mut cache, flip);
                        assert_eq!(x, turned);
                    }
                }
                let fresh = memory.cache(&x);
                assert!(
                    cache
                        .h
                        .iter()
                        .zip(fresh.h.iter())
                        .all(|(a, b)| (a.widen() - b.widen()).abs() < tolerance)
                );
            }
        }
        check::<f64>(1e-12);
        check::<f32>(2e-5);
    }

    #[test]
    fn patterns_of_signs_move_as_bits_do() {
        let (n, count) = (63, 40);
        let space = Hypercube::new(n).unwrap();
        let signs: Vec<Spins> =
            (0..count).map(|mu| space.sample(&mut Streams::new(2).rng(Purpose::Patterns, mu))).collect();
        let real: Vec<Vec<f64>> = signs.iter().map(|x| x.iter().map(f64::from).collect()).collect();
        for order in [2, 3, 4] {
            let exact = models::rectified(space.clone(), order, &signs).unwrap();
            let memory = RealMemory::new(space.clone(), order, &real).unwrap();
            for trial in 0..20 {
                let start = space.sample(&mut Streams::new(3).rng(Purpose::Cues, trial));
                let ends = |dynamics: Option<Asynchronous>| {
                    let (mut a, mut b) = (start.clone(), start.clone());
                    let (mut r, mut s) = [0; 2].map(|_| Streams::new(1).rng(Purpose::Dynamics, trial)).into();
                    let runner = Runner::default();
                    let stops = match dynamics {
                        Some(d) => {
                            (runner.run(&exact, &d, &mut a, &mut r), runner.run(&memory, &d, &mut b, &mut s))
                        }
                        None => {
                            let d = SynchronousMarginal;
                            (runner.run(&exact, &d, &mut a, &mut r), runner.run(&memory, &d, &mut b, &mut s))
                        }
                    };
                    let (p, q) = (stops.0.unwrap(), stops.1.unwrap());
                    assert_eq!((a, p.steps, p.reason), (b, q.steps, q.reason), "{order} {trial}");
                    p.reason
                };
                assert_eq!(ends(Some(Asynchronous::new(Order::Permutation))), StopReason::Converged);
                ends(None);
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let space = || Hypercube::new(3).unwrap();
        let none: [Vec<f64>; 0] = [];
        assert!(matches!(RealMemory::new(space(), 2, none), Err(Error::NoPatterns)));
        let wrong = |order, x: [f64; 3]| RealMemory::new(space(), order, [x.as_slice()]).map(|_| ());
        assert!(matches!(wrong(1, [0.0; 3]), Err(Error::Parameter { name: "order n", .. })));
        assert!(matches!(wrong(2, [0.0, f64::NAN, 0.0]), Err(Error::NotFinite { site: 1, .. })));
        assert!(matches!(wrong(2, [0.0, -1.5, 0.0]), Err(Error::Parameter { found: 1.5, .. })));
        assert!(matches!(
            RealMemory::new(space(), 2, [[1.0_f64; 4].as_slice()]),
            Err(Error::Dimension { expected: 3, found: 4, .. })
        ));
        // All patterns against the state: no price, and no pattern acts.
        let memory = RealMemory::new(space(), 2, [[-1.0_f64, -1.0, -1.0].as_slice()]).unwrap();
        let mut x = Spins::from_signs(&[1, 1, 1]).unwrap();
        let run = Runner::default()
            .run(&memory, &SynchronousMarginal, &mut x, &mut Streams::new(1).rng(Purpose::Dynamics, 0))
            .unwrap();
        assert_eq!((run.reason, run.steps), (StopReason::ZeroField, 1));
        assert!(memory.overlaps(&Spins::from_signs(&[1, 1]).unwrap()).is_err());
    }
}
