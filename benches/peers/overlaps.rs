//! Overlaps of a batch of states with all patterns: the counterpart of `overlaps.py`.
//!
//! Dense patterns as one product, or spins as bits (`--precision bits`). Patterns and states are those of `inputs.rs`, so that
//! overlaps are comparable. Prints one JSON object.

#[path = "../support/median.rs"]
mod median;
#[path = "../support/peer.rs"]
mod peer;

#[path = "inputs.rs"]
mod inputs;

use std::hint::black_box;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use dam_core::nalgebra::DVector;
use dam_core::parallel;
use dam_core::prelude::*;
use dam_core::{LineEnergy, PatternStore, Real};
use dam_experiments::Error;
use serde_json::{Value, json};

#[derive(Clone, Copy, ValueEnum)]
enum Precision {
    F64,
    F32,
    Bits,
}

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 200)]
    n: usize,
    #[arg(long, default_value_t = 1200)]
    m: usize,
    #[arg(long, default_value_t = 1200)]
    states: usize,
    #[arg(long, default_value_t = 50)]
    repeats: usize,
    #[arg(long, value_enum, default_value = "f64")]
    precision: Precision,
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

fn main() -> Result<(), Error> {
    let options = Options::parse();
    let found = peer::on_threads(options.threads, || match options.precision {
        Precision::F64 => dense::<f64>(&options),
        Precision::F32 => dense::<f32>(&options),
        Precision::Bits => spins(&options),
    });
    println!("{}", found?);
    Ok(())
}

/// The median time of a task, and its last result.
fn timed<R>(repeats: usize, task: impl Fn() -> R) -> (f64, R) {
    // The first run warms up.
    let (mut seconds, mut last) = (Vec::new(), black_box(task()));
    for _ in 0..repeats {
        let start = Instant::now();
        last = black_box(task());
        seconds.push(start.elapsed().as_secs_f64());
    }
    (median::median(seconds), last)
}

fn dense<T: Real>(options: &Options) -> Result<Value, Error> {
    let rows =
        |stream, count| (0..count).map(|k| inputs::row(stream, k, options.n)).collect::<Vec<DVector<T>>>();
    let states = rows(1, options.states);
    // The energy does not matter.
    let memory = models::attention(Euclidean::<T>::new(options.n)?, 1.0, rows(0, options.m))?;
    let (seconds, m) = timed(options.repeats, || memory.overlaps_of(&states));
    Ok(json!({
        "program": "dam", "dtype": T::NAME, "seconds": seconds,
        "gflops": 2.0 * (options.n * options.m * options.states) as f64 / seconds / 1e9,
        "checksum": inputs::checksum(m.as_slice().iter().map(|m| m.widen())),
    }))
}

/// States that a thread takes at a time.
const CHUNK: usize = 8;

fn spins(options: &Options) -> Result<Value, Error> {
    let row = |stream, k: usize| {
        let sign = |i| if inputs::bits(stream, (k * options.n + i) as u64) >> 63 == 1 { 1 } else { -1 };
        (0..options.n).map(sign).collect::<Vec<i8>>()
    };
    let space = Hypercube::new(options.n)?;
    let states = (0..options.states).map(|k| Spins::from_signs(&row(1, k))).collect::<Result<Vec<_>, _>>()?;
    let memory = models::polynomial(space, 3, (0..options.m).map(|mu| row(0, mu)))?;
    let (seconds, chunks) = timed(options.repeats, || {
        let chunks: Vec<&[Spins]> = states.chunks(CHUNK).collect();
        parallel::map(chunks.len(), |k| {
            let mut all = vec![0.0; chunks[k].len() * options.m];
            memory.store().scan(chunks[k], |s, first, m| {
                all[s * options.m + first..][..m.len()].copy_from_slice(m);
            });
            all
        })
    });
    Ok(json!({
        "program": "dam", "dtype": "bits", "seconds": seconds,
        "gbits": (options.n * options.m * options.states) as f64 / seconds / 1e9,
        "checksum": inputs::checksum(chunks.concat().into_iter()),
    }))
}
