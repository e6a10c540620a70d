//! The one error type of the crate.

use std::path::PathBuf;

/// What can be wrong with the input of this crate; each message says what was expected and what was found.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A state, pattern or file does not have the number of sites of its space.
    #[error("{what}: expected {expected} sites, found {found}")]
    Dimension {
        /// What has the wrong size.
        what: &'static str,
        /// Sites of the space.
        expected: usize,
        /// Sites of the thing.
        found: usize,
    },
    /// A space with N = 0.
    #[error("a state space needs N >= 1 sites, found N = 0")]
    NoSites,
    /// A memory with M = 0.
    #[error("a memory needs at least one pattern, found M = 0")]
    NoPatterns,
    /// A pattern index past the end.
    #[error("pattern index: expected less than M = {len}, found {index}")]
    PatternIndex {
        /// The index asked for.
        index: usize,
        /// Stored patterns.
        len: usize,
    },
    /// NaN or an infinity in a state or pattern.
    #[error("site {site}: expected a finite number, found {value}")]
    NotFinite {
        /// The site it stands at.
        site: usize,
        /// What stands there.
        value: f64,
    },
    /// A spin that is neither +1 nor -1.
    #[error("site {site}: expected a spin, +1 or -1, found {value} (0 has no sign: decide it before)")]
    NotASpin {
        /// The site it stands at.
        site: usize,
        /// What stands there.
        value: f64,
    },
    /// A vector that does not lie on the sphere.
    #[error(
        "expected a vector of norm sqrt(N) = {expected}, found norm {found}; `Sphere::project` scales it"
    )]
    NotOnSphere {
        /// sqrt(N).
        expected: f64,
        /// The norm of the vector.
        found: f64,
    },
    /// A parameter outside its legal range.
    #[error("{name}: expected {expected}, found {found}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// Its legal range.
        expected: &'static str,
        /// The value given.
        found: f64,
    },
    /// A kernel whose value or slope is not a number at a legal overlap.
    #[error("kernel: expected finite {what} at overlap m = {m}, found {value}")]
    KernelNotFinite {
        /// F, F', ln F or its slope.
        what: &'static str,
        /// The overlap.
        m: f64,
        /// What the kernel returned.
        value: f64,
    },
    /// A kernel that takes negative values but asks to be summed through its logarithm.
    #[error(
        "kernel: expected F >= 0 since it is summed through ln F, found F = {value} at overlap m = {m}; \
         a kernel with negative values returns false from `Kernel::log_domain`"
    )]
    KernelNegative {
        /// The overlap.
        m: f64,
        /// F there.
        value: f64,
    },
    /// A kernel whose slope, logarithms, coefficients or integers are not those of its F.
    #[error("kernel: expected {what} to be {expected} at overlap m = {m}, found {found}")]
    KernelInconsistent {
        /// What disagrees, and where it comes from.
        what: &'static str,
        /// The overlap.
        m: f64,
        /// What follows from the kernel's own F, or its F', there.
        expected: f64,
        /// What the kernel gives.
        found: f64,
    },
    /// A sum or power beyond the range of its scalar.
    #[error("{what}: expected a finite {scalar}, found {value}{advice}")]
    Overflow {
        /// What leaves the range.
        what: &'static str,
        /// The scalar.
        scalar: &'static str,
        /// What was found.
        value: f64,
        /// What keeps it in range, if that is known.
        advice: &'static str,
    },
    /// A `.npy` file of another shape than was stated.
    #[error("{path}: expected an array of shape {expected:?}, found {found:?}")]
    NpyShape {
        /// The file.
        path: PathBuf,
        /// Rows and columns asked for.
        expected: (usize, usize),
        /// The shape in the file's header.
        found: Vec<u64>,
    },
    /// A `.npy` file of another element type than was asked for.
    #[error("{path}: expected elements of type {expected}, found {found}")]
    NpyType {
        /// The file.
        path: PathBuf,
        /// The types that can be read.
        expected: &'static str,
        /// The type in the file's header.
        found: String,
    },
    /// A file that ends early or has trailing bytes.
    #[error("{path}: expected {expected} elements, found {found}; the file is truncated or corrupt")]
    NpyTruncated {
        /// The file.
        path: PathBuf,
        /// Elements that the header promises.
        expected: usize,
        /// Elements that could be read.
        found: usize,
    },
    /// A file that cannot be opened, read or written.
    #[error("{path}: {message}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The kind of failure.
        kind: std::io::ErrorKind,
        /// What the system said.
        message: String,
    },
}

impl Error {
    pub(crate) fn io(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), kind: error.kind(), message: error.to_string() }
    }
}

/// `Ok` if `found` is finite and `legal`; the typed error otherwise.
pub(crate) fn parameter(
    name: &'static str,
    expected: &'static str,
    found: f64,
    legal: bool,
) -> Result<f64, Error> {
    if found.is_finite() && legal { Ok(found) } else { Err(Error::Parameter { name, expected, found }) }
}
