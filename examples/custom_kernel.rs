//! A kernel the library does not have, under six dynamics and a diagnostic, and its phase diagram.
//!
//! ```text
//! cargo run --release --example custom_kernel
//! ```

use std::path::Path;

use dam_analysis::BasinIsolation;
use dam_analysis::theory::Theory;
use dam_core::prelude::*;
use dam_experiments::Error;
use dam_experiments::phase_boundary::phase_diagram;

/// A Cauchy kernel, F = 1 / (1 + γ (1 − m)): heavier tails than the exponential, no edge like Epanechnikov's.
struct Cauchy {
    gamma: f64,
}

impl Kernel for Cauchy {
    fn f(&self, s: Overlap) -> f64 {
        1.0 / (1.0 + self.gamma * s.gap())
    }
    fn df(&self, s: Overlap) -> f64 {
        self.gamma * self.f(s).powi(2)
    }
}

fn main() -> Result<(), Error> {
    let (n, m, gamma) = (100, 2000, 5.0);
    let streams = Streams::new(1);

    // On the sphere, raised to the power N, so that exponentially many patterns fit.
    let space = Sphere::<f64>::new(n)?;
    let patterns: Vec<_> = (0..m).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
    let memory = Dam::new(space, Powered(Cauchy { gamma }), LogSum, 1.0 / gamma, &patterns)?;
    let noise = TangentNoise::new(0.5)?;
    let cue = noise.corrupt(memory.space(), &patterns[3], &mut streams.rng(Purpose::Cues, 0))?;
    println!("sphere, N = {n}, M = {m}; the cue has overlap {:.3}", memory.nearest(&cue)?.1);
    show("synchronous map", &memory.recall_with(&Synchronous, &cue, streams)?);
    show("gradient descent", &memory.recall_with(&GradientDescent::default(), &cue, streams)?);
    show("conjugate gradient", &memory.recall_with(&ConjugateGradient, &cue, streams)?);
    let warm = Metropolis::new(0.05, GaussianStep::new(0.05)?)?;
    show("Metropolis, T = 0.05", &memory.recall_with(&warm, &cue, streams)?);
    let isolation = BasinIsolation::new(n)?.of_patterns(&memory, &[3], streams)?;
    println!("  basin isolation I of pattern 3: {:.4}", isolation[0]);
    theory(&memory)?;

    // The same kernel on spins.
    let space = Hypercube::new(n)?;
    let patterns: Vec<_> = (0..m).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
    let memory = Dam::new(space, Powered(Cauchy { gamma }), LogSum, 1.0 / gamma, &patterns)?;
    let cue =
        FlipExactly::new(15).corrupt(memory.space(), &patterns[3], &mut streams.rng(Purpose::Cues, 0))?;
    println!("hypercube, N = {n}, M = {m}; the cue has overlap {:.3}", memory.nearest(&cue)?.1);
    show("asynchronous", &memory.recall_with(&Asynchronous::new(Order::Permutation), &cue, streams)?);
    show("Glauber, T = 0.3", &memory.recall_with(&Glauber::new(0.3, Order::Sequential)?, &cue, streams)?);
    Ok(())
}

/// With e^{αN} patterns, N → ∞: nothing of the kernel but F and dF/dm goes in.
fn theory<P>(memory: &Dam<P, Powered<Cauchy>, LogSum>) -> Result<(), Error>
where
    P: PatternStore<Space = Sphere<f64>>,
{
    let theory = Theory::of(memory)?;
    println!("  theory: alpha_th = {} (no edge)", theory.support_threshold());
    for t in [0.0, 0.1, 0.5, 1.0] {
        if let (Some(state), Some(boundary)) = (theory.retrieval(t)?, theory.alpha_c(t)?) {
            let (phi, alpha) = (state.phi, boundary.alpha);
            println!("    T = {t:3}: phi = {phi:.6}, alpha_c = {alpha:.6}, {:?}", boundary.regime);
        }
    }
    let figure = phase_diagram(
        "custom_kernel",
        "Cauchy kernel, gamma = 5, sphere",
        2.0,
        &[
            ("α_c: target and floor tie", &|t| theory.alpha_c(t)),
            ("α_any: all patterns and floor tie", &|t| theory.alpha_any(t)),
            ("α_s: target metastable up to", &|t| theory.alpha_spinodal(t)),
        ],
    )?;
    figure.write(Path::new("out"))?;
    println!("    phase diagram: out/{}.svg", figure.name);
    Ok(())
}

fn show<X>(dynamics: &str, recall: &Recall<X>) {
    let Recall { nearest, overlap, steps, reason, .. } = recall;
    println!("  {dynamics:21} pattern {nearest}, overlap {overlap:.3}, {steps} steps, {reason:?}");
}
