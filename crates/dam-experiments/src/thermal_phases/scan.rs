//! The boundary of retrieval that chains of the two-term model see, at any N.

use dam_analysis::theory::closed::lse_overlap;
use dam_analysis::theory::finite::ln_noise_floor;
use dam_analysis::thermal::{Bulk, Chain, Protocol, Start, Step, VectorMoves};
use dam_core::kernel::Exponential;
use dam_core::{Polar, Streams};
use serde::{Deserialize, Serialize};

use super::plan::BETA;
use super::{BoundaryPlan, curves};
use crate::Error;

/// Chains of the two-term model at one temperature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scan {
    /// T, in units of the energy.
    pub temperature: f64,
    /// φ_eq of one pattern, for N → ∞: where the chains start.
    pub equilibrium: f64,
    /// The mean of their last alignments.
    pub last: f64,
    /// The share of accepted proposals.
    pub acceptance: f64,
    /// The chains.
    pub chains: usize,
    /// How many of them hardly moved or are under 20 integrated autocorrelation times long.
    pub flagged: usize,
}

/// Width of a temperature cell, and the centre of the highest.
const CELL: f64 = 0.01;
const HIGHEST: f64 = 0.495;
/// How far below φ_eq chains may end, and at how many temperatures in a row they must not.
const LOST: f64 = 0.02;
const IN_A_ROW: usize = 3;

impl Scan {
    fn keeps(&self) -> bool {
        self.equilibrium - self.last < LOST
    }
}

/// The boundary of a scan at falling temperatures: the first of three in a row at which the mean alignment ends within
/// 0.02 of φ_eq.
#[must_use]
pub fn boundary_temperature(scans: &[Scan]) -> Option<f64> {
    boundary(scans).map(|scan| scan.temperature)
}

/// The scan at the boundary.
pub(super) fn boundary(scans: &[Scan]) -> Option<&Scan> {
    scans.windows(IN_A_ROW).find(|few| few.iter().all(Scan::keeps)).map(|few| &few[0])
}

/// States of a chain that tell whether it lasts for 20 autocorrelation times: these are either longer than the distance of
/// the states, or the chain is long.
const JUDGED: usize = 2_000;

fn thinned(mut chain: Chain<f64>) -> Chain<f64> {
    let distance = chain.alignment.len().div_ceil(JUDGED);
    chain.alignment = chain.alignment.into_iter().step_by(distance).collect();
    chain
}

/// Runs chains at falling temperatures from the spinodal on, until the boundary is found.
pub(super) fn scan(
    plan: &BoundaryPlan,
    sites: usize,
    load: f64,
    streams: Streams,
) -> Result<Vec<Scan>, Error> {
    let spinodal = curves::lse()?.spinodal_temperature(load)?.temperature();
    let floor = ln_noise_floor(sites, load, BETA)?;
    let memory = Bulk::new(Polar::new(sites)?, Exponential::anchored(BETA)?, 1.0 / BETA, floor)?;
    let mut scans: Vec<Scan> = Vec::new();
    let below = (0..).map(|k| HIGHEST - CELL * f64::from(k)).take_while(|t| *t > 0.5 * CELL - 1e-9);
    for (k, temperature) in below.enumerate() {
        if temperature > spinodal {
            continue;
        }
        let phi = lse_overlap(temperature)?;
        // Noise that leaves φ_eq of the target.
        let start = Start::Noisy(((1.0 - phi) * (1.0 + phi)).sqrt() / phi);
        let step = Step::Fixed(curves::best_step(phi, sites));
        let protocol = Protocol::new(0, plan.steps)?.start(start).step(step);
        let streams = streams.branch(k as u64);
        let run = protocol.run(&memory, &VectorMoves, &1.0, &[temperature], plan.chains, streams)?;
        let mean = |of: &dyn Fn(&Chain<f64>) -> f64| run[0].iter().map(of).sum::<f64>() / plan.chains as f64;
        let (last, acceptance) = (mean(&|c| c.state), mean(&|c| c.acceptance));
        let flagged = run.into_iter().flatten().filter_map(|chain| thinned(chain).flag()).count();
        scans.push(Scan { temperature, equilibrium: phi, last, acceptance, chains: plan.chains, flagged });
        if boundary_temperature(&scans).is_some() {
            break;
        }
    }
    Ok(scans)
}
