//! What an energy can do: each capability is a trait of its own, so that a missing one is a compile error.

use nalgebra::DMatrix;

use crate::space::{StateSpace, VectorSpace};

/// The state type of an energy's space.
pub type StateOf<E> = <<E as Energy>::Space as StateSpace>::State;
/// The field type of an energy's space.
pub type FieldOf<E> = <<E as Energy>::Space as StateSpace>::Field;
/// The scalar of an energy's vector space.
pub type ScalarOf<E> = <<E as Energy>::Space as VectorSpace>::Scalar;

/// An energy over a state space: **implement this (and [`LocalField`]) for an energy that is not of the form
/// −c Q(Σ F)**; for one that is, implement a [`Kernel`](crate::Kernel) and use [`Dam`](crate::Dam).
///
/// Methods take states of the space; they may panic on others. [`Runner`](crate::Runner) and all entry points
/// that return `Result` check them first with [`StateSpace::check`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an energy",
    note = "a memory is `Dam<store, kernel, aggregator>`, made by `Dam::new`; its kernel must implement `Kernel`"
)]
pub trait Energy: Send + Sync {
    /// Where the states live.
    type Space: StateSpace;

    /// The space.
    fn space(&self) -> &Self::Space;

    /// E(x).
    fn energy(&self, x: &StateOf<Self>) -> f64;

    /// E of every state; overridden where work is shared.
    fn energies(&self, x: &[StateOf<Self>], e: &mut [f64]) {
        for (x, e) in x.iter().zip(e) {
            *e = self.energy(x);
        }
    }

    /// States of a large batch that move together at least ([`Runner::run_all`](crate::Runner::run_all)); more where
    /// they share the work of a step, at the price of fewer groups for other cores. A function of the energy alone.
    #[doc(hidden)]
    fn group(&self) -> usize {
        32
    }
}

/// Capability: the local field h = −∇E (on the hypercube, of the energy continued to real x).
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no local field",
    note = "implement `LocalField` for it, or use a dynamics that needs energies only, such as `Metropolis`"
)]
pub trait LocalField: Energy {
    /// Writes h = −∇E(x) and returns E(x).
    fn field(&self, x: &StateOf<Self>, h: &mut FieldOf<Self>) -> f64;

    /// Fields and energies of every state; overridden where work is shared.
    fn fields(&self, x: &[StateOf<Self>], h: &mut [FieldOf<Self>], e: &mut [f64]) {
        for ((x, h), e) in x.iter().zip(h).zip(e) {
            *e = self.field(x, h);
        }
    }
}

/// Turns one spin over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip(pub usize);

/// Turns two coordinates by an angle: x_i' = x_i cos − x_j sin, x_j' = x_i sin + x_j cos.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rotation {
    /// The first coordinate.
    pub i: usize,
    /// The second, different from the first.
    pub j: usize,
    /// Radians.
    pub angle: f64,
}

/// Capability: the price (energy change) of a local move `V`, in O(M) with a cache of the overlaps.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no price for the move `{V}`",
    note = "single-spin dynamics (`Flip`) need patterns on the `Hypercube`; on `Sphere` and `Euclidean` use `GradientDescent`, `ConjugateGradient`, `Langevin` or `Metropolis`",
    note = "pair rotations (`Rotation`) need patterns on the `Sphere`; on the `Hypercube` use `Glauber` or `SpinMetropolis`"
)]
pub trait Priced<V>: Energy {
    /// What is remembered of a state between moves.
    type Cache: Clone + Send;

    /// The cache of `x`.
    fn cache(&self, x: &StateOf<Self>) -> Self::Cache;

    /// E(x after `mv`) − E(x).
    fn price(&self, x: &StateOf<Self>, cache: &Self::Cache, mv: V) -> f64;

    /// Makes the move.
    fn apply(&self, x: &mut StateOf<Self>, cache: &mut Self::Cache, mv: V);
}

/// Capability: the formal derivative of the energy by one spin, the other convention for the field of single-spin
/// dynamics: it counts a spin's own share in the overlaps, which the price of its flip leaves out.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no formal derivative by one spin",
    note = "dynamics by the formal derivative need a `Dam` with patterns on the `Hypercube`"
)]
pub trait FormalField: Priced<Flip> {
    /// The energy change to first order in x_i when spin `i` turns, 2 x_i h_i with h_i = −∂E/∂x_i: negative where the
    /// spin is against the formal field.
    fn formal_price(&self, x: &StateOf<Self>, cache: &Self::Cache, i: usize) -> f64;
}

/// Capability: what conjugate gradient, exact line searches and radial profiles need.
/// Overlaps are linear in the state, so along any ray the energy costs O(M) per point instead of O(N M).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be followed along a ray",
    note = "conjugate gradient and fast basin isolation need a `Dam` on `Sphere` or `Euclidean`",
    note = "they keep the overlaps with all patterns: over `Regenerated` patterns use `GradientDescent` or `Synchronous`"
)]
pub trait LineEnergy: LocalField<Space: VectorSpace> {
    /// The energy on a plane through the origin.
    type Plane<'a>: PlaneEnergy
    where
        Self: 'a;

