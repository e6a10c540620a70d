//! Entropies of replica theory and of several patterns at once.

use dam_core::nalgebra::{Cholesky, DMatrix, DVector};

use crate::Error;

/// The entropy per site of a cloud of states with overlap `phi` with the target and self-overlap `q`:
///
/// ```text
/// s(φ, q) = (1/2) [ ln(1 − q) + (q − φ²) / (1 − q) ]
/// ```
/// It is stationary in q at q = φ², where it is (1/2) ln(1 − φ²): a **minimum** in q, and so a maximum of the
/// free energy u − T s, as it should be for n → 0 replicas. (The paper calls it a maximum of the entropy.)
///
/// # Errors
/// [`Error::Parameter`] unless |φ| <= 1 and φ² <= q < 1.
///
/// # Reference
/// "Thermal phases", eqs. 21 and 51.
pub fn cloud_entropy(phi: f64, q: f64) -> Result<f64, Error> {
    if !(-1.0..=1.0).contains(&phi) {
        return Err(Error::Parameter { name: "overlap phi", expected: "-1 <= phi <= 1", found: phi });
    }
    if !(q < 1.0 && q >= phi * phi) {
        return Err(Error::Parameter { name: "self-overlap q", expected: "phi^2 <= q < 1", found: q });
    }
    Ok(0.5 * ((-q).ln_1p() + (q - phi * phi) / (1.0 - q)))
}

/// The self-overlap at which [`cloud_entropy`] is stationary, q = φ².
///
/// # Reference
/// "Thermal phases", eqs. 32 and 52.
#[must_use]
pub fn saddle_self_overlap(phi: f64) -> f64 {
    phi * phi
}

/// The volume of states with given overlaps with M < N − 1 patterns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PatternEntropy {
    /// φᵀ G⁻¹ φ: the share of |x|² in the span of the patterns.
    pub parallel: f64,
    /// `(N − M)/2 ln(1 − φᵀ G⁻¹ φ)`, the paper's leading order; up to a constant that does not depend on φ.
    pub leading: f64,
    /// `(N − M − 2)/2 ln(1 − φᵀ G⁻¹ φ)`: exact, with the Jacobian of the overlaps (eq. 17 has N − M − 1).
    pub exact: f64,
}

