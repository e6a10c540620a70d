use std::f64::consts::PI;

use super::field::Field;
use super::reference::{BOUNDARIES, CAPACITIES, GLASSES, STATES, TEMPERATURES};
use super::*;
use crate::theory::quadrature::integrate;

fn polynomial(order: u32, indices: Indices, space: Space) -> Polynomial {
    Polynomial::new(order, indices, space).unwrap()
}

fn close(found: f64, expected: f64, tolerance: f64, what: &dyn std::fmt::Debug) {
    assert!((found - expected).abs() <= tolerance, "{what:?}: {found} {expected} {:e}", found - expected);
}

#[test]
fn states_against_high_precision() {
    for case in STATES {
        let ((order, indices, spins), [alpha, t], [m, q, noise, free_energy], stable) = case;
        let state = polynomial(order, indices, spins).state(alpha, t).unwrap().unwrap();
        // A load of 0.95 α_M leaves dm/dα near 10 m/α, which multiplies the rounding.
        close(state.m, m, 1e-12, &case);
        close(state.q, q, 1e-12, &case);
        close(state.noise, noise, 1e-12 * noise.max(1.0), &case);
        close(state.free_energy, free_energy, 1e-12, &case);
        assert_eq!(state.stable, stable, "{case:?}");
    }
}

#[test]
fn capacities_against_high_precision() {
    for case in CAPACITIES {
        let ((order, indices, spins), t, [alpha, m, q]) = case;
        let found = polynomial(order, indices, spins).capacity(t).unwrap().unwrap();
        close(found.alpha / alpha, 1.0, 1e-12, &case);
        close(found.m, m, 1e-12, &case);
        close(found.q, q, 1e-12, &case);
    }
}

/// What the notes on the papers print, to every digit.
#[test]
fn printed_capacities() {
    let hopfield = polynomial(2, Indices::Full, Space::Hypercube);
    let lines = [
        (0.0, 0.137_905_566_494_931_74, 1e-16),
        (0.1, 0.135049189773, 1e-12),
        (0.2, 0.122558860622, 1e-12),
        (0.3, 0.103329782579, 1e-12),
        (0.5, 0.058815520547, 1e-12),
        (0.7, 0.022321973422, 1e-12),
        (0.9, 0.002568368048, 1e-12),
    ];
    for (t, alpha, digit) in lines {
        let found = hopfield.capacity(t).unwrap().unwrap();
        // The digits of T = 0.1 are cut off, not rounded.
        close(found.alpha, alpha, digit, &t);
        if t == 0.0 {
            close(found.m, 0.967417115685, 5e-13, &t);
            close(50.0 * (1.0 - found.m), 1.629, 5e-4, &t);
        }
    }
    assert_eq!(hopfield.capacity(1.0).unwrap(), None);

    let zero = [
        (3, 0.084063476924, 0.126095215385),
        (4, 0.013190674613, 0.032976686533),
        (5, 0.001645452895, 0.007198856417),
    ];
    for (order, full, distinct) in zero {
        for (indices, alpha) in [(Indices::Full, full), (Indices::Distinct, distinct)] {
            let found = polynomial(order, indices, Space::Hypercube).capacity(0.0).unwrap().unwrap();
            close(found.alpha, alpha, 5.1e-13, &(order, indices));
        }
    }
    let overlap =
        |order| polynomial(order, Indices::Full, Space::Hypercube).capacity(0.0).unwrap().unwrap().m;
    close(overlap(3), 0.838482, 5e-7, &3);
    close(overlap(4), 0.917922, 5e-7, &4);
}

#[test]
fn printed_states() {
    let (ising, half) = (Space::Hypercube, 0.5);
    let cases = [
        (3, Indices::Full, 0.05, [0.980498463690, 0.979093714679, -1.007526757054]),
        (3, Indices::Distinct, 0.05, [0.995164944222, 0.993073358597, -1.001552686307]),
        (4, Indices::Full, 0.008, [0.992997638069, 0.992813977637, -1.002942438365]),
        (4, Indices::Distinct, 0.008, [0.999913098930, 0.999839794243, -1.000023026705]),
    ];
    for (order, indices, alpha, [m, q, free_energy]) in cases {
        let found = polynomial(order, indices, ising).state(alpha, half).unwrap().unwrap();
        // Some of the last digits are cut off, not rounded.
        close(found.m, m, 1e-12, &(order, indices));
        close(found.q, q, 1e-12, &(order, indices));
        close(found.free_energy, free_energy, 1e-12, &(order, indices));
    }
    let sphere = polynomial(3, Indices::Full, Space::Sphere).state(0.03, 0.3).unwrap().unwrap();
    close(sphere.m, 0.8886092668, 1e-10, &sphere);
    close(sphere.q, 0.8874645992, 1e-10, &sphere);
    close(sphere.free_energy, -0.6453586523, 1e-10, &sphere);
}

