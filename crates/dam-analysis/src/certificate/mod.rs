//! Certificates of retrieval on the hypercube: radii within which a pattern of a polynomial memory is found again,
//! proven from its patterns.
//!
//! A radius d means: at *every* state with at most d spins wrong the discrete marginal field of *every* spin points to the
//! target, so one sweep of [`Asynchronous`](dam_core::prelude::Asynchronous) that visits every site once, in any order,
//! ends in it exactly. (Nothing is said of the formal derivative, which [`Synchronous`](dam_core::prelude::Synchronous) and
//! [`FormalAsynchronous`](dam_core::prelude::FormalAsynchronous) follow, nor of sites drawn with replacement.)
//!
//! | | from | order n | cost | |
//! |---|---|---|---|---|
//! | T1 | [`worst_case`] | any | O(N p) | the separation β of the target alone |
//! | T2 | [`Interference::norm`] | 3 | O(N² p + N³) | Σ M² over the other patterns, unsigned |
//! | T3 | [`Interference::signed`] | 3 | O(N² p + N³) | the signed interference of every site |
//! | | [`Interference::pairwise`] | 3 | O(N³ p / 64) | the same, pair by pair of wrong spins |
//! | | [`best`] | any | | the largest of these |
//! | T4 | [`Interference::contraction`] | 3 | O(N² p + N³) | fewer wrong spins after every sweep: a rate |
//! | T5 | [`Budget`] | any | O(1) | what an adversary may flip, from any of the radii |
//!
//! **Separation alone cannot give a capacity of N^(n−1).** Among random patterns whose spin at one site is turned against
//! the target's, no overlap changes by more than 2, yet the field of that site is 3N² − 3pN + o(N²) for n = 3, so that
//! the target is unstable for p > N. Only the signed interference sees that; T1 assumes the worst of every overlap, and
//! so must fail from p ≈ β^−(n−1) on.
//!
//! Proofs: with the gauge b_i = ξ_i^μ ξ_i^ν and S the overlaps without spin i, the aligned field of site i at a state with
//! wrong spins D is a_i = h(S^ν) + Σ_{μ≠ν} b_i h(S^μ), h(S) = \[(S + 1)^n − (S − 1)^n\]/2, and S^ν >= N − 2|D| − 1. For
//! n = 3, h = 3S² + 1 and the sum is exactly R_i − 12 Σ_{j∈D} Σ_{k∉D} A_ijk with A_ijk = Σ_{μ≠ν} b_i b_j b_k: a cut. What
//! follows bounds that cut.

mod attack;
mod budget;
mod interference;
mod pairwise;
#[cfg(test)]
mod tests;

pub use attack::{attack_radius, fields_are_right};
pub use budget::Budget;
pub use interference::Interference;

use dam_core::kernel::Monomial;
use dam_core::{BitPatterns, Dam, PatternStore, Sum};

use crate::Error;

/// The memory that can be certified: monomial energies of ±1 patterns.
pub type PolynomialMemory = Dam<BitPatterns, Monomial, Sum>;

/// What keeps a certificate from one more bit: the largest of the terms that it pays at the radius plus one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Assumption {
    /// The target's own term has fallen with its overlap 1 − 2d/N.
    Signal,
    /// Separation: the largest overlap with another pattern.
    Separation,
    /// Bounded interference: what the other patterns do at the pattern itself.
    Interference,
    /// What d wrong spins add to the interference to first order.
    Coupling,
    /// And to second order.
    Spread,
}

/// A radius that is guaranteed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Certificate {
    /// Wrong spins from which it holds, whichever they are; `None` if not even the pattern itself is certified to be a
    /// fixed point.
    pub radius: Option<usize>,
    /// Wrong spins after a sweep, at most, as a share of those before: 0 where one sweep repairs all.
    pub rate: f64,
    /// What limits the radius.
    pub limit: Assumption,
}

impl Certificate {
    /// Sweeps after which no spin is wrong, from so many wrong spins: 1 + ⌈ln d / ln(1/rate)⌉ = O(log N), and one where
    /// one sweep repairs all. `None` outside of the radius.
    #[must_use]
    pub fn sweeps(&self, wrong: usize) -> Option<usize> {
        let more = if self.rate > 0.0 { ((wrong as f64).ln() / -self.rate.ln()).ceil() as usize } else { 0 };
        (wrong <= self.radius?).then_some(if wrong == 0 { 0 } else { 1 + more })
    }
}

/// How far a pattern is from the others.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Separation {
    /// The largest |ξ^μ·ξ^ν|/N over the other patterns μ; 0 if there is none.
    pub beta: f64,
    /// The pattern of the largest ξ^μ·ξ^ν, with its sign: the best competitor. `None` if there is no other pattern.
    pub competitor: Option<usize>,
}

