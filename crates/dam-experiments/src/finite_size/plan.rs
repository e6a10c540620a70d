//! What is computed: the studies, and the presets.

use clap::ValueEnum;
use dam_analysis::PatternEnsemble;
use dam_core::Spins;
use dam_core::dynamics::{Choice, Placement, Ranking};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::harness::{Options, Preset};

/// The fraction of right spins that counts as retrieved, and the limit of sweeps.
pub(super) const SUCCESS: f64 = 0.95;
pub(super) const SWEEPS: usize = 60;
/// Corruption in percent and load p/N² in thousandths of the convergence study.
pub(super) const CONVERGENCE: [(usize, usize); 6] =
    [(15, 30), (15, 10), (25, 20), (33, 5), (33, 10), (33, 20)];
/// Those between which the paper's constant C lies, and those that are drawn.
pub(super) const EASIEST: usize = 0;
pub(super) const HARDEST: usize = 5;
pub(super) const CONVERGENCE_SHOWN: [usize; 4] = [HARDEST, 4, 2, EASIEST];
/// Loads of the basin table, in thousandths, and its corruptions in percent.
pub(super) const BASIN_LOADS: [usize; 3] = [5, 10, 20];
pub(super) const BASIN_CORRUPTIONS: std::ops::RangeInclusive<usize> = 33..=50;
/// Sites and patterns under attack, and the spins that are wrong at the start, in percent.
pub(super) const ATTACKED: (usize, usize, usize) = (500, 1250, 20);
/// Sites of correlated patterns; their cues have 20 % wrong.
pub(super) const CORRELATED_SITES: usize = 500;
pub(super) const CORRELATED_PATTERNS: [usize; 4] = [500, 1000, 1500, 2000];
/// Corruption of the capacity study in percent.
pub(super) const CAPACITY_CORRUPTION: usize = 20;
/// Sites and patterns whose certificates are compared.
const CERTIFIED: [(usize, usize); 8] =
    [(200, 5), (200, 20), (200, 100), (200, 400), (500, 10), (500, 50), (500, 250), (500, 1250)];

/// Positions in [`ENSEMBLES`]: the paper's random patterns, clusters that are near its table, and what is not.
pub(super) const INDEPENDENT: usize = 0;
pub(super) const CLUSTERS: usize = 1;
pub(super) const TEMPLATE: usize = 6;
/// Constructions of correlated patterns.
pub(super) const ENSEMBLES: [(&str, PatternEnsemble); 12] = [
    ("independent", PatternEnsemble::Independent),
    ("clusters of 20, flip 0.28", PatternEnsemble::Clusters { size: 20, flip: 0.28 }),
    ("clusters of 20, flip 0.275", PatternEnsemble::Clusters { size: 20, flip: 0.275 }),
    ("clusters of 20, flip 0.285", PatternEnsemble::Clusters { size: 20, flip: 0.285 }),
    ("clusters of 15, flip 0.265", PatternEnsemble::Clusters { size: 15, flip: 0.265 }),
    ("clusters of 25, flip 0.29", PatternEnsemble::Clusters { size: 25, flip: 0.29 }),
    ("one template, flip 0.4", PatternEnsemble::Clusters { size: usize::MAX, flip: 0.4 }),
    ("one template, flip 0.375", PatternEnsemble::Clusters { size: usize::MAX, flip: 0.375 }),
    ("chain, flip 0.4", PatternEnsemble::Chain { flip: 0.4 }),
    ("chain, flip 0.375", PatternEnsemble::Chain { flip: 0.375 }),
    ("clusters of 18, flip 0.27", PatternEnsemble::Clusters { size: 18, flip: 0.27 }),
    ("clusters of 18, flip 0.275", PatternEnsemble::Clusters { size: 18, flip: 0.275 }),
];

/// Which spins an adversary flips; the states that it needs are made for each target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flips {
    Any,
    Aligned,
    SmallestMargin,
    LargestMargin,
    StrongestCoupling,
    TowardCompetitor,
}

/// An adversary, and the field of the dynamics under it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Protocol {
    pub(super) name: &'static str,
    pub(super) placement: Placement,
    pub(super) flips: Flips,
    pub(super) ranking: Ranking,
    /// The dynamics follows the formal derivative.
    pub(super) formal: bool,
}

