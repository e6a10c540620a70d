//! Patterns and states in NumPy's `.npy` files.
//!
//! Which axis counts the sites is always stated: [`Axes::SitesByPatterns`] is the N × M matrix Ξ whose columns
//! are patterns, [`Axes::PatternsBySites`] its transpose, one pattern per row.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use nalgebra::{DMatrix, DVector};
use npyz::WriterBuilder;

use crate::space::{Hypercube, IntoState, Spins, StateSpace};
use crate::{Error, Real};

/// The meaning of the two axes of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axes {
    /// N × M: patterns are columns.
    SitesByPatterns,
    /// M × N: patterns are rows.
    PatternsBySites,
}

impl Axes {
    fn shape(self, sites: usize, patterns: usize) -> (usize, usize) {
        match self {
            Self::SitesByPatterns => (sites, patterns),
            Self::PatternsBySites => (patterns, sites),
        }
    }
}

/// Reads `patterns` vectors of `sites` numbers, as an N × M matrix whose columns are patterns. f32 and f64
/// files are read into either scalar; C and Fortran order both.
///
/// # Errors
/// [`Error::NpyShape`] if the file has another shape, [`Error::NpyType`] for other elements,
/// [`Error::NotFinite`] for NaN or infinities, [`Error::NpyTruncated`] for a file that ends early or late,
/// [`Error::Io`].
pub fn read<T: Real>(
    path: impl AsRef<Path>,
    sites: usize,
    patterns: usize,
    axes: Axes,
) -> Result<DMatrix<T>, Error> {
    let array = Array::open(path.as_ref(), axes.shape(sites, patterns), "f4 or f8")?;
    let values: Vec<f64> = match array.type_name.as_str() {
        "f4" => array.elements::<f32>()?.into_iter().map(f64::from).collect(),
        "f8" => array.elements()?,
        _ => return Err(array.wrong_type()),
    };
    let matrix = array.arrange(values, axes, sites, patterns);
    let narrow = matrix.map(T::narrow);
    // After narrowing: a finite f64 may be infinite in f32.
    if let Some(k) = narrow.iter().position(|x| !x.widen().is_finite()) {
        return Err(Error::NotFinite { site: k % sites, value: matrix[k] });
    }
    Ok(narrow)
}

/// Reads `patterns` states of ±1 from an array of i8.
///
/// # Errors
/// As [`read`]; [`Error::NotASpin`] for any number but +1 and −1.
pub fn read_spins(
    path: impl AsRef<Path>,
    sites: usize,
    patterns: usize,
    axes: Axes,
) -> Result<Vec<Spins>, Error> {
    let space = Hypercube::new(sites)?;
    let array = Array::open(path.as_ref(), axes.shape(sites, patterns), "i1")?;
    if array.type_name != "i1" {
        return Err(array.wrong_type());
    }
    let values = array.elements::<i8>()?;
    let matrix = array.arrange(values, axes, sites, patterns);
    matrix.column_iter().map(|column| column.into_state(&space)).collect()
}

/// Writes M states of a vector space, N numbers each, in the scalar they have, as an array of the shape that `axes` says.
///
/// # Errors
/// [`Error::NoPatterns`] for no states; [`Error::Dimension`] if they differ in length; [`Error::NotFinite`] for NaN or an
/// infinity; [`Error::Io`] if the file cannot be written.
pub fn write<T: Real + npyz::AutoSerialize>(
    path: impl AsRef<Path>,
    states: &[DVector<T>],
    axes: Axes,
) -> Result<(), Error> {
    let sites = states.first().ok_or(Error::NoPatterns)?.len();
    for x in states {
        if x.len() != sites {
            return Err(Error::Dimension { what: "state", expected: sites, found: x.len() });
        }
        if let Some(site) = x.iter().position(|a| !a.widen().is_finite()) {
            return Err(Error::NotFinite { site, value: x[site].widen() });
        }
    }
    write_array(path.as_ref(), sites, states.len(), axes, |mu, i| states[mu][i])
}

/// Writes M states of the hypercube as +1 and −1 in i8, as an array of the shape that `axes` says.
///
/// # Errors
/// As [`write()`], but for numbers that are not finite, of which spins have none.
pub fn write_spins(path: impl AsRef<Path>, states: &[Spins], axes: Axes) -> Result<(), Error> {
    let space = Hypercube::new(states.first().ok_or(Error::NoPatterns)?.len())?;
    states.iter().try_for_each(|x| space.check("state", x))?;
    write_array(path.as_ref(), space.sites(), states.len(), axes, |mu, i| states[mu].get(i))
}

/// Writes to a temporary neighbour first, so that a full disk or a crash leaves no half file under the name.
fn write_array<T: npyz::AutoSerialize>(
    path: &Path,
    sites: usize,
    patterns: usize,
    axes: Axes,
    element: impl Fn(usize, usize) -> T,
) -> Result<(), Error> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let result = (|| {
        let mut file = BufWriter::new(File::create(&temporary)?);
        let (rows, columns) = axes.shape(sites, patterns);
        let shape = [rows as u64, columns as u64];
        let mut writer =
            npyz::WriteOptions::new().default_dtype().shape(&shape).writer(&mut file).begin_nd()?;
        for row in 0..rows {
            for column in 0..columns {
                writer.push(&match axes {
                    Axes::SitesByPatterns => element(column, row),
                    Axes::PatternsBySites => element(row, column),
                })?;
            }
        }
        writer.finish()?;
        file.flush()?;
        file.get_ref().sync_all()?;
        std::fs::rename(&temporary, path)
    })();
    result.map_err(|e| {
        let _ = std::fs::remove_file(&temporary);
        Error::io(path, &e)
    })
}

