use std::collections::BTreeMap;
use std::fs;

use serde_json::json;

use super::report::Measured;
use super::*;
use crate::harness::{Options, Outcome, Preset, run};

fn small() -> Settings {
    let row = |model, n, m, metric| Row {
        model,
        n,
        m,
        realizations: 3,
        judged: m,
        chunk: 17,
        noisy: 1,
        checked: 20,
        trials: 6,
        metric,
    };
    Settings {
        table: vec![row(Model::CUBIC, 30, 40, Metric::Scales { draws: 2 })],
        orders: vec![
            row(Model::Exponential, 8, 60, Metric::Paper { draws: 1 }),
            row(Model::Polynomial { order: 2 }, 12, 1, Metric::Paper { draws: 1 }),
        ],
        centred: vec![Row { judged: 25, ..row(Model::Centred, 30, 40, Metric::None) }],
        directions: 10,
        resamples: 50,
        precision: Precision::F64,
    }
}

fn options(out: &std::path::Path) -> Options {
    Options::of_a_test(3, out, 2)
}

fn records(settings: Settings) -> (tempfile::TempDir, Records<Isolation>) {
    let folder = tempfile::tempdir().unwrap();
    let (_, outcome) = run(&Isolation, settings, &options(folder.path())).unwrap();
    let Outcome::Complete { found: records, .. } = outcome else { panic!("{outcome:?}") };
    (folder, records)
}

#[test]
fn chunks_and_noise_change_no_pattern() {
    let (_folder, chunked) = records(small());
    let mut whole = small();
    for row in [&mut whole.table, &mut whole.orders, &mut whole.centred].into_iter().flatten() {
        (row.chunk, row.noisy, row.checked) = (row.m, 0, 0);
    }
    let (_folder, whole) = records(whole);
    let patterns = |of: Records<Isolation>| -> BTreeMap<_, PatternRecord> {
        let each = of.into_iter().flat_map(|(cell, patterns)| {
            patterns.into_iter().map(move |p| ((cell.model, cell.realization, p.pattern), p))
        });
        each.collect()
    };
    let (chunked, whole) = (patterns(chunked), patterns(whole));
    assert_eq!(chunked.len(), 3 * (40 + 60 + 1 + 25));
    for ((key, a), (other, b)) in chunked.iter().zip(&whole) {
        assert_eq!(key, other);
        let metric = key.0 != Model::Centred;
        let alone = key.0 == Model::Polynomial { order: 2 };
        assert_eq!((a.overlaps.is_some(), a.isolation.is_empty()), (metric && !alone, !metric));
        assert!((a.end_overlap - b.end_overlap).abs() < 1e-9);
        for (a, b) in a.isolation.iter().chain(&a.scales).zip(b.isolation.iter().chain(&b.scales)) {
            assert!((a / b - 1.0).abs() < 1e-9);
        }
        assert!(b.trials.is_none());
        // Draws differ.
        assert!(a.isolation.len() < 2 || a.isolation[0] != a.isolation[1]);
    }
    let noisy = |r: usize| {
        chunked.iter().filter(|(k, p)| k.0 == Model::CUBIC && k.1 == r && p.trials.is_some()).count()
    };
    assert_eq!([0, 1, 2].map(noisy), [40, 20, 20]);
}

