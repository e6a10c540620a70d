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
    // Nothing changes there or below.
    for b in [0.5, 0.1, 1e-6] {
        let state = lsr(b, ExactSphere).retrieval(0.5).unwrap().unwrap();
        assert!((state.phi - closed::lsr_overlap(b, 0.5).unwrap()).abs() < 1e-14);
        let found = lsr(b, ExactSphere).alpha_c(0.5).unwrap().unwrap().alpha;
        assert!((found / closed::lsr_alpha_c(b, 0.5).unwrap() - 1.0).abs() < 1e-9, "{b} {found}");
    }
    assert!(closed::lsr_alpha_c_gaussian(0.9, 0.5).is_err() && closed::lsr_overlap(0.0, 0.5).is_err());
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

/// k of one's own, as F^N.
#[derive(Debug)]
struct Own(fn(f64) -> f64, fn(f64) -> f64);

impl Kernel for Own {
    fn f(&self, s: Overlap) -> f64 {
        self.ln_f(s).exp()
    }
    fn df(&self, s: Overlap) -> f64 {
        self.dln_f(s) * self.f(s)
    }
    fn ln_f(&self, s: Overlap) -> f64 {
        s.n() * self.0(s.gap())
    }
    fn dln_f(&self, s: Overlap) -> f64 {
        s.n() * self.1(s.gap())
    }
}
impl Extensive for Own {}

fn own(k: fn(f64) -> f64, slope: fn(f64) -> f64) -> Theory<Own, ExactSphere, ExactSphere> {
    Theory::new(Own(k, slope), 1.0, ExactSphere, ExactSphere).unwrap()
}

#[test]
fn rates_that_are_flat_at_the_pattern() {
    // k = −g²: 2 g = T (1 − g) / (g (2 − g)), so 2 g² (2 − g) = T (1 − g).
    let square = own(|g| -g * g, |g| 2.0 * g);
    for t in [1e-12, 0.1, 1.0, 10.0] {
        let g = square.retrieval(t).unwrap().unwrap().gap;
        assert!((2.0 * g * g * (2.0 - g) / (t * (1.0 - g)) - 1.0).abs() < 1e-12, "{t} {g}");
    }
    assert_eq!(square.basin_limit(), TemperatureLimit::Always);
    let cube = Own(|g| -g.powi(3), |g| 3.0 * g * g);
    let cube = Theory::new(cube, 1.0, BinaryEntropy, BinaryEntropy).unwrap();
    let state = cube.retrieval(0.3).unwrap().unwrap();
    let (phi, g) = (state.phi, state.gap);
    assert!((3.0 * g * g - 0.3 * phi.atanh()).abs() < 1e-13);
    // At T = 0 the floor is at the pattern's energy where −s + g³ is least.
    let cost = |j: i32| {
        let at = Overlap::from_gap(f64::from(j) / 1e4, 1);
        at.gap().powi(3) - BinaryEntropy.s(at)
    };
    let least = (1..10_000).map(cost).fold(f64::INFINITY, f64::min);
    assert!((cube.alpha_c(0.0).unwrap().unwrap().alpha - least).abs() < 1e-7);
}

#[test]
fn supports_with_a_step() {
    // −(1 − m) down to m = 1/2, nothing below: from T = 3/2 on the state stays at the step.
    let step = own(|g| if g < 0.5 { -g } else { f64::NEG_INFINITY }, |_| 1.0);
    let threshold = -0.5 * 0.75_f64.ln();
    assert!((step.support_threshold() - threshold).abs() < 1e-14);
    assert_eq!(step.basin_limit(), TemperatureLimit::Always);
    let state = step.retrieval(5.0).unwrap().unwrap();
    assert!((state.phi - 0.5).abs() < 1e-13 && (state.free_energy - (0.5 + 5.0 * threshold)).abs() < 1e-12);
    let boundary = step.alpha_c(5.0).unwrap().unwrap();
    assert!(boundary.regime == Regime::Support && (boundary.alpha - threshold).abs() < 1e-12);
    let until = step.stable_against(2.0).unwrap().temperature();
    assert!((until - 1.5 / threshold).abs() < 1e-11, "{until}");
    // A cap: every overlap inside is as good, so that entropy takes the state to its rim at once.
    let cap = own(|g| if g < 0.5 { 0.0 } else { f64::NEG_INFINITY }, |_| 0.0);
    let state = cap.retrieval(0.2).unwrap().unwrap();
    assert!((state.phi - 0.5).abs() < 1e-13 && (state.free_energy - 0.2 * threshold).abs() < 1e-13);
    assert!((cap.alpha_c(0.2).unwrap().unwrap().alpha - threshold).abs() < 1e-12);
    // The same with weights of order one.
    #[derive(Debug)]
    struct Cap;
    impl Kernel for Cap {
        fn f(&self, s: Overlap) -> f64 {
            f64::from(s.gap() < 0.5)
        }
        fn df(&self, _: Overlap) -> f64 {
            0.0
        }
    }
    impl dam_core::CompactSupport for Cap {}
    let compact = CompactTheory::new(Cap, 1.0, ExactSphere, ExactSphere).unwrap();
    assert!((compact.alpha_c(3.0).unwrap().unwrap().alpha - threshold).abs() < 1e-12);
}

