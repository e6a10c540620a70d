//! "Basin isolation": Table 1 and Figures 1–3, the paper's numbers beside ours over several disorder realizations; other
//! orders of the interaction; the centred kernel.
//!
//! ```text
//! cargo run --release --example basin_isolation
//! cargo run --release --example basin_isolation -- --preset paper
//! ```

use std::process::ExitCode;

use clap::Parser;
use dam_experiments::basin_isolation::{Choices, Isolation, Settings};
use dam_experiments::harness::{Options, execute};

/// Which patterns of a cubic memory on the sphere fail, and does the basin isolation metric know?
#[derive(Parser)]
struct Program {
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    choices: Choices,
}

fn main() -> ExitCode {
    let Program { options, choices } = Program::parse();
    execute(&Isolation, Settings::new(&options, &choices), &options)
}
