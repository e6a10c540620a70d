//! Whether claimed errors cover the truth, over many series whose truth is known.

use dam_core::{Purpose, Streams};
use rand::RngExt;
use rayon::prelude::*;

use super::{Autocorrelation, Blocking, Blocks, binder_cumulant, split_r_hat};

/// A stationary Gaussian series of variance 1 with ρ(t) = `rho`^t.
pub(super) fn autoregressive(rho: f64, n: usize, streams: &Streams, index: u64) -> Vec<f64> {
    let mut rng = streams.rng(Purpose::Custom(0), index);
    let mut normal = || {
        let (radius, angle) = (1.0 - rng.random::<f64>(), rng.random::<f64>());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    };
    let mut x = normal();
    let noise = (1.0 - rho * rho).sqrt();
    (0..n)
        .map(|_| {
            let now = x;
            x = rho * x + noise * normal();
            now
        })
        .collect()
}

fn tau_of(rho: f64) -> f64 {
    (1.0 + rho) / (2.0 * (1.0 - rho))
}

/// The fraction of `count` series in which `hit` holds.
fn fraction(count: u64, hit: impl Fn(u64) -> bool + Sync) -> f64 {
    let hits = (0..count).into_par_iter().filter(|&k| hit(k)).count();
    hits as f64 / count as f64
}

/// The standard deviation of a fraction of 400 series that covers with probability 0.95 is 0.011; the bands
/// are three of them wide. The lower ends also admit what the skew of τ at this length takes away.
const COVERS: std::ops::RangeInclusive<f64> = 0.915..=0.985;

#[test]
fn errors_of_the_time_and_of_the_mean_cover() {
    let streams = Streams::new(21);
    for rho in [0.0, 0.3, 0.8, 0.95, -0.3, -0.6] {
        let tau = tau_of(rho);
        let n = 2000 * (tau.max(1.0) as usize);
        let estimates: Vec<Autocorrelation> = (0..400)
            .into_par_iter()
            .map(|k| Autocorrelation::new(&autoregressive(rho, n, &streams, k)).unwrap())
            .collect();
        let share = |hit: &dyn Fn(&Autocorrelation) -> bool| {
            estimates.iter().filter(|e| hit(e)).count() as f64 / estimates.len() as f64
        };
        let of_tau = share(&|e| (e.tau_int() - tau).abs() < 2.0 * e.tau_int_error());
        let of_mean = share(&|e| e.mean().abs() < 2.0 * e.standard_error());
        let mean_tau = estimates.iter().map(Autocorrelation::tau_int).sum::<f64>() / 400.0;
        let spread = (estimates.iter().map(|e| (e.tau_int() - tau).powi(2)).sum::<f64>() / 400.0).sqrt();
        let claimed = estimates.iter().map(Autocorrelation::tau_int_error).sum::<f64>() / 400.0;
        println!(
            "rho {rho}: tau {tau:.3}, mean estimate {mean_tau:.3}, spread {spread:.4}, claimed {claimed:.4}, \
             coverage {of_tau} of tau, {of_mean} of the mean"
        );
        assert!(estimates.iter().all(Autocorrelation::is_trusted));
        assert!(COVERS.contains(&of_tau), "{rho}: {of_tau}");
        assert!(COVERS.contains(&of_mean), "{rho}: {of_mean}");
        assert!((claimed / spread - 1.0).abs() < 0.15, "{rho}: {claimed} {spread}");
        assert!((mean_tau / tau - 1.0).abs() < 0.03, "{rho}: {mean_tau}");
    }
}

#[test]
fn the_error_of_the_time_tends_to_that_of_wolff() {
    let series = autoregressive(0.98, 400_000, &Streams::new(22), 0);
    let e = Autocorrelation::new(&series).unwrap();
    let window = (e.rho().len() - 1) as f64;
    let wolff = 2.0 * e.tau_int() * ((window + 0.5 - e.tau_int()) / e.len() as f64).sqrt();
    assert!((e.tau_int_error() / wolff - 1.0).abs() < 0.1, "{} {wolff}", e.tau_int_error());
}

