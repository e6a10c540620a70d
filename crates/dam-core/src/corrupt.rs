//! Cues: patterns with noise of a known kind. Which noise is legal follows from the space.

use rand::{Rng, RngExt};

use crate::space::{SpinSpace, Spins, StateSpace, VectorSpace, dot};
use crate::{Error, Real};

/// Makes a cue from a pattern.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot corrupt states of `{S}`",
    note = "spins are corrupted by `FlipExactly` and `FlipEach`, vectors by `TangentNoise`"
)]
pub trait Corruption<S: StateSpace>: Sync {
    /// The pattern with this noise.
    ///
    /// # Errors
    /// As [`StateSpace::check`]; [`Error::Parameter`] if the noise does not fit the space.
    fn corrupt<R: Rng + ?Sized>(&self, space: &S, pattern: &S::State, rng: &mut R)
    -> Result<S::State, Error>;
}

/// Flips an exact number of distinct spins, chosen at random.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlipExactly {
    count: usize,
}

impl FlipExactly {
    /// `count` flips k, so that the overlap with the pattern is 1 − 2k/N. More than N are refused when a cue is made.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self { count }
    }
}

#[diagnostic::do_not_recommend]
impl<S: SpinSpace> Corruption<S> for FlipExactly {
    fn corrupt<R: Rng + ?Sized>(&self, space: &S, pattern: &Spins, rng: &mut R) -> Result<Spins, Error> {
        space.check("pattern", pattern)?;
        if self.count > space.sites() {
            return Err(Error::Parameter { name: "flips", expected: "at most N", found: self.count as f64 });
        }
        let mut x = pattern.clone();
        rand::seq::index::sample(rng, space.sites(), self.count).into_iter().for_each(|i| x.flip(i));
        Ok(x)
    }
}

/// Flips every spin independently with one probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlipEach {
    probability: f64,
}

impl FlipEach {
    /// Probability p of a flip, so that the mean overlap with the pattern is 1 − 2p.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless 0 <= p <= 1.
    pub fn new(p: f64) -> Result<Self, Error> {
        let legal = (0.0..=1.0).contains(&p);
        Ok(Self { probability: crate::error::parameter("flip probability", "0 <= p <= 1", p, legal)? })
    }
}

#[diagnostic::do_not_recommend]
impl<S: SpinSpace> Corruption<S> for FlipEach {
    fn corrupt<R: Rng + ?Sized>(&self, space: &S, pattern: &Spins, rng: &mut R) -> Result<Spins, Error> {
        space.check("pattern", pattern)?;
        let mut x = pattern.clone();
        for i in 0..space.sites() {
            if rng.random::<f64>() < self.probability {
                x.flip(i);
            }
        }
        Ok(x)
    }
}

/// Adds an isotropic tangent vector of given norm, and projects back on the space:
/// x = Proj(ξ + η), |η| = r sqrt(N), η tangent at ξ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TangentNoise {
    relative_norm: f64,
}

impl TangentNoise {
    /// Noise norm r in units of sqrt(N), so that the overlap with the pattern is (1 + r²)^(−1/2) on the sphere; "basin
    /// isolation" uses 0.3.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless r is finite and not negative.
    pub fn new(relative_norm: f64) -> Result<Self, Error> {
        let name = "noise norm / sqrt(N)";
        let legal = relative_norm >= 0.0;
        Ok(Self { relative_norm: crate::error::parameter(name, "r >= 0", relative_norm, legal)? })
    }
}

#[diagnostic::do_not_recommend]
impl<S: VectorSpace> Corruption<S> for TangentNoise {
    fn corrupt<R: Rng + ?Sized>(
        &self,
        space: &S,
        pattern: &S::State,
        rng: &mut R,
    ) -> Result<S::State, Error> {
        space.check("pattern", pattern)?;
        let noise = space.sample_tangent(pattern, rng);
        let norm = dot(&noise, &noise).sqrt();
        // In one dimension the sphere has no tangent vectors.
        let factor = if norm > 0.0 { self.relative_norm * (space.sites() as f64).sqrt() / norm } else { 0.0 };
        let mut x = pattern.zip_map(&noise, |p, e| S::Scalar::narrow(p.widen() + factor * e.widen()));
        space.retract(&mut x);
        // Noise near the largest number of the scalar overflows before it can be projected.
        space.check("cue", &x)?;
        Ok(x)
    }
}
