use super::{bools, close, samples, scored};
use crate::Error;
use crate::roc::reference::auc::CASES;
use crate::roc::reference::calibration::{BRIER, CURVES, FITS, LABELS, PROBABILITIES};
use crate::roc::{Scored, brier_score, calibration_curve};

#[test]
fn the_logistic_map_agrees_with_mpmath() {
    for fit in FITS {
        let map = Scored::new(fit.scores, &bools(fit.labels)).unwrap().logistic().unwrap();
        let [intercept, slope] = fit.logistic;
        assert!((map.slope() / slope - 1.0).abs() < 1e-11, "{}: {map:?}", fit.name);
        assert!(
            (map.intercept() - intercept).abs() < 1e-11 * intercept.abs().max(1.0),
            "{}: {map:?}",
            fit.name
        );
        for &score in fit.scores {
            let expected = 1.0 / (1.0 + (-(intercept + slope * score)).exp());
            assert!((map.probability(score) - expected).abs() < 1e-11, "{}", fit.name);
        }
    }
}

#[test]
fn the_logistic_map_solves_the_score_equations_and_follows_the_scale() {
    let mut fitted = 0;
    for index in 0..400 {
        let (scores, labels) = samples(index);
        let scored = Scored::new(&scores, &labels).unwrap();
        let map = match scored.logistic() {
            Ok(map) => map,
            Err(Error::Separated { threshold }) => {
                assert!(scores.contains(&threshold), "{index}");
                continue;
            }
            Err(other) => panic!("{index}: {other}"),
        };
        fitted += 1;
        let range = scores.iter().fold(1.0, |m: f64, s| m.max(s.abs()));
        let (mut sum, mut moment) = (0.0, 0.0);
        for (&score, &label) in scores.iter().zip(&labels) {
            let residual = f64::from(u8::from(label)) - map.probability(score);
            sum += residual;
            moment += residual * score / range;
        }
        assert!(sum.abs() < 1e-10 && moment.abs() < 1e-10, "{index}: {sum} {moment}");

        let scaled: Vec<f64> = scores.iter().map(|s| 4096.0 * s).collect();
        let scaled = Scored::new(&scaled, &labels).unwrap().logistic().unwrap();
        assert!(close(4096.0 * scaled.slope(), map.slope()));
        let flipped: Vec<bool> = labels.iter().map(|label| !label).collect();
        let flipped = Scored::new(&scores, &flipped).unwrap().logistic().unwrap();
        assert!(scores.iter().all(|&s| (flipped.probability(s) + map.probability(s) - 1.0).abs() < 1e-9));
    }
    assert!(fitted > 200);
}

/// Of two scores the map gives the shares themselves. Rare positives at the lower one throw a full Newton step out of reach.
#[test]
fn the_logistic_map_of_two_scores_gives_their_shares() {
    for (positives, of, others, of_them) in
        [(1, 1001, 10, 11), (1, 1001, 1, 2), (1, 10_001, 3, 4), (4, 9, 3, 7)]
    {
        let scores = [vec![-1.0; of], vec![1.0; of_them]].concat();
        let labels: Vec<bool> =
            (0..of).map(|k| k < positives).chain((0..of_them).map(|k| k < others)).collect();
        let map = Scored::new(&scores, &labels).unwrap().logistic().unwrap();
        for (score, share) in [(-1.0, positives as f64 / of as f64), (1.0, others as f64 / of_them as f64)] {
            let found = map.probability(score);
            assert!((found / share - 1.0).abs() < 1e-12, "{found} for {share}");
        }
    }
}

#[test]
fn classes_that_do_not_overlap_have_no_logistic_map() {
    let fit = |scores: &[f64], labels: &[u8]| Scored::new(scores, &bools(labels)).unwrap().logistic();
    let separated = |threshold| Err(Error::Separated { threshold });
    assert_eq!(fit(&[1.0, 2.0, 3.0, 4.0], &[0, 0, 1, 1]), separated(3.0));
    assert_eq!(fit(&[1.0, 2.0, 3.0, 4.0], &[1, 1, 0, 0]), separated(3.0));
    // A tie at the border does not help: the slope is still infinite.
    assert_eq!(fit(&[1.0, 2.0, 2.0, 3.0], &[0, 0, 1, 1]), separated(2.0));
    assert_eq!(fit(&[1.0, 2.0, 2.0, 3.0], &[1, 0, 1, 0]), separated(2.0));
    assert_eq!(fit(&[1.0, 1.0, 2.0], &[1, 0, 1]), separated(1.0));
    assert!(fit(&[1.0, 2.0, 3.0], &[0, 1, 0]).is_ok());
}

