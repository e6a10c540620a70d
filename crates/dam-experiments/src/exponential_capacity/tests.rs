use std::path::Path;

use super::gaussian::{least_norm, mean_field_loads};
use super::overlaps::exact_tail;
use super::plan::{CASES, CONDENSATION_LAMBDAS, patterns};
use super::regimes::least_norm_lambda;
use super::*;
use crate::harness::{self, Options, Outcome};

fn plan(sites: &[usize]) -> Plan {
    Plan { sites: sites.iter().map(|&n| (n, 2)).collect() }
}

fn settings() -> Settings {
    Settings {
        crossover: vec![
            (Patterns::Spherical, 300, plan(&[10, 12, 14, 16])),
            (Patterns::Gaussian, 300, plan(&[10, 12])),
            (Patterns::Binary, 300, plan(&[10, 12])),
        ],
        gradient: vec![(300, plan(&[12]))],
        basin: vec![(200, 1000, plan(&[16, 20, 24]))],
        all_patterns: plan(&[16]),
        norms: plan(&[16]),
        rates: (2, 20_000),
        condensation: vec![(300, plan(&[16, 20]))],
        nearest: vec![(1, 1, plan(&[20])), (10, 1, plan(&[20])), (1, 2, plan(&[10])), (1, 3, plan(&[8]))],
        scaled: vec![(500, plan(&[25]))],
        agreement: 1,
        beyond: (20_000, vec![300, 1500]),
        starts: 8,
    }
}

fn options(folder: &Path, threads: usize) -> Options {
    Options::of_a_test(2, folder, threads)
}

fn compute(cell: &Cell) -> Record {
    ExponentialCapacity.compute(&settings(), cell, Streams::new(3)).unwrap()
}

#[test]
fn every_study_is_run_alike_by_any_number_of_threads_and_reported() {
    let run = |threads| {
        let folder = tempfile::tempdir().unwrap();
        let options = options(folder.path(), threads);
        let (_, outcome) = harness::run(&ExponentialCapacity, settings(), &options).unwrap();
        let Outcome::Complete { found: records, .. } = outcome else { panic!("not complete") };
        records
    };
    let one = run(1);
    assert_eq!(one, run(3));
    let folder = tempfile::tempdir().unwrap();
    let report = ExponentialCapacity.report(&settings(), &one, Streams::new(1)).unwrap();
    report.write(folder.path(), &serde_json::json!({})).unwrap();
    for table in [
        "thresholds",
        "crossovers",
        "crossover_limits",
        "basins",
        "basin_limits",
        "all_patterns",
        "norms",
        "norms_summary",
        "rates",
        "condensation",
        "nearest",
        "scaled",
        "agreement",
        "beyond",
    ] {
        assert!(folder.path().join(table).with_extension("csv").exists(), "{table}");
    }
    for figure in [
        "phases",
        "crossovers",
        "basins",
        "basin_limits",
        "all_patterns",
        "norms",
        "rates",
        "condensation",
        "nearest",
        "scaled",
    ] {
        assert!(folder.path().join(figure).with_extension("svg").exists(), "{figure}");
    }
}

#[test]
fn crossovers_lie_where_the_mean_field_has_them_and_descents_agree() {
    let cell = |descent| Cell::Crossover {
        patterns: Patterns::Spherical,
        load: 300,
        sites: 20,
        descent,
        realization: 0,
    };
    let lambda = |descent| match compute(&cell(descent)) {
        Record::Crossover(Some(lambda)) => lambda,
        other => panic!("{other:?}"),
    };
    let (map, gradient) = (lambda(Descent::Map), lambda(Descent::Gradient));
    let theory = Patterns::Spherical.crossover(20, 0.3).unwrap().unwrap();
    // 403 patterns: a few percent above.
    assert!(map > theory && map < 1.05 * theory, "{map} {theory}");
    assert!((gradient / map - 1.0).abs() < 0.01, "{gradient} {map}");
}

#[test]
fn success_falls_with_the_angle_and_small_norms_are_lost() {
    let cell = Cell::Basin { load: 200, lambda: 1000, sites: 30, realization: 0 };
    let Record::Basin(successes, starts) = compute(&cell) else { panic!("a basin") };
    assert!(starts == 8 && successes[0] == 8 && successes[successes.len() - 1] == 0, "{successes:?}");

    let Record::Norms(bins) = compute(&Cell::Norms { lambda: 700, sites: 24, realization: 0 }) else {
        panic!("norms")
    };
    // A few lie outside of the bins.
    let counted = bins.iter().map(|bin| bin.0).sum::<usize>();
    assert!((390..=403).contains(&counted) && patterns(0.25, 24) == 403, "{counted}");
    // Below ρ = 0.55 none, from 1.2 on all.
    assert!(
        bins[..7].iter().all(|bin| bin.1 == 0) && bins[20..].iter().all(|bin| bin.0 == bin.1),
        "{bins:?}"
    );

    let cell = Cell::AllPatterns { lambda: 1000, sites: 20, realization: 0 };
    let Record::AllPatterns { typical: Some(typical), all: Some(all), first: Some(first) } = compute(&cell)
    else {
        panic!("loads")
    };
    assert!(all < 0.7 * typical && first.rho < 0.8, "{all} {typical} {first:?}");
}

