//! On the hypercube integer kernels are exact: energies, fields and flip prices equal sums in i128 that are
//! written out here from the definitions; nothing drifts, ties are ties, and sums of exponentials survive
//! N = 10,000.

#[path = "exactness/bounds.rs"]
mod bounds;
#[path = "exactness/brute.rs"]
mod brute;
#[path = "exactness/drift.rs"]
mod drift;
#[path = "exactness/log_domain.rs"]
mod log_domain;
#[path = "exactness/prices.rs"]
mod prices;
#[path = "exactness/ties.rs"]
mod ties;
