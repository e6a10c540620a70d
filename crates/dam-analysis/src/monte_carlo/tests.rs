use dam_core::Streams;

use super::coverage::autoregressive;
use super::reference::{
    ALTERNATING, BINDER, BLOCKING, CHAIN_0, CHAIN_1, CHAIN_2, FAST, R_HAT, RATIO, SLOW, TIMES, U4, VARIANCE,
};
use super::{Autocorrelation, Blocking, Blocks, Estimate, binder_cumulant, split_r_hat};
use crate::Error;

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs().max(1.0)
}

fn power(series: &[f64], k: i32) -> Vec<f64> {
    series.iter().map(|v| v.powi(k)).collect()
}

#[test]
fn times_agree_with_the_definitions() {
    for (k, case) in TIMES.iter().enumerate() {
        let e = Autocorrelation::of_chains(case.chains).unwrap();
        assert!(close(e.mean(), case.mean) && close(e.deviation(), case.deviation), "{k}");
        assert!(close(e.tau_int(), case.tau_int), "{k}: {} {}", e.tau_int(), case.tau_int);
        assert!(close(e.tau_int_error(), case.tau_int_error), "{k}: {}", e.tau_int_error());
        assert!(close(e.standard_error(), case.standard_error), "{k}");
        assert_eq!(e.rho().len(), case.rho.len(), "{k}");
        assert!(e.rho().iter().zip(case.rho).all(|(&a, &b)| close(a, b)), "{k}");
        let n: usize = case.chains.iter().map(|chain| chain.len()).sum();
        assert_eq!(e.len(), n);
        assert!(close(e.effective_size(), n as f64 / (2.0 * case.tau_int)));
    }
    // The third alternates: its mean is better known than that of independent values.
    assert_eq!(TIMES[2].chains[0], ALTERNATING);
    assert!(TIMES[2].tau_int < 0.5 && TIMES[2].tau_int > 0.0);
}

#[test]
fn one_chain_is_a_case_of_several() {
    assert_eq!(Autocorrelation::new(SLOW), Autocorrelation::of_chains(&[SLOW]));
}

#[test]
fn blocking_agrees_with_the_definition() {
    let blocking = Blocking::new(SLOW).unwrap();
    assert_eq!(blocking.levels().len(), BLOCKING.len());
    for (level, &(length, blocks, error, error_of_error)) in blocking.levels().iter().zip(BLOCKING) {
        assert_eq!((level.length, level.blocks), (length, blocks));
        assert!(close(level.error, error) && close(level.error_of_error, error_of_error), "{length}");
    }
    assert!(close(blocking.mean(), TIMES[0].mean));
}

#[test]
fn jackknife_agrees_with_the_definition() {
    let check = |series: &[&[f64]], (length, expected): (usize, [f64; 3]), f: fn(&[f64]) -> f64| {
        let e = Blocks::new(series, length).unwrap().jackknife(f).unwrap();
        assert!(close(e.value, expected[0]) && close(e.error, expected[1]), "{e:?}");
        assert!(close(e.bias, expected[2]), "{e:?}");
        assert_eq!((e.blocks, e.block_length), (SLOW.len() / length, length));
    };
    check(&[SLOW, FAST], RATIO, |m| m[0] / m[1]);
    check(&[SLOW, &power(SLOW, 2)], VARIANCE, |m| m[1] - m[0] * m[0]);
    check(&[&power(SLOW, 2), &power(SLOW, 4)], BINDER, |m| 1.0 - m[1] / (3.0 * m[0] * m[0]));
}

