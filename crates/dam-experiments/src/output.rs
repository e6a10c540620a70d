//! Files: written under a temporary name first, so that what is there is whole.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::Error;

/// Creates the folder of `path` and a temporary file in it, so that a long run does not end at a full or
/// read-only disk.
///
/// # Errors
/// [`Error::Output`] if that is not possible.
pub fn prepare(path: &Path) -> Result<(), Error> {
    create(path).map(drop)
}

fn create(path: &Path) -> Result<File, Error> {
    let temporary = temporary(path);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| Error::output(folder, &e))?;
    }
    File::create(&temporary).map_err(|e| Error::output(&temporary, &e))
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    // Several processes may write into one folder.
    name.push(format!(".{}.tmp", std::process::id()));
    name.into()
}

/// Writes a file.
pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), Error> {
    let mut file = create(path)?;
    let temporary = temporary(path);
    let failed = |e: std::io::Error| Error::output(path, &e);
    file.write_all(bytes.as_ref()).map_err(failed)?;
    // Some file systems say only here that the disk is full.
    file.sync_all().map_err(failed)?;
    std::fs::rename(&temporary, path).map_err(failed)?;
    // The name, too, is to outlive a power cut; other systems cannot open folders.
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    }
    Ok(())
}

/// The SHA-256 of some bytes, part after part, in hexadecimal digits.
pub(crate) fn sha256(parts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> String {
    let mut digest = Sha256::new();
    parts.into_iter().for_each(|part| digest.update(part));
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a table, its header first.
pub(crate) fn write_csv(path: &Path, lines: impl IntoIterator<Item = Vec<String>>) -> Result<(), Error> {
    let failed = |e: &dyn std::fmt::Display| Error::output(path, e);
    let mut csv = csv::Writer::from_writer(Vec::new());
    for line in lines {
        csv.write_record(line).map_err(|e| failed(&e))?;
    }
    write(path, csv.into_inner().map_err(|e| failed(&e))?)
}
