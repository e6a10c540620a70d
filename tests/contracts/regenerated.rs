//! Patterns that are made again whenever they are read give what the same patterns give in memory, to the bit.

use std::fmt::Debug;

use dam_core::dynamics::{Dynamics, GaussianStep, GradientDescent, Langevin, Metropolis, Synchronous};
use dam_core::kernel::{Exponential, Kernel, Monomial};
use dam_core::nalgebra::DVector;
use dam_core::rand::Rng;
use dam_core::{
    Aggregator, Dam, DensePatterns, Energy, Euclidean, IntoState, LocalField, LogSum, Purpose, Real,
    Regenerated, Runner, Sphere, StateSpace, Storable, Streams, Sum, VectorSpace,
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
    assert!(weights.iter().all(|p| (0.0..=1.0).contains(p)));
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
