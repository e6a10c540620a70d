//! Single-spin dynamics on the hypercube against their definitions in plain integers, on every vector level.

use dam_core::dynamics::{Choice, Placement, Ranking, SiteRule, SpinAdversary, Sweep};
use dam_core::prelude::*;
use dam_core::rand::Rng;
use dam_core::{Flip, FormalField, Level, Priced, StreamRng, limit_level};

use super::LEVEL;
use super::brute::{MODELS, Memory, Model, dots, flipped, random_patterns, random_signs, spins};

/// Runs `work` on every level of this machine.
fn on_every_level(mut work: impl FnMut(Level)) {
    struct Restored;
    impl Drop for Restored {
        fn drop(&mut self) {
            limit_level(Level::Avx512);
        }
    }
    let _alone = LEVEL.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let _restored = Restored;
    for level in [Level::Portable, Level::Avx2, Level::Avx512] {
        limit_level(level);
        work(level);
    }
}

/// Σ_μ F after a flip of site i minus before: the potential F = −E in integers.
fn rise(model: Model, patterns: &[Vec<i8>], x: &[i8], s: &[i64], i: usize) -> i128 {
    let n = x.len() as i64;
    let change = |(p, &s): (&Vec<i8>, &i64)| {
        let after = s - 2 * i64::from(x[i] * p[i]);
        model.value(after, n) - model.value(s, n)
    };
    patterns.iter().zip(s).map(change).sum()
}

/// x_i Σ_μ ξ_i slope(S_μ): spins against it turn by the formal derivative.
fn aligned(model: Model, patterns: &[Vec<i8>], x: &[i8], s: &[i64], i: usize) -> i128 {
    let n = x.len() as i64;
    patterns.iter().zip(s).map(|(p, &s)| i128::from(x[i] * p[i]) * model.slope(s, n)).sum()
}

/// One sweep in order; returns its flips.
fn sweep(model: Model, patterns: &[Vec<i8>], x: &mut [i8], formal: bool) -> usize {
    let mut s = dots(patterns, x);
    let mut flips = 0;
    for i in 0..x.len() {
        let turns =
            if formal { aligned(model, patterns, x, &s, i) < 0 } else { rise(model, patterns, x, &s, i) > 0 };
        if turns {
            s.iter_mut().zip(patterns).for_each(|(s, p)| *s -= 2 * i64::from(x[i] * p[i]));
            x[i] = -x[i];
            flips += 1;
        }
    }
    flips
}

/// Random patterns, and patterns in pairs of opposite spins beside equal ones, which tie at many sites.
fn pattern_sets(n: usize) -> Vec<Vec<Vec<i8>>> {
    let mut rng = Streams::new(71).rng(Purpose::Patterns, n as u64);
    let mut random = |m| random_patterns(m, n, &mut rng);
    let few = random(4);
    let mut ties = few.clone();
    ties.extend(few.iter().map(|p| p.iter().map(|s| -s).collect::<Vec<i8>>()));
    ties.push(few[0].clone());
    vec![random(1), random(2), ties, random(70), random(130)]
}

#[test]
fn sweeps_equal_brute_force_on_every_level() {
    on_every_level(|level| {
        let (mut ties, mut moved) = (0, 0);
        for n in [9, 64, 65, 200] {
            for (set, patterns) in pattern_sets(n).iter().enumerate() {
                let mut rng = Streams::new(72).rng(Purpose::Cues, (10 * n + set) as u64);
                let near: Vec<i8> =
                    patterns[0].iter().enumerate().map(|(i, &s)| if i % 5 == 0 { -s } else { s }).collect();
                for start in [random_signs(n, &mut rng), near] {
                    for model in MODELS {
                        let memory = model.memory(patterns);
                        for formal in [false, true] {
                            let (mut x, mut state) = (start.clone(), spins(&start));
                            for _ in 0..4 {
                                let s = dots(patterns, &x);
                                let cache = memory.cache(&state);
                                for i in 0..n {
                                    let rise = rise(model, patterns, &x, &s, i);
                                    ties += usize::from(rise == 0);
                                    let price = memory.price(&state, &cache, Flip(i));
                                    assert_eq!(
                                        price,
                                        -(rise as f64) * model.unit(n),
                                        "{level} {model:?} {n}"
                                    );
                                    let aligned = aligned(model, patterns, &x, &s, i);
                                    let formal = memory.formal_price(&state, &cache, i);
                                    assert_eq!(
                                        formal.total_cmp(&0.0),
                                        aligned.cmp(&0),
                                        "{level} {model:?} {n}"
                                    );
                                }
                                let flips = sweep(model, patterns, &mut x, formal);
                                moved += flips;
                                let mut none = Streams::new(0).rng(Purpose::Dynamics, 0);
                                let one = Runner::default().max_steps(1);
                                let run = if formal {
                                    let d = FormalAsynchronous::new(Order::Sequential);
                                    one.run(&memory, &d, &mut state, &mut none).unwrap()
                                } else {
                                    let d = Asynchronous::new(Order::Sequential);
                                    one.run(&memory, &d, &mut state, &mut none).unwrap()
                                };
                                assert_eq!(state, spins(&x), "{level} {model:?} N = {n} formal {formal}");
                                assert_eq!(
                                    flips > 0,
                                    run.reason == StopReason::MaxSteps,
                                    "{level} {model:?} {n}"
                                );
                            }
                        }
                    }
                }
            }
        }
        assert!(ties > 1000 && moved > 1000, "{ties} ties, {moved} flips");
    });
}

