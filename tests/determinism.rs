//! The same seed gives the same bits for any number of threads, and on any vector level where no matrix product
//! is involved.

#[path = "exactness/brute.rs"]
#[allow(dead_code)]
mod brute;
#[path = "determinism/engines.rs"]
mod engines;

use std::collections::HashSet;
use std::sync::Mutex;

use dam_core::dynamics::Dynamics;
use dam_core::nalgebra::DVector;
use dam_core::prelude::*;
use dam_core::rand::Rng;
use dam_core::{BitPatterns, DensePatterns, IntoState, Real, Storable, force_portable};

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

/// End states of a batch of more than one group, by the bits.
fn vectors<S, D>(space: &S, dynamics: &D, seed: u64) -> Vec<u64>
where
    S: VectorSpace + Storable<State = DVector<<S as VectorSpace>::Scalar>>,
    DVector<S::Scalar>: IntoState<S>,
    D: Dynamics<Dam<S::Store, Exponential, LogSum>>,
{
    let patterns = draw(space, 60, Purpose::Patterns, seed);
    let kernel = Exponential::anchored(0.3).unwrap();
    let memory = Dam::new(space.clone(), kernel, LogSum, 1.0, patterns).unwrap();
    let states = draw(space, 100, Purpose::Cues, seed);
    let streams = Streams::new(seed);
    same_on_all_threads(|| {
        let mut x = states.clone();
        let rng = |k| streams.rng(Purpose::Dynamics, k as u64);
        let runs = Runner::default().max_steps(12).run_all(&memory, dynamics, &mut x, rng).unwrap();
        (bits(&x), runs)
    })
    .0
}

/// One seed gives one result, another seed another.
fn seeded(run: impl Fn(u64) -> Vec<u64>) {
    let first = run(1);
    assert_eq!(first, run(1));
    assert_ne!(first, run(2));
}

macro_rules! every_dynamics_on_vectors {
    ($space:expr) => {{
        let space = $space;
        seeded(|seed| vectors(&space, &Synchronous, seed));
        seeded(|seed| vectors(&space, &GradientDescent::default(), seed));
        seeded(|seed| vectors(&space, &ConjugateGradient, seed));
        let metropolis = Metropolis::new(0.5, GaussianStep::new(0.1).unwrap()).unwrap();
        seeded(|seed| vectors(&space, &metropolis, seed));
        seeded(|seed| vectors(&space, &Langevin::new(0.5, 0.01).unwrap(), seed));
    }};
}

#[test]
fn every_dynamics_on_the_sphere() {
    let _level = LEVEL.lock();
    every_dynamics_on_vectors!(Sphere::<f64>::new(21).unwrap());
    every_dynamics_on_vectors!(Sphere::<f32>::new(21).unwrap());
    let pairs = PairMetropolis::new(0.5, 0.5).unwrap();
    seeded(|seed| vectors(&Sphere::<f64>::new(21).unwrap(), &pairs, seed));
    seeded(|seed| vectors(&Sphere::<f32>::new(21).unwrap(), &pairs, seed));
}

#[test]
fn every_dynamics_in_euclidean_space() {
    let _level = LEVEL.lock();
    every_dynamics_on_vectors!(Euclidean::<f64>::new(21).unwrap());
    every_dynamics_on_vectors!(Euclidean::<f32>::new(21).unwrap());
}

fn spins<K, D>(kernel: K, dynamics: &D)
where
    K: Kernel + Copy,
    D: Dynamics<Dam<BitPatterns, K, Sum>>,
{
    let space = Hypercube::new(65).unwrap();
    seeded(|seed| {
        let patterns = draw(&space, 70, Purpose::Patterns, seed);
        let memory = Dam::new(space.clone(), kernel, Sum, 1.0, patterns).unwrap();
        let (cues, streams) = (draw(&space, 100, Purpose::Cues, seed), Streams::new(seed));
        let (x, _) = same_on_all_threads(|| {
            let mut x = cues.clone();
            let rng = |k| streams.rng(Purpose::Dynamics, k as u64);
            let runs = Runner::default().max_steps(12).run_all(&memory, dynamics, &mut x, rng).unwrap();
            (x, runs)
        });
        x.iter().flat_map(|x| x.iter().map(|s| u64::from(s > 0))).collect()
    });
}

#[test]
fn every_dynamics_on_spins() {
    let _level = LEVEL.lock();
    let cubic = Monomial::new(3).unwrap();
    spins(cubic, &Synchronous);
    for order in [Order::Sequential, Order::Permutation, Order::WithReplacement] {
        spins(cubic, &Asynchronous::new(order));
        spins(cubic, &Glauber::new(0.01, order).unwrap());
        spins(cubic, &SpinMetropolis::new(0.01, order).unwrap());
    }
    spins(Exponential::anchored(1.0).unwrap(), &Asynchronous::new(Order::Permutation));
}

