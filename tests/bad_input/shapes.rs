use dam_core::nalgebra::{DMatrix, DVector};
use dam_core::prelude::*;
use dam_core::{Aggregator, BitPatterns, DensePatterns, EditableStore, IntoState, StateIn};

fn refuses_state<P, K, Q>(
    mut memory: Dam<P, K, Q>,
    good: &StateIn<P>,
    bad: &StateIn<P>,
    check: impl Fn(Error),
) where
    P: EditableStore,
    K: Kernel,
    Q: Aggregator,
    StateIn<P>: IntoState<P::Space>,
{
    let streams = Streams::new(1);
    let rng = || streams.rng(Purpose::Dynamics, 0);
    let runner = Runner::default();

    let mut x = bad.clone();
    check(runner.run(&memory, &Synchronous, &mut x, &mut rng()).unwrap_err());
    let mut trace = EnergyTrace::default();
    check(runner.run_observed(&memory, &Synchronous, &mut x, &mut rng(), &mut trace).unwrap_err());
    assert!(trace.values.is_empty());
    check(runner.max_steps(0).run(&memory, &Synchronous, &mut x, &mut rng()).unwrap_err());
    assert_eq!(x, *bad);

    // The good states of a batch are not run either.
    let mut batch = [good.clone(), bad.clone(), good.clone()];
    check(runner.run_all(&memory, &Synchronous, &mut batch, |_| rng()).unwrap_err());
    assert_eq!(batch, [good.clone(), bad.clone(), good.clone()]);
    let mut alone = good.clone();
    runner.run(&memory, &Synchronous, &mut alone, &mut rng()).unwrap();
    assert_ne!(alone, *good, "the good state shows nothing unless it would have moved");

    check(memory.recall(bad).unwrap_err());
    check(memory.recall_with(&Synchronous, bad, streams).unwrap_err());
    check(memory.recall_all(&batch).unwrap_err());
    check(memory.recall_all_with(&Synchronous, &batch, streams).unwrap_err());
    check(memory.overlaps(bad).unwrap_err());
    check(memory.nearest(bad).unwrap_err());
    check(memory.nearest_all(&batch).unwrap_err());

    let len = memory.len();
    check(memory.push(bad.clone()).unwrap_err());
    check(memory.store().clone().push(bad.clone()).unwrap_err());
    assert_eq!(memory.len(), len);
    memory.recall(good).expect("the memory still works");
}

fn dimension(what: &'static str, expected: usize, found: usize) -> impl Fn(Error) {
    move |error| {
        let message = error.to_string();
        let Error::Dimension { what: w, expected: e, found: f } = error else { panic!("{error:?}") };
        assert!((w == what || w == "pattern") && (e, f) == (expected, found), "{message}");
        assert!(message.contains(&format!("expected {expected} sites, found {found}")), "{message}");
    }
}

/// Two orthogonal patterns of the sphere in four dimensions, and a state between them.
pub(crate) fn two_patterns<T: dam_core::Real>() -> ([DVector<T>; 2], DVector<T>) {
    let vector = |v: [f64; 4]| DVector::from_iterator(4, v.into_iter().map(T::narrow));
    ([vector([2.0, 0.0, 0.0, 0.0]), vector([0.0, 2.0, 0.0, 0.0])], vector([1.6, 1.2, 0.0, 0.0]))
}

#[test]
fn states_of_another_dimension_are_refused_everywhere() {
    let pattern = Spins::from_signs(&[1, 1, 1, 1, 1, -1, 1, -1, 1, 1]).unwrap();
    let mut good = pattern.clone();
    good.flip(3);
    for found in [1, 9, 11, 64, 74] {
        let bad = Spins::from_bools(&vec![true; found]).unwrap();
        let hopfield = || models::hopfield(Hypercube::new(10).unwrap(), [&pattern]).unwrap();
        refuses_state(hopfield(), &good, &bad, dimension("state", 10, found));
    }
    let (patterns, good) = two_patterns::<f64>();
    for found in [0, 3, 5] {
        let bad = DVector::from_element(found, 1.0);
        let check = || dimension("state", 4, found);
        refuses_state(
            models::spherical(Sphere::new(4).unwrap(), 3, &patterns).unwrap(),
            &good,
            &bad,
            check(),
        );
        refuses_state(
            models::attention(Euclidean::new(4).unwrap(), 1.0, &patterns).unwrap(),
            &good,
            &bad,
            check(),
        );
    }
    let (patterns, good) = two_patterns::<f32>();
    let bad = DVector::from_element(5, 1.0_f32);
    let memory = models::spherical(Sphere::new(4).unwrap(), 3, &patterns).unwrap();
    refuses_state(memory, &good, &bad, dimension("state", 4, 5));
}

