//! What is computed: the studies, and the presets.

use clap::ValueEnum;
use dam_analysis::theory::exponential_load::Patterns;
use serde::{Deserialize, Serialize};

use super::{Cell, Descent};
use crate::Error;

/// Angles of the start, in degrees.
pub(super) const ANGLES: [usize; 26] =
    [10, 16, 22, 26, 30, 33, 36, 39, 42, 45, 48, 50, 52, 54, 56, 58, 60, 62, 64, 66, 68, 70, 73, 76, 80, 85];
/// λ of the studies of all Gaussian patterns, in thousandths.
pub(super) const ALL_LAMBDAS: [usize; 3] = [500, 1000, 4000];
/// λ of success against norm, in thousandths, and its load.
pub(super) const NORM_LAMBDAS: [usize; 3] = [700, 1000, 4000];
pub(super) const NORM_LOAD: f64 = 0.25;
/// Edges of bins of the norm ρ = |ξ|²/N: 0.2 to 1.8 in steps of 0.05.
pub(super) const NORM_BINS: usize = 32;
pub(super) const NORM_BIN: (f64, f64) = (0.2, 0.05);
/// Sites of the study of rate functions, and thresholds ε from 0 to 1.
pub(super) const RATE_SITES: usize = 30;
pub(super) const RATE_STEP: f64 = 0.05;
pub(super) const RATE_STEPS: usize = 21;

/// λ at which the noise is summed.
pub(super) const CONDENSATION_LAMBDAS: [f64; 12] =
    [0.125, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0];

/// A case in which both descents are compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) patterns: Patterns,
    pub(super) sites: usize,
    pub(super) alpha: f64,
    pub(super) lambda: f64,
    /// Of the start, in degrees.
    pub(super) angle: f64,
}

const fn case(
    name: &'static str,
    patterns: Patterns,
    sites: usize,
    alpha: f64,
    lambda: f64,
    angle: f64,
) -> Case {
    Case { name, patterns, sites, alpha, lambda, angle }
}

/// Inside, near and outside of retrieval; from the pattern and from within and beyond its basin.
pub(super) const CASES: [Case; 8] = [
    case("retrieved", Patterns::Spherical, 30, 0.3, 1.0, 0.0),
    case("near the crossover", Patterns::Spherical, 30, 0.3, 0.5, 0.0),
    case("lost", Patterns::Spherical, 30, 0.3, 0.3, 0.0),
    case("within the basin", Patterns::Spherical, 30, 0.2, 1.0, 40.0),
    case("at its edge", Patterns::Spherical, 30, 0.2, 1.0, 58.0),
    case("beyond it", Patterns::Spherical, 30, 0.2, 1.0, 75.0),
    case("Gaussian patterns", Patterns::Gaussian, 30, 0.2, 0.7, 0.0),
    // α√N = 5 and λ/√N = 0.15: the scaled regime at α = 0.5, λ = 1.5, N = 100.
    case("scaled regime", Patterns::Gaussian, 100, 0.05, 0.15, 0.0),
];

/// A part of the experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Study {
    /// The λ above which a pattern is retrieved, against N, for three ensembles.
    Crossover,
    /// Success against the angle of the start.
    Basin,
    /// Gaussian patterns: loads at which a typical pattern, and the first pattern, is lost.
    AllPatterns,
    /// Gaussian patterns: success against the norm.
    Norms,
    /// Rate functions of overlaps.
    Rates,
    /// The noise at a random state: its exponent, and how few patterns carry it.
    Condensation,
    /// The nearest of polynomially many patterns.
    Nearest,
    /// Scaled dot-product attention.
    Scaled,
    /// Where gradient descent and the map end.
    Agreement,
    /// More patterns than memory holds.
    Beyond,
}

/// The settings of a run; a study without realizations is left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Crossovers by ensemble and load (in thousandths): by the map.
    pub crossover: Vec<(Patterns, usize, Plan)>,
    /// Spherical crossovers once more by gradient descent, by load.
    pub gradient: Vec<(usize, Plan)>,
    /// Basins, by load and λ in thousandths.
    pub basin: Vec<(usize, usize, Plan)>,
    /// All Gaussian patterns.
    pub all_patterns: Plan,
    /// Success against norm.
    pub norms: Plan,
    /// Realizations of the study of rates, and patterns in each.
    pub rates: (usize, usize),
    /// Condensation, by load in thousandths.
    pub condensation: Vec<(usize, Plan)>,
    /// The nearest of P = factor · N^power patterns, by factor and power.
    pub nearest: Vec<(usize, u32, Plan)>,
    /// The scaled regime, by load in thousandths.
    pub scaled: Vec<(usize, Plan)>,
    /// Realizations of each case in which descents are compared.
    pub agreement: usize,
    /// Patterns beyond memory (none: left out), and λ in thousandths.
    pub beyond: (usize, Vec<usize>),
    /// Patterns that start, in each realization.
    pub starts: usize,
}

/// Realizations at several sizes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Sizes N, each with its number of disorder realizations.
    pub sites: Vec<(usize, usize)>,
}

