//! Measuring two things in turn, so that their ratio holds when the machine's speed drifts.

mod median;

use std::hint::black_box;
use std::time::Instant;

use criterion::Criterion;

pub(crate) use median::median;

/// Benches `ours` and `reference` with criterion, and prints the median of their interleaved ratio.
pub(crate) fn against<A, B>(
    c: &mut Criterion,
    group: &str,
    mut ours: (&str, impl FnMut() -> A),
    mut reference: (&str, impl FnMut() -> B),
) -> f64 {
    let mut benches = c.benchmark_group(group);
    benches.sample_size(10);
    benches.bench_function(ours.0, |b| b.iter(|| black_box(ours.1())));
    benches.bench_function(reference.0, |b| b.iter(|| black_box(reference.1())));
    benches.finish();
    let seconds = |f: &mut dyn FnMut()| {
        let start = Instant::now();
        f();
        start.elapsed().as_secs_f64()
    };
    let ratio = median((0..9).map(|_| {
        let own = seconds(&mut || drop(black_box(ours.1())));
        seconds(&mut || drop(black_box(reference.1()))) / own
    }));
    println!("{group}: {} is {ratio:.2} times as fast as {}\n", ours.0, reference.0);
    ratio
}
