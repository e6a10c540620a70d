//! Censored times and mean first passages.

use crate::normal;
use crate::theory::finite::ln_noise_floor;
use crate::thermal::{Bulk, Escapes, Protocol, Start, Step, VectorMoves, mean_first_passage};
use dam_core::{Polar, Streams, kernel::Exponential};

/// Weeks in remission with 6-mercaptopurine (Freireich et al., 1963), the textbook example of Kaplan and Meier's
/// estimate: Kleinbaum and Klein, Survival Analysis, table 2.2.
#[test]
fn survival_is_that_of_the_textbook() {
    let relapsed = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0];
    let censored = [6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0];
    let escapes = Escapes::new(&relapsed, &censored).unwrap();
    let expected = [
        (6.0, 21, 3, 0.8571, 0.0764),
        (7.0, 17, 1, 0.8067, 0.0869),
        (10.0, 15, 1, 0.7529, 0.0963),
        (13.0, 12, 1, 0.6902, 0.1068),
        (16.0, 11, 1, 0.6275, 0.1141),
        (22.0, 7, 1, 0.5378, 0.1282),
        (23.0, 6, 1, 0.4482, 0.1346),
    ];
    let curve = escapes.curve();
    assert_eq!(curve.len(), expected.len());
    for (found, (time, at_risk, count, survival, error)) in curve.iter().zip(expected) {
        assert_eq!((found.time, found.at_risk, found.escapes), (time, at_risk, count));
        assert!((found.survival - survival).abs() < 5e-5 && (found.standard_error - error).abs() < 5e-5);
    }
    assert_eq!((escapes.len(), escapes.escaped(), escapes.median()), (21, 9, Some(23.0)));
    assert_eq!((escapes.survival(5.9), escapes.survival(50.0)), (1.0, curve[6].survival));
}

#[test]
fn mean_times_have_the_exact_interval_of_poisson_counts() {
    // 3 events: 0.6187 to 8.7673 at 95 % (Garwood, 1936); none: at most 3.6889.
    let three = Escapes::new(&[1.0, 2.0, 3.0], &[4.0]).unwrap().mean_time(0.95).unwrap();
    assert!((10.0 / three.upper - 0.618_67).abs() < 1e-4 && (10.0 / three.lower - 8.767_27).abs() < 1e-4);
    assert_eq!(three.estimate, 10.0 / 3.0);
    let none = Escapes::new(&[], &[4.0, 6.0]).unwrap();
    let mean = none.mean_time(0.95).unwrap();
    assert!(mean.estimate == f64::INFINITY && mean.upper == f64::INFINITY);
    assert!((10.0 / mean.lower - 3.688_88).abs() < 1e-4);
    assert_eq!((none.rate(), none.median(), none.survival(100.0)), (0.0, None, 1.0));
}

#[test]
fn illegal_times_are_refused() {
    assert!(Escapes::new(&[], &[]).is_err());
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(Escapes::new(&[bad], &[]).is_err() && Escapes::new(&[1.0], &[bad]).is_err());
    }
    let one = Escapes::new(&[1.0], &[]).unwrap();
    assert!(one.mean_time(0.0).is_err() && one.mean_time(1.0).is_err() && one.mean_time(f64::NAN).is_err());
}

#[test]
fn first_passages_of_drifts_and_wells_are_those_of_closed_forms() {
    // Drift v away from the border at constant D: w = e^{vy/D}; with L to the wall, from the wall,
    // tau = (D/v²) (e^{vL/D} − 1) − L/v.
    for v in [-3.0, 1e-6, 0.5, 4.0, 40.0] {
        let (d, wall, from, to) = (0.1, 1.0, 1.0 - 1e-9, 0.2);
        let l: f64 = wall - to;
        let expected = d / (v * v) * ((v * l / d).exp_m1()) - l / v;
        let expected = if v == 1e-6 { l * l / (2.0 * d) } else { expected };
        let found = mean_first_passage(|y| v * y / d, |_| d, from, to).unwrap();
        assert!((found / expected - 1.0).abs() < 1e-5, "{v}: {found} {expected}");
    }
}

/// The two-term model with steps of 0.7 times the best: against sums over 400,000 points in NumPy, of the same integral
/// with D = acceptance σ² (1 − φ²)/(2N) and acceptance 2 Φ(−s/2).
#[test]
fn first_passages_of_the_bulk_are_those_of_a_fine_sum() {
    for (n, alpha, t, expected) in [
        (100, 0.5, 0.18_f64, 1427.0),
        (100, 0.5, 0.20, 704.7),
        (300, 0.5, 0.20, 15_828.0),
        (300, 0.5, 0.215, 3377.7),
        (100, 0.3, 0.55, 1475.5),
    ] {
        let (bulk, cusp) = large_bulk(n, alpha);
        assert!((bulk.cusp().unwrap() - cusp).abs() < 1e-12);
        let (eq, step, acceptance) = moves(n, t);
        let diffusion = |y: f64| acceptance * step * step * (1.0 - y * y) / (2.0 * n as f64);
        let tau = mean_first_passage(|y| bulk.ln_density(y, t), diffusion, eq, 0.6 * cusp).unwrap();
        assert!((tau / expected - 1.0).abs() < 2e-3, "{n} {alpha} {t}: {tau} {expected}");
        // The exact floor at finite N changes little.
        assert!((ln_noise_floor(n, alpha, 1.0).unwrap() - n as f64 * (cusp - 1.0)).abs() < 0.1);
    }
}

