//! Basin isolation: closed-form profiles against Algorithm 1 as printed.

#[path = "support/mod.rs"]
mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use dam_analysis::{BasinIsolation, random_directions};
use dam_core::prelude::*;
use support::against;

fn isolation(c: &mut Criterion) {
    let (n, m) = (200, 1200);
    let streams = Streams::new(1);
    let space = Sphere::<f64>::new(n).expect("n >= 1");
    let patterns = (0..m).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu)));
    let memory = models::spherical(space.clone(), 3, patterns).expect("patterns lie on the sphere");
    let x = memory.pattern(0).expect("mu < M");
    let directions = random_directions(&space, &x, 100, &mut streams.rng(Purpose::Directions, 0));
    let metric = BasinIsolation::new(n).expect("n >= 1");
    against(
        c,
        "I_mu, K=100 N=200 M=1200",
        ("fast", || metric.at(&memory, &x, &directions).expect("legal input")),
        ("literal Algorithm 1", || metric.at_literal(&memory, &x, &directions).expect("legal input")),
    );
}

criterion_group!(benches, isolation);
criterion_main!(benches);
