//! Numbers beside those of the patterns.

use nalgebra::DVector;

use crate::simd::{Lines, panel_rows, strip};
use crate::store::{DensePatterns, PatternStore};
use crate::{Error, Real, VectorSpace};

/// One number for every entry of every pattern: a gradient, or the velocity of a descent with momentum.
///
/// ```
/// use dam_core::{learning::Gradient, prelude::*};
/// let space = Euclidean::<f32>::new(3)?;
/// let memory = models::polynomial(space, 2, [[1.0_f32, 0.5, 0.0].as_slice()])?;
/// assert_eq!(Gradient::zeros(memory.store()).pattern(0)?.as_slice(), [0.0; 3]);
/// # Ok::<(), dam_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Gradient<T: Real> {
    pub(super) sites: usize,
    pub(super) count: usize,
    /// In panels of patterns, one after the other: entry i of pattern r of a panel lies at `i·width + r`, the width being
    /// whole strips. What lies beyond the last pattern is zero.
    pub(super) panels: Lines<T>,
}

impl<T: Real> Gradient<T> {
    /// Zeros for these patterns.
    #[must_use]
    pub fn zeros<S: VectorSpace<Scalar = T>>(patterns: &DensePatterns<S>) -> Self {
        let (sites, count) = (patterns.space().sites(), patterns.len());
        Self { sites, count, panels: Lines::zeros(count.div_ceil(strip::<T>()) * sites) }
    }

    /// From one vector for every pattern, in order.
    ///
    /// # Errors
    /// [`Error::NoPatterns`]; [`Error::Dimension`] for vectors of unlike length; [`Error::NotFinite`].
    pub fn from_patterns<'a>(rows: impl ExactSizeIterator<Item = &'a DVector<T>>) -> Result<Self, Error> {
        let mut rows = rows.peekable();
        let (count, sites) = (rows.len(), rows.peek().ok_or(Error::NoPatterns)?.len());
        let mut all = Self { sites, count, panels: Lines::zeros(count.div_ceil(strip::<T>()) * sites) };
        for (mu, row) in rows.enumerate() {
            if row.len() != sites {
                return Err(Error::Dimension { what: "gradient", expected: sites, found: row.len() });
            }
            if let Some(site) = row.iter().position(|x| !x.widen().is_finite()) {
                return Err(Error::NotFinite { site, value: row[site].widen() });
            }
            let (first, step) = all.place(mu);
            all.panels[first..].iter_mut().step_by(step).zip(row.iter()).for_each(|(to, &x)| *to = x);
        }
        Ok(all)
    }

    /// The part of pattern `mu`.
    ///
    /// # Errors
    /// [`Error::PatternIndex`] if `mu >= M`.
    pub fn pattern(&self, mu: usize) -> Result<DVector<T>, Error> {
        if mu >= self.count {
            return Err(Error::PatternIndex { index: mu, len: self.count });
        }
        let (first, step) = self.place(mu);
        let entries = self.panels[first..].iter().step_by(step).take(self.sites);
        Ok(DVector::from_iterator(self.sites, entries.copied()))
    }

    /// Where the entries of a pattern start, and their distance.
    fn place(&self, mu: usize) -> (usize, usize) {
        let panel = mu / panel_rows::<T>();
        (panel * panel_rows::<T>() * self.sites + mu % panel_rows::<T>(), self.width(panel))
    }

    /// Lanes of a panel, whole strips.
    pub(super) fn width(&self, panel: usize) -> usize {
        width::<T>(self.count, panel)
    }

    /// Numbers of a panel; of the last perhaps fewer.
    pub(super) fn panel_len(&self) -> usize {
        panel_rows::<T>() * self.sites
    }

    pub(super) fn check<S: VectorSpace<Scalar = T>>(&self, patterns: &DensePatterns<S>) -> Result<(), Error> {
        let (sites, count) = (patterns.space().sites(), patterns.len());
        if self.sites != sites {
            return Err(Error::Dimension { what: "gradient", expected: sites, found: self.sites });
        }
        if self.count != count {
            return Err(Error::Dimension {
                what: "patterns of a gradient",
                expected: count,
                found: self.count,
            });
        }
        Ok(())
    }
}

/// Lanes of a panel of `count` patterns, whole strips.
pub(super) fn width<T>(count: usize, panel: usize) -> usize {
    (count - panel * panel_rows::<T>()).next_multiple_of(strip::<T>()).min(panel_rows::<T>())
}
