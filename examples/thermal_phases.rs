//! The paper "thermal phases", reproduced and corrected.
//!
//! ```text
//! cargo run --release --example thermal_phases
//! cargo run --release --example thermal_phases -- --preset paper
//! cargo run --release --example thermal_phases -- --preset paper --study boundary
//! ```

use std::process::ExitCode;

use clap::Parser;
use dam_experiments::harness::{Options, execute};
use dam_experiments::thermal_phases::{Choices, Settings, ThermalPhases, estimated_price};

/// Retrieval at temperature among exponentially many patterns: phase diagrams of LSE and LSR, alignment and free energy, what
/// becomes of chains that leave, and samplers for up to N = 10^4 sites.
#[derive(Parser)]
struct Program {
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    choices: Choices,
}

fn main() -> ExitCode {
    let Program { options, choices } = Program::parse();
    let settings = Settings::new(&options, &choices);
    match estimated_price(&settings) {
        Ok(Some(price)) => {
            eprintln!("{price}");
            if choices.cost {
                return ExitCode::SUCCESS;
            }
        }
        Ok(None) => {}
        Err(e) => {
            eprintln!("error: {e}");
            return ExitCode::FAILURE;
        }
    }
    execute(&ThermalPhases, settings, &options)
}
