//! What label sites gain when they are turned on.

use crate::error::parameter;
use crate::learning::products::{BLOCK, Batch, Slab, each_panel};
use crate::learning::{Gradient, Scratch};
use crate::parallel::map;
use crate::simd::{ReadTurns, Turns, WeighTurns, panel_rows, strip, unit};
use crate::store::{DensePatterns, PatternStore};
use crate::{Error, Real, VectorSpace};

/// The readout of a memory whose last sites are labels: what each of them gains when it is turned on.
///
/// With the visible sites of a state given, and all C labels at −1, turning label a to +1 lowers the energy
/// E(x) = −Σ_μ \[ξ^μ·x / T\]₊ⁿ by
///
/// ```text
/// z_a = Σ_μ ( [h_μ + 2 ξ^μ_a / T]₊ⁿ − [h_μ]₊ⁿ ),   h_μ = ξ^μ·x / T
/// ```
///
/// so one product with the patterns serves all labels. Differences are formed pattern by pattern; up to 24 of them are added
/// in the scalar of the patterns (in f32 z is off by some 10⁻⁶ of Σ |difference|), all others in f64.
/// For the same reason the gradient of any loss of z costs one more product; it is written by hand:
///
/// ```text
/// ∂z_a/∂ξ^μ = (n/T) ( [h_μ + 2 ξ^μ_a / T]₊ⁿ⁻¹ x(a) − [h_μ]₊ⁿ⁻¹ x ),   x(a) = x with label a at +1
/// ```
///
/// # Example
/// ```
/// use dam_core::{learning::Readout, prelude::*};
/// // Two visible sites and two labels: each pattern has a label on.
/// let space = Euclidean::<f64>::new(4)?;
/// let patterns = [[1.0, 1.0, 1.0, -1.0].as_slice(), &[-1.0, -1.0, -1.0, 1.0]];
/// let memory = models::rectified(space, 2, patterns)?.into_store();
/// let readout = Readout::new(2, 2, 2.0)?;
/// let z = readout.read(&memory, &[&[1.0, 1.0]], &mut Default::default())?;
/// // h = (1 + 1 − 1 + 1)/2 = 1; label 0 gains (1 + 1)² − 1² = 3 and label 1 loses 1 − 0 = 1.
/// assert_eq!(z, [3.0, -1.0]);
/// # Ok::<(), dam_core::Error>(())
/// ```
///
/// # Reference
/// Krotov and Hopfield (2016), section 4; "overloaded memory". There β = 1/Tⁿ multiplies the sum: powers of h/T stay in
/// the range of f32 where 794³⁰ does not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Readout {
    order: u32,
    labels: usize,
    temperature: f64,
}

const WARMER: &str = "; at a higher temperature powers of overlaps stay in range";

impl Readout {
    /// Of order n, for the last `labels` C sites, at temperature T in units of ξ·x ("pixels").
    ///
    /// # Errors
    /// [`Error::Parameter`] unless 2 <= n <= 1000, C >= 1 and T > 0.
    pub fn new(order: u32, labels: usize, temperature: f64) -> Result<Self, Error> {
        parameter("order n", "2 <= n <= 1000", f64::from(order), (2..=1000).contains(&order))?;
        parameter("labels", "at least one label", labels as f64, labels > 0)?;
        parameter("temperature", "T > 0", temperature, temperature > 0.0)?;
        Ok(Self { order, labels, temperature })
    }

    /// z of all states, C numbers for each, one state after the other; `visible` are their first N − C sites.
    ///
    /// # Errors
    /// [`Error::Dimension`] for a state that has not N − C sites, [`Error::NotFinite`], and [`Error::Overflow`] where a power
    /// leaves the range of the scalar.
    pub fn read<S: VectorSpace<Scalar = T>, T: Real>(
        &self,
        patterns: &DensePatterns<S>,
        visible: &[&[T]],
        scratch: &mut Scratch<T>,
    ) -> Result<Vec<f64>, Error> {
        let batch = self.batch(patterns, visible)?;
        self.forward(patterns, &batch, &self.changes(patterns), scratch)
    }

    /// Adds the gradient of a loss of z to `gradient`, and returns the loss: `loss(s, z, slope)` returns that of state s and
    /// writes its derivatives by z.
    ///
    /// # Errors
    /// As [`read`](Self::read), also for a loss or slope that is not finite; [`Error::Dimension`] for a gradient of other
    /// patterns.
    pub fn add_gradient<S: VectorSpace<Scalar = T>, T: Real>(
        &self,
        patterns: &DensePatterns<S>,
        visible: &[&[T]],
        loss: impl Fn(usize, &[f64], &mut [f64]) -> f64 + Sync,
        gradient: &mut Gradient<T>,
        scratch: &mut Scratch<T>,
    ) -> Result<f64, Error> {
        gradient.check(patterns)?;
        let batch = self.batch(patterns, visible)?;
        let changes = self.changes(patterns);
        let z = self.forward(patterns, &batch, &changes, scratch)?;
        let (total, slopes) = self.slopes::<T>(&batch, &z, loss)?;

        let labels = self.labels;
        let turned = batch.each_slab(patterns.len(), &mut scratch.h, |slab, h| {
            let first = slab.panels.start * panel_rows::<T>();
            let width: usize = slab.panels.clone().map(|p| slab.panel::<T>(p).1).sum();
            let mut turned = vec![T::zero(); labels * width];
            for p in slab.panels.clone() {
                let (from, width) = slab.panel::<T>(p);
                let at = (p * panel_rows::<T>() - first) * labels;
                T::weigh_turns(WeighTurns {
                    turns: self.turns(slab, p, &changes),
                    g: &slopes[slab.block],
                    h: &mut h[from..],
                    turned: &mut turned[at..at + labels * width],
                });
            }
            turned
        });
        batch.add_products(&scratch.h, gradient);
        // What x(a) has beyond x: 2 at label a. Panels of all groups follow each other.
        let sites = patterns.space().sites();
        each_panel(gradient, |p, width, gradient| {
            let labels_of = &mut gradient[(sites - labels) * width..];
            for groups in &turned {
                let group = groups[0].len().max(1);
                let at = p * panel_rows::<T>() * labels;
                let part = &groups[at / group][at % group..][..labels * width];
                labels_of.iter_mut().zip(part).for_each(|(to, &x)| *to += x + x);
            }
        });
        Ok(total)
    }

