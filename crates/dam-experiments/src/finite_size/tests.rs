use std::path::Path;

use dam_analysis::half_point;

use super::plan::{ATTACKED, PROTOCOLS, patterns, share};
use super::statistics::slope;
use super::*;
use crate::harness::{self, Options, Outcome};

fn settings() -> Settings {
    let two = Realizations { count: 2, trials: 5 };
    Settings {
        convergence: Plan { realizations: two, sites: vec![60, 80] },
        basin: Plan { realizations: two, sites: vec![60, 80] },
        adversary: Realizations { count: 1, trials: 1 },
        budgets: vec![40, 150, 400],
        correlated: Realizations { count: 1, trials: 2 },
        capacity: two,
        capacity_sites: [vec![40, 80], vec![20, 30], vec![10, 14]],
        certificates: two,
        certified: vec![(30, 3), (40, 6)],
    }
}

fn options(folder: &Path, threads: usize) -> Options {
    Options::of_a_test(2, folder, threads)
}

#[test]
fn every_study_is_run_alike_by_any_number_of_threads_and_reported() {
    let run = |threads| {
        let folder = tempfile::tempdir().unwrap();
        let (_, outcome) = harness::run(&FiniteSize, settings(), &options(folder.path(), threads)).unwrap();
        let Outcome::Complete { found: records, .. } = outcome else { panic!("not complete") };
        records
    };
    let one = run(1);
    assert_eq!(one, run(3));
    let folder = tempfile::tempdir().unwrap();
    let report = FiniteSize.report(&settings(), &one, Streams::new(1)).unwrap();
    report.write(folder.path(), &serde_json::json!({})).unwrap();
    for table in ["convergence", "basin_5", "adversary_threshold", "correlated", "capacity", "certificates"] {
        assert!(folder.path().join(table).with_extension("csv").exists(), "{table}");
    }
    for figure in ["convergence", "basin", "adversary", "correlated", "capacity", "certificates"] {
        assert!(folder.path().join(figure).with_extension("svg").exists(), "{figure}");
    }
    for (cell, record) in &one {
        match (cell, record) {
            (Cell::Adversary { .. }, Record::Trials(tallies)) => assert_eq!(tallies.len(), 3),
            (Cell::Basin { .. }, Record::Trials(tallies)) => {
                assert_eq!(tallies.len(), 18);
                assert!(tallies.iter().all(|t| t.trials == 5 && t.successes <= 5));
            }
            (Cell::Capacity { .. }, Record::Capacity(p)) => assert!(*p >= 1.0, "{cell:?}: {p}"),
            _ => {}
        }
    }
}

#[test]
fn a_small_certificate_is_what_the_library_says() {
    let cell = Cell::Certificates { sites: 40, patterns: 4, realization: 0 };
    let Record::Certified(found) = FiniteSize.compute(&settings(), &cell, Streams::new(3)).unwrap() else {
        panic!("a certificate")
    };
    assert!(found.radii.iter().flatten().all(|&r| r < found.attacked), "{found:?}");
    assert!(
        found.radii[super::measure::PAIRS].is_some_and(|r| r > 0) && found.basin > found.attacked as f64,
        "{found:?}"
    );
}

#[test]
fn sweeps_are_counted_in_both_ways() {
    let tally = Tally { trials: 4, successes: 3, sweeps: 6 };
    assert_eq!((tally.rate(), tally.counted(), tally.of_successes()), (0.75, 16.5, Some(2.0)));
    assert_eq!(Tally { trials: 2, ..Tally::default() }.of_successes(), None);
}

#[test]
fn curves_cross_one_half_between_their_points() {
    assert_eq!(half_point(&[1.0, 2.0, 4.0], &[1.0, 0.75, 0.25]), Some(3.0));
    assert_eq!((half_point(&[1.0, 2.0], &[1.0, 0.5]), half_point(&[1.0, 2.0], &[0.4, 0.1])), (None, None));
    assert!((slope(&[(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]) - 2.0).abs() < 1e-12);
    assert_eq!((patterns(5, 500), share(155, 500), share(125, 300)), (1250, 78, 38));
}

#[test]
fn studies_can_be_left_out_and_illegal_settings_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let only = Choices { study: vec![Study::Capacity] };
    let chosen = Settings::new(&options(folder.path(), 1), &only);
    assert!(FiniteSize.cells(&chosen).iter().all(|cell| matches!(cell, Cell::Capacity { .. })));
    let all = Settings::new(&options(folder.path(), 1), &Choices::default());
    assert!(FiniteSize.check(&all).is_ok());
    let adversaries = |c: &&Cell| matches!(c, Cell::Adversary { .. });
    assert_eq!(
        FiniteSize.cells(&all).iter().filter(adversaries).count(),
        all.adversary.count * PROTOCOLS.len()
    );
    let small = Settings { budgets: vec![1001], ..all.clone() };
    assert!(matches!(FiniteSize.check(&small), Err(Error::Settings { .. })));
    let none = Settings { capacity_sites: [vec![1], vec![], vec![]], ..all };
    assert!(matches!(FiniteSize.check(&none), Err(Error::Settings { .. })));
    assert_eq!(ATTACKED.1, patterns(5, ATTACKED.0));
}
