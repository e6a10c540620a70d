//! Numbers that were not made by the solver.

pub(super) mod phase_boundaries;
pub(super) mod tables;
