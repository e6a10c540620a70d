//! The basin isolation metric I_μ.

use dam_core::{
    Aggregator, Dam, DensePatterns, Energy, Kernel, LineEnergy, PlaneEnergy, Purpose, Real, ScalarOf,
    StateOf, StateSpace, Streams, VectorSpace, parallel,
};

use super::Directions;
use super::directions::{check_direction, random_directions, towards_nearest, unit_tangent};
use crate::Error;

/// The basin isolation metric: how far radial energy profiles around a state leave a quadratic fit.
///
/// ```text
/// e_k(r) = E(Proj(x + r v_k)),  r on an equispaced grid from 0 to σ,  v_k unit tangent vectors at x
/// ê_k(r) = e_k(0) + ½ κ_k r²    least squares over the first grid points
/// I(σ)   = (1/K) Σ_k (1/σ) ∫₀^σ |e_k(r) − ê_k(r)| dr     trapezoidal rule
/// ```
/// The fit has no linear term, as in the paper; since a stored pattern is not a stationary point, I_μ is
/// dominated by the linear coefficient of the profile, so by the tangent gradient: the rise along v is
/// r B(v) with B(v) = ∇E·v, its distance from the parabola that is fitted to the first ten of a hundred points is
/// 3.9 σ |B|, and the mean of |B| over random unit v is |g| sqrt(2/πN), g the tangent gradient. With K directions
/// that mean has the relative error sqrt((π/2 − 1)/K), 7.6 % at K = 100; [`landscape`](crate::landscape) gives |g|
/// itself at the price of one pass.
///
/// # Example
/// ```
/// use dam_analysis::BasinIsolation;
/// use dam_core::prelude::*;
/// let streams = Streams::new(1);
/// let space = Sphere::<f64>::new(30)?;
/// let patterns: Vec<_> = (0..20).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
/// let memory = models::spherical(space.clone(), 3, &patterns)?;
/// let metric = BasinIsolation::new(30)?;
/// let v = dam_analysis::random_directions(&space, &patterns[0], 50, &mut streams.rng(Purpose::Directions, 0));
/// let (fast, literal) = (metric.at(&memory, &patterns[0], &v)?, metric.at_literal(&memory, &patterns[0], &v)?);
/// assert!(fast > 0.0 && (fast / literal - 1.0).abs() < 1e-9);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// There are no rays on the hypercube; asking for one does not compile:
/// ```compile_fail,E0277
/// # use dam_analysis::BasinIsolation;
/// # use dam_core::prelude::*;
/// let memory = models::hopfield(Hypercube::new(8).unwrap(), [[1_i8; 8]; 2].iter().map(|p| &p[..])).unwrap();
/// BasinIsolation::new(8).unwrap().at(&memory, &memory.pattern(0).unwrap(), &[]);
/// ```
///
/// # Reference
/// "Basin isolation", Algorithm 1 and section 2.2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BasinIsolation {
    radius: f64,
    directions: Directions,
    points: usize,
    fitted: usize,
    free_slope: bool,
}

impl BasinIsolation {
    /// The paper's choice for N sites: σ = sqrt(2N)/3, K = 100 random directions, 100 grid points, fit to the first 10.
    ///
    /// # Errors
    /// [`Error::Parameter`] for N = 0.
    pub fn new(sites: usize) -> Result<Self, Error> {
        let whole = Self {
            radius: 1.0,
            directions: Directions::Random(100),
            points: 100,
            fitted: 10,
            free_slope: false,
        };
        whole.radius((2.0 * sites as f64).sqrt() / 3.0)
    }

    /// Another radius σ, a length in units in which the sphere has radius sqrt(N).
    ///
    /// # Errors
    /// [`Error::Parameter`] unless σ is positive and finite.
    pub fn radius(self, sigma: f64) -> Result<Self, Error> {
        if sigma > 0.0 && sigma.is_finite() {
            Ok(Self { radius: sigma, ..self })
        } else {
            Err(Error::Parameter { name: "radius sigma", expected: "sigma > 0", found: sigma })
        }
    }

    /// Other directions, for [`of_patterns`](Self::of_patterns).
    ///
    /// # Errors
    /// [`Error::Parameter`] for none.
    pub fn directions(self, directions: Directions) -> Result<Self, Error> {
        if matches!(directions, Directions::Random(0) | Directions::Nearest(0)) {
            return Err(Error::Parameter { name: "directions K", expected: "K >= 1", found: 0.0 });
        }
        Ok(Self { directions, ..self })
    }

