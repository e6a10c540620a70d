//! Which patterns of a cubic memory will fail? Predictors against their cost.
//!
//! ```text
//! cargo run --release --example reliability_predictors -- --n 100,200
//! ```

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use dam_core::Streams;
use dam_experiments::basin_isolation::TABLE_1;
use dam_experiments::predictors::{Realization, Settings, figures, held_out, realize};
use dam_experiments::{Error, Summary, output, realizations};
use indicatif::{ProgressBar, ProgressStyle};

/// The area under the ROC curve for retrieval failure of every predictor, and what it costs in passes (one pass is
/// one step of the synchronous map for one pattern), over disorder realizations.
#[derive(Parser)]
struct Options {
    /// Sites, separated by commas: rows of Table 1 of "basin isolation" (100, 200, 500, 1000).
    #[arg(long, value_delimiter = ',', default_value = "100,200")]
    n: Vec<usize>,
    /// Disorder realizations; by default 12, 4, 3 and 2 at the four sizes.
    #[arg(long, value_parser = realizations)]
    realizations: Option<usize>,
    /// Patterns that are judged; by default all at N = 100 and 200, 300 beyond.
    #[arg(long)]
    judged: Option<usize>,
    /// Numbers K of random directions of I_mu; by default 10,100,1000, beyond N = 200 10,100.
    #[arg(long, value_delimiter = ',')]
    directions: Vec<usize>,
    /// Also fit a linear model of what one pass sees to 8 realizations at N = 500, and test it on 4 others there and
    /// on 2 at N = 1000 (about twenty minutes on two cores, 2 GB).
    #[arg(long)]
    one_pass: bool,
    /// Seed of all randomness.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The table, one line per N, realization and predictor; the figures go beside it.
    #[arg(long, default_value = "out/reliability_predictors.csv")]
    csv: PathBuf,
}

fn main() -> Result<(), Error> {
    let options = Options::parse();
    let start = Instant::now();
    output::prepare(&options.csv)?;
    let mut sizes = Vec::new();
    for &n in &options.n {
        let Some(row) = TABLE_1.iter().find(|row| row.n == n) else {
            let expected = "a row of Table 1: 100, 200, 500 or 1000";
            return Err(dam_core::Error::Parameter { name: "N", expected, found: n as f64 }.into());
        };
        let (count, judged, directions) = match n {
            100 => (12, row.m, vec![10, 100, 1000]),
            200 => (4, row.m, vec![10, 100, 1000]),
            500 => (3, 300, vec![10, 100]),
            _ => (2, 300, vec![10]),
        };
        let judged = options.judged.unwrap_or(judged).min(row.m);
        let directions = if options.directions.is_empty() { directions } else { options.directions.clone() };
        let settings = Settings { n, m: row.m, judged, directions };
        sizes.push((settings, options.realizations.unwrap_or(count)));
    }
    let mut measured = Vec::new();
    for (settings, count) in sizes {
        let streams = Streams::new(options.seed).branch(settings.n as u64);
        let bar = progress_bar(settings.n, count);
        let all: Result<Vec<Realization>, Error> = (0..count)
            .map(|k| {
                let found = realize(&settings, streams.branch(k as u64));
                bar.inc(1);
                found
            })
            .collect();
        bar.finish_and_clear();
        let all = all?;
        print_size(&settings, &all);
        let folder = options.csv.parent().unwrap_or(Path::new(""));
        for figure in figures(&settings, &all) {
            figure.write(folder)?;
        }
        measured.push((settings, all));
        dam_experiments::predictors::write_csv(&options.csv, &measured)?;
    }
    if options.one_pass {
        one_pass(Streams::new(options.seed).branch(1))?;
    }
    println!("{}   ({:.0} s, seed {})", options.csv.display(), start.elapsed().as_secs_f64(), options.seed);
    Ok(())
}

fn progress_bar(n: usize, realizations: usize) -> ProgressBar {
    let style = "N = {prefix:4} {wide_bar} {pos}/{len} realizations, {eta} left";
    let bar = ProgressBar::new(realizations as u64)
        .with_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_prefix(n.to_string());
    bar.enable_steady_tick(std::time::Duration::from_millis(500));
    bar
}

fn print_size(settings: &Settings, all: &[Realization]) {
    let failing = Summary::of(all.iter().map(|r| r.fail_percent));
    println!(
        "N = {}, M = {}: {} realizations, {} patterns judged each, {:.1} ± {:.1} % fail",
        settings.n,
        settings.m,
        all.len(),
        settings.judged,
        failing.mean,
        failing.sd
    );
    println!("  {:58} {:>7}   AUC: mean ± sd  [min, max]", "predictor of failure", "passes");
    for (k, predictor) in all[0].predictors.iter().enumerate() {
        let auc = Summary::of(all.iter().map(|r| r.predictors[k].auc));
        println!(
            "  {:58} {:7.2}   {:.3} ± {:.3}  [{:.3}, {:.3}]",
            predictor.name, predictor.passes, auc.mean, auc.sd, auc.min, auc.max
        );
    }
    println!(
        "  I_mu against the tangent gradient norm |g|: correlation over patterns, and I_mu / (σ |g| sqrt(2/πN))"
    );
    for (k, &(directions, ..)) in all[0].gradient.iter().enumerate() {
        let correlation = Summary::of(all.iter().map(|r| r.gradient[k].1));
        let ratio = Summary::of(all.iter().map(|r| r.gradient[k].2));
        println!(
            "    K = {directions:5}: correlation {:.3} ± {:.3}, ratio {:.3} ± {:.3}",
            correlation.mean, correlation.sd, ratio.mean, ratio.sd
        );
    }
    println!();
}

fn one_pass(streams: Streams) -> Result<(), Error> {
    let settings = |n, m, judged| Settings { n, m, judged, directions: Vec::new() };
    let (small, large) = (settings(500, 11_000, 400), settings(1000, 48_000, 300));
    let branches = |settings: &Settings, from: u64, count: u64| -> Vec<_> {
        (from..from + count)
            .map(|k| (settings.clone(), streams.branch(settings.n as u64).branch(k)))
            .collect()
    };
    let fitted = branches(&small, 0, 8);
    let held: Vec<_> = branches(&small, 100, 4).into_iter().chain(branches(&large, 100, 2)).collect();
    let bar = ProgressBar::new((fitted.len() + held.len()) as u64);
    bar.enable_steady_tick(std::time::Duration::from_millis(500));
    let aucs = held_out(&fitted, &held, || bar.inc(1))?;
    bar.finish_and_clear();
    println!("linear models, fitted to {} realizations at N = 500; AUC on others", fitted.len());
    println!("              overlaps alone   and the first field   all that one pass sees");
    for ((settings, _), [half, first, all]) in held.iter().zip(aucs) {
        println!("    N = {:4}: {half:14.3} {first:21.3} {all:24.3}", settings.n);
    }
    Ok(())
}