#[test]
fn jackknife_and_bootstrap_of_a_mean_are_blocking() {
    // Twelve blocks: without its factor the bootstrap is 4 % too small.
    let blocks = Blocks::new(&[SLOW], 16).unwrap();
    let level = Blocking::new(&SLOW[SLOW.len() % 16..]).unwrap().levels()[4];
    assert_eq!(level.length, 16);
    let mean = |mean: &[f64]| mean[0];
    let jackknife = blocks.jackknife(mean).unwrap();
    assert!(close(jackknife.error, level.error) && jackknife.bias.abs() < 1e-14);
    // The noise of a standard deviation over 20 000 replicates is 0.5 %.
    let bootstrap = blocks.bootstrap(mean, 20_000, &Streams::new(4)).unwrap();
    assert!((bootstrap.error / level.error - 1.0).abs() < 0.02);
    assert!(bootstrap.bias.abs() < 4.0 * bootstrap.error / 20_000_f64.sqrt());
}

#[test]
fn binder_agrees_with_numpy() {
    let e = binder_cumulant(SLOW, Some(8), 20_000, &Streams::new(5)).unwrap();
    assert!(close(e.value, U4[0]), "{e:?}");
    assert!((e.error / U4[1] - 1.0).abs() < 0.03, "{e:?} {U4:?}");
    assert!((e.bias - U4[2]).abs() < 4.0 * U4[1] / 20_000_f64.sqrt(), "{e:?} {U4:?}");
}

#[test]
fn binder_of_two_states_is_two_thirds() {
    for magnitude in [1.0, 0.25, 1e-90, 1e90, 1e-300, 1e300] {
        let m: Vec<f64> = (0..100).map(|k| if k * k % 7 < 3 { magnitude } else { -magnitude }).collect();
        let e = binder_cumulant(&m, None, 100, &Streams::new(0)).unwrap();
        if magnitude == 1.0 || magnitude == 0.25 {
            assert_eq!((e.value, e.error, e.bias), (2.0 / 3.0, 0.0, 0.0));
        }
        assert!((e.value - 2.0 / 3.0).abs() < 1e-15 && e.error < 1e-15, "{magnitude}: {e:?}");
        assert_eq!(e.block_length, 1);
    }
}

#[test]
fn binder_blocks_follow_the_time_of_the_square() {
    let m = autoregressive(0.9, 50_000, &Streams::new(6), 0);
    let tau = Autocorrelation::new(&power(&m, 2)).unwrap().tau_int();
    let e = binder_cumulant(&m, None, 100, &Streams::new(7)).unwrap();
    assert_eq!(e.block_length, (8.0 * 50_000.0 * tau * tau).powf(1.0 / 3.0).ceil() as usize);
    let chosen = binder_cumulant(&m, Some(e.block_length), 100, &Streams::new(7)).unwrap();
    assert_eq!(chosen, e);
}

#[test]
fn r_hat_agrees_with_the_definition() {
    let found = split_r_hat(&[&CHAIN_0[..59], &CHAIN_1[..59], &CHAIN_2[..59]]).unwrap();
    assert!(close(found, R_HAT), "{found}");
    // A drift within one chain is seen.
    let drift: Vec<f64> = (0..100).map(|k| f64::from(k) + f64::from(k % 3)).collect();
    assert!(split_r_hat(&[&drift]).unwrap() > 2.0);
}

#[test]
fn the_bootstrap_is_the_same_for_any_number_of_threads() {
    let m = autoregressive(0.7, 3000, &Streams::new(8), 0);
    let run = |threads, seed| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| binder_cumulant(&m, None, 257, &Streams::new(seed)).unwrap())
    };
    let bits = |e: Estimate| [e.value.to_bits(), e.error.to_bits(), e.bias.to_bits()];
    let serial = run(1, 9);
    for threads in [2, 3, 8] {
        assert_eq!(bits(run(threads, 9)), bits(serial));
    }
    assert_ne!(run(1, 10).error, serial.error);
}