impl Protocol {
    pub(super) fn choice(self, competitor: impl FnOnce() -> Result<Spins, Error>) -> Result<Choice, Error> {
        Ok(match self.flips {
            Flips::Any => Choice::Any,
            Flips::Aligned => Choice::Aligned,
            Flips::SmallestMargin => Choice::SmallestMargin,
            Flips::LargestMargin => Choice::LargestMargin,
            Flips::StrongestCoupling => Choice::StrongestCoupling,
            Flips::TowardCompetitor => Choice::Toward(competitor()?),
        })
    }
}

const fn before(name: &'static str, flips: Flips, ranking: Ranking) -> Protocol {
    Protocol { name, placement: Placement::BeforeSweep, flips, ranking, formal: false }
}

const fn within(name: &'static str, flips: Flips, ranking: Ranking) -> Protocol {
    Protocol { name, placement: Placement::WithinSweep, flips, ranking, formal: false }
}

const fn formal(protocol: Protocol, name: &'static str) -> Protocol {
    Protocol { name, formal: true, ..protocol }
}

pub(super) const SMALLEST: Protocol =
    before("before, smallest margins", Flips::SmallestMargin, Ranking::Once);
pub(super) const ANY_WITHIN: Protocol = within("within, any, afresh", Flips::Any, Ranking::Afresh);

/// Positions in [`PROTOCOLS`] of the readings of the paper's strong and weak adversary, and of those that are drawn.
pub(super) const STRONG: [usize; 2] = [0, 1];
pub(super) const WEAK: [usize; 2] = [8, 9];
pub(super) const BEFORE_SHOWN: [usize; 3] = [STRONG[0], STRONG[1], 4];
pub(super) const WITHIN_SHOWN: [usize; 3] = [WEAK[0], 10, 12];
/// All adversaries that are tried.
pub(super) const PROTOCOLS: [Protocol; 18] = [
    SMALLEST,
    formal(SMALLEST, "before, smallest margins, formal field"),
    before("before, smallest margins, afresh", Flips::SmallestMargin, Ranking::Afresh),
    before("before, largest margins", Flips::LargestMargin, Ranking::Once),
    before("before, aligned", Flips::Aligned, Ranking::Once),
    before("before, any", Flips::Any, Ranking::Once),
    before("before, strongest couplings", Flips::StrongestCoupling, Ranking::Once),
    before("before, toward the competitor", Flips::TowardCompetitor, Ranking::Once),
    ANY_WITHIN,
    formal(ANY_WITHIN, "within, any, afresh, formal field"),
    within("within, any", Flips::Any, Ranking::Once),
    within("within, aligned", Flips::Aligned, Ranking::Once),
    within("within, aligned, afresh", Flips::Aligned, Ranking::Afresh),
    within("within, smallest margins", Flips::SmallestMargin, Ranking::Once),
    within("within, smallest margins, afresh", Flips::SmallestMargin, Ranking::Afresh),
    within("within, largest margins", Flips::LargestMargin, Ranking::Once),
    within("within, strongest couplings", Flips::StrongestCoupling, Ranking::Once),
    within("within, toward the competitor", Flips::TowardCompetitor, Ranking::Once),
];

/// A part of the experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Study {
    /// Sweeps to retrieval against ln N.
    Convergence,
    /// Success against corruption, for several N.
    Basin,
    /// Success against an adversary's budget.
    Adversary,
    /// Independent and correlated patterns.
    Correlated,
    /// Patterns at which half of the trials succeed, against N, for n = 2, 3, 4.
    Capacity,
    /// Certified radii beside attacked radii and random basins.
    Certificates,
}

/// The settings of a run; a study without realizations is left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Convergence.
    pub convergence: Plan,
    /// Basins.
    pub basin: Plan,
    /// Adversaries.
    pub adversary: Realizations,
    /// Budgets of adversaries as shares of N, in thousandths.
    pub budgets: Vec<usize>,
    /// Correlated patterns.
    pub correlated: Realizations,
    /// Capacity.
    pub capacity: Realizations,
    /// Sizes N of the capacity study for n = 2, 3, 4.
    pub capacity_sites: [Vec<usize>; 3],
    /// Certificates; trials are those of the random basin.
    pub certificates: Realizations,
    /// Sites and patterns whose certificates are compared.
    pub certified: Vec<(usize, usize)>,
}

