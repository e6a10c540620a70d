//! Coordinates on the line of overlaps that resolve its ends.

use dam_core::Overlap;

/// A stretch of overlaps between `inner`, the end nearer to 0, and `outer`, in log-odds y: m → outer as y → −∞ and
/// m → inner as y → ∞. The gap 1 − m keeps all its digits down to 1e-304, and so does m near 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chart {
    inner: f64,
    outer: f64,
    /// |outer − inner|, which near m = 1 has more digits than the difference; 1 for an infinite `outer`.
    width: f64,
    /// The largest y.
    high: f64,
}

/// The y beyond which no kernel has structure: the ends are nearer than the rounding of m = 1.
const CORE: f64 = 40.0;
const STEPS: usize = 800;

impl Chart {
    /// From 0 to `outer`.
    pub(crate) fn from_zero(outer: f64) -> Self {
        Self { inner: 0.0, outer, width: outer.abs(), high: 700.0 }
    }

    /// From an edge to ±1, from where it is `width` away. Nearer to it than the rounding of that there is nothing to
    /// see.
    pub(crate) fn from_edge(width: f64, outer: f64) -> Self {
        Self { inner: outer - width.copysign(outer), outer, width, high: -(32.0 * f64::EPSILON).ln() }
    }

    /// From 1 to ∞.
    pub(crate) fn beyond_one() -> Self {
        Self { inner: 1.0, outer: f64::INFINITY, width: 1.0, high: -(32.0 * f64::EPSILON).ln() }
    }

    /// The legal range of y.
    pub(crate) fn range(&self) -> (f64, f64) {
        let low = match self.outer {
            1.0 => -700.0,
            outer if outer.is_infinite() => -300.0,
            _ => -36.0,
        };
        (low, self.high)
    }

    /// The overlap at y.
    pub(crate) fn at(&self, y: f64) -> Overlap {
        if self.outer.is_infinite() {
            return Overlap::new(self.inner + (-y).exp(), 1);
        }
        let gap = self.width / (1.0 + (-y).exp());
        if self.outer == 1.0 && (gap < 0.5 || self.inner != 0.0) {
            return Overlap::from_gap(gap, 1);
        }
        Overlap::new(self.inner + self.width.copysign(self.outer) / (1.0 + y.exp()), 1)
    }

    /// The points to look for structure at, from the inner end outwards; both ends of the range are among them.
    pub(crate) fn grid(&self) -> impl Iterator<Item = f64> + use<> {
        let (low, high) = self.range();
        let (from, to) = (low.max(-CORE), high.min(CORE));
        let inside = (0..=STEPS).map(move |j| to + (from - to) * j as f64 / STEPS as f64);
        let far_in = (high > to).then_some(high);
        let far_out = (low < from).then_some(low);
        far_in.into_iter().chain(inside).chain(far_out)
    }
}
