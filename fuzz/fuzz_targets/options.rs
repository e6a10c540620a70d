//! Options of every experiment: what is refused is told, what is taken gives settings that are checked, that survive
//! their JSON, and whose cells are unlike each other, each in one shard.

#![no_main]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use clap::{Args, Parser};
use dam_experiments::harness::{Experiment, Options, Shard};
use dam_experiments::images::{Dataset, Source, synthetic};
use dam_experiments::{
    Error, auc_coverage, basin_isolation, exponential_capacity, finite_size, overloaded_memory, predictors,
    thermal_phases,
};
use libfuzzer_sys::fuzz_target;

#[derive(Parser)]
struct Program<C: Args> {
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    choices: C,
}

/// A line of one byte stands for one of these, others for themselves.
const WORDS: &[&str] = &[
    "--preset",
    "quick",
    "paper",
    "full",
    "--seed",
    "--realizations",
    "--threads",
    "--out",
    "--shard",
    "--merge",
    "--force",
    "--quiet",
    "--portable",
    "--data",
    "--synthetic",
    "--resamples",
    "--sizes",
    "--labels",
    "--trials",
    "--patterns",
    "--directions",
    "--precision",
    "--table-only",
    "--n",
    "--judged",
    "--one-pass",
    "--study",
    "--wide-full",
    "--cost",
    "--help",
    "0",
    "1",
    "2",
    "3",
    "40",
    "100",
    "200",
    "500",
    "1000",
    "100,200",
    "200,200",
    "-1",
    "1/3",
    "3/3",
    "4/3",
    "0/0",
    "1e3",
    "18446744073709551615",
    "4294967296",
    "f32",
    "f64",
    "noisy",
    "noiseless",
    "checked",
    "crossover,basin",
    "all-patterns",
    "norms",
    "rates",
    "condensation",
    "nearest,scaled",
    "agreement",
    "beyond",
    "convergence,adversary",
    "correlated",
    "certificates",
    "capacity",
    "errors",
    "stored,retrieval",
    "map,figure2",
    "long,kinetic",
    "small",
    "wide",
    "boundary",
    "wide,wide",
    "--",
    ",",
    "=",
];

static IMAGES: LazyLock<Dataset> = LazyLock::new(|| synthetic(1));

fuzz_target!(|text: &str| {
    let Some((which, text)) = text.split_at_checked(1) else { return };
    let word = |line: &str| match line.as_bytes() {
        [byte] => WORDS[usize::from(*byte) % WORDS.len()].to_owned(),
        _ => line.to_owned(),
    };
    let words: Vec<String> =
        std::iter::once("program".into()).chain(text.split('\n').map(word)).take(24).collect();
    match which.as_bytes()[0] % 7 {
        0 => tried(&words, &auc_coverage::Coverage, |o, c| Ok(auc_coverage::Settings::new(o, c))),
        1 => tried(&words, &basin_isolation::Isolation, |o, c| Ok(basin_isolation::Settings::new(o, c))),
        2 => tried(&words, &exponential_capacity::ExponentialCapacity, |o, c| {
            Ok(exponential_capacity::Settings::new(o, c))
        }),
        3 => tried(&words, &finite_size::FiniteSize, |o, c| Ok(finite_size::Settings::new(o, c))),
        4 => tried(&words, &predictors::Predictors, |o, c| Ok(predictors::Settings::new(o, c))),
        5 => tried(&words, &thermal_phases::ThermalPhases, thermal_phases::Settings::new),
        _ => {
            let experiment = overloaded_memory::OverloadedMemory { images: IMAGES.clone() };
            let settings = |o: &Options, c: &_| Ok(overloaded_memory::Settings::new(o, c, &IMAGES));
            tried(&words, &experiment, settings);
        }
    }
});

/// Cells of more realizations are too many to be looked at one by one.
const MOST: usize = 300;

fn tried<E: Experiment, C: Args>(
    words: &[String],
    experiment: &E,
    settings: impl Fn(&Options, &C) -> Result<E::Settings, Error>,
) {
    let Program { options, source, choices } = match Program::<C>::try_parse_from(words) {
        Ok(program) => program,
        Err(e) => return assert!(!e.to_string().is_empty()),
    };
    assert!(!(source.synthetic && source.data.is_some()));
    assert!(options.realizations.is_none_or(|count| count >= 2) && options.threads != Some(0));
    assert!(options.out.is_some() || options.folder(E::NAME).starts_with("out"));
    let settings = match settings(&options, &choices) {
        Ok(settings) => settings,
        Err(e) => return assert!(matches!(e, Error::Settings { .. })),
    };
    let checked = experiment.check(&settings);
    if let Err(e) = checked {
        return assert!(matches!(e, Error::Settings { .. }), "{e}");
    }
    let text = serde_json::to_string(&settings).unwrap();
    assert!(serde_json::from_str::<E::Settings>(&text).unwrap() == settings);
    if options.realizations.is_some_and(|count| count > MOST) {
        return;
    }
    let cells = experiment.cells(&settings);
    assert!(!cells.is_empty());
    assert_eq!(cells.iter().collect::<BTreeSet<_>>().len(), cells.len());
    for cell in cells.iter().step_by(1 + cells.len() / 50) {
        let text = serde_json::to_string(cell).unwrap();
        assert!(serde_json::from_str::<E::Cell>(&text).unwrap() == *cell);
        let cost = experiment.cost(&settings, cell);
        assert!(cost > 0.0 && cost.is_finite(), "{cell:?} costs {cost}");
        // Families have the streams of a cell that is its own family.
        let family = experiment.family(cell);
        assert!(experiment.family(&family) == family, "{cell:?}");
    }
    for text in words {
        // Some N positions in a row are one of each part.
        let of = text.split_once('/').and_then(|(_, of)| of.parse().ok()).filter(|&of: &usize| of <= 1000);
        if let (Ok(shard), Some(of)) = (text.parse::<Shard>(), of) {
            assert_eq!((7..7 + of).filter(|&position| shard.holds(position)).count(), 1);
        }
    }
}