#[test]
fn states_with_numbers_that_are_none_are_refused_everywhere() {
    let (patterns, good) = two_patterns::<f64>();
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        // NaN is unequal to itself, so the state that must stay untouched is compared where it is a number.
        let mut bad = good.clone();
        bad[2] = value;
        let check = |error: Error| refused!(Err::<(), _>(error), Error::NotFinite { site: 2, .. }, value);
        if value.is_nan() {
            let memory = models::attention(Euclidean::new(4).unwrap(), 1.0, &patterns).unwrap();
            check(memory.recall(&bad).unwrap_err());
            check(memory.overlaps(&bad).unwrap_err());
            let mut rng = Streams::new(1).rng(Purpose::Dynamics, 0);
            let mut x = bad.clone();
            check(Runner::default().run(&memory, &Synchronous, &mut x, &mut rng).unwrap_err());
            assert!(x.iter().zip(bad.iter()).all(|(a, b)| a.to_bits() == b.to_bits()));
        } else {
            refuses_state(
                models::spherical(Sphere::new(4).unwrap(), 3, &patterns).unwrap(),
                &good,
                &bad,
                check,
            );
            refuses_state(
                models::attention(Euclidean::new(4).unwrap(), 1.0, &patterns).unwrap(),
                &good,
                &bad,
                check,
            );
        }
    }
}

#[test]
fn states_off_the_sphere_are_refused_everywhere() {
    let (patterns, good) = two_patterns::<f64>();
    let memory = || models::spherical(Sphere::new(4).unwrap(), 3, &patterns).unwrap();
    for (factor, found) in [(1.5, "found norm 3"), (0.0, "found norm 0"), (0.5, "found norm 1")] {
        refuses_state(memory(), &good, &(&good * factor), |error| {
            refused!(Err::<(), _>(error), Error::NotOnSphere { .. }, "sqrt(N) = 2", found, "Sphere::project");
        });
    }
}

#[test]
fn patterns_of_another_dimension_are_refused() {
    let five = Hypercube::new(5).unwrap();
    let dimension = |found: usize| ["pattern".into(), format!("expected 5 sites, found {found}")];
    for signs in [vec![], vec![1; 4], vec![1; 6], vec![1; 69]] {
        let [what, sizes] = dimension(signs.len());
        refused!(models::hopfield(five.clone(), [&signs]), Error::Dimension { .. }, what, sizes);
        refused!(models::hopfield(five.clone(), [signs.as_slice()]), Error::Dimension { .. }, what, sizes);
        let bools = vec![true; signs.len()];
        refused!(models::lse(five.clone(), 1.0, [bools]), Error::Dimension { .. }, what, sizes);
        let vector = vec![1.0; signs.len()];
        let sphere = Sphere::<f64>::new(5).unwrap();
        refused!(models::spherical(sphere, 3, [&vector]), Error::Dimension { .. }, what, sizes);
        let euclidean = Euclidean::<f64>::new(5).unwrap();
        refused!(models::attention(euclidean, 1.0, [&vector[..]]), Error::Dimension { .. }, what, sizes);
    }
    // The transposed matrix: seven columns of five are patterns, five columns of seven are not.
    let matrix = DMatrix::from_element(5, 7, 1.0_f32);
    let sphere = || Sphere::<f32>::new(5).unwrap();
    models::spherical(sphere(), 3, matrix.column_iter()).unwrap();
    let transposed = matrix.transpose();
    refused!(
        models::spherical(sphere(), 3, transposed.column_iter()),
        Error::Dimension { what: "pattern", expected: 5, found: 7 },
        "expected 5 sites, found 7"
    );
    // Good patterns before the bad one do not help.
    refused!(models::hopfield(five, [vec![1_i8; 5], vec![1; 4]]), Error::Dimension { .. }, "found 4");
}

