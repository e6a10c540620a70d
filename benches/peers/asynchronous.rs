//! Asynchronous retrieval at n = 3 as a user would run it: the counterpart of `asynchronous.py`.
//!
//! Trials from cues with a fraction of the spins turned, until 95 % of the spins are right at the end of a sweep, a sweep
//! changes nothing, or 60 sweeps; prints one JSON object.

#[path = "../support/peer.rs"]
mod peer;

use std::time::Instant;

use clap::Parser;
use dam_analysis::{Reach, Reached};
use dam_core::parallel;
use dam_core::prelude::*;
use dam_core::rand::RngExt;
use dam_experiments::Error;
use serde_json::{Value, json};

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 500)]
    n: usize,
    #[arg(long, default_value_t = 1250)]
    p: u64,
    /// Order of the interaction.
    #[arg(long, default_value_t = 3)]
    order: u32,
    #[arg(long, default_value_t = 0.2)]
    corruption: f64,
    #[arg(long, default_value_t = 20)]
    trials: usize,
    #[arg(long, default_value_t = 60)]
    sweeps: usize,
    #[arg(long, default_value_t = 1)]
    threads: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> Result<(), Error> {
    let options = Options::parse();
    println!("{}", peer::on_threads(options.threads, || job(&options))?);
    Ok(())
}

fn job(options: &Options) -> Result<Value, Error> {
    let streams = Streams::new(options.seed);
    let space = Hypercube::new(options.n)?;
    let patterns = (0..options.p).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu)));
    let memory = models::polynomial(space.clone(), options.order, patterns)?;
    let noise = FlipExactly::new((options.corruption * options.n as f64).round() as usize);
    let cue = |q: usize| -> Result<(Spins, Spins), Error> {
        let mut rng = streams.rng(Purpose::Cues, q as u64);
        let target = memory.pattern(rng.random_range(0..memory.len()))?;
        Ok((noise.corrupt(&space, &target, &mut rng)?, target))
    };
    let cues = (0..options.trials).map(cue).collect::<Result<Vec<_>, _>>()?;
    let reach = Reach::new(0.95, options.sweeps)?;
    let dynamics = Asynchronous::new(Order::Permutation);
    let start = Instant::now();
    let found = parallel::map(cues.len(), |q| {
        let (mut x, target) = (cues[q].0.clone(), &cues[q].1);
        reach.run(&memory, &dynamics, &mut x, target, &mut streams.rng(Purpose::Dynamics, q as u64))
    });
    let seconds = start.elapsed().as_secs_f64();
    let found: Vec<Reached> = found.into_iter().collect::<Result<_, _>>()?;
    let updates = options.n * found.iter().map(|r| r.made).sum::<usize>();
    let trials = found.len() as f64;
    let counted = found.iter().map(|r| r.sweeps.unwrap_or(options.sweeps)).sum::<usize>();
    Ok(json!({
        "success": found.iter().filter(|r| r.sweeps.is_some()).count() as f64 / trials,
        "mean_sweeps_fail60": counted as f64 / trials,
        "spin_updates": updates,
        "seconds": seconds / trials,
        // A field at n = 3 reads a byte and a bit of every pattern.
        "gbytes": updates as f64 * options.p as f64 * 1.125 / seconds / 1e9,
        "threads": options.threads,
        "level": dam_core::level().to_string(),
    }))
}
