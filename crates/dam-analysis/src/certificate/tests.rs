use super::*;
use crate::PatternEnsemble;
use dam_core::prelude::*;
use dam_core::{Flip, Priced, rand::seq::index};

mod formulas;

fn memory(n: usize, p: usize, seed: u64) -> PolynomialMemory {
    of(PatternEnsemble::Independent, n, p, seed)
}

fn of(ensemble: PatternEnsemble, n: usize, p: usize, seed: u64) -> PolynomialMemory {
    let space = Hypercube::new(n).unwrap();
    let patterns = ensemble.patterns(&space, p, Streams::new(seed)).unwrap();
    models::polynomial(space, 3, patterns).unwrap()
}

/// The aligned fields N² a_i in integers, from their definition.
fn aligned(memory: &PolynomialMemory, target: &Spins, x: &Spins) -> Vec<i128> {
    let n = x.len();
    let field = |i: usize| {
        let of = |mu: usize| {
            let p = memory.pattern(mu).unwrap();
            let s: i128 = (0..n).filter(|&j| j != i).map(|j| i128::from(p.get(j) * x.get(j))).sum();
            i128::from(p.get(i) * target.get(i)) * (3 * s * s + 1)
        };
        (0..memory.len()).map(of).sum()
    };
    (0..n).map(field).collect()
}

/// All certificates of a target that speak of every state within a radius.
fn radii(memory: &PolynomialMemory, target: usize) -> [Option<usize>; 4] {
    let interference = Interference::new(memory, target).unwrap();
    [
        worst_case(memory, target).unwrap(),
        interference.norm(),
        interference.signed(),
        interference.pairwise().unwrap(),
    ]
    .map(|c| c.radius)
}

fn wrong(target: &Spins, sites: impl IntoIterator<Item = usize>) -> Spins {
    let mut x = target.clone();
    sites.into_iter().for_each(|i| x.flip(i));
    x
}

#[test]
fn no_state_within_a_certified_radius_breaks_it_by_enumeration() {
    let mut certified = [0; 4];
    for n in [9, 12, 16] {
        for (p, seed) in [(1, 1), (2, 2), (2, 3), (3, 4), (4, 5), (6, 6)] {
            let memory = memory(n, p, seed);
            let target = memory.pattern(0).unwrap();
            let radii = radii(&memory, 0);
            let farthest = radii.iter().flatten().max().copied();
            let Some(farthest) = farthest else { continue };
            for bits in 0_u32..1 << n {
                let d = bits.count_ones() as usize;
                if d <= farthest {
                    let x = wrong(&target, (0..n).filter(|i| bits >> i & 1 == 1));
                    assert!(
                        fields_are_right(&memory, &target, &x).unwrap(),
                        "N = {n} p = {p}: {d} wrong spins"
                    );
                }
            }
            for (count, radius) in certified.iter_mut().zip(radii) {
                *count += usize::from(radius.is_some_and(|r| r > 0));
            }
        }
    }
    assert!(certified[0] >= 3 && certified[2] >= 3 && certified[3] >= certified[2], "{certified:?}");
}

