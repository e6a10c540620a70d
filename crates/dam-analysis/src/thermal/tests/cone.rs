//! The table of the background, the patterns that are drawn, and the field.

use dam_core::nalgebra::DVector;
use dam_core::prelude::*;
use dam_core::{LocalField, kernel::Epanechnikov};

use crate::theory::finite::ln_noise_floor;
use crate::theory::quadrature::integrate;
use crate::thermal::ConeLaw;

fn exponential() -> Exponential {
    Exponential::anchored(1.0).unwrap()
}

fn sphere(n: usize) -> Sphere<f64> {
    Sphere::new(n).unwrap()
}

/// With all patterns outside, the background is the same everywhere: the floor, by its Bessel function.
#[test]
fn the_whole_background_is_the_noise_floor() {
    for (n, alpha) in [(5, 0.4), (31, 0.5), (100, 0.3)] {
        let edge = 1.0 - 1e-12;
        let law = ConeLaw::new(sphere(n), exponential(), 1.0, alpha * n as f64, edge).unwrap();
        let floor = ln_noise_floor(n, alpha, 1.0).unwrap();
        for phi in [-1.0, -0.3, 0.0, 0.123, 0.8, 0.99, 1.0] {
            let found = law.ln_background(phi);
            assert!((found - floor).abs() < 1e-9 * floor.abs().max(1.0), "{n} {phi}: {found} {floor}");
        }
    }
}

/// Thermal sampling, section 4: ln C(φ) − ln S at N = 31, α = 0.5, φ_k = 0.4.
#[test]
fn the_background_is_that_of_the_table() {
    let law = ConeLaw::new(sphere(31), exponential(), 1.0, 15.5, 0.4).unwrap();
    let floor = ln_noise_floor(31, 0.5, 1.0).unwrap();
    let table = [(1.0, -4.02), (0.9, -2.62), (0.8, -1.66), (0.6, -0.57), (0.4, -0.14), (0.0, 0.0)];
    for (phi, expected) in table {
        assert!((law.ln_background(phi) - floor - expected).abs() < 0.0051, "{phi}");
    }
    // M P(φ >= 0.4): the paper quotes 1.1654e-2, exact is 0.0116539.
    assert!((law.mean_count() / 15.5_f64.exp() - 0.011_653_9).abs() < 1e-7);
}

/// Against sums over patterns that are drawn and lie outside the cone, for a smooth kernel and one with an edge.
#[test]
fn the_background_is_the_mean_over_patterns_outside() {
    let (n, edge, drawn) = (6, 0.3, 400_000);
    let space = sphere(n);
    let mut rng = Streams::new(3).rng(Purpose::Patterns, 0);
    let target = space.sample(&mut rng);
    let side = space.sample_tangent(&target, &mut rng);
    let side = &side * ((n as f64).sqrt() / side.norm());
    let patterns: Vec<DVector<f64>> = (0..drawn).map(|_| space.sample(&mut rng)).collect();
    let outside: Vec<_> = patterns.iter().filter(|xi| space.overlap(xi, &target) < edge).collect();
    fn check(
        law: &ConeLaw<impl Kernel + Clone>,
        kernel: impl Fn(f64) -> f64,
        outside: &[f64],
        phi: f64,
        drawn: f64,
    ) {
        let values: Vec<f64> = outside.iter().map(|&m| kernel(m)).collect();
        let sum: f64 = values.iter().sum();
        let square: f64 = values.iter().map(|v| v * v).sum();
        let error = (square - sum * sum / drawn).sqrt();
        let found = law.ln_background(phi).exp();
        assert!((found - sum).abs() < 4.0 * error + 1e-3 * sum, "{phi}: {found}, not {sum} +- {error}");
    }
    let ln_patterns = f64::from(drawn).ln();
    let smooth = ConeLaw::new(space.clone(), exponential(), 1.0, ln_patterns, edge).unwrap();
    let edged = ConeLaw::new(space.clone(), Epanechnikov::new(1.3).unwrap(), 1.0, ln_patterns, edge).unwrap();
    for phi in [-0.7, 0.0, 0.4, 0.9, 1.0] {
        let x = &target * phi + &side * f64::sqrt(1.0 - phi * phi);
        let overlaps: Vec<f64> = outside.iter().map(|xi| space.overlap(xi, &x)).collect();
        check(&smooth, |m| (-(n as f64) * (1.0 - m)).exp(), &overlaps, phi, f64::from(drawn));
        check(&edged, |m| (1.0 - 1.3 * (1.0 - m)).max(0.0), &overlaps, phi, f64::from(drawn));
    }
}

