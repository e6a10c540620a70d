use dam_core::kernel::{Epanechnikov, Exponential, Kernel, Monomial, Powered, RectifiedMonomial};
use dam_core::rand::RngExt;
use dam_core::{Aggregator, Dam, Flip, Hypercube, LogSum, Priced, Purpose, Streams, Sum};

use super::brute::{dots, random_patterns, spins};

/// Makes `flips` flips, half of them on a march that visits every dot product of pattern 0, and compares the
/// running state with a fresh one.
fn wander<K: Kernel, Q: Aggregator>(
    kernel: K,
    aggregator: Q,
    [n, m]: [usize; 2],
    flips: usize,
    close: impl Fn(f64, f64) -> bool,
) {
    let mut rng = Streams::new(21).rng(Purpose::Patterns, n as u64);
    let patterns = random_patterns(m, n, &mut rng);
    let memory = Dam::new(Hypercube::new(n).unwrap(), kernel, aggregator, 1.0, &patterns).unwrap();
    let mut x = patterns[0].clone();
    let mut state = spins(&x);
    let mut cache = memory.cache(&state);
    for k in 0..flips {
        let i = if k < flips / 2 { k % n } else { rng.random_range(0..n) };
        memory.apply(&mut state, &mut cache, Flip(i));
        x[i] = -x[i];
        if k % (flips / 20) == 0 || k + 1 == flips {
            let fresh: Vec<i32> = dots(&patterns, &x).iter().map(|&s| s as i32).collect();
            assert_eq!(cache.dots(), fresh);
            assert_eq!(state, spins(&x));
            let fresh = memory.cache(&state);
            for i in 0..n {
                let (running, exact) =
                    (memory.price(&state, &cache, Flip(i)), memory.price(&state, &fresh, Flip(i)));
                assert!(close(running, exact), "after {k} flips, site {i}: {running} against {exact}");
            }
        }
    }
}

/// The largest dot products are followed by the march: it takes pattern 0 from +N to −N and back.
#[test]
fn a_million_flips_leave_integer_models_exact() {
    let same = |a: f64, b: f64| a == b;
    wander(Monomial::new(3).unwrap(), Sum, [65, 130], 1_000_000, same);
    wander(Monomial::new(3).unwrap(), Sum, [500, 200], 1_000_000, same);
    wander(Monomial::new(5).unwrap(), Sum, [500, 65], 1_000_000, same);
    wander(RectifiedMonomial::new(9).unwrap(), Sum, [500, 65], 200_000, same);
}

#[test]
fn flips_leave_real_models_at_rounding() {
    // Prices of an additive kernel are sums of terms that may cancel; the largest is of order one here.
    let close = |a: f64, b: f64| a == b || (a - b).abs() <= 1e-12 * (1.0 + b.abs());
    wander(Exponential::anchored(0.1).unwrap(), LogSum, [65, 130], 200_000, close);
    wander(Exponential::anchored(1.0).unwrap(), LogSum, [500, 65], 200_000, |a, b| (a - b).abs() <= 1e-10);
    wander(Exponential::new(0.02).unwrap(), LogSum, [500, 65], 200_000, |a, b| (a - b).abs() <= 1e-10);
    wander(Epanechnikov::new(1.0).unwrap(), LogSum, [65, 130], 200_000, close);
    wander(Powered(Epanechnikov::new(1.5).unwrap()), LogSum, [65, 65], 200_000, |a, b| {
        a == b || (a - b).abs() <= 1e-10
    });
}
