//! States stay in their space under every dynamics, and overlaps within their bounds.

use dam_core::dynamics::{
    Asynchronous, ConjugateGradient, Dynamics, FormalAsynchronous, GaussianStep, Glauber, GradientDescent,
    Langevin, Metropolis, Order, PairMetropolis, SpinMetropolis, Synchronous, SynchronousMarginal,
};
use dam_core::nalgebra::DVector;
use dam_core::{
    DensePatterns, Energy, Error, Euclidean, Hypercube, Purpose, Real, Runner, Sphere, StateOf, StopReason,
    Streams, VectorSpace, models,
};

use crate::grid::{Case, GridSpace, over_grid};

/// A few steps from every state end in the space, or the run says that it has diverged: in the Euclidean space, where a
/// sum of powers has no lowest energy, perhaps by an error.
fn stays<S: GridSpace, E: Energy<Space = S>, D: Dynamics<E>>(
    case: &Case<'_, S>,
    energy: &E,
    what: &str,
    dynamics: &D,
) {
    for (k, start) in case.states.iter().enumerate() {
        let mut x: StateOf<E> = start.clone();
        let mut rng = Streams::new(13).rng(Purpose::Dynamics, k as u64);
        let run = match Runner::default().max_steps(7).run(energy, dynamics, &mut x, &mut rng) {
            Err(Error::NotFinite { .. }) if S::CONFINED => continue,
            run => run.unwrap(),
        };
        let legal = case.space.check("state", &x);
        assert!(legal.is_ok() || run.reason == StopReason::Diverged, "{what}, {}: {legal:?}", case.name);
    }
}

/// Overlaps of a pattern with itself are one, and no others are larger; on the hypercube they are whole numbers over N.
fn bounded<S: GridSpace>(case: &Case<'_, S>) {
    let n = case.space.sites() as f64;
    for x in case.states.iter().chain(case.patterns.iter().take(3)) {
        for m in case.memory.overlaps(x).unwrap() {
            assert!(m.abs() <= 1.0 + 8.0 * S::EPSILON, "{}: {m}", case.name);
            assert!(!S::SPINS || m.abs() <= 1.0 && (m * n).round() / n == m, "{}: {m}", case.name);
        }
    }
    for (mu, (nearest, m)) in case.memory.nearest_all(case.patterns).unwrap().into_iter().enumerate() {
        let same = nearest == mu || case.patterns[nearest] == case.patterns[mu];
        assert!(same && (m - 1.0).abs() <= 8.0 * S::EPSILON, "{}: pattern {mu} is {nearest}", case.name);
    }
}

pub(crate) fn spins(case: &Case<'_, Hypercube>) {
    bounded(case);
    stays(case, &case.memory, "synchronous", &Synchronous);
    for order in [Order::Sequential, Order::Permutation, Order::WithReplacement] {
        stays(case, &case.memory, "asynchronous", &Asynchronous::new(order));
        stays(case, &case.memory, "Glauber", &Glauber::new(0.3, order).unwrap());
        stays(case, &case.memory, "Metropolis", &SpinMetropolis::new(0.3, order).unwrap());
    }
    stays(case, &case.memory, "all single flips", &SynchronousMarginal);
    // The formal derivative is a capability of the library's own memory.
    let memory = models::polynomial(case.space.clone(), 3, case.patterns).unwrap();
    stays(case, &memory, "formal derivative", &FormalAsynchronous::new(Order::Permutation));
}

fn dense<S: GridSpace<Store = DensePatterns<S>> + VectorSpace>(case: &Case<'_, S>) {
    let memory = &case.memory;
    stays(case, memory, "synchronous", &Synchronous);
    stays(case, memory, "gradient descent", &GradientDescent::default());
    stays(case, memory, "conjugate gradient", &ConjugateGradient);
    let steps = Metropolis::new(0.5, GaussianStep::new(0.3).unwrap()).unwrap();
    stays(case, memory, "Gaussian steps", &steps);
    stays(case, memory, "Langevin", &Langevin::new(0.5, 0.05).unwrap());
}

pub(crate) fn sphere<T: Real>(case: &Case<'_, Sphere<T>>) {
    bounded(case);
    dense(case);
    stays(case, &case.memory, "pairs", &PairMetropolis::new(0.5, 1.0).unwrap());
}

pub(crate) fn euclidean<T: Real>(case: &Case<'_, Euclidean<T>>) {
    dense(case);
}

/// Rays come back to the space by the scale of their length, and their tangent vector is found again; geodesics stay in it, at
/// constant speed, with the derivative they name.
fn rays<S: VectorSpace<Scalar = f64>>(space: &S) {
    let mut rng = Streams::new(5).rng(Purpose::Directions, 0);
    let legal = |y: &DVector<f64>| space.check("state", y).unwrap();
    for length in [1e-3, 0.7, 4.0, 30.0] {
        let x = space.sample(&mut rng);
        let v = space.sample_tangent(&x, &mut rng).normalize() * length;
        let mut y = &x + &v;
        space.retract(&mut y);
        legal(&y);
        assert!((&y - (&x + &v) * space.ray_scale(length)).amax() < 1e-12);
        assert!((space.log_ray(&x, &y) - &v).amax() < 1e-10 * (1.0 + length * length));
        let at = |t: f64| {
            let ([a, b], [slope_a, slope_b]) = space.geodesic(length, t);
            (&x * a + &v * b, &x * slope_a + &v * slope_b)
        };
        assert!((at(0.0).0 - &x).amax() < 1e-15 && (at(0.0).1 - &v).amax() < 1e-15 * length.max(1.0));
        for t in [-0.4, 0.1, 1.0] {
            let (y, slope) = at(t);
            legal(&y);
            assert!((slope.norm() / length - 1.0).abs() < 1e-12);
            let h = 1e-4 / length.max(1.0);
            let difference = (at(t + h).0 - at(t - h).0) / (2.0 * h);
            assert!((difference - slope).amax() < 1e-6 * length.max(1.0));
        }
    }
}

#[test]
fn rays_and_geodesics_are_those_of_the_space() {
    rays(&Sphere::new(24).unwrap());
    rays(&Euclidean::new(24).unwrap());
}

#[test]
fn every_dynamics_stays_in_its_space() {
    over_grid(&Hypercube::new(9).unwrap(), 20, spins);
    over_grid(&Hypercube::new(65).unwrap(), 70, spins);
    over_grid(&Sphere::<f64>::new(24).unwrap(), 20, sphere);
    over_grid(&Sphere::<f32>::new(24).unwrap(), 20, sphere);
    over_grid(&Euclidean::<f64>::new(24).unwrap(), 20, euclidean);
    over_grid(&Euclidean::<f32>::new(24).unwrap(), 20, euclidean);
}
