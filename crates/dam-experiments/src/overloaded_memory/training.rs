//! One cell of training.

use dam_core::learning::Scratch;
use dam_core::nalgebra::DVector;
use dam_core::{DensePatterns, Euclidean, PatternStore, Purpose, Spins, Streams};
use rand::seq::SliceRandom;

use super::plan::Settings;
use super::record::{Pictures, Trained, Try};
use super::recovery::{Memories, binary, nearest_other};
use crate::Error;
use crate::classifier::{Classifier, Sets, Trainer, examples};
use crate::images::Dataset;

/// Epochs after which a learning curve has a point.
const POINTS: [usize; 11] = [1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 80];
/// Memories and retrievals that are drawn.
const DRAWN: usize = 10;
/// Memories that are started from themselves.
const STARTED: usize = 100;

pub(super) fn trained(
    data: &Dataset,
    settings: &Settings,
    (memories, order, realization): (usize, u32, usize),
    streams: Streams,
) -> Result<Trained, Error> {
    let row = settings
        .row(memories)
        .ok_or(Error::Settings { expected: "a row of this K", found: memories.to_string() })?;
    let (images, others) =
        data.split(Some(settings.per_class), settings.validation, &mut streams.rng(Purpose::Cues, 0))?;
    let others = others.ok_or_else(|| Error::Images {
        expected: "images that are not learned from, to choose temperatures by".into(),
        found: "none".into(),
    })?;
    let mut sets = Sets { train: examples(&images), validation: examples(&others), test: Vec::new() };
    let (mut tries, mut best) =
        (Vec::new(), None::<(f64, usize, (DensePatterns<Euclidean<f32>>, Classifier))>);
    let trainings = row.trainings(order, settings.sites());
    for how in &trainings {
        let mut trainer = Trainer::new(how.clone(), settings.sites(), streams)?;
        for _ in 0..row.epochs {
            trainer.epoch(&sets.train)?;
        }
        let told = trainer.evaluate(&sets)?;
        let (train, validation) = (told.train.unwrap_or(1.0), told.validation.unwrap_or(1.0));
        if best.as_ref().is_none_or(|(least, ..)| validation < *least) {
            best = Some((validation, tries.len(), trainer.finish()?));
        }
        tries.push(Try { temperature: how.temperature, train, validation });
    }
    let Some((_, chosen, (memories_of, classifier))) = best else {
        return Err(Error::Settings { expected: "at least one temperature", found: "none".into() });
    };
    // Nothing is chosen any more.
    sets.test = examples(&data.test);
    let wrong = classifier.errors(&memories_of, &sets.test, &mut Scratch::default())?;
    let test = wrong as f64 / sets.test.len() as f64;
    let mut curve = Vec::new();
    if memories == settings.shown {
        let mut again = Trainer::new(trainings[chosen].clone(), settings.sites(), streams)?;
        for epoch in 1..=row.epochs {
            again.epoch(&sets.train)?;
            if POINTS.contains(&epoch) || epoch == row.epochs {
                again.evaluate(&sets)?;
            }
        }
        curve = again.evaluations().to_vec();
    }
    let (mut recovery, mut pictures) = (None, None);
    if memories == settings.shown || memories == settings.small {
        // Training has drawn from `streams` itself.
        let streams = streams.branch(1);
        let learned = pixels(&memories_of, settings.sites())?;
        let of = Memories::real(settings.sites(), order, &learned)?;
        let all = (0..images.len()).map(|k| binary(&images, k)).collect::<Result<Vec<_>, _>>()?;
        let which = some(images.len(), settings.inputs, streams);
        let inputs: Vec<Spins> = which.iter().map(|&k| all[k].clone()).collect();
        recovery = Some(of.recovery(&inputs, nearest_other(&all, &which), STARTED, streams)?);
        if realization == 0 {
            let inputs = &inputs[..DRAWN.min(inputs.len())];
            let ends = of.ends(inputs, streams)?;
            let byte = |x: f64| (127.5 * (x.clamp(-1.0, 1.0) + 1.0)).round() as u8;
            let signs = |x: &Spins| x.iter().map(|x| byte(f64::from(x))).collect();
            pictures = Some(Pictures {
                memories: learned
                    .iter()
                    .take(DRAWN)
                    .map(|xi| xi.iter().map(|&x| byte(x)).collect())
                    .collect(),
                inputs: inputs.iter().map(signs).collect(),
                ends: ends.iter().map(signs).collect(),
            });
        }
    }
    Ok(Trained { tries, chosen, test, curve, recovery, pictures })
}

/// The memories without their label sites.
fn pixels(memories: &DensePatterns<Euclidean<f32>>, sites: usize) -> Result<Vec<DVector<f64>>, Error> {
    let memory = |mu| Ok(memories.pattern(mu)?.rows(0, sites).map(f64::from));
    (0..memories.len()).map(memory).collect()
}

/// `count` of so many, at random.
pub(super) fn some(of: usize, count: usize, streams: Streams) -> Vec<usize> {
    let mut order: Vec<usize> = (0..of).collect();
    order.shuffle(&mut streams.rng(Purpose::Cues, 0));
    order.truncate(count);
    order
}
