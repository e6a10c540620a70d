//! Ends of the ranges of temperature, load and sharpness, and what is no theory at all.

use super::*;
use crate::Error;

#[test]
fn zero_temperature_is_the_pattern_itself() {
    for theory in [lse(0.2, ExactSphere), lse(30.0, ExactSphere)] {
        let state = theory.retrieval(0.0).unwrap().unwrap();
        assert_eq!((state.phi, state.gap, state.free_energy), (1.0, 0.0, 0.0));
        // The limit is continuous.
        let cold = theory.retrieval(1e-300).unwrap().unwrap();
        assert!(cold.phi == 1.0 && cold.gap > 0.0 && cold.free_energy < 1e-297);
        let near = theory.alpha_c(1e-9).unwrap().unwrap().alpha;
        assert!((theory.alpha_c(0.0).unwrap().unwrap().alpha - near).abs() < 1e-6);
    }
    let cube = Theory::new(Exponential::new(1.0).unwrap(), 1.0, BinaryEntropy, BinaryEntropy).unwrap();
    let cold = cube.retrieval(1e-5).unwrap().unwrap();
    assert!(cold.phi == 1.0 && cold.gap == 0.0);
    assert!((cold.free_energy / (1e-5 * std::f64::consts::LN_2) - 1.0).abs() < 1e-12);
}

#[test]
fn high_temperatures() {
    let theory = lse(1.0, ExactSphere);
    let state = theory.retrieval(1e9).unwrap().unwrap();
    assert!((state.phi * 1e9 - 1.0).abs() < 1e-9 && state.free_energy < 1.0);
    // α_c = 1/(8T²) there, exactly so for the Gaussian tail.
    assert!((theory.alpha_c(1e4).unwrap().unwrap().alpha * 8e8 - 1.0).abs() < 1e-6);
    assert_eq!(theory.max_temperature(), TemperatureLimit::Always);
    // LSR: towards the edge of the support, whose load is never undercut.
    let lsr = lsr(3.41, ExactSphere);
    let threshold = lsr.support_threshold();
    for t in [10.0, 1e3, 1e6] {
        let boundary = lsr.alpha_c(t).unwrap().unwrap().alpha;
        assert!(boundary >= threshold && boundary - threshold < 1e-4 * (10.0 / t), "{boundary} {threshold}");
    }
    assert_eq!(lsr.max_temperature(), TemperatureLimit::Always);
    assert!(matches!(lsr.retrieval(1e17), Err(Error::Parameter { name: "temperature", .. })));
}

#[test]
fn no_load() {
    let theory = lse(1.0, ExactSphere);
    assert_eq!(theory.phi_max(0.0).unwrap(), 0.0);
    assert_eq!(theory.noise_floor(0.0).unwrap().energy(), 1.0);
    assert_eq!(theory.critical_temperature(0.0).unwrap(), TemperatureLimit::Always);
    assert_eq!(theory.spinodal_temperature(0.0).unwrap(), TemperatureLimit::Always);
    assert_eq!(theory.basin_edge(0.0).unwrap(), Some(0.0));
    let lsr = lsr(3.41, ExactSphere);
    assert_eq!(lsr.noise_floor(0.0).unwrap(), NoiseFloor::NoFloor);
    assert_eq!(lsr.noise_floor(0.3).unwrap().energy(), f64::INFINITY);
    assert_eq!(lsr.critical_temperature(0.34).unwrap(), TemperatureLimit::Always);
    assert!((lsr.basin_edge(0.0).unwrap().unwrap() - (1.0 - 1.0 / 3.41)).abs() < 1e-15);
}

