//! A memory: stored patterns, a kernel, an aggregator and a prefactor.

use std::fmt;

use crate::aggregate::{Aggregator, LogSum, Total};
use crate::energy::{Energy, LocalField};
use crate::kernel::Kernel;
use crate::space::{IntoState, StateSpace};
use crate::store::{BitPatterns, EditableStore, FieldIn, PatternStore, StateIn, Storable};
use crate::{Error, Overlap};

/// [`Dam::nearest_all`]: states that pass over the patterns together, and patterns of a task.
const SCANNED: usize = 128;
const PART: usize = 1 << 18;

/// A dense associative memory, `E(x) = −c Q(Σ_μ F(x·ξ^μ/N)) [+ |x|²/2 in the Euclidean space]`.
///
/// Everything is decided at construction: the space and the patterns ([`Dam::new`]), the kernel F, the
/// aggregator Q ([`Sum`](crate::Sum), [`LogSum`](crate::LogSum), [`FlooredLogSum`](crate::FlooredLogSum))
/// and the prefactor c > 0. The papers' own choices are in [`models`](crate::models). Capabilities (field,
/// flip price, rays, …) follow from the types; an illegal combination does not compile.
///
/// # Example
/// ```
/// use dam_core::prelude::*;
/// let streams = Streams::new(1);
/// let space = Hypercube::new(100)?;
/// let patterns: Vec<Spins> =
///     (0..20).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
/// let memory = Dam::new(space, Monomial::new(3)?, Sum, 1.0, &patterns)?;
/// let mut cue = patterns[7].clone();
/// (0..10).for_each(|i| cue.flip(i));
/// let recall = memory.recall(&cue)?;
/// assert_eq!((recall.nearest, recall.overlap), (7, 1.0));
/// # Ok::<(), dam_core::Error>(())
/// ```
pub struct Dam<P: PatternStore, K, Q> {
    pub(crate) store: P,
    pub(crate) kernel: K,
    pub(crate) aggregator: Q,
    pub(crate) prefactor: f64,
    pub(crate) tables: P::Tables,
}

impl<P: PatternStore, K: Clone, Q: Clone> Clone for Dam<P, K, Q> {
    fn clone(&self) -> Self {
        Self {
            store: self.store.clone(),
            kernel: self.kernel.clone(),
            aggregator: self.aggregator.clone(),
            prefactor: self.prefactor,
            tables: self.tables.clone(),
        }
    }
}

// By the kernel's type name, so that a memory of any kernel, boxed or not, can be unwrapped and printed.
impl<P: PatternStore, K, Q: fmt::Debug> fmt::Debug for Dam<P, K, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dam")
            .field("space", self.store.space())
            .field("patterns", &self.store.len())
            .field("kernel", &std::any::type_name::<K>())
            .field("aggregator", &self.aggregator)
            .field("prefactor", &self.prefactor)
            .finish()
    }
}

impl<P: PatternStore, K: Kernel, Q: Aggregator> Dam<P, K, Q> {
    /// A memory of `patterns` in `space`.
    ///
    /// `patterns` is anything that iterates over states ([`IntoState`] lists what counts as one): a `Vec` or
    /// slice of states, `matrix.column_iter()` of an N × M `DMatrix`, rows of numbers, ±1 as `i8` or `bool`.
    ///
    /// # Errors
    /// [`Error::NoPatterns`]; what [`IntoState::into_state`] finds wrong with a pattern;
    /// [`Error::Parameter`] unless `prefactor` is positive and finite; [`Error::KernelNotFinite`],
    /// [`Error::KernelNegative`] and [`Error::KernelInconsistent`] for an unusable kernel.
    pub fn new<S, I>(space: S, kernel: K, aggregator: Q, prefactor: f64, patterns: I) -> Result<Self, Error>
    where
        S: Storable<Store = P>,
        I: IntoIterator<Item: IntoState<S>>,
    {
        let reader = space.clone();
        let store = space.store(patterns.into_iter().map(|p| p.into_state(&reader)))?;
        Self::with_store(store, kernel, aggregator, prefactor)
    }

    /// A memory over patterns that are stored already, or made again for every pass, with prefactor c > 0.
    ///
    /// # Errors
    /// [`Error::Parameter`] and the errors of an unusable kernel, as [`Dam::new`].
    pub fn with_store(store: P, kernel: K, aggregator: Q, prefactor: f64) -> Result<Self, Error> {
        let prefactor = crate::error::parameter("prefactor", "c > 0", prefactor, prefactor > 0.0)?;
        let tables = store.tables(&kernel)?;
        Ok(Self { store, kernel, aggregator, prefactor, tables })
    }

