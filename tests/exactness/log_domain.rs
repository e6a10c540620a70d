use dam_core::dynamics::{Asynchronous, Order};
use dam_core::kernel::Kernel;
use dam_core::{
    Aggregator, BitPatterns, Corruption, Dam, Energy, Flip, FlipExactly, Hypercube, LocalField, Priced,
    Purpose, Runner, Spins, StateSpace, StopReason, Streams, models,
};

const N: usize = 10_000;
const FLIPS: usize = N / 10;

fn patterns(space: &Hypercube, m: usize) -> impl Iterator<Item = Spins> {
    let (space, streams) = (space.clone(), Streams::new(51));
    (0..m as u64).map(move |mu| space.sample(&mut streams.rng(Purpose::Patterns, mu)))
}

/// Energy, field and prices at a pattern, and at a cue with a tenth of its spins wrong; then recall.
/// `unit` is the price of the first wrong spin at a pattern.
fn check<K: Kernel, Q: Aggregator>(memory: &Dam<BitPatterns, K, Q>, unit: f64) {
    let target = memory.len() - 1;
    let pattern = memory.pattern(target).unwrap();
    let mut rng = Streams::new(51).rng(Purpose::Cues, 0);
    let cue = FlipExactly::new(FLIPS).corrupt(memory.space(), &pattern, &mut rng).unwrap();

    let mut energies = [0.0; 2];
    memory.energies(&[pattern.clone(), cue.clone()], &mut energies);
    assert!(energies.iter().all(|e| e.is_finite()) && energies[0] < energies[1], "{energies:?}");

    let cache = memory.cache(&pattern);
    for i in (0..N).step_by(97) {
        let price = memory.price(&pattern, &cache, Flip(i));
        assert!((price - unit).abs() < 1e-9, "{price} against {unit}");
    }
    let cache = memory.cache(&cue);
    for i in (0..N).step_by(97).chain((0..N).filter(|&i| cue.get(i) != pattern.get(i)).take(20)) {
        let price = memory.price(&cue, &cache, Flip(i));
        assert!(price.is_finite() && price != 0.0);
        assert_eq!(price < 0.0, cue.get(i) != pattern.get(i), "site {i}: {price}");
    }
    drop(cache);

    let mut h = memory.space().zero_field();
    assert_eq!(memory.field(&cue, &mut h), energies[1]);
    let toward = |(i, h): (usize, &f64)| h.is_finite() && h * f64::from(pattern.get(i)) > 0.0;
    assert!(h.iter().enumerate().all(toward));

    let recall = memory.recall(&cue).unwrap();
    assert_eq!((recall.nearest, recall.overlap, recall.reason), (target, 1.0, StopReason::Converged));
    assert_eq!(recall.state, pattern);

    let mut x = cue;
    let run =
        Runner::default().run(memory, &Asynchronous::new(Order::Permutation), &mut x, &mut rng).unwrap();
    assert_eq!((run.steps, run.reason, x), (2, StopReason::Converged, pattern));
}

fn check_models(m: usize) {
    let space = Hypercube::new(N).unwrap();
    // exp(−2) is what a pattern's term keeps after one flip; all other terms are far below rounding.
    check(&models::lse(space.clone(), 1.0, patterns(&space, m)).unwrap(), 2.0);
    check(&models::demircigil(space.clone(), patterns(&space, m)).unwrap(), 1.0 - (-2.0_f64).exp());
}

#[test]
fn exponential_models_of_ten_thousand_spins_neither_overflow_nor_lose_the_pattern() {
    check_models(20_000);
}

/// The same with 1.25 GB of bits, kept twice:
/// `cargo test --release -p dam-core --test core -- --ignored a_million_patterns`
#[test]
#[ignore = "needs 3 GB and two minutes"]
fn a_million_patterns_of_ten_thousand_spins() {
    check_models(1_000_000);
}
