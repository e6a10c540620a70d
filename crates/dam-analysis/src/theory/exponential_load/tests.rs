use super::reference::{ANGLES, BOUNDS, CROSSOVERS, FIXED_POINTS, NOISE, THRESHOLDS};
use super::*;
use crate::theory::Space;
use crate::theory::tails::Overlaps;

const ALL: [Patterns; 3] = [Patterns::Spherical, Patterns::Gaussian, Patterns::Binary];

fn model(patterns: Patterns, lambda: f64) -> ExponentialLoad {
    ExponentialLoad::new(patterns, lambda).unwrap()
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} {expected}");
}

#[test]
fn thresholds_agree_with_the_reference() {
    for &(patterns, lambda, typical, condensation) in THRESHOLDS {
        let model = model(patterns, lambda);
        close(model.typical_threshold() / typical, 1.0, 1e-15);
        close(model.condensation() / condensation, 1.0, 1e-14);
    }
    for &(lambda, norm, ramsauer) in BOUNDS {
        close(model(Patterns::Gaussian, lambda).norm_threshold() / norm, 1.0, 1e-14);
        close(ramsauer_bound(lambda).unwrap() / ramsauer, 1.0, 1e-15);
    }
    for &(patterns, lambda, alpha, rho, phi) in NOISE {
        close(model(patterns, lambda).noise_exponent(alpha, rho).unwrap(), phi, 4e-16);
    }
}

#[test]
fn the_table_of_thresholds() {
    // λ; spherical α_1, α_*; Gaussian α_1, by norm alone, all; Ramsauer.
    let table = [
        [0.5, 0.3870064, 0.0941132, 0.375, 0.1527426, 0.1527426, 0.0422290],
        [1.0, 0.6225719, 0.2406059, 0.5, 0.1839397, 0.1732868, 0.0742919],
        [2.0, 0.9087540, 0.4703068, 0.5, 0.1839397, 0.1732868, 0.1225170],
        [4.0, 1.2243567, 0.7554856, 0.5, 0.1839397, 0.1732868, 0.1883245],
        [8.0, 1.5553407, 1.0709505, 0.5, 0.1839397, 0.1732868, 0.2708041],
        [16.0, 1.8941062, 1.4019168, 0.5, 0.1839397, 0.1732868, 0.3676541],
    ];
    for [lambda, typical, condensation, gaussian, norm, all, ramsauer] in table {
        let (sphere, gauss) = (model(Patterns::Spherical, lambda), model(Patterns::Gaussian, lambda));
        close(sphere.typical_threshold(), typical, 5e-8);
        close(sphere.capacity_bound(), typical, 5e-8);
        close(sphere.condensation(), condensation, 5e-8);
        close(gauss.typical_threshold(), gaussian, 1e-15);
        close(gauss.norm_threshold(), norm, 5e-8);
        close(gauss.capacity_bound(), all, 5e-8);
        close(ramsauer_bound(lambda).unwrap(), ramsauer, 5e-8);
    }
    // The table of α_c(0) of log-sum-exp, at β_net = λ.
    for (lambda, sphere, cube) in [
        (0.3, 0.256816, 0.255659),
        (0.5, 0.387006, 0.379885),
        (1.0, 0.622572, 0.566219),
        (2.0, 0.908754, 0.674997),
        (5.0, 1.329698, 0.693102),
    ] {
        close(model(Patterns::Spherical, lambda).typical_threshold(), sphere, 5e-7);
        close(model(Patterns::Binary, lambda).typical_threshold(), cube, 5e-7);
    }
}

#[test]
fn the_table_of_basins() {
    let lambdas = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0];
    // α, θ_c in degrees (0: not retrieved), nearest pattern. Equal numbers: the noise is condensed.
    let table = [
        (0.1, [58.57, 64.79, 64.80, 64.80, 64.80, 64.80, 64.80], 64.80),
        (0.2, [22.87, 51.25, 54.96, 54.96, 54.96, 54.96, 54.96], 54.96),
        (0.3, [0.0, 34.31, 47.36, 47.80, 47.80, 47.80, 47.80], 47.80),
        (0.5, [0.0, 0.0, 28.67, 37.29, 37.34, 37.34, 37.34], 37.34),
        (0.8, [0.0, 0.0, 0.0, 18.98, 26.63, 26.70, 26.70], 26.70),
    ];
    for (alpha, row, nearest) in table {
        close(Patterns::Spherical.nearest_angle(alpha).unwrap().to_degrees(), nearest, 5.001e-3);
        for (lambda, degrees) in lambdas.into_iter().zip(row) {
            match model(Patterns::Spherical, lambda).basin_angle(alpha).unwrap() {
                Some(angle) => close(angle.to_degrees(), degrees, 5.001e-3),
                None => assert_eq!(degrees, 0.0, "λ = {lambda}, α = {alpha}"),
            }
        }
    }
}

