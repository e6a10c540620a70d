//! A batch gives what its states give one by one: energies, fields, nearest patterns, and whole runs.

use std::slice;

use dam_core::dynamics::{
    Asynchronous, ConjugateGradient, Dynamics, GaussianStep, Glauber, GradientDescent, Langevin, Metropolis,
    Order, PairMetropolis, SpinMetropolis, Synchronous,
};
use dam_core::{
    DensePatterns, Energy, Euclidean, Hypercube, LocalField, Purpose, Real, Runner, Sphere, StateSpace,
    StopReason, Streams, VectorSpace, models,
};

use crate::grid::{Case, GridSpace, close, over_grid};

/// The last is more than any group of states that move together.
const SIZES: [usize; 7] = [1, 2, 3, 4, 5, 17, 300];

/// Energies, fields and nearest patterns of batches on both sides of the threshold between the two engines.
fn scans<S: GridSpace>(case: &Case<'_, S>) {
    let Case { name, memory, space, .. } = case;
    let all: Vec<_> = case.states.iter().cycle().take(300).cloned().collect();
    let singles: Vec<_> = case.states.iter().map(|x| single(case, x)).collect();
    for size in SIZES {
        let x = &all[..size];
        let (mut e, mut with_field) = (vec![0.0; size], vec![0.0; size]);
        let mut h = vec![space.zero_field(); size];
        memory.energies(x, &mut e);
        memory.fields(x, &mut h, &mut with_field);
        let nearest = memory.nearest_all(x).unwrap();
        for s in 0..size {
            let (single_e, single_h, (mu, m)) = &singles[s % case.states.len()];
            let expected = &case.expected(&x[s]);
            let tolerance = if S::SPINS { 0.0 } else { 32.0 * S::EPSILON * expected.scale };
            let at = || format!("{name}: state {s} of {size}");
            assert!(close(e[s], *single_e, tolerance), "{}: energy {} not {single_e}", at(), e[s]);
            assert!(close(with_field[s], *single_e, tolerance), "{}: {} not {single_e}", at(), with_field[s]);
            let tolerance = tolerance * (1.0 + expected.steepness);
            for (h, single) in S::real_field(&h[s]).iter().zip(single_h) {
                assert!(close(*h, *single, tolerance), "{}: field {h} not {single}", at());
            }
            assert_eq!(nearest[s].0, *mu, "{}", at());
            assert!(close(nearest[s].1, *m, 8.0 * S::EPSILON), "{}: overlap {}", at(), nearest[s].1);
        }
    }
}

type Single = (f64, Vec<f64>, (usize, f64));

fn single<S: GridSpace>(case: &Case<'_, S>, x: &S::State) -> Single {
    let (memory, mut h) = (&case.memory, case.space.zero_field());
    memory.field(x, &mut h);
    (memory.energy(x), S::real_field(&h), memory.nearest_all(slice::from_ref(x)).unwrap()[0])
}

#[test]
fn scans_of_batches_equal_scans_of_their_states() {
    over_grid(&Hypercube::new(9).unwrap(), 20, scans);
    over_grid(&Hypercube::new(64).unwrap(), 70, scans);
    over_grid(&Hypercube::new(65).unwrap(), 70, scans);
    over_grid(&Sphere::<f64>::new(24).unwrap(), 20, scans);
    over_grid(&Sphere::<f32>::new(24).unwrap(), 20, scans);
    over_grid(&Euclidean::<f64>::new(24).unwrap(), 20, scans);
    over_grid(&Euclidean::<f32>::new(24).unwrap(), 20, scans);
}

/// Several blocks of patterns, more than one panel of states, and weights whose scale rises from block to block.
fn several_blocks<T: Real>(tolerance: f64) {
    let space = Sphere::<T>::new(24).unwrap();
    let sample = |k| space.sample(&mut Streams::new(8).rng(Purpose::Patterns, k));
    let memory = models::lse(space.clone(), 2.0, (0..1000).map(sample)).unwrap();
    // Near patterns of every block.
    let x: Vec<_> = (0..170).map(|k| space.project(&(sample(6 * k) + sample(2000 + k))).unwrap()).collect();
    let (mut e, mut h) = (vec![0.0; 170], vec![space.zero_field(); 170]);
    memory.fields(&x, &mut h, &mut e);
    for (x, (e, h)) in x.iter().zip(e.iter().zip(&h)) {
        let mut single = space.zero_field();
        assert!((memory.field(x, &mut single) - e).abs() < tolerance);
        let difference = single.iter().zip(h.iter()).map(|(a, b)| (a.widen() - b.widen()).abs());
        assert!(difference.fold(0.0, f64::max) < tolerance);
    }
}

#[test]
fn batches_over_several_blocks_equal_their_states() {
    several_blocks::<f64>(1e-12);
    several_blocks::<f32>(1e-4);
}

/// How two end states are compared.
#[derive(Clone, Copy)]
enum Ends {
    /// Bit for bit, with the same record of the run.
    Same,
    /// Up to this distance.
    Within(f64),
    /// Up to this distance where the single run has found a fixed point: elsewhere nothing keeps the rounding
    /// of the batch small.
    Fixed(f64),
}