#[test]
fn maps_of_extreme_scores_are_right_or_refused() {
    let fit = |scores: &[f64]| Scored::new(scores, &[false, true, false, true]).unwrap();
    // The same problem at every scale.
    let expected = fit(&[-1.0, -0.5, 0.25, 1.0]).logistic().unwrap();
    for scale in [1e-270, 1e-30, 1e30, 1.7e308] {
        let map = fit(&[-scale, -0.5 * scale, 0.25 * scale, scale]).logistic().unwrap();
        for x in [-1.0, -0.3, 0.9] {
            assert!(close(map.probability(x * scale), expected.probability(x)), "{scale} {x}");
        }
        assert_eq!(map.probability(f64::INFINITY), 1.0);
    }
    assert!(matches!(fit(&[0.0, 1e-300, 2e-300, 3e-300]).logistic(), Err(Error::Parameter { .. })));
    assert!(matches!(fit(&[0.0, 1.0, 1.0 + 1e-15, 1e30]).logistic(), Err(Error::NotConverged { .. })));
    for case in CASES {
        let scored = scored(case);
        if let Ok(map) = scored.logistic() {
            assert!(case.scores.iter().all(|&s| (0.0..=1.0).contains(&map.probability(s))), "{}", case.name);
        }
        let map = scored.isotonic();
        for x in case.scores.iter().flat_map(|&s| [s, s / 2.0, -s]).chain([f64::INFINITY, f64::NEG_INFINITY])
        {
            assert!((0.0..=1.0).contains(&map.probability(x)), "{} {x}", case.name);
        }
        assert!(map.probability(f64::NAN).is_nan());
    }
    let flat = Scored::new(&[1e308; 4], &[true, false, true, true]).unwrap().logistic().unwrap();
    assert!(close(flat.probability(-1e308), 0.75) && flat.probability(f64::NAN).is_nan());
}

#[test]
fn the_isotonic_map_agrees_with_scikit_learn() {
    for fit in FITS {
        let map = Scored::new(fit.scores, &bools(fit.labels)).unwrap().isotonic();
        for &[score, probability] in fit.isotonic {
            assert!(close(map.probability(score), probability), "{} {score}", fit.name);
        }
    }
}

#[test]
fn the_isotonic_map_is_the_max_min_of_means() {
    for index in 0..200 {
        let (scores, labels) = samples(index);
        let map = Scored::new(&scores, &labels).unwrap().isotonic();
        let mean = |low: f64, high: f64| {
            let within = || scores.iter().zip(&labels).filter(|(s, _)| (low..=high).contains(*s));
            within().filter(|sample| *sample.1).count() as f64 / within().count() as f64
        };
        for &s in &scores {
            let least = |low: f64| {
                scores.iter().filter(|&&high| high >= s).map(|&high| mean(low, high)).fold(f64::MAX, f64::min)
            };
            let expected = scores.iter().filter(|&&low| low <= s).map(|&low| least(low)).fold(0.0, f64::max);
            assert!(close(map.probability(s), expected), "{index}");
        }
    }
}

#[test]
fn brier_scores_and_curves_agree_with_scikit_learn() {
    let labels = bools(LABELS);
    assert!(close(brier_score(PROBABILITIES, &labels).unwrap(), BRIER));
    for &(bins, expected) in CURVES {
        let curve = calibration_curve(PROBABILITIES, &labels, bins).unwrap();
        assert_eq!(curve.len(), expected.len(), "{bins}");
        assert_eq!(curve.iter().map(|bin| bin.samples).sum::<usize>(), labels.len());
        for (bin, &[mean, fraction]) in curve.iter().zip(expected) {
            assert!(
                close(bin.mean_probability, mean) && close(bin.positive_fraction, fraction),
                "{bins}: {bin:?}"
            );
        }
    }
    // Without ties every bin has its share.
    let distinct: Vec<f64> = (0..60).map(|k| f64::from((k * 7) % 60) / 60.0).collect();
    let curve = calibration_curve(&distinct, &labels, 6).unwrap();
    assert!(curve.len() == 6 && curve.iter().all(|bin| bin.samples == 10));
}

#[test]
fn unusable_probabilities_are_refused() {
    let refused = |p: &[f64], labels: &[bool], bins| {
        let curve = calibration_curve(p, labels, bins).unwrap_err();
        let brier = brier_score(p, labels);
        assert!(brier.is_ok() || brier == Err(curve.clone()));
        curve
    };
    assert_eq!(refused(&[0.5], &[true, false], 1), Error::LabelCount { expected: 1, found: 2 });
    for value in [-0.1, 1.0 + 1e-15, f64::INFINITY] {
        assert_eq!(refused(&[0.5, value], &[true, false], 1), Error::Probability { index: 1, value });
    }
    assert!(matches!(brier_score(&[f64::NAN], &[true]), Err(Error::Probability { index: 0, .. })));
    assert!(matches!(refused(&[], &[], 1), Error::Parameter { name: "number of samples", .. }));
    for bins in [0, 3, usize::MAX] {
        let refused = refused(&[0.5, 0.25], &[true, false], bins);
        assert!(matches!(refused, Error::Parameter { name: "bins", found, .. } if found == bins as f64));
    }
}
