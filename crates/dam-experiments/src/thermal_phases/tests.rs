use std::path::Path;

use super::plan::FIGURE_2_T;
use super::statistics::{apart, chains, shares_apart};
use super::*;
use crate::harness::{self, Options, Outcome};

fn settings() -> Settings {
    Settings {
        map: MapPlan {
            realizations: 2,
            patterns: 50,
            loads: (2, 0.2),
            temperatures: (2, 0.5),
            steps: (100, 100),
        },
        figure_2: 2,
        long: Chains { realizations: 2, steps: 2_000 },
        kinetic: Chains { realizations: 2, steps: 1_000 },
        small: 2,
        wide: 2,
        paired_steps: (20, 50),
        wide_edge: 0.55,
        wide_full: 0,
        boundary: BoundaryPlan { sites: vec![20], chains: 4, steps: 500 },
    }
}

fn options(folder: &Path, threads: usize) -> Options {
    Options::of_a_test(2, folder, threads)
}

/// A column of a table that was written.
fn column(folder: &Path, table: &str, name: &str) -> Vec<String> {
    let mut lines = csv::Reader::from_path(folder.join(table).with_extension("csv")).unwrap();
    let k = lines.headers().unwrap().iter().position(|title| title == name);
    let k = k.unwrap_or_else(|| panic!("{table} has no column {name}"));
    lines.records().map(|line| line.unwrap()[k].to_owned()).collect()
}

#[test]
fn every_study_is_run_alike_by_any_number_of_threads_and_reported() {
    let run = |threads| {
        let folder = tempfile::tempdir().unwrap();
        let (_, outcome) =
            harness::run(&ThermalPhases, settings(), &options(folder.path(), threads)).unwrap();
        let Outcome::Complete { found: records, .. } = outcome else { panic!("not complete") };
        records
    };
    let records = run(1);
    assert_eq!(records, run(3));

    let folder = tempfile::tempdir().unwrap();
    let report = ThermalPhases.report(&settings(), &records, Streams::new(1)).unwrap();
    report.write(folder.path(), &serde_json::json!({})).unwrap();
    for file in [
        "figure_1.svg",
        "figure_2.svg",
        "kinetic.svg",
        "boundary.svg",
        "map.csv",
        "figure_2_lse.csv",
        "figure_2_lsr.csv",
        "long.csv",
        "kinetic.csv",
        "boundary.csv",
        "boundary_scans.csv",
        "all_patterns_n16.csv",
        "cone_n16.csv",
        "cone_n31.csv",
        "summary.json",
        "report.html",
    ] {
        assert!(folder.path().join(file).exists(), "{file}");
    }
    // 2 kernels, 2 loads, 2 temperatures.
    assert_eq!(column(folder.path(), "map", "sites"), ["20", "20", "10", "10", "20", "20", "10", "10"]);
    // Means by hand from the records.
    let expected = FIGURE_2_T.iter().enumerate().map(|(k, _)| {
        let of = |realization| match &records[&Cell::Figure2 { realization, kernel: KernelName::Lsr }] {
            Record::Chains(points) => points[k].chains[0].alignment,
            other => panic!("{other:?}"),
        };
        0.5 * (of(0) + of(1))
    });
    for (found, expected) in column(folder.path(), "figure_2_lsr", "alignment_mean").iter().zip(expected) {
        assert!((found.parse::<f64>().unwrap() - expected).abs() < 1e-15);
    }
}

fn chain(alignment: f64, other: f64, flag: Option<Flagged>) -> ChainRecord {
    ChainRecord {
        alignment,
        last: alignment,
        other,
        energy: None,
        acceptance: 0.2,
        step: 0.1,
        tau_int: None,
        flag,
    }
}

#[test]
fn flagged_chains_are_kept_apart() {
    let record = |chains| Record::Chains(vec![Point { temperature: 0.3, chains }]);
    let cell = |realization| Cell::Small { realization, sampler: SamplerName::Full };
    let records: Records<ThermalPhases> = [
        (cell(0), record(vec![chain(0.9, 0.2, None), chain(0.1, 0.8, Some(Flagged::Short))])),
        (cell(1), record(vec![chain(0.7, 0.2, None), chain(0.5, 0.4, None)])),
        (
            cell(2),
            record(vec![chain(0.0, 0.3, Some(Flagged::Frozen)), chain(0.2, 0.1, Some(Flagged::Short))]),
        ),
    ]
    .into();
    let all = chains(&records, |_| true);
    let at = &all[0];
    let trusted = at.spread_of(|c| c.flag.is_none(), |c| c.alignment);
    assert_eq!((trusted.count, trusted.mean), (2, 0.75));
    let flagged = at.spread_of(|c| c.flag.is_some(), |c| c.alignment);
    assert_eq!((flagged.count, flagged.mean), (2, 0.1));
    assert_eq!((at.flagged(Flagged::Frozen), at.flagged(Flagged::Short)), (1, 2));
    // Two have left; one of them sits on a pattern that is as near as one that is retrieved.
    assert_eq!((at.left().successes, at.left().trials), (2, 6));
    assert_eq!(at.on_another(0.79).successes, 1);
    assert!(chains(&records, |_| false).is_empty());
}

#[test]
fn differences_are_in_combined_standard_errors() {
    assert!((apart((1.0, 0.3), (0.0, 0.4)) - 2.0).abs() < 1e-15);
    // Shares of 1/2 and 1/4 of 64 chains each: their common share is 3/8.
    let ours = dam_analysis::Proportion { successes: 32, trials: 64 };
    let expected = 0.25 / (0.375_f64 * 0.625 / 32.0).sqrt();
    assert!((shares_apart(ours, 0.25, 64) - expected).abs() < 1e-12);
    let none = dam_analysis::Proportion { successes: 0, trials: 64 };
    assert_eq!(shares_apart(none, 0.0, 64), 0.0);
}

