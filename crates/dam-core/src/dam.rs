//! A memory: stored patterns, a kernel, an aggregator and a prefactor.

use std::fmt;

use crate::aggregate::{Aggregator, Total};
use crate::energy::{Energy, LocalField};
use crate::kernel::Kernel;
use crate::reduce::Reduction;
use crate::space::{IntoState, StateSpace, VectorSpace};
use crate::store::{BitPatterns, DensePatterns, FieldIn, Overlaps, PatternStore, SHARD, StateIn, Storable};
use crate::{Error, Real};

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

    /// A memory over patterns that are stored already.
    ///
    /// # Errors
    /// As [`Dam::new`].
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

    /// The kernel F.
    #[must_use]
    pub fn kernel(&self) -> &K {
        &self.kernel
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

    /// [`nearest`](Self::nearest) of every state, on all cores of the caller's rayon pool.
    ///
    /// # Errors
    /// As [`StateSpace::check`].
    pub fn nearest_all(&self, x: &[StateIn<P>]) -> Result<Vec<(usize, f64)>, Error> {
        x.iter().try_for_each(|x| self.store.space().check("state", x))?;
        let mut best = vec![(0, f64::NEG_INFINITY); x.len()];
        crate::parallel::map_parts(&mut best, SCANNED, |part, best| {
            self.store.scan(&x[part * SCANNED..][..best.len()], |s, first, m| {
                for (k, &m) in m.iter().enumerate() {
                    if m > best[s].1 {
                        best[s] = (first + k, m);
                    }
                }
            });
        });
        Ok(best)
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

/// States that pass over the patterns together in [`Dam::nearest_all`].
const SCANNED: usize = 128;

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

impl<S: VectorSpace<Scalar = T>, T: Real, K: Kernel, Q: Aggregator> Dam<DensePatterns<S>, K, Q> {
    /// Runs `task` over the shards of patterns, in parallel if there is more than one; results in order.
    fn shards<R: Send>(&self, task: impl Fn(std::ops::Range<usize>) -> R + Sync) -> Vec<R> {
        let count = self.len().div_ceil(SHARD);
        let run = |k: usize| task(k * SHARD..((k + 1) * SHARD).min(self.len()));
        crate::parallel::map(count, run)
    }

    /// An empty sum over patterns.
    pub(crate) fn reduction(&self) -> Reduction<'_, K> {
        Reduction::new(&self.kernel, &self.tables, self.store.space().sites())
    }

    fn confinement(&self, x: &S::State) -> f64 {
        if S::CONFINED { 0.5 * crate::space::dot(x, x) } else { 0.0 }
    }

    pub(crate) fn dense_energies(&self, x: &[S::State], e: &mut [f64]) {
        let totals = self.shards(|range| {
            let mut totals = vec![self.reduction(); x.len()];
            self.store.scan_overlaps(range, x, |s, _, m| totals[s].value(m));
            totals
        });
        for (s, (e, x)) in e.iter_mut().zip(x).enumerate() {
            let mut total = totals[0][s].clone();
            totals[1..].iter().for_each(|later| {
                total.merge(&later[s]);
            });
            *e = self.energy_of(total.total()) + self.confinement(x);
        }
    }

    /// Fields and energies, with overlaps computed or known.
    pub(crate) fn dense_fields(
        &self,
        x: &[S::State],
        overlaps: Overlaps<'_, T>,
        h: &mut [S::Field],
        e: &mut [f64],
    ) {
        let n = self.store.space().sites();
        if x.len() == 1 && self.len() <= SHARD {
            // The one-state path: no buffer but the field itself.
            let mut total = self.reduction();
            let sum = h[0].as_mut_slice();
            self.store.scan_fields(0..self.len(), overlaps, sum, |_, _, m| total.weights(m));
            e[0] = self.finish_field(total.total(), &x[0], &mut h[0]);
            return;
        }
        let parts = self.shards(|range| {
            let mut totals = vec![self.reduction(); x.len()];
            let mut sums = vec![T::zero(); n * x.len()];
            self.store.scan_fields(range, overlaps, &mut sums, |s, _, m| totals[s].weights(m));
            (totals, sums)
        });
        for s in 0..x.len() {
            let sum_of = |part: usize| &parts[part].1[s * n..][..n];
            let mut total = parts[0].0[s].clone();
            h[s].as_mut_slice().copy_from_slice(sum_of(0));
            for part in 1..parts.len() {
                let (own, later) = total.merge(&parts[part].0[s]);
                let (own, later) = (T::narrow(own), T::narrow(later));
                h[s].iter_mut().zip(sum_of(part)).for_each(|(h, &l)| *h = *h * own + l * later);
            }
            e[s] = self.finish_field(total.total(), &x[s], &mut h[s]);
        }
    }

    /// From Σ_μ w_μ ξ^μ to the field; returns the energy.
    fn finish_field(&self, total: Total, x: &S::State, h: &mut S::Field) -> f64 {
        let factor = self.field_factor(total);
        // A field that leaves f32 keeps its direction.
        let factor =
            T::narrow(if factor == 0.0 { 0.0 } else { factor.clamp(1.0 / T::MOST_FACTOR, T::MOST_FACTOR) });
        if S::CONFINED {
            h.iter_mut().zip(x.iter()).for_each(|(h, &x)| *h = *h * factor - x);
        } else {
            h.iter_mut().for_each(|h| *h *= factor);
        }
        self.energy_of(total) + self.confinement(x)
    }
}
