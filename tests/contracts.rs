//! One suite of contracts, run over the whole grid of spaces, kernels, aggregators and legal dynamics.
//!
//! The grid is in `contracts/grid.rs`; every other module checks one kind of promise on all of it, and `properties` all of
//! them on memories drawn at random.

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
#[path = "contracts/gibbs.rs"]
mod gibbs;
#[path = "contracts/grid.rs"]
mod grid;
#[path = "contracts/planes.rs"]
mod planes;
#[path = "contracts/prices.rs"]
mod prices;
#[path = "contracts/properties.rs"]
mod properties;
#[path = "contracts/regenerated.rs"]
mod regenerated;
#[path = "contracts/samplers.rs"]
mod samplers;
#[path = "contracts/spaces.rs"]
mod spaces;
#[path = "contracts/synchronous.rs"]
mod synchronous;
#[path = "contracts/updates.rs"]
mod updates;
