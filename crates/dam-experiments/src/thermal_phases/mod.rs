//! "Phase transitions and stable retrieval at temperature" for exponentially many patterns ("thermal phases"): phase
//! diagrams, alignment and free energy of LSE and LSR, by samplers that say how they were run.
//!
//! Figures 1 and 2 as printed and corrected; what becomes of chains that leave; and the boundary that simulations
//! see, which is kinetic, at sizes up to N = 10⁴ and M = e^{αN}.

mod boundaries;
mod curves;
mod figures;
mod kinetics;
mod measure;
mod paper;
mod plan;
mod price;
mod report;
mod scan;
mod statistics;
#[cfg(test)]
mod tests;

use dam_core::Streams;
use serde::{Deserialize, Serialize};

pub use measure::{ChainRecord, Flagged, Point, Record, Watched};
pub use plan::{BoundaryPlan, Chains, Choices, MapPlan, Settings, Study};
pub use price::estimated_price;
pub use scan::{Scan, boundary_temperature};

use crate::Error;
use crate::harness::{Experiment, Records};
use crate::report::Report;

/// The experiment.
#[derive(Clone, Copy, Debug)]
pub struct ThermalPhases;

/// A separation function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KernelName {
    /// Log-sum-exp, β_net = 1.
    Lse,
    /// Log-sum-ReLU, b = 3.41.
    Lsr,
}

/// How a model of many patterns is sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SamplerName {
    /// With all patterns.
    Full,
    /// With those of a cone around the target and the mean of the others.
    Cone,
}

/// One disorder realization of a study, at all its temperatures.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// [`Study::Map`] at the load of this index.
    Map {
        /// Index of the load.
        load: usize,
        /// Disorder realization.
        realization: usize,
        /// The kernel.
        kernel: KernelName,
    },
    /// [`Study::Figure2`].
    Figure2 {
        /// Disorder realization.
        realization: usize,
        /// The kernel.
        kernel: KernelName,
    },
    /// [`Study::Long`].
    Long {
        /// Disorder realization.
        realization: usize,
        /// The kernel.
        kernel: KernelName,
    },
    /// [`Study::Kinetic`].
    Kinetic {
        /// Disorder realization.
        realization: usize,
    },
    /// [`Study::Small`].
    Small {
        /// Disorder realization.
        realization: usize,
        /// The sampler.
        sampler: SamplerName,
    },
    /// [`Study::Wide`].
    Wide {
        /// Disorder realization.
        realization: usize,
        /// The sampler.
        sampler: SamplerName,
    },
    /// [`Study::Boundary`] at the load of this index.
    Boundary {
        /// Sites N.
        sites: usize,
        /// Index of the load.
        load: usize,
    },
}

impl Experiment for ThermalPhases {
    const NAME: &'static str = "thermal_phases";
    const FORMAT: u32 = 2;
    type Settings = Settings;
    type Cell = Cell;
    type Record = Record;

    fn cells(&self, settings: &Settings) -> Vec<Cell> {
        let (map, kernels) = (&settings.map, [KernelName::Lse, KernelName::Lsr]);
        let mut cells = Vec::new();
        for kernel in kernels {
            for load in 0..map.loads.0 {
                cells.extend((0..map.realizations).map(|realization| Cell::Map {
                    load,
                    realization,
                    kernel,
                }));
            }
            cells.extend((0..settings.figure_2).map(|realization| Cell::Figure2 { realization, kernel }));
            let long = 0..settings.long.realizations;
            cells.extend(long.map(|realization| Cell::Long { realization, kernel }));
        }
        cells.extend((0..settings.kinetic.realizations).map(|realization| Cell::Kinetic { realization }));
        for sampler in [SamplerName::Full, SamplerName::Cone] {
            cells.extend((0..settings.small).map(|realization| Cell::Small { realization, sampler }));
            let wide = if sampler == SamplerName::Full { settings.wide_full } else { settings.wide };
            cells.extend((0..wide).map(|realization| Cell::Wide { realization, sampler }));
        }
        for &sites in &settings.boundary.sites {
            cells.extend((0..plan::BOUNDARY_LOADS.len()).map(|load| Cell::Boundary { sites, load }));
        }
        cells
    }

    fn compute(&self, settings: &Settings, cell: &Cell, streams: Streams) -> Result<Record, Error> {
        measure::measure(settings, cell, streams)
    }

    /// Both kernels see the same patterns.
    fn family(&self, cell: &Cell) -> Cell {
        let lse = KernelName::Lse;
        match *cell {
            Cell::Map { load, realization, .. } => Cell::Map { load, realization, kernel: lse },
            Cell::Figure2 { realization, .. } => Cell::Figure2 { realization, kernel: lse },
            Cell::Long { realization, .. } => Cell::Long { realization, kernel: lse },
            _ => cell.clone(),
        }
    }

    fn report(&self, settings: &Settings, records: &Records<Self>, _: Streams) -> Result<Report, Error> {
        report::report(settings, records)
    }

    fn check(&self, settings: &Settings) -> Result<(), Error> {
        settings.check()
    }

    fn cost(&self, settings: &Settings, cell: &Cell) -> f64 {
        measure::cost(settings, cell)
    }
}