#[test]
fn the_paper_scale_is_the_metric_of_the_library() {
    // The first draw is what the library gives for the streams of the realization.
    use dam_analysis::{BasinIsolation, Directions, overlap_statistics};
    use dam_core::prelude::*;
    let settings = small();
    let streams = Streams::new(9);
    let cell = Cell { model: Model::CUBIC, n: 30, m: 40, realization: 0, chunk: 1 };
    let found = Isolation.compute(&settings, &cell, streams).unwrap();
    let space = Sphere::<f64>::new(30).unwrap();
    let patterns: Vec<_> = (0..40).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
    let memory = models::spherical(space.clone(), 3, &patterns).unwrap();
    let which: Vec<usize> = (17..34).collect();
    let metric = BasinIsolation::new(30).unwrap().directions(Directions::Random(10)).unwrap();
    let isolation = metric.of_patterns(&memory, &which, streams).unwrap();
    let ninth = metric.radius(scales(30)[9]).unwrap().of_patterns(&memory, &which, streams).unwrap();
    for (k, record) in found.iter().enumerate() {
        assert_eq!(
            (record.pattern, record.isolation[0], record.scales[9]),
            (which[k], isolation[k], ninth[k])
        );
        assert_eq!(record.overlaps, Some(overlap_statistics(&memory, &which).unwrap()[k]));
        // The end of the noiseless run, by the map written out.
        let mut x = patterns[which[k]].clone();
        for _ in 0..200 {
            let mut y = dam_core::nalgebra::DVector::zeros(30);
            patterns.iter().for_each(|xi| y.axpy(xi.dot(&x).powi(2), xi, 1.0));
            x = y.normalize() * 30.0_f64.sqrt();
        }
        assert!((record.end_overlap - x.dot(&patterns[which[k]]) / 30.0).abs() < 1e-5);
    }
}

#[test]
fn a_random_subset_is_drawn_once_per_realization() {
    let (_folder, records) = records(small());
    let subset = |realization: usize| -> Vec<usize> {
        let of = records.iter().filter(|(c, _)| c.model == Model::Centred && c.realization == realization);
        of.flat_map(|(_, patterns)| patterns.iter().map(|p| p.pattern)).collect()
    };
    let first = subset(0);
    assert!(first.len() == 25 && first.is_sorted() && first.windows(2).all(|w| w[0] < w[1]));
    assert!(first != (0..25).collect::<Vec<_>>() && first != subset(1));
}

#[test]
fn the_report_has_every_file_and_its_numbers_are_those_of_the_patterns() {
    let settings = small();
    let (folder, records) = records(settings.clone());
    let report = Isolation.report(&settings, &records, Streams::new(1)).unwrap();
    report.write(folder.path(), &json!({})).unwrap();
    for name in [
        "table_1.csv",
        "spreads.csv",
        "labels.csv",
        "end_overlaps.csv",
        "orders.csv",
        "centred.csv",
        "realizations.csv",
        "patterns.csv",
        "figure_1.svg",
        "figure_2.svg",
        "figure_3_n30.svg",
        "end_overlaps.svg",
        "scales.csv",
        "summary.json",
        "report.html",
    ] {
        assert!(folder.path().join(name).is_file(), "{name}");
    }
    // The AUC of the first realization by counting pairs in the file of patterns.
    let read = |name: &str| -> Vec<BTreeMap<String, String>> {
        csv::Reader::from_path(folder.path().join(name)).unwrap().deserialize().map(Result::unwrap).collect()
    };
    let first = |line: &&BTreeMap<String, String>| line["model"] == "n = 3" && line["realization"] == "1";
    let patterns = read("patterns.csv");
    let patterns: Vec<_> = patterns.iter().filter(first).collect();
    let (mut won, mut pairs) = (0.0, 0.0);
    for a in patterns.iter().filter(|line| line["failed"] == "1") {
        for b in patterns.iter().filter(|line| line["failed"] == "0") {
            let [a, b] = [a, b].map(|line| line["isolation"].parse::<f64>().unwrap());
            won += if a > b { 1.0 } else { 0.5 * f64::from(a == b) };
            pairs += 1.0;
        }
    }
    let realizations = read("realizations.csv");
    let realization = realizations.iter().find(|line| first(line)).unwrap();
    assert!(pairs > 0.0 && patterns.len() == 40);
    assert!((realization["auc_isolation"].parse::<f64>().unwrap() - won / pairs).abs() < 1e-12);
    let failed = patterns.iter().filter(|line| line["failed"] == "1").count();
    assert_eq!(realization["fail_percent"].parse::<f64>().unwrap(), 100.0 * failed as f64 / 40.0);
    let fails: Vec<f64> = realizations
        .iter()
        .filter(|line| line["model"] == "n = 3")
        .map(|line| line["fail_percent"].parse().unwrap())
        .collect();
    let table = &read("table_1.csv")[0];
    let mean = fails.iter().sum::<f64>() / 3.0;
    assert!((table["fail_percent_mean"].parse::<f64>().unwrap() - mean).abs() < 1e-12);
    // A second report is the same bytes.
    let before = fs::read(folder.path().join("report.html")).unwrap();
    Isolation.report(&settings, &records, Streams::new(1)).unwrap().write(folder.path(), &json!({})).unwrap();
    assert_eq!(before, fs::read(folder.path().join("report.html")).unwrap());
}

