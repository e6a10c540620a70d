//! Polynomial separation functions: monomials, and their orthogonal relatives.

use super::{CurvedKernel, IntegerKernel, Kernel};
use crate::{Error, Overlap};

/// x^k. Loops over many overlaps do not come here but use the coefficients, which vectorise.
#[inline(always)]
fn power(x: f64, k: u32) -> f64 {
    x.powi(k as i32)
}

fn order_at_least_two(order: u32) -> Result<u32, Error> {
    // The upper end keeps `powi` exact in its argument; no f64 model means anything long before.
    if (2..=1_000_000).contains(&order) {
        Ok(order)
    } else {
        Err(Error::Parameter { name: "order n", expected: "2 <= n <= 1000000", found: f64::from(order) })
    }
}

macro_rules! polynomial_kernel {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(try_from = "Order", into = "Order"))]
        pub struct $name {
            order: u32,
        }

        impl $name {
            /// The kernel of this order.
            ///
            /// # Errors
            /// [`Error::Parameter`] unless 2 <= `order` <= 1000000.
            pub fn new(order: u32) -> Result<Self, Error> {
                Ok(Self { order: order_at_least_two(order)? })
            }

            /// The interaction order n.
            #[must_use]
            pub fn order(self) -> u32 {
                self.order
            }
        }

        #[cfg(feature = "serde")]
        impl TryFrom<Order> for $name {
            type Error = Error;
            fn try_from(raw: Order) -> Result<Self, Error> {
                Self::new(raw.order)
            }
        }

        #[cfg(feature = "serde")]
        impl From<$name> for Order {
            fn from(kernel: $name) -> Self {
                Self { order: kernel.order }
            }
        }
    };
}

#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Order {
    order: u32,
}

polynomial_kernel! {
    /// The monomial F(m) = m^n: the polynomial (Krotov–Hopfield) family with [`Sum`](crate::Sum).
    ///
    /// # Energy
    /// ```text
    /// E(x) = −c Σ_μ (x·ξ^μ / N)^n,   n >= 2
    /// ```
    ///
    /// # Example
    /// ```
    /// use dam_core::{Kernel, Overlap, kernel::Monomial};
    /// let f = Monomial::new(3)?;
    /// assert_eq!((f.f(Overlap::new(0.5, 10)), f.df(Overlap::new(0.5, 10))), (0.125, 0.75));
    /// # Ok::<(), dam_core::Error>(())
    /// ```
    ///
    /// In f32 memories m^n leaves the range of the scalar for large n and small m (n > 25 at m = 0.03); fields vanish
    /// there, and f64 is the choice.
    ///
    /// # Reference
    /// Krotov and Hopfield (2016), eq. 1; n = 2 is the Hopfield model (Hopfield 1982).
    Monomial
}

polynomial_kernel! {
    /// The rectified monomial F(m) = max(0, m)^n.
    ///
    /// For random patterns the rectifier halves the variance of the cross-talk, so it stores about twice as
    /// many patterns as [`Monomial`] of the same order.
    ///
    /// # Energy
    /// ```text
    /// E(x) = −c Σ_μ max(0, x·ξ^μ / N)^n,   n >= 2
    /// ```
    ///
    /// # Example
    /// ```
    /// use dam_core::{Kernel, Overlap, kernel::RectifiedMonomial};
    /// let f = RectifiedMonomial::new(3)?;
    /// assert_eq!((f.f(Overlap::new(0.5, 10)), f.f(Overlap::new(-0.5, 10))), (0.125, 0.0));
    /// # Ok::<(), dam_core::Error>(())
    /// ```
    ///
    /// # Reference
    /// Krotov and Hopfield (2016): the "rectified polynomial".
    RectifiedMonomial
}

