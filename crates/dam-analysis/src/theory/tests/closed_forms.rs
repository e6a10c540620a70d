//! The solver against the closed forms, over grids of temperature and sharpness.

use super::*;

const TEMPERATURES: [f64; 15] =
    [0.0, 1e-6, 1e-3, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.5, 2.5, 10.0, 1000.0];

#[track_caller]
fn close(found: f64, expected: f64, what: &str, t: f64) {
    // At high temperatures loads are small differences of energies of order one.
    let tolerance = 1e-12 * expected.abs() * (1.0 + t) + 1e-15;
    assert!((found - expected).abs() <= tolerance, "{what} at {t}: {found} {expected}");
}

#[test]
fn lse_on_the_sphere() {
    for beta in [0.1, 0.3, 0.5, 1.0, 2.0, 5.0, 20.0] {
        let (gauss, exact) = (lse(beta, GaussianTail), lse(beta, ExactSphere));
        let condensation = exact.condensation().unwrap();
        close(condensation.phi, closed::lse_condensation_overlap(beta).unwrap(), "phi_*", beta);
        for t in TEMPERATURES {
            let state = exact.retrieval(t).unwrap().unwrap();
            close(state.phi, closed::lse_overlap(t).unwrap(), "phi", t);
            close(state.free_energy, closed::lse_free_energy(t).unwrap(), "f", t);
            let found = gauss.alpha_c(t).unwrap().unwrap();
            close(found.alpha, closed::lse_alpha_c_gaussian(beta, t).unwrap(), "Gaussian", t);
            let condensed = found.regime == Regime::Condensed;
            assert_eq!(condensed, 1.0 - state.free_energy <= beta, "{beta} {t}");
            let found = exact.alpha_c(t).unwrap().unwrap();
            close(found.alpha, closed::lse_alpha_c(beta, t).unwrap(), "alpha_c", t);
            let found = exact.alpha_spinodal(t).unwrap().unwrap();
            close(found.alpha, closed::lse_alpha_spinodal(beta, t).unwrap(), "alpha_s", t);
            let found = exact.alpha_any(t).unwrap().unwrap();
            close(found.alpha, closed::lse_alpha_any(beta, t).unwrap(), "alpha_any", t);
        }
        for alpha in [0.0, 1e-6, 0.01, 0.1, 0.24, 0.3, 0.45] {
            let floor = gauss.noise_floor(alpha).unwrap();
            close(floor.energy(), closed::lse_floor_gaussian(beta, alpha).unwrap(), "floor", alpha);
            close(exact.phi_max(alpha).unwrap(), (-(-2.0 * alpha).exp_m1()).sqrt(), "phi_max", alpha);
        }
    }
}

#[test]
fn lse_on_the_hypercube() {
    for beta in [0.3, 0.5, 1.0, 2.0, 5.0] {
        let kernel = Exponential::new(beta).unwrap();
        let theory = Theory::new(kernel, 1.0 / beta, BinaryEntropy, BinaryEntropy).unwrap();
        close(theory.condensation().unwrap().phi, beta.tanh(), "phi_*", beta);
        close(theory.alpha_c(0.0).unwrap().unwrap().alpha, beta - beta.cosh().ln(), "alpha_1", beta);
        for t in TEMPERATURES {
            let state = theory.retrieval(t).unwrap().unwrap();
            let (phi, free_energy) = closed::lse_hypercube(t).unwrap();
            close(state.phi, phi, "phi", t);
            close(state.free_energy, free_energy, "f", t);
            if t > 0.003 {
                let gap = 2.0 / (1.0 + (2.0 / t).exp());
                assert!((state.gap / gap - 1.0).abs() < 1e-12, "{} {gap}", state.gap);
            }
        }
    }
}

#[test]
fn extensive_lsr() {
    for b in [0.6, 1.0, 1.5, 2.0, 3.41, 5.0, 20.0] {
        let (gauss, exact) = (lsr(b, GaussianTail), lsr(b, ExactSphere));
        close(exact.condensation().unwrap().phi, closed::lsr_condensation_overlap(b).unwrap(), "phi_*", b);
        close(exact.support_threshold(), closed::lsr_support_threshold(b).unwrap(), "alpha_th", b);
        close(gauss.support_threshold(), closed::lsr_support_threshold_gaussian(b).unwrap(), "alpha_th", b);
        for t in TEMPERATURES {
            let state = exact.retrieval(t).unwrap().unwrap();
            close(state.phi, closed::lsr_overlap(b, t).unwrap(), "phi", t);
            close(state.free_energy, closed::lsr_free_energy(b, t).unwrap(), "f", t);
            let found = exact.alpha_c(t).unwrap().unwrap().alpha;
            close(found, closed::lsr_alpha_c(b, t).unwrap(), "alpha_c", t);
            if b >= 1.0 {
                let found = gauss.alpha_c(t).unwrap().unwrap().alpha;
                close(found, closed::lsr_alpha_c_gaussian(b, t).unwrap(), "Gaussian", t);
            }
        }
    }
}

