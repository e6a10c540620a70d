//! State spaces: where a state lives, how it is sampled, and how it follows a field. No patterns in them.

mod euclidean;
mod hypercube;
mod polar;
mod sphere;
mod spins;

pub use euclidean::Euclidean;
pub use hypercube::Hypercube;
pub use polar::Polar;
pub(crate) use polar::chi_squared;
pub use sphere::Sphere;
pub use spins::Spins;

use std::fmt::Debug;

use nalgebra::{DVector, Dim, Matrix, RawStorage, U1};
use rand::Rng;

use crate::{Error, Real};

/// A state space (machinery: [`Hypercube`], [`Sphere`] and [`Euclidean`] are the ones that patterns live in; on
/// [`Polar`] nothing is left of the sphere but the overlap with one of them).
///
/// A space of one's own is possible; the repository's `docs/adding-a-space.md` has two, with what each can do.
pub trait StateSpace: Clone + Debug + PartialEq + Send + Sync + 'static {
    /// One state: [`Spins`] on the hypercube, `f64` on the polar space, `DVector<T>` on the others.
    type State: Clone + Debug + PartialEq + Send + Sync;
    /// One field, −∇E: `DVector<f64>` on the hypercube, `f64` on the polar space, `DVector<T>` on the others.
    type Field: Clone + Debug + Default + Send + Sync;

    /// max_i |x_i' − x_i| of a step below which a [`Runner`](crate::Runner) counts a state as fixed.
    const TOLERANCE: f64;

    /// The number of sites N.
    fn sites(&self) -> usize;

    /// Whether `x` is a state of this space.
    ///
    /// # Errors
    /// [`Error::Dimension`], [`Error::NotFinite`] or [`Error::NotOnSphere`]; `what` names the thing checked.
    fn check(&self, what: &'static str, x: &Self::State) -> Result<(), Error>;

    /// A random state: uniform on the hypercube and the sphere, standard normal in the Euclidean space. A function of the
    /// numbers drawn from `rng` alone.
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Self::State;

    /// A field of zeros.
    fn zero_field(&self) -> Self::Field;

    /// Writes the state that the field `h` points to into `next`, and returns max_i |next_i − x_i|; `None`
    /// for a zero field, which points nowhere.
    ///
    /// ```text
    /// hypercube: sign(h_i), a tie keeps x_i     sphere: sqrt(N) h / |h|     Euclidean: x + h
    /// ```
    fn align(&self, x: &Self::State, h: &Self::Field, next: &mut Self::State) -> Option<f64>;

    /// What energies of this space gain: |x|²/2 in the Euclidean one, nothing elsewhere.
    fn confinement(&self, _x: &Self::State) -> f64 {
        0.0
    }

    /// max_i |a_i − b_i|, in units of a coordinate.
    fn max_change(&self, a: &Self::State, b: &Self::State) -> f64;

    /// a·b / N.
    fn overlap(&self, a: &Self::State, b: &Self::State) -> f64;
}

/// Counts of sites fit 32 bits, and a state the memory.
fn check_sites(sites: usize) -> Result<usize, Error> {
    match sites {
        0 => Err(Error::NoSites),
        1..0x4000_0000 => Ok(sites),
        _ => Err(Error::Parameter { name: "N", expected: "1 <= N < 2^30", found: sites as f64 }),
    }
}

/// A space of ±1 spins (machinery: what [`FlipExactly`](crate::FlipExactly) and [`FlipEach`](crate::FlipEach)
/// need).
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no spins to flip",
    note = "spins live on the `Hypercube`; vectors are corrupted by `TangentNoise`"
)]
pub trait SpinSpace: StateSpace<State = Spins> {}
impl SpinSpace for Hypercube {}

/// A continuous space with tangent vectors: what gradients, line searches and radial profiles need
/// (machinery).
///
/// Every geodesic lies in the plane of a state and its tangent vector, and depends on the length of that alone, as on
/// the sphere, its sections through the centre, and linear spaces; not on products of spheres.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a continuous space: it has no gradients, rays or tangent directions",
    label = "needs a continuous space",
    note = "gradient descent, conjugate gradient, Langevin dynamics and basin isolation run on `Sphere` and `Euclidean`",
    note = "on the `Hypercube` use `Synchronous`, `Asynchronous`, `Glauber` or `SpinMetropolis`"
)]
pub trait VectorSpace: StateSpace<State = DVector<Self::Scalar>, Field = DVector<Self::Scalar>> {
    /// f32 or f64.
    type Scalar: Real;

    /// The energy gains |x|²/2 ([`Euclidean`]).
    const CONFINED: bool;

    /// Puts a vector near the space back on it: scales to norm sqrt(N) on the sphere, nothing in the Euclidean
    /// space.
    fn retract(&self, x: &mut DVector<Self::Scalar>);

