//! What one cell computes: everything that is known of some patterns of one realization.

use dam_analysis::{BasinIsolation, Directions, OverlapStatistics, Retrieval, Trials, overlap_statistics};
use dam_core::prelude::*;
use dam_core::rand::seq::index;
use dam_core::{Aggregator, DensePatterns, Real};
use serde::{Deserialize, Serialize};

use super::{Metric, Model, Precision, RETRIEVED, Row, scales};
use crate::Error;

/// What was measured of one pattern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PatternRecord {
    /// Its index μ.
    pub pattern: usize,
    /// Where the noiseless run from the pattern ends: its overlap with the pattern.
    pub end_overlap: f64,
    /// Steps of that run, 200 at most.
    pub steps: usize,
    /// Its noisy trials, if it had any.
    pub trials: Option<Retrieval>,
    /// Overlaps with the others.
    pub overlaps: Option<OverlapStatistics>,
    /// I_μ at the paper's σ, for each draw of the directions.
    pub isolation: Vec<f64>,
    /// I_μ of the first draw at every σ of [`scales`].
    pub scales: Vec<f64>,
}

impl PatternRecord {
    /// Whether the pattern fails: by its noisy trials if it was judged by them, by its noiseless run if not.
    #[must_use]
    pub fn failed(&self, noisy: bool) -> bool {
        match &self.trials {
            Some(trials) if noisy => trials.failed(),
            _ => self.end_overlap <= RETRIEVED,
        }
    }

    /// p_μ: the fraction of noisy trials that succeed, or 0 or 1 by the noiseless run.
    #[must_use]
    pub fn reliability(&self, noisy: bool) -> f64 {
        match &self.trials {
            Some(trials) if noisy => trials.reliability(),
            _ => f64::from(self.end_overlap > RETRIEVED),
        }
    }
}

/// Where runs of the map without noise end, 200 steps at most: the overlap with the pattern they began at, and the steps.
pub(crate) fn noiseless_ends<T: Real, K: Kernel, Q: Aggregator>(
    memory: &Dam<DensePatterns<Sphere<T>>, K, Q>,
    which: &[usize],
    streams: Streams,
) -> Result<Vec<(f64, usize)>, Error> {
    let starts: Result<Vec<_>, _> = which.iter().map(|&mu| memory.pattern(mu)).collect();
    let starts = starts?;
    let mut ends = starts.clone();
    let rng = |k: usize| streams.rng(Purpose::Dynamics, which[k] as u64);
    let runs = Runner::default().max_steps(200).run_all(memory, &Synchronous, &mut ends, rng)?;
    let overlaps = ends.iter().zip(&starts).map(|(end, start)| memory.space().overlap(end, start));
    Ok(overlaps.zip(runs).map(|(overlap, run)| (overlap, run.steps)).collect())
}

/// One part of the patterns of one realization.
pub(super) struct Part<'a> {
    pub(super) row: &'a Row,
    pub(super) realization: usize,
    pub(super) chunk: usize,
    /// K.
    pub(super) directions: usize,
    /// Those of the realization.
    pub(super) streams: Streams,
}

