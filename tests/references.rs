//! Energies, fields and flip prices against digits that were computed outside Rust in 60-digit arithmetic, and
//! the update of the modern Hopfield network against softmax attention.

use dam_core::kernel::{DistinctIndex, Hermite, Kernel, Monomial, RectifiedMonomial};
use dam_core::nalgebra::DVector;
use dam_core::prelude::*;
use dam_core::{Aggregator, BitPatterns, DensePatterns, Flip, Priced, Real};

#[path = "references/attention.rs"]
mod attention;
#[path = "references/core.rs"]
mod digits;

use digits::{CASES, Case};

const N: usize = 12;
const M: i64 = 7;
const BETA: f64 = 0.75;
const B: f64 = 1.25;
const FLOOR: f64 = 0.125;

/// The same integers as in the script that printed the digits.
fn entry(mu: i64, i: i64) -> i64 {
    (7 * i * i + 13 * i * mu + 5 * mu * mu + 3 * i + 11 * mu + 2) % 23 - 11
}

fn integers(mu: i64) -> Vec<i64> {
    (0..N as i64).map(|i| entry(mu, i)).collect()
}

fn cue() -> Vec<i64> {
    (0..N as i64).map(|i| 3 * entry(2, i) + entry(40, i)).collect()
}

fn vector<T: Real>(integers: &[i64], denominator: f64) -> DVector<T> {
    DVector::from_iterator(N, integers.iter().map(|&v| T::narrow(v as f64 / denominator)))
}

fn on_sphere<T: Real>() -> (Sphere<T>, Vec<DVector<T>>, DVector<T>) {
    let space = Sphere::new(N).unwrap();
    let project = |v: Vec<i64>| space.project(&vector(&v, 1.0)).unwrap();
    let patterns = (0..M).map(|mu| project(integers(mu))).collect();
    let x = project(cue());
    (space, patterns, x)
}

fn in_euclidean_space<T: Real>() -> (Euclidean<T>, Vec<DVector<T>>, DVector<T>) {
    let patterns = (0..M).map(|mu| vector(&integers(mu), 8.0)).collect();
    (Euclidean::new(N).unwrap(), patterns, vector(&cue(), 32.0))
}

fn on_hypercube() -> (Hypercube, Vec<Spins>, Spins) {
    let spins = |v: Vec<i64>| Spins::from_bools(&v.iter().map(|&v| v >= 0).collect::<Vec<_>>()).unwrap();
    (Hypercube::new(N).unwrap(), (0..M).map(|mu| spins(integers(mu))).collect(), spins(cue()))
}

fn case(name: &str) -> &'static Case {
    CASES.iter().find(|case| case.name == name).unwrap_or_else(|| panic!("no digits for {name}"))
}

fn close(name: &str, found: f64, expected: f64, scale: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * scale, "{name}: {found} against {expected}");
}

fn compare_field(name: &str, h: impl Iterator<Item = f64>, tolerance: f64) {
    let case = case(name);
    let scale = case.field.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
    h.zip(case.field).for_each(|(found, expected)| close(name, found, expected, scale, tolerance));
}

fn check_dense<S, K, Q>(name: &str, memory: Dam<DensePatterns<S>, K, Q>, x: &S::State, tolerance: f64)
where
    S: VectorSpace,
    K: Kernel,
    Q: Aggregator,
{
    let expected = case(name).energy;
    close(name, memory.energy(x), expected, expected.abs(), tolerance);
    let mut h = memory.space().zero_field();
    close(name, memory.field(x, &mut h), expected, expected.abs(), tolerance);
    compare_field(name, h.iter().map(|h| h.widen()), tolerance);
    // Many states take another path through the patterns than one.
    let states = vec![x.clone(); 9];
    let mut fields = vec![memory.space().zero_field(); 9];
    let mut energies = [0.0; 9];
    memory.fields(&states, &mut fields, &mut energies);
    for (h, &e) in fields.iter().zip(&energies) {
        close(name, e, expected, expected.abs(), tolerance);
        compare_field(name, h.iter().map(|h| h.widen()), tolerance);
    }
}