#[test]
fn thresholds_solve_their_equations() {
    for patterns in ALL {
        for lambda in [1e-3, 0.2, 0.9, 1.0, 1.7, 6.0] {
            let model = model(patterns, lambda);
            let typical = model.typical_threshold();
            close(model.noise_exponent(typical, 1.0).unwrap() / lambda, 1.0, 1e-14);
            assert!(model.condensation() <= typical || patterns == Patterns::Gaussian);
            // The noise exponent and its slope, which is 1 above condensation, are continuous there.
            let (at, step) = (model.condensation(), 1e-5 * model.condensation());
            let phi = |alpha: f64| model.noise_exponent(alpha, 1.0).unwrap();
            close(phi(at - 1e-12 * at) / phi(at), 1.0, 1e-11);
            close((phi(at) - phi(at - step)) / step, 1.0, 5e-3);
            if let Some(inverse) = patterns.typical_lambda(typical).unwrap() {
                // At λ >= 1 the threshold of Gaussian patterns is the same for all.
                let expected = if patterns == Patterns::Gaussian { lambda.min(1.0) } else { lambda };
                // dα_1/dλ vanishes at λ = 1, and for binary patterns as e^{−2λ}.
                close(inverse / expected, 1.0, if lambda > 0.5 { 3e-8 } else { 1e-14 });
            }
            if patterns == Patterns::Gaussian {
                let alpha = model.norm_threshold();
                // The least norm at that load, and its balance.
                let rho = root(1e-9, 1.0, |rho| patterns.norm_rate(rho).unwrap() - alpha).unwrap();
                close(model.noise_exponent(alpha, rho).unwrap() / (lambda * rho), 1.0, 1e-12);
            }
        }
    }
    // λ_1 of the loads that were simulated.
    for (patterns, alpha, lambda) in [
        (Patterns::Spherical, 0.3, 0.36176),
        (Patterns::Spherical, 0.5, 0.71327),
        (Patterns::Spherical, 0.8, 1.55334),
        (Patterns::Gaussian, 0.3, 0.36754),
    ] {
        close(patterns.typical_lambda(alpha).unwrap().unwrap(), lambda, 5e-6);
    }
    assert_eq!(Patterns::Gaussian.typical_lambda(0.5).unwrap(), Some(1.0));
    assert_eq!(Patterns::Gaussian.typical_lambda(0.501).unwrap(), None);
    assert_eq!(Patterns::Binary.typical_lambda(0.7).unwrap(), None);
    assert!(Patterns::Spherical.typical_lambda(300.0).unwrap().is_some_and(f64::is_finite));
}

#[test]
fn limits_of_large_and_small_lambda() {
    // (ln λ + 1)/2, 1/2, ln 2.
    close(model(Patterns::Spherical, 1e100).typical_threshold(), 0.5 * 1e100_f64.ln() + 0.5, 1e-12);
    close(model(Patterns::Binary, 1e100).typical_threshold(), LN_2, 1e-15);
    for patterns in ALL {
        close(model(patterns, 1e-12).typical_threshold() / 1e-12, 1.0, 1e-11);
    }
    close(model(Patterns::Gaussian, 1e-12).norm_threshold() / 1e-12, 1.0, 1e-5);
    // θ_c: a right angle without other patterns, 0 at the threshold.
    assert_eq!(model(Patterns::Binary, 2.0).basin_angle(0.0).unwrap(), Some(FRAC_PI_2));
    assert_eq!(model(Patterns::Gaussian, 2.0).basin_angle(0.5).unwrap(), Some(0.0));
}