    fn batch<S: VectorSpace<Scalar = T>, T: Real>(
        &self,
        patterns: &DensePatterns<S>,
        visible: &[&[T]],
    ) -> Result<Batch<T>, Error> {
        let sites = patterns.space().sites();
        let Some(expected) = sites.checked_sub(self.labels).filter(|&n| n > 0) else {
            return Err(Error::Dimension { what: "labels", expected: sites, found: self.labels });
        };
        if let Some(x) = visible.iter().find(|x| x.len() != expected) {
            return Err(Error::Dimension { what: "visible sites of a state", expected, found: x.len() });
        }
        Batch::new(sites, visible.len(), -T::one(), |s| visible[s])
    }

    /// What turning each label on adds to h, panel by panel: label a of pattern r at `a·width + r`.
    fn changes<S: VectorSpace<Scalar = T>, T: Real>(&self, patterns: &DensePatterns<S>) -> Vec<Vec<T>> {
        let (sites, strip) = (patterns.space().sites(), strip::<T>());
        let change = T::narrow(2.0 / self.temperature);
        map(patterns.len().div_ceil(panel_rows::<T>()), |p| {
            let width = super::gradient::width::<T>(patterns.len(), p);
            let bricks = patterns.bricks_from(p * panel_rows::<T>());
            let entry = |(a, r): (usize, usize)| {
                bricks[(r / strip * sites + sites - self.labels + a) * strip + r % strip]
            };
            (0..self.labels)
                .flat_map(|a| (0..width).map(move |r| (a, r)))
                .map(|at| entry(at) * change)
                .collect()
        })
    }

    fn turns<'a, T: Real>(&self, slab: &Slab, p: usize, changes: &'a [Vec<T>]) -> Turns<'a, T> {
        let (order, sites) = (self.order, self.labels);
        let (_, width) = slab.panel::<T>(p);
        Turns { unit: unit(), order, width, states: slab.states, sites, change: &changes[p] }
    }

    fn forward<S: VectorSpace<Scalar = T>, T: Real>(
        &self,
        patterns: &DensePatterns<S>,
        batch: &Batch<T>,
        changes: &[Vec<T>],
        scratch: &mut Scratch<T>,
    ) -> Result<Vec<f64>, Error> {
        let strip = strip::<T>();
        batch.room(patterns.len(), &mut scratch.h);
        let sums = batch.overlaps(patterns, 1.0 / self.temperature, &mut scratch.h, |slab, h| {
            let mut sums = vec![T::zero(); slab.states * self.labels * strip];
            for p in slab.panels.clone() {
                let (from, _) = slab.panel::<T>(p);
                T::read_turns(ReadTurns {
                    turns: self.turns(slab, p, changes),
                    h: &h[from..],
                    sums: &mut sums,
                });
            }
            let lanes = sums.chunks_exact(strip);
            lanes.map(|lanes| lanes.iter().map(|x| x.widen()).sum::<f64>()).collect::<Vec<f64>>()
        });
        let mut z = Vec::new();
        for groups in sums {
            let before = z.len();
            for group in groups {
                z.resize(before + group.len(), 0.0);
                z[before..].iter_mut().zip(group).for_each(|(z, sum)| *z += sum);
            }
        }
        match z.iter().find(|z| !z.is_finite()) {
            Some(&value) => Err(Error::Overflow { what: "readout", scalar: T::NAME, value, advice: WARMER }),
            None => Ok(z),
        }
    }

    /// The loss of all states, and for each block its slopes by z times n/T.
    fn slopes<T: Real>(
        &self,
        batch: &Batch<T>,
        z: &[f64],
        loss: impl Fn(usize, &[f64], &mut [f64]) -> f64 + Sync,
    ) -> Result<(f64, Vec<Vec<T>>), Error> {
        let factor = f64::from(self.order) / self.temperature;
        let blocks = map(batch.blocks(), |block| {
            let mut slope = vec![0.0; self.labels];
            let (mut total, mut slopes) = (0.0, Vec::with_capacity(BLOCK * self.labels));
            for s in batch.states_of(block) {
                total += loss(s, &z[s * self.labels..][..self.labels], &mut slope);
                slopes.extend(slope.iter().map(|&g| T::narrow(g * factor)));
            }
            (total, slopes)
        });
        let total = blocks.iter().map(|(total, _)| total).sum::<f64>();
        let slopes: Vec<Vec<T>> = blocks.into_iter().map(|(_, slopes)| slopes).collect();
        let wrong = slopes.iter().flatten().map(|g| g.widen()).chain([total]).find(|x| !x.is_finite());
        match wrong {
            Some(value) => {
                Err(Error::Overflow { what: "loss or its slope", scalar: T::NAME, value, advice: "" })
            }
            None => Ok((total, slopes)),
        }
    }
}
