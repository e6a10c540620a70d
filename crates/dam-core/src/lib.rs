//! Dense associative memories (modern Hopfield networks): state spaces, energies and dynamics that compose
//! through traits.
//!
//! Store, corrupt, retrieve:
//!
//! ```
//! use dam_core::prelude::*;
//!
//! // 50 random patterns on the sphere |x|² = N, cubic energy E = −(1/3) Σ (x·ξ/N)³
//! let streams = Streams::new(1);
//! let space = Sphere::<f64>::new(100)?;
//! let patterns: Vec<_> = (0..50).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
//! let memory = models::spherical(space, 3, &patterns)?;
//!
//! // a cue: pattern 7 with tangent noise of norm 0.3 sqrt(N)
//! let mut rng = streams.rng(Purpose::Cues, 0);
//! let cue = TangentNoise::new(0.3)?.corrupt(memory.space(), &patterns[7], &mut rng)?;
//! assert!((memory.space().overlap(&cue, &patterns[7]) - 1.09_f64.sqrt().recip()).abs() < 1e-12);
//! let recall = memory.recall(&cue)?;
//! assert_eq!((recall.nearest, recall.reason), (7, StopReason::Converged));
//! assert!(recall.overlap > 0.9);
//! # Ok::<(), dam_core::Error>(())
//! ```
//!
//! A kernel of one's own is two methods, and every space, aggregator and dynamics takes it. F = exp(β N m²/2) does not
//! tell a pattern from its negative:
//!
//! ```
//! use dam_core::prelude::*;
//!
//! struct Even {
//!     beta: f64,
//! }
//!
//! impl Kernel for Even {
//!     fn f(&self, s: Overlap) -> f64 {
//!         (0.5 * self.beta * s.dot() * s.m()).exp()
//!     }
//!     fn df(&self, s: Overlap) -> f64 {
//!         self.beta * s.dot() * self.f(s) // dF/dm
//!     }
//! }
//!
//! let streams = Streams::new(1);
//! let space = Hypercube::new(100)?;
//! let patterns: Vec<_> = (0..200).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
//! let memory = Dam::new(space, Even { beta: 2.0 }, LogSum, 0.5, &patterns)?; // E = −(1/β) ln Σ F
//! let mut cue = FlipExactly::new(20).corrupt(memory.space(), &patterns[7], &mut streams.rng(Purpose::Cues, 0))?;
//! let recall = memory.recall_with(&Asynchronous::new(Order::Permutation), &cue, streams)?;
//! assert_eq!((recall.nearest, recall.overlap), (7, 1.0));
//! assert!((memory.energy(&recall.state) + 50.0).abs() < 1e-9); // −N/2: no other pattern counts here
//!
//! (0..100).for_each(|i| cue.flip(i));
//! let opposite = memory.recall_with(&Asynchronous::new(Order::Permutation), &cue, streams)?;
//! assert_eq!(opposite.state.dot(&patterns[7]), -100);
//! # Ok::<(), dam_core::Error>(())
//! ```
//!
//! *A store scans, an aggregator reduces, a space constrains, a dynamics moves*:
//!
//! ```text
//! E(x) = −c Q( Σ_μ F(m_μ) ) [+ |x|²/2],   m_μ = x·ξ^μ / N
//! ```
//!
//! | piece | here | open to users |
//! |---|---|---|
//! | F, separation function | [`kernel`], trait [`Kernel`] | yes: two methods |
//! | Q, aggregator | [`Sum`], [`LogSum`], [`FlooredLogSum`] | sealed |
//! | where states live | [`Hypercube`], [`Sphere`], [`Euclidean`], traits [`StateSpace`], [`VectorSpace`] | rarely: 7 methods, 5 more for vectors |
//! | ξ, the patterns | [`BitPatterns`], [`DensePatterns`] (in memory, or [made again](DensePatterns::regenerated)), [`npy`] | sealed |
//! | the memory | [`Dam`]; the papers' own in [`models`] | |
//! | real patterns under ±1 states, as learning makes them | [`RealMemory`] | |
//! | any other energy | [`Energy`], [`LocalField`] | yes |
//! | learning ξ from examples | [`learning`] | yes: one method |
//! | what an energy can do | [`Priced`], [`FormalField`], [`LineEnergy`], [`Curvature`] | for energies of one's own |
//! | cues | [`Corruption`]: [`FlipEach`], [`FlipExactly`], [`TangentNoise`] | yes: one method |
//! | steps | [`dynamics`], trait [`Dynamics`] | yes: two methods |
//! | stop rule, batches | [`Runner`], [`Observer`] | observers: yes |
//! | randomness | [`Streams`] | |
//! | vector instructions, loops on all cores | [`force_portable`], [`level`], [`parallel`] | |
//!
//! | module | holds |
//! |---|---|
//! | [`prelude`] | what most programs need |
//! | [`kernel`] | the trait of separation functions, and those of the papers |
//! | [`models`] | the papers' own memories, with their normalisations |
//! | [`dynamics`] | descents, the synchronous map, samplers, adversaries |
//! | [`learning`] | losses and their gradients with respect to the patterns, descent with momentum |
//! | [`npy`] | patterns from and to NumPy's files |
//! | [`parallel`] | results of independent tasks in order |
//!
//! Illegal combinations do not compile: single-spin dynamics on a sphere, gradients on the hypercube. Results
//! are bit-identical for any number of threads; on the hypercube integer kernels are exact.
//!
//! The repository's `docs/` says how to add a kernel, a space, a dynamics and an experiment, which normalisation comes from
//! which paper (`conventions.md`), and what is promised about bits (`determinism.md`).

