//! The theory of one kernel in one space with one ensemble of patterns, and its state of retrieval.

use dam_core::{Dam, Extensive, LogSum, Overlap, PatternStore};

use super::chart::Chart;
use super::check;
use super::noise::Noise;
use super::rates::{Entropic, RateFunction};
use super::roots::{minimum, root};
use crate::Error;

/// Retrieval with M = e^{αN} patterns as N → ∞: phase boundaries, thresholds and metastability limits of **any**
/// [`Extensive`] kernel in any space with any ensemble of patterns.
///
/// # Energy
/// ```text
/// H = −c ln Σ_μ F(m_μ),   ln F = N k(m),   k counted from its value at the pattern: k(1) = 0
/// u(φ) = −c k(φ)                       energy per site of a state at overlap φ with the target
/// f_ret(T) = min near φ = 1 of u − T s_space(φ)
/// ν(α) = max of α + s_patterns(φ) + k(φ) over s_patterns(φ) >= −α;   u_noise = −c ν
/// α_c(T):  u_noise(α) = f_ret(T)
/// ```
/// The floor u_noise is that of a random energy model: condensed on the nearest patterns or carried by
/// exponentially many ([`NoiseFloor`](super::NoiseFloor)). The solver uses nothing of a kernel but k and dk/dm, so
/// closed forms ([`closed`](super::closed)) are its tests, not its parts. Structure of k that is narrower than
/// a tenth in the log-odds of the overlap may be missed. Making a theory allocates; its methods do not (cost:
/// `benches/phase_diagram.rs`).
///
/// # Example
/// ```
/// use dam_analysis::theory::{ExactSphere, GaussianTail, Regime, Theory};
/// use dam_core::kernel::Exponential;
///
/// // LSE as in "thermal phases": states on the sphere, the Gaussian tail for the patterns (its eq. 35)
/// let paper = Theory::new(Exponential::anchored(1.0)?, 1.0, ExactSphere, GaussianTail)?;
/// let boundary = paper.alpha_c(0.5)?.unwrap();
/// assert!((boundary.alpha - 0.14885).abs() < 5e-6 && boundary.regime == Regime::Condensed);
///
/// // with the exact measure for both
/// let exact = paper.with_ensemble(ExactSphere)?;
/// assert!((exact.alpha_c(0.5)?.unwrap().alpha - 0.17670).abs() < 5e-6);
/// assert!((exact.retrieval(0.5)?.unwrap().phi - 0.78078).abs() < 5e-6);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
/// "Thermal phases", sections 3–4, generalised; at T = 0 Lucibello and Mézard (2024). Where the paper's formulas
/// and these differ, `docs/errata.md` says why.
#[derive(Clone, Debug)]
pub struct Theory<K, S, E> {
    kernel: K,
    c: f64,
    space: S,
    ensemble: E,
    pub(super) well: Well,
    pub(super) noise: Noise,
}

/// One state of retrieval: the overlap with the target and its free energy per site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetrievalState {
    /// The overlap φ with the target.
    pub phi: f64,
    /// 1 − φ, with all its digits.
    pub gap: f64,
    /// The energy per site u(φ), counted from that of the target itself.
    pub energy: f64,
    /// f_ret = u − T s.
    pub free_energy: f64,
}

/// Up to which temperature something holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TemperatureLimit {
    /// Not even at T = 0.
    Never,
    /// Below this temperature.
    Below(f64),
    /// At every temperature.
    Always,
}

impl TemperatureLimit {
    /// The temperature: 0 for `Never`, +∞ for `Always`.
    #[must_use]
    pub fn temperature(self) -> f64 {
        match self {
            Self::Never => 0.0,
            Self::Below(t) => t,
            Self::Always => f64::INFINITY,
        }
    }
}

/// The branch of retrieval states: the stretch of overlaps next to 1 along which the temperature rises.
#[derive(Clone, Copy, Debug)]
pub(super) struct Well {
    pub(super) chart: Chart,
    /// Where the branch ends, as a coordinate of the chart; `None` if there is no branch.
    pub(super) end: Option<f64>,
    /// What happens at higher temperatures.
    pub(super) beyond: Beyond,
    /// Going inwards from 1, where k falls for the first time; `None` if it rises towards 1 all the way from the end
    /// of the chart.
    pub(super) turn: Option<f64>,
}

