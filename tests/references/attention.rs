use dam_core::dynamics::{Dynamics, Progress};
use dam_core::nalgebra::DVector;
use dam_core::prelude::*;
use dam_core::{Real, StreamRng};

const N: usize = 64;
const M: usize = 200;

/// Ξ softmax(β Ξᵀ x) in plain f64 loops.
fn attend<T: Real>(patterns: &[DVector<T>], x: &DVector<T>, beta: f64) -> Vec<f64> {
    let dot = |p: &DVector<T>| p.iter().zip(x.iter()).map(|(p, x)| p.widen() * x.widen()).sum::<f64>();
    let logits: Vec<f64> = patterns.iter().map(|p| beta * dot(p)).collect();
    let largest = logits.iter().copied().fold(f64::MIN, f64::max);
    let weights: Vec<f64> = logits.iter().map(|l| (l - largest).exp()).collect();
    let total: f64 = weights.iter().sum();
    (0..N).map(|i| patterns.iter().zip(&weights).map(|(p, w)| w / total * p[i].widen()).sum()).collect()
}

fn off<T: Real>(found: &DVector<T>, expected: &[f64]) -> f64 {
    let scale = expected.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
    found.iter().zip(expected).fold(0.0_f64, |a, (f, e)| a.max((f.widen() - e).abs())) / scale
}

/// One step alone, and one step of a batch, from states near patterns and from states near none.
fn check<T: Real>(tolerance: f64) {
    let streams = Streams::new(61);
    let rng = |index| streams.rng(Purpose::Patterns, index);
    let space = Euclidean::<T>::new(N).unwrap();
    let patterns: Vec<_> = (0..M as u64).map(|mu| space.sample(&mut rng(mu))).collect();
    let states: Vec<DVector<T>> = (0..20)
        .map(|k| {
            let noise = space.sample(&mut rng(1000 + k as u64));
            if k % 2 == 0 { noise } else { (&patterns[7 * k] + noise) * T::narrow(0.5) }
        })
        .collect();
    for beta in [0.01, 0.1, 1.0, 8.0] {
        let memory = models::attention(space.clone(), beta, &patterns).unwrap();
        let expected: Vec<_> = states.iter().map(|x| attend(&patterns, x, beta)).collect();
        let step = |x: &DVector<T>| {
            let mut x = x.clone();
            let mut scratch = Dynamics::prepare(&Synchronous, &memory, &x);
            let progress = Synchronous.step(&memory, &mut x, &mut scratch, &mut rng(0));
            assert!(matches!(progress, Progress::Moved { .. }));
            x
        };
        for (x, expected) in states.iter().zip(&expected) {
            let off = off(&step(x), expected);
            assert!(off <= tolerance, "beta = {beta}: off by {off:e}");
        }
        let mut batch = states.clone();
        let mut scratch: Vec<_> = batch.iter().map(|x| Synchronous.prepare(&memory, x)).collect();
        let mut rngs: Vec<StreamRng> = (0..batch.len() as u64).map(rng).collect();
        let mut progress = vec![Progress::ZeroField; batch.len()];
        Synchronous.step_all(&memory, &mut batch, &mut scratch, &mut rngs, &mut progress);
        for (x, expected) in batch.iter().zip(&expected) {
            let off = off(x, expected);
            assert!(off <= tolerance, "beta = {beta}, in a batch: off by {off:e}");
        }
    }
}

#[test]
fn one_step_is_softmax_attention() {
    check::<f64>(1e-12);
}

#[test]
fn one_step_is_softmax_attention_in_single_precision() {
    check::<f32>(1e-5);
}
