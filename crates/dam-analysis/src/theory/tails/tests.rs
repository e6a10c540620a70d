use super::*;
use crate::theory::finite::reference;

fn sphere(n: usize) -> Overlaps {
    Overlaps::new(Space::Sphere, n).unwrap()
}

fn cube(n: usize) -> Overlaps {
    Overlaps::new(Space::Hypercube, n).unwrap()
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} {expected}");
}

#[test]
fn tails_have_a_relative_accuracy_of_1e_12() {
    for &(n, m0, ln_p) in reference::SPHERE_TAILS {
        // The difference of logarithms is the relative error.
        close(sphere(n).ln_tail(m0).unwrap(), ln_p, 4e-13);
    }
    for &(n, flips, ln_p) in reference::HYPERCUBE_TAILS {
        let m0 = 1.0 - 2.0 * flips as f64 / n as f64;
        close(cube(n).ln_tail(m0).unwrap(), ln_p, 4e-13);
    }
}

#[test]
fn low_dimensions_in_closed_form() {
    for m0 in [-0.9_f64, -0.3, 0.0, 1e-9, 0.2, 0.7, 0.999_999, 1.0] {
        close(sphere(2).ln_tail(m0).unwrap().exp(), m0.acos() / PI, 2e-16);
        close(sphere(3).ln_tail(m0).unwrap().exp(), 0.5 * (1.0 - m0), 2e-16);
        // The two tails sum to one.
        let both = sphere(41).ln_tail(m0).unwrap().exp() + sphere(41).ln_tail(-m0).unwrap().exp();
        close(both, 1.0, 4e-16);
    }
    assert_eq!(sphere(5).ln_tail(1.0).unwrap(), f64::NEG_INFINITY);
    assert_eq!(sphere(5).ln_tail(-1.0).unwrap(), 0.0);
    close(cube(3).ln_tail(1.0).unwrap(), -3.0 * LN_2, 1e-15);
    assert_eq!(cube(1).ln_tail(-1.0).unwrap(), 0.0);
}

#[test]
fn the_sphere_where_its_two_fractions_meet_and_far_out() {
    // Continuous in m0 across the switch, at N so large that either would be slow on the wrong side.
    let n = 1_000_000;
    let edge = (1.5 / (0.5 * n as f64 + 2.0)).sqrt();
    let step = 1e-9 * edge;
    let slope = |m0: f64| {
        (sphere(n).ln_tail(m0 + step).unwrap() - sphere(n).ln_tail(m0 - step).unwrap()) / (2.0 * step)
    };
    close(slope(edge) / slope(edge * 1.001), 1.0, 3e-3);
    // ln P -> (N−1)/2 ln(1 − m²) + ...: the density over N m/(1 − m²), to 1/N.
    let m0: f64 = 0.4;
    let saddle = 0.5 * (n as f64 - 1.0) * (1.0 - m0 * m0).ln() - (m0 * (2.0 * PI * n as f64).sqrt()).ln();
    close(sphere(n).ln_tail(m0).unwrap(), saddle, 1e-5);
}

#[test]
fn rounding_does_not_move_a_threshold_across_an_overlap() {
    // 1 − 0.9 is a little less than a tenth.
    for n in [10, 20, 30, 100, 1000] {
        for tenth in 0..10 {
            let flips = n * tenth / 20;
            if flips * 20 != n * tenth {
                continue;
            }
            let there = cube(n).ln_tail(1.0 - 0.1 * tenth as f64).unwrap();
            let below = cube(n).ln_tail(1.0 - (2 * flips) as f64 / n as f64 - 1e-6).unwrap();
            let above = cube(n).ln_tail((1.0 - (2 * flips) as f64 / n as f64 + 1e-6).min(1.0)).unwrap();
            assert_eq!(there, below);
            assert!(flips == 0 || there > above);
        }
    }
}

#[test]
fn the_central_limit_theorem_where_it_holds_and_where_not() {
    // Overloaded memory, example 6.5: 31 % (one-sided) and 62 % (two-sided), not 15 %.
    let example = cube(4);
    close(example.ln_two_sided(0.5).unwrap().exp(), 0.625, 1e-15);
    close(example.ln_gaussian_tail(0.5).unwrap().exp(), 0.1587, 5e-5);
    close(example.ln_gaussian_two_sided(0.5).unwrap().exp(), 0.3173, 5e-5);
    // Proposition 6.3 at N = 100, ε = 0.1 and at N = 784, ε = 0.25.
    let log10 = |ln: f64| ln / std::f64::consts::LN_10;
    close(log10(cube(100).ln_two_sided(0.9).unwrap()), 1.3e-22_f64.log10(), 0.02);
    close(log10(cube(100).ln_gaussian_two_sided(0.9).unwrap()), 2.3e-19_f64.log10(), 0.02);
    close(log10(cube(784).ln_two_sided(0.75).unwrap()), 1.9e-109_f64.log10(), 0.02);
    close(log10(cube(784).ln_gaussian_two_sided(0.75).unwrap()), 6.6e-98_f64.log10(), 0.02);
    // A few standard deviations out it is right at large N: on the sphere at once, on the hypercube within
    // half a step.
    let n = 1_000_000;
    for z in [0.0, 1.0, 2.0] {
        let m0 = z / 1000.0;
        close(sphere(n).ln_tail(m0).unwrap(), sphere(n).ln_gaussian_tail(m0).unwrap(), 1e-5);
        close(cube(n).ln_tail(m0).unwrap(), cube(n).ln_gaussian_tail(m0).unwrap(), 3e-3);
    }
}

