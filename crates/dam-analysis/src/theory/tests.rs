//! The solver against closed forms, against 50-digit arithmetic that shares nothing with it, and against tables that
//! were worked out before it.

use dam_core::kernel::{Epanechnikov, Exponential, Powered};
use dam_core::{Extensive, Kernel, Overlap, Purpose, Sphere, StateSpace, Streams, models};

use super::*;

mod closed_forms;
mod data;
mod edges;
mod high_precision;
mod properties;
mod tabulated;

/// k = −β (1 − m³): its minimum near 1 is lost at a finite temperature, and its floor has two phases.
#[derive(Clone, Copy, Debug)]
struct Cubic(f64);

impl Kernel for Cubic {
    fn f(&self, s: Overlap) -> f64 {
        self.ln_f(s).exp()
    }
    fn df(&self, s: Overlap) -> f64 {
        self.dln_f(s) * self.f(s)
    }
    fn ln_f(&self, s: Overlap) -> f64 {
        let gap = s.gap();
        -self.0 * s.n() * gap * (3.0 - 3.0 * gap + gap * gap)
    }
    fn dln_f(&self, s: Overlap) -> f64 {
        3.0 * self.0 * s.n() * s.m() * s.m()
    }
}
impl Extensive for Cubic {}

/// 1 / (1 + γ (1 − m)).
#[derive(Clone, Copy, Debug)]
struct Cauchy(f64);

impl Kernel for Cauchy {
    fn f(&self, s: Overlap) -> f64 {
        1.0 / (1.0 + self.0 * s.gap())
    }
    fn df(&self, s: Overlap) -> f64 {
        self.0 * self.f(s).powi(2)
    }
}

fn lse<E: RateFunction>(beta: f64, ensemble: E) -> Theory<Exponential, ExactSphere, E> {
    Theory::new(Exponential::anchored(beta).unwrap(), 1.0 / beta, ExactSphere, ensemble).unwrap()
}

fn lsr<E: RateFunction>(b: f64, ensemble: E) -> Theory<Powered<Epanechnikov>, ExactSphere, E> {
    Theory::new(Powered(Epanechnikov::new(b).unwrap()), 1.0 / b, ExactSphere, ensemble).unwrap()
}
