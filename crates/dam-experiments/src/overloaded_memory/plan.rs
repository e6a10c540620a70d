//! What is computed: studies, presets, temperatures.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::{Cell, Stored};
use crate::Error;
use crate::classifier::Training;
use crate::harness::{Options, Preset};
use crate::images::{CLASSES, Dataset, Origin};

/// ε of D_c^ε: 0 to 0.5.
pub(super) const EPSILONS: usize = 26;
/// Shares of turned spins in the study of retrieval, in percent.
pub(super) const CORRUPTIONS: [usize; 5] = [0, 5, 10, 20, 30];
/// (N, ε in hundredths) at which overlaps of independent states are counted.
pub(super) const TAILS: [(usize, usize); 6] = [(4, 50), (20, 50), (20, 25), (100, 75), (100, 70), (784, 90)];
/// Sweeps, or synchronous steps, after which a run is stopped.
pub(super) const SWEEPS: usize = 20;

/// ε number k.
pub(super) fn epsilon(k: usize) -> f64 {
    k as f64 / 50.0
}

/// A part of the experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Study {
    /// Training: errors against K and against epochs, and how inputs converge to what was learned.
    Errors,
    /// How inputs converge where images or random bits are stored as they are.
    Stored,
    /// Sweeps until a fixed point, against load and corruption.
    Retrieval,
    /// Unstable bits, capacities and tails against their formulas.
    Capacity,
}

/// One K of the study of errors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Memories K.
    pub memories: usize,
    /// Epochs of every training.
    pub epochs: usize,
    /// Temperatures.
    pub tries: Tries,
    /// Draws.
    pub realizations: usize,
}

/// The temperatures that are tried, in this order; the validation images choose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tries {
    /// These multiples of a scale, which is what suits a hundred memories, times (K/100)^{1/2n}.
    Factors(Vec<f64>),
    /// The scale of so many memories, the first temperature of their row, and 1.6 times it, both carried to K by K^{1/n}.
    CarriedFrom(usize),
}

/// Patterns by load and order, with draws of each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Numbers of patterns K.
    pub memories: Vec<usize>,
    /// Orders n.
    pub orders: Vec<u32>,
    /// Draws; none: left out.
    pub realizations: usize,
}

/// The settings of a run; a study without realizations is left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Whose images.
    pub images: Origin,
    /// Rows and columns of pixels of an image.
    pub shape: (usize, usize),
    /// Orders n of the paper.
    pub orders: Vec<u32>,
    /// Training images of each class.
    pub per_class: usize,
    /// Most images, of those that are not learned from, by which temperatures are chosen.
    pub validation: usize,
    /// By number of memories.
    pub errors: Vec<Row>,
    /// K at which learning curves are drawn and inputs converge, the paper's figures.
    pub shown: usize,
    /// A smaller K at which inputs converge too, and memories are drawn.
    pub small: usize,
    /// Inputs of each measurement of convergence.
    pub inputs: usize,
    /// So many images, and random bits, stored as they are, for these orders.
    pub stored: (usize, Vec<u32>),
    /// Draws of both.
    pub stored_draws: usize,
    /// Retrieval by load and corruption.
    pub retrieval: Plan,
    /// (N, K, n) and draws of networks of independent bits.
    pub instability: (Vec<(usize, usize, u32)>, usize),
    /// Draws of the study of tails, and pairs of states in each.
    pub tails: (usize, usize),
}

/// Options of this experiment alone.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Choices {
    /// Parts to compute, such as errors,capacity; by default all.
    #[arg(long, value_delimiter = ',', value_enum)]
    pub study: Vec<Study>,
}

/// What suits a hundred memories, by scouting on validation images of another draw (as low as trains reliably), carried to other
/// K by K^{1/2n}, and to other N as overlaps of random states go, by √N.
pub(super) fn scale(order: u32, memories: usize, sites: usize) -> f64 {
    let n = f64::from(order);
    let hundred = match order {
        2 => 8.0,
        3 => 9.0,
        4 => 10.0,
        _ => 3.0 * n,
    };
    hundred * (memories as f64 / 100.0).powf(0.5 / n) * (sites as f64 / 784.0).sqrt()
}