#[test]
fn temperatures_without_load() {
    for case in TEMPERATURES {
        let (order, spins, [spinodal, transition]) = case;
        for indices in [Indices::Full, Indices::Distinct] {
            let theory = polynomial(order, indices, spins);
            close(theory.retrieval_temperature(0.0).unwrap().unwrap(), spinodal, 2e-15 * spinodal, &case);
            close(theory.transition_temperature(), transition, 1e-14, &case);
        }
    }
    let printed =
        [(3, 1.747748725, 1.487907509), (4, 1.983145210, 1.451797336), (5, 2.256017886, 1.444809567)];
    for (order, spinodal, transition) in printed {
        let theory = polynomial(order, Indices::Full, Space::Hypercube);
        close(theory.retrieval_temperature(0.0).unwrap().unwrap(), spinodal, 5.1e-10, &order);
        close(theory.transition_temperature(), transition, 5.1e-10, &order);
    }
    for spins in [Space::Hypercube, Space::Sphere] {
        let quadratic = polynomial(2, Indices::Full, spins);
        assert_eq!(
            (quadratic.retrieval_temperature(0.0).unwrap(), quadratic.transition_temperature()),
            (Some(1.0), 1.0)
        );
    }
}

#[test]
fn spin_glasses_against_high_precision_and_closed_forms() {
    for case in GLASSES {
        let ([alpha, t], [q, noise, free_energy]) = case;
        let found = hopfield::spin_glass(alpha, t).unwrap().unwrap();
        close(found.q, q, 1e-12, &case);
        close(found.noise, noise, 1e-12 * noise.max(1.0), &case);
        close(found.free_energy, free_energy, 1e-12, &case);
        assert!(found.m == 0.0 && !found.stable);
    }
    for alpha in [1e-6, 0.1, 3.0] {
        let found = hopfield::spin_glass(alpha, 0.0).unwrap().unwrap();
        // 1 − C is of the order of √α, and its rounding is not.
        close(found.free_energy, -1.0 / PI - (2.0 * alpha / PI).sqrt(), 1e-13, &alpha);
        // Beside T_g, q is linear in T_g − T; beyond it there is none.
        let limit = hopfield::spin_glass_temperature(alpha).unwrap();
        let below = |by: f64| hopfield::spin_glass(alpha, limit * (1.0 - by)).unwrap().unwrap().q;
        close(below(1e-5) / below(1e-6), 10.0, 0.1, &alpha);
        assert_eq!(hopfield::spin_glass(alpha, limit).unwrap(), None);
    }
    assert_eq!(hopfield::spin_glass(0.0, 0.5).unwrap(), None);
}

#[test]
fn thermodynamic_boundary() {
    for case in BOUNDARIES {
        let (t, [alpha, m, q]) = case;
        let found = hopfield::thermodynamic_capacity(t).unwrap().unwrap();
        // The difference of free energies is flat in α: its slope is of the order of 1.
        close(found.alpha, alpha, 1e-13, &case);
        close(found.m, m, 1e-12, &case);
        close(found.q, q, 1e-12, &case);
    }
    // In print 0.0518543309190; by 30 digits it is 0.05185433091891706.
    close(hopfield::thermodynamic_capacity(0.0).unwrap().unwrap().alpha, 0.0518543309190, 1e-13, &0);
    assert_eq!(hopfield::thermodynamic_capacity(1.0).unwrap(), None);
}

#[test]
fn closed_forms_on_the_sphere() {
    for order in 3..=12_u32 {
        let n = f64::from(order);
        let tight = ((n - 2.0) / (n - 1.0)).powi(order as i32 - 2) / (n - 1.0);
        let pairings: f64 = (1..order).map(|k| f64::from(2 * k - 1)).product();
        let factorial: f64 = (1..=order).map(f64::from).product();
        for (indices, expected) in
            [(Indices::Full, tight / pairings), (Indices::Distinct, tight * n / factorial)]
        {
            let theory = polynomial(order, indices, Space::Sphere);
            let found = theory.capacity(0.0).unwrap().unwrap();
            close(found.alpha / expected, 1.0, 1e-14, &(order, indices));
            close(found.m, ((n - 2.0) / (n - 1.0)).sqrt(), 1e-14, &(order, indices));
        }
        // With distinct indices α depends on m²/q alone, so its maximum does not feel T until it meets the
        // other.
        let cold = polynomial(order, Indices::Distinct, Space::Sphere).capacity(0.2).unwrap().unwrap();
        close(cold.alpha / (tight * n / factorial), 1.0, 1e-14, &order);
        close(cold.m * cold.m / cold.q, (n - 2.0) / (n - 1.0), 1e-13, &order);
    }
    let quartic = polynomial(4, Indices::Full, Space::Sphere).capacity(0.0).unwrap().unwrap();
    close(quartic.alpha, 4.0 / 405.0, 1e-16, &4);
}

