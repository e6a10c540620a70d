//! What is computed: rows of realizations, and the presets.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::basin_isolation::TABLE_1;
use crate::harness::{Options, Preset};

/// What is measured of a realization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Study {
    /// Every predictor.
    Predictors,
    /// What one pass sees, to fit linear models to.
    Fitted,
    /// What one pass sees, to test these models on.
    HeldOut,
}

impl Study {
    pub(super) const ALL: [Self; 3] = [Self::Predictors, Self::Fitted, Self::HeldOut];
}

/// Realizations at one size and load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Sites N.
    pub n: usize,
    /// Stored patterns M.
    pub m: usize,
    /// Disorder realizations.
    pub realizations: usize,
    /// Patterns that are judged and predicted, the first of the M.
    pub judged: usize,
    /// Of these, how many are judged in one cell.
    pub chunk: usize,
    /// Numbers K of random directions of I_μ.
    pub directions: Vec<usize>,
}

impl Row {
    /// The patterns of a chunk.
    pub(super) fn part(&self, chunk: usize) -> Range<usize> {
        let end = ((chunk + 1) * self.chunk).min(self.judged);
        (chunk * self.chunk).min(end)..end
    }
}

/// The settings of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The comparison of predictors.
    pub table: Vec<Row>,
    /// What linear models of one pass are fitted to.
    pub fitted: Vec<Row>,
    /// What they are tested on.
    pub held_out: Vec<Row>,
}

/// Options of this experiment alone.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Choices {
    /// Sizes N of Table 1 of "basin isolation", such as 100,200, instead of the preset's.
    #[arg(long, value_delimiter = ',', value_name = "N", value_parser = crate::basin_isolation::size)]
    pub n: Vec<usize>,
    /// Patterns that are judged in each realization, instead of the preset's.
    #[arg(long, value_parser = clap::value_parser!(u32).range(2..))]
    pub judged: Option<u32>,
    /// Numbers K of random directions of I_mu, such as 10,100, instead of the preset's.
    #[arg(long, value_delimiter = ',', value_name = "K", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub directions: Vec<u32>,
    /// Also fit a linear model of what one pass sees to 8 realizations at N = 500, and test it on 4 others there and
    /// on 2 at N = 1000, whatever --realizations says (about twenty minutes on two cores, 2 GB).
    #[arg(long)]
    pub one_pass: bool,
}

impl Settings {
    /// Those of a preset with what was chosen instead.
    #[must_use]
    pub fn new(options: &Options, choices: &Choices) -> Self {
        let preset = options.preset;
        let wanted = |row: &Row| match &choices.n[..] {
            [] => preset != Preset::Quick || row.n <= 200,
            sizes => sizes.contains(&row.n),
        };
        let mut table: Vec<Row> = table(preset).into_iter().filter(wanted).collect();
        for row in &mut table {
            row.realizations = options.realizations.unwrap_or(row.realizations);
            row.judged = choices.judged.map_or(row.judged, |p| p as usize).min(row.m);
            if !choices.directions.is_empty() {
                row.directions = choices.directions.iter().map(|&k| k as usize).collect();
                row.directions.sort_unstable();
                row.directions.dedup();
            }
        }
        let [_, _, small, large] = sizes();
        let row = |of: &Row, realizations, judged| Row { realizations, judged, chunk: 100, ..of.clone() };
        let (mut fitted, mut held_out) = (Vec::new(), Vec::new());
        if choices.one_pass {
            fitted.push(row(&small, 8, 400));
            held_out.extend([row(&small, 4, 400), row(&large, 2, 300)]);
        }
        Self { table, fitted, held_out }
    }

    /// The rows of a study.
    #[must_use]
    pub fn rows(&self, study: Study) -> &[Row] {
        match study {
            Study::Predictors => &self.table,
            Study::Fitted => &self.fitted,
            Study::HeldOut => &self.held_out,
        }
    }
}

/// The sizes and loads of Table 1 of "basin isolation", all patterns judged in one cell.
fn sizes() -> [Row; 4] {
    TABLE_1.map(|row| {
        let (n, m) = (row.n, row.m);
        Row { n, m, realizations: 2, judged: m, chunk: m, directions: Vec::new() }
    })
}

/// All four rows; a chunk takes at most some minutes of one core.
fn table(preset: Preset) -> [Row; 4] {
    // Realizations, patterns judged, patterns per cell, K.
    let plan: [(usize, usize, usize, &[usize]); 4] = match preset {
        Preset::Quick => [
            (12, 300, 300, &[10, 100]),
            (4, 1_200, 1_200, &[10, 100]),
            (2, 100, 100, &[10, 100]),
            (2, 50, 50, &[10]),
        ],
        Preset::Paper => [
            (12, 300, 300, &[10, 100, 1_000]),
            (4, 1_200, 400, &[10, 100, 1_000]),
            (3, 300, 100, &[10, 100]),
            (2, 300, 50, &[10]),
        ],
        Preset::Full => [
            (40, 300, 300, &[10, 100, 1_000]),
            (12, 1_200, 400, &[10, 100, 1_000]),
            (10, 600, 100, &[10, 100, 1_000]),
            (4, 300, 50, &[10, 100]),
        ],
    };
    let mut rows = sizes();
    for (row, (realizations, judged, chunk, directions)) in rows.iter_mut().zip(plan) {
        *row = Row { realizations, judged, chunk, directions: directions.to_vec(), ..row.clone() };
    }
    rows
}
