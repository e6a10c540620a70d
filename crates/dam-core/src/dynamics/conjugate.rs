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
pub struct ConjugateScratch<T: Real> {
    /// Overlaps of the state; empty where they have to be computed.
    m: Vec<T>,
    /// Steps over which they were carried.
    carried: usize,
    h: DVector<T>,
    /// The last tangent gradient (downhill) and direction, carried to the present state; empty at the start.
    /// Both are in units of the largest entry of the field then: fields of steep kernels cannot be squared.
    gradient: DVector<T>,
    direction: DVector<T>,
    unit: f64,
    gradient_sq: f64,
    guess: f64,
}

/// Steps after which carried overlaps are computed afresh.
const REFRESH: usize = 16;
/// First guess of a step, as an angle.
const GUESS: f64 = 0.1;

impl<E, S> Dynamics<E> for ConjugateGradient
where
    E: LineEnergy<Space = S>,
    S: VectorSpace,
{
    type Scratch = ConjugateScratch<S::Scalar>;

    fn prepare(&self, energy: &E, _x: &StateOf<E>) -> Self::Scratch {
        ConjugateScratch {
            m: Vec::new(),
            carried: 0,
            h: energy.space().zero_field(),
            gradient: DVector::default(),
            direction: DVector::default(),
            unit: 1.0,
            gradient_sq: 0.0,
            guess: GUESS,
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
        let again = attempt(energy, (0..x.len()).collect(), x, scratch, progress);
        attempt(energy, again, x, scratch, progress);
    }
}

impl<T: Real> ConjugateScratch<T> {
    /// Whether the next step is a first one: from overlaps computed afresh, along the gradient.
    fn is_fresh(&self) -> bool {
        self.carried == 0 && self.direction.is_empty()
    }

    fn restart(&mut self) {
        (self.m, self.carried) = (Vec::new(), 0);
        (self.direction, self.guess) = (DVector::default(), GUESS);
    }
}

/// One step of the states `active`. Returns those that it hardly moved though carried overlaps, or a conjugate
/// direction almost along a level line, may be to blame: they are set back for a fresh step along the gradient.
fn attempt<E, S>(
    energy: &E,
    active: Vec<usize>,
    x: &mut [StateOf<E>],
    scratch: &mut [ConjugateScratch<S::Scalar>],
    progress: &mut [Progress],
) -> Vec<usize>
where
    E: LineEnergy<Space = S>,
    S: VectorSpace,
{
    if active.is_empty() {
        return active;
    }
    let states = |of: &[usize]| -> Vec<StateOf<E>> { of.iter().map(|&s| x[s].clone()).collect() };
    let stale: Vec<usize> = active.iter().copied().filter(|&s| scratch[s].m.is_empty()).collect();
    let overlaps = energy.overlaps_of(&states(&stale));
    for (&s, m) in stale.iter().zip(overlaps.column_iter()) {
        scratch[s].m.extend(m.iter());
    }
    let mut h: Vec<FieldOf<E>> = active.iter().map(|&s| std::mem::take(&mut scratch[s].h)).collect();
    let m: Vec<&[S::Scalar]> = active.iter().map(|&s| scratch[s].m.as_slice()).collect();
    let mut e = vec![0.0; active.len()];
    energy.fields_from(&states(&active), &m, &mut h, &mut e);
    let (mut moving, mut directions, mut again) = (Vec::new(), Vec::new(), Vec::new());
    for ((s, h), e) in active.into_iter().zip(h).zip(e) {
        scratch[s].h = h;
        let fresh = scratch[s].is_fresh();
        match conjugate_direction(energy.space(), &x[s], e, &mut scratch[s]) {
            Choice::Along(u) => {
                moving.push((s, fresh));
                directions.push(u);
            }
            Choice::Stop(end) => {
                progress[s] = end;
                if !fresh {
                    again.push(s);
                }
            }
        }
    }
    let overlaps = energy.overlaps_of(&directions);
    let along = overlaps.as_slice().chunks_exact(overlaps.nrows());
    for (((s, fresh), u), mu) in moving.into_iter().zip(directions).zip(along) {
        let change = advance(energy, &mut x[s], &mut scratch[s], &u, mu);
        progress[s] = Progress::moved(change);
        if change < S::TOLERANCE && !fresh {
            again.push(s);
        }
    }
    again.iter().for_each(|&s| scratch[s].restart());
    again
}

enum Choice<T: Real> {
    Stop(Progress),
    /// A tangent vector of norm sqrt(N), so that step lengths are angles.
    Along(DVector<T>),
}

fn conjugate_direction<S: VectorSpace>(
    space: &S,
    x: &S::State,
    e: f64,
    scratch: &mut ConjugateScratch<S::Scalar>,
) -> Choice<S::Scalar> {
    let unit = scratch.h.camax().widen();
    if e == f64::INFINITY || unit == 0.0 && !S::CONFINED {
        return Choice::Stop(Progress::ZeroField);
    }
    if !(e.is_finite() && unit.is_finite()) {
        return Choice::Stop(Progress::Diverged);
    }
    if unit == 0.0 {
        return Choice::Stop(Progress::moved(0.0));
    }
    let mut g = scratch.h.map(|h| S::Scalar::narrow(h.widen() / unit));
    let field = dot(&g, &g);
    space.project_tangent(x, &mut g);
    let gg = dot(&g, &g);
    // A confined field is what is left of two forces that cancel; their size is that of the state.
    let scale = if S::CONFINED { field.max(dot(x, x) / unit / unit) } else { field };
    if gg <= S::Scalar::STATIONARY.powi(2) * scale {
        return Choice::Stop(Progress::moved(0.0));
    }
    let mut u = g.clone();
    if !scratch.direction.is_empty() {
        let beta = (gg * (unit / scratch.unit) - dot(&g, &scratch.gradient)) / scratch.gradient_sq;
        // Not finite where the field has grown beyond comparison: a new start.
        let beta = if beta.is_finite() { beta.max(0.0) } else { 0.0 };
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
    scratch.unit = unit;
    let norm = dot(&u, &u).sqrt();
    // In units of the gradient, so that the next conjugate direction mixes vectors of one scale.
    scratch.direction = u.clone();
    let length = (space.sites() as f64).sqrt() / norm;
    u.apply(|a| *a = S::Scalar::narrow(a.widen() * length));
    Choice::Along(u)
}

/// Moves to the first minimum along `u` and returns max_i |x_i' − x_i|; 0 if no step lowers the energy beyond
/// rounding.
fn advance<E, S>(
    energy: &E,
    x: &mut S::State,
    scratch: &mut ConjugateScratch<S::Scalar>,
    u: &S::State,
    mu: &[S::Scalar],
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
        scratch.restart();
        return 0.0;
    }
    scratch.guess = t;
    let ([a, b], [da, db]) = geodesic(t);
    let mix = |a: f64, b: f64| x.zip_map(u, |x, u| S::Scalar::narrow(a * x.widen() + b * u.widen()));
    let (mut next, mut direction) = (mix(a, b), mix(da, db));
    space.retract(&mut next);
    scratch.carried += 1;
    if scratch.carried < REFRESH {
        let (a, b) = (S::Scalar::narrow(a), S::Scalar::narrow(b));
        scratch.m.iter_mut().zip(mu).for_each(|(m, &u)| *m = a * *m + b * u);
    } else {
        (scratch.m, scratch.carried) = (Vec::new(), 0);
    }
    // The direction is carried along the geodesic, at its old length; the gradient by projection.
    let scale = dot(&scratch.direction, &scratch.direction).sqrt() / length;
    direction.apply(|c| *c = S::Scalar::narrow(c.widen() * scale));
    scratch.direction = direction;
    space.project_tangent(&next, &mut scratch.gradient);
    let change = space.max_change(x, &next);
    *x = next;
    change
}
