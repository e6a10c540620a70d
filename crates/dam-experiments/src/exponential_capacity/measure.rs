//! What a cell computes, and what it costs.

use dam_core::Streams;

use super::descents::{BEYOND_SITES, agreement, basin, beyond, careful, crossover};
use super::load::{descend, follow};
use super::losses::{CANDIDATES, MOST, all_patterns, norms, scaled};
use super::plan::{ANGLES, CASES, NORM_LOAD, RATE_SITES, patterns, thousandths};
use super::scans::{condensation, nearest, rates};
use super::{Cell, Descent, Record, Settings};
use crate::Error;

pub(super) fn measure(settings: &Settings, cell: &Cell, streams: Streams) -> Result<Record, Error> {
    let starts = settings.starts;
    match *cell {
        Cell::Crossover { patterns, load, sites, descent, .. } => {
            let of = (patterns, thousandths(load), sites);
            Ok(Record::Crossover(match descent {
                Descent::Map => crossover::<f32>(of, starts, streams, follow)?,
                Descent::Gradient => {
                    crossover::<f64>(of, starts, streams, |memory, x| descend(memory, &careful(), x, 1e-6))?
                }
            }))
        }
        Cell::Basin { load, lambda, sites, .. } => {
            basin(thousandths(load), thousandths(lambda), sites, starts, streams)
        }
        Cell::AllPatterns { lambda, sites, .. } => all_patterns(thousandths(lambda), sites, starts, streams),
        Cell::Norms { lambda, sites, .. } => norms(thousandths(lambda), sites, streams),
        Cell::Rates { patterns, .. } => rates(patterns, settings.rates.1, streams),
        Cell::Condensation { load, sites, .. } => condensation(thousandths(load), sites, streams),
        Cell::Nearest { factor, power, sites, .. } => {
            nearest(factor * sites.pow(power), sites, starts, streams)
        }
        Cell::Scaled { load, sites, .. } => scaled(thousandths(load), sites, starts, streams),
        Cell::Agreement { case, .. } => agreement(case, starts, streams),
        Cell::Beyond { lambda } => beyond(settings.beyond.0, thousandths(lambda), streams),
    }
}

/// Roughly, in units of a site, a pattern and a state.
pub(super) fn cost(settings: &Settings, cell: &Cell) -> f64 {
    let starts = settings.starts as f64;
    let pass = |alpha: f64, sites: usize, states: f64| (patterns(alpha, sites) * sites) as f64 * states;
    // Making a pattern takes as long as its products with a hundred states.
    let made = |count: usize, sites: usize| (count * sites) as f64 * 100.0;
    match *cell {
        Cell::Crossover { load, sites, descent, .. } => {
            let dear = if descent == Descent::Gradient { 3.0 } else { 1.0 };
            400.0 * dear * pass(thousandths(load), sites, starts)
        }
        Cell::Basin { load, sites, .. } => {
            15.0 * pass(thousandths(load), sites, starts * ANGLES.len() as f64)
        }
        Cell::AllPatterns { sites, .. } => {
            let most = (0.5 * sites as f64).exp().min(MOST) * sites as f64;
            100.0 * starts * most + 20.0 * pass(0.2, sites, CANDIDATES as f64)
        }
        Cell::Norms { sites, .. } => 10.0 * pass(NORM_LOAD, sites, patterns(NORM_LOAD, sites) as f64),
        Cell::Rates { .. } => made(settings.rates.1, RATE_SITES),
        Cell::Condensation { load, sites, .. } => made(patterns(thousandths(load), sites), sites),
        Cell::Nearest { factor, power, sites, .. } => made(factor * sites.pow(power), sites),
        Cell::Scaled { load, sites, .. } => {
            12.0 * pass(thousandths(load) / (sites as f64).sqrt(), sites, CANDIDATES as f64)
        }
        Cell::Agreement { case, .. } => 300.0 * pass(CASES[case].alpha, CASES[case].sites, starts),
        Cell::Beyond { .. } => 15.0 * made(settings.beyond.0, BEYOND_SITES),
    }
}