    /// The stored patterns.
    #[must_use]
    pub fn store(&self) -> &P {
        &self.store
    }

    /// The stored patterns, for a memory of another kernel ([`with_store`](Self::with_store)).
    #[must_use]
    pub fn into_store(self) -> P {
        self.store
    }

    /// The kernel F.
    #[must_use]
    pub fn kernel(&self) -> &K {
        &self.kernel
    }

    /// The aggregator Q.
    #[must_use]
    pub fn aggregator(&self) -> &Q {
        &self.aggregator
    }

    /// The prefactor c.
    #[must_use]
    pub fn prefactor(&self) -> f64 {
        self.prefactor
    }

    /// The number of patterns M (at least one).
    #[must_use]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.store.len()
    }

    /// A copy of pattern `mu`.
    ///
    /// # Errors
    /// [`Error::PatternIndex`] if `mu >= M`.
    pub fn pattern(&self, mu: usize) -> Result<StateIn<P>, Error> {
        self.store.pattern(mu)
    }

    /// The overlaps x·ξ^μ/N with all patterns.
    ///
    /// # Errors
    /// As [`StateSpace::check`].
    pub fn overlaps(&self, x: &StateIn<P>) -> Result<Vec<f64>, Error> {
        self.store.space().check("state", x)?;
        let mut all = vec![0.0; self.len()];
        self.store.scan(std::slice::from_ref(x), |_, first, m| {
            all[first..first + m.len()].copy_from_slice(m);
        });
        Ok(all)
    }

    /// The pattern of largest overlap with `x`, and that overlap; the first of equals.
    ///
    /// # Errors
    /// As [`StateSpace::check`].
    pub fn nearest(&self, x: &StateIn<P>) -> Result<(usize, f64), Error> {
        Ok(self.nearest_all(std::slice::from_ref(x))?[0])
    }

    /// [`nearest`](Self::nearest) of every state, on all cores of the caller's rayon pool. The last bits of an overlap on the
    /// vector spaces depend on the batch.
    ///
    /// # Errors
    /// As [`StateSpace::check`].
    pub fn nearest_all(&self, x: &[StateIn<P>]) -> Result<Vec<(usize, f64)>, Error> {
        x.iter().try_for_each(|x| self.store.space().check("state", x))?;
        let mut best = vec![(0, f64::NEG_INFINITY); x.len()];
        let parts = self.len().div_ceil(PART);
        let chunks: Vec<&[StateIn<P>]> = x.chunks(SCANNED).collect();
        let found = crate::parallel::in_order(chunks.len() * parts, |task| {
            self.nearest_of(task % parts * PART, chunks[task / parts])
        });
        // Parts come in order, so the first of equals stays.
        for (task, found) in found.enumerate() {
            for (best, found) in best[task / parts * SCANNED..].iter_mut().zip(found) {
                if found.1 > best.1 {
                    *best = found;
                }
            }
        }
        Ok(best)
    }

    /// The nearest of the patterns of one part, which begins with pattern `first`.
    fn nearest_of(&self, first: usize, x: &[StateIn<P>]) -> Vec<(usize, f64)> {
        let mut best = vec![(first, f64::NEG_INFINITY); x.len()];
        self.store.scan_part(first..self.len().min(first + PART), x, |s, first, m| {
            for (k, &m) in m.iter().enumerate() {
                if m > best[s].1 {
                    best[s] = (first + k, m);
                }
            }
        });
        best
    }

    /// −c Q(Σ).
    pub(crate) fn energy_of(&self, total: Total) -> f64 {
        -self.prefactor * self.aggregator.value(total)
    }

    /// What turns Σ_μ w_μ ξ^μ into the field: c dQ/dΣ / N.
    pub(crate) fn field_factor(&self, total: Total) -> f64 {
        self.prefactor * self.aggregator.slope(total) / self.store.space().sites() as f64
    }
}

impl<K: Kernel, Q: Aggregator> Dam<BitPatterns, K, Q> {
    /// Whether energies, fields and flip prices are exact integers (up to their unit): an integer kernel,
    /// [`Sum`](crate::Sum), and M times the largest entry of its tables (values, slopes and differences up to
    /// the dot products ±(N + 2)) within a quarter of an `i128`. If not, they are f64.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        Q::ADDITIVE && self.tables.is_integer()
    }
}

