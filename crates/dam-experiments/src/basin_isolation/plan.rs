//! What is computed: rows of realizations, and the presets.

use dam_analysis::theory::Space;
use dam_analysis::theory::polynomial::{Indices, Polynomial};
use serde::{Deserialize, Serialize};

use super::{PaperRow, TABLE_1};
use crate::Error;
use crate::harness::{Options, Preset};

/// The model of a row, on the sphere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// E = −(1/n) Σ m^n; the paper's is n = 3.
    Polynomial {
        /// n.
        order: u32,
    },
    /// The cubic model without its common field: E = −(1/3) Σ (m³ − 3m/N), whose map subtracts Σ_ν ξ^ν / N.
    Centred,
    /// E = −ln Σ exp(N m), the exponential kernel, n → ∞.
    Exponential,
}

impl Model {
    /// The paper's.
    pub const CUBIC: Self = Self::Polynomial { order: 3 };

    /// Its theory for N → ∞ at M = α N^(n−1); the exponential model has another load.
    ///
    /// The common field that the centred kernel subtracts is the noise of equal indices, so its theory is that of
    /// distinct ones: m² (1 − m²) = 2 α in place of 3 α, at T = 0.
    pub(super) fn theory(self) -> Option<Polynomial> {
        let (order, indices) = match self {
            Self::Polynomial { order } => (order, Indices::Full),
            Self::Centred => (3, Indices::Distinct),
            Self::Exponential => return None,
        };
        Polynomial::new(order, indices, Space::Sphere).ok()
    }

    /// The end overlap for N → ∞; `None` where no retrieval state is left, or for the exponential model.
    pub(super) fn end_overlap(self, alpha: f64) -> Result<Option<f64>, Error> {
        let Some(theory) = self.theory() else { return Ok(None) };
        Ok(theory.state(alpha, 0.0)?.map(|state| state.m))
    }
}

/// The scalar of patterns and states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// The paper's, in effect: its tolerance of 10⁻⁷ never fires in f32.
    F64,
    /// Tolerance 2·10⁻⁵.
    F32,
}

/// How patterns are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Labels {
    /// By one run without noise from the pattern itself.
    Noiseless,
    /// By the paper's noisy trials, stopped once the label is decided, which changes none.
    Noisy,
}

/// What is measured around each pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// The end of its noiseless run alone.
    None,
    /// Overlaps and I_μ at the paper's σ, with so many draws of the directions.
    Paper {
        /// Draws.
        draws: usize,
    },
    /// That, and I_μ of the first draw at 15 values of σ.
    Scales {
        /// Draws.
        draws: usize,
    },
}

/// Realizations of one model at one size and load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The model.
    pub model: Model,
    /// Sites N.
    pub n: usize,
    /// Patterns M.
    pub m: usize,
    /// Disorder realizations.
    pub realizations: usize,
    /// Patterns that are judged in each, a random subset of the M.
    pub judged: usize,
    /// Of these, how many are judged in one cell.
    pub chunk: usize,
    /// Realizations, the first ones, whose labels come from noisy trials; of all others from noiseless runs.
    pub noisy: usize,
    /// Patterns of the others that get noisy trials all the same, as a check.
    pub checked: usize,
    /// Noisy trials L per pattern.
    pub trials: usize,
    /// What is measured.
    pub metric: Metric,
}

/// The settings of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The rows of Table 1.
    pub table: Vec<Row>,
    /// Other orders of the interaction.
    pub orders: Vec<Row>,
    /// The cubic model beside its centred kernel, at several loads.
    pub centred: Vec<Row>,
    /// Probe directions K of I_μ.
    pub directions: usize,
    /// Bootstrap resamples over patterns.
    pub resamples: usize,
    /// The scalar of the rows of Table 1 (all others: f64).
    pub precision: Precision,
}

