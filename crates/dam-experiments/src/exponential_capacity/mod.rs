//! "The exponential capacity of dense associative memories" ("exponential capacity"): retrieval thresholds of one pattern and
//! of all, condensation, basins and the scaled dot-product regime, theory beside simulation.
//!
//! The energy is −(1/λ) ln Σ_μ e^{λ ξ^μ·x} + |x|²/2 in the Euclidean space with P = e^{αN} patterns; descents go by
//! x ← Ξ softmax(λ Ξᵀx), a gradient step of length one that never raises it. A pattern is retrieved if its softmax weight
//! exceeds 1/2 where the descent ends.

mod basins;
mod crossovers;
mod descents;
mod figures;
mod fit;
mod gaussian;
mod load;
mod losses;
mod measure;
mod overlaps;
mod plan;
mod preset;
mod record;
mod regimes;
mod report;
mod scans;
#[cfg(test)]
mod tests;

use dam_analysis::theory::exponential_load::Patterns;
use dam_core::Streams;
use serde::{Deserialize, Serialize};

pub use plan::{Choices, Plan, Settings, Study};
pub use record::{Agreement, Beyond, FirstLost, Record};

use crate::Error;
use crate::harness::{Experiment, Records};
use crate::report::Report;

/// The experiment.
#[derive(Clone, Copy, Debug)]
pub struct ExponentialCapacity;

/// How a descent goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Descent {
    /// x ← Ξ softmax(λ Ξᵀx), in f32.
    Map,
    /// Gradient descent with a line search, in f64.
    Gradient,
}

/// One disorder realization of a study.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// [`Study::Crossover`]: the λ above which patterns are retrieved.
    Crossover {
        /// Ensemble.
        patterns: Patterns,
        /// α in thousandths.
        load: usize,
        /// Sites N.
        sites: usize,
        /// Descent.
        descent: Descent,
        /// Disorder realization.
        realization: usize,
    },
    /// [`Study::Basin`] at all angles.
    Basin {
        /// α in thousandths.
        load: usize,
        /// λ in thousandths.
        lambda: usize,
        /// Sites N.
        sites: usize,
        /// Disorder realization.
        realization: usize,
    },
    /// [`Study::AllPatterns`]: the loads at which half of the patterns, and the first of them, are lost.
    AllPatterns {
        /// λ in thousandths.
        lambda: usize,
        /// Sites N.
        sites: usize,
        /// Disorder realization.
        realization: usize,
    },
    /// [`Study::Norms`].
    Norms {
        /// λ in thousandths.
        lambda: usize,
        /// Sites N.
        sites: usize,
        /// Disorder realization.
        realization: usize,
    },
    /// [`Study::Rates`].
    Rates {
        /// Ensemble.
        patterns: Patterns,
        /// Disorder realization.
        realization: usize,
    },
    /// [`Study::Condensation`] at all λ.
    Condensation {
        /// α in thousandths.
        load: usize,
        /// Sites N.
        sites: usize,
        /// Disorder realization.
        realization: usize,
    },
    /// [`Study::Nearest`].
    Nearest {
        /// P = factor · N^power.
        factor: usize,
        /// P = factor · N^power.
        power: u32,
        /// Sites N.
        sites: usize,
        /// Disorder realization.
        realization: usize,
    },
    /// [`Study::Scaled`].
    Scaled {
        /// α in thousandths.
        load: usize,
        /// Sites N.
        sites: usize,
        /// Disorder realization.
        realization: usize,
    },
    /// [`Study::Agreement`].
    Agreement {
        /// Index of the case.
        case: usize,
        /// Disorder realization.
        realization: usize,
    },
    /// [`Study::Beyond`].
    Beyond {
        /// λ in thousandths.
        lambda: usize,
    },
}

impl Experiment for ExponentialCapacity {
    const NAME: &'static str = "exponential_capacity";
    const FORMAT: u32 = 1;
    type Settings = Settings;
    type Cell = Cell;
    type Record = Record;

    fn cells(&self, settings: &Settings) -> Vec<Cell> {
        settings.cells()
    }

    fn compute(&self, settings: &Settings, cell: &Cell, streams: Streams) -> Result<Record, Error> {
        measure::measure(settings, cell, streams)
    }

    /// Both descents, and all λ at one load, meet the same patterns.
    fn family(&self, cell: &Cell) -> Cell {
        match *cell {
            Cell::Crossover { patterns, load, sites, realization, .. } => {
                Cell::Crossover { patterns, load, sites, descent: Descent::Map, realization }
            }
            Cell::Basin { load, sites, realization, .. } => {
                Cell::Basin { load, lambda: 0, sites, realization }
            }
            Cell::AllPatterns { sites, realization, .. } => {
                Cell::AllPatterns { lambda: 0, sites, realization }
            }
            Cell::Norms { sites, realization, .. } => Cell::Norms { lambda: 0, sites, realization },
            Cell::Beyond { .. } => Cell::Beyond { lambda: 0 },
            _ => cell.clone(),
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
        settings.check()
    }

    fn cost(&self, settings: &Settings, cell: &Cell) -> f64 {
        measure::cost(settings, cell)
    }
}