polynomial_kernel! {
    /// The Hermite polynomial F(m) = N^(−n/2) He_n(sqrt(N) m), leading term m^n.
    ///
    /// For Gaussian overlaps it has no components of lower order; for n = 3 on the sphere
    /// F' / 3 = m² − 1/N, which subtracts the common field Σ_ν ξ^ν / N from the cubic map ("centred" map).
    ///
    /// # Energy
    /// ```text
    /// E(x) = −c Σ_μ F(m_μ),   n = 3: F = (S³ − 3 N S) / N³,  S = x·ξ
    /// ```
    ///
    /// # Example
    /// ```
    /// use dam_core::{Kernel, Overlap, kernel::Hermite};
    /// let f = Hermite::new(3)?;
    /// assert!((f.df(Overlap::new(0.5, 100)) - 3.0 * (0.25 - 0.01)).abs() < 1e-15);
    /// # Ok::<(), dam_core::Error>(())
    /// ```
    Hermite
}

polynomial_kernel! {
    /// The distinct-index interaction F(m) = n! e_n(ξ_1 x_1, …, ξ_N x_N) / N^n on the hypercube (Krawtchouk).
    ///
    /// The sum Σ over pairwise distinct i_1 … i_n of the products of ξ_i x_i. For ±1 it is a function of the
    /// overlap, n = 3: (S³ − 3 N S + 2 S) / N³ with S = x·ξ. **On the sphere a distinct-index sum is no
    /// function of the overlap** (the squares x_i² do not drop out): there this kernel is only the same
    /// polynomial of m, and [`Hermite`] is the natural choice.
    ///
    /// # Example
    /// ```
    /// use dam_core::{Kernel, Overlap, kernel::DistinctIndex};
    /// let f = DistinctIndex::new(3)?;
    /// let s = 6.0_f64; // dot product at N = 10
    /// let expected = (s.powi(3) - 30.0 * s + 2.0 * s) / 1000.0;
    /// assert!((f.f(Overlap::new(0.6, 10)) - expected).abs() < 1e-15);
    /// # Ok::<(), dam_core::Error>(())
    /// ```
    ///
    /// # Reference
    /// Gardner (1987), Abbott and Arian (1987): multiply connected networks.
    DistinctIndex
}

impl Kernel for Monomial {
    #[inline(always)]
    fn f(&self, s: Overlap) -> f64 {
        power(s.m(), self.order)
    }
    #[inline(always)]
    fn df(&self, s: Overlap) -> f64 {
        f64::from(self.order) * power(s.m(), self.order - 1)
    }
    fn log_domain(&self) -> bool {
        false
    }
    fn coefficients(&self, _n: usize) -> Option<Vec<f64>> {
        let mut c = vec![0.0; self.order as usize + 1];
        c[self.order as usize] = 1.0;
        Some(c)
    }
    fn integer(&self) -> Option<&dyn IntegerKernel> {
        Some(self)
    }
}

impl IntegerKernel for Monomial {
    fn value(&self, dot: i64, _n: i64) -> Option<i128> {
        i128::from(dot).checked_pow(self.order)
    }
    fn slope(&self, dot: i64, _n: i64) -> Option<i128> {
        i128::from(dot).checked_pow(self.order - 1)
    }
    fn units(&self, n: i64) -> (f64, f64) {
        monomial_units(self.order, n)
    }
}

fn monomial_units(order: u32, n: i64) -> (f64, f64) {
    let n = n as f64;
    (n.powi(-(order as i32)), f64::from(order) * n.powi(1 - order as i32))
}

impl Kernel for RectifiedMonomial {
    #[inline(always)]
    fn f(&self, s: Overlap) -> f64 {
        power(s.m().max(0.0), self.order)
    }
    #[inline(always)]
    fn df(&self, s: Overlap) -> f64 {
        f64::from(self.order) * power(s.m().max(0.0), self.order - 1)
    }
    fn log_domain(&self) -> bool {
        false
    }
    fn integer(&self) -> Option<&dyn IntegerKernel> {
        Some(self)
    }
}

impl IntegerKernel for RectifiedMonomial {
    fn value(&self, dot: i64, _n: i64) -> Option<i128> {
        i128::from(dot.max(0)).checked_pow(self.order)
    }
    fn slope(&self, dot: i64, _n: i64) -> Option<i128> {
        i128::from(dot.max(0)).checked_pow(self.order - 1)
    }
    fn units(&self, n: i64) -> (f64, f64) {
        monomial_units(self.order, n)
    }
}

