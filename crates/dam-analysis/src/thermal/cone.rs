//! The target, the patterns of a cone around it, and the mean of all others.

use std::sync::Arc;

use dam_core::nalgebra::DVector;
use dam_core::rand::{Rng, RngExt};
use dam_core::{
    Dam, DensePatterns, Energy, Kernel, LocalField, LogSum, Overlap, Sphere, StateSpace, VectorSpace,
};
use rand_distr::{Distribution, Poisson};

use super::ln_add;
use crate::Error;
use crate::theory::quadrature::nodes;
use crate::theory::{Space, tails::Overlaps};

/// Nodes of the table of the background; between them a cubic.
const NODES: usize = 401;

/// How a memory of M random patterns on the sphere looks from one of them, the target: the patterns whose overlap
/// with it is at least φ_k are drawn, K of them, a Poisson number; all others are replaced by their mean.
///
/// That mean depends on the overlap φ of the state with the target, and on nothing else:
///
/// ```text
/// C(φ) = M ∫_{−1}^{φ_k} dr h(r) <F(rφ + sqrt((1 − r²)(1 − φ²)) v)>_v,   h(r) ∝ (1 − r²)^{(N−3)/2}
/// ```
///
/// with v the overlap of random states in N − 1 dimensions. A constant in its place, C(1), holds chains back: leaving
/// the target would not uncover the patterns on the other side (N = 31, α = 0.5: ln C(0) is 4 above ln C(1)).
///
/// The memory that is drawn is good for how a chain leaves the target, not for where it goes: the patterns outside the
/// cone are no states of their own. It needs K >> 1, so φ_k below the overlap sqrt(1 − e^{−2α}) of the nearest pattern.
///
/// # Example
/// ```
/// use dam_analysis::thermal::ConeLaw;
/// use dam_core::{kernel::Exponential, prelude::*};
/// // N = 31, α = 0.5: 3000 of 5.4 million patterns.
/// let space = Sphere::<f64>::new(31)?;
/// let law = ConeLaw::new(space.clone(), Exponential::anchored(1.0)?, 1.0, 15.5, 0.55)?;
/// assert!((law.mean_count() - 3000.0).abs() < 100.0);
/// let streams = Streams::new(2);
/// let target = space.sample(&mut streams.rng(Purpose::Patterns, 0));
/// let memory = law.draw(&target, &mut streams.rng(Purpose::Patterns, 1))?;
/// assert!(memory.energy(&target) < 0.0);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ConeLaw<K> {
    space: Sphere<f64>,
    kernel: K,
    prefactor: f64,
    edge: f64,
    mean_count: f64,
    background: Arc<Background>,
}

impl<K: Kernel + Clone> ConeLaw<K> {
    /// The cone of overlaps from `edge` = φ_k on, for the energy −c ln Σ F of M = e^`ln_patterns` patterns.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless N >= 3, the prefactor is positive and finite, `ln_patterns` is finite, −1 <
    /// φ_k < 1, and at most 10⁸ patterns lie in the cone on average.
    pub fn new(
        space: Sphere<f64>,
        kernel: K,
        prefactor: f64,
        ln_patterns: f64,
        edge: f64,
    ) -> Result<Self, Error> {
        let n = space.sites();
        let legal = |name, expected, found: f64, legal| {
            if legal { Ok(()) } else { Err(Error::Parameter { name, expected, found }) }
        };
        legal("sites", "N >= 3", n as f64, n >= 3)?;
        legal("prefactor", "c > 0", prefactor, prefactor > 0.0 && prefactor.is_finite())?;
        legal("ln_patterns", "a finite number", ln_patterns, ln_patterns.is_finite())?;
        legal("edge", "-1 < edge < 1", edge, edge > -1.0 && edge < 1.0)?;
        let mean_count = (ln_patterns + Overlaps::new(Space::Sphere, n)?.ln_tail(edge)?).exp();
        legal("edge", "one with at most 1e8 patterns in the cone", edge, mean_count <= 1e8)?;
        let background = Arc::new(Background::new(&kernel, n, ln_patterns, edge));
        Ok(Self { space, kernel, prefactor, edge, mean_count, background })
    }