/// The separation of one target from all other patterns, the one that certificates of this target need; O(N p).
///
/// # Errors
/// [`Error::Core`] if there is no such pattern.
pub fn separation(memory: &PolynomialMemory, target: usize) -> Result<Separation, Error> {
    let overlaps = memory.overlaps(&memory.pattern(target)?)?;
    let others = || overlaps.iter().enumerate().filter(|(mu, _)| *mu != target);
    let competitor = others().max_by(|a, b| a.1.total_cmp(b.1)).map(|(mu, _)| mu);
    Ok(Separation { beta: others().fold(0.0, |max, (_, m)| max.max(m.abs())), competitor })
}

/// The largest |ξ^μ·ξ^ν|/N over all pairs of patterns, 0 for a single pattern; O(N p²). Uniform statements about every
/// pattern need it; of one target it says less than [`separation`].
#[must_use]
pub fn all_pairs_separation(memory: &PolynomialMemory) -> f64 {
    const GROUP: usize = 128;
    let groups = dam_core::parallel::map(memory.len().div_ceil(GROUP), |g| {
        let first = g * GROUP;
        let of = |mu| memory.store().pattern(mu).expect("a pattern of the store");
        let states: Vec<_> = (first..memory.len().min(first + GROUP)).map(of).collect();
        let mut largest = 0.0_f64;
        memory.store().scan(&states, |s, from, m| {
            let others = m.iter().enumerate().filter(|(k, _)| from + k != first + s);
            largest = others.fold(largest, |max, (_, m)| max.max(m.abs()));
        });
        largest
    });
    groups.into_iter().fold(0.0, f64::max)
}

/// T1: h(N − 2d − 1) > (p − 1) h(βN + 2d + 1). Any order n >= 2, any set of patterns, however they were chosen.
///
/// # Errors
/// [`Error::Core`] if there is no such pattern; [`Error::NotExact`] if the model has left the integers
/// ([`Dam::is_exact`]).
pub fn worst_case(memory: &PolynomialMemory, target: usize) -> Result<Certificate, Error> {
    exact(memory)?;
    let (n, order) = (sites(memory), memory.kernel().order());
    let beta = (separation(memory, target)?.beta * n as f64).round() as i128;
    let others = memory.len() as i128 - 1;
    let holds = |d: i128| {
        let overlap = (beta + 2 * d + 1).min(n - 1);
        // Beyond 128 bits nothing is certified.
        let noise = field(overlap, order).checked_mul(others);
        noise.is_some_and(|noise| n > 2 * d && field(n - 2 * d - 1, order) > noise)
    };
    let radius = (0..n).take_while(|&d| holds(d)).last().map(|d| d as usize);
    let next = radius.map_or(0, |d| d as i128 + 1);
    let signal = |d: i128| field((n - 2 * d - 1).max(0), order) as f64;
    let noise = |overlap: i128| others as f64 * field(overlap.min(n - 1), order) as f64;
    let limit = largest([
        (Assumption::Signal, signal(0) - signal(next)),
        (Assumption::Separation, noise(beta)),
        (Assumption::Spread, noise(beta + 2 * next + 1) - noise(beta)),
    ]);
    Ok(Certificate { radius, rate: 0.0, limit })
}

/// The largest radius of T1 and, for n = 3, of T3 in both forms.
///
/// # Errors
/// As [`worst_case`] and [`Interference::pairwise`].
pub fn best(memory: &PolynomialMemory, target: usize) -> Result<Certificate, Error> {
    let mut all = vec![worst_case(memory, target)?];
    if memory.kernel().order() == 3 {
        let interference = Interference::new(memory, target)?;
        all.extend([interference.signed(), interference.pairwise()?]);
    }
    Ok(all.into_iter().max_by_key(|c| c.radius).expect("at least one"))
}

/// The name of the largest number.
fn largest<const K: usize>(of: [(Assumption, f64); K]) -> Assumption {
    of.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(Assumption::Signal, |(name, _)| name)
}

/// h(S) = \[(S + 1)^n − (S − 1)^n\]/2 for S >= 0, or the largest integer where it does not fit.
fn field(s: i128, order: u32) -> i128 {
    let power = |s: i128| s.checked_pow(order);
    power(s + 1).zip(power(s - 1)).map_or(i128::MAX, |(above, below)| (above - below) / 2)
}

fn sites(memory: &PolynomialMemory) -> i128 {
    use dam_core::{Energy, StateSpace};
    memory.space().sites() as i128
}

fn exact(memory: &PolynomialMemory) -> Result<(), Error> {
    if memory.is_exact() { Ok(()) } else { Err(Error::NotExact) }
}