#[test]
fn trust_grows_with_the_length_and_so_does_coverage() {
    let (streams, tau) = (Streams::new(23), tau_of(0.95));
    let shares = |multiple: f64| {
        let n = (multiple * tau) as usize;
        let found: Vec<[bool; 3]> = (0..400)
            .into_par_iter()
            .map(|k| {
                let e = Autocorrelation::new(&autoregressive(0.95, n, &streams, k)).unwrap();
                let of_tau = (e.tau_int() - tau).abs() < 2.0 * e.tau_int_error();
                [e.is_trusted(), e.mean().abs() < 2.0 * e.standard_error(), of_tau]
            })
            .collect();
        let share = [0, 1, 2].map(|i| found.iter().filter(|f| f[i]).count() as f64 / 400.0);
        println!("{multiple} tau: trusted, coverage of the mean, of tau: {share:?}");
        share
    };
    let table = [10.0, 25.0, 50.0, 100.0, 200.0, 1000.0].map(shares);
    assert!(table.is_sorted_by(|a, b| a[0] <= b[0]));
    assert!(table[1][0] < 0.02 && table[2][0] < 0.2 && table[4][0] > 0.98);
    // The errors of series that are not trusted are too small.
    assert!(table[0][1] < 0.9 && table[0][2] < 0.6);
    assert!(COVERS.contains(&table[5][1]) && COVERS.contains(&table[5][2]));
}

#[test]
fn chains_too_short_alone_are_enough_together() {
    // Twenty chains of 100 values, each 22 τ long.
    let (streams, rho) = (Streams::new(24), 0.8);
    let covered = fraction(400, |k| {
        let chains: Vec<Vec<f64>> =
            (0..20).map(|c| autoregressive(rho, 100, &streams.branch(k), c)).collect();
        let chains: Vec<&[f64]> = chains.iter().map(Vec::as_slice).collect();
        let e = Autocorrelation::of_chains(&chains).unwrap();
        let r_hat = split_r_hat(&chains).unwrap();
        assert!(e.is_trusted() && r_hat < 1.3, "{r_hat}");
        e.mean().abs() < 2.0 * e.standard_error()
    });
    println!("coverage of the mean of chains: {covered}");
    assert!(COVERS.contains(&covered), "{covered}");
}

#[test]
fn the_plateau_covers_and_carries_its_own_error() {
    let (streams, rho, n) = (Streams::new(25), 0.8, 20_000_u32);
    let exact = (2.0 * tau_of(rho) / f64::from(n)).sqrt();
    let plateaus: Vec<_> = (0..400)
        .into_par_iter()
        .map(|k| {
            let blocking = Blocking::new(&autoregressive(rho, n as usize, &streams, k)).unwrap();
            (blocking.mean(), blocking.plateau().unwrap())
        })
        .collect();
    let share = |hit: &dyn Fn(&(f64, super::BlockLevel)) -> bool| {
        plateaus.iter().filter(|p| hit(p)).count() as f64 / plateaus.len() as f64
    };
    let of_mean = share(&|(mean, level)| mean.abs() < 2.0 * level.error);
    let of_error = share(&|(_, level)| (level.error - exact).abs() < 2.0 * level.error_of_error);
    let mean_error = plateaus.iter().map(|p| p.1.error).sum::<f64>() / 400.0;
    println!("coverage of the mean {of_mean}, of its error {of_error}; {mean_error} {exact}");
    // The shortest blocks that fulfil the criterion are rather those that came out with a small error.
    assert!(COVERS.contains(&of_mean) && (0.87..0.97).contains(&of_error), "{of_mean} {of_error}");
    // Blocks of 256 or 512 values leave at most τ/b of the square.
    assert!((mean_error / exact - 1.0).abs() < 0.02);
}