/// Options of this experiment alone.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Choices {
    /// Sizes N of Table 1; by default all four.
    #[arg(long, value_delimiter = ',', value_name = "N", value_parser = size)]
    pub sizes: Vec<usize>,
    /// Where labels of the rows of Table 1 come from; by default noiseless runs checked by noisy trials (quick),
    /// noisy trials in some realizations and noiseless runs in the others (paper), noisy trials (full).
    #[arg(long, value_enum)]
    pub labels: Option<Labels>,
    /// Noisy trials L per pattern in the rows of Table 1; by default 100, less for N >= 500 (quick: 10 and 4, paper: 20
    /// and 10).
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub trials: Option<u32>,
    /// Patterns judged in each realization of the rows of Table 1, a random subset; by default all, less for N >= 500
    /// (quick: 200 and 100, paper: 600 and 300).
    #[arg(long, value_parser = clap::value_parser!(u32).range(2..))]
    pub patterns: Option<u32>,
    /// Probe directions K of I_μ, 100 by default.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub directions: Option<u32>,
    /// Precision of the rows of Table 1, f64 by default.
    #[arg(long, value_enum)]
    pub precision: Option<Precision>,
    /// The rows of Table 1 alone, without the other orders and the centred kernel.
    #[arg(long)]
    pub table_only: bool,
}

/// A size N of Table 1, read from the command line.
pub(crate) fn size(text: &str) -> Result<usize, String> {
    let known = || TABLE_1.iter().map(|row| row.n);
    let sizes = || known().map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    let found = text.parse().ok().filter(|&n| known().any(|known| known == n));
    found.ok_or_else(|| format!("expected one of {}, found {text}", sizes()))
}

impl Settings {
    /// Those of a preset with what was chosen instead.
    #[must_use]
    pub fn new(options: &Options, choices: &Choices) -> Self {
        let preset = options.preset;
        let wanted = |row: &Row| choices.sizes.is_empty() || choices.sizes.contains(&row.n);
        let mut settings = Self {
            table: table(preset).into_iter().filter(wanted).collect(),
            orders: orders(preset),
            centred: Vec::new(),
            directions: choices.directions.map_or(100, |k| k as usize),
            resamples: 1000,
            precision: choices.precision.unwrap_or(Precision::F64),
        };
        if choices.table_only {
            settings.orders.clear();
        } else {
            settings.centred = centred(preset, &settings.table);
        }
        if let Some(realizations) = options.realizations {
            settings.rows_mut().for_each(|row| row.realizations = realizations);
        }
        for row in &mut settings.table {
            row.trials = choices.trials.map_or(row.trials, |l| l as usize);
            row.judged = choices.patterns.map_or(row.judged, |p| p as usize).min(row.m);
            row.noisy = match choices.labels {
                Some(Labels::Noisy) => row.realizations,
                Some(Labels::Noiseless) => 0,
                None => row.noisy.min(row.realizations),
            };
        }
        settings
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        for row in self.rows() {
            let draws = match row.metric {
                Metric::None => 1,
                Metric::Paper { draws } | Metric::Scales { draws } => draws,
            };
            let least =
                [row.n, row.m, row.realizations, row.judged, row.chunk, row.trials, draws, self.directions];
            if least.contains(&0) || row.judged > row.m || row.noisy > row.realizations {
                let expected = "at least one of everything, and no more patterns judged or realizations noisy than there are";
                return Err(Error::Settings { expected, found: format!("{row:?}") });
            }
        }
        Ok(())
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.table.iter().chain(&self.orders).chain(&self.centred)
    }

    fn rows_mut(&mut self) -> impl Iterator<Item = &mut Row> {
        self.table.iter_mut().chain(&mut self.orders).chain(&mut self.centred)
    }
}

impl Row {
    fn of(model: Model, n: usize, m: usize, realizations: usize) -> Self {
        let (judged, chunk) = (m, m);
        let metric = Metric::None;
        Self { model, n, m, realizations, judged, chunk, noisy: 0, checked: 0, trials: 100, metric }
    }

