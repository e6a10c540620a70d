//! Pattern stores: where the patterns lie in memory, and the scans over them.

mod bits;
mod bricks;
mod dense;
mod flips;
mod held;
mod panels;
mod shards;
mod tables;

pub use bits::BitPatterns;
pub use bricks::{Bricks, Held, Regenerated};
pub use dense::DensePatterns;
pub(crate) use dense::{GROUP, Overlaps};
pub use flips::FlipCache;
pub(crate) use panels::States;

use std::fmt::Debug;
use std::ops::Range;

use crate::aggregate::Aggregator;
use crate::form::Form;
use crate::kernel::check_on_line;
use crate::space::{Euclidean, Hypercube, Sphere, StateSpace, VectorSpace};
use crate::{Dam, Error, Kernel, Real};

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::BitPatterns {}
    impl<S: super::VectorSpace, B> Sealed for super::DensePatterns<S, B> {}
}

/// The state type of a store's space.
pub type StateIn<P> = <<P as PatternStore>::Space as StateSpace>::State;
/// The field type of a store's space.
pub type FieldIn<P> = <<P as PatternStore>::Space as StateSpace>::Field;

/// Stored patterns (sealed machinery: [`BitPatterns`] and [`DensePatterns`]).
///
/// The store owns the loops of energies and fields, because only it knows its layout.
#[allow(clippy::len_without_is_empty)] // never empty
pub trait PatternStore: sealed::Sealed + Clone + Debug + Send + Sync + Sized {
    /// The space whose states the patterns are.
    type Space: StateSpace;
    /// What is tabulated of a kernel at construction.
    #[doc(hidden)]
    type Tables: Clone + Debug + Send + Sync;

    /// The space.
    fn space(&self) -> &Self::Space;

    /// The number of patterns M, at least one.
    fn len(&self) -> usize;

    /// A copy of pattern `mu`.
    ///
    /// # Errors
    /// [`Error::PatternIndex`] if `mu >= M`.
    fn pattern(&self, mu: usize) -> Result<StateIn<Self>, Error>;

    /// As [`Energy::group`](crate::Energy::group).
    #[doc(hidden)]
    fn group(&self) -> usize {
        32
    }

    /// Visits the overlaps x·ξ/N of every state with every pattern, in blocks:
    /// `visit(state, first pattern, overlaps)`.
    ///
    /// # Panics
    /// May panic if a state is not of this space.
    fn scan(&self, x: &[StateIn<Self>], visit: impl FnMut(usize, usize, &[f64])) {
        self.scan_part(0..self.len(), x, visit);
    }

    /// As [`scan`](Self::scan), over some of the patterns.
    ///
    /// # Panics
    /// Unless the first is a multiple of 16 and the end at most M.
    #[doc(hidden)]
    fn scan_part(&self, part: Range<usize>, x: &[StateIn<Self>], visit: impl FnMut(usize, usize, &[f64]));

    #[doc(hidden)]
    fn tables<K: Kernel>(&self, kernel: &K) -> Result<Self::Tables, Error>;

    #[doc(hidden)]
    fn energies<K: Kernel, Q: Aggregator>(dam: &Dam<Self, K, Q>, x: &[StateIn<Self>], e: &mut [f64]);

    #[doc(hidden)]
    fn fields<K: Kernel, Q: Aggregator>(
        dam: &Dam<Self, K, Q>,
        x: &[StateIn<Self>],
        h: &mut [FieldIn<Self>],
        e: &mut [f64],
    );
}

/// A store whose patterns can be added to and removed (machinery): all that are held in memory.
#[diagnostic::on_unimplemented(
    message = "the patterns of `{Self}` cannot be changed",
    note = "regenerated patterns are what their function makes; patterns that come and go are stored: `Dam::new`"
)]
pub trait EditableStore: PatternStore {
    /// Adds a pattern at the end, in amortised O(N).
    ///
    /// # Errors
    /// As [`StateSpace::check`].
    fn push(&mut self, pattern: StateIn<Self>) -> Result<(), Error>;

    /// Removes pattern `mu` in O(N); the last pattern takes its index.
    ///
    /// # Errors
    /// [`Error::PatternIndex`] if `mu >= M`; [`Error::NoPatterns`] if it is the only one.
    fn swap_remove(&mut self, mu: usize) -> Result<StateIn<Self>, Error>;

