//! One disorder realization of "basin isolation" as a user would run it: the counterpart of `basin_isolation.py`.
//!
//! Patterns, L noisy trials per pattern, I_μ along K directions, overlaps, AUCs with bootstrap intervals; prints one JSON
//! object with the seconds of each part.

#[path = "../support/peer.rs"]
mod peer;

use std::time::Instant;

use clap::{Parser, ValueEnum};
use dam_analysis::roc::{Resampling, Scored};
use dam_analysis::{BasinIsolation, Directions, Trials, overlap_statistics};
use dam_core::Real;
use dam_core::prelude::*;
use dam_experiments::Error;
use serde_json::{Map, Value, json};

#[derive(Clone, Copy, ValueEnum)]
enum Precision {
    F64,
    F32,
}

/// How patterns are judged.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Labels {
    /// All L noisy trials, as in Python.
    All,
    /// Noisy trials until the label is decided.
    Decided,
    /// One run without noise.
    Noiseless,
}

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 200)]
    n: usize,
    #[arg(long, default_value_t = 1200)]
    m: usize,
    /// Trials L.
    #[arg(long, default_value_t = 20)]
    l: usize,
    /// Directions K.
    #[arg(long, default_value_t = 100)]
    k: usize,
    #[arg(long, value_enum, default_value = "f64")]
    precision: Precision,
    #[arg(long, value_enum, default_value = "all")]
    labels: Labels,
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
    let (start, mut seconds) = (Instant::now(), Map::new());
    let mut last = start;
    let mut lap = |name: &str| {
        seconds.insert(name.into(), json!(last.elapsed().as_secs_f64()));
        last = Instant::now();
    };
    let streams = Streams::new(options.seed);
    let space = Sphere::<T>::new(options.n)?;
    let patterns = (0..options.m as u64).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu)));
    let memory = models::spherical(space.clone(), 3, patterns)?;
    let all: Vec<usize> = (0..options.m).collect();
    lap("patterns");

    let (trials, noise) = match options.labels {
        // Noise of norm zero: the pattern itself.
        Labels::Noiseless => (1, 0.0),
        Labels::All | Labels::Decided => (options.l, 0.3),
    };
    let trials = Trials::new(trials, 0.9)?.early_stop(options.labels == Labels::Decided);
    let noise = TangentNoise::new(noise)?;
    let retrieval = trials.run(&memory, &Synchronous, &noise, &all, streams)?;
    lap("trials");
    let metric = BasinIsolation::new(options.n)?.directions(Directions::Random(options.k))?;
    let isolation = metric.of_patterns(&memory, &all, streams)?;
    lap("imu");
    let overlaps = overlap_statistics(&memory, &all)?;
    lap("overlaps");

    let failed: Vec<bool> = retrieval.iter().map(|r| r.failed()).collect();
    let scores = [
        ("I_mu", isolation),
        ("Obar", overlaps.iter().map(|o| o.mean_abs).collect()),
        ("Omax", overlaps.iter().map(|o| o.max).collect()),
    ];
    let mut predictions = Map::new();
    for (name, score) in scores {
        let scored = Scored::new(&score, &failed)?;
        let interval = scored.bootstrap_auc(Resampling::Plain, 1000, &streams)?.percentile(0.95)?;
        predictions.insert(
            name.into(),
            json!({
                "auc_roc": scored.auc(), "auc_pr": scored.average_precision(),
                "youden": scored.youden().youden_j(), "ci95": [interval.lower, interval.upper],
            }),
        );
    }
    lap("statistics");
    seconds.insert("total".into(), json!(start.elapsed().as_secs_f64()));
    let fail_percent = 100.0 * failed.iter().filter(|&&f| f).count() as f64 / options.m as f64;
    let steps = retrieval.iter().map(|r| r.steps).sum::<f64>() / options.m as f64;
    let all_steps = retrieval.iter().map(|r| r.steps * r.trials as f64).sum::<f64>();
    // Of the trials: two products a step.
    let operations = 4.0 * (options.n * options.m) as f64 * all_steps;
    let rate = operations / seconds["trials"].as_f64().unwrap_or(f64::NAN) / 1e9;
    Ok(json!({
        "n": options.n, "m": options.m, "dtype": T::NAME, "threads": options.threads,
        "fail_pct": fail_percent, "iterations": { "mean": steps }, "scores": predictions, "gflops": rate,
        "seconds": seconds,
    }))
}
