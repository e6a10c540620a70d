//! A memory that was changed pattern by pattern equals one built anew.

use dam_core::kernel::{Exponential, Monomial};
use dam_core::rand::RngExt;
use dam_core::{
    Aggregator, BitPatterns, Dam, DensePatterns, Energy, Euclidean, FieldOf, Flip, Hypercube, IntoState,
    Kernel, LocalField, LogSum, PatternStore, Priced, Purpose, Real, Sphere, Spins, StateSpace, Storable,
    Streams, Sum, VectorSpace,
};

use crate::grid::{Cauchy, GridSpace, patterns};

/// Energy, field and overlaps of a state.
fn answers<S, K: Kernel, Q: Aggregator>(memory: &Dam<S::Store, K, Q>, x: &S::State) -> Vec<f64>
where
    S: GridSpace,
{
    let mut h: FieldOf<Dam<S::Store, K, Q>> = memory.space().zero_field();
    let mut all = vec![memory.energy(x), memory.field(x, &mut h)];
    all.extend(S::real_field(&h));
    all.extend(memory.overlaps(x).unwrap());
    all
}

/// Grows from `few` to all patterns one by one, then removes at random down to `few`, and calls `same` with the
/// changed memory and a new one after some of the steps. Also the removed patterns are the right ones.
fn grow_and_shrink<S, K, Q>(
    space: &S,
    kernel: K,
    q: Q,
    all: &[S::State],
    few: usize,
    same: impl Fn(&Dam<S::Store, K, Q>, &Dam<S::Store, K, Q>),
) where
    S: Storable,
    K: Kernel + Copy,
    Q: Aggregator,
    for<'p> &'p S::State: IntoState<S>,
{
    let anew = |patterns: &[S::State]| Dam::new(space.clone(), kernel, q, 0.7, patterns).unwrap();
    let mut memory = anew(&all[..few]);
    for len in few + 1..=all.len() {
        memory.push(&all[len - 1]).unwrap();
        if len % 7 == 0 || len == all.len() {
            same(&memory, &anew(&all[..len]));
        }
    }
    let mut kept = all.to_vec();
    let mut rng = Streams::new(6).rng(Purpose::Custom(1), 0);
    while kept.len() > few {
        // Also the last one, which is its own replacement.
        let mu = if kept.len() % 5 == 0 { kept.len() - 1 } else { rng.random_range(0..kept.len()) };
        assert_eq!(memory.swap_remove(mu).unwrap(), kept.swap_remove(mu));
        assert_eq!(memory.len(), kept.len());
        if kept.len() % 7 == 0 || kept.len() == few {
            same(&memory, &anew(&kept));
        }
    }
    assert!((0..few).all(|mu| memory.pattern(mu).unwrap() == kept[mu]));
    // Into the room that was left.
    memory.push(&all[few]).unwrap();
    kept.push(all[few].clone());
    same(&memory, &anew(&kept));
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|v| v.to_bits()).collect()
}

fn same_bits<K: Kernel, Q: Aggregator>(
    changed: &Dam<BitPatterns, K, Q>,
    anew: &Dam<BitPatterns, K, Q>,
    x: &Spins,
) {
    let len = anew.len();
    assert_eq!(changed.is_exact(), anew.is_exact(), "exactness at M = {len}");
    let [a, b] = [changed, anew].map(|memory| answers::<Hypercube, K, Q>(memory, x));
    assert_eq!(bits(&a), bits(&b), "M = {len}");
    let [a, b] = [changed, anew].map(|memory| {
        let cache = memory.cache(x);
        (0..x.len()).map(|i| memory.price(x, &cache, Flip(i))).collect::<Vec<_>>()
    });
    assert_eq!(bits(&a), bits(&b), "prices at M = {len}");
}

