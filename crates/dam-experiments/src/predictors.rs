//! Which patterns of a cubic memory on the sphere will fail? Predictors of failure against what they cost, one pass
//! being one step of the synchronous map for one pattern.
//!
//! A pattern fails if the noiseless synchronous map, started at the pattern itself, ends with an overlap of 0.9 or
//! less. In the protocol of "basin isolation" (noisy trials, norm 0.3 sqrt(N)) all trials of a pattern end alike, and
//! this one run tells how.

mod one_pass;
mod pruned;

use std::path::Path;

use dam_analysis::roc::Scored;
use dam_analysis::{
    BasinIsolation, Directions, Lanczos, Start, landscape, overlap_statistics, overlaps_along,
};
use dam_core::DensePatterns;
use dam_core::prelude::*;

pub use one_pass::{OnePassFeatures, OnePassModel};
pub use pruned::pruned_overlaps;

use crate::figure::{Axis, Figure, Mark, Panel, Series};
use crate::{Error, Summary};

/// The memory of the study.
type Cubic = Dam<DensePatterns<Sphere<f64>>, Monomial, Sum>;

/// The settings of a realization.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Sites N.
    pub n: usize,
    /// Stored patterns M.
    pub m: usize,
    /// Patterns that are judged and predicted, the first of the M.
    pub judged: usize,
    /// Numbers K of random directions of I_μ.
    pub directions: Vec<usize>,
}

/// What a predictor is made of; series of the figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// All others: overlaps, energy, gradient and curvature at the pattern, informed directions, the pruned map.
    Local,
    /// I_μ along random directions.
    Isolation,
    /// Steps of the map.
    Map,
    /// Steps of conjugate gradient.
    Descent,
}

/// How well one predictor ranks failures.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictor {
    /// What it is made of.
    pub family: Family,
    /// What it is.
    pub name: String,
    /// Its cost per pattern.
    pub passes: f64,
    /// Area under the ROC curve for failure.
    pub auc: f64,
}

/// One disorder realization.
#[derive(Clone, Debug, PartialEq)]
pub struct Realization {
    /// Judged patterns that fail, in percent.
    pub fail_percent: f64,
    /// Every predictor, in a fixed order.
    pub predictors: Vec<Predictor>,
    /// Per number K of directions: the correlation of I_μ with the tangent gradient norm |g| over patterns, and the
    /// mean of I_μ / (σ b), b = |g| sqrt(2/πN) being the mean slope of a random direction.
    pub gradient: Vec<(usize, f64, f64)>,
    /// (|g|, I_μ at the largest K) of every judged pattern.
    pub points: Vec<(f64, f64)>,
}

/// The overlap above which a pattern counts as retrieved, and the steps of the map.
const RETRIEVED: f64 = 0.9;
const MOST_STEPS: usize = 200;

/// Draws patterns, judges and predicts.
///
/// # Errors
/// [`Error::Analysis`] for illegal settings, and if all judged patterns end alike.
pub fn realize(settings: &Settings, streams: Streams) -> Result<Realization, Error> {
    let memory = draw(settings, streams)?;
    let which: Vec<usize> = (0..settings.judged).collect();
    let failed = failures(&memory, &which, streams)?;
    let mut scores = Scores { failed: &failed, predictors: Vec::new() };

    of_overlaps(&memory, &which, &mut scores)?;
    let gradients: Vec<f64> = landscape(&memory, &which)?.iter().map(|l| l.gradient_norm).collect();
    scores.add("tangent gradient norm", 1.0, &gradients)?;
    let (gradient, points) = of_isolation(&memory, settings, &which, &gradients, streams, &mut scores)?;
    of_runs(&memory, &which, streams, &mut scores)?;
    of_curvature(&memory, &which, streams, &mut scores)?;
    of_pruned(&memory, &which, &mut scores)?;

    let failures = failed.iter().filter(|&&f| f).count();
    let fail_percent = 100.0 * failures as f64 / failed.len() as f64;
    Ok(Realization { fail_percent, predictors: scores.predictors, gradient, points })
}

/// What is written for the cubic model holds for no other, and needs competitors.
fn check_cubic(memory: &Cubic) -> Result<(), Error> {
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

fn draw(settings: &Settings, streams: Streams) -> Result<Cubic, Error> {
    let space = Sphere::<f64>::new(settings.n)?;
    let patterns = (0..settings.m).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu as u64)));
    Ok(models::spherical(space.clone(), 3, patterns)?)
}

