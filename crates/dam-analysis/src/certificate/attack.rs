//! Attacks on certificates: an upper bound of what any of them could promise.

use dam_core::{Energy, Flip, Priced, Spins, StateSpace, parallel};

use super::PolynomialMemory;
use crate::Error;

/// Whether at `x` the field of every spin points to the target: every wrong spin gains by turning, and no right one does
/// or could at no cost.
///
/// # Errors
/// [`Error::Core`] if one of them is no state of the memory.
pub fn fields_are_right(memory: &PolynomialMemory, target: &Spins, x: &Spins) -> Result<bool, Error> {
    memory.space().check("target", target)?;
    memory.space().check("state", x)?;
    let cache = memory.cache(x);
    let is_right = |i: usize| {
        let price = memory.price(x, &cache, Flip(i));
        if x.is_up(i) == target.is_up(i) { price > 0.0 } else { price < 0.0 }
    };
    Ok((0..x.len()).all(is_right))
}

/// Wrong spins with which an attack turned a field: no certificate can reach that far.
///
/// Of every site the attack turns the aligned spins whose flips lower its margin the most, one after the other until its
/// field is wrong, all ranked once at the pattern; and for the 16 sites that fall first, ranked afresh after every flip.
/// O(N² p), and O(N p d) for each of those 16.
///
/// # Errors
/// [`Error::Core`] if there is no such pattern.
pub fn attack_radius(memory: &PolynomialMemory, target: usize) -> Result<usize, Error> {
    let goal = memory.pattern(target)?;
    let n = goal.len();
    let cache = memory.cache(&goal);
    if (0..n).any(|i| memory.price(&goal, &cache, Flip(i)) <= 0.0) {
        return Ok(0);
    }
    let mut found = parallel::map(n, |i| (ranked_once(memory, &goal, i), i));
    found.sort_unstable();
    let first = &found[..n.min(16)];
    let greedy = parallel::map(first.len(), |k| ranked_afresh(memory, &goal, first[k].1, first[k].0));
    Ok(greedy.into_iter().chain([found[0].0]).min().unwrap_or(n))
}

/// The margin of site `i` after each other aligned spin alone has turned.
fn ranked(memory: &PolynomialMemory, goal: &Spins, x: &Spins, i: usize) -> Vec<(f64, usize)> {
    let (mut x, mut cache) = (x.clone(), memory.cache(x));
    let aligned: Vec<usize> = (0..x.len()).filter(|&j| j != i && x.is_up(j) == goal.is_up(j)).collect();
    let mut margins: Vec<(f64, usize)> = aligned
        .into_iter()
        .map(|j| {
            memory.apply(&mut x, &mut cache, Flip(j));
            let margin = memory.price(&x, &cache, Flip(i));
            memory.apply(&mut x, &mut cache, Flip(j));
            (margin, j)
        })
        .collect();
    margins.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    margins
}

/// Flips until the field of site `i` is wrong; N if it never is.
fn ranked_once(memory: &PolynomialMemory, goal: &Spins, i: usize) -> usize {
    let (mut x, mut cache) = (goal.clone(), memory.cache(goal));
    for (k, (_, j)) in ranked(memory, goal, goal, i).into_iter().enumerate() {
        memory.apply(&mut x, &mut cache, Flip(j));
        if memory.price(&x, &cache, Flip(i)) <= 0.0 {
            return k + 1;
        }
    }
    goal.len()
}

/// The same, giving up at `most` flips.
fn ranked_afresh(memory: &PolynomialMemory, goal: &Spins, i: usize, most: usize) -> usize {
    let mut x = goal.clone();
    for flips in 1..most {
        let Some(&(margin, j)) = ranked(memory, goal, &x, i).first() else { break };
        x.flip(j);
        if margin <= 0.0 {
            return flips;
        }
    }
    most
}
