//! One step of the patterns.

use crate::error::parameter;
use crate::learning::{Gradient, Objective};
use crate::parallel::map_both;
use crate::simd::{Vectorize, vectorize};
use crate::store::DensePatterns;
use crate::vector::larger;
use crate::{Error, Euclidean, Real};

/// Steepest descent with momentum, every pattern with a step length of its own, within bounds.
///
/// ```text
/// V ← p V + ∇C,   ξ^μ ← clamp(ξ^μ − ε V_μ / max(max_i |V_μi|, 1e-30), ±bound)
/// ```
///
/// The largest change of a pattern is ε, whatever the size of its gradient. A pattern without a gradient stays; the
/// floor keeps it from becoming NaN.
///
/// # Reference
/// Krotov and Hopfield (2016), the public notebook: bound 1, p = 0.6 … 0.95, ε = ε₀ f^epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Descent {
    momentum: f64,
    rate: f64,
    bound: f64,
}

/// max_i |V_μi| below which a pattern counts as resting.
const FLOOR: f64 = 1e-30;

impl Descent {
    /// Momentum 0 <= p < 1, bound > 0 of all entries, step length 0 < ε <= 2 bound: a longer one would leave the bounds from anywhere.
    ///
    /// # Errors
    /// [`Error::Parameter`] for others.
    pub fn new(momentum: f64, rate: f64, bound: f64) -> Result<Self, Error> {
        Ok(Self {
            momentum: parameter("momentum", "0 <= p < 1", momentum, (0.0..1.0).contains(&momentum))?,
            rate: parameter("rate", "0 < epsilon <= 2 bound", rate, rate > 0.0 && rate <= 2.0 * bound)?,
            bound: parameter("bound", "a positive bound of all entries", bound, bound > 0.0)?,
        })
    }

    /// One step on these examples; returns their loss before it. `velocity` holds p V between steps.
    ///
    /// # Errors
    /// As [`Objective::add_gradient`]; [`Error::Overflow`] if a velocity leaves the range of the scalar. Patterns stay
    /// finite, but some have then moved and some not; the velocity is not to be used.
    pub fn step<T: Real, O: Objective<Euclidean<T>>>(
        &self,
        patterns: &mut DensePatterns<Euclidean<T>>,
        objective: &O,
        examples: &[&O::Example],
        velocity: &mut Gradient<T>,
        scratch: &mut O::Scratch,
    ) -> Result<f64, Error> {
        velocity.check(patterns)?;
        let loss = objective.add_gradient(patterns, examples, velocity, scratch)?;
        let (len, sites, count) = (velocity.panel_len(), velocity.sites, velocity.count);
        // Panels of both are as long, whatever the order of their numbers.
        let moved = map_both(patterns.bricks_mut(), &mut velocity.panels, len, |p, bricks, velocity| {
            self.move_panel(bricks, velocity, super::gradient::width::<T>(count, p), sites)
        });
        if moved.into_iter().all(|finite| finite) {
            Ok(loss)
        } else {
            Err(Error::Overflow {
                what: "velocity of a pattern",
                scalar: T::NAME,
                value: f64::INFINITY,
                advice: "",
            })
        }
    }

    fn move_panel<T: Real>(&self, bricks: &mut [T], velocity: &mut [T], width: usize, sites: usize) -> bool {
        let [rate, bound, momentum] = [self.rate, self.bound, self.momentum].map(T::narrow);
        if crate::simd::strip::<T>() == 16 {
            vectorize(MovePanel::<T, 16> { bricks, velocity, width, sites, rate, bound, momentum })
        } else {
            vectorize(MovePanel::<T, 8> { bricks, velocity, width, sites, rate, bound, momentum })
        }
    }
}

/// The patterns of a panel, a strip of N at a time, and what their velocities are before the next step; whether all are
/// finite.
struct MovePanel<'a, T, const N: usize> {
    bricks: &'a mut [T],
    velocity: &'a mut [T],
    width: usize,
    sites: usize,
    rate: T,
    bound: T,
    momentum: T,
}

impl<T: Real, const N: usize> Vectorize for MovePanel<'_, T, N> {
    type Output = bool;
    #[inline(always)]
    fn run(self) -> bool {
        let Self { bricks, velocity, width, sites, rate, bound, momentum } = self;
        let mut finite = true;
        for (k, brick) in bricks.chunks_exact_mut(sites * N).enumerate() {
            let (mut top, mut probe) = ([T::narrow(FLOOR); N], [T::zero(); N]);
            for line in velocity[k * N..].chunks(width).filter_map(|line| line.first_chunk::<N>()) {
                for j in 0..N {
                    top[j] = larger(larger(line[j], -line[j]), top[j]);
                    // Zero, or NaN once a velocity is not finite: a comparison would pass over NaN.
                    probe[j] += line[j] * T::zero();
                }
            }
            if probe.iter().any(|&x| x != T::zero()) {
                // These patterns stay where they are: what a caller keeps is finite.
                finite = false;
                continue;
            }
            let mut rates = top;
            for rates in &mut rates {
                *rates = rate / *rates;
            }
            let lines = velocity[k * N..].chunks_mut(width).filter_map(|line| line.first_chunk_mut::<N>());
            for (entry, line) in brick.as_chunks_mut::<N>().0.iter_mut().zip(lines) {
                for j in 0..N {
                    let x = entry[j] - rates[j] * line[j];
                    let x = if x > bound { bound } else { x };
                    entry[j] = if x < -bound { -bound } else { x };
                    line[j] *= momentum;
                }
            }
        }
        finite
    }
}
