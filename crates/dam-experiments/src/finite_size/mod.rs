//! "Algorithmic analysis of dense associative memory: finite-size guarantees and adversarial robustness" ("finite-size
//! guarantees"): asynchronous retrieval on the hypercube at n = 3, its basins, adversaries, capacity and certificates.
//!
//! Protocol of the paper unless said otherwise: independent ±1 patterns, an exact number of distinct wrong spins, sweeps in
//! random order with the discrete marginal field, success when 95 % of the spins are right at the end of a sweep, at
//! most 60 sweeps.

mod adversaries;
mod basins;
mod convergence;
mod figures;
mod limits;
mod measure;
mod paper;
mod plan;
mod report;
mod statistics;
#[cfg(test)]
mod tests;

use dam_core::Streams;
use serde::{Deserialize, Serialize};

pub use measure::{Certified, RADII, Record, Tally};
pub use plan::{Choices, Plan, Realizations, Settings, Study};

use crate::Error;
use crate::harness::{Experiment, Records};
use crate::report::Report;

/// The experiment.
#[derive(Clone, Copy, Debug)]
pub struct FiniteSize;

/// One disorder realization of a study.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// [`Study::Convergence`].
    Convergence {
        /// Index of corruption and load.
        setting: usize,
        /// Sites N.
        sites: usize,
        /// Disorder realization.
        realization: usize,
    },
    /// [`Study::Basin`] at all corruptions.
    Basin {
        /// p/N² in thousandths.
        load: usize,
        /// Sites N.
        sites: usize,
        /// Disorder realization.
        realization: usize,
    },
    /// [`Study::Adversary`] at all budgets.
    Adversary {
        /// Index of the adversary.
        protocol: usize,
        /// Disorder realization.
        realization: usize,
    },
    /// [`Study::Correlated`] at all numbers of patterns.
    Correlated {
        /// Index of the construction.
        ensemble: usize,
        /// Disorder realization.
        realization: usize,
    },
    /// [`Study::Capacity`].
    Capacity {
        /// Order n.
        order: u32,
        /// Sites N.
        sites: usize,
        /// Disorder realization.
        realization: usize,
    },
    /// [`Study::Certificates`].
    Certificates {
        /// Sites N.
        sites: usize,
        /// Patterns p.
        patterns: usize,
        /// Disorder realization.
        realization: usize,
    },
}

impl Experiment for FiniteSize {
    const NAME: &'static str = "finite_size_guarantees";
    const FORMAT: u32 = 1;
    type Settings = Settings;
    type Cell = Cell;
    type Record = Record;

    fn cells(&self, settings: &Settings) -> Vec<Cell> {
        let mut cells = Vec::new();
        for realization in 0..settings.convergence.realizations.count {
            for setting in 0..plan::CONVERGENCE.len() {
                let at = |&sites: &usize| Cell::Convergence { setting, sites, realization };
                cells.extend(settings.convergence.sites.iter().map(at));
            }
        }
        for realization in 0..settings.basin.realizations.count {
            for load in plan::BASIN_LOADS {
                let at = |&sites: &usize| Cell::Basin { load, sites, realization };
                cells.extend(settings.basin.sites.iter().map(at));
            }
        }
        for realization in 0..settings.adversary.count {
            let protocols = 0..plan::PROTOCOLS.len();
            cells.extend(protocols.map(|protocol| Cell::Adversary { protocol, realization }));
        }
        for realization in 0..settings.correlated.count {
            let ensembles = 0..plan::ENSEMBLES.len();
            cells.extend(ensembles.map(|ensemble| Cell::Correlated { ensemble, realization }));
        }
        for realization in 0..settings.capacity.count {
            for (order, all) in (2..).zip(&settings.capacity_sites) {
                cells.extend(all.iter().map(|&sites| Cell::Capacity { order, sites, realization }));
            }
        }
        for realization in 0..settings.certificates.count {
            let at =
                |&(sites, patterns): &(usize, usize)| Cell::Certificates { sites, patterns, realization };
            cells.extend(settings.certified.iter().map(at));
        }
        cells
    }

    fn compute(&self, settings: &Settings, cell: &Cell, streams: Streams) -> Result<Record, Error> {
        measure::measure(settings, cell, streams)
    }

    /// All adversaries meet the same patterns and cues.
    fn family(&self, cell: &Cell) -> Cell {
        match *cell {
            Cell::Adversary { realization, .. } => Cell::Adversary { protocol: 0, realization },
            _ => cell.clone(),
        }
    }

    fn report(
        &self,
        settings: &Settings,
        records: &Records<Self>,
        streams: Streams,
    ) -> Result<Report, Error> {
        report::report(settings, records, streams)
    }

    fn check(&self, settings: &Settings) -> Result<(), Error> {
        settings.check()
    }

    fn cost(&self, settings: &Settings, cell: &Cell) -> f64 {
        measure::cost(settings, cell)
    }
}
