//! A phase diagram of 200 temperatures on one core, solver and all, beside the closed form where there is one.

#[path = "support/mod.rs"]
mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use dam_analysis::theory::{ExactSphere, Theory, closed};
use dam_core::kernel::{Epanechnikov, Exponential, Kernel, Powered};
use dam_core::{Extensive, Overlap};
use support::against;

struct Cauchy(f64);

impl Kernel for Cauchy {
    fn f(&self, s: Overlap) -> f64 {
        1.0 / (1.0 + self.0 * s.gap())
    }
    fn df(&self, s: Overlap) -> f64 {
        self.0 * self.f(s).powi(2)
    }
}

fn temperatures() -> impl Iterator<Item = f64> {
    (0..200).map(|j| 0.01 * f64::from(j))
}

/// The target's line, that of all patterns and that of metastability.
fn diagram<K: Extensive>(kernel: K, c: f64) -> f64 {
    let theory = Theory::new(kernel, c, ExactSphere, ExactSphere).expect("a legal kernel");
    temperatures()
        .map(|t| {
            let lines = [theory.alpha_c(t), theory.alpha_any(t), theory.alpha_spinodal(t)];
            lines.map(|line| line.expect("T >= 0").map_or(0.0, |boundary| boundary.alpha)).iter().sum::<f64>()
        })
        .sum()
}

fn closed_forms() -> f64 {
    temperatures()
        .map(|t| {
            let lines = [
                closed::lse_alpha_c(1.0, t),
                closed::lse_alpha_any(1.0, t),
                closed::lse_alpha_spinodal(1.0, t),
            ];
            lines.map(|line| line.expect("T >= 0")).iter().sum::<f64>()
        })
        .sum()
}

fn phase_diagram(c: &mut Criterion) {
    let lse = || diagram(Exponential::anchored(1.0).expect("beta > 0"), 1.0);
    against(c, "LSE, 200 temperatures", ("solver", lse), ("closed form", closed_forms));
    let lsr = || diagram(Powered(Epanechnikov::new(3.41).expect("b > 0")), 1.0 / 3.41);
    c.bench_function("extensive LSR, 200 temperatures", |b| b.iter(lsr));
    c.bench_function("a user's kernel, 200 temperatures", |b| b.iter(|| diagram(Powered(Cauchy(5.0)), 0.2)));
}

criterion_group!(benches, phase_diagram);
criterion_main!(benches);
