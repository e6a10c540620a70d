use super::reference::{CAPACITIES, ERRORS};
use super::*;

fn plain(sites: usize, order: u32) -> SignalToNoise {
    SignalToNoise::new(sites, order, Power::Plain).unwrap()
}

fn rectified(sites: usize, order: u32) -> SignalToNoise {
    SignalToNoise::new(sites, order, Power::Rectified).unwrap()
}

#[test]
fn error_probabilities_against_high_precision() {
    for ((sites, patterns, order), [gaussian, printed, corrected]) in ERRORS {
        let memory = plain(sites, order);
        let pairs = [
            (memory.error_probability(patterns), gaussian),
            (printed_error_probability(sites, patterns, order).unwrap(), printed),
            (memory.asymptotic_error_probability(patterns), corrected),
        ];
        for (found, expected) in pairs {
            // The exponent is as large as −ln P, and so are its roundings.
            let tolerance = 1e-15 * (4.0 - expected.ln());
            assert!(
                (found / expected - 1.0).abs() < tolerance,
                "{sites} {patterns} {order}: {found} {expected}"
            );
        }
    }
}

#[test]
fn the_corrected_equation_is_the_limit_of_the_gaussian_form() {
    // Q(x) = φ(x)/x (1 − 1/x² + 3/x⁴ − …).
    for patterns in [5, 10, 20] {
        let memory = plain(1000, 2);
        let ratio = 1000.0 / patterns as f64;
        let off =
            memory.error_probability(patterns + 1) / memory.asymptotic_error_probability(patterns) - 1.0;
        assert!((off + 1.0 / ratio).abs() < 3.0 / (ratio * ratio), "{off}");
    }
}

#[test]
fn capacities_against_high_precision() {
    for (sites, order, delta, [limit, finite]) in CAPACITIES {
        let memory = plain(sites, order);
        assert!((memory.max_patterns() / limit - 1.0).abs() < 1e-14);
        let found = memory.max_patterns_at(delta).unwrap();
        assert!((found / finite - 1.0).abs() < 1e-14, "{sites} {order} {delta}: {found} {finite}");
    }
}

#[test]
fn capacities() {
    for (order, expected, digit) in [(2, 58.8, 0.1), (3, 15_372.0, 1.0), (4, 2.41e6, 1e4), (8, 1.01e14, 1e12)]
    {
        let found = plain(784, order).max_patterns();
        assert!((found - expected).abs() <= 0.5 * digit, "{order}: {found}");
        assert_eq!(rectified(784, order).max_patterns(), 2.0 * found);
    }
    // Example 5.1 of overloaded memory prints 2·5!! for what is 2·3!!.
    assert!((plain(784, 3).max_patterns() - 15_371.6).abs() < 0.05);
    assert!((plain(200, 3).max_patterns() - 1258.26).abs() < 0.005);
    assert!((plain(200, 4).max_patterns() / 200.0 - 251.65).abs() < 0.005);
}

#[test]
fn capacities_at_finite_size_reach_their_error() {
    for (ratio, delta) in [(0.997, 0.1), (0.752, 0.01)] {
        let memory = plain(784, 3);
        assert!((memory.max_patterns_at(delta).unwrap() / memory.max_patterns() - ratio).abs() < 5e-4);
    }
    // Back through P_error, whose K − 1 is the K of the capacity.
    for memory in [plain(784, 4), rectified(784, 4), plain(100_000, 3)] {
        for delta in [1e-6, 0.01, 0.5] {
            let patterns = memory.max_patterns_at(delta).unwrap();
            let error = memory.error_probability(patterns.round() as usize + 1);
            assert!((error * memory.sites / delta - 1.0).abs() < 30.0 / patterns, "{delta} {patterns}");
        }
    }
}

/// The fraction of bits of `networks` memories of `K` patterns whose flip lowers the energy, for n = 2.
fn simulated(sites: usize, patterns: usize, networks: u64, rectified: bool) -> f64 {
    // SplitMix64.
    let mut state = 7_u64;
    let mut bit = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        if (z ^ (z >> 31)) >> 63 == 0 { 1 } else { -1 }
    };
    let energy = |overlap: i64| if rectified { overlap.max(0).pow(2) } else { overlap.pow(2) };
    let mut unstable = 0_u64;
    for _ in 0..networks {
        let memory: Vec<i64> = (0..sites * patterns).map(|_| bit()).collect();
        let row = |mu: usize| &memory[mu * sites..(mu + 1) * sites];
        for state in 0..patterns {
            let mut gain = vec![0; sites];
            for other in 0..patterns {
                let overlap: i64 = row(state).iter().zip(row(other)).map(|(a, b)| a * b).sum();
                for (i, gain) in gain.iter_mut().enumerate() {
                    *gain += energy(overlap - 2 * row(state)[i] * row(other)[i]) - energy(overlap);
                }
            }
            unstable += gain.iter().filter(|&&gain| gain > 0).count() as u64;
        }
    }
    unstable as f64 / (networks as usize * patterns * sites) as f64
}

#[test]
fn simulated_memories_fail_as_often() {
    // The corrected eq. 3 would be 29 % too high, the printed one 19 % too low.
    let found = simulated(100, 40, 30, false);
    assert!((found / plain(100, 2).error_probability(40) - 1.0).abs() < 0.06, "{found}");
    let found = simulated(100, 40, 30, true);
    assert!((found / rectified(100, 2).error_probability(40) - 1.0).abs() < 0.12, "{found}");
}

#[test]
fn edges_and_bad_input() {
    assert_eq!(plain(100, 2).error_probability(1), 0.0);
    assert_eq!(plain(100, 2).error_probability(0), 0.0);
    assert_eq!(plain(100, 2).asymptotic_error_probability(0), 0.0);
    assert!(plain(2, 2).error_probability(usize::MAX) <= 0.5);
    let bad = [(0, 2), (1, 2), (100, 0), (100, 1), (784, 200), (2, 200), (2, u32::MAX)];
    for (sites, order) in bad {
        let found = SignalToNoise::new(sites, order, Power::Plain);
        assert!(matches!(found, Err(Error::Parameter { .. })), "{sites} {order}: {found:?}");
        assert!(printed_error_probability(sites, 10, order).is_err());
    }
    for delta in [0.0, -0.1, 1.0, 2.0, f64::NAN, f64::INFINITY, 1e-310] {
        assert!(matches!(plain(100, 2).max_patterns_at(delta), Err(Error::Parameter { .. })));
    }
    assert!(plain(100, 2).max_patterns_at(1e-300).unwrap() > 0.0);
}
