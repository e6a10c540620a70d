//! Records of one study put together, over disorder realizations.

use dam_analysis::Proportion;

use super::measure::{ChainRecord, Flagged, Point, Record};
use super::{Cell, ThermalPhases};
use crate::harness::Records;
use crate::{Error, Summary};

/// All chains of a study at one temperature.
pub(super) struct AtTemperature<'a> {
    pub(super) temperature: f64,
    /// The chains of each realization.
    pub(super) by_realization: Vec<&'a [ChainRecord]>,
}

/// The chains of the cells that `wanted` picks, by temperature.
pub(super) fn chains<'a>(
    records: &'a Records<ThermalPhases>,
    wanted: impl Fn(&Cell) -> bool,
) -> Vec<AtTemperature<'a>> {
    let of = |record: &'a Record| -> &'a [Point] {
        if let Record::Chains(points) = record { points } else { &[] }
    };
    let cells: Vec<&[Point]> =
        records.iter().filter(|(cell, _)| wanted(cell)).map(|(_, record)| of(record)).collect();
    let Some(first) = cells.first() else { return Vec::new() };
    let at = |k: usize| AtTemperature {
        temperature: first[k].temperature,
        by_realization: cells.iter().map(|points| &*points[k].chains).collect(),
    };
    (0..first.len()).map(at).collect()
}

impl AtTemperature<'_> {
    /// Over realizations, each the mean of its chains that `wanted` picks.
    pub(super) fn spread_of(
        &self,
        wanted: impl Fn(&ChainRecord) -> bool,
        of: impl Fn(&ChainRecord) -> f64,
    ) -> Summary {
        let mean = |chains: &&[ChainRecord]| {
            let values: Vec<f64> = chains.iter().filter(|c| wanted(c)).map(&of).collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        Summary::of(self.by_realization.iter().map(mean).filter(|x| x.is_finite()))
    }

    pub(super) fn spread(&self, of: impl Fn(&ChainRecord) -> f64) -> Summary {
        self.spread_of(|_| true, of)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &ChainRecord> {
        self.by_realization.iter().flat_map(|chains| chains.iter())
    }

    pub(super) fn flagged(&self, with: Flagged) -> usize {
        self.all().filter(|c| c.flag == Some(with)).count()
    }

    /// Of all chains.
    pub(super) fn left(&self) -> Proportion {
        Proportion { successes: self.all().filter(|c| c.has_left()).count(), trials: self.all().count() }
    }

    /// Of all chains: at the end another pattern is nearer than the target, and as near as a pattern that is retrieved.
    pub(super) fn on_another(&self, retrieved: f64) -> Proportion {
        let on = |c: &&ChainRecord| c.has_left() && c.other > retrieved - 0.05;
        Proportion { successes: self.all().filter(on).count(), trials: self.all().count() }
    }
}

/// By how many of their combined standard errors two means differ.
pub(super) fn apart(ours: (f64, f64), theirs: (f64, f64)) -> f64 {
    (ours.0 - theirs.0) / ours.1.hypot(theirs.1)
}

/// By how many standard errors two shares differ: those of their common share.
pub(super) fn shares_apart(ours: Proportion, theirs: f64, their_trials: usize) -> f64 {
    let (n, m) = (ours.trials as f64, their_trials as f64);
    let share = ours.fraction();
    let common = (share * n + theirs * m) / (n + m);
    let error = (common * (1.0 - common) * (1.0 / n + 1.0 / m)).sqrt();
    if error == 0.0 { 0.0 } else { (share - theirs) / error }
}

/// The mean of a share with a Wilson interval.
pub(super) fn share_with_interval(
    of: Proportion,
) -> Result<Option<(f64, dam_analysis::roc::Interval)>, Error> {
    if of.trials == 0 {
        return Ok(None);
    }
    Ok(Some((of.fraction(), of.wilson(0.95)?)))
}
