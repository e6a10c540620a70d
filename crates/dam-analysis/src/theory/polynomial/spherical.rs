//! Spherical spins.
//!
//! For n >= 3 everything is explicit in the overlap: q = 1 − T/(n m^(n−2)) and
//! α = n² m^(2n−4) (q − m²) / (ξ′(q)/α).

use super::{Capacity, Polynomial, State, first_rise};
use crate::theory::roots::root;

impl Polynomial {
    /// n m^(n−2) = T/(1 − q).
    fn stiffness(self, m: f64) -> f64 {
        f64::from(self.order) * m.powi(self.power() - 2)
    }

    fn replica_overlap(self, m: f64, t: f64) -> f64 {
        1.0 - t / self.stiffness(m)
    }

    /// max_m n m^(n−2) (1 − m²), and its m.
    pub(super) fn spherical_spinodal(self) -> (f64, f64) {
        if self.order == 2 {
            return (0.0, 1.0);
        }
        let n = f64::from(self.order);
        let m = ((n - 2.0) / n).sqrt();
        (m, self.stiffness(m) * (1.0 - m * m))
    }

    /// m at α = 0, the highest and, for n >= 3, the lowest; `None` from the spinodal on.
    fn overlaps_without_load(self, t: f64) -> Option<(f64, f64)> {
        let (middle, spinodal) = self.spherical_spinodal();
        if t >= spinodal {
            return None;
        }
        if self.order == 2 {
            return Some(((1.0 - t).sqrt(), 0.0));
        }
        let excess = |m: f64| self.stiffness(m) * (1.0 - m * m) - t;
        Some((root(middle, 1.0, excess)?, root(0.0, middle, excess)?))
    }

    fn spherical_load(self, m: f64, t: f64) -> f64 {
        let q = self.replica_overlap(m, t);
        self.stiffness(m).powi(2) * (q - m * m) / self.slopes(q)[0]
    }

    /// d ln α/dm.
    fn spherical_slope(self, m: f64, t: f64) -> f64 {
        let q = self.replica_overlap(m, t);
        if q <= m * m {
            return f64::NEG_INFINITY;
        }
        let n = f64::from(self.order);
        let q_slope = (n - 2.0) * (1.0 - q) / m;
        let [first, second] = self.slopes(q);
        (2.0 * n - 4.0) / m + (q_slope - 2.0 * m) / (q - m * m) - q_slope * second / first
    }

    pub(super) fn spherical_end(self, t: f64) -> Option<Capacity> {
        if self.order == 2 {
            return None;
        }
        let (high, low) = self.overlaps_without_load(t)?;
        // Fine steps: with distinct indices the end of the branch nears a second one, of the same load, as
        // T rises.
        let at = |step: f64| high - (high - low) * step;
        let (before, after) = first_rise(1000, at, |m| self.spherical_slope(m, t))?;
        let m = root(before, after, |m| self.spherical_slope(m, t))?;
        Some(Capacity { alpha: self.spherical_load(m, t), m, q: self.replica_overlap(m, t) })
    }

    pub(super) fn spherical_state(self, alpha: f64, t: f64) -> Option<State> {
        let (high, _) = self.overlaps_without_load(t)?;
        if alpha == 0.0 {
            return Some(self.with_overlap(alpha, high, high * high, t));
        }
        let end = self.spherical_end(t)?;
        if alpha > end.alpha {
            return None;
        }
        let m = root(end.m, high, |m| self.spherical_load(m, t) - alpha).unwrap_or(end.m);
        Some(self.with_overlap(alpha, m, self.replica_overlap(m, t), t))
    }

    fn with_overlap(self, alpha: f64, m: f64, q: f64, t: f64) -> State {
        // C = (1 − q)/T; for n = 2 it is 1.
        let response = if self.order == 2 { 1.0 } else { 1.0 / self.stiffness(m) };
        let entropy = if t == 0.0 { 0.0 } else { 0.5 * t * (t * response).ln() };
        let spread = 0.5 * (q - m * m) / response;
        let energy = if self.order == 2 { -0.5 * m * m } else { -m.powi(self.power()) };
        let free_energy = energy - 0.5 * alpha * response * self.chord(q) - entropy - spread;
        let [first, second] = self.slopes(q);
        let stable = alpha * second * response * response <= 1.0;
        State { m, q, noise: alpha * first, free_energy, stable }
    }
}
