//! The solver against rounded tables: every printed digit.

use super::data::tables::*;
use super::*;

/// `found` beside the rows of `table`: equal to the last printed digit.
#[track_caller]
fn printed<const N: usize>(table: &Table<N>, found: impl Fn(f64) -> Vec<f64>) {
    for row in table.rows {
        let found = found(row[0]);
        assert_eq!(found.len(), N - 1);
        for (column, (found, &expected)) in found.iter().zip(&row[1..]).enumerate() {
            let unit = 10_f64.powi(-table.decimals);
            // Half a unit, and the rounding of the decimal to a double.
            let tolerance = 0.5 * unit + 1e-14;
            assert!((found - expected).abs() <= tolerance, "{column} at {}: {found} {expected}", row[0]);
        }
    }
}

fn alpha<K: Extensive, S: RateFunction, E: RateFunction>(theory: &Theory<K, S, E>, t: f64) -> f64 {
    theory.alpha_c(t).unwrap().unwrap().alpha
}

const B: f64 = 3.41;

#[test]
fn over_temperatures() {
    let (paper_lse, exact_lse) = (lse(1.0, GaussianTail), lse(1.0, ExactSphere));
    let paper_lsr = lsr(B, GaussianTail);
    printed(&TEMPERATURES, |t| {
        let (one, other) =
            (exact_lse.retrieval(t).unwrap().unwrap(), paper_lsr.retrieval(t).unwrap().unwrap());
        let phi_c = 1.0 + (-B * other.free_energy).exp_m1() / B;
        let condensed = -0.5 * (-phi_c * phi_c).ln_1p();
        vec![
            one.phi,
            one.free_energy,
            alpha(&paper_lse, t),
            alpha(&exact_lse, t),
            other.phi,
            other.free_energy,
            alpha(&paper_lsr, t),
            condensed,
        ]
    });
    // The last column assumes a condensed floor; it is the boundary where that is.
    let exact_lsr = lsr(B, ExactSphere);
    assert!((exact_lsr.condensation().unwrap().alpha - 0.857).abs() < 5e-4);
    for row in TEMPERATURES.rows {
        let boundary = exact_lsr.alpha_c(row[0]).unwrap().unwrap();
        match boundary.regime {
            Regime::Condensed => assert!((boundary.alpha - row[8]).abs() < 5.1e-6),
            regime => assert!(regime == Regime::Uncondensed && row[0] == 0.05 && boundary.alpha < row[8]),
        }
    }
    printed(&EQ_39, |t| vec![closed::paper_alpha_c_lsr(B, t).unwrap()]);
    printed(&EQ_39_BELOW_THRESHOLD, |t| vec![closed::paper_alpha_c_lsr(B, t).unwrap()]);
    printed(&LSR_OVERLAP, |t| vec![paper_lsr.retrieval(t).unwrap().unwrap().phi]);
}

#[test]
fn at_zero_temperature() {
    let cube = |beta: f64| {
        let kernel = Exponential::anchored(beta).unwrap();
        Theory::new(kernel, 1.0 / beta, BinaryEntropy, BinaryEntropy).unwrap()
    };
    printed(&LSE_AT_ZERO, |beta| {
        let sphere = alpha(&lse(beta, ExactSphere), 0.0);
        vec![alpha(&lse(beta, GaussianTail), 0.0), sphere, alpha(&cube(beta), 0.0)]
    });
    printed(&LSE_AT_ZERO_SPHERE, |beta| vec![alpha(&lse(beta, ExactSphere), 0.0)]);
    let cube = |b: f64| {
        let kernel = Powered(Epanechnikov::new(b).unwrap());
        Theory::new(kernel, 1.0 / b, BinaryEntropy, BinaryEntropy).unwrap()
    };
    printed(&LSR_AT_ZERO, |b| {
        vec![alpha(&lsr(b, GaussianTail), 0.0), alpha(&lsr(b, ExactSphere), 0.0), alpha(&cube(b), 0.0)]
    });
    printed(&THRESHOLDS, |b| {
        let sphere = lsr(b, ExactSphere).support_threshold();
        vec![lsr(b, GaussianTail).support_threshold(), sphere, cube(b).support_threshold()]
    });
    printed(&LARGEST_TEMPERATURE, |b| {
        let sphere = lsr(b, ExactSphere).support_threshold();
        vec![lsr(b, GaussianTail).support_threshold(), sphere, closed::paper_max_temperature_lsr(b).unwrap()]
    });
}

