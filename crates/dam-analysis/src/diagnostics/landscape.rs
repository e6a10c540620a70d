//! The energy landscape at the stored patterns.

use dam_core::{Aggregator, Dam, DensePatterns, Energy, Kernel, LocalField, VectorSpace};

use super::{in_batches, norm, patterns};
use crate::Error;

/// The energy landscape at one pattern.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Landscape {
    /// E(ξ^μ).
    pub energy: f64,
    /// The norm of the tangent part of −∇E(ξ^μ). A pattern is not a stationary point: this is the force with
    /// which its competitors pull at it.
    pub gradient_norm: f64,
}

/// The energy and the tangent gradient norm at patterns `which`, one pass each.
///
/// # Errors
/// [`Error::Core`] for an index past the end.
///
/// # Example
/// ```
/// use dam_analysis::landscape;
/// use dam_core::prelude::*;
/// let space = Sphere::<f64>::new(2)?;
/// let patterns = [vec![1.0, 1.0], vec![1.0, -1.0]];
/// let memory = Dam::new(space, Monomial::new(2)?, Sum, 1.0, &patterns)?;
/// // Orthogonal patterns do not pull at each other.
/// let at = landscape(&memory, &[0])?[0];
/// assert_eq!((at.energy, at.gradient_norm), (-1.0, 0.0));
/// # Ok::<(), dam_analysis::Error>(())
/// ```
pub fn landscape<S: VectorSpace, K: Kernel, Q: Aggregator>(
    memory: &Dam<DensePatterns<S>, K, Q>,
    which: &[usize],
) -> Result<Vec<Landscape>, Error> {
    in_batches(which, |which| batch(memory, which))
}

fn batch<S: VectorSpace, K: Kernel, Q: Aggregator>(
    memory: &Dam<DensePatterns<S>, K, Q>,
    which: &[usize],
) -> Result<Vec<Landscape>, Error> {
    let (space, x) = (memory.space(), patterns(memory, which)?);
    let mut energies = vec![0.0; x.len()];
    let mut fields = vec![space.zero_field(); x.len()];
    memory.fields(&x, &mut fields, &mut energies);
    let at = |((x, mut h), energy): ((&S::State, S::Field), f64)| {
        space.project_tangent(x, &mut h);
        Landscape { energy, gradient_norm: norm(&h) }
    };
    Ok(x.iter().zip(fields).zip(energies).map(at).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;
    use dam_core::prelude::*;

    #[test]
    fn the_gradient_is_that_of_the_energy_along_the_sphere() {
        let streams = Streams::new(4);
        let space = Sphere::<f64>::new(12).unwrap();
        let patterns: Vec<_> =
            (0..30).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
        let memory = models::spherical(space.clone(), 3, &patterns).unwrap();
        let which: Vec<usize> = (0..30).collect();
        for (found, x) in landscape(&memory, &which).unwrap().iter().zip(&patterns) {
            assert!((found.energy - memory.energy(x)).abs() < 1e-14);
            // The norm by differences along an orthonormal basis of the surrounding space: the radial part
            // of each step is taken back by the projection.
            let h = 1e-5;
            let slope = |i: usize| {
                let moved = |sign: f64| {
                    let mut y = x.clone();
                    y[i] += sign * h;
                    space.retract(&mut y);
                    memory.energy(&y)
                };
                (moved(1.0) - moved(-1.0)) / (2.0 * h)
            };
            let norm = (0..12).map(|i| slope(i).powi(2)).sum::<f64>().sqrt();
            assert!((found.gradient_norm - norm).abs() < 1e-8, "{} {norm}", found.gradient_norm);
        }
        assert!(matches!(landscape(&memory, &[30]), Err(Error::Core(_))));
    }
}
