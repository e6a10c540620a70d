//! A run of which files were changed: it goes on to the same records and bytes, with what a second reading of its
//! files finds whole, or is refused for what that reading finds to be of another run. Nothing outside its folder is
//! touched, and nothing is left to be computed afterwards.

#![no_main]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use dam_core::rand::Rng;
use dam_core::{Purpose, Streams};
use dam_experiments::Error;
use dam_experiments::harness::{Experiment, Options, Outcome, Preset, Records, run};
use dam_experiments::report::Report;
use dam_fuzz::Splice;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

const CELLS: usize = 3;

#[derive(Default)]
struct Draws(AtomicUsize);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Settings {
    cells: usize,
    scale: f64,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Cell {
    Even { n: usize },
    Odd { n: usize, half: u8 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Record {
    mean: Option<f64>,
    words: Vec<u64>,
    name: String,
}

impl Experiment for Draws {
    const NAME: &'static str = "draws";
    const FORMAT: u32 = 1;
    type Settings = Settings;
    type Cell = Cell;
    type Record = Record;

    fn cells(&self, settings: &Settings) -> Vec<Cell> {
        let cell = |n: usize| match n % 2 {
            0 => Cell::Even { n },
            _ => Cell::Odd { n, half: 1 },
        };
        (0..settings.cells).map(cell).collect()
    }

    fn compute(&self, settings: &Settings, cell: &Cell, streams: Streams) -> Result<Record, Error> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let word = streams.rng(Purpose::Patterns, 0).next_u64();
        let mean = matches!(cell, Cell::Even { .. }).then_some(word as f64 * settings.scale);
        Ok(Record { mean, words: vec![word; 2], name: "\u{3be}\"".into() })
    }

    fn report(&self, _: &Settings, _: &Records<Self>, _: Streams) -> Result<Report, Error> {
        Ok(Report::new("Draws"))
    }
}

/// Runs everything that is missing, and counts it.
fn whole(out: &Path, merge: &[PathBuf], force: bool) -> Result<(Records<Draws>, usize), Error> {
    let options = Options {
        preset: Preset::Quick,
        seed: 5,
        realizations: None,
        threads: Some(1),
        out: Some(out.to_owned()),
        shard: None,
        merge: merge.to_vec(),
        force,
        quiet: true,
        portable: false,
    };
    let draws = Draws::default();
    match run(&draws, Settings { cells: CELLS, scale: 1e-19 / 3.0 }, &options)?.1 {
        Outcome::Complete { found, .. } => Ok((found, draws.0.into_inner())),
        other => panic!("{other:?}"),
    }
}

/// The files of an undisturbed run.
struct Fresh {
    head: Vec<u8>,
    names: Vec<String>,
    lines: Vec<Vec<u8>>,
    records: Records<Draws>,
}

static FRESH: LazyLock<Fresh> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let (records, computed) = whole(folder.path(), &[], false).unwrap();
    assert_eq!(computed, CELLS);
    let joined = fs::read_to_string(folder.path().join("cells.jsonl")).unwrap();
    let lines: Vec<Vec<u8>> = joined.split_inclusive('\n').map(Into::into).collect();
    let files: Vec<PathBuf> =
        fs::read_dir(folder.path().join("cells")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let of_line = |line: &Vec<u8>| files.iter().find(|path| fs::read(path).unwrap() == *line).unwrap();
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    let names = lines.iter().map(|line| name(of_line(line))).collect();
    Fresh { head: fs::read(folder.path().join("run.json")).unwrap(), names, lines, records }
});

#[derive(Arbitrary, Debug)]
struct Input {
    force: bool,
    /// The folder is not gone on with, but merged into a new one.
    merged: bool,
    changes: Vec<Change>,
}

#[derive(Arbitrary, Debug)]
enum Change {
    Head(Splice),
    Cell(u8, Splice),
    /// With the checksum made right again.
    Sealed(u8, Splice),
    Swapped(u8, u8),
    Removed(u8),
    /// The list of files that a report has written.
    Summary(Splice),
    /// What a killed process leaves.
    Half(Vec<u8>),
}

#[derive(PartialEq, Deserialize)]
struct Head<S = Settings> {
    experiment: String,
    format: u32,
    version: String,
    arithmetic: u32,
    seed: u64,
    settings: S,
}

#[derive(Deserialize)]
struct Entry<S = Settings, C = Cell, R = Record> {
    head: Head<S>,
    #[allow(dead_code)] // its presence is a condition
    level: String,
    #[allow(dead_code)] // as well, in cells of any experiment
    cell: C,
    #[allow(dead_code)]
    record: R,
}

const PREFIX: &str = "{\"checksum\":\"";
const MIDDLE: &str = "\",\"entry\":";

fn checksum(entry: &str) -> String {
    Sha256::digest(entry).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn entry_of(line: &[u8]) -> Option<&str> {
    let rest = str::from_utf8(line).ok()?.strip_prefix(PREFIX)?;
    let (sum, rest) = rest.split_once('"')?;
    let entry = rest.strip_prefix(&MIDDLE[1..])?.strip_suffix("}\n")?;
    (sum == checksum(entry)).then_some(entry)
}

/// What becomes of a line: kept with its record, of another run, or none of these.
enum Found {
    Kept(Record),
    Foreign,
    Damaged,
}

fn found(line: &[u8], head: &Head, cell: &Cell) -> Found {
    match entry_of(line).and_then(|entry| serde_json::from_str::<Entry>(entry).ok()) {
        Some(entry) if entry.head != *head => Found::Foreign,
        Some(entry) if entry.cell == *cell => Found::Kept(entry.record),
        _ => Found::Damaged,
    }
}

fuzz_target!(|input: Input| {
    let fresh = &*FRESH;
    let (mut head, mut lines) =
        (Some(fresh.head.clone()), fresh.lines.iter().cloned().map(Some).collect::<Vec<_>>());
    let (mut summary, mut half) = (b"{\"files\":[\"means.csv\",\"../outside\"]}".to_vec(), None);
    for change in input.changes.iter().take(8) {
        match change {
            Change::Head(splice) => head.iter_mut().for_each(|head| splice.apply(head)),
            Change::Cell(k, splice) => {
                lines[usize::from(*k) % CELLS].iter_mut().for_each(|line| splice.apply(line))
            }
            Change::Sealed(k, splice) => {
                let line = &mut lines[usize::from(*k) % CELLS];
                let Some(entry) = line.as_ref().and_then(|line| entry_of(line)) else { continue };
                let mut entry = entry.as_bytes().to_vec();
                splice.apply(&mut entry);
                let Ok(entry) = String::from_utf8(entry) else { continue };
                *line = Some(format!("{PREFIX}{}{MIDDLE}{entry}}}\n", checksum(&entry)).into_bytes());
            }
            Change::Swapped(a, b) => lines.swap(usize::from(*a) % CELLS, usize::from(*b) % CELLS),
            Change::Removed(k) => match usize::from(*k) % (CELLS + 1) {
                CELLS => head = None,
                k => lines[k] = None,
            },
            Change::Summary(splice) => splice.apply(&mut summary),
            Change::Half(bytes) => half = Some(bytes),
        }
    }

    let folder = tempfile::tempdir().unwrap();
    let changed = folder.path().join("run");
    fs::create_dir_all(changed.join("cells")).unwrap();
    fs::write(folder.path().join("outside"), "").unwrap();
    fs::write(changed.join("summary.json"), &summary).unwrap();
    if let Some(head) = &head {
        fs::write(changed.join("run.json"), head).unwrap();
    }
    for (name, line) in fresh.names.iter().zip(&lines) {
        if let Some(line) = line {
            fs::write(changed.join("cells").join(name), line).unwrap();
        }
    }
    if let Some(half) = half {
        fs::write(changed.join("cells").join(format!("{}.1.tmp", fresh.names[0])), half).unwrap();
    }

    // What ought to happen.
    let whole_head: Head = serde_json::from_slice(&fresh.head).unwrap();
    let head = head.map(|head| String::from_utf8(head).unwrap_or_default());
    let same = head.as_ref().is_some_and(|head| head.trim_end().as_bytes() == fresh.head);
    let other = !same && head.is_some_and(|head| matches!(serde_json::from_str(&head), Ok(Value::Object(_))));
    let emptied = other && input.force && !input.merged;
    let mut refused = if input.merged { !same } else { other && !input.force };
    // Where nothing says whose folder it is, its first whole cell does.
    if !same && !other && !input.force && !input.merged {
        let mut cells: Vec<_> = fresh.names.iter().zip(&lines).collect();
        cells.sort();
        let first = cells.iter().find_map(|(_, line)| {
            serde_json::from_str::<Entry<Value, Value, Value>>(entry_of(line.as_deref()?)?).ok()
        });
        let ours: Head<Value> = serde_json::from_slice(&fresh.head).unwrap();
        refused |= first.is_some_and(|entry| entry.head != ours);
    }
    let mut expected = fresh.records.clone();
    let mut joined = Vec::new();
    let mut missing = 0;
    for ((cell, record), (line, first)) in expected.iter_mut().zip(lines.iter().zip(&fresh.lines)) {
        match line.as_ref().filter(|_| !emptied).map(|line| (line, found(line, &whole_head, cell))) {
            Some((line, Found::Kept(kept))) => {
                *record = kept;
                joined.extend_from_slice(line);
                continue;
            }
            Some((_, Found::Foreign)) => refused |= !input.merged && !input.force,
            Some((_, Found::Damaged)) | None => {}
        }
        missing += 1;
        joined.extend_from_slice(first);
    }

    let elsewhere = folder.path().join("new");
    let (out, merge) =
        if input.merged { (&elsewhere, vec![changed.clone()]) } else { (&changed, Vec::new()) };
    let result = whole(out, &merge, input.force);
    assert!(folder.path().join("outside").exists());
    match result {
        Ok((records, computed)) => {
            assert!(!refused);
            assert_eq!((&records, computed), (&expected, missing));
            assert_eq!(fs::read(out.join("cells.jsonl")).unwrap(), joined);
            let (records, computed) = whole(out, &[], false).unwrap();
            assert_eq!((records, computed), (expected, 0));
            assert_eq!(fs::read(out.join("cells.jsonl")).unwrap(), joined);
            let left = fs::read_dir(out.join("cells")).unwrap().count();
            assert_eq!(left, CELLS);
        }
        Err(Error::Foreign { .. }) => assert!(refused),
        // A list of written files may name what cannot be removed, such as a folder.
        Err(Error::Output { .. }) => assert!(refused && input.merged || emptied),
        Err(other) => panic!("{other}"),
    }
});
