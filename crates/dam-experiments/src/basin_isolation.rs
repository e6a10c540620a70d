//! "Can local energy geometry predict per-pattern retrieval reliability in dense associative memories?"
//! (Petrova): which stored patterns fail, and whether the basin isolation metric I_μ tells.
//!
//! The protocol is the paper's: cubic model on the sphere, L = 100 noisy trials per pattern, failure where
//! fewer than half succeed; a trial's label is stopped early where its outcome is decided, which changes no
//! label. The paper shows one disorder realization per row, here each row is repeated over several.

use std::path::Path;

use dam_analysis::roc::{Interval, Resampling, Scored};
use dam_analysis::{BasinIsolation, Directions, Retrieval, Trials, overlap_statistics};
use dam_core::prelude::*;

use crate::Error;

/// One row of Table 1 as printed in the paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PaperRow {
    /// Sites N.
    pub n: usize,
    /// Patterns M.
    pub m: usize,
    /// Patterns with p_μ < 1/2, in percent.
    pub fail_percent: f64,
    /// AUC of I_μ for failure.
    pub auc_isolation: f64,
    /// AUC of the mean absolute overlap.
    pub auc_mean_overlap: f64,
    /// AUC of the largest overlap.
    pub auc_max_overlap: f64,
    /// Youden index of I_μ.
    pub youden: f64,
}

/// Table 1 of the paper.
pub const TABLE_1: [PaperRow; 4] = [
    row([100, 300], [77.3, 0.679, 0.653, 0.556, 0.301]),
    row([200, 1_200], [43.8, 0.626, 0.587, 0.562, 0.195]),
    row([500, 11_000], [78.5, 0.559, 0.562, 0.463, 0.091]),
    row([1_000, 48_000], [44.7, 0.523, 0.535, 0.475, 0.036]),
];

const fn row([n, m]: [usize; 2], [fail, isolation, mean, max, youden]: [f64; 5]) -> PaperRow {
    PaperRow {
        n,
        m,
        fail_percent: fail,
        auc_isolation: isolation,
        auc_mean_overlap: mean,
        auc_max_overlap: max,
        youden,
    }
}

/// A row of an independent reproduction (NumPy, the labels from noiseless runs at N = 100), over several disorder
/// realizations: mean and standard deviation of fail %, AUC(I_μ), AUC of the mean and of the largest overlap, J*.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IndependentRow {
    /// Disorder realizations.
    pub realizations: usize,
    /// (mean, standard deviation) in the order of the table's columns.
    pub columns: [(f64, f64); 5],
}

/// Independent reproductions of the first two rows of [`TABLE_1`].
pub const INDEPENDENT: [IndependentRow; 2] = [
    IndependentRow {
        realizations: 40,
        columns: [(84.9, 5.0), (0.663, 0.047), (0.617, 0.048), (0.564, 0.051), (0.303, 0.075)],
    },
    IndependentRow {
        realizations: 6,
        columns: [(33.4, 5.2), (0.598, 0.013), (0.576, 0.022), (0.564, 0.015), (0.161, 0.022)],
    },
];

/// The settings of a realization.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Protocol {
    /// Sites N.
    pub n: usize,
    /// Patterns M.
    pub m: usize,
    /// Trials per pattern L (the paper: 100).
    pub trials: usize,
    /// Probe directions K of I_μ (the paper: 100).
    pub directions: usize,
    /// Bootstrap resamples over patterns (the paper: 1000).
    pub resamples: usize,
}

impl Protocol {
    /// The paper's, for a row of Table 1.
    #[must_use]
    pub fn of_paper(row: &PaperRow) -> Self {
        Self { n: row.n, m: row.m, trials: 100, directions: 100, resamples: 1000 }
    }
}

/// What was measured of one pattern.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PatternRecord {
    /// Its index μ.
    pub pattern: usize,
    /// Its noisy trials.
    pub retrieval: Retrieval,
    /// I_μ at σ = sqrt(2N)/3.
    pub isolation: f64,
    /// Mean absolute overlap with the others.
    pub mean_overlap: f64,
    /// Largest overlap with the others, signed.
    pub max_overlap: f64,
}

/// How well one score predicts failure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// Area under the ROC curve.
    pub auc: f64,
    /// Its 95 % bootstrap interval over patterns.
    pub interval: Interval,
    /// Area under the precision–recall curve (average precision).
    pub average_precision: f64,
    /// Youden index J*.
    pub youden: f64,
}

/// One disorder realization.
#[derive(Clone, Debug, PartialEq)]
pub struct Realization {
    /// Every pattern.
    pub records: Vec<PatternRecord>,
    /// Patterns that fail, in percent.
    pub fail_percent: f64,
    /// Predictions by I_μ, the mean absolute and the largest overlap; `None` if all patterns end alike.
    pub predictions: Option<[Prediction; 3]>,
}