/// P_0 = 1, P_1 = m, P_{k+1} = m P_k − a_k P_{k−1}: value and slope of P_order.
#[inline(always)]
fn three_term(m: f64, order: u32, a: impl Fn(f64) -> f64) -> (f64, f64) {
    let (mut p0, mut p1) = (1.0, m);
    let (mut d0, mut d1) = (0.0, 1.0);
    for k in 1..order {
        let ak = a(f64::from(k));
        (d0, d1) = (d1, p1 + m * d1 - ak * d0);
        (p0, p1) = (p1, m * p1 - ak * p0);
    }
    (p1, d1)
}

/// The second derivative of P_order.
#[inline(always)]
fn three_term_curvature(m: f64, order: u32, a: impl Fn(f64) -> f64) -> f64 {
    let (mut p, mut d, mut c) = ([1.0, m], [0.0, 1.0], [0.0, 0.0]);
    for k in 1..order {
        let ak = a(f64::from(k));
        c = [c[1], 2.0 * d[1] + m * c[1] - ak * c[0]];
        d = [d[1], p[1] + m * d[1] - ak * d[0]];
        p = [p[1], m * p[1] - ak * p[0]];
    }
    c[1]
}

/// The coefficients of the same recurrence.
fn three_term_coefficients(order: u32, a: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut below = vec![1.0];
    let mut at = vec![0.0, 1.0];
    for k in 1..order {
        let mut next = vec![0.0];
        next.extend_from_slice(&at);
        for (c, b) in next.iter_mut().zip(&below) {
            *c -= a(f64::from(k)) * b;
        }
        below = std::mem::replace(&mut at, next);
    }
    at
}

/// The recurrence in integers, in units of N^-order: (value, slope · N^-(order-1)).
fn three_term_integer(dot: i64, order: u32, a: impl Fn(i128) -> Option<i128>) -> Option<(i128, i128)> {
    let s = i128::from(dot);
    let (mut p0, mut p1) = (1_i128, s);
    let (mut d0, mut d1) = (0_i128, 1_i128);
    for k in 1..order {
        let ak = a(i128::from(k))?;
        let d2 = p1.checked_add(s.checked_mul(d1)?)?.checked_sub(ak.checked_mul(d0)?)?;
        let p2 = s.checked_mul(p1)?.checked_sub(ak.checked_mul(p0)?)?;
        (d0, d1) = (d1, d2);
        (p0, p1) = (p1, p2);
    }
    Some((p1, d1))
}

macro_rules! three_term_kernel {
    ($name:ident, |$k:ident, $n:ident| $a:expr, |$ik:ident, $in:ident| $ia:expr) => {
        impl Kernel for $name {
            #[inline(always)]
            fn f(&self, s: Overlap) -> f64 {
                let $n = s.n();
                three_term(s.m(), self.order, |$k| $a).0
            }
            #[inline(always)]
            fn df(&self, s: Overlap) -> f64 {
                let $n = s.n();
                three_term(s.m(), self.order, |$k| $a).1
            }
            fn log_domain(&self) -> bool {
                false
            }
            fn coefficients(&self, n: usize) -> Option<Vec<f64>> {
                let $n = n as f64;
                // No reader takes higher degrees, and their number of operations is the square of the order.
                (self.order <= 64).then(|| three_term_coefficients(self.order, |$k| $a))
            }
            fn integer(&self) -> Option<&dyn IntegerKernel> {
                Some(self)
            }
        }

        impl CurvedKernel for $name {
            #[inline]
            fn d2f(&self, s: Overlap) -> f64 {
                let $n = s.n();
                three_term_curvature(s.m(), self.order, |$k| $a)
            }
        }

        impl IntegerKernel for $name {
            fn value(&self, dot: i64, n: i64) -> Option<i128> {
                let $in = i128::from(n);
                Some(three_term_integer(dot, self.order, |$ik| $ia)?.0)
            }
            fn slope(&self, dot: i64, n: i64) -> Option<i128> {
                let $in = i128::from(n);
                Some(three_term_integer(dot, self.order, |$ik| $ia)?.1)
            }
            fn units(&self, n: i64) -> (f64, f64) {
                let (value, slope) = monomial_units(self.order, n);
                (value, slope / f64::from(self.order))
            }
        }
    };
}

