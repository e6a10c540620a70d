//! Ising spins.
//!
//! At given T the solutions form a curve with the overlap as its parameter: `m = <tanh>` fixes the spread s
//! of the field, that fixes q, and α is s² over the variance that a unit load would have. The largest load
//! is where this α(m) is stationary. The parameter in use is ε = 1 − m, as m itself rounds to 1 at low T.

use statrs::function::erf::erfc_inv;

use super::field::{Field, lack_without_noise};
use super::{Capacity, Polynomial, State, first_rise};
use crate::theory::roots::root;

/// Below this, 1 − m and 1 − q have no effect on a double.
const NEGLIGIBLE: f64 = 1e-17;

impl Polynomial {
    /// The field of the condensed pattern, and its slope in m.
    fn signal(self, lack: f64) -> (f64, f64) {
        let m = 1.0 - lack;
        if self.order == 2 {
            return (m, 1.0);
        }
        let n = f64::from(self.order);
        (n * m.powi(self.power() - 1), n * (n - 1.0) * m.powi(self.power() - 2))
    }

    /// max_m h(m)/artanh(m), the temperature up to which m = tanh(h(m)/T) has a solution, and that m.
    pub(super) fn ising_spinodal(self) -> (f64, f64) {
        if self.order == 2 {
            return (0.0, 1.0);
        }
        let n = f64::from(self.order);
        // Stationary where (n−1) artanh(m) (1 − m²) = m; in artanh(m), of the order of ln n.
        let condition = |a: f64| (n - 1.0) * a / a.cosh().powi(2) - a.tanh();
        let a = root(0.1, 10.0, condition).unwrap_or(1.0);
        (a.tanh(), n * a.tanh().powi(self.power() - 1) / a)
    }

    /// 1 − m at α = 0; `None` from the spinodal on.
    fn lack_without_load(self, t: f64) -> Option<f64> {
        let (m, spinodal) = self.ising_spinodal();
        if t >= spinodal {
            return None;
        }
        let start = lack_without_noise(self.signal(0.0).0, t);
        if start < NEGLIGIBLE {
            return Some(start);
        }
        // A lower bound of m: the spinodal's, or T sqrt(1 − T) from tanh x >= x − x³/3 for n = 2.
        let m = if self.order == 2 { t * (1.0 - t).sqrt() } else { m };
        let excess = |log: f64| lack_without_noise(self.signal(log.exp()).0, t).ln() - log;
        root(start.ln(), (1.0 - m).ln(), excess).map(f64::exp)
    }

    /// The overlap of the other, unstable, solution at α = 0.
    fn lowest_overlap(self, t: f64) -> f64 {
        if self.order == 2 || t == 0.0 {
            return 0.0;
        }
        let n = f64::from(self.order);
        let excess = |a: f64| n * a.tanh().powi(self.power() - 1) / a - t;
        let (m, _) = self.ising_spinodal();
        root(f64::MIN_POSITIVE, m.atanh(), excess).map_or(0.0, f64::tanh)
    }

    /// The field for which 1 − m = `lack`.
    fn field(self, lack: f64, t: f64) -> Option<Field> {
        let (signal, _) = self.signal(lack);
        // The spread at T = 0. Heat takes some of the overlap, so the noise may take less.
        let largest = signal / (std::f64::consts::SQRT_2 * erfc_inv(lack)) * (1.0 + 1e-12);
        let field = |spread| Field { signal, spread, t };
        let excess = |spread: f64| {
            let found = if spread > 0.0 { field(spread).lack() } else { lack_without_noise(signal, t) };
            (found / lack).ln()
        };
        root(0.0, largest, excess).filter(|&spread| spread > 0.0).map(field)
    }

    /// α at 1 − m = `lack`.
    fn ising_load(self, lack: f64, t: f64) -> f64 {
        self.field(lack, t).map_or(0.0, |field| {
            let response = field.response();
            field.spread * field.spread / self.unit_noise(field.order(response), response, t).0
        })
    }

    /// d ln α/dm at 1 − m = `lack`.
    fn ising_slope(self, lack: f64, t: f64) -> f64 {
        let Some(field) = self.field(lack, t) else {
            return f64::NEG_INFINITY;
        };
        let (_, stiffness) = self.signal(lack);
        let s = field.spread;
        let [response, first, second] = field.responses();
        // ∂m/∂h = C, ∂m/∂s = <z>, ∂C/∂h = <z>/s, ∂C/∂s = (<z²> − C)/s in the averages of `responses`.
        let spread_slope = (1.0 - response * stiffness) / first;
        let response_slope = (first * stiffness + (second - response) * spread_slope) / s;
        let (_, noise_slope) = self.unit_noise(field.order(response), response, t);
        2.0 * spread_slope / s - noise_slope * response_slope
    }

