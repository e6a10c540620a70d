//! Samplers sample: long chains against exact enumeration, quadrature and closed forms.

use dam_core::dynamics::Dynamics;
use dam_core::prelude::*;
use dam_core::{Observer, StateOf};

/// Collects a number of the state after every step.
struct Collect<F>(F, Vec<f64>);

impl<E: Energy, F: Fn(&E, &StateOf<E>) -> f64> Observer<E> for Collect<F> {
    fn observe(&mut self, _step: usize, energy: &E, x: &StateOf<E>) {
        self.1.push((self.0)(energy, x));
    }
}

/// Mean and standard error from batch means: batches are much longer than the correlation time here.
fn mean_and_error(series: &[f64]) -> (f64, f64) {
    let batches: Vec<f64> = series.chunks(series.len() / 40).take(40).map(mean).collect();
    let (m, n) = (mean(&batches), batches.len() as f64);
    let variance = batches.iter().map(|b| (b - m).powi(2)).sum::<f64>() / (n - 1.0);
    (m, (variance / n).sqrt())
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Runs a chain and compares the mean of `observable` with `exact`.
fn samples<E, D, F>(
    name: &str,
    energy: &E,
    dynamics: &D,
    x: StateOf<E>,
    steps: usize,
    observable: F,
    exact: f64,
) where
    E: Energy,
    D: Dynamics<E>,
    F: Fn(&E, &StateOf<E>) -> f64,
{
    let mut rng = Streams::new(11).rng(Purpose::Dynamics, 0);
    let mut series = Collect(observable, Vec::new());
    let mut x = x;
    let runner = Runner::default().max_steps(steps);
    let run = runner.run_observed(energy, dynamics, &mut x, &mut rng, &mut series).unwrap();
    assert_eq!((run.reason, run.steps), (StopReason::MaxSteps, steps), "{name}");
    let acceptance = run.acceptance.expect("a sampler tells its acceptance");
    assert!(acceptance > 0.05 && acceptance < 0.999, "{name}: acceptance {acceptance}");
    let (found, error) = mean_and_error(&series.1[steps / 20..]);
    assert!((found - exact).abs() < 4.0 * error, "{name}: {found} +- {error}, exact {exact}");
    // A chain too short to tell anything would also pass.
    assert!(error < 0.05 * exact.abs().max(1.0), "{name}: error {error}");
}

#[test]
fn single_spin_dynamics_sample_the_gibbs_measure() {
    let space = Hypercube::new(9).unwrap();
    let streams = Streams::new(3);
    let patterns: Vec<Spins> =
        (0..4).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
    let memory = models::polynomial(space, 3, &patterns).unwrap();
    let t = 6.0;
    let states: Vec<Spins> = (0..512_u32)
        .map(|k| Spins::from_bools(&(0..9).map(|i| k >> i & 1 == 1).collect::<Vec<_>>()).unwrap())
        .collect();
    let weights: Vec<f64> = states.iter().map(|x| (-memory.energy(x) / t).exp()).collect();
    let z: f64 = weights.iter().sum();
    let average =
        |f: &dyn Fn(&Spins) -> f64| states.iter().zip(&weights).map(|(x, w)| w * f(x)).sum::<f64>() / z;
    let energy = average(&|x| memory.energy(x));
    let overlap = average(&|x| x.dot(&patterns[0]) as f64 / 9.0);
    let of_pattern = |_: &_, x: &Spins| x.dot(&patterns[0]) as f64 / 9.0;
    let start = || patterns[1].clone();
    let of_energy = |e: &Dam<_, _, _>, x: &Spins| e.energy(x);
    for order in [Order::Sequential, Order::Permutation, Order::WithReplacement] {
        let glauber = Glauber::new(t, order).unwrap();
        samples("Glauber energy", &memory, &glauber, start(), 40_000, of_energy, energy);
        samples("Glauber overlap", &memory, &glauber, start(), 40_000, of_pattern, overlap);
        // Sequential Metropolis sweeps are also exact: every update leaves the measure unchanged.
        let metropolis = SpinMetropolis::new(t, order).unwrap();
        samples("Metropolis energy", &memory, &metropolis, start(), 40_000, of_energy, energy);
        samples("Metropolis overlap", &memory, &metropolis, start(), 40_000, of_pattern, overlap);
    }
}

#[test]
fn dynamics_on_the_sphere_sample_the_gibbs_measure() {
    // One pattern: the density of m is exp(−N(1−m)/T) (1−m²)^((N−3)/2).
    let (n, t) = (12, 2.0);
    let space = Sphere::<f64>::new(n).unwrap();
    let pattern = space.sample(&mut Streams::new(5).rng(Purpose::Patterns, 0));
    let memory = models::lse(space, 1.0, [&pattern]).unwrap();
    let density = |m: f64| (-(n as f64) * (1.0 - m) / t).exp() * (1.0 - m * m).powf((n as f64 - 3.0) / 2.0);
    let grid = || (1..20_000).map(|k| f64::from(k) / 10_000.0 - 1.0);
    let z: f64 = grid().map(density).sum();
    let exact = grid().map(|m| m * density(m)).sum::<f64>() / z;
    let overlap = |_: &_, x: &dam_core::nalgebra::DVector<f64>| pattern.dot(x) / n as f64;
    let whole = Metropolis::new(t, GaussianStep::new(0.4).unwrap()).unwrap();
    samples("Gaussian step", &memory, &whole, pattern.clone(), 200_000, overlap, exact);
    let pairs = PairMetropolis::new(t, 1.5).unwrap();
    samples("pair rotations", &memory, &pairs, pattern.clone(), 40_000, overlap, exact);
    // A step so large that a wrong proposal density would show.
    let langevin = Langevin::new(t, 0.2).unwrap();
    samples("Langevin", &memory, &langevin, pattern.clone(), 100_000, overlap, exact);
}

#[test]
fn dynamics_in_euclidean_space_sample_a_gaussian() {
    // One pattern: E = −x·ξ + |x|²/2, so x is Gaussian of mean ξ and variance T per site.
    let (n, t) = (6, 0.5);
    let space = Euclidean::<f64>::new(n).unwrap();
    let pattern = space.sample(&mut Streams::new(7).rng(Purpose::Patterns, 0));
    let memory = models::attention(space, 1.0, [&pattern]).unwrap();
    let spread = |_: &_, x: &dam_core::nalgebra::DVector<f64>| (x - &pattern).norm_squared() / n as f64;
    let first = |_: &_, x: &dam_core::nalgebra::DVector<f64>| x[0];
    let whole = Metropolis::new(t, GaussianStep::new(0.5).unwrap()).unwrap();
    samples("Gaussian step, spread", &memory, &whole, pattern.clone(), 200_000, spread, t);
    samples("Gaussian step, mean", &memory, &whole, pattern.clone(), 200_000, first, pattern[0]);
    let langevin = Langevin::new(t, 0.8).unwrap();
    samples("Langevin, spread", &memory, &langevin, pattern.clone(), 100_000, spread, t);
    samples("Langevin, mean", &memory, &langevin, pattern.clone(), 100_000, first, pattern[0]);
}
