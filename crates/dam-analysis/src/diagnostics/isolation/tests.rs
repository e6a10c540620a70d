use super::*;
use crate::Error;
use dam_core::nalgebra::DVector;
use dam_core::prelude::*;

type Memory<K, Q> = Dam<DensePatterns<Sphere<f64>>, K, Q>;

fn memory<K: Kernel, Q: Aggregator>(kernel: K, q: Q) -> (Memory<K, Q>, Vec<DVector<f64>>) {
    let streams = Streams::new(5);
    let space = Sphere::<f64>::new(40).unwrap();
    let patterns: Vec<_> = (0..60).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
    let memory = Dam::new(space, kernel, q, 1.0, &patterns).unwrap();
    let mut rng = streams.rng(Purpose::Directions, 0);
    let directions = random_directions(memory.space(), &patterns[3], 20, &mut rng);
    (memory, directions)
}

fn compare<K: Kernel, Q: Aggregator>(kernel: K, q: Q) {
    let (memory, directions) = memory(kernel, q);
    let (metric, x) = (BasinIsolation::new(40).unwrap(), memory.pattern(3).unwrap());
    let fast = metric.at(&memory, &x, &directions).unwrap();
    let literal = metric.at_literal(&memory, &x, &directions).unwrap();
    assert!(fast > 0.0 && (fast / literal - 1.0).abs() < 1e-9, "{fast} {literal}");
    // The profile itself, point by point.
    let (at_x, along) = (memory.overlaps_of(std::slice::from_ref(&x)), memory.overlaps_of(&directions[..1]));
    let plane = memory.plane(&x, at_x.as_slice(), &directions[0], along.as_slice());
    for r in [0.0, 0.3, 1.1, 2.9] {
        let mut y = &x + r * &directions[0];
        memory.space().retract(&mut y);
        let (s, energy) = (memory.space().ray_scale(r), memory.energy(&y));
        // Twice, and in a batch longer than a chunk.
        let mut values = [0.0; 70];
        plane.values(&[s; 70], &[s * r; 70], &mut values);
        for found in [plane.at(s, s * r)[0], values[0], values[69]] {
            assert!((found - energy).abs() < 1e-12 * (1.0 + energy.abs()), "{energy} at {r}");
        }
    }
}

#[test]
fn fast_equals_literal_for_every_kind_of_kernel() {
    compare(Monomial::new(2).unwrap(), Sum);
    compare(Monomial::new(3).unwrap(), Sum);
    compare(Monomial::new(5).unwrap(), Sum);
    compare(RectifiedMonomial::new(3).unwrap(), Sum);
    compare(Hermite::new(3).unwrap(), Sum);
    compare(Hermite::new(4).unwrap(), Sum);
    compare(Exponential::anchored(1.0).unwrap(), LogSum);
    compare(Exponential::anchored(0.5).unwrap(), Sum);
    compare(Epanechnikov::new(1.5).unwrap(), LogSum);
    compare(Powered(Epanechnikov::new(0.4).unwrap()), LogSum);
    compare(DistinctIndex::new(3).unwrap(), Sum);
    compare(Exponential::anchored(0.5).unwrap(), FlooredLogSum::new(1e-9).unwrap());
}

#[test]
fn the_cubic_profile_is_the_closed_form() {
    // H(Proj(ξ + r v)) = −(c)(1 + r²/N)^(−3/2) (A + 3rB + 3r²C + r³D), moments of the overlaps
    let (memory, directions) = memory(Monomial::new(3).unwrap(), Sum);
    let x = memory.pattern(3).unwrap();
    let o = memory.overlaps(&x).unwrap();
    let p: Vec<f64> = (0..60).map(|mu| memory.pattern(mu).unwrap().dot(&directions[0]) / 40.0).collect();
    let sum = |f: &dyn Fn(f64, f64) -> f64| o.iter().zip(&p).map(|(&o, &p)| f(o, p)).sum::<f64>();
    let r = 1.7_f64;
    let bracket = sum(&|o, _| o.powi(3))
        + 3.0 * r * sum(&|o, p| o * o * p)
        + 3.0 * r * r * sum(&|o, p| o * p * p)
        + r.powi(3) * sum(&|_, p| p.powi(3));
    let closed = -(1.0 + r * r / 40.0).powf(-1.5) * bracket;
    let mut y = &x + r * &directions[0];
    memory.space().retract(&mut y);
    assert!((memory.energy(&y) - closed).abs() < 1e-12);
    let along = memory.overlaps(&y).unwrap();
    let direct: f64 = -along.iter().map(|m| m.powi(3)).sum::<f64>();
    assert!((direct - closed).abs() < 1e-12);
}

