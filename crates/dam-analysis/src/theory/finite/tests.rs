use super::reference::Energy;
use super::*;

fn sphere(n: usize) -> Overlaps {
    Overlaps::new(Space::Sphere, n).unwrap()
}

fn cube(n: usize) -> Overlaps {
    Overlaps::new(Space::Hypercube, n).unwrap()
}

fn lsr(b: f64) -> impl Fn(f64) -> f64 {
    move |gap| -(1.0 - b * gap).max(0.0).ln() / b
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} {expected}");
}

#[test]
fn averages_agree_with_the_reference() {
    for (space, table) in [(Space::Sphere, reference::SPHERE), (Space::Hypercube, reference::HYPERCUBE)] {
        for &(energy, n, t, overlap, variance, u, free_energy) in table {
            let overlaps = Overlaps::new(space, n).unwrap();
            let found = match energy {
                Energy::Lse => single_pattern(overlaps, t, |gap| gap),
                Energy::Lsr => single_pattern(overlaps, t, lsr(3.41)),
                Energy::Cubic => single_pattern(overlaps, t, |gap| -(1.0 - gap).powi(3)),
            }
            .unwrap();
            close(found.overlap, overlap, 2e-15);
            close(found.variance, variance, 2e-12 * variance);
            close(found.energy, u, 2e-14);
            close(found.free_energy, free_energy, 1e-15 * (1.0 + t));
        }
    }
}

#[test]
fn the_numbers_beside_monte_carlo_runs() {
    // N = 50: log-sum-ReLU at b = 3.41, which 3e5 proposals confirm to 1e-4, and log-sum-exp.
    let table =
        [(0.1, 0.95898), (0.3, 0.90646), (0.5, 0.87369), (0.7, 0.85106), (1.0, 0.82761), (1.5, 0.80312)];
    for (t, overlap) in table {
        close(single_pattern(sphere(50), t, lsr(3.41)).unwrap().overlap, overlap, 5e-6);
    }
    close(single_pattern(sphere(50), 0.1, |gap| gap).unwrap().overlap, 0.95215, 5e-6);
}

#[test]
fn bessel_functions_agree_with_the_reference() {
    for &(n, t, a, ln_mean) in reference::BESSEL {
        close(bessel_ratio(n, t).unwrap() / a, 1.0, 2e-15);
        close(ln_exponential_average(n, t).unwrap() / ln_mean, 1.0, 2e-15);
    }
    assert_eq!((bessel_ratio(7, 0.0).unwrap(), ln_exponential_average(7, 0.0).unwrap()), (0.0, 0.0));
    // The largest argument: 1 − (N−1)/2t.
    close(bessel_ratio(2, 1e10).unwrap(), 1.0 - 0.5e-10, 2e-16);
}

#[test]
fn quadrature_and_bessel_functions_agree_at_every_scale() {
    for n in [2, 3, 17, 1000, 1_000_000] {
        for t in [1e-3, 0.1, 1.0, 30.0, 1e3] {
            let found = single_pattern(sphere(n), t, |gap| gap).unwrap();
            let x = n as f64 / t;
            close(found.overlap, bessel_ratio(n, x).unwrap(), 1e-14);
            close(found.energy, 1.0 - found.overlap, 2e-15);
            close(found.free_energy, 1.0 - ln_exponential_average(n, x).unwrap() / x, 4e-15 * (1.0 + t));
            // The derivative of the overlap by t = N/T, by differences.
            let step = 1e-4 * x;
            let slope =
                (bessel_ratio(n, x + step).unwrap() - bessel_ratio(n, x - step).unwrap()) / (2.0 * step);
            close(found.variance / slope, 1.0, 1e-7 + 1e-11 / (slope * x));
        }
    }
}

#[test]
fn log_sum_relu_at_large_n_tends_to_its_saddle_point() {
    let (n, b) = (1_000_000, 3.41_f64);
    for t in [1e-3, 0.1, 1.0, 1e3] {
        // 1 − φ = T / (B/2 + sqrt(B²/4 − AT)), A = bT + 1, B = 2 + T + bT.
        let (a, half) = (b * t + 1.0, 1.0 + 0.5 * (t + b * t));
        let gap = t / (half + (half * half - a * t).sqrt());
        let found = single_pattern(sphere(n), t, lsr(b)).unwrap();
        close((1.0 - found.overlap) / gap, 1.0, 2e-5);
        let free_energy = -(1.0 - b * gap).ln() / b - 0.5 * t * (gap * (2.0 - gap)).ln();
        close(found.free_energy / free_energy, 1.0, 2e-5);
    }
}