#[test]
fn sharpness_at_and_below_one() {
    // b = 1: the support begins at 0, φ = 1/√(1 + T).
    let one = lsr(1.0, ExactSphere);
    assert_eq!(one.support_threshold(), 0.0);
    for t in [0.1, 1.0, 30.0] {
        let phi = one.retrieval(t).unwrap().unwrap().phi;
        assert!((phi * (1.0_f64 + t).sqrt() - 1.0).abs() < 1e-14);
    }
    // b slightly above 1/2: every overlap is inside, the energy at 0 is finite, the boundary ends nowhere.
    let half = lsr(0.500_001, ExactSphere);
    assert_eq!(half.support_threshold(), 0.0);
    let state = half.retrieval(2.0).unwrap().unwrap();
    assert!((state.phi - closed::lsr_overlap(0.500_001, 2.0).unwrap()).abs() < 1e-14);
    assert_eq!(half.max_temperature(), TemperatureLimit::Always);
    assert!(closed::lsr_overlap(0.5, 1.0).is_err());
    // The solver itself needs no lower limit of b.
    assert!(lsr(0.1, ExactSphere).alpha_c(0.5).unwrap().unwrap().alpha > 0.0);
}

#[test]
fn widths_below_condensation() {
    // β_net < √(2α): eq. 35 would say .5, the floor is uncondensed and the threshold β − β²/2.
    let theory = lse(0.6, GaussianTail);
    let boundary = theory.alpha_c(0.0).unwrap().unwrap();
    assert!((boundary.alpha - 0.42).abs() < 1e-14 && boundary.regime == Regime::Uncondensed);
    assert!(matches!(theory.noise_floor(0.3).unwrap(), NoiseFloor::Uncondensed { .. }));
    assert!(matches!(theory.noise_floor(0.1).unwrap(), NoiseFloor::Condensed { .. }));
}

#[test]
fn patterns_with_fluctuating_norm() {
    for beta in [0.5, 1.0, 3.0] {
        let theory = lse(beta, GaussianPatterns);
        // λ − λ²/2, or 1/2 (Lucibello and Mézard); φ_* = β may exceed 1.
        let expected = if beta < 1.0 { beta - 0.5 * beta * beta } else { 0.5 };
        assert!((theory.alpha_c(0.0).unwrap().unwrap().alpha - expected).abs() < 1e-13);
        assert!((theory.condensation().unwrap().phi - beta).abs() < 1e-13);
        assert!((theory.phi_max(2.0).unwrap() - 2.0).abs() < 1e-14);
        let floor = theory.noise_floor(2.0).unwrap();
        let expected = closed::lse_floor_gaussian(beta, 2.0).unwrap();
        assert!((floor.energy() - expected).abs() < 1e-13, "{floor:?}");
    }
}

#[test]
fn a_floor_under_every_term_ends_the_basin() {
    let epsilon = 1e-3_f64;
    let kernel = Epanechnikov::new(3.0).unwrap().with_floor(epsilon).unwrap();
    let theory = Theory::new(Powered(kernel), 1.0 / 3.0, ExactSphere, ExactSphere).unwrap();
    assert_eq!(theory.support_threshold(), 0.0);
    let TemperatureLimit::Below(limit) = theory.basin_limit() else { panic!() };
    assert!(
        theory.retrieval(0.999 * limit).unwrap().is_some()
            && theory.retrieval(1.001 * limit).unwrap().is_none()
    );
    assert_eq!(theory.alpha_c(1.001 * limit).unwrap(), None);
    let floor = theory.noise_floor(0.1).unwrap();
    assert!((floor.energy() + (0.1 + epsilon.ln()) / 3.0).abs() < 1e-14, "{floor:?}");
    // A weight of order one with such a floor is lost at every exponential load.
    let compact = CompactTheory::new(kernel, 1.0 / 3.0, ExactSphere, ExactSphere).unwrap();
    assert_eq!(compact.alpha_c(0.5).unwrap(), None);
    assert_eq!(compact.critical_temperature(0.0).unwrap(), TemperatureLimit::Never);
}

