use dam_core::kernel::{Exponential, Kernel, Monomial, RectifiedMonomial};
use dam_core::{Dam, Flip, Hypercube, LogSum, Priced, Purpose, StreamRng, Streams, Sum};

use super::brute::{Model, dots, flipped, negative, random_patterns, random_signs, spins};
use super::prices::{Flips, compare};

/// A sum of i128 that needs more than 128 bits.
#[derive(Clone, Copy, Default)]
struct Wide {
    high: i128,
    low: i128,
}

impl Wide {
    fn add(&mut self, v: i128) {
        self.high += v >> 64;
        self.low += v & i128::from(u64::MAX);
    }

    fn to_f64(self) -> f64 {
        let (high, low) = (self.high + (self.low >> 64), self.low & i128::from(u64::MAX));
        match high.checked_mul(1 << 64).and_then(|high| high.checked_add(low)) {
            Some(sum) => sum as f64,
            None => high as f64 * 2.0_f64.powi(64) + low as f64,
        }
    }
}

/// The price of a flip and the sum of the magnitudes of its terms.
fn wide_price(model: Model, patterns: &[Vec<i8>], x: &[i8], i: usize) -> (f64, f64) {
    let n = x.len() as i64;
    let (before, after) = (dots(patterns, x), dots(patterns, &flipped(x, i)));
    let (mut sum, mut size) = (Wide::default(), Wide::default());
    for (&s, &t) in before.iter().zip(&after) {
        let change = model.value(s, n) - model.value(t, n);
        sum.add(change);
        size.add(change.abs());
    }
    let unit = (n as f64).powi(model.order() as i32);
    (sum.to_f64() / unit, size.to_f64() / unit)
}

fn check_prices(model: Model, patterns: &[Vec<i8>], x: &[i8], exact: bool, sites: &[usize]) {
    let memory = model.memory(patterns);
    assert_eq!(memory.is_exact(), exact, "{model:?} N = {} M = {}", x.len(), patterns.len());
    let state = spins(x);
    let cache = memory.cache(&state);
    for &i in sites {
        let (expected, size) = wide_price(model, patterns, x, i);
        let price = memory.price(&state, &cache, Flip(i));
        let tolerance = if exact { 1e-15 * expected.abs() } else { 1e-12 * size };
        assert!(
            (price - expected).abs() <= tolerance,
            "{model:?} N = {} M = {} site {i}: {price} against {expected}",
            x.len(),
            patterns.len()
        );
    }
}

fn states(patterns: &[Vec<i8>], rng: &mut StreamRng) -> [Vec<i8>; 4] {
    let n = patterns[0].len();
    let near = (0..n / 10).fold(patterns[0].clone(), |x, k| flipped(&x, 7 * k % n));
    [patterns[0].clone(), negative(&patterns[0]), near, random_signs(n, rng)]
}

#[test]
fn prices_stay_exact_where_entries_outgrow_32_and_64_bits() {
    // A flip changes S^4 by up to 16 N^3 + 64 N, S^3 by up to 12 N^2 + 16: both pass 2^31 between these N.
    // S^7 changes by 4.4e17 at N = 500: five patterns fit an i64 with the library's margin, six do not.
    for (order, n, m) in
        [(4, 511, 70), (4, 512, 70), (4, 513, 70), (3, 13_377, 66), (3, 13_378, 66), (3, 13_379, 66)]
    {
        let mut rng = Streams::new(31).rng(Purpose::Patterns, n as u64);
        let patterns = random_patterns(m, n, &mut rng);
        for x in states(&patterns, &mut rng) {
            check_prices(Model::Monomial(order), &patterns, &x, true, &[0, 7, 63, 64, n / 2, n - 1]);
        }
    }
    for m in [1, 4, 5, 6, 7, 65] {
        let mut rng = Streams::new(32).rng(Purpose::Patterns, m as u64);
        let patterns = random_patterns(m, 500, &mut rng);
        for x in states(&patterns, &mut rng) {
            check_prices(Model::Monomial(7), &patterns, &x, true, &[0, 7, 63, 64, 250, 499]);
        }
    }
}

/// Copies of one pattern drive every sum to the end of its width.
#[test]
fn sums_of_equal_patterns_stay_exact_up_to_the_bound() {
    let n = 500;
    let mut rng = Streams::new(36).rng(Purpose::Patterns, 0);
    let pattern = random_signs(n, &mut rng);
    let bound = |order| (i128::MAX / (n as i128).pow(order)) as usize;
    for (order, copies) in
        [(3, 5000), (4, 1300), (5, 5000), (7, 5), (7, 6), (7, 20), (7, 21), (7, 65), (8, 65)]
    {
        let patterns = vec![pattern.clone(); copies];
        for x in [pattern.clone(), negative(&pattern), flipped(&pattern, 64)] {
            let flips = Flips::new(&patterns, &x, [0, 63, 64, n - 1].into_iter());
            compare(Model::Monomial(order), &patterns, &x, &flips);
        }
    }
    for (model, copies) in [(Model::Monomial(13), bound(13)), (Model::Rectified(12), 5000)] {
        let patterns = vec![pattern.clone(); copies];
        let flips = Flips::new(&patterns, &pattern, [0, 63, 64, n - 1].into_iter());
        compare(model, &patterns, &pattern, &flips);
    }
}

