//! Table 1 of "basin isolation": the paper's numbers beside ours, over several disorder realizations.
//!
//! ```text
//! cargo run --release --example basin_isolation
//! ```

use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use dam_core::Streams;
use dam_experiments::basin_isolation::{
    INDEPENDENT, IndependentRow, PaperRow, Protocol, Realization, TABLE_1, realize, write_csv,
};
use dam_experiments::{Error, Summary, output, realizations};
use indicatif::{ProgressBar, ProgressStyle};

/// Which patterns of a cubic memory on the sphere fail, and does the basin isolation metric know?
#[derive(Parser)]
struct Options {
    /// Seed of all randomness.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Disorder realizations at N = 100.
    #[arg(long, default_value_t = 10, value_parser = realizations)]
    realizations: usize,
    /// Disorder realizations at N = 200.
    #[arg(long, default_value_t = 4, value_parser = realizations)]
    realizations_200: usize,
    /// Trials per pattern at N = 100 (the paper: 100).
    #[arg(long, default_value_t = 100)]
    trials: usize,
    /// Trials per pattern at N = 200 (the paper: 100).
    #[arg(long, default_value_t = 10)]
    trials_200: usize,
    /// Per-pattern results, one line each.
    #[arg(long, default_value = "out/basin_isolation.csv")]
    csv: PathBuf,
}

fn main() -> Result<(), Error> {
    let options = Options::parse();
    let start = Instant::now();
    output::prepare(&options.csv)?;
    let plans = [
        (&TABLE_1[0], &INDEPENDENT[0], options.realizations, options.trials),
        (&TABLE_1[1], &INDEPENDENT[1], options.realizations_200, options.trials_200),
    ];
    let mut measured = Vec::new();
    for (row, independent, realizations, trials) in plans {
        let protocol = Protocol { trials, ..Protocol::of_paper(row) };
        let streams = Streams::new(options.seed).branch(row.n as u64);
        let bar = progress_bar(row, realizations);
        let all: Result<Vec<Realization>, Error> = (0..realizations)
            .map(|k| realize(&protocol, streams.branch(k as u64), |patterns| bar.inc(patterns as u64)))
            .collect();
        bar.finish_and_clear();
        let all = all?;
        print_row(row, independent, &protocol, &all);
        measured.push((protocol, all));
        write_csv(&options.csv, &measured)?;
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("per-pattern results: {}   ({seconds:.0} s, seed {})", options.csv.display(), options.seed);
    Ok(())
}

fn progress_bar(row: &PaperRow, realizations: usize) -> ProgressBar {
    let style = "N = {prefix:4} {wide_bar} {pos}/{len} patterns, {eta} left";
    let bar = ProgressBar::new((row.m * realizations) as u64)
        .with_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_prefix(row.n.to_string());
    bar.enable_steady_tick(std::time::Duration::from_millis(500));
    bar
}

fn print_row(paper: &PaperRow, independent: &IndependentRow, protocol: &Protocol, all: &[Realization]) {
    let shortened = if protocol.trials < 100 { " (the paper: 100)" } else { "" };
    println!(
        "Table 1, N = {}, M = {}: {} realizations, L = {}{shortened} trials per pattern, stopped once decided",
        paper.n,
        paper.m,
        all.len(),
        protocol.trials,
    );
    println!(
        "  {:14} |  paper |  ours: mean ± sd  [min, max] | paper − ours | independent (n = {})",
        "", independent.realizations
    );
    type Column = fn(&Realization) -> Option<f64>;
    let columns: [(&str, f64, usize, Column); 5] = [
        ("fail %", paper.fail_percent, 1, |r| Some(r.fail_percent)),
        ("AUC(I_mu)", paper.auc_isolation, 3, |r| Some(r.predictions?[0].auc)),
        ("AUC(mean |O|)", paper.auc_mean_overlap, 3, |r| Some(r.predictions?[1].auc)),
        ("AUC(max O)", paper.auc_max_overlap, 3, |r| Some(r.predictions?[2].auc)),
        ("Youden J*", paper.youden, 3, |r| Some(r.predictions?[0].youden)),
    ];
    let (mut within, mut agree) = (0, 0);
    for ((name, paper, digits, value), (mean, sd)) in columns.into_iter().zip(independent.columns) {
        let ours = Summary::of(all.iter().filter_map(value));
        let distance = ours.distance(paper);
        let standard_error = ours.standard_error().hypot(sd / (independent.realizations as f64).sqrt());
        let apart = (ours.mean - mean) / standard_error;
        within += usize::from(distance.abs() <= 2.5);
        agree += usize::from(apart.abs() <= 3.0);
        let spread = format!("{:.digits$} ± {:.digits$}", ours.mean, ours.sd);
        let range = format!("[{:.digits$}, {:.digits$}]", ours.min, ours.max);
        let independent = format!("{mean:.digits$} ± {sd:.digits$}, {apart:+.1} SE from ours");
        println!(
            "  {name:14} | {paper:6.digits$} | {spread:13} {range:>14} | {distance:+9.1} sd | {independent}"
        );
    }
    println!("  the paper's figure within our mean ± 2.5 sd: {within} of 5");
    println!("  our mean within 3 combined standard errors of the independent one: {agree} of 5");
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