/// Patterns near one another, so that dot products beyond the reach of a byte come and go.
#[test]
fn walks_through_far_overlaps_equal_brute_force_on_every_level() {
    on_every_level(|level| {
        for (n, m, share) in [(600, 70, 0.02), (601, 200, 0.3), (1000, 40, 0.0)] {
            let mut rng = Streams::new(73).rng(Purpose::Patterns, n as u64);
            let centre = random_signs(n, &mut rng);
            let mut patterns = random_patterns(m, n, &mut rng);
            let close = (share * m as f64) as usize;
            for p in &mut patterns[..close] {
                p.iter_mut().zip(&centre).enumerate().for_each(|(i, (p, c))| {
                    if i % 9 > 0 {
                        *p = *c
                    }
                });
            }
            for model in [Model::Monomial(2), Model::Monomial(3), Model::Hermite3] {
                let memory = model.memory(&patterns);
                let mut x = patterns[0].clone();
                let mut state = spins(&x);
                let mut cache = memory.cache(&state);
                // Twice around all sites: to the opposite of pattern 0 and back.
                for k in 0..2 * n {
                    memory.apply(&mut state, &mut cache, Flip(k % n));
                    x[k % n] = -x[k % n];
                    if k % 97 == 0 || k + 1 == 2 * n {
                        let s = dots(&patterns, &x);
                        assert!(cache.dots().iter().zip(&s).all(|(&a, &b)| i64::from(a) == b), "{level} {k}");
                        for i in [0, 1, 63, 64, n / 2, n - 1] {
                            let rise = -(rise(model, &patterns, &x, &s, i) as f64) * model.unit(n);
                            let price = memory.price(&state, &cache, Flip(i));
                            assert_eq!(price, rise, "{level} {model:?} N = {n} after {k}");
                        }
                    }
                }
            }
        }
    });
}

#[test]
fn adversaries_spend_their_budget_and_no_more() {
    let n = 120;
    let mut rng = Streams::new(74).rng(Purpose::Patterns, 0);
    let patterns = random_patterns(30, n, &mut rng);
    let memory = Model::Monomial(3).memory(&patterns);
    let (target, other) = (spins(&patterns[0]), spins(&patterns[1]));
    let choices = [
        Choice::Any,
        Choice::Aligned,
        Choice::SmallestMargin,
        Choice::LargestMargin,
        Choice::StrongestCoupling,
        Choice::Toward(other.clone()),
    ];
    for placement in [Placement::BeforeSweep, Placement::WithinSweep] {
        for choice in &choices {
            for ranking in [Ranking::Once, Ranking::Afresh] {
                let adversary =
                    SpinAdversary::new(target.clone(), 12, placement, choice.clone(), ranking).unwrap();
                let context = format!("{placement:?} {choice:?} {ranking:?}");
                let after = |dynamics: &dyn Fn(&mut Spins, &mut StreamRng), rng: &mut StreamRng| {
                    let mut x = target.clone();
                    dynamics(&mut x, rng);
                    x.hamming(&target)
                };
                let alone = Sweep::with_rule(Never, Order::Permutation).under(adversary.clone());
                let flips = after(&|x, rng| one_sweep(&memory, &alone, x, rng), &mut rng);
                // Any spins chosen afresh may be turned back.
                let least = if *choice == Choice::Any && ranking == Ranking::Afresh { 1 } else { 12 };
                assert!((least..=12).contains(&flips), "{context}: {flips}");
                // Far inside the basin a sweep repairs what comes before it.
                let repaired = Asynchronous::new(Order::Permutation).under(adversary);
                let left = after(&|x, rng| one_sweep(&memory, &repaired, x, rng), &mut rng);
                assert!(
                    left <= if placement == Placement::BeforeSweep { 0 } else { 12 },
                    "{context}: {left}"
                );
            }
        }
    }
    let run = |adversary: SpinAdversary| {
        let mut x = target.clone();
        let dynamics = Asynchronous::new(Order::Permutation).under(adversary);
        Runner::default().max_steps(3).run(
            &memory,
            &dynamics,
            &mut x,
            &mut Streams::new(1).rng(Purpose::Dynamics, 0),
        )
    };
    let of = |target: &Spins, budget| {
        SpinAdversary::new(target.clone(), budget, Placement::BeforeSweep, Choice::Any, Ranking::Once)
    };
    // No fixed point is claimed under an adversary, not even under an idle one.
    assert_eq!(run(of(&target, 0).unwrap()).unwrap().reason, StopReason::MaxSteps);
    assert!(matches!(of(&target, n + 1), Err(Error::Parameter { name: "budget", .. })));
    let short = spins(&patterns[0][1..]);
    assert!(matches!(run(of(&short, 1).unwrap()), Err(Error::Dimension { .. })));
    let toward = Choice::Toward(short);
    let wrong = SpinAdversary::new(target.clone(), 1, Placement::BeforeSweep, toward, Ranking::Once);
    assert!(matches!(wrong, Err(Error::Dimension { what: "competitor", .. })));
}

