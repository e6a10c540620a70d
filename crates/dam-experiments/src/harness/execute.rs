//! The whole of a program: run, report, say what happened.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use serde_json::{Value, json};

use super::address::root;
use super::run::{Outcome, run, unlike};
use super::{Experiment, Options};
use crate::Error;
use crate::report::Report;

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

/// The report of a whole run, which is written, and what was run, as in its `summary.json`.
#[derive(Debug)]
pub struct Reported {
    /// Tables, figures, numbers.
    pub report: Report,
    /// Experiment, versions, seed, settings, levels of vector instructions.
    pub run: Value,
    /// Cells.
    pub cells: usize,
    /// Where its files are.
    pub folder: PathBuf,
}

/// Runs an experiment and, once all cells are there, writes its report beside them.
///
/// # Errors
/// As [`run`]; whatever goes wrong in the report.
pub fn evaluate<E: Experiment>(
    experiment: &E,
    settings: E::Settings,
    options: &Options,
) -> Result<Outcome<Reported>, Error> {
    let (store, outcome) = run(experiment, settings, options)?;
    let (records, levels) = match outcome {
        Outcome::Complete { found, levels } => (found, levels),
        Outcome::Shard { finished, of } => return Ok(Outcome::Shard { finished, of }),
        Outcome::Stopped { finished, of } => return Ok(Outcome::Stopped { finished, of }),
    };
    let streams = root::<E>(store.seed());
    let mut report = options.pool()?.install(|| experiment.report(store.settings(), &records, streams))?;
    if levels.len() > 1 {
        report.note(unlike(&levels.join(", ")));
    }
    let mut run = store.head()?;
    run["instructions"] = json!(levels);
    report.write(store.folder(), &run)?;
    let reported = Reported { report, run, cells: records.len(), folder: store.folder().into() };
    Ok(Outcome::Complete { found: reported, levels })
}

fn whole<E: Experiment>(experiment: &E, settings: E::Settings, options: &Options) -> Result<ExitCode, Error> {
    let start = Instant::now();
    match evaluate(experiment, settings, options)? {
        Outcome::Complete { .. } if options.quiet => {}
        Outcome::Complete { found: Reported { report, cells, folder, .. }, .. } => {
            say(&format!("{}\n{}", report.to_text()?, closing(&folder, cells, start)))?;
        }
        other => return unfinished(other, &options.folder(E::NAME), options.quiet),
    }
    Ok(ExitCode::SUCCESS)
}

/// Where a report is, and what it took.
pub(crate) fn closing(folder: &Path, cells: usize, start: Instant) -> String {
    let memory = peak_memory().map_or_else(String::new, |mib| format!(", {mib} MiB at most"));
    let seconds = start.elapsed().as_secs_f64();
    format!("{}/report.html   ({cells} cells, {seconds:.0} s{memory})\n", folder.display())
}

/// Says what is to be done where cells are missing.
pub(crate) fn unfinished<R>(outcome: Outcome<R>, folder: &Path, quiet: bool) -> Result<ExitCode, Error> {
    let folder = folder.display();
    match outcome {
        Outcome::Stopped { finished, of } => {
            let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
            let plain = |c: char| c.is_alphanumeric() || "_./=,:-+@%".contains(c);
            let quoted = words.map(|word| match !word.is_empty() && word.chars().all(plain) {
                true => word,
                false => format!("'{}'", word.replace('\'', "'\\''")),
            });
            say(&format!(
                "stopped: {finished} of {of} cells are finished and kept in {folder}; to go on from there:\n  {}\n",
                quoted.collect::<Vec<_>>().join(" ")
            ))?;
            Ok(ExitCode::from(130))
        }
        Outcome::Shard { finished, of } if !quiet => {
            say(&format!(
                "{folder}: this part is finished, {finished} of {of} cells are there;\n\
                 with the same options and --merge DIR... instead of --shard the parts become one run\n"
            ))?;
            Ok(ExitCode::SUCCESS)
        }
        Outcome::Shard { .. } | Outcome::Complete { .. } => Ok(ExitCode::SUCCESS),
    }
}

/// A reader that has seen enough, such as `head`, is no error.
pub(crate) fn say(text: &str) -> Result<(), Error> {
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
