//! Overlaps: batched against the machine's fused-multiply-add rate and nalgebra, bits against dense.

#[path = "support/probe.rs"]
mod probe;
#[path = "support/mod.rs"]
mod support;

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use dam_core::nalgebra::{DMatrix, DVector};
use dam_core::prelude::*;
use dam_core::{DensePatterns, LineEnergy, Real};
use support::{against, median};

const N: usize = 200;
const M: usize = 1200;
const B: usize = 1200;

type Memory<T> = Dam<DensePatterns<Sphere<T>>, Monomial, Sum>;

fn dense<T: Real>(n: usize, m: usize, batch: usize) -> (Memory<T>, Vec<DVector<T>>) {
    let streams = Streams::new(1);
    let space = Sphere::<T>::new(n).expect("n >= 1");
    let draw = |purpose, count: usize| -> Vec<DVector<T>> {
        (0..count).map(|k| space.sample(&mut streams.rng(purpose, k as u64))).collect()
    };
    let states = draw(Purpose::Cues, batch);
    let patterns = draw(Purpose::Patterns, m);
    (models::spherical(space.clone(), 3, patterns).expect("patterns lie on the sphere"), states)
}

/// Fraction of the fused-multiply-add rate that batched overlaps reach, probe and product in turn.
fn fraction<T: Real>(memory: &Memory<T>, states: &[DVector<T>], double: bool) {
    let Some(probe) = probe::multiply_adds(double) else { return };
    let rate = |flops: f64, f: &mut dyn FnMut()| {
        let start = Instant::now();
        f();
        flops / start.elapsed().as_secs_f64() / 1e9
    };
    let product = 2.0 * (N * M * B) as f64;
    let mut rates = [Vec::new(), Vec::new()];
    for _ in 0..31 {
        rates[0].push(rate(probe.work, &mut || {
            black_box((probe.run)());
        }));
        rates[1].push(rate(product, &mut || drop(black_box(memory.overlaps_of(states)))));
    }
    let best = |rates: &[f64]| rates.iter().copied().fold(0.0, f64::max);
    let most = best(&rates[1]) / best(&rates[0]);
    let [peak, ours] = rates.map(median);
    println!(
        "batched overlaps {}, N={N} M={M} B={B}, one thread: {ours:.0} GFLOP/s, {:.2} of the {name} rate ({peak:.0}); \
         the best run of each: {most:.2}\n",
        T::NAME,
        ours / peak,
        name = probe.level,
    );
}

fn batched<T: Real>(c: &mut Criterion, double: bool) {
    let (memory, states) = dense::<T>(N, M, B);
    fraction(&memory, &states, double);
    let patterns: Vec<DVector<T>> = (0..M).map(|mu| memory.pattern(mu).expect("mu < M")).collect();
    let (xi, x) = (DMatrix::from_columns(&patterns), DMatrix::from_columns(&states));
    let group = format!("batched overlaps {}", T::NAME);
    let ours = || LineEnergy::overlaps_of(&memory, &states);
    against(c, &group, ("dam", ours), ("nalgebra tr_mul", || xi.tr_mul(&x)));
    let transposed = xi.transpose();
    against(c, &group, ("dam", ours), ("nalgebra mul on a transposed copy", || &transposed * &x));
}

fn one_state(c: &mut Criterion) {
    let (memory, states) = dense::<f64>(N, M, 1);
    let patterns: Vec<DVector<f64>> = (0..M).map(|mu| memory.pattern(mu).expect("mu < M")).collect();
    let xi = DMatrix::from_columns(&patterns);
    let ours = || LineEnergy::overlaps_of(&memory, &states);
    against(c, "one state f64", ("dam", ours), ("nalgebra tr_mul", || xi.tr_mul(&states[0])));
}

fn bits(c: &mut Criterion) {
    let (n, m) = (1000, 48_000);
    let streams = Streams::new(1);
    let space = Hypercube::new(n).expect("n >= 1");
    let patterns = (0..m).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu)));
    let spins = models::polynomial(space.clone(), 3, patterns).expect("patterns are spins");
    let cue = space.sample(&mut streams.rng(Purpose::Cues, 0));
    let (dense, states) = dense::<f32>(n, m as usize, 1);
    // One thread, as for the bits: the dense scan would take more.
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    against(
        c,
        "overlaps of one cue, N=1000 M=48000, one thread",
        ("bits (popcount)", || spins.overlaps(&cue).expect("a state of the space")),
        ("dense f32", || one.install(|| LineEnergy::overlaps_of(&dense, &states))),
    );
}

fn all(c: &mut Criterion) {
    batched::<f32>(c, false);
    batched::<f64>(c, true);
    one_state(c);
    bits(c);
}

criterion_group!(benches, all);
criterion_main!(benches);
