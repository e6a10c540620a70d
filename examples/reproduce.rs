//! Five papers reproduced, in one report: every published number beside ours, then a chapter for each paper.
//!
//! ```text
//! cargo run --release --example reproduce
//! cargo run --release --example reproduce -- --data package/data --preset paper
//! ```

use std::process::ExitCode;

use clap::Parser;
use dam_experiments::harness::Options;
use dam_experiments::images::Source;
use dam_experiments::reproduce;

/// All five papers: basin isolation, thermal phases, exponential capacity, finite-size guarantees, overloaded memory. Results
/// go to out/reproduce/PRESET, which holds the report and a folder for each paper.
#[derive(Parser)]
struct Program {
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    source: Source,
}

fn main() -> ExitCode {
    let Program { options, source } = Program::parse();
    reproduce(&options, &source)
}