/// The entropy (not per site) of the states on the sphere |x|² = N with overlaps φ_μ = x·ξ^μ/N with M patterns of
/// Gram matrix G_μν = ξ^μ·ξ^ν/N.
///
/// # Errors
/// [`Error::Parameter`] unless 1 <= M <= N − 2, G is M × M, symmetric and positive definite (linearly independent
/// patterns), all numbers are finite, and φᵀ G⁻¹ φ < 1 (there are states with these overlaps).
///
/// # Reference
/// "Thermal phases", eqs. 15–18.
pub fn pattern_entropy(n: usize, phi: &[f64], gram: &DMatrix<f64>) -> Result<PatternEntropy, Error> {
    let m = phi.len();
    let parameter = |name, expected, found| Err(Error::Parameter { name, expected, found });
    if m == 0 || m + 2 > n {
        return parameter("number of patterns M", "1 <= M <= N - 2", m as f64);
    }
    if gram.shape() != (m, m) {
        return parameter("Gram matrix", "as many rows and columns as overlaps", gram.nrows() as f64);
    }
    if let Some(&found) = phi.iter().chain(gram.iter()).find(|x| !x.is_finite()) {
        return parameter("overlaps and Gram matrix", "finite numbers", found);
    }
    let asymmetry = (gram - gram.transpose()).amax();
    if asymmetry > 1e-12 * gram.amax() {
        return parameter("Gram matrix", "a symmetric matrix", asymmetry);
    }
    let Some(cholesky) = Cholesky::new(gram.clone()) else {
        return parameter("Gram matrix", "a positive definite matrix, of linearly independent patterns", 0.0);
    };
    let phi = DVector::from_column_slice(phi);
    let parallel = phi.dot(&cholesky.solve(&phi));
    if parallel >= 1.0 {
        return parameter("phi^T G^-1 phi", "less than 1, so that a state has these overlaps", parallel);
    }
    let half_log = 0.5 * (-parallel).ln_1p();
    let leading = (n - m) as f64 * half_log;
    Ok(PatternEntropy { parallel, leading, exact: leading - 2.0 * half_log })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_saddle_is_at_the_squared_overlap_and_a_minimum() {
        for phi in [0.0, 0.3, 0.9, -0.5] {
            let q = saddle_self_overlap(phi);
            let s = |q: f64| cloud_entropy(phi, q).unwrap();
            assert!((s(q) - 0.5 * (1.0 - phi * phi).ln()).abs() < 1e-15);
            let h = 1e-4 * (1.0 - q);
            // One-sided: below φ² there are no states. The derivative at the saddle is 0, the second 1/2(1 − φ²)².
            let second = 2.0 * (s(q + h) - s(q)) / (h * h) * (1.0 - q).powi(2) / 0.5;
            assert!((second - 1.0).abs() < 2e-3, "{second}");
        }
        assert!(cloud_entropy(0.5, 0.2).is_err() && cloud_entropy(0.5, 1.0).is_err());
        assert!(cloud_entropy(f64::NAN, 0.5).is_err() && cloud_entropy(0.1, f64::NAN).is_err());
    }

    #[test]
    fn one_pattern_gives_the_exact_density_of_its_overlap() {
        let one = pattern_entropy(50, &[0.4], &DMatrix::identity(1, 1)).unwrap();
        assert!((one.exact - 23.5 * (1.0 - 0.16_f64).ln()).abs() < 1e-12);
        assert!((one.leading - 24.5 * (1.0 - 0.16_f64).ln()).abs() < 1e-12);
    }

    /// The density of two overlaps at N = 4 against the share of a grid of states on the 3-sphere.
    #[test]
    fn two_patterns_agree_with_states_counted_on_the_sphere() {
        let gram = DMatrix::from_row_slice(2, 2, &[1.0, 0.6, 0.6, 1.0]);
        // At N = 4, M = 2 the exact density does not depend on the overlaps: exponent (N − M − 2)/2 = 0.
        let entropy = |phi: &[f64]| pattern_entropy(4, phi, &gram).unwrap().exact;
        assert_eq!(entropy(&[0.1, 0.2]), 0.0);
        assert_eq!(entropy(&[0.7, 0.5]), 0.0);
        // Counted: states e^(iθ) cos η, e^(iθ') sin η have measure cos η sin η; patterns lie in one plane of them.
        let (mut inner, mut outer) = (0.0, 0.0);
        let steps = 400;
        for j in 0..steps {
            let eta = (j as f64 + 0.5) / steps as f64 * std::f64::consts::FRAC_PI_2;
            for l in 0..steps {
                let theta = (l as f64 + 0.5) / steps as f64 * std::f64::consts::TAU;
                let (a, b) = (eta.cos() * theta.cos(), eta.cos() * theta.sin());
                let (phi_1, phi_2) = (a, 0.6 * a + 0.8 * b);
                let weight = eta.cos() * eta.sin();
                if (0.0..0.2).contains(&phi_1) && (0.0..0.2).contains(&phi_2) {
                    inner += weight;
                }
                if (0.4..0.6).contains(&phi_1) && (0.4..0.6).contains(&phi_2) {
                    outer += weight;
                }
            }
        }
        assert!((inner / outer - 1.0_f64).abs() < 0.02, "{inner} {outer}");
    }

    #[test]
    fn impossible_patterns_are_refused() {
        let gram = DMatrix::from_row_slice(2, 2, &[1.0, 0.5, 0.5, 1.0]);
        assert!(pattern_entropy(3, &[0.1, 0.1], &gram).is_err());
        assert!(pattern_entropy(10, &[0.1], &gram).is_err());
        assert!(pattern_entropy(10, &[0.9, -0.9], &gram).is_err());
        assert!(pattern_entropy(10, &[0.1, f64::NAN], &gram).is_err());
        let singular = DMatrix::from_element(2, 2, 1.0);
        assert!(pattern_entropy(10, &[0.1, 0.1], &singular).is_err());
        let skew = DMatrix::from_row_slice(2, 2, &[1.0, 0.5, 0.4, 1.0]);
        assert!(pattern_entropy(10, &[0.1, 0.1], &skew).is_err());
    }
}
