//! Which patterns of a cubic memory will fail? Predictors against their cost.
//!
//! ```text
//! cargo run --release --example reliability_predictors
//! cargo run --release --example reliability_predictors -- --preset paper --one-pass
//! ```

use std::process::ExitCode;

use clap::Parser;
use dam_experiments::harness::{Options, execute};
use dam_experiments::predictors::{Choices, Predictors, Settings};

/// The area under the ROC curve for retrieval failure of every predictor, and what it costs in passes (one pass is
/// one step of the synchronous map for one pattern), over disorder realizations.
#[derive(Parser)]
struct Program {
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    choices: Choices,
}

fn main() -> ExitCode {
    let Program { options, choices } = Program::parse();
    execute(&Predictors, Settings::new(&options, &choices), &options)
}
