//! The paper "overloaded memory", whole: memories learned on images far beyond and far below capacity, how many inputs
//! converge to one of them, what that number does not see, and the formulas of capacity against simulation.
//!
//! ```text
//! cargo run --release --example overloaded_memory -- --data package/data
//! ```

mod capacity;
mod convergence;
mod errors;
mod figures;
mod measure;
mod pictures;
mod plan;
mod record;
mod recovery;
mod report;
mod retrieval;
mod stability;
mod sweeps;
#[cfg(test)]
mod tests;
mod training;

use dam_core::Streams;
use serde::{Deserialize, Serialize};

pub use plan::{Choices, Plan, Row, Settings, Study, Tries};
pub use record::{Instability, Pictures, Record, Recovery, Retrieval, Tails, Trained, Try};

use crate::Error;
use crate::harness::{Experiment, Records};
use crate::images::Dataset;
use crate::report::Report;

/// The experiment, on these images.
#[derive(Clone, Debug)]
pub struct OverloadedMemory {
    /// Read or made by [`Source::load`](crate::images::Source::load).
    pub images: Dataset,
}

/// What is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stored {
    /// Images of the training set, black and white.
    Images,
    /// Independent random bits.
    Random,
}

/// One realization of a study.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// [`Study::Errors`]: training at several temperatures, and the one that the validation images choose.
    Training {
        /// Memories K.
        memories: usize,
        /// Order n.
        order: u32,
        /// Draw of training images and first memories.
        realization: usize,
    },
    /// [`Study::Stored`]: how inputs converge where images, or random bits, are stored as they are.
    Stored {
        /// What is stored.
        patterns: Stored,
        /// Order n.
        order: u32,
        /// Draw.
        realization: usize,
    },
    /// [`Study::Retrieval`]: sweeps until a fixed point, by corruption.
    Retrieval {
        /// What is stored.
        patterns: Stored,
        /// Patterns K.
        memories: usize,
        /// Order n.
        order: u32,
        /// Draw.
        realization: usize,
    },
    /// [`Study::Capacity`]: unstable bits among independent patterns.
    Instability {
        /// Sites N.
        sites: usize,
        /// Patterns K.
        memories: usize,
        /// Order n.
        order: u32,
        /// Draw.
        realization: usize,
    },
    /// [`Study::Capacity`]: overlaps of independent states beyond a threshold.
    Tails {
        /// Draw.
        realization: usize,
    },
}

impl Experiment for OverloadedMemory {
    const NAME: &'static str = "overloaded_memory";
    const FORMAT: u32 = 1;
    type Settings = Settings;
    type Cell = Cell;
    type Record = Record;

    fn cells(&self, settings: &Settings) -> Vec<Cell> {
        settings.cells()
    }

    fn compute(&self, settings: &Settings, cell: &Cell, streams: Streams) -> Result<Record, Error> {
        measure::measure(&self.images, settings, cell, streams)
    }

    /// All K and n learn from the same images; images are stored in the same order for all n.
    fn family(&self, cell: &Cell) -> Cell {
        match *cell {
            Cell::Training { realization, .. } => Cell::Training { memories: 0, order: 0, realization },
            Cell::Stored { patterns, realization, .. } => Cell::Stored { patterns, order: 0, realization },
            Cell::Retrieval { patterns, realization, .. } => {
                Cell::Retrieval { patterns, memories: 0, order: 0, realization }
            }
            Cell::Instability { .. } | Cell::Tails { .. } => cell.clone(),
        }
    }

    fn report(
        &self,
        settings: &Settings,
        records: &Records<Self>,
        _streams: Streams,
    ) -> Result<Report, Error> {
        report::report(settings, records)
    }

    fn check(&self, settings: &Settings) -> Result<(), Error> {
        settings.check(&self.images)
    }

    fn cost(&self, settings: &Settings, cell: &Cell) -> f64 {
        measure::cost(settings, cell)
    }
}
