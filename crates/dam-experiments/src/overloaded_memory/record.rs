//! What a cell yields.

use serde::{Deserialize, Serialize};

use crate::classifier::Evaluation;

/// What a cell yields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// Memories that were learned.
    Trained(Trained),
    /// Inputs among stored patterns.
    Stored(Recovery),
    /// Cues of stored patterns, by corruption.
    Retrieval(Vec<Retrieval>),
    /// Bits of stored patterns.
    Instability(Instability),
    /// Overlaps of independent states.
    Tails(Tails),
}

/// Training at several temperatures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trained {
    /// By temperature, in the order they were tried.
    pub tries: Vec<Try>,
    /// The one of least error on the validation images, the first of equals.
    pub chosen: usize,
    /// Its share of wrong answers on the test images, which chose nothing.
    pub test: f64,
    /// Its errors by epochs, where learning curves are drawn.
    pub curve: Vec<Evaluation>,
    /// How inputs converge to what was learned, where that is measured.
    pub recovery: Option<Recovery>,
    /// Some memories and retrievals, of the first realization.
    pub pictures: Option<Pictures>,
}

impl Trained {
    /// The training that was chosen.
    #[must_use]
    pub fn choice(&self) -> &Try {
        &self.tries[self.chosen]
    }
}

/// One temperature.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Try {
    /// T, in units of ξ·x.
    pub temperature: f64,
    /// Share of wrong answers on the images that were learned from.
    pub train: f64,
    /// On the validation images.
    pub validation: f64,
}

/// How inputs converge to memories.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recovery {
    /// Inputs.
    pub inputs: usize,
    /// By dynamics: none, one synchronous step, synchronous, asynchronous.
    pub ends: Vec<Ends>,
    /// D^ε with the nearest other image in place of a memory, and no dynamics.
    pub null: Vec<f64>,
    /// Memories that were started from, as signs.
    pub own: usize,
    /// Of these, how many keep at least 95 % of their signs under the asynchronous dynamics.
    pub recovered: usize,
}

/// Where inputs end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ends {
    /// D_c^ε by measure (literal, by sign, normalised) and ε.
    pub fractions: [Vec<f64>; 3],
    /// Different end states.
    pub distinct: usize,
    /// Inputs that ended at a fixed point.
    pub settled: usize,
    /// Mean sweeps, or steps.
    pub sweeps: f64,
}

/// Cues of one corruption.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Retrieval {
    /// Cues.
    pub cues: usize,
    /// Of these, how many ended with an overlap of at least 0.95 with their pattern.
    pub retrieved: usize,
    /// Of these, how many ended at a fixed point.
    pub settled: usize,
    /// Sweeps of those that settled, in all; the one that finds nothing to turn is counted.
    pub sweeps: usize,
    /// Different end states.
    pub distinct: usize,
}

/// Unstable bits, for F = xⁿ and for the rectified F.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instability {
    /// Patterns that were looked at.
    pub patterns: usize,
    /// Bits that turn.
    pub bits: [usize; 2],
    /// Patterns with such a bit.
    pub broken: [usize; 2],
}

/// Pairs of independent states.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tails {
    /// Pairs.
    pub pairs: usize,
    /// Of these, how many have |ξ·y| >= (1 − ε)N, by (N, ε).
    pub beyond: Vec<usize>,
}

/// Pictures, a byte for every pixel from −1 (0) to +1 (255).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pictures {
    /// Memories.
    pub memories: Vec<Vec<u8>>,
    /// Inputs, black and white.
    pub inputs: Vec<Vec<u8>>,
    /// Where the asynchronous dynamics take them.
    pub ends: Vec<Vec<u8>>,
}