#[test]
fn every_level_of_blocking_has_the_exact_mean() {
    // Var of a block mean less Var of the mean, in closed form for ρ(t) = ρ^t; all lengths are powers of two.
    let (streams, rho, n) = (Streams::new(26), 0.8_f64, 4096);
    let variance = |b: f64| {
        ((1.0 + rho) / (1.0 - rho) - 2.0 * rho * (1.0 - rho.powf(b)) / (b * (1.0 - rho).powi(2))) / b
    };
    let all: Vec<Blocking> = (0..400)
        .into_par_iter()
        .map(|k| Blocking::new(&autoregressive(rho, n, &streams, k)).unwrap())
        .collect();
    for level in 0..10 {
        let (b, k) = (f64::from(1 << level), (n >> level) as f64);
        let expected = (variance(b) - variance(n as f64)) / (k - 1.0);
        let found = all.iter().map(|one| one.levels()[level].error.powi(2)).sum::<f64>() / 400.0;
        // The noise of a level is sqrt(2/(K − 1)) for independent blocks, and more while they are correlated.
        let noise = (2.0 * 9.0_f64.max(b) / n as f64 / 400.0).sqrt();
        assert!((found / expected - 1.0).abs() < 4.0 * noise, "{b}: {found} {expected}");
    }
}

#[test]
fn binder_errors_cover() {
    let streams = Streams::new(27);
    // Gaussian: 0. Uniform in sign and ±(1 + x/4): moments of a shifted normal.
    let of_gauss = fraction(400, |k| {
        let m = autoregressive(0.8, 10_000, &streams, k);
        let u4 = binder_cumulant(&m, None, 200, &streams.branch(k)).unwrap();
        assert!(u4.value.abs() < 0.2);
        u4.value.abs() < 2.0 * u4.error
    });
    let v = 1.0 / 16.0;
    let exact = 1.0 - (1.0 + 6.0 * v + 3.0 * v * v) / (3.0 * (1.0_f64 + v).powi(2));
    let of_ordered = fraction(400, |k| {
        let mut m = autoregressive(0.8, 10_000, &streams.branch(1), k);
        // The sign turns over once in 5000 steps.
        m.iter_mut().enumerate().for_each(|(t, m)| *m = (1.0 + *m / 4.0) * (1.0 - 2.0 * (t / 5000) as f64));
        let u4 = binder_cumulant(&m, None, 200, &streams.branch(k)).unwrap();
        (u4.value - exact).abs() < 2.0 * u4.error
    });
    println!("coverage of U4: {of_gauss} Gaussian, {of_ordered} ordered");
    assert!(COVERS.contains(&of_gauss) && COVERS.contains(&of_ordered), "{of_gauss} {of_ordered}");
}

#[test]
fn jackknife_errors_cover_and_the_bias_is_seen() {
    // <x>² has the expectation of Var of the mean, all of it bias.
    let (streams, n) = (Streams::new(28), 200);
    let exact = 2.0 * tau_of(0.3) / n as f64;
    let biases: Vec<f64> = (0..400)
        .into_par_iter()
        .map(|k| {
            let x = autoregressive(0.3, n, &streams, k);
            Blocks::new(&[&x], 10).unwrap().jackknife(|mean| mean[0] * mean[0]).unwrap().bias
        })
        .collect();
    let bias = biases.iter().sum::<f64>() / 400.0;
    assert!((bias / exact - 1.0).abs() < 0.15, "{bias} {exact}");

    let covered = fraction(400, |k| {
        let x = autoregressive(0.3, 2000, &streams.branch(1), k);
        let squares: Vec<f64> = x.iter().map(|x| x * x).collect();
        let f = Blocks::new(&[&x, &squares], 40).unwrap().jackknife(|m| m[1] - m[0] * m[0]).unwrap();
        (f.value - 1.0).abs() < 2.0 * f.error
    });
    assert!(COVERS.contains(&covered), "{covered}");
}