    /// The overlaps u·ξ/N of every vector with all M patterns, a column per vector (half a pass each).
    fn overlaps_of(&self, u: &[StateOf<Self>]) -> DMatrix<ScalarOf<Self>>;

    /// Fields and energies of states whose overlaps are known (half a pass each).
    fn fields_from(
        &self,
        x: &[StateOf<Self>],
        m: &[&[ScalarOf<Self>]],
        h: &mut [FieldOf<Self>],
        e: &mut [f64],
    );

    /// The energy at all points a x + b u, from the overlaps of x and u.
    fn plane<'a>(
        &'a self,
        x: &StateOf<Self>,
        mx: &'a [ScalarOf<Self>],
        u: &StateOf<Self>,
        mu: &'a [ScalarOf<Self>],
    ) -> Self::Plane<'a>;
}

/// Capability: products with the Hessian ∇²E, for Lanczos and Newton methods.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no Hessian",
    note = "the memory must be a `Dam` on `Sphere` or `Euclidean`, and its kernel implement `CurvedKernel` (one method, `d2f`)"
)]
pub trait Curvature: LineEnergy {
    /// Writes ∇²E(x) v for states x that are given by their overlaps m, and vectors v; one pass each. The
    /// Hessian is that of the surrounding space: on the sphere it is neither projected nor does it know of
    /// the bending of the sphere.
    fn hessian_products(&self, m: &[&[ScalarOf<Self>]], v: &[StateOf<Self>], out: &mut [FieldOf<Self>]);
}

/// The energy at a x + b u as a function of (a, b).
pub trait PlaneEnergy {
    /// [E, ∂E/∂a, ∂E/∂b] at (a, b).
    fn at(&self, a: f64, b: f64) -> [f64; 3];

    /// The energies alone at many points (a_i, b_i): the first entries of [`at`](Self::at), to rounding. The three
    /// slices have the same length; O(1) for each point where [`is_closed_form`](Self::is_closed_form), O(M) elsewhere.
    fn values(&self, a: &[f64], b: &[f64], out: &mut [f64]) {
        for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
            *out = self.at(a, b)[0];
        }
    }

    /// Whether a point costs O(1) (polynomial kernels) rather than O(M).
    fn is_closed_form(&self) -> bool;
}

#[cfg(test)]
mod tests {
    use nalgebra::DVector;

    use super::*;
    use crate::dynamics::GradientDescent;
    use crate::{Euclidean, Purpose, Runner, StopReason, Streams};

    /// ½ |x − centre|², with the methods that have to be given and no other.
    struct Spring {
        space: Euclidean<f64>,
        centre: DVector<f64>,
    }

    impl Energy for Spring {
        type Space = Euclidean<f64>;
        fn space(&self) -> &Euclidean<f64> {
            &self.space
        }
        fn energy(&self, x: &DVector<f64>) -> f64 {
            0.5 * (x - &self.centre).norm_squared()
        }
    }

    impl LocalField for Spring {
        fn field(&self, x: &DVector<f64>, h: &mut DVector<f64>) -> f64 {
            *h = &self.centre - x;
            self.energy(x)
        }
    }

    #[test]
    fn energies_of_a_users_own_serve_batches() {
        let spring =
            Spring { space: Euclidean::new(3).unwrap(), centre: DVector::from_vec(vec![1.0, -2.0, 0.5]) };
        let mut x = [vec![1.0, -2.0, 3.5], vec![0.0, 0.0, 0.5], vec![5.0, 1.0, 0.5]].map(DVector::from_vec);
        let expected = [4.5, 2.5, 12.5];
        let mut e = [0.0; 3];
        spring.energies(&x, &mut e);
        assert_eq!(e, expected);
        let (mut h, mut e) = (vec![spring.space.zero_field(); 3], [0.0; 3]);
        spring.fields(&x, &mut h, &mut e);
        assert_eq!(e, expected);
        let forces = [[0.0, 0.0, -3.0], [1.0, -2.0, 0.0], [-4.0, -3.0, 0.0]];
        assert!(h.iter().zip(forces).all(|(h, force)| h.as_slice() == force), "{h:?}");

        let descent = GradientDescent::default();
        let rng = |k: usize| Streams::new(1).rng(Purpose::Dynamics, k as u64);
        let runs = Runner::default().run_all(&spring, &descent, &mut x, rng).unwrap();
        assert!(runs.iter().all(|run| run.reason == StopReason::Converged));
        assert!(x.iter().all(|x| (x - &spring.centre).norm() < 1e-3), "{x:?}");
    }
}