#[test]
fn no_attack_breaks_a_certificate() {
    let (mut cases, mut certified, mut better) = (0, 0, 0);
    for (n, p) in [(40, 2), (65, 4), (64, 12), (100, 8), (130, 30), (200, 20), (200, 100)] {
        for (seed, ensemble) in [
            (1, PatternEnsemble::Independent),
            (2, PatternEnsemble::Independent),
            (3, PatternEnsemble::Clusters { size: 4, flip: 0.3 }),
            (4, PatternEnsemble::Chain { flip: 0.4 }),
        ] {
            let memory = of(ensemble, n, p, seed);
            let nu = p / 2;
            let target = memory.pattern(nu).unwrap();
            let radii = radii(&memory, nu);
            let attacked = attack_radius(&memory, nu).unwrap();
            let context = format!("N = {n} p = {p} {ensemble:?}: {radii:?} against {attacked}");
            assert!(radii.iter().flatten().all(|&r| r < attacked), "{context}");
            assert!(radii[3] >= radii[2], "{context}");
            let mut rng = Streams::new(seed).rng(Purpose::Cues, n as u64);
            for d in 1..=radii.iter().flatten().max().copied().unwrap_or(0) {
                for _ in 0..20 {
                    let x = wrong(&target, index::sample(&mut rng, n, d));
                    assert!(fields_are_right(&memory, &target, &x).unwrap(), "{context}, {d} random");
                    let mut y = x.clone();
                    let order = Asynchronous::new(Order::Permutation);
                    Runner::default().max_steps(1).run(&memory, &order, &mut y, &mut rng).unwrap();
                    assert_eq!(y, target, "{context}: one sweep repairs {d}");
                }
            }
            cases += 1;
            certified += usize::from(radii[3].is_some_and(|r| r > 0));
            better += usize::from(radii[3] > radii[2]);
        }
    }
    assert!(2 * certified >= cases && better > 0, "{certified} of {cases} certified, {better} better");
}

/// Whatever the patterns: repeated, opposite, correlated. At least half of the cases certify a bit or more.
#[test]
fn no_patterns_break_a_certificate() {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
    use std::cell::Cell;
    let (cases, certified) = (Cell::new(0), Cell::new(0));
    // The share is of these cases, so they are the same every time.
    let config = Config { failure_persistence: None, ..Config::with_cases(200) };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let strategy = (16_usize..100, vec((0_u64..20, 0.2..0.5_f64), 1..6), any::<bool>(), any::<u64>());
    let case = |(n, members, turned, seed): (usize, Vec<(u64, f64)>, bool, u64)| {
        let space = Hypercube::new(n).unwrap();
        let mut rng = Streams::new(seed).rng(Purpose::Cues, 0);
        // Copies of a few centres, with some of their spins turned.
        let member = |(centre, share): &(u64, f64)| {
            let centre = space.sample(&mut Streams::new(7).rng(Purpose::Patterns, *centre));
            FlipEach::new(*share).unwrap().corrupt(&space, &centre, &mut rng).unwrap()
        };
        let mut patterns: Vec<Spins> = members.iter().map(member).collect();
        if turned {
            patterns.push(wrong(&patterns[patterns.len() - 1], 0..n));
        }
        let memory = models::polynomial(space.clone(), 3, &patterns).unwrap();
        let (target, radii, attacked) = (&patterns[0], radii(&memory, 0), attack_radius(&memory, 0).unwrap());
        prop_assert!(radii.iter().flatten().all(|&r| r < attacked), "{radii:?} against {attacked}");
        let most = radii.iter().flatten().copied().max();
        for d in 0..=most.unwrap_or(0) {
            let x = wrong(target, index::sample(&mut rng, n, d));
            prop_assert!(most.is_none() || fields_are_right(&memory, target, &x).unwrap());
        }
        // At the pattern itself the bounds of T3 are exact.
        let kappa = Interference::new(&memory, 0).unwrap().kappa();
        prop_assert_eq!((kappa > 0.0, kappa > 0.0), (radii[3].is_some(), attacked > 0));
        cases.set(cases.get() + 1);
        certified.set(certified.get() + usize::from(most.is_some_and(|r| r > 0)));
        Ok(())
    };
    runner.run(&strategy, case).unwrap();
    assert!(
        2 * certified.get() >= cases.get() && cases.get() == 200,
        "{} of {}",
        certified.get(),
        cases.get()
    );
}

