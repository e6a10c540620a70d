//! Descents never raise the energy, and claim a fixed point only where there is one.

use dam_core::dynamics::{Asynchronous, ConjugateGradient, Dynamics, GradientDescent, Order};
use dam_core::kernel::Exponential;
use dam_core::{
    Corruption, Dam, DensePatterns, Energy, EnergyTrace, Euclidean, Flip, Hypercube, LocalField, Priced,
    Purpose, Real, Run, Runner, Sphere, StopReason, Streams, Sum, TangentNoise, VectorSpace, models,
};

use crate::any::AnyDam;
use crate::grid::{Case, GridSpace, over_grid};

/// One descent, its energies, and the state it ends in.
fn descend<S: GridSpace, D: Dynamics<AnyDam<S::Store>>>(
    case: &Case<'_, S>,
    dynamics: &D,
    runner: Runner,
    k: usize,
) -> (Run, Vec<f64>, S::State) {
    let (mut x, mut trace) = (case.states[k].clone(), EnergyTrace::default());
    let mut rng = Streams::new(11).rng(Purpose::Dynamics, k as u64);
    let run = runner.run_observed(&case.memory, dynamics, &mut x, &mut rng, &mut trace).unwrap();
    assert_eq!(trace.values.len(), run.steps + 1, "{}", case.name);
    assert_eq!(run.acceptance, None, "{}", case.name);
    (run, trace.values, x)
}

fn never_rises(name: &str, energies: &[f64], tolerance: f64) {
    for (step, pair) in energies.windows(2).enumerate() {
        // Of a run that diverges to −∞ the tolerance is no number.
        let falls = pair[1] <= pair[0] || pair[1] <= pair[0] + tolerance;
        assert!(falls, "{name}: step {step} from {} to {}", pair[0], pair[1]);
    }
}

pub(crate) fn spins(case: &Case<'_, Hypercube>) {
    let (name, memory) = (&case.name, &case.memory);
    for order in [Order::Sequential, Order::Permutation, Order::WithReplacement] {
        for k in 0..case.states.len() {
            let (run, energies, x) = descend(case, &Asynchronous::new(order), Runner::default(), k);
            let scale = case.expected(&case.states[k]).scale + case.expected(&x).scale;
            let tolerance = if memory.is_exact() { 0.0 } else { 32.0 * f64::EPSILON * scale };
            never_rises(name, &energies, tolerance);
            let cache = memory.cache(&x);
            let lowest = (0..x.len()).map(|i| memory.price(&x, &cache, Flip(i))).fold(0.0, f64::min);
            match run.reason {
                StopReason::Converged => {
                    // Prices of a new cache may round otherwise where they are not integers.
                    assert!(lowest >= -tolerance, "{name}: a flip of {lowest:e} at a fixed point, {order:?}");
                }
                StopReason::ZeroField => {
                    assert!(lowest >= -tolerance, "{name}: a flip of {lowest:e} is left")
                }
                other => panic!("{name}: {other:?} after {} sweeps, {order:?}", run.steps),
            }
        }
    }
}

#[test]
fn single_spin_descent_never_raises_the_energy() {
    over_grid(&Hypercube::new(9).unwrap(), 20, spins);
    over_grid(&Hypercube::new(64).unwrap(), 70, spins);
    over_grid(&Hypercube::new(65).unwrap(), 70, spins);
}

pub(crate) fn vectors<S: GridSpace<Store = DensePatterns<S>> + VectorSpace>(case: &Case<'_, S>) {
    gradient_falls(case, "gradient descent", &GradientDescent::default());
    gradient_falls(case, "conjugate gradient", &ConjugateGradient);
}

