//! Starts, steps, flags, and the same chains however they are run.

use dam_core::prelude::*;
use dam_core::{Polar, kernel::Exponential};

use crate::thermal::ensemble::{Begin, Ensemble, Phase};
use crate::thermal::{Bulk, Chain, Flag, Protocol, Start, Step, Tempering, VectorMoves};

/// The floor begins at an overlap of `cusp`.
fn bulk(n: usize, cusp: f64) -> Bulk<Exponential> {
    let floor = n as f64 * (cusp - 1.0);
    Bulk::new(Polar::new(n).unwrap(), Exponential::anchored(1.0).unwrap(), 1.0, floor).unwrap()
}

fn run(protocol: Protocol, temperatures: &[f64], chains: usize) -> Vec<Vec<Chain<f64>>> {
    protocol.run(&bulk(100, 0.3), &VectorMoves, &1.0, temperatures, chains, Streams::new(2)).unwrap()
}

#[test]
fn chains_start_where_they_are_told() {
    let still = Protocol::new(0, 1).unwrap().step(Step::Fixed(1e-9));
    let first =
        |start| run(still.start(start), &[1.0], 200)[0].iter().map(|c| c.alignment[0]).collect::<Vec<_>>();
    assert!(first(Start::Target).iter().all(|phi| (phi - 1.0).abs() < 1e-6));
    // normalise(ξ + 0.5 g) has the overlap 1/sqrt(1.25) but for 1/sqrt(N).
    let noisy = first(Start::Noisy(0.5));
    assert!(noisy.iter().all(|phi| (phi - 0.8_f64.sqrt()).abs() < 0.2) && noisy[0] != noisy[1]);
    let random = first(Start::Random);
    let square = random.iter().map(|phi| phi * phi).sum::<f64>() / 200.0;
    assert!((square * 100.0 - 1.0).abs() < 0.4, "{square}");
}

#[test]
fn steps_are_adapted_in_burn_in_alone() {
    let adapted = run(Protocol::new(2_000, 4_000).unwrap().step(Step::Adapted(3.0)), &[0.05, 0.3], 8);
    for chains in &adapted {
        let mean = chains.iter().map(|c| c.acceptance).sum::<f64>() / 8.0;
        assert!((mean - 0.234).abs() < 0.04, "{mean}");
        assert!(chains.iter().all(|c| (c.acceptance - 0.234).abs() < 0.12));
    }
    assert!(adapted[0][0].step < adapted[1][0].step);
    let fixed = run(Protocol::new(100, 100).unwrap().step(Step::Fixed(0.2)), &[0.1], 2);
    assert!(fixed[0].iter().all(|c| c.step == 0.2 && c.burn_in == 100 && c.alignment.len() == 200));
    let scaled = run(Protocol::new(10, 10).unwrap().step(Step::Proportional(0.5)), &[0.1, 0.4], 2);
    assert!(scaled[0].iter().all(|c| c.step == 0.05) && scaled[1].iter().all(|c| c.step == 0.2));
    // Without burn-in nothing is adapted.
    assert_eq!(run(Protocol::new(0, 10).unwrap().step(Step::Adapted(0.2)), &[0.1], 1)[0][0].step, 0.2);
}

#[test]
fn frozen_and_short_chains_are_flagged() {
    let frozen = run(Protocol::new(0, 2_000).unwrap().step(Step::Fixed(3.0)), &[0.01], 1);
    assert!(matches!(frozen[0][0].flag(), Some(Flag::Frozen { acceptance }) if acceptance < 0.02));
    let short = run(Protocol::new(0, 300).unwrap().step(Step::Fixed(0.01)), &[0.3], 1);
    assert!(matches!(short[0][0].flag(), Some(Flag::Short { tau_int }) if tau_int > 15.0));
    let long = run(Protocol::new(2_000, 40_000).unwrap(), &[0.3], 4);
    assert!(long[0].iter().all(|c| c.flag().is_none()));
}

#[test]
fn heating_and_cooling_carry_the_states_on() {
    let bulk = bulk(100, 0.8);
    let run = |protocol: Protocol, temperatures: &[f64]| {
        protocol.run(&bulk, &VectorMoves, &1.0, temperatures, 4, Streams::new(2)).unwrap()
    };
    // Far beyond the edge of the target's state in one step of temperature, a carried chain starts where it was.
    let heated = run(Protocol::new(500, 500).unwrap().carried(), &[0.05, 1.5, 0.05]);
    for c in 0..4 {
        let last = heated[0][c].alignment[999];
        assert!((heated[1][c].alignment[0] - last).abs() < 0.3 && heated[1][c].mean() < 0.3);
        // Cooled again, the target is not found back.
        assert!(heated[2][c].mean() < 0.5, "{}", heated[2][c].mean());
    }
    let cold = run(Protocol::new(500, 500).unwrap(), &[1.5, 0.05]);
    assert!(cold[1].iter().all(|c| c.mean() > 0.9));
}

