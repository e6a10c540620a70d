//! Covariance of the cross-talk.

use super::{Indices, Polynomial};

impl Polynomial {
    /// The terms (k, a_k) of ξ(q) = α Σ_k a_k q^k, from k = n down.
    fn terms(self) -> impl Iterator<Item = (u32, f64)> {
        let n = self.order;
        let last = match self.indices {
            Indices::Full => 0,
            Indices::Distinct => n - 1,
        };
        // a_k = c_k² k! with zⁿ = Σ c_k He_k(z): a_n = n!, and the ratio of two coefficients is elementary.
        let mut a: f64 = (1..=n).map(f64::from).product();
        (0..=n / 2).map(move |pair| (n - 2 * pair, pair)).take_while(move |&(k, _)| k > last).map(
            move |(k, pair)| {
                let term = (k, a);
                let next = f64::from(pair + 1);
                a *= f64::from(k) * f64::from(k - 1) / (4.0 * next * next);
                term
            },
        )
    }

    /// ξ′(q)/α and ξ″(q)/α.
    pub(super) fn slopes(self, q: f64) -> [f64; 2] {
        self.terms().fold([0.0; 2], |[first, second], (k, a)| {
            let k_f = f64::from(k);
            let power = if k >= 2 { q.powi(k as i32 - 2) } else { 0.0 };
            [first + a * k_f * q.powi(k as i32 - 1), second + a * k_f * (k_f - 1.0) * power]
        })
    }

    /// (ξ(1) − ξ(q)) / (α (1 − q)), without the cancellation.
    pub(super) fn chord(self, q: f64) -> f64 {
        self.terms().map(|(k, a)| a * (0..k as i32).map(|j| q.powi(j)).sum::<f64>()).sum()
    }

    /// (ξ(1) − ξ(q) − (1 − q) ξ′(q)) / (α (1 − q)²), without the cancellation.
    pub(super) fn bend(self, q: f64) -> f64 {
        self.terms()
            .map(|(k, a)| a * (0..k as i32 - 1).map(|j| f64::from(j + 1) * q.powi(j)).sum::<f64>())
            .sum()
    }

    /// The variance of the cross-talk field for α = 1, and the slope of its logarithm in C = (1 − q)/T.
    ///
    /// It is ξ′(q)/α for n >= 3. For n = 2 it is the r of Amit, Gutfreund and Sompolinsky: the patterns share
    /// the state that they disturb, which multiplies their noise by 1/(1 − C)².
    pub(super) fn unit_noise(self, q: f64, response: f64, t: f64) -> (f64, f64) {
        if self.order == 2 {
            let gap = 1.0 - response;
            return (q / (gap * gap), 2.0 / gap - t / q);
        }
        let [first, second] = self.slopes(q);
        (first, -t * second / first)
    }

    /// What the diagonal of the quadratic energy takes off the free energy.
    pub(super) fn diagonal(self, alpha: f64) -> f64 {
        match self.indices {
            Indices::Full => 0.5 * alpha,
            Indices::Distinct => 0.0,
        }
    }
}
