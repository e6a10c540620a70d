//! The noise floor: the random energy model of all other patterns.

use dam_core::{Extensive, Overlap};

use super::chart::Chart;
use super::check;
use super::rates::RateFunction;
use super::roots::root;
use super::solver::Theory;
use crate::Error;

/// What the other e^{αN} patterns contribute at a state that knows none of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoiseFloor {
    /// No pattern reaches into the support of the kernel: the energy of such a state is +∞.
    NoFloor,
    /// Dominated by the nearest patterns: a number of order one carries the weight.
    Condensed {
        /// Their overlap: φ_max, or −φ_max for a kernel that prefers it.
        phi: f64,
        /// u_noise, per site.
        energy: f64,
    },
    /// Dominated by exponentially many patterns.
    Uncondensed {
        /// Their overlap φ_*.
        phi: f64,
        /// u_noise, per site.
        energy: f64,
    },
}

impl NoiseFloor {
    /// u_noise; +∞ without a floor.
    #[must_use]
    pub fn energy(self) -> f64 {
        match self {
            Self::NoFloor => f64::INFINITY,
            Self::Condensed { energy, .. } | Self::Uncondensed { energy, .. } => energy,
        }
    }
}

/// Where the random energy model of the patterns condenses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condensation {
    /// φ_*, the maximum of s_patterns + k.
    pub phi: f64,
    /// α_* = −s_patterns(φ_*): from this load on the floor is the uncondensed one.
    pub alpha: f64,
}

/// What the floor is made of, found once: the local maxima of s + k, and k on a grid to find its levels.
#[derive(Clone, Debug)]
pub(super) struct Noise {
    /// k(1) as the kernel gives it.
    top: f64,
    /// The gap 1 − m below which F > 0; 2 if that is everywhere.
    pub(super) support: f64,
    pub(super) points: Vec<Point>,
    /// The stretches of overlaps inside the support, with k on their grids.
    sides: Vec<Side>,
}

/// An overlap at which s + k can be largest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub(super) phi: f64,
    /// s + k there: the exponent of its contribution is α + this.
    pub(super) annealed: f64,
    /// −s: the load from which on there are patterns at this overlap.
    pub(super) load: f64,
    pub(super) k: f64,
    /// Whether it is an end of the line of overlaps, ±1, and not a maximum.
    end: bool,
}

#[derive(Clone, Debug)]
struct Side {
    chart: Chart,
    y: Vec<f64>,
    k: Vec<f64>,
}

impl Noise {
    pub(super) fn new<K: Extensive, E: RateFunction>(kernel: &K, ensemble: &E) -> Self {
        let top = kernel.rate(Overlap::from_gap(0.0, 1));
        let support = find_support(kernel);
        let mut noise = Self { top, support, points: Vec::new(), sides: Vec::new() };
        let mut charts = vec![noise.chart()];
        if support > 1.0 {
            charts.push(Chart::from_zero(1.0 - support));
        } else if kernel.rate(Overlap::new(-1.0, 1)) > f64::NEG_INFINITY {
            charts.push(Chart::from_edge(support, -1.0));
        }
        if ensemble.reach() > 1.0 {
            charts.push(Chart::beyond_one());
        }
        for chart in charts {
            let y: Vec<f64> = chart.grid().collect();
            let k = y.iter().map(|&y| noise.k(kernel, chart.at(y))).collect();
            noise.sides.push(Side { chart, y, k });
        }
        let slope = |at: Overlap| kernel.rate_slope(at) + ensemble.ds(at);
        for side in &noise.sides {
            // From the inner end outwards; outwards is upwards except among the negative overlaps.
            let sign = if side.chart.at(0.0).m() < 0.0 { -1.0 } else { 1.0 };
            for pair in side.y.windows(2) {
                let ends = [pair[0], pair[1]].map(|y| sign * slope(side.chart.at(y)));
                let turns = ends[0] > 0.0 && ends[1] <= 0.0;
                let top = if turns { root(pair[0], pair[1], |y| slope(side.chart.at(y))) } else { None };
                noise.points.extend(top.map(|y| noise.point(kernel, ensemble, side.chart.at(y), false)));
            }
        }
        let mut others = vec![(Overlap::new(0.0, 1), false)];
        if support < 1.0 {
            let chart = noise.chart();
            others.push((chart.at(chart.range().1), false));
        }
        if ensemble.reach() == 1.0 {
            others.extend([(Overlap::from_gap(0.0, 1), true), (Overlap::new(-1.0, 1), true)]);
        }
        for (at, end) in others {
            noise.points.push(noise.point(kernel, ensemble, at, end));
        }
        // Outside the support, and where no pattern ever is.
        noise.points.retain(|point| point.annealed > f64::NEG_INFINITY);
        noise
    }