fn check_bits<K: Kernel, Q: Aggregator>(name: &str, memory: Dam<BitPatterns, K, Q>, x: &Spins) {
    let (tolerance, case) = (1e-13, case(name));
    close(name, memory.energy(x), case.energy, case.energy.abs(), tolerance);
    let mut h = memory.space().zero_field();
    close(name, memory.field(x, &mut h), case.energy, case.energy.abs(), tolerance);
    compare_field(name, h.iter().copied(), tolerance);
    let cache = memory.cache(x);
    let scale = case.prices.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
    assert_eq!(case.prices.len(), N);
    for (i, &expected) in case.prices.iter().enumerate() {
        close(name, memory.price(x, &cache, Flip(i)), expected, scale, tolerance);
    }
}

fn check_sphere<T: Real>(tolerance: f64) {
    let (space, patterns, x) = on_sphere::<T>();
    let space = || space.clone();
    let sum = |kernel: Box<dyn Kernel>| Dam::new(space(), kernel, Sum, 1.0, &patterns).unwrap();
    check_dense("Sphere monomial", sum(Box::new(Monomial::new(3).unwrap())), &x, tolerance);
    check_dense("Sphere rectified", sum(Box::new(RectifiedMonomial::new(3).unwrap())), &x, tolerance);
    check_dense("Sphere hermite", sum(Box::new(Hermite::new(3).unwrap())), &x, tolerance);
    check_dense("Sphere lse", models::lse(space(), BETA, &patterns).unwrap(), &x, tolerance);
    check_dense("Sphere lsr", models::lsr(space(), B, 0.0, &patterns).unwrap(), &x, tolerance);
    check_dense("Sphere lsr_floor", models::lsr(space(), B, FLOOR, &patterns).unwrap(), &x, tolerance);
    check_dense("Sphere lsr_extensive", models::lsr_extensive(space(), B, &patterns).unwrap(), &x, tolerance);
}

fn check_euclidean<T: Real>(tolerance: f64) {
    let (space, patterns, x) = in_euclidean_space::<T>();
    let attention = models::attention(space.clone(), 0.125, &patterns).unwrap();
    check_dense("Euclidean attention", attention, &x, tolerance);
    let cubic = Dam::new(space, Monomial::new(3).unwrap(), Sum, 1.0, &patterns).unwrap();
    check_dense("Euclidean monomial_confined", cubic, &x, tolerance);
}

#[test]
fn vector_spaces_agree_with_the_digits() {
    check_sphere::<f64>(1e-13);
    check_euclidean::<f64>(1e-13);
}

#[test]
fn single_precision_agrees_with_the_digits_to_its_own() {
    check_sphere::<f32>(1e-5);
    check_euclidean::<f32>(1e-5);
}

#[test]
fn the_hypercube_agrees_with_the_digits() {
    let (space, patterns, x) = on_hypercube();
    let space = || space.clone();
    let sum = |kernel: Box<dyn Kernel>| Dam::new(space(), kernel, Sum, 1.0, &patterns).unwrap();
    check_bits("Hypercube monomial", sum(Box::new(Monomial::new(3).unwrap())), &x);
    check_bits("Hypercube rectified", sum(Box::new(RectifiedMonomial::new(3).unwrap())), &x);
    check_bits("Hypercube hermite", sum(Box::new(Hermite::new(3).unwrap())), &x);
    check_bits("Hypercube distinct", sum(Box::new(DistinctIndex::new(3).unwrap())), &x);
    check_bits("Hypercube lse", models::lse(space(), BETA, &patterns).unwrap(), &x);
    check_bits("Hypercube lsr", models::lsr(space(), B, 0.0, &patterns).unwrap(), &x);
    check_bits("Hypercube lsr_floor", models::lsr(space(), B, FLOOR, &patterns).unwrap(), &x);
    check_bits("Hypercube lsr_extensive", models::lsr_extensive(space(), B, &patterns).unwrap(), &x);
    check_bits("Hypercube demircigil", models::demircigil(space(), &patterns).unwrap(), &x);
    check_bits("Hypercube hopfield", models::hopfield(space(), &patterns).unwrap(), &x);
}