fn gradient_falls<S, D>(case: &Case<'_, S>, what: &str, dynamics: &D)
where
    S: GridSpace<Store = DensePatterns<S>> + VectorSpace,
    D: Dynamics<AnyDam<S::Store>>,
{
    let name = format!("{what}, {}", case.name);
    let single_precision = S::EPSILON > 1e-10;
    let runner = Runner::default().max_steps(100).tolerance(if single_precision { 2e-5 } else { 1e-9 });
    for k in 0..case.states.len() {
        let (run, energies, x) = descend(case, dynamics, runner, k);
        case.space.check("end state", &x).unwrap();
        let scale = case.expected(&case.states[k]).scale + case.expected(&x).scale;
        never_rises(&name, &energies, 32.0 * S::EPSILON * scale);
        assert!(!matches!(run.reason, StopReason::Cycle), "{name}: {run:?}");
        let zero_field = run.reason == StopReason::ZeroField;
        assert!(!zero_field || run.steps > 1 || x == case.states[k], "{name}: a step without a field");
    }
}

#[test]
fn gradient_descents_never_raise_the_energy() {
    over_grid(&Sphere::<f64>::new(24).unwrap(), 20, vectors);
    over_grid(&Sphere::<f32>::new(24).unwrap(), 20, vectors);
    over_grid(&Euclidean::<f64>::new(24).unwrap(), 20, vectors);
    over_grid(&Euclidean::<f32>::new(24).unwrap(), 20, vectors);
}

/// Where conjugate gradient has converged, the tangent gradient is small: at a kink of these kernels the slope
/// only falls, so no minimum lies there.
fn stationary<S: GridSpace<Store = DensePatterns<S>> + VectorSpace>(case: &Case<'_, S>, seen: &mut usize) {
    for k in 0..case.states.len() {
        let runner = Runner::default().max_steps(500).tolerance(1e-9);
        let (run, _, x) = descend(case, &ConjugateGradient, runner, k);
        if run.reason != StopReason::Converged {
            continue;
        }
        let mut h = case.space.zero_field();
        case.memory.field(&x, &mut h);
        let size = 1.0 + h.camax().widen() + x.camax().widen();
        case.space.project_tangent(&x, &mut h);
        let left = h.camax().widen();
        assert!(left < 1e-5 * size, "{}: start {k}, a gradient of {left} is left after {run:?}", case.name);
        *seen += 1;
    }
}

#[test]
fn conjugate_gradient_ends_where_the_gradient_vanishes() {
    let mut seen = 0;
    over_grid(&Sphere::<f64>::new(24).unwrap(), 20, |case| stationary(case, &mut seen));
    over_grid(&Euclidean::<f64>::new(24).unwrap(), 20, |case| stationary(case, &mut seen));
    assert!(seen > 400, "{seen} runs converged");
}

/// Sums from e^-2300 to e^8000: far outside f64, and their fields cannot be squared.
#[test]
fn descents_find_the_pattern_of_a_steep_sum_of_exponentials() {
    let (space, streams) = (Sphere::<f64>::new(40).unwrap(), Streams::new(3));
    let patterns = crate::grid::patterns(&space, 20);
    let noise = TangentNoise::new(1.0).unwrap();
    for beta in [1.0, 20.0, 200.0] {
        for kernel in [Exponential::new(beta).unwrap(), Exponential::anchored(beta).unwrap()] {
            let memory = Dam::new(space.clone(), kernel, Sum, 1.0, &patterns).unwrap();
            for (k, pattern) in patterns.iter().enumerate() {
                let mut rng = streams.rng(Purpose::Cues, k as u64);
                let cue = noise.corrupt(&space, pattern, &mut rng).unwrap();
                let ends = [
                    memory.recall_with(&ConjugateGradient, &cue, streams).unwrap(),
                    memory.recall_with(&GradientDescent::default(), &cue, streams).unwrap(),
                    memory.recall(&cue).unwrap(),
                ];
                for end in ends {
                    assert_eq!((end.nearest, end.reason), (k, StopReason::Converged), "{beta}");
                    assert!(end.overlap > 1.0 - 1e-9, "{beta}: {}", end.overlap);
                }
            }
        }
    }
}

/// Fields of f32 are bounded and promise more than there is: a step is taken all the same.
#[test]
fn gradient_descent_in_single_precision_leaves_a_flat_sum() {
    let space = Sphere::<f32>::new(200).unwrap();
    let patterns = crate::grid::patterns(&space, 3);
    let kernel = Exponential::anchored(1.0).unwrap();
    let memory = Dam::new(space.clone(), kernel, Sum, 1.0, &patterns).unwrap();
    let mut rng = Streams::new(3).rng(Purpose::Cues, 0);
    let cue = TangentNoise::new(2.0).unwrap().corrupt(&space, &patterns[1], &mut rng).unwrap();
    let end = memory.recall_with(&GradientDescent::default(), &cue, Streams::new(1)).unwrap();
    assert!(end.nearest == 1 && end.overlap > 0.999, "{} after {} steps", end.overlap, end.steps);
}

/// The cubic energy has no lower bound in the Euclidean space.
#[test]
fn descents_say_that_they_diverge() {
    let space = Euclidean::<f64>::new(20).unwrap();
    let patterns = crate::grid::patterns(&space, 10);
    let memory = models::polynomial(space, 3, &patterns).unwrap();
    let end = memory.recall_with(&GradientDescent::default(), &patterns[0], Streams::new(1)).unwrap();
    assert_eq!(end.reason, StopReason::Diverged);
}

#[test]
fn the_first_energy_of_a_trace_is_that_of_the_start() {
    let space = Hypercube::new(64).unwrap();
    over_grid(&space, 5, |case| {
        let (_, energies, x) = descend(case, &Asynchronous::new(Order::Sequential), Runner::default(), 3);
        assert_eq!(energies[0].to_bits(), case.memory.energy(&case.states[3]).to_bits());
        assert_eq!(energies[energies.len() - 1].to_bits(), case.memory.energy(&x).to_bits());
    });
}