#[test]
fn results_scale_with_the_values_at_any_magnitude() {
    let plain = (Autocorrelation::new(SLOW).unwrap(), Blocking::new(SLOW).unwrap().plateau());
    for exponent in [-900, 900] {
        let factor = 2_f64.powi(exponent);
        let scaled: Vec<f64> = SLOW.iter().map(|v| v * factor).collect();
        let e = Autocorrelation::new(&scaled).unwrap();
        assert_eq!((e.tau_int(), e.rho()), (plain.0.tau_int(), plain.0.rho()));
        assert_eq!(e.mean(), plain.0.mean() * factor);
        assert_eq!(e.standard_error(), plain.0.standard_error() * factor);
        let level = Blocking::new(&scaled).unwrap().plateau();
        assert_eq!(level.map(|l| l.error), plain.1.map(|l| l.error * factor));
        let mean = |mean: &[f64]| mean[0] / factor;
        let (a, b) = (Blocks::new(&[&scaled], 8).unwrap(), Blocks::new(&[SLOW], 8).unwrap());
        assert_eq!(a.jackknife(mean), b.jackknife(|mean| mean[0]));
        assert_eq!(split_r_hat(&[&scaled]), split_r_hat(&[SLOW]));
    }
    // The range of these overflows, as do their sum and their squares.
    let huge: Vec<f64> = SLOW.iter().map(|v| if *v > 0.0 { f64::MAX } else { -0.5 * f64::MAX }).collect();
    let e = Autocorrelation::new(&huge).unwrap();
    assert!(e.mean().is_finite() && e.standard_error().is_finite() && e.tau_int() > 1.0);
    assert!(Blocks::new(&[&huge], 8).unwrap().jackknife(|mean| mean[0] / f64::MAX).is_ok());
}

#[test]
fn an_offset_changes_nothing_but_the_mean() {
    let (plain, offset) = (Autocorrelation::new(SLOW).unwrap(), 1e6);
    let moved: Vec<f64> = SLOW.iter().map(|v| v + offset).collect();
    let e = Autocorrelation::new(&moved).unwrap();
    // Rounding of the values themselves, 10⁻¹⁰ of the deviation.
    assert!((e.tau_int() / plain.tau_int() - 1.0).abs() < 1e-8);
    assert!((e.standard_error() / plain.standard_error() - 1.0).abs() < 1e-8);
    assert!((e.mean() - plain.mean() - offset).abs() < 1e-8);
}

