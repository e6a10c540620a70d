//! Watching a run.

use crate::energy::{Energy, StateOf};
use crate::space::StateSpace;

/// Sees the first state of a run (step 0) and the state after every step: **implement this for a trace of
/// your own**. `()` sees nothing; a pair of observers sees twice.
pub trait Observer<E: Energy> {
    /// The state after `step` steps.
    fn observe(&mut self, step: usize, energy: &E, x: &StateOf<E>);
}

impl<E: Energy> Observer<E> for () {
    fn observe(&mut self, _step: usize, _energy: &E, _x: &StateOf<E>) {}
}

impl<E: Energy, A: Observer<E>, B: Observer<E>> Observer<E> for (A, B) {
    fn observe(&mut self, step: usize, energy: &E, x: &StateOf<E>) {
        self.0.observe(step, energy, x);
        self.1.observe(step, energy, x);
    }
}

/// The energy at every step (half a pass over the patterns each).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnergyTrace {
    /// E after 0, 1, 2, … steps.
    pub values: Vec<f64>,
}

impl<E: Energy> Observer<E> for EnergyTrace {
    fn observe(&mut self, _step: usize, energy: &E, x: &StateOf<E>) {
        self.values.push(energy.energy(x));
    }
}

/// The overlap with one target at every step.
#[derive(Clone, Debug, PartialEq)]
pub struct OverlapTrace<X> {
    target: X,
    /// x·target/N after 0, 1, 2, … steps.
    pub values: Vec<f64>,
}

impl<X> OverlapTrace<X> {
    /// Follows the overlap with `target`, a state of the same space.
    #[must_use]
    pub fn new(target: X) -> Self {
        Self { target, values: Vec::new() }
    }
}

impl<E: Energy> Observer<E> for OverlapTrace<StateOf<E>> {
    fn observe(&mut self, _step: usize, energy: &E, x: &StateOf<E>) {
        self.values.push(energy.space().overlap(x, &self.target));
    }
}
