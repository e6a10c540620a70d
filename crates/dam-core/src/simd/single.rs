//! Overlaps and fields of one state, from bricks of patterns. Products and sums are rounded apart, in lanes fixed by the
//! index of a pattern in its brick: the same bits on every level.

use super::halved;
use super::lanes::Lanes;
use super::panel::{Loop, Unit, has, strip};
use crate::Real;

/// Bricks, or sites, at a time: chains enough to hide the latency of additions.
const TOGETHER: usize = 8;
/// Lanes of the widest strip.
const MOST_LANES: usize = strip::<f32>();

/// `m[μ] = factor Σ_i x[i] ξ_i^μ`, the sum over sites in order.
#[derive(Debug)]
pub struct Dots<'a, T> {
    pub(crate) unit: Unit,
    pub(crate) bricks: &'a [T],
    pub(crate) x: &'a [T],
    pub(crate) factor: T,
    pub(crate) m: &'a mut [T],
}

/// `h[i] += Σ_μ w[μ] ξ_i^μ`, for weights of whole bricks.
#[derive(Debug)]
pub struct AddPatterns<'a, T> {
    pub(crate) unit: Unit,
    pub(crate) bricks: &'a [T],
    pub(crate) w: &'a [T],
    pub(crate) h: &'a mut [T],
}

impl<T: Real> Dots<'_, T> {
    /// # Panics
    /// If there are fewer bricks than overlaps ask for.
    pub(super) fn run(self) {
        let (unit, lines) = (self.unit, self.m.len().div_ceil(strip::<T>()) * self.x.len());
        assert!(has(unit) && self.bricks.len() >= lines * strip::<T>(), "bricks that are too short");
        // SAFETY: the assert is what the loop asks for, and the machine has the unit.
        unsafe { self.run_on(unit) }
    }
}

impl<T: Real> Loop<T> for Dots<'_, T> {
    #[inline(always)]
    unsafe fn run_with<L: Lanes<Scalar = T>>(self) {
        let Self { bricks, x, factor, m, .. } = self;
        let (strip, brick) = (strip::<T>(), x.len() * strip::<T>());
        let mut first = 0;
        while first < m.len() {
            let mut from = [bricks.as_ptr(); TOGETHER];
            for (r, from) in from.iter_mut().enumerate() {
                // What is not there counts as the last that is.
                let row = (first + r * L::LANES).min((m.len() - 1) / L::LANES * L::LANES);
                *from = from.wrapping_add(row / strip * brick + row % strip);
            }
            let mut out = [T::zero(); TOGETHER * MOST_LANES];
            // SAFETY: promised by the caller: the brick of every overlap is there, all sites of it.
            unsafe {
                let mut sums = [L::splat(T::zero()); TOGETHER];
                for (i, &x) in x.iter().enumerate() {
                    let x = L::splat(x);
                    for (sum, from) in sums.iter_mut().zip(&from) {
                        *sum = L::add(*sum, L::mul(x, L::load(from.add(i * strip))));
                    }
                }
                let factor = L::splat(factor);
                for (r, &sum) in sums.iter().enumerate() {
                    L::store(out[r * L::LANES..].as_mut_ptr(), L::mul(sum, factor));
                }
            }
            let count = (m.len() - first).min(TOGETHER * L::LANES);
            m[first..first + count].copy_from_slice(&out[..count]);
            first += count;
        }
    }
}

impl<T: Real> AddPatterns<'_, T> {
    /// # Panics
    /// Unless the weights are those of whole bricks, all of which are there.
    pub(super) fn run(self) {
        let (unit, strip) = (self.unit, strip::<T>());
        assert!(self.w.len().is_multiple_of(strip), "{} weights", self.w.len());
        assert!(has(unit) && self.bricks.len() >= self.w.len() * self.h.len(), "bricks that are too short");
        // SAFETY: the asserts are what the loop asks for, and the machine has the unit.
        unsafe { self.run_on(unit) }
    }
}

