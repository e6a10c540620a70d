//! The solver against `tests/reference/phase_boundaries.py`.

use super::data::phase_boundaries::{FLOORS, Floor, LARGEST_TEMPERATURE, RETRIEVAL, THERMAL_PHASES};
use super::*;

fn kernel(name: &str, parameter: f64) -> (Box<dyn Extensive>, f64) {
    match name {
        "lse" => (Box::new(Exponential::anchored(parameter).unwrap()), 1.0 / parameter),
        "lsr" => (Box::new(Powered(Epanechnikov::new(parameter).unwrap())), 1.0 / parameter),
        "cauchy" => (Box::new(Powered(Cauchy(parameter))), 1.0 / parameter),
        "cubic" => (Box::new(Cubic(parameter)), 1.0 / parameter),
        _ => panic!("a kernel that has no counterpart here: {name}"),
    }
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance * (1.0 + expected.abs()), "{what}: {found} {expected}");
}

#[test]
fn states_of_retrieval() {
    for case in RETRIEVAL {
        match case.space {
            "sphere" => retrieval(case, ExactSphere),
            "hypercube" => retrieval(case, BinaryEntropy),
            _ => panic!("{}", case.space),
        }
    }
}

fn retrieval<R: RateFunction>(case: &super::data::phase_boundaries::Retrieval, rate: R) {
    let (kernel, c) = kernel(case.kernel, case.parameter);
    let theory = Theory::new(kernel, c, rate, rate).unwrap();
    let of =
        |what: &str, t: f64| format!("{what} of {} {} {} at {t}", case.kernel, case.parameter, case.space);
    match (case.spinodal, theory.basin_limit()) {
        (None, TemperatureLimit::Always) => {}
        // A maximum: its place is good to half the digits, its value to all.
        (Some((t, _)), TemperatureLimit::Below(found)) => close(found, t, 1e-13, &of("limit", t)),
        (expected, found) => panic!("{}: {expected:?} {found:?}", of("limit", 0.0)),
    }
    for &(t, expected) in case.rows {
        let found = theory.retrieval(t).unwrap();
        assert_eq!(found.is_some(), expected.is_some(), "{}", of("state", t));
        let (Some(found), Some((phi, gap, free_energy))) = (found, expected) else { continue };
        // Next to the limit of the basin the temperature hardly depends on the overlap.
        let tolerance = if case.spinodal.is_some_and(|(limit, _)| t > 0.99 * limit) { 1e-11 } else { 1e-14 };
        close(found.phi, phi, tolerance, &of("phi", t));
        close(found.free_energy, free_energy, 1e-13, &of("f", t));
        if gap > 0.0 {
            // The root is in the log-odds of the gap, and they in the hundreds.
            close(found.gap / gap, 1.0, tolerance.max(2e-13 * (1.0 - gap.ln() / 40.0)), &of("gap", t));
        }
    }
}

#[test]
fn floors_and_boundaries() {
    for case in FLOORS {
        match (case.space, case.ensemble) {
            ("sphere", "sphere") => boundaries(case, ExactSphere, ExactSphere),
            ("sphere", "gaussian") => boundaries(case, ExactSphere, GaussianTail),
            ("hypercube", "hypercube") => boundaries(case, BinaryEntropy, BinaryEntropy),
            pair => panic!("{pair:?}"),
        }
    }
}