/// The streams of a realization do not depend on the kernel or the chunk.
#[test]
fn kernels_and_chunks_share_their_patterns() {
    let of = |model, chunk| Isolation.family(&Cell { model, n: 30, m: 40, realization: 2, chunk });
    assert_eq!(of(Model::CUBIC, 0), of(Model::Centred, 1));
}

/// Threads and shards change no byte of any file.
#[test]
fn the_same_bytes_however_it_was_run() {
    let files =
        ["cells.jsonl", "table_1.csv", "patterns.csv", "realizations.csv", "summary.json", "report.html"];
    let read = |folder: &tempfile::TempDir| files.map(|name| fs::read(folder.path().join(name)).unwrap());
    let with = |change: &dyn Fn(&mut Options)| {
        let folder = tempfile::tempdir().unwrap();
        let mut options = options(folder.path());
        change(&mut options);
        crate::harness::execute(&Isolation, small(), &options);
        folder
    };
    let expected = read(&with(&|_| {}));
    for threads in [1, 3] {
        assert!(read(&with(&|options| options.threads = Some(threads))) == expected, "{threads} threads");
    }
    let shards =
        ["1/3", "2/3", "3/3"].map(|shard| with(&|options| options.shard = Some(shard.parse().unwrap())));
    let parts: Vec<_> = shards.iter().map(|folder| folder.path().to_owned()).collect();
    assert!(read(&with(&|options| options.merge.clone_from(&parts))) == expected);
}

#[test]
fn presets_and_choices_give_legal_settings_and_cells() {
    let folder = std::path::Path::new("nowhere");
    for preset in [Preset::Quick, Preset::Paper, Preset::Full] {
        let options = Options { preset, ..options(folder) };
        let choices = Choices { patterns: Some(1_000_000), ..Choices::default() };
        for choices in [Choices::default(), choices] {
            let settings = Settings::new(&options, &choices);
            settings.check().unwrap();
            let mut cells = Isolation.cells(&settings);
            let count = cells.len();
            cells.sort();
            cells.dedup();
            assert_eq!(cells.len(), count);
            assert!(cells.iter().all(|cell| Isolation.cost(&settings, cell) > 0.0));
            let sizes: Vec<usize> = settings.table.iter().map(|row| row.n).collect();
            assert_eq!(sizes, [100, 200, 500, 1000]);
        }
    }
    let some =
        Choices { sizes: vec![500], labels: Some(Labels::Noisy), trials: Some(3), ..Choices::default() };
    let settings = Settings::new(&Options { realizations: Some(7), ..options(folder) }, &some);
    let row = &settings.table[0];
    assert_eq!((settings.table.len(), row.n, row.realizations, row.noisy, row.trials), (1, 500, 7, 7, 3));
    assert!(settings.rows().all(|row| row.realizations == 7));
    let only = Choices { table_only: true, ..Choices::default() };
    assert_eq!(Settings::new(&options(folder), &only).rows().count(), 4);
    let spoils: [fn(&mut Row); 3] =
        [|row| row.chunk = 0, |row| row.judged = row.m + 1, |row| row.noisy = row.realizations + 1];
    for spoil in spoils {
        let mut settings = small();
        spoil(&mut settings.centred[0]);
        assert!(matches!(settings.check(), Err(Error::Settings { .. })));
    }
    let cell = Cell { model: Model::CUBIC, n: 31, m: 40, realization: 0, chunk: 0 };
    let unknown = Isolation.compute(&small(), &cell, Streams::new(1));
    assert!(matches!(unknown, Err(Error::Settings { .. })));
}

