//! The folder of a run.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::address::{digest, json};
use super::{Experiment, Records};
use crate::{Error, output};

/// Finished cells in a folder. Each is a file of its own, written under another name first: what is there is whole, or
/// its checksum says that it is not.
pub struct Store<E: Experiment> {
    folder: PathBuf,
    head: Head<E::Settings>,
    /// Whether cells of other runs may be overwritten.
    force: bool,
}

// A derived one would ask the experiment itself for it.
impl<E: Experiment> Debug for Store<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("folder", &self.folder).field("head", &self.head).finish()
    }
}

/// What all cells of a run have in common, and what they are refused by.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Head<S> {
    experiment: String,
    format: u32,
    version: String,
    arithmetic: u32,
    seed: u64,
    settings: S,
}

#[derive(Serialize, Deserialize)]
struct Entry<H, C, R> {
    head: H,
    level: String,
    cell: C,
    record: R,
}

/// An entry that was read back.
type Whole<E> = Entry<Head<<E as Experiment>::Settings>, <E as Experiment>::Cell, <E as Experiment>::Record>;

/// What a store holds of the cells asked for.
pub(super) struct Found<E: Experiment> {
    pub(super) records: Records<E>,
    /// Files that are not whole, or not what they say; their cells count as missing.
    pub(super) damaged: Vec<PathBuf>,
    /// The levels of vector instructions the cells were computed with.
    pub(super) levels: Vec<String>,
}

/// Counts the changes of random draws and of last bits in the crates below, within one version: cells from before and
/// after such a change are not mixed.
const ARITHMETIC: u32 = 2;

/// What to do about a folder of results that holds another run.
const ELSEWHERE: &str = "; give another folder by --out, or empty this one by --force";
/// And about a part of a run.
const PARTS: &str = "; the parts of a run are made by one version with the same options";

const PREFIX: &str = "{\"checksum\":\"";
const MIDDLE: &str = "\",\"entry\":";

impl<E: Experiment> Store<E> {
    /// The store of a run in `folder`, made if there is none. With `force` a store of another run is emptied: its cells
    /// and what its report has written are removed, and nothing else.
    ///
    /// # Errors
    /// [`Error::Foreign`] if the folder holds another run: another experiment, format, version, arithmetic, seed or settings;
    /// [`Error::Output`] if it cannot be read or written.
    pub fn open(folder: &Path, seed: u64, settings: E::Settings, force: bool) -> Result<Self, Error> {
        let head = Head {
            experiment: E::NAME.into(),
            format: E::FORMAT,
            version: env!("CARGO_PKG_VERSION").into(),
            arithmetic: ARITHMETIC,
            seed,
            settings,
        };
        let store = Self { folder: folder.to_owned(), head, force };
        let path = folder.join("run.json");
        match store.compare(&path, ELSEWHERE) {
            Ok(true) => return Ok(store),
            Ok(false) => match store.first_cell() {
                Err(Error::Foreign { .. }) if force => {}
                found => found?,
            },
            Err(Error::Foreign { .. }) if force => store.empty()?,
            Err(e) => return Err(e),
        }
        let cells = store.cells();
        fs::create_dir_all(&cells).map_err(|e| Error::output(&cells, &e))?;
        let text = json(&store.head).map_err(|e| Error::output(&path, &e))?;
        output::write(&path, &text)?;
        Ok(store)
    }

    /// Whether the file holds the head of this run; `false` if there is none, or one that cannot be read: every cell has
    /// its own.
    fn compare(&self, path: &Path, advice: &'static str) -> Result<bool, Error> {
        let text = match fs::read(path) {
            Ok(bytes) => String::from_utf8(bytes).unwrap_or_default(),
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(false),
            Err(e) => return Err(Error::output(path, &e)),
        };
        let expected = json(&self.head).map_err(|e| Error::output(path, &e))?;
        if text.trim_end() == expected {
            return Ok(true);
        }
        let expected = serde_json::from_str(&expected).unwrap_or_default();
        match serde_json::from_str::<Value>(&text) {
            Ok(found @ Value::Object(_)) => Err(foreign(path, &expected, &found, advice)),
            _ => Ok(false),
        }
    }

