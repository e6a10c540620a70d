//! The nearest of many patterns.

use std::f64::consts::LN_2;

use super::{Overlaps, hypercube, sphere};
use crate::Error;
use crate::theory::Space;
use crate::theory::finite::double_exponential;
use crate::theory::roots::root;

impl Overlaps {
    /// E[max of the overlaps of a pattern with P − 1 others], the cosine of the angle to the nearest pattern.
    ///
    /// ```text
    /// E[max m] = 1 − ∫ F(m)^{P−1} dm,   F(m) = P(overlap < m)
    /// ```
    ///
    /// `ln_p` is ln P, so that P may be exponential in N. Takes O(N) time on the hypercube.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `ln_p` is finite and at least ln 2.
    ///
    /// # Example
    /// ```
    /// use dam_analysis::theory::{Space, tails::{Overlaps, nearest_leading}};
    /// let (n, ln_p) = (100, 2.0 * 100_f64.ln());
    /// let exact = Overlaps::new(Space::Sphere, n)?.nearest(ln_p)?;
    /// assert!((exact - 0.3737).abs() < 1e-4);
    /// // The leading order is far above it.
    /// assert!((nearest_leading(n, ln_p)? - 0.4292).abs() < 1e-4);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    pub fn nearest(self, ln_p: f64) -> Result<f64, Error> {
        check_ln_p(ln_p)?;
        let ln_others = ln_others(ln_p);
        Ok(1.0
            - match self.space {
                Space::Sphere => nearest_gap_on_sphere(self.n, ln_others),
                Space::Hypercube => nearest_gap_on_hypercube(self.n, ln_others),
            })
    }
}

/// ln(P − 1).
pub(in crate::theory) fn ln_others(ln_p: f64) -> f64 {
    ln_p + (-(-ln_p).exp()).ln_1p()
}

/// (1 − Q)^K as a function of ln Q and ln K, whatever their size.
fn none_of(ln_k: f64, ln_q: f64) -> f64 {
    let ln_rate = if ln_q < -40.0 { ln_q } else { (-(-ln_q.exp()).ln_1p()).ln() };
    (-(ln_k + ln_rate).exp()).exp()
}

fn nearest_gap_on_sphere(n: usize, ln_others: f64) -> f64 {
    // F^K rises from 0 to 1 where K Q(m) falls from large to small.
    let place = |ln_kq: f64| root(-1.0, 1.0, |m| ln_others + sphere::ln_tail(n, m) - ln_kq);
    let (low, middle, high) =
        (place(46_f64.ln()).unwrap_or(-1.0), place(-LN_2).unwrap_or(0.0), place(-41.0).unwrap_or(1.0));
    let mut gap = 1.0 - high;
    for (a, b) in [(low, middle), (middle, high)] {
        double_exponential(a, b, |m, weight| gap += weight * none_of(ln_others, sphere::ln_tail(n, m)));
    }
    gap
}

fn nearest_gap_on_hypercube(n: usize, ln_others: f64) -> f64 {
    // The mean of the least number of flips, Σ_k P(all others differ in more than k sites).
    let (mut ln_q, mut flips) = (f64::NEG_INFINITY, 0.0);
    for k in 0..n {
        let term = hypercube::ln_binomial(n, k);
        ln_q = if k == 0 { term } else { term + (ln_q - term).exp().ln_1p() }.min(0.0);
        let missed = none_of(ln_others, ln_q);
        flips += missed;
        if missed < 1e-20 {
            break;
        }
    }
    2.0 * flips / n as f64
}

/// sqrt(2 ln P / N), the leading order of [`Overlaps::nearest`] for P polynomial in N.
///
/// It is approached slowly, the next term being of relative order ln ln P / ln P: 15 % above the exact value at
/// N = 100, P = N². It exceeds 1 for P > e^{N/2}.
///
/// # Errors
/// [`Error::Parameter`] unless `n` >= 1 and `ln_p` is finite and at least ln 2.
///
/// # Reference
/// Exponential capacity, figure 5.
pub fn nearest_leading(n: usize, ln_p: f64) -> Result<f64, Error> {
    Overlaps::new(Space::Hypercube, n)?;
    check_ln_p(ln_p)?;
    Ok((2.0 * ln_p / n as f64).sqrt())
}

/// sqrt(1 − P^{−2/N}), the limit of [`Overlaps::nearest`] on the sphere for N → ∞ at P = e^{αN}: where the
/// density of overlaps, (1 − m²)^{N/2}, falls to 1/P.
///
/// # Errors
/// [`Error::Parameter`] unless `n` >= 1 and `ln_p` is finite and at least ln 2.
pub fn nearest_rate(n: usize, ln_p: f64) -> Result<f64, Error> {
    Overlaps::new(Space::Hypercube, n)?;
    check_ln_p(ln_p)?;
    Ok((-(-2.0 * ln_p / n as f64).exp_m1()).sqrt())
}

fn check_ln_p(ln_p: f64) -> Result<(), Error> {
    if !(ln_p >= LN_2 && ln_p.is_finite()) {
        let expected = "finite and at least ln 2, for two patterns";
        return Err(Error::Parameter { name: "ln_p", expected, found: ln_p });
    }
    Ok(())
}
