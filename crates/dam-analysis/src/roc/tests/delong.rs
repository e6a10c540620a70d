use dam_core::{Euclidean, Purpose, StateSpace, Streams};

use super::{bools, classes, close, kernel, named, samples};
use crate::roc::reference::delong::{INTERVALS, NORMAL, PAIRED};
use crate::roc::{Interval, Scored, delong_test};
use crate::{Error, normal};

fn agree(interval: Interval, ends: [f64; 2]) -> bool {
    close(interval.lower, ends[0]) && close(interval.upper, ends[1])
}

#[test]
fn the_normal_distribution_agrees_with_mpmath() {
    for &[x, p] in NORMAL {
        // Rounding x / √2 shows in exp(−x²/2).
        let allowed = (1e-15 + 3e-16 * x * x) * p;
        assert!((normal::cdf(x) - p).abs() <= allowed, "{x}");
        assert!((normal::two_sided(x) - 2.0 * p.min(1.0 - p)).abs() <= 2.0 * allowed, "{x}");
        // Rounding p costs the quantile |p| ε / φ(x) above 0.
        let allowed = 4e-16 * (x.abs().max(1.0) + p / normal_density(x));
        assert!((normal::quantile(p) - x).abs() <= allowed, "{x}");
    }
    assert_eq!((normal::cdf(0.0), normal::quantile(0.5), normal::two_sided(0.0)), (0.5, 0.0, 1.0));
}

