//! Epochs of the Krotov–Hopfield classifier: the counterpart of `training.py`.
//!
//! Prints one JSON object.

#[path = "../support/median.rs"]
mod median;
#[path = "../support/peer.rs"]
mod peer;

use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use dam_core::{Purpose, Streams};
use dam_experiments::Error;
use dam_experiments::classifier::{Trainer, Training, examples};
use dam_experiments::images::Dataset;
use serde_json::json;

#[derive(Parser)]
struct Options {
    #[arg(long)]
    data: PathBuf,
    #[arg(long, default_value_t = 2000)]
    memories: usize,
    #[arg(long, default_value_t = 3)]
    order: u32,
    #[arg(long, default_value_t = 2)]
    exponent: u32,
    #[arg(long, default_value_t = 60.0)]
    temperature: f64,
    #[arg(long, default_value_t = 1000)]
    images: usize,
    #[arg(long, default_value_t = 1000)]
    batch: usize,
    #[arg(long, default_value_t = 10)]
    epochs: usize,
    #[arg(long, default_value_t = 2)]
    threads: usize,
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

fn main() -> Result<(), Error> {
    let options = Options::parse();
    peer::on_threads(options.threads, || job(&options))
}

fn job(options: &Options) -> Result<(), Error> {
    let streams = Streams::new(options.seed);
    let data = Dataset::load(&options.data)?;
    let whole = options.images >= data.train.len();
    let per_class = (!whole).then_some(options.images / 10);
    let (images, _) = data.split(per_class, 0, &mut streams.rng(Purpose::Cues, 0))?;
    let examples = examples(&images);
    let training = Training {
        batch: options.batch,
        mean: 0.0,
        sd: 0.1,
        rate: 0.02,
        ..Training::notebook(options.memories, options.order, options.exponent, options.temperature)
    };
    let mut trainer = Trainer::new(training, images.sites(), streams)?;
    // The first epoch warms up.
    trainer.epoch(&examples)?;
    let seconds: Vec<f64> = (0..options.epochs)
        .map(|_| {
            let start = Instant::now();
            trainer.epoch(&examples).map(|_| start.elapsed().as_secs_f64())
        })
        .collect::<Result<_, _>>()?;
    let median = median::median(seconds);
    let rate = 4.0 * (images.sites() * options.memories * images.len()) as f64 / median / 1e9;
    println!("{}", json!({ "program": "dam", "dtype": "f32", "seconds": median, "gflops": rate }));
    Ok(())
}