#[test]
fn corruption_checks_its_pattern() {
    let mut rng = Streams::new(1).rng(Purpose::Cues, 0);
    let spins = Spins::from_signs(&[1; 9]).unwrap();
    let ten = Hypercube::new(10).unwrap();
    let sizes = "expected 10 sites, found 9";
    refused!(FlipExactly::new(1).corrupt(&ten, &spins, &mut rng), Error::Dimension { .. }, "pattern", sizes);
    let each = FlipEach::new(0.5).unwrap();
    refused!(each.corrupt(&ten, &spins, &mut rng), Error::Dimension { .. }, "pattern", sizes);
    let noise = TangentNoise::new(0.3).unwrap();
    let sphere = Sphere::<f64>::new(4).unwrap();
    let corrupt = |v: [f64; 4], rng: &mut _| noise.corrupt(&sphere, &DVector::from_row_slice(&v), rng);
    refused!(
        noise.corrupt(&sphere, &DVector::zeros(3), &mut rng),
        Error::Dimension { .. },
        "expected 4 sites, found 3"
    );
    refused!(
        corrupt([1.0, f64::NAN, 1.0, 1.0], &mut rng),
        Error::NotFinite { site: 1, .. },
        "finite",
        "found NaN"
    );
    refused!(corrupt([1.0, 0.0, 0.0, 0.0], &mut rng), Error::NotOnSphere { .. }, "= 2", "norm 1");
}

#[test]
fn a_memory_needs_a_pattern() {
    let message = "at least one pattern, found M = 0";
    let none: [Spins; 0] = [];
    refused!(models::hopfield(Hypercube::new(4).unwrap(), none.iter()), Error::NoPatterns, message);
    refused!(models::demircigil(Hypercube::new(4).unwrap(), none), Error::NoPatterns, message);
    let none: Vec<DVector<f64>> = Vec::new();
    refused!(models::spherical(Sphere::new(4).unwrap(), 3, &none), Error::NoPatterns, message);
    refused!(models::attention(Euclidean::new(4).unwrap(), 1.0, &none), Error::NoPatterns, message);
    let none: Vec<DVector<f32>> = Vec::new();
    refused!(models::lse(Sphere::new(4).unwrap(), 1.0, &none), Error::NoPatterns, message);
    refused!(models::lsr(Euclidean::new(4).unwrap(), 1.0, 0.0, &none), Error::NoPatterns, message);
    let empty = DMatrix::<f64>::zeros(4, 0);
    refused!(models::spherical(Sphere::new(4).unwrap(), 3, empty.column_iter()), Error::NoPatterns, message);
    let bits = BitPatterns::new(Hypercube::new(4).unwrap(), std::iter::empty());
    refused!(bits, Error::NoPatterns, message);
    let dense = DensePatterns::new(Sphere::<f32>::new(4).unwrap(), std::iter::empty());
    refused!(dense, Error::NoPatterns, message);
}

#[test]
fn regenerated_patterns_are_checked_when_the_store_is_made() {
    let space = Sphere::<f64>::new(4).unwrap();
    let ones = |mu: usize| DVector::from_element(if mu == 20_000 { 5 } else { 4 }, 1.0);
    let made = |count| DensePatterns::regenerated(space.clone(), count, ones);
    refused!(made(0), Error::NoPatterns, "at least one pattern", "M = 0");
    refused!(made(20_001), Error::Dimension { expected: 4, found: 5, .. }, "pattern");
    let store = made(20_000).unwrap();
    refused!(store.pattern(20_000), Error::PatternIndex { len: 20_000, .. }, "found 20000");
    let long = |mu: usize| DVector::from_element(4, if mu == 3 { 2.0 } else { 1.0 });
    refused!(DensePatterns::regenerated(space.clone(), 9, long), Error::NotOnSphere { .. }, "found norm 4");
    let broken = |mu: usize| DVector::from_element(4, if mu == 3 { f64::NAN } else { 1.0 });
    let euclidean = Euclidean::new(4).unwrap();
    refused!(DensePatterns::regenerated(euclidean, 9, broken), Error::NotFinite { site: 0, .. }, "NaN");
}

