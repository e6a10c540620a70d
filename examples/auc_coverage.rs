//! How often 95 % intervals of the AUC cover it, on binormal scores whose AUC is known.
//!
//! ```text
//! cargo run --release --example auc_coverage
//! ```

use std::time::Instant;

use clap::Parser;
use dam_analysis::Error;
use dam_analysis::roc::{Interval, Resampling, Scored};
use dam_core::{Euclidean, Purpose, StateSpace, Streams};
use rayon::prelude::*;

/// Coverage of the percentile, BCa, DeLong and logit-DeLong intervals of the AUC.
#[derive(Parser)]
struct Options {
    /// Synthetic sets for each AUC and class sizes.
    #[arg(long, default_value_t = 1000)]
    sets: u64,
    /// Bootstrap resamples of each set, within the classes.
    #[arg(long, default_value_t = 1000)]
    resamples: usize,
    /// Seed of all randomness.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

const LEVEL: f64 = 0.95;

/// The AUC of normal scores of unit variance, and the distance of their means: Φ(d/√2) = AUC.
const MODELS: [(f64, f64); 4] = [
    (0.65, 0.544_925_429_453_508_9),
    (0.80, 1.190_232_162_899_99),
    (0.90, 1.812_387_604_873_646_7),
    (0.97, 2.659_843_828_672_127_8),
];
/// Positives and negatives.
const SIZES: [(usize, usize); 7] =
    [(30, 30), (50, 50), (100, 100), (200, 200), (500, 500), (30, 300), (300, 30)];
const METHODS: [&str; 4] = ["percentile", "BCa", "DeLong", "logit-DeLong"];

/// What became of the intervals of one method.
#[derive(Clone, Copy, Default)]
struct Tally {
    covered: u64,
    /// The data have no such interval: the classes are separated.
    missing: u64,
}

fn main() -> Result<(), Error> {
    let options = Options::parse();
    let start = Instant::now();
    println!(
        "coverage of {:.0} % intervals in % ± binomial standard error: {} sets each, {} stratified resamples, seed {}",
        100.0 * LEVEL,
        options.sets,
        options.resamples,
        options.seed
    );
    println!("a set that separates its classes has the interval [1, 1] or none, and counts as not covered");
    print!("  AUC |   P |   N | separated");
    METHODS.iter().for_each(|method| print!(" | {method:>12}"));
    println!();
    for (model, &(auc, distance)) in MODELS.iter().enumerate() {
        for (size, &(positives, negatives)) in SIZES.iter().enumerate() {
            let streams = Streams::new(options.seed).branch((model * SIZES.len() + size) as u64);
            let tallies = coverage(&options, streams, auc, distance, positives, negatives)?;
            print!(" {auc:.2} | {positives:3} | {negatives:3} | {:9}", tallies[3].missing);
            for tally in tallies {
                let sets = options.sets as f64;
                let rate = tally.covered as f64 / sets;
                let error = (rate * (1.0 - rate) / sets).sqrt();
                print!(" | {:>12}", format!("{:.1} ± {:.1}", 100.0 * rate, 100.0 * error));
            }
            println!();
        }
    }
    println!("({:.0} s)", start.elapsed().as_secs_f64());
    Ok(())
}

fn coverage(
    options: &Options,
    streams: Streams,
    auc: f64,
    distance: f64,
    positives: usize,
    negatives: usize,
) -> Result<[Tally; 4], Error> {
    let normal = Euclidean::<f64>::new(positives + negatives)?;
    let labels: Vec<bool> = (0..positives + negatives).map(|k| k < positives).collect();
    let all: Result<Vec<[Tally; 4]>, Error> = (0..options.sets)
        .into_par_iter()
        .map(|set| {
            let mut scores = normal.sample(&mut streams.rng(Purpose::Custom(0), set));
            scores.as_mut_slice()[..positives].iter_mut().for_each(|score| *score += distance);
            let scored = Scored::new(scores.as_slice(), &labels)?;
            let delong = scored.delong()?;
            let bootstrap =
                scored.bootstrap_auc(Resampling::Stratified, options.resamples, &streams.branch(set))?;
            let intervals =
                [bootstrap.percentile(LEVEL), bootstrap.bca(LEVEL), delong.wald(LEVEL), delong.logit(LEVEL)];
            let mut tallies = [Tally::default(); 4];
            for (tally, interval) in tallies.iter_mut().zip(intervals) {
                match interval {
                    Ok(Interval { lower, upper, .. }) => {
                        tally.covered += u64::from(lower <= auc && auc <= upper)
                    }
                    Err(Error::ExtremeAuc { .. } | Error::OneSidedReplicates { .. }) => tally.missing += 1,
                    Err(other) => return Err(other),
                }
            }
            Ok(tallies)
        })
        .collect();
    let mut sum = [Tally::default(); 4];
    for tallies in all? {
        for (total, tally) in sum.iter_mut().zip(tallies) {
            total.covered += tally.covered;
            total.missing += tally.missing;
        }
    }
    Ok(sum)
}