/// Draws patterns and measures them all. `done` is told how many patterns have finished their trials.
///
/// # Errors
/// [`Error::Analysis`] for illegal settings.
pub fn realize(protocol: &Protocol, streams: Streams, done: impl FnMut(usize)) -> Result<Realization, Error> {
    let space = Sphere::<f64>::new(protocol.n)?;
    let patterns = (0..protocol.m).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu as u64)));
    let memory = models::spherical(space.clone(), 3, patterns)?;
    let all: Vec<usize> = (0..protocol.m).collect();

    let overlaps = overlap_statistics(&memory, &all)?;
    let metric = BasinIsolation::new(protocol.n)?.directions(Directions::Random(protocol.directions))?;
    let isolation = metric.of_patterns(&memory, &all, streams)?;
    let trials = Trials::new(protocol.trials, 0.9)?.early_stop(true);
    let noise = TangentNoise::new(0.3)?;
    let retrieval = trials.run_with_progress(&memory, &Synchronous, &noise, &all, streams, done)?;

    let records: Vec<PatternRecord> = all
        .into_iter()
        .map(|pattern| PatternRecord {
            pattern,
            retrieval: retrieval[pattern],
            isolation: isolation[pattern],
            mean_overlap: overlaps[pattern].mean_abs,
            max_overlap: overlaps[pattern].max,
        })
        .collect();
    let failed: Vec<bool> = records.iter().map(|r| r.retrieval.failed()).collect();
    let failures = failed.iter().filter(|&&f| f).count();
    let predict = |score: fn(&PatternRecord) -> f64| -> Result<Prediction, Error> {
        let scores: Vec<f64> = records.iter().map(score).collect();
        let scored = Scored::new(&scores, &failed)?;
        let bootstrap = scored.bootstrap_auc(Resampling::Plain, protocol.resamples, &streams)?;
        Ok(Prediction {
            auc: scored.auc(),
            interval: bootstrap.percentile(0.95)?,
            average_precision: scored.average_precision(),
            youden: scored.youden().youden_j(),
        })
    };
    let predictions = if failures == 0 || failures == records.len() {
        None
    } else {
        Some([predict(|r| r.isolation)?, predict(|r| r.mean_overlap)?, predict(|r| r.max_overlap)?])
    };
    let fail_percent = 100.0 * failures as f64 / records.len() as f64;
    Ok(Realization { records, fail_percent, predictions })
}

/// Writes one line per pattern of every realization.
///
/// Columns: n, m, realization, pattern, failed (0 or 1), successes, trials (run), trials_planned,
/// end_overlap (mean), steps (mean), isolation, mean_overlap, max_overlap.
///
/// # Errors
/// [`Error::Output`] if the file cannot be written.
pub fn write_csv(path: &Path, rows: &[(Protocol, Vec<Realization>)]) -> Result<(), Error> {
    let header = [
        "n",
        "m",
        "realization",
        "pattern",
        "failed",
        "successes",
        "trials",
        "trials_planned",
        "end_overlap",
        "steps",
        "isolation",
        "mean_overlap",
        "max_overlap",
    ];
    let lines = rows.iter().flat_map(|(protocol, all)| {
        all.iter().enumerate().flat_map(move |(k, realization)| {
            realization.records.iter().map(move |r| {
                let t = &r.retrieval;
                let counts = [
                    protocol.n,
                    protocol.m,
                    k,
                    r.pattern,
                    usize::from(t.failed()),
                    t.successes,
                    t.trials,
                    t.planned,
                ];
                let numbers = [t.end_overlap, t.steps, r.isolation, r.mean_overlap, r.max_overlap];
                counts.iter().map(usize::to_string).chain(numbers.iter().map(f64::to_string)).collect()
            })
        })
    });
    crate::output::write_csv(path, &header, lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Protocol {
        Protocol { n: 30, m: 40, trials: 6, directions: 10, resamples: 50 }
    }

    #[test]
    fn a_realization_is_complete_and_reproducible() {
        let mut finished = 0;
        let first = realize(&small(), Streams::new(1), |k| finished += k).unwrap();
        assert_eq!((first.records.len(), finished), (40, 40));
        assert_eq!(first, realize(&small(), Streams::new(1), |_| {}).unwrap());
        assert_ne!(first, realize(&small(), Streams::new(2), |_| {}).unwrap());
        let failures = first.records.iter().filter(|r| r.retrieval.failed()).count();
        assert_eq!(first.fail_percent, 2.5 * failures as f64);
        for r in &first.records {
            assert!(r.isolation > 0.0 && r.max_overlap < 1.0 && r.mean_overlap > 0.0);
        }
    }

    #[test]
    fn the_csv_has_a_line_per_pattern_and_reads_back_exactly() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("patterns.csv");
        let realization = realize(&small(), Streams::new(1), |_| {}).unwrap();
        write_csv(&path, &[(small(), vec![realization.clone()])]).unwrap();
        let mut lines = csv::Reader::from_path(&path).unwrap();
        let records: Vec<_> = lines.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), 40);
        for (line, r) in records.iter().zip(&realization.records) {
            assert_eq!(line[10].parse::<f64>().unwrap(), r.isolation);
            assert_eq!(line[4].parse::<u8>().unwrap(), u8::from(r.retrieval.failed()));
        }
        let nowhere = path.join("below-a-file.csv");
        assert!(matches!(write_csv(&nowhere, &[]), Err(Error::Output { .. })));
    }
}
