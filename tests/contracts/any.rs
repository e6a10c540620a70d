//! A memory with its aggregator chosen at run time. It is an energy of the test's own, so every dynamics is
//! also tried on an energy that the library does not know; and each is compiled once per space.

use dam_core::nalgebra::DMatrix;
use dam_core::{
    BitPatterns, Dam, DamPlane, DensePatterns, Energy, Error, FieldIn, Flip, FlipCache, FlooredLogSum,
    Kernel, LineEnergy, LocalField, LogSum, PatternStore, PlaneEnergy, Priced, Real, Rotation, RotationCache,
    Sphere, StateIn, Sum, VectorSpace,
};

pub(crate) type Boxed = Box<dyn Kernel>;

pub(crate) enum AnyDam<P: PatternStore> {
    Sum(Dam<P, Boxed, Sum>),
    Log(Dam<P, Boxed, LogSum>),
    Floored(Dam<P, Boxed, FlooredLogSum>, f64),
}

macro_rules! each {
    ($any:expr, $dam:ident => $then:expr) => {
        match $any {
            AnyDam::Sum($dam) => $then,
            AnyDam::Log($dam) => $then,
            AnyDam::Floored($dam, _) => $then,
        }
    };
}

impl<P: PatternStore> AnyDam<P> {
    pub(crate) fn kernel(&self) -> &dyn Kernel {
        each!(self, dam => &**dam.kernel())
    }

    pub(crate) fn prefactor(&self) -> f64 {
        each!(self, dam => dam.prefactor())
    }

    pub(crate) fn overlaps(&self, x: &StateIn<P>) -> Result<Vec<f64>, Error> {
        each!(self, dam => dam.overlaps(x))
    }

    pub(crate) fn nearest_all(&self, x: &[StateIn<P>]) -> Result<Vec<(usize, f64)>, Error> {
        each!(self, dam => dam.nearest_all(x))
    }

    /// Q and dQ/dΣ, written a second time.
    pub(crate) fn reduced(&self, sum: f64) -> (f64, f64) {
        let log = |sum: f64| if sum > 0.0 { (sum.ln(), 1.0 / sum) } else { (f64::NEG_INFINITY, 0.0) };
        match self {
            Self::Sum(_) => (sum, 1.0),
            Self::Log(_) => log(sum),
            Self::Floored(_, epsilon) if sum > *epsilon => log(sum),
            Self::Floored(_, epsilon) => (epsilon.ln(), 0.0),
        }
    }
}

impl AnyDam<BitPatterns> {
    pub(crate) fn is_exact(&self) -> bool {
        each!(self, dam => dam.is_exact())
    }
}

impl<P: PatternStore> Energy for AnyDam<P> {
    type Space = P::Space;

    fn space(&self) -> &P::Space {
        each!(self, dam => dam.space())
    }

    fn energy(&self, x: &StateIn<P>) -> f64 {
        each!(self, dam => dam.energy(x))
    }

    fn energies(&self, x: &[StateIn<P>], e: &mut [f64]) {
        each!(self, dam => dam.energies(x, e));
    }
}

impl<P: PatternStore> LocalField for AnyDam<P> {
    fn field(&self, x: &StateIn<P>, h: &mut FieldIn<P>) -> f64 {
        each!(self, dam => dam.field(x, h))
    }

    fn fields(&self, x: &[StateIn<P>], h: &mut [FieldIn<P>], e: &mut [f64]) {
        each!(self, dam => dam.fields(x, h, e));
    }
}

macro_rules! priced {
    ([$($generics:tt)*] $store:ty, $mv:ty, $cache:ty) => {
        impl<$($generics)*> Priced<$mv> for AnyDam<$store> {
            type Cache = $cache;

            fn cache(&self, x: &StateIn<$store>) -> $cache {
                each!(self, dam => dam.cache(x))
            }

            fn price(&self, x: &StateIn<$store>, cache: &$cache, mv: $mv) -> f64 {
                each!(self, dam => dam.price(x, cache, mv))
            }

            fn apply(&self, x: &mut StateIn<$store>, cache: &mut $cache, mv: $mv) {
                each!(self, dam => dam.apply(x, cache, mv));
            }
        }
    };
}
priced!([] BitPatterns, Flip, FlipCache);
priced!([T: Real] DensePatterns<Sphere<T>>, Rotation, RotationCache);

pub(crate) enum AnyPlane<'a, T> {
    Sum(DamPlane<'a, T, Boxed, Sum>),
    Log(DamPlane<'a, T, Boxed, LogSum>),
    Floored(DamPlane<'a, T, Boxed, FlooredLogSum>),
}

impl<T: Real> PlaneEnergy for AnyPlane<'_, T> {
    fn at(&self, a: f64, b: f64) -> [f64; 3] {
        match self {
            Self::Sum(plane) => plane.at(a, b),
            Self::Log(plane) => plane.at(a, b),
            Self::Floored(plane) => plane.at(a, b),
        }
    }

    fn is_closed_form(&self) -> bool {
        match self {
            Self::Sum(plane) => plane.is_closed_form(),
            Self::Log(plane) => plane.is_closed_form(),
            Self::Floored(plane) => plane.is_closed_form(),
        }
    }
}

impl<S: VectorSpace<Scalar = T>, T: Real> LineEnergy for AnyDam<DensePatterns<S>> {
    type Plane<'a> = AnyPlane<'a, T>;

    fn overlaps_of(&self, u: &[S::State]) -> DMatrix<T> {
        each!(self, dam => dam.overlaps_of(u))
    }

    fn fields_from(&self, x: &[S::State], m: &[&[T]], h: &mut [S::Field], e: &mut [f64]) {
        each!(self, dam => dam.fields_from(x, m, h, e));
    }

    fn plane<'a>(&'a self, x: &S::State, mx: &'a [T], u: &S::State, mu: &'a [T]) -> AnyPlane<'a, T> {
        match self {
            Self::Sum(dam) => AnyPlane::Sum(dam.plane(x, mx, u, mu)),
            Self::Log(dam) => AnyPlane::Log(dam.plane(x, mx, u, mu)),
            Self::Floored(dam, _) => AnyPlane::Floored(dam.plane(x, mx, u, mu)),
        }
    }
}
