//! Extrapolation to N → ∞.

use dam_core::nalgebra::{DMatrix, DVector};

/// How quantities approach their limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    /// 1, 1/N, 1/N²: the paper's.
    Quadratic,
    /// 1, ln N / N, 1/N: what the theory has.
    Logarithmic,
    /// 1, 1/N.
    Linear,
}

impl Basis {
    pub(super) fn terms(self, n: f64) -> Vec<f64> {
        match self {
            Self::Quadratic => vec![1.0, 1.0 / n, 1.0 / (n * n)],
            Self::Logarithmic => vec![1.0, n.ln() / n, 1.0 / n],
            Self::Linear => vec![1.0, 1.0 / n],
        }
    }
}

/// A weighted least-squares fit of (N, value, standard error).
#[derive(Clone, Debug)]
pub(super) struct Fit {
    basis: Basis,
    coefficients: DVector<f64>,
    /// The limit, with the standard error that the points give it.
    pub(super) limit: f64,
    pub(super) error: f64,
}

impl Fit {
    /// `None` unless there are more points than terms, all with errors.
    pub(super) fn of(basis: Basis, points: &[(f64, f64, f64)]) -> Option<Self> {
        let terms = basis.terms(1.0).len();
        if points.len() <= terms || points.iter().any(|p| !(p.2 > 0.0 && p.2.is_finite())) {
            return None;
        }
        let rows: Vec<f64> =
            points.iter().flat_map(|&(n, _, e)| basis.terms(n).into_iter().map(move |t| t / e)).collect();
        let a = DMatrix::from_row_slice(points.len(), terms, &rows);
        let y = DVector::from_iterator(points.len(), points.iter().map(|&(_, y, e)| y / e));
        let svd = a.clone().svd(true, true);
        let coefficients = svd.solve(&y, 1e-14).ok()?;
        // The covariance (AᵀA)⁻¹ from the singular values.
        let v = svd.v_t.as_ref()?;
        let variance: f64 = (0..terms).map(|k| (v[(k, 0)] / svd.singular_values[k]).powi(2)).sum();
        Some(Self { basis, limit: coefficients[0], error: variance.sqrt(), coefficients })
    }

    pub(super) fn at(&self, n: f64) -> f64 {
        self.basis.terms(n).iter().zip(self.coefficients.iter()).map(|(t, c)| t * c).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_values_are_continued_exactly() {
        let sizes = [12.0, 16.0, 20.0, 30.0, 42.0_f64];
        for (basis, f) in [
            (Basis::Quadratic, (|n: f64| 0.4 + 2.0 / n - 3.0 / (n * n)) as fn(f64) -> f64),
            (Basis::Logarithmic, |n| 0.4 + 0.7 * n.ln() / n - 1.0 / n),
            (Basis::Linear, |n| 0.4 - 3.0 / n),
        ] {
            let points: Vec<_> = sizes.iter().map(|&n| (n, f(n), 0.01 * (1.0 + n / 20.0))).collect();
            let fit = Fit::of(basis, &points).unwrap();
            assert!((fit.limit - 0.4).abs() < 1e-9 && (fit.at(100.0) - f(100.0)).abs() < 1e-9, "{basis:?}");
            assert!(fit.error > 0.005);
        }
        let line = Fit::of(Basis::Linear, &[(1.0, 3.0, 0.1), (2.0, 2.0, 0.1), (1.0, 3.0, 0.1)]).unwrap();
        assert!((line.limit - 1.0).abs() < 1e-12);
        // The limit is 2 y(2) − y(1), and y(1) the mean of two.
        assert!((line.error - (4.0 * 0.01 + 0.01 / 2.0_f64).sqrt()).abs() < 1e-12);
        assert!(Fit::of(Basis::Linear, &[(1.0, 3.0, 0.1), (2.0, 2.0, 0.1)]).is_none());
        assert!(Fit::of(Basis::Linear, &[(1.0, 3.0, 0.1), (2.0, 2.0, 0.0), (3.0, 1.0, 0.1)]).is_none());
    }
}
