//! The lowest curvature of the energy at the stored patterns.

use dam_core::nalgebra::{DMatrix, DVector};
use dam_core::{
    Aggregator, Curvature, CurvedKernel, Dam, DensePatterns, Energy, LineEnergy, Purpose, Real, Streams,
    VectorSpace,
};

use super::{dot, in_batches, norm, patterns, random_directions};
use crate::Error;

/// Where a Lanczos iteration starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The tangent gradient: the iteration sees the part of the Hessian that the force points to. Where the
    /// gradient is zero, as [`Start::Random`].
    Gradient,
    /// A random tangent direction, from stream (Directions, μ): it converges to the true lowest eigenvalue.
    Random,
}

/// The lowest eigenvalue of the tangent Hessian of the energy at a pattern, from k steps of the Lanczos iteration.
///
/// ```text
/// A v = P ∇²E P v + (x·h/N) v,   h = −∇E,   P = 1 − x xᵀ/N      (sphere; the second term is its bending)
/// A v = ∇²E v                                                     (Euclidean)
/// ```
/// A negative value is a direction in which the pattern, even if it were stationary, would be unstable. The
/// value is the lowest Ritz value, so an upper bound of the lowest eigenvalue, falling with the number of steps.
/// Costs one pass, and one more per step: products with the Hessian, no matrix is formed.
///
/// # Example
/// ```
/// use dam_analysis::{Lanczos, Start};
/// use dam_core::prelude::*;
/// // Two orthogonal patterns, E = −(m₁² + m₂²): flat on the circle of N = 2.
/// let space = Sphere::<f64>::new(2)?;
/// let memory = Dam::new(space, Monomial::new(2)?, Sum, 1.0, [vec![1.0, 1.0], vec![1.0, -1.0]])?;
/// let lowest = Lanczos::new(1, Start::Random)?.of_patterns(&memory, &[0], Streams::new(1))?;
/// assert!(lowest[0].abs() < 1e-12);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
/// Lanczos (1950), with full reorthogonalisation; the Riemannian Hessian of the sphere as in Absil, Mahony and
/// Sepulchre (2008), section 5.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lanczos {
    steps: usize,
    start: Start,
}

impl Lanczos {
    /// With `steps` steps.
    ///
    /// # Errors
    /// [`Error::Parameter`] for 0 steps.
    pub fn new(steps: usize, start: Start) -> Result<Self, Error> {
        if steps == 0 {
            return Err(Error::Parameter { name: "Lanczos steps", expected: "steps >= 1", found: 0.0 });
        }
        Ok(Self { steps, start })
    }

    /// The lowest Ritz value at patterns `which`.
    ///
    /// # Errors
    /// [`Error::Core`] for an index past the end; [`Error::Parameter`] on a sphere of one site, which has no
    /// tangent directions, and where the Hessian is not finite.
    pub fn of_patterns<S: VectorSpace, K: CurvedKernel, Q: Aggregator>(
        &self,
        memory: &Dam<DensePatterns<S>, K, Q>,
        which: &[usize],
        streams: Streams,
    ) -> Result<Vec<f64>, Error> {
        in_batches(which, |which| self.batch(memory, which, streams))
    }

    fn batch<S: VectorSpace, K: CurvedKernel, Q: Aggregator>(
        &self,
        memory: &Dam<DensePatterns<S>, K, Q>,
        which: &[usize],
        streams: Streams,
    ) -> Result<Vec<f64>, Error> {
        let (space, x) = (memory.space(), patterns(memory, which)?);
        let overlaps = memory.overlaps_of(&x);
        let m: Vec<&[S::Scalar]> = overlaps.as_slice().chunks_exact(overlaps.nrows()).collect();
        let mut h = vec![space.zero_field(); x.len()];
        memory.fields_from(&x, &m, &mut h, &mut vec![0.0; x.len()]);
        let mut all = Vec::with_capacity(x.len());
        for ((x, h), &mu) in x.iter().zip(h).zip(which) {
            all.push(self.prepare(space, x, h, mu, streams)?);
        }
        for _ in 0..self.steps {
            let v: Vec<DVector<S::Scalar>> = all.iter().map(|k: &Krylov<_>| k.next.clone()).collect();
            let mut products = vec![space.zero_field(); v.len()];
            memory.hessian_products(&m, &v, &mut products);
            for ((k, x), product) in all.iter_mut().zip(&x).zip(products) {
                k.take(space, x, product);
            }
        }
        all.iter().map(Krylov::lowest).collect()
    }

