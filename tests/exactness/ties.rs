use dam_core::dynamics::{Asynchronous, Dynamics, Order, Progress, Synchronous};
use dam_core::kernel::Kernel;
use dam_core::{
    Dam, Flip, FormalField, Hypercube, LocalField, Overlap, Priced, Purpose, Runner, Spins, StopReason,
    Streams, Sum,
};

use super::brute::{
    MODELS, Memory, Model, dots, flipped, integer_field, negative, random_patterns, random_signs, spins,
};

fn one_step<D: Dynamics<Memory>>(memory: &Memory, dynamics: &D, x: &[i8]) -> (Spins, Progress) {
    let mut state = spins(x);
    let mut scratch = dynamics.prepare(memory, &state);
    let mut rng = Streams::new(0).rng(Purpose::Dynamics, 0);
    let progress = dynamics.step(memory, &mut state, &mut scratch, &mut rng);
    (state, progress)
}

/// One sweep in order: a spin turns if that strictly lowers the integer energy. Counts ties.
fn integer_sweep(model: Model, patterns: &[Vec<i8>], x: &[i8], ties: &mut usize) -> Vec<i8> {
    let n = x.len();
    (0..n).fold(x.to_vec(), |x, i| {
        let after = flipped(&x, i);
        let change = model.energy(&dots(patterns, &after), n) - model.energy(&dots(patterns, &x), n);
        *ties += usize::from(change == 0);
        if change < 0 { after } else { x }
    })
}

/// One synchronous step in integers: a zero field keeps the spin.
fn integer_map(model: Model, patterns: &[Vec<i8>], x: &[i8], ties: &mut usize) -> Vec<i8> {
    let h = integer_field(model, patterns, &dots(patterns, x));
    *ties += h.iter().filter(|&&h| h == 0).count();
    h.iter().zip(x).map(|(&h, &x)| if h == 0 { x } else { h.signum() as i8 }).collect()
}

#[test]
fn every_tie_of_every_state_of_nine_spins_keeps_its_spin() {
    let n = 9;
    let (mut sweep_ties, mut map_ties) = (0, 0);
    for m in [2, 3, 4] {
        let mut rng = Streams::new(41).rng(Purpose::Patterns, m as u64);
        let patterns = random_patterns(m, n, &mut rng);
        for model in MODELS {
            let memory = model.memory(&patterns);
            for bits in 0..1 << n {
                let x: Vec<i8> = (0..n).map(|i| if bits >> i & 1 == 1 { 1 } else { -1 }).collect();
                let swept = integer_sweep(model, &patterns, &x, &mut sweep_ties);
                let (state, _) = one_step(&memory, &Asynchronous::new(Order::Sequential), &x);
                assert_eq!(state, spins(&swept), "{model:?} M = {m} {x:?}");
                let mapped = integer_map(model, &patterns, &x, &mut map_ties);
                assert_eq!(one_step(&memory, &Synchronous, &x).0, spins(&mapped), "{model:?} M = {m} {x:?}");
            }
        }
    }
    // The comparison is about ties only if there are many.
    assert!(sweep_ties > 1000 && map_ties > 1000, "{sweep_ties} {map_ties}");
}

/// A pattern and its negative cancel in every odd model: all fields and prices are exactly zero.
#[test]
fn a_landscape_of_ties_keeps_the_state() {
    for n in [9, 64, 65, 500] {
        let mut rng = Streams::new(42).rng(Purpose::Patterns, n as u64);
        let half = random_patterns(33, n, &mut rng);
        let patterns: Vec<_> = half.iter().flat_map(|p| [p.clone(), negative(p)]).collect();
        for model in [Model::Monomial(3), Model::Monomial(5), Model::Hermite3, Model::Distinct3] {
            let memory = model.memory(&patterns);
            for x in [random_signs(n, &mut rng), patterns[0].clone()] {
                let state = spins(&x);
                let cache = memory.cache(&state);
                for i in 0..n {
                    assert_eq!(memory.price(&state, &cache, Flip(i)), 0.0);
                }
                let mut h = dam_core::nalgebra::DVector::from_element(n, 7.0);
                memory.field(&state, &mut h);
                assert!(h.iter().all(|&h| h == 0.0));
                for order in [Order::Sequential, Order::Permutation, Order::WithReplacement] {
                    let end = one_step(&memory, &Asynchronous::new(order), &x);
                    assert_eq!(end, (state.clone(), Progress::ZeroField));
                }
                assert_eq!(one_step(&memory, &Synchronous, &x), (state.clone(), Progress::ZeroField));
            }
        }
    }
}