fn failures(memory: &Cubic, which: &[usize], streams: Streams) -> Result<Vec<bool>, Error> {
    let starts: Result<Vec<_>, _> = which.iter().map(|&mu| memory.pattern(mu)).collect();
    let starts = starts?;
    let mut x = starts.clone();
    let rng = |k| streams.rng(Purpose::Dynamics, k as u64);
    Runner::default().max_steps(MOST_STEPS).run_all(memory, &Synchronous, &mut x, rng)?;
    let space = memory.space();
    Ok(x.iter().zip(&starts).map(|(x, start)| space.overlap(x, start) <= RETRIEVED).collect())
}

/// Collects predictors; a high score predicts failure.
struct Scores<'a> {
    failed: &'a [bool],
    predictors: Vec<Predictor>,
}

impl Scores<'_> {
    fn add(&mut self, name: impl Into<String>, passes: f64, scores: &[f64]) -> Result<(), Error> {
        self.add_to(Family::Local, name, passes, scores)
    }

    fn add_to(
        &mut self,
        family: Family,
        name: impl Into<String>,
        passes: f64,
        scores: &[f64],
    ) -> Result<(), Error> {
        let auc = Scored::new(scores, self.failed)?.auc();
        self.predictors.push(Predictor { family, name: name.into(), passes, auc });
        Ok(())
    }

    /// The overlaps after some steps of runs from the patterns; low ones predict failure.
    fn add_steps(
        &mut self,
        family: Family,
        name: &str,
        overlaps: &[Vec<f64>],
        steps: impl IntoIterator<Item = usize>,
        passes: impl Fn(usize) -> f64,
    ) -> Result<(), Error> {
        for k in steps {
            let scores: Vec<f64> = overlaps.iter().map(|o| -o[k]).collect();
            self.add_to(family, format!("{name} {k}"), passes(k), &scores)?;
        }
        Ok(())
    }
}

fn of_overlaps(memory: &Cubic, which: &[usize], scores: &mut Scores<'_>) -> Result<(), Error> {
    let statistics = overlap_statistics(memory, which)?;
    let n = memory.space().sites() as f64;
    let mut add = |name: &str, score: &dyn Fn(&dam_analysis::OverlapStatistics) -> f64| {
        scores.add(name, 0.5, &statistics.iter().map(score).collect::<Vec<_>>())
    };
    add("mean |O|", &|s| s.mean_abs)?;
    add("max O", &|s| s.max)?;
    add("S4 = Σ O⁴", &|s| s.power_sums[3])?;
    add("energy, −S3 = −Σ O³", &|s| -s.power_sums[2])?;
    add("−S3 without its linear part", &|s| 3.0 * s.power_sums[0] / n - s.power_sums[2])
}

type Gradient = (Vec<(usize, f64, f64)>, Vec<(f64, f64)>);

fn of_isolation(
    memory: &Cubic,
    settings: &Settings,
    which: &[usize],
    gradients: &[f64],
    streams: Streams,
    scores: &mut Scores<'_>,
) -> Result<Gradient, Error> {
    let metric = BasinIsolation::new(settings.n)?;
    let n = settings.n as f64;
    let sigma = (2.0 * n).sqrt() / 3.0;
    let (mut gradient, mut points) = (Vec::new(), Vec::new());
    for &k in &settings.directions {
        let random = metric.directions(Directions::Random(k))?;
        let isolation = random.of_patterns(memory, which, streams)?;
        let passes = 0.5 * (k + 1) as f64;
        scores.add_to(Family::Isolation, format!("I_mu, K = {k}"), passes, &isolation)?;
        if k == 100 {
            let free = random.free_slope(true).of_patterns(memory, which, streams)?;
            scores.add("I_mu, K = 100, linear term free", passes, &free)?;
        }
        let slope = |g: f64| sigma * g * (2.0 / (std::f64::consts::PI * n)).sqrt();
        let ratio = isolation.iter().zip(gradients).map(|(i, &g)| i / slope(g)).sum::<f64>();
        gradient.push((k, correlation(&isolation, gradients), ratio / which.len() as f64));
        points = gradients.iter().copied().zip(isolation).collect();
    }
    let along = metric.directions(Directions::Gradient)?.of_patterns(memory, which, streams)?;
    scores.add("I_mu along the gradient", 1.5, &along)?;
    let nearest = metric.directions(Directions::Nearest(20))?.of_patterns(memory, which, streams)?;
    scores.add("I_mu towards the 20 nearest", 10.5, &nearest)?;
    Ok((gradient, points))
}

