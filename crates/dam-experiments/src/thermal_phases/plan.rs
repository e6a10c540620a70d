//! What is computed: the studies, and the presets.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::harness::{Options, Preset};

/// β_net of LSE: with it the paper's vertical line stands at α = 1/2.
pub(super) const BETA: f64 = 1.0;
/// The sharpness b of LSR.
pub(super) const SHARPNESS: f64 = 3.41;
/// The floor on the sum of LSR in Figure 2.
pub(super) const EPSILON: f64 = 1e-10;
/// Sites and patterns of Figure 2: α = ln(148)/50 = 0.1.
pub(super) const FIGURE_2: (usize, usize) = (50, 148);
/// Its temperatures.
pub(super) const FIGURE_2_T: [f64; 12] = [0.1, 0.2, 0.3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1.0, 1.2, 1.5];
/// Temperatures of long chains of LSE and LSR, at which they stay with their target.
pub(super) const LONG_T: [&[f64]; 2] = [&[0.1, 0.2, 0.3, 0.4], &[0.1, 0.3, 0.5, 0.7, 1.0, 1.5]];
/// Temperatures of chains that are watched until they escape.
pub(super) const KINETIC_T: [f64; 8] = [0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 1.0];
/// Small systems with all of e^{N/2} patterns, and their temperatures.
pub(super) const SMALL: (usize, &[f64]) = (16, &[0.03, 0.05, 0.07, 0.10, 0.15, 0.30]);
/// Larger ones of the same load.
pub(super) const WIDE: (usize, &[f64]) = (31, &[0.085, 0.095, 0.105]);
/// The load α of both.
pub(super) const LOAD: f64 = 0.5;
/// Loads of the two-term model.
pub(super) const BOUNDARY_LOADS: [f64; 3] = [0.45, 0.50, 0.55];

/// A part of the experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Study {
    /// Figure 1: the plane of load and temperature.
    Map,
    /// Figure 2, by its protocol.
    Figure2,
    /// Long chains at its size, against exact averages.
    Long,
    /// When chains leave their target, against the length of the chain.
    Kinetic,
    /// All patterns against the patterns of a cone at N = 16.
    Small,
    /// The cone at N = 31.
    Wide,
    /// The boundary of the two-term model against N.
    Boundary,
}

/// The settings of a run; a study that has none of its things is left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Figure 1.
    pub map: MapPlan,
    /// Disorder realizations of Figure 2.
    pub figure_2: usize,
    /// Long chains.
    pub long: Chains,
    /// Escapes.
    pub kinetic: Chains,
    /// Realizations of the small system, two chains each.
    pub small: usize,
    /// Realizations of the larger one, two chains each.
    pub wide: usize,
    /// Burn-in and kept steps of the chains of both.
    pub paired_steps: (usize, usize),
    /// The overlap from which on the patterns of its cone are drawn.
    pub wide_edge: f64,
    /// Realizations of the larger one with all 5.4 million patterns.
    pub wide_full: usize,
    /// Boundaries of the two-term model.
    pub boundary: BoundaryPlan,
}

/// The plane of load and temperature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapPlan {
    /// Disorder realizations, one chain at each temperature.
    pub realizations: usize,
    /// Patterns M at every load; N = round(ln M / α).
    pub patterns: usize,
    /// How many loads ln M / N, and their step, which is also the first.
    pub loads: (usize, f64),
    /// Temperatures, likewise, in units of the energy.
    pub temperatures: (usize, f64),
    /// Burn-in and kept steps.
    pub steps: (usize, usize),
}

impl MapPlan {
    /// The k-th load ln M / N, counted from 0.
    #[must_use]
    pub fn load(&self, k: usize) -> f64 {
        self.loads.1 * (k + 1) as f64
    }

    /// Sites N at the k-th load, rounded: those at which the plan's patterns are e^{αN}.
    #[must_use]
    pub fn sites(&self, k: usize) -> usize {
        ((self.patterns as f64).ln() / self.load(k)).round() as usize
    }

