//! Products with the Hessian of a dense memory's energy.

use nalgebra::DMatrix;

use crate::aggregate::Aggregator;
use crate::energy::Curvature;
use crate::kernel::CurvedKernel;
use crate::space::VectorSpace;
use crate::store::{DensePatterns, Overlaps, PatternStore};
use crate::{Dam, Overlap, Real};

impl<S: VectorSpace<Scalar = T>, T: Real, K: CurvedKernel, Q: Aggregator> Curvature
    for Dam<DensePatterns<S>, K, Q>
{
    fn hessian_products(&self, m: &[&[T]], v: &[S::State], out: &mut [S::Field]) {
        let along = self.store.overlaps(v);
        let mut weights = DMatrix::zeros(self.len(), v.len());
        let mut units = Vec::with_capacity(v.len());
        for ((m, q), mut w) in m.iter().zip(along.column_iter()).zip(weights.column_iter_mut()) {
            units.push(self.curvature_weights(m, q.as_slice(), w.as_mut_slice()));
        }
        let n = self.store.space().sites();
        let columns: Vec<&[T]> = weights.as_slice().chunks_exact(self.len()).collect();
        let mut sums = vec![T::zero(); n * v.len()];
        self.store.scan_fields(0..self.len(), Overlaps::Known(&columns), &mut sums, |_, _, _| 1.0);
        for (((out, sum), v), unit) in out.iter_mut().zip(sums.chunks_exact(n)).zip(v).zip(units) {
            let factor = -self.prefactor * unit / n as f64;
            for ((out, sum), v) in out.iter_mut().zip(sum).zip(v.iter()) {
                let confining = if S::CONFINED { v.widen() } else { 0.0 };
                *out = T::narrow(factor * sum.widen() + confining);
            }
        }
    }
}