    /// The mean of the number K of patterns in the cone, M P(φ >= φ_k).
    #[must_use]
    pub fn mean_count(&self) -> f64 {
        self.mean_count
    }

    /// ln C(φ), the logarithm of the summed weight of all patterns outside the cone at a state of overlap φ with the
    /// target; −∞ where the kernel reaches none of them.
    #[must_use]
    pub fn ln_background(&self, phi: f64) -> f64 {
        self.background.at(phi).0
    }

    /// A memory: `target`, which is its pattern 0, and the patterns of the cone around it.
    ///
    /// # Errors
    /// What the space finds wrong with the target, and the kernel with [`Dam::new`].
    pub fn draw<R: Rng + ?Sized>(&self, target: &DVector<f64>, rng: &mut R) -> Result<Cone<K>, Error> {
        self.space.check("target", target)?;
        let count = match Poisson::new(self.mean_count) {
            Ok(law) => law.sample(rng) as usize,
            // A cone so narrow that its mean count is 0.
            Err(_) => 0,
        };
        let n = self.space.sites() as f64;
        let mut pattern = || {
            let phi = self.draw_overlap(rng);
            let mut side = self.space.sample_tangent(target, rng);
            side *= n.sqrt() * ((1.0 - phi) * (1.0 + phi)).sqrt() / side.norm();
            let mut pattern = target * phi + side;
            self.space.retract(&mut pattern);
            pattern
        };
        let mut patterns = Vec::with_capacity(count + 1);
        patterns.push(target.clone());
        patterns.extend((0..count).map(|_| pattern()));
        let near = Dam::new(self.space.clone(), self.kernel.clone(), LogSum, self.prefactor, patterns)?;
        Ok(Cone { near, target: target.clone(), background: Arc::clone(&self.background) })
    }

    /// An overlap of density (1 − φ²)^{(N−3)/2} in [φ_k, 1].
    fn draw_overlap<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let power = 0.5 * (self.space.sites() as f64 - 3.0);
        let edge = self.edge.max(0.0);
        // Beyond the edge the logarithm of the density lies below its tangent there: draw from the exponential of
        // that, and keep what the density keeps. Below an overlap of 0 the tangent rises; the density is at most 1.
        let slope = 2.0 * power * edge / ((1.0 - edge) * (1.0 + edge));
        let width = 1.0 - self.edge;
        let steep = slope * width > 1e-6;
        loop {
            let u: f64 = rng.random();
            let phi = if steep {
                edge - (u * (-slope * width).exp_m1()).ln_1p() / slope
            } else {
                self.edge + u * width
            };
            let ln_density = power * (((1.0 - phi) * (1.0 + phi)) / ((1.0 - edge) * (1.0 + edge))).ln();
            let bound = if steep { -slope * (phi - edge) } else { 0.0 };
            if phi < 1.0 && (1.0 - rng.random::<f64>()).ln() <= ln_density - bound {
                return phi;
            }
        }
    }
}

/// A memory drawn by [`ConeLaw::draw`]: `E(x) = −c ln(Σ_cone F(m_μ) + C(φ))`, φ the overlap with the target.
#[derive(Clone, Debug)]
pub struct Cone<K> {
    near: Dam<DensePatterns<Sphere<f64>>, K, LogSum>,
    target: DVector<f64>,
    background: Arc<Background>,
}

impl<K: Kernel> Cone<K> {
    /// The memory of the patterns in the cone alone; the target is its pattern 0.
    #[must_use]
    pub fn near(&self) -> &Dam<DensePatterns<Sphere<f64>>, K, LogSum> {
        &self.near
    }

    /// ln of the near and of the far sum, and the slope of the latter in the overlap with the target.
    fn sums(&self, x: &DVector<f64>, near_energy: f64) -> (f64, f64, f64) {
        let (far, slope) = self.background.at(self.near.space().overlap(x, &self.target));
        (-near_energy / self.near.prefactor(), far, slope)
    }
}

impl<K: Kernel> Energy for Cone<K> {
    type Space = Sphere<f64>;

