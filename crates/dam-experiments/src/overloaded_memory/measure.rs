//! What a cell computes, and what it costs.

use dam_core::{Spins, Streams};

use super::plan::Settings;
use super::record::Record;
use super::recovery::{Memories, binary, nearest, nearest_other};
use super::retrieval::{patterns, retrieval};
use super::stability::{instability, tails};
use super::training::{some, trained};
use super::{Cell, Stored};
use crate::Error;
use crate::images::Dataset;

/// Stored patterns that are started from themselves.
const STARTED: usize = 60;

pub(super) fn measure(
    data: &Dataset,
    settings: &Settings,
    cell: &Cell,
    streams: Streams,
) -> Result<Record, Error> {
    match *cell {
        Cell::Training { memories, order, realization } => {
            trained(data, settings, (memories, order, realization), streams).map(Record::Trained)
        }
        Cell::Stored { patterns: of, order, .. } => {
            let stored = patterns(of, &data.train, settings.stored.0, streams)?;
            let memories = Memories::of_signs(order, &stored)?;
            // Inputs are images that are not stored, and null is the nearest that is; random patterns are asked about
            // themselves, and null is the nearest other.
            let streams = streams.branch(1);
            let (starts, null): (Vec<Spins>, Vec<f64>) = match of {
                Stored::Images => {
                    let which = some(data.test.len(), settings.inputs, streams);
                    let starts =
                        which.iter().map(|&k| binary(&data.test, k)).collect::<Result<Vec<_>, _>>()?;
                    let null = starts.iter().map(|x| nearest(&stored, x)).collect();
                    (starts, null)
                }
                Stored::Random => {
                    let starts = stored[..settings.inputs.min(stored.len())].to_vec();
                    let which: Vec<usize> = (0..starts.len()).collect();
                    (starts, nearest_other(&stored, &which).collect())
                }
            };
            memories.recovery(&starts, null.into_iter(), STARTED, streams).map(Record::Stored)
        }
        Cell::Retrieval { patterns, memories, order, .. } => {
            retrieval(patterns, &data.train, (memories, order), streams).map(Record::Retrieval)
        }
        Cell::Instability { sites, memories, order, .. } => {
            instability(sites, memories, order, streams).map(Record::Instability)
        }
        Cell::Tails { .. } => Ok(Record::Tails(tails(settings.tails.1, streams))),
    }
}

/// Roughly, in seconds of one core for images of 784 pixels.
pub(super) fn cost(settings: &Settings, cell: &Cell) -> f64 {
    let share = settings.sites() as f64 / 784.0;
    match *cell {
        Cell::Training { memories, order, .. } => {
            let Some(row) = settings.row(memories) else { return 0.0 };
            let tries = row.trainings(order, settings.sites()).len() as f64;
            // The chosen training is repeated for its curve.
            let shown = if memories == settings.shown { 1.0 } else { 0.0 };
            (tries + shown) * row.epochs as f64 * memories as f64 * 4e-5 * share
        }
        Cell::Stored { .. } => settings.inputs as f64 * 0.05 * share,
        Cell::Retrieval { memories, .. } => memories as f64 * 2e-3 * share,
        Cell::Instability { sites, memories, .. } => sites as f64 * memories as f64 * 1e-6,
        Cell::Tails { .. } => settings.tails.1 as f64 * 1e-7,
    }
}
