//! What every experiment can be told on the command line.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args, ValueEnum};

use crate::Error;

/// How much is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// Minutes on two cores.
    Quick,
    /// The paper's sizes.
    Paper,
    /// More realizations than the paper's.
    Full,
}

impl Preset {
    /// As on the command line.
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().into())
    }
}

/// One of several equal parts of a run, counted from 1: `2/3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    of: usize,
}

impl Shard {
    /// Whether the cell at `position` belongs to it.
    #[must_use]
    pub fn holds(self, position: usize) -> bool {
        position % self.of == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected I/N with 1 <= I <= N, such as 2/3, found {text}");
        let (index, of) = text.split_once('/').ok_or_else(wrong)?;
        let (index, of) = (index.parse().map_err(|_| wrong())?, of.parse().map_err(|_| wrong())?);
        if (1..=of).contains(&index) { Ok(Self { index, of }) } else { Err(wrong()) }
    }
}

/// Options that all experiments share.
///
/// Flatten them into a program's own ([`clap::Parser`] with `#[command(flatten)]`).
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// How much to compute.
    #[arg(long, value_enum, default_value = "quick")]
    pub preset: Preset,
    /// Seed of all randomness.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Disorder realizations of every row, instead of the preset's; a comparison with the paper needs three.
    #[arg(long, value_parser = crate::realizations)]
    pub realizations: Option<usize>,
    /// Threads; by default as many as there are cores. Results do not depend on it.
    #[arg(long, value_parser = threads)]
    pub threads: Option<usize>,
    /// Where results go, by default out/EXPERIMENT/PRESET; a run that was interrupted goes on from what it finds there.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Compute only this part of the cells, for instance 2/3; by default all. Put parts together by --merge.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// First take over the finished cells of the same run in these folders; by default none.
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub merge: Vec<PathBuf>,
    /// Empty the folder if it holds another run.
    #[arg(long)]
    pub force: bool,
    /// Neither progress nor tables on the terminal.
    #[arg(long)]
    pub quiet: bool,
    /// Use the vector instructions that all machines have: shards of unlike machines then agree to the bit, where their C
    /// libraries do.
    #[arg(long)]
    pub portable: bool,
}

fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if count >= 1 => Ok(count),
        _ => Err(format!("expected a number of at least 1, found {text}")),
    }
}

impl Default for Options {
    /// Those of a command line without any: preset quick, seed 1.
    fn default() -> Self {
        Self {
            preset: Preset::Quick,
            seed: 1,
            realizations: None,
            threads: None,
            out: None,
            shard: None,
            merge: Vec::new(),
            force: false,
            quiet: false,
            portable: false,
        }
    }
}

impl Options {
    /// The threads of a run.
    pub(super) fn pool(&self) -> Result<rayon::ThreadPool, Error> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads.unwrap_or(0)).build();
        pool.map_err(|e| Error::Threads { message: e.to_string() })
    }

    /// The folder of a run of the experiment `name`.
    #[must_use]
    pub fn folder(&self, name: &str) -> PathBuf {
        self.out.clone().unwrap_or_else(|| Path::new("out").join(name).join(self.preset.name()))
    }

    /// How much is computed, in words.
    pub(crate) fn described(&self) -> String {
        let realizations = self.realizations.map(|count| format!(" with {count} realizations of every row"));
        format!("preset {}{}", self.preset.name(), realizations.unwrap_or_default())
    }

    /// These options for one experiment of several, in a folder of its own below that of the whole.
    pub(crate) fn part(&self, whole: &str, name: &str) -> Self {
        let out = Some(self.folder(whole).join(name));
        let merge = self.merge.iter().map(|folder| folder.join(name)).collect();
        Self { out, merge, ..self.clone() }
    }

    /// Those of the tests: quick, quiet, everything else left out.
    #[cfg(test)]
    pub(crate) fn of_a_test(seed: u64, folder: &Path, threads: usize) -> Self {
        Self { seed, threads: Some(threads), out: Some(folder.to_owned()), quiet: true, ..Self::default() }
    }
}
