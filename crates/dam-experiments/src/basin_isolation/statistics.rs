//! From patterns to realizations, and from realizations to rows.

use dam_analysis::roc::{Interval, Resampling, Scored};
use dam_core::Streams;

use super::{Cell, Isolation, PatternRecord, Row, Settings};
use crate::harness::Records;
use crate::summary::correlation;
use crate::{Error, Summary};

/// The scores of Table 1, in its order.
pub(super) const SCORES: [&str; 3] = ["isolation", "mean_overlap", "max_overlap"];

/// How well one score predicts failure.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prediction {
    pub(super) auc: f64,
    /// Over the patterns judged, by bootstrap as in the paper: sampling of patterns alone.
    pub(super) interval: Interval,
    pub(super) average_precision: f64,
    pub(super) youden: f64,
}

/// One disorder realization of a row.
#[derive(Clone, Debug)]
pub(super) struct Realization<'a> {
    pub(super) index: usize,
    /// Labels come from noisy trials.
    pub(super) noisy: bool,
    pub(super) patterns: Vec<&'a PatternRecord>,
    pub(super) failed: Vec<bool>,
    /// By each of [`SCORES`]; `None` if all patterns end alike, or overlaps were not measured.
    pub(super) predictions: Option<[Prediction; 3]>,
}

impl Realization<'_> {
    pub(super) fn fail_percent(&self) -> f64 {
        100.0 * self.failed.iter().filter(|&&f| f).count() as f64 / self.failed.len() as f64
    }

    /// The standard deviation of the failures in percent that comes from judging `judged` of M patterns.
    pub(super) fn sampling_sd(&self, m: usize) -> f64 {
        let (p, judged) = (self.fail_percent() / 100.0, self.failed.len() as f64);
        let unseen = (m as f64 - judged) / (m as f64 - 1.0).max(1.0);
        100.0 * (p * (1.0 - p) / judged * unseen).sqrt()
    }

    pub(super) fn mean_end_overlap(&self) -> f64 {
        self.patterns.iter().map(|r| r.end_overlap).sum::<f64>() / self.patterns.len() as f64
    }

    /// Of one of [`SCORES`], or of any other.
    pub(super) fn scored(&self, score: impl Fn(&PatternRecord) -> f64) -> Option<Scored> {
        let scores: Vec<f64> = self.patterns.iter().map(|r| score(r)).collect();
        Scored::new(&scores, &self.failed).ok()
    }

    /// Pearson's, with p_μ.
    pub(super) fn correlation(&self, score: impl Fn(&PatternRecord) -> f64) -> f64 {
        let scores: Vec<f64> = self.patterns.iter().map(|r| score(r)).collect();
        let reliability: Vec<f64> = self.patterns.iter().map(|r| r.reliability(self.noisy)).collect();
        correlation(&scores, &reliability)
    }

    pub(super) fn auc(&self, score: impl Fn(&PatternRecord) -> f64) -> f64 {
        self.scored(score).map_or(f64::NAN, |scored| scored.auc())
    }
}

pub(super) fn score(k: usize) -> fn(&PatternRecord) -> f64 {
    match k {
        0 => |r| r.isolation.first().copied().unwrap_or(f64::NAN),
        1 => |r| r.overlaps.map_or(f64::NAN, |o| o.mean_abs),
        _ => |r| r.overlaps.map_or(f64::NAN, |o| o.max),
    }
}

/// All realizations of a row.
pub(super) fn realizations<'a>(
    settings: &Settings,
    row: &Row,
    records: &'a Records<Isolation>,
    streams: Streams,
) -> Result<Vec<Realization<'a>>, Error> {
    (0..row.realizations)
        .map(|index| {
            let at = |chunk| Cell { model: row.model, n: row.n, m: row.m, realization: index, chunk };
            let chunks = records.range(at(0)..=at(usize::MAX));
            let patterns: Vec<&PatternRecord> = chunks.flat_map(|(_, patterns)| patterns).collect();
            let noisy = index < row.noisy;
            let failed: Vec<bool> = patterns.iter().map(|r| r.failed(noisy)).collect();
            let mut realization = Realization { index, noisy, patterns, failed, predictions: None };
            realization.predictions = predictions(settings, row, &realization, streams)?;
            Ok(realization)
        })
        .collect()
}

fn predictions(
    settings: &Settings,
    row: &Row,
    realization: &Realization<'_>,
    streams: Streams,
) -> Result<Option<[Prediction; 3]>, Error> {
    let address = [row.n, row.m, realization.index];
    let streams = address.iter().fold(streams, |streams, &step| streams.branch(step as u64));
    let mut all = Vec::with_capacity(3);
    for k in 0..3 {
        let Some(scored) = realization.scored(score(k)) else { return Ok(None) };
        let bootstrap = scored.bootstrap_auc(Resampling::Plain, settings.resamples, &streams)?;
        all.push(Prediction {
            auc: scored.auc(),
            interval: bootstrap.percentile(0.95)?,
            average_precision: scored.average_precision(),
            youden: scored.youden().youden_j(),
        });
    }
    Ok(all.try_into().ok())
}

/// The columns of Table 1 over realizations.
pub(super) fn columns(of: &[Realization<'_>]) -> [Summary; 5] {
    let predicted = |value: fn(&[Prediction; 3]) -> f64| {
        Summary::of(of.iter().filter_map(|r| r.predictions.as_ref()).map(value))
    };
    [
        Summary::of(of.iter().map(Realization::fail_percent)),
        predicted(|p| p[0].auc),
        predicted(|p| p[1].auc),
        predicted(|p| p[2].auc),
        predicted(|p| p[0].youden),
    ]
}

/// The standard deviation of AUC(I_μ) over draws of the directions, within realizations; NaN for one draw.
pub(super) fn draw_sd(of: &[Realization<'_>]) -> f64 {
    let within = of.iter().filter(|r| r.predictions.is_some()).map(|realization| {
        let draws = realization.patterns.first().map_or(0, |r| r.isolation.len());
        let sd = Summary::of((0..draws).map(|d| realization.auc(|r| r.isolation[d]))).sd;
        sd * sd
    });
    Summary::of(within).mean.sqrt()
}
