//! Gauss–Legendre quadrature over panels.

use std::sync::OnceLock;

use gauss_quad::GaussLegendre;

/// ∫_a^b f, by `panels` equal panels of 32 Gauss–Legendre nodes each: exact to rounding where f is a polynomial
/// of degree 63 on each panel.
pub(crate) fn integrate(a: f64, b: f64, panels: usize, mut f: impl FnMut(f64) -> f64) -> f64 {
    nodes(a, b, panels).map(|(x, weight)| weight * f(x)).sum()
}

/// The nodes of [`integrate`] and their weights.
pub(crate) fn nodes(a: f64, b: f64, panels: usize) -> impl Iterator<Item = (f64, f64)> {
    static RULE: OnceLock<GaussLegendre> = OnceLock::new();
    let rule = RULE.get_or_init(|| GaussLegendre::new(const { std::num::NonZeroUsize::new(32).unwrap() }));
    let half = 0.5 * (b - a) / panels as f64;
    (0..panels).flat_map(move |panel| {
        let middle = a + (2 * panel + 1) as f64 * half;
        rule.iter().map(move |&(node, weight)| (middle + half * node, half * weight))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_integrals() {
        assert!((integrate(0.0, std::f64::consts::PI, 1, f64::sin) - 2.0).abs() < 1e-14);
        assert!((integrate(0.0, 1.0, 1, |x| x.powi(63)) - 1.0 / 64.0).abs() < 1e-16);
        let gauss = integrate(-40.0, 40.0, 20, |x| (-0.5 * x * x).exp());
        assert!((gauss / (2.0 * std::f64::consts::PI).sqrt() - 1.0).abs() < 1e-14);
    }
}
