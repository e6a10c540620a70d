//! Patterns that are made again whenever they are read give what the same patterns give in memory, to the bit.

use std::fmt::Debug;

use dam_core::dynamics::{Dynamics, GaussianStep, GradientDescent, Langevin, Metropolis, Synchronous};
use dam_core::kernel::{Epanechnikov, Exponential, Kernel, Monomial, Powered};
use dam_core::nalgebra::DVector;
use dam_core::rand::Rng;
use dam_core::{
    Aggregator, Dam, DensePatterns, Energy, Euclidean, Hypercube, IntoState, LocalField, LogSum, Purpose,
    Real, Regenerated, Runner, Sphere, Spins, StateSpace, Storable, Streams, Sum, VectorSpace,
};

type Kept<S, K, Q> = Dam<DensePatterns<S>, K, Q>;
type Made<S, K, Q> = Dam<DensePatterns<S, Regenerated<<S as VectorSpace>::Scalar>>, K, Q>;

fn bits<T: Real>(x: &[DVector<T>]) -> Vec<u64> {
    x.iter().flat_map(|x| x.iter().map(|a| a.widen().to_bits())).collect()
}

fn pair<S, T: Real, K: Kernel + Clone, Q: Aggregator>(
    space: &S,
    kernel: K,
    aggregator: Q,
    count: usize,
) -> (Kept<S, K, Q>, Made<S, K, Q>)
where
    S: VectorSpace<Scalar = T> + Storable<Store = DensePatterns<S>>,
    DVector<T>: IntoState<S>,
{
    let sample = {
        let (space, streams) = (space.clone(), Streams::new(5));
        move |mu: usize| space.sample(&mut streams.rng(Purpose::Patterns, mu as u64))
    };
    let kept = Dam::new(space.clone(), kernel.clone(), aggregator, 0.7, (0..count).map(&sample)).unwrap();
    let store = DensePatterns::regenerated(space.clone(), count, sample).unwrap();
    (kept, Dam::with_store(store, kernel, aggregator, 0.7).unwrap())
}

/// By the bits.
fn energies_and_fields<S, T: Real, E>(energy: &E, x: &[S::State]) -> (Vec<u64>, Vec<u64>)
where
    S: VectorSpace<Scalar = T>,
    E: LocalField<Space = S>,
{
    let (mut e, mut with_field) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    let mut h = vec![energy.space().zero_field(); x.len()];
    energy.energies(x, &mut e);
    energy.fields(x, &mut h, &mut with_field);
    (e.into_iter().chain(with_field).map(f64::to_bits).collect(), bits(&h))
}

/// All that one pass over the patterns gives, for batches on both sides of all thresholds.
fn scans<S, T: Real, K: Kernel, Q: Aggregator>(kept: &Kept<S, K, Q>, made: &Made<S, K, Q>)
where
    S: VectorSpace<Scalar = T>,
{
    let space = kept.space();
    let state = |k: usize| space.sample(&mut Streams::new(5).rng(Purpose::Cues, k as u64));
    let all: Vec<_> = (0..150).map(state).collect();
    for x in [&all[..1], &all[..2], &all[..3], &all[..6], &all] {
        assert_eq!(energies_and_fields(kept, x), energies_and_fields(made, x), "{} states", x.len());
        assert_eq!(kept.nearest_all(x).unwrap(), made.nearest_all(x).unwrap());
    }
    let to_bits = |all: Vec<f64>| all.into_iter().map(f64::to_bits).collect::<Vec<_>>();
    assert_eq!(to_bits(kept.overlaps(&all[0]).unwrap()), to_bits(made.overlaps(&all[0]).unwrap()));
    for mu in [0, kept.len() / 2, kept.len() - 1] {
        assert_eq!(kept.pattern(mu).unwrap(), made.pattern(mu).unwrap());
    }
}

