use std::marker::PhantomData;

use nalgebra::DVector;
use rand::Rng;

use super::{StateSpace, VectorSpace, check_sites, dot, max_change, standard_normal};
use crate::{Error, Real};

/// The sphere |x|² = N of radius sqrt(N) in N dimensions, with states of scalar `T`.
///
/// ```
/// use dam_core::{Purpose, Sphere, StateSpace, Streams};
/// let space = Sphere::<f64>::new(50)?;
/// let x = space.sample(&mut Streams::new(1).rng(Purpose::Patterns, 0));
/// assert!((x.norm_squared() - 50.0).abs() < 1e-10);
/// # Ok::<(), dam_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "usize", into = "usize", bound(serialize = "T: Clone", deserialize = "T: Real"))
)]
pub struct Sphere<T> {
    sites: usize,
    scalar: PhantomData<T>,
}

impl<T: Real> Sphere<T> {
    /// The sphere of radius sqrt(N), N = `sites`.
    ///
    /// # Errors
    /// [`Error::NoSites`] for N = 0; [`Error::Parameter`] from 2^30 sites on.
    pub fn new(sites: usize) -> Result<Self, Error> {
        Ok(Self { sites: check_sites(sites)?, scalar: PhantomData })
    }

    /// `v` scaled to norm sqrt(N): how any nonzero vector becomes a state.
    ///
    /// # Errors
    /// [`Error::Dimension`], [`Error::NotFinite`]; [`Error::NotOnSphere`] for the zero vector.
    pub fn project(&self, v: &DVector<T>) -> Result<DVector<T>, Error> {
        check_finite("vector", self.sites, v)?;
        let mut x = v.clone();
        if self.rescale(&mut x) {
            Ok(x)
        } else {
            Err(Error::NotOnSphere { expected: self.radius(), found: 0.0 })
        }
    }

    fn radius(&self) -> f64 {
        (self.sites as f64).sqrt()
    }

    /// The factor that brings `v` to the radius; `None` for a zero vector. Safe where |v|² leaves f64.
    fn factor(&self, v: &DVector<T>) -> Option<f64> {
        let square = dot(v, v);
        if square.is_normal() {
            return Some(self.radius() / square.sqrt());
        }
        let largest = v.camax().widen();
        if largest == 0.0 || !largest.is_finite() {
            return None;
        }
        let scaled = v.iter().map(|a| (a.widen() / largest).powi(2)).sum::<f64>();
        Some(self.radius() / scaled.sqrt() / largest)
    }

    fn rescale(&self, v: &mut DVector<T>) -> bool {
        let Some(factor) = self.factor(v) else { return false };
        v.apply(|a| *a = T::narrow(a.widen() * factor));
        true
    }
}

impl<T: Real> TryFrom<usize> for Sphere<T> {
    type Error = Error;
    fn try_from(sites: usize) -> Result<Self, Error> {
        Self::new(sites)
    }
}

impl<T> From<Sphere<T>> for usize {
    fn from(space: Sphere<T>) -> usize {
        space.sites
    }
}

pub(super) fn check_finite<T: Real>(what: &'static str, sites: usize, x: &DVector<T>) -> Result<(), Error> {
    if x.len() != sites {
        return Err(Error::Dimension { what, expected: sites, found: x.len() });
    }
    match x.iter().position(|a| !a.widen().is_finite()) {
        Some(site) => Err(Error::NotFinite { site, value: x[site].widen() }),
        None => Ok(()),
    }
}

impl<T: Real> StateSpace for Sphere<T> {
    type State = DVector<T>;
    type Field = DVector<T>;

    const TOLERANCE: f64 = T::TOLERANCE;

    fn sites(&self) -> usize {
        self.sites
    }

    fn check(&self, what: &'static str, x: &DVector<T>) -> Result<(), Error> {
        check_finite(what, self.sites, x)?;
        let (expected, found) = (self.radius(), dot(x, x).sqrt());
        if (found / expected - 1.0).abs() < T::ON_SPHERE {
            Ok(())
        } else {
            Err(Error::NotOnSphere { expected, found })
        }
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> DVector<T> {
        loop {
            let mut x = standard_normal(self.sites, rng);
            if self.rescale(&mut x) {
                return x;
            }
        }
    }

    fn zero_field(&self) -> DVector<T> {
        DVector::zeros(self.sites)
    }

    fn align(&self, x: &DVector<T>, h: &DVector<T>, next: &mut DVector<T>) -> Option<f64> {
        let factor = self.factor(h)?;
        crate::vector::scale_into(h.as_slice(), factor, next.as_mut_slice());
        Some(max_change(x, next))
    }

    fn max_change(&self, a: &DVector<T>, b: &DVector<T>) -> f64 {
        max_change(a, b)
    }

    fn overlap(&self, a: &DVector<T>, b: &DVector<T>) -> f64 {
        dot(a, b) / self.sites as f64
    }
}

impl<T: Real> VectorSpace for Sphere<T> {
    type Scalar = T;
    const CONFINED: bool = false;

    fn retract(&self, x: &mut DVector<T>) {
        self.rescale(x);
    }

    fn project_tangent(&self, x: &DVector<T>, v: &mut DVector<T>) {
        // Twice: the first pass leaves a component of the order of its own rounding.
        for _ in 0..2 {
            let radial = dot(x, v) / dot(x, x);
            v.zip_apply(x, |v, x| *v = T::narrow(v.widen() - radial * x.widen()));
        }
    }

    fn ray_scale(&self, length: f64) -> f64 {
        (1.0 + length * length / self.sites as f64).sqrt().recip()
    }

    fn geodesic(&self, length: f64, t: f64) -> ([f64; 2], [f64; 2]) {
        if length == 0.0 {
            return ([1.0, 0.0], [0.0, 1.0]);
        }
        let rate = length / self.radius();
        let (sin, cos) = (rate * t).sin_cos();
        ([cos, sin / rate], [-rate * sin, cos])
    }

    fn log_ray(&self, x: &DVector<T>, y: &DVector<T>) -> DVector<T> {
        let stretch = dot(x, x) / dot(x, y);
        y.zip_map(x, |y, x| T::narrow(stretch * y.widen() - x.widen()))
    }
}