#[test]
fn the_normal_tail_is_smooth_where_erfc_gives_way() {
    // By mpmath's erfc.
    for (x, expected) in [
        (35.9, -648.905_450_238_899_2),
        (36.0, -652.503_227_593_798_4),
        (50.0, -1_254.831_361_139_419_9),
        (1000.0, -500_007.826_694_812_2),
    ] {
        close(ln_normal_tail(x) / expected, 1.0, 3e-16);
    }
    close(ln_normal_tail(36.0 - 1e-10), ln_normal_tail(36.0), 1e-8);
}

#[test]
fn the_nearest_pattern() {
    for &(n, p, cosine) in reference::SPHERE_NEAREST {
        close(sphere(n).nearest(p.ln()).unwrap(), cosine, 3e-13);
    }
    for &(n, p, cosine) in reference::HYPERCUBE_NEAREST {
        close(cube(n).nearest(p.ln()).unwrap(), cosine, 3e-13);
    }
    // N = 100 and 1000, P = N²: exact, leading order, rate.
    for (n, exact, leading, rate) in [(100, 0.3737, 0.4292, 0.4102), (1000, 0.1530, 0.1662, 0.1651)] {
        let ln_p = 2.0 * (n as f64).ln();
        close(sphere(n).nearest(ln_p).unwrap(), exact, 5e-5);
        close(nearest_leading(n, ln_p).unwrap(), leading, 5e-5);
        close(nearest_rate(n, ln_p).unwrap(), rate, 5e-5);
    }
}

#[test]
fn the_nearest_of_exponentially_many() {
    // ln P in the hundreds: the rate formula holds to (ln N)/N, the hypercube's to its entropy.
    for alpha in [0.1, 0.5, 2.0] {
        let n = 400;
        let ln_p = alpha * n as f64;
        let exact = sphere(n).nearest(ln_p).unwrap();
        let rate = nearest_rate(n, ln_p).unwrap();
        assert!(exact < rate && rate - exact < 0.02, "{exact} {rate}");
        let cosine = cube(n).nearest(ln_p).unwrap();
        assert!(cosine <= 1.0 && (cosine == 1.0) == (alpha > LN_2), "{cosine}");
    }
}

#[test]
fn caps_of_the_log_sum_relu_kernel() {
    let b = 2.0 + 2_f64.sqrt();
    for (&(n, cap, sum), (cap_5, sum_5, asymptotic)) in reference::CAPS.iter().zip([
        (0.42100, 0.51853, 0.51348),
        (0.39048, 0.45219, 0.45082),
        (0.37193, 0.40945, 0.40910),
        (0.35463, 0.36743, 0.36740),
    ]) {
        close(sphere(n).cap_load(b).unwrap(), cap, 1e-14);
        close(sphere(n).cumulative_load(b).unwrap(), sum, 1e-14);
        close(cap, cap_5, 5e-6);
        close(sum, sum_5, 5e-6);
        close(cumulative_load_asymptotic(n, b).unwrap(), asymptotic, 5e-6);
    }
    // By counting: b = 1.5, N = 9, weights 1 − 1.5 · 2k/9 for k = 0, 1, 2; k = 3 lies on the edge.
    let weights = [(1.0, 1.0), (9.0, 2.0 / 3.0), (36.0, 1.0 / 3.0)];
    let count: f64 = weights.iter().map(|w| w.0).sum();
    let sum: f64 = weights.iter().map(|w| w.0 * w.1).sum();
    close(cube(9).cap_load(1.5).unwrap(), -(count / 512.0).ln() / 9.0, 1e-15);
    close(cube(9).cumulative_load(1.5).unwrap(), -(sum / 512.0).ln() / 9.0, 1e-15);
    // A cap that is everything; and one that holds nothing but the pattern.
    close(sphere(9).cumulative_load(0.4).unwrap(), -(0.6_f64.ln()) / 9.0, 1e-15);
    assert_eq!(sphere(9).cap_load(0.4).unwrap(), 0.0);
    close(cube(9).cap_load(1e6).unwrap(), LN_2, 1e-15);
}

#[test]
fn illegal_arguments_are_refused() {
    assert!(Overlaps::new(Space::Sphere, 1).is_err() && Overlaps::new(Space::Hypercube, 0).is_err());
    for m0 in [f64::NAN, 1.1, -1.1, f64::INFINITY] {
        assert!(sphere(5).ln_tail(m0).is_err() && cube(5).ln_two_sided(m0).is_err());
        assert!(cube(5).ln_gaussian_tail(m0).is_err() && cube(5).ln_gaussian_two_sided(m0).is_err());
    }
    for ln_p in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
        assert!(
            sphere(5).nearest(ln_p).is_err()
                && nearest_leading(5, ln_p).is_err()
                && nearest_rate(5, ln_p).is_err()
        );
    }
    for b in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
        assert!(sphere(5).cap_load(b).is_err() && cube(5).cumulative_load(b).is_err());
        assert!(cumulative_load_asymptotic(5, b).is_err());
    }
    assert!(cumulative_load_asymptotic(5, 1.0).is_err());
}

/// log(binomial(n, k)) − n log 2 in 50 digits (mpmath): near the centre nothing cancels.
#[test]
fn binomial_weights_near_the_centre_keep_their_digits() {
    for (n, k, expected) in [
        (1_000, 490, -3.879_732_420_937_165),
        (1_000_000, 500_000, -7.133_546_881_626_865),
        (1_000_000, 499_990, -7.133_746_881_426_878),
        (10_000_000, 4_999_000, -8.484_839_184_457_22),
    ] {
        let found = ln_binomial(n, k);
        assert!((found / expected - 1.0_f64).abs() < 1e-14, "{n} {k}: {found}, not {expected}");
    }
}
