//! The same seed gives the same bits for any number of threads, and on any vector level where no matrix product
//! is involved.

use std::sync::Mutex;

use dam_core::dynamics::Dynamics;
use dam_core::nalgebra::DVector;
use dam_core::prelude::*;
use dam_core::{Real, Storable, force_portable};

/// `force_portable` is one flag of the process, so tests that depend on it exclude each other.
static LEVEL: Mutex<()> = Mutex::new(());

fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

/// The outcome of `work` on 1, 2, 3 and 8 threads is one and the same.
fn same_on_all_threads<R: Send + PartialEq + std::fmt::Debug>(work: impl Fn() -> R + Sync) -> R {
    let one = with_threads(1, &work);
    for threads in [2, 3, 8] {
        assert_eq!(one, with_threads(threads, &work), "{threads} threads");
    }
    one
}

fn bits<T: Real>(x: &[DVector<T>]) -> Vec<u64> {
    x.iter().flat_map(|x| x.iter().map(|a| a.widen().to_bits())).collect()
}

fn draw<S: StateSpace>(space: &S, count: usize, purpose: Purpose, seed: u64) -> Vec<S::State> {
    let streams = Streams::new(seed);
    (0..count).map(|k| space.sample(&mut streams.rng(purpose, k as u64))).collect()
}

fn vectors<S, K, D>(space: S, kernel: K, dynamics: D, seed: u64) -> Vec<u64>
where
    S: VectorSpace + Storable<State = DVector<<S as VectorSpace>::Scalar>>,
    DVector<S::Scalar>: dam_core::IntoState<S>,
    K: Kernel + Clone,
    D: Dynamics<Dam<S::Store, K, LogSum>>,
{
    let patterns = draw(&space, 60, Purpose::Patterns, seed);
    let memory = Dam::new(space.clone(), kernel, LogSum, 1.0, patterns).unwrap();
    let states = draw(&space, 300, Purpose::Cues, seed);
    let streams = Streams::new(seed);
    same_on_all_threads(|| {
        let mut x = states.clone();
        let rng = |k| streams.rng(Purpose::Dynamics, k as u64);
        let runs = Runner::default().max_steps(12).run_all(&memory, &dynamics, &mut x, rng).unwrap();
        (bits(&x), runs)
    })
    .0
}

#[test]
fn every_dynamics_on_vectors() {
    let _level = LEVEL.lock();
    let lse = Exponential::anchored(0.3).unwrap();
    let sphere = || Sphere::<f64>::new(21).unwrap();
    let euclidean = || Euclidean::<f32>::new(21).unwrap();
    vectors(sphere(), lse, Synchronous, 1);
    vectors(sphere(), lse, GradientDescent::default(), 1);
    vectors(sphere(), lse, ConjugateGradient, 1);
    vectors(sphere(), lse, Metropolis::new(0.5, GaussianStep::new(0.1).unwrap()).unwrap(), 1);
    vectors(sphere(), lse, PairMetropolis::new(0.5, 0.5).unwrap(), 1);
    vectors(sphere(), lse, Langevin::new(0.5, 0.01).unwrap(), 1);
    vectors(Sphere::<f32>::new(21).unwrap(), lse, Synchronous, 1);
    vectors(euclidean(), lse, Synchronous, 1);
    vectors(euclidean(), lse, GradientDescent::default(), 1);
    vectors(euclidean(), lse, ConjugateGradient, 1);
    vectors(euclidean(), lse, Langevin::new(0.5, 0.01).unwrap(), 1);
    let first = vectors(sphere(), lse, Langevin::new(0.5, 0.01).unwrap(), 2);
    assert_eq!(first, vectors(sphere(), lse, Langevin::new(0.5, 0.01).unwrap(), 2));
    assert_ne!(first, vectors(sphere(), lse, Langevin::new(0.5, 0.01).unwrap(), 3));
}

fn spins<K, D>(kernel: K, dynamics: D)
where
    K: Kernel,
    D: Dynamics<Dam<dam_core::BitPatterns, K, Sum>>,
{
    let space = Hypercube::new(65).unwrap();
    let memory = Dam::new(space.clone(), kernel, Sum, 1.0, draw(&space, 70, Purpose::Patterns, 4)).unwrap();
    let (cues, streams) = (draw(&space, 200, Purpose::Cues, 4), Streams::new(4));
    same_on_all_threads(|| {
        let mut x = cues.clone();
        let rng = |k| streams.rng(Purpose::Dynamics, k as u64);
        let runs = Runner::default().max_steps(12).run_all(&memory, &dynamics, &mut x, rng).unwrap();
        (x, runs)
    });
}

