//! Runs in processes of their own, which are killed or told to stop.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use dam_core::rand::Rng;
use dam_core::{Purpose, Streams};

use super::{Draws, Settings, digest, execute, options, settings};
use crate::harness::Options;

/// Long enough to be killed twenty times.
fn long() -> Settings {
    Settings { cells: 160, ..settings() }
}

/// Runs in a process of its own, which the next test kills.
#[test]
fn child() {
    let Some(folder) = std::env::var_os("DAM_HARNESS_CHILD").map(PathBuf::from) else { return };
    let delay = Some(Duration::from_millis(8));
    let draws = Draws { delay, log: Some(folder.join("log")), ..Draws::default() };
    let loud = std::env::var_os("DAM_HARNESS_LOUD").is_some();
    let code = execute(&draws, long(), &Options { quiet: !loud, ..options(&folder) });
    println!("{code:?}");
}

/// Ctrl-C as a terminal sends it: the cells under way are finished, and the program says how to go on.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn ctrl_c_stops_between_cells_and_says_how_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    // A shell that runs tests in the background has its children ignore the signal.
    let process = Command::new("env")
        .args(["--default-signal=INT"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "harness::tests::process::child", "--nocapture"])
        .env("DAM_HARNESS_CHILD", folder.path())
        .env("DAM_HARNESS_LOUD", "1")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let cells = folder.path().join("cells");
    while fs::read_dir(&cells).map_or(0, Iterator::count) < 3 {
        std::thread::sleep(Duration::from_millis(1));
    }
    Command::new("kill").args(["-INT", &process.id().to_string()]).status().unwrap();
    let output = process.wait_with_output().unwrap();
    let [said, warned] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert!(warned.contains("finishing the cells under way"), "{warned}");
    assert!(said.contains("stopped: ") && said.contains("to go on from there"), "{said}");
    assert!(said.contains(&format!("{:?}", ExitCode::from(130))), "{said}");
    let files: Vec<_> = fs::read_dir(&cells).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.iter().all(|file| file.extension().is_some_and(|e| e == "json")), "{files:?}");
    // What is finished is not computed again.
    let draws = Draws::default();
    execute(&draws, long(), &options(folder.path()));
    assert_eq!(draws.computed.into_inner().unwrap().len(), 160 - files.len());
}

#[test]
fn a_run_that_is_killed_goes_on_where_it_was() {
    let files = ["cells.jsonl", "means.csv", "summary.json", "report.html"];
    let success = format!("{:?}", ExitCode::SUCCESS);
    let undisturbed = tempfile::tempdir().unwrap();
    execute(&Draws::default(), long(), &options(undisturbed.path()));

    let folder = tempfile::tempdir().unwrap();
    let finished = || -> BTreeSet<PathBuf> {
        let Ok(files) = fs::read_dir(folder.path().join("cells")) else { return BTreeSet::new() };
        // A cell that is being written has another name.
        let paths = files.map(|entry| entry.unwrap().path());
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect()
    };
    let log = folder.path().join("log");
    let mut moments = Streams::new(1).rng(Purpose::Custom(0), 0);
    let mut between = 0;
    for run in 0..=20 {
        let before = finished();
        let _ = fs::remove_file(&log);
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "harness::tests::process::child", "--nocapture"])
            .env("DAM_HARNESS_CHILD", folder.path())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        if run < 20 {
            // Every other time something has been finished; then at random moments of up to 20 ms.
            while run % 2 == 1 && finished().len() <= before.len() && process.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_micros(200));
            }
            std::thread::sleep(Duration::from_micros(moments.next_u64() % 20_000));
            assert!(process.try_wait().unwrap().is_none(), "it ended before it could be killed");
            process.kill().unwrap();
        }
        let ended = String::from_utf8(process.wait_with_output().unwrap().stdout).unwrap();
        let after = finished().len();
        between += u32::from(0 < after && after < 160);
        let started = fs::read_to_string(&log).unwrap_or_default();
        for cell in started.lines() {
            let file = format!("{:016x}.json", digest(cell));
            assert!(
                !before.contains(&folder.path().join("cells").join(file)),
                "{cell} was finished and computed again"
            );
        }
        if run == 20 {
            assert!(ended.contains(&success), "{ended}");
        }
    }
    assert!(between >= 10, "{between} kills between the first and the last cell");
    for file in files {
        let [a, b] = [&undisturbed, &folder].map(|folder| fs::read(folder.path().join(file)).unwrap());
        assert!(a == b, "{file}");
    }
}
