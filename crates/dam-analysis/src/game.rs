//! Single-spin dynamics as a potential game: every spin is a player, the potential is F = −E.
//!
//! The payoff of player i is u_i(x) = x_i φ_i, φ_i = \[F(x_i = +1) − F(x_i = −1)\]/2. Then
//! u_i(x') − u_i(x) = (x_i' − x_i) φ_i = F(x') − F(x) for a change of spin i alone, an exact potential game. (The factor
//! 1/2 belongs to φ_i: without it, as in "Finite-size guarantees", appendix A.4, where the leading coefficient of
//! φ_i is given as 2n/N^(n−1), the payoffs change by twice the potential.) An accepted flip raises F by 2|φ_i| > 0, so
//! that descent ends, and where no flip improves is a pure Nash equilibrium.

use dam_core::{Flip, Priced, SpinSpace, StateOf, StateSpace};

use crate::Error;

/// The discrete marginal fields φ_i of all spins, in O(N M).
///
/// # Errors
/// [`Error::Core`] if `x` is no state of the space.
///
/// # Example
/// ```
/// use dam_analysis::game::{is_nash, marginal_field, payoffs};
/// use dam_core::prelude::*;
/// let streams = Streams::new(5);
/// let space = Hypercube::new(100)?;
/// let patterns: Vec<_> = (0..20).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
/// let memory = models::polynomial(space, 3, &patterns)?;
/// let mut x = patterns[4].clone();
/// assert!(is_nash(&memory, &x)?);
/// let (field, before) = (marginal_field(&memory, &x)?[7], memory.energy(&x));
/// let stays = f64::from(x.get(7)) * field;
/// x.flip(7);
/// // The payoff that player 7 loses is what the potential −E loses.
/// let (payoff, potential) = (payoffs(&memory, &x)?[7] - stays, before - memory.energy(&x));
/// assert!((payoff - potential).abs() < 1e-9 && potential < 0.0);
/// assert!(!is_nash(&memory, &x)?);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
pub fn marginal_field<E: Priced<Flip, Space: SpinSpace>>(
    energy: &E,
    x: &StateOf<E>,
) -> Result<Vec<f64>, Error> {
    Ok(payoffs(energy, x)?.into_iter().zip(x.iter()).map(|(u, s)| u * f64::from(s)).collect())
}

/// The payoffs u_i = x_i φ_i of all players: half the price of their flips.
///
/// # Errors
/// [`Error::Core`] if `x` is no state of the space.
pub fn payoffs<E: Priced<Flip, Space: SpinSpace>>(energy: &E, x: &StateOf<E>) -> Result<Vec<f64>, Error> {
    energy.space().check("state", x)?;
    let cache = energy.cache(x);
    Ok((0..x.len()).map(|i| 0.5 * energy.price(x, &cache, Flip(i))).collect())
}

/// Whether no player gains by a flip: a pure Nash equilibrium. Players that neither gain nor lose may be there.
///
/// # Errors
/// [`Error::Core`] if `x` is no state of the space.
pub fn is_nash<E: Priced<Flip, Space: SpinSpace>>(energy: &E, x: &StateOf<E>) -> Result<bool, Error> {
    Ok(payoffs(energy, x)?.into_iter().all(|u| u >= 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dam_core::prelude::*;

    #[test]
    fn payoffs_change_as_the_potential_and_flips_raise_it_by_twice_the_field() {
        let streams = Streams::new(9);
        let space = Hypercube::new(33).unwrap();
        for order in 2..=5 {
            let pattern = |mu| space.sample(&mut streams.rng(Purpose::Patterns, mu));
            let memory = models::polynomial(space.clone(), order, (0..12).map(pattern)).unwrap();
            let x = space.sample(&mut streams.rng(Purpose::Cues, u64::from(order)));
            let (before, field) = (payoffs(&memory, &x).unwrap(), marginal_field(&memory, &x).unwrap());
            for i in 0..33 {
                let mut after = x.clone();
                after.flip(i);
                let rise = memory.energy(&x) - memory.energy(&after);
                let gain = payoffs(&memory, &after).unwrap()[i] - before[i];
                assert!((gain - rise).abs() < 1e-12 * (1.0 + rise.abs()), "order {order} site {i}");
                let moved = f64::from(after.get(i) - x.get(i)) * field[i];
                assert!((moved - rise).abs() < 1e-12 * (1.0 + rise.abs()));
                // An accepted flip raises the potential by 2 |φ|.
                if rise > 0.0 {
                    assert!((rise - 2.0 * field[i].abs()).abs() < 1e-12 * rise);
                }
            }
        }
    }

    #[test]
    fn descent_ends_at_equilibria_and_only_there() {
        let streams = Streams::new(10);
        let space = Hypercube::new(60).unwrap();
        let pattern = |mu| space.sample(&mut streams.rng(Purpose::Patterns, mu));
        let memory = models::polynomial(space.clone(), 3, (0..200).map(pattern)).unwrap();
        let dynamics = Asynchronous::new(Order::Permutation);
        for k in 0..20 {
            let mut rng = streams.rng(Purpose::Dynamics, k);
            let mut x = space.sample(&mut rng);
            assert!(!is_nash(&memory, &x).unwrap());
            let run = Runner::default().run(&memory, &dynamics, &mut x, &mut rng).unwrap();
            assert!(run.reason == StopReason::Converged && is_nash(&memory, &x).unwrap());
        }
        assert!(is_nash(&memory, &Spins::from_signs(&[1; 5]).unwrap()).is_err());
    }
}