    /// All temperatures.
    #[must_use]
    pub fn all_temperatures(&self) -> Vec<f64> {
        (1..=self.temperatures.0).map(|k| self.temperatures.1 * k as f64).collect()
    }
}

/// Chains of one length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chains {
    /// Disorder realizations.
    pub realizations: usize,
    /// Steps kept.
    pub steps: usize,
}

/// Boundaries of the two-term model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoundaryPlan {
    /// Sizes N.
    pub sites: Vec<usize>,
    /// Chains at each temperature.
    pub chains: usize,
    /// Steps of each.
    pub steps: usize,
}

/// Options of this experiment alone.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Choices {
    /// Parts to compute, such as map,boundary; by default all.
    #[arg(long, value_delimiter = ',', value_enum)]
    pub study: Vec<Study>,
    /// Also run all 5.4 million patterns at N = 31, alpha = 0.5 in this many disorder realizations, two chains at each of
    /// three temperatures; what it will cost is told first, unless --quiet or --merge is given. By default none.
    #[arg(long, value_name = "R", value_parser = crate::realizations)]
    pub wide_full: Option<usize>,
    /// With --wide-full: only tell the cost.
    #[arg(long, requires = "wide_full")]
    pub cost: bool,
}

impl Settings {
    /// Those of a preset with what was chosen instead.
    ///
    /// # Errors
    /// [`Error::Settings`] for all patterns of a study that is left out.
    pub fn new(options: &Options, choices: &Choices) -> Result<Self, Error> {
        let wanted = |study: Study| choices.study.is_empty() || choices.study.contains(&study);
        if choices.wide_full.is_some() && !wanted(Study::Wide) {
            let name =
                |study: &Study| study.to_possible_value().map_or_else(String::new, |v| v.get_name().into());
            let found: Vec<String> = choices.study.iter().map(name).collect();
            return Err(Error::Settings {
                expected: "the study wide, which --wide-full is a part of",
                found: found.join(","),
            });
        }
        let count = |study, of_preset: usize| match wanted(study) {
            true => options.realizations.unwrap_or(of_preset),
            false => 0,
        };
        let [map, figure_2, long, kinetic, small, wide] = match options.preset {
            Preset::Quick => [2, 40, 4, 12, 12, 4],
            Preset::Paper => [16, 100, 20, 40, 32, 32],
            Preset::Full => [64, 400, 100, 200, 128, 128],
        };
        let quick = options.preset == Preset::Quick;
        let pick = |quick_one: usize, other: usize| if quick { quick_one } else { other };
        Ok(Self {
            map: MapPlan {
                realizations: count(Study::Map, map),
                patterns: 2_000,
                loads: if quick { (10, 0.06) } else { (20, 0.03) },
                temperatures: if quick { (10, 0.2) } else { (20, 0.1) },
                steps: if quick { (1 << 11, 1 << 10) } else { (1 << 13, 1 << 11) },
            },
            figure_2: count(Study::Figure2, figure_2),
            long: Chains { realizations: count(Study::Long, long), steps: pick(30_000, 300_000) },
            kinetic: Chains { realizations: count(Study::Kinetic, kinetic), steps: pick(100_000, 1_000_000) },
            small: count(Study::Small, small),
            wide: count(Study::Wide, wide),
            paired_steps: (1 << 15, 1 << 13),
            wide_edge: 0.55,
            wide_full: choices.wide_full.unwrap_or(0),
            boundary: BoundaryPlan {
                sites: match wanted(Study::Boundary) {
                    false => Vec::new(),
                    true if quick => vec![100, 300],
                    true => vec![100, 300, 1_000, 10_000],
                },
                chains: pick(16, 64),
                steps: pick(30_000, 100_000),
            },
        })
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let sites = (0..self.map.loads.0).map(|k| self.map.sites(k));
        let few = sites.chain(self.boundary.sites.iter().copied()).find(|&n| n < 3);
        match few {
            Some(n) => Err(Error::Settings { expected: "at least 3 sites", found: n.to_string() }),
            None => Ok(()),
        }
    }
}
