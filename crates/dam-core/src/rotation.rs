//! Prices of coordinate rotations on the sphere, in O(M).

use crate::aggregate::{Aggregator, Total};
use crate::energy::{Priced, Rotation};
use crate::kernel::Kernel;
use crate::space::{Sphere, StateSpace, VectorSpace};
use crate::store::{DensePatterns, PatternStore};
use crate::{Dam, Real};

/// What pair rotations remember of a state: its overlaps and their sum (machinery).
#[derive(Clone, Debug)]
pub struct RotationCache {
    m: Vec<f64>,
    total: Total,
    moves: usize,
}

/// Rotations after which overlaps and norm are computed afresh: rounding stays near 1e-13.
const REFRESH: usize = 1024;

impl<T: Real, K: Kernel, Q: Aggregator> Dam<DensePatterns<Sphere<T>>, K, Q> {
    /// The two sites and the changes of x there, over N: what multiplies the patterns' entries.
    fn turned(&self, x: &<Sphere<T> as StateSpace>::State, mv: Rotation) -> [(usize, f64); 2] {
        let (sin, cos) = mv.angle.sin_cos();
        let (xi, xj) = (x[mv.i].widen(), x[mv.j].widen());
        let n = self.store.space().sites() as f64;
        [(mv.i, (xi * (cos - 1.0) - xj * sin) / n), (mv.j, (xi * sin + xj * (cos - 1.0)) / n)]
    }
}

impl<T: Real, K: Kernel, Q: Aggregator> Priced<Rotation> for Dam<DensePatterns<Sphere<T>>, K, Q> {
    type Cache = RotationCache;

    fn cache(&self, x: &<Sphere<T> as StateSpace>::State) -> RotationCache {
        let mut m = vec![0.0; self.len()];
        self.store.scan(std::slice::from_ref(x), |_, first, block| {
            m[first..first + block.len()].copy_from_slice(block);
        });
        let mut reduction = self.reduction();
        reduction.value(&m);
        RotationCache { m, total: reduction.total(), moves: 0 }
    }

    fn price(&self, x: &<Sphere<T> as StateSpace>::State, cache: &RotationCache, mv: Rotation) -> f64 {
        use crate::reduce::BLOCK;
        let sites = self.turned(x, mv);
        let mut reduction = self.reduction();
        let mut moved = [0.0; BLOCK];
        for (k, m) in cache.m.chunks(BLOCK).enumerate() {
            let moved = &mut moved[..m.len()];
            moved.copy_from_slice(m);
            self.store.add_sites(k * BLOCK, sites, moved);
            reduction.value(moved);
        }
        -self.prefactor * self.aggregator.change(cache.total, reduction.total())
    }

    fn apply(&self, x: &mut <Sphere<T> as StateSpace>::State, cache: &mut RotationCache, mv: Rotation) {
        let (sin, cos) = mv.angle.sin_cos();
        self.store.add_sites(0, self.turned(x, mv), &mut cache.m);
        let (xi, xj) = (x[mv.i].widen(), x[mv.j].widen());
        x[mv.i] = T::narrow(xi * cos - xj * sin);
        x[mv.j] = T::narrow(xi * sin + xj * cos);
        cache.moves += 1;
        if cache.moves >= REFRESH {
            self.store.space().retract(x);
            *cache = self.cache(x);
            return;
        }
        let mut reduction = self.reduction();
        reduction.value(&cache.m);
        cache.total = reduction.total();
    }
}