/// What a state does at temperatures above those of its branch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Beyond {
    /// It is lost.
    Lost,
    /// The branch goes on, nearer to its end than doubles are.
    Open,
    /// It stays at the edge of a support whose k does not fall to −∞ there.
    Pinned,
}

impl<K: Extensive, S: RateFunction, E: RateFunction> Theory<K, S, E> {
    /// The theory of `H = −c ln Σ_μ F(m_μ)` for states with the entropy `space` and patterns with the rate
    /// `ensemble`.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless c is positive and finite; [`Error::Core`] with
    /// [`KernelNotFinite`](dam_core::Error::KernelNotFinite) or
    /// [`KernelInconsistent`](dam_core::Error::KernelInconsistent) for a kernel whose rate is NaN or +∞ on [−1, 1],
    /// infinite at 1, depends on N, or does not have the slope it says.
    pub fn new(kernel: K, c: f64, space: S, ensemble: E) -> Result<Self, Error> {
        check::positive("prefactor c", c)?;
        check::rate(&kernel)?;
        let noise = Noise::new(&kernel, &ensemble);
        let mut theory = Self {
            well: Well { chart: noise.chart(), end: None, beyond: Beyond::Lost, turn: None },
            kernel,
            c,
            space,
            ensemble,
            noise,
        };
        theory.find_branch();
        Ok(theory)
    }