impl Part<'_> {
    pub(super) fn measure(&self, precision: Precision) -> Result<Vec<PatternRecord>, Error> {
        match (self.row.model, precision) {
            (Model::Polynomial { order }, Precision::F64) => {
                self.of(&models::spherical(Sphere::<f64>::new(self.row.n)?, order, self.patterns::<f64>()?)?)
            }
            (Model::Polynomial { order }, Precision::F32) => {
                self.of(&models::spherical(Sphere::<f32>::new(self.row.n)?, order, self.patterns::<f32>()?)?)
            }
            (Model::Centred, _) => {
                let space = Sphere::<f64>::new(self.row.n)?;
                self.of(&Dam::new(space, Hermite::new(3)?, Sum, 1.0 / 3.0, self.patterns::<f64>()?)?)
            }
            (Model::Exponential, _) => {
                self.of(&models::lse(Sphere::<f64>::new(self.row.n)?, 1.0, self.patterns::<f64>()?)?)
            }
        }
    }

    /// Drawn one by one, so that they are in memory once.
    fn patterns<T: Real>(&self) -> Result<impl Iterator<Item = dam_core::nalgebra::DVector<T>>, Error> {
        let (space, streams) = (Sphere::<T>::new(self.row.n)?, self.streams);
        Ok((0..self.row.m).map(move |mu| space.sample(&mut streams.rng(Purpose::Patterns, mu as u64))))
    }

    /// The patterns of this part: of a random subset of the M, drawn once per realization.
    fn which(&self) -> Vec<usize> {
        let row = self.row;
        let mut rng = self.streams.rng(Purpose::Resampling, 0);
        let mut judged = index::sample(&mut rng, row.m, row.judged).into_vec();
        judged.sort_unstable();
        judged.into_iter().skip(self.chunk * row.chunk).take(row.chunk).collect()
    }

    fn of<T: Real, K: Kernel, Q: Aggregator>(
        &self,
        memory: &Dam<DensePatterns<Sphere<T>>, K, Q>,
    ) -> Result<Vec<PatternRecord>, Error> {
        let which = self.which();
        let mut records = self.noiseless(memory, &which)?;
        self.noisy(memory, &which, &mut records)?;
        let (draws, radii) = match self.row.metric {
            Metric::None => return Ok(records),
            Metric::Paper { draws } => (draws, Vec::new()),
            Metric::Scales { draws } => (draws, scales(self.row.n)),
        };
        let metric = BasinIsolation::new(self.row.n)?.directions(Directions::Random(self.directions))?;
        // The paper's σ goes before the others.
        let radii = [&[super::paper_scale(self.row.n)], &radii[..]].concat();
        for draw in 0..draws {
            // The first draw is that of the realization itself; branches 0, 1, … are not used otherwise.
            let streams = if draw == 0 { self.streams } else { self.streams.branch(draw as u64) };
            let radii = if draw == 0 { &radii[..] } else { &radii[..1] };
            for (record, found) in
                records.iter_mut().zip(metric.of_patterns_over(memory, radii, &which, streams)?)
            {
                record.isolation.push(found[0]);
                record.scales.extend_from_slice(&found[1..]);
            }
        }
        for (record, overlaps) in records.iter_mut().zip(overlap_statistics(memory, &which)?) {
            // The largest overlap of a single pattern is −∞, which JSON has not.
            record.overlaps = (self.row.m > 1).then_some(overlaps);
        }
        Ok(records)
    }

    fn noiseless<T: Real, K: Kernel, Q: Aggregator>(
        &self,
        memory: &Dam<DensePatterns<Sphere<T>>, K, Q>,
        which: &[usize],
    ) -> Result<Vec<PatternRecord>, Error> {
        let of = |(&pattern, (end_overlap, steps)): (&usize, (f64, usize))| PatternRecord {
            pattern,
            end_overlap,
            steps,
            trials: None,
            overlaps: None,
            isolation: Vec::new(),
            scales: Vec::new(),
        };
        Ok(which.iter().zip(noiseless_ends(memory, which, self.streams)?).map(of).collect())
    }

    fn noisy<T: Real, K: Kernel, Q: Aggregator>(
        &self,
        memory: &Dam<DensePatterns<Sphere<T>>, K, Q>,
        which: &[usize],
        records: &mut [PatternRecord],
    ) -> Result<(), Error> {
        let row = self.row;
        let open = row.checked.saturating_sub(self.chunk * row.chunk);
        let count = if self.realization < row.noisy { which.len() } else { open.min(which.len()) };
        let trials = Trials::new(row.trials, RETRIEVED)?.early_stop(true);
        let noise = TangentNoise::new(0.3)?;
        let found = trials.run(memory, &Synchronous, &noise, &which[..count], self.streams)?;
        for (record, found) in records.iter_mut().zip(found) {
            record.trials = Some(found);
        }
        Ok(())
    }
}
