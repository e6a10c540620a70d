//! The energy of a dense memory on a plane through the origin: overlaps are linear there, so a point costs
//! O(M), and O(1) for polynomial kernels of degree up to 16, whose moments are enough.

use nalgebra::DMatrix;

use crate::aggregate::{Aggregator, Total};
use crate::energy::{LineEnergy, PlaneEnergy};
use crate::form::Form;
use crate::kernel::Kernel;
use crate::reduce::{BLOCK, Reduction};
use crate::simd::{Vectorize, vectorize};
use crate::space::{VectorSpace, dot};
use crate::store::{DensePatterns, Overlaps, PatternStore};
use crate::vector::lane_sum;
use crate::{Dam, Real};

/// The energy of a [`Dam`] at all points a x + b u (machinery of line searches and radial profiles).
#[derive(Debug)]
pub struct DamPlane<'a, T, K, Q> {
    kernel: &'a K,
    form: &'a Form,
    aggregator: Q,
    prefactor: f64,
    n: usize,
    sum: PlaneSum<'a, T>,
    /// x·x, x·u, u·u where the energy is confined.
    confinement: Option<[f64; 3]>,
}

/// Coefficients up to which moments are taken: their number grows with the square of the degree.
const MOMENTS: usize = 17;

#[derive(Debug)]
enum PlaneSum<'a, T> {
    /// The overlaps of x and u.
    Overlaps(&'a [T], &'a [T]),
    /// Per degree k of the kernel's polynomial, its coefficient times C(k, j) Σ_μ p_μ^(k−j) q_μ^j.
    Moments(Vec<Vec<f64>>),
}

impl<S: VectorSpace<Scalar = T>, T: Real, K: Kernel, Q: Aggregator> LineEnergy
    for Dam<DensePatterns<S>, K, Q>
{
    type Plane<'a>
        = DamPlane<'a, T, K, Q>
    where
        Self: 'a;

    fn overlaps_of(&self, u: &[S::State]) -> DMatrix<T> {
        self.store.overlaps(u)
    }

    fn fields_from(&self, x: &[S::State], m: &[&[T]], h: &mut [S::Field], e: &mut [f64]) {
        self.dense_fields(x, Overlaps::Known(m), h, e);
    }

    fn plane<'a>(&'a self, x: &S::State, mx: &'a [T], u: &S::State, mu: &'a [T]) -> DamPlane<'a, T, K, Q> {
        let n = self.store.space().sites();
        let sum = match self.kernel.coefficients(n) {
            Some(c) if c.len() <= MOMENTS => PlaneSum::Moments(moments(&c, mx, mu)),
            _ => PlaneSum::Overlaps(mx, mu),
        };
        let confinement = S::CONFINED.then(|| [dot(x, x), dot(x, u), dot(u, u)]);
        DamPlane {
            kernel: &self.kernel,
            form: &self.tables,
            aggregator: self.aggregator,
            prefactor: self.prefactor,
            n,
            sum,
            confinement,
        }
    }
}

/// Coefficients of Σ_μ F(a p_μ + b q_μ) as a polynomial in (a, b), one list per degree.
fn moments<T: Real>(coefficients: &[f64], p: &[T], q: &[T]) -> Vec<Vec<f64>> {
    let mut by_degree = Vec::with_capacity(coefficients.len());
    for (k, &c) in coefficients.iter().enumerate() {
        let mut terms = Vec::new();
        if c != 0.0 {
            let mut binomial = 1.0;
            for j in 0..=k {
                let sum = T::moment(p, q, (k - j, j));
                terms.push(c * binomial * sum);
                binomial = binomial * (k - j) as f64 / (j + 1) as f64;
            }
        }
        by_degree.push(terms);
    }
    by_degree
}

/// Σ_μ p_μ^i q_μ^j in f64; called through [`Registers`](crate::simd::Registers), where it is compiled once.
pub(crate) fn moment<T: Real>(p: &[T], q: &[T], powers: (usize, usize)) -> f64 {
    vectorize(Moment { p, q, powers })
}

struct Moment<'a, T> {
    p: &'a [T],
    q: &'a [T],
    powers: (usize, usize),
}

impl<T: Real> Vectorize for Moment<'_, T> {
    type Output = f64;
    #[inline(always)]
    fn run(self) -> f64 {
        let Self { p, q, powers } = self;
        // Powers known to the compiler make loops of lanes; `powi` does not.
        macro_rules! by_powers {
            ($($i:literal $j:literal),*) => {
                match powers {
                    $(($i, $j) => lane_sum(p, q, |p, q| power::<$j>(power::<$i>(1.0, p.widen()), q.widen())),)*
                    (i, j) => lane_sum(p, q, |p, q| p.widen().powi(i as i32) * q.widen().powi(j as i32)),
                }
            };
        }
        by_powers!(
            1 0, 0 1, 2 0, 1 1, 0 2, 3 0, 2 1, 1 2, 0 3, 4 0, 3 1, 2 2, 1 3, 0 4, 5 0, 4 1, 3 2, 2 3, 1 4, 0 5
        )
    }
}

/// start · x^I.
#[inline(always)]
fn power<const I: usize>(start: f64, x: f64) -> f64 {
    (0..I).fold(start, |product, _| product * x)
}

impl<T: Real, K: Kernel, Q: Aggregator> DamPlane<'_, T, K, Q> {
    /// An empty sum over patterns.
    fn reduction(&self) -> Reduction<'_, K> {
        Reduction::new(self.kernel, self.form, self.n)
    }

    /// The energy at a x + b u, where the sum over the patterns is `total`.
    fn energy(&self, total: Total, a: f64, b: f64) -> f64 {
        let energy = -self.prefactor * self.aggregator.value(total);
        match self.confinement {
            Some([xx, xu, uu]) => energy + 0.5 * (a * a * xx + 2.0 * a * b * xu + b * b * uu),
            None => energy,
        }
    }
}