impl<S: VectorSpace<Scalar = T>, T: Real, K: CurvedKernel, Q: Aggregator> Dam<DensePatterns<S>, K, Q> {
    /// w_μ with ∇²E v = −(c/N) Σ_μ w_μ ξ^μ, up to the unit that is returned:
    ///
    /// ```text
    /// w_μ = Q' F''(m_μ) q_μ + Q'' (Σ_ν F'(m_ν) q_ν) F'(m_μ),   q = v·ξ/N
    /// ```
    fn curvature_weights(&self, m: &[T], q: &[T], w: &mut [T]) -> f64 {
        let n = self.store.space().sites();
        let mut reduction = self.reduction();
        reduction.value(m);
        let total = reduction.total();
        let slope = self.aggregator.slope(total);
        let curvature = self.aggregator.curvature(total);
        // F' and F'', over the scale of the total.
        let derivatives = |m: T| {
            let s = Overlap::new(m.widen(), n);
            if !self.kernel.log_domain() {
                return (self.kernel.df(s), self.kernel.d2f(s));
            }
            let f = (self.kernel.ln_f(s) - total.ln_scale).exp();
            if f == 0.0 {
                return (0.0, 0.0);
            }
            let slope = self.kernel.dln_f(s);
            (f * slope, f * (self.kernel.d2ln_f(s) + slope * slope))
        };
        let pairs: Vec<(f64, f64)> = m.iter().map(|&m| derivatives(m)).collect();
        let along: f64 = pairs.iter().zip(q).map(|((d1, _), q)| d1 * q.widen()).sum();
        let weight = |(d1, d2): (f64, f64), q: f64| slope * d2 * q + curvature * along * d1;
        let each = || pairs.iter().zip(q).map(|(&pair, q)| weight(pair, q.widen()));
        // Weights of steep sums leave the range of f32, and their ratios do not. No number if one of them is none.
        let unit = each().fold(0.0_f64, |max, w| if w.abs() <= max { max } else { max + (w.abs() - max) });
        if unit != 0.0 {
            w.iter_mut().zip(each()).for_each(|(w, each)| *w = T::narrow(each / unit));
        }
        unit
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DVector;

    use super::*;
    use crate::energy::{LineEnergy, LocalField};
    use crate::kernel::{Epanechnikov, Exponential, Hermite, Kernel, Monomial, Powered, RectifiedMonomial};
    use crate::space::{Euclidean, IntoState, Sphere};
    use crate::store::Storable;
    use crate::{FlooredLogSum, LogSum, Purpose, Streams, Sum};

    /// Products against central differences of the field, for several states and vectors at once.
    fn differences<S, K, Q>(space: &S, kernel: K, q: Q)
    where
        S: VectorSpace<Scalar = f64> + Storable<Store = DensePatterns<S>>,
        for<'p> &'p DVector<f64>: IntoState<S>,
        K: CurvedKernel,
        Q: Aggregator,
    {
        let draw = |purpose, count: u64| -> Vec<DVector<f64>> {
            (0..count).map(|k| space.sample(&mut Streams::new(3).rng(purpose, k))).collect()
        };
        let patterns = draw(Purpose::Patterns, 30);
        // Near a pattern, so that sums with a compact support are not empty.
        let x: Vec<_> =
            draw(Purpose::Cues, 5).iter().zip(&patterns).map(|(c, p)| p * 0.9 + c * 0.3).collect();
        let v: Vec<_> = draw(Purpose::Directions, 5).iter().map(|v| v * 0.7).collect();
        let memory = Dam::new(space.clone(), kernel, q, 1.7, &patterns).unwrap();
        let overlaps = memory.overlaps_of(&x);
        let m: Vec<&[f64]> = overlaps.as_slice().chunks_exact(30).collect();
        let mut found = vec![space.zero_field(); 5];
        memory.hessian_products(&m, &v, &mut found);
        for ((x, v), found) in x.iter().zip(&v).zip(&found) {
            let field = |t: f64| {
                let mut h = space.zero_field();
                memory.field(&(x + v * t), &mut h);
                h
            };
            let h = 1e-5;
            let difference = (field(-h) - field(h)) / (2.0 * h);
            let off = (found - &difference).amax();
            assert!(off < 1e-6 * (1.0 + difference.amax()), "{off:e} of {:e}", difference.amax());
            assert!(difference.amax() > 0.0);
        }
    }

    fn every_kernel<S>(space: &S)
    where
        S: VectorSpace<Scalar = f64> + Storable<Store = DensePatterns<S>>,
        for<'p> &'p DVector<f64>: IntoState<S>,
    {
        differences(space, Monomial::new(3).unwrap(), Sum);
        differences(space, RectifiedMonomial::new(4).unwrap(), Sum);
        differences(space, Hermite::new(4).unwrap(), Sum);
        differences(space, Exponential::anchored(0.2).unwrap(), Sum);
        differences(space, Exponential::new(0.2).unwrap(), LogSum);
        differences(space, Exponential::anchored(0.2).unwrap(), FlooredLogSum::new(1e-9).unwrap());
        differences(space, Monomial::new(2).unwrap(), LogSum);
        differences(space, Powered(Epanechnikov::new(0.4).unwrap()), LogSum);
        differences(space, Box::new(Monomial::new(3).unwrap()) as Box<dyn CurvedKernel>, Sum);
    }

    #[test]
    fn products_are_differences_of_fields() {
        every_kernel(&Sphere::<f64>::new(12).unwrap());
        every_kernel(&Euclidean::<f64>::new(12).unwrap());
    }

    #[test]
    fn a_curvature_that_is_no_number_shows() {
        struct Broken;
        impl Kernel for Broken {
            fn f(&self, s: Overlap) -> f64 {
                s.m().powi(2)
            }
            fn df(&self, s: Overlap) -> f64 {
                2.0 * s.m()
            }
            fn log_domain(&self) -> bool {
                false
            }
        }
        impl CurvedKernel for Broken {
            fn d2f(&self, _s: Overlap) -> f64 {
                f64::NAN
            }
        }
        let space = Sphere::<f64>::new(2).unwrap();
        let memory = Dam::new(space, Broken, Sum, 1.0, [vec![1.0, 1.0]]).unwrap();
        let mut out = [DVector::zeros(2)];
        memory.hessian_products(&[&[1.0]], &[DVector::from_vec(vec![1.0, 1.0])], &mut out);
        assert!(out[0].iter().all(|h| h.is_nan()));
    }
}
