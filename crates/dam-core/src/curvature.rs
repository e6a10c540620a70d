//! Products with the Hessian of a dense memory's energy.

use nalgebra::DMatrix;

use crate::aggregate::Aggregator;
use crate::energy::Curvature;
use crate::kernel::CurvedKernel;
use crate::reduce::Reduction;
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
        let mut total = Reduction::new(&self.kernel, self.tables.as_ref(), n);
        total.value(m);
        let total = total.total();
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
        // Weights of steep sums leave the range of f32, and their ratios do not.
        let unit = each().fold(0.0_f64, |max, w| max.max(w.abs()));
        if unit > 0.0 {
            w.iter_mut().zip(each()).for_each(|(w, each)| *w = T::narrow(each / unit));
        }
        unit
    }
}