/// Patterns of the cone: their number, and the mean and mean square of their overlaps with the target.
#[test]
fn patterns_of_the_cone_have_the_density_of_the_sphere() {
    for (n, edge, ln_patterns) in
        [(3, 0.2, 9.5), (10, 0.6, 14.0), (31, 0.5, 15.5), (20, -0.3, 9.3), (12, 0.0, 10.0)]
    {
        let law = ConeLaw::new(sphere(n), exponential(), 1.0, ln_patterns, edge).unwrap();
        let mut rng = Streams::new(7).rng(Purpose::Patterns, n as u64);
        let target = sphere(n).sample(&mut rng);
        let memory = law.draw(&target, &mut rng).unwrap();
        let count = memory.near().len() - 1;
        assert!((count as f64 - law.mean_count()).abs() < 5.0 * law.mean_count().sqrt());
        let near = memory.near();
        let phi = near.overlaps(&target).unwrap();
        assert!((phi[0] - 1.0).abs() < 1e-12 && phi.iter().all(|&p| p >= edge - 1e-12));
        let density = |p: f64| (1.0 - p * p).powf(0.5 * (n as f64 - 3.0));
        let moment = |k: i32| integrate(edge, 1.0, 40, |p| p.powi(k) * density(p));
        for k in [1, 2] {
            let mean = phi[1..].iter().map(|p| p.powi(k)).sum::<f64>() / count as f64;
            let exact = moment(k) / moment(0);
            let error = ((moment(2 * k) / moment(0) - exact * exact) / count as f64).sqrt();
            assert!((mean - exact).abs() < 4.0 * error, "{n} {edge}: {mean} {exact} +- {error}");
        }
        // Around the target they point anywhere.
        let mut sum = DVector::zeros(n);
        for mu in 1..=count {
            let xi = near.pattern(mu).unwrap();
            sum += &xi - &target * phi[mu];
        }
        let side: f64 = phi[1..].iter().map(|p| 1.0 - p * p).sum::<f64>() * n as f64;
        assert!(sum.norm_squared() < side * 4.0, "{n}: {} {side}", sum.norm_squared());
    }
}

#[test]
fn energies_batch_and_fields_are_their_gradients() {
    let n = 8;
    let law = ConeLaw::new(sphere(n), exponential(), 0.7, 6.0, 0.4).unwrap();
    let mut rng = Streams::new(1).rng(Purpose::Patterns, 0);
    let target = sphere(n).sample(&mut rng);
    let memory = law.draw(&target, &mut rng).unwrap();
    let states: Vec<_> = (0..9).map(|_| sphere(n).sample(&mut rng)).collect();
    let mut e = vec![0.0; 9];
    memory.energies(&states, &mut e);
    for (x, e) in states.iter().zip(e) {
        assert!((memory.energy(x) - e).abs() < 1e-12);
        let mut h = DVector::zeros(n);
        assert!((memory.field(x, &mut h) - e).abs() < 1e-12);
        for i in 0..n {
            let step = |s: f64| {
                let mut y = x.clone();
                y[i] += s;
                memory.energy(&y)
            };
            let slope = (step(1e-5) - step(-1e-5)) / 2e-5;
            // Of the table's cubic, whose slope is continuous.
            assert!((h[i] + slope).abs() < 1e-6, "{i}: {} {slope}", h[i]);
        }
    }
}

#[test]
fn illegal_cones_are_refused() {
    let law = |n, c, ln_m, edge| ConeLaw::new(sphere(n), exponential(), c, ln_m, edge);
    assert!(law(2, 1.0, 5.0, 0.4).is_err());
    for (c, ln_m, edge) in [
        (0.0, 5.0, 0.4),
        (f64::NAN, 5.0, 0.4),
        (1.0, f64::INFINITY, 0.4),
        (1.0, 5.0, 1.0),
        (1.0, 5.0, -1.0),
        (1.0, 5.0, f64::NAN),
        (1.0, 30.0, 0.0),
    ] {
        assert!(law(10, c, ln_m, edge).is_err(), "{c} {ln_m} {edge}");
    }
    let cone = law(10, 1.0, 5.0, 0.4).unwrap();
    let mut rng = Streams::new(1).rng(Purpose::Patterns, 0);
    assert!(cone.draw(&DVector::zeros(10), &mut rng).is_err());
    assert!(cone.draw(&DVector::from_element(9, 1.0), &mut rng).is_err());
}
