use nalgebra::DVector;
use rand::{Rng, RngExt};

use super::{Dynamics, Progress, temperature};
use crate::energy::{FieldOf, LocalField, StateOf};
use crate::space::{VectorSpace, dot};
use crate::{Error, Real};

/// Metropolis-adjusted Langevin dynamics (MALA) at temperature T; one step is one proposal.
///
/// ```text
/// v = ε g + sqrt(2 T ε) z,   x' = Proj(x + v),   g, z tangent at x
/// accept with min(1, exp(−[E(x') − E(x)]/T) q(x|x') / q(x'|x))
/// ```
/// The projection along rays stretches areas by the same factor in both directions (it depends on the angle
/// between x and x' only), so q needs the Gaussian density of v alone.
///
/// # Reference
/// Roberts and Tweedie (1996), with tangent steps and projection on the sphere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Langevin {
    temperature: f64,
    step: f64,
}

impl Langevin {
    /// At temperature T (in units of the energy) with step ε (in units of x² per energy).
    ///
    /// # Errors
    /// [`Error::Parameter`] unless both are positive and finite.
    pub fn new(t: f64, step: f64) -> Result<Self, Error> {
        let step = crate::error::parameter("step", "epsilon > 0", step, step > 0.0)?;
        Ok(Self { temperature: temperature(t)?, step })
    }
}

/// Scratch of [`Langevin`].
#[derive(Clone, Debug)]
pub struct LangevinScratch<T: Real> {
    energy: f64,
    /// The tangent field at the state.
    g: DVector<T>,
    proposed: DVector<T>,
    proposed_g: DVector<T>,
    /// The tangent step to the proposal.
    v: DVector<T>,
}

impl<E, S> Dynamics<E> for Langevin
where
    E: LocalField<Space = S>,
    S: VectorSpace,
{
    type Scratch = LangevinScratch<S::Scalar>;

    fn prepare(&self, energy: &E, x: &StateOf<E>) -> Self::Scratch {
        let mut g = energy.space().zero_field();
        let e = energy.field(x, &mut g);
        energy.space().project_tangent(x, &mut g);
        LangevinScratch { energy: e, proposed: x.clone(), proposed_g: g.clone(), v: g.clone(), g }
    }

    fn step<R: Rng>(
        &self,
        energy: &E,
        x: &mut StateOf<E>,
        scratch: &mut Self::Scratch,
        rng: &mut R,
    ) -> Progress {
        let space = energy.space();
        self.propose(space, x, scratch, rng);
        let after = energy.field(&scratch.proposed, &mut scratch.proposed_g);
        self.decide(space, x, scratch, after, rng)
    }

    fn step_all<R: Rng>(
        &self,
        energy: &E,
        x: &mut [StateOf<E>],
        scratch: &mut [Self::Scratch],
        rng: &mut [R],
        progress: &mut [Progress],
    ) {
        together(|_| self, energy, x, scratch, rng, progress);
    }

    fn step_each<R: Rng>(
        each: &[Self],
        energy: &E,
        x: &mut [StateOf<E>],
        scratch: &mut [Self::Scratch],
        rng: &mut [R],
        progress: &mut [Progress],
    ) {
        together(|s| &each[s], energy, x, scratch, rng, progress);
    }
}

/// One step of every state, the s-th by `of(s)`, with all fields in one batch.
fn together<'a, E, S, R: Rng>(
    of: impl Fn(usize) -> &'a Langevin,
    energy: &E,
    x: &mut [StateOf<E>],
    scratch: &mut [LangevinScratch<S::Scalar>],
    rng: &mut [R],
    progress: &mut [Progress],
) where
    E: LocalField<Space = S>,
    S: VectorSpace,
{
    let space = energy.space();
    let (mut proposals, mut fields): (Vec<_>, Vec<FieldOf<E>>) = (Vec::new(), Vec::new());
    for (k, s) in scratch.iter_mut().enumerate() {
        of(k).propose(space, &x[k], s, &mut rng[k]);
        proposals.push(std::mem::take(&mut s.proposed));
        fields.push(std::mem::take(&mut s.proposed_g));
    }
    let mut after = vec![0.0; x.len()];
    energy.fields(&proposals, &mut fields, &mut after);
    for (k, (proposed, field)) in proposals.into_iter().zip(fields).enumerate() {
        let s = &mut scratch[k];
        (s.proposed, s.proposed_g) = (proposed, field);
        progress[k] = of(k).decide(space, &mut x[k], s, after[k], &mut rng[k]);
    }
}

impl Langevin {
    fn propose<S: VectorSpace, R: Rng>(
        &self,
        space: &S,
        x: &S::State,
        scratch: &mut LangevinScratch<S::Scalar>,
        rng: &mut R,
    ) {
        let z = space.sample_tangent(x, rng);
        let noise = (2.0 * self.temperature * self.step).sqrt();
        scratch.v =
            scratch.g.zip_map(&z, |g, z| S::Scalar::narrow(self.step * g.widen() + noise * z.widen()));
        scratch.proposed = x + &scratch.v;
        space.retract(&mut scratch.proposed);
    }

    fn decide<S: VectorSpace, R: Rng>(
        &self,
        space: &S,
        x: &mut S::State,
        scratch: &mut LangevinScratch<S::Scalar>,
        after: f64,
        rng: &mut R,
    ) -> Progress {
        space.project_tangent(&scratch.proposed, &mut scratch.proposed_g);
        let back = space.log_ray(&scratch.proposed, x);
        // −ln q up to what cancels: |v − ε g|² / (4 T ε).
        let cost = |v: &S::State, g: &S::Field| {
            let off = v.zip_map(g, |v, g| S::Scalar::narrow(v.widen() - self.step * g.widen()));
            dot(&off, &off) / (4.0 * self.temperature * self.step)
        };
        let change = if after == scratch.energy { 0.0 } else { after - scratch.energy };
        let log_ratio =
            -change / self.temperature - cost(&back, &scratch.proposed_g) + cost(&scratch.v, &scratch.g);
        let accepted = log_ratio >= 0.0 || rng.random::<f64>() < log_ratio.exp();
        if accepted {
            std::mem::swap(x, &mut scratch.proposed);
            std::mem::swap(&mut scratch.g, &mut scratch.proposed_g);
            scratch.energy = after;
        }
        Progress::Sampled { acceptance: f64::from(u8::from(accepted)) }
    }
}
