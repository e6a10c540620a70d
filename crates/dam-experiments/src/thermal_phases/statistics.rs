//! Records of one study put together, over disorder realizations.

use dam_analysis::Proportion;

use super::figures::FLAGS;
use super::measure::{ChainRecord, Flagged, Point, Record};
use super::{Cell, ThermalPhases};
use crate::harness::Records;
use crate::report::Table;
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

    /// Over realizations, the share of their chains that have left.
    pub(super) fn left_by_draw(&self) -> Summary {
        self.spread(|c| f64::from(u8::from(c.has_left())))
    }

    /// Of all chains: at the end another pattern is nearer than the target, and its overlap above `least`.
    pub(super) fn on_another(&self, least: f64) -> Proportion {
        let on = |c: &&ChainRecord| c.has_left() && c.other > least;
        Proportion { successes: self.all().filter(on).count(), trials: self.all().count() }
    }
}

/// Adds what is known of the chains of every row to a table: means of trusted and of flagged chains apart, and shares of
/// all. `least` is the overlap from which on a state is on a pattern, where that can be told.
pub(super) fn by_chain(table: Table, rows: &[&AtTemperature<'_>], least: &[Option<f64>]) -> Table {
    let share = |of: Proportion| Some(of.fraction()).filter(|x| x.is_finite());
    let mut table = table.number("temperature", "T", 3, rows.iter().map(|at| at.temperature)).count(
        "chains",
        "chains",
        rows.iter().map(|at| at.all().count()),
    );
    for (flag, column, title) in FLAGS {
        table = table.count(column, title, rows.iter().map(|at| at.flagged(flag)));
    }
    let untimed = |c: &&ChainRecord| c.flag == Some(Flagged::Short) && c.tau_int.is_none();
    table = table
        .number(
            "share_left",
            "share of all chains that has left",
            3,
            rows.iter().map(|at| share(at.left())),
        )
        .number(
            "share_on_another",
            "share of all chains that is on another pattern: overlap above φ_eq − max(0.05, 2 sd), sd of one pattern \
             at this N; empty unless that is above φ_max(α)",
            3,
            rows.iter().zip(least).map(|(at, least)| share(at.on_another((*least)?))),
        )
        .count(
            "flagged_without_tau_int",
            "flagged as short, correlations not died out within half the chain",
            rows.iter().map(|at| at.all().filter(untimed).count()),
        );
    type Quantity = (&'static str, &'static str, usize, fn(&ChainRecord) -> Option<f64>);
    let quantities: [Quantity; 5] = [
        ("alignment", "alignment", 4, |c| Some(c.alignment)),
        ("largest_other", "largest other overlap", 3, |c| Some(c.other)),
        ("energy_per_site", "energy per site", 4, |c| c.energy),
        ("acceptance", "acceptance", 3, |c| Some(c.acceptance)),
        ("tau_int_steps", "τ_int (steps; of flagged chains where known)", 0, |c| c.tau_int),
    ];
    for (name, title, digits, of) in quantities {
        for (flagged, which) in [(false, "trusted"), (true, "flagged")] {
            let spread = rows.iter().map(|at| {
                let wanted = |c: &ChainRecord| c.flag.is_some() == flagged && of(c).is_some();
                at.spread_of(wanted, |c| of(c).unwrap_or(f64::NAN))
            });
            let column = format!("{name}_{which}");
            table = table.spread(&column, &format!("{title}, {which} chains"), digits, spread);
        }
    }
    table
}

/// By how many of their combined standard errors two means differ.
pub(super) fn apart(ours: (f64, f64), theirs: (f64, f64)) -> f64 {
    (ours.0 - theirs.0) / ours.1.hypot(theirs.1)
}

/// By how many standard errors two shares differ: those of their common share, with chains taken as independent.
pub(super) fn shares_apart(ours: Proportion, theirs: f64, their_trials: usize) -> f64 {
    let (n, m) = (ours.trials as f64, their_trials as f64);
    let share = ours.fraction();
    let common = (share * n + theirs * m) / (n + m);
    let error = (common * (1.0 - common) * (1.0 / n + 1.0 / m)).sqrt();
    if error == 0.0 { 0.0 } else { (share - theirs) / error }
}

/// Shares of chains that have left with Wilson intervals, in which chains are taken as independent.
pub(super) fn intervals(
    at: &[AtTemperature<'_>],
) -> Result<Vec<Option<(f64, dam_analysis::roc::Interval)>>, Error> {
    let interval = |at: &AtTemperature<'_>| {
        let left = at.left();
        (left.trials > 0).then(|| Ok((left.fraction(), left.wilson(0.95)?))).transpose()
    };
    at.iter().map(interval).collect()
}
