//! What a turned site changes in a sum of rectified powers, for many sites, memories and states: the element pass of a
//! readout. Lane r of a panel is a memory; every lane has its own chain of sums, the same on AVX2 and AVX-512.

use super::lanes::Lanes;
use super::panel::{Loop, STRIPS, Unit, has, strip};
use crate::Real;

/// A panel of memories and a few states, with h = ξ·x / T.
///
/// `h[s·width + r]` of state s and memory r; `change[a·width + r]` is what turning site a adds to h. The width is whole
/// strips, at most three; lanes without a memory hold zeros.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turns<'a, T> {
    pub(crate) unit: Unit,
    /// n >= 2.
    pub(crate) order: u32,
    pub(crate) width: usize,
    pub(crate) states: usize,
    pub(crate) sites: usize,
    pub(crate) change: &'a [T],
}

impl<T: Real> Turns<'_, T> {
    fn check(&self, h: &[T], outputs: usize) {
        let Self { unit, order, width, states, sites, change } = *self;
        let strips = width / strip::<T>();
        assert!(has(unit) && order >= 2, "order {order} on {unit:?}");
        assert!(width.is_multiple_of(strip::<T>()) && (1..=STRIPS).contains(&strips), "a panel of {width}");
        assert!(h.len() >= states * width, "{} overlaps of {states} states", h.len());
        assert!(change.len() >= sites * width && outputs >= states * sites, "{sites} sites");
    }
}

/// Runs a loop with the strips of the panel known to the compiler.
///
/// # Safety
/// As [`Loop::run_with`], after [`Turns::check`].
#[inline(always)]
unsafe fn by_strips<T: Real, L: Lanes<Scalar = T>>(strips: usize, op: impl Strip<T>) {
    // SAFETY: promised by the caller.
    unsafe {
        match strips {
            1 => op.each::<L, 1>(),
            2 => op.each::<L, 2>(),
            _ => op.each::<L, STRIPS>(),
        }
    }
}

/// A loop over the lanes of a strip, for R strips at once.
trait Strip<T: Real> {
    /// # Safety
    /// As [`Loop::run_with`].
    unsafe fn each<L: Lanes<Scalar = T>, const R: usize>(self);
}

/// `sums[(s·sites + a)·strip + lane] += Σ_r [h + change]₊ⁿ − [h]₊ⁿ` over the memories of a lane: differences are formed
/// before they are summed, so that two large sums do not cancel.
#[derive(Debug)]
pub struct ReadTurns<'a, T> {
    pub(crate) turns: Turns<'a, T>,
    pub(crate) h: &'a [T],
    pub(crate) sums: &'a mut [T],
}

/// Replaces h by `Σ_a g_a [h + change]₊ⁿ⁻¹ − (Σ_a g_a) [h]₊ⁿ⁻¹` for factors `g[s·sites + a]`, and adds
/// `g_a [h + change]₊ⁿ⁻¹` of all states to `turned[a·width + r]`.
#[derive(Debug)]
pub struct WeighTurns<'a, T> {
    pub(crate) turns: Turns<'a, T>,
    pub(crate) g: &'a [T],
    pub(crate) h: &'a mut [T],
    pub(crate) turned: &'a mut [T],
}

impl<T: Real> ReadTurns<'_, T> {
    /// # Panics
    /// If a slice is too small for the panel.
    pub(super) fn run(self) {
        self.turns.check(self.h, self.sums.len() / strip::<T>());
        let unit = self.turns.unit;
        // SAFETY: checked; the machine has the unit.
        unsafe { self.run_on(unit) }
    }
}

impl<T: Real> WeighTurns<'_, T> {
    /// # Panics
    /// If a slice is too small for the panel.
    pub(super) fn run(self) {
        self.turns.check(self.h, self.g.len());
        assert!(self.turned.len() >= self.turns.sites * self.turns.width, "too few sums of turned sites");
        let unit = self.turns.unit;
        // SAFETY: checked; the machine has the unit.
        unsafe { self.run_on(unit) }
    }
}

impl<T: Real> Loop<T> for ReadTurns<'_, T> {
    #[inline(always)]
    unsafe fn run_with<L: Lanes<Scalar = T>>(self) {
        // SAFETY: promised by the caller.
        unsafe { by_strips::<T, L>(self.turns.width / strip::<T>(), self) }
    }
}

impl<T: Real> Loop<T> for WeighTurns<'_, T> {
    #[inline(always)]
    unsafe fn run_with<L: Lanes<Scalar = T>>(self) {
        // SAFETY: promised by the caller.
        unsafe { by_strips::<T, L>(self.turns.width / strip::<T>(), self) }
    }
}