impl<P: EditableStore, K: Kernel, Q: Aggregator> Dam<P, K, Q> {
    /// Adds a pattern at the end; amortised O(N).
    ///
    /// # Errors
    /// What [`IntoState::into_state`] finds wrong with it.
    pub fn push(&mut self, pattern: impl IntoState<P::Space>) -> Result<(), Error> {
        let pattern = pattern.into_state(self.store.space())?;
        self.store.push(pattern)?;
        self.retabulate()
    }

    /// Removes pattern `mu` in O(N) and returns it; the last pattern takes its index.
    ///
    /// # Errors
    /// [`Error::PatternIndex`] if `mu >= M`; [`Error::NoPatterns`] if it is the only one.
    pub fn swap_remove(&mut self, mu: usize) -> Result<StateIn<P>, Error> {
        let taken = self.store.swap_remove(mu)?;
        self.retabulate()?;
        Ok(taken)
    }

    fn retabulate(&mut self) -> Result<(), Error> {
        if !self.store.tables_hold(&self.tables, &self.kernel) {
            self.tables = self.store.tables(&self.kernel)?;
        }
        Ok(())
    }
}

impl<P: PatternStore, K: Kernel> Dam<P, K, LogSum> {
    /// The attention weight of pattern `mu[k]` at state `x[k]`, its share p_μ = F(m_μ) / Σ_ν F(m_ν) of the sum: for the
    /// exponential kernel the softmax weight. In [0, 1]; where other F are negative, a share above 1
    /// counts as 1. It is made of the energy, and as exact as
    /// ln Σ_ν F, whose rounding is some 10⁻¹⁵ of ln Σ_ν F + |x|²/2c in f64, and 10⁻⁶ in f32. NaN where there is no share: all F vanish,
    /// the sum or F(m_μ) is negative, or the energy is not finite.
    ///
    /// Above 1/2 the pattern outweighs all others: it is the criterion of retrieval where lost states keep a large overlap
    /// with it (Lucibello and Mézard 2024, λ > 1).
    ///
    /// # Errors
    /// As [`StateSpace::check`]; [`Error::Dimension`] unless there is one pattern for each state;
    /// [`Error::PatternIndex`] if one is not below M.
    pub fn attention_weights(&self, x: &[StateIn<P>], mu: &[usize]) -> Result<Vec<f64>, Error> {
        if mu.len() != x.len() {
            return Err(Error::Dimension { what: "patterns", expected: x.len(), found: mu.len() });
        }
        let space = self.store.space();
        x.iter().try_for_each(|x| space.check("state", x))?;
        let patterns = mu.iter().map(|&mu| self.pattern(mu)).collect::<Result<Vec<_>, _>>()?;
        let mut energies = vec![0.0; x.len()];
        self.energies(x, &mut energies);
        let weight = |((x, pattern), e): ((&StateIn<P>, &StateIn<P>), &f64)| {
            let ln_total = (space.confinement(x) - e) / self.prefactor;
            let overlap = Overlap::new(space.overlap(x, pattern), space.sites());
            let weight = (self.kernel.ln_f(overlap) - ln_total).exp();
            // A pattern that is nearly all of the sum may exceed it by a rounding.
            if ln_total.is_finite() { weight.clamp(0.0, 1.0) } else { f64::NAN }
        };
        Ok(x.iter().zip(&patterns).zip(&energies).map(weight).collect())
    }
}

impl<P: PatternStore, K: Kernel, Q: Aggregator> Energy for Dam<P, K, Q> {
    type Space = P::Space;

    fn space(&self) -> &P::Space {
        self.store.space()
    }

    fn energy(&self, x: &StateIn<P>) -> f64 {
        let mut e = [0.0];
        P::energies(self, std::slice::from_ref(x), &mut e);
        e[0]
    }

    fn energies(&self, x: &[StateIn<P>], e: &mut [f64]) {
        P::energies(self, x, e);
    }

    fn group(&self) -> usize {
        self.store.group()
    }
}

impl<P: PatternStore, K: Kernel, Q: Aggregator> LocalField for Dam<P, K, Q> {
    fn field(&self, x: &StateIn<P>, h: &mut FieldIn<P>) -> f64 {
        let mut e = [0.0];
        P::fields(self, std::slice::from_ref(x), std::slice::from_mut(h), &mut e);
        e[0]
    }

    fn fields(&self, x: &[StateIn<P>], h: &mut [FieldIn<P>], e: &mut [f64]) {
        P::fields(self, x, h, e);
    }
}