/// T1 for other orders, by enumeration; for even ones with a pattern's opposite, which is as good as the pattern.
#[test]
fn the_worst_case_holds_for_every_order() {
    let n = 14;
    let mut certified = 0;
    for order in [2, 4, 5, 6] {
        for (p, seed) in [(1, 1), (2, 2), (2, 3), (3, 4)] {
            let space = Hypercube::new(n).unwrap();
            let mut patterns = PatternEnsemble::Independent.patterns(&space, p, Streams::new(seed)).unwrap();
            if seed == 3 {
                patterns.push(wrong(&patterns[1], 0..n));
            }
            let memory = models::polynomial(space, order, &patterns).unwrap();
            let Some(radius) = worst_case(&memory, 0).unwrap().radius else { continue };
            certified += usize::from(radius > 0);
            for bits in (0_u32..1 << n).filter(|bits| bits.count_ones() as usize <= radius) {
                let x = wrong(&patterns[0], (0..n).filter(|i| bits >> i & 1 == 1));
                assert!(fields_are_right(&memory, &patterns[0], &x).unwrap(), "order {order}, p = {p}");
            }
        }
    }
    assert!(certified >= 6, "{certified}");
}

/// Only the marginal field is certified: here the synchronous map, which follows the formal derivative, turns right
/// spins at a state within the radius.
#[test]
fn the_formal_derivative_is_not_certified() {
    let patterns: [Vec<i8>; 3] =
        [vec![1; 9], vec![-1, -1, -1, 1, 1, -1, 1, -1, -1], vec![-1, -1, 1, -1, -1, 1, 1, -1, -1]];
    let memory = models::polynomial(Hypercube::new(9).unwrap(), 3, patterns).unwrap();
    let target = memory.pattern(0).unwrap();
    assert_eq!(Interference::new(&memory, 0).unwrap().pairwise().unwrap().radius, Some(1));
    let mut broken = 0;
    for i in 0..9 {
        let x = wrong(&target, [i]);
        let mut rng = Streams::new(1).rng(Purpose::Dynamics, 0);
        let (mut sweep, mut map) = (x.clone(), x);
        let one = Runner::default().max_steps(1);
        one.run(&memory, &Asynchronous::new(Order::Permutation), &mut sweep, &mut rng).unwrap();
        one.run(&memory, &Synchronous, &mut map, &mut rng).unwrap();
        assert_eq!(sweep, target);
        broken += usize::from(map != target);
    }
    assert!(broken > 0);
}

#[test]
fn adversaries_within_their_budget_are_harmless() {
    use dam_core::dynamics::{Choice, Placement, Ranking, SpinAdversary};
    let (memory, n) = (memory(200, 20, 3), 200);
    let target = memory.pattern(0).unwrap();
    let certificate = best(&memory, 0).unwrap();
    let d0 = certificate.radius.unwrap() / 2;
    let budget = Budget::new(&certificate, d0, n, 0.95).unwrap();
    assert_eq!(budget.match_limit, 10);
    let competitor = memory.pattern(separation(&memory, 0).unwrap().competitor.unwrap()).unwrap();
    let mut rng = Streams::new(3).rng(Purpose::Dynamics, 0);
    for (placement, k) in [
        (Placement::BeforeSweep, budget.before_sweep.unwrap()),
        (Placement::WithinSweep, budget.within_sweep.unwrap()),
    ] {
        assert!(k >= 5);
        for choice in [
            Choice::Any,
            Choice::Aligned,
            Choice::SmallestMargin,
            Choice::LargestMargin,
            Choice::StrongestCoupling,
            Choice::Toward(competitor.clone()),
        ] {
            for ranking in [Ranking::Once, Ranking::Afresh] {
                let adversary =
                    SpinAdversary::new(target.clone(), k, placement, choice.clone(), ranking).unwrap();
                let dynamics = Asynchronous::new(Order::Permutation).under(adversary);
                let mut x = wrong(&target, index::sample(&mut rng, n, d0));
                let mut scratch = dynamics.prepare(&memory, &x);
                for sweep in 0..10 {
                    dynamics.step(&memory, &mut x, &mut scratch, &mut rng);
                    let left = x.hamming(&target);
                    let allowed = if placement == Placement::BeforeSweep { 0 } else { k };
                    assert!(left <= allowed, "{placement:?} {choice:?} {ranking:?} sweep {sweep}: {left}");
                }
            }
        }
    }
}

