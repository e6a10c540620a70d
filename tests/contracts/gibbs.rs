//! The measure that samplers leave unchanged: detailed balance of every flip, by exact probabilities; and long chains
//! against sums over all spin states, integrals over one overlap, and integrals over all states of a small space.

use std::convert::Infallible;
use std::f64::consts::PI;

use dam_core::nalgebra::{DVector, dvector};
use dam_core::prelude::*;
use dam_core::rand::rand_core::TryRng;
use dam_core::{BitPatterns, DensePatterns, Flip, FlipCache, Observer, Priced, StateOf};

use crate::any::AnyDam;
use crate::grid::{Case, Cauchy, GridSpace, Kind, over_grid};

/// Numbers of the state after every step.
struct Collect<F>(F, Vec<Vec<f64>>);

impl<E: Energy, F: Fn(&E, &StateOf<E>) -> Vec<f64>> Observer<E> for Collect<F> {
    fn observe(&mut self, _step: usize, energy: &E, x: &StateOf<E>) {
        self.1.push((self.0)(energy, x));
    }
}

/// Energy and overlaps of long chains against their exact means, within four standard errors of batch means.
fn agrees<E: Energy, D: Dynamics<E>>(
    name: &str,
    energy: &E,
    dynamics: &D,
    start: &StateOf<E>,
    steps: usize,
    observables: impl Fn(&E, &StateOf<E>) -> Vec<f64>,
    exact: &[f64],
) {
    let mut series = Collect(observables, Vec::new());
    let mut rng = Streams::new(23).rng(Purpose::Dynamics, 0);
    let mut x = start.clone();
    Runner::default().max_steps(steps).run_observed(energy, dynamics, &mut x, &mut rng, &mut series).unwrap();
    let sampled = &series.1[steps / 10..];
    for (k, &exact) in exact.iter().enumerate() {
        let batches: Vec<f64> = sampled
            .chunks_exact(sampled.len() / 60)
            .map(|batch| batch.iter().map(|values| values[k]).sum::<f64>() / batch.len() as f64)
            .collect();
        let count = batches.len() as f64;
        let mean = batches.iter().sum::<f64>() / count;
        let variance = batches.iter().map(|b| (b - mean).powi(2)).sum::<f64>() / (count - 1.0);
        let error = (variance / count).sqrt();
        // An energy may be the same everywhere that is visited: then up to rounding.
        let near = (mean - exact).abs() <= 4.0 * error + 1e-12 * (1.0 + exact.abs());
        assert!(near, "{name}, observable {k}: {mean} +- {error}, exact {exact}");
        // A chain too short to tell anything would also pass; even energies turn over slowly.
        assert!(error < 0.1 * exact.abs().max(1.0), "{name}, observable {k}: error {error}");
    }
}

fn weighted(weights: &[f64], values: &[Vec<f64>]) -> Vec<f64> {
    let z: f64 = weights.iter().sum();
    let mean = |k: usize| weights.iter().zip(values).map(|(w, v)| w * v[k]).sum::<f64>() / z;
    (0..values[0].len()).map(mean).collect()
}

fn all_spins(n: usize) -> Vec<Spins> {
    let of = |k: u32| Spins::from_bools(&(0..n).map(|i| k >> i & 1 == 1).collect::<Vec<_>>()).unwrap();
    (0..1 << n).map(of).collect()
}

/// The range of energies, a scale of temperature; none where one is infinite or all are the same.
fn scale(energies: &[f64]) -> Option<f64> {
    let lowest = energies.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = energies.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some(highest - lowest).filter(|range| range.is_finite() && *range > 1e-9 * lowest.abs())
}

/// Boltzmann's weights.
fn weights(energies: &[f64], t: f64) -> Vec<f64> {
    let lowest = energies.iter().copied().fold(f64::INFINITY, f64::min);
    energies.iter().map(|e| (-(e - lowest) / t).exp()).collect()
}

/// The same kernel behind a pointer has the same energies.
fn is_new<S: GridSpace>(case: &Case<'_, S>) -> bool {
    !case.name.starts_with("user ") || case.name.starts_with("user x")
}