// He_{k+1} = x He_k − k He_{k−1} at x = sqrt(N) m, divided by N^((k+1)/2).
three_term_kernel!(Hermite, |k, n| k / n, |k, n| k.checked_mul(n));
// (k+1)! e_{k+1} = S k! e_k − k (N − k + 1) (k−1)! e_{k−1}, divided by N^(k+1).
three_term_kernel!(DistinctIndex, |k, n| k * (n - k + 1.0) / (n * n), |k, n| k.checked_mul(n - k + 1));

#[cfg(test)]
mod tests {
    use super::*;

    /// n! e_n of ±1 variables by expanding Π (1 + y_i t) directly.
    fn elementary(spins: &[i64], order: usize) -> i64 {
        let mut e = vec![0_i64; order + 1];
        e[0] = 1;
        for &y in spins {
            for k in (1..=order).rev() {
                e[k] += y * e[k - 1];
            }
        }
        e[order] * (1..=order as i64).product::<i64>()
    }

    #[test]
    fn distinct_index_is_the_sum_over_distinct_sites() {
        let n = 9_i64;
        for order in 2..=6_u32 {
            let kernel = DistinctIndex::new(order).unwrap();
            for up in 0..=n {
                let spins: Vec<i64> = (0..n).map(|i| if i < up { 1 } else { -1 }).collect();
                let exact = elementary(&spins, order as usize);
                let dot = 2 * up - n;
                assert_eq!(kernel.value(dot, n), Some(i128::from(exact)));
                let float = kernel.f(Overlap::new(dot as f64 / n as f64, n as usize));
                assert!((float - exact as f64 * kernel.units(n).0).abs() < 1e-13);
            }
        }
    }

    #[test]
    fn hermite_of_order_five_is_the_textbook_polynomial() {
        // He_5(x) = x^5 − 10 x^3 + 15 x (Abramowitz and Stegun, 22.3.11)
        let (n, m) = (50_usize, 0.37_f64);
        let x = m * (n as f64).sqrt();
        let expected = (x.powi(5) - 10.0 * x.powi(3) + 15.0 * x) / (n as f64).powf(2.5);
        assert!((Hermite::new(5).unwrap().f(Overlap::new(m, n)) - expected).abs() < 1e-15);
    }

    #[test]
    fn slopes_values_and_coefficients_agree() {
        let kernels: [Box<dyn Kernel>; 4] = [
            Box::new(Monomial::new(5).unwrap()),
            Box::new(RectifiedMonomial::new(3).unwrap()),
            Box::new(Hermite::new(4).unwrap()),
            Box::new(DistinctIndex::new(5).unwrap()),
        ];
        let n = 40_usize;
        for kernel in &kernels {
            let integer = kernel.integer().unwrap();
            for dot in [-38_i64, -12, 0, 2, 24, 40] {
                let s = Overlap::new(dot as f64 / n as f64, n);
                let (value_unit, slope_unit) = integer.units(n as i64);
                let (value, slope) = (integer.value(dot, 40).unwrap(), integer.slope(dot, 40).unwrap());
                assert!((kernel.f(s) - value as f64 * value_unit).abs() < 1e-13);
                assert!((kernel.df(s) - slope as f64 * slope_unit).abs() < 1e-12);
                if let Some(c) = kernel.coefficients(n) {
                    let horner = c.iter().rev().fold(0.0, |acc, c| acc * s.m() + c);
                    assert!((kernel.f(s) - horner).abs() < 1e-13);
                }
            }
        }
    }

    #[test]
    fn orders_below_two_are_refused() {
        for order in [0, 1] {
            let message = Monomial::new(order).unwrap_err().to_string();
            assert!(message.contains("2 <= n") && message.contains(&format!("found {order}")), "{message}");
        }
    }

    #[test]
    fn an_integer_that_does_not_fit_is_none() {
        assert_eq!(Monomial::new(20).unwrap().value(1_000_000, 1_000_000), None);
        assert_eq!(Hermite::new(20).unwrap().value(1_000_000, 1_000_000), None);
    }
}
