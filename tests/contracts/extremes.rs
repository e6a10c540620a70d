//! Weights that differ by thousands of orders of magnitude: nothing is NaN, prices keep their value or, where
//! that leaves the range of f64, their sign, and descents retrieve.

use dam_core::dynamics::{Asynchronous, ConjugateGradient, Dynamics, GradientDescent, Order, Synchronous};
use dam_core::kernel::{Epanechnikov, Exponential, Powered};
use dam_core::{
    Aggregator, BitPatterns, Corruption, Dam, Energy, Flip, FlipExactly, FlooredLogSum, Hypercube, Kernel,
    LocalField, LogSum, Priced, Purpose, Real, Runner, Sphere, Spins, StateSpace, StopReason, Streams, Sum,
    TangentNoise,
};

use crate::grid::{close, patterns};

fn cue(space: &Hypercube, pattern: &Spins, flips: usize) -> Spins {
    FlipExactly::new(flips).corrupt(space, pattern, &mut Streams::new(3).rng(Purpose::Cues, 0)).unwrap()
}

/// Energies, fields and prices without NaN, prices of the right sign; descent and the map find the pattern.
fn retrieves<K: Kernel, Q: Aggregator>(
    name: &str,
    memory: &Dam<BitPatterns, K, Q>,
    patterns: &[Spins],
    flips: usize,
) {
    let pattern = memory.pattern(7).unwrap();
    let x = cue(memory.space(), &pattern, flips);
    let mut h = memory.space().zero_field();
    for x in [&x, &pattern, &memory.space().sample(&mut Streams::new(4).rng(Purpose::Cues, 0))] {
        assert!(!memory.field(x, &mut h).is_nan() && h.iter().all(|h| h.is_finite()), "{name}");
        let cache = memory.cache(x);
        assert!((0..x.len()).all(|i| !memory.price(x, &cache, Flip(i)).is_nan()), "{name}");
    }
    let cache = memory.cache(&x);
    for i in 0..x.len() {
        let mut flipped = x.clone();
        flipped.flip(i);
        let gain = log_sum(memory.kernel(), patterns, &flipped) - log_sum(memory.kernel(), patterns, &x);
        let price = memory.price(&x, &cache, Flip(i));
        let right = if gain > 1e-9 { price < 0.0 } else { gain > -1e-9 || price > 0.0 };
        assert!(right, "{name}: flip {i} costs {price:e}, and raises ln(sum) by {gain}");
    }
    let mut rng = Streams::new(5).rng(Purpose::Dynamics, 0);
    for order in [Order::Sequential, Order::Permutation, Order::WithReplacement] {
        let mut end = x.clone();
        let run = Runner::default().run(memory, &Asynchronous::new(order), &mut end, &mut rng).unwrap();
        assert_eq!((run.reason, end == pattern), (StopReason::Converged, true), "{name}, {order:?}");
    }
    let recall = memory.recall(&x).unwrap();
    assert_eq!((recall.nearest, recall.overlap, recall.reason), (7, 1.0, StopReason::Converged), "{name}");
}

#[test]
fn exponentials_of_ten_thousand_on_bits() {
    // The terms of one flip differ by factors of e^20, e^300, e^620 and e^800: within the range of f64, at its
    // end, and past it.
    for (n, beta, flips) in [(1000, 10.0, 100), (65, 150.0, 6), (33, 310.0, 3), (25, 400.0, 2)] {
        let space = Hypercube::new(n).unwrap();
        let patterns = patterns(&space, if n < 64 { 8 } else { 50 });
        for kernel in [Exponential::new(beta).unwrap(), Exponential::anchored(beta).unwrap()] {
            let name = format!("{kernel:?}, N = {n}");
            let sum = Dam::new(space.clone(), kernel, Sum, 1.0, &patterns).unwrap();
            retrieves(&format!("{name}, sum"), &sum, &patterns, flips);
            let log = Dam::new(space.clone(), kernel, LogSum, 1.0 / beta, &patterns).unwrap();
            retrieves(&format!("{name}, log sum"), &log, &patterns, flips);
        }
    }
}

/// ln Σ F term by term.
fn log_sum<K: Kernel>(kernel: &K, patterns: &[Spins], x: &Spins) -> f64 {
    let n = x.len();
    let logs: Vec<f64> =
        patterns.iter().map(|p| kernel.ln_f(dam_core::Overlap::new(x.dot(p) as f64 / n as f64, n))).collect();
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    largest + logs.iter().map(|l| (l - largest).exp()).sum::<f64>().ln()
}

/// Prices under a logarithm are finite differences wherever the two energies are, however steep the kernel.
fn prices_of_logs<K: Kernel + Copy>(name: &str, n: usize, kernel: K) {
    let space = Hypercube::new(n).unwrap();
    let patterns = patterns(&space, 20);
    let memory = Dam::new(space.clone(), kernel, LogSum, 1.0, &patterns).unwrap();
    let direct = |x: &Spins| -log_sum(&kernel, &patterns, x);
    for flips in 0..n / 2 {
        let x = cue(&space, &patterns[3], flips);
        let cache = memory.cache(&x);
        let before = direct(&x);
        assert!(
            close(memory.energy(&x), before, 1e-13 * (1.0 + before.abs().min(1e99))),
            "{name}, {flips} flips"
        );
        for i in 0..n {
            let mut flipped = x.clone();
            flipped.flip(i);
            let after = direct(&flipped);
            let change = if before == after { 0.0 } else { after - before };
            let price = memory.price(&x, &cache, Flip(i));
            let scale = [before, after].map(|e| if e.is_finite() { e.abs() } else { 0.0 });
            let tolerance = 1e-12 * (1.0 + scale[0] + scale[1]);
            assert!(
                close(price, change, tolerance),
                "{name}, {flips} flips: {i} costs {price:e}, not {change:e}"
            );
        }
    }
}