fn one_sweep<D: Dynamics<Memory>>(memory: &Memory, dynamics: &D, x: &mut Spins, rng: &mut StreamRng) {
    let mut scratch = dynamics.prepare(memory, x);
    dynamics.step(memory, x, &mut scratch, rng);
}

/// What each choice flips, from its definition.
#[test]
fn choices_are_what_their_names_say() {
    let n = 60;
    let mut rng = Streams::new(75).rng(Purpose::Patterns, 0);
    let patterns = random_patterns(20, n, &mut rng);
    let model = Model::Monomial(3);
    let memory = model.memory(&patterns);
    let target = spins(&patterns[0]);
    let mut x = patterns[0].clone();
    (0..5).for_each(|k| x[7 * k] = -x[7 * k]);
    let s = dots(&patterns, &x);
    let margin = |x: &[i8], s: &[i64], i: usize| -rise(model, &patterns, x, s, i);
    let aligned: Vec<usize> = (0..n).filter(|&i| x[i] == patterns[0][i]).collect();
    let chosen = |choice: Choice, rng: &mut StreamRng| -> Vec<usize> {
        let adversary =
            SpinAdversary::new(target.clone(), 4, Placement::BeforeSweep, choice, Ranking::Once).unwrap();
        let mut state = spins(&x);
        one_sweep(&memory, &Sweep::with_rule(Never, Order::Sequential).under(adversary), &mut state, rng);
        (0..n).filter(|&i| state.get(i) != x[i]).collect()
    };
    let mut by_margin = aligned.clone();
    by_margin.sort_by_key(|&i| margin(&x, &s, i));
    let sorted = |sites: &[usize]| {
        let mut sites = sites.to_vec();
        sites.sort_unstable();
        sites
    };
    assert_eq!(chosen(Choice::SmallestMargin, &mut rng), sorted(&by_margin[..4]));
    assert_eq!(chosen(Choice::LargestMargin, &mut rng), sorted(&by_margin[aligned.len() - 4..]));
    let weakest = by_margin[0];
    let mut by_coupling: Vec<usize> = aligned.iter().copied().filter(|&i| i != weakest).collect();
    by_coupling.sort_by_key(|&j| {
        let after = flipped(&x, j);
        margin(&after, &dots(&patterns, &after), weakest)
    });
    assert_eq!(chosen(Choice::StrongestCoupling, &mut rng), sorted(&by_coupling[..4]));
    let mut wrong_ones = 0;
    for _ in 0..20 {
        let toward = chosen(Choice::Toward(spins(&patterns[3])), &mut rng);
        assert!(toward.len() == 4 && toward.iter().all(|&i| aligned.contains(&i) && x[i] != patterns[3][i]));
        let some = chosen(Choice::Aligned, &mut rng);
        assert!(some.len() == 4 && some.iter().all(|i| aligned.contains(i)));
        let any = chosen(Choice::Any, &mut rng);
        assert_eq!(any.len(), 4);
        wrong_ones += any.iter().filter(|i| !aligned.contains(i)).count();
    }
    // 5 of the 60 sites are wrong: 80 draws without a wrong one have a probability of 0.1 %.
    assert!(wrong_ones > 0);
}

/// A rule that never flips: what is left is the adversary.
struct Never;
impl<E: Priced<Flip>> SiteRule<E> for Never {
    const SAMPLES: bool = false;
    fn flips<R: Rng>(&self, _: f64, _: &mut R) -> bool {
        false
    }
}