#[test]
fn unusable_series_are_refused_with_their_place() {
    let streams = Streams::new(0);
    for n in [0, 1] {
        let short = &SLOW[..n];
        let refused = Error::SeriesLength { series: 0, expected: 2, found: n };
        assert_eq!(Autocorrelation::new(short), Err(refused.clone()));
        assert_eq!(Blocking::new(short), Err(refused.clone()));
        assert_eq!(Blocks::new(&[short], 1), Err(refused.clone()));
        assert_eq!(binder_cumulant(short, None, 10, &streams), Err(refused));
    }
    assert_eq!(
        split_r_hat(&[&SLOW[..9], &SLOW[..3]]),
        Err(Error::SeriesLength { series: 1, expected: 4, found: 3 })
    );
    for none in [Autocorrelation::of_chains(&[]).err(), Blocks::new(&[], 1).err(), split_r_hat(&[]).err()] {
        assert_eq!(none, Some(Error::NoSeries));
    }
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let series = [1.0, 2.0, 1.0, bad, bad];
        for refused in [
            Autocorrelation::of_chains(&[SLOW, &series]).err(),
            Blocks::new(&[SLOW, &series], 2).err(),
            split_r_hat(&[SLOW, &series]).err(),
        ] {
            match refused {
                Some(Error::NonFiniteValue { series: 1, index: 3, value }) => {
                    assert_eq!(value.to_bits(), bad.to_bits());
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(matches!(Blocking::new(&series), Err(Error::NonFiniteValue { series: 0, index: 3, .. })));
        assert!(matches!(
            binder_cumulant(&series, None, 10, &streams),
            Err(Error::NonFiniteValue { series: 0, index: 3, .. })
        ));
    }
    let unequal = Error::UnequalSeries { series: 1, expected: 9, found: 8 };
    assert_eq!(Blocks::new(&[&SLOW[..9], &FAST[..8]], 2), Err(unequal.clone()));
    assert_eq!(split_r_hat(&[&SLOW[..9], &FAST[..8]]), Err(unequal));
}

#[test]
fn constant_series_have_no_error() {
    for value in [0.0, 0.1, -3.0, 1e300] {
        let frozen = vec![value; 1001];
        let refused = Error::ConstantSeries { value };
        assert_eq!(Autocorrelation::new(&frozen), Err(refused.clone()));
        assert_eq!(Autocorrelation::of_chains(&[&frozen, &frozen[..10]]), Err(refused.clone()));
        assert_eq!(Blocking::new(&frozen), Err(refused.clone()));
        assert_eq!(split_r_hat(&[&frozen]), Err(refused));
        // A function of constants is known.
        let e = Blocks::new(&[&frozen], 10).unwrap().jackknife(|mean| mean[0]).unwrap();
        assert!((e.value - value).abs() <= 1e-15 * value.abs() && e.error <= 1e-15 * value.abs());
    }
    let zero = Error::ConstantSeries { value: 0.0 };
    assert_eq!(binder_cumulant(&[0.0; 100], None, 10, &Streams::new(0)), Err(zero.clone()));
    assert_eq!(binder_cumulant(&[0.0; 100], Some(5), 10, &Streams::new(0)), Err(zero));
    // Chains frozen in different states are not constant together, and never forget their start.
    let (up, down) = (vec![1.0; 100], vec![-1.0; 100]);
    assert!(!Autocorrelation::of_chains(&[&up, &down]).unwrap().is_trusted());
}

#[test]
fn correlations_without_end_are_not_trusted() {
    let periodic: Vec<f64> = (0..999).map(|k| if k % 2 == 0 { 1.0 } else { -1.0 }).collect();
    let drift: Vec<f64> = (0..999).map(f64::from).collect();
    for endless in [periodic, drift] {
        let e = Autocorrelation::new(&endless).unwrap();
        assert!(!e.is_trusted() && e.tau_int() > 0.0, "{}", e.tau_int());
        // The squares of ±1 are constant, so shifted.
        let m: Vec<f64> = endless.iter().map(|v| 3.0 + v.signum() * v.abs().sqrt()).collect();
        let of_square = binder_cumulant(&m, None, 10, &Streams::new(0));
        assert!(matches!(of_square, Err(Error::SeriesTooShort { found: 999, .. })), "{of_square:?}");
    }
    let drift: Vec<f64> = (0..999).map(f64::from).collect();
    assert_eq!(Blocking::new(&drift).unwrap().plateau(), None);
    assert_eq!(Autocorrelation::new(&[0.0, 1.0]), Err(Error::NoWindow { window: 1, found: 2 }));
}

#[test]
fn unusable_blocks_and_functions_are_refused() {
    let streams = Streams::new(0);
    for found in [0, 102, usize::MAX] {
        let refused = Error::BlockLength { max: 101, found };
        assert_eq!(Blocks::new(&[SLOW], found), Err(refused.clone()));
        assert_eq!(binder_cumulant(SLOW, Some(found), 10, &streams), Err(refused));
    }
    let blocks = Blocks::new(&[SLOW], 101).unwrap();
    assert_eq!(blocks.count(), 2);
    for resamples in [0, 1] {
        let refused = blocks.bootstrap(|mean| mean[0], resamples, &streams);
        assert!(matches!(refused, Err(Error::Parameter { found, .. }) if found == resamples as f64));
    }
    for refused in [
        blocks.jackknife(|mean| mean[0] / 0.0),
        blocks.bootstrap(|mean| mean[0] / 0.0, 10, &streams),
        // Finite, but not its square.
        blocks.jackknife(|mean| mean[0] * 1e200),
    ] {
        assert!(
            matches!(refused, Err(Error::NonFiniteFunction { value }) if value.is_infinite()),
            "{refused:?}"
        );
    }
    // One block is all zero: it is drawn alone in a quarter of the resamples.
    let mut m = vec![0.0; 100];
    m.extend_from_slice(&SLOW[..100]);
    assert!(matches!(binder_cumulant(&m, Some(100), 100, &streams), Err(Error::NonFiniteFunction { .. })));
}