#[test]
fn a_quadratic_energy_on_the_sphere_retrieves_without_load_only() {
    for indices in [Indices::Full, Indices::Distinct] {
        let quadratic = polynomial(2, indices, Space::Sphere);
        for t in [0.0, 0.3, 1.0, 2.0] {
            assert_eq!(quadratic.capacity(t).unwrap(), None);
            assert_eq!(quadratic.state(1e-9, t).unwrap(), None);
        }
        assert_eq!(quadratic.retrieval_temperature(0.01).unwrap(), None);
        let state = quadratic.state(0.0, 0.36).unwrap().unwrap();
        close(state.m, 0.8, 1e-15, &state);
        close(state.free_energy, -0.32 - 0.18 * 0.36_f64.ln(), 1e-15, &state);
        assert_eq!(quadratic.state(0.0, 1.0).unwrap(), None);
    }
}

/// ∂f/∂α at fixed T is the explicit derivative, −(b/2)(ξ(1) − ξ(q))/α for n >= 3.
#[test]
fn free_energies_change_with_the_load_as_they_should() {
    for order in [3, 4, 7] {
        for (indices, spins) in [
            (Indices::Full, Space::Hypercube),
            (Indices::Distinct, Space::Hypercube),
            (Indices::Full, Space::Sphere),
            (Indices::Distinct, Space::Sphere),
        ] {
            let theory = polynomial(order, indices, spins);
            let t = 0.4;
            let alpha = 0.6 * theory.capacity(t).unwrap().unwrap().alpha;
            let at = |alpha: f64| theory.state(alpha, t).unwrap().unwrap();
            let step = 1e-5 * alpha;
            let slope = (at(alpha + step).free_energy - at(alpha - step).free_energy) / (2.0 * step);
            let q = at(alpha).q;
            // ∫ ξ′ in the place of the library's closed ξ.
            let expected = -0.5 / t * integrate(q, 1.0, 1, |q| theory.slopes(q)[0]);
            close(slope * alpha, expected * alpha, 1e-9, &(order, indices, spins));
        }
    }
}

#[test]
fn the_diagonal_of_a_quadratic_energy_is_a_constant() {
    let [full, distinct] = [Indices::Full, Indices::Distinct].map(|i| polynomial(2, i, Space::Hypercube));
    for (alpha, t) in [(0.05, 0.0), (0.05, 0.4), (1e-3, 0.9)] {
        let (a, b) = (full.state(alpha, t).unwrap().unwrap(), distinct.state(alpha, t).unwrap().unwrap());
        assert_eq!(State { free_energy: b.free_energy, ..a }, b);
        close(b.free_energy - a.free_energy, alpha / 2.0, 1e-15, &alpha);
    }
    assert_eq!(full.capacity(0.3).unwrap(), distinct.capacity(0.3).unwrap());
}

#[test]
fn the_retrieval_temperature_inverts_the_capacity() {
    let cases = [
        (2, Indices::Full, Space::Hypercube, 0.5),
        (3, Indices::Full, Space::Hypercube, 1.2),
        (3, Indices::Distinct, Space::Hypercube, 1.3),
        (4, Indices::Full, Space::Sphere, 0.6),
        (3, Indices::Distinct, Space::Sphere, 1.0),
    ];
    for case in cases {
        let (order, indices, spins, t) = case;
        let theory = polynomial(order, indices, spins);
        let alpha = theory.capacity(t).unwrap().unwrap().alpha;
        close(theory.retrieval_temperature(alpha).unwrap().unwrap(), t, 1e-12, &case);
        assert_eq!(theory.retrieval_temperature(2.0 * alpha.max(0.1)).unwrap(), None);
    }
    // On the rising part of α_M(T) the same load has two temperatures, of which this is the higher.
    let cubic = polynomial(3, Indices::Distinct, Space::Hypercube);
    let high = cubic.retrieval_temperature(0.14).unwrap().unwrap();
    assert!(high > 1.2 && cubic.state(0.14, 0.1).unwrap().is_none());
    close(cubic.capacity(high).unwrap().unwrap().alpha, 0.14, 1e-13, &high);
}