fn normal_density(x: f64) -> f64 {
    (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt()
}

#[test]
fn variances_and_intervals_agree_with_the_components_of_all_pairs() {
    for expected in INTERVALS {
        let delong = named(expected.name).delong().unwrap();
        assert!(close(delong.variance(), expected.variance), "{}: {delong:?}", expected.name);
        // Relative to itself too: a variance is small.
        assert!((delong.variance() - expected.variance).abs() <= 1e-12 * expected.variance + 1e-32);
        assert!(agree(delong.wald(0.95).unwrap(), expected.wald), "{}", expected.name);
        match expected.logit {
            Some(ends) => assert!(agree(delong.logit(0.95).unwrap(), ends), "{}", expected.name),
            None => assert_eq!(delong.logit(0.95), Err(Error::ExtremeAuc { found: delong.auc() })),
        }
    }
}

#[test]
fn the_test_agrees_with_the_components_of_all_pairs() {
    for case in PAIRED {
        let test = delong_test(case.first, case.second, &bools(case.labels)).unwrap();
        assert!(close(test.first.variance(), case.variances[0]), "{}", case.name);
        assert!(close(test.second.variance(), case.variances[1]), "{}", case.name);
        for (found, expected) in [
            (test.covariance, case.covariance),
            (test.difference, case.difference),
            (test.z, case.z),
            (test.p_value, case.p_value),
        ] {
            assert!((found - expected).abs() <= 1e-11 * expected.abs(), "{}: {test:?}", case.name);
        }
        let interval = test.interval(0.95).unwrap();
        assert_eq!((interval.lower > 0.0 || interval.upper < 0.0), test.p_value < 0.05, "{}", case.name);
    }
}

/// The sums of squared deviations from the AUC of the fractions of pairs won, by positives and by negatives.
fn component_squares(scores: &[f64], labels: &[bool]) -> (f64, f64) {
    let (positive, negative) = classes(scores, labels);
    let (p, n) = (positive.len() as f64, negative.len() as f64);
    let v10: Vec<f64> =
        positive.iter().map(|&s| negative.iter().map(|&t| kernel(s, t)).sum::<f64>() / n).collect();
    let v01: Vec<f64> =
        negative.iter().map(|&t| positive.iter().map(|&s| kernel(s, t)).sum::<f64>() / p).collect();
    let auc = v10.iter().sum::<f64>() / p;
    let squares = |v: Vec<f64>| v.iter().map(|x| (x - auc).powi(2)).sum();
    (squares(v10), squares(v01))
}

#[test]
fn the_variance_is_that_of_the_structural_components() {
    let mut usable = 0;
    for index in 0..300 {
        let (scores, labels) = samples(index);
        let scored = Scored::new(&scores, &labels).unwrap();
        let (positive, negative) = classes(&scores, &labels);
        let (p, n) = (positive.len() as f64, negative.len() as f64);
        if p < 2.0 || n < 2.0 {
            let (positives, negatives) = (positive.len(), negative.len());
            assert_eq!(scored.delong(), Err(Error::LoneSample { positives, negatives }));
            continue;
        }
        usable += 1;
        let (v10, v01) = component_squares(&scores, &labels);
        let expected = v10 / (p * (p - 1.0)) + v01 / (n * (n - 1.0));
        assert!(close(scored.delong().unwrap().variance(), expected), "{index}");
    }
    assert!(usable > 200);
}

#[test]
fn the_test_is_antisymmetric_and_its_variances_add_up() {
    for index in 0..100 {
        let (first, labels) = samples(index);
        let mut second = first.clone();
        second.rotate_left(1);
        let (Ok(test), Ok(back)) =
            (delong_test(&first, &second, &labels), delong_test(&second, &first, &labels))
        else {
            continue;
        };
        assert_eq!((test.z, test.p_value, test.covariance), (-back.z, back.p_value, back.covariance));
        let sum = test.first.variance() + test.second.variance() - 2.0 * test.covariance;
        assert!(close(test.standard_error.powi(2), sum), "{index}");
        assert_eq!(test.first, Scored::new(&first, &labels).unwrap().delong().unwrap());
        assert!((0.0..=1.0).contains(&test.p_value));
    }
}

#[test]
fn equal_rankings_do_not_differ() {
    for index in 0..100 {
        let (scores, labels) = samples(index);
        let monotone: Vec<f64> = scores.iter().map(|s| 0.1 * s.powi(3) - 7.0).collect();
        match delong_test(&scores, &monotone, &labels) {
            Ok(test) => {
                assert_eq!(
                    (test.difference, test.standard_error, test.z, test.p_value),
                    (0.0, 0.0, 0.0, 1.0)
                );
                assert!(close(test.covariance, test.first.variance()));
            }
            Err(error) => assert!(matches!(error, Error::LoneSample { .. }), "{error}"),
        }
    }
}

#[test]
fn a_difference_without_variance_is_refused() {
    let (up, labels) = ([1.0, 2.0, 3.0, 4.0], [false, false, true, true]);
    let down = up.map(|s: f64| -s);
    assert_eq!(delong_test(&up, &down, &labels), Err(Error::CertainDifference { found: 1.0 }));
    assert_eq!(delong_test(&down, &[0.0; 4], &labels), Err(Error::CertainDifference { found: -0.5 }));
    assert_eq!(delong_test(&up, &[1.0; 3], &labels), Err(Error::LabelCount { expected: 3, found: 4 }));
    let wrong = delong_test(&up, &[1.0, f64::NAN, 0.0, 0.0], &labels);
    assert!(matches!(wrong, Err(Error::NonFiniteScore { index: 1, .. })));
}

#[test]
fn degenerate_intervals_are_points_or_refused() {
    for (name, auc) in [("separated", 1.0), ("reversed", 0.0)] {
        let delong = named(name).delong().unwrap();
        assert_eq!((delong.auc(), delong.variance()), (auc, 0.0));
        assert_eq!(delong.wald(0.9).unwrap(), Interval { lower: auc, upper: auc, level: 0.9 });
        assert_eq!(delong.logit(0.9), Err(Error::ExtremeAuc { found: auc }));
    }
    let constant = named("constant").delong().unwrap();
    assert_eq!(constant.wald(0.9).unwrap(), Interval { lower: 0.5, upper: 0.5, level: 0.9 });
    assert_eq!(constant.logit(0.9).unwrap(), Interval { lower: 0.5, upper: 0.5, level: 0.9 });
    let lone = Error::LoneSample { positives: 1, negatives: 4 };
    assert_eq!(named("one positive").delong(), Err(lone));
    for found in [0.0, 1.0, -1.0, f64::INFINITY] {
        assert_eq!(constant.wald(found), Err(Error::ConfidenceLevel { found }));
        assert_eq!(constant.logit(found), Err(Error::ConfidenceLevel { found }));
    }
}

#[test]
fn intervals_stay_within_the_range_of_an_auc() {
    for index in 0..200 {
        let (scores, labels) = samples(index);
        let Ok(delong) = Scored::new(&scores, &labels).unwrap().delong() else { continue };
        for level in [1e-9, 0.5, 0.95, 1.0 - 1e-15] {
            for interval in [delong.wald(level), delong.logit(level)].into_iter().flatten() {
                assert!(0.0 <= interval.lower && interval.lower <= delong.auc() + 1e-15, "{interval:?}");
                assert!(delong.auc() <= interval.upper + 1e-15 && interval.upper <= 1.0, "{interval:?}");
            }
        }
    }
}

#[test]
fn a_million_scores_are_as_exact_as_a_few() {
    // Every sample 10 000 times over: the AUC stays, and the variance changes by known factors.
    let (copies, case) = (10_000, &super::CASES[1]);
    let scores = case.scores.repeat(copies);
    let labels = bools(&case.labels.repeat(copies));
    assert_eq!(scores.len(), 1_200_000);
    let (few, many) = (named(case.name), Scored::new(&scores, &labels).unwrap());
    assert_eq!(many.auc(), few.auc());
    assert!(close(many.average_precision(), few.average_precision()));
    assert!(close(many.partial_auc(0.1).unwrap(), few.partial_auc(0.1).unwrap()));
    let (v10, v01) = component_squares(case.scores, &bools(case.labels));
    let (p, n, c) = (few.positives() as f64, few.negatives() as f64, copies as f64);
    let expected = v10 / (p * (c * p - 1.0)) + v01 / (n * (c * n - 1.0));
    let found = many.delong().unwrap().variance();
    assert!((found - expected).abs() < 1e-12 * expected, "{found} {expected}");

    // A million distinct scores; of a normal score the AUC is Φ(d / √2).
    let n = 500_000;
    let normal =
        Euclidean::<f64>::new(2 * n).unwrap().sample(&mut Streams::new(1).rng(Purpose::Custom(1), 0));
    let scores: Vec<f64> = normal.iter().enumerate().map(|(k, x)| x + f64::from(u8::from(k < n))).collect();
    let labels: Vec<bool> = (0..2 * n).map(|k| k < n).collect();
    let delong = Scored::new(&scores, &labels).unwrap().delong().unwrap();
    let interval = delong.wald(0.9999).unwrap();
    assert!(interval.lower < 0.760_249_938_906_523_5 && 0.760_249_938_906_523_5 < interval.upper);
    assert!(interval.upper - interval.lower < 0.005);
    let test = delong_test(&scores, normal.as_slice(), &labels).unwrap();
    assert!(test.p_value < 1e-300 && test.standard_error < 1e-3);
}

#[test]
fn intervals_cover_the_true_auc_as_often_as_they_claim() {
    // AUC 0.8 with 100 + 100 normal scores: a thousand sets, whose standard error is 0.007.
    let (sets, n, auc, distance) = (1000_u32, 100, 0.8, 1.190_232_162_899_99);
    let space = Euclidean::<f64>::new(2 * n).unwrap();
    let labels: Vec<bool> = (0..2 * n).map(|k| k < n).collect();
    let mut covered = [0_u32; 2];
    for set in 0..sets {
        let mut scores = space.sample(&mut Streams::new(7).rng(Purpose::Custom(2), u64::from(set)));
        scores.as_mut_slice()[..n].iter_mut().for_each(|score| *score += distance);
        let delong = Scored::new(scores.as_slice(), &labels).unwrap().delong().unwrap();
        for (count, interval) in covered.iter_mut().zip([delong.wald(0.95), delong.logit(0.95)]) {
            let interval = interval.unwrap();
            *count += u32::from(interval.lower <= auc && auc <= interval.upper);
        }
    }
    for count in covered {
        let coverage = f64::from(count) / f64::from(sets);
        assert!((0.93..=0.97).contains(&coverage), "{coverage}");
    }
}
