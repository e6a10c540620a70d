//! Theory of retrieval: phase boundaries, thresholds and capacities, from one solver for every kernel.
//!
//! ```
//! use dam_analysis::theory::{BinaryEntropy, TemperatureLimit, Theory};
//! use dam_core::kernel::{Epanechnikov, Powered};
//!
//! // extensive LSR on the hypercube, e^{αN} patterns
//! let b = 3.0;
//! let theory = Theory::new(Powered(Epanechnikov::new(b)?), 1.0 / b, BinaryEntropy, BinaryEntropy)?;
//! assert!((theory.support_threshold() - 0.2426).abs() < 1e-4);
//! assert_eq!(theory.critical_temperature(0.24)?, TemperatureLimit::Always);
//! let TemperatureLimit::Below(t) = theory.critical_temperature(0.30)? else { unreachable!() };
//! assert!((theory.alpha_c(t)?.unwrap().alpha - 0.30).abs() < 1e-12);
//! # Ok::<(), dam_analysis::Error>(())
//! ```
//!
//! | load | temperature | here |
//! |---|---|---|
//! | M = e^{αN}, ln F = N k(m) | any | [`Theory`]; closed forms of LSE and LSR in [`closed`] |
//! | M = e^{αN}, F of order one with an edge | any | [`CompactTheory`] |
//! | M = e^{αN}, softmax attention | 0 | [`exponential_load`], also at finite N |
//! | M = α N^{n−1} | any | [`polynomial`] |
//! | K patterns, stability of bits | 0 | [`capacity`] |
//! | one pattern, finite N | any | [`finite`]; overlaps of random patterns in [`tails`] |
//!
//! `docs/theory.md` is the guide, `docs/errata.md` lists what the papers print otherwise.

mod boundary;
pub mod capacity;
mod chart;
mod check;
pub mod closed;
mod compact;
pub mod entropy;
pub mod exponential_load;
pub mod finite;
mod noise;
pub mod polynomial;
pub(crate) mod quadrature;
mod rates;
mod roots;
mod solver;
pub mod tails;

pub use boundary::{Boundary, Regime};
pub use compact::CompactTheory;
pub use noise::{Condensation, NoiseFloor};
pub use rates::{BinaryEntropy, Entropic, ExactSphere, GaussianPatterns, GaussianTail, RateFunction, Space};
pub use solver::{RetrievalState, TemperatureLimit, Theory};

#[cfg(test)]
mod tests;
