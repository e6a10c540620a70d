//! Files: written under a temporary name first, so that what is there is whole.

use std::path::{Path, PathBuf};

use crate::Error;

/// Creates the folder of `path` and a temporary file in it, so that a long run does not end at a full or
/// read-only disk.
///
/// # Errors
/// [`Error::Output`] if that is not possible.
pub fn prepare(path: &Path) -> Result<(), Error> {
    let temporary = temporary(path);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| Error::output(folder, &e))?;
    }
    std::fs::File::create(&temporary).map_err(|e| Error::output(&temporary, &e))?;
    Ok(())
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    name.into()
}

/// Writes a text or other bytes.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<(), Error> {
    prepare(path)?;
    let temporary = temporary(path);
    std::fs::write(&temporary, content).map_err(|e| Error::output(path, &e))?;
    std::fs::rename(&temporary, path).map_err(|e| Error::output(path, &e))
}

/// Writes a table.
pub(crate) fn write_csv(
    path: &Path,
    header: &[&str],
    lines: impl IntoIterator<Item = Vec<String>>,
) -> Result<(), Error> {
    prepare(path)?;
    let temporary = temporary(path);
    let failed = |e: &dyn std::fmt::Display| Error::output(path, e);
    let mut csv = csv::Writer::from_path(&temporary).map_err(|e| failed(&e))?;
    csv.write_record(header).map_err(|e| failed(&e))?;
    for line in lines {
        csv.write_record(line).map_err(|e| failed(&e))?;
    }
    csv.flush().map_err(|e| failed(&e))?;
    std::fs::rename(&temporary, path).map_err(|e| failed(&e))
}