    fn prepare<S: VectorSpace>(
        &self,
        space: &S,
        x: &S::State,
        h: S::Field,
        mu: usize,
        streams: Streams,
    ) -> Result<Krylov<S::Scalar>, Error> {
        let mut g = h.clone();
        space.project_tangent(x, &mut g);
        // x·(h − g) / |x|²: what is left of x·h on the sphere, and nothing in the Euclidean space.
        let square = dot(x, x);
        let bending = if square > 0.0 { dot(x, &(h - &g)) / square } else { 0.0 };
        let length = norm(&g);
        let next = if self.start == Start::Gradient && length > 0.0 {
            g.map(|g| Real::narrow(g.widen() / length))
        } else {
            let mut rng = streams.rng(Purpose::Directions, mu as u64);
            random_directions(space, x, 1, &mut rng).swap_remove(0)
        };
        if next.iter().all(|v| v.widen().is_finite()) {
            Ok(Krylov { bending, basis: Vec::new(), next, diagonal: Vec::new(), beside: Vec::new() })
        } else {
            let found = space.sites() as f64;
            Err(Error::Parameter { name: "sites N", expected: "a tangent direction, N >= 2", found })
        }
    }
}

/// The Krylov space of one pattern and the tridiagonal matrix in it.
struct Krylov<T: Real> {
    bending: f64,
    basis: Vec<DVector<T>>,
    /// The next basis vector; empty of meaning once the space is exhausted.
    next: DVector<T>,
    diagonal: Vec<f64>,
    beside: Vec<f64>,
}

impl<T: Real> Krylov<T> {
    fn take<S: VectorSpace<Scalar = T>>(&mut self, space: &S, x: &S::State, mut product: DVector<T>) {
        // An exhausted space: the last off-diagonal entry is zero, what would follow belongs to rounding.
        if self.beside.last() == Some(&0.0) {
            return;
        }
        space.project_tangent(x, &mut product);
        let v = std::mem::replace(&mut self.next, DVector::zeros(product.len()));
        product.zip_apply(&v, |p, v| *p = T::narrow(p.widen() + self.bending * v.widen()));
        let size = norm(&product);
        self.diagonal.push(dot(&product, &v));
        self.basis.push(v);
        // Twice: once leaves what rounding makes of it.
        for _ in 0..2 {
            for b in &self.basis {
                let along = dot(&product, b);
                product.zip_apply(b, |p, b| *p = T::narrow(p.widen() - along * b.widen()));
            }
        }
        space.project_tangent(x, &mut product);
        let length = norm(&product);
        if length <= T::STATIONARY * size {
            self.beside.push(0.0);
            return;
        }
        self.beside.push(length);
        self.next = product.map(|p| T::narrow(p.widen() / length));
    }