#[test]
fn bad_arguments_are_refused() {
    let theory = lse(1.0, ExactSphere);
    for t in [-0.1, f64::NAN, f64::INFINITY] {
        assert!(matches!(theory.retrieval(t), Err(Error::Parameter { name: "temperature", .. })));
        assert!(
            theory.alpha_c(t).is_err() && theory.alpha_any(t).is_err() && theory.alpha_spinodal(t).is_err()
        );
        assert!(
            theory.noise_floor(t).is_err() && theory.phi_max(t).is_err() && theory.basin_edge(t).is_err()
        );
        assert!(theory.critical_temperature(t).is_err() && theory.spinodal_temperature(t).is_err());
        assert!(closed::lse_overlap(t).is_err() && closed::lsr_free_energy(2.0, t).is_err());
    }
    let kernel = Exponential::new(1.0).unwrap();
    for c in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let refused = Theory::new(kernel, c, ExactSphere, ExactSphere);
        assert!(matches!(refused, Err(Error::Parameter { name: "prefactor c", .. })));
    }
}

#[test]
fn what_is_no_rate_is_refused() {
    use dam_core::Error::{KernelInconsistent, KernelNotFinite};
    // ln F = −N² β (1 − m) is not N times anything.
    let squared = Powered(Exponential::new(1.0).unwrap());
    let refused = Theory::new(squared, 1.0, ExactSphere, ExactSphere).unwrap_err();
    assert!(matches!(refused, Error::Core(KernelInconsistent { .. })), "{refused}");

    #[derive(Debug)]
    struct Wrong(fn(f64) -> f64, fn(f64) -> f64);
    impl Kernel for Wrong {
        fn f(&self, s: Overlap) -> f64 {
            self.0(s.m())
        }
        fn df(&self, s: Overlap) -> f64 {
            self.1(s.m())
        }
    }
    let slope = Theory::new(Powered(Wrong(|m| m.exp(), |m| 2.0 * m.exp())), 1.0, ExactSphere, ExactSphere);
    assert!(matches!(slope.unwrap_err(), Error::Core(KernelInconsistent { what: "dk/dm", .. })));
    for pole in [Wrong(|_| f64::NAN, |_| 0.0), Wrong(|_| 0.0, |_| 0.0), Wrong(|m| m - 0.5, |_| 1.0)] {
        let refused = Theory::new(Powered(pole), 1.0, ExactSphere, ExactSphere).unwrap_err();
        assert!(matches!(refused, Error::Core(KernelNotFinite { .. })), "{refused}");
    }
    // A kernel whose target is no minimum has no retrieval, at any temperature.
    let inverted =
        Theory::new(Powered(Wrong(|m| (-m).exp(), |m| -(-m).exp())), 1.0, ExactSphere, ExactSphere);
    let inverted = inverted.unwrap();
    assert_eq!(inverted.basin_limit(), TemperatureLimit::Never);
    assert_eq!(inverted.retrieval(0.1).unwrap(), None);
    assert_eq!(inverted.critical_temperature(0.1).unwrap(), TemperatureLimit::Never);
    assert_eq!(inverted.max_temperature(), TemperatureLimit::Never);
}

#[test]
fn even_kernels_count_mirrored_patterns() {
    // k = −β (1 − m²): a floor of patterns at −φ_max too, and a continuous loss at T = 2.
    #[derive(Debug)]
    struct Square;
    impl Kernel for Square {
        fn f(&self, s: Overlap) -> f64 {
            (-(1.0 - s.m() * s.m())).exp()
        }
        fn df(&self, s: Overlap) -> f64 {
            2.0 * s.m() * self.f(s)
        }
    }
    let theory = Theory::new(Powered(Square), 1.0, ExactSphere, ExactSphere).unwrap();
    let TemperatureLimit::Below(limit) = theory.basin_limit() else { panic!() };
    assert!((limit - 2.0).abs() < 1e-9, "{limit}");
    let state = theory.retrieval(0.7).unwrap().unwrap();
    // 2 φ = T φ / (1 − φ²)
    assert!((state.phi - 0.65_f64.sqrt()).abs() < 1e-14);
    assert!(theory.retrieval(2.1).unwrap().is_none());
}
