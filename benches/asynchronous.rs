//! Single spins on the hypercube: initial overlaps against plain `count_ones`, prices against sums of `i32` squares.

#[path = "support/mod.rs"]
mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use dam_core::kernel::Monomial;
use dam_core::prelude::*;
use dam_core::{BitPatterns, Flip, Priced};
use support::against;

type Memory = Dam<BitPatterns, Monomial, Sum>;

fn memory(n: usize, p: u64) -> Memory {
    let (streams, space) = (Streams::new(1), Hypercube::new(n).expect("n >= 1"));
    let patterns = (0..p).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu)));
    models::polynomial(space.clone(), 3, patterns).expect("patterns of the space")
}

/// The patterns as words, as a plain program stores them.
fn words(x: &Spins) -> Vec<u64> {
    let signs: Vec<i8> = x.iter().collect();
    signs.chunks(64).map(|c| c.iter().enumerate().fold(0, |w, (j, s)| w | u64::from(*s > 0) << j)).collect()
}

fn overlaps(c: &mut Criterion) {
    for (n, p) in [(500, 1250), (1000, 20_000)] {
        let memory = memory(n, p);
        let cue = memory.space().sample(&mut Streams::new(2).rng(Purpose::Cues, 0));
        let rows: Vec<Vec<u64>> =
            (0..memory.len()).map(|mu| words(&memory.pattern(mu).expect("mu < p"))).collect();
        let (flat, w) = (rows.concat(), words(&cue));
        let plain = || -> Vec<i32> {
            let distance = |row: &[u64]| row.iter().zip(&w).map(|(a, b)| (a ^ b).count_ones()).sum::<u32>();
            flat.chunks(w.len()).map(|row| n as i32 - 2 * distance(row) as i32).collect()
        };
        assert_eq!(memory.cache(&cue).dots(), plain());
        let group = format!("state of a trial, N={n} p={p}");
        against(
            c,
            &group,
            ("overlaps and plane", || memory.cache(&cue)),
            ("overlaps by plain count_ones", plain),
        );
    }
}

fn prices(c: &mut Criterion) {
    for (n, p) in [(500, 1250), (1000, 20_000)] {
        let memory = memory(n, p);
        let x = memory.space().sample(&mut Streams::new(2).rng(Purpose::Cues, 0));
        let cache = memory.cache(&x);
        let squares: Vec<i32> = cache.dots().iter().map(|s| s * s).collect();
        let columns: Vec<Vec<i8>> = (0..n)
            .map(|i| (0..memory.len()).map(|mu| memory.pattern(mu).expect("mu < p").get(i)).collect())
            .collect();
        let group = format!("field of all sites, N={n} p={p}");
        let ours = || (0..n).map(|i| memory.price(&x, &cache, Flip(i))).sum::<f64>();
        let plain = || {
            let field =
                |column: &Vec<i8>| column.iter().zip(&squares).map(|(&c, &q)| i32::from(c) * q).sum::<i32>();
            columns.iter().map(|column| i64::from(field(column))).sum::<i64>()
        };
        against(c, &group, ("bits and bytes", ours), ("i8 columns and i32 squares", plain));
    }
}

criterion_group!(benches, overlaps, prices);
criterion_main!(benches);