// Vector instructions (`simd`) are the only exception.
#![deny(unsafe_code)]

mod aggregate;
mod corrupt;
mod curvature;
mod dam;
pub mod dynamics;
mod energy;
mod error;
mod form;
pub mod kernel;
pub mod learning;
mod logs;
pub mod models;
pub mod npy;
mod observe;
mod overlap;
pub mod parallel;
mod plane;
mod real;
mod reduce;
mod rotation;
mod run;
mod scalar;
mod simd;
mod space;
mod store;
mod streams;
mod vector;

pub use aggregate::{Aggregator, FlooredLogSum, LogSum, Sum};
pub use corrupt::{Corruption, FlipEach, FlipExactly, TangentNoise};
pub use dam::Dam;
pub use dynamics::{Dynamics, Progress};
pub use energy::{
    Curvature, Energy, FieldOf, Flip, FormalField, LineEnergy, LocalField, PlaneEnergy, Priced, Rotation,
    ScalarOf, StateOf,
};
pub use error::Error;
pub use kernel::{CompactSupport, CurvedKernel, Extensive, IntegerKernel, Kernel};
pub use observe::{EnergyTrace, Observer, OverlapTrace};
pub use overlap::Overlap;
pub use plane::DamPlane;
pub use real::{RealCache, RealMemory};
pub use rotation::RotationCache;
pub use run::{Recall, Run, Runner, StopReason};
pub use scalar::Real;
#[doc(hidden)]
pub use simd::limit_level;
pub use simd::{Level, force_portable, level};
pub use space::{Euclidean, Hypercube, IntoState, Polar, Sphere, SpinSpace, Spins, StateSpace, VectorSpace};
pub use store::{
    BitPatterns, Bricks, DensePatterns, EditableStore, FieldIn, FlipCache, Held, PatternStore, Regenerated,
    StateIn, Storable,
};
pub use streams::{Purpose, StreamRng, Streams};

/// The linear algebra and random number crates of the public API, so that users get the same copies.
pub use {nalgebra, rand};

/// What most programs need: `use dam_core::prelude::*;`.
pub mod prelude {
    pub use crate::dynamics::{
        Asynchronous, ConjugateGradient, Dynamics, FormalAsynchronous, GaussianStep, Glauber,
        GradientDescent, Langevin, Metropolis, Order, PairMetropolis, SpinMetropolis, Synchronous,
    };
    pub use crate::kernel::{
        DistinctIndex, Epanechnikov, Exponential, Hermite, Kernel, Monomial, Powered, RectifiedMonomial,
    };
    pub use crate::{
        Corruption, Dam, Energy, EnergyTrace, Error, Euclidean, FlipEach, FlipExactly, FlooredLogSum,
        Hypercube, LocalField, LogSum, Overlap, OverlapTrace, PatternStore, Purpose, Recall, Run, Runner,
        Sphere, Spins, StateSpace, StopReason, Streams, Sum, TangentNoise, VectorSpace, models,
    };
}

/// The code of the README, compiled and run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The code of the kernel guide, likewise.
#[cfg(doctest)]
#[doc = include_str!("../docs/adding-a-kernel.md")]
struct AddingAKernel;

/// And of the guide to dynamics.
#[cfg(doctest)]
#[doc = include_str!("../docs/adding-a-dynamics.md")]
struct AddingADynamics;

/// And of the page on determinism.
#[cfg(doctest)]
#[doc = include_str!("../docs/determinism.md")]
struct Determinism;