#[test]
fn attention_weights_refuse_what_does_not_fit() {
    let (patterns, x) = two_patterns::<f64>();
    let memory = models::attention(Euclidean::new(4).unwrap(), 1.0, &patterns).unwrap();
    let x = [x];
    refused!(memory.attention_weights(&x, &[2]), Error::PatternIndex { index: 2, len: 2 }, "found 2");
    refused!(memory.attention_weights(&x, &[]), Error::Dimension { expected: 1, found: 0, .. }, "found 0");
    let short = [DVector::zeros(3)];
    refused!(memory.attention_weights(&short, &[0]), Error::Dimension { expected: 4, found: 3, .. }, "state");
}

#[test]
fn a_space_needs_a_site() {
    let message = "N >= 1 sites, found N = 0";
    refused!(Hypercube::new(0), Error::NoSites, message);
    refused!(Sphere::<f32>::new(0), Error::NoSites, message);
    refused!(Sphere::<f64>::new(0), Error::NoSites, message);
    refused!(Euclidean::<f32>::new(0), Error::NoSites, message);
    refused!(Euclidean::<f64>::try_from(0), Error::NoSites, message);
    refused!(Spins::from_signs(&[]), Error::NoSites, message);
    refused!(Spins::from_bools(&[]), Error::NoSites, message);
    refused!(Hypercube::new(1 << 30), Error::Parameter { name: "N", .. }, "N < 2^30", "found 1073741824");
}

#[test]
fn pattern_indices_are_checked() {
    fn check<P: EditableStore, K: Kernel, Q: Aggregator>(mut memory: Dam<P, K, Q>) {
        for index in [2, 3, 64, usize::MAX] {
            let found = format!("less than M = 2, found {index}");
            refused!(memory.pattern(index), Error::PatternIndex { len: 2, .. }, found);
            refused!(memory.store().pattern(index), Error::PatternIndex { len: 2, .. }, found);
            refused!(memory.swap_remove(index), Error::PatternIndex { len: 2, .. }, found);
        }
        assert_eq!(memory.len(), 2);
        let kept = memory.pattern(1).unwrap();
        memory.swap_remove(0).unwrap();
        refused!(memory.swap_remove(1), Error::PatternIndex { index: 1, len: 1 }, "M = 1", "found 1");
        refused!(memory.swap_remove(0), Error::NoPatterns, "at least one pattern", "M = 0");
        assert_eq!((memory.len(), memory.pattern(0).unwrap()), (1, kept));
    }
    check(models::hopfield(Hypercube::new(2).unwrap(), [[1_i8, -1].as_slice(), &[1, 1]]).unwrap());
    let (patterns, _) = two_patterns::<f64>();
    check(models::spherical(Sphere::new(4).unwrap(), 3, &patterns).unwrap());
    check(models::attention(Euclidean::new(4).unwrap(), 1.0, &patterns).unwrap());
}

#[test]
fn a_batch_of_no_states_is_no_error() {
    fn check<P: PatternStore, K: Kernel, Q: Aggregator>(memory: Dam<P, K, Q>) {
        assert!(memory.recall_all(&[]).unwrap().is_empty());
        assert!(memory.nearest_all(&[]).unwrap().is_empty());
        memory.energies(&[], &mut []);
        memory.fields(&[], &mut [], &mut []);
    }
    check(models::hopfield(Hypercube::new(2).unwrap(), [[1_i8, -1].as_slice()]).unwrap());
    let (patterns, _) = two_patterns::<f64>();
    check(models::spherical(Sphere::new(4).unwrap(), 3, &patterns).unwrap());
    check(models::attention(Euclidean::new(4).unwrap(), 1.0, &patterns).unwrap());
}
