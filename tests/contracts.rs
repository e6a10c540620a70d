//! One suite of contracts, run over the whole grid of spaces, kernels, aggregators and legal dynamics.
//!
//! The grid is in `contracts/grid.rs`; every other module checks one kind of promise on all of it.

#[path = "contracts/any.rs"]
mod any;
#[path = "contracts/batches.rs"]
mod batches;
#[path = "contracts/descent.rs"]
mod descent;
#[path = "contracts/extremes.rs"]
mod extremes;
#[path = "contracts/fields.rs"]
mod fields;
#[path = "contracts/grid.rs"]
mod grid;
#[path = "contracts/prices.rs"]
mod prices;
#[path = "contracts/regenerated.rs"]
mod regenerated;
#[path = "contracts/samplers.rs"]
mod samplers;
#[path = "contracts/synchronous.rs"]
mod synchronous;
#[path = "contracts/updates.rs"]
mod updates;