impl<T: Real, K: Kernel, Q: Aggregator> PlaneEnergy for DamPlane<'_, T, K, Q> {
    fn at(&self, a: f64, b: f64) -> [f64; 3] {
        let (total, slopes) = match &self.sum {
            PlaneSum::Moments(by_degree) => polynomial(by_degree, a, b),
            PlaneSum::Overlaps(p, q) => overlaps(self.reduction(), p, q, a, b),
        };
        let slope = self.aggregator.slope(total);
        let mut at = [
            self.energy(total, a, b),
            -self.prefactor * slope * slopes[0],
            -self.prefactor * slope * slopes[1],
        ];
        if let Some([xx, xu, uu]) = self.confinement {
            at[1] += a * xx + b * xu;
            at[2] += a * xu + b * uu;
        }
        at
    }

    fn values(&self, a: &[f64], b: &[f64], out: &mut [f64]) {
        if let PlaneSum::Moments(by_degree) = &self.sum {
            out.fill(0.0);
            vectorize(Homogeneous { by_degree, a, b, out: &mut *out });
        }
        for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
            let total = match &self.sum {
                PlaneSum::Moments(_) => Total { ln_scale: 0.0, sum: *out },
                PlaneSum::Overlaps(p, q) => total(self.reduction(), p, q, a, b),
            };
            *out = self.energy(total, a, b);
        }
    }

    fn is_closed_form(&self) -> bool {
        matches!(self.sum, PlaneSum::Moments(_))
    }
}

/// Adds Σ_k Σ_j c_kj a^(k−j) b^j at every point.
struct Homogeneous<'a> {
    by_degree: &'a [Vec<f64>],
    a: &'a [f64],
    b: &'a [f64],
    out: &'a mut [f64],
}

impl Vectorize for Homogeneous<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        // Points are the inner loops, so that they go into lanes.
        const POINTS: usize = 64;
        let points = self.a.chunks(POINTS).zip(self.b.chunks(POINTS)).zip(self.out.chunks_mut(POINTS));
        for ((a, b), out) in points {
            for terms in self.by_degree.iter().filter(|terms| !terms.is_empty()) {
                let (mut sum, mut power) = ([0.0; POINTS], [1.0; POINTS]);
                for &c in terms {
                    for (((sum, power), a), b) in sum.iter_mut().zip(&mut power).zip(a).zip(b) {
                        *sum = *sum * a + c * *power;
                        *power *= b;
                    }
                }
                out.iter_mut().zip(&sum).for_each(|(out, sum)| *out += sum);
            }
        }
    }
}

fn polynomial(by_degree: &[Vec<f64>], a: f64, b: f64) -> (Total, [f64; 2]) {
    let (mut pa, mut pb) = ([1.0; MOMENTS], [1.0; MOMENTS]);
    for k in 1..by_degree.len() {
        pa[k] = pa[k - 1] * a;
        pb[k] = pb[k - 1] * b;
    }
    let (mut sum, mut da, mut db) = (0.0, 0.0, 0.0);
    for (k, terms) in by_degree.iter().enumerate() {
        for (j, &c) in terms.iter().enumerate() {
            let i = k - j;
            let (ai, bj) = (pa[i], pb[j]);
            sum += c * ai * bj;
            if i > 0 {
                da += c * i as f64 * pa[i - 1] * bj;
            }
            if j > 0 {
                db += c * j as f64 * ai * pb[j - 1];
            }
        }
    }
    (Total { ln_scale: 0.0, sum }, [da, db])
}

/// m_μ = a p_μ + b q_μ.
struct Blend<'a, T> {
    p: &'a [T],
    q: &'a [T],
    a: f64,
    b: f64,
    m: &'a mut [f64],
}

impl<T: Real> Vectorize for Blend<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for ((m, p), q) in self.m.iter_mut().zip(self.p).zip(self.q) {
            *m = self.a * p.widen() + self.b * q.widen();
        }
    }
}

/// The sum over the patterns alone.
fn total<T: Real, K: Kernel>(mut reduction: Reduction<'_, K>, p: &[T], q: &[T], a: f64, b: f64) -> Total {
    let mut m = [0.0; BLOCK];
    for (p, q) in p.chunks(BLOCK).zip(q.chunks(BLOCK)) {
        let m = &mut m[..p.len()];
        vectorize(Blend { p, q, a, b, m: &mut *m });
        reduction.value(m);
    }
    reduction.total()
}

/// The sum over the patterns, and its slopes along a and b.
fn overlaps<T: Real, K: Kernel>(
    mut reduction: Reduction<'_, K>,
    p: &[T],
    q: &[T],
    a: f64,
    b: f64,
) -> (Total, [f64; 2]) {
    let mut slopes = [0.0; 2];
    let mut w = [0.0_f64; BLOCK];
    for (p, q) in p.chunks(BLOCK).zip(q.chunks(BLOCK)) {
        let w = &mut w[..p.len()];
        vectorize(Blend { p, q, a, b, m: &mut *w });
        let factor = reduction.weights(w);
        let weighted = |of: &[T]| w.iter().zip(of).map(|(w, m)| w * m.widen()).sum::<f64>();
        slopes = [slopes[0] * factor + weighted(p), slopes[1] * factor + weighted(q)];
    }
    (reduction.total(), slopes)
}
