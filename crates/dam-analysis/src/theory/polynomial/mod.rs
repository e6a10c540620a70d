//! Polynomial load: M = α N^(n−1) patterns under an energy of order n, replica-symmetric.
//!
//! ```text
//! n >= 3:  H(x) = −N^(1−n) Σ_μ (ξ^μ·x)^n        M = α N^(n−1)     thermal phases, eq. 1
//! n = 2:   H(x) = −(1/2N) Σ_μ (ξ^μ·x)²          M = α N           Amit, Gutfreund and Sompolinsky
//! ```
//!
//! Equation 1 at n = 2 has no 1/2, so its temperatures and its free energies are twice those given here: a
//! temperature T of eq. 1 is passed as T/2.
//!
//! # Equations
//! One pattern is condensed, with the overlap m; the others act on a spin as Gaussian noise. For n >= 3 its
//! covariance is N ξ(q), with q the overlap of two replicas:
//!
//! ```text
//! Full:      ξ(q) = α Σ_{k>=1} c_k² k! q^k,  zⁿ = Σ c_k He_k(z)     ξ′(1) = α n² (2n−3)!!
//! Distinct:  ξ(q) = α n! q^n                                        ξ′(1) = α n n!
//!
//! Ising      m = <tanh b(n m^(n−1) + √ξ′(q) z)>,  q = <tanh²>,  b = 1/T
//!            f = (n−1) mⁿ − (b/2) [ξ(1) − ξ(q) − (1−q) ξ′(q)] − T <ln 2cosh b(n m^(n−1) + √ξ′(q) z)>
//! spherical  n m^(n−2) = T/(1−q),  b² ξ′(q) = (q − m²)/(1−q)²
//!            f = −mⁿ − (b/2) [ξ(1) − ξ(q)] − (T/2) [ln(1−q) + (q − m²)/(1−q)]
//!
//! n = 2      m = <tanh b(m + √(αr) z)>,  q = <tanh²>,  r = q/(1 − C)²,  C = b(1−q)
//! Distinct   f = α/2 + m²/2 + (αT/2) [ln(1−C) − q/(T(1−C))] + α r C/2 − T <ln 2cosh b(m + √(αr) z)>
//! Full       α/2 less, the diagonal
//! ```
//!
//! The spherical f of n >= 3 holds the entropy of eq. 21 of thermal phases, with q ≠ m².
//!
//! # What holds and what does not
//! - The replica-symmetric α_M(T) of Ising spins rises with T at low T: from 0.1379 to 0.1382 (T = 0.02)
//!   for n = 2, from 0.0841 to 0.0889 (T = 0.41) for n = 3 with all indices, from 0.1261 to 0.1549 (T =
//!   0.93) with distinct ones. Up to about those temperatures replica symmetry is broken at the capacity,
//!   so the rise is not to be trusted; [`State::stable`] tells where. With a load and at T = 0 it is broken
//!   in every state of Ising spins.
//! - At low T and for distinct indices the equations have further solutions, with m of the order of
//!   T^(1/(n−2)), at loads as high. They do not belong to retrieval: the states here are those reached from
//!   the state at α = 0 by raising the load, up to the first load where they cease to exist.
//! - The noise of odd n with all indices has a part linear in q, a random field.
//! - f leaves out a constant of the order of N^(n/2−1), the mean of the cross-talk, for even n >= 4 with all
//!   indices.
//! - The patterns are independent, of ±1 or, on the sphere, uniform on it. For patterns of ±1 with all
//!   indices, even n >= 4 gives spherical spins a further energy, of the order of N^(n/2−1), that depends
//!   on Σ x_i⁴: it is not here.
//!
//! # Reference
//! Amit, Gutfreund and Sompolinsky, Annals of Physics 173, 30 (1987) for n = 2; Gardner, J. Phys. A 20, 3453
//! (1987) and Abbott and Arian, Phys. Rev. A 36, 5091 (1987) for n >= 3.