/// The second temperature over the first, where two are carried over.
pub(super) const WARMER: f64 = 1.6;

impl Row {
    /// The trainings of a row at its temperatures.
    pub(super) fn trainings(&self, order: u32, sites: usize) -> Vec<Training> {
        let scale = |memories| scale(order, memories, sites);
        let temperatures: Vec<f64> = match &self.tries {
            Tries::Factors(factors) => factors.iter().map(|factor| factor * scale(self.memories)).collect(),
            Tries::CarriedFrom(from) => {
                let ratio = (self.memories as f64 / *from as f64).powf(1.0 / f64::from(order));
                [1.0, WARMER].map(|factor| factor * ratio * scale(*from)).to_vec()
            }
        };
        temperatures.into_iter().map(|t| Training::short(self.memories, order, t, self.epochs)).collect()
    }
}

impl Settings {
    /// Those of a preset with what was chosen instead.
    #[must_use]
    pub fn new(options: &Options, choices: &Choices, images: &Dataset) -> Self {
        let wanted = |study: Study| choices.study.is_empty() || choices.study.contains(&study);
        let quick = options.preset == Preset::Quick;
        let draws = |study: Study, short: usize, long: usize| {
            let preset = match options.preset {
                Preset::Quick => short,
                Preset::Paper => long,
                Preset::Full => 3 * long,
            };
            if wanted(study) { options.realizations.unwrap_or(preset) } else { 0 }
        };
        let errors = draws(Study::Errors, 3, 3);
        let row = |memories: usize, epochs: usize, factors: &[f64]| Row {
            memories,
            epochs,
            tries: Tries::Factors(factors.to_vec()),
            realizations: errors,
        };
        let few = [1.0, 0.6, 1.6, 0.4];
        let many = [1.0, 0.6, 1.6, 0.4, 2.4];
        let rows = if quick {
            vec![row(50, 60, &few), row(200, 60, &few), row(800, 40, &few)]
        } else {
            vec![
                row(50, 150, &many),
                row(100, 150, &many),
                row(500, 100, &many),
                row(2000, 80, &many),
                row(5500, 60, &few),
                Row { tries: Tries::CarriedFrom(5500), ..row(30_000, 40, &[]) },
            ]
        };
        let plan = |memories: &[usize], orders: &[u32], realizations| Plan {
            memories: memories.to_vec(),
            orders: orders.to_vec(),
            realizations,
        };
        let networks: &[(usize, usize, u32)] = &[
            (100, 6, 2),
            (100, 11, 2),
            (100, 15, 2),
            (100, 20, 2),
            (100, 40, 2),
            (60, 75, 3),
            (60, 146, 3),
            (60, 200, 3),
            (60, 292, 3),
            (60, 400, 3),
            (40, 300, 4),
            (40, 578, 4),
            (40, 1500, 4),
            (40, 3000, 4),
        ];
        Self {
            images: images.origin.clone(),
            shape: images.train.shape(),
            orders: vec![2, 4, 8],
            per_class: 100,
            validation: 5000,
            errors: rows.into_iter().filter(|row| row.realizations > 0).collect(),
            shown: if quick { 800 } else { 5500 },
            small: if quick { 50 } else { 100 },
            inputs: if quick { 60 } else { 200 },
            stored: (1000, if quick { vec![2, 8, 30] } else { vec![2, 4, 8, 16, 30] }),
            stored_draws: draws(Study::Stored, 3, 3),
            retrieval: plan(
                if quick { &[20, 200] } else { &[10, 30, 100, 300, 1000] },
                if quick { &[2, 8, 30] } else { &[2, 4, 8, 30] },
                draws(Study::Retrieval, 3, 10),
            ),
            instability: (networks.to_vec(), draws(Study::Capacity, 10, 100)),
            tails: (draws(Study::Capacity, 3, 10), if quick { 20_000 } else { 400_000 }),
        }
    }

