//! Diagnostics and theory of dense associative memories: which patterns are retrieved, how reliably, from how far, and how
//! many there may be; with the statistics to judge it by.
//!
//! ```
//! use dam_analysis::roc::{Resampling, Scored};
//! use dam_analysis::{BasinIsolation, Trials};
//! use dam_core::prelude::*;
//!
//! // A cubic memory near its transition: which patterns fail, and does I_μ know?
//! let (n, m) = (60, 80);
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
//!
//! // how well I_μ ranks them, with 95 % intervals by resampling and by DeLong's variance
//! let scored = Scored::new(&isolation, &failed)?;
//! let bootstrap = scored.bootstrap_auc(Resampling::Stratified, 1000, &streams)?.bca(0.95)?;
//! let delong = scored.delong()?.logit(0.95)?;
//! assert_eq!((scored.positives(), scored.negatives()), (58, 22));
//! assert!((scored.auc() - 0.731).abs() < 0.01);
//! assert!((bootstrap.lower - 0.60).abs() < 0.02 && (bootstrap.upper - 0.83).abs() < 0.02);
//! assert!((delong.lower - 0.60).abs() < 0.02 && (delong.upper - 0.83).abs() < 0.02);
//! # Ok::<(), dam_analysis::Error>(())
//! ```
//!
//! The theory takes any kernel. For softmax attention on the sphere (β = 1), with M = e^{αN} patterns: the load up to which
//! they are retrieved, by temperature.
//!
//! ```
//! use dam_analysis::theory::{ExactSphere, Theory, closed};
//! use dam_core::prelude::*;
//!
//! let lse = Theory::new(Exponential::anchored(1.0)?, 1.0, ExactSphere, ExactSphere)?;
//! for (t, expected) in [(0.0, 0.62257192), (0.1, 0.45619293), (0.5, 0.17670048)] {
//!     let alpha = lse.alpha_c(t)?.expect("retrieval at some load").alpha;
//!     assert!((alpha - expected).abs() < 1e-8);
//!     assert!((alpha - closed::lse_alpha_c(1.0, t)?).abs() < 1e-12); // one of the few kernels with a closed form
//! }
//! # Ok::<(), dam_analysis::Error>(())
//! ```
//!
//! | question | here |
//! |---|---|
//! | will a pattern be retrieved? diagnostics and their cost in passes | [`diagnostics`] |
//! | how deformed is its basin? | [`BasinIsolation`] |
//! | how often is it retrieved from noisy cues, and from how far? | [`Trials`], [`Trials::curve`] |
//! | within how many sweeps, and under an adversary? | [`Reach`] |
//! | where do the other trials end? | [`Trials::census`] |
//! | from how far is it certain to be retrieved? | [`certificate`] |
//! | how well does a score predict an event? | [`roc`] (plain slices; knows nothing of memories) |
//! | what is the error of a mean, or a Binder cumulant, of correlated values? | [`monte_carlo`] (likewise) |
//! | how many patterns, at which temperature, for any kernel? | [`theory`] |
//! | and in a simulation, for how long? | [`thermal`] |
//! | which states are equilibria, if every spin is a player? | [`game`] |
//!
//! | module | holds |
//! |---|---|
//! | [`diagnostics`] | of single patterns: basin isolation, overlaps, energy and gradient, curvature, runs from the pattern |
//! | [`retrieval`] | trials from noisy cues, success against noise, Wilson intervals, census of end states |
//! | [`certificate`] | radii within which retrieval is certain, contraction, an adversary's budget, attacks |
//! | [`roc`] | ROC curves, AUC, DeLong, bootstrap, calibration |
//! | [`monte_carlo`] | autocorrelation times, blocking, jackknife, bootstrap, Binder cumulant, R̂ |
//! | [`theory`] | phase boundaries, thresholds and capacities, for N → ∞ and for finite N |
//! | [`thermal`] | chains at temperature by a stated protocol, tempering, samplers for e^{αN} patterns, escapes |
//! | [`game`] | payoffs, the potential, Nash equilibria |
//!
//! [`PatternEnsemble`] draws independent and correlated ±1 patterns.

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
