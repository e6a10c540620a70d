//! How often 95 % intervals of the AUC cover it, on binormal scores whose AUC is known.
//!
//! ```text
//! negatives ~ N(0, 1), positives ~ N(d, 1):   AUC = Φ(d/√2)
//! ```

mod report;
#[cfg(test)]
mod tests;

use dam_analysis::roc::{Interval, Resampling, Scored};
use dam_core::{Euclidean, Purpose, StateSpace, Streams};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::harness::{Experiment, Options, Preset, Records};
use crate::report::Report;

/// The nominal level of the intervals.
pub const LEVEL: f64 = 0.95;

/// The intervals, in the order of records.
pub const METHODS: [&str; 4] = ["percentile", "BCa", "DeLong", "logit-DeLong"];

/// The AUC in percent, and the distance of the means: Φ(d/√2) = AUC.
const MODELS: [(usize, f64); 4] = [
    (65, 0.544_925_429_453_508_9),
    (80, 1.190_232_162_899_99),
    (90, 1.812_387_604_873_646_7),
    (97, 2.659_843_828_672_127_8),
];

/// Positives and negatives.
const SIZES: [(usize, usize); 7] =
    [(30, 30), (50, 50), (100, 100), (200, 200), (500, 500), (30, 300), (300, 30)];

/// The experiment.
#[derive(Clone, Copy, Debug)]
pub struct Coverage;

/// The settings of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Data sets for each AUC and class sizes.
    pub sets: usize,
    /// Of these, how many are in one cell.
    pub chunk: usize,
    /// Bootstrap resamples of each set, within the classes.
    pub resamples: usize,
}

/// Options of this experiment alone.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Choices {
    /// Bootstrap resamples of each set, within the classes, instead of the preset's.
    #[arg(long, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    pub resamples: Option<u32>,
}

impl Settings {
    /// Those of a preset with what was chosen instead; realizations are data sets.
    #[must_use]
    pub fn new(options: &Options, choices: &Choices) -> Self {
        let (sets, resamples) = match options.preset {
            Preset::Quick => (200, 500),
            Preset::Paper => (1_000, 1_000),
            Preset::Full => (10_000, 2_000),
        };
        Self {
            sets: options.realizations.unwrap_or(sets),
            chunk: 100,
            resamples: choices.resamples.map_or(resamples, |count| count as usize),
        }
    }
}

/// Some of the data sets of one AUC and class sizes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cell {
    /// The AUC in percent.
    pub auc_percent: usize,
    /// Positive samples.
    pub positives: usize,
    /// Negative samples.
    pub negatives: usize,
    /// Chunk of the data sets.
    pub chunk: usize,
}

/// What became of the intervals of some data sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Data sets.
    pub sets: usize,
    /// Of these, how many have separated classes: their interval is [1, 1] or none.
    pub separated: usize,
    /// Intervals that hold the true AUC, by [`METHODS`].
    pub covered: [usize; 4],
}

impl Tally {
    fn and(mut self, other: &Self) -> Self {
        self.sets += other.sets;
        self.separated += other.separated;
        self.covered.iter_mut().zip(other.covered).for_each(|(sum, covered)| *sum += covered);
        self
    }
}

impl Experiment for Coverage {
    const NAME: &'static str = "auc_coverage";
    const FORMAT: u32 = 1;
    type Settings = Settings;
    type Cell = Cell;
    type Record = Tally;

    fn cells(&self, settings: &Settings) -> Vec<Cell> {
        let chunks = settings.sets.div_ceil(settings.chunk);
        let mut all = Vec::new();
        for (auc_percent, _) in MODELS {
            for (positives, negatives) in SIZES {
                all.extend((0..chunks).map(|chunk| Cell { auc_percent, positives, negatives, chunk }));
            }
        }
        all
    }

    fn check(&self, settings: &Settings) -> Result<(), Error> {
        if settings.sets > 0 && settings.chunk > 0 && settings.resamples > 1 {
            return Ok(());
        }
        let expected = "at least one set, one in each cell, and two resamples";
        Err(Error::Settings { expected, found: format!("{settings:?}") })
    }

    fn compute(&self, settings: &Settings, cell: &Cell, streams: Streams) -> Result<Tally, Error> {
        let Some(&(_, distance)) = MODELS.iter().find(|(percent, _)| *percent == cell.auc_percent) else {
            let (expected, found) = ("a cell of these settings", format!("{cell:?}"));
            return Err(Error::Settings { expected, found });
        };
        let first = cell.chunk * settings.chunk;
        let all: Result<Vec<Tally>, Error> = (first..settings.sets.min(first + settings.chunk))
            .into_par_iter()
            .map(|set| one(cell, distance, settings.resamples, set as u64, streams))
            .collect();
        Ok(all?.iter().fold(Tally::default(), Tally::and))
    }

    /// Data sets are numbered through the chunks.
    fn family(&self, cell: &Cell) -> Cell {
        Cell { chunk: 0, ..cell.clone() }
    }

    fn report(&self, settings: &Settings, records: &Records<Self>, _: Streams) -> Result<Report, Error> {
        report::report(settings, records)
    }

    fn cost(&self, _: &Settings, cell: &Cell) -> f64 {
        (cell.positives + cell.negatives) as f64
    }
}

/// One data set.
fn one(cell: &Cell, distance: f64, resamples: usize, set: u64, streams: Streams) -> Result<Tally, Error> {
    let (positives, samples) = (cell.positives, cell.positives + cell.negatives);
    let labels: Vec<bool> = (0..samples).map(|k| k < positives).collect();
    let mut scores = Euclidean::<f64>::new(samples)?.sample(&mut streams.rng(Purpose::Custom(0), set));
    scores.as_mut_slice()[..positives].iter_mut().for_each(|score| *score += distance);
    let scored = Scored::new(scores.as_slice(), &labels)?;
    let delong = scored.delong()?;
    let bootstrap = scored.bootstrap_auc(Resampling::Stratified, resamples, &streams.branch(set))?;
    let intervals =
        [bootstrap.percentile(LEVEL), bootstrap.bca(LEVEL), delong.wald(LEVEL), delong.logit(LEVEL)];
    let auc = cell.auc_percent as f64 / 100.0;
    let mut tally = Tally { sets: 1, ..Tally::default() };
    for (covered, interval) in tally.covered.iter_mut().zip(intervals) {
        match interval {
            Ok(Interval { lower, upper, .. }) => *covered = usize::from(lower <= auc && auc <= upper),
            Err(dam_analysis::Error::ExtremeAuc { .. }) => tally.separated = 1,
            Err(dam_analysis::Error::OneSidedReplicates { .. }) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Ok(tally)
}
