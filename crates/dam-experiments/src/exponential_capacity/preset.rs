//! The presets: sizes N, each with its number of disorder realizations.

use dam_analysis::theory::exponential_load::Patterns::{self, Binary, Gaussian, Spherical};

use super::plan::{Choices, Plan, Settings, Study};
use crate::harness::{Options, Preset};

type Sizes = &'static [(usize, usize)];

/// Crossovers by ensemble and load: quick, paper.
const CROSSOVERS: [(Patterns, usize, Sizes, Sizes); 6] = [
    (Spherical, 300, SHORT_3, LONG_3),
    (Spherical, 500, SHORT_5, LONG_5),
    (Spherical, 800, &[(8, 12), (10, 10), (12, 6)], LONG_8),
    (Gaussian, 300, SHORT_3, LONG_3.split_at(8).0),
    (Binary, 300, SHORT_3, LONG_3.split_at(8).0),
    (Binary, 500, SHORT_5, LONG_5.split_at(8).0),
];
const SHORT_3: Sizes = &[(12, 12), (16, 12), (20, 12), (26, 8), (32, 8), (34, 6), (36, 4)];
const LONG_3: Sizes =
    &[(12, 80), (14, 80), (16, 80), (20, 60), (26, 60), (32, 40), (35, 30), (38, 20), (42, 10), (46, 6)];
const SHORT_5: Sizes = &[(12, 12), (14, 12), (16, 10), (18, 8), (20, 6), (21, 4), (22, 4)];
const LONG_5: Sizes =
    &[(12, 80), (14, 80), (16, 60), (18, 60), (20, 40), (22, 30), (24, 20), (26, 16), (28, 8), (30, 3)];
const LONG_8: Sizes = &[(8, 80), (9, 80), (10, 60), (12, 40), (14, 20), (16, 6), (18, 3)];

/// Spherical crossovers by gradient descent.
const GRADIENT: [(usize, Sizes, Sizes); 2] = [
    (300, &[(12, 6), (20, 6)], &[(12, 20), (16, 20), (20, 20), (26, 20), (32, 6)]),
    (500, &[(12, 6)], &[(12, 20), (16, 20), (20, 10), (22, 6)]),
];

/// Basins by load, with the λ at which they are measured.
const BASINS: [(usize, &[usize], Sizes, Sizes); 3] = [
    (
        100,
        &[500, 1000, 4000],
        &[(30, 8), (42, 8), (48, 8), (54, 8), (60, 8)],
        &[(30, 80), (36, 80), (42, 80), (48, 80), (54, 80), (60, 80)],
    ),
    (
        200,
        &[500, 1000, 4000],
        &[(30, 4), (36, 4), (42, 3), (45, 3)],
        &[(30, 40), (36, 30), (42, 20), (48, 12), (54, 6), (60, 4)],
    ),
    (300, &[1000, 2000], &[(24, 3), (28, 3)], &[(30, 12), (34, 8), (38, 4), (42, 4)]),
];

const ALL_PATTERNS: (Sizes, Sizes) = (
    &[(16, 8), (24, 6), (32, 3)],
    &[(16, 40), (20, 40), (24, 40), (28, 20), (36, 20), (44, 12), (52, 8), (60, 6)],
);
const NORMS: (Sizes, Sizes) = (&[(28, 4), (32, 3)], &[(24, 40), (32, 12), (40, 4)]);

const CONDENSATION: [(usize, Sizes, Sizes); 1] =
    [(300, &[(20, 20), (30, 10)], &[(20, 80), (26, 60), (32, 40), (38, 20), (44, 10)])];

/// The nearest of P = factor · N^power patterns.
const NEAREST: [(usize, u32, Sizes, Sizes); 4] = [
    (1, 1, &[(50, 8), (200, 8), (800, 4)], &[(30, 40), (100, 40), (300, 40), (1000, 40), (3000, 10)]),
    (10, 1, &[(50, 8), (200, 8)], &[(30, 40), (100, 40), (300, 40), (1000, 20)]),
    (1, 2, &[(50, 8), (100, 4)], &[(30, 40), (60, 40), (100, 40), (200, 20), (400, 10)]),
    (1, 3, &[(30, 4), (50, 2)], &[(20, 40), (30, 40), (50, 20), (80, 10), (120, 4)]),
];

const SCALED: [(usize, Sizes, Sizes); 2] = [
    (
        500,
        &[(25, 10), (100, 8), (200, 4)],
        &[(25, 80), (50, 60), (100, 60), (150, 40), (225, 20), (324, 10), (400, 6)],
    ),
    (1000, &[(36, 8), (64, 3)], &[(36, 60), (49, 40), (64, 20), (81, 10), (100, 6)]),
];

/// Patterns beyond memory and λ in thousandths.
const BEYOND: [(usize, &[usize]); 2] = [(200_000, &[300, 700]), (100_000_000, &[400, 1000])];

impl Settings {
    /// Those of a preset with what was chosen instead.
    #[must_use]
    pub fn new(options: &Options, choices: &Choices) -> Self {
        let wanted = |study: Study| choices.study.is_empty() || choices.study.contains(&study);
        let quick = options.preset == Preset::Quick;
        let scale = if options.preset == Preset::Full { 4 } else { 1 };
        let count = |study: Study, short: usize, long: usize| {
            let preset = if quick { short } else { scale * long };
            if wanted(study) { options.realizations.unwrap_or(preset) } else { 0 }
        };
        let plan = |study: Study, short: Sizes, long: Sizes| Plan {
            sites: if quick { short } else { long }
                .iter()
                .filter(|_| wanted(study))
                .map(|&(n, of)| (n, count(study, of, of)))
                .collect(),
        };
        let by_load = |study: Study, all: &[(usize, Sizes, Sizes)]| {
            all.iter().map(|&(load, short, long)| (load, plan(study, short, long))).collect()
        };
        let (beyond, lambdas) = BEYOND[usize::from(!quick)];
        Self {
            crossover: CROSSOVERS
                .iter()
                .map(|&(of, load, short, long)| (of, load, plan(Study::Crossover, short, long)))
                .collect(),
            gradient: by_load(Study::Crossover, &GRADIENT),
            basin: BASINS
                .iter()
                .flat_map(|&(load, lambdas, short, long)| {
                    lambdas.iter().map(move |&lambda| (load, lambda, plan(Study::Basin, short, long)))
                })
                .collect(),
            all_patterns: plan(Study::AllPatterns, ALL_PATTERNS.0, ALL_PATTERNS.1),
            norms: plan(Study::Norms, NORMS.0, NORMS.1),
            rates: (count(Study::Rates, 3, 10), if quick { 1 << 18 } else { 1 << 22 }),
            condensation: by_load(Study::Condensation, &CONDENSATION),
            nearest: NEAREST
                .map(|(factor, power, short, long)| (factor, power, plan(Study::Nearest, short, long)))
                .to_vec(),
            scaled: by_load(Study::Scaled, &SCALED),
            agreement: count(Study::Agreement, 2, 10),
            beyond: if wanted(Study::Beyond) { (beyond, lambdas.to_vec()) } else { (0, Vec::new()) },
            starts: 32,
        }
    }
}
