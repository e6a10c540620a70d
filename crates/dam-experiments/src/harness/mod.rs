//! One harness for all reproductions: a grid of independent cells, computed on all cores, that survives interruptions
//! and can be split over machines.
//!
//! ```text
//! DIR/run.json              what is computed: experiment, versions, seed, settings
//! DIR/cells/<address>.json  one finished cell each, with a checksum
//! DIR/cells.jsonl           all cells in order, once the last is finished
//! ```
//! and then the tables, figures and pages of [`report`](crate::report). [`execute`] is the whole of a program.
//!
//! A cell's random streams depend on the seed, the experiment and the cell alone. So a run gives the same bytes for any
//! number of threads, however often it was interrupted, and put together from any shards (on one level of vector
//! instructions, which is stored with each cell; [`Options::portable`] forces the common one).

mod address;
mod execute;
mod options;
mod run;
mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::Debug;

use dam_core::Streams;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use execute::{Reported, evaluate, execute};
pub(crate) use execute::{closing, say, unfinished};
pub use options::{Options, Preset, Shard};
pub use run::{Outcome, run};
pub use store::Store;

use crate::Error;
use crate::report::Report;

/// The records of a run by cell.
pub type Records<E> = BTreeMap<<E as Experiment>::Cell, <E as Experiment>::Record>;

/// What is to be computed: **implement this for a new experiment**.
///
/// A record must be a function of the settings, the cell and its streams, and of nothing else.
pub trait Experiment: Sync + Sized {
    /// Names the experiment in its files.
    const NAME: &'static str;
    /// Counts the changes of the meaning of cells, records or settings. Results of other formats are refused.
    const FORMAT: u32;
    /// What changes results, the same for all cells; never threads or paths.
    type Settings: Serialize + DeserializeOwned + PartialEq + Debug + Sync;
    /// The identity of a cell: parameters, disorder realization, chunk. Its JSON is its key and its stream's address, so
    /// floating-point parameters belong into it only if they are the same doubles every time.
    type Cell: Serialize + DeserializeOwned + Clone + Ord + Debug + Send + Sync;
    /// What a cell yields. JSON has no NaN: use `Option`.
    type Record: Serialize + DeserializeOwned + Debug + Send + Sync;

    /// All cells of a run.
    fn cells(&self, settings: &Self::Settings) -> Vec<Self::Cell>;

    /// Computes one cell.
    ///
    /// # Errors
    /// Whatever goes wrong; the run stops and keeps what is finished.
    fn compute(
        &self,
        settings: &Self::Settings,
        cell: &Self::Cell,
        streams: Streams,
    ) -> Result<Self::Record, Error>;

    /// The cell whose streams a cell draws from. Chunks of one disorder realization, and cells that are to be compared on
    /// the same disorder, name the same one here; by default it is the cell itself.
    fn family(&self, cell: &Self::Cell) -> Self::Cell {
        cell.clone()
    }

    /// What the records of a whole run say; a function of them and of streams for resampling, the same every time.
    ///
    /// # Errors
    /// Whatever goes wrong, such as statistics that do not exist.
    fn report(
        &self,
        settings: &Self::Settings,
        records: &Records<Self>,
        streams: Streams,
    ) -> Result<Report, Error>;

    /// Whether settings are legal; asked before anything is written.
    ///
    /// # Errors
    /// [`Error::Settings`].
    fn check(&self, settings: &Self::Settings) -> Result<(), Error> {
        let _ = settings;
        Ok(())
    }

    /// How long a cell takes, in any unit: dear ones go first.
    fn cost(&self, settings: &Self::Settings, cell: &Self::Cell) -> f64 {
        let _ = (settings, cell);
        1.0
    }
}
