use dam_core::nalgebra::DVector;
use dam_core::{Energy, Flip, LocalField, Priced, Purpose, StateSpace, Streams};

use super::brute::{
    MODELS, Model, dots, flipped, integer_field, negative, random_patterns, random_signs, spins, ulps,
};

/// Dot products before and after flips, formed afresh for every flip.
pub(crate) struct Flips {
    sites: Vec<usize>,
    before: Vec<i64>,
    after: Vec<Vec<i64>>,
}

impl Flips {
    pub(crate) fn new(patterns: &[Vec<i8>], x: &[i8], sites: impl Iterator<Item = usize>) -> Self {
        let sites: Vec<usize> = sites.collect();
        let after = sites.iter().map(|&i| dots(patterns, &flipped(x, i))).collect();
        Self { sites, before: dots(patterns, x), after }
    }
}

/// Energy, field and the prices of `flips`, bit for bit after multiplication by the library's unit, and
/// within four roundings of the plain quotient.
pub(crate) fn compare(model: Model, patterns: &[Vec<i8>], x: &[i8], flips: &Flips) {
    let n = x.len();
    let memory = model.memory(patterns);
    assert!(memory.is_exact());
    let state = spins(x);
    let context = || format!("{model:?} N = {n} M = {}", patterns.len());
    let before = model.energy(&flips.before, n);
    let energy = memory.energy(&state);
    assert_eq!(energy, before as f64 * model.unit(n), "{}", context());
    assert!(ulps(energy, model.quotient(before, n)) <= 4, "{}", context());

    let mut h = memory.space().zero_field();
    assert_eq!(memory.field(&state, &mut h), energy);
    for (i, &integer) in integer_field(model, patterns, &flips.before).iter().enumerate() {
        let expected = model.quotient(integer, n);
        assert!(ulps(h[i], expected) <= 4, "{} field {i}: {} against {expected}", context(), h[i]);
    }

    let cache = memory.cache(&state);
    for (&i, after) in flips.sites.iter().zip(&flips.after) {
        let change = model.energy(after, n) - before;
        let price = memory.price(&state, &cache, Flip(i));
        assert_eq!(price, change as f64 * model.unit(n), "{} site {i}", context());
        assert!(ulps(price, model.quotient(change, n)) <= 4, "{} site {i}", context());
    }
}

#[test]
fn prices_are_differences_of_energies_summed_in_integers() {
    let streams = Streams::new(11);
    for n in [9, 64, 65, 500] {
        for m in [3, 64, 65, 200] {
            let mut rng = streams.rng(Purpose::Patterns, (1000 * n + m) as u64);
            let patterns = random_patterns(m, n, &mut rng);
            let near = (0..n / 10).fold(patterns[1].clone(), |x, k| flipped(&x, 7 * k % n));
            // The pattern and its negative reach both ends of the table.
            for x in [random_signs(n, &mut rng), patterns[0].clone(), negative(&patterns[0]), near] {
                let flips = Flips::new(&patterns, &x, 0..n);
                MODELS.iter().for_each(|&model| compare(model, &patterns, &x, &flips));
            }
        }
    }
}

#[test]
fn words_that_are_not_full_do_not_leak() {
    let streams = Streams::new(12);
    for n in [1, 2, 3, 63, 64, 65, 66, 127, 128, 129] {
        for m in [1, 2, 63, 64, 65, 127, 128, 129] {
            let mut rng = streams.rng(Purpose::Patterns, (1000 * n + m) as u64);
            let patterns = random_patterns(m, n, &mut rng);
            for x in [random_signs(n, &mut rng), patterns[m - 1].clone(), negative(&patterns[m - 1])] {
                let flips = Flips::new(&patterns, &x, 0..n);
                for model in [Model::Monomial(2), Model::Monomial(5), Model::Distinct3] {
                    compare(model, &patterns, &x, &flips);
                }
            }
        }
    }
}

#[test]
fn scans_of_several_blocks_lose_no_pattern() {
    for m in [4095, 4096, 4097, 8256, 8257] {
        let mut rng = Streams::new(13).rng(Purpose::Patterns, m as u64);
        let patterns = random_patterns(m, 65, &mut rng);
        for x in [random_signs(65, &mut rng), patterns[m - 1].clone()] {
            let flips = Flips::new(&patterns, &x, [0, 31, 63, 64].into_iter());
            for model in [Model::Monomial(3), Model::Monomial(4)] {
                compare(model, &patterns, &x, &flips);
            }
        }
    }
}

#[test]
fn a_memory_that_grew_and_shrank_equals_a_fresh_one() {
    let n = 65;
    let mut rng = Streams::new(14).rng(Purpose::Patterns, 0);
    let all = random_patterns(200, n, &mut rng);
    let x = random_signs(n, &mut rng);
    let mut kept = vec![all[0].clone()];
    let mut memory = Model::Monomial(3).memory(&kept);
    let same = |memory: &super::brute::Memory, kept: &[Vec<i8>]| {
        let fresh = Model::Monomial(3).memory(kept);
        let state = spins(&x);
        assert_eq!(memory.len(), kept.len());
        assert_eq!(memory.energy(&state), fresh.energy(&state));
        let (mut grown, mut plain) = (DVector::zeros(n), DVector::zeros(n));
        memory.field(&state, &mut grown);
        fresh.field(&state, &mut plain);
        assert_eq!(grown, plain);
        let (grown, plain) = (memory.cache(&state), fresh.cache(&state));
        assert_eq!(grown.dots(), plain.dots());
        for i in 0..n {
            assert_eq!(memory.price(&state, &grown, Flip(i)), fresh.price(&state, &plain, Flip(i)));
        }
    };
    for pattern in &all[1..] {
        memory.push(pattern).unwrap();
        kept.push(pattern.clone());
        same(&memory, &kept);
    }
    for k in 0..all.len() - 1 {
        let mu = 37 * k % kept.len();
        assert_eq!(memory.swap_remove(mu).unwrap(), spins(&kept.swap_remove(mu)));
        same(&memory, &kept);
    }
}

/// The last of several blocks keeps nothing of a pattern that was removed, nor of the block before.
#[test]
fn a_removal_in_the_last_block_is_complete() {
    let n = 65;
    let mut rng = Streams::new(15).rng(Purpose::Patterns, 0);
    let mut kept = random_patterns(4130, n, &mut rng);
    let state = spins(&random_signs(n, &mut rng));
    for model in [Model::Monomial(3), Model::Monomial(4)] {
        let mut memory = model.memory(&kept);
        for k in 0..30 {
            memory.swap_remove(101 * k).unwrap();
            kept.swap_remove(101 * k);
        }
        let fresh = model.memory(&kept);
        let (mut shrunk, mut plain) = (DVector::zeros(n), DVector::zeros(n));
        assert_eq!(memory.field(&state, &mut shrunk), fresh.field(&state, &mut plain));
        assert_eq!(shrunk, plain, "{model:?}");
    }
}