/// Disorder realizations, and trials in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Realizations {
    /// Disorder realizations.
    pub count: usize,
    /// Trials in each.
    pub trials: usize,
}

/// Realizations at several sizes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Disorder realizations, and trials in each.
    pub realizations: Realizations,
    /// Sizes N.
    pub sites: Vec<usize>,
}

/// Options of this experiment alone.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Choices {
    /// Parts to compute, such as basin,capacity; by default all.
    #[arg(long, value_delimiter = ',', value_enum)]
    pub study: Vec<Study>,
}

/// p = α N², α in thousandths.
pub(super) fn patterns(thousandths: usize, sites: usize) -> usize {
    (thousandths * sites * sites + 500) / 1000
}

/// A share of N in thousandths, rounded.
pub(super) fn share(thousandths: usize, sites: usize) -> usize {
    (thousandths * sites + 500) / 1000
}

impl Settings {
    /// Those of a preset with what was chosen instead.
    #[must_use]
    pub fn new(options: &Options, choices: &Choices) -> Self {
        let wanted = |study: Study| choices.study.is_empty() || choices.study.contains(&study);
        let of = |study, [quick, paper, full]: [(usize, usize); 3]| {
            let (count, trials) = match options.preset {
                Preset::Quick => quick,
                Preset::Paper => paper,
                Preset::Full => full,
            };
            let count = if wanted(study) { options.realizations.unwrap_or(count) } else { 0 };
            Realizations { count, trials }
        };
        let quick = options.preset == Preset::Quick;
        let pick = |short: &[usize], long: &[usize]| if quick { short.to_vec() } else { long.to_vec() };
        Self {
            convergence: Plan {
                realizations: of(Study::Convergence, [(4, 40), (20, 80), (100, 80)]),
                sites: pick(&[200, 300, 400], &[200, 300, 400, 500, 700, 1000]),
            },
            basin: Plan {
                realizations: of(Study::Basin, [(5, 40), (20, 80), (100, 80)]),
                sites: pick(&[200, 300, 400, 500], &[200, 300, 350, 400, 450, 500, 700, 1000]),
            },
            adversary: of(Study::Adversary, [(3, 10), (10, 20), (40, 40)]),
            budgets: pick(
                &[80, 120, 130, 140, 150, 160, 170, 190, 300],
                &[
                    40, 60, 80, 100, 110, 120, 130, 140, 150, 160, 170, 180, 190, 200, 210, 220, 240, 260,
                    280, 300, 320, 340,
                ],
            ),
            correlated: of(Study::Correlated, [(4, 25), (20, 50), (100, 50)]),
            capacity: of(Study::Capacity, [(4, 40), (16, 80), (64, 80)]),
            capacity_sites: [
                pick(&[100, 200, 400], &[100, 200, 400, 800, 1600]),
                pick(&[50, 100, 200], &[50, 100, 200, 400]),
                pick(&[20, 30, 45], &[20, 30, 45, 60, 80]),
            ],
            certificates: of(Study::Certificates, [(1, 20), (5, 40), (20, 80)]),
            certified: CERTIFIED.to_vec(),
        }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let sizes = self
            .convergence
            .sites
            .iter()
            .chain(&self.basin.sites)
            .chain(self.capacity_sites.iter().flatten());
        let sizes = sizes.chain(self.certified.iter().map(|(n, _)| n));
        if let Some(n) = sizes.copied().find(|&n| n < 2) {
            return Err(Error::Settings { expected: "at least 2 sites", found: n.to_string() });
        }
        let plans = [self.convergence.realizations, self.basin.realizations, self.adversary, self.correlated];
        let plans = plans.into_iter().chain([self.capacity, self.certificates]);
        if plans.into_iter().any(|plan| plan.count > 0 && plan.trials == 0) {
            return Err(Error::Settings { expected: "at least one trial", found: "0".into() });
        }
        match self.budgets.iter().find(|&&rho| rho > 1000) {
            Some(rho) => Err(Error::Settings {
                expected: "budgets of at most 1000 thousandths",
                found: rho.to_string(),
            }),
            None => Ok(()),
        }
    }
}
