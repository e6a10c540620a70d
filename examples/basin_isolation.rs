//! Table 1 of "basin isolation": the paper's numbers beside ours, over several disorder realizations.
//!
//! ```text
//! cargo run --release --example basin_isolation
//! ```

use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use dam_core::Streams;
use dam_experiments::basin_isolation::{PaperRow, Protocol, Realization, TABLE_1, realize, write_csv};
use dam_experiments::{Error, Summary};
use indicatif::{ProgressBar, ProgressStyle};

/// Which patterns of a cubic memory on the sphere fail, and does the basin isolation metric know?
#[derive(Parser)]
struct Options {
    /// Seed of all randomness.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Disorder realizations at N = 100.
    #[arg(long, default_value_t = 10)]
    realizations: usize,
    /// Disorder realizations at N = 200.
    #[arg(long, default_value_t = 4)]
    realizations_200: usize,
    /// Trials per pattern at N = 100 (the paper: 100).
    #[arg(long, default_value_t = 100)]
    trials: usize,
    /// Trials per pattern at N = 200 (the paper: 100).
    #[arg(long, default_value_t = 10)]
    trials_200: usize,
    /// Per-pattern results, one line each.
    #[arg(long, default_value = "basin_isolation.csv")]
    csv: PathBuf,
}

fn main() -> Result<(), Error> {
    let options = Options::parse();
    let start = Instant::now();
    let plans = [
        (&TABLE_1[0], options.realizations, options.trials),
        (&TABLE_1[1], options.realizations_200, options.trials_200),
    ];
    let mut measured = Vec::new();
    for (row, realizations, trials) in plans {
        let protocol = Protocol { trials, ..Protocol::of_paper(row) };
        let streams = Streams::new(options.seed).branch(row.n as u64);
        let bar = progress_bar(row, realizations);
        let all: Result<Vec<Realization>, Error> = (0..realizations)
            .map(|k| realize(&protocol, streams.branch(k as u64), |patterns| bar.inc(patterns as u64)))
            .collect();
        bar.finish_and_clear();
        let all = all?;
        print_row(row, &protocol, &all);
        measured.push((protocol, all));
    }
    write_csv(&options.csv, &measured)?;
    let seconds = start.elapsed().as_secs_f64();
    println!("per-pattern results: {}   ({seconds:.0} s, seed {})", options.csv.display(), options.seed);
    Ok(())
}

fn progress_bar(row: &PaperRow, realizations: usize) -> ProgressBar {
    let style = "N = {prefix:4} {wide_bar} {pos}/{len} patterns, {eta} left";
    ProgressBar::new((row.m * realizations) as u64)
        .with_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_prefix(row.n.to_string())
}

fn print_row(paper: &PaperRow, protocol: &Protocol, all: &[Realization]) {
    let shortened = if protocol.trials < 100 { " (the paper: 100)" } else { "" };
    println!(
        "Table 1, N = {}, M = {}: {} realizations, L = {}{shortened} trials per pattern, stopped once decided",
        paper.n,
        paper.m,
        all.len(),
        protocol.trials,
    );
    println!("  {:14} {:>7}   {:>7} {:>6}   {:>17}   paper − ours", "", "paper", "mean", "sd", "[min, max]");
    let line = |name: &str, paper: f64, digits: usize, value: &dyn Fn(&Realization) -> Option<f64>| {
        let s = Summary::of(all.iter().filter_map(value));
        let range = format!("[{:.digits$}, {:.digits$}]", s.min, s.max);
        println!(
            "  {name:14} {paper:7.digits$}   {:7.digits$} {:6.digits$}   {range:>17}   {:+.1} sd",
            s.mean,
            s.sd,
            s.distance(paper)
        );
    };
    line("fail %", paper.fail_percent, 1, &|r| Some(r.fail_percent));
    line("AUC(I_mu)", paper.auc_isolation, 3, &|r| Some(r.predictions?[0].auc));
    line("AUC(mean |O|)", paper.auc_mean_overlap, 3, &|r| Some(r.predictions?[1].auc));
    line("AUC(max O)", paper.auc_max_overlap, 3, &|r| Some(r.predictions?[2].auc));
    line("Youden J*", paper.youden, 3, &|r| Some(r.predictions?[0].youden));
    if let Some([isolation, ..]) = all.first().and_then(|r| r.predictions) {
        let i = isolation.interval;
        println!(
            "  first realization: AUC(I_mu) = {:.3}, 95 % bootstrap over patterns [{:.2}, {:.2}]",
            isolation.auc, i.lower, i.upper
        );
    }
    let records = || all.iter().flat_map(|r| &r.records);
    let mixed = records().filter(|r| r.retrieval.successes % r.retrieval.trials != 0).count();
    let steps = Summary::of(records().map(|r| r.retrieval.steps));
    println!(
        "  patterns whose trials did not all end alike: {mixed} of {}; mean steps of a trial {:.0}\n",
        records().count(),
        steps.mean
    );
}