#[test]
fn prices_of_steep_exponentials_under_a_logarithm() {
    for beta in [1.0, 40.0, 150.0, 260.0, 1100.0] {
        prices_of_logs(&format!("anchored, beta = {beta}"), 33, Exponential::anchored(beta).unwrap());
        prices_of_logs(&format!("plain, beta = {beta}"), 33, Exponential::new(beta).unwrap());
    }
}

#[test]
fn prices_across_the_edge_of_a_support() {
    for n in [9, 33, 200] {
        for b in [1.2, 2.0, 3.0] {
            let kernel = Epanechnikov::new(b).unwrap();
            prices_of_logs(&format!("epanechnikov {b}, N = {n}"), n, kernel);
            prices_of_logs(&format!("powered epanechnikov {b}, N = {n}"), n, Powered(kernel));
        }
    }
}

#[test]
fn a_flip_into_the_support_lowers_the_sum() {
    // One flip away from the support of the only pattern: F goes from 0 to its value there.
    let (n, space) = (20, Hypercube::new(20).unwrap());
    let kernel = Powered(Epanechnikov::new(2.0).unwrap());
    let pattern = patterns(&space, 1);
    let memory = Dam::new(space.clone(), kernel, Sum, 1.0, &pattern).unwrap();
    let x = cue(&space, &pattern[0], 5);
    assert_eq!(memory.energy(&x), 0.0);
    let cache = memory.cache(&x);
    for i in 0..n {
        let mut flipped = x.clone();
        flipped.flip(i);
        let (price, after) = (memory.price(&x, &cache, Flip(i)), memory.energy(&flipped));
        assert!(close(price, after, 1e-14 * after.abs()), "flip {i} costs {price:e}, not {after:e}");
    }
}

fn never_nan<T, K, Q, D>(
    name: &str,
    memory: &Dam<dam_core::DensePatterns<Sphere<T>>, K, Q>,
    dynamics: &D,
    retrieval: bool,
) where
    T: Real,
    K: Kernel,
    Q: Aggregator,
    D: Dynamics<Dam<dam_core::DensePatterns<Sphere<T>>, K, Q>>,
{
    let pattern = memory.pattern(7).unwrap();
    let mut rng = Streams::new(6).rng(Purpose::Cues, 0);
    let mut h = memory.space().zero_field();
    let near = TangentNoise::new(0.3).unwrap().corrupt(memory.space(), &pattern, &mut rng).unwrap();
    for (x, near) in [(near, true), (memory.space().sample(&mut rng), false)] {
        assert!(!memory.field(&x, &mut h).is_nan() && h.iter().all(|h| h.widen().is_finite()), "{name}");
        let mut end = x.clone();
        Runner::default().max_steps(100).run(memory, dynamics, &mut end, &mut rng).unwrap();
        memory.space().check("end state", &end).unwrap();
        assert!(!memory.energy(&end).is_nan(), "{name}");
        let overlap = memory.space().overlap(&end, &pattern);
        assert!(!(retrieval && near) || overlap > 0.999, "{name}: overlap {overlap}");
    }
}

fn dense_extremes<T: Real>() {
    let space = Sphere::<T>::new(100).unwrap();
    let patterns = patterns(&space, 50);
    let beta = 100.0;
    for kernel in [Exponential::new(beta).unwrap(), Exponential::anchored(beta).unwrap()] {
        let name = format!("{kernel:?} in {}", T::NAME);
        let log = Dam::new(space.clone(), kernel, LogSum, 1.0 / beta, &patterns).unwrap();
        never_nan(&format!("map, {name}"), &log, &Synchronous, true);
        never_nan(&format!("gradient, {name}"), &log, &GradientDescent::default(), true);
        never_nan(&format!("conjugate gradient, {name}"), &log, &ConjugateGradient, true);
        let sum = Dam::new(space.clone(), kernel, Sum, 1.0, &patterns).unwrap();
        never_nan(&format!("map, sum, {name}"), &sum, &Synchronous, true);
        never_nan(&format!("gradient, sum, {name}"), &sum, &GradientDescent::default(), true);
        never_nan(&format!("conjugate gradient, sum, {name}"), &sum, &ConjugateGradient, true);
        let floored = FlooredLogSum::new(1e-300).unwrap();
        let floored = Dam::new(space.clone(), kernel, floored, 1.0, &patterns).unwrap();
        never_nan(&format!("map, floored, {name}"), &floored, &Synchronous, false);
    }
}

#[test]
fn exponentials_of_ten_thousand_on_the_sphere() {
    dense_extremes::<f64>();
    dense_extremes::<f32>();
}