#[test]
fn supports_in_pieces_and_jumps_are_refused() {
    use dam_core::Error::{KernelInconsistent, KernelNotFinite};
    let refused = |k, slope| Theory::new(Own(k, slope), 1.0, ExactSphere, ExactSphere).unwrap_err();
    let pieces = refused(
        |g| ((std::f64::consts::TAU * g).cos()).max(0.0).ln(),
        |g| std::f64::consts::TAU * (std::f64::consts::TAU * g).tan(),
    );
    assert!(matches!(pieces, Error::Core(KernelNotFinite { .. })), "{pieces}");
    let jump = refused(|g| if g > 0.5 { -1.0 } else { 0.0 }, |_| 0.0);
    assert!(matches!(jump, Error::Core(KernelInconsistent { .. })), "{jump}");
    // Mirrored caps are one even kernel: k = ln(m² − 1/4)₊, with the same edge at −1/2.
    let even = own(
        |g| ((1.0 - g).powi(2) - 0.25).max(0.0).ln() - 0.75_f64.ln(),
        |g| 2.0 * (1.0 - g) / ((1.0 - g).powi(2) - 0.25),
    );
    assert!((even.support_threshold() + 0.5 * 0.75_f64.ln()).abs() < 1e-12);
    assert!(matches!(even.noise_floor(0.1).unwrap(), NoiseFloor::NoFloor));
    assert!(even.noise_floor(0.3).unwrap().energy().is_finite());
}

#[test]
fn a_bump_of_the_kernel_keeps_starts_below_it() {
    let bump = |g: f64| 0.3 * (-(0.5 - g).powi(2) / 0.005).exp();
    assert!(bump(0.5) > 0.29);
    let theory = own(
        |g| -g + 0.3 * (-(0.5 - g).powi(2) / 0.005).exp(),
        |g| 1.0 - 0.6 * (0.5 - g) / 0.005 * (-(0.5 - g).powi(2) / 0.005).exp(),
    );
    // dk/dm = 0 at the dip above the bump.
    let edge = theory.basin_edge(0.05).unwrap().unwrap();
    let slope = |m: f64| 1.0 - 0.6 * (m - 0.5) / 0.005 * (-(m - 0.5).powi(2) / 0.005).exp();
    assert!(edge > 0.53 && slope(edge).abs() < 1e-9 && slope(edge + 1e-3) > 0.0, "{edge}");
}

#[test]
fn widths_over_many_orders() {
    for beta in [1e-3, 1e3, 1e5] {
        let theory = lse(beta, ExactSphere);
        for t in [1e-3, 0.1, 1.0, 3.0] {
            let found = theory.alpha_c(t).unwrap().unwrap().alpha;
            assert!(
                (found / closed::lse_alpha_c(beta, t).unwrap() - 1.0).abs() < 1e-11,
                "{beta} {t} {found}"
            );
        }
        for alpha in [0.9_f64, 2.0, 7.0] {
            // Beyond α_* the floor is α + g(β); g(β) = ln E[exp(β x·ξ)] / N.
            let phi = closed::lse_condensation_overlap(beta).unwrap();
            let annealed = 1.0 - phi - (alpha + 0.5 * (phi / beta).ln()) / beta;
            let condensed = 1.0 - (-(-2.0 * alpha).exp_m1()).sqrt();
            let expected = if alpha > theory.condensation().unwrap().alpha { annealed } else { condensed };
            let found = theory.noise_floor(alpha).unwrap().energy();
            assert!((found - expected).abs() < 1e-12 * (1.0 + expected.abs()), "{beta} {alpha} {found}");
        }
        let gauss = lse(beta, GaussianPatterns);
        assert!((gauss.condensation().unwrap().phi / beta - 1.0).abs() < 1e-11);
        assert!((gauss.phi_max(1e7).unwrap() / 2e7_f64.sqrt() - 1.0).abs() < 1e-13);
    }
    for b in [1e3, 1e6] {
        let theory = lsr(b, ExactSphere);
        for t in [0.1, 10.0, 1e3] {
            let (gap, found) =
                (1.0 - closed::lsr_overlap(b, t).unwrap(), theory.retrieval(t).unwrap().unwrap());
            assert!((found.gap - gap).abs() < 1e-15, "{b} {t}");
            let free_energy = closed::lsr_free_energy(b, t).unwrap();
            assert!((found.free_energy / free_energy - 1.0).abs() < 1e-9, "{b} {t}");
        }
        let found = theory.support_threshold();
        assert!((found / closed::lsr_support_threshold(b).unwrap() - 1.0).abs() < 1e-10, "{b} {found}");
    }
}

#[test]
fn a_kernel_of_two_methods_that_underflows() {
    #[derive(Debug)]
    struct Plain;
    impl Kernel for Plain {
        fn f(&self, s: Overlap) -> f64 {
            (-s.n() * s.gap()).exp()
        }
        fn df(&self, s: Overlap) -> f64 {
            s.n() * self.f(s)
        }
    }
    impl Extensive for Plain {}
    let theory = Theory::new(Plain, 1.0, ExactSphere, ExactSphere).unwrap();
    let found = theory.alpha_c(0.5).unwrap().unwrap().alpha;
    assert!((found - closed::lse_alpha_c(1.0, 0.5).unwrap()).abs() < 1e-13);
    // What cannot be told from no boundary is said to be so.
    let hot = theory.alpha_c(1e18);
    assert!(matches!(hot, Err(Error::Parameter { name: "temperature", .. })), "{hot:?}");
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
