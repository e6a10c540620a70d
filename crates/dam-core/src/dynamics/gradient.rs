use nalgebra::DVector;
use rand::Rng;

use super::{Dynamics, Progress, step_through_batch};
use crate::energy::{FieldOf, LocalField, StateOf};
use crate::space::{VectorSpace, dot};
use crate::{Error, Real};

/// Projected gradient descent with a backtracking (Armijo) line search: the energy never rises.
///
/// ```text
/// x ← Proj(x + η g),   g = tangent part of h = −∇E;   η halves until E falls by at least 10⁻⁴ η |g|²
/// ```
/// η is remembered from step to step and grows again after a success.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientDescent {
    first_length: f64,
}

impl Default for GradientDescent {
    /// First trial step of length 0.1 sqrt(N).
    fn default() -> Self {
        Self { first_length: 0.1 }
    }
}

impl GradientDescent {
    /// With a first trial step of length `length` · sqrt(N); on the sphere about an angle, in radians. Later steps grow and
    /// shrink by themselves.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `length` is positive and finite.
    pub fn new(length: f64) -> Result<Self, Error> {
        let first_length = crate::error::parameter("first step", "length > 0", length, length > 0.0)?;
        Ok(Self { first_length })
    }
}

/// Scratch of [`GradientDescent`].
#[derive(Clone, Debug)]
pub struct GradientScratch<T: Real> {
    h: DVector<T>,
    /// The largest entry of the field, its unit here: fields of steep kernels cannot be squared.
    unit: f64,
    /// The step that will be tried next, in that unit; 0 before the first.
    step: f64,
}

const SUFFICIENT: f64 = 1e-4;
const HALVINGS: usize = 60;
/// Longest step, in lengths of a state.
const MOST_LENGTHS: f64 = 1e3;

impl<E, S> Dynamics<E> for GradientDescent
where
    E: LocalField<Space = S>,
    S: VectorSpace,
{
    type Scratch = GradientScratch<S::Scalar>;

    fn prepare(&self, energy: &E, _x: &StateOf<E>) -> Self::Scratch {
        GradientScratch { h: energy.space().zero_field(), unit: 1.0, step: 0.0 }
    }

    fn step<R: Rng>(
        &self,
        energy: &E,
        x: &mut StateOf<E>,
        scratch: &mut Self::Scratch,
        rng: &mut R,
    ) -> Progress {
        step_through_batch(self, energy, x, scratch, rng)
    }

    fn step_all<R: Rng>(
        &self,
        energy: &E,
        x: &mut [StateOf<E>],
        scratch: &mut [Self::Scratch],
        _rng: &mut [R],
        progress: &mut [Progress],
    ) {
        let space = energy.space();
        let mut h: Vec<FieldOf<E>> = scratch.iter_mut().map(|s| std::mem::take(&mut s.h)).collect();
        let mut e = vec![0.0; x.len()];
        energy.fields(x, &mut h, &mut e);
        // The states whose step has not been accepted yet, and what it would cost to give up.
        let mut open = Vec::new();
        let mut slopes = vec![0.0; x.len()];
        for (s, h) in h.into_iter().enumerate() {
            let scratch = &mut scratch[s];
            scratch.h = h;
            let unit = scratch.h.camax().widen();
            if e[s] == f64::INFINITY || unit == 0.0 && !S::CONFINED {
                progress[s] = Progress::ZeroField;
                continue;
            }
            if !(e[s].is_finite() && unit.is_finite()) {
                progress[s] = Progress::Diverged;
                continue;
            }
            progress[s] = Progress::moved(0.0);
            if unit == 0.0 {
                continue;
            }
            scratch.h.apply(|h| *h = S::Scalar::narrow(h.widen() / unit));
            let field = dot(&scratch.h, &scratch.h);
            space.project_tangent(&x[s], &mut scratch.h);
            let slope = dot(&scratch.h, &scratch.h);
            if slope <= S::Scalar::STATIONARY.powi(2) * field && !S::CONFINED || slope == 0.0 {
                continue;
            }
            slopes[s] = slope * unit;
            let length = (space.sites() as f64 / slope).sqrt();
            if scratch.step == 0.0 {
                scratch.step = self.first_length * length;
            } else if S::CONFINED {
                // The field vanishes towards a minimum; on a sphere only its tangent part does.
                scratch.step *= unit / scratch.unit;
            }
            scratch.unit = unit;
            // Past the size of the space nothing is gained, and halving must find its way back.
            let farthest = if S::CONFINED { length.max(dot(&x[s], &x[s]).sqrt()) } else { length };
            scratch.step = scratch.step.min(farthest * MOST_LENGTHS);
            open.push(s);
        }
        let mut trial_energies = Vec::new();
        // The best trial that lowered the energy, if not by enough: fields of f32 are bounded, and then promise
        // too much.
        let mut best: Vec<Option<(f64, S::State)>> = vec![None; x.len()];
        for halving in 0..HALVINGS {
            if open.is_empty() {
                break;
            }
            let trials: Vec<_> =
                open.iter().map(|&s| along(space, &x[s], &scratch[s].h, scratch[s].step)).collect();
            trial_energies.resize(open.len(), 0.0);
            energy.energies(&trials, &mut trial_energies);
            let mut still_open = Vec::new();
            for ((&s, trial), &trial_energy) in open.iter().zip(trials).zip(&trial_energies) {
                if trial_energy <= e[s] - SUFFICIENT * scratch[s].step * slopes[s] {
                    progress[s] = Progress::moved(space.max_change(&x[s], &trial));
                    x[s] = trial;
                    if halving == 0 {
                        scratch[s].step *= 2.0;
                    }
                    best[s] = None;
                    continue;
                }
                let lowest = best[s].as_ref().map_or(e[s], |best| best.0);
                if trial_energy < lowest {
                    best[s] = Some((trial_energy, trial));
                } else if best[s].is_some() {
                    // Past the best of the halvings: it is the step.
                    scratch[s].step *= 2.0;
                    continue;
                }
                scratch[s].step *= 0.5;
                still_open.push(s);
            }
            open = still_open;
        }
        // Without a step that lowers the energy the state is as stationary as this scalar can say.
        open.iter().for_each(|&s| scratch[s].step = 0.0);
        for (s, best) in best.into_iter().enumerate() {
            if let Some((_, trial)) = best {
                progress[s] = Progress::moved(space.max_change(&x[s], &trial));
                x[s] = trial;
            }
        }
    }
}

fn along<S: VectorSpace>(space: &S, x: &S::State, g: &S::Field, step: f64) -> S::State {
    let mut y = x.zip_map(g, |x, g| S::Scalar::narrow(x.widen() + step * g.widen()));
    space.retract(&mut y);
    y
}
