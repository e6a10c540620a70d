//! Published results on dense associative memories, reproduced beside the papers' own numbers. No physics here:
//! models and dynamics are in `dam-core`, diagnostics in `dam-analysis`.
//!
//! An experiment is run by its options, the ones of the command line, and leaves tables, figures, a page and a summary in
//! a folder. A small run of [`auc_coverage`], and what it has found:
//!
//! ```
//! use clap::Parser;
//! use dam_experiments::auc_coverage::{Coverage, METHODS, Settings};
//! use dam_experiments::harness::{Options, execute};
//!
//! #[derive(Parser)]
//! struct Program {
//!     #[command(flatten)]
//!     options: Options,
//! }
//!
//! let home = tempfile::tempdir()?;
//! let folder = home.path().display().to_string();
//! let Program { options } = Program::parse_from(["auc_coverage", "--seed", "7", "--quiet", "--out", &folder]);
//! let settings = Settings { sets: 10, chunk: 5, resamples: 60 };
//! assert_eq!(execute(&Coverage, settings, &options), std::process::ExitCode::SUCCESS);
//!
//! // a row for each AUC and class sizes; the fourth has AUC 0.65, 500 positives and 500 negatives
//! let table = std::fs::read_to_string(home.path().join("coverage.csv"))?;
//! assert_eq!(table.lines().count(), 1 + 4 * 7);
//! assert!(table.lines().nth(5).unwrap().starts_with("0.65,500,500,10,0,"));
//! let summary = std::fs::read_to_string(home.path().join("summary.json"))?;
//! let summary: serde_json::Value = serde_json::from_str(&summary)?;
//! assert_eq!((&summary["run"]["experiment"], &summary["run"]["seed"]), (&"auc_coverage".into(), &7.into()));
//! assert_eq!(METHODS[3], "logit-DeLong");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | published result | module |
//! |---|---|
//! | basin isolation as a predictor of reliability | [`basin_isolation`]; what predicts better, and at what cost: [`predictors`] |
//! | phase diagrams of LSE and LSR at temperature | [`thermal_phases`]; the lines of the theory alone: [`phase_boundary`] |
//! | exponentially many patterns under softmax attention | [`exponential_capacity`] |
//! | finite-size guarantees and adversaries | [`finite_size`] |
//! | memories beyond their capacity, and their errors as a classifier | [`overloaded_memory`] |
//! | Krotov and Hopfield's classifier, trained and resumed | [`classifier`], from [`images`] |
//! | coverage of intervals of an AUC | [`auc_coverage`] |
//!
//! All five papers in one report: [`reproduce`](crate::reproduce()).
//!
//! | what they stand on | module |
//! |---|---|
//! | a grid of independent cells: resumed, split over machines, the same bytes | [`harness`] |
//! | tables, the papers' numbers beside ours, one page | [`report`] |
//! | figures in one style, as SVG and (feature `png`, on by default) PNG | [`figure`] |
//! | spread over disorder realizations | [`Summary`] |
//! | files that are whole or not there | [`output`] |
//!
//! An experiment of one's own implements [`harness::Experiment`]; the repository's `docs/adding-an-experiment.md` is a
//! whole one. `docs/reproductions.md` has the numbers.

#![forbid(unsafe_code)]

pub mod auc_coverage;
pub mod basin_isolation;
pub mod classifier;
mod error;
pub mod exponential_capacity;
pub mod figure;
pub mod finite_size;
pub mod harness;
pub mod images;
pub mod output;
pub mod overloaded_memory;
pub mod phase_boundary;
pub mod predictors;
pub mod report;
mod reproduce;
mod summary;
pub mod thermal_phases;

pub use error::Error;
pub use reproduce::reproduce;
pub use summary::{Summary, realizations};

/// The code of the guide, compiled and run as a test.
#[cfg(doctest)]
#[doc = include_str!("../docs/adding-an-experiment.md")]
struct AddingAnExperiment;