    /// Whether the tables are still right after patterns were added or removed.
    #[doc(hidden)]
    fn tables_hold<K: Kernel>(&self, tables: &Self::Tables, kernel: &K) -> bool;
}

/// A space with a store of its own: bits for the [`Hypercube`], dense bricks for [`Sphere`] and [`Euclidean`]
/// (machinery).
pub trait Storable: StateSpace {
    /// The store.
    type Store: EditableStore<Space = Self>;

    /// Stores patterns that have been checked.
    ///
    /// # Errors
    /// [`Error::NoPatterns`] for an empty iterator, and the first error of the iterator.
    fn store(self, patterns: impl Iterator<Item = Result<Self::State, Error>>) -> Result<Self::Store, Error>;
}

impl Storable for Hypercube {
    type Store = BitPatterns;
    fn store(self, patterns: impl Iterator<Item = Result<Self::State, Error>>) -> Result<Self::Store, Error> {
        BitPatterns::new(self, patterns)
    }
}

macro_rules! dense {
    ($space:ident) => {
        impl<T: Real> Storable for $space<T> {
            type Store = DensePatterns<Self>;
            fn store(
                self,
                patterns: impl Iterator<Item = Result<Self::State, Error>>,
            ) -> Result<Self::Store, Error> {
                DensePatterns::new(self, patterns)
            }
        }
    };
}
dense!(Sphere);
dense!(Euclidean);

/// The index rules of [`PatternStore::pattern`] and [`PatternStore::swap_remove`].
fn check_index(index: usize, len: usize) -> Result<(), Error> {
    if index < len { Ok(()) } else { Err(Error::PatternIndex { index, len }) }
}

/// The rule of [`PatternStore::scan_part`].
fn check_part(part: &Range<usize>, len: usize) {
    assert!(part.start.is_multiple_of(16) && part.end <= len, "patterns {part:?} of {len}");
}

fn check_removal(index: usize, len: usize) -> Result<(), Error> {
    check_index(index, len)?;
    if len == 1 { Err(Error::NoPatterns) } else { Ok(()) }
}

impl<S: VectorSpace, B: Bricks<S::Scalar>> PatternStore for DensePatterns<S, B> {
    type Space = S;
    type Tables = Form;

    fn space(&self) -> &S {
        self.space_ref()
    }

    fn len(&self) -> usize {
        self.count()
    }

    fn group(&self) -> usize {
        // Patterns that do not stay in cache are read once for each group. Regenerated ones move in the same groups, because
        // the last bits of a state depend on its batch.
        if self.count() * self.space_ref().sites() < 1 << 17 { 48 } else { GROUP }
    }

    fn pattern(&self, mu: usize) -> Result<S::State, Error> {
        check_index(mu, self.len())?;
        Ok(self.column(mu))
    }

    fn scan_part(&self, part: Range<usize>, x: &[S::State], mut visit: impl FnMut(usize, usize, &[f64])) {
        check_part(&part, self.len());
        let mut wide = Vec::new();
        self.scan_overlaps(part, x, |s, first, m| {
            wide.clear();
            wide.extend(m.iter().map(|m| m.widen()));
            visit(s, first, &wide);
        });
    }

    fn tables<K: Kernel>(&self, kernel: &K) -> Result<Form, Error> {
        let n = self.space().sites();
        check_on_line(kernel, n)?;
        Ok(Form::of::<K, S::Scalar>(kernel, n))
    }

    fn energies<K: Kernel, Q: Aggregator>(dam: &Dam<Self, K, Q>, x: &[S::State], e: &mut [f64]) {
        dam.dense_energies(x, e);
    }

    fn fields<K: Kernel, Q: Aggregator>(
        dam: &Dam<Self, K, Q>,
        x: &[S::State],
        h: &mut [S::Field],
        e: &mut [f64],
    ) {
        dam.dense_fields(x, Overlaps::Of(x), h, e);
    }
}

impl<S: VectorSpace> EditableStore for DensePatterns<S> {
    fn push(&mut self, pattern: S::State) -> Result<(), Error> {
        self.space().check("pattern", &pattern)?;
        self.append(&pattern);
        Ok(())
    }

    fn swap_remove(&mut self, mu: usize) -> Result<S::State, Error> {
        check_removal(mu, self.len())?;
        Ok(self.take_column(mu))
    }

    fn tables_hold<K: Kernel>(&self, _tables: &Form, _kernel: &K) -> bool {
        true
    }
}
