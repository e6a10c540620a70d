//! The cut of T3, bounded pair by pair from all triple products.

use dam_core::{BitPatterns, Hypercube, PatternStore, parallel};

use super::{Assumption, Certificate, Interference};
use crate::Error;

/// Upper bounds of 12 Σ_{j∈D} Σ_{k∉D} A_ijk for |D| = 0, 1, … depth at one site.
fn cuts(of: &Interference, store: &BitPatterns, i: usize, depth: usize) -> Vec<f64> {
    let n = of.sites.len();
    // scores[d − 1]: of every j, what it adds at most to the cut of a set of d.
    let mut scores: Vec<Vec<i64>> = vec![Vec::with_capacity(n); depth];
    let others = of.others as f64;
    let mut triples = vec![0_i64; n];
    let mut add = |j: usize, triples: &[i64]| {
        let row: i64 = triples.iter().sum::<i64>() - triples[i] - triples[j];
        let mut falling: Vec<i64> =
            triples.iter().enumerate().filter(|(k, _)| *k != i && *k != j).map(|(_, a)| -a).collect();
        let kept = (depth - 1).min(falling.len());
        if kept > 0 && kept < falling.len() {
            falling.select_nth_unstable_by(kept - 1, |a, b| b.cmp(a));
        }
        falling.truncate(kept);
        falling.sort_unstable_by(|a, b| b.cmp(a));
        let mut score = row;
        for (d, scores) in scores.iter_mut().enumerate() {
            if d > 0 {
                score += falling.get(d - 1).copied().unwrap_or(0);
            }
            scores.push(score);
        }
    };
    for j in (0..n).filter(|&j| j != i) {
        let product = of.sites[i].product(&of.sites[j]);
        store.scan(std::slice::from_ref(&product), |_, first, m| {
            for (triple, m) in triples[first..].iter_mut().zip(m) {
                *triple = (m * others).round() as i64;
            }
        });
        add(j, &triples);
    }
    let mut bounds = vec![0.0];
    for (d, mut scores) in scores.into_iter().enumerate() {
        let d = d + 1;
        if d < scores.len() {
            scores.select_nth_unstable_by(d - 1, |a, b| b.cmp(a));
        }
        bounds.push(12.0 * scores.iter().take(d).sum::<i64>() as f64);
    }
    bounds
}

/// Radii that are looked for at first.
const DEPTH: usize = 16;

pub(super) fn certificate(of: &Interference) -> Result<Certificate, Error> {
    let n = of.n as usize;
    if of.others == 0 || n == 1 {
        return Ok(of.radius(|d| of.signal(d) > 0.0, |_| Assumption::Signal));
    }
    let space = Hypercube::new(of.others)?;
    let store = BitPatterns::new(space, of.sites.iter().cloned().map(Ok))?;
    let mut depth = DEPTH.min(n - 1);
    loop {
        let bounds = parallel::map(n, |i| cuts(of, &store, i, depth));
        let found = of.by_site(depth, |i, d| bounds[i][d], |_| 0.0);
        if found.radius < Some(depth) || depth == n - 1 {
            return Ok(found);
        }
        depth = (2 * depth).min(n - 1);
    }
}
