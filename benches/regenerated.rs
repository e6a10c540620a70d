//! Patterns that are made again for every pass: their cost beside the generator alone, the same patterns in memory, and the
//! matrix products alone.

#[path = "support/mod.rs"]
mod support;

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use dam_core::nalgebra::DVector;
use dam_core::prelude::*;
use dam_core::{DensePatterns, LocalField, parallel};
use support::{against, median};

const N: usize = 40;
const M: usize = 1 << 19;

type Space = Euclidean<f64>;

/// Nanoseconds per pattern of a pass for the fields of all states, the median of five.
fn pass<E: LocalField<Space = Space>>(energy: &E, count: usize, x: &[DVector<f64>]) -> f64 {
    let (mut h, mut e) = (vec![energy.space().zero_field(); x.len()], vec![0.0; x.len()]);
    nanoseconds(count, || energy.fields(x, &mut h, &mut e))
}

fn nanoseconds(count: usize, mut work: impl FnMut()) -> f64 {
    median((0..5).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed().as_nanos() as f64 / count as f64
    }))
}

fn throughput(c: &mut Criterion) {
    let (sphere, streams) = (Sphere::<f64>::new(N).expect("n >= 1"), Streams::new(1));
    let space = || Space::new(N).expect("n >= 1");
    let pattern = move |mu: usize| sphere.sample(&mut streams.rng(Purpose::Patterns, mu as u64));
    let kernel = Exponential::new(0.6).expect("positive");
    let store = DensePatterns::regenerated(space(), M, pattern.clone()).expect("patterns of the space");
    let made = Dam::with_store(store, kernel, LogSum, 1.0 / 0.6).expect("legal");
    let held =
        Dam::new(space(), kernel, LogSum, 1.0 / 0.6, (0..M).map(&pattern)).expect("patterns of the space");
    // Few patterns and the cheapest kernel: nothing but the two products.
    let few = 4096;
    let square = Monomial::new(2).expect("n >= 1");
    let products =
        Dam::new(space(), square, Sum, 1.0, (0..few).map(&pattern)).expect("patterns of the space");

    const PART: usize = 1 << 12;
    let generator = nanoseconds(M, || {
        let sums = parallel::map(M / PART, |k| (0..PART).map(|i| pattern(k * PART + i)[0]).sum::<f64>());
        black_box(sums);
    });
    println!(
        "N = {N}, M = {M}, {} threads; the generator alone: {generator:.0} ns per pattern",
        rayon::current_num_threads()
    );
    println!("states  made again  in memory  products  of the generator's rate  of the products' rate");
    for states in [1, 8, 48, 144] {
        let x: Vec<_> = (0..states).map(&pattern).collect();
        let (again, memory) = (pass(&made, M, &x), pass(&held, M, &x));
        // On one thread, as few patterns are scanned.
        let alone = pass(&products, few, &x) / rayon::current_num_threads() as f64;
        println!(
            "{states:6}  {again:7.0} ns  {memory:6.1} ns  {alone:5.1} ns  {:22.0} %  {:20.1} %",
            100.0 * generator / again,
            100.0 * alone / again
        );
    }
    let x = [pattern(0)];
    let group = format!("field of one state, N={N} M={M}");
    let (mut h, mut e) = (vec![made.space().zero_field()], [0.0]);
    let (mut again, mut kept) = (h.clone(), [0.0]);
    against(
        c,
        &group,
        ("in memory", || held.fields(&x, &mut h, &mut e)),
        ("made again", || made.fields(&x, &mut again, &mut kept)),
    );
}

criterion_group!(benches, throughput);
criterion_main!(benches);