/// Every kernel and aggregator at two temperatures: sums over all 2^10 states.
#[test]
fn spin_dynamics_agree_with_enumeration() {
    let space = Hypercube::new(10).unwrap();
    let states = all_spins(10);
    let mut tried = 0;
    over_grid(&space, 4, |case| {
        let (memory, patterns) = (&case.memory, case.patterns);
        let energies: Vec<f64> = states.iter().map(|x| case.expected(x).energy).collect();
        let Some(scale) = scale(&energies).filter(|_| is_new(case)) else { return };
        let overlaps = |x: &Spins| patterns.iter().map(|p| p.dot(x) as f64 / 10.0).collect::<Vec<_>>();
        let observables =
            |memory: &AnyDam<_>, x: &Spins| [vec![memory.energy(x) / scale], overlaps(x)].concat();
        let values: Vec<_> =
            states.iter().zip(&energies).map(|(x, e)| [vec![e / scale], overlaps(x)].concat()).collect();
        for (factor, order) in [(0.2, Order::Permutation), (0.5, Order::WithReplacement)] {
            let t = factor * scale;
            let exact = weighted(&weights(&energies, t), &values);
            let name = |what: &str| format!("{what}, {}, T = {t}", case.name);
            let glauber = Glauber::new(t, order).unwrap();
            agrees(&name("Glauber"), memory, &glauber, &patterns[0], 8_000, observables, &exact);
            let metropolis = SpinMetropolis::new(t, order).unwrap();
            agrees(&name("Metropolis"), memory, &metropolis, &patterns[0], 8_000, observables, &exact);
        }
        tried += 1;
    });
    assert!(tried > 25, "{tried} memories");
}

/// One site of a state, all others held: a sweep is one decision.
struct OneSite<'a> {
    single: Hypercube,
    memory: &'a AnyDam<BitPatterns>,
    x: Spins,
    site: usize,
}

impl OneSite<'_> {
    fn whole(&self, s: &Spins) -> Spins {
        let mut x = self.x.clone();
        if x.get(self.site) != s.get(0) {
            x.flip(self.site);
        }
        x
    }
}

impl Energy for OneSite<'_> {
    type Space = Hypercube;
    fn space(&self) -> &Hypercube {
        &self.single
    }
    fn energy(&self, s: &Spins) -> f64 {
        self.memory.energy(&self.whole(s))
    }
}

impl Priced<Flip> for OneSite<'_> {
    type Cache = FlipCache;
    fn cache(&self, s: &Spins) -> FlipCache {
        self.memory.cache(&self.whole(s))
    }
    fn price(&self, s: &Spins, cache: &FlipCache, _: Flip) -> f64 {
        self.memory.price(&self.whole(s), cache, Flip(self.site))
    }
    fn apply(&self, s: &mut Spins, cache: &mut FlipCache, _: Flip) {
        self.memory.apply(&mut self.whole(s), cache, Flip(self.site));
        s.flip(0);
    }
}

/// A generator that always draws this number.
struct Always(u64);

impl TryRng for Always {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.0 >> 32) as u32)
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0)
    }
    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Infallible> {
        unreachable!("a decision takes one number")
    }
}

/// The probability that the rule turns the site: the uniform number in 53 bits at which it stops to, by halving.
fn probability<'a, D: Dynamics<OneSite<'a>>>(dynamics: &D, energy: &OneSite<'a>) -> f64 {
    let start = Spins::from_bools(&[energy.x.get(energy.site) > 0]).unwrap();
    let turns = |u: u64| {
        let mut s = start.clone();
        let mut scratch = dynamics.prepare(energy, &s);
        dynamics.step(energy, &mut s, &mut scratch, &mut Always(u << 11));
        s != start
    };
    let (mut low, mut high) = (0, 1 << 53);
    while low < high {
        let middle = (low + high) / 2;
        if turns(middle) { low = middle + 1 } else { high = middle }
    }
    low as f64 / (1_u64 << 53) as f64
}

