use rand::Rng;
use rand::distr::Distribution;

use super::StateSpace;
use crate::Error;

/// The overlap φ with one fixed pattern, standing for all states of the sphere that have it: what is left of the
/// [`Sphere`](super::Sphere) for an energy that depends on nothing else.
///
/// A state is φ in [−1, 1]; the uniform measure of the sphere gives it the density (1 − φ²)^((N−3)/2). Samplers
/// that propose in this measure cost O(1) a step, at any N.
///
/// Two states φ_a and φ_b do not tell the overlap of the vectors behind them: [`overlap`](StateSpace::overlap) is its
/// mean φ_a φ_b over all directions around the pattern. It is exact with the pattern itself, φ_b = 1, where it is φ_a,
/// and with its opposite, φ_b = −1; of a state with itself it is φ², not 1.
///
/// ```
/// use dam_core::{Polar, Purpose, StateSpace, Streams};
/// let space = Polar::new(10_000)?;
/// let phi = space.sample(&mut Streams::new(1).rng(Purpose::Cues, 0));
/// assert!(phi.abs() < 0.05); // of the order of 1/sqrt(N)
/// # Ok::<(), dam_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "usize", into = "usize"))]
pub struct Polar {
    sites: usize,
}

impl Polar {
    /// The overlaps of the sphere in N = `sites` dimensions.
    ///
    /// # Errors
    /// [`Error::Parameter`] for N < 2, where there is nothing between −1 and 1.
    pub fn new(sites: usize) -> Result<Self, Error> {
        let n = crate::error::parameter("sites", "N >= 2", sites as f64, sites >= 2);
        n.map(|_| Self { sites })
    }
}

impl TryFrom<usize> for Polar {
    type Error = Error;
    fn try_from(sites: usize) -> Result<Self, Error> {
        Self::new(sites)
    }
}

impl From<Polar> for usize {
    fn from(space: Polar) -> usize {
        space.sites
    }
}

impl StateSpace for Polar {
    type State = f64;
    type Field = f64;

    const TOLERANCE: f64 = 1e-7;

    fn sites(&self) -> usize {
        self.sites
    }

    fn check(&self, what: &'static str, x: &f64) -> Result<(), Error> {
        crate::error::parameter(what, "an overlap in [-1, 1]", *x, x.abs() <= 1.0).map(|_| ())
    }

    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let g: f64 = rand_distr::StandardNormal.sample(rng);
        g / (g * g + chi_squared(self.sites - 1, rng)).sqrt()
    }

    fn zero_field(&self) -> f64 {
        0.0
    }

    /// The pole on the side of the field.
    fn align(&self, x: &f64, h: &f64, next: &mut f64) -> Option<f64> {
        if *h == 0.0 || h.is_nan() {
            return None;
        }
        *next = h.signum();
        Some((*next - x).abs())
    }

    fn max_change(&self, a: &f64, b: &f64) -> f64 {
        (a - b).abs()
    }

    /// The mean overlap a b of vectors that have the overlaps a and b with the pattern: with the pattern itself,
    /// b = 1, the state; of a state with itself a², not 1.
    fn overlap(&self, a: &f64, b: &f64) -> f64 {
        a * b
    }
}

/// A sum of `count` squares of standard normal numbers.
pub(crate) fn chi_squared<R: Rng + ?Sized>(count: usize, rng: &mut R) -> f64 {
    // No other way to fail than a shape of zero.
    match rand_distr::Gamma::new(count as f64 / 2.0, 2.0) {
        Ok(gamma) => gamma.sample(rng),
        Err(_) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamics::{GaussianStep, Proposal};
    use crate::{Purpose, Sphere, Streams, VectorSpace};

    /// (mean, mean square, their standard errors).
    fn moments(values: &[f64]) -> [[f64; 2]; 2] {
        let count = values.len() as f64;
        [1, 2].map(|power| {
            let mean = values.iter().map(|v| v.powi(power)).sum::<f64>() / count;
            let variance = values.iter().map(|v| (v.powi(power) - mean).powi(2)).sum::<f64>() / count;
            [mean, (variance / count).sqrt()]
        })
    }

    fn alike(a: &[f64], b: &[f64], what: &str) {
        for ([x, dx], [y, dy]) in moments(a).into_iter().zip(moments(b)) {
            assert!((x - y).abs() < 4.0 * dx.hypot(dy), "{what}: {x} +- {dx} and {y} +- {dy}");
        }
    }

    /// Samples and proposals are what is left of those of the sphere.
    #[test]
    fn samples_and_proposals_have_the_law_of_the_sphere() {
        let streams = Streams::new(8);
        for n in [2, 3, 20, 200] {
            let (polar, sphere) = (Polar::new(n).unwrap(), Sphere::<f64>::new(n).unwrap());
            let mut rng = streams.rng(Purpose::Cues, n as u64);
            let pattern = sphere.sample(&mut rng);
            let ours: Vec<f64> = (0..20_000).map(|_| polar.sample(&mut rng)).collect();
            let theirs: Vec<f64> =
                (0..20_000).map(|_| sphere.overlap(&sphere.sample(&mut rng), &pattern)).collect();
            alike(&ours, &theirs, "samples");
            for (phi, step) in [(0.9, 0.05), (0.9, 1.0), (-0.3, 0.4), (1.0, 0.3)] {
                let side = sphere.sample_tangent(&pattern, &mut rng);
                let length = f64::sqrt((1.0 - phi * phi) * n as f64) / side.norm();
                let state = &pattern * phi + side * length;
                let proposal = GaussianStep::new(step).unwrap();
                let (mut next, mut vector) = (0.0, state.clone());
                let mut ours = Vec::new();
                let mut theirs = Vec::new();
                for _ in 0..20_000 {
                    proposal.propose(&polar, &phi, &mut next, &mut rng);
                    ours.push(next);
                    proposal.propose(&sphere, &state, &mut vector, &mut rng);
                    theirs.push(sphere.overlap(&vector, &pattern));
                }
                alike(&ours, &theirs, "proposals");
            }
        }
    }

    #[test]
    fn a_state_is_its_overlap_with_the_pattern() {
        let space = Polar::new(7).unwrap();
        assert_eq!((space.sites(), space.zero_field()), (7, 0.0));
        assert_eq!(space.max_change(&0.25, &-0.5), 0.75);
        assert_eq!((space.overlap(&0.25, &1.0), space.overlap(&0.25, &-0.5)), (0.25, -0.125));
        let mut next = 0.0;
        assert_eq!((space.align(&0.25, &-3.0, &mut next), next), (Some(1.25), -1.0));
        assert_eq!(space.align(&0.25, &0.0, &mut next), None);
    }

    #[test]
    fn illegal_sizes_and_overlaps_are_refused() {
        assert!(Polar::new(0).is_err() && Polar::new(1).is_err());
        let space = Polar::new(2).unwrap();
        assert!(space.check("state", &1.0).is_ok() && space.check("state", &-1.0).is_ok());
        assert!(space.check("state", &1.1).is_err() && space.check("state", &f64::NAN).is_err());
    }
}
