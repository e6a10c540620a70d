use dam_core::dynamics::{Langevin, Order, PairMetropolis};
use dam_core::prelude::*;

use super::shapes::two_patterns;

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

/// Every value is refused as parameter `name`, and the message says the range and the value.
fn illegal<T>(name: &str, range: &str, values: &[f64], make: impl Fn(f64) -> Result<T, Error>) {
    for &value in values {
        let error = make(value).err().unwrap_or_else(|| panic!("{name} = {value} was accepted"));
        assert!(matches!(error, Error::Parameter { .. }), "{error:?}");
        assert_eq!(error.to_string(), format!("{name}: expected {range}, found {value}"));
    }
}

const NOT_POSITIVE: [f64; 5] = [0.0, -1.0, NAN, INF, -INF];

#[test]
fn kernels_check_their_parameters() {
    illegal("beta", "beta > 0", &NOT_POSITIVE, Exponential::new);
    illegal("beta", "beta > 0", &NOT_POSITIVE, Exponential::anchored);
    illegal("b", "b > 0", &NOT_POSITIVE, Epanechnikov::new);
    illegal("epsilon", "0 <= epsilon < 1", &[-1e-9, 1.0, 2.0, NAN, INF, -INF], |epsilon| {
        Epanechnikov::new(2.0)?.with_floor(epsilon)
    });
    illegal("epsilon", "epsilon > 0", &NOT_POSITIVE, FlooredLogSum::new);
    let orders = [0.0, 1.0, 1_000_001.0];
    let range = "2 <= n <= 1000000";
    illegal("order n", range, &orders, |n| Monomial::new(n as u32));
    illegal("order n", range, &orders, |n| RectifiedMonomial::new(n as u32));
    illegal("order n", range, &orders, |n| Hermite::new(n as u32));
    illegal("order n", range, &orders, |n| DistinctIndex::new(n as u32));
}

#[test]
fn models_check_their_parameters() {
    let (patterns, _) = two_patterns::<f64>();
    let sphere = || Sphere::<f64>::new(4).unwrap();
    illegal("beta", "beta > 0", &NOT_POSITIVE, |beta| models::lse(sphere(), beta, &patterns));
    illegal("beta", "beta > 0", &NOT_POSITIVE, |beta| {
        models::attention(Euclidean::new(4).unwrap(), beta, &patterns)
    });
    illegal("b", "b > 0", &NOT_POSITIVE, |b| models::lsr(sphere(), b, 0.0, &patterns));
    illegal("b", "b > 0", &NOT_POSITIVE, |b| models::lsr_extensive(sphere(), b, &patterns));
    illegal("epsilon", "0 <= epsilon < 1", &[-0.1, 1.0, NAN], |e| models::lsr(sphere(), 1.0, e, &patterns));
    illegal("order n", "2 <= n <= 1000000", &[0.0, 1.0], |n| {
        models::spherical(sphere(), n as u32, &patterns)
    });
    illegal("order n", "2 <= n <= 1000000", &[0.0, 1.0], |n| {
        models::polynomial(sphere(), n as u32, &patterns)
    });
    illegal("prefactor", "c > 0", &NOT_POSITIVE, |c| {
        Dam::new(sphere(), Monomial::new(3)?, Sum, c, &patterns)
    });
    illegal("prefactor", "c > 0", &NOT_POSITIVE, |c| {
        Dam::new(Hypercube::new(2)?, Exponential::new(1.0)?, LogSum, c, [[true, false].as_slice()])
    });
    let store = models::lse(sphere(), 1.0, &patterns).unwrap().store().clone();
    illegal("prefactor", "c > 0", &NOT_POSITIVE, |c| {
        Dam::with_store(store.clone(), Monomial::new(3)?, Sum, c)
    });
}

#[test]
fn dynamics_check_their_parameters() {
    let range = "T > 0 (at T = 0 use a descent)";
    let name = "temperature";
    illegal(name, range, &NOT_POSITIVE, |t| Glauber::new(t, Order::Sequential));
    illegal(name, range, &NOT_POSITIVE, |t| SpinMetropolis::new(t, Order::Permutation));
    illegal(name, range, &NOT_POSITIVE, |t| Metropolis::new(t, GaussianStep::new(0.1)?));
    illegal(name, range, &NOT_POSITIVE, |t| PairMetropolis::new(t, 0.1));
    illegal(name, range, &NOT_POSITIVE, |t| Langevin::new(t, 0.1));
    illegal("step", "s > 0", &NOT_POSITIVE, GaussianStep::new);
    illegal("step", "epsilon > 0", &NOT_POSITIVE, |step| Langevin::new(0.5, step));
    illegal("first step", "length > 0", &NOT_POSITIVE, GradientDescent::new);
    illegal("angle", "0 < angle <= pi", &[0.0, -0.1, 3.15, NAN, INF], |a| PairMetropolis::new(0.5, a));
}

#[test]
fn corruptions_check_their_parameters() {
    illegal("noise norm / sqrt(N)", "r >= 0", &[-1e-9, -1.0, NAN, INF, -INF], TangentNoise::new);
    illegal("flip probability", "0 <= p <= 1", &[-1e-9, 1.000_000_1, 2.0, NAN, INF], FlipEach::new);
    let pattern = Spins::from_signs(&[1; 10]).unwrap();
    let ten = Hypercube::new(10).unwrap();
    let mut rng = Streams::new(1).rng(Purpose::Cues, 0);
    for count in [11, 64, 1 << 31] {
        refused!(
            FlipExactly::new(count).corrupt(&ten, &pattern, &mut rng),
            Error::Parameter { name: "flips", .. },
            "expected at most N",
            format!("found {count}")
        );
    }
    // The ends of the ranges are legal.
    let all = FlipExactly::new(10).corrupt(&ten, &pattern, &mut rng).unwrap();
    assert_eq!(all.dot(&pattern), -10);
    for p in [0.0, 1.0] {
        let x = FlipEach::new(p).unwrap().corrupt(&ten, &pattern, &mut rng).unwrap();
        assert_eq!(x.hamming(&pattern), 10 * p as usize);
    }
    let ([pattern, _], _) = two_patterns::<f64>();
    let sphere = Sphere::new(4).unwrap();
    let still = TangentNoise::new(0.0).unwrap().corrupt(&sphere, &pattern, &mut rng).unwrap();
    assert!((still - pattern).norm() < 1e-15);
}

#[test]
fn a_tolerance_that_is_none_asks_for_equality() {
    let (patterns, cue) = two_patterns::<f64>();
    let memory = models::spherical(Sphere::new(4).unwrap(), 3, &patterns).unwrap();
    let run = |tolerance: f64| {
        let (mut x, mut rng) = (cue.clone(), Streams::new(1).rng(Purpose::Dynamics, 0));
        Runner::default().tolerance(tolerance).run(&memory, &Synchronous, &mut x, &mut rng).unwrap()
    };
    for tolerance in [NAN, -1.0] {
        assert_eq!(run(tolerance), run(0.0));
    }
}
