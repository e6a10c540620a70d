//! Metropolis chains of log-sum-exp with all patterns, as a user would run them: the counterpart of `thermal.py`.
//!
//! Prints one JSON object with steps of a chain per second.

#[path = "../support/peer.rs"]
mod peer;

use std::time::Instant;

use clap::{Parser, ValueEnum};
use dam_analysis::thermal::{Protocol, Step, VectorMoves};
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
    #[arg(long, default_value_t = 50)]
    n: usize,
    #[arg(long, default_value_t = 148)]
    m: usize,
    #[arg(long, default_value_t = 64)]
    chains: usize,
    #[arg(long, default_value_t = 20_000)]
    steps: usize,
    #[arg(long, default_value_t = 0.3)]
    temperature: f64,
    #[arg(long, default_value_t = 0.1)]
    step: f64,
    #[arg(long, value_enum, default_value = "f64")]
    precision: Precision,
    #[arg(long, default_value_t = 2)]
    threads: usize,
    #[arg(long, default_value_t = 0)]
    seed: u64,
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
    let streams = Streams::new(options.seed);
    let space = Sphere::<T>::new(options.n)?;
    let pattern = |mu| space.sample(&mut streams.rng(Purpose::Patterns, mu));
    let memory = models::lse(space.clone(), 1.0, (0..options.m as u64).map(pattern))?;
    let target = memory.pattern(0)?;
    let protocol = Protocol::new(0, options.steps)?.step(Step::Fixed(options.step));
    let start = Instant::now();
    let run =
        protocol.run(&memory, &VectorMoves, &target, &[options.temperature], options.chains, streams)?;
    let seconds = start.elapsed().as_secs_f64();
    let mean = |of: &dyn Fn(usize) -> f64| (0..options.chains).map(of).sum::<f64>() / options.chains as f64;
    let rate = (options.chains * options.steps) as f64 / seconds;
    Ok(json!({
        "program": "dam", "dtype": T::NAME, "seconds": seconds, "steps_per_second": rate,
        "gflops": rate * 2.0 * (options.n * options.m) as f64 / 1e9,
        "acceptance": mean(&|c| run[0][c].acceptance), "alignment": mean(&|c| run[0][c].mean()),
    }))
}
