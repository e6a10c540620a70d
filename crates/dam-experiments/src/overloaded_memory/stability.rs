//! Independent patterns: unstable bits, and overlaps beyond a threshold.

use dam_core::{Flip, Hypercube, Priced, Purpose, Spins, StateSpace, Streams, models};
use rand::Rng;

use super::plan::TAILS;
use super::record::{Instability, Tails};
use super::recovery::rectified;
use crate::Error;

/// Patterns that are looked at in a network; all share its cross-talk, so more say little more.
const LOOKED_AT: usize = 200;

/// Bits of stored patterns that eq. 1 turns.
pub(super) fn instability(
    sites: usize,
    memories: usize,
    order: u32,
    streams: Streams,
) -> Result<Instability, Error> {
    let space = Hypercube::new(sites)?;
    let patterns: Vec<Spins> =
        (0..memories as u64).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
    let plain = unstable(&models::polynomial(space, order, &patterns)?, &patterns);
    let rectified = unstable(&rectified(sites, order, &patterns)?, &patterns);
    Ok(Instability {
        patterns: memories.min(LOOKED_AT),
        bits: [plain.0, rectified.0],
        broken: [plain.1, rectified.1],
    })
}

/// Bits whose flip lowers the energy, and patterns with such a bit; a tie keeps the bit.
fn unstable<E: Priced<Flip, Space = Hypercube>>(energy: &E, patterns: &[Spins]) -> (usize, usize) {
    let (mut bits, mut broken) = (0, 0);
    for x in patterns.iter().take(LOOKED_AT) {
        let cache = energy.cache(x);
        let turn = (0..x.len()).filter(|&i| energy.price(x, &cache, Flip(i)) < 0.0).count();
        bits += turn;
        broken += usize::from(turn > 0);
    }
    (bits, broken)
}

/// |ξ·y| of independent states.
pub(super) fn tails(pairs: usize, streams: Streams) -> Tails {
    let beyond = TAILS.iter().enumerate().map(|(k, &(sites, hundredths))| {
        let mut rng = streams.rng(Purpose::Cues, k as u64);
        let beyond = |_: &usize| {
            // The product of two independent states is one: its magnetization is their overlap.
            let words = (0..sites.div_ceil(64)).map(|w| match (sites - 64 * w).min(64) {
                64 => rng.next_u64(),
                rest => rng.next_u64() & ((1 << rest) - 1),
            });
            let up: u32 = words.map(u64::count_ones).sum();
            let overlap = (2 * i64::from(up) - sites as i64).unsigned_abs() as usize;
            100 * overlap >= (100 - hundredths) * sites
        };
        (0..pairs).filter(beyond).count()
    });
    Tails { pairs, beyond: beyond.collect() }
}
