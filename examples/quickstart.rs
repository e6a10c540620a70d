//! Store and retrieve on all three spaces.
//!
//! ```text
//! cargo run --release --example quickstart
//! ```

use dam_core::nalgebra::{DMatrix, DVector};
use dam_core::prelude::*;

fn main() -> Result<(), dam_core::Error> {
    let streams = Streams::new(1);
    spins(streams)?;
    sphere(streams)?;
    attention(streams)
}

/// ±1 spins: exact integer energies, single-spin descent.
fn spins(streams: Streams) -> Result<(), dam_core::Error> {
    let space = Hypercube::new(200)?;
    let patterns: Vec<Spins> =
        (0..300).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
    let mut memory = models::polynomial(space, 3, &patterns)?;
    let mut rng = streams.rng(Purpose::Cues, 0);
    let cue = FlipExactly::new(40).corrupt(memory.space(), &patterns[5], &mut rng)?;
    let recall = memory.recall_with(&Asynchronous::new(Order::Permutation), &cue, streams)?;
    println!(
        "hypercube  N = 200, M = 300, cubic, exact integers: {}\n  cue overlap {:.2} -> pattern {} with overlap {} \
         after {} sweeps ({:?})",
        memory.is_exact(),
        memory.space().overlap(&cue, &patterns[5]),
        recall.nearest,
        recall.overlap,
        recall.steps,
        recall.reason,
    );
    // Patterns come and go without rebuilding; the last one takes the index of a removed one.
    memory.push(&cue)?;
    memory.swap_remove(5)?;
    println!("  after learning the cue and forgetting pattern 5: {:?}", memory.nearest(&cue)?);
    Ok(())
}

/// The sphere |x|² = N: the synchronous map and conjugate gradient, a batch on all cores.
fn sphere(streams: Streams) -> Result<(), dam_core::Error> {
    // Patterns as the columns of a matrix, as they come from other programs; scaled to the sphere.
    let space = Sphere::<f64>::new(100)?;
    let gaussian = Euclidean::<f64>::new(100)?;
    let raw: Vec<_> = (0..150).map(|mu| gaussian.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
    let raw = DMatrix::from_columns(&raw);
    let columns: Result<Vec<DVector<f64>>, _> =
        raw.column_iter().map(|c| space.project(&c.into_owned())).collect();
    let patterns = columns?;
    let memory = models::spherical(space, 3, &patterns)?;
    let noise = TangentNoise::new(0.3)?;
    let cues: Result<Vec<_>, _> = (0..150)
        .map(|mu| noise.corrupt(memory.space(), &patterns[mu], &mut streams.rng(Purpose::Cues, mu as u64)))
        .collect();
    let cues = cues?;
    for (name, found) in [
        ("synchronous map", memory.recall_all(&cues)?),
        ("conjugate gradient", memory.recall_all_with(&ConjugateGradient, &cues, streams)?),
    ] {
        let right = found.iter().enumerate().filter(|(mu, r)| r.nearest == *mu && r.overlap > 0.9).count();
        let steps: usize = found.iter().map(|r| r.steps).sum();
        println!("sphere     {name}: {right} of 150 retrieved, {:.1} steps each", steps as f64 / 150.0);
    }
    Ok(())
}

/// Euclidean space: one synchronous step of the log-sum-exp energy is softmax attention.
fn attention(streams: Streams) -> Result<(), dam_core::Error> {
    let (n, beta) = (64, 0.25);
    let space = Euclidean::<f64>::new(n)?;
    let patterns: Vec<DVector<f64>> =
        (0..100).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
    let memory = models::attention(space, beta, &patterns)?;
    let query = memory.space().sample(&mut streams.rng(Purpose::Cues, 7));

    let mut step = query.clone();
    let mut rng = streams.rng(Purpose::Dynamics, 0);
    Runner::default().max_steps(1).run(&memory, &Synchronous, &mut step, &mut rng)?;

    let keys = DMatrix::from_columns(&patterns);
    let scores = beta * keys.transpose() * &query;
    let weights = scores.map(|s| (s - scores.max()).exp());
    let softmax = &keys * &weights / weights.sum();
    let recall = memory.recall(&(&patterns[5] + 0.3 * &query))?;
    println!("Euclidean  noisy key -> pattern {} after {} steps of attention", recall.nearest, recall.steps);
    println!("Euclidean  |one step − softmax attention| = {:.1e}", (&step - &softmax).amax());
    assert!((step - softmax).amax() < 1e-12);
    Ok(())
}
