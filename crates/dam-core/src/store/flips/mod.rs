//! Prices of single spin flips in O(M), exact where the kernel is integer.

mod narrow;
mod wide;

use super::PatternStore;
use super::bits::BitPatterns;
use crate::aggregate::{Aggregator, Total};
use crate::energy::{Flip, FormalField, Priced};
use crate::space::Spins;
use crate::{Dam, Kernel};
use narrow::Narrow;
use wide::Wide;

/// What single-spin dynamics remember of a state: its dot products with all patterns, and what a flip would change
/// (machinery).
///
/// One byte per pattern for integer kernels of degree two and three, while fewer than one pattern in 32 has a dot product
/// beyond ±224 (random patterns up to N of about 10,000); 8 to 20 bytes for all others.
#[derive(Clone, Debug)]
pub struct FlipCache(Engine);

#[derive(Clone, Debug)]
enum Engine {
    Narrow(Narrow),
    Wide(Wide),
}

impl FlipCache {
    /// The dot products x·ξ^μ of the state that this cache follows.
    #[must_use]
    pub fn dots(&self) -> Vec<i32> {
        match &self.0 {
            Engine::Narrow(narrow) => narrow.dots(),
            Engine::Wide(wide) => wide.dots().to_vec(),
        }
    }

    fn new<K: Kernel, Q: Aggregator>(dam: &Dam<BitPatterns, K, Q>, x: &Spins) -> Self {
        let (store, tables) = (&dam.store, &dam.tables);
        let mut dots = vec![0; store.len()];
        store.dots(0, x, &mut dots);
        let narrow = tables.integer.as_ref().filter(|_| Q::ADDITIVE);
        Self(match narrow.and_then(|integer| Narrow::new(store, integer, tables.n, &dots)) {
            Some(narrow) => Engine::Narrow(narrow),
            None => Engine::Wide(Wide::new::<Q>(store, tables, dots)),
        })
    }
}

/// Selects the patterns that agree with a spin: those whose bit is set, or those whose bit is not.
fn flip_of(is_up: bool) -> u64 {
    if is_up { 0 } else { u64::MAX }
}

impl<K: Kernel, Q: Aggregator> Dam<BitPatterns, K, Q> {
    /// −c ΔΣ of an additive model, from integers.
    fn price_of(&self, change: f64) -> f64 {
        let unit = self.tables.integer.as_ref().map_or(0.0, |t| t.value_unit);
        -self.prefactor * unit * change
    }

    /// 2 x_i h_i, from x_i Σ_μ w_μ ξ_i^μ.
    fn formal_price_of(&self, total: Total, sum: f64) -> f64 {
        2.0 * self.field_factor(total) * sum
    }
}

impl<K: Kernel, Q: Aggregator> Priced<Flip> for Dam<BitPatterns, K, Q> {
    type Cache = FlipCache;

    fn cache(&self, x: &Spins) -> FlipCache {
        FlipCache::new(self, x)
    }

    #[inline]
    fn price(&self, x: &Spins, cache: &FlipCache, Flip(i): Flip) -> f64 {
        match &cache.0 {
            Engine::Narrow(narrow) => self.price_of(narrow.change(&self.store, i, x.is_up(i)) as f64),
            Engine::Wide(wide) => wide.price(self, i, x.is_up(i)),
        }
    }

    fn apply(&self, x: &mut Spins, cache: &mut FlipCache, Flip(i): Flip) {
        let was_up = x.is_up(i);
        x.flip(i);
        match &mut cache.0 {
            Engine::Narrow(narrow) => {
                if !narrow.flip(&self.store, i, was_up) {
                    // Overlaps have grown too large for bytes, as among correlated patterns.
                    let dots = narrow.dots();
                    cache.0 = Engine::Wide(Wide::new::<Q>(&self.store, &self.tables, dots));
                }
            }
            Engine::Wide(wide) => wide.flip::<Q>(&self.store, &self.tables, i, was_up),
        }
    }
}

impl<K: Kernel, Q: Aggregator> FormalField for Dam<BitPatterns, K, Q> {
    fn formal_price(&self, x: &Spins, cache: &FlipCache, i: usize) -> f64 {
        match &cache.0 {
            Engine::Narrow(narrow) => {
                let unit = self.tables.integer.as_ref().map_or(0.0, |t| t.slope_unit);
                let sum = unit * narrow.aligned_slope(&self.store, i, x.is_up(i)) as f64;
                self.formal_price_of(Total { ln_scale: 0.0, sum: 0.0 }, sum)
            }
            Engine::Wide(wide) => wide.formal_price(self, i, x.is_up(i)),
        }
    }
}
