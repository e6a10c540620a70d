use std::path::Path;
use std::sync::LazyLock;

use dam_core::prelude::*;

use super::measure::draw;
use super::*;
use crate::basin_isolation::RETRIEVED;
use crate::harness::{self, Options, Outcome, Preset};

/// Two realizations in two chunks, and a small one-pass study.
fn settings() -> Settings {
    let row = Row { n: 60, m: 90, realizations: 2, judged: 80, chunk: 40, directions: vec![5, 100] };
    let one_pass = |realizations| Row { realizations, directions: Vec::new(), ..row.clone() };
    Settings { fitted: vec![one_pass(2)], held_out: vec![one_pass(1)], table: vec![row] }
}

fn options(folder: &Path) -> Options {
    Options::of_a_test(2, folder, 2)
}

/// The streams of a realization, as good as those of a run.
fn streams(cell: &Cell) -> Streams {
    Streams::new(2).branch(cell.study as u64).branch(cell.realization as u64)
}

fn records(settings: &Settings) -> Records<Predictors> {
    let compute = |cell: Cell| {
        let record = Predictors.compute(settings, &cell, streams(&cell)).unwrap();
        (cell, record)
    };
    Predictors.cells(settings).into_iter().map(compute).collect()
}

/// Those of the small settings.
static RECORDS: LazyLock<Records<Predictors>> = LazyLock::new(|| records(&settings()));

/// A column of a table that was written.
fn column(folder: &Path, table: &str, name: &str) -> Vec<String> {
    let mut lines = csv::Reader::from_path(folder.join(table).with_extension("csv")).unwrap();
    let k = lines.headers().unwrap().iter().position(|title| title == name);
    let k = k.unwrap_or_else(|| panic!("{table} has no column {name}"));
    lines.records().map(|line| line.unwrap()[k].to_owned()).collect()
}

fn numbers(folder: &Path, table: &str, name: &str) -> Vec<f64> {
    column(folder, table, name).iter().map(|text| text.parse().unwrap()).collect()
}

/// Pairs of a failure and a success that the score puts in the right order, ties counted half.
fn auc(scores: &[f64], failed: &[bool]) -> f64 {
    let of = |wanted: bool| scores.iter().zip(failed).filter(move |(_, f)| **f == wanted).map(|(s, _)| *s);
    let pairs: Vec<f64> = of(true)
        .flat_map(|fail| of(false).map(move |good| if fail == good { 0.5 } else { f64::from(fail > good) }))
        .collect();
    pairs.iter().sum::<f64>() / pairs.len() as f64
}