#[test]
fn exactness_ends_where_the_sum_leaves_an_i128() {
    let n = 500_usize;
    // The bound of `is_exact`: M N^n within an i128.
    let most = (i128::MAX / (n as i128).pow(13)) as usize;
    assert_eq!(most, 1393);
    let mut rng = Streams::new(33).rng(Purpose::Patterns, 0);
    let patterns = random_patterns(most + 1, n, &mut rng);
    let sites = [0, 7, 63, 64, 250, 499];
    for model in [Model::Monomial(13), Model::Rectified(13)] {
        for x in states(&patterns, &mut rng) {
            check_prices(model, &patterns[..most], &x, true, &sites);
            check_prices(model, &patterns, &x, false, &sites);
        }
    }
    for x in states(&patterns, &mut rng) {
        // One value fits, two hundred do not.
        check_prices(Model::Monomial(14), &patterns[..200], &x, false, &sites);
    }
}

#[test]
fn a_push_over_the_bound_gives_up_exactness_and_not_the_price() {
    let n = 500_usize;
    let mut rng = Streams::new(34).rng(Purpose::Patterns, 0);
    let patterns = random_patterns(1394, n, &mut rng);
    let model = Model::Monomial(13);
    let mut memory = model.memory(&patterns[..1393]);
    assert!(memory.is_exact());
    memory.push(&patterns[1393]).unwrap();
    assert!(!memory.is_exact());
    let x = flipped(&patterns[1393], 3);
    let state = spins(&x);
    let cache = memory.cache(&state);
    for i in [3, 4, 499] {
        let (expected, size) = wide_price(model, &patterns, &x, i);
        assert!((memory.price(&state, &cache, Flip(i)) - expected).abs() <= 1e-12 * size);
    }
    // Narrow entries widen on the way as well: from 64 to 128 bits at the sixth pattern.
    let mut memory = Model::Monomial(7).memory(&patterns[..1]);
    for m in 2..=9 {
        memory.push(&patterns[m - 1]).unwrap();
        assert!(memory.is_exact());
        let state = spins(&patterns[0]);
        let cache = memory.cache(&state);
        let (expected, _) = wide_price(Model::Monomial(7), &patterns[..m], &patterns[0], 5);
        assert!((memory.price(&state, &cache, Flip(5)) - expected).abs() <= 1e-15 * expected.abs());
    }
}

#[test]
fn what_no_integer_holds_is_still_right_in_f64() {
    let n = 65;
    let mut rng = Streams::new(35).rng(Purpose::Patterns, 0);
    let patterns = random_patterns(65, n, &mut rng);
    for order in [40, 300, 1_000_000] {
        let memory =
            Dam::new(Hypercube::new(n).unwrap(), Monomial::new(order).unwrap(), Sum, 1.0, &patterns).unwrap();
        assert!(!memory.is_exact());
        for x in states(&patterns, &mut rng) {
            let state = spins(&x);
            let cache = memory.cache(&state);
            for i in 0..n {
                let f = |s: i64| (s as f64 / n as f64).powi(order as i32);
                let (before, after) = (dots(&patterns, &x), dots(&patterns, &flipped(&x, i)));
                let change = before.iter().zip(&after).map(|(&s, &t)| f(s) - f(t));
                let size: f64 = change.clone().map(f64::abs).sum();
                let price = memory.price(&state, &cache, Flip(i));
                assert!((price - change.sum::<f64>()).abs() <= 1e-12 * size, "n = {order}, site {i}");
            }
        }
    }
}

#[test]
fn only_additive_integer_models_claim_to_be_exact() {
    let patterns = vec![vec![1_i8; 10]; 3];
    let space = || Hypercube::new(10).unwrap();
    let cubic = RectifiedMonomial::new(3).unwrap();
    assert!(Dam::new(space(), cubic, Sum, 0.3, &patterns).unwrap().is_exact());
    assert!(!Dam::new(space(), cubic, LogSum, 1.0, &patterns).unwrap().is_exact());
    let exponential = Exponential::new(1.0).unwrap();
    assert!(!Dam::new(space(), exponential, Sum, 1.0, &patterns).unwrap().is_exact());
    // Through a trait object as well.
    let boxed: Box<dyn Kernel> = Box::new(cubic);
    assert!(Dam::new(space(), boxed, Sum, 1.0, &patterns).unwrap().is_exact());
}