    /// Another grid: `points` in all, the first `fitted` of them in the fit.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless 3 <= `fitted` <= `points`.
    pub fn grid(self, points: usize, fitted: usize) -> Result<Self, Error> {
        if fitted < 3 || fitted > points {
            let expected = "3 <= fitted points <= points";
            return Err(Error::Parameter { name: "grid", expected, found: fitted as f64 });
        }
        Ok(Self { points, fitted, ..self })
    }

    /// Fits a linear term as well, ê(r) = e(0) + a r + ½ κ r²: not the paper's metric, but what "deviation from
    /// quadratic behaviour" says. What is left of the cubic model is mainly the even remainder of the factor
    /// (1 + r²/N)^(−3/2) times the energy at x. As a predictor of failure it is worse than chance: see the example
    /// `reliability_predictors`.
    #[must_use]
    pub fn free_slope(self, free_slope: bool) -> Self {
        Self { free_slope, ..self }
    }

    /// I(σ) at `x` along given unit tangent vectors. Overlaps are linear along a ray, so a direction costs half
    /// a pass (one product N M) whatever the grid, and polynomial kernels have closed-form profiles.
    ///
    /// # Errors
    /// [`Error::Parameter`] without directions, for one that is not of unit length or not tangent at `x` (on a
    /// sphere of one site nothing is), and if the energy is infinite on a ray, as outside the support of every
    /// pattern; [`Error::Core`] if `x` is not a state of the space or a direction not finite.
    pub fn at<E: LineEnergy>(
        &self,
        energy: &E,
        x: &StateOf<E>,
        directions: &[StateOf<E>],
    ) -> Result<f64, Error> {
        self.check(energy, x, directions)?;
        let at_x = energy.overlaps_of(std::slice::from_ref(x));
        Ok(self.along(energy, x, at_x.as_slice(), directions, &[self.radius])?[0])
    }

    /// As [`at`](Self::at), with the overlaps of `x` known, at every radius.
    fn along<E: LineEnergy>(
        &self,
        energy: &E,
        x: &StateOf<E>,
        at_x: &[ScalarOf<E>],
        directions: &[StateOf<E>],
        radii: &[f64],
    ) -> Result<Vec<f64>, Error> {
        let along = energy.overlaps_of(directions);
        let along = along.as_slice().chunks_exact(along.nrows());
        // Points s (x + r v) of the space, in the plane of x and v: the same for all directions.
        let grids = radii.iter().map(|&sigma| -> (Vec<f64>, Vec<f64>) {
            let radii = (0..self.points).map(|j| self.grid_point(j, sigma));
            radii.map(|r| (energy.space().ray_scale(r), r)).map(|(s, r)| (s, s * r)).unzip()
        });
        let grids: Vec<_> = grids.collect();
        let mut sums = vec![0.0; radii.len()];
        let mut profile = vec![0.0; self.points];
        for (v, mv) in directions.iter().zip(along) {
            let plane = energy.plane(x, at_x, v, mv);
            for (sum, (a, b)) in sums.iter_mut().zip(&grids) {
                plane.values(a, b, &mut profile);
                *sum += self.deviation(&mut profile)?;
            }
        }
        Ok(sums.into_iter().map(|sum| sum / directions.len() as f64).collect())
    }

    /// I(σ) at `x` as Algorithm 1 is printed: the energy of every grid point of every direction, from scratch.
    /// The same number as [`at`](Self::at) at a hundred times the cost; for any energy.
    ///
    /// # Errors
    /// As [`at`](Self::at).
    pub fn at_literal<E: Energy<Space: VectorSpace>>(
        &self,
        energy: &E,
        x: &StateOf<E>,
        directions: &[StateOf<E>],
    ) -> Result<f64, Error> {
        self.check(energy, x, directions)?;
        let space = energy.space();
        let mut energies = vec![0.0; self.points];
        let mut sum = 0.0;
        for v in directions {
            let on_ray = |j: usize| {
                let r = self.grid_point(j, self.radius);
                let mut y = x.zip_map(v, |x, v| Real::narrow(x.widen() + r * v.widen()));
                space.retract(&mut y);
                y
            };
            let ray: Vec<_> = (0..self.points).map(on_ray).collect();
            energy.energies(&ray, &mut energies);
            sum += self.deviation(&mut energies)?;
        }
        Ok(sum / directions.len() as f64)
    }