/// π_i P_ij = π_j P_ji for every flip among the 2^5 states, with the probabilities of the program and energies that
/// are summed directly; and each rule is the one of its name.
#[test]
fn flips_are_in_detailed_balance() {
    let n = 5;
    let states = all_spins(n);
    let mut tried = 0;
    over_grid(&Hypercube::new(n).unwrap(), 3, |case| {
        let expected: Vec<_> = states.iter().map(|x| case.expected(x)).collect();
        let energies: Vec<f64> = expected.iter().map(|e| e.energy).collect();
        let finite: Vec<f64> = energies.iter().copied().filter(|e| e.is_finite()).collect();
        let Some(scale) = scale(&finite).filter(|_| is_new(case)) else { return };
        let t = 0.1 * scale;
        let weights = weights(&energies, t);
        let probabilities = |k: usize, site: usize| {
            let energy = OneSite {
                single: Hypercube::new(1).unwrap(),
                memory: &case.memory,
                x: states[k].clone(),
                site,
            };
            let glauber = probability(&Glauber::new(t, Order::Sequential).unwrap(), &energy);
            [glauber, probability(&SpinMetropolis::new(t, Order::Sequential).unwrap(), &energy)]
        };
        for site in 0..n {
            for i in (0..states.len()).filter(|i| i >> site & 1 == 0) {
                let j = i | 1 << site;
                if expected[i].cancels || expected[j].cancels {
                    continue; // rounding decides whether a logarithm of the sum is finite
                }
                let (there, back) = (probabilities(i, site), probabilities(j, site));
                for (what, (a, b)) in ["Glauber", "Metropolis"].iter().zip(there.into_iter().zip(back)) {
                    let (out, into) = (weights[i] * a, weights[j] * b);
                    // Probabilities are multiples of 2^-53; prices are exact up to the rounding of energies over T.
                    let tolerance = 1e-11 * out.max(into) + 2e-16 * (weights[i] + weights[j]);
                    assert!((out - into).abs() <= tolerance, "{what}, {}: {out:e}, back {into:e}", case.name);
                }
                assert!((there[0] + back[0] - 1.0).abs() < 1e-15, "{}", case.name);
                assert_eq!(there[1].max(back[1]), 1.0, "{}", case.name);
                tried += 1;
            }
        }
    });
    assert!(tried > 2000, "{tried} pairs of states");
}

/// One pattern on the sphere: the overlap has the density (1 − m²)^((N−3)/2) exp(−E(m)/T), whatever the kernel.
#[test]
fn one_pattern_on_the_sphere_is_one_integral() {
    const N: usize = 12;
    let n = N as f64;
    let space = Sphere::<f64>::new(N).unwrap();
    let xi = space.sample(&mut Streams::new(5).rng(Purpose::Patterns, 0));
    let rational = |m: f64| -7.0 / (1.0 + 6.0 * (1.0 - m).powi(2));
    let log = |b: f64, m: f64| -(n / b) * (1.0 - b * (1.0 - m)).max(0.0).ln();
    one_integral(&models::lse(space.clone(), 1.0, [&xi]).unwrap(), &xi, [1.0, 2.5], |m| n * (1.0 - m));
    one_integral(&models::spherical(space.clone(), 3, [&xi]).unwrap(), &xi, [0.03, 0.1], |m| {
        -m.powi(3) / 3.0
    });
    one_integral(&models::polynomial(space.clone(), 4, [&xi]).unwrap(), &xi, [2.0, 6.0], |m| -n * m.powi(4));
    one_integral(&models::lsr_extensive(space.clone(), 1.5, [&xi]).unwrap(), &xi, [0.5, 1.5], |m| {
        log(1.5, m)
    });
    one_integral(&Dam::new(space.clone(), Cauchy(6.0), Sum, 7.0, [&xi]).unwrap(), &xi, [0.4, 1.0], rational);
}

fn one_integral<K: Kernel, Q: dam_core::Aggregator>(
    memory: &Dam<DensePatterns<Sphere<f64>>, K, Q>,
    xi: &DVector<f64>,
    temperatures: [f64; 2],
    energy: impl Fn(f64) -> f64,
) {
    let n = xi.len() as f64;
    let overlap = |x: &DVector<f64>| xi.dot(x) / n;
    // In m = cos θ the weight is smooth at both ends.
    let grid: Vec<f64> = (0..20_000).map(|k| (PI * (f64::from(k) + 0.5) / 2e4).cos()).collect();
    let energies: Vec<f64> = grid.iter().map(|&m| energy(m)).collect();
    for t in temperatures {
        let measure: Vec<f64> = weights(&energies, t)
            .iter()
            .zip(&grid)
            .map(|(w, m)| if *w > 0.0 { w * (1.0 - m * m).powf((n - 2.0) / 2.0) } else { 0.0 })
            .collect();
        // States that are never visited may have an infinite energy.
        let values: Vec<_> = energies
            .iter()
            .zip(&grid)
            .map(|(e, m)| vec![if e.is_finite() { e / (n * t) } else { 0.0 }, *m])
            .collect();
        let exact = weighted(&measure, &values);
        let observables =
            |memory: &_, x: &DVector<f64>| vec![Energy::energy(memory, x) / (n * t), overlap(x)];
        let name = |what: &str| format!("{what}, {:?}, T = {t}", memory.space());
        let whole = Metropolis::new(t, GaussianStep::new(0.35).unwrap()).unwrap();
        agrees(&name("Gaussian steps"), memory, &whole, xi, 60_000, observables, &exact);
        let pairs = PairMetropolis::new(t, 1.5).unwrap();
        agrees(&name("pairs"), memory, &pairs, xi, 8_000, observables, &exact);
        // Noise of 0.4 per coordinate, whatever the scale of the energy.
        let langevin = Langevin::new(t, 0.08 / t).unwrap();
        agrees(&name("Langevin"), memory, &langevin, xi, 40_000, observables, &exact);
    }
}

