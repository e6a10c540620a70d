//! Theory of retrieval: phase boundaries, thresholds and capacities, from one solver for every kernel.

pub mod exponential_load;
pub mod finite;
mod quadrature;
mod roots;
pub mod tails;
