//! What the flip of one site changes in a sum of rectified powers over real memories.

use super::lanes::Lanes;
use super::panel::{Loop, Unit, has, strip};
use super::turned::{load_strips, lower_power, rectify};
use crate::Real;

/// `Σ_r [h_r + turn·w_r]₊ⁿ − [h_r]₊ⁿ` over any number of memories, whole strips: one site of one state.
#[derive(Debug)]
pub struct PriceTurn<'a, T> {
    pub(crate) unit: Unit,
    pub(crate) order: u32,
    pub(crate) h: &'a [T],
    pub(crate) w: &'a [T],
    pub(crate) turn: T,
    pub(crate) sum: &'a mut f64,
}

impl<T: Real> PriceTurn<'_, T> {
    /// # Panics
    /// Unless both slices have the same length, whole strips, and n >= 2.
    pub(super) fn run(self) {
        let whole = self.h.len().is_multiple_of(strip::<T>()) && self.w.len() == self.h.len();
        assert!(has(self.unit) && whole && self.order >= 2, "{} and {} memories", self.h.len(), self.w.len());
        let unit = self.unit;
        // SAFETY: checked; the machine has the unit.
        unsafe { self.run_on(unit) }
    }
}

/// Strips of a sum in registers, and lanes of the widest strip.
const CHAINS: usize = 2;
const LANES: usize = strip::<f32>();

impl<T: Real> Loop<T> for PriceTurn<'_, T> {
    /// Two strips at a time, each lane of them a chain; the chains are joined in f64.
    #[inline(always)]
    unsafe fn run_with<L: Lanes<Scalar = T>>(self) {
        let Self { order, h, w, turn, .. } = self;
        let strip = strip::<T>();
        let mut lanes = [T::zero(); CHAINS * LANES];
        // SAFETY: all registers lie within the slices, as `run` has checked.
        unsafe {
            let (zero, turn) = (L::splat(T::zero()), L::splat(turn));
            for lane in (0..strip).step_by(L::LANES) {
                let mut sums = [zero; CHAINS];
                let mut at = lane;
                while at + strip < h.len() {
                    add_change::<L, CHAINS>(
                        &mut sums,
                        h.as_ptr().add(at),
                        w.as_ptr().add(at),
                        strip,
                        turn,
                        order,
                    );
                    at += CHAINS * strip;
                }
                if at < h.len() {
                    let mut last = [sums[0]];
                    add_change::<L, 1>(&mut last, h.as_ptr().add(at), w.as_ptr().add(at), strip, turn, order);
                    sums[0] = last[0];
                }
                for (k, &sum) in sums.iter().enumerate() {
                    L::store(lanes[k * strip + lane..].as_mut_ptr(), sum);
                }
            }
        }
        *self.sum = lanes[..CHAINS * strip].iter().map(|x| x.widen()).sum();
    }
}

/// Adds [h + turn·w]₊ⁿ − [h]₊ⁿ of R strips to their sums.
///
/// # Safety
/// As [`load_strips`].
#[inline(always)]
unsafe fn add_change<L: Lanes, const R: usize>(
    sums: &mut [L::Register; R],
    h: *const L::Scalar,
    w: *const L::Scalar,
    strip: usize,
    turn: L::Register,
    order: u32,
) {
    // SAFETY: promised by the caller.
    unsafe {
        let zero = L::splat(L::Scalar::narrow(0.0));
        let (h, w) = (load_strips::<L, R>(h, strip), load_strips::<L, R>(w, strip));
        let mut after = h;
        for (after, &w) in after.iter_mut().zip(&w) {
            *after = L::max(L::mul_add(w, turn, *after), zero);
        }
        let before = rectify::<L, R>(h, zero);
        let (p, q) = (lower_power::<L, R>(after, order), lower_power::<L, R>(before, order));
        for r in 0..R {
            // Both products are rounded, so that memories a flip does not change give zero.
            sums[r] = L::add(sums[r], L::sub(L::mul(p[r], after[r]), L::mul(q[r], before[r])));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::panel::tests::{numbers, units};
    use super::*;

    /// Against plain loops; every unit that fuses to the bit; no turn has no price.
    fn prices_are_the_plain_sums<T: Real>(tolerance: f64) {
        for (order, strips) in [2, 3, 8, 20].into_iter().flat_map(|n| (1..=5).map(move |k| (n, k))) {
            let (h, w) = (numbers::<T>(strips * strip::<T>()), numbers::<T>(7 + strips * strip::<T>()));
            let (w, turn) = (&w[7..], 0.5);
            let power = |x: f64| x.max(0.0).powi(order);
            let terms = h.iter().zip(w).map(|(h, w)| power(h.widen() + turn * w.widen()) - power(h.widen()));
            let size: f64 = terms.clone().map(f64::abs).sum();
            let (expected, mut before) = (terms.sum::<f64>(), None);
            for unit in units() {
                let price = |turn: f64| {
                    let mut sum = 9.0;
                    let order = order as u32;
                    PriceTurn { unit, order, h: &h, w, turn: T::narrow(turn), sum: &mut sum }.run();
                    sum
                };
                let found = price(turn);
                assert!((found - expected).abs() < tolerance * (1.0 + size), "{unit:?} {order} {strips}");
                assert_eq!(price(0.0), 0.0);
                if unit != Unit::Portable {
                    assert!(before.is_none_or(|before: f64| before.to_bits() == found.to_bits()));
                    before = Some(found);
                }
            }
        }
    }

    #[test]
    fn prices_are_the_plain_sums_in_both_scalars() {
        prices_are_the_plain_sums::<f64>(1e-14);
        prices_are_the_plain_sums::<f32>(4e-6);
    }
}