#[test]
fn close_pairs_by_the_exact_probability() {
    // ξ·ξ' > |ξ|² for Gaussian patterns: the component of ξ' along ξ exceeds |ξ|, which is a Student t of N
    // degrees of freedom above √N; or a cap of 45° on the sphere in N + 1 dimensions.
    for (n, rate) in [(40, 0.2039), (100, 0.1877), (400, 0.1778)] {
        let ln_p = Overlaps::new(Space::Sphere, n + 1).unwrap().ln_tail(0.5_f64.sqrt()).unwrap();
        close(-ln_p / (2 * n) as f64, rate, 5e-5);
    }
    let n = 1_000_000;
    let ln_p = Overlaps::new(Space::Sphere, n + 1).unwrap().ln_tail(0.5_f64.sqrt()).unwrap();
    close(-ln_p / (2 * n) as f64, 0.25 * LN_2, 1e-5);
    // ρ/2 + h(ρ) − 2α = 0 at its minimum: the exponent of the number of pairs.
    let pairs = |rho: f64| 0.5 * rho + Patterns::Gaussian.norm_rate(rho).unwrap();
    let least = (1..2000).map(|k| pairs(f64::from(k) / 1000.0)).fold(f64::INFINITY, f64::min);
    close(0.5 * least, 0.25 * LN_2, 1e-15);
    close(model(Patterns::Gaussian, 3.0).capacity_bound(), 0.5 * least, 1e-15);
}

#[test]
fn rates_are_limits_of_exact_tails() {
    let n = 1_000_000;
    for (patterns, space) in [(Patterns::Spherical, Space::Sphere), (Patterns::Binary, Space::Hypercube)] {
        let overlaps = Overlaps::new(space, n).unwrap();
        for m in [0.05, 0.3, 0.8] {
            let exact = overlaps.ln_tail(m).unwrap() / n as f64;
            close(patterns.rate(m, 1.0).unwrap(), exact, 2e-5);
            close(patterns.rate(-m * 0.7_f64.sqrt(), 0.7).unwrap(), exact, 2e-5);
        }
        assert_eq!(patterns.rate(1.1, 1.0).unwrap(), f64::NEG_INFINITY);
        assert_eq!(patterns.norm_rate(0.9).unwrap(), f64::INFINITY);
        assert_eq!(patterns.norm_rate(1.0).unwrap(), 0.0);
    }
    for alpha in [1e-8, 0.1, 0.4, 0.69] {
        for patterns in ALL {
            let largest = patterns.largest_overlap(alpha).unwrap();
            close(-patterns.rate(largest, 1.0).unwrap() / alpha, 1.0, 1e-7);
        }
    }
    close(
        Patterns::Binary.nearest_angle(0.3).unwrap().cos(),
        Patterns::Binary.largest_overlap(0.3).unwrap(),
        1e-15,
    );
}

#[test]
fn the_mean_field_agrees_with_the_reference() {
    for &(patterns, n, alpha, lambda) in CROSSOVERS {
        close(patterns.crossover(n, alpha).unwrap().unwrap(), lambda, 2e-13);
    }
    for &(patterns, n, lambda, alpha, overlap, weight) in FIXED_POINTS {
        let found = model(patterns, lambda).mean_field(n, alpha).unwrap();
        close(found.overlap, overlap, 1e-13);
        close(found.weight, weight, 1e-13);
    }
}

#[test]
fn the_table_of_crossovers() {
    use Patterns::{Gaussian, Spherical};
    // The printed digits were bisected to 1e-3.
    let check = |patterns: Patterns, alpha, row: &[(usize, f64)]| {
        for &(n, lambda) in row {
            close(patterns.crossover(n, alpha).unwrap().unwrap(), lambda, 1e-3);
        }
    };
    check(Spherical, 0.3, &[(16, 0.540), (20, 0.526), (26, 0.506), (32, 0.490), (38, 0.477), (42, 0.470)]);
    check(Spherical, 0.5, &[(12, 0.938), (14, 0.939), (16, 0.938), (19, 0.932), (22, 0.922), (25, 0.912)]);
    check(Spherical, 0.8, &[(8, 1.861), (9, 1.853), (10, 1.847), (12, 1.838), (14, 1.832), (16, 1.827)]);
    check(Spherical, 0.8, &[(100, 1.686), (300, 1.611)]);
    check(Gaussian, 0.3, &[(16, 0.535), (20, 0.525), (26, 0.509), (32, 0.495), (38, 0.483), (42, 0.4765)]);
    for (n, lambda) in [(100, 0.4198), (300, 0.3863), (1000, 0.3708), (10_000, 0.3630)] {
        close(Patterns::Spherical.crossover(n, 0.3).unwrap().unwrap(), lambda, 5e-5);
    }
    close(Patterns::Spherical.crossover(300, 0.5).unwrap().unwrap(), 0.748, 5e-4);
}