mod field;
pub mod hopfield;
mod ising;
mod noise;
#[cfg(test)]
mod reference;
mod spherical;
#[cfg(test)]
mod tests;

use crate::Error;
use crate::theory::roots::{minimum, root};
use crate::theory::{Space, check};

/// Which products of spins an energy of order n holds.
///
/// For n = 2 they differ by the diagonal only, Σ_i x_i² ξ_i² = N for each pattern: a constant, which shifts
/// the free energy by −α/2 and nothing else. For n >= 3 the terms with equal indices are noise of their
/// own, and the capacities differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indices {
    /// All of them: the power (ξ·x)^n (Krotov and Hopfield 2016).
    Full,
    /// n! times the sum over i₁ < … < i_n (Gardner 1987).
    Distinct,
}

/// The replica-symmetric theory of a memory with the energy of order n and M = α N^(n−1) patterns.
///
/// # Example
/// ```
/// use dam_analysis::theory::{Space, polynomial::{Indices, Polynomial}};
///
/// let hopfield = Polynomial::new(2, Indices::Full, Space::Hypercube)?;
/// let capacity = hopfield.capacity(0.0)?.unwrap();
/// assert!((capacity.alpha - 0.137905566494932).abs() < 1e-14);
/// assert!((capacity.m - 0.967417).abs() < 1e-6);
///
/// let cubic = Polynomial::new(3, Indices::Distinct, Space::Hypercube)?;
/// let state = cubic.state(0.05, 0.5)?.unwrap();
/// assert!((state.m - 0.995164944222).abs() < 1e-12 && state.stable);
/// assert_eq!(cubic.state(0.2, 0.5)?, None);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
///
/// # Reference
/// See the [module](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polynomial {
    order: u32,
    indices: Indices,
    space: Space,
}

/// A solution of the saddle-point equations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct State {
    /// Overlap with the condensed pattern.
    pub m: f64,
    /// Overlap of two replicas, the Edwards–Anderson order parameter.
    pub q: f64,
    /// Variance of the cross-talk field: ξ′(q), and α r for n = 2.
    pub noise: f64,
    /// Free energy for each spin.
    pub free_energy: f64,
    /// Whether replica symmetry is stable (de Almeida and Thouless): b² ξ″(q) <sech⁴> <= 1 for Ising spins,
    /// b² ξ″(q) (1−q)² <= 1 for spherical ones, with α/(1−C)² in the place of ξ″ for n = 2.
    pub stable: bool,
}

/// The largest load with a retrieval state, and that state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Capacity {
    /// The load α = M / N^(n−1).
    pub alpha: f64,
    /// Overlap with the pattern.
    pub m: f64,
    /// Overlap of two replicas.
    pub q: f64,
}

impl Polynomial {
    /// The theory for an order between 2 and 100.
    ///
    /// # Errors
    /// [`Error::Parameter`] for any other order; (2n−1)!! leaves the range of a double soon after.
    pub fn new(order: u32, indices: Indices, space: Space) -> Result<Self, Error> {
        if !(2..=100).contains(&order) {
            return Err(Error::Parameter { name: "order", expected: "2 to 100", found: f64::from(order) });
        }
        Ok(Self { order, indices, space })
    }

    /// The retrieval state at the load `alpha` and the temperature `t`; `None` beyond
    /// [`capacity`](Self::capacity).
    ///
    /// Good to about 1e-13, and to the square root of the rounding beside the capacity, where the state ends.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless both are finite and not negative.
    pub fn state(self, alpha: f64, t: f64) -> Result<Option<State>, Error> {
        check::load(alpha)?;
        check::temperature(t)?;
        Ok(match self.space {
            Space::Hypercube => self.ising_state(alpha, t),
            Space::Sphere => self.spherical_state(alpha, t),
        })
    }