#[test]
fn kappa_is_the_smallest_field_at_the_pattern() {
    for (n, p) in [(20, 1), (33, 40), (50, 300)] {
        let memory = memory(n, p, 5);
        let target = memory.pattern(p - 1).unwrap();
        let least = aligned(&memory, &target, &target).into_iter().min().unwrap();
        let kappa = Interference::new(&memory, p - 1).unwrap().kappa();
        assert!((kappa * (3 * n * n) as f64 - least as f64).abs() < 1e-6, "N = {n} p = {p}");
    }
}

/// The identity on which the radii rest, with J and the triple products from their definitions.
#[test]
fn fields_are_signal_and_interference_minus_a_cut() {
    let (n, p) = (24, 15);
    let memory = memory(n, p, 6);
    let target = memory.pattern(0).unwrap();
    let interference = Interference::new(&memory, 0).unwrap();
    let gauge: Vec<Spins> = (1..p).map(|mu| memory.pattern(mu).unwrap().product(&target)).collect();
    let triple = |i, j, k| gauge.iter().map(|b| i128::from(b.get(i) * b.get(j) * b.get(k))).sum::<i128>();
    let mut rng = Streams::new(6).rng(Purpose::Cues, 0);
    for d in [0, 1, 3, 7] {
        let chosen: Vec<usize> = index::sample(&mut rng, n, d).into_iter().collect();
        let x = wrong(&target, chosen.iter().copied());
        for (i, a) in aligned(&memory, &target, &x).into_iter().enumerate() {
            let others: Vec<usize> = chosen.iter().copied().filter(|&j| j != i).collect();
            let rest: Vec<usize> = (0..n).filter(|k| *k != i && !others.contains(k)).collect();
            let cut: i128 = others
                .iter()
                .flat_map(|&j| rest.iter().map(move |&k| (j, k)))
                .map(|(j, k)| triple(i, j, k))
                .sum();
            let signal = field(n as i128 - 2 * others.len() as i128 - 1, 3);
            assert_eq!(a, signal + interference.at_pattern[i] - 12 * cut, "site {i}, {d} wrong");
        }
    }
}

/// Random patterns whose first spin opposes that of the target: no larger overlap, and no fixed point beyond p = N.
#[test]
fn separation_alone_gives_no_capacity_beyond_n() {
    let n = 200;
    let field_of = |p: usize| {
        let memory = of(PatternEnsemble::Opposed { sites: 1 }, n, p, 8);
        let target = memory.pattern(0).unwrap();
        let price = memory.price(&target, &memory.cache(&target), Flip(0));
        // A price is 2 a / N²; in units of 3 N² the field is a sixth of it.
        let relative = price / 6.0;
        let free = separation(&memory_of_free(n, p), 0).unwrap().beta;
        let beta = separation(&memory, 0).unwrap().beta;
        assert!((beta - free).abs() <= 2.0 / n as f64 + 1e-12, "p = {p}: {beta} against {free}");
        (relative, Interference::new(&memory, 0).unwrap().pairwise().unwrap().radius)
    };
    // 1 − p/N up to fluctuations of order 1/sqrt(N) at one site.
    for p in [100, 300, 1000] {
        let (relative, radius) = field_of(p);
        let expected = 1.0 - p as f64 / n as f64;
        assert!((relative - expected).abs() < 0.12 * (1.0 + p as f64 / n as f64), "p = {p}: {relative}");
        assert_eq!(radius.is_some(), relative > 0.0, "p = {p}");
    }
}

fn memory_of_free(n: usize, p: usize) -> PolynomialMemory {
    of(PatternEnsemble::Independent, n, p, 8)
}