#[test]
fn power_one_lsr_is_lost_at_its_support_threshold() {
    for b in [1.5, 2.0, 3.41, 5.0] {
        let kernel = Epanechnikov::new(b).unwrap();
        let theory = CompactTheory::new(kernel, 1.0 / b, ExactSphere, ExactSphere).unwrap();
        for t in TEMPERATURES {
            let boundary = theory.alpha_c(t).unwrap().unwrap();
            close(boundary.alpha, closed::lsr_support_threshold(b).unwrap(), "alpha_th", t);
            assert_eq!(boundary.regime, Regime::Support);
            let state = theory.retrieval(t).unwrap().unwrap();
            close(state.free_energy, closed::lsr_free_energy(b, t).unwrap(), "f", t);
        }
        let kept = |alpha| theory.critical_temperature(alpha).unwrap();
        assert_eq!(kept(boundary_load(b) - 1e-9), TemperatureLimit::Always);
        assert_eq!(kept(boundary_load(b) + 1e-9), TemperatureLimit::Never);
    }
}

#[test]
fn a_memory_has_the_theory_of_its_energy_per_site() {
    let space = Sphere::<f64>::new(30).unwrap();
    let patterns = [space.sample(&mut Streams::new(1).rng(Purpose::Patterns, 0))];
    let memory = models::lsr(space, 2.0, 0.0, &patterns).unwrap();
    let theory = CompactTheory::of(&memory).unwrap();
    for t in TEMPERATURES {
        let state = theory.retrieval(t).unwrap().unwrap();
        close(state.free_energy, closed::lsr_free_energy(2.0, t).unwrap(), "f", t);
    }
}

fn boundary_load(b: f64) -> f64 {
    closed::lsr_support_threshold(b).unwrap()
}

/// Lucibello and Mézard's thresholds are the zero-temperature end of the same solver.
#[test]
fn thresholds_and_basins_of_softmax_attention() {
    use super::exponential_load::{ExponentialLoad, Patterns};
    for lambda in [0.25, 0.5, 1.0, 2.0, 4.0, 16.0] {
        let kernel = Exponential::new(lambda).unwrap();
        let against = |patterns: Patterns, found: [f64; 2], edge: &dyn Fn(f64) -> Option<f64>| {
            let model = ExponentialLoad::new(patterns, lambda).unwrap();
            close(found[0], model.typical_threshold(), "alpha_1", lambda);
            close(found[1], model.condensation(), "alpha_*", lambda);
            for alpha in [0.02, 0.1, 0.2, 0.3, 0.5, 0.8] {
                let angle = model.basin_angle(alpha).unwrap();
                let found = edge(alpha);
                assert_eq!(angle.is_some(), found.is_some(), "{patterns:?} {lambda} {alpha}");
                let cos = angle.map_or(0.0, f64::cos);
                close(found.unwrap_or(0.0), cos, &format!("cos theta_c {patterns:?} {lambda}"), alpha);
            }
        };
        let sphere = Theory::new(kernel, 1.0 / lambda, ExactSphere, ExactSphere).unwrap();
        let binary = Theory::new(kernel, 1.0 / lambda, BinaryEntropy, BinaryEntropy).unwrap();
        let gauss = Theory::new(kernel, 1.0 / lambda, ExactSphere, GaussianPatterns).unwrap();
        fn loads<S: RateFunction, E: RateFunction>(theory: &Theory<Exponential, S, E>) -> [f64; 2] {
            [theory.alpha_c(0.0).unwrap().unwrap().alpha, theory.condensation().unwrap().alpha]
        }
        against(Patterns::Spherical, loads(&sphere), &|alpha| sphere.basin_edge(alpha).unwrap());
        against(Patterns::Binary, loads(&binary), &|alpha| binary.basin_edge(alpha).unwrap());
        against(Patterns::Gaussian, loads(&gauss), &|alpha| gauss.basin_edge(alpha).unwrap());
    }
}

/// Eq. 31 at points where its logarithm is that of a fraction, and the ends of its range.
#[test]
fn the_printed_floor_of_lsr_has_a_range() {
    let floor = closed::paper_floor_lsr_uncondensed;
    close(floor(2.0, 0.75).unwrap(), 0.5 * 2.0_f64.ln(), "u", 0.0);
    close(floor(0.5, 0.0).unwrap(), 2.0 * 2.0_f64.ln(), "u", 0.0);
    close(floor(0.5, -0.5).unwrap(), 2.0 * 4.0_f64.ln(), "u", 0.0);
    assert_eq!(floor(2.0, 1.0).unwrap(), 0.0);
    for (b, phi) in [(2.0, 0.5), (2.0, 0.4), (0.5, -1.0), (2.0, 1.01), (2.0, f64::NAN)] {
        let error = floor(b, phi).unwrap_err().to_string();
        assert!(error.contains("1 - 1/b < phi_* <= 1"), "{b} {phi}: {error}");
    }
    assert!(floor(0.0, 1.0).is_err() && floor(f64::INFINITY, 1.0).is_err());
}