    /// The same with another ensemble of patterns.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_ensemble<E2: RateFunction>(self, ensemble: E2) -> Result<Theory<K, S, E2>, Error> {
        Theory::new(self.kernel, self.c, self.space, ensemble)
    }

    /// k(φ), from its value at 1.
    pub(super) fn k(&self, at: Overlap) -> f64 {
        self.noise.k(&self.kernel, at)
    }

    /// The kernel.
    pub fn kernel(&self) -> &K {
        &self.kernel
    }

    pub(super) fn c(&self) -> f64 {
        self.c
    }

    pub(super) fn ensemble(&self) -> &E {
        &self.ensemble
    }

    /// The temperature at which a state at y is stationary: c k'(φ) = −T s'(φ).
    pub(super) fn temperature_at(&self, y: f64) -> f64 {
        let at = self.well.chart.at(y);
        self.c * self.kernel.rate_slope(at) / -self.space.ds(at)
    }

    /// Its logarithm, −∞ where k is flat, NaN where it falls towards 1. Next to 1 the temperature itself may
    /// underflow.
    fn ln_temperature_at(&self, y: f64) -> f64 {
        let at = self.well.chart.at(y);
        self.c.ln() + self.kernel.rate_slope(at).ln() - (-self.space.ds(at)).ln()
    }

    /// The free energy of a state at y and temperature t.
    fn free_energy_of(&self, y: f64, t: f64) -> f64 {
        let at = self.well.chart.at(y);
        -self.c * self.k(at) - t * self.space.s(at)
    }

    /// The free energy of the stationary state at y.
    pub(super) fn free_energy_at(&self, y: f64) -> f64 {
        self.free_energy_of(y, self.temperature_at(y))
    }

    /// From the target inwards the temperature rises from 0; the branch ends where it falls for the first time.
    fn find_branch(&mut self) {
        let chart = self.well.chart;
        let grid: Vec<f64> = chart.grid().collect();
        let falls = |y: f64| self.kernel.rate_slope(chart.at(y)) < 0.0;
        self.well.turn =
            grid.iter().rev().zip(grid.iter().rev().skip(1)).find(|(_, inner)| falls(**inner)).map(
                |(&outer, &inner)| {
                    root(outer, inner, |y| self.kernel.rate_slope(chart.at(y))).unwrap_or(inner)
                },
            );
        let high = chart.range().1;
        let mut ys = [chart.range().0; 3];
        let mut last = f64::NEG_INFINITY;
        for &y in grid.iter().rev() {
            ys = [ys[1], ys[2], y];
            let t = self.ln_temperature_at(y);
            if t.is_nan() || t < last {
                // Without a rise before, the target is no minimum.
                if last > f64::NEG_INFINITY {
                    let (top, _) = minimum(ys[0], ys[2], |y| -self.temperature_at(y));
                    self.well.end = Some(top);
                }
                return;
            }
            last = t;
        }
        self.well.end = Some(high);
        // Still rising at the last, as 1/φ does or a logarithm at the edge of its support.
        self.well.beyond = if last > 0.5 + self.ln_temperature_at(high - 5.0) {
            Beyond::Open
        } else if self.noise.support < 1.0 {
            Beyond::Pinned
        } else {
            Beyond::Lost
        };
    }

    /// The state of retrieval at temperature `t`, in units of the energy; `None` where it is lost, because the basin of a
    /// single pattern has no minimum of the free energy any more.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless T is finite and T >= 0, or if T is so high that the state cannot be told from the
    /// edge of the kernel's support.
    pub fn retrieval(&self, t: f64) -> Result<Option<RetrievalState>, Error> {
        check::temperature(t)?;
        let Some(end) = self.well.end else { return Ok(None) };
        if t == 0.0 {
            return Ok(Some(RetrievalState { phi: 1.0, gap: 0.0, energy: 0.0, free_energy: 0.0 }));
        }
        let low = self.well.chart.range().0;
        let (y, gap) = if t <= self.temperature_at(end) {
            match root(low, end, |y| self.ln_temperature_at(y) - t.ln()) {
                Some(y) => (y, self.well.chart.at(y).gap()),
                // Below all doubles: on the hypercube it is 2 exp(−2/T).
                None => (low, 0.0),
            }
        } else {
            match self.well.beyond {
                Beyond::Lost => return Ok(None),
                Beyond::Pinned => (end, self.well.chart.at(end).gap()),
                Beyond::Open => {
                    let expected = "a T at which the overlap can be told from the edge of the support";
                    return Err(Error::Parameter { name: "temperature", expected, found: t });
                }
            }
        };
        let at = self.well.chart.at(y);
        let free_energy = self.free_energy_of(y, t);
        Ok(Some(RetrievalState { phi: at.m(), gap, energy: -self.c * self.k(at), free_energy }))
    }

    /// Up to which temperature the basin of a single pattern has a minimum of the free energy at all, without
    /// other patterns. LSE and LSR have one always.
    #[must_use]
    pub fn basin_limit(&self) -> TemperatureLimit {
        match self.well.end {
            None => TemperatureLimit::Never,
            Some(end) if self.well.beyond == Beyond::Lost => {
                TemperatureLimit::Below(self.temperature_at(end))
            }
            Some(_) => TemperatureLimit::Always,
        }
    }

    /// The temperature at which f_ret reaches `u`, on the branch.
    pub(super) fn temperature_of(&self, u: f64) -> TemperatureLimit {
        let Some(end) = self.well.end else { return TemperatureLimit::Never };
        if u < 0.0 {
            return TemperatureLimit::Never;
        }
        let at_end = self.free_energy_at(end);
        if at_end <= u {
            if self.well.beyond == Beyond::Pinned && u < f64::INFINITY {
                // There f_ret rises with T at a constant overlap.
                let slope = -self.space.s(self.well.chart.at(end));
                return TemperatureLimit::Below(self.temperature_at(end) + (u - at_end) / slope);
            }
            return self.basin_limit();
        }
        let low = self.well.chart.range().0;
        match root(low, end, |y| self.free_energy_at(y) - u) {
            Some(y) => TemperatureLimit::Below(self.temperature_at(y)),
            // Nearer to 1 than all doubles the overlap is 1 and f_ret = −T s: on the hypercube T ln 2.
            None => TemperatureLimit::Below(u / -self.space.s(self.well.chart.at(low))),
        }
    }
}

impl<'a, K: Extensive, R: RateFunction + Default> Theory<&'a K, R, R> {
    /// The theory of a memory, for patterns that are uniform in its space; others by
    /// [`with_ensemble`](Theory::with_ensemble). The number of its patterns plays no part: loads are arguments.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    ///
    /// # Example
    /// ```
    /// use dam_analysis::theory::Theory;
    /// use dam_core::prelude::*;
    /// let space = Sphere::<f64>::new(50)?;
    /// let pattern = space.sample(&mut Streams::new(1).rng(Purpose::Patterns, 0));
    /// let memory = models::lse(space, 1.0, [pattern])?;
    /// let boundary = Theory::of(&memory)?.alpha_c(0.0)?.unwrap();
    /// assert!((boundary.alpha - 0.6225719).abs() < 1e-7);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    pub fn of<P>(memory: &'a Dam<P, K, LogSum>) -> Result<Self, Error>
    where
        P: PatternStore<Space: Entropic<Rate = R>>,
    {
        Self::new(memory.kernel(), memory.prefactor(), R::default(), R::default())
    }
}