    /// Removes from `v` what is not tangent at `x`.
    fn project_tangent(&self, x: &DVector<Self::Scalar>, v: &mut DVector<Self::Scalar>);

    /// A standard normal vector of the tangent space at `x`.
    fn sample_tangent<R: Rng + ?Sized>(
        &self,
        x: &DVector<Self::Scalar>,
        rng: &mut R,
    ) -> DVector<Self::Scalar> {
        let mut v = standard_normal(self.sites(), rng);
        self.project_tangent(x, &mut v);
        v
    }

    /// The factor s for which s (x + v) lies in the space, for a tangent vector of norm `length`:
    /// (1 + length²/N)^(−1/2) on the sphere, 1 in the Euclidean space.
    fn ray_scale(&self, length: f64) -> f64;

    /// Coefficients (a, b) of the geodesic a x + b v through x along the tangent vector v of norm `length`,
    /// at arc length `t` · `length`; together with its derivative (a', b') with respect to t.
    fn geodesic(&self, length: f64, t: f64) -> ([f64; 2], [f64; 2]);

    /// The tangent vector v at x for which y = s (x + v): the inverse of the projection along rays.
    fn log_ray(&self, x: &DVector<Self::Scalar>, y: &DVector<Self::Scalar>) -> DVector<Self::Scalar>;
}

pub(crate) fn standard_normal<T: Real, R: Rng + ?Sized>(n: usize, rng: &mut R) -> DVector<T> {
    use rand::distr::Distribution;
    DVector::from_fn(n, |_, _| T::narrow(rand_distr::StandardNormal.sample(rng)))
}

/// a·b with sums in f64.
pub(crate) fn dot<T: Real>(a: &DVector<T>, b: &DVector<T>) -> f64 {
    crate::vector::dot(a.as_slice(), b.as_slice())
}

/// max_i |a_i − b_i|.
fn max_change<T: Real>(a: &DVector<T>, b: &DVector<T>) -> f64 {
    crate::vector::max_change(a.as_slice(), b.as_slice())
}

/// What a state can be made of: `DVector`, matrix columns, `Vec` and slices of numbers on the vector spaces;
/// [`Spins`], and ±1 as `i8` or `bool` in the same containers, on the hypercube.
///
/// `matrix.column_iter()` therefore stores the columns of a `DMatrix` (N × M).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read as a state of `{S}`",
    note = "vector spaces take DVector<T>, Vec<T> and &[T] of their own scalar T; for a matrix, `matrix.column_iter()`",
    note = "vectors of another scalar are converted first: `v.map(f64::from)`",
    note = "the hypercube takes Spins, and columns, Vec and slices of i8 (+1, -1) or bool"
)]
pub trait IntoState<S: StateSpace> {
    /// Reads and checks the state.
    ///
    /// # Errors
    /// As [`StateSpace::check`], and [`Error::NotASpin`].
    fn into_state(self, space: &S) -> Result<S::State, Error>;
}

fn checked<S: VectorSpace>(space: &S, x: DVector<S::Scalar>) -> Result<DVector<S::Scalar>, Error> {
    space.check("pattern", &x)?;
    Ok(x)
}

macro_rules! into_state {
    ($space:ident) => {
        impl<T: Real, C: Dim + IsOne, V: RawStorage<T, nalgebra::Dyn, C>> IntoState<$space<T>>
            for Matrix<T, nalgebra::Dyn, C, V>
        {
            fn into_state(self, space: &$space<T>) -> Result<DVector<T>, Error> {
                checked(space, DVector::from_fn(self.nrows(), |i, _| self[(i, 0)]))
            }
        }
        impl<T: Real> IntoState<$space<T>> for &DVector<T> {
            fn into_state(self, space: &$space<T>) -> Result<DVector<T>, Error> {
                checked(space, self.clone())
            }
        }
        impl<T: Real> IntoState<$space<T>> for &[T] {
            fn into_state(self, space: &$space<T>) -> Result<DVector<T>, Error> {
                checked(space, DVector::from_column_slice(self))
            }
        }
        impl<T: Real> IntoState<$space<T>> for Vec<T> {
            fn into_state(self, space: &$space<T>) -> Result<DVector<T>, Error> {
                checked(space, DVector::from_vec(self))
            }
        }
        impl<T: Real> IntoState<$space<T>> for &Vec<T> {
            fn into_state(self, space: &$space<T>) -> Result<DVector<T>, Error> {
                self.as_slice().into_state(space)
            }
        }
    };
}
into_state!(Sphere);
into_state!(Euclidean);

/// Marks the column count of a single column, so that a whole matrix is not taken for one state.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a whole matrix is not one state",
    label = "more than one column",
    note = "pass `matrix.column_iter()`: every column is a state"
)]
pub trait IsOne {}
impl IsOne for U1 {}