/// Energy, in units of T, and overlaps.
fn observed<'a, S>(
    case: &'a Case<'_, S>,
    t: f64,
) -> impl Fn(&AnyDam<S::Store>, &DVector<f64>) -> Vec<f64> + Copy + 'a
where
    S: GridSpace<State = DVector<f64>>,
{
    let n = case.space.sites() as f64;
    move |memory, x| {
        let overlaps = case.patterns.iter().map(|p| p.dot(x) / n);
        std::iter::once(memory.energy(x) / t).chain(overlaps).collect()
    }
}

/// Their exact means, by sums over points that stand for equal parts of the space.
fn integrals<S>(case: &Case<'_, S>, t: f64, points: &[DVector<f64>], energies: &[f64]) -> Vec<f64>
where
    S: GridSpace<State = DVector<f64>>,
{
    let n = case.space.sites() as f64;
    let values = points.iter().zip(energies).map(|(x, e)| {
        let overlaps = case.patterns.iter().map(|p| p.dot(x) / n);
        std::iter::once(e / t).chain(overlaps).collect()
    });
    weighted(&weights(energies, t), &values.collect::<Vec<_>>())
}

/// Several patterns on the sphere in three dimensions, every kernel and aggregator: heights and angles of equal areas.
#[test]
fn dynamics_on_the_sphere_agree_with_integrals() {
    let space = Sphere::<f64>::new(3).unwrap();
    let point = |k: usize| {
        let (z, angle) = ((k / 150) as f64 / 75.0 - 149.0 / 150.0, 2.0 * PI * (k % 150) as f64 / 150.0);
        let across = (1.0 - z * z).sqrt();
        dvector![across * angle.cos(), across * angle.sin(), z] * 3_f64.sqrt()
    };
    let points: Vec<DVector<f64>> = (0..150 * 150).map(point).collect();
    let mut tried = 0;
    over_grid(&space, 4, |case| {
        let energies: Vec<f64> = points.iter().map(|x| case.expected(x).energy).collect();
        let Some(scale) = scale(&energies).filter(|_| is_new(case)) else { return };
        let t = 0.2 * scale;
        let (exact, observed) = (integrals(case, t, &points, &energies), observed(case, t));
        let name = |what: &str| format!("{what}, {}, T = {t}", case.name);
        let (memory, start) = (&case.memory, &case.patterns[0]);
        let whole = Metropolis::new(t, GaussianStep::new(0.9).unwrap()).unwrap();
        agrees(&name("Gaussian steps"), memory, &whole, start, 25_000, observed, &exact);
        let pairs = PairMetropolis::new(t, 2.0).unwrap();
        agrees(&name("pairs"), memory, &pairs, start, 8_000, observed, &exact);
        let langevin = Langevin::new(t, 0.3 / t).unwrap();
        agrees(&name("Langevin"), memory, &langevin, start, 25_000, observed, &exact);
        tried += 1;
    });
    assert!(tried > 25, "{tried} memories");
}

/// And in the plane, where the confinement bounds the energy from below: exponential kernels under logarithms.
#[test]
fn dynamics_in_the_plane_agree_with_integrals() {
    let space = Euclidean::<f64>::new(2).unwrap();
    let side = |k: usize| (k as f64 - 149.5) / 20.0;
    let points: Vec<DVector<f64>> = (0..300 * 300).map(|k| dvector![side(k / 300), side(k % 300)]).collect();
    let mut tried = 0;
    over_grid(&space, 3, |case| {
        if case.kind == Kind::Sum || !case.name.contains("exponential") {
            return;
        }
        let energies: Vec<f64> = points.iter().map(|x| case.expected(x).energy).collect();
        for t in [0.3, 1.0] {
            let (exact, observed) = (integrals(case, t, &points, &energies), observed(case, t));
            let name = |what: &str| format!("{what}, {}, T = {t}", case.name);
            let (memory, start) = (&case.memory, &case.patterns[0]);
            let whole = Metropolis::new(t, GaussianStep::new(1.5 * t.sqrt()).unwrap()).unwrap();
            agrees(&name("Gaussian steps"), memory, &whole, start, 60_000, observed, &exact);
            let langevin = Langevin::new(t, 0.6).unwrap();
            agrees(&name("Langevin"), memory, &langevin, start, 40_000, observed, &exact);
            tried += 1;
        }
    });
    assert_eq!(tried, 8);
}