/// Two patterns at the same overlap with x pull with the same force at the sites where they differ.
#[test]
fn equal_pulls_in_opposite_directions_keep_the_spin() {
    let apart = 20;
    for n in [64, 65, 500] {
        let mut rng = Streams::new(43).rng(Purpose::Patterns, n as u64);
        let first = random_signs(n, &mut rng);
        let second = (0..apart).fold(first.clone(), |x, i| flipped(&x, i));
        // Half of those sites with the first, half with the second, scattered.
        let x = (0..apart).step_by(2).fold(first.clone(), |x, i| flipped(&x, i));
        let patterns = vec![first, second];
        for model in MODELS {
            let memory = model.memory(&patterns);
            let state = spins(&x);
            let mut h = dam_core::nalgebra::DVector::zeros(n);
            memory.field(&state, &mut h);
            assert!(h.iter().enumerate().all(|(i, &h)| (h == 0.0) == (i < apart)), "{model:?} N = {n}");
            let mut end = state.clone();
            let run = Runner::default().run(&memory, &Synchronous, &mut end, &mut rng).unwrap();
            assert_eq!((run.steps, run.reason, end), (1, StopReason::Converged, state), "{model:?} N = {n}");
        }
    }
}

/// With one pattern at S = 1 the quadratic energies of S = 1 and S = −1 are equal.
#[test]
fn a_flip_between_equal_energies_is_not_made() {
    for n in [9, 65, 501] {
        let mut rng = Streams::new(44).rng(Purpose::Patterns, n as u64);
        let pattern = random_signs(n, &mut rng);
        let x = (0..n / 2).fold(pattern.clone(), |x, i| flipped(&x, i));
        for order in [2, 4] {
            let model = Model::Monomial(order);
            let memory = model.memory(std::slice::from_ref(&pattern));
            let state = spins(&x);
            let cache = memory.cache(&state);
            let ties = (0..n).filter(|&i| memory.price(&state, &cache, Flip(i)) == 0.0).count();
            assert_eq!(ties, n / 2 + 1, "one for every spin that agrees with the pattern");
            let expected = integer_sweep(model, std::slice::from_ref(&pattern), &x, &mut 0);
            let (end, _) = one_step(&memory, &Asynchronous::new(Order::Sequential), &x);
            assert_eq!(end, spins(&expected));
        }
    }
}

/// F = m³ as a user writes it: no integers.
struct Cube;
impl Kernel for Cube {
    fn f(&self, s: Overlap) -> f64 {
        s.m().powi(3)
    }
    fn df(&self, s: Overlap) -> f64 {
        3.0 * s.m().powi(2)
    }
    fn log_domain(&self) -> bool {
        false
    }
}

/// Patterns and their negatives in another order: what cancels leaves rounding behind, and prices have none of it.
#[test]
fn ties_of_real_sums_are_exactly_zero() {
    for n in [9, 65, 500] {
        let mut rng = Streams::new(45).rng(Purpose::Patterns, n as u64);
        let mut patterns = random_patterns(33, n, &mut rng);
        patterns.extend(patterns.clone().iter().rev().map(|p| negative(p)));
        let patterns: Vec<Spins> = patterns.iter().map(|p| spins(p)).collect();
        let memory = Dam::new(Hypercube::new(n).unwrap(), Cube, Sum, n as f64, &patterns).unwrap();
        assert!(!memory.is_exact());
        for _ in 0..10 {
            let state = spins(&random_signs(n, &mut rng));
            let cache = memory.cache(&state);
            for i in 0..n {
                assert_eq!(memory.price(&state, &cache, Flip(i)), 0.0);
                assert_eq!(memory.formal_price(&state, &cache, i), 0.0);
            }
        }
    }
}
