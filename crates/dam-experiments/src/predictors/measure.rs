//! What one cell computes: the labels of some patterns of one realization, and what was known of them before.

use dam_analysis::{
    BasinIsolation, Directions, Lanczos, OverlapStatistics, Start, landscape, overlap_statistics,
    overlaps_along,
};
use dam_core::DensePatterns;
use dam_core::prelude::*;
use serde::{Deserialize, Serialize};

use super::one_pass::{FEATURES, one_pass_features};
use super::{Predictor, Row, Study, pruned_overlaps};
use crate::Error;
use crate::basin_isolation::noiseless_ends;

/// The memory of the study.
pub(super) type Cubic = Dam<DensePatterns<Sphere<f64>>, Monomial, Sum>;

/// What was measured of some patterns, all lists in their order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Where the noiseless runs from the patterns end: their overlaps with them.
    pub end_overlaps: Vec<f64>,
    /// Every predictor, in a fixed order ([`Study::Predictors`]).
    pub scores: Vec<Score>,
    /// What one pass sees (the other studies).
    pub features: Vec<[f64; FEATURES]>,
}

/// What one predictor says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The predictor.
    pub predictor: Predictor,
    /// Its value for each pattern; a high one predicts failure.
    pub values: Vec<f64>,
}

impl Score {
    fn new(predictor: Predictor, values: Vec<f64>) -> Self {
        Self { predictor, values }
    }
}

/// Draws patterns, judges and predicts those of a chunk.
pub(super) fn measure(study: Study, row: &Row, chunk: usize, streams: Streams) -> Result<Record, Error> {
    let memory = draw(row, streams)?;
    let which: Vec<usize> = row.part(chunk).collect();
    let ends = noiseless_ends(&memory, &which, streams)?;
    let end_overlaps = ends.into_iter().map(|(overlap, _)| overlap).collect();
    Ok(match study {
        Study::Predictors => {
            let scores = scores(&memory, &row.directions, &which, streams)?;
            Record { end_overlaps, scores, features: Vec::new() }
        }
        Study::Fitted | Study::HeldOut => {
            Record { end_overlaps, scores: Vec::new(), features: one_pass_features(&memory, &which)? }
        }
    })
}

/// What is written for the cubic model holds for no other, and needs competitors.
pub(super) fn check_cubic(memory: &Cubic) -> Result<(), Error> {
    let order = memory.kernel().order();
    if order != 3 {
        let found = f64::from(order);
        return Err(dam_core::Error::Parameter { name: "order n", expected: "n = 3", found }.into());
    }
    if memory.len() < 2 {
        return Err(dam_core::Error::Parameter { name: "patterns M", expected: "M >= 2", found: 1.0 }.into());
    }
    Ok(())
}

pub(super) fn draw(row: &Row, streams: Streams) -> Result<Cubic, Error> {
    let space = Sphere::<f64>::new(row.n)?;
    let patterns = (0..row.m).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu as u64)));
    Ok(models::spherical(space.clone(), 3, patterns)?)
}

fn scores(
    memory: &Cubic,
    directions: &[usize],
    which: &[usize],
    streams: Streams,
) -> Result<Vec<Score>, Error> {
    let gradients = landscape(memory, which)?.iter().map(|l| l.gradient_norm).collect();
    Ok([
        of_overlaps(memory, which)?,
        vec![Score::new(Predictor::GradientNorm, gradients)],
        of_isolation(memory, directions, which, streams)?,
        of_runs(memory, which, streams)?,
        of_curvature(memory, which, streams)?,
        of_pruned(memory, which)?,
    ]
    .concat())
}

fn of_overlaps(memory: &Cubic, which: &[usize]) -> Result<Vec<Score>, Error> {
    let statistics = overlap_statistics(memory, which)?;
    let n = memory.space().sites() as f64;
    let score = |predictor, value: &dyn Fn(&OverlapStatistics) -> f64| {
        Score::new(predictor, statistics.iter().map(value).collect())
    };
    Ok(vec![
        score(Predictor::MeanOverlap, &|s| s.mean_abs),
        score(Predictor::LargestOverlap, &|s| s.max),
        score(Predictor::FourthPowers, &|s| s.power_sums[3]),
        score(Predictor::Energy, &|s| -s.power_sums[2]),
        score(Predictor::NonlinearEnergy, &|s| 3.0 * s.power_sums[0] / n - s.power_sums[2]),
    ])
}

fn of_isolation(
    memory: &Cubic,
    directions: &[usize],
    which: &[usize],
    streams: Streams,
) -> Result<Vec<Score>, Error> {
    let metric = BasinIsolation::new(memory.space().sites())?;
    let mut all = Vec::new();
    for &directions in directions {
        let random = metric.directions(Directions::Random(directions))?;
        let isolation = random.of_patterns(memory, which, streams)?;
        all.push(Score::new(Predictor::Isolation { directions }, isolation));
        // The paper's K.
        if directions == 100 {
            let free = random.free_slope(true).of_patterns(memory, which, streams)?;
            all.push(Score::new(Predictor::FreeSlope { directions }, free));
        }
    }
    for (predictor, informed) in [
        (Predictor::AlongGradient, Directions::Gradient),
        (Predictor::TowardsNearest { directions: 20 }, Directions::Nearest(20)),
    ] {
        let isolation = metric.directions(informed)?.of_patterns(memory, which, streams)?;
        all.push(Score::new(predictor, isolation));
    }
    Ok(all)
}

/// Low overlaps predict failure.
fn of_runs(memory: &Cubic, which: &[usize], streams: Streams) -> Result<Vec<Score>, Error> {
    let after = |overlaps: &[Vec<f64>], step: usize| overlaps.iter().map(|o| -o[step]).collect();
    let map = overlaps_along(memory, &Synchronous, 20, which, streams)?;
    let map = [1, 2, 3, 5, 10, 20].map(|steps| Score::new(Predictor::Map { steps }, after(&map, steps)));
    let descent = overlaps_along(memory, &ConjugateGradient, 6, which, streams)?;
    let descent = (1..=6).map(|steps| Score::new(Predictor::Descent { steps }, after(&descent, steps)));
    Ok(map.into_iter().chain(descent).collect())
}

fn of_curvature(memory: &Cubic, which: &[usize], streams: Streams) -> Result<Vec<Score>, Error> {
    let all = [(2, false), (4, false), (8, false), (4, true)].map(|(steps, random)| {
        let start = if random { Start::Random } else { Start::Gradient };
        let lowest = Lanczos::new(steps, start)?.of_patterns(memory, which, streams)?;
        Ok(Score::new(Predictor::Curvature { steps, random }, lowest.iter().map(|l| -l).collect()))
    });
    all.into_iter().collect()
}

/// Fractions of the patterns that are kept, and steps of the pruned map, which together stay within one pass.
fn of_pruned(memory: &Cubic, which: &[usize]) -> Result<Vec<Score>, Error> {
    let all = [(5, 10), (10, 5), (25, 2)].map(|(percent, steps)| {
        let overlaps = pruned_overlaps(memory, which, percent as f64 / 100.0, steps)?;
        Ok(Score::new(Predictor::Pruned { percent, steps }, overlaps.iter().map(|o| -o[steps]).collect()))
    });
    all.into_iter().collect()
}