    fn space(&self) -> &Sphere<f64> {
        self.near.space()
    }

    fn energy(&self, x: &DVector<f64>) -> f64 {
        let (near, far, _) = self.sums(x, self.near.energy(x));
        -self.near.prefactor() * ln_add(near, far)
    }

    fn energies(&self, x: &[DVector<f64>], e: &mut [f64]) {
        self.near.energies(x, e);
        for (x, e) in x.iter().zip(e) {
            let (near, far, _) = self.sums(x, *e);
            *e = -self.near.prefactor() * ln_add(near, far);
        }
    }
}

impl<K: Kernel> LocalField for Cone<K> {
    fn field(&self, x: &DVector<f64>, h: &mut DVector<f64>) -> f64 {
        let near_energy = self.near.field(x, h);
        let (near, far, slope) = self.sums(x, near_energy);
        let total = ln_add(near, far);
        if far > f64::NEG_INFINITY {
            let (near, far) = ((near - total).exp(), (far - total).exp());
            *h *= near;
            let factor = far * self.near.prefactor() * slope / x.len() as f64;
            h.axpy(factor, &self.target, 1.0);
        }
        -self.near.prefactor() * total
    }
}

/// ln C at equidistant overlaps.
#[derive(Debug)]
struct Background {
    ln_c: Vec<f64>,
}

impl Background {
    fn new<K: Kernel>(kernel: &K, n: usize, ln_patterns: f64, edge: f64) -> Self {
        // In angles, r = cos θ and v = cos ψ, where both densities are powers of sines of width 1/sqrt(N).
        let panels = 4 + n / 64;
        let pi = std::f64::consts::PI;
        let outside: Vec<(f64, f64)> = nodes(edge.acos(), pi, panels)
            .map(|(angle, weight)| (angle.cos(), weight.ln() + (n as f64 - 2.0) * angle.sin().ln()))
            .collect();
        let across: Vec<(f64, f64)> = nodes(0.0, pi, panels)
            .map(|(angle, weight)| (angle.cos(), weight.ln() + (n as f64 - 3.0) * angle.sin().ln()))
            .collect();
        let ln_norm = |power: f64| {
            ln_sum(nodes(0.0, pi, panels).map(|(angle, weight)| weight.ln() + power * angle.sin().ln()))
        };
        let ln_scale = ln_patterns - ln_norm(n as f64 - 2.0) - ln_norm(n as f64 - 3.0);
        let at = |k: usize| {
            let phi = overlap_of(k);
            let sine = ((1.0 - phi) * (1.0 + phi)).sqrt();
            let weights = outside.iter().flat_map(|&(r, ln_r)| {
                let side = sine * ((1.0 - r) * (1.0 + r)).sqrt();
                across.iter().map(move |&(v, ln_v)| {
                    let m = (r * phi + side * v).clamp(-1.0, 1.0);
                    ln_r + ln_v + kernel.ln_f(Overlap::new(m, n))
                })
            });
            ln_scale + ln_sum(weights)
        };
        Self { ln_c: (0..NODES).map(at).collect() }
    }

