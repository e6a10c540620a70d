use dam_core::{Purpose, Streams};
use rand::RngExt;

use super::bootstrap::quantile;
use super::reference::auc::{CASES, Case, LEVEL, PLAIN, QUANTILES, STRATIFIED, VALUES};
use super::{Bootstrap, Resampling, Scored};
use crate::Error;

mod bca;
mod calibration;
mod delong;

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs().max(1.0)
}

fn bools(labels: &[u8]) -> Vec<bool> {
    labels.iter().map(|&label| label == 1).collect()
}

fn scored(case: &Case) -> Scored {
    Scored::new(case.scores, &bools(case.labels)).unwrap()
}

fn named(name: &str) -> Scored {
    scored(CASES.iter().find(|case| case.name == name).unwrap())
}

/// Random samples of both classes; few levels make heavy ties.
fn samples(index: u64) -> (Vec<f64>, Vec<bool>) {
    let mut rng = Streams::new(11).rng(Purpose::Custom(0), index);
    let n = rng.random_range(2..60);
    let levels = [1_u64, 2, 5, 1 << 40][rng.random_range(0..4)];
    let scores = (0..n).map(|_| rng.random_range(0..levels) as f64 - 2.0).collect();
    let prevalence = rng.random::<f64>();
    let mut labels: Vec<bool> = (0..n).map(|_| rng.random::<f64>() < prevalence).collect();
    (labels[0], labels[n - 1]) = (true, false);
    (scores, labels)
}

/// The classes' scores, positives first.
fn classes(scores: &[f64], labels: &[bool]) -> (Vec<f64>, Vec<f64>) {
    let of = |class| scores.iter().zip(labels).filter(|s| *s.1 == class).map(|s| *s.0).collect();
    (of(true), of(false))
}

/// 1, 1/2 or 0 as the positive wins, ties or loses.
fn kernel(positive: f64, negative: f64) -> f64 {
    f64::from(u8::from(positive > negative)) + 0.5 * f64::from(u8::from(positive == negative))
}

#[test]
fn values_agree_with_scikit_learn() {
    for case in CASES {
        let scored = scored(case);
        assert!(close(scored.auc(), case.auc), "{}", case.name);
        assert!(close(scored.average_precision(), case.average_precision), "{}", case.name);
        let curve = scored.roc_curve();
        assert_eq!(curve.len(), case.curve.len(), "{}", case.name);
        for (point, &[fpr, tpr, threshold]) in curve.iter().zip(case.curve) {
            assert!(close(point.fpr, fpr) && close(point.tpr, tpr), "{}: {point:?}", case.name);
            assert_eq!(point.threshold, threshold, "{}", case.name);
        }
        let best = scored.youden();
        assert!(close(best.youden_j(), case.youden[0]), "{}", case.name);
        assert_eq!(best.threshold, case.youden[1], "{}", case.name);
    }
}

#[test]
fn auc_is_the_fraction_of_pairs_won() {
    for index in 0..500 {
        let (scores, labels) = samples(index);
        let (positive, negative) = classes(&scores, &labels);
        let won: f64 = positive.iter().flat_map(|&p| negative.iter().map(move |&n| kernel(p, n))).sum();
        let scored = Scored::new(&scores, &labels).unwrap();
        assert_eq!(scored.auc(), won / (positive.len() * negative.len()) as f64, "{index}");
        assert_eq!((scored.positives(), scored.negatives()), (positive.len(), negative.len()));
    }
}

#[test]
fn average_precision_is_the_mean_precision_at_the_positives() {
    for index in 0..500 {
        let (scores, labels) = samples(index);
        let (positive, negative) = classes(&scores, &labels);
        let precision = |&threshold: &f64| {
            let called = |class: &[f64]| class.iter().filter(|&&score| score >= threshold).count() as f64;
            called(&positive) / (called(&positive) + called(&negative))
        };
        let mean = positive.iter().map(precision).sum::<f64>() / positive.len() as f64;
        assert!(close(Scored::new(&scores, &labels).unwrap().average_precision(), mean), "{index}");
    }
}