#[test]
fn bit_patterns_pushed_and_removed() {
    for n in [9, 64, 65] {
        let space = Hypercube::new(n).unwrap();
        let all = patterns(&space, 200);
        let x = space.sample(&mut Streams::new(1).rng(Purpose::Cues, 0));
        // From below one word of patterns past two of them, where columns grow.
        grow_and_shrink(&space, Monomial::new(3).unwrap(), Sum, &all, 3, |a, b| same_bits(a, b, &x));
        grow_and_shrink(&space, Monomial::new(4).unwrap(), LogSum, &all, 3, |a, b| same_bits(a, b, &x));
        let kernel = Exponential::anchored(0.3).unwrap();
        grow_and_shrink(&space, kernel, Sum, &all, 3, |a, b| same_bits(a, b, &x));
        grow_and_shrink(&space, Cauchy(6.0), LogSum, &all, 3, |a, b| same_bits(a, b, &x));
    }
}

#[test]
fn bit_patterns_across_the_widths_of_integers() {
    let space = Hypercube::new(64).unwrap();
    let x = space.sample(&mut Streams::new(1).rng(Purpose::Cues, 0));
    // Largest terms of a price: 66^9 - 62^9, of which M = 60 leave 64 bits, and 66^20, of which a few leave 128.
    for (order, fewest, most) in [(9, 3, 200), (20, 3, 60)] {
        let kernel = Monomial::new(order).unwrap();
        let all = patterns(&space, most);
        let exact = |m: usize| Dam::new(space.clone(), kernel, Sum, 0.7, &all[..m]).unwrap().is_exact();
        assert_eq!((exact(fewest), exact(most as usize)), (true, order < 20));
        grow_and_shrink(&space, kernel, Sum, &all, fewest, |a, b| same_bits(a, b, &x));
    }
}

#[test]
fn bit_patterns_removed_from_a_last_block() {
    // Scans take 4096 patterns at a time; what the last block leaves free may not be seen.
    let space = Hypercube::new(9).unwrap();
    let mut kept = patterns(&space, 4096 + 70);
    let x = space.sample(&mut Streams::new(1).rng(Purpose::Cues, 0));
    let kernel = Monomial::new(3).unwrap();
    let anew = |patterns: &[Spins]| Dam::new(space.clone(), kernel, Sum, 0.7, patterns).unwrap();
    let mut memory = anew(&kept);
    for _ in 0..20 {
        assert_eq!(memory.swap_remove(1000).unwrap(), kept.swap_remove(1000));
    }
    same_bits(&memory, &anew(&kept), &x);
}

fn dense<S, T>(space: &S, tolerance: f64)
where
    S: GridSpace<Store = DensePatterns<S>> + VectorSpace<Scalar = T>,
    T: Real,
    DensePatterns<S>: PatternStore<Space = S>,
    for<'p> &'p S::State: IntoState<S>,
{
    // Past several bricks, of 8 or 16 patterns.
    let all = patterns(space, 80);
    let x = space.sample(&mut Streams::new(1).rng(Purpose::Cues, 0));
    let close = |a: Vec<f64>, b: Vec<f64>| {
        let scale = 1.0 + b.iter().fold(0.0_f64, |max, b| max.max(b.abs()));
        a.iter().zip(&b).for_each(|(a, b)| assert!((a - b).abs() <= tolerance * scale, "{a} not {b}"));
    };
    let kernel = Monomial::new(3).unwrap();
    grow_and_shrink(space, kernel, Sum, &all, 3, |a, b| {
        assert!(a.store() == b.store());
        close(answers::<S, _, _>(a, &x), answers::<S, _, _>(b, &x));
    });
    let kernel = Exponential::anchored(0.3).unwrap();
    grow_and_shrink(space, kernel, LogSum, &all, 3, |a, b| {
        assert!(a.store() == b.store());
        close(answers::<S, _, _>(a, &x), answers::<S, _, _>(b, &x));
    });
}

#[test]
fn dense_patterns_pushed_and_removed() {
    dense(&Sphere::<f64>::new(24).unwrap(), 1e-14);
    dense(&Euclidean::<f64>::new(23).unwrap(), 1e-14);
    dense(&Sphere::<f32>::new(24).unwrap(), 1e-6);
}
