//! Theory of retrieval: phase boundaries, thresholds and capacities, from one solver for every kernel.

mod boundary;
mod chart;
pub mod closed;
mod compact;
pub mod entropy;
mod noise;
mod quadrature;
mod rates;
mod roots;
mod solver;

pub use boundary::{Boundary, Regime};
pub use compact::CompactTheory;
pub use noise::{Condensation, NoiseFloor};
pub use rates::{BinaryEntropy, Entropic, ExactSphere, GaussianPatterns, GaussianTail, RateFunction};
pub use solver::{RetrievalState, TemperatureLimit, Theory};

#[cfg(test)]
mod tests;