#[test]
fn the_crossover_tends_to_the_threshold_and_divides_the_fixed_points() {
    for patterns in ALL {
        let limit = patterns.typical_lambda(0.3).unwrap().unwrap();
        let (near, far) = (1_000_000, 100);
        let at = |n| patterns.crossover(n, 0.3).unwrap().unwrap();
        assert!(at(near) > limit && at(near) - limit < 3e-5, "{}", at(near) - limit);
        for n in [far, 20] {
            let weight = |lambda| model(patterns, lambda).mean_field(n, 0.3).unwrap().weight;
            let crossover = at(n);
            assert!(weight(crossover * (1.0 + 1e-9)) >= 0.5 && weight(crossover * (1.0 - 1e-9)) < 0.5);
        }
    }
    // Continuous at α = 0.8, N = 16; a jump at N = 100.
    let weights = |n| {
        let crossover = Patterns::Spherical.crossover(n, 0.8).unwrap().unwrap();
        [1.0 - 1e-6, 1.0 + 1e-6]
            .map(|f| model(Patterns::Spherical, crossover * f).mean_field(n, 0.8).unwrap().weight)
    };
    let [below, above] = weights(16);
    assert!(above - below < 1e-4);
    let [below, above] = weights(100);
    assert!(above > 0.9 && below < 1e-6);
}

#[test]
fn no_crossover_is_told() {
    assert_eq!(Patterns::Gaussian.crossover(100, 0.55).unwrap(), None);
    assert_eq!(Patterns::Binary.crossover(100, 0.7).unwrap(), None);
    assert!(Patterns::Spherical.crossover(100, 20.0).is_err());
    // At a load of 11 the crossover is of the order of e^22/2: beyond 1e9 in units of 1/n, though not of n.
    assert!(Patterns::Spherical.crossover(100, 11.0).is_err());
    // Of two patterns neither ever has less than half the weight.
    for patterns in ALL {
        assert_eq!(patterns.crossover(8, LN_2 / 8.0).unwrap(), Some(0.0));
        assert!(patterns.crossover(8, 0.1).unwrap().is_some_and(|lambda| lambda > 0.0));
    }
}

#[test]
fn illegal_arguments_are_refused() {
    let bad = [f64::NAN, f64::INFINITY, -1.0];
    let good = model(Patterns::Spherical, 1.0);
    for x in bad {
        assert!(ExponentialLoad::new(Patterns::Binary, x).is_err() && ramsauer_bound(x).is_err());
        assert!(good.noise_exponent(x, 1.0).is_err() && good.noise_exponent(0.1, x).is_err());
        assert!(good.basin_angle(x).is_err() && good.mean_field(10, x).is_err());
        for patterns in ALL {
            assert!(patterns.typical_lambda(x).is_err() && patterns.largest_overlap(x).is_err());
            assert!(patterns.norm_rate(x).is_err() && patterns.nearest_angle(x).is_err());
            assert!(patterns.rate(0.1, x).is_err() && patterns.crossover(10, x).is_err());
        }
    }
    assert!(Patterns::Binary.rate(f64::NAN, 1.0).is_err());
    assert!(good.mean_field(1, 1.0).is_err() && good.mean_field(10, 0.01).is_err());
    assert!(model(Patterns::Gaussian, 1.0).mean_field(10, 0.3).is_err());
    assert!(model(Patterns::Spherical, 1e9).mean_field(10, 0.3).is_err());
}

/// Whether r = 1 leads to p > 1/2 at weights λ and with norm ρ, by the softmax itself: no roots, no logarithms of odds.
fn retrieves(n: f64, ln_p: f64, lambda: f64, rho: f64) -> bool {
    let (mut r, mut p) = (1.0_f64, 1.0);
    for _ in 0..2_000_000 {
        let own = (lambda * n * rho * r - ln_p - 0.5 * lambda * lambda * n * rho * r * r).exp();
        p = own / (own + 1.0 - (-ln_p).exp());
        let next = p + (1.0 - p) * lambda * r;
        if (next - r).abs() < 1e-13 {
            break;
        }
        r = next;
    }
    p > 0.5
}