    /// I_μ(σ) of patterns `which` along the chosen [`Directions`]; half a pass for the overlaps, half a pass per
    /// direction, and half a pass to find the gradient.
    ///
    /// # Errors
    /// [`Error::Core`] for an index past the end; [`Error::Parameter`] for more than M − 1 nearest patterns, where
    /// the gradient is zero, and as [`at`](Self::at).
    pub fn of_patterns<S: VectorSpace, K: Kernel, Q: Aggregator>(
        &self,
        memory: &Dam<DensePatterns<S>, K, Q>,
        which: &[usize],
        streams: Streams,
    ) -> Result<Vec<f64>, Error> {
        let all = self.of_patterns_over(memory, &[self.radius], which, streams)?;
        Ok(all.into_iter().flatten().collect())
    }

    /// I_μ(σ) at every radius σ of `radii`, `[pattern][radius]`, with the directions that
    /// [`of_patterns`](Self::of_patterns) has: the products are made once, only the profiles are evaluated at each
    /// radius.
    ///
    /// # Errors
    /// As [`radius`](Self::radius) and [`of_patterns`](Self::of_patterns).
    pub fn of_patterns_over<S: VectorSpace, K: Kernel, Q: Aggregator>(
        &self,
        memory: &Dam<DensePatterns<S>, K, Q>,
        radii: &[f64],
        which: &[usize],
        streams: Streams,
    ) -> Result<Vec<Vec<f64>>, Error> {
        radii.iter().try_for_each(|&sigma| self.radius(sigma).map(drop))?;
        let of_pattern = |k: usize| {
            let mu = which[k];
            let x = memory.pattern(mu)?;
            let at_x = memory.overlaps_of(std::slice::from_ref(&x));
            let directions = match self.directions {
                Directions::Random(count) => {
                    let mut rng = streams.rng(Purpose::Directions, mu as u64);
                    random_directions(memory.space(), &x, count, &mut rng)
                }
                Directions::Gradient => {
                    let mut h = [memory.space().zero_field()];
                    memory.fields_from(std::slice::from_ref(&x), &[at_x.as_slice()], &mut h, &mut [0.0]);
                    h.map(|h| unit_tangent(memory.space(), &x, h)).into()
                }
                Directions::Nearest(count) => towards_nearest(memory, mu, &x, at_x.as_slice(), count)?,
            };
            self.check(memory, &x, &directions)?;
            self.along(memory, &x, at_x.as_slice(), &directions, radii)
        };
        parallel::map(which.len(), of_pattern).into_iter().collect()
    }

    fn check<E: Energy<Space: VectorSpace>>(
        &self,
        energy: &E,
        x: &StateOf<E>,
        directions: &[StateOf<E>],
    ) -> Result<(), Error> {
        energy.space().check("state", x)?;
        if directions.is_empty() {
            return Err(Error::Parameter { name: "directions", expected: "at least one", found: 0.0 });
        }
        for v in directions {
            check_direction(energy.space(), x, v)?;
        }
        Ok(())
    }

    fn grid_point(&self, j: usize, sigma: f64) -> f64 {
        sigma * j as f64 / (self.points - 1) as f64
    }

    /// The mean distance of a profile from its quadratic fit, which is done in place.
    fn deviation(&self, profile: &mut [f64]) -> Result<f64, Error> {
        let at_zero = profile[0];
        profile.iter_mut().for_each(|e| *e -= at_zero);
        let rise = &*profile;
        // In units of σ, which drops out.
        let r = |j: usize| j as f64 / (self.points - 1) as f64;
        let fitted = |of: &dyn Fn(usize) -> f64| (0..self.fitted).map(of).sum::<f64>();
        let quartic = fitted(&|j| 0.25 * r(j).powi(4));
        let onto_square = fitted(&|j| 0.5 * r(j).powi(2) * rise[j]);
        let (slope, curvature) = if self.free_slope {
            // The normal equations of a r + ½ κ r².
            let (square, cubic) = (fitted(&|j| r(j).powi(2)), fitted(&|j| 0.5 * r(j).powi(3)));
            let onto_line = fitted(&|j| r(j) * rise[j]);
            let determinant = square * quartic - cubic * cubic;
            (
                (onto_line * quartic - onto_square * cubic) / determinant,
                (onto_square * square - onto_line * cubic) / determinant,
            )
        } else {
            (0.0, onto_square / quartic)
        };
        let off = |j: usize| (rise[j] - slope * r(j) - 0.5 * curvature * r(j).powi(2)).abs();
        let inner: f64 = (1..self.points - 1).map(off).sum();
        let mean = (inner + 0.5 * (off(0) + off(self.points - 1))) / (self.points - 1) as f64;
        if mean.is_finite() {
            return Ok(mean);
        }
        let found = rise.iter().copied().find(|r| !r.is_finite()).unwrap_or(mean) + at_zero;
        Err(Error::Parameter { name: "energy on a ray", expected: "a finite number", found })
    }
}

#[cfg(test)]
mod tests;