/// With the floor for N → ∞, and where it begins.
fn large_bulk(n: usize, alpha: f64) -> (Bulk<Exponential>, f64) {
    let phi_star = (5.0_f64.sqrt() - 1.0) / 2.0;
    let cusp = alpha + 0.5 * (1.0 - phi_star * phi_star).ln() + phi_star;
    let kernel = Exponential::anchored(1.0).unwrap();
    (Bulk::new(Polar::new(n).unwrap(), kernel, 1.0, n as f64 * (cusp - 1.0)).unwrap(), cusp)
}

#[test]
fn logarithms_of_sums_do_not_overflow() {
    use crate::thermal::ln_add;
    for (a, b, expected) in [
        (2000.0, 0.0, 2000.0),
        (-3.0, 1000.0, 1000.0),
        (f64::NEG_INFINITY, 5.0, 5.0),
        (f64::NEG_INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY),
        (1.0, 1.0, 1.0 + f64::ln(2.0)),
    ] {
        assert_eq!((ln_add(a, b), ln_add(b, a)), (expected, expected));
    }
}

#[test]
fn a_floor_that_outweighs_nothing_or_the_target_has_no_cusp() {
    let bulk = |ln_floor| {
        Bulk::new(Polar::new(20).unwrap(), Exponential::anchored(1.0).unwrap(), 1.0, ln_floor).unwrap()
    };
    // ln F runs from −40 at the antipode to 0 at the target.
    assert!((bulk(-10.0).cusp().unwrap() - 0.5).abs() < 1e-12);
    for ln_floor in [f64::NEG_INFINITY, -40.1, 0.0, 3.0] {
        assert_eq!(bulk(ln_floor).cusp(), None, "{ln_floor}");
    }
}

/// The equilibrium overlap, a step of 0.7 times the best, and its acceptance in a Gaussian well.
fn moves(n: usize, t: f64) -> (f64, f64, f64) {
    let (eq, n) = (((t * t + 4.0).sqrt() - t) / 2.0, n as f64);
    let step = 0.7 * 2.38 * (1.0 - eq * eq).sqrt() / (eq * n.sqrt());
    let s = (n * (1.0 - eq * eq)).sqrt() * step.atan().sin() / t;
    (eq, step, 2.0 * normal::cdf(-0.5 * s))
}

/// Chains take about as long as the integral says: within 10 %, at a barrier of 3.6 temperatures.
#[test]
fn chains_of_the_bulk_take_the_time_of_the_integral() {
    let (n, t) = (100, 0.18);
    let (bulk, cusp) = large_bulk(n, 0.5);
    let (eq, step, acceptance) = moves(n, t);
    let diffusion = |y: f64| acceptance * step * step * (1.0 - y * y) / (2.0 * n as f64);
    let tau = mean_first_passage(|y| bulk.ln_density(y, t), diffusion, eq, 0.6 * cusp).unwrap();
    let start = Start::Noisy((1.0 / (eq * eq) - 1.0).sqrt());
    let protocol = Protocol::new(0, 6_000).unwrap().start(start).step(Step::Fixed(step));
    let chains = protocol.run(&bulk, &VectorMoves, &1.0, &[t], 1_500, Streams::new(4)).unwrap();
    let times: Vec<Option<usize>> = chains[0].iter().map(|c| c.first_passage(0.6 * cusp)).collect();
    let left: Vec<f64> = times.iter().flatten().map(|&k| k as f64).collect();
    let stayed = vec![6_000.0; times.len() - left.len()];
    let mean = Escapes::new(&left, &stayed).unwrap().mean_time(0.999).unwrap();
    assert!(mean.upper / mean.lower < 1.25 && !stayed.is_empty());
    assert!(mean.lower < 1.1 * tau && mean.upper > tau, "{mean:?} {tau}");
    assert!((chains[0].iter().map(|c| c.acceptance).sum::<f64>() / 1_500.0) > acceptance);
}

#[test]
fn illegal_passages_are_refused() {
    let flat = |_: f64| 0.0;
    let d = |_: f64| 1.0;
    for (from, to) in [(0.5, 0.5), (0.2, 0.5), (1.0, 0.5), (0.5, -1.0), (f64::NAN, 0.1), (0.5, f64::NAN)] {
        assert!(mean_first_passage(flat, d, from, to).is_err(), "{from} {to}");
    }
    assert!(mean_first_passage(|_| f64::NAN, d, 0.5, 0.1).is_err());
    assert!(mean_first_passage(|y| if y < 0.3 { f64::NEG_INFINITY } else { 0.0 }, d, 0.5, 0.1).is_err());
    assert!(mean_first_passage(flat, |_| 0.0, 0.5, 0.1).is_err());
}
