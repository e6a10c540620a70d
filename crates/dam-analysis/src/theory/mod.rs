//! Theory of retrieval: phase boundaries, thresholds and capacities, from one solver for every kernel.

pub mod capacity;
pub mod polynomial;
mod quadrature;
mod roots;
