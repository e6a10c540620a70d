//! The synchronous map: where it lowers the energy, its 2-cycles, and states that no pattern acts on.

use dam_core::dynamics::{Asynchronous, ConjugateGradient, Dynamics, GradientDescent, Order, Synchronous};
use dam_core::kernel::{Epanechnikov, Monomial, Powered};
use dam_core::{
    Dam, DensePatterns, Energy, EnergyTrace, Euclidean, Hypercube, IntoState, LocalField, Purpose, Runner,
    Sphere, Spins, StateSpace, StopReason, Streams, Sum, VectorSpace,
};

use crate::any::{AnyDam, Boxed};
use crate::grid::{Case, GridSpace, Kind, memory, over_grid, patterns};

/// With a convex Q(Σ F) the energy is concave in x, so following its gradient to the border of the space never
/// raises it: even monomials under a sum, the exponential under every aggregator.
fn convex(name: &str, kind: Kind) -> bool {
    let even = name.starts_with("monomial 2") || name.starts_with("monomial 4");
    name.contains("exponential") || even && kind == Kind::Sum
}

fn never_rises<S: GridSpace>(case: &Case<'_, S>, seen: &mut usize) {
    if !convex(&case.name, case.kind) {
        return;
    }
    for (k, start) in case.states.iter().enumerate() {
        let (mut x, mut trace) = (start.clone(), EnergyTrace::default());
        let mut rng = Streams::new(1).rng(Purpose::Dynamics, k as u64);
        let runner = Runner::default().max_steps(100);
        runner.run_observed(&case.memory, &Synchronous, &mut x, &mut rng, &mut trace).unwrap();
        let tolerance = 32.0 * S::EPSILON * (case.expected(start).scale + case.expected(&x).scale);
        for pair in trace.values.windows(2) {
            assert!(pair[1] <= pair[0] + tolerance, "{}: {} to {}", case.name, pair[0], pair[1]);
        }
        *seen += trace.values.len();
    }
}

#[test]
fn the_map_never_raises_a_concave_energy() {
    let mut seen = 0;
    over_grid(&Sphere::<f64>::new(24).unwrap(), 20, |case| never_rises(case, &mut seen));
    over_grid(&Sphere::<f32>::new(24).unwrap(), 20, |case| never_rises(case, &mut seen));
    over_grid(&Hypercube::new(65).unwrap(), 70, |case| never_rises(case, &mut seen));
    assert!(seen > 500, "{seen} states");
}

#[test]
fn a_two_cycle_ends_the_run_and_is_one() {
    // An even monomial has none (its energy is concave); a cubic one has in small crowded memories.
    let space = Hypercube::new(9).unwrap();
    let mut found = 0;
    for seed in 0..40 {
        let streams = Streams::new(seed);
        let patterns: Vec<_> =
            (0..8).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
        let memory = Dam::new(space.clone(), Monomial::new(3).unwrap(), Sum, 1.0, &patterns).unwrap();
        for k in 0..10 {
            let mut rng = streams.rng(Purpose::Cues, k);
            let mut x = space.sample(&mut rng);
            let run = Runner::default().run(&memory, &Synchronous, &mut x, &mut rng).unwrap();
            let step = |x: &Spins| {
                let (mut h, mut next) = (space.zero_field(), x.clone());
                memory.field(x, &mut h);
                space.align(x, &h, &mut next);
                next
            };
            let (next, after) = (step(&x), step(&step(&x)));
            match run.reason {
                StopReason::Converged => assert_eq!(next, x),
                StopReason::Cycle => {
                    assert!(next != x && after == x);
                    found += 1;
                }
                other => panic!("seed {seed}, start {k}: {other:?}"),
            }
        }
    }
    assert!(found > 0);
}

