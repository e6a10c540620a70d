//! What holds for every kernel: random rates, rising towards the pattern.

use proptest::prelude::*;

use super::*;

/// k = −Σ a_j (1 − m)^{p_j} + ln(1 − b (1 − m)) + a bump at a smaller overlap, the last two in some.
#[derive(Clone, Debug)]
struct Random {
    terms: Vec<(f64, f64)>,
    edge: Option<f64>,
    bump: Option<(f64, f64)>,
}

impl Kernel for Random {
    fn f(&self, s: Overlap) -> f64 {
        self.ln_f(s).exp()
    }
    fn df(&self, s: Overlap) -> f64 {
        self.dln_f(s) * self.f(s)
    }
    fn ln_f(&self, s: Overlap) -> f64 {
        let smooth: f64 = self.terms.iter().map(|&(a, p)| -a * s.gap().powf(p)).sum();
        let edge = self.edge.map_or(0.0, |b| (1.0 - b * s.gap()).max(0.0).ln());
        let bump = self.bump.map_or(0.0, |(height, m)| height * (-20.0 * (s.m() - m).powi(2)).exp());
        s.n() * (smooth + edge + bump)
    }
    fn dln_f(&self, s: Overlap) -> f64 {
        let smooth: f64 = self.terms.iter().map(|&(a, p)| a * p * s.gap().powf(p - 1.0)).sum();
        let bump = self
            .bump
            .map_or(0.0, |(height, m)| -40.0 * (s.m() - m) * height * (-20.0 * (s.m() - m).powi(2)).exp());
        s.n() * (smooth + self.edge.map_or(0.0, |b| b / (1.0 - b * s.gap())) + bump)
    }
}
impl Extensive for Random {}

fn kernels() -> impl Strategy<Value = Random> {
    let terms = prop::collection::vec((0.05..4.0_f64, 1.0..4.0_f64), 1..4);
    let bump = prop::option::of((0.0..1.0_f64, -0.5..0.5_f64));
    (terms, prop::option::of(1.1..6.0_f64), bump).prop_map(|(mut terms, edge, bump)| {
        // The target is a minimum of the energy: at 1 the slope is positive, whatever the bump has left there.
        terms.push((0.5, 1.0));
        Random { terms, edge, bump }
    })
}

fn check<R: RateFunction>(kernel: Random, c: f64, rate: R) -> Result<(), TestCaseError> {
    let theory = Theory::new(kernel, c, rate, rate).unwrap();
    let ladder: Vec<f64> = (0..40).map(|j| 0.01 * 1.25_f64.powi(j)).collect();
    let limit = theory.basin_limit().temperature();
    prop_assert!(limit > 0.0);
    let highest = theory.max_temperature().temperature();
    let mut last: Option<(RetrievalState, Boundary)> = None;
    for &t in &ladder {
        let state = theory.retrieval(t).unwrap();
        prop_assert_eq!(state.is_some(), t <= limit, "{} {}", t, limit);
        let Some(state) = state else { continue };
        let boundary = theory.alpha_c(t).unwrap();
        prop_assert_eq!(boundary.is_some(), t < highest, "{} {}", t, highest);
        let Some(boundary) = boundary else { continue };
        // Hotter: less overlap, more free energy, less load.
        if let Some((colder, before)) = last {
            prop_assert!(state.phi <= colder.phi && state.free_energy >= colder.free_energy);
            prop_assert!(boundary.alpha <= before.alpha + 1e-12);
        }
        // Stationary, and a minimum: free energies beside it are higher.
        let f = |m: f64| {
            let at = Overlap::new(m, 1);
            -c * theory.k(at) - t * rate.s(at)
        };
        let h = 1e-4 * state.gap.min(state.phi);
        let floor = state.free_energy - 1e-12;
        prop_assert!(f(state.phi + h) >= floor && f(state.phi - h) >= floor);
        // The boundary is where the floor comes down to f_ret, and T_c is its inverse.
        let rounding = 1e-12 * (1.0 + state.free_energy);
        let energy = theory.noise_floor(boundary.alpha * (1.0 + 1e-9)).unwrap().energy();
        prop_assert!(energy <= state.free_energy + rounding, "{} {}", energy, state.free_energy);
        let below = theory.noise_floor(boundary.alpha * (1.0 - 1e-9)).unwrap().energy();
        prop_assert!(below >= state.free_energy - rounding, "{} {}", below, state.free_energy);
        let inverse = theory.critical_temperature(boundary.alpha).unwrap().temperature();
        let tolerance = 1e-6 * t + 1e-12 / boundary.alpha;
        let above_threshold = boundary.alpha > theory.support_threshold() + 1e-6;
        prop_assert!(!above_threshold || (inverse - t).abs() < tolerance, "{} {}", inverse, t);
        // Metastable retrieval outlives the stable one, and other patterns the target.
        let spinodal = theory.alpha_spinodal(t).unwrap().unwrap().alpha;
        prop_assert!(spinodal >= boundary.alpha - 1e-12);
        let any = theory.alpha_any(t).unwrap().map_or(0.0, |boundary| boundary.alpha);
        prop_assert!(any <= spinodal + 1e-12, "{} {}", any, spinodal);
        // With a bump a floor of other overlaps can win over all states at patterns.
        let single = theory.kernel().bump.is_none();
        prop_assert!(!single || any >= boundary.alpha - 1e-9, "{} {}", any, boundary.alpha);
        last = Some((state, boundary));
    }
    // The floor falls with the load, without a jump at condensation.
    let mut before = f64::INFINITY;
    for j in 0..200 {
        let energy = theory.noise_floor(0.005 * f64::from(j)).unwrap().energy();
        prop_assert!(energy <= before + 1e-13);
        before = energy;
    }
    if let Some(condensation) = theory.condensation() {
        let energies = [1.0 - 1e-9, 1.0 + 1e-9]
            .map(|factor| theory.noise_floor(condensation.alpha * factor).unwrap().energy());
        prop_assert!((energies[0] - energies[1]).abs() < 1e-7 * (1.0 + c), "{:?}", energies);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn on_the_sphere(kernel in kernels(), c in 0.1..3.0_f64) {
        check(kernel, c, ExactSphere)?;
    }

    #[test]
    fn on_the_hypercube(kernel in kernels(), c in 0.1..3.0_f64) {
        check(kernel, c, BinaryEntropy)?;
    }
}
