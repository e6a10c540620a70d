//! Diagnostics of dense associative memories: basin isolation, overlaps, retrieval reliability, and the
//! statistics to judge them by.
//!
//! ```
//! use dam_analysis::{BasinIsolation, Trials, overlap_statistics, roc::Scored};
//! use dam_core::prelude::*;
//!
//! // A cubic memory near its transition: which patterns fail, and does I_μ know?
//! let (n, m) = (40, 70);
//! let streams = Streams::new(11);
//! let space = Sphere::<f64>::new(n)?;
//! let patterns: Vec<_> = (0..m).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
//! let memory = models::spherical(space, 3, &patterns)?;
//! let all: Vec<usize> = (0..memory.len()).collect();
//!
//! let noise = TangentNoise::new(0.3)?;
//! let retrieval = Trials::new(10, 0.9)?.run(&memory, &Synchronous, &noise, &all, streams)?;
//! let failed: Vec<bool> = retrieval.iter().map(|r| r.failed()).collect();
//! let isolation = BasinIsolation::new(n)?.of_patterns(&memory, &all, streams)?;
//! let auc = Scored::new(&isolation, &failed)?.auc();
//! assert!(auc > 0.5 && auc < 1.0);
//! assert_eq!(overlap_statistics(&memory, &all)?.len(), 70);
//! # Ok::<(), dam_analysis::Error>(())
//! ```
//!
//! | question | here |
//! |---|---|
//! | will a pattern be retrieved? diagnostics and their cost in passes | [`diagnostics`] |
//! | how deformed is its basin? | [`BasinIsolation`] |
//! | how often is it retrieved from noisy cues, and from how far? | [`Trials`], [`Trials::curve`] |
//! | where do the other trials end? | [`Trials::census`] |
//! | from how far is it certain to be retrieved? | [`certificate`] |
//! | how well does a score predict an event? | [`roc`] (plain slices; knows nothing of memories) |
//! | what is the error of a mean, or a Binder cumulant, of correlated values? | [`monte_carlo`] (likewise) |
//! | how many patterns, at which temperature, for any kernel? | [`theory`] |
//! | and in a simulation, for how long? | [`thermal`] |

#![forbid(unsafe_code)]

pub mod certificate;
pub mod diagnostics;
mod ensemble;
mod error;
pub mod game;
pub mod monte_carlo;
mod normal;
pub mod retrieval;
pub mod roc;
pub mod theory;
pub mod thermal;

pub use diagnostics::{
    BasinIsolation, Directions, Lanczos, Landscape, OverlapStatistics, Start, landscape, overlap_statistics,
    overlaps_along, random_directions,
};
pub use ensemble::PatternEnsemble;
pub use error::Error;
pub use retrieval::{
    Census, EndState, Proportion, Reach, Reached, Retrieval, Trials, basin_radius, half_point,
};

/// The code of the guide to the theory, compiled and run as a test.
#[cfg(doctest)]
#[doc = include_str!("../docs/theory.md")]
struct TheoryGuide;

/// The code of the guide to spaces, which ends in diagnostics and theory, likewise.
#[cfg(doctest)]
#[doc = include_str!("../docs/adding-a-space.md")]
struct AddingASpace;