    fn lowest(&self) -> Result<f64, Error> {
        let k = self.diagonal.len();
        let t = DMatrix::from_fn(k, k, |i, j| match i.abs_diff(j) {
            0 => self.diagonal[i],
            1 => self.beside[i.min(j)],
            _ => 0.0,
        });
        if let Some(&found) = t.iter().find(|t| !t.is_finite()) {
            return Err(Error::Parameter { name: "curvature", expected: "a finite number", found });
        }
        Ok(t.symmetric_eigenvalues().min())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;
    use dam_core::prelude::*;

    /// The tangent Hessian by second differences of the energy along great circles, in an orthonormal basis.
    fn lowest_by_differences<E: Energy<Space = Sphere<f64>>>(memory: &E, x: &DVector<f64>) -> f64 {
        let (n, space) = (x.len(), memory.space());
        let mut basis: Vec<DVector<f64>> = Vec::new();
        for i in 0..n {
            let mut v = DVector::zeros(n);
            v[i] = 1.0;
            space.project_tangent(x, &mut v);
            for b in &basis {
                v -= b * v.dot(b);
            }
            if v.norm() > 1e-6 && basis.len() < n - 1 {
                basis.push(v.normalize());
            }
        }
        let h = 1e-3;
        let at = |v: DVector<f64>| {
            let length = v.norm();
            let angle = length / (n as f64).sqrt();
            memory.energy(&(x * angle.cos() + v * ((n as f64).sqrt() / length * angle.sin())))
        };
        let hessian = DMatrix::from_fn(n - 1, n - 1, |i, j| {
            let (a, b) = (&basis[i] * h, &basis[j] * h);
            if i == j {
                return (at(a.clone()) + at(-a) - 2.0 * memory.energy(x)) / (h * h);
            }
            (at(&a + &b) + at(-&a - &b) - at(&a - &b) - at(&b - &a)) / (4.0 * h * h)
        });
        hessian.symmetric_eigenvalues().min()
    }

    #[test]
    fn enough_steps_reach_the_lowest_eigenvalue() {
        let streams = Streams::new(4);
        let space = Sphere::<f64>::new(9).unwrap();
        let patterns: Vec<_> =
            (0..25).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
        let which = [3, 17];
        let cubic = Dam::new(space.clone(), Monomial::new(3).unwrap(), Sum, 2.0, &patterns).unwrap();
        let lse = models::lse(space, 0.4, &patterns).unwrap();
        for start in [Start::Random, Start::Gradient] {
            let few = Lanczos::new(3, start).unwrap();
            let many = Lanczos::new(12, start).unwrap();
            let found = many.of_patterns(&cubic, &which, streams).unwrap();
            let above = few.of_patterns(&cubic, &which, streams).unwrap();
            let soft = many.of_patterns(&lse, &which, streams).unwrap();
            for (k, &mu) in which.iter().enumerate() {
                let expected = lowest_by_differences(&cubic, &patterns[mu]);
                assert!((found[k] - expected).abs() < 1e-5 * expected.abs(), "{} {expected}", found[k]);
                assert!(above[k] >= found[k] - 1e-12);
                let expected = lowest_by_differences(&lse, &patterns[mu]);
                assert!((soft[k] - expected).abs() < 1e-5 * (1.0 + expected.abs()), "{} {expected}", soft[k]);
            }
        }
    }

    #[test]
    fn single_precision_follows_double() {
        let streams = Streams::new(4);
        let single = Sphere::<f32>::new(40).unwrap();
        let patterns: Vec<DVector<f32>> =
            (0..90).map(|mu| single.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
        let double = Sphere::<f64>::new(40).unwrap();
        let wide = patterns.iter().map(|p| double.project(&p.map(f64::from)).unwrap());
        let (a, b) = (
            models::spherical(single, 3, &patterns).unwrap(),
            models::spherical(double.clone(), 3, wide).unwrap(),
        );
        let lanczos = Lanczos::new(6, Start::Gradient).unwrap();
        let (a, b) = (
            lanczos.of_patterns(&a, &[5], streams).unwrap(),
            lanczos.of_patterns(&b, &[5], streams).unwrap(),
        );
        assert!((a[0] - b[0]).abs() < 1e-3 * b[0].abs(), "{a:?} {b:?}");
    }

    /// One pattern alone bends nothing in the Euclidean space, wherever it lies: the Hessian is that of ½ |x|².
    #[test]
    fn a_pattern_at_the_origin_has_a_curvature() {
        let space = Euclidean::<f64>::new(3).unwrap();
        for pattern in [[0.0; 3], [1.0, -2.0, 0.5]] {
            let memory = models::attention(space.clone(), 0.7, [pattern.to_vec()]).unwrap();
            for start in [Start::Random, Start::Gradient] {
                let found =
                    Lanczos::new(2, start).unwrap().of_patterns(&memory, &[0], Streams::new(1)).unwrap();
                assert!((found[0] - 1.0).abs() < 1e-12, "{found:?}");
            }
        }
    }

    #[test]
    fn illegal_settings_are_refused() {
        assert!(matches!(Lanczos::new(0, Start::Random), Err(Error::Parameter { .. })));
        let one = Dam::new(Sphere::<f64>::new(1).unwrap(), Monomial::new(3).unwrap(), Sum, 1.0, [vec![1.0]])
            .unwrap();
        let lanczos = Lanczos::new(2, Start::Gradient).unwrap();
        assert!(matches!(lanczos.of_patterns(&one, &[0], Streams::new(1)), Err(Error::Parameter { .. })));
        assert!(matches!(lanczos.of_patterns(&one, &[1], Streams::new(1)), Err(Error::Core(_))));
    }
}