#[test]
fn every_file_is_written_and_tables_hold_what_the_memory_gives() {
    let settings = settings();
    let folder = tempfile::tempdir().unwrap();
    let report = Predictors.report(&settings, &RECORDS, dam_core::Streams::new(1)).unwrap();
    report.write(folder.path(), &serde_json::json!({})).unwrap();
    let row = &settings.table[0];

    let (mut largest, mut mapped, mut fail_percent) = (Vec::new(), Vec::new(), Vec::new());
    let (mut all_failed, mut all_largest) = (Vec::new(), Vec::new());
    for realization in 0..2 {
        let cell = Cell { study: Study::Predictors, n: 60, m: 90, realization, chunk: 0 };
        let memory = draw(row, streams(&cell)).unwrap();
        let xi: Vec<_> = (0..90).map(|mu| memory.pattern(mu).unwrap()).collect();
        let after = |mu: usize, steps: usize| {
            let mut x = xi[mu].clone();
            let runner = Runner::default().max_steps(steps);
            runner.run(&memory, &Synchronous, &mut x, &mut streams(&cell).rng(Purpose::Dynamics, 0)).unwrap();
            x.dot(&xi[mu]) / 60.0
        };
        let failed: Vec<bool> = (0..80).map(|mu| after(mu, 200) <= RETRIEVED).collect();
        let overlap = |mu: usize, nu: usize| xi[mu].dot(&xi[nu]) / 60.0;
        let max = |mu: usize| (0..90).filter(|&nu| nu != mu).map(|nu| overlap(mu, nu)).fold(-1.0, f64::max);
        let max: Vec<f64> = (0..80).map(max).collect();
        let after_two: Vec<f64> = (0..80).map(|mu| -after(mu, 2)).collect();
        largest.push(auc(&max, &failed));
        mapped.push(auc(&after_two, &failed));
        fail_percent.push(failed.iter().filter(|&&f| f).count() as f64 / 0.8);
        all_failed.extend(failed);
        all_largest.extend(max);
    }
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    // A pair of scores in the other order, by rounding, would be 1/1600 at least.
    let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
    let names = column(folder.path(), "predictors", "predictor");
    let shown = |name: &str| names.iter().position(|n| n == name).unwrap();
    let means = numbers(folder.path(), "predictors", "auc_n60_mean");
    assert!(close(means[shown("max O")], mean(&largest)), "{means:?} {largest:?}");
    assert!(close(means[shown("overlap after map steps: 2")], mean(&mapped)), "{means:?} {mapped:?}");
    assert!(close(numbers(folder.path(), "sizes", "fail_percent_mean")[0], mean(&fail_percent)));
    assert!(mean(&fail_percent) > 5.0 && mean(&fail_percent) < 95.0);

    // Pattern by pattern, through both chunks.
    let failed = numbers(folder.path(), "patterns", "failed");
    assert_eq!(failed, all_failed.iter().map(|&f| f64::from(f)).collect::<Vec<_>>());
    let found = numbers(folder.path(), "patterns", "max_overlap");
    assert!(found.iter().zip(&all_largest).all(|(a, b)| (a - b).abs() < 1e-13));
    assert_eq!(numbers(folder.path(), "patterns", "pattern")[78..82], [78.0, 79.0, 0.0, 1.0]);
    // Everything in every realization.
    assert_eq!(numbers(folder.path(), "realizations", "auc").len(), 2 * names.len());
    assert_eq!(numbers(folder.path(), "gradient", "directions"), [5.0, 100.0]);
    // Three models of one realization held out.
    let aucs = ["auc_overlaps", "auc_first_field", "auc_one_pass"]
        .map(|name| numbers(folder.path(), "one_pass", name)[0]);
    assert!(aucs.iter().all(|auc| (0.0..=1.0).contains(auc)) && aucs[2] > 0.6, "{aucs:?}");
    for name in ["auc_against_passes.svg", "isolation_against_gradient.svg", "summary.json", "report.html"] {
        assert!(folder.path().join(name).is_file(), "{name}");
    }
}

#[test]
fn following_the_energy_ranks_failures_and_the_metric_is_the_gradient_norm() {
    let settings = settings();
    let table = statistics::measured(Study::Predictors, &settings, &RECORDS);
    let of = &table[0];
    let auc = |predictor| of.auc(predictor).mean;
    let map = auc(Predictor::Map { steps: 20 });
    assert!(map > 0.95 && map > auc(Predictor::LargestOverlap), "{map}");
    assert!(auc(Predictor::FreeSlope { directions: 100 }) < 0.5);
    // With a hundred directions I_μ is the gradient norm within a few percent.
    let [[few, _], [many, ratio]] = [5, 100].map(|k| of.against_gradient(k).map(|s| s.mean));
    assert!(many > 0.6 && many > few, "{few} {many}");
    assert!((ratio - 3.9).abs() < 0.4, "{ratio}");
}

