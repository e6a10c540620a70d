//! Lines in the plane of load and temperature.

use dam_core::{Extensive, Overlap};

use super::check;
use super::rates::RateFunction;
use super::solver::{TemperatureLimit, Theory};
use crate::Error;

/// A point of a phase boundary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Boundary {
    /// The load α = ln M / N.
    pub alpha: f64,
    /// What the noise floor is like there.
    pub regime: Regime,
}

/// The noise floor at a phase boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
    /// A few nearest patterns carry it.
    Condensed,
    /// Exponentially many patterns carry it.
    Uncondensed,
    /// It begins there: patterns reach into the support of the kernel.
    Support,
}

impl<K: Extensive, S: RateFunction, E: RateFunction> Theory<K, S, E> {
    /// α_c(T): the load at which the noise floor comes down to the free energy of retrieval. `None` where
    /// there is no retrieval below it at any load: the state is lost, or a state that knows no pattern is better.
    ///
    /// At T = 0 it is the threshold α_1 up to which a typical pattern is a minimum of the energy.
    ///
    /// # Errors
    /// As [`retrieval`](Self::retrieval).
    ///
    /// # Reference
    /// "Thermal phases", eq. 22; at T = 0 Lucibello and Mézard (2024), α_1(λ).
    pub fn alpha_c(&self, t: f64) -> Result<Option<Boundary>, Error> {
        let Some(state) = self.retrieval(t)? else { return Ok(None) };
        let boundary = self.load_reaching(-state.free_energy / self.c());
        if boundary.is_none() && self.max_temperature().temperature() > t {
            let expected = "a T at which f_ret can be told from the energy of a state that knows no pattern";
            return Err(Error::Parameter { name: "temperature", expected, found: t });
        }
        Ok(boundary)
    }

    /// α_s(T): the load at which the floor comes down to the energy of the retrieval state, and its minimum of the
    /// free energy is gone. Between α_c and α_s retrieval is metastable.
    ///
    /// # Errors
    /// As [`retrieval`](Self::retrieval).
    pub fn alpha_spinodal(&self, t: f64) -> Result<Option<Boundary>, Error> {
        let state = self.retrieval(t)?;
        Ok(state.and_then(|state| self.load_reaching(-state.energy / self.c())))
    }

    /// T_c(α), the inverse of α_c(T).
    ///
    /// # Errors
    /// [`Error::Parameter`] unless α is finite and α >= 0.
    pub fn critical_temperature(&self, alpha: f64) -> Result<TemperatureLimit, Error> {
        check::load(alpha)?;
        Ok(self.temperature_of(self.floor(alpha).0.energy()))
    }

    /// Up to which temperature f_ret lies below `energy` per site, whatever has that energy: T_c(α) for another
    /// estimate of the floor, such as that of a finite N, or the level outside all supports of a kernel with a
    /// floor ε.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the energy is NaN.
    pub fn stable_against(&self, energy: f64) -> Result<TemperatureLimit, Error> {
        if energy.is_nan() {
            return Err(Error::Parameter { name: "energy", expected: "a number", found: energy });
        }
        Ok(self.temperature_of(energy))
    }

    /// T_s(α): up to which temperature the target keeps a minimum of the free energy among the other patterns. At
    /// least T_c.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless α is finite and α >= 0.
    pub fn spinodal_temperature(&self, alpha: f64) -> Result<TemperatureLimit, Error> {
        check::load(alpha)?;
        let exponent = self.floor(alpha).1;
        let Some(end) = self.well.end else { return Ok(TemperatureLimit::Never) };
        if exponent > 0.0 {
            return Ok(TemperatureLimit::Never);
        }
        Ok(match self.noise.falling_to(self.kernel(), exponent) {
            Some(y) if y < end => TemperatureLimit::Below(self.temperature_at(y)),
            _ => self.basin_limit(),
        })
    }

    /// The overlap down to which the target dominates the energy at load `alpha` and draws the state: at T = 0 a
    /// start above it is retrieved. The largest φ with k(φ) = ν(α), the largest at which k stops to rise, or the
    /// edge of the support; `None` beyond α_c(0).
    ///
    /// # Errors
    /// [`Error::Parameter`] unless α is finite and α >= 0.
    ///
    /// # Reference
    /// Lucibello and Mézard (2024): cos θ_c(α, λ).
    pub fn basin_edge(&self, alpha: f64) -> Result<Option<f64>, Error> {
        check::load(alpha)?;
        let exponent = self.floor(alpha).1;
        if exponent > 0.0 {
            return Ok(None);
        }
        let chart = self.well.chart;
        let crossing = self.noise.falling_to(self.kernel(), exponent).map(|y| chart.at(y).m());
        let turn = self.well.turn.map(|y| chart.at(y).m());
        let edge = self.noise.edge().m();
        Ok(Some([crossing, turn].into_iter().flatten().fold(edge, f64::max)))
    }

    /// The highest temperature with a retrieval phase at any load: where f_ret reaches the energy of a state that
    /// knows no pattern, or the basin of a single pattern is lost.
    #[must_use]
    pub fn max_temperature(&self) -> TemperatureLimit {
        let typical = -self.c() * self.k(Overlap::new(0.0, 1));
        // f_ret approaches the same number, to rounding, where φ goes to 0 continuously.
        self.temperature_of(typical + 1e-13 * typical.abs())
    }

    /// The smallest load with ν(α) >= `level`; `None` if that is 0.
    fn load_reaching(&self, level: f64) -> Option<Boundary> {
        let nearest = self.noise.first_reaching(self.kernel(), level).map(|(at, jump)| Boundary {
            alpha: -self.ensemble().s(at),
            regime: if jump { Regime::Support } else { Regime::Condensed },
        });
        let many = self
            .noise
            .points
            .iter()
            .filter(|p| p.k < level)
            .map(|p| Boundary { alpha: level - p.annealed, regime: Regime::Uncondensed });
        nearest.chain(many).min_by(|a, b| a.alpha.total_cmp(&b.alpha)).filter(|b| b.alpha > 0.0)
    }
}

impl<K: Extensive, R: RateFunction> Theory<K, R, R> {
    /// α_any(T): below this load the equilibrium state is the neighbourhood of *some* stored pattern, all of them
    /// together having the free energy f_ret − T α. `None` where there is no such state.
    ///
    /// It lies between α_c and α_s. Where T >= c the patterns win wherever their minima exist, and it is α_s. The
    /// comparison needs patterns that are distributed as the states are: other ensembles do not have this method.
    ///
    /// # Errors
    /// As [`retrieval`](Self::retrieval).
    pub fn alpha_any(&self, t: f64) -> Result<Option<Boundary>, Error> {
        let Some(state) = self.retrieval(t)? else { return Ok(None) };
        let Some(spinodal) = self.alpha_spinodal(t)? else { return Ok(None) };
        // The condensed floor consists of states near patterns itself: only the other one competes.
        let crossing = self
            .noise
            .points
            .iter()
            .map(|p| (-(state.free_energy + self.c() * p.annealed) / (self.c() - t)).max(p.load))
            .fold(f64::INFINITY, f64::min);
        if t >= self.c() || crossing >= spinodal.alpha {
            return Ok(Some(spinodal));
        }
        Ok((crossing > 0.0).then_some(Boundary { alpha: crossing, regime: Regime::Uncondensed }))
    }
}