#[test]
fn over_loads() {
    let (paper, exact) = (lse(1.0, GaussianTail), lse(1.0, ExactSphere));
    let t_c = |alpha: f64| vec![paper.critical_temperature(alpha), exact.critical_temperature(alpha)];
    let temperatures = |limits: Vec<Result<TemperatureLimit, crate::Error>>| {
        limits.into_iter().map(|limit| limit.unwrap().temperature()).collect::<Vec<_>>()
    };
    printed(&LSE_T_C, |alpha| temperatures(t_c(alpha)));
    let t_s = |alpha: f64| vec![paper.spinodal_temperature(alpha), exact.spinodal_temperature(alpha)];
    printed(&LSE_T_S, |alpha| temperatures(t_s(alpha)));
    printed(&FLOOR, |beta| {
        let phi = lse(beta, ExactSphere).condensation().unwrap().phi;
        vec![phi, 0.5 * (1.0 - phi * phi).ln() + beta * phi]
    });
    printed(&CONDENSATION, |beta| vec![lse(beta, ExactSphere).condensation().unwrap().alpha]);
    for table in [&CONDENSED_T_S, &CONDENSED_T_S_AT_0_2] {
        printed(table, |alpha| {
            // With the uncondensed floor at every load, as if it did not condense: φ_c = α + g.
            let phi_c = alpha + 0.377_428_076_2;
            vec![exact.spinodal_temperature(alpha).unwrap().temperature(), (1.0 - phi_c * phi_c) / phi_c]
        });
    }
}

#[test]
fn floors_of_finite_size() {
    let theory =
        CompactTheory::new(Epanechnikov::new(B).unwrap(), 1.0 / B, ExactSphere, ExactSphere).unwrap();
    let until = |sum: f64| vec![theory.stable_against(-sum.ln() / B).unwrap().temperature()];
    printed(&FLOOR_OF_TERMS, |epsilon| until(148.0 * epsilon));
    printed(&FLOOR_OF_SUM, until);
    assert!(theory.stable_against(f64::NAN).is_err());
    let b = 2.0 + 2.0_f64.sqrt();
    printed(&CAPS, |n| {
        let overlaps = tails::Overlaps::new(Space::Sphere, n as usize).unwrap();
        vec![overlaps.cumulative_load(b).unwrap(), overlaps.cap_load(b).unwrap()]
    });
}

#[test]
fn three_lines_of_lse() {
    let theory = lse(1.0, ExactSphere);
    printed(&LINES, |t| {
        // The first column assumes an uncondensed floor at every load.
        let signal = 1.0 - theory.retrieval(t).unwrap().unwrap().free_energy;
        let lines = [theory.alpha_any(t), theory.alpha_spinodal(t)].map(|line| line.unwrap().unwrap().alpha);
        vec![signal - 0.377_428_076_2, lines[0], lines[1]]
    });
    for row in LINES.rows.iter().filter(|row| row[1] > 0.241) {
        assert!((alpha(&theory, row[0]) - row[1]).abs() < 5.1e-6);
    }
    printed(&LINES_BY_LOAD, |alpha| {
        let any = |t: f64| theory.alpha_any(t).unwrap().unwrap().alpha - alpha;
        let t_any = roots::root(1e-3, 0.999, any).unwrap();
        let [t_c, t_s] = [theory.critical_temperature(alpha), theory.spinodal_temperature(alpha)];
        vec![t_c.unwrap().temperature(), t_any, t_s.unwrap().temperature()]
    });
}
