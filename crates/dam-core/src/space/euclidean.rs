use std::marker::PhantomData;

use nalgebra::DVector;
use rand::{Rng, RngExt};

use super::sphere::check_finite;
use super::{StateSpace, VectorSpace, check_sites, dot, max_change, standard_normal};
use crate::{Error, Real};

/// The Euclidean space R^N; energies in it gain the confinement |x|²/2, overlaps are m = x·ξ/N.
///
/// Following the field means x ← x + h, which for the LSE energy is one step of softmax attention,
/// x ← Ξ softmax(β Ξᵀ x) (Ramsauer et al. 2020, eq. 3).
///
/// ```
/// use dam_core::{Euclidean, Purpose, StateSpace, Streams};
/// let space = Euclidean::<f64>::new(50)?;
/// let gaussian = space.sample(&mut Streams::new(1).rng(Purpose::Patterns, 0));
/// assert_eq!(gaussian.len(), 50);
/// # Ok::<(), dam_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "usize", into = "usize", bound(serialize = "T: Clone", deserialize = "T: Real"))
)]
pub struct Euclidean<T> {
    sites: usize,
    scalar: PhantomData<T>,
}

impl<T: Real> Euclidean<T> {
    /// R^N for N = `sites`.
    ///
    /// # Errors
    /// [`Error::NoSites`] for N = 0; [`Error::Parameter`] from 2^30 sites on.
    pub fn new(sites: usize) -> Result<Self, Error> {
        Ok(Self { sites: check_sites(sites)?, scalar: PhantomData })
    }

    /// A state uniform in the cube [−1, 1]^N ([`sample`](StateSpace::sample) is standard normal).
    #[must_use]
    pub fn sample_cube<R: Rng + ?Sized>(&self, rng: &mut R) -> DVector<T> {
        DVector::from_fn(self.sites, |_, _| T::narrow(2.0 * rng.random::<f64>() - 1.0))
    }
}

impl<T: Real> TryFrom<usize> for Euclidean<T> {
    type Error = Error;
    fn try_from(sites: usize) -> Result<Self, Error> {
        Self::new(sites)
    }
}

impl<T> From<Euclidean<T>> for usize {
    fn from(space: Euclidean<T>) -> usize {
        space.sites
    }
}

impl<T: Real> StateSpace for Euclidean<T> {
    type State = DVector<T>;
    type Field = DVector<T>;

    const TOLERANCE: f64 = T::TOLERANCE;

    fn sites(&self) -> usize {
        self.sites
    }

    fn check(&self, what: &'static str, x: &DVector<T>) -> Result<(), Error> {
        check_finite(what, self.sites, x)
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> DVector<T> {
        standard_normal(self.sites, rng)
    }

    fn zero_field(&self) -> DVector<T> {
        DVector::zeros(self.sites)
    }

    fn align(&self, x: &DVector<T>, h: &DVector<T>, next: &mut DVector<T>) -> Option<f64> {
        next.copy_from(x);
        *next += h;
        Some(max_change(x, next))
    }

    fn confinement(&self, x: &DVector<T>) -> f64 {
        0.5 * dot(x, x)
    }

    fn max_change(&self, a: &DVector<T>, b: &DVector<T>) -> f64 {
        max_change(a, b)
    }

    fn overlap(&self, a: &DVector<T>, b: &DVector<T>) -> f64 {
        dot(a, b) / self.sites as f64
    }
}

impl<T: Real> VectorSpace for Euclidean<T> {
    type Scalar = T;
    const CONFINED: bool = true;

    fn retract(&self, _x: &mut DVector<T>) {}

    fn project_tangent(&self, _x: &DVector<T>, _v: &mut DVector<T>) {}

    fn ray_scale(&self, _length: f64) -> f64 {
        1.0
    }

    fn geodesic(&self, _length: f64, t: f64) -> ([f64; 2], [f64; 2]) {
        ([1.0, t], [0.0, 1.0])
    }

    fn log_ray(&self, x: &DVector<T>, y: &DVector<T>) -> DVector<T> {
        y - x
    }
}
