//! One cell of training.

use dam_core::nalgebra::DVector;
use dam_core::{PatternStore, Purpose, Spins, Streams};
use rand::seq::SliceRandom;

use super::plan::{Settings, training};
use super::record::{Pictures, Trained, Try};
use super::recovery::{Memories, binary, nearest_other};
use crate::Error;
use crate::classifier::{Sets, Trainer, examples};
use crate::images::{Dataset, Images};

/// Epochs after which a learning curve has a point.
const POINTS: [usize; 11] = [1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 80];
/// Memories and retrievals that are drawn.
const DRAWN: usize = 10;
/// Memories that are started from themselves.
const OWN: usize = 100;

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
    let (mut tries, mut best) = (Vec::new(), None::<(f64, usize, Trainer)>);
    for factor in settings.factors(row, order) {
        let how = training(row, order, settings.sites, factor);
        let temperature = how.temperature;
        let mut trainer = Trainer::new(how, settings.sites, streams)?;
        for _ in 0..row.epochs {
            trainer.epoch(&sets.train)?;
        }
        let told = trainer.evaluate(&sets)?;
        let (train, validation) = (told.train.unwrap_or(1.0), told.validation.unwrap_or(1.0));
        if best.as_ref().is_none_or(|(least, ..)| validation < *least) {
            best = Some((validation, tries.len(), trainer));
        }
        tries.push(Try { temperature, train, validation });
    }
    let Some((_, chosen, mut trainer)) = best else {
        return Err(Error::Settings { expected: "at least one temperature", found: "none".into() });
    };
    // Nothing is chosen any more.
    sets.test = examples(&data.test);
    let share = |wrong: usize, of: usize| wrong as f64 / of as f64;
    let test = share(trainer.errors(&sets.test)?, sets.test.len());
    let mut curve = Vec::new();
    if memories == settings.shown {
        let mut again = Trainer::new(trainer.training().clone(), settings.sites, streams)?;
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
        let learned = pixels(&trainer, settings.sites)?;
        let of = Memories::real(settings.sites, order, &learned)?;
        let (inputs, null) = inputs(&images, settings.inputs, streams)?;
        recovery = Some(of.recovery(&inputs, null.into_iter(), OWN, streams)?);
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
    let train = tries[chosen].train;
    Ok(Trained { tries, chosen, train, test, curve, recovery, pictures })
}

/// The memories without their label sites.
fn pixels(trainer: &Trainer, sites: usize) -> Result<Vec<DVector<f64>>, Error> {
    let memories = trainer.memories();
    let memory = |mu| Ok(memories.pattern(mu)?.rows(0, sites).map(f64::from));
    (0..memories.len()).map(memory).collect()
}

/// Some images of a set in black and white, and the overlap of each with the nearest other of the set.
pub(super) fn inputs(
    images: &Images,
    count: usize,
    streams: Streams,
) -> Result<(Vec<Spins>, Vec<f64>), Error> {
    let all = (0..images.len()).map(|k| binary(images, k)).collect::<Result<Vec<_>, _>>()?;
    let mut order: Vec<usize> = (0..images.len()).collect();
    order.shuffle(&mut streams.rng(Purpose::Cues, 1));
    order.truncate(count);
    let null = nearest_other(&all, &order).collect();
    Ok((order.iter().map(|&k| all[k].clone()).collect(), null))
}
