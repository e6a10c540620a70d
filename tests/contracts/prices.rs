//! The price of a move is the energy difference, and stays so while a cache follows a state.

use dam_core::rand::{Rng, RngExt};
use dam_core::{
    Dam, Energy, Flip, Hypercube, Kernel, Priced, Purpose, Real, Rotation, Sphere, Spins, StateSpace,
    Storable, Streams,
};

use crate::grid::{Case, Contract, GridSpace, Reduced, close, over_boxes};

/// `after − before`, no change where both are the same infinity.
fn difference(before: f64, after: f64) -> f64 {
    if before == after { 0.0 } else { after - before }
}

struct Flips;

impl Contract<Hypercube> for Flips {
    fn check<K: Kernel, Q: Reduced>(&mut self, case: &Case<'_, Hypercube, K, Q>) {
        let (name, memory) = (&case.name, &case.memory);
        for x in case.states {
            every_flip(name, case, x, &memory.cache(x));
        }
        let (mut x, mut rng) = (case.states[2].clone(), Streams::new(9).rng(Purpose::Dynamics, 0));
        let mut cache = memory.cache(&x);
        for _ in 0..300 {
            memory.apply(&mut x, &mut cache, Flip(rng.random_range(0..case.space.sites())));
        }
        for (mu, pattern) in case.patterns.iter().enumerate() {
            assert_eq!(i64::from(cache.dots(memory.len())[mu]), x.dot(pattern), "{name}: dot product {mu}");
        }
        every_flip(name, case, &x, &cache);
        let fresh = memory.cache(&x);
        for i in 0..x.len() {
            let (carried, fresh) = (memory.price(&x, &cache, Flip(i)), memory.price(&x, &fresh, Flip(i)));
            let exact = memory.is_exact() && carried.to_bits() == fresh.to_bits();
            let tolerance = 1e-13 * case.expected(&x).scale;
            assert!(exact || close(carried, fresh, tolerance), "{name}: price {i} is {carried}, not {fresh}");
        }
    }
}

fn every_flip<K: Kernel, Q: Reduced>(
    name: &str,
    case: &Case<'_, Hypercube, K, Q>,
    x: &Spins,
    cache: &<Dam<<Hypercube as Storable>::Store, K, Q> as Priced<Flip>>::Cache,
) {
    let memory = &case.memory;
    let before = memory.energy(x);
    let here = case.expected(x);
    for i in 0..x.len() {
        let mut flipped = x.clone();
        flipped.flip(i);
        let there = case.expected(&flipped);
        let tolerance = 64.0 * f64::EPSILON * (here.scale + there.scale);
        let (price, after) = (memory.price(x, cache, Flip(i)), memory.energy(&flipped));
        let change = difference(before, after);
        assert!(
            close(price, change, tolerance),
            "{name}: flip {i} costs {price}, energies differ by {change}"
        );
    }
}

#[test]
fn the_price_of_a_flip_is_the_energy_difference() {
    over_boxes(&Hypercube::new(9).unwrap(), 20, &mut Flips);
    over_boxes(&Hypercube::new(64).unwrap(), 70, &mut Flips);
    over_boxes(&Hypercube::new(65).unwrap(), 70, &mut Flips);
}

struct Rotations;

impl<T: Real> Contract<Sphere<T>> for Rotations {
    fn check<K: Kernel, Q: Reduced>(&mut self, case: &Case<'_, Sphere<T>, K, Q>) {
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
}

fn rotation(n: usize, rng: &mut impl Rng) -> Rotation {
    let i = rng.random_range(0..n);
    let j = (i + rng.random_range(1..n)) % n;
    Rotation { i, j, angle: rng.random::<f64>() - 0.5 }
}

fn one_rotation<T: Real, K: Kernel, Q: Reduced>(
    case: &Case<'_, Sphere<T>, K, Q>,
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
    assert!(close(price, change, tolerance), "{name}: {mv:?} costs {price}, energies differ by {change}");
}

#[test]
fn the_price_of_a_rotation_is_the_energy_difference() {
    over_boxes(&Sphere::<f64>::new(24).unwrap(), 20, &mut Rotations);
    over_boxes(&Sphere::<f32>::new(24).unwrap(), 20, &mut Rotations);
}
