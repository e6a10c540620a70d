//! "Can local energy geometry predict per-pattern retrieval reliability in dense associative memories?"
//! (Petrova): which stored patterns fail, and whether the basin isolation metric I_μ tells.
//!
//! The protocol is the paper's: cubic model on the sphere, L noisy trials per pattern (the paper: 100), failure where
//! fewer than half succeed; a pattern's trials are stopped once its label is decided, which changes no
//! label. The paper shows one disorder realization per row, here each row is repeated over several. Since all trials of
//! a pattern end alike, one run without noise gives its label too; where labels come from such runs, the report says so
//! and by how many noisy trials they were checked.

mod data;
mod figures;
mod measure;
mod paper;
mod plan;
mod report;
mod statistics;
mod table_1;
#[cfg(test)]
mod tests;

use dam_core::Streams;
use serde::{Deserialize, Serialize};

pub use measure::PatternRecord;
pub(crate) use measure::noiseless_ends;
pub use paper::{AVERAGE_PRECISION_200, COLUMNS, GAINS, INDEPENDENT, IndependentRow, PaperRow, TABLE_1};
pub(crate) use plan::size;
pub use plan::{Choices, Labels, Metric, Model, Precision, Row, Settings};

use crate::Error;
use crate::harness::{Experiment, Records};
use crate::report::Report;

/// The overlap with its pattern above which an end state counts as retrieved.
pub const RETRIEVED: f64 = 0.9;

/// σ of Table 1 at N = `n`, sqrt(2N)/3, a third of the typical distance of two patterns on the sphere of radius sqrt(N).
#[must_use]
pub fn paper_scale(n: usize) -> f64 {
    (2.0 * n as f64).sqrt() / 3.0
}

/// The 15 values of σ of Figure 3 at N = `n`, linear from 0.02 sqrt(2N) to 0.8 sqrt(2N); lengths, as [`paper_scale`].
#[must_use]
pub fn scales(n: usize) -> Vec<f64> {
    (0..15).map(|k| (0.02 + 0.78 * f64::from(k) / 14.0) * (2.0 * n as f64).sqrt()).collect()
}

/// The experiment.
#[derive(Clone, Copy, Debug)]
pub struct Isolation;

/// Some of the judged patterns of one realization.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cell {
    /// The model.
    pub model: Model,
    /// Sites N.
    pub n: usize,
    /// Patterns M.
    pub m: usize,
    /// Disorder realization.
    pub realization: usize,
    /// Chunk of the judged patterns.
    pub chunk: usize,
}

impl Isolation {
    fn row<'a>(settings: &'a Settings, cell: &Cell) -> Option<&'a Row> {
        settings.rows().find(|row| (row.model, row.n, row.m) == (cell.model, cell.n, cell.m))
    }
}

impl Experiment for Isolation {
    const NAME: &'static str = "basin_isolation";
    const FORMAT: u32 = 1;
    type Settings = Settings;
    type Cell = Cell;
    type Record = Vec<PatternRecord>;

    fn cells(&self, settings: &Settings) -> Vec<Cell> {
        let of_row = |row: &Row| {
            let (model, n, m) = (row.model, row.n, row.m);
            let chunks = row.judged.div_ceil(row.chunk);
            let all = (0..row.realizations).flat_map(move |r| (0..chunks).map(move |c| (r, c)));
            all.map(move |(realization, chunk)| Cell { model, n, m, realization, chunk })
        };
        settings.rows().flat_map(of_row).collect()
    }

    fn compute(
        &self,
        settings: &Settings,
        cell: &Cell,
        streams: Streams,
    ) -> Result<Vec<PatternRecord>, Error> {
        let Some(row) = Self::row(settings, cell) else {
            let (expected, found) = ("a cell of these settings", format!("{cell:?}"));
            return Err(Error::Settings { expected, found });
        };
        let (realization, chunk, directions) = (cell.realization, cell.chunk, settings.directions);
        let precision = if settings.table.contains(row) { settings.precision } else { Precision::F64 };
        measure::Part { row, realization, chunk, directions, streams }.measure(precision)
    }

    /// All models of one size and load see the same patterns.
    fn family(&self, cell: &Cell) -> Cell {
        Cell { model: Model::CUBIC, chunk: 0, ..cell.clone() }
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
        let Some(row) = Self::row(settings, cell) else { return 0.0 };
        let before = cell.chunk * row.chunk;
        let patterns = row.judged.saturating_sub(before).min(row.chunk);
        let noisy = if cell.realization < row.noisy {
            patterns
        } else {
            row.checked.saturating_sub(before).min(patterns)
        };
        let draws = match row.metric {
            Metric::None => 0,
            Metric::Paper { draws } | Metric::Scales { draws } => draws,
        };
        // In passes: a run takes about a hundred, half of the trials decide, directions are half a pass each.
        let passes = 100 * patterns + 50 * row.trials * noisy + patterns * draws * settings.directions / 2;
        passes as f64 * (row.n * row.m) as f64
    }
}
