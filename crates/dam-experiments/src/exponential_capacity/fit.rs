//! Extrapolation to N → ∞.

use dam_core::nalgebra::{DMatrix, DVector};

use crate::Summary;

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

/// The limits that single draws have, given N and the draws there: one fit through the first of each size, one through the
/// second, … Sizes without a spread are left out, as they have no weight.
pub(super) fn limits_of_draws(basis: Basis, sizes: &[(f64, Vec<f64>)]) -> Summary {
    let weighted =
        sizes.iter().map(|(n, draws)| (*n, draws, Summary::of(draws.iter().copied()).standard_error()));
    let weighted: Vec<_> = weighted.filter(|(.., error)| *error > 0.0).collect();
    let draws = weighted.iter().map(|(_, draws, _)| draws.len()).min().unwrap_or(0);
    let limit = |draw: usize| {
        let points: Vec<_> = weighted.iter().map(|(n, draws, error)| (*n, draws[draw], *error)).collect();
        Some(Fit::of(basis, &points)?.limit)
    };
    Summary::of((0..draws).filter_map(limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_limits_of_their_own() {
        let sizes: Vec<_> = [10.0, 20.0, 40.0_f64].map(|n| (n, vec![1.0 + 2.0 / n, 3.0 - 4.0 / n])).into();
        let all = limits_of_draws(Basis::Linear, &sizes);
        assert_eq!(all.count, 2);
        assert!((all.min - 1.0).abs() < 1e-12 && (all.max - 3.0).abs() < 1e-12);
        let without = [&sizes[..], &[(80.0, vec![7.0, 7.0]), (90.0, vec![7.0])]].concat();
        assert_eq!(limits_of_draws(Basis::Linear, &without), all);
        assert_eq!(limits_of_draws(Basis::Linear, &sizes[..2]).count, 0);
    }

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
