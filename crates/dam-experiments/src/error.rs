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
    #[error("figure \"{title}\": {message}")]
    Figure {
        /// Its title.
        title: String,
        /// What was expected and found.
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
