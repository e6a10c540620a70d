//! The price of a move is the energy difference, and stays so while a cache follows a state.

use dam_core::rand::{Rng, RngExt};
use dam_core::{
    Energy, Flip, FlipCache, Hypercube, Priced, Purpose, Real, Rotation, Sphere, Spins, StateSpace, Streams,
    models,
};

use crate::grid::{Case, GridSpace, close, over_grid};

/// `after − before`, no change where both are the same infinity.
fn difference(before: f64, after: f64) -> f64 {
    if before == after { 0.0 } else { after - before }
}

pub(crate) fn flips(case: &Case<'_, Hypercube>) {
    let (name, memory) = (&case.name, &case.memory);
    for x in case.states {
        every_flip(case, x, &memory.cache(x));
    }
    let (mut x, mut rng) = (case.states[2].clone(), Streams::new(9).rng(Purpose::Dynamics, 0));
    let mut cache = memory.cache(&x);
    for _ in 0..300 {
        memory.apply(&mut x, &mut cache, Flip(rng.random_range(0..case.space.sites())));
    }
    for (mu, pattern) in case.patterns.iter().enumerate() {
        assert_eq!(i64::from(cache.dots()[mu]), x.dot(pattern), "{name}: dot product {mu}");
    }
    every_flip(case, &x, &cache);
    let fresh = memory.cache(&x);
    for i in (0..x.len()).filter(|_| memory.is_exact()) {
        let (carried, fresh) = (memory.price(&x, &cache, Flip(i)), memory.price(&x, &fresh, Flip(i)));
        assert_eq!(carried.to_bits(), fresh.to_bits(), "{name}: price {i} drifted");
    }
}

fn every_flip(case: &Case<'_, Hypercube>, x: &Spins, cache: &FlipCache) {
    let (name, memory) = (&case.name, &case.memory);
    let before = memory.energy(x);
    let here = case.expected(x);
    for i in 0..x.len() {
        let mut flipped = x.clone();
        flipped.flip(i);
        let there = case.expected(&flipped);
        let tolerance = (64.0 * f64::EPSILON * (here.scale + there.scale)).max(1e-255);
        let (price, after) = (memory.price(x, cache, Flip(i)), memory.energy(&flipped));
        let change = difference(before, after);
        if (here.cancels || there.cancels) && !memory.is_exact() {
            assert!(!price.is_nan(), "{name}: flip {i}");
            continue;
        }
        assert!(close(price, change, tolerance), "{name}: flip {i} costs {price:e}, not {change:e}");
    }
}

#[test]
fn the_price_of_a_flip_is_the_energy_difference() {
    over_grid(&Hypercube::new(9).unwrap(), 20, flips);
    over_grid(&Hypercube::new(64).unwrap(), 70, flips);
    over_grid(&Hypercube::new(65).unwrap(), 70, flips);
}

pub(crate) fn rotations<T: Real>(case: &Case<'_, Sphere<T>>) {
    let Case { memory, space, .. } = case;
    let mut rng = Streams::new(9).rng(Purpose::Dynamics, 1);
    for x in case.states {
        let cache = memory.cache(x);
        for _ in 0..20 {
            let mv = rotation(space.sites(), &mut rng);
            one_rotation(case, x, mv, memory.price(x, &cache, mv));
        }
    }
    let mut x = case.states[2].clone();
    let mut cache = memory.cache(&x);
    // Past one refresh of the cache, ending between two.
    for _ in 0..1300 {
        memory.apply(&mut x, &mut cache, rotation(space.sites(), &mut rng));
    }
    space.check("state", &x).unwrap();
    for _ in 0..20 {
        let mv = rotation(space.sites(), &mut rng);
        one_rotation(case, &x, mv, memory.price(&x, &cache, mv));
    }
}

fn rotation(n: usize, rng: &mut impl Rng) -> Rotation {
    let i = rng.random_range(0..n);
    let j = (i + rng.random_range(1..n)) % n;
    Rotation { i, j, angle: rng.random::<f64>() - 0.5 }
}

fn one_rotation<T: Real>(
    case: &Case<'_, Sphere<T>>,
    x: &<Sphere<T> as StateSpace>::State,
    mv: Rotation,
    price: f64,
) {
    let Case { name, memory, .. } = case;
    let (sin, cos) = mv.angle.sin_cos();
    let (xi, xj) = (x[mv.i].widen(), x[mv.j].widen());
    let mut turned = x.clone();
    turned[mv.i] = T::narrow(xi * cos - xj * sin);
    turned[mv.j] = T::narrow(xi * sin + xj * cos);
    let scale = case.expected(x).scale + case.expected(&turned).scale;
    // A few hundred moves since the last refresh, each of which rounds two coordinates.
    let tolerance = 200.0 * <Sphere<T>>::EPSILON * scale;
    let change = difference(memory.energy(x), memory.energy(&turned));
    assert!(close(price, change, tolerance), "{name}: {mv:?} costs {price:e}, not {change:e}");
}

#[test]
fn the_price_of_a_rotation_is_the_energy_difference() {
    over_grid(&Sphere::<f64>::new(24).unwrap(), 20, rotations);
    over_grid(&Sphere::<f32>::new(24).unwrap(), 20, rotations);
}

/// Overlaps are kept and summed in blocks of patterns; here there are several.
fn across_blocks<T: Real>(tolerance: f64) {
    let space = Sphere::<T>::new(12).unwrap();
    let sample = |k| space.sample(&mut Streams::new(8).rng(Purpose::Patterns, k));
    let memory = models::lse(space.clone(), 0.5, (0..797).map(sample)).unwrap();
    let mut rng = Streams::new(9).rng(Purpose::Dynamics, 2);
    let mut x = sample(797);
    let mut cache = memory.cache(&x);
    for _ in 0..40 {
        let mv = rotation(12, &mut rng);
        let (price, before) = (memory.price(&x, &cache, mv), memory.energy(&x));
        memory.apply(&mut x, &mut cache, mv);
        let change = memory.energy(&x) - before;
        assert!((price - change).abs() < tolerance, "{mv:?}: {price} not {change}");
    }
}

#[test]
fn the_price_of_a_rotation_sums_over_all_blocks() {
    across_blocks::<f64>(1e-12);
    across_blocks::<f32>(1e-4);
}