impl<T: Real> Loop<T> for AddPatterns<'_, T> {
    #[inline(always)]
    unsafe fn run_with<L: Lanes<Scalar = T>>(self) {
        let Self { bricks, w, h, .. } = self;
        let (strip, sites) = (strip::<T>(), h.len());
        // A strip is one register or two.
        let parts = strip / L::LANES;
        for first in (0..sites).step_by(TOGETHER) {
            let mut lanes = [[T::zero(); MOST_LANES]; TOGETHER];
            for part in 0..parts {
                // SAFETY: promised by the caller: every brick has all sites. Sites beyond the last repeat it.
                unsafe {
                    let mut sums = [L::splat(T::zero()); TOGETHER];
                    let mut at = bricks.as_ptr().wrapping_add(part * L::LANES);
                    for k in 0..w.len() / strip {
                        let w = L::load(w.as_ptr().add(k * strip + part * L::LANES));
                        for (j, sum) in sums.iter_mut().enumerate() {
                            let site = (first + j).min(sites - 1);
                            *sum = L::add(*sum, L::mul(w, L::load(at.add(site * strip))));
                        }
                        at = at.wrapping_add(sites * strip);
                    }
                    for (lanes, &sum) in lanes.iter_mut().zip(&sums) {
                        L::store(lanes[part * L::LANES..].as_mut_ptr(), sum);
                    }
                }
            }
            for (h, lanes) in h[first..].iter_mut().zip(&mut lanes) {
                *h += halved(&mut lanes[..strip], |a, b| a + b);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::panel::tests::{numbers, units};
    use super::*;

    /// Against plain loops: overlaps bit by bit, fields to rounding, and both the same on every unit.
    fn one_state<T: Real>() {
        let strip = strip::<T>();
        for (sites, patterns) in [(1, 1_usize), (5, 3), (8, 16), (11, 70), (50, 148), (23, 300)] {
            let bricks = numbers::<T>(sites * patterns.next_multiple_of(strip));
            let (x, factor) = (numbers::<T>(sites), T::narrow(0.3));
            let at = |i: usize, mu: usize| bricks[(mu / strip * sites + i) * strip + mu % strip];
            let w = numbers::<T>(patterns.next_multiple_of(strip));
            let before = numbers::<T>(sites + 1);
            let mut first_h: Option<Vec<T>> = None;
            for unit in units() {
                let mut m = vec![T::narrow(9.0); patterns];
                Dots { unit, bricks: &bricks, x: &x, factor, m: &mut m }.run();
                for (mu, m) in m.iter().enumerate() {
                    let sum = (0..sites).fold(T::zero(), |sum, i| sum + x[i] * at(i, mu));
                    assert_eq!(m.widen().to_bits(), (sum * factor).widen().to_bits(), "{unit:?} {sites}");
                }
                let mut h = before[..sites].to_vec();
                AddPatterns { unit, bricks: &bricks, w: &w, h: &mut h }.run();
                for (i, h) in h.iter().enumerate() {
                    let sum: f64 = (0..w.len()).map(|mu| w[mu].widen() * at(i, mu).widen()).sum();
                    let bound = if T::NAME == "f64" { 1e-14 } else { 1e-5 };
                    assert!((h.widen() - before[i].widen() - sum).abs() < bound * w.len() as f64);
                }
                assert_eq!(first_h.get_or_insert(h.clone()), &h, "{unit:?}");
            }
        }
    }

    #[test]
    fn one_state_is_the_same_on_every_unit() {
        one_state::<f64>();
        one_state::<f32>();
    }

    #[test]
    #[should_panic(expected = "too short")]
    fn bricks_that_are_too_short_are_caught() {
        let unit = super::super::panel::unit();
        Dots { unit, bricks: &[0.0; 15], x: &[1.0; 2], factor: 1.0, m: &mut [0.0; 5] }.run();
    }

    #[test]
    #[should_panic(expected = "7 weights")]
    fn weights_of_part_of_a_brick_are_caught() {
        let unit = super::super::panel::unit();
        AddPatterns { unit, bricks: &[0.0; 16], w: &[1.0; 7], h: &mut [0.0; 2] }.run();
    }
}
