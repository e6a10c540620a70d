//! Theory of retrieval: phase boundaries, thresholds and capacities, from one solver for every kernel.

pub mod capacity;
mod quadrature;
mod roots;