#[test]
fn the_boundary_is_the_first_of_three_that_hold() {
    let scan = |temperature, last| Scan {
        temperature,
        equilibrium: 0.9,
        last,
        acceptance: 0.2,
        chains: 4,
        flagged: 0,
    };
    let ends = [0.5, 0.89, 0.89, 0.87, 0.895, 0.89, 0.89, 0.9];
    let scans: Vec<Scan> =
        ends.iter().zip(0..).map(|(&end, k)| scan(0.4 - 0.01 * f64::from(k), end)).collect();
    assert!((boundary_temperature(&scans).unwrap() - 0.36).abs() < 1e-12);
    assert_eq!(boundary_temperature(&scans[..6]), None);
}

/// .125 by 64 chains of 10⁵ steps (thermal sampling, section 4); in cells of .01, two of them for fewer and shorter ones.
#[test]
fn the_boundary_at_a_hundred_sites_is_where_it_was_measured() {
    let plan = BoundaryPlan { sites: vec![100], chains: 16, steps: 20_000 };
    let all = Settings { boundary: plan, ..settings() };
    let record =
        ThermalPhases.compute(&all, &Cell::Boundary { sites: 100, load: 1 }, Streams::new(5)).unwrap();
    let Record::Boundary(scans) = record else { panic!("no boundary") };
    let boundary = boundary_temperature(&scans).unwrap();
    assert!((boundary - 0.125).abs() < 0.02 + 1e-9, "{boundary}");
    for scan in &scans {
        assert!(scan.acceptance > 0.05 && scan.chains == 16 && scan.flagged <= 16, "{scan:?}");
    }
}

/// N Δf/T at boundaries of runs with 4·10⁴ steps, whose logarithm is 10.6 (thermal sampling, section 2).
#[test]
fn barriers_are_those_of_the_kinetic_rule() {
    let g = 0.377_428_076_3;
    for (alpha, sites, t, expected) in [(0.3, 51, 0.315, 10.9), (0.4, 38, 0.19, 10.7), (0.5, 31, 0.09, 11.8)]
    {
        let floor = 1.0 - (alpha + g);
        let barrier = curves::barrier(sites, t, floor).unwrap();
        assert!((barrier - expected).abs() < 0.06, "{alpha}: {barrier}");
        let back = curves::kinetic_temperature(sites, floor, barrier.exp()).unwrap();
        assert!((back - t).abs() < 1e-9, "{back}");
    }
    assert_eq!(curves::barrier(50, 3.0, 0.3).unwrap(), 0.0);
}

#[test]
fn watched_chains_remember_their_states() {
    let streams = Streams::new(3).branch(1);
    let record = ThermalPhases.compute(&settings(), &Cell::Kinetic { realization: 0 }, streams).unwrap();
    let Record::Watched { floor, chains } = record else { panic!("not watched") };
    assert!(floor > 0.4 && floor < 0.75, "{floor}");
    for chain in &chains {
        assert_eq!(chain.self_overlap.len(), 8); // 0, 1, 2, …, 64 hundredths, up to 90
        assert!((chain.self_overlap[0] - 1.0).abs() < 1e-12);
        assert!(chain.escape.is_none_or(|step| step <= 1_000));
    }
    // At T = 1 it forgets, at T = 0.4 it does not.
    assert!(chains[0].self_overlap[7] > 0.5, "{:?}", chains[0].self_overlap);
    assert!(chains[7].self_overlap[7] < 0.5, "{:?}", chains[7].self_overlap);
}

#[derive(clap::Parser)]
struct Program {
    #[command(flatten)]
    choices: Choices,
}

#[test]
fn a_cost_needs_what_it_is_the_cost_of() {
    let read = |words: &[&str]| <Program as clap::Parser>::try_parse_from([&["program"], words].concat());
    assert!(read(&["--cost"]).is_err() && read(&["--wide-full", "1"]).is_err());
    let choices = read(&["--wide-full", "2", "--cost"]).unwrap().choices;
    assert_eq!((choices.wide_full, choices.cost), (Some(2), true));
}

#[test]
fn all_patterns_need_their_study() {
    let choices = |study| Choices { study, wide_full: Some(2), cost: false };
    let settings = |study| Settings::new(&options(Path::new("nowhere"), 1), &choices(study));
    assert!(matches!(settings(vec![Study::Map, Study::Long]), Err(Error::Settings { .. })));
    assert_eq!(settings(vec![Study::Wide]).unwrap().wide_full, 2);
    assert_eq!(settings(Vec::new()).unwrap().wide_full, 2);
}

#[test]
fn sizes_too_small_are_refused() {
    let mut bad = settings();
    bad.boundary.sites = vec![2];
    assert!(bad.check().is_err());
    bad = settings();
    bad.map.loads = (2, 5.0);
    assert!(bad.check().is_err() && settings().check().is_ok());
}

#[test]
#[allow(clippy::float_cmp)]
fn the_price_of_all_patterns_is_told_only_if_they_are_asked_for() {
    assert!(estimated_price(&settings(), None).unwrap().is_none());
    let asked = Settings { wide_full: 32, ..settings() };
    let text = estimated_price(&asked, Some(2)).unwrap().unwrap();
    assert!(
        text.contains("5389698") && text.contains("1.3 GB for each of 2") && text.contains("2.7 GB"),
        "{text}"
    );
}