impl<T: Real> Strip<T> for ReadTurns<'_, T> {
    #[inline(always)]
    unsafe fn each<L: Lanes<Scalar = T>, const R: usize>(self) {
        let Turns { order, width, states, sites, change, .. } = self.turns;
        let strip = strip::<T>();
        // SAFETY: all indices are within what `check` has asked for.
        unsafe {
            let zero = L::splat(T::zero());
            for s in 0..states {
                for lane in (0..strip).step_by(L::LANES) {
                    let h = load_strips::<L, R>(self.h.as_ptr().add(s * width + lane), strip);
                    let rectified = rectify::<L, R>(h, zero);
                    let mut resting = lower_power::<L, R>(rectified, order);
                    for (p, v) in resting.iter_mut().zip(&rectified) {
                        *p = L::sub(zero, L::mul(*p, *v));
                    }
                    for a in 0..sites {
                        let turn = load_strips::<L, R>(change.as_ptr().add(a * width + lane), strip);
                        let v = turned::<L, R>(h, turn, zero);
                        let p = lower_power::<L, R>(v, order);
                        let mut sum = L::mul_add(p[0], v[0], resting[0]);
                        for r in 1..R {
                            sum = L::add(sum, L::mul_add(p[r], v[r], resting[r]));
                        }
                        let at = self.sums.as_mut_ptr().add((s * sites + a) * strip + lane);
                        L::store(at, L::add(L::load(at), sum));
                    }
                }
            }
        }
    }
}

impl<T: Real> Strip<T> for WeighTurns<'_, T> {
    #[inline(always)]
    unsafe fn each<L: Lanes<Scalar = T>, const R: usize>(self) {
        let Turns { order, width, states, sites, change, .. } = self.turns;
        let strip = strip::<T>();
        // SAFETY: all indices are within what `check` has asked for.
        unsafe {
            let zero = L::splat(T::zero());
            for s in 0..states {
                let g = &self.g[s * sites..][..sites];
                let resting = L::splat(-g.iter().fold(T::zero(), |sum, &g| sum + g));
                for lane in (0..strip).step_by(L::LANES) {
                    let at = self.h.as_mut_ptr().add(s * width + lane);
                    let h = load_strips::<L, R>(at, strip);
                    let mut weight = lower_power::<L, R>(rectify::<L, R>(h, zero), order);
                    for weight in &mut weight {
                        *weight = L::mul(*weight, resting);
                    }
                    for (a, &g) in g.iter().enumerate() {
                        let g = L::splat(g);
                        let turn = load_strips::<L, R>(change.as_ptr().add(a * width + lane), strip);
                        let p = lower_power::<L, R>(turned::<L, R>(h, turn, zero), order);
                        let to = self.turned.as_mut_ptr().add(a * width + lane);
                        for r in 0..R {
                            weight[r] = L::mul_add(p[r], g, weight[r]);
                            let to = to.add(r * strip);
                            L::store(to, L::mul_add(p[r], g, L::load(to)));
                        }
                    }
                    for (r, &weight) in weight.iter().enumerate() {
                        L::store(at.add(r * strip), weight);
                    }
                }
            }
        }
    }
}

/// # Safety
/// R registers, a strip apart, must be readable, and the machine have the instruction set of `L`; also below.
#[inline(always)]
pub(super) unsafe fn load_strips<L: Lanes, const R: usize>(
    at: *const L::Scalar,
    strip: usize,
) -> [L::Register; R] {
    // SAFETY: promised by the caller. No closures: they would be functions without the instruction set.
    unsafe {
        let mut all = [L::load(at); R];
        for (r, x) in all.iter_mut().enumerate().skip(1) {
            *x = L::load(at.add(r * strip));
        }
        all
    }
}

/// [h]₊; zero of NaN.
#[inline(always)]
pub(super) unsafe fn rectify<L: Lanes, const R: usize>(
    mut h: [L::Register; R],
    zero: L::Register,
) -> [L::Register; R] {
    for h in &mut h {
        // SAFETY: promised by the caller.
        *h = unsafe { L::max(*h, zero) };
    }
    h
}

/// [h + turn]₊.
#[inline(always)]
unsafe fn turned<L: Lanes, const R: usize>(
    mut h: [L::Register; R],
    turn: [L::Register; R],
    zero: L::Register,
) -> [L::Register; R] {
    for (h, turn) in h.iter_mut().zip(turn) {
        // SAFETY: promised by the caller.
        *h = unsafe { L::max(L::add(*h, turn), zero) };
    }
    h
}

