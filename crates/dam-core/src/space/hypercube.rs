use nalgebra::DVector;
use rand::Rng;

use super::{Spins, StateSpace, check_sites};
use crate::Error;

/// The binary hypercube {−1, +1}^N, bit-packed.
///
/// ```
/// use dam_core::{Hypercube, Purpose, StateSpace, Streams};
/// let space = Hypercube::new(100)?;
/// let x = space.sample(&mut Streams::new(1).rng(Purpose::Patterns, 0));
/// assert_eq!((space.sites(), space.overlap(&x, &x)), (100, 1.0));
/// # Ok::<(), dam_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "usize", into = "usize"))]
pub struct Hypercube {
    sites: usize,
}

impl Hypercube {
    /// {−1, +1}^N for N = `sites`.
    ///
    /// # Errors
    /// [`Error::NoSites`] for N = 0; [`Error::Parameter`] from 2^30 sites on, where counts no longer fit.
    pub fn new(sites: usize) -> Result<Self, Error> {
        Ok(Self { sites: check_sites(sites)? })
    }
}

impl TryFrom<usize> for Hypercube {
    type Error = Error;
    fn try_from(sites: usize) -> Result<Self, Error> {
        Self::new(sites)
    }
}

impl From<Hypercube> for usize {
    fn from(space: Hypercube) -> usize {
        space.sites
    }
}

impl StateSpace for Hypercube {
    type State = Spins;
    type Field = DVector<f64>;

    const TOLERANCE: f64 = 1e-7;

    fn sites(&self) -> usize {
        self.sites
    }

    fn check(&self, what: &'static str, x: &Spins) -> Result<(), Error> {
        if x.len() == self.sites {
            Ok(())
        } else {
            Err(Error::Dimension { what, expected: self.sites, found: x.len() })
        }
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Spins {
        let words = (0..self.sites.div_ceil(64)).map(|_| rng.next_u64()).collect();
        Spins::from_words(words, self.sites)
    }

    fn zero_field(&self) -> DVector<f64> {
        DVector::zeros(self.sites)
    }

    fn align(&self, x: &Spins, h: &DVector<f64>, next: &mut Spins) -> Option<f64> {
        let mut any_field = false;
        let mut any_change = false;
        for (k, (out, old)) in next.words_mut().iter_mut().zip(x.words()).enumerate() {
            let mut word = *old;
            for (j, h) in h.as_slice()[64 * k..].iter().take(64).enumerate() {
                if *h != 0.0 {
                    any_field = true;
                    word = word & !(1 << j) | u64::from(*h > 0.0) << j;
                }
            }
            any_change |= word != *old;
            *out = word;
        }
        any_field.then_some(if any_change { 2.0 } else { 0.0 })
    }

    fn max_change(&self, a: &Spins, b: &Spins) -> f64 {
        if a == b { 0.0 } else { 2.0 }
    }

    fn overlap(&self, a: &Spins, b: &Spins) -> f64 {
        a.dot(b) as f64 / self.sites as f64
    }
}