    /// Whether a cell that is here belongs to this run, where nothing else says what the folder holds: with a new head the
    /// run that it belongs to could not be gone on with.
    fn first_cell(&self) -> Result<(), Error> {
        let expected = self.head()?;
        let files = fs::read_dir(self.cells()).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut paths: Vec<PathBuf> =
            files.filter(|path| path.extension().is_some_and(|of| of == "json")).collect();
        paths.sort();
        let head = |path: &PathBuf| {
            let text = fs::read_to_string(path).ok()?;
            let entry: Entry<Head<Value>, Value, Value> = serde_json::from_str(sealed(&text)?).ok()?;
            serde_json::to_value(entry.head).ok()
        };
        match paths.iter().find_map(|path| head(path).map(|found| (path, found))) {
            Some((path, found)) if found != expected => Err(foreign(path, &expected, &found, ELSEWHERE)),
            _ => Ok(()),
        }
    }

    /// Removes the files of a run; those of the report first, so that it never stands beside another run.
    fn empty(&self) -> Result<(), Error> {
        let summary = fs::read_to_string(self.folder.join("summary.json")).unwrap_or_default();
        let summary: Value = serde_json::from_str(&summary).unwrap_or_default();
        let written = summary["files"].as_array().into_iter().flatten().filter_map(Value::as_str);
        // Plain names only: the list is a file that anyone could have changed.
        let written = written.filter(|name| Path::new(name).file_name() == Some(name.as_ref()));
        for name in written.chain(["report.html", "cells.jsonl", "summary.json"]) {
            output::remove(&self.folder.join(name))?;
        }
        let ours = |path: &Path| path.extension().is_some_and(|of| of == "json" || of == "tmp");
        for file in fs::read_dir(self.cells()).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if ours(&file) {
                fs::remove_file(&file).map_err(|e| Error::output(&file, &e))?;
            }
        }
        Ok(())
    }

    fn cells(&self) -> PathBuf {
        self.folder.join("cells")
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The settings of the run.
    #[must_use]
    pub fn settings(&self) -> &E::Settings {
        &self.head.settings
    }

    /// The seed of the run.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.head.seed
    }

    /// What the run is: experiment, format, version, arithmetic, seed and settings.
    ///
    /// # Errors
    /// [`Error::Output`] if the settings cannot be written as JSON.
    pub(super) fn head(&self) -> Result<Value, Error> {
        serde_json::to_value(&self.head).map_err(|e| Error::output(&self.folder, &e))
    }

    fn path(&self, cell_json: &str) -> PathBuf {
        self.cells().join(format!("{:016x}.json", digest(cell_json)))
    }

    fn line(&self, cell: &E::Cell, level: &str, record: &E::Record) -> Result<String, String> {
        let entry = json(&Entry { head: &self.head, level: level.into(), cell, record })?;
        Ok(format!("{PREFIX}{:016x}{MIDDLE}{entry}}}\n", digest(&entry)))
    }

    /// Keeps a finished cell.
    ///
    /// # Errors
    /// [`Error::Output`] if it cannot be written, or holds a number that JSON has not.
    pub(super) fn keep(&self, cell: &E::Cell, level: &str, record: &E::Record) -> Result<(), Error> {
        let path = self.path(&json(cell).map_err(|e| Error::output(&self.cells(), &e))?);
        let text = self.line(cell, level, record).map_err(|e| Error::output(&path, &e))?;
        // A NaN is written as null; that, or a field that is not written, would be found damaged by every later run.
        if self.read(&text, cell).is_none() {
            let expected =
                "expected a record of finite numbers and a cell that is the same after JSON, found others";
            return Err(Error::output(&path, &expected));
        }
        output::write(&path, &text)
    }

    /// A line of this run and cell as it was written, or `None` if it is damaged or another's.
    fn read(&self, text: &str, cell: &E::Cell) -> Option<Whole<E>> {
        let entry: Whole<E> = serde_json::from_str(sealed(text)?).ok()?;
        (entry.cell == *cell && entry.head == self.head).then_some(entry)
    }

    /// What there is of `cells`.
    ///
    /// # Errors
    /// [`Error::Foreign`] for a cell of another run; [`Error::Output`] if files cannot be read.
    pub(super) fn find(&self, cells: &[E::Cell]) -> Result<Found<E>, Error> {
        let mut found = Found { records: BTreeMap::new(), damaged: Vec::new(), levels: Vec::new() };
        for cell in cells {
            let key = json(cell).map_err(|e| Error::output(&self.cells(), &e))?;
            let path = self.path(&key);
            let text = match fs::read(&path) {
                Ok(bytes) => String::from_utf8(bytes).unwrap_or_default(),
                Err(e) if e.kind() == ErrorKind::NotFound => continue,
                Err(e) => return Err(Error::output(&path, &e)),
            };
            if let Some(entry) = self.read(&text, cell) {
                if !found.levels.contains(&entry.level) {
                    found.levels.push(entry.level);
                }
                found.records.insert(entry.cell, entry.record);
                continue;
            }
            let other = sealed(&text).and_then(|entry| serde_json::from_str::<Whole<E>>(entry).ok());
            match other.filter(|entry| entry.head != self.head && !self.force) {
                Some(entry) => {
                    let of = |head| serde_json::to_value(head).unwrap_or_default();
                    return Err(foreign(&path, &of(&self.head), &of(&entry.head), ELSEWHERE));
                }
                None => found.damaged.push(path),
            }
        }
        Ok(found)
    }

    /// Takes over the finished cells of the same run in other folders, and returns which files there are damaged.
    ///
    /// # Errors
    /// [`Error::Foreign`] if a folder holds another run; [`Error::Output`] if one holds none, or files cannot be read or
    /// written.
    pub(super) fn merge(&self, folders: &[PathBuf], cells: &[E::Cell]) -> Result<Vec<PathBuf>, Error> {
        let mut damaged = Vec::new();
        for folder in folders {
            let path = folder.join("run.json");
            if !self.compare(&path, PARTS)? {
                return Err(Error::output(
                    &path,
                    &"expected what a run is, found no such file or a damaged one",
                ));
            }
            for cell in cells {
                let key = json(cell).map_err(|e| Error::output(folder, &e))?;
                let (ours, name) = (self.path(&key), format!("{:016x}.json", digest(&key)));
                let path = folder.join("cells").join(name);
                let text = match fs::read(&path) {
                    Ok(bytes) => String::from_utf8(bytes).unwrap_or_default(),
                    Err(e) if e.kind() == ErrorKind::NotFound => continue,
                    Err(e) => return Err(Error::output(&path, &e)),
                };
                if self.read(&text, cell).is_none() {
                    damaged.push(path);
                } else if !fs::read_to_string(&ours).is_ok_and(|text| self.read(&text, cell).is_some()) {
                    output::write(&ours, &text)?;
                }
            }
        }
        Ok(damaged)
    }

    /// All cells in order, one line each, in one file.
    ///
    /// # Errors
    /// [`Error::Output`] if files cannot be read or written.
    pub(super) fn join(&self, cells: &[E::Cell]) -> Result<(), Error> {
        let mut all = String::new();
        for cell in cells {
            let path = self.path(&json(cell).map_err(|e| Error::output(&self.cells(), &e))?);
            all += &fs::read_to_string(&path).map_err(|e| Error::output(&path, &e))?;
        }
        output::write(&self.folder.join("cells.jsonl"), &all)?;
        // What killed processes have left.
        for entry in fs::read_dir(self.cells()).into_iter().flatten().flatten() {
            if entry.path().extension().is_some_and(|extension| extension == "tmp") {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }
}

/// What a line holds, if it is as it was written.
fn sealed(text: &str) -> Option<&str> {
    let rest = text.strip_prefix(PREFIX)?;
    let (checksum, rest) = rest.split_at_checked(16)?;
    let entry = rest.strip_prefix(MIDDLE)?.strip_suffix("}\n")?;
    // As text: another spelling of the same number would be other bytes than those of an undisturbed run.
    (checksum == format!("{:016x}", digest(entry))).then_some(entry)
}

/// Says where two heads differ first.
fn foreign(path: &Path, expected: &Value, found: &Value, advice: &'static str) -> Error {
    let (mut place, mut expected, mut found) = (String::new(), expected, found);
    loop {
        let next = match (expected, found) {
            (Value::Object(a), Value::Object(b)) => {
                let mut keys = a.keys().chain(b.keys());
                keys.find(|&key| a.get(key) != b.get(key))
                    .map(|key| (format!(".{key}"), &expected[key], &found[key]))
            }
            (Value::Array(a), Value::Array(b)) => {
                let unlike = (0..a.len().min(b.len())).find(|&k| a[k] != b[k]);
                unlike.map(|k| (format!("[{k}]"), &a[k], &b[k]))
            }
            _ => None,
        };
        let Some((step, a, b)) = next else { break };
        place += &step;
        (expected, found) = (a, b);
    }
    let place = place.trim_start_matches('.');
    let show =
        |value: &Value| format!("{place} = {}", value.to_string().chars().take(200).collect::<String>());
    Error::Foreign { path: path.to_owned(), expected: show(expected), found: show(found), advice }
}
