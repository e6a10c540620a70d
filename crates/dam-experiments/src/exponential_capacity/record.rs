//! What a cell yields.

use serde::{Deserialize, Serialize};

/// What a cell yields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// The λ at which half of the patterns are retrieved; none if they are at no λ.
    Crossover(Option<f64>),
    /// Starts that were retrieved, by angle, and starts at each.
    Basin(Vec<usize>, usize),
    /// Loads at which half of the patterns, and the first pattern, are lost; none beyond the most patterns that are tried.
    AllPatterns {
        /// α at which half of them are lost.
        typical: Option<f64>,
        /// α at which the first is; none also if one of the first two is.
        all: Option<f64>,
        /// The first that is lost, there.
        first: Option<FirstLost>,
    },
    /// Patterns, and those of them that were retrieved, by bins of the norm.
    Norms(Vec<(usize, usize)>),
    /// Patterns whose overlap is at least ε, by ε, and patterns.
    Rates(Vec<usize>, usize),
    /// (1/N) ln Z and the participation Σ p² of the noise, by λ.
    Condensation(Vec<(f64, f64)>),
    /// The mean cosine of a pattern and the nearest other.
    Nearest(f64),
    /// The λ at which half of the patterns, and at which all, are retrieved.
    Scaled {
        /// Half of them.
        typical: Option<f64>,
        /// All of them.
        all: Option<f64>,
    },
    /// Both descents from the same starts.
    Agreement(Agreement),
    /// Descents among more patterns than memory holds.
    Beyond(Beyond),
}

/// The first Gaussian pattern that is lost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FirstLost {
    /// Its ρ = |ξ|²/N.
    pub rho: f64,
    /// Whether a neighbour has ξ·ξ' > |ξ|².
    pub pair: bool,
    /// Patterns of less norm.
    pub rank: usize,
}

/// Two descents from the same starts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// Starts.
    pub starts: usize,
    /// Of these, how many end in states that differ by less than 10⁻³ in every entry.
    pub same: usize,
    /// Retrieved by the map.
    pub by_map: usize,
    /// Retrieved by gradient descent.
    pub by_gradient: usize,
    /// Mean steps of both.
    pub steps: [f64; 2],
}

/// Descents among many patterns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Beyond {
    /// Starts.
    pub starts: usize,
    /// Retrieved.
    pub retrieved: usize,
    /// Mean overlap with the pattern of the start.
    pub overlap: f64,
    /// Mean softmax weight of the pattern of the start.
    pub weight: f64,
    /// Most steps of a descent: passes over all patterns.
    pub steps: usize,
    /// Whether the same patterns in memory gave the same end states, to the bit; none where they would not fit.
    pub as_in_memory: Option<bool>,
}