#[test]
fn separations_are_the_largest_overlaps() {
    let (n, p) = (70, 300);
    let memory = memory(n, p, 9);
    let pattern = |mu| memory.pattern(mu).unwrap();
    let overlap = |a: usize, b: usize| pattern(a).dot(&pattern(b)) as f64 / n as f64;
    let row = separation(&memory, 5).unwrap();
    let others = || (0..p).filter(|&mu| mu != 5);
    assert_eq!(row.beta, others().map(|mu| overlap(5, mu).abs()).fold(0.0, f64::max));
    let competitor = row.competitor.unwrap();
    assert!(competitor != 5 && others().all(|mu| overlap(5, mu) <= overlap(5, competitor)));
    let all = (0..p).flat_map(|a| (0..a).map(move |b| (a, b))).map(|(a, b)| overlap(a, b).abs());
    assert_eq!(all_pairs_separation(&memory), all.fold(0.0, f64::max));
    let alone = self::memory(n, 1, 9);
    assert_eq!(separation(&alone, 0).unwrap(), Separation { beta: 0.0, competitor: None });
    assert_eq!(all_pairs_separation(&alone), 0.0);
}

/// Three orthogonal patterns (rows of a Hadamard matrix): the rate needs an interference this small.
#[test]
fn contractions_hold_wherever_they_are_claimed() {
    let n = 256;
    let row =
        |mu: usize| (0..n).map(|i| if (i & mu).count_ones().is_multiple_of(2) { 1 } else { -1 }).collect();
    let rows: Vec<Vec<i8>> = [5, 90, 200].map(row).into();
    let memory = models::polynomial(Hypercube::new(n).unwrap(), 3, rows).unwrap();
    let target = memory.pattern(0).unwrap();
    let found = Interference::new(&memory, 0).unwrap().contraction();
    let d = found.radius.expect("orthogonal patterns contract");
    assert!(d > 0 && found.rate > 0.0 && found.rate < 1.0 && found.sweeps(d).unwrap() >= 2, "{found:?}");
    assert_eq!((found.sweeps(0), found.sweeps(d + 1)), (Some(0), None));
    assert_eq!(Budget::new(&found, 0, n, 0.95).unwrap().before_sweep, None);
    let mut rng = Streams::new(10).rng(Purpose::Cues, 0);
    for _ in 0..50 {
        let mut x = wrong(&target, index::sample(&mut rng, n, d));
        let one = Runner::default().max_steps(1);
        one.run(&memory, &Asynchronous::new(Order::Permutation), &mut x, &mut rng).unwrap();
        assert!(x.hamming(&target) as f64 <= found.rate * d as f64);
    }
    let crowded = Interference::new(&self::memory(200, 400, 1), 0).unwrap().contraction();
    assert_eq!((crowded.radius, crowded.limit), (None, Assumption::Coupling));
}

#[test]
fn what_cannot_be_certified_is_refused() {
    let quartic = models::polynomial(Hypercube::new(8).unwrap(), 4, [vec![1_i8; 8], vec![-1; 8]]).unwrap();
    assert!(matches!(Interference::new(&quartic, 0), Err(crate::Error::Order { expected: 3, found: 4 })));
    assert!(worst_case(&quartic, 0).is_ok() && worst_case(&quartic, 2).is_err());
    let steep = models::polynomial(Hypercube::new(500).unwrap(), 40, [vec![1_i8; 500]]).unwrap();
    assert!(matches!(worst_case(&steep, 0), Err(crate::Error::NotExact)));
    assert!(Interference::new(&memory(10, 3, 1), 3).is_err());
    let certificate = Certificate { radius: Some(5), rate: 0.0, limit: Assumption::Signal };
    assert!(Budget::new(&certificate, 2, 100, 0.0).is_err());
    assert_eq!(Budget::new(&certificate, 7, 100, 1.0).unwrap().before_sweep, None);
}