    /// α_M(T): the largest load with a retrieval state, and that state. `None` where no positive load has
    /// one.
    ///
    /// The quadratic energy on the sphere has none at any temperature: m ≠ 0 asks for C = 1, where the
    /// noise α q/(1 − C)² diverges. Its ground state is the top eigenvector of the couplings, of which no
    /// pattern has more than its share.
    ///
    /// ```text
    /// T = 0, Ising, n = 2      max_y ½ [erf(y)/y − (2/√π) e^(−y²)]²
    /// T = 0, Ising, n >= 3     max_y (erf(y)^(n−1)/y)² × 1/(2 (2n−3)!!) or, distinct, × n/(2 n!)
    /// T = 0, spherical         ((n−2)/(n−1))^(n−2)/(n−1) × 1/(2n−3)!! or, distinct, × n/n!
    /// ```
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `t` is finite and not negative.
    pub fn capacity(self, t: f64) -> Result<Option<Capacity>, Error> {
        check::temperature(t)?;
        Ok(self.end(t))
    }

    /// T_M(α): the highest temperature with a retrieval state at the load `alpha`; `None` if no temperature
    /// has one.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `alpha` is finite and not negative.
    ///
    /// # Example
    /// ```
    /// use dam_analysis::theory::{Space, polynomial::{Indices, Polynomial}};
    /// let cubic = Polynomial::new(3, Indices::Full, Space::Hypercube)?;
    /// // The spinodal of a single pattern: the largest T with m = tanh(3 m²/T).
    /// assert!((cubic.retrieval_temperature(0.0)?.unwrap() - 1.747748725).abs() < 1e-9);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    pub fn retrieval_temperature(self, alpha: f64) -> Result<Option<f64>, Error> {
        check::load(alpha)?;
        let (_, spinodal) = self.spinodal();
        if alpha == 0.0 {
            return Ok(Some(spinodal));
        }
        // A load that equals a capacity but for rounding has the temperature of that capacity.
        let load = alpha * (1.0 - 4.0 * f64::EPSILON);
        let excess = |t| self.end(t).map_or(0.0, |end| end.alpha) - load;
        // α_M(T) has a single maximum, at T = 0 or above it.
        let top = if excess(0.0) > 0.0 { 0.0 } else { minimum(0.0, spinodal, |t| -excess(t)).0 };
        Ok(root(top, spinodal, excess))
    }

    /// T_c at α = 0: where the retrieval state and the paramagnet have the same free energy, a transition
    /// of the first order for n >= 3. For n = 2 it is continuous, at T = 1.
    #[must_use]
    pub fn transition_temperature(self) -> f64 {
        let (_, spinodal) = self.spinodal();
        if self.order == 2 {
            return spinodal;
        }
        let excess = |t: f64| match self.space {
            Space::Hypercube => self.ising_state(0.0, t).map(|s| s.free_energy + t * std::f64::consts::LN_2),
            Space::Sphere => self.spherical_state(0.0, t).map(|s| s.free_energy),
        };
        // The state vanishes at the spinodal itself, far above the paramagnet.
        root(0.0, spinodal, |t| excess(t).unwrap_or(1.0)).unwrap_or(spinodal)
    }

    /// The overlap at which the retrieval state of α = 0 vanishes, and the temperature.
    fn spinodal(self) -> (f64, f64) {
        match self.space {
            Space::Hypercube => self.ising_spinodal(),
            Space::Sphere => self.spherical_spinodal(),
        }
    }

    /// The end of the branch of retrieval states at temperature `t`.
    fn end(self, t: f64) -> Option<Capacity> {
        match self.space {
            Space::Hypercube => self.ising_end(t),
            Space::Sphere => self.spherical_end(t),
        }
    }

    fn power(self) -> i32 {
        self.order as i32
    }
}

/// The first point, going from `top` to `bottom` in steps of the function `at`, where `slope` is positive,
/// with the one before it.
fn first_rise(steps: usize, at: impl Fn(f64) -> f64, slope: impl Fn(f64) -> f64) -> Option<(f64, f64)> {
    let mut before = at(0.0);
    for step in 1..=steps {
        let point = at(step as f64 / steps as f64);
        if slope(point) > 0.0 {
            return Some((before, point));
        }
        before = point;
    }
    None
}
