//! The whole of a program: run, report, say what happened.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use serde_json::json;

use super::address::root;
use super::run::{Outcome, run, unlike};
use super::{Experiment, Options};
use crate::Error;

/// Runs an experiment and, once all cells are there, writes its report beside them and shows its tables.
///
/// The exit code is 0 if everything that was asked for is finished, 130 after Ctrl-C, and 1 after an error, which is
/// told on the terminal.
pub fn execute<E: Experiment>(experiment: &E, settings: E::Settings, options: &Options) -> ExitCode {
    match whole(experiment, settings, options) {
        Ok(code) => code,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}

fn whole<E: Experiment>(experiment: &E, settings: E::Settings, options: &Options) -> Result<ExitCode, Error> {
    let start = Instant::now();
    let (store, outcome) = run(experiment, settings, options)?;
    let folder = store.folder().display();
    match outcome {
        Outcome::Complete { records, levels } => {
            let mut report = options
                .pool()?
                .install(|| experiment.report(store.settings(), &records, root::<E>(store.seed())))?;
            if levels.len() > 1 {
                report.note(unlike(&levels.join(", ")));
            }
            let mut head = store.head()?;
            head["instructions"] = json!(levels);
            report.write(store.folder(), &head)?;
            if !options.quiet {
                let mut text = report.to_text()?;
                let memory = peak_memory().map_or_else(String::new, |mib| format!(", {mib} MiB at most"));
                let seconds = start.elapsed().as_secs_f64();
                text +=
                    &format!("\n{folder}/report.html   ({} cells, {seconds:.0} s{memory})\n", records.len());
                say(&text)?;
            }
        }
        Outcome::Shard { .. } if options.quiet => {}
        Outcome::Shard { finished, of } => {
            say(&format!(
                "{folder}: this part is finished, {finished} of {of} cells are there;\n\
                 with the same options and --merge DIR... instead of --shard the parts become one run\n"
            ))?;
        }
        Outcome::Stopped { finished, of } => {
            let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
            let quoted = words.map(|word| if word.contains(' ') { format!("'{word}'") } else { word });
            say(&format!(
                "stopped: {finished} of {of} cells are finished and kept in {folder}; to go on from there:\n  {}\n",
                quoted.collect::<Vec<_>>().join(" ")
            ))?;
            return Ok(ExitCode::from(130));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A reader that has seen enough, such as `head`, is no error.
fn say(text: &str) -> Result<(), Error> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(Error::output(Path::new("standard output"), &e)),
        _ => Ok(()),
    }
}

/// The largest memory this process has held so far, in MiB, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}