/// Ends with `ZeroField` after one step, in the state it began with.
fn keeps<E: Energy, D: Dynamics<E>>(
    what: &str,
    memory: &E,
    dynamics: &D,
    x: &<E::Space as StateSpace>::State,
) {
    let mut end = x.clone();
    let mut rng = Streams::new(1).rng(Purpose::Dynamics, 0);
    let run = Runner::default().run(memory, dynamics, &mut end, &mut rng).unwrap();
    assert_eq!((run.steps, run.reason), (1, StopReason::ZeroField), "{what}");
    assert!(end == *x, "{what}");
    let (mut all, rng) = (vec![x.clone(); 6], |k| Streams::new(1).rng(Purpose::Dynamics, k as u64));
    let runs = Runner::default().run_all(memory, dynamics, &mut all, rng).unwrap();
    assert!(runs.iter().all(|r| *r == run) && all.iter().all(|end| end == x), "{what}, in a batch");
}

/// Memories whose supports all begin at m = 2/3, with a state that is further away than a flip or a short step.
fn outside<S: GridSpace>(space: &S, kinds: &[Kind], check: impl Fn(&str, &AnyDam<S::Store>, &S::State))
where
    for<'p> &'p S::State: IntoState<S>,
{
    let patterns = patterns(space, 5);
    let x = space.sample(&mut Streams::new(12).rng(Purpose::Cues, 0));
    assert!(patterns.iter().all(|p| space.overlap(p, &x) < 0.6));
    let plain = Epanechnikov::new(3.0).unwrap();
    for kind in kinds {
        let kernels: [Boxed; 2] = [Box::new(plain), Box::new(Powered(plain))];
        for (kernel, name) in kernels.into_iter().zip(["epanechnikov", "powered epanechnikov"]) {
            let name = format!("{name} x {kind:?} on {space:?}");
            check(&name, &memory(space, kernel, *kind, 1.0, &patterns), &x);
        }
    }
}

fn descents_keep<S>(name: &str, memory: &AnyDam<S::Store>, x: &S::State)
where
    S: GridSpace<Store = DensePatterns<S>> + VectorSpace,
{
    keeps(&format!("map, {name}"), memory, &Synchronous, x);
    keeps(&format!("gradient, {name}"), memory, &GradientDescent::default(), x);
    keeps(&format!("conjugate gradient, {name}"), memory, &ConjugateGradient, x);
}

#[test]
fn outside_every_support_the_state_is_kept() {
    let all = [Kind::Sum, Kind::Log, Kind::Floored];
    outside(&Hypercube::new(64).unwrap(), &all, |name, memory, x| {
        keeps(&format!("map, {name}"), memory, &Synchronous, x);
        for order in [Order::Sequential, Order::Permutation, Order::WithReplacement] {
            keeps(&format!("{order:?}, {name}"), memory, &Asynchronous::new(order), x);
        }
    });
    outside(&Sphere::<f64>::new(64).unwrap(), &all, descents_keep::<Sphere<f64>>);
    outside(&Sphere::<f32>::new(64).unwrap(), &all, descents_keep::<Sphere<f32>>);
    // The confinement alone is a field, so here only an infinite energy says that no pattern acts.
    outside(&Euclidean::<f64>::new(64).unwrap(), &[Kind::Log], descents_keep::<Euclidean<f64>>);
    outside(&Euclidean::<f32>::new(64).unwrap(), &[Kind::Log], descents_keep::<Euclidean<f32>>);
}

#[test]
fn a_floor_under_every_term_gives_no_field_but_a_finite_energy() {
    let space = Sphere::<f64>::new(64).unwrap();
    let patterns = patterns(&space, 5);
    let x = space.sample(&mut Streams::new(12).rng(Purpose::Cues, 0));
    let kernel = Epanechnikov::new(3.0).unwrap().with_floor(1e-3).unwrap();
    let memory = memory(&space, Box::new(kernel), Kind::Log, 1.0, &patterns);
    assert!((memory.energy(&x) + (5e-3_f64).ln()).abs() < 1e-12);
    descents_keep::<Sphere<f64>>("floor", &memory, &x);
}