    /// The positive overlaps inside the support.
    pub(super) fn chart(&self) -> Chart {
        if self.support > 1.0 { Chart::from_zero(1.0) } else { Chart::from_edge(self.support, 1.0) }
    }

    /// The overlap at which the support begins, or 0 if it begins below.
    pub(super) fn edge(&self) -> Overlap {
        if self.support < 1.0 { Overlap::from_gap(self.support, 1) } else { Overlap::new(0.0, 1) }
    }

    pub(super) fn k<K: Extensive>(&self, kernel: &K, at: Overlap) -> f64 {
        kernel.rate(at) - self.top
    }

    fn point<K: Extensive, E: RateFunction>(
        &self,
        kernel: &K,
        ensemble: &E,
        at: Overlap,
        end: bool,
    ) -> Point {
        let (k, s) = (self.k(kernel, at), ensemble.s(at));
        Point { phi: at.m(), annealed: s + k, load: -s, k, end }
    }

    /// Going outwards from 0, the first overlap with k >= `level` on each side, and whether k jumps there from −∞.
    pub(super) fn first_reaching<K: Extensive>(
        &self,
        kernel: &K,
        level: f64,
    ) -> impl Iterator<Item = (Overlap, bool)> {
        self.sides.iter().filter(|side| side.chart.at(0.0).m() < 1.0).filter_map(move |side| {
            let Some(first) = side.k.iter().position(|&k| k >= level) else {
                // k(1) = 0 itself is beyond the grid.
                return (level <= 0.0 && side.chart.at(0.0).m() > 0.0)
                    .then(|| (Overlap::from_gap(0.0, 1), false));
            };
            if first == 0 {
                // A logarithm falls to −∞ by itself, though no double is near enough to the edge to see it.
                let smooth = side.k[1] - side.k[0] > 1e-6 * (side.y[0] - side.y[1]);
                return Some((side.chart.at(side.y[0]), !smooth));
            }
            let level_at = |y: f64| self.k(kernel, side.chart.at(y)) - level;
            root(side.y[first - 1], side.y[first], level_at).map(|y| (side.chart.at(y), false))
        })
    }

    /// Going inwards from 1, the coordinate on the branch of retrieval where k falls to `level`; `None` if it does
    /// not among the positive overlaps.
    pub(super) fn falling_to<K: Extensive>(&self, kernel: &K, level: f64) -> Option<f64> {
        let side = &self.sides[0];
        if level <= self.k(kernel, Overlap::new(0.0, 1)) {
            return None;
        }
        let last = side.k.iter().rposition(|&k| k <= level)?;
        let Some(&next) = side.y.get(last + 1) else { return Some(side.y[last]) };
        root(side.y[last], next, |y| self.k(kernel, side.chart.at(y)) - level)
    }
}

/// The gap beyond which F = 0, to the last bit: found from F itself, so that no kernel can forget to say.
fn find_support<K: Extensive>(kernel: &K) -> f64 {
    let vanishes = |gap: f64| kernel.rate(Overlap::from_gap(gap, 1)) == f64::NEG_INFINITY;
    // Steep kernels have a narrow support: doubling finds its scale.
    let (narrow, wide) = (-1000..=-8, 2..=512);
    let mut gaps = narrow.map(|j| 2.0_f64.powi(j)).chain(wide.map(|j| f64::from(j) / 256.0));
    let Some(mut high) = gaps.find(|&gap| vanishes(gap)) else { return 2.0 };
    let mut low = if high > 1.0 / 256.0 { high - 1.0 / 256.0 } else { 0.5 * high };
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            // Around m = 0 gaps do not tell overlaps apart.
            return if (low - 1.0).abs() <= f64::EPSILON { 1.0 } else { low };
        }
        if vanishes(middle) { high = middle } else { low = middle }
    }
}