/// All that comes before the elements, as far as it is there: a damaged length may promise more than any memory holds.
/// `None` if it ends early; what is of another format is left to the reader of headers.
fn head(file: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut head = Vec::new();
    file.by_ref().take(8).read_to_end(&mut head)?;
    // Magic number and version, then the length of the header in two bytes, from version 2 on in four.
    let width = match head.get(6) {
        Some(1) if head.starts_with(b"\x93NUMPY") => 2,
        Some(2 | 3) if head.starts_with(b"\x93NUMPY") => 4,
        _ => return Ok(Some(head)),
    };
    file.by_ref().take(width).read_to_end(&mut head)?;
    let length = head.iter().skip(8).rev().fold(0, |length, &byte| length << 8 | u64::from(byte));
    let read = file.take(length).read_to_end(&mut head)?;
    Ok((read as u64 == length).then_some(head))
}

/// Whether the numbers of a header, of which only the axes have any, multiply to a number of elements. The reader of headers
/// multiplies them unchecked, zeros first or last.
fn countable(header: &[u8]) -> bool {
    header
        .split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
        .filter(|word| word.first().is_some_and(u8::is_ascii_digit))
        .map(|number| std::str::from_utf8(number).ok()?.parse::<u64>().ok())
        .try_fold(1_u64, |all, number| all.checked_mul(number?.max(1)))
        .is_some()
}

/// A file whose header has been read and agrees with the stated shape.
struct Array<'a> {
    path: &'a Path,
    header: npyz::NpyHeader,
    type_name: String,
    wanted: &'static str,
    data: Vec<u8>,
}

impl<'a> Array<'a> {
    fn open(path: &'a Path, expected: (usize, usize), wanted: &'static str) -> Result<Self, Error> {
        let io = |e: io::Error| Error::io(path, &e);
        let mut file = BufReader::new(File::open(path).map_err(io)?);
        let truncated = || Error::NpyTruncated {
            path: path.to_owned(),
            expected: expected.0.saturating_mul(expected.1),
            found: 0,
        };
        let head = head(&mut file).map_err(io)?.ok_or_else(truncated)?;
        // The header of a plain array has two; the time to read unclosed ones grows exponentially with their number.
        let brackets = head.iter().skip(12).filter(|byte| b"([{".contains(byte)).count();
        if brackets > 8 {
            let message = format!("expected the header of a plain array, found {brackets} opening brackets");
            return Err(io(io::Error::new(io::ErrorKind::InvalidData, message)));
        }
        if !countable(head.get(10..).unwrap_or_default()) {
            let message = "expected a shape of fewer than 2^64 elements, in decimal numbers";
            return Err(io(io::Error::new(io::ErrorKind::InvalidData, message)));
        }
        let header = npyz::NpyHeader::from_reader(&head[..]).map_err(|e| match e.kind() {
            io::ErrorKind::UnexpectedEof => truncated(),
            _ => io(e),
        })?;
        let found = header.shape().to_vec();
        if found != [expected.0 as u64, expected.1 as u64] {
            return Err(Error::NpyShape { path: path.to_owned(), expected, found });
        }
        let dtype = header.dtype().descr();
        let type_name = dtype.trim_matches(['\'', '<', '>', '|', '=']).to_owned();
        let mut data = Vec::new();
        file.read_to_end(&mut data).map_err(io)?;
        Ok(Self { path, header, type_name, wanted, data })
    }

    fn wrong_type(&self) -> Error {
        let found = self.header.dtype().descr();
        Error::NpyType { path: self.path.to_owned(), expected: self.wanted, found }
    }

    fn elements<T: npyz::Deserialize>(&self) -> Result<Vec<T>, Error> {
        // A header may promise more than any memory holds.
        let promised = self.header.shape().iter().try_fold(1_u64, |all, &axis| all.checked_mul(axis));
        let expected = promised.and_then(|all| usize::try_from(all).ok()).unwrap_or(usize::MAX);
        if expected.checked_mul(size_of::<T>()) != Some(self.data.len()) {
            let (whole, rest) = (self.data.len() / size_of::<T>(), self.data.len() % size_of::<T>());
            // A fraction of an element counts as one where the file is too long, as none where it is too short.
            let found = if whole >= expected && rest > 0 { whole + 1 } else { whole };
            return Err(Error::NpyTruncated { path: self.path.to_owned(), expected, found });
        }
        let reader = npyz::NpyFile::with_header(self.header.clone(), &self.data[..]);
        reader.into_vec().map_err(|e| Error::io(self.path, &e))
    }

    /// From file order to an N × M matrix.
    fn arrange<T: nalgebra::Scalar>(
        &self,
        values: Vec<T>,
        axes: Axes,
        sites: usize,
        patterns: usize,
    ) -> DMatrix<T> {
        let columns_first = match (self.header.order(), axes) {
            (npyz::Order::Fortran, Axes::SitesByPatterns) | (npyz::Order::C, Axes::PatternsBySites) => true,
            (npyz::Order::C, Axes::SitesByPatterns) | (npyz::Order::Fortran, Axes::PatternsBySites) => false,
        };
        if columns_first {
            DMatrix::from_vec(sites, patterns, values)
        } else {
            DMatrix::from_vec(patterns, sites, values).transpose()
        }
    }
}
