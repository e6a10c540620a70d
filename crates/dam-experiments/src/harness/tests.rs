mod process;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use dam_core::Purpose;
use dam_core::rand::Rng;
use serde::{Deserialize, Serialize};

use super::address::{digest, json};
use super::run::run_until;
use super::*;
use crate::output;
use crate::report::Table;

/// Draws numbers; counts how often it is asked, and fails or dawdles if told to.
#[derive(Default)]
struct Draws {
    computed: Mutex<Vec<Cell>>,
    fails_at: Option<u32>,
    not_a_number: bool,
    delay: Option<Duration>,
    log: Option<PathBuf>,
    stop_after: Option<(usize, &'static AtomicBool)>,
    count: AtomicUsize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Settings {
    cells: u32,
    scale: f64,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Cell {
    n: u32,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Record {
    words: Vec<u64>,
    mean: f64,
}

impl Experiment for Draws {
    const NAME: &'static str = "draws";
    const FORMAT: u32 = 3;
    type Settings = Settings;
    type Cell = Cell;
    type Record = Record;

    fn cells(&self, settings: &Settings) -> Vec<Cell> {
        (0..settings.cells).rev().map(|n| Cell { n }).collect()
    }

    fn compute(&self, settings: &Settings, cell: &Cell, streams: Streams) -> Result<Record, Error> {
        if let Some(path) = &self.log {
            let mut log = fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
            writeln!(log, "{}", json(cell).unwrap()).unwrap();
        }
        if let Some(delay) = self.delay {
            std::thread::sleep(delay);
        }
        self.computed.lock().unwrap().push(cell.clone());
        if let Some((limit, stop)) = self.stop_after {
            stop.store(self.count.fetch_add(1, Ordering::Relaxed) + 1 >= limit, Ordering::Relaxed);
        }
        if self.fails_at == Some(cell.n) {
            let (name, expected) = ("n", "another");
            return Err(dam_core::Error::Parameter { name, expected, found: f64::from(cell.n) }.into());
        }
        let mut rng = streams.rng(Purpose::Patterns, 0);
        let words: Vec<u64> = (0..=cell.n % 5).map(|_| rng.next_u64()).collect();
        let sum: f64 = words.iter().map(|&word| word as f64).sum();
        let mean = if self.not_a_number { f64::NAN } else { settings.scale * sum / words.len() as f64 };
        Ok(Record { words, mean })
    }

    fn report(&self, settings: &Settings, records: &Records<Self>, _: Streams) -> Result<Report, Error> {
        let mut report = Report::new("Draws");
        let table = Table::new("means", "Mean of each cell")
            .count("cell", "cell", records.keys().map(|cell| cell.n as usize))
            .number("mean", "mean", 3, records.values().map(|record| record.mean / settings.scale));
        report.table(table);
        Ok(report)
    }

    fn cost(&self, _: &Settings, cell: &Cell) -> f64 {
        f64::from(cell.n)
    }
}

static NEVER: AtomicBool = AtomicBool::new(false);

fn settings() -> Settings {
    Settings { cells: 24, scale: 1e-19 / 3.0 }
}

fn options(out: &Path) -> Options {
    Options::of_a_test(7, out, 2)
}

fn complete(out: &Path, options: &Options) -> (Vec<u8>, usize) {
    let draws = Draws::default();
    let (_, outcome) = run_until(&draws, settings(), options, &NEVER).unwrap();
    assert!(matches!(outcome, Outcome::Complete { found, levels } if found.len() == 24 && levels.len() == 1));
    (fs::read(out.join("cells.jsonl")).unwrap(), draws.computed.into_inner().unwrap().len())
}

fn whole() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    complete(folder.path(), &options(folder.path())).0
}

#[test]
fn the_same_bytes_for_any_number_of_threads_and_shards() {
    let expected = whole();
    assert_eq!(expected.iter().filter(|&&byte| byte == b'\n').count(), 24);
    for threads in [1, 3] {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { threads: Some(threads), ..options(folder.path()) };
        assert_eq!(complete(folder.path(), &options).0, expected);
    }
    let shards = [(); 3].map(|()| tempfile::tempdir().unwrap());
    for (k, folder) in shards.iter().enumerate() {
        let shard = Some(format!("{}/3", k + 1).parse().unwrap());
        let options = Options { shard, ..options(folder.path()) };
        let (_, outcome) = run_until(&Draws::default(), settings(), &options, &NEVER).unwrap();
        assert!(matches!(outcome, Outcome::Shard { finished: 8, of: 24 }));
    }
    let folder = tempfile::tempdir().unwrap();
    let merge = shards.iter().map(|folder| folder.path().to_owned()).collect();
    let (merged, computed) = complete(folder.path(), &Options { merge, ..options(folder.path()) });
    assert_eq!((merged, computed), (expected, 0));
}

#[test]
fn what_is_finished_is_not_computed_again() {
    let expected = whole();
    let folder = tempfile::tempdir().unwrap();
    // Stopped as by Ctrl-C after five cells, twice; then an error.
    static STOP: AtomicBool = AtomicBool::new(false);
    let mut seen = BTreeSet::new();
    for _ in 0..2 {
        STOP.store(false, Ordering::Relaxed);
        let draws = Draws { stop_after: Some((5, &STOP)), ..Draws::default() };
        let (_, outcome) = run_until(&draws, settings(), &options(folder.path()), &STOP).unwrap();
        assert!(matches!(outcome, Outcome::Stopped { of: 24, .. }));
        for cell in draws.computed.into_inner().unwrap() {
            assert!(seen.insert(cell));
        }
    }
    let draws = Draws { fails_at: Some(0), ..Draws::default() };
    let failed = run_until(&draws, settings(), &options(folder.path()), &NEVER).unwrap_err();
    assert!(failed.to_string().contains("expected another"), "{failed}");
    // Cell 0 is the cheapest, so all others were finished before it.
    assert_eq!(complete(folder.path(), &options(folder.path())), (expected, 1));
}

#[test]
fn damaged_cells_are_found_and_computed_again() {
    let folder = tempfile::tempdir().unwrap();
    let expected = complete(folder.path(), &options(folder.path())).0;
    let mut files: Vec<_> =
        fs::read_dir(folder.path().join("cells")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let good = fs::read(&files[0]).unwrap();
    for cut in [0, 1, 20, good.len() / 2, good.len() - 1] {
        fs::write(&files[0], &good[..cut]).unwrap();
        assert_eq!(complete(folder.path(), &options(folder.path())), (expected.clone(), 1), "cut at {cut}");
    }
    for place in (0..good.len()).step_by(7) {
        let mut bad = good.clone();
        bad[place] ^= 4;
        fs::write(&files[0], &bad).unwrap();
        assert_eq!(complete(folder.path(), &options(folder.path())), (expected.clone(), 1), "byte {place}");
    }
    // The right checksum in another spelling.
    let mut upper = good.clone();
    upper["{\"checksum\":\"".len()..][..16].make_ascii_uppercase();
    assert_ne!(upper, good);
    fs::write(&files[0], &upper).unwrap();
    assert_eq!(complete(folder.path(), &options(folder.path())), (expected.clone(), 1));
    // A whole cell under the name of another.
    fs::copy(&files[1], &files[0]).unwrap();
    assert_eq!(complete(folder.path(), &options(folder.path())), (expected, 1));
}

#[test]
fn results_of_another_run_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let expected = complete(folder.path(), &options(folder.path())).0;
    let refused = |settings: Settings, options: &Options| {
        run_until(&Draws::default(), settings, options, &NEVER).map(|_| ()).unwrap_err()
    };
    let other = Options { seed: 8, ..options(folder.path()) };
    let message = refused(settings(), &other).to_string();
    assert!(message.contains("expected the run seed = 8, found seed = 7"), "{message}");
    let scaled = Settings { scale: 2.0, ..settings() };
    let message = refused(scaled.clone(), &options(folder.path())).to_string();
    assert!(message.contains("settings.scale = 2.0, found settings.scale = 3.3"), "{message}");
    // Another experiment, format, version or arithmetic.
    let path = folder.path().join("run.json");
    let head = fs::read_to_string(&path).unwrap();
    for (ours, theirs) in [
        ("\"experiment\":\"draws\"", "\"experiment\":\"dreams\""),
        ("\"format\":3", "\"format\":2"),
        ("\"version\":\"", "\"version\":\"9."),
        ("\"arithmetic\":", "\"arithmetic\":9"),
    ] {
        let other = head.replacen(ours, theirs, 1);
        assert!(other != head, "{ours}");
        fs::write(&path, other).unwrap();
        assert!(matches!(refused(settings(), &options(folder.path())), Error::Foreign { .. }), "{theirs}");
    }
    fs::write(&path, &head).unwrap();
    // Nor is such a run merged into another.
    let elsewhere = tempfile::tempdir().unwrap();
    let merge = vec![folder.path().to_owned()];
    let merged = Options { seed: 8, merge, ..options(elsewhere.path()) };
    let message = refused(settings(), &merged).to_string();
    assert!(message.contains("the parts of a run") && !message.contains("--force"), "{message}");
    let nothing = Options { merge: vec![elsewhere.path().join("none")], ..options(folder.path()) };
    assert!(matches!(refused(settings(), &nothing), Error::Output { .. }));
    // A cell smuggled in from another run.
    let cells = || {
        let mut files: Vec<_> =
            fs::read_dir(folder.path().join("cells")).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    };
    let smuggled = tempfile::tempdir().unwrap();
    complete(smuggled.path(), &Options { seed: 8, ..options(smuggled.path()) });
    let name = cells()[0].file_name().unwrap().to_owned();
    fs::copy(smuggled.path().join("cells").join(name), &cells()[0]).unwrap();
    assert!(matches!(refused(settings(), &options(folder.path())), Error::Foreign { .. }));
    // With --force it is computed again; and a folder of another run is emptied, of what a run has written alone.
    let forced = Options { force: true, ..options(folder.path()) };
    assert_eq!(complete(folder.path(), &forced), (expected.clone(), 1));
    execute(&Draws::default(), settings(), &options(folder.path()));
    fs::write(folder.path().join("mine.csv"), "").unwrap();
    let forced =
        Options { seed: 8, force: true, shard: Some("1/3".parse().unwrap()), ..options(folder.path()) };
    run_until(&Draws::default(), settings(), &forced, &NEVER).unwrap();
    let left = |name: &str| folder.path().join(name).exists();
    assert!(["means.csv", "report.html", "summary.json", "cells.jsonl"].iter().all(|name| !left(name)));
    assert!(left("mine.csv"));
    let (bytes, computed) = complete(folder.path(), &Options { seed: 8, ..options(folder.path()) });
    assert!(computed == 16 && bytes != expected);
}

#[test]
fn a_folder_without_its_head_is_no_dead_end() {
    let folder = tempfile::tempdir().unwrap();
    let expected = complete(folder.path(), &options(folder.path())).0;
    for damaged in ["", "{\"experi", "7", "\u{0}\u{0}"] {
        fs::write(folder.path().join("run.json"), damaged).unwrap();
        assert_eq!(complete(folder.path(), &options(folder.path())), (expected.clone(), 0), "{damaged}");
    }
    fs::remove_file(folder.path().join("run.json")).unwrap();
    let other = Options { seed: 8, ..options(folder.path()) };
    let refused = run_until(&Draws::default(), settings(), &other, &NEVER).map(|_| ()).unwrap_err();
    assert!(matches!(refused, Error::Foreign { .. }));
    // The run whose cells these are can still be gone on with.
    assert_eq!(complete(folder.path(), &options(folder.path())), (expected.clone(), 0));
    fs::remove_file(folder.path().join("run.json")).unwrap();
    let (bytes, computed) = complete(folder.path(), &Options { force: true, ..other });
    assert!(computed == 24 && bytes != expected);
    fs::remove_dir_all(folder.path().join("cells")).unwrap();
    assert_eq!(complete(folder.path(), &Options { force: true, ..options(folder.path()) }), (expected, 24));
}

#[test]
fn damaged_cells_of_a_shard_are_not_taken_over() {
    let shard = tempfile::tempdir().unwrap();
    let expected = complete(shard.path(), &options(shard.path())).0;
    let mut files = fs::read_dir(shard.path().join("cells")).unwrap();
    fs::write(files.next().unwrap().unwrap().path(), "{").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let merge = vec![shard.path().to_owned()];
    assert_eq!(complete(folder.path(), &Options { merge, ..options(folder.path()) }), (expected, 1));
}

#[test]
fn bad_cells_and_folders_are_typed_errors() {
    struct Twice;
    impl Experiment for Twice {
        const NAME: &'static str = "twice";
        const FORMAT: u32 = 1;
        type Settings = ();
        type Cell = u8;
        type Record = u8;
        fn cells(&self, (): &()) -> Vec<u8> {
            vec![1, 2, 1]
        }
        fn compute(&self, (): &(), cell: &u8, _: Streams) -> Result<u8, Error> {
            Ok(*cell)
        }
        fn report(&self, (): &(), _: &Records<Self>, _: Streams) -> Result<Report, Error> {
            Ok(Report::new("Twice"))
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let twice = run_until(&Twice, (), &options(folder.path()), &NEVER).unwrap_err();
    assert!(matches!(twice, Error::Cells { cell } if cell == "1"));
    // A record that JSON cannot hold.
    let folder = tempfile::tempdir().unwrap();
    let draws = Draws { not_a_number: true, ..Draws::default() };
    let nan = run_until(&draws, settings(), &options(folder.path()), &NEVER).unwrap_err();
    assert!(matches!(nan, Error::Output { .. }), "{nan}");
    assert_eq!(fs::read_dir(folder.path().join("cells")).unwrap().count(), 0);
    // A folder below a file.
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let nowhere = run_until(&Draws::default(), settings(), &options(&file.join("below")), &NEVER);
    assert!(matches!(nowhere.unwrap_err(), Error::Output { .. }));
    for text in ["", "3", "0/3", "4/3", "1/0", "a/b", "-1/2"] {
        assert!(text.parse::<Shard>().is_err(), "{text}");
    }
}

/// A disk that is full from some cell on: its temporary file is a link to the device that always is.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_typed_error_and_loses_no_finished_cell() {
    let expected = whole();
    let folder = tempfile::tempdir().unwrap();
    let file = format!("{:016x}.json", digest(&json(&Cell { n: 5 }).unwrap()));
    let full = output::temporary(&folder.path().join("cells").join(file));
    fs::create_dir(folder.path().join("cells")).unwrap();
    std::os::unix::fs::symlink("/dev/full", &full).unwrap();
    let one = Options { threads: Some(1), ..options(folder.path()) };
    let error = run_until(&Draws::default(), settings(), &one, &NEVER).unwrap_err();
    assert!(matches!(&error, Error::Output { message, .. } if message.contains("No space left")), "{error}");
    // Dear cells go first: 23 to 6 are finished, and stay; what was begun does not.
    assert!(!full.is_symlink());
    assert_eq!(complete(folder.path(), &options(folder.path())), (expected, 6));
    // A report that cannot be written leaves the cells, too.
    let full = output::temporary(&folder.path().join("means.csv"));
    std::os::unix::fs::symlink("/dev/full", &full).unwrap();
    let code = execute(&Draws::default(), settings(), &options(folder.path()));
    assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::FAILURE));
    assert!(!full.is_symlink());
    let draws = Draws::default();
    let code = execute(&draws, settings(), &options(folder.path()));
    assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::SUCCESS));
    assert!(draws.computed.into_inner().unwrap().is_empty());
    let means = fs::read_to_string(folder.path().join("means.csv")).unwrap();
    assert_eq!(means.lines().count(), 25);
    assert!(folder.path().join("report.html").is_file() && folder.path().join("summary.json").is_file());
}