/// [`Runner::run_all`] against [`Runner::run`] with the same streams: how many end states differ.
fn different<E: Energy, D: Dynamics<E>>(
    energy: &E,
    dynamics: &D,
    starts: &[<E::Space as StateSpace>::State],
    runner: Runner,
    ends: Ends,
) -> usize {
    let rng = |k: usize| Streams::new(8).rng(Purpose::Dynamics, k as u64);
    let mut batch = starts.to_vec();
    let runs = runner.run_all(energy, dynamics, &mut batch, rng).unwrap();
    let different = starts.iter().enumerate().filter(|&(k, start)| {
        let mut x = start.clone();
        let run = runner.run(energy, dynamics, &mut x, &mut rng(k)).unwrap();
        if let Some(acceptance) = run.acceptance {
            assert!((0.0..=1.0).contains(&acceptance) && run.reason == StopReason::MaxSteps, "{run:?}");
        }
        let apart = energy.space().max_change(&x, &batch[k]);
        match ends {
            Ends::Same => x != batch[k] || run != runs[k],
            Ends::Within(distance) => apart.is_nan() || apart > distance,
            Ends::Fixed(distance) => {
                run.reason == StopReason::Converged && (apart.is_nan() || apart > distance)
            }
        }
    });
    different.count()
}

/// Starts of a run: cues and random states, repeated with other streams.
fn starts<S: GridSpace>(case: &Case<'_, S>, trials: usize) -> Vec<S::State> {
    case.states.iter().cycle().take(trials).cloned().collect()
}

fn spin_runs(case: &Case<'_, Hypercube>) {
    let (memory, starts) = (&case.memory, starts(case, 16));
    let none = |what: &str, different: usize| assert_eq!(different, 0, "{what}: {}", case.name);
    let runner = Runner::default().max_steps(20);
    none("synchronous", different(memory, &Synchronous, &starts, runner, Ends::Same));
    for order in [Order::Sequential, Order::Permutation, Order::WithReplacement] {
        none("asynchronous", different(memory, &Asynchronous::new(order), &starts, runner, Ends::Same));
    }
    let runner = Runner::default().max_steps(5);
    let glauber = Glauber::new(0.3, Order::Permutation).unwrap();
    none("glauber", different(memory, &glauber, &starts, runner, Ends::Same));
    let metropolis = SpinMetropolis::new(0.3, Order::WithReplacement).unwrap();
    none("metropolis", different(memory, &metropolis, &starts, runner, Ends::Same));
}

/// What the sphere and the Euclidean space share. In a batch the last bits differ, so a state near the border
/// of two basins may end in the other one.
fn dense_runs<S: GridSpace<Store = DensePatterns<S>> + VectorSpace>(case: &Case<'_, S>) {
    let (name, memory, starts) = (&case.name, &case.memory, starts(case, 40));
    let single_precision = S::EPSILON > 1e-10;
    let (stop, apart) = if single_precision { (2e-5, 0.02) } else { (1e-7, 1e-4) };
    let (runner, ends) = (Runner::default().max_steps(60).tolerance(stop), Ends::Fixed(apart));
    let few = |what: &str, different: usize| assert!(different <= 2, "{what}: {different} of 40, {name}");
    few("synchronous", different(memory, &Synchronous, &starts, runner, ends));
    few("conjugate gradient", different(memory, &ConjugateGradient, &starts, runner, ends));
    few("gradient descent", different(memory, &GradientDescent::default(), &starts, runner, ends));
    // A sampler's step depends on its state continuously but for the decision to accept.
    let ends = Ends::Within(if single_precision { 1e-4 } else { 1e-11 });
    let runner = Runner::default().max_steps(3);
    let metropolis = Metropolis::new(0.5, GaussianStep::new(0.2).unwrap()).unwrap();
    few("metropolis", different(memory, &metropolis, &starts, runner, ends));
    few("langevin", different(memory, &Langevin::new(0.5, 0.05).unwrap(), &starts, runner, ends));
}

fn sphere_runs<T: Real>(case: &Case<'_, Sphere<T>>) {
    dense_runs(case);
    let pairs = PairMetropolis::new(0.5, 0.3).unwrap();
    // No shared work, so no rounding either.
    let runner = Runner::default().max_steps(3);
    let different = different(&case.memory, &pairs, &starts(case, 10), runner, Ends::Same);
    assert_eq!(different, 0, "pair metropolis: {}", case.name);
}

#[test]
fn runs_of_batches_equal_runs_of_their_states_on_spins() {
    over_grid(&Hypercube::new(9).unwrap(), 20, spin_runs);
    over_grid(&Hypercube::new(64).unwrap(), 70, spin_runs);
    over_grid(&Hypercube::new(65).unwrap(), 70, spin_runs);
}

#[test]
fn runs_of_batches_equal_runs_of_their_states_on_vectors() {
    over_grid(&Sphere::<f64>::new(16).unwrap(), 12, sphere_runs);
    over_grid(&Sphere::<f32>::new(16).unwrap(), 12, sphere_runs);
    over_grid(&Euclidean::<f64>::new(16).unwrap(), 12, dense_runs);
    over_grid(&Euclidean::<f32>::new(16).unwrap(), 12, dense_runs);
}

/// More states than one window of the runner, more than one group, states that stop at different times.
#[test]
fn long_batches_keep_their_order() {
    let space = Hypercube::new(64).unwrap();
    let patterns = crate::grid::patterns(&space, 12);
    let memory = dam_core::models::polynomial(space.clone(), 3, &patterns).unwrap();
    let mut starts = Vec::new();
    for k in 0..2100_u64 {
        let mut rng = Streams::new(2).rng(Purpose::Cues, k);
        starts.push(if k % 3 == 0 {
            space.sample(&mut rng)
        } else {
            space.cue(&patterns[k as usize % 12], &mut rng)
        });
    }
    let descent = Asynchronous::new(Order::Permutation);
    assert_eq!(different(&memory, &descent, &starts, Runner::default(), Ends::Same), 0);
    assert_eq!(different(&memory, &Synchronous, &starts, Runner::default(), Ends::Same), 0);
}