#[test]
fn first_passages_count_from_the_start() {
    let chain = |alignment: &[f64]| Chain {
        temperature: 1.0,
        step: 0.1,
        acceptance: 0.5,
        alignment: alignment.to_vec(),
        burn_in: 2,
        state: 0.0,
        measured: Vec::<()>::new(),
    };
    assert_eq!(chain(&[0.9, 0.8, 0.3, 0.9]).first_passage(0.5), Some(3));
    assert_eq!(chain(&[0.9, 0.8, 0.7, 0.9]).first_passage(0.5), None);
    assert_eq!(chain(&[0.9, 0.8, 0.7, 0.9]).sampled(), [0.7, 0.9]);
    assert!((chain(&[0.9, 0.8, 0.7, 0.9]).mean() - 0.8).abs() < 1e-15);
}

#[test]
fn a_chain_does_not_know_of_the_others() {
    for step in [Step::Fixed(0.2), Step::Adapted(0.2)] {
        let protocol = Protocol::new(10, 50).unwrap().start(Start::Random).step(step);
        let (few, many) = (run(protocol, &[0.3, 0.5], 2), run(protocol, &[0.3, 0.5], 7));
        assert!(few.iter().zip(&many).all(|(few, many)| few[..] == many[..2]));
        assert_eq!(run(protocol, &[0.3, 0.5], 7), many);
    }
}

/// Near the boundary: on the plateau every proposal is accepted, which says nothing of a step in the target's well.
#[test]
fn chains_that_have_left_do_not_spoil_the_steps_of_those_that_stay() {
    let (bulk, target, streams) = (bulk(100, 0.7), 1.0, Streams::new(6));
    let steps = |count: u64| -> Vec<Chain<f64>> {
        let begin = |c: u64| {
            let random = bulk.space().sample(&mut streams.rng(Purpose::Cues, c));
            let state = if c % 4 == 3 { random } else { target };
            Begin { temperature: 0.4, step: 0.1, state, rng: streams.rng(Purpose::Dynamics, c) }
        };
        let chains = (0..count).map(begin).collect();
        let mut ensemble = Ensemble::new((&bulk, &VectorMoves, &target), chains, 1_000).unwrap();
        for _ in 0..500 {
            ensemble.step(Phase::BurnIn { adapted: true }).unwrap();
        }
        for _ in 0..500 {
            ensemble.step(Phase::Sampling).unwrap();
        }
        ensemble.finish()
    };
    let (alone, among) = (steps(1), steps(8));
    assert_eq!(alone[0], among[0]);
    assert!(among[0].mean() > 0.75 && (among[0].acceptance - 0.234).abs() < 0.15, "{}", among[0].acceptance);
    assert!(among[3].mean() < 0.5 && among[3].step > 3.0 * among[0].step, "{}", among[3].step);
}

/// On the polar space only the pattern and its opposite are vectors that alignments can be with.
#[test]
fn alignments_are_with_poles_alone() {
    let (bulk, streams) = (bulk(10, 0.3), Streams::new(1));
    let protocol = Protocol::new(1, 1).unwrap();
    let tempering = Tempering::new(vec![1.0, 2.0], 1).unwrap();
    for (target, legal) in [(1.0, true), (-1.0, true), (0.5, false), (0.0, false)] {
        assert_eq!(protocol.run(&bulk, &VectorMoves, &target, &[1.0], 1, streams).is_ok(), legal);
        assert_eq!(tempering.run(&bulk, &VectorMoves, &target, 1, 1, streams).is_ok(), legal);
    }
}

#[test]
fn illegal_protocols_are_refused() {
    assert!(Protocol::new(5, 0).is_err());
    let protocol = Protocol::new(1, 1).unwrap();
    let run = |p: Protocol, target: f64, t: f64, chains| {
        p.run(&bulk(10, 0.3), &VectorMoves, &target, &[t], chains, Streams::new(1)).is_err()
    };
    assert!(!run(protocol, 1.0, 0.1, 1));
    assert!(run(protocol, 1.5, 0.1, 1) && run(protocol, f64::NAN, 0.1, 1));
    assert!(run(protocol, 1.0, 0.0, 1) && run(protocol, 1.0, f64::NAN, 1) && run(protocol, 1.0, 0.1, 0));
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(run(protocol.step(Step::Fixed(bad)), 1.0, 0.1, 1), "{bad}");
        assert!(run(protocol.step(Step::Adapted(bad)), 1.0, 0.1, 1), "{bad}");
        assert!(run(protocol.step(Step::Proportional(bad)), 1.0, 0.1, 1), "{bad}");
        assert!(run(protocol.start(Start::Noisy(bad)), 1.0, 0.1, 1), "{bad}");
    }
    for bad in [vec![], vec![1.0], vec![0.0, 1.0], vec![1.0, 1.0], vec![2.0, 1.0], vec![1.0, f64::NAN]] {
        assert!(Tempering::new(bad, 1).is_err());
    }
    assert!(Tempering::new(vec![1.0, 2.0], 0).is_err());
    let tempering = Tempering::new(vec![1.0, 2.0], 1).unwrap();
    assert!(tempering.run(&bulk(10, 0.3), &VectorMoves, &1.0, 0, 0, Streams::new(1)).is_err());
    assert!(tempering.run(&bulk(10, 0.3), &VectorMoves, &2.0, 1, 1, Streams::new(1)).is_err());
}