fn boundaries<S: RateFunction, E: RateFunction>(case: &Floor, space: S, ensemble: E) {
    let (kernel, c) = kernel(case.kernel, case.parameter);
    let theory = Theory::new(kernel, c, space, ensemble).unwrap();
    let of = |what: &str, at: f64| {
        format!("{what} of {} {} {} {} at {at}", case.kernel, case.parameter, case.space, case.ensemble)
    };
    close(theory.support_threshold(), case.alpha_th.unwrap_or(0.0), 1e-14, &of("alpha_th", 0.0));
    let condensation = theory.condensation();
    // At β = 1 the maximum of −φ²/2 − β (1 − φ) is at φ = 1 exactly.
    if let (Some(found), Some(phi)) = (condensation, case.phi_star) {
        close(found.phi, phi, 1e-14, &of("phi_*", 0.0));
        close(found.alpha, case.alpha_star.unwrap(), 1e-13, &of("alpha_*", 0.0));
    } else {
        assert!(case.phi_star.is_none() && condensation.is_none_or(|found| found.phi > 1.0 - 1e-12));
    }
    if let Some(onset) = case.onset {
        // The floor of the cubic: patterns at no overlap, then the nearest ones, then those at φ_*.
        let floor = theory.noise_floor(onset * (1.0 - 1e-9)).unwrap();
        assert!(matches!(floor, NoiseFloor::Uncondensed { phi: 0.0, .. }), "{}", of("onset", onset));
        let floor = theory.noise_floor(onset * (1.0 + 1e-9)).unwrap();
        assert!(matches!(floor, NoiseFloor::Condensed { .. }), "{}", of("onset", onset));
    }
    for &(alpha, exponent, energy, condensed, phi, phi_max, basin) in case.rows {
        let floor = theory.noise_floor(alpha).unwrap();
        // The floor rises steeply where patterns have just reached the support.
        let steep = case.alpha_th.is_some_and(|edge| alpha < 1.01 * edge);
        let tolerance = if steep { 1e-11 } else { 2e-14 };
        close(floor.energy(), energy, tolerance, &of("u_noise", alpha));
        close(-floor.energy() / c, exponent, tolerance, &of("nu", alpha));
        close(theory.phi_max(alpha).unwrap(), phi_max, 1e-14, &of("phi_max", alpha));
        match floor {
            NoiseFloor::Condensed { phi: found, .. } if condensed => {
                close(found, phi, 1e-14, &of("at", alpha))
            }
            NoiseFloor::Uncondensed { phi: found, .. } if !condensed => {
                close(found, phi, 1e-14, &of("at", alpha));
            }
            found => panic!("{}: {found:?}", of("regime", alpha)),
        }
        let edge = theory.basin_edge(alpha).unwrap();
        assert_eq!(edge.is_some(), basin.is_some(), "{}", of("retrieved", alpha));
        let Some((cusp, t_c, t_s)) = basin else {
            assert_eq!(theory.critical_temperature(alpha).unwrap(), TemperatureLimit::Never);
            assert_eq!(theory.spinodal_temperature(alpha).unwrap(), TemperatureLimit::Never);
            continue;
        };
        close(edge.unwrap(), cusp, tolerance, &of("cusp", alpha));
        let found = theory.critical_temperature(alpha).unwrap().temperature();
        close(found, t_c, 100.0 * tolerance, &of("T_c", alpha));
        let found = theory.spinodal_temperature(alpha).unwrap().temperature();
        close(found, t_s, 100.0 * tolerance, &of("T_s", alpha));
    }
    for &(t, expected) in case.alpha_c {
        let found = theory.alpha_c(t).unwrap();
        let Some((alpha, condensed)) = expected.filter(|&(alpha, _)| alpha > 0.0) else {
            assert_eq!(found, None, "{}", of("alpha_c", t));
            continue;
        };
        let found = found.unwrap();
        close(found.alpha, alpha, 1e-13, &of("alpha_c", t));
        // A regime has no sharp name where the two meet.
        if case.alpha_star.is_none_or(|star| (star - alpha).abs() > 1e-9) {
            assert_eq!(found.regime == Regime::Condensed, condensed, "{}", of("regime", t));
        }
    }
}

#[test]
fn loads_at_which_other_patterns_take_over() {
    for case in FLOORS.iter().filter(|case| case.space == case.ensemble) {
        match case.space {
            "sphere" => takeover(case, ExactSphere),
            _ => takeover(case, BinaryEntropy),
        }
    }
}

fn takeover<R: RateFunction>(case: &Floor, rate: R) {
    let (kernel, c) = kernel(case.kernel, case.parameter);
    let theory = Theory::new(kernel, c, rate, rate).unwrap();
    // Without a value there the minima vanish before their free energies tie.
    for (t, alpha) in case.alpha_any.iter().filter_map(|&(t, expected)| Some((t, expected?.0))) {
        let found = theory.alpha_any(t).unwrap().unwrap().alpha;
        close(found, alpha, 1e-12, &format!("alpha_any of {} {} at {t}", case.kernel, case.parameter));
    }
}

#[test]
fn formulas_as_printed() {
    for &(t, eq_35, lsr) in THERMAL_PHASES {
        close(closed::paper_alpha_c_lse(t).unwrap(), eq_35, 1e-14, "eq. 35");
        for (b, [eq_39, right]) in [2.0, 3.41, 5.0].into_iter().zip(lsr) {
            close(closed::paper_alpha_c_lsr(b, t).unwrap(), eq_39, 1e-13, "eq. 39");
            close(closed::lsr_alpha_c_gaussian(b, t).unwrap(), right, 1e-14, "eqs. 22 and 30");
        }
    }
    for &(b, t) in LARGEST_TEMPERATURE {
        close(closed::paper_max_temperature_lsr(b).unwrap(), t, 1e-14, "T_max");
    }
}