#[test]
fn a_pure_parabola_has_no_deviation_and_a_line_has_a_known_one() {
    let metric = BasinIsolation::new(10).unwrap().radius(2.0).unwrap();
    let deviation = |metric: BasinIsolation, profile: fn(f64) -> f64| {
        let grid = (0..metric.points).map(|j| metric.grid_point(j, metric.radius));
        metric.deviation(&mut grid.map(profile).collect::<Vec<_>>())
    };
    assert!(deviation(metric, |r| 3.0 - 0.7 * r * r).unwrap() < 1e-14);
    // e = r: κ = Σ q r / Σ q² over r_j = j h, j below the number of fitted points; the rest by hand.
    for (points, fitted, metric) in [(100, 10, metric), (41, 6, metric.grid(41, 6).unwrap())] {
        let r = |j: usize| 2.0 * j as f64 / (points - 1) as f64;
        let kappa = (0..fitted).map(|j| 0.5 * r(j).powi(3)).sum::<f64>()
            / (0..fitted).map(|j| 0.25 * r(j).powi(4)).sum::<f64>();
        let off = |j: usize| (r(j) - 0.5 * kappa * r(j).powi(2)).abs();
        let expected = ((1..points - 1).map(off).sum::<f64>() + 0.5 * off(points - 1)) / (points - 1) as f64;
        assert!((deviation(metric, |r| r).unwrap() / expected - 1.0).abs() < 1e-12);
    }
    // With a free slope a line and a parabola are both fitted, a cubic is not.
    let free = metric.free_slope(true);
    assert!(deviation(free, |r| 3.0 - 0.7 * r * r + 2.0 * r).unwrap() < 1e-13);
    assert!(deviation(free, |r| r.powi(3)).unwrap() > 0.1);
}

#[test]
fn many_radii_are_each_the_metric_at_that_radius() {
    let (memory, _) = memory(Monomial::new(3).unwrap(), Sum);
    let (metric, streams) = (BasinIsolation::new(40).unwrap(), Streams::new(3));
    let radii = [0.2, 2.981, 7.0];
    let all = metric.of_patterns_over(&memory, &radii, &[5, 0], streams).unwrap();
    for (k, &sigma) in radii.iter().enumerate() {
        let one = metric.radius(sigma).unwrap().of_patterns(&memory, &[5, 0], streams).unwrap();
        assert_eq!([all[0][k], all[1][k]], one[..]);
    }
    assert!(metric.of_patterns_over(&memory, &[1.0, 0.0], &[5], streams).is_err());
}

