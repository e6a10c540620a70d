//! What holds for every kernel: random rates, rising towards the pattern.

use proptest::prelude::*;

use super::*;

/// k = −Σ a_j (1 − m)^{p_j} + (b − 1 wells of) a logarithmic edge if `edge` > 0.
#[derive(Clone, Debug)]
struct Random {
    terms: Vec<(f64, f64)>,
    edge: Option<f64>,
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
        s.n() * (smooth + edge)
    }
    fn dln_f(&self, s: Overlap) -> f64 {
        let smooth: f64 = self.terms.iter().map(|&(a, p)| a * p * s.gap().powf(p - 1.0)).sum();
        s.n() * (smooth + self.edge.map_or(0.0, |b| b / (1.0 - b * s.gap())))
    }
}
impl Extensive for Random {}

fn kernels() -> impl Strategy<Value = Random> {
    let terms = prop::collection::vec((0.05..4.0_f64, 1.0..4.0_f64), 1..4);
    (terms, prop::option::of(1.1..6.0_f64)).prop_map(|(terms, edge)| Random { terms, edge })
}

fn check<R: RateFunction>(kernel: Random, c: f64, rate: R) -> Result<(), TestCaseError> {
    let theory = Theory::new(kernel, c, rate, rate).unwrap();
    let ladder: Vec<f64> = (0..40).map(|j| 0.01 * 1.25_f64.powi(j)).collect();
    let mut last: Option<(RetrievalState, Boundary)> = None;
    for &t in &ladder {
        let (Some(state), Some(boundary)) = (theory.retrieval(t).unwrap(), theory.alpha_c(t).unwrap()) else {
            last = None;
            continue;
        };
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
        // The boundary is where the floor is at f_ret, and T_c is its inverse.
        let energy = theory.noise_floor(boundary.alpha * (1.0 + 1e-9)).unwrap().energy();
        prop_assert!(energy <= state.free_energy + 1e-5, "{} {}", energy, state.free_energy);
        let below = theory.noise_floor(boundary.alpha * (1.0 - 1e-9)).unwrap().energy();
        prop_assert!(below >= state.free_energy - 1e-5);
        let inverse = theory.critical_temperature(boundary.alpha).unwrap().temperature();
        let tolerance = 1e-6 * t + 1e-12 / boundary.alpha;
        let above_threshold = boundary.alpha > theory.support_threshold() + 1e-6;
        prop_assert!(!above_threshold || (inverse - t).abs() < tolerance, "{} {}", inverse, t);
        // Metastable retrieval outlives the stable one, and other patterns the target.
        let spinodal = theory.alpha_spinodal(t).unwrap().unwrap().alpha;
        prop_assert!(spinodal >= boundary.alpha - 1e-12);
        let any = theory.alpha_any(t).unwrap().unwrap().alpha;
        prop_assert!(any <= spinodal + 1e-12 && any >= boundary.alpha - 1e-9, "{} {}", any, boundary.alpha);
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