    pub(super) fn cells(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for row in &self.errors {
            for &order in &self.orders {
                let memories = row.memories;
                cells.extend((0..row.realizations).map(|realization| Cell::Training {
                    memories,
                    order,
                    realization,
                }));
            }
        }
        for patterns in [Stored::Images, Stored::Random] {
            for &order in &self.stored.1 {
                let draws = 0..self.stored_draws;
                cells.extend(draws.map(|realization| Cell::Stored { patterns, order, realization }));
            }
            for &memories in &self.retrieval.memories {
                for &order in &self.retrieval.orders {
                    let draws = 0..self.retrieval.realizations;
                    cells.extend(draws.map(|realization| Cell::Retrieval {
                        patterns,
                        memories,
                        order,
                        realization,
                    }));
                }
            }
        }
        let (networks, draws) = &self.instability;
        for &(sites, memories, order) in networks {
            cells.extend((0..*draws).map(|realization| Cell::Instability {
                sites,
                memories,
                order,
                realization,
            }));
        }
        cells.extend((0..self.tails.0).map(|realization| Cell::Tails { realization }));
        cells
    }

    pub(super) fn row(&self, memories: usize) -> Option<&Row> {
        self.errors.iter().find(|row| row.memories == memories)
    }

    /// Whether the shown K and the images are those of the paper's figures.
    pub(super) fn is_papers(&self) -> bool {
        self.shown == 5500 && self.images.name == "MNIST"
    }

    /// Whether anything but the formulas of capacity is computed.
    pub(super) fn uses_images(&self) -> bool {
        self.errors.iter().any(|row| row.realizations > 0)
            || self.stored_draws > 0
            || self.retrieval.realizations > 0
    }

    /// Pixels of an image, N.
    pub(super) fn sites(&self) -> usize {
        self.shape.0 * self.shape.1
    }

    pub(super) fn check(&self, images: &Dataset) -> Result<(), Error> {
        let wrong = |expected, found: String| Err(Error::Settings { expected, found });
        if self.images != images.origin || self.shape != images.train.shape() {
            return wrong("settings of these images", format!("{:?}", self.images));
        }
        let orders = self.orders.iter().chain(&self.stored.1).chain(&self.retrieval.orders);
        let networks = self.instability.0.iter();
        if orders.chain(networks.clone().map(|(.., n)| n)).any(|&n| n < 2) {
            return wrong("orders of at least 2", format!("{:?}", self.orders));
        }
        if networks.clone().any(|&(sites, memories, _)| sites < 2 || memories < 2) {
            return wrong("networks of at least two sites and patterns", format!("{:?}", self.instability.0));
        }
        let learned = self.per_class * CLASSES;
        let available = images.train.len();
        if self.inputs == 0 || self.inputs > learned.min(images.test.len()) || self.tails.1 == 0 {
            return wrong("inputs among the images, and pairs of states", format!("{}", self.inputs));
        }
        if self.validation == 0 || learned >= available {
            return wrong(
                "images that are not learned from",
                format!("{} of each class, of {available}", self.per_class),
            );
        }
        let stored = self.retrieval.memories.iter().chain([&self.stored.0]);
        if let Some(count) = stored.clone().find(|&&count| count == 0 || count > available) {
            return wrong("no more stored images than there are, and at least one", count.to_string());
        }
        for (k, row) in self.errors.iter().enumerate() {
            if self.errors[..k].iter().any(|other| other.memories == row.memories) {
                return wrong("rows of unlike K", row.memories.to_string());
            }
            if let Tries::CarriedFrom(from) = row.tries {
                let first = self
                    .row(from)
                    .map(|row| matches!(&row.tries, Tries::Factors(of) if of.first() == Some(&1.0)));
                if first != Some(true) {
                    return wrong(
                        "temperatures carried over from a row whose first factor is 1",
                        from.to_string(),
                    );
                }
            }
            for &order in &self.orders {
                let trainings = row.trainings(order, self.sites());
                if trainings.is_empty() || row.epochs == 0 {
                    return wrong("at least one temperature and epoch", format!("{row:?}"));
                }
                trainings.iter().try_for_each(Training::check)?;
            }
        }
        Ok(())
    }
}