    fn judging(self, judged: usize) -> Self {
        Self { judged: judged.min(self.m), ..self }
    }
}

/// All four rows; a chunk takes a few minutes of one core at most.
fn table(preset: Preset) -> Vec<Row> {
    const ALL: usize = usize::MAX;
    // realizations, of which noisy, checked; trials; patterns judged, in a chunk; draws of the directions
    let plans = match preset {
        Preset::Quick => [
            (16, 0, 10, 100, ALL, 300, 3),
            (5, 0, 10, 100, ALL, 300, 2),
            (3, 0, 4, 10, 200, 100, 1),
            (3, 0, 0, 4, 100, 50, 1),
        ],
        Preset::Paper => [
            (40, 10, 10, 100, ALL, 300, 10),
            (10, 2, 10, 100, ALL, 300, 10),
            (10, 0, 20, 20, 600, 300, 2),
            (4, 1, 0, 10, 300, 150, 2),
        ],
        Preset::Full => [
            (100, 100, 0, 100, ALL, 300, 20),
            (40, 40, 0, 100, ALL, 200, 20),
            (10, 10, 0, 100, ALL, 50, 10),
            (5, 5, 0, 100, ALL, 20, 3),
        ],
    };
    let row = |(of, (realizations, noisy, checked, trials, judged, chunk, draws)): (&PaperRow, _)| Row {
        noisy,
        checked,
        trials,
        chunk,
        metric: Metric::Scales { draws },
        ..Row::of(Model::CUBIC, of.n, of.m, realizations).judging(judged)
    };
    TABLE_1.iter().zip(plans).map(row).collect()
}

/// Loads at which 30 to 80 % of the patterns fail, found by a scan with other seeds; at n = 2 there is none.
fn orders(preset: Preset) -> Vec<Row> {
    let polynomial = |order, n, m| (Model::Polynomial { order }, n, m);
    let mut loads = vec![
        polynomial(2, 40, 1),
        polynomial(2, 40, 2),
        polynomial(2, 40, 4),
        polynomial(3, 40, 36),
        polynomial(4, 40, 160),
        polynomial(5, 40, 2_000),
        (Model::Exponential, 12, 2_000),
    ];
    if preset != Preset::Quick {
        loads.extend([
            polynomial(3, 60, 75),
            polynomial(4, 60, 700),
            polynomial(5, 60, 13_000),
            (Model::Exponential, 14, 12_000),
        ]);
    }
    let (realizations, judged, draws) = match preset {
        Preset::Quick => (5, 100, 1),
        Preset::Paper => (20, 100, 2),
        Preset::Full => (40, 1_000, 10),
    };
    let row = |(model, n, m)| {
        // A point of an exponential profile costs M exponentials.
        let (judged, draws) = if model == Model::Exponential { (judged / 2, 1) } else { (judged, draws) };
        Row { metric: Metric::Paper { draws }, ..Row::of(model, n, m, realizations).judging(judged) }
    };
    loads.into_iter().map(row).collect()
}

/// The standard cubic kernel and the centred one, at the loads of Table 1 and above.
fn centred(preset: Preset, table: &[Row]) -> Vec<Row> {
    let mut loads = vec![(200, 1_200, 200), (200, 1_760, 200), (400, 4_800, 60), (400, 7_040, 60)];
    let realizations = if preset == Preset::Quick { 3 } else { 5 };
    if preset != Preset::Quick {
        loads.extend([(400, 10_240, 100), (500, 11_000, 300), (1_000, 48_000, 150)]);
    }
    let in_table = |n, m| table.iter().any(|row| (row.n, row.m) == (n, m));
    let mut rows = Vec::new();
    for (n, m, judged) in loads {
        // The standard kernel at the table's own loads is in the table.
        if !in_table(n, m) {
            rows.push(Row::of(Model::CUBIC, n, m, realizations).judging(judged));
        }
        rows.push(Row { chunk: 150, ..Row::of(Model::Centred, n, m, realizations).judging(judged) });
    }
    rows
}
