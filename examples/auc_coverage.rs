//! How often 95 % intervals of the AUC cover it, on binormal scores whose AUC is known.
//!
//! ```text
//! cargo run --release --example auc_coverage
//! cargo run --release --example auc_coverage -- --preset paper
//! ```

use std::process::ExitCode;

use clap::Parser;
use dam_experiments::auc_coverage::{Choices, Coverage, Settings};
use dam_experiments::harness::{Options, execute};

/// Coverage of the percentile, BCa, DeLong and logit-DeLong intervals of the AUC. Realizations are data sets for each
/// AUC and class sizes: by default 200 (quick), 1000 (paper) or 10000 (full).
#[derive(Parser)]
struct Program {
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    choices: Choices,
}

fn main() -> ExitCode {
    let Program { options, choices } = Program::parse();
    execute(&Coverage, Settings::new(&options, &choices), &options)
}
