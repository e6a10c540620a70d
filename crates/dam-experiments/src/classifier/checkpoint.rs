//! Training that outlives its process.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use dam_core::learning::Gradient;
use dam_core::nalgebra::DVector;
use dam_core::npy::{self, Axes};
use dam_core::{DensePatterns, Euclidean, PatternStore, Streams};
use serde::{Deserialize, Serialize};

use super::{Epoch, Evaluation, Trainer, Training};
use crate::{Error, output};

/// `training.json`: what is trained, how far, and which file holds the numbers.
#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    /// Whose images; two runs on unlike images must not continue each other.
    images: String,
    streams: Streams,
    training: Training,
    sites: usize,
    history: Vec<Epoch>,
    evaluations: Vec<Evaluation>,
    /// NumPy array of 2K rows: memories, then velocities.
    numbers: String,
    sha256: String,
}

const FORMAT: &str = "dam classifier 1";

impl Trainer {
    /// Writes all that training needs to go on into `folder`: `training.json`, and beside it a NumPy file, K memories and K
    /// velocities as rows. What was there before is replaced once the new files are whole.
    ///
    /// `images` names the images, for instance by their checksum.
    ///
    /// # Errors
    /// [`Error::Output`], and [`dam_core::Error::Io`] for the numbers.
    pub fn save(&self, folder: &Path, images: &str) -> Result<(), Error> {
        let numbers = numbers_of(self.history.len());
        fs::create_dir_all(folder).map_err(|e| Error::output(folder, &e))?;
        let mut rows: Vec<DVector<f32>> = Vec::with_capacity(2 * self.memories.len());
        for mu in 0..self.memories.len() {
            rows.push(self.memories.pattern(mu)?);
        }
        for mu in 0..self.memories.len() {
            rows.push(self.velocity.pattern(mu)?);
        }
        let path = folder.join("training.json");
        npy::write(folder.join(&numbers), &rows, Axes::PatternsBySites)?;
        let head = Head {
            format: FORMAT.into(),
            images: images.into(),
            streams: self.streams,
            training: self.training.clone(),
            sites: rows[0].len(),
            history: self.history.clone(),
            evaluations: self.evaluations.clone(),
            sha256: digest(&rows, &self.history, &self.evaluations).map_err(|e| Error::output(&path, &e))?,
            numbers: numbers.clone(),
        };
        let text = serde_json::to_string_pretty(&head).map_err(|e| Error::output(&path, &e))?;
        output::write(&path, text + "\n")?;
        // Numbers of earlier epochs, which nothing names any more.
        let entries = fs::read_dir(folder).map_err(|e| Error::output(folder, &e))?;
        for entry in entries.flatten() {
            if epoch_of(&entry.file_name().to_string_lossy()).is_some_and(|epoch| epoch < self.history.len())
            {
                fs::remove_file(entry.path()).map_err(|e| Error::output(&entry.path(), &e))?;
            }
        }
        Ok(())
    }

    /// Training as it was saved in `folder`, to go on to the same bits; `None` if nothing was saved there.
    ///
    /// # Errors
    /// [`Error::Foreign`] for other images, settings or another seed; [`Error::Damaged`] for files that are not what was
    /// written; [`Error::Input`] and [`dam_core::Error`] for what cannot be read.
    pub fn resume(
        folder: &Path,
        images: &str,
        training: &Training,
        streams: Streams,
    ) -> Result<Option<Self>, Error> {
        let path = folder.join("training.json");
        let text = match fs::read_to_string(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Error::Input { path, message: e.to_string() }),
            Ok(text) => text,
        };
        let damaged = |message: String| Error::Damaged { path: path.clone(), message };
        let head: Head = serde_json::from_str(&text).map_err(|e| damaged(e.to_string()))?;
        let foreign = |expected: String, found: String| Error::Foreign {
            path: path.clone(),
            expected,
            found,
            advice: "; another --out begins anew",
        };
        if head.format != FORMAT {
            return Err(foreign(FORMAT.into(), head.format));
        }
        if head.images != images {
            return Err(foreign(format!("of the images {images}"), format!("of {}", head.images)));
        }
        if (&head.training, head.streams) != (training, streams) {
            let of = |training: &Training, streams| format!("{training:?} with {streams:?}");
            return Err(foreign(of(training, streams), of(&head.training, head.streams)));
        }
        if head.numbers != numbers_of(head.history.len()) {
            return Err(damaged(format!("the numbers in {}", head.numbers)));
        }
        let (count, sites) = (training.memories, head.sites);
        let rows = npy::read::<f32>(folder.join(&head.numbers), sites, 2 * count, Axes::PatternsBySites)?;
        let rows: Vec<DVector<f32>> = rows.column_iter().map(Into::into).collect();
        let sum = digest(&rows, &head.history, &head.evaluations).map_err(|e| damaged(e.to_string()))?;
        if sum != head.sha256 {
            return Err(damaged(format!("another checksum than that of {}", head.numbers)));
        }
        let memories = DensePatterns::new(Euclidean::new(sites)?, rows[..count].iter().cloned().map(Ok))?;
        let velocity = Gradient::from_patterns(rows[count..].iter())?;
        let (history, evaluations) = (head.history, head.evaluations);
        Self::continued(head.training, streams, memories, Some(velocity), history, evaluations).map(Some)
    }
}

/// The file of the numbers after so many epochs.
fn numbers_of(epochs: usize) -> String {
    format!("memories-{epochs:06}.npy")
}

/// The epochs of a file of numbers; `None` of any other file.
fn epoch_of(name: &str) -> Option<usize> {
    let epochs = name.strip_prefix("memories-")?.strip_suffix(".npy")?.parse().ok()?;
    (name == numbers_of(epochs)).then_some(epochs)
}

/// Over the numbers and over what was told of earlier epochs; all else is compared with what is asked for.
fn digest(
    rows: &[DVector<f32>],
    history: &[Epoch],
    evaluations: &[Evaluation],
) -> Result<String, serde_json::Error> {
    let rows = rows.iter().map(|row| row.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>());
    let told = serde_json::to_string(&(history, evaluations))?.into_bytes();
    Ok(output::sha256(rows.chain([told])))
}