#[test]
fn the_curve_encloses_the_auc_and_carries_the_best_threshold() {
    for index in 0..500 {
        let (scores, labels) = samples(index);
        let scored = Scored::new(&scores, &labels).unwrap();
        let curve = scored.roc_curve();
        let (first, last) = (curve[0], curve[curve.len() - 1]);
        assert_eq!([first.fpr, first.tpr, last.fpr, last.tpr], [0.0, 0.0, 1.0, 1.0]);
        assert!(curve.windows(2).all(|w| w[0].threshold > w[1].threshold));
        let area: f64 = curve.windows(2).map(|w| (w[1].fpr - w[0].fpr) * (w[0].tpr + w[1].tpr) / 2.0).sum();
        assert!(close(area, scored.auc()), "{index}");

        let best = scored.youden();
        assert!(curve.contains(&best));
        assert!(curve.iter().all(|point| {
            let (j, best_j) = (point.youden_j(), best.youden_j());
            j < best_j - 1e-9 || (j < best_j + 1e-9 && point.threshold <= best.threshold)
        }));
    }
}

#[test]
fn partial_auc_agrees_with_scikit_learn() {
    for case in CASES {
        let scored = scored(case);
        for &[max_fpr, area, standardized] in case.partial {
            assert!(close(scored.partial_auc(max_fpr).unwrap(), area), "{} {max_fpr}", case.name);
            let found = scored.standardized_partial_auc(max_fpr).unwrap();
            assert!(close(found, standardized), "{} {max_fpr}: {found}", case.name);
        }
        assert_eq!(scored.partial_auc(1.0).unwrap(), scored.auc(), "{}", case.name);
    }
}

#[test]
fn the_whole_partial_auc_is_the_auc_and_it_grows_with_its_range() {
    for index in 0..300 {
        let (scores, labels) = samples(index);
        let scored = Scored::new(&scores, &labels).unwrap();
        let areas: Vec<f64> = (1..=50).map(|k| scored.partial_auc(f64::from(k) / 50.0).unwrap()).collect();
        assert_eq!(areas[49], scored.auc(), "{index}");
        assert!(areas.is_sorted() && areas.iter().zip(1..).all(|(&a, k)| a <= f64::from(k) / 50.0 + 1e-15));
        // The curve starts at the positives that outscore every negative.
        let narrow = scored.partial_auc(1e-9).unwrap();
        let first = scored.roc_curve().iter().filter(|p| p.fpr == 0.0).map(|p| p.tpr).fold(0.0, f64::max);
        assert!(narrow >= 1e-9 * first * (1.0 - 1e-12), "{index}");
    }
    for found in [0.0, -0.1, 1.1, f64::INFINITY] {
        let expected = Error::Parameter { name: "max_fpr", expected: "0 < max_fpr <= 1", found };
        assert_eq!(named("constant").partial_auc(found), Err(expected.clone()));
        assert_eq!(named("constant").standardized_partial_auc(found), Err(expected));
    }
    assert!(named("constant").partial_auc(f64::NAN).is_err());
}

#[test]
fn only_the_order_of_the_scores_matters() {
    for index in 0..200 {
        let (scores, labels) = samples(index);
        let scored = Scored::new(&scores, &labels).unwrap();
        let transform = |map: fn(f64) -> f64| scores.iter().map(|&score| map(score)).collect::<Vec<f64>>();
        let stretched = Scored::new(&transform(|s| s * 4.0 + 1.0), &labels).unwrap();
        assert_eq!(stretched.auc(), scored.auc());
        assert_eq!(stretched.average_precision(), scored.average_precision());

        let flipped = Scored::new(&transform(|s| -s), &labels).unwrap();
        assert!(close(flipped.auc(), 1.0 - scored.auc()));

        let (mut backwards, mut marks) = (scores.clone(), labels.clone());
        backwards.reverse();
        marks.reverse();
        assert_eq!(Scored::new(&backwards, &marks).unwrap(), scored);
    }
}

