//! Retrieval with softmax attention, x ← Ξ softmax(β Ξᵀ x), of a batch of states: the counterpart of `attention.py`.
//!
//! Patterns and cues are those of `inputs.rs`, so that end states are comparable. Prints one JSON object.

#[path = "../support/median.rs"]
mod median;
#[path = "../support/peer.rs"]
mod peer;

#[path = "inputs.rs"]
mod inputs;

use std::time::Instant;

use clap::{Parser, ValueEnum};
use dam_core::nalgebra::DVector;
use dam_core::prelude::*;
use dam_core::{Purpose, Real};
use dam_experiments::Error;
use serde_json::{Value, json};

#[derive(Clone, Copy, ValueEnum)]
enum Precision {
    F64,
    F32,
}

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 64)]
    n: usize,
    #[arg(long, default_value_t = 4096)]
    m: usize,
    #[arg(long, default_value_t = 256)]
    states: usize,
    #[arg(long, default_value_t = 3)]
    updates: usize,
    #[arg(long, default_value_t = 20)]
    repeats: usize,
    #[arg(long, value_enum, default_value = "f64")]
    precision: Precision,
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

fn main() -> Result<(), Error> {
    let options = Options::parse();
    let found = peer::on_threads(options.threads, || match options.precision {
        Precision::F64 => job::<f64>(&options),
        Precision::F32 => job::<f32>(&options),
    });
    println!("{}", found?);
    Ok(())
}

fn job<T: Real>(options: &Options) -> Result<Value, Error> {
    let n = options.n;
    let patterns: Vec<DVector<T>> = (0..options.m).map(|mu| inputs::row(0, mu, n)).collect();
    // A pattern with noise of half its size; β = 8/N keeps many weights from being zero or one.
    let cue = |k: usize| {
        let entry = |i: usize| {
            let at = (k * n + i) as u64;
            T::narrow(inputs::number(0, (k % options.m * n + i) as u64) + inputs::number(1, at) / 2.0)
        };
        DVector::from_fn(n, |i, _| entry(i))
    };
    let cues: Vec<DVector<T>> = (0..options.states).map(cue).collect();
    let memory = models::attention(Euclidean::<T>::new(n)?, 8.0 / n as f64, &patterns)?;
    let streams = Streams::new(0);
    let runner = Runner::default().max_steps(options.updates).tolerance(0.0);
    let retrieve = |x: &mut [DVector<T>]| {
        runner.run_all(&memory, &Synchronous, x, |k| streams.rng(Purpose::Dynamics, k as u64))
    };
    let (mut seconds, mut x, mut steps) = (Vec::new(), cues.clone(), 0);
    for _ in 0..options.repeats + 1 {
        x.clone_from(&cues);
        let start = Instant::now();
        let runs = retrieve(&mut x)?;
        seconds.push(start.elapsed().as_secs_f64());
        steps = runs.iter().map(|r| r.steps).sum();
    }
    // The first run warms up.
    let seconds = median::median(seconds.split_off(1));
    let end: Vec<f64> = x.iter().flat_map(|x| x.iter().map(|x| x.widen())).collect();
    Ok(json!({
        "program": "dam", "dtype": T::NAME, "seconds": seconds, "steps": steps,
        "gflops": 4.0 * (n * options.m * options.states * options.updates) as f64 / seconds / 1e9,
        "checksum": inputs::checksum(end.into_iter()),
    }))
}
