//! Records put together by what they have in common.

use std::collections::BTreeMap;

use dam_analysis::Proportion;
use dam_analysis::roc::Interval;
use dam_core::rand::RngExt;
use dam_core::{Purpose, Streams, parallel};

use super::{Cell, FiniteSize, Record, Tally};
use crate::harness::Records;
use crate::{Error, Summary};

/// One setting of trials, a tally for each disorder realization.
#[derive(Clone, Debug, Default)]
pub(super) struct Draws(pub(super) Vec<Tally>);

impl Draws {
    pub(super) fn spread(&self, of: impl Fn(&Tally) -> Option<f64>) -> Summary {
        Summary::of(self.0.iter().filter_map(of))
    }

    pub(super) fn rate(&self) -> Summary {
        self.spread(|t| Some(t.rate()))
    }

    fn pooled(&self) -> Proportion {
        let sum = |of: fn(&Tally) -> usize| self.0.iter().map(of).sum();
        Proportion { successes: sum(|t| t.successes), trials: sum(|t| t.trials) }
    }

    /// The share of all trials with Wilson's interval.
    pub(super) fn interval(&self) -> Result<Option<(f64, Interval)>, Error> {
        let pooled = self.pooled();
        Ok(Some((pooled.fraction(), pooled.wilson(0.95)?)))
    }

    /// Mean sweeps with failures counted as the limit, and without failures.
    pub(super) fn sweeps(&self) -> [Summary; 2] {
        [self.spread(|t| Some(t.counted())), self.spread(Tally::of_successes)]
    }
}

/// Trials of the cells that `key` names, by their settings: a list of draws for each position in the record.
pub(super) fn gather<K: Ord>(
    records: &Records<FiniteSize>,
    key: impl Fn(&Cell) -> Option<K>,
) -> BTreeMap<K, Vec<Draws>> {
    let mut all: BTreeMap<K, Vec<Draws>> = BTreeMap::new();
    for (cell, record) in records {
        let (Some(key), Record::Trials(tallies)) = (key(cell), record) else { continue };
        let draws = all.entry(key).or_insert_with(|| vec![Draws::default(); tallies.len()]);
        draws.iter_mut().zip(tallies).for_each(|(draws, tally)| draws.0.push(*tally));
    }
    all
}

/// Resamples of a bootstrap.
const RESAMPLES: usize = 2000;

/// A statistic of disorder realizations with its percentile interval under resampling of realizations: `of` is given the
/// realizations that are in the sample. `None` if it does not exist for all of them; resamples without it are left out.
pub(super) fn bootstrap(
    realizations: usize,
    streams: Streams,
    of: impl Fn(&[usize]) -> Option<f64> + Sync,
) -> Option<(f64, Interval)> {
    let estimate = of(&(0..realizations).collect::<Vec<_>>())?;
    let resample = |k: usize| {
        let mut rng = streams.rng(Purpose::Resampling, k as u64);
        of(&(0..realizations).map(|_| rng.random_range(0..realizations)).collect::<Vec<_>>())
    };
    let mut found: Vec<f64> = parallel::map(RESAMPLES, resample).into_iter().flatten().collect();
    found.sort_by(f64::total_cmp);
    let at = |share: f64| found[((found.len() - 1) as f64 * share).round() as usize];
    (!found.is_empty()).then(|| (estimate, Interval { lower: at(0.025), upper: at(0.975), level: 0.95 }))
}

/// The mean of some realizations.
pub(super) fn mean(draws: &[usize], of: impl Fn(usize) -> f64) -> f64 {
    draws.iter().map(|&r| of(r)).sum::<f64>() / draws.len() as f64
}

/// The slope of a least-squares line.
pub(super) fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let (x, y) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let (mut xy, mut xx) = (0.0, 0.0);
    for p in points {
        xy += (p.0 - x) * (p.1 - y);
        xx += (p.0 - x) * (p.0 - x);
    }
    xy / xx
}