#[test]
fn unusable_input_is_refused_with_its_place() {
    let refused = Scored::new(&[1.0, 2.0], &[true]).unwrap_err();
    assert_eq!(refused, Error::LabelCount { expected: 2, found: 1 });
    assert!(refused.to_string().starts_with("expected one label for each of the 2 scores, found 1 labels;"));
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        match Scored::new(&[1.0, bad, bad], &[true, false, false]) {
            Err(Error::NonFiniteScore { index: 1, value }) => assert_eq!(value.to_bits(), bad.to_bits()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        Scored::new(&[1.0, 2.0], &[false, false]),
        Err(Error::SingleClass { positives: 0, negatives: 2 })
    );
    assert_eq!(Scored::new(&[], &[]), Err(Error::SingleClass { positives: 0, negatives: 0 }));
}

#[test]
fn unusable_bootstraps_are_refused() {
    let scored = Scored::new(&[1.0, 2.0], &[false, true]).unwrap();
    let streams = Streams::new(0);
    for found in [0, u32::MAX as usize + 1] {
        assert_eq!(scored.bootstrap_auc(Resampling::Plain, found, &streams), Err(Error::Resamples { found }));
    }
    // A single plain resample of two samples lacks a class half of the time.
    let lone = |seed| scored.bootstrap_auc(Resampling::Plain, 1, &Streams::new(seed));
    assert!((0..20).any(|seed| lone(seed) == Err(Error::NoReplicates { resamples: 1 })));
    assert!((0..20).any(|seed| lone(seed).is_ok_and(|b| b.replicates() == [1.0])));

    let bootstrap = scored.bootstrap_auc(Resampling::Stratified, 10, &streams).unwrap();
    for found in [0.0, 1.0, -0.5, 95.0, f64::INFINITY] {
        assert_eq!(bootstrap.percentile(found), Err(Error::ConfidenceLevel { found }));
    }
    assert!(
        matches!(bootstrap.percentile(f64::NAN), Err(Error::ConfidenceLevel { found }) if found.is_nan())
    );
}

#[test]
fn quantiles_agree_with_numpy() {
    for &[order, expected] in QUANTILES {
        assert!(close(quantile(VALUES, order), expected), "{order}");
    }
    assert_eq!(quantile(&[0.25], 0.7), 0.25);
}

#[test]
fn the_bootstrap_is_the_same_for_any_number_of_threads() {
    for (case, resampling) in
        [(&CASES[0], Resampling::Plain), (&CASES[1], Resampling::Stratified), (&CASES[5], Resampling::Plain)]
    {
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| scored(case).bootstrap_auc(resampling, 257, &Streams::new(5)).unwrap())
        };
        let serial = run(1);
        let bits = |b: &Bootstrap| b.replicates().iter().map(|auc| auc.to_bits()).collect::<Vec<u64>>();
        for threads in [2, 3, 8] {
            let parallel = run(threads);
            assert_eq!(bits(&parallel), bits(&serial));
            assert_eq!(parallel.skipped(), serial.skipped());
        }
        let other = scored(case).bootstrap_auc(resampling, 257, &Streams::new(6)).unwrap();
        assert_ne!(other, serial);
    }
}

#[test]
fn intervals_agree_with_scipy() {
    let scored = scored(&CASES[0]);
    for (resampling, expected) in [(Resampling::Plain, PLAIN), (Resampling::Stratified, STRATIFIED)] {
        let bootstrap = scored.bootstrap_auc(resampling, 20_000, &Streams::new(3)).unwrap();
        let interval = bootstrap.percentile(LEVEL).unwrap();
        assert_eq!(interval.level, LEVEL);
        // The standard error of these quantiles over 20 000 replicates is about 0.001.
        assert!((interval.lower - expected[0]).abs() < 0.004, "{interval:?}");
        assert!((interval.upper - expected[1]).abs() < 0.004, "{interval:?}");
        let (_, deviation) = moments(bootstrap.replicates());
        assert!((deviation / expected[2] - 1.0).abs() < 0.025, "{deviation}");
    }
}

/// Mean and standard deviation.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
}