#[test]
fn recall_of_many_cues() {
    let _level = LEVEL.lock();
    let sphere = Sphere::<f64>::new(30).unwrap();
    let memory = models::lse(sphere.clone(), 1.0, draw(&sphere, 50, Purpose::Patterns, 3)).unwrap();
    let cues = draw(&sphere, 150, Purpose::Cues, 3);
    same_on_all_threads(|| {
        let all = memory.recall_all(&cues).unwrap();
        let ends: Vec<_> = all.iter().map(|r| r.state.clone()).collect();
        let rest: Vec<_> = all.iter().map(|r| (r.nearest, r.overlap.to_bits(), r.steps, r.reason)).collect();
        (bits(&ends), rest)
    });
    let cube = Hypercube::new(65).unwrap();
    let memory = models::polynomial(cube.clone(), 3, draw(&cube, 40, Purpose::Patterns, 3)).unwrap();
    let cues = draw(&cube, 150, Purpose::Cues, 3);
    let descent = Asynchronous::new(Order::WithReplacement);
    same_on_all_threads(|| memory.recall_all_with(&descent, &cues, Streams::new(3)).unwrap());
}

/// A stream depends on its own address alone: what other streams were opened or drawn from does not matter, and
/// no two addresses share numbers.
#[test]
fn streams_are_independent() {
    let first = |mut rng: dam_core::StreamRng| [rng.next_u64(), rng.next_u64()];
    let streams = Streams::new(7);
    let alone = first(streams.rng(Purpose::Cues, 3));
    let purposes = [
        Purpose::Patterns,
        Purpose::Cues,
        Purpose::Dynamics,
        Purpose::Directions,
        Purpose::Resampling,
        Purpose::Custom(0),
        Purpose::Custom(1),
    ];
    let mut seen = HashSet::new();
    let mut families = vec![streams, Streams::new(0), Streams::new(8)];
    families.extend((0..3).map(|k| streams.branch(k)));
    families.extend((0..3).map(|k| streams.branch(0).branch(k)));
    for family in &families {
        for purpose in purposes {
            for index in [0, 1, 3, u64::MAX] {
                assert!(seen.insert(first(family.rng(purpose, index))), "{family:?} {purpose:?} {index}");
            }
        }
    }
    assert_eq!(alone, first(streams.rng(Purpose::Cues, 3)));
    assert_eq!(streams.branch(2), Streams::new(7).branch(2));
}

#[test]
fn large_scans_are_divided_by_patterns_not_by_threads() {
    let _level = LEVEL.lock();
    large_scans(Sphere::<f64>::new(5).unwrap());
    large_scans(Euclidean::<f32>::new(4).unwrap());
}

/// More patterns than two shards.
fn large_scans<S, T: Real>(space: S)
where
    S: VectorSpace<Scalar = T> + Storable<Store = DensePatterns<S>>,
    DVector<T>: IntoState<S>,
{
    let patterns = draw(&space, 66_000, Purpose::Patterns, 6);
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
            Runner::default().max_steps(2).run_all(&memory, &Synchronous, &mut ends, rng).unwrap();
            let nearest = memory.nearest_all(&ends).unwrap();
            (bits(&ends), nearest.iter().map(|&(mu, m)| (mu, m.to_bits())).collect::<Vec<_>>())
        });
    }
}

/// The portable level rounds sums of exponentials more often, and gives the same up to that.
#[test]
fn exponentials_agree_between_levels_to_rounding() {
    fn outcome<T: Real>() -> Vec<f64> {
        let space = Sphere::<T>::new(33).unwrap();
        let memory = models::lse(space.clone(), 0.7, draw(&space, 1000, Purpose::Patterns, 9)).unwrap();
        let mut all = Vec::new();
        for count in [1, 6] {
            let x = draw(&space, count, Purpose::Cues, 9);
            let (mut h, mut e) = (vec![space.zero_field(); count], vec![0.0; count]);
            memory.energies(&x, &mut e);
            all.extend(e.iter().copied());
            memory.fields(&x, &mut h, &mut e);
            all.extend(e);
            all.extend(h.iter().flat_map(|h| h.iter().map(|h| h.widen()).collect::<Vec<_>>()));
        }
        all
    }
    fn agree<T: Real>(tolerance: f64) {
        let _level = LEVEL.lock();
        let widest = outcome::<T>();
        force_portable(true);
        let portable = outcome::<T>();
        force_portable(false);
        for (a, b) in widest.iter().zip(&portable) {
            assert!((a - b).abs() < tolerance * (1.0 + a.abs()), "{a} {b}");
        }
    }
    agree::<f64>(1e-12);
    agree::<f32>(1e-4);
}

/// Everything but the matrix products of batches and the sums of exponentials over dense patterns is the same on every
/// vector level.
#[test]
fn one_state_and_all_spins_are_the_same_on_every_level() {
    let _level = LEVEL.lock();
    let sphere = Sphere::<f64>::new(33).unwrap();
    let kernel = Powered(Epanechnikov::new(0.4).unwrap());
    let vectors = draw(&sphere, 1000, Purpose::Patterns, 8);
    let vectors = Dam::new(sphere.clone(), kernel, LogSum, 1.0, vectors).unwrap();
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
