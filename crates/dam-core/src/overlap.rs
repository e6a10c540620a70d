//! The argument of every kernel.

/// The overlap of a state with one pattern, in every unit the papers use.
///
/// ```text
/// m = x·ξ / N      gap = 1 − m      dot = N m = x·ξ      half_sq_dist = N gap = |x − ξ|² / 2  (fixed norms)
/// ```
///
/// The gap is carried on its own, because near m = 1 the difference 1 − m loses all its digits.
///
/// ```
/// use dam_core::Overlap;
/// let s = Overlap::new(0.25, 200);
/// assert_eq!((s.m(), s.gap(), s.dot(), s.half_sq_dist()), (0.25, 0.75, 50.0, 150.0));
/// assert_eq!(Overlap::from_gap(1e-18, 200).gap(), 1e-18);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    m: f64,
    gap: f64,
    n: f64,
}

impl Overlap {
    /// From m = x·ξ/N, any number, and the number of sites N >= 1.
    #[inline(always)]
    #[must_use]
    pub fn new(m: f64, n: usize) -> Self {
        Self::at(m, n as f64)
    }

    /// From the gap 1 − m, exact where m is near 1, and the number of sites N >= 1.
    #[inline(always)]
    #[must_use]
    pub fn from_gap(gap: f64, n: usize) -> Self {
        Self { m: 1.0 - gap, gap, n: n as f64 }
    }

    #[inline(always)]
    pub(crate) fn at(m: f64, n: f64) -> Self {
        Self { m, gap: 1.0 - m, n }
    }

    /// The overlap per site, m = x·ξ/N; in [−1, 1] on the hypercube and the sphere.
    #[inline(always)]
    #[must_use]
    pub fn m(self) -> f64 {
        self.m
    }

    /// 1 − m.
    #[inline(always)]
    #[must_use]
    pub fn gap(self) -> f64 {
        self.gap
    }

    /// The scalar product x·ξ = N m.
    #[inline(always)]
    #[must_use]
    pub fn dot(self) -> f64 {
        self.n * self.m
    }

    /// N (1 − m): half the squared distance where state and pattern both have norm sqrt(N).
    #[inline(always)]
    #[must_use]
    pub fn half_sq_dist(self) -> f64 {
        self.n * self.gap
    }

    /// The number of sites N.
    #[inline(always)]
    #[must_use]
    pub fn n(self) -> f64 {
        self.n
    }
}