/// Options of this experiment alone.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Choices {
    /// Parts to compute, such as crossover,basin; by default all.
    #[arg(long, value_delimiter = ',', value_enum)]
    pub study: Vec<Study>,
}

/// A number of thousandths.
pub(super) fn thousandths(k: usize) -> f64 {
    k as f64 / 1e3
}

/// P = e^{αN}, rounded.
pub(super) fn patterns(alpha: f64, sites: usize) -> usize {
    (alpha * sites as f64).exp().round() as usize
}

impl Settings {
    pub(super) fn cells(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        let by_map = self.crossover.iter().map(|(of, load, plan)| (*of, *load, Descent::Map, plan));
        let by_gradient =
            self.gradient.iter().map(|(load, plan)| (Patterns::Spherical, *load, Descent::Gradient, plan));
        for (patterns, load, descent, plan) in by_map.chain(by_gradient) {
            cells.extend(plan.cells(|sites, realization| Cell::Crossover {
                patterns,
                load,
                sites,
                descent,
                realization,
            }));
        }
        for (load, lambda, plan) in &self.basin {
            let (load, lambda) = (*load, *lambda);
            cells.extend(plan.cells(|sites, realization| Cell::Basin { load, lambda, sites, realization }));
        }
        for lambda in ALL_LAMBDAS {
            cells.extend(self.all_patterns.cells(|sites, realization| Cell::AllPatterns {
                lambda,
                sites,
                realization,
            }));
        }
        for lambda in NORM_LAMBDAS {
            cells.extend(self.norms.cells(|sites, realization| Cell::Norms { lambda, sites, realization }));
        }
        for patterns in [Patterns::Spherical, Patterns::Gaussian, Patterns::Binary] {
            cells.extend((0..self.rates.0).map(|realization| Cell::Rates { patterns, realization }));
        }
        for (load, plan) in &self.condensation {
            cells.extend(plan.cells(|sites, realization| Cell::Condensation {
                load: *load,
                sites,
                realization,
            }));
        }
        for (factor, power, plan) in &self.nearest {
            let (factor, power) = (*factor, *power);
            cells.extend(plan.cells(|sites, realization| Cell::Nearest {
                factor,
                power,
                sites,
                realization,
            }));
        }
        for (load, plan) in &self.scaled {
            cells.extend(plan.cells(|sites, realization| Cell::Scaled { load: *load, sites, realization }));
        }
        for case in 0..CASES.len() {
            cells.extend((0..self.agreement).map(|realization| Cell::Agreement { case, realization }));
        }
        if self.beyond.0 > 0 {
            cells.extend(self.beyond.1.iter().map(|&lambda| Cell::Beyond { lambda }));
        }
        cells
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let wrong = |expected, found: String| Err(Error::Settings { expected, found });
        if self.starts == 0 {
            return wrong("at least one start", "0".into());
        }
        let sizes = |plan: &Plan| plan.sites.iter().map(|&(n, _)| n as f64).collect::<Vec<f64>>();
        let mut logarithms: Vec<f64> = Vec::new();
        let mut linear = |load: f64, plan: &Plan| logarithms.extend(sizes(plan).iter().map(|n| load * n));
        self.crossover.iter().for_each(|(_, load, plan)| linear(thousandths(*load), plan));
        self.gradient.iter().for_each(|(load, plan)| linear(thousandths(*load), plan));
        self.basin.iter().for_each(|(load, _, plan)| linear(thousandths(*load), plan));
        self.condensation.iter().for_each(|(load, plan)| linear(thousandths(*load), plan));
        linear(NORM_LOAD, &self.norms);
        for (factor, power, plan) in &self.nearest {
            let ln_p = |n: &f64| (*factor as f64).ln() + f64::from(*power) * n.ln();
            logarithms.extend(sizes(plan).iter().map(ln_p));
        }
        for (load, plan) in &self.scaled {
            logarithms.extend(sizes(plan).iter().map(|n| thousandths(*load) * n.sqrt()));
        }
        if self.beyond.0 > 0 {
            logarithms.push((self.beyond.0 as f64).ln());
        }
        if let Some(ln_p) = logarithms.iter().find(|x| !(std::f64::consts::LN_2..=24.0).contains(*x)) {
            return wrong(
                "between ln 2 and 24 for the logarithm of the number of patterns",
                ln_p.to_string(),
            );
        }
        if let Some((_, power, _)) = self.nearest.iter().find(|(_, power, _)| !(1..=3).contains(power)) {
            return wrong("a power of N from 1 to 3", power.to_string());
        }
        if self.rates.0 > 0 && self.rates.1 == 0 {
            return wrong("at least one pattern", "0".into());
        }
        match self.all_patterns.sites.iter().chain(&self.norms.sites).find(|(n, _)| *n < 8) {
            Some((n, _)) => wrong("at least 8 sites", n.to_string()),
            None => Ok(()),
        }
    }
}

impl Plan {
    fn cells(&self, cell: impl Fn(usize, usize) -> Cell) -> Vec<Cell> {
        let of = |&(sites, count): &(usize, usize)| (0..count).map(move |realization| (sites, realization));
        self.sites.iter().flat_map(of).map(|(sites, realization)| cell(sites, realization)).collect()
    }
}