#[test]
fn stratified_replicates_have_the_exact_moments_of_the_two_sample_statistic() {
    for case in &CASES[..2] {
        let (positive, negative) = classes(case.scores, &bools(case.labels));
        let (p, n) = (positive.len() as f64, negative.len() as f64);
        let scored = scored(case);
        // Under the empirical distributions the resampled AUC is a two-sample U-statistic, with variance
        // (E[k²] − A² + (N − 1) (E[E[k | positive]²] − A²) + (P − 1) (E[E[k | negative]²] − A²)) / (P N).
        let a2 = scored.auc().powi(2);
        let mut square = 0.0;
        let mut given_positive = 0.0;
        for &s in &positive {
            square += negative.iter().map(|&t| kernel(s, t).powi(2)).sum::<f64>() / (p * n);
            given_positive += (negative.iter().map(|&t| kernel(s, t)).sum::<f64>() / n).powi(2) / p;
        }
        let mut given_negative = 0.0;
        for &t in &negative {
            given_negative += (positive.iter().map(|&s| kernel(s, t)).sum::<f64>() / p).powi(2) / n;
        }
        let variance =
            (square - a2 + (n - 1.0) * (given_positive - a2) + (p - 1.0) * (given_negative - a2)) / (p * n);

        let draws = 20_000;
        let bootstrap = scored.bootstrap_auc(Resampling::Stratified, draws, &Streams::new(8)).unwrap();
        let (mean, deviation) = moments(bootstrap.replicates());
        let error = variance.sqrt() / (draws as f64).sqrt();
        assert!((mean - scored.auc()).abs() < 4.0 * error, "{}: {mean}", case.name);
        assert!((deviation / variance.sqrt() - 1.0).abs() < 0.025, "{}: {deviation}", case.name);
        assert_eq!(bootstrap.skipped(), 0);
    }
}

#[test]
fn degenerate_data_give_degenerate_intervals() {
    for (name, ends) in [("separated", 1.0), ("reversed", 0.0), ("constant", 0.5)] {
        let scored = named(name);
        for resampling in [Resampling::Plain, Resampling::Stratified] {
            let bootstrap = scored.bootstrap_auc(resampling, 50, &Streams::new(2)).unwrap();
            let interval = bootstrap.percentile(0.95).unwrap();
            assert_eq!((interval.lower, interval.upper), (ends, ends), "{name}");
        }
    }
}

#[test]
fn plain_resamples_without_a_class_are_skipped_and_counted() {
    // One positive among five samples: (4/5)^5 + (1/5)^5 of the resamples lack a class.
    let draws = 10_000;
    let bootstrap = scored(&CASES[5]).bootstrap_auc(Resampling::Plain, draws, &Streams::new(4)).unwrap();
    let rate = bootstrap.skipped() as f64 / draws as f64;
    let expected = 0.8_f64.powi(5) + 0.2_f64.powi(5);
    assert!((rate - expected).abs() < 4.0 * (expected * (1.0 - expected) / draws as f64).sqrt());
    assert_eq!(bootstrap.skipped() + bootstrap.replicates().len(), draws);
}

#[test]
fn a_million_scores() {
    let n = 500_000_u32;
    let scores: Vec<f64> =
        (0..n).map(|k| f64::from(k % 1000 + 100)).chain((0..n).map(|k| f64::from(k % 1000))).collect();
    let labels: Vec<bool> = (0..2 * n).map(|k| k < n).collect();
    let scored = Scored::new(&scores, &labels).unwrap();
    // Positives are uniform on 100..1100, negatives on 0..1000: P(x + 100 > y) + P(=)/2 by counting.
    let won: u64 = (0..1000_u64).map(|x| (x + 100).min(1000) * 2 + u64::from(x + 100 < 1000)).sum();
    assert_eq!(scored.auc(), won as f64 / 2e6);
    assert!(scored.delong().unwrap().variance() > 0.0);
}

/// Quantiles at the values themselves are those values, to the bit.
#[test]
fn quantiles_never_leave_their_neighbours() {
    let sorted = [0.1, 0.3, 0.7, 0.9, 1.1];
    for (k, &value) in sorted.iter().enumerate() {
        assert_eq!(quantile(&sorted, k as f64 / 4.0), value);
    }
    assert!((quantile(&sorted, 0.3) - 0.38).abs() < 1e-15 && (quantile(&sorted, 0.2) - 0.26).abs() < 1e-15);
}