fn runs<S, T: Real, D>(
    kept: &Kept<S, Exponential, LogSum>,
    made: &Made<S, Exponential, LogSum>,
    dynamics: &D,
    count: usize,
) where
    S: VectorSpace<Scalar = T>,
    D: Dynamics<Kept<S, Exponential, LogSum>> + Dynamics<Made<S, Exponential, LogSum>> + Debug,
{
    let near = |k: usize| {
        let mut x =
            kept.pattern(7 * k).unwrap() + kept.space().sample(&mut Streams::new(6).rng(Purpose::Cues, 1));
        kept.space().retract(&mut x);
        x
    };
    let cues: Vec<_> = (0..count).map(near).collect();
    let rng = |k: usize| Streams::new(6).rng(Purpose::Dynamics, k as u64);
    assert_ne!(rng(0).next_u64(), rng(1).next_u64());
    let runner = Runner::default().max_steps(6);
    let (mut ends, mut made_ends) = (cues.clone(), cues.clone());
    let of_kept = runner.run_all(kept, dynamics, &mut ends, rng).unwrap();
    let of_made = runner.run_all(made, dynamics, &mut made_ends, rng).unwrap();
    assert_eq!((of_kept, bits(&ends)), (of_made, bits(&made_ends)), "{dynamics:?}, {count} states");
    assert_ne!(bits(&cues), bits(&ends));
    let mu: Vec<usize> = (0..count).map(|k| 7 * k).collect();
    let weights = kept.attention_weights(&ends, &mu).unwrap();
    assert_eq!(weights, made.attention_weights(&made_ends, &mu).unwrap());
}

fn alike<S, T: Real>(space: &S)
where
    S: VectorSpace<Scalar = T> + Storable<Store = DensePatterns<S>>,
    DVector<T>: IntoState<S>,
{
    // Less than a brick, whole blocks and a rest, and more than one shard.
    for count in [1, 5, 400, 16_500] {
        let (kept, made) = pair(space, Exponential::new(0.4).unwrap(), LogSum, count);
        scans(&kept, &made);
        let (kept, made) = pair(space, Monomial::new(3).unwrap(), Sum, count);
        scans(&kept, &made);
    }
    // Few patterns, more states than a group, than a window, and a rest of few: batches must be cut alike.
    let (kept, made) = pair(space, Exponential::new(0.4).unwrap(), LogSum, 1100);
    for count in [49, 60, 150] {
        runs(&kept, &made, &Synchronous, count);
        let near: Vec<_> = (0..count).map(|k| kept.pattern(7 * k).unwrap()).collect();
        assert_eq!(kept.recall_all(&near).unwrap(), made.recall_all(&near).unwrap());
    }
    let (kept, made) = pair(space, Exponential::new(0.4).unwrap(), LogSum, 16_500);
    for count in [1, 5] {
        runs(&kept, &made, &Synchronous, count);
        runs(&kept, &made, &GradientDescent::default(), count);
        runs(&kept, &made, &Metropolis::new(0.5, GaussianStep::new(0.1).unwrap()).unwrap(), count);
        runs(&kept, &made, &Langevin::new(0.5, 0.01).unwrap(), count);
    }
}

#[test]
fn regenerated_patterns_give_the_bits_of_stored_ones() {
    alike(&Sphere::<f64>::new(7).unwrap());
    alike(&Euclidean::<f32>::new(6).unwrap());
}

#[test]
fn attention_weights_are_softmax() {
    let space = Euclidean::<f64>::new(9).unwrap();
    let beta = 0.3;
    let (kept, made) = pair(&space, Exponential::new(beta).unwrap(), LogSum, 50);
    let x: Vec<_> = (0..5).map(|k| space.sample(&mut Streams::new(1).rng(Purpose::Cues, k))).collect();
    let mu = [0, 3, 49, 17, 0];
    let found = made.attention_weights(&x, &mu).unwrap();
    for ((x, mu), found) in x.iter().zip(mu).zip(found) {
        let weights: Vec<f64> = (0..50).map(|nu| (beta * x.dot(&kept.pattern(nu).unwrap())).exp()).collect();
        let expected = weights[mu] / weights.iter().sum::<f64>();
        assert!((found - expected).abs() < 1e-13, "{found} {expected}");
    }
}

