use super::*;

/// Exact coverage is not known; 95 % within four binomial standard errors of 60 sets, and the small-sample bias.
#[test]
fn tallies_are_counts_of_the_same_sets_whatever_the_chunks() {
    let cell = |chunk| Cell { auc_percent: 80, positives: 30, negatives: 30, chunk };
    let streams = Streams::new(4);
    let of = |settings: &Settings, chunk| Coverage.compute(settings, &cell(chunk), streams).unwrap();
    let whole = of(&Settings { sets: 60, chunk: 60, resamples: 100 }, 0);
    let parts = Settings { sets: 60, chunk: 25, resamples: 100 };
    let sum = (0..3).map(|chunk| of(&parts, chunk)).fold(Tally::default(), |sum, part| sum.and(&part));
    assert_eq!(sum, whole);
    assert_eq!((whole.sets, whole.separated), (60, 0));
    assert!(whole.covered.iter().all(|&covered| (48..=60).contains(&covered)), "{whole:?}");
}

#[test]
fn an_interval_covers_what_it_holds() {
    let cell = Cell { auc_percent: 80, positives: 30, negatives: 50, chunk: 0 };
    let (streams, distance) = (Streams::new(9), MODELS[1].1);
    let mut outside = 0;
    for set in 0..60 {
        // DeLong's interval from the definition of its variance.
        let mut scores = Euclidean::<f64>::new(80).unwrap().sample(&mut streams.rng(Purpose::Custom(0), set));
        scores.as_mut_slice()[..30].iter_mut().for_each(|score| *score += distance);
        let (positive, negative) = scores.as_slice().split_at(30);
        let share = |of: &[f64], wins: &dyn Fn(f64) -> bool| {
            of.iter().filter(|&&score| wins(score)).count() as f64 / of.len() as f64
        };
        let v10: Vec<f64> = positive.iter().map(|&p| share(negative, &|n| n < p)).collect();
        let v01: Vec<f64> = negative.iter().map(|&n| share(positive, &|p| n < p)).collect();
        let [a, b] = [&v10, &v01].map(|v| crate::Summary::of(v.iter().copied()));
        let half = 1.959_963_984_540_054 * (a.sd.powi(2) / 30.0 + b.sd.powi(2) / 50.0).sqrt();
        let covered = (a.mean - 0.8).abs() <= half;
        outside += usize::from(!covered);
        assert_eq!(one(&cell, distance, 20, set, streams).unwrap().covered[2], usize::from(covered));
    }
    assert!(outside > 0, "no set that tells");
}

#[test]
fn separated_classes_are_counted_and_not_covered() {
    let cell = Cell { auc_percent: 97, positives: 30, negatives: 30, chunk: 0 };
    // So far apart that the classes never overlap.
    let tally = one(&cell, 40.0, 50, 0, Streams::new(1)).unwrap();
    assert_eq!(tally, Tally { sets: 1, separated: 1, covered: [0; 4] });
}

#[test]
fn distances_of_the_models_give_their_auc() {
    use statrs::distribution::{ContinuousCDF, Normal};
    for (percent, distance) in MODELS {
        let auc = Normal::standard().cdf(distance / 2.0_f64.sqrt());
        assert!((auc - percent as f64 / 100.0).abs() < 1e-10, "{percent}: {auc}");
    }
}

#[test]
fn the_report_counts_all_chunks_and_writes_every_file() {
    let settings = Settings { sets: 3, chunk: 2, resamples: 20 };
    let cells = Coverage.cells(&settings);
    assert_eq!(cells.len(), 2 * 4 * 7);
    // Made up: the last interval covers in two of three sets, the others always.
    let tally = |cell: &Cell| {
        let sets = if cell.chunk == 0 { 2 } else { 1 };
        Tally { sets, separated: 0, covered: [sets, sets, sets, 1] }
    };
    let records: Records<Coverage> = cells.into_iter().map(|cell| (cell.clone(), tally(&cell))).collect();
    let folder = tempfile::tempdir().unwrap();
    Coverage
        .report(&settings, &records, dam_core::Streams::new(1))
        .unwrap()
        .write(folder.path(), &serde_json::json!({}))
        .unwrap();
    let mut table = csv::Reader::from_path(folder.path().join("coverage.csv")).unwrap();
    let names = table.headers().unwrap().clone();
    assert_eq!(&names[5], "percentile_percent");
    assert_eq!(&names[14], "logit_delong_percent");
    let lines: Vec<_> = table.records().map(Result::unwrap).collect();
    assert_eq!((lines.len(), &lines[0][3], &lines[27][0]), (28, "3", "0.97"));
    let number = |k: usize| lines[5][k].parse::<f64>().unwrap();
    assert_eq!(number(5), 100.0);
    assert!((number(14) - 200.0 / 3.0).abs() < 1e-12);
    // Wilson's interval of 2 of 3: 20.77 to 93.85 %, by hand from the formula.
    assert!((number(15) - 20.77).abs() < 0.01 && (number(16) - 93.85).abs() < 0.01, "{:?}", lines[5]);
    for name in ["coverage.svg", "summary.json", "report.html"] {
        assert!(folder.path().join(name).is_file(), "{name}");
    }
}

#[test]
fn settings_without_a_set_are_refused() {
    let legal = Settings { sets: 10, chunk: 5, resamples: 60 };
    Coverage.check(&legal).unwrap();
    for refused in [
        Settings { sets: 0, ..legal.clone() },
        Settings { chunk: 0, ..legal.clone() },
        Settings { resamples: 1, ..legal },
    ] {
        assert!(matches!(Coverage.check(&refused), Err(Error::Settings { .. })), "{refused:?}");
    }
}
