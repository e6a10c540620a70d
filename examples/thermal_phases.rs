//! The paper "thermal phases", reproduced and corrected.
//!
//! ```text
//! cargo run --release --example thermal_phases
//! cargo run --release --example thermal_phases -- --preset paper
//! cargo run --release --example thermal_phases -- --preset paper --study boundary
//! ```

use std::process::ExitCode;

use clap::Parser;
use dam_experiments::Error;
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
    match prepare(&options, &choices) {
        Ok(_) if choices.cost => ExitCode::SUCCESS,
        Ok(settings) => execute(&ThermalPhases, settings, &options),
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}

/// The settings; what they will cost is told where that is asked for or of use.
fn prepare(options: &Options, choices: &Choices) -> Result<Settings, Error> {
    let settings = Settings::new(options, choices)?;
    let told = choices.cost || (!options.quiet && options.merge.is_empty());
    if told && let Some(price) = estimated_price(&settings, options.threads)? {
        eprintln!("{price}");
    }
    Ok(settings)
}