#[test]
fn critical_norms_are_where_the_iterated_mean_field_is_lost() {
    for (lambda, n, alpha) in [(0.7, 40, 0.25), (0.5, 60, 0.15), (0.9, 200, 0.3), (0.3, 25, 0.1)] {
        let model = model(Patterns::Gaussian, lambda);
        let rho = model.critical_norm_at(n, alpha).unwrap().unwrap();
        let at = |rho| retrieves(n as f64, alpha * n as f64, lambda, rho);
        assert!(at(rho * 1.0001) && !at(rho * 0.9999), "{lambda} {n} {alpha}: {rho}");
        // From above, at large N.
        let limit = model.critical_norm(alpha).unwrap().unwrap();
        let far = model.critical_norm_at(1_000_000, alpha).unwrap().unwrap();
        assert!(rho > far && far > limit && far < limit * 1.001, "{rho} {far} {limit}");
        close(model.noise_exponent(alpha, limit).unwrap(), lambda * limit, 1e-14);
    }
    let above = model(Patterns::Gaussian, 3.0);
    close(above.critical_norm(0.2).unwrap().unwrap(), 0.4, 1e-15);
    close(above.noise_exponent(0.2, 0.4).unwrap(), 1.2, 1e-15);
    assert!(matches!(above.critical_norm_at(40, 0.2), Err(Error::Parameter { .. })));
    assert_eq!(model(Patterns::Spherical, 0.5).critical_norm(0.2).unwrap(), None);
    assert_eq!(model(Patterns::Binary, 0.5).critical_norm_at(40, 0.2).unwrap(), None);
}

#[test]
fn scaled_attention_reaches_its_threshold_with_the_stated_shifts() {
    for alpha in [0.5, 1.0, 2.0] {
        for n in [100, 10_000] {
            let lambda = ScaledAttention::crossover(n, alpha).unwrap().unwrap();
            let root = (n as f64).sqrt();
            let at = |lambda: f64| retrieves(n as f64, alpha * root, lambda / root, 1.0);
            assert!(at(lambda * 1.0001) && !at(lambda * 0.9999), "{alpha} {n}: {lambda}");
        }
        // The threshold of a typical pattern, put into its own crossover: what is left is of the order ln²N / N. Without
        // the λ²/2 it would be of the order 1/√N.
        let left = |n: usize| {
            let lambda = ScaledAttention::crossover(n, alpha).unwrap().unwrap();
            let model = ScaledAttention::new(lambda).unwrap();
            (model.typical_threshold(n).unwrap() - alpha) * (n as f64).sqrt()
        };
        assert!(left(1_000_000).abs() < 0.05 && left(100_000_000).abs() < left(1_000_000).abs() / 5.0);
    }
    let model = ScaledAttention::new(1.5).unwrap();
    for n in [1_000_000_usize, 100_000_000] {
        // λ (1 − 2 √λ N^{−1/4} + (17/6) λ N^{−1/2}), one term more than in the docs.
        let quarter = (n as f64).powf(-0.25);
        let expected = 1.5 * (1.0 - 2.0 * 1.5_f64.sqrt() * quarter + 17.0 / 6.0 * 1.5 * quarter.powi(2));
        close(model.norm_threshold(n).unwrap(), expected, 12.0 * quarter.powi(3));
        assert!(model.norm_threshold(n).unwrap() < model.typical_threshold(n).unwrap());
    }
    for illegal in [0.0, -1.0, f64::NAN, 1e200] {
        assert!(matches!(ScaledAttention::new(illegal), Err(Error::Parameter { .. })));
    }
    assert!(matches!(
        ScaledAttention::new(0.1).unwrap().typical_threshold(100),
        Err(Error::Parameter { .. })
    ));
    assert!(matches!(ScaledAttention::crossover(1, 1.0), Err(Error::Parameter { .. })));
    assert_eq!(ScaledAttention::crossover(4, 3.0).unwrap(), None);
}

#[test]
fn angles_of_the_mean_field_agree_with_the_reference() {
    for &(patterns, n, lambda, alpha, angle) in ANGLES {
        let found = model(patterns, lambda).basin_angle_at(n, alpha).unwrap().unwrap();
        close(found, angle, 3e-9);
    }
    // Uncondensed: towards the angle of N → ∞, from above.
    let model = model(Patterns::Spherical, 0.5);
    let (limit, far) =
        (model.basin_angle(0.2).unwrap().unwrap(), model.basin_angle_at(3000, 0.2).unwrap().unwrap());
    assert!(far > limit && far < limit + 2e-3, "{far} {limit}");
    // Lost even from itself.
    let steep = ExponentialLoad::new(Patterns::Spherical, 0.3).unwrap();
    assert_eq!(steep.basin_angle_at(30, 0.3).unwrap(), None);
    assert_eq!(ExponentialLoad::new(Patterns::Binary, 1.0).unwrap().basin_angle_at(30, 0.2).unwrap(), None);
}