    /// ln C and its derivative.
    fn at(&self, phi: f64) -> (f64, f64) {
        let per_unit = 0.5 * (NODES - 1) as f64;
        let place = ((phi + 1.0) * per_unit).clamp(0.0, (NODES - 1) as f64);
        let k = (place as usize).min(NODES - 2);
        let t = place - k as f64;
        let c = &self.ln_c;
        let (a, b) = (c[k], c[k + 1]);
        // Of a kernel with an edge: a cell that is not in the support is empty, one at its border linear in C.
        if a == f64::NEG_INFINITY && b == f64::NEG_INFINITY {
            return (a, 0.0);
        }
        if a == f64::NEG_INFINITY || b == f64::NEG_INFINITY {
            let (share, slope) = if a > b { (1.0 - t, -1.0) } else { (t, 1.0) };
            return (a.max(b) + share.ln(), if share > 0.0 { slope * per_unit / share } else { 0.0 });
        }
        // Slopes by differences of fourth order inside, of second at the ends.
        let slope = |j: usize| {
            let difference = |i: usize, k: usize| (c[k] - c[i]) / (k - i) as f64;
            let (low, high) = (j.saturating_sub(1), (j + 1).min(NODES - 1));
            let slope = if j >= 2 && j + 2 < NODES {
                (4.0 * difference(j - 1, j + 1) - difference(j - 2, j + 2)) / 3.0
            } else if j == 0 {
                2.0 * difference(0, 1) - difference(0, 2)
            } else if j == NODES - 1 {
                2.0 * difference(j - 1, j) - difference(j - 2, j)
            } else {
                difference(low, high)
            };
            if slope.is_finite() { slope } else { b - a }
        };
        let (da, db) = (slope(k), slope(k + 1));
        // a + t da + t² (…): Hermite's cubic.
        let (rise, second) = (b - a, 3.0 * (b - a) - 2.0 * da - db);
        let third = da + db - 2.0 * rise;
        (a + t * (da + t * (second + t * third)), (da + t * (2.0 * second + 3.0 * t * third)) * per_unit)
    }
}

fn overlap_of(k: usize) -> f64 {
    2.0 * k as f64 / (NODES - 1) as f64 - 1.0
}

/// ln Σ e^x.
fn ln_sum(terms: impl Iterator<Item = f64>) -> f64 {
    let (mut top, mut sum) = (f64::NEG_INFINITY, 0.0);
    for term in terms {
        if term > top {
            sum = sum * (top - term).exp() + 1.0;
            top = term;
        } else if term > f64::NEG_INFINITY {
            sum += (term - top).exp();
        }
    }
    top + sum.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ln_c: impl Fn(f64) -> f64) -> Background {
        Background { ln_c: (0..NODES).map(|k| ln_c(overlap_of(k))).collect() }
    }

    #[test]
    fn a_smooth_background_and_its_slope_come_between_the_nodes() {
        let background = of(|phi| 40.0 * phi * phi - 9.0 * phi + (3.0 * phi).sin());
        let step = 2.0 / (NODES - 1) as f64;
        for k in 0..=1000 {
            let phi = -1.0 + 0.002 * k as f64;
            let (value, slope) = background.at(phi);
            let expected = 40.0 * phi * phi - 9.0 * phi + (3.0 * phi).sin();
            let expected_slope = 80.0 * phi - 9.0 + 3.0 * (3.0 * phi).cos();
            // Third derivatives are at most 27: slopes are of fourth order inside, of second at the ends.
            let inside = phi.abs() < 1.0 - 4.0 * step;
            let (off, off_slope) = ((value - expected).abs(), (slope - expected_slope).abs());
            assert!(off < 27.0 * step.powi(if inside { 4 } else { 3 }), "{phi}: {off:e}");
            assert!(off_slope < 27.0 * step.powi(if inside { 3 } else { 2 }), "{phi}: {off_slope:e}");
        }
    }

    /// A kernel of compact support: in the cell at its border C itself is a straight line from zero, outside it is zero.
    #[test]
    fn at_an_edge_the_background_is_linear_in_c() {
        let edge = NODES / 3;
        let step = 2.0 / (NODES - 1) as f64;
        for rising in [true, false] {
            let background = of(|phi| {
                let inside = if rising { phi > overlap_of(edge) } else { phi < overlap_of(edge) };
                if inside || (phi - overlap_of(edge)).abs() < 1e-12 { 2.0 } else { f64::NEG_INFINITY }
            });
            let away = if rising { -step } else { step };
            for share in [0.25, 0.75] {
                let (value, slope) = background.at(overlap_of(edge) + (1.0 - share) * away);
                assert!((value - 2.0 - f64::ln(share)).abs() < 1e-9, "{value}");
                assert!((slope + 1.0 / (share * away)).abs() < 1e-6 / step, "{slope}");
            }
            assert_eq!(background.at(overlap_of(edge) + 1.5 * away), (f64::NEG_INFINITY, 0.0));
            assert_eq!(background.at(overlap_of(edge) - 3.5 * away).0, 2.0);
        }
    }
}
