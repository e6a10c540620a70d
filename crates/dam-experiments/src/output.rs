//! Files: written under a temporary name first, so that what is there is whole.

use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::Error;

/// Creates the folder of `path` and, for a moment, a file in it, so that a long run does not end at a read-only disk.
///
/// # Errors
/// [`Error::Output`] if that is not possible.
pub fn prepare(path: &Path) -> Result<(), Error> {
    let (_, temporary) = create(path)?;
    std::fs::remove_file(&temporary).map_err(|e| Error::output(&temporary, &e))
}

fn create(path: &Path) -> Result<(File, PathBuf), Error> {
    let temporary = temporary(path);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| Error::output(folder, &e))?;
    }
    let file = File::create(&temporary).map_err(|e| Error::output(&temporary, &e))?;
    Ok((file, temporary))
}

/// The name under which this process writes a file first. Several may write into one folder, and those of unlike
/// containers have the same number.
pub(crate) fn temporary(path: &Path) -> PathBuf {
    static TAG: OnceLock<u32> = OnceLock::new();
    let tag = TAG.get_or_init(|| RandomState::new().hash_one(0) as u32);
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}-{tag:08x}.tmp", std::process::id()));
    name.into()
}

/// Writes a file.
pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), Error> {
    let written = match written(path, bytes.as_ref())? {
        // Another process that has finished the same run has tidied up.
        Err(e) if e.kind() == ErrorKind::NotFound => self::written(path, bytes.as_ref())?,
        other => other,
    };
    written.map_err(|e| {
        let _ = std::fs::remove_file(temporary(path));
        Error::output(path, &e)
    })
}

fn written(path: &Path, bytes: &[u8]) -> Result<std::io::Result<()>, Error> {
    let (mut file, temporary) = create(path)?;
    Ok((|| {
        file.write_all(bytes)?;
        // Some file systems say only here that the disk is full.
        file.sync_all()?;
        std::fs::rename(&temporary, path)?;
        // The name, too, is to outlive a power cut; other systems cannot open folders.
        #[cfg(unix)]
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    })())
}

/// Removes a file, if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(Error::output(path, &e)),
        _ => Ok(()),
    }
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