#[test]
fn chunks_are_parts_of_one_realization() {
    let settings = settings();
    let whole = |rows: &[Row]| rows.iter().map(|row| Row { chunk: 80, ..row.clone() }).collect();
    let [table, fitted, held_out] = [&settings.table, &settings.fitted, &settings.held_out].map(|r| whole(r));
    let one = Settings { table, fitted, held_out };
    let (parts, wholes) = (&*RECORDS, &records(&one));
    assert_eq!((parts.len(), wholes.len()), (10, 5));
    for study in Study::ALL {
        let (a, b) =
            (statistics::measured(study, &settings, parts), statistics::measured(study, &one, wholes));
        for (a, b) in a[0].all.iter().zip(&b[0].all) {
            assert_eq!((a.failed.len(), &a.failed), (80, &b.failed));
            let (a, b) = (&a.record, &b.record);
            assert_eq!((a.scores.len(), a.features.len()), (b.scores.len(), b.features.len()));
            for (a, b) in a.scores.iter().zip(&b.scores) {
                assert_eq!(a.predictor, b.predictor);
                let apart = a.values.iter().zip(&b.values).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                // Products of other batches round otherwise.
                assert!(a.values.len() == b.values.len() && apart < 1e-10, "{}: {apart}", a.predictor);
            }
            assert_eq!(a.features, b.features);
        }
    }
}

#[test]
fn a_run_is_reproducible() {
    let all = || {
        let folder = tempfile::tempdir().unwrap();
        let (_, outcome) = harness::run(&Predictors, settings(), &options(folder.path())).unwrap();
        let Outcome::Complete { found: records, .. } = outcome else { panic!("not complete") };
        records
    };
    let records = all();
    assert!(records.len() == 10 && records == all());
    // Other streams than those of the other tests.
    assert!(records.iter().all(|(cell, record)| RECORDS[cell] != *record));
}

#[test]
fn patterns_that_all_end_alike_have_no_auc_but_a_report() {
    let row = Row { n: 40, m: 30, realizations: 1, judged: 6, chunk: 6, directions: vec![5] };
    let settings = Settings { table: vec![row], fitted: Vec::new(), held_out: Vec::new() };
    let mut records = records(&settings);
    records.values_mut().for_each(|record| record.end_overlaps.fill(0.1));
    let folder = tempfile::tempdir().unwrap();
    let report = Predictors.report(&settings, &records, dam_core::Streams::new(1)).unwrap();
    report.write(folder.path(), &serde_json::json!({})).unwrap();
    assert_eq!(numbers(folder.path(), "sizes", "fail_percent_mean"), [100.0]);
    assert!(column(folder.path(), "realizations", "auc").iter().all(String::is_empty));
}

#[test]
fn presets_and_choices() {
    let options = |preset| Options { preset, ..options(Path::new("unused")) };
    let sizes = |settings: &Settings| settings.table.iter().map(|row| row.n).collect::<Vec<_>>();
    let quick = Settings::new(&options(Preset::Quick), &Choices::default());
    assert_eq!(sizes(&quick), [100, 200]);
    assert!(quick.fitted.is_empty() && quick.held_out.is_empty());
    for preset in [Preset::Paper, Preset::Full] {
        let settings = Settings::new(&options(preset), &Choices { one_pass: true, ..Choices::default() });
        assert_eq!(sizes(&settings), [100, 200, 500, 1000]);
        // Every pattern that is judged is in one cell.
        for study in Study::ALL {
            for row in settings.rows(study) {
                let parts = (0..row.judged.div_ceil(row.chunk)).flat_map(|chunk| row.part(chunk));
                assert!(parts.eq(0..row.judged) && row.judged <= row.m);
            }
        }
    }
    let choices =
        Choices { n: vec![500], judged: Some(20), directions: vec![30, 10, 10], ..Choices::default() };
    let chosen = Settings::new(&Options { realizations: Some(7), ..options(Preset::Quick) }, &choices);
    let [row] = &chosen.table[..] else { panic!("{chosen:?}") };
    assert_eq!((row.n, row.realizations, row.judged, &row.directions[..]), (500, 7, 20, &[10, 30][..]));
}

#[test]
fn settings_without_a_pattern_are_refused() {
    Predictors.check(&settings()).unwrap();
    let spoils: [fn(&mut Row); 3] =
        [|row| row.chunk = 0, |row| row.judged = row.m + 1, |row| row.directions = vec![5, 0]];
    for spoil in spoils {
        let mut settings = settings();
        spoil(&mut settings.held_out[0]);
        assert!(matches!(Predictors.check(&settings), Err(crate::Error::Settings { .. })));
    }
}
