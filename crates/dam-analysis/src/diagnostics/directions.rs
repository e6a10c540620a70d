//! Directions in which to look from a pattern.

use dam_core::nalgebra::DVector;
use dam_core::rand::Rng;
use dam_core::{Aggregator, Dam, DensePatterns, Energy, Kernel, Real, VectorSpace};

use super::norm;
use crate::Error;

/// Along which directions [`BasinIsolation::of_patterns`](super::BasinIsolation::of_patterns) looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directions {
    /// K random ones, from stream (Directions, μ): the paper's.
    Random(usize),
    /// The tangent part of −∇E, one direction: the limit of many random ones, for it is what they estimate.
    Gradient,
    /// Towards the k other patterns of largest (signed) overlap.
    Nearest(usize),
}

/// Refuses what is no unit tangent vector at `x`.
pub(super) fn check_direction<S: VectorSpace>(
    space: &S,
    x: &DVector<S::Scalar>,
    v: &DVector<S::Scalar>,
) -> Result<(), Error> {
    let expected = space.sites();
    if v.len() != expected {
        return Err(dam_core::Error::Dimension { what: "direction", expected, found: v.len() }.into());
    }
    if let Some(site) = v.iter().position(|a| !a.widen().is_finite()) {
        return Err(dam_core::Error::NotFinite { site, value: v[site].widen() }.into());
    }
    let tolerance = S::Scalar::ON_SPHERE;
    let length = norm(v);
    if (length - 1.0).abs() > tolerance {
        return Err(Error::Parameter { name: "length of a direction", expected: "1", found: length });
    }
    let mut tangent = v.clone();
    space.project_tangent(x, &mut tangent);
    let radial = norm(&(v - tangent));
    if radial > tolerance {
        return Err(Error::Parameter { name: "radial part of a direction", expected: "0", found: radial });
    }
    Ok(())
}

/// `count` independent unit tangent vectors at `x`, uniform on their sphere; not numbers where there is none, on
/// a sphere of one site.
#[must_use]
pub fn random_directions<S: VectorSpace, R: Rng + ?Sized>(
    space: &S,
    x: &DVector<S::Scalar>,
    count: usize,
    rng: &mut R,
) -> Vec<DVector<S::Scalar>> {
    (0..count).map(|_| unit_tangent(space, x, space.sample_tangent(x, rng))).collect()
}

/// The tangent part of `v` at unit length.
pub(super) fn unit_tangent<S: VectorSpace>(
    space: &S,
    x: &DVector<S::Scalar>,
    mut v: DVector<S::Scalar>,
) -> DVector<S::Scalar> {
    space.project_tangent(x, &mut v);
    let length = norm(&v);
    v.apply(|a| *a = Real::narrow(a.widen() / length));
    v
}

/// Unit tangent vectors at pattern μ towards the `count` others of largest overlap, nearest first.
pub(super) fn towards_nearest<S: VectorSpace, K: Kernel, Q: Aggregator>(
    memory: &Dam<DensePatterns<S>, K, Q>,
    mu: usize,
    x: &DVector<S::Scalar>,
    overlaps: &[S::Scalar],
    count: usize,
) -> Result<Vec<DVector<S::Scalar>>, Error> {
    if count >= memory.len() {
        let found = count as f64;
        return Err(Error::Parameter { name: "nearest patterns", expected: "fewer than M", found });
    }
    let mut others: Vec<usize> = (0..memory.len()).filter(|&nu| nu != mu).collect();
    // Ties in the order of the patterns.
    others.sort_by(|&a, &b| overlaps[b].widen().total_cmp(&overlaps[a].widen()));
    let towards =
        |&nu: &usize| Ok(unit_tangent(memory.space(), x, memory.space().log_ray(x, &memory.pattern(nu)?)));
    others[..count].iter().map(towards).collect()
}
