use nalgebra::DVector;
use rand::Rng;

use super::line_search::first_minimum;
use super::{Dynamics, Progress, step_through_batch};
use crate::Real;
use crate::energy::{FieldOf, LineEnergy, StateOf};
use crate::space::{VectorSpace, dot};

/// Nonlinear conjugate gradient (Polak–Ribière, restarted) along geodesics, to the first minimum of the
/// energy on each, at most half a turn (in the Euclidean space π sqrt(N)) away; exact line search for polynomial
/// kernels. The energy never rises.
///
/// Overlaps are linear along a geodesic and are carried along, so a step costs one pass (N M) instead of two.
/// Directions are projected on the tangent space every step, and a state counts as stationary when the tangent
/// gradient falls below 10⁻⁴ (f32) or 10⁻¹² (f64) of the field: both are needed to survive f32.
///
/// # Example
/// ```
/// use dam_core::prelude::*;
/// let streams = Streams::new(2);
/// let space = Sphere::<f64>::new(80)?;
/// let patterns: Vec<_> = (0..40).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
/// let memory = Dam::new(space, Monomial::new(3)?, Sum, 1.0 / 3.0, &patterns)?;
/// let (mut x, mut rng) = (patterns[0].clone(), streams.rng(Purpose::Dynamics, 0));
/// let run = Runner::default().run(&memory, &ConjugateGradient, &mut x, &mut rng)?;
/// assert!(run.reason == StopReason::Converged && run.steps < 40);
/// # Ok::<(), dam_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConjugateGradient;

/// Scratch of [`ConjugateGradient`].
#[derive(Clone, Debug)]
pub struct ConjugateScratch<T: Real, M> {
    /// Overlaps of the state.
    m: M,
    h: DVector<T>,
    /// The last tangent gradient (downhill) and direction, carried to the present state; empty at the start.
    gradient: DVector<T>,
    direction: DVector<T>,
    gradient_sq: f64,
    guess: f64,
    steps: usize,
}

/// Steps after which carried overlaps are computed afresh.
const REFRESH: usize = 16;

impl<E, S> Dynamics<E> for ConjugateGradient
where
    E: LineEnergy<Space = S>,
    S: VectorSpace,
{
    type Scratch = ConjugateScratch<S::Scalar, E::Overlaps>;

    fn prepare(&self, energy: &E, x: &StateOf<E>) -> Self::Scratch {
        ConjugateScratch {
            m: energy.overlaps_of(std::slice::from_ref(x)).swap_remove(0),
            h: energy.space().zero_field(),
            gradient: DVector::default(),
            direction: DVector::default(),
            gradient_sq: 0.0,
            guess: 0.1,
            steps: 0,
        }
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
        for (x, s) in x.iter().zip(scratch.iter_mut()) {
            if s.steps > 0 && s.steps % REFRESH == 0 {
                s.m = energy.overlaps_of(std::slice::from_ref(x)).swap_remove(0);
            }
        }
        let mut h: Vec<FieldOf<E>> = scratch.iter_mut().map(|s| std::mem::take(&mut s.h)).collect();
        let m: Vec<E::Overlaps> = scratch.iter().map(|s| s.m.clone()).collect();
        let mut e = vec![0.0; x.len()];
        energy.fields_from(x, &m, &mut h, &mut e);
        let mut moving = Vec::new();
        let mut directions = Vec::new();
        for (s, h) in h.into_iter().enumerate() {
            scratch[s].h = h;
            progress[s] = match conjugate_direction(space, &x[s], e[s], &mut scratch[s]) {
                Choice::ZeroField => Progress::ZeroField,
                Choice::Stationary => Progress::moved(0.0),
                Choice::Along(u) => {
                    moving.push(s);
                    directions.push(u);
                    Progress::moved(0.0)
                }
            };
        }
        let overlaps = energy.overlaps_of(&directions);
        for ((s, u), mu) in moving.into_iter().zip(directions).zip(overlaps) {
            let change = advance(energy, &mut x[s], &mut scratch[s], &u, &mu);
            progress[s] = Progress::moved(change);
        }
    }
}

enum Choice<T: Real> {
    ZeroField,
    Stationary,
    /// A tangent vector of norm sqrt(N), so that step lengths are angles.
    Along(DVector<T>),
}

fn conjugate_direction<S: VectorSpace, M>(
    space: &S,
    x: &S::State,
    e: f64,
    scratch: &mut ConjugateScratch<S::Scalar, M>,
) -> Choice<S::Scalar> {
    let field = dot(&scratch.h, &scratch.h);
    if e == f64::INFINITY || field == 0.0 && !S::CONFINED {
        return Choice::ZeroField;
    }
    let mut g = scratch.h.clone();
    space.project_tangent(x, &mut g);
    let gg = dot(&g, &g);
    // A confined field is what is left of two forces that cancel; their size is that of the state.
    let scale = if S::CONFINED { field.max(dot(x, x)) } else { field };
    if gg <= S::Scalar::STATIONARY.powi(2) * scale {
        return Choice::Stationary;
    }
    let mut u = g.clone();
    if !scratch.direction.is_empty() {
        let beta = ((gg - dot(&g, &scratch.gradient)) / scratch.gradient_sq).max(0.0);
        u.zip_apply(&scratch.direction, |u, d| {
            *u = S::Scalar::narrow(u.widen() + beta * d.widen());
        });
        space.project_tangent(x, &mut u);
        if dot(&u, &g) <= 0.0 {
            u.copy_from(&g);
        }
    }
    scratch.gradient = g;
    scratch.gradient_sq = gg;
    let norm = dot(&u, &u).sqrt();
    // In units of the gradient, so that the next conjugate direction mixes vectors of one scale.
    scratch.direction = u.clone();
    let unit = (space.sites() as f64).sqrt() / norm;
    u.apply(|a| *a = S::Scalar::narrow(a.widen() * unit));
    Choice::Along(u)
}

fn advance<E, S>(
    energy: &E,
    x: &mut S::State,
    scratch: &mut ConjugateScratch<S::Scalar, E::Overlaps>,
    u: &S::State,
    mu: &E::Overlaps,
) -> f64
where
    E: LineEnergy<Space = S>,
    S: VectorSpace,
{
    let space = energy.space();
    let length = (space.sites() as f64).sqrt();
    let geodesic = |t| space.geodesic(length, t);
    let t = first_minimum(&energy.plane(x, &scratch.m, u, mu), geodesic, scratch.guess);
    if t == 0.0 {
        // No step lowers the energy beyond rounding.
        scratch.direction = DVector::default();
        return 0.0;
    }
    scratch.guess = t;
    scratch.steps += 1;
    let ([a, b], [da, db]) = geodesic(t);
    let mix = |a: f64, b: f64| x.zip_map(u, |x, u| S::Scalar::narrow(a * x.widen() + b * u.widen()));
    let (mut next, mut carried) = (mix(a, b), mix(da, db));
    space.retract(&mut next);
    energy.combine(a, &mut scratch.m, b, mu);
    // The direction is carried along the geodesic, at its old length; the gradient by projection.
    let scale = dot(&scratch.direction, &scratch.direction).sqrt() / length;
    carried.apply(|c| *c = S::Scalar::narrow(c.widen() * scale));
    scratch.direction = carried;
    space.project_tangent(&next, &mut scratch.gradient);
    let change = space.max_change(x, &next);
    *x = next;
    change
}