fn of_runs(memory: &Cubic, which: &[usize], streams: Streams, scores: &mut Scores<'_>) -> Result<(), Error> {
    let map = overlaps_along(memory, &Synchronous, 20, which, streams)?;
    scores.add_steps(Family::Map, "overlap after map steps:", &map, [1, 2, 3, 5, 10, 20], |k| k as f64)?;
    let descent = overlaps_along(memory, &ConjugateGradient, 6, which, streams)?;
    scores.add_steps(Family::Descent, "overlap after conjugate-gradient steps:", &descent, 1..=6, |k| {
        k as f64 + 0.5
    })
}

fn of_curvature(
    memory: &Cubic,
    which: &[usize],
    streams: Streams,
    scores: &mut Scores<'_>,
) -> Result<(), Error> {
    for (name, start, all) in
        [("gradient", Start::Gradient, &[2, 4, 8][..]), ("random vector", Start::Random, &[4][..])]
    {
        for &steps in all {
            let lowest = Lanczos::new(steps, start)?.of_patterns(memory, which, streams)?;
            let scored: Vec<f64> = lowest.iter().map(|l| -l).collect();
            scores.add(
                format!("lowest curvature, Lanczos {steps} from the {name}"),
                steps as f64 + 1.0,
                &scored,
            )?;
        }
    }
    Ok(())
}

/// Fractions of the patterns that are kept, and steps of the pruned map, which together stay within one pass.
const PRUNED: [(f64, usize); 3] = [(0.05, 10), (0.1, 5), (0.25, 2)];

fn of_pruned(memory: &Cubic, which: &[usize], scores: &mut Scores<'_>) -> Result<(), Error> {
    for (kept, steps) in PRUNED {
        let overlaps = pruned_overlaps(memory, which, kept, steps)?;
        let name = format!("overlap after pruned map steps, {:.0} % kept:", 100.0 * kept);
        scores.add_steps(Family::Local, &name, &overlaps, [steps], |k| 0.5 + kept * k as f64)?;
    }
    Ok(())
}

/// Pearson's correlation.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let mean = |x: &[f64]| x.iter().sum::<f64>() / n;
    let (ma, mb) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(&a, &b)| f(a - ma, b - mb)).sum::<f64>();
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

/// The area under the ROC curve of linear models at sizes and realizations they were not fitted to, per realization:
/// of the overlaps alone (4 features, half a pass), of the first field too (12), and of all (21).
///
/// # Errors
/// As [`realize`].
pub fn held_out(
    fitted: &[(Settings, Streams)],
    held: &[(Settings, Streams)],
    mut done: impl FnMut(),
) -> Result<Vec<[f64; 3]>, Error> {
    let mut sample = |(settings, streams): &(Settings, Streams)| -> Result<_, Error> {
        let memory = draw(settings, *streams)?;
        let which: Vec<usize> = (0..settings.judged).collect();
        let found = (OnePassFeatures::of(&memory, &which)?, failures(&memory, &which, *streams)?);
        done();
        Ok(found)
    };
    let known: Result<Vec<_>, Error> = fitted.iter().map(&mut sample).collect();
    let known = known?;
    let known: Vec<_> = known.iter().map(|(features, failed)| (features, failed.as_slice())).collect();
    let [half, first, all] = [4, 12, 21].map(|used| OnePassModel::fit(used, &known));
    let models = [half?, first?, all?];
    let mut aucs = Vec::with_capacity(held.len());
    for held in held {
        let (features, failed) = sample(held)?;
        let mut of_models = [0.0; 3];
        for (auc, model) in of_models.iter_mut().zip(&models) {
            *auc = Scored::new(&model.scores(&features), &failed)?.auc();
        }
        aucs.push(of_models);
    }
    Ok(aucs)
}

