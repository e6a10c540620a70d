//! Theory of retrieval: phase boundaries, thresholds and capacities, from one solver for every kernel.

mod quadrature;
mod roots;