#[test]
fn informed_directions_are_those_given_by_hand() {
    let (memory, _) = memory(Monomial::new(3).unwrap(), Sum);
    let (metric, space) = (BasinIsolation::new(40).unwrap(), memory.space());
    let x = memory.pattern(3).unwrap();
    let mut h = DVector::zeros(40);
    memory.field(&x, &mut h);
    h -= &x * (h.dot(&x) / 40.0);
    let by_hand = metric.at(&memory, &x, &[h.normalize()]).unwrap();
    let gradient = metric.directions(Directions::Gradient).unwrap();
    let found = gradient.of_patterns(&memory, &[3], Streams::new(1)).unwrap()[0];
    assert!((found / by_hand - 1.0).abs() < 1e-12);

    let mut others: Vec<usize> = (0..60).filter(|&nu| nu != 3).collect();
    let overlap = |nu: usize| space.overlap(&memory.pattern(nu).unwrap(), &x);
    others.sort_by(|&a, &b| overlap(b).partial_cmp(&overlap(a)).unwrap());
    let towards = |&nu: &usize| (memory.pattern(nu).unwrap() - &x * overlap(nu)).normalize();
    let by_hand = metric.at(&memory, &x, &others[..2].iter().map(towards).collect::<Vec<_>>()).unwrap();
    let nearest = metric.directions(Directions::Nearest(2)).unwrap();
    let found = nearest.of_patterns(&memory, &[3], Streams::new(1)).unwrap()[0];
    assert!((found / by_hand - 1.0).abs() < 1e-12);
    let all = metric.directions(Directions::Nearest(60)).unwrap();
    assert!(matches!(all.of_patterns(&memory, &[3], Streams::new(1)), Err(Error::Parameter { .. })));
}

#[test]
fn illegal_settings_are_refused() {
    let metric = BasinIsolation::new(10).unwrap();
    assert!(matches!(BasinIsolation::new(0), Err(Error::Parameter { name: "radius sigma", .. })));
    assert!(metric.radius(f64::NAN).is_err() && metric.directions(Directions::Random(0)).is_err());
    assert!(metric.grid(10, 2).is_err() && metric.grid(10, 11).is_err());
    let (memory, directions) = memory(Monomial::new(3).unwrap(), Sum);
    let x = memory.pattern(0).unwrap();
    assert!(metric.at(&memory, &x, &[]).is_err());
    assert!(metric.at(&memory, &DVector::zeros(3), &directions).is_err());
    assert!(metric.at(&memory, &x, &[DVector::zeros(3)]).is_err());
    assert!(metric.of_patterns(&memory, &[60], Streams::new(0)).is_err());
    let radial = [memory.pattern(0).unwrap() / 40.0_f64.sqrt()];
    let long = [2.0 * &directions[0]];
    for (bad, expected) in [(radial, "radial part of a direction"), (long, "length of a direction")] {
        let error = metric.at(&memory, &memory.pattern(0).unwrap(), &bad).unwrap_err();
        assert!(matches!(error, Error::Parameter { name, .. } if name == expected), "{error}");
    }
}

#[test]
fn profiles_that_leave_every_support_and_one_site_are_errors_and_tiny_radii_are_not() {
    let (memory, directions) = memory(Epanechnikov::new(30.0).unwrap(), LogSum);
    let (metric, x) = (BasinIsolation::new(40).unwrap(), memory.pattern(3).unwrap());
    for error in [metric.at(&memory, &x, &directions), metric.at_literal(&memory, &x, &directions)] {
        let expected =
            Error::Parameter { name: "energy on a ray", expected: "a finite number", found: f64::INFINITY };
        assert_eq!(error, Err(expected));
    }
    // An energy of the pattern itself below zero changes nothing about the one that is named.
    let twice = [x.clone(), x.clone()];
    let twice =
        Dam::new(memory.space().clone(), Epanechnikov::new(30.0).unwrap(), LogSum, 1.0, twice).unwrap();
    assert!(twice.energy(&x) < -0.6);
    assert_eq!(
        metric.at(&twice, &x, &directions).unwrap_err().to_string(),
        metric.at(&memory, &x, &directions).unwrap_err().to_string()
    );
    let tiny = metric.radius(1e-120).unwrap().at(&memory, &x, &directions).unwrap();
    assert!(tiny.is_finite());
    let space = Sphere::<f64>::new(1).unwrap();
    let one = Dam::new(space, Monomial::new(3).unwrap(), Sum, 1.0, vec![vec![1.0]]).unwrap();
    let metric = BasinIsolation::new(1).unwrap();
    assert!(matches!(metric.of_patterns(&one, &[0], Streams::new(0)), Err(Error::Core(_))));
}