    /// 1 − m and α at the end of the branch.
    fn fold(self, t: f64) -> Option<(f64, f64)> {
        let top = self.lack_without_load(t)?.max(0.1 * NEGLIGIBLE);
        let power = f64::from(self.order - 1);
        // Even steps in m^(n−1), on whose scale the curve varies for any n.
        let (high, low) = ((1.0 - top).powf(power), self.lowest_overlap(t).powf(power));
        let at =
            |step: f64| if step == 0.0 { top } else { 1.0 - (high - (high - low) * step).powf(1.0 / power) };
        let (before, after) = first_rise(24, at, |lack| self.ising_slope(lack, t))?;
        let lack = root(before, after, |lack| self.ising_slope(lack, t))?;
        Some((lack, self.ising_load(lack, t)))
    }

    pub(super) fn ising_end(self, t: f64) -> Option<Capacity> {
        let (lack, alpha) = self.fold(t)?;
        let field = self.field(lack, t)?;
        Some(Capacity { alpha, m: 1.0 - lack, q: field.order(field.response()) })
    }

    pub(super) fn ising_state(self, alpha: f64, t: f64) -> Option<State> {
        if alpha == 0.0 {
            let lack = self.lack_without_load(t)?;
            return Some(self.state_without_load(1.0 - lack, t));
        }
        // Where nothing is missing from m and q, the first iteration is the solution.
        let (signal, _) = self.signal(0.0);
        let spread = (alpha * self.unit_noise(1.0, 0.0, t).0).sqrt();
        let field = Field { signal, spread, t };
        if field.lack() < NEGLIGIBLE && field.response() < NEGLIGIBLE {
            return Some(self.with_field(alpha, 1.0, field));
        }
        let (end, largest) = self.fold(t)?;
        if alpha > largest {
            return None;
        }
        let top = self.lack_without_load(t)?.max(0.1 * NEGLIGIBLE);
        let excess = |log: f64| (self.ising_load(log.exp(), t) / alpha).ln();
        let lack = root(top.ln(), end.ln(), excess).map_or(end, f64::exp);
        Some(self.with_field(alpha, 1.0 - lack, self.field(lack, t)?))
    }

    fn state_without_load(self, m: f64, t: f64) -> State {
        let n = f64::from(self.order);
        let (signal, _) = self.signal(1.0 - m);
        let log_cosh = if t == 0.0 { signal } else { signal + t * (-2.0 * signal / t).exp().ln_1p() };
        let shift = if self.order == 2 { 0.5 * m * m } else { (n - 1.0) * m.powi(self.power()) };
        State { m, q: m * m, noise: 0.0, free_energy: shift - log_cosh, stable: true }
    }

    /// The state with the overlap `m` in the field `field` at the load `alpha`.
    pub(super) fn with_field(self, alpha: f64, m: f64, field: Field) -> State {
        let t = field.t;
        let response = field.response();
        let q = field.order(response);
        // Self-consistency has made it the variance of the field.
        let noise = field.spread * field.spread;
        let (energy, curvature) = if self.order == 2 {
            // 1 − C, which cancels in a spin glass at a small load, from noise = α q/(1 − C)².
            let gap = if noise > 0.0 { (alpha * q).sqrt() / field.spread } else { 1.0 - response };
            // α/2 − (α/2) q/(1 − C), which is the diagonal and the mean of the cross-talk, without
            // cancellation.
            let mean = -0.5 * alpha * response * (1.0 - t) / gap;
            let fluctuation = 0.5 * alpha * t * gap.ln() + 0.5 * noise * response;
            (0.5 * m * m + mean + fluctuation - self.diagonal(alpha), alpha / (gap * gap))
        } else {
            let cross = 0.5 * alpha * t * response * response * self.bend(q);
            (f64::from(self.order - 1) * m.powi(self.power()) - cross, alpha * self.slopes(q)[1])
        };
        // At T = 0 the average is a delta function, which may underflow, over T.
        let stable = t > 0.0 && curvature * field.squared_response() <= t;
        State { m, q, noise, free_energy: energy - field.log_cosh(), stable }
    }
}