#[test]
fn independent_spins() {
    for n in [1, 2, 50, 20_001] {
        for t in [1e-3, 0.3, 1.0, 1e3] {
            let found = single_pattern(cube(n), t, |gap| gap).unwrap();
            close(found.overlap, (1.0 / t).tanh(), 1e-13);
            close(found.variance * n as f64, (1.0 / t).cosh().powi(-2), 1e-12);
            // −T ln[(1 + e^{−2/T})/2].
            close(found.free_energy, -t * (0.5 * (-2.0 / t).exp_m1()).ln_1p(), 3e-14 * (1.0 + t));
        }
    }
}

#[test]
fn thermodynamic_relations_hold_for_any_energy() {
    // u = −∂(βF)... : d(f/T)/d(1/T) = u, and the centres of two competing peaks are both counted.
    let energies: [&dyn Fn(f64) -> f64; 4] =
        [&|gap| -(1.0 - gap).powi(3), &|gap| -(1.0 - gap).powi(2), &lsr(3.41), &|gap| {
            if gap < 0.3 { 0.0 } else { f64::INFINITY }
        }];
    for energy in energies {
        for overlaps in [sphere(40), cube(40)] {
            for t in [0.3, 0.7, 4.0] {
                let over_t =
                    |beta: f64| beta * single_pattern(overlaps, 1.0 / beta, energy).unwrap().free_energy;
                let step = 1e-4 / t;
                let slope = (over_t(1.0 / t + step) - over_t(1.0 / t - step)) / (2.0 * step);
                close(slope, single_pattern(overlaps, t, energy).unwrap().energy, 1e-7);
            }
        }
    }
    // Even in the overlap: both peaks.
    let even = single_pattern(sphere(200), 0.2, |gap: f64| -(1.0 - gap).powi(2)).unwrap();
    close(even.overlap, 0.0, 1e-13);
    assert!(even.variance > 0.5);
    // A hard cap is a tail probability.
    let cap = |gap: f64| if gap < 0.3 { 0.0 } else { f64::INFINITY };
    let f = single_pattern(sphere(77), 2.0, cap).unwrap().free_energy;
    close(f, -2.0 / 77.0 * sphere(77).ln_tail(0.7).unwrap(), 1e-14);
}

#[test]
fn the_noise_floor() {
    // ln <e^{Nφ}> exactly and by Laplace's method at β = 1.
    for (n, exact, laplace) in
        [(30, 11.401460, 11.401695), (76, 28.763302, 28.763386), (300, 113.307255, 113.307275)]
    {
        // M e^{−βN} = 1.
        close(ln_noise_floor(n, 1.0, 1.0).unwrap(), exact, 5e-7);
        close(ln_noise_floor_laplace(n, 1.0, 1.0).unwrap(), laplace, 5e-7);
    }
    // It is a mean of the weight e^{−Nβ(1−φ)}, which is also that of one pattern at T = 1/β.
    let (n, alpha, beta) = (60, 0.4, 2.5);
    let f = single_pattern(sphere(n), 1.0 / beta, |gap| gap).unwrap().free_energy;
    close(ln_noise_floor(n, alpha, beta).unwrap(), n as f64 * (alpha - beta * f), 1e-12);
    close(
        ln_noise_floor_laplace(1_000_000, 0.1, 0.3).unwrap() / ln_noise_floor(1_000_000, 0.1, 0.3).unwrap(),
        1.0,
        1e-11,
    );
}

#[test]
fn illegal_arguments_are_refused() {
    for t in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let refused = single_pattern(sphere(5), t, |gap| gap);
        assert!(matches!(refused, Err(Error::Parameter { name: "temperature", .. })), "{t}");
    }
    for bad in [f64::NAN, f64::NEG_INFINITY] {
        for overlaps in [sphere(5), cube(5)] {
            let somewhere = single_pattern(overlaps, 1.0, |gap| if gap > 1.7 { bad } else { gap });
            assert!(
                matches!(somewhere, Err(Error::Parameter { name: "energy", found, .. }) if found == bad || bad.is_nan())
            );
            assert!(single_pattern(overlaps, 1.0, |_| f64::INFINITY).is_err());
        }
    }
    assert!(
        bessel_ratio(1, 1.0).is_err() && bessel_ratio(3, -1.0).is_err() && bessel_ratio(3, f64::NAN).is_err()
    );
    assert!(ln_exponential_average(3, 2e10).is_err());
    assert!(ln_noise_floor(3, f64::NAN, 1.0).is_err() && ln_noise_floor_laplace(3, 1.0, -1.0).is_err());
}