/// AUC against passes over realizations of one size, and I_μ against the gradient norm in the first.
#[must_use]
pub fn figures(settings: &Settings, all: &[Realization]) -> [Figure; 2] {
    let Some(first) = all.first() else { return [Figure::default(), Figure::default()] };
    let series = |family: Family, label: &str, mark: Mark| {
        let of_family = first.predictors.iter().enumerate().filter(|(_, p)| p.family == family);
        let points = of_family.map(|(k, predictor)| {
            let auc = Summary::of(all.iter().map(|r| r.predictors[k].auc));
            [predictor.passes, auc.mean, if auc.count > 1 { auc.sd } else { 0.0 }]
        });
        Series { label: label.into(), points: points.collect(), mark }
    };
    let by_cost = Panel {
        title: format!("N = {}, M = {}: {} realizations", settings.n, settings.m, all.len()),
        x: Axis::log("cost (passes per pattern)"),
        y: Axis::linear("AUC for failure (mean ± sd)"),
        series: vec![
            series(Family::Map, "k map steps", Mark::Joined),
            series(Family::Descent, "k conjugate-gradient steps", Mark::Joined),
            series(Family::Isolation, "I_μ, K random directions", Mark::Joined),
            series(Family::Local, "other predictors", Mark::Points),
        ],
        guides: Vec::new(),
    };
    let n = settings.n as f64;
    // A parabola fitted to a line on the first 10 of 100 points: docs/predictors.md.
    let a = 99.0 * 2025.0 / 15333.0;
    let distance = a / 3.0 - 0.5 + 1.0 / (3.0 * a * a);
    let slope = distance * (2.0 * n).sqrt() / 3.0 * (2.0 / (std::f64::consts::PI * n)).sqrt();
    let ends = first.points.iter().fold([f64::INFINITY, 0.0], |[a, b], p| [p.0.min(a), p.0.max(b)]);
    let most = settings.directions.last().copied().unwrap_or(0);
    let by_gradient = Panel {
        title: format!("N = {}, M = {}: one realization", settings.n, settings.m),
        x: Axis::linear("tangent gradient norm |g| at the pattern (energy / length)"),
        y: Axis::linear(format!("I_μ, K = {most} (energy)")),
        series: vec![
            Series {
                label: "patterns".into(),
                points: first.points.iter().map(|&(g, i)| [g, i, 0.0]).collect(),
                mark: Mark::Points,
            },
            Series {
                label: "linear profiles: 3.86 σ |g| √(2/πN)".into(),
                points: ends.map(|g| [g, slope * g, 0.0]).to_vec(),
                mark: Mark::Line,
            },
        ],
        guides: Vec::new(),
    };
    [
        Figure::single(
            format!("auc_against_passes_n{}", settings.n),
            "Area under the ROC curve for retrieval failure against the cost of the predictor.",
            by_cost,
        ),
        Figure::single(
            format!("isolation_against_gradient_n{}", settings.n),
            "Basin isolation against the norm of the tangent gradient, pattern by pattern.",
            by_gradient,
        ),
    ]
}

/// Writes one line per size, realization and predictor: n, m, judged, realization, fail_percent, predictor, passes,
/// auc.
///
/// # Errors
/// [`Error::Output`] if the file cannot be written.
pub fn write_csv(path: &Path, sizes: &[(Settings, Vec<Realization>)]) -> Result<(), Error> {
    let lines = sizes.iter().flat_map(|(settings, all)| {
        all.iter().enumerate().flat_map(move |(k, realization)| {
            realization.predictors.iter().map(move |p| {
                let counts = [settings.n, settings.m, settings.judged, k].map(|c| c.to_string());
                let fail = realization.fail_percent.to_string();
                counts
                    .into_iter()
                    .chain([fail, p.name.clone(), p.passes.to_string(), p.auc.to_string()])
                    .collect()
            })
        })
    });
    let header = ["n", "m", "judged", "realization", "fail_percent", "predictor", "passes", "auc"];
    let header = header.map(String::from).to_vec();
    crate::output::write_csv(path, std::iter::once(header).chain(lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_realization_has_every_predictor_and_is_reproducible() {
        let settings = Settings { n: 60, m: 90, judged: 80, directions: vec![5, 100] };
        let first = realize(&settings, Streams::new(2)).unwrap();
        assert_eq!(first, realize(&settings, Streams::new(2)).unwrap());
        assert!(first.fail_percent > 5.0 && first.fail_percent < 95.0, "{}", first.fail_percent);
        let auc = |name: &str| first.predictors.iter().find(|p| p.name.starts_with(name)).unwrap().auc;
        assert!(
            auc("overlap after map steps: 20") > 0.95 && auc("overlap after map steps: 20") > auc("max O")
        );
        // With a hundred directions I_μ is the gradient norm within a few percent.
        assert!(first.gradient[1].1 > 0.6 && first.gradient[1].1 > first.gradient[0].1);
        assert!((first.gradient[1].2 - 3.9).abs() < 0.4, "{:?}", first.gradient);

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er.csv");
        write_csv(&path, &[(settings, vec![first.clone()])]).unwrap();
        let mut lines = csv::Reader::from_path(&path).unwrap();
        let aucs: Vec<f64> = lines.records().map(|line| line.unwrap()[7].parse().unwrap()).collect();
        assert_eq!(aucs, first.predictors.iter().map(|p| p.auc).collect::<Vec<_>>());
    }
}
