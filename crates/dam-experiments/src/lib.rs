//! Published results on dense associative memories, reproduced beside the papers' own numbers. No physics here:
//! models and dynamics are in `dam-core`, diagnostics in `dam-analysis`.

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
