//! The scalar types of stores and vector spaces.

use nalgebra::RealField;

use crate::simd;

mod sealed {
    pub trait Sealed: crate::simd::Registers {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// `f32` or `f64`: the scalar of a pattern store and of the states of its space (sealed machinery).
///
/// Kernels, energies and statistics are always f64; the scalar decides storage, products and exponentials.
pub trait Real: RealField + Copy + sealed::Sealed + npyz::Serialize + npyz::Deserialize {
    /// "f32" or "f64".
    const NAME: &'static str;
    /// |tangent gradient| / |field| below which a state counts as stationary: rounding noise of this scalar.
    const STATIONARY: f64;
    /// Largest change of a site per step below which a state counts as fixed by default.
    const TOLERANCE: f64;
    /// Relative tolerance within which a vector counts as lying on its sphere.
    const ON_SPHERE: f64;
    /// The largest factor that may multiply a field of this scalar, and the inverse of the smallest.
    const MOST_FACTOR: f64;
    /// To f64, exactly.
    fn widen(self) -> f64;
    /// From f64, rounded.
    fn narrow(x: f64) -> Self;
    /// e^x, the same bits on every instruction set.
    #[doc(hidden)]
    fn exp_fast(self) -> Self;
}

macro_rules! real {
    ($t:ident, $exp:path, $stationary:expr, $tolerance:expr, $on_sphere:expr, $limit:expr) => {
        impl Real for $t {
            const NAME: &'static str = stringify!($t);
            const STATIONARY: f64 = $stationary;
            const TOLERANCE: f64 = $tolerance;
            const ON_SPHERE: f64 = $on_sphere;
            const MOST_FACTOR: f64 = $limit;
            #[inline(always)]
            fn widen(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn narrow(x: f64) -> Self {
                x as $t
            }
            #[inline(always)]
            fn exp_fast(self) -> Self {
                $exp(self)
            }
        }
    };
}
// The f32 threshold: conjugate directions stop being tangent once |g| / |h| nears rounding (measured at 1e-5).
real!(f32, simd::exp_f32, 1e-4, 2e-5, 1e-4, 1e26);
real!(f64, simd::exp_f64, 1e-12, 1e-7, 1e-9, f64::INFINITY);