#[test]
fn patterns_that_are_not_kept_are_those_that_are() {
    let Record::Beyond(lost) = compute(&Cell::Beyond { lambda: 200 }) else { panic!("a descent") };
    let Record::Beyond(kept) = compute(&Cell::Beyond { lambda: 1500 }) else { panic!("a descent") };
    assert_eq!((lost.as_in_memory, kept.as_in_memory), (Some(true), Some(true)));
    assert_eq!((lost.retrieved, kept.retrieved, kept.starts), (0, 8, 8));
    assert!(kept.overlap > 0.99 && kept.weight > 0.99 && lost.weight < 0.01);
}

#[test]
fn simulations_at_larger_sizes_meet_their_theory() {
    let cell = |realization| Cell::Crossover {
        patterns: Patterns::Spherical,
        load: 300,
        sites: 26,
        descent: Descent::Map,
        realization,
    };
    let found = (0..3).map(|realization| match compute(&cell(realization)) {
        Record::Crossover(Some(lambda)) => lambda,
        other => panic!("{other:?}"),
    });
    let theory = Patterns::Spherical.crossover(26, 0.3).unwrap().unwrap();
    let mean = found.sum::<f64>() / 3.0;
    assert!((mean / theory - 1.0).abs() < 0.01, "{mean} {theory}");

    let Record::Condensation(noise) = compute(&Cell::Condensation { load: 300, sites: 30, realization: 0 })
    else {
        panic!("noise")
    };
    for ((exponent, participation), lambda) in noise.into_iter().zip(CONDENSATION_LAMBDAS) {
        let ln_mean = dam_analysis::theory::finite::ln_exponential_average(30, 30.0 * lambda).unwrap();
        let annealed = (patterns(0.3, 30) as f64).ln() / 30.0 + ln_mean / 30.0;
        // Self-averaging far from condensation at λ = 1.2, below the mean beyond it.
        if lambda <= 0.25 {
            assert!(
                (exponent - annealed).abs() < 2e-3 && participation < 0.01,
                "{lambda}: {exponent} {annealed}"
            );
        } else if lambda >= 6.0 {
            assert!(exponent < annealed - 0.1 && participation > 0.2, "{lambda}: {exponent} {annealed}");
        }
    }
}

#[test]
fn tails_of_the_sample_are_the_exact_ones() {
    for of in [Patterns::Spherical, Patterns::Gaussian, Patterns::Binary] {
        let Record::Rates(tails, count) = compute(&Cell::Rates { patterns: of, realization: 0 }) else {
            panic!("tails")
        };
        for k in [1, 4, 8] {
            let exact = (30.0 * exact_tail(of, k as f64 * 0.05).unwrap()).exp();
            let error = (exact * (1.0 - exact) / count as f64).sqrt();
            let found = tails[k] as f64 / count as f64;
            assert!((found - exact).abs() < 5.0 * error, "{of:?} {k}: {found} {exact}");
        }
    }
}

#[test]
fn least_norms_and_what_follows_from_them() {
    // Two components: ρ is exponential, and the median of the least of P is ln 2 / P.
    assert!((least_norm(2, 7.0) - std::f64::consts::LN_2 / 7.0).abs() < 1e-9);
    let [typical, all] = mean_field_loads(40, 0.5).unwrap();
    let (typical, all) = (typical.unwrap(), all.unwrap());
    // The inverse of the crossover.
    let back = Patterns::Gaussian.crossover(40, typical).unwrap().unwrap();
    assert!((back - 0.5).abs() < 1e-3 && all < 0.5 * typical, "{back} {all} {typical}");
    assert_eq!(mean_field_loads(40, 1.0).unwrap(), [None, None]);
    let (weak, strong) =
        (least_norm_lambda(100, 0.5).unwrap().unwrap(), least_norm_lambda(400, 0.5).unwrap().unwrap());
    assert!(weak > strong && strong > 0.5, "{weak} {strong}");
}

#[test]
fn studies_can_be_left_out_and_illegal_settings_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let only = Choices { study: vec![Study::Scaled] };
    let chosen = Settings::new(&options(folder.path(), 1), &only);
    let cells = ExponentialCapacity.cells(&chosen);
    assert!(!cells.is_empty() && cells.iter().all(|cell| matches!(cell, Cell::Scaled { .. })));
    let all = Settings::new(&options(folder.path(), 1), &Choices::default());
    assert!(ExponentialCapacity.check(&all).is_ok());
    let agreement = |cell: &&Cell| matches!(cell, Cell::Agreement { .. });
    let cells = ExponentialCapacity.cells(&all);
    assert_eq!(cells.iter().filter(agreement).count(), all.agreement * CASES.len());
    for wrong in [
        Settings { starts: 0, ..all.clone() },
        Settings { basin: vec![(200, 1000, plan(&[200]))], ..all.clone() },
        Settings { norms: plan(&[4]), ..all.clone() },
    ] {
        assert!(matches!(ExponentialCapacity.check(&wrong), Err(Error::Settings { .. })));
    }
}