#[test]
fn f32_gives_the_same_labels_up_to_rounding() {
    let cell = Cell { model: Model::CUBIC, n: 30, m: 40, realization: 0, chunk: 0 };
    let single = Settings { precision: Precision::F32, ..small() };
    let (mut failed, mut all) = (0, 0);
    for seed in 0..4 {
        let streams = Streams::new(seed);
        let compute = |settings: &Settings| Isolation.compute(settings, &cell, streams).unwrap();
        let (a, b) = (compute(&small()), compute(&single));
        for (a, b) in a.iter().zip(&b) {
            assert_eq!(a.failed(false), b.failed(false), "{} {}", a.end_overlap, b.end_overlap);
            assert!((a.end_overlap - b.end_overlap).abs() < 1e-3, "{} {}", a.end_overlap, b.end_overlap);
            assert!((a.isolation[0] / b.isolation[0] - 1.0).abs() < 1e-4);
            failed += usize::from(a.failed(false));
            all += 1;
        }
    }
    assert!(failed > 0 && failed < all, "{failed} of {all}");
}

#[test]
fn theory_is_the_balance_of_signal_and_noise() {
    for (model, c) in [(Model::CUBIC, 3.0), (Model::Centred, 2.0)] {
        for alpha in [0.01, 0.044, 0.08] {
            let m = model.end_overlap(alpha).unwrap().unwrap();
            assert!((m * m * (1.0 - m * m) - c * alpha).abs() < 1e-12 && m > 0.7);
        }
        assert_eq!(model.end_overlap(0.25 / c + 1e-6).unwrap(), None);
    }
    assert_eq!(Model::Polynomial { order: 2 }.end_overlap(0.1).unwrap(), None);
}

#[test]
fn sampling_of_patterns_has_the_hypergeometric_spread() {
    // All subsets of 3 of 5 patterns, 2 of which fail: the variance of the fraction that fails.
    let fails = [true, true, false, false, false];
    let mut fractions = Vec::new();
    for mask in 0..32_u32 {
        let chosen: Vec<bool> = (0..5).filter(|k| mask >> k & 1 == 1).map(|k| fails[k]).collect();
        if chosen.len() == 3 {
            fractions.push(chosen.iter().filter(|&&f| f).count() as f64 / 3.0);
        }
    }
    let mean = fractions.iter().sum::<f64>() / 10.0;
    let variance = fractions.iter().map(|f| (f - mean).powi(2)).sum::<f64>() / 10.0;
    // With the true fraction 2/5 in place of the sample's.
    let settings = small();
    let row = &settings.table[0];
    let failed = vec![true, true, false, false, false];
    let all = statistics::Realization { index: 0, noisy: false, patterns: vec![], failed, predictions: None };
    let of = Measured { row, all: vec![all] };
    assert_eq!(of.all[0].sampling_sd(5), 0.0);
    // sampling_sd² = p(1 − p)/n · (M − n)/(M − 1) at n = 5 of M = 9, by the same formula at n = 3 of M = 5.
    let by_formula = |p: f64, n: f64, m: f64| p * (1.0 - p) / n * (m - n) / (m - 1.0);
    assert!((by_formula(0.4, 3.0, 5.0) - variance).abs() < 1e-15);
    let sd = of.all[0].sampling_sd(9) / 100.0;
    assert!((sd * sd - by_formula(0.4, 5.0, 9.0)).abs() < 1e-15);
}
