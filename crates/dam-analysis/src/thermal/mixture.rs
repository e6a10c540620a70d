//! The Gibbs measure of log-sum-exp on the sphere, exactly, at the temperatures T = 1/(n β), n = 1, 2.

use dam_core::nalgebra::DVector;
use dam_core::rand::{Rng, RngExt};
use dam_core::{Polar, Sphere, StateSpace, VectorSpace};

use crate::Error;
use crate::theory::finite::{bessel_ratio, ln_exponential_average};

/// An exact finite mixture of von Mises-Fisher laws, which is what the Gibbs measure of log-sum-exp is at
/// T = 1/(n β):
///
/// ```text
/// e^{−E/T} = (Σ_μ e^{βNφ_μ})^n = Σ_{μ_1…μ_n} e^{β s·x},   s = ξ^{μ_1} + … + ξ^{μ_n}
/// ```
///
/// up to a constant factor: each n-tuple gives a law of direction s and concentration κ = β √N |s|, of weight
/// Λ_N(κ). Averages are sums over tuples, exact at any N and M, and n = 1 and 2 can be sampled without a chain.
#[derive(Clone, Debug)]
pub struct GibbsMixture {
    space: Sphere<f64>,
    polar: Polar,
    /// Sums over a tuple, their concentration, and the weights summed up to and with this one.
    components: Vec<(DVector<f64>, f64, f64)>,
}

impl GibbsMixture {
    /// The measure of the patterns `xi` (states of the sphere) at inverse width β and T = 1/(`n` β).
    ///
    /// Memory and time are M for `n` = 1 and M (M + 1)/2 for `n` = 2, times N.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `n` is 1 or 2, N >= 2 and β is positive and finite; what the space finds wrong
    /// with a pattern, and [`dam_core::Error::NoPatterns`].
    pub fn new(xi: &[DVector<f64>], beta: f64, n: usize) -> Result<Self, Error> {
        if !(n == 1 || n == 2) {
            return Err(Error::Parameter { name: "n", expected: "1 or 2", found: n as f64 });
        }
        if !(beta > 0.0 && beta.is_finite()) {
            return Err(Error::Parameter { name: "beta", expected: "positive and finite", found: beta });
        }
        let first = xi.first().ok_or(dam_core::Error::NoPatterns)?;
        let space = Sphere::new(first.len())?;
        xi.iter().try_for_each(|x| space.check("pattern", x))?;
        let sites = space.sites();
        let polar = Polar::new(sites)?;
        let mut components = Vec::new();
        let mut add = |s: DVector<f64>, times: f64| -> Result<(), Error> {
            let kappa = beta * (sites as f64).sqrt() * s.norm();
            let ln_weight = f64::ln(times) + ln_exponential_average(sites, kappa)?;
            components.push((s, kappa, ln_weight));
            Ok(())
        };
        for (mu, a) in xi.iter().enumerate() {
            if n == 1 {
                add(a.clone(), 1.0)?;
                continue;
            }
            for (nu, b) in xi[..=mu].iter().enumerate() {
                add(a + b, if nu == mu { 1.0 } else { 2.0 })?;
            }
        }
        let largest = components.iter().map(|c| c.2).fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = components.iter().map(|c| (c.2 - largest).exp()).sum();
        let mut below = 0.0;
        for (_, _, weight) in &mut components {
            below += (*weight - largest).exp() / total;
            *weight = below;
        }
        Ok(Self { space, polar, components })
    }

    /// ⟨x⟩, whose overlap with any vector is the mean overlap.
    ///
    /// # Errors
    /// As [`bessel_ratio`]; none for a measure that could be made, for which [`new`](Self::new) has asked the same.
    pub fn mean(&self) -> Result<DVector<f64>, Error> {
        let n = self.space.sites();
        let (mut mean, mut below) = (DVector::zeros(n), 0.0);
        for (s, kappa, up_to) in &self.components {
            let weight = up_to - below;
            below = *up_to;
            let norm = s.norm();
            if norm > 0.0 {
                let length = weight * bessel_ratio(n, *kappa)? * (n as f64).sqrt() / norm;
                mean.axpy(length, s, 1.0);
            }
        }
        Ok(mean)
    }

    /// A state of the measure, drawn independently.
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> DVector<f64> {
        let u = rng.random::<f64>();
        let drawn = self.components.partition_point(|c| c.2 <= u).min(self.components.len() - 1);
        let (s, kappa, _) = &self.components[drawn];
        let norm = s.norm();
        if norm == 0.0 {
            return self.space.sample(rng);
        }
        let phi = von_mises_fisher(self.polar, *kappa, rng);
        let radius = (self.space.sites() as f64).sqrt();
        let axis = s * (radius / norm);
        let mut side = self.space.sample_tangent(&axis, rng);
        let length = side.norm();
        side *= radius / length;
        axis * phi + side * ((1.0 - phi) * (1.0 + phi)).sqrt()
    }
}

/// The cosine with the axis under the density e^{κφ} (1 − φ²)^{(n−3)/2}.
///
/// # Reference
/// A. T. A. Wood, Commun. Stat. Simul. 23, 157 (1994).
fn von_mises_fisher<R: Rng + ?Sized>(polar: Polar, kappa: f64, rng: &mut R) -> f64 {
    let p = (polar.sites() - 1) as f64;
    // b = (−2κ + sqrt(4κ² + p²))/p, without cancellation.
    let b = p / (2.0 * kappa + (4.0 * kappa * kappa + p * p).sqrt());
    let x0 = (1.0 - b) / (1.0 + b);
    let c = kappa * x0 + p * (1.0 - x0 * x0).ln();
    loop {
        // Beta((n−1)/2, (n−1)/2), the law of a coordinate of the sphere.
        let z = 0.5 * (1.0 + polar.sample(rng));
        let w = (1.0 - (1.0 + b) * z) / (1.0 - (1.0 - b) * z);
        let u: f64 = rng.random();
        if kappa * w + p * (1.0 - x0 * w).ln() - c >= u.ln() {
            return w.clamp(-1.0, 1.0);
        }
    }
}