/// Cells of one family see the same random numbers.
#[test]
fn families_share_their_streams() {
    struct Pairs;
    impl Experiment for Pairs {
        const NAME: &'static str = "pairs";
        const FORMAT: u32 = 1;
        type Settings = ();
        type Cell = (u8, u8);
        type Record = u64;
        fn cells(&self, (): &()) -> Vec<(u8, u8)> {
            vec![(0, 0), (0, 1), (1, 0), (1, 1)]
        }
        fn compute(&self, (): &(), _: &(u8, u8), streams: Streams) -> Result<u64, Error> {
            Ok(streams.rng(Purpose::Patterns, 0).next_u64())
        }
        fn family(&self, cell: &(u8, u8)) -> (u8, u8) {
            (cell.0, 0)
        }
        fn report(&self, (): &(), _: &Records<Self>, _: Streams) -> Result<Report, Error> {
            Ok(Report::new("Pairs"))
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let (_, outcome) = run_until(&Pairs, (), &options(folder.path()), &NEVER).unwrap();
    let Outcome::Complete { found: records, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(records[&(0, 0)], records[&(0, 1)]);
    assert_eq!(records[&(1, 0)], records[&(1, 1)]);
    assert_ne!(records[&(0, 0)], records[&(1, 0)]);
}

/// Cells of machines that round otherwise are taken, and told of.
#[test]
fn unlike_levels_are_told() {
    let folder = tempfile::tempdir().unwrap();
    complete(folder.path(), &options(folder.path()));
    let file = fs::read_dir(folder.path().join("cells")).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(&file).unwrap();
    let entry = text.split_once("\"entry\":").unwrap().1.strip_suffix("}\n").unwrap();
    let (before, after) = entry.split_once("\"level\":\"").unwrap();
    let entry = format!("{before}\"level\":\"an abacus, {after}");
    fs::write(&file, format!("{{\"checksum\":\"{:016x}\",\"entry\":{entry}}}\n", digest(&entry))).unwrap();
    let draws = Draws::default();
    let (_, outcome) = run_until(&draws, settings(), &options(folder.path()), &NEVER).unwrap();
    let Outcome::Complete { levels, .. } = outcome else { panic!("{outcome:?}") };
    assert!(levels.len() == 2 && draws.computed.into_inner().unwrap().is_empty(), "{levels:?}");
    execute(&Draws::default(), settings(), &options(folder.path()));
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(page.contains("unlike vector instructions") && page.contains("an abacus"));
}