#[test]
fn every_dynamics_on_spins() {
    let _level = LEVEL.lock();
    let cubic = Monomial::new(3).unwrap();
    spins(cubic, Synchronous);
    for order in [Order::Sequential, Order::Permutation, Order::WithReplacement] {
        spins(cubic, Asynchronous::new(order));
        spins(cubic, Glauber::new(0.01, order).unwrap());
    }
    spins(Exponential::anchored(1.0).unwrap(), Asynchronous::new(Order::Permutation));
    spins(cubic, SpinMetropolis::new(0.01, Order::Permutation).unwrap());
}

#[test]
fn large_scans_are_divided_by_patterns_not_by_threads() {
    let _level = LEVEL.lock();
    let space = Sphere::<f64>::new(5).unwrap();
    let patterns = draw(&space, 70_000, Purpose::Patterns, 6);
    let memory = models::lse(space.clone(), 2.0, patterns).unwrap();
    for count in [1, 6] {
        let x = draw(&space, count, Purpose::Cues, 6);
        same_on_all_threads(|| {
            let mut h = vec![space.zero_field(); count];
            let (mut e, mut with_field) = (vec![0.0; count], vec![0.0; count]);
            memory.energies(&x, &mut e);
            memory.fields(&x, &mut h, &mut with_field);
            (e.iter().map(|e| e.to_bits()).collect::<Vec<_>>(), bits(&h))
        });
        same_on_all_threads(|| {
            let mut ends = x.clone();
            let rng = |k| Streams::new(6).rng(Purpose::Dynamics, k as u64);
            Runner::default().max_steps(4).run_all(&memory, &Synchronous, &mut ends, rng).unwrap();
            let nearest = memory.nearest_all(&ends).unwrap();
            (bits(&ends), nearest.iter().map(|&(mu, m)| (mu, m.to_bits())).collect::<Vec<_>>())
        });
    }
}

/// Everything but the matrix products of batches is the same on every vector level.
#[test]
fn one_state_and_all_spins_are_the_same_on_every_level() {
    let _level = LEVEL.lock();
    let sphere = Sphere::<f64>::new(33).unwrap();
    let vectors = models::lse(sphere.clone(), 0.7, draw(&sphere, 1000, Purpose::Patterns, 8)).unwrap();
    let single = Sphere::<f32>::new(33).unwrap();
    let floats = models::spherical(single.clone(), 3, draw(&single, 700, Purpose::Patterns, 8)).unwrap();
    let cube = Hypercube::new(77).unwrap();
    let exact = models::polynomial(cube.clone(), 4, draw(&cube, 300, Purpose::Patterns, 8)).unwrap();
    let logs = models::lse(cube.clone(), 0.2, draw(&cube, 300, Purpose::Patterns, 8)).unwrap();
    let outcome = || {
        let streams = Streams::new(8);
        let mut rng = streams.rng(Purpose::Dynamics, 0);
        let mut all = Vec::new();
        let runner = Runner::default().max_steps(30);
        let mut x = draw(&sphere, 1, Purpose::Cues, 8).remove(0);
        for _ in 0..3 {
            runner.run(&vectors, &Synchronous, &mut x, &mut rng).unwrap();
            runner.run(&vectors, &ConjugateGradient, &mut x, &mut rng).unwrap();
            runner.run(&vectors, &Langevin::new(0.3, 0.01).unwrap(), &mut x, &mut rng).unwrap();
            all.extend(bits(std::slice::from_ref(&x)));
        }
        let mut x = draw(&single, 1, Purpose::Cues, 8).remove(0);
        runner.run(&floats, &Synchronous, &mut x, &mut rng).unwrap();
        all.extend(bits(&[x]));
        let mut cues = draw(&cube, 40, Purpose::Cues, 8);
        let rng = |k| streams.rng(Purpose::Dynamics, k as u64);
        runner.run_all(&exact, &Asynchronous::new(Order::Permutation), &mut cues, rng).unwrap();
        runner.run_all(&logs, &Glauber::new(0.5, Order::Sequential).unwrap(), &mut cues, rng).unwrap();
        runner.run_all(&logs, &Synchronous, &mut cues, rng).unwrap();
        let mut e = vec![0.0; cues.len()];
        logs.energies(&cues, &mut e);
        all.extend(e.iter().map(|e| e.to_bits()));
        (all, cues)
    };
    let widest = outcome();
    force_portable(true);
    let portable = outcome();
    force_portable(false);
    assert_eq!(widest, portable);
}
