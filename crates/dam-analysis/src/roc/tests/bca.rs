use dam_core::Streams;

use super::{bools, close, named, samples};
use crate::Error;
use crate::roc::reference::bca::{LABELS, PLAIN, SAMPLES, SCORES, STRATIFIED, WITHIN_CLASSES};
use crate::roc::{Bootstrap, Resampling, Scored};

/// The position of each sample in the weights of a resample: positives first, each class from the highest
/// score to the lowest.
fn positions(scores: &[f64], labels: &[bool]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| labels[b].cmp(&labels[a]).then(scores[b].total_cmp(&scores[a])));
    let mut positions = vec![0; scores.len()];
    for (position, &sample) in order.iter().enumerate() {
        positions[sample] = position;
    }
    positions
}

fn with_resamples(resampling: Resampling) -> Bootstrap {
    let labels = bools(LABELS);
    let scored = Scored::new(SCORES, &labels).unwrap();
    let positions = positions(SCORES, &labels);
    let of = |class| -> Vec<usize> { (0..40).filter(|&k| labels[k] == class).collect() };
    let (positives, negatives) = (of(true), of(false));
    let draw = |index: u32, weights: &mut [u32]| match resampling {
        Resampling::Plain => {
            for &sample in &SAMPLES[index as usize] {
                weights[positions[usize::from(sample)]] += 1;
            }
        }
        Resampling::Stratified => {
            let (p, n) = &WITHIN_CLASSES[index as usize];
            p.iter().for_each(|&k| weights[positions[positives[usize::from(k)]]] += 1);
            n.iter().for_each(|&k| weights[positions[negatives[usize::from(k)]]] += 1);
        }
    };
    scored.bootstrap_of(resampling, 60, draw).unwrap()
}

#[test]
fn limits_agree_with_scipy_for_the_same_resamples() {
    for (resampling, limits) in [(Resampling::Plain, PLAIN), (Resampling::Stratified, STRATIFIED)] {
        let bootstrap = with_resamples(resampling);
        assert_eq!(bootstrap.skipped(), 0);
        // Ties with the observed value, which count half in the bias, do occur.
        assert!(bootstrap.replicates().contains(&bootstrap.observed));
        for &[level, lower, upper] in limits {
            let interval = bootstrap.bca(level).unwrap();
            assert!(
                close(interval.lower, lower) && close(interval.upper, upper),
                "{interval:?} {lower} {upper}"
            );
            assert_ne!(interval, bootstrap.percentile(level).unwrap());
        }
    }
}

/// The acceleration from samples left out one at a time, by strata.
fn jackknife(scores: &[f64], labels: &[bool], strata: &[Vec<usize>]) -> f64 {
    let (mut squares, mut cubes) = (0.0, 0.0);
    for stratum in strata {
        let n = stratum.len() as f64;
        let without = |k: usize| {
            let (mut scores, mut labels) = (scores.to_vec(), labels.to_vec());
            scores.remove(k);
            labels.remove(k);
            Scored::new(&scores, &labels).unwrap().auc()
        };
        let values: Vec<f64> = stratum.iter().map(|&k| without(k)).collect();
        let mean = values.iter().sum::<f64>() / n;
        for value in values {
            let influence = (n - 1.0) * (mean - value) / n;
            squares += influence.powi(2);
            cubes += influence.powi(3);
        }
    }
    if squares < 1e-25 { 0.0 } else { cubes / (6.0 * squares.powf(1.5)) }
}

#[test]
fn the_acceleration_is_that_of_the_jackknife() {
    let mut usable = 0;
    for index in 0..150 {
        let (scores, labels) = samples(index);
        let scored = Scored::new(&scores, &labels).unwrap();
        let found = |resampling| scored.bootstrap_auc(resampling, 40, &Streams::new(1)).unwrap().acceleration;
        let (positives, negatives) = (scored.positives(), scored.negatives());
        if positives < 2 || negatives < 2 {
            assert_eq!(found(Resampling::Stratified), Err(Error::LoneSample { positives, negatives }));
            continue;
        }
        usable += 1;
        let all: Vec<usize> = (0..scores.len()).collect();
        let (p, n) = all.iter().partition(|&&k| labels[k]);
        let plain = jackknife(&scores, &labels, &[all]);
        let stratified = jackknife(&scores, &labels, &[p, n]);
        assert!((found(Resampling::Plain).unwrap() - plain).abs() < 1e-9, "{index}: {plain}");
        assert!((found(Resampling::Stratified).unwrap() - stratified).abs() < 1e-9, "{index}: {stratified}");
    }
    assert!(usable > 100);
}

#[test]
fn equal_replicates_give_a_point() {
    for (name, ends) in [("separated", 1.0), ("reversed", 0.0), ("constant", 0.5)] {
        for resampling in [Resampling::Plain, Resampling::Stratified] {
            let bootstrap = named(name).bootstrap_auc(resampling, 50, &Streams::new(2)).unwrap();
            let interval = bootstrap.bca(0.95).unwrap();
            assert_eq!((interval.lower, interval.upper), (ends, ends), "{name}");
        }
    }
}

#[test]
fn limits_lie_in_order_within_the_replicates() {
    for index in 0..200 {
        let (scores, labels) = samples(index);
        let scored = Scored::new(&scores, &labels).unwrap();
        for resampling in [Resampling::Plain, Resampling::Stratified] {
            let bootstrap = scored.bootstrap_auc(resampling, 30, &Streams::new(index)).unwrap();
            let replicates = bootstrap.replicates();
            let range = replicates[0]..=replicates[replicates.len() - 1];
            // The highest levels reach beyond the pole 1 = a s of the correction.
            for level in [1e-6, 0.5, 0.95, 0.999_999, 1.0 - 1e-15] {
                match bootstrap.bca(level) {
                    Ok(interval) => {
                        assert!(range.contains(&interval.lower) && range.contains(&interval.upper));
                        assert!(interval.lower <= interval.upper, "{index}: {interval:?}");
                    }
                    Err(Error::LoneSample { .. } | Error::OneSidedReplicates { .. }) => {}
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_corrected_is_refused() {
    // Every resample drops the negative that outscores the positives: all replicates exceed the AUC 1/2.
    let labels = [true, true, false, false];
    let scored = Scored::new(&[1.0, 2.0, 3.0, 0.0], &labels).unwrap();
    let draw = |_: u32, weights: &mut [u32]| weights.copy_from_slice(&[1, 1, 0, 2]);
    let bootstrap = scored.bootstrap_of(Resampling::Stratified, 7, draw).unwrap();
    assert_eq!(bootstrap.replicates(), [1.0; 7]);
    assert_eq!(bootstrap.bca(0.9), Err(Error::OneSidedReplicates { observed: 0.5, replicates: 7 }));

    let bootstrap = named("one positive").bootstrap_auc(Resampling::Plain, 50, &Streams::new(1)).unwrap();
    assert_eq!(bootstrap.bca(0.9), Err(Error::LoneSample { positives: 1, negatives: 4 }));
    for found in [0.0, 1.0, 95.0] {
        assert_eq!(bootstrap.bca(found), Err(Error::ConfidenceLevel { found }));
    }
}
