//! Energies and fields over dense patterns, shard by shard.

use std::ops::Range;

use super::PatternStore;
use super::bricks::Bricks;
use super::dense::{DensePatterns, Overlaps, SHARD};
use crate::aggregate::{Aggregator, Total};
use crate::parallel::in_order;
use crate::reduce::Reduction;
use crate::{Dam, Kernel, Real, VectorSpace};

impl<S: VectorSpace<Scalar = T>, T: Real, B: Bricks<T>, K: Kernel, Q: Aggregator>
    Dam<DensePatterns<S, B>, K, Q>
{
    /// Runs `task` over the shards of patterns, in parallel if there is more than one, and joins the results in order.
    fn fold_shards<R: Send>(
        &self,
        task: impl Fn(Range<usize>) -> R + Sync,
        mut join: impl FnMut(&mut R, R),
    ) -> R {
        let run = |k: usize| task(k * SHARD..((k + 1) * SHARD).min(self.len()));
        let joined = in_order(self.len().div_ceil(SHARD), run).reduce(|mut all, part| {
            join(&mut all, part);
            all
        });
        joined.expect("a store is never empty")
    }

    /// An empty sum over patterns.
    pub(crate) fn reduction(&self) -> Reduction<'_, K> {
        Reduction::new(&self.kernel, &self.tables, self.store.space().sites())
    }

    pub(super) fn dense_energies(&self, x: &[S::State], e: &mut [f64]) {
        let scan = |range: Range<usize>| {
            let mut totals = vec![self.reduction(); x.len()];
            self.store.scan_overlaps(range, x, |s, _, m| totals[s].value(m));
            totals
        };
        let totals = self.fold_shards(scan, |all, later| {
            for (total, later) in all.iter_mut().zip(&later) {
                total.merge(later);
            }
        });
        for ((e, x), total) in e.iter_mut().zip(x).zip(totals) {
            *e = self.energy_of(total.total()) + self.store.space().confinement(x);
        }
    }

    /// Fields and energies, with overlaps computed or known.
    pub(crate) fn dense_fields(
        &self,
        x: &[S::State],
        overlaps: Overlaps<'_, T>,
        h: &mut [S::Field],
        e: &mut [f64],
    ) {
        let n = self.store.space().sites();
        if x.len() == 1 && self.len() <= SHARD {
            // The one-state path: no buffer but the field itself, if patterns are held.
            let mut total = self.reduction();
            let sum = h[0].as_mut_slice();
            self.store.scan_fields(0..self.len(), overlaps, sum, |_, _, m| total.weights(m));
            e[0] = self.finish_field(total.total(), &x[0], &mut h[0]);
            return;
        }
        let scan = |range: Range<usize>| {
            let mut totals = vec![self.reduction(); x.len()];
            let mut sums = vec![T::zero(); n * x.len()];
            self.store.scan_fields(range, overlaps, &mut sums, |s, _, m| totals[s].weights(m));
            (totals, sums)
        };
        let (totals, sums) = self.fold_shards(scan, |(totals, sums), (later, later_sums)| {
            for (s, total) in totals.iter_mut().enumerate() {
                let (own, later) = total.merge(&later[s]);
                let (own, later) = (T::narrow(own), T::narrow(later));
                let sums = sums[s * n..][..n].iter_mut().zip(&later_sums[s * n..][..n]);
                sums.for_each(|(h, &l)| *h = *h * own + l * later);
            }
        });
        for (s, total) in totals.into_iter().enumerate() {
            h[s].as_mut_slice().copy_from_slice(&sums[s * n..][..n]);
            e[s] = self.finish_field(total.total(), &x[s], &mut h[s]);
        }
    }

    /// From Σ_μ w_μ ξ^μ to the field; returns the energy.
    fn finish_field(&self, total: Total, x: &S::State, h: &mut S::Field) -> f64 {
        let factor = self.field_factor(total);
        // A field that leaves f32 keeps its direction.
        let factor =
            T::narrow(if factor == 0.0 { 0.0 } else { factor.clamp(1.0 / T::MOST_FACTOR, T::MOST_FACTOR) });
        if S::CONFINED {
            h.iter_mut().zip(x.iter()).for_each(|(h, &x)| *h = *h * factor - x);
        } else {
            h.iter_mut().for_each(|h| *h *= factor);
        }
        self.energy_of(total) + self.store.space().confinement(x)
    }
}
