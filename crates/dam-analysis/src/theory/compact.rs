//! Kernels of order one with a compact support: eq. 7 LSR.

use dam_core::{CompactSupport, Dam, LogSum, PatternStore, StateSpace, kernel::Powered};

use super::boundary::{Boundary, Regime};
use super::check;
use super::rates::{Entropic, RateFunction};
use super::solver::{RetrievalState, TemperatureLimit, Theory};
use crate::Error;

/// Retrieval with e^{αN} patterns whose weights are of order one: `H = −c N ln Σ_μ F(m_μ)` with F = 0 beyond an edge.
///
/// The energy of one pattern is that of [`Powered`], so the state of retrieval is too. The noise is not: the random
/// patterns in the support of a state number exp(N (α − α_th)), their energy is of order N², and the target is
/// one term among them. So **retrieval is lost at α_th at every temperature**, 0 included, and below it there is no
/// floor. (With patterns at fixed weight per N the energies of a few near patterns still add up: two whose caps
/// meet lower the energy by c ln 2 per site, but such pairs are exponentially rare among random patterns.)
///
/// # Example
/// ```
/// use dam_analysis::theory::{CompactTheory, ExactSphere};
/// use dam_core::kernel::Epanechnikov;
/// let b = 2.0 + 2.0_f64.sqrt();
/// let lsr = CompactTheory::new(Epanechnikov::new(b)?, 1.0 / b, ExactSphere, ExactSphere)?;
/// let boundary = lsr.alpha_c(0.5)?.unwrap();
/// assert!((boundary.alpha - 2.0_f64.ln() / 2.0).abs() < 1e-12);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
/// "Thermal phases", eq. 7, where c = 1/b. The paper applies to it the theory of another model, F^N
/// (`docs/errata.md`).
#[derive(Clone, Debug)]
pub struct CompactTheory<K, S, E>(Theory<Powered<K>, S, E>);

impl<K: CompactSupport, S: RateFunction, E: RateFunction> CompactTheory<K, S, E> {
    /// The theory of `H = −c N ln Σ_μ F(m_μ)`; c is the prefactor of the energy per site, 1/b for LSR.
    ///
    /// # Errors
    /// As [`Theory::new`].
    pub fn new(kernel: K, c: f64, space: S, ensemble: E) -> Result<Self, Error> {
        Ok(Self(Theory::new(Powered(kernel), c, space, ensemble)?))
    }

    /// The state of retrieval, as [`Theory::retrieval`].
    ///
    /// # Errors
    /// As [`Theory::retrieval`].
    pub fn retrieval(&self, t: f64) -> Result<Option<RetrievalState>, Error> {
        self.0.retrieval(t)
    }

    /// α_th, as [`Theory::support_threshold`]; 0 for a kernel that is positive at overlap 0, such as one
    /// with a floor ε: exponentially many patterns are then too many at any rate.
    #[must_use]
    pub fn support_threshold(&self) -> f64 {
        self.0.support_threshold()
    }

    /// α_c(T) = α_th; `None` if that is 0, or where the state of retrieval is lost.
    ///
    /// # Errors
    /// As [`Theory::retrieval`].
    pub fn alpha_c(&self, t: f64) -> Result<Option<Boundary>, Error> {
        let alpha = self.support_threshold();
        let boundary = Boundary { alpha, regime: Regime::Support };
        Ok(self.retrieval(t)?.map(|_| boundary).filter(|b| b.alpha > 0.0))
    }

    /// Up to which temperature f_ret lies below `energy`, as [`Theory::stable_against`].
    ///
    /// # Errors
    /// [`Error::Parameter`] if the energy is NaN.
    pub fn stable_against(&self, energy: f64) -> Result<TemperatureLimit, Error> {
        self.0.stable_against(energy)
    }

    /// T_c(α): all temperatures of the basin below α_th, none above.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless α is finite and α >= 0.
    pub fn critical_temperature(&self, alpha: f64) -> Result<TemperatureLimit, Error> {
        check::load(alpha)?;
        let kept = alpha < self.support_threshold();
        Ok(if kept { self.0.basin_limit() } else { TemperatureLimit::Never })
    }
}

impl<'a, K: CompactSupport, R: RateFunction + Default> CompactTheory<&'a K, R, R> {
    /// The theory of a memory, for patterns that are uniform in its space.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn of<P>(memory: &'a Dam<P, K, LogSum>) -> Result<Self, Error>
    where
        P: PatternStore<Space: Entropic<Rate = R>>,
    {
        let sites = memory.store().space().sites() as f64;
        Self::new(memory.kernel(), memory.prefactor() / sites, R::default(), R::default())
    }
}