impl<K: Extensive, S: RateFunction, E: RateFunction> Theory<K, S, E> {
    /// The largest overlap of a state with e^{αN} random patterns: α + s_patterns(φ_max) = 0. It is the
    /// [`reach`](RateFunction::reach) once α exceeds −s there.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless α is finite and α >= 0.
    pub fn phi_max(&self, alpha: f64) -> Result<f64, Error> {
        check::load(alpha)?;
        Ok(self.largest_overlap(alpha).m())
    }

    /// α_th: below this load no pattern reaches into the support of the kernel and there is no noise floor. 0 for a
    /// kernel that is positive at overlap 0.
    ///
    /// # Reference
    /// "Thermal phases", eqs. 28 and 38, for the Gaussian tail.
    #[must_use]
    pub fn support_threshold(&self) -> f64 {
        0.0 - self.ensemble().s(self.noise.edge())
    }

    /// Where the floor condenses; `None` if s_patterns + k is largest at m = ±1, so that the nearest patterns carry
    /// it while there are fewer than all.
    #[must_use]
    pub fn condensation(&self) -> Option<Condensation> {
        let best = self.noise.points.iter().max_by(|a, b| a.annealed.total_cmp(&b.annealed))?;
        (!best.end).then_some(Condensation { phi: best.phi, alpha: best.load })
    }

    /// The noise floor at load `alpha`.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless α is finite and α >= 0.
    pub fn noise_floor(&self, alpha: f64) -> Result<NoiseFloor, Error> {
        check::load(alpha)?;
        Ok(self.floor(alpha).0)
    }

    /// The floor and its exponent ν.
    pub(super) fn floor(&self, alpha: f64) -> (NoiseFloor, f64) {
        let farthest = self.largest_overlap(alpha);
        let mirrored = Overlap::new(-farthest.m(), 1);
        let boundary = [farthest, mirrored]
            .into_iter()
            .filter(|at| at.m() >= -1.0)
            .map(|at| (at.m(), self.k(at)))
            .filter(|&(_, k)| k > f64::NEG_INFINITY)
            .fold(None, |best: Option<(f64, f64)>, this| match best {
                Some(best) if best.1 >= this.1 => Some(best),
                _ => Some(this),
            });
        let many = self
            .noise
            .points
            .iter()
            .filter(|point| point.load <= alpha)
            .max_by(|a, b| a.annealed.total_cmp(&b.annealed))
            .map(|point| (point.phi, alpha + point.annealed));
        match (boundary, many) {
            (Some((phi, k)), many) if many.is_none_or(|(_, exponent)| k >= exponent) => {
                (NoiseFloor::Condensed { phi, energy: -self.c() * k }, k)
            }
            (_, Some((phi, exponent))) => {
                (NoiseFloor::Uncondensed { phi, energy: -self.c() * exponent }, exponent)
            }
            _ => (NoiseFloor::NoFloor, f64::NEG_INFINITY),
        }
    }

    fn largest_overlap(&self, alpha: f64) -> Overlap {
        if alpha == 0.0 {
            return Overlap::new(0.0, 1);
        }
        let s = |at: Overlap| alpha + self.ensemble().s(at);
        let reach = self.ensemble().reach();
        let one = Overlap::from_gap(0.0, 1);
        let (chart, inner) = if s(one) < 0.0 {
            (Chart::from_zero(1.0), 0.0)
        } else if reach > 1.0 {
            (Chart::beyond_one(), 1.0)
        } else {
            return one;
        };
        let (low, high) = chart.range();
        // Without a root φ_max is nearer to one of the ends than doubles are.
        let nearest = || if s(chart.at(high)) < 0.0 { Overlap::new(inner, 1) } else { chart.at(low) };
        root(low, high, |y| s(chart.at(y))).map_or_else(nearest, |y| chart.at(y))
    }
}
