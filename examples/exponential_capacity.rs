//! The paper "exponential capacity", reproduced and extended.
//!
//! ```text
//! cargo run --release --example exponential_capacity
//! cargo run --release --example exponential_capacity -- --preset paper
//! cargo run --release --example exponential_capacity -- --preset paper --study basin,scaled
//! ```

use std::process::ExitCode;

use clap::Parser;
use dam_experiments::exponential_capacity::{Choices, ExponentialCapacity, Settings};
use dam_experiments::harness::{Options, execute};

/// P = e^{αN} patterns: thresholds of one pattern and of all, condensation, basins, the nearest pattern, scaled dot-product
/// attention, and more patterns than memory holds.
#[derive(Parser)]
struct Program {
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    choices: Choices,
}

fn main() -> ExitCode {
    let Program { options, choices } = Program::parse();
    execute(&ExponentialCapacity, Settings::new(&options, &choices), &options)
}