/// vⁿ⁻¹ by squaring, from the leading bit of n − 1 >= 1 on.
#[inline(always)]
pub(super) unsafe fn lower_power<L: Lanes, const R: usize>(v: [L::Register; R], n: u32) -> [L::Register; R] {
    let power = n - 1;
    let mut out = v;
    for bit in (0..power.ilog2()).rev() {
        for (out, &v) in out.iter_mut().zip(&v) {
            // SAFETY: promised by the caller.
            unsafe {
                *out = L::mul(*out, *out);
                if power >> bit & 1 == 1 {
                    *out = L::mul(*out, v);
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::panel::tests::{numbers, units};
    use super::*;

    /// Every unit against plain loops in f64, at one, two and three strips; AVX2 and AVX-512 to the bit.
    fn turns_are_the_plain_sums<T: Real>(tolerance: f64) {
        let (states, sites, strip) = (7, 10, strip::<T>());
        for (order, width) in
            [2, 3, 4, 8, 20, 31].into_iter().flat_map(|n| (1..=3).map(move |k| (n, k * strip)))
        {
            let h = numbers::<T>(states * width);
            let change = numbers::<T>(sites * width);
            let g = numbers::<T>(states * sites);
            let power = |x: f64, n: u32| x.max(0.0).powi(n as i32);
            let at = |s: usize, a: usize, r: usize| h[s * width + r].widen() + change[a * width + r].widen();
            let mut before: Option<Vec<u64>> = None;
            for unit in units() {
                let turns = Turns { unit, order, width, states, sites, change: &change };
                let mut sums = vec![T::one(); states * sites * strip];
                ReadTurns { turns, h: &h, sums: &mut sums }.run();
                let (mut weights, mut turned) = (h.clone(), vec![T::one(); sites * width]);
                WeighTurns { turns, g: &g, h: &mut weights, turned: &mut turned }.run();
                let near = |found: f64, expected: f64, size: f64| {
                    assert!(
                        (found - expected).abs() < tolerance * (1.0 + size),
                        "{unit:?} {order} {width}: {found} {expected}"
                    );
                };
                for s in 0..states {
                    for a in 0..sites {
                        let found: f64 =
                            sums[(s * sites + a) * strip..][..strip].iter().map(|x| x.widen() - 1.0).sum();
                        let terms = (0..width)
                            .map(|r| power(at(s, a, r), order) - power(h[s * width + r].widen(), order));
                        let size: f64 = terms.clone().map(f64::abs).sum();
                        near(found, terms.sum(), size + strip as f64);
                    }
                    for r in 0..width {
                        let (mut expected, mut size) = (0.0, 0.0);
                        for a in 0..sites {
                            let p = power(at(s, a, r), order - 1);
                            let rest = power(h[s * width + r].widen(), order - 1);
                            expected += g[s * sites + a].widen() * (p - rest);
                            size += p + rest;
                        }
                        near(weights[s * width + r].widen(), expected, size);
                    }
                }
                for a in 0..sites {
                    for r in 0..width {
                        let terms =
                            (0..states).map(|s| g[s * sites + a].widen() * power(at(s, a, r), order - 1));
                        let size: f64 = terms.clone().map(f64::abs).sum();
                        near(turned[a * width + r].widen() - 1.0, terms.sum(), 1.0 + size);
                    }
                }
                if unit != Unit::Portable {
                    let all = sums.iter().chain(&weights).chain(&turned);
                    let bits: Vec<u64> = all.map(|x| x.widen().to_bits()).collect();
                    assert!(before.as_ref().is_none_or(|before| *before == bits), "{unit:?} {order} {width}");
                    before = Some(bits);
                }
            }
        }
    }

    #[test]
    fn turns_are_the_plain_sums_in_both_scalars() {
        turns_are_the_plain_sums::<f64>(1e-14);
        turns_are_the_plain_sums::<f32>(4e-6);
    }

    /// What slices that are too small are tried on.
    const SMALL: Turns<'_, f64> =
        Turns { unit: Unit::Portable, order: 2, width: 8, states: 2, sites: 1, change: &[0.0; 8] };

    #[test]
    #[should_panic(expected = "overlaps of 2 states")]
    fn overlaps_that_are_too_few_are_caught() {
        ReadTurns { turns: SMALL, h: &[0.0; 15], sums: &mut [0.0; 16] }.run();
    }

    #[test]
    #[should_panic(expected = "1 sites")]
    fn sums_that_are_too_few_are_caught() {
        ReadTurns { turns: SMALL, h: &[0.0; 16], sums: &mut [0.0; 15] }.run();
    }

    #[test]
    #[should_panic(expected = "1 sites")]
    fn factors_that_are_too_few_are_caught() {
        WeighTurns { turns: SMALL, g: &[0.0; 1], h: &mut [0.0; 16], turned: &mut [0.0; 8] }.run();
    }

    #[test]
    #[should_panic(expected = "too few sums")]
    fn turned_sites_without_room_are_caught() {
        WeighTurns { turns: SMALL, g: &[0.0; 2], h: &mut [0.0; 16], turned: &mut [0.0; 7] }.run();
    }
}
