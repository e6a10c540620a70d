//! Overlaps: batched against the machine's fused-multiply-add rate and nalgebra, bits against dense.

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

/// Single-thread multiply-adds per second of the widest registers, 12 independent accumulators (more are spilled).
#[cfg(target_arch = "x86_64")]
mod probe {
    use std::arch::x86_64::*;

    const ROUNDS: usize = 400_000;

    #[target_feature(enable = "avx512f")]
    fn f32_512() -> f32 {
        let (mut acc, a) = ([_mm512_set1_ps(1.0); 12], _mm512_set1_ps(1e-9));
        for _ in 0..ROUNDS {
            for x in &mut acc {
                *x = _mm512_fmadd_ps(*x, a, a);
            }
        }
        acc.iter().map(|&x| _mm512_reduce_add_ps(x)).sum()
    }

    #[target_feature(enable = "avx512f")]
    fn f64_512() -> f64 {
        let (mut acc, a) = ([_mm512_set1_pd(1.0); 12], _mm512_set1_pd(1e-9));
        for _ in 0..ROUNDS {
            for x in &mut acc {
                *x = _mm512_fmadd_pd(*x, a, a);
            }
        }
        acc.iter().map(|&x| _mm512_reduce_add_pd(x)).sum()
    }

    #[target_feature(enable = "avx2,fma")]
    fn f32_256() -> f32 {
        let (mut acc, a) = ([_mm256_set1_ps(1.0); 12], _mm256_set1_ps(1e-9));
        for _ in 0..ROUNDS {
            for x in &mut acc {
                *x = _mm256_fmadd_ps(*x, a, a);
            }
        }
        acc.iter().map(|&x| _mm256_cvtss_f32(x)).sum()
    }

    #[target_feature(enable = "avx2,fma")]
    fn f64_256() -> f64 {
        let (mut acc, a) = ([_mm256_set1_pd(1.0); 12], _mm256_set1_pd(1e-9));
        for _ in 0..ROUNDS {
            for x in &mut acc {
                *x = _mm256_fmadd_pd(*x, a, a);
            }
        }
        acc.iter().map(|&x| _mm256_cvtsd_f64(x)).sum()
    }

    /// Name of the instruction set, and floating-point operations of one call of the f32 and f64 loops.
    pub(crate) fn kind() -> Option<(&'static str, [f64; 2])> {
        if is_x86_feature_detected!("avx512f") {
            Some(("AVX-512", [12.0 * 32.0, 12.0 * 16.0].map(|f| f * ROUNDS as f64)))
        } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            Some(("AVX2", [12.0 * 16.0, 12.0 * 8.0].map(|f| f * ROUNDS as f64)))
        } else {
            None
        }
    }

    pub(crate) fn run(double: bool) -> f64 {
        // SAFETY: each function is called only if its features were detected.
        unsafe {
            match (is_x86_feature_detected!("avx512f"), double) {
                (true, false) => f64::from(f32_512()),
                (true, true) => f64_512(),
                (false, false) => f64::from(f32_256()),
                (false, true) => f64_256(),
            }
        }
    }
}

/// Fraction of the fused-multiply-add rate that batched overlaps reach, probe and product in turn.
#[cfg(target_arch = "x86_64")]
fn fraction<T: Real>(memory: &Memory<T>, states: &[DVector<T>], double: bool) {
    let Some((name, flops)) = probe::kind() else { return };
    let flops_of_probe = flops[usize::from(double)];
    let rate = |flops: f64, f: &mut dyn FnMut()| {
        let start = Instant::now();
        f();
        flops / start.elapsed().as_secs_f64() / 1e9
    };
    let product = 2.0 * (N * M * B) as f64;
    let mut rates = [Vec::new(), Vec::new()];
    for _ in 0..31 {
        rates[0].push(rate(flops_of_probe, &mut || {
            black_box(probe::run(double));
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
        ours / peak
    );
}

#[cfg(not(target_arch = "x86_64"))]
fn fraction<T: Real>(_: &Memory<T>, _: &[DVector<T>], _: bool) {}

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
