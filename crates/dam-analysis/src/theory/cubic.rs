//! The cubic memory on the sphere under the synchronous map, M = α N².

use crate::Error;

/// The overlap of the fixed point next to a pattern of the cubic memory on the sphere, N → ∞ at zero temperature, by the
/// balance of signal and noise of the synchronous map; `None` above [`spinodal`], where it is lost.
///
/// ```text
/// x ∝ m² ξ + z,  |z|² / N = c α        m² (1 − m²) = c α
/// c = E[g⁴] = 3, standard map x ← Proj(Σ (m_ν)² ξ^ν)
/// c = E[(g² − 1)²] = 2, centred map x ← Proj(Σ ((m_ν)² − 1/N) ξ^ν)
/// ```
/// One third of the noise of the standard map is the one common field Σ_ν ξ^ν / N, which the centred map (the kernel
/// [`Hermite`](dam_core::kernel::Hermite) of order 3) subtracts. Correlations of the noise with the state are left out;
/// simulations at N = 500 and 1000 lie 0.02 and 0.01 below.
///
/// # Errors
/// [`Error::Parameter`] unless α >= 0 is finite.
///
/// # Example
/// ```
/// use dam_analysis::theory::cubic;
/// let [standard, centred] = [false, true].map(|centred| cubic::overlap(0.03, centred).unwrap().unwrap());
/// assert!((standard - 0.949).abs() < 5e-4 && (centred - 0.967).abs() < 5e-4);
/// assert_eq!(cubic::overlap(0.09, false)?, None);
/// # Ok::<(), dam_analysis::Error>(())
/// ```
pub fn overlap(alpha: f64, centred: bool) -> Result<Option<f64>, Error> {
    if !(alpha >= 0.0 && alpha.is_finite()) {
        return Err(Error::Parameter { name: "load alpha", expected: "alpha >= 0", found: alpha });
    }
    // The larger root of q (1 − q) = c α is that of the attracting fixed point.
    let discriminant = 1.0 - alpha / spinodal(centred);
    Ok((discriminant >= 0.0).then(|| (0.5 * (1.0 + discriminant.sqrt())).sqrt()))
}

/// The largest load of [`overlap`]: 1/12 for the standard map, 1/8 for the centred one.
#[must_use]
pub fn spinodal(centred: bool) -> f64 {
    if centred { 1.0 / 8.0 } else { 1.0 / 12.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balances_the_moments_of_gaussian_overlaps() {
        // c from its definition: moments of a Gaussian by the trapezoidal rule.
        let moment = |f: fn(f64) -> f64| -> f64 {
            let h = 1e-3;
            let weight = |g: f64| (-0.5 * g * g).exp() / (2.0 * std::f64::consts::PI).sqrt();
            (-12_000..=12_000).map(|k| f64::from(k) * h).map(|g| h * weight(g) * f(g)).sum()
        };
        for (centred, c) in [(false, moment(|g| g.powi(4))), (true, moment(|g| (g * g - 1.0).powi(2)))] {
            for alpha in [0.0, 1e-9, 0.02, 0.05, 0.083] {
                let m = overlap(alpha, centred).unwrap().unwrap();
                assert!((m * m * (1.0 - m * m) - c * alpha).abs() < 1e-9, "{alpha} {centred}");
                // The map's own slope there is below one, so it attracts: d/dm of m²/sqrt(m⁴ + c α).
                let slope = 2.0 * m * c * alpha / (m.powi(4) + c * alpha).powf(1.5);
                assert!(slope < 1.0, "{slope}");
            }
            let edge = overlap(spinodal(centred), centred).unwrap().unwrap();
            assert!((edge - 0.5_f64.sqrt()).abs() < 1e-7);
            assert_eq!(overlap(spinodal(centred) + 1e-9, centred).unwrap(), None);
        }
        assert!(overlap(-0.1, true).is_err() && overlap(f64::NAN, true).is_err());
    }
}