/// More patterns than are merged at a time, of two entries.
#[test]
fn many_shards_give_the_sums_of_a_plain_loop() {
    let space = Euclidean::<f64>::new(2).unwrap();
    let count = 4_300_000;
    // Two equal patterns that are the largest, far apart: the first is the nearest.
    let pattern = |mu: usize| {
        let angle = if mu == 600_000 || mu == 4_250_000 { 0.0 } else { 0.1 + 1e-6 * mu as f64 };
        DVector::from_vec(vec![angle.cos(), angle.sin()])
    };
    let store = DensePatterns::regenerated(space, count, pattern).unwrap();
    let memory = Dam::with_store(store, Exponential::new(2.0).unwrap(), LogSum, 0.5).unwrap();
    let x = [DVector::from_vec(vec![1.0, 0.0]), DVector::from_vec(vec![-0.3, 0.4])];
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let (mut h, mut e) = (vec![memory.space().zero_field(); 2], vec![0.0; 2]);
            memory.fields(&x, &mut h, &mut e);
            let mut alone = vec![0.0; 2];
            memory.energies(&x, &mut alone);
            assert!(e.iter().zip(&alone).all(|(a, b)| (a - b).abs() < 1e-12));
            (memory.nearest_all(&x).unwrap(), bits(&h), e.iter().map(|e| e.to_bits()).collect::<Vec<_>>())
        })
    };
    let one = run(1);
    assert_eq!(one, run(3));
    assert_eq!(one.0[0], (600_000, 0.5));
    for (s, x) in x.iter().enumerate() {
        let (mut sum, mut field) = (0.0, [0.0; 2]);
        for mu in 0..count {
            let xi = pattern(mu);
            let weight = (2.0 * (x[0] * xi[0] + x[1] * xi[1])).exp();
            sum += weight;
            (field[0], field[1]) = (field[0] + weight * xi[0], field[1] + weight * xi[1]);
        }
        let energy = -0.5 * f64::ln(sum) + 0.5 * x.norm_squared();
        assert!((f64::from_bits(one.2[s]) - energy).abs() < 1e-9);
        for i in 0..2 {
            assert!((f64::from_bits(one.1[2 * s + i]) - (field[i] / sum - x[i])).abs() < 1e-9);
        }
    }
}

#[test]
fn there_is_no_share_of_nothing() {
    fn outside<S: VectorSpace + Storable<Store = DensePatterns<S>>>(space: S)
    where
        DVector<S::Scalar>: IntoState<S>,
    {
        let pattern = space.sample(&mut Streams::new(1).rng(Purpose::Patterns, 0));
        let kernel = Powered(Epanechnikov::new(5.0).unwrap());
        let memory = Dam::new(space, kernel, LogSum, 0.2, [pattern.clone()]).unwrap();
        let weights = memory.attention_weights(&[pattern.clone(), -pattern], &[0, 0]).unwrap();
        assert!((weights[0] - 1.0).abs() < 1e-3 && weights[1].is_nan(), "{weights:?}");
    }
    outside(Sphere::<f64>::new(12).unwrap());
    outside(Sphere::<f32>::new(12).unwrap());
    let up = Spins::from_bools(&[true; 12]).unwrap();
    let down = Spins::from_bools(&[false; 12]).unwrap();
    let cube = Hypercube::new(12).unwrap();
    let kernel = Powered(Epanechnikov::new(5.0).unwrap());
    let memory = Dam::new(cube, kernel, LogSum, 0.2, [&up]).unwrap();
    let weights = memory.attention_weights(&[up.clone(), down], &[0, 0]).unwrap();
    assert!((weights[0] - 1.0).abs() < 1e-12 && weights[1].is_nan(), "{weights:?}");
    // A signed kernel that is summed directly: sums and terms below zero.
    let memory =
        Dam::new(Hypercube::new(12).unwrap(), Monomial::new(3).unwrap(), LogSum, 1.0, [&up]).unwrap();
    let opposite = Spins::from_bools(&[false; 12]).unwrap();
    assert!(memory.attention_weights(&[opposite], &[0]).unwrap()[0].is_nan());
}
