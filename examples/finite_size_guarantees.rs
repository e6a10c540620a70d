//! The paper "finite-size guarantees", reproduced and corrected.
//!
//! ```text
//! cargo run --release --example finite_size_guarantees
//! cargo run --release --example finite_size_guarantees -- --preset paper
//! cargo run --release --example finite_size_guarantees -- --preset paper --study certificates
//! ```

use std::process::ExitCode;

use clap::Parser;
use dam_experiments::finite_size::{Choices, FiniteSize, Settings};
use dam_experiments::harness::{Options, execute};

/// Asynchronous retrieval at n = 3: sweeps to retrieval, basins, adversaries, correlated patterns, capacity, and certified
/// radii beside attacked ones.
#[derive(Parser)]
struct Program {
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    choices: Choices,
}

fn main() -> ExitCode {
    let Program { options, choices } = Program::parse();
    execute(&FiniteSize, Settings::new(&options, &choices), &options)
}