#[test]
fn the_branch_ends_at_the_capacity_and_starts_at_the_single_pattern() {
    for (order, indices, spins) in [
        (2, Indices::Full, Space::Hypercube),
        (3, Indices::Distinct, Space::Hypercube),
        (100, Indices::Full, Space::Hypercube),
        (3, Indices::Full, Space::Sphere),
        (100, Indices::Distinct, Space::Sphere),
    ] {
        let theory = polynomial(order, indices, spins);
        for t in [0.0, 1e-9, 0.2, 0.6] {
            let end = theory.capacity(t).unwrap().unwrap();
            let state = |part: f64| theory.state(part * end.alpha, t).unwrap();
            let what = (order, indices, spins, t);
            close(state(1.0).unwrap().m, end.m, 1e-6, &what);
            assert_eq!(state(1.0 + 1e-9), None, "{what:?}");
            close(state(1e-12).unwrap().m, state(0.0).unwrap().m, 1e-9, &what);
            close(state(1e-12).unwrap().free_energy, state(0.0).unwrap().free_energy, 1e-9, &what);
            // The overlap falls all the way.
            let overlaps = [0.0, 0.2, 0.4, 0.6, 0.8, 0.99, 1.0].map(|part| state(part).unwrap().m);
            assert!(overlaps.windows(2).all(|pair| pair[1] <= pair[0]), "{what:?}: {overlaps:?}");
        }
    }
}

#[test]
fn capacities_vanish_at_the_spinodal_and_are_continuous_at_zero_temperature() {
    for (order, spins) in
        [(2, Space::Hypercube), (3, Space::Hypercube), (6, Space::Hypercube), (3, Space::Sphere)]
    {
        for indices in [Indices::Full, Indices::Distinct] {
            let theory = polynomial(order, indices, spins);
            let spinodal = theory.retrieval_temperature(0.0).unwrap().unwrap();
            let at = |t: f64| theory.capacity(t).unwrap().map(|end| end.alpha);
            let cold = at(0.0).unwrap();
            close(at(1e-7).unwrap() / cold, 1.0, 1e-5, &(order, spins));
            assert!(at(0.9999 * spinodal).unwrap() < 1e-2 * cold);
            assert_eq!(at(spinodal), None);
            assert_eq!(theory.state(0.0, spinodal).unwrap(), None);
        }
    }
}

/// Against sums over a fine grid of z, where they converge.
#[test]
fn field_averages_against_trapezoidal_sums() {
    for (signal, spread, t) in [
        (1.0, 0.4, 0.3),
        (3.0, 0.2, 0.7),
        (0.0, 1.0, 0.5),
        (2.0, 0.01, 1.0),
        (1.0, 2.0, 5.0),
        (0.5, 1.0, 0.1),
    ] {
        let field = Field { signal, spread, t };
        let sum = |f: &dyn Fn(f64, f64) -> f64| {
            let step = 1e-2;
            let terms = (-1200..=1200).map(|i| f64::from(i) * step);
            let weighted = terms.map(|z| (-0.5 * z * z).exp() * f((signal + spread * z) / t, z));
            weighted.sum::<f64>() * step / (2.0 * PI).sqrt()
        };
        let sech = |x: f64| 1.0 / (x.cosh() * x.cosh());
        let what = (signal, spread, t);
        let lack = sum(&|x, _| 2.0 / (1.0 + (2.0 * x).exp()));
        close(field.lack() / lack, 1.0, 1e-13, &what);
        for (power, found) in field.responses().into_iter().enumerate() {
            close(found * t, sum(&|x, z| z.powi(power as i32) * sech(x)), 1e-14, &what);
        }
        close(field.response() * t / sum(&|x, _| sech(x)), 1.0, 1e-13, &what);
        close(field.squared_response() * t, sum(&|x, _| sech(x).powi(2)), 1e-14, &what);
        close(field.order(field.response()), sum(&|x, _| x.tanh().powi(2)), 1e-14, &what);
        close(
            field.log_cosh(),
            t * sum(&|x, _| x.abs() + (-2.0 * x.abs()).exp().ln_1p()),
            2e-14 * t.max(1.0),
            &what,
        );
    }
}

#[test]
fn bad_input_is_refused() {
    for order in [0, 1, 101, u32::MAX] {
        assert!(matches!(
            Polynomial::new(order, Indices::Full, Space::Hypercube),
            Err(Error::Parameter { name: "order", .. })
        ));
    }
    for spins in [Space::Hypercube, Space::Sphere] {
        let theory = polynomial(3, Indices::Full, spins);
        for bad in [f64::NAN, f64::INFINITY, -1e-3] {
            assert!(theory.state(bad, 0.1).is_err() && theory.state(0.1, bad).is_err());
            assert!(theory.capacity(bad).is_err() && theory.retrieval_temperature(bad).is_err());
            assert!(hopfield::spin_glass(bad, 0.1).is_err() && hopfield::spin_glass(0.1, bad).is_err());
            assert!(
                hopfield::spin_glass_temperature(bad).is_err()
                    && hopfield::thermodynamic_capacity(bad).is_err()
            );
        }
        for t in [0.0, f64::MIN_POSITIVE, 1e300] {
            assert_eq!(theory.state(1e300, t).unwrap(), None);
        }
        assert_eq!(theory.capacity(1e300).unwrap(), None);
    }
}
