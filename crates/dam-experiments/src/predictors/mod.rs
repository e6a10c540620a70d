//! Which patterns of a cubic memory on the sphere will fail? Predictors of failure against what they cost, one pass
//! being one step of the synchronous map for one pattern.
//!
//! A pattern fails if the noiseless synchronous map, started at the pattern itself, ends with an overlap of 0.9 or
//! less. In the protocol of "basin isolation" (noisy trials, norm 0.3 sqrt(N)) all trials of a pattern end alike, and
//! this one run tells how.

mod figures;
mod measure;
mod one_pass;
mod plan;
mod predictor;
mod pruned;
mod report;
mod statistics;
#[cfg(test)]
mod tests;

use dam_core::Streams;
use serde::{Deserialize, Serialize};

pub use measure::{Record, Score};
pub use one_pass::{OnePassModel, OnePassSample, one_pass_features};
pub use plan::{Choices, Row, Settings, Study};
pub use predictor::Predictor;
pub use pruned::pruned_overlaps;

use crate::Error;
use crate::harness::{Experiment, Records};
use crate::report::Report;

/// The experiment.
#[derive(Clone, Copy, Debug)]
pub struct Predictors;

/// Some of the judged patterns of one realization.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cell {
    /// What is measured.
    pub study: Study,
    /// Sites N.
    pub n: usize,
    /// Patterns M.
    pub m: usize,
    /// Disorder realization; those of another study are others.
    pub realization: usize,
    /// Chunk of the judged patterns.
    pub chunk: usize,
}

impl Predictors {
    fn row<'a>(settings: &'a Settings, cell: &Cell) -> Option<&'a Row> {
        settings.rows(cell.study).iter().find(|row| (row.n, row.m) == (cell.n, cell.m))
    }
}

impl Experiment for Predictors {
    const NAME: &'static str = "reliability_predictors";
    const FORMAT: u32 = 1;
    type Settings = Settings;
    type Cell = Cell;
    type Record = Record;

    fn cells(&self, settings: &Settings) -> Vec<Cell> {
        let of_row = |study: Study, row: &Row| {
            let (n, m, chunks) = (row.n, row.m, row.judged.div_ceil(row.chunk));
            let all = (0..row.realizations).flat_map(move |r| (0..chunks).map(move |c| (r, c)));
            all.map(move |(realization, chunk)| Cell { study, n, m, realization, chunk })
        };
        let of_study = |study| settings.rows(study).iter().flat_map(move |row| of_row(study, row));
        Study::ALL.into_iter().flat_map(of_study).collect()
    }

    fn check(&self, settings: &Settings) -> Result<(), Error> {
        for row in Study::ALL.into_iter().flat_map(|study| settings.rows(study)) {
            let least = [row.n, row.m, row.realizations, row.judged, row.chunk];
            if least.contains(&0) || row.judged > row.m || row.directions.contains(&0) {
                let expected = "at least one of everything, and no more patterns judged than there are";
                return Err(Error::Settings { expected, found: format!("{row:?}") });
            }
        }
        Ok(())
    }

    fn compute(&self, settings: &Settings, cell: &Cell, streams: Streams) -> Result<Record, Error> {
        match Self::row(settings, cell) {
            Some(row) => measure::measure(cell.study, row, cell.chunk, streams),
            None => Err(Error::Settings { expected: "a cell of these settings", found: format!("{cell:?}") }),
        }
    }

    /// Chunks are of the same patterns.
    fn family(&self, cell: &Cell) -> Cell {
        Cell { chunk: 0, ..cell.clone() }
    }

    fn report(&self, settings: &Settings, records: &Records<Self>, _: Streams) -> Result<Report, Error> {
        report::report(settings, records)
    }

    fn cost(&self, settings: &Settings, cell: &Cell) -> f64 {
        let Some(row) = Self::row(settings, cell) else { return 0.0 };
        let patterns = row.part(cell.chunk).len();
        // In passes: a run to the end takes about a hundred, all predictors without random directions as much again.
        let passes = match cell.study {
            Study::Predictors => 200 + row.directions.iter().sum::<usize>() / 2,
            Study::Fitted | Study::HeldOut => 100,
        };
        (patterns * passes) as f64 * (row.n * row.m) as f64
    }
}
