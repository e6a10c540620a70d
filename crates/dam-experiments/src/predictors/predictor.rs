use std::fmt;

use serde::{Deserialize, Serialize};

/// A predictor of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Predictor {
    /// Mean |O_μν| over the others.
    MeanOverlap,
    /// max O_μν over the others.
    LargestOverlap,
    /// S4 = Σ O⁴ over the others.
    FourthPowers,
    /// −S3 = −Σ O³ over the others, their part of the energy.
    Energy,
    /// −Σ (O³ − 3 O/N).
    NonlinearEnergy,
    /// Tangent gradient norm |g|.
    GradientNorm,
    /// I_μ.
    Isolation {
        /// Random directions K.
        directions: usize,
    },
    /// I_μ with a linear term in the fit.
    FreeSlope {
        /// Random directions K.
        directions: usize,
    },
    /// I_μ along the gradient.
    AlongGradient,
    /// I_μ towards the nearest other patterns.
    TowardsNearest {
        /// How many.
        directions: usize,
    },
    /// Minus the overlap with the pattern after steps of the synchronous map.
    Map {
        /// How many.
        steps: usize,
    },
    /// Minus the overlap with the pattern after steps of conjugate gradient.
    Descent {
        /// How many.
        steps: usize,
    },
    /// Minus the lowest Ritz value of the tangent Hessian.
    Curvature {
        /// Lanczos steps.
        steps: usize,
        /// From a random vector instead of the gradient.
        random: bool,
    },
    /// Minus the overlap with the pattern after steps of the [pruned map](super::pruned_overlaps).
    Pruned {
        /// Patterns that are kept.
        percent: usize,
        /// How many.
        steps: usize,
    },
}

impl Predictor {
    /// Its cost per pattern in passes, one being one step of the synchronous map.
    #[must_use]
    pub fn passes(self) -> f64 {
        let count = |k: usize| k as f64;
        match self {
            Self::MeanOverlap
            | Self::LargestOverlap
            | Self::FourthPowers
            | Self::Energy
            | Self::NonlinearEnergy => 0.5,
            Self::GradientNorm => 1.0,
            Self::AlongGradient => 1.5,
            Self::Isolation { directions }
            | Self::FreeSlope { directions }
            | Self::TowardsNearest { directions } => 0.5 * count(directions + 1),
            Self::Map { steps } => count(steps),
            Self::Descent { steps } => count(steps) + 0.5,
            Self::Curvature { steps, .. } => count(steps) + 1.0,
            Self::Pruned { percent, steps } => 0.5 + count(percent * steps) / 100.0,
        }
    }

    /// Its column in tables of patterns.
    #[must_use]
    pub fn key(self) -> String {
        match self {
            Self::MeanOverlap => "mean_overlap".into(),
            Self::LargestOverlap => "max_overlap".into(),
            Self::FourthPowers => "fourth_powers".into(),
            Self::Energy => "energy".into(),
            Self::NonlinearEnergy => "nonlinear_energy".into(),
            Self::GradientNorm => "gradient_norm".into(),
            Self::Isolation { directions } => format!("isolation_k{directions}"),
            Self::FreeSlope { directions } => format!("isolation_free_slope_k{directions}"),
            Self::AlongGradient => "isolation_along_gradient".into(),
            Self::TowardsNearest { directions } => format!("isolation_towards_nearest_{directions}"),
            Self::Map { steps } => format!("map_{steps}"),
            Self::Descent { steps } => format!("conjugate_gradient_{steps}"),
            Self::Curvature { steps, random: false } => format!("curvature_gradient_{steps}"),
            Self::Curvature { steps, random: true } => format!("curvature_random_{steps}"),
            Self::Pruned { percent, steps } => format!("pruned_{percent}_percent_{steps}"),
        }
    }
}

impl fmt::Display for Predictor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MeanOverlap => write!(f, "mean |O|"),
            Self::LargestOverlap => write!(f, "max O"),
            Self::FourthPowers => write!(f, "S4 = Σ O⁴"),
            Self::Energy => write!(f, "energy, −S3 = −Σ O³"),
            Self::NonlinearEnergy => write!(f, "−S3 without its linear part"),
            Self::GradientNorm => write!(f, "tangent gradient norm"),
            Self::Isolation { directions } => write!(f, "I_μ, K = {directions}"),
            Self::FreeSlope { directions } => write!(f, "I_μ, K = {directions}, linear term free"),
            Self::AlongGradient => write!(f, "I_μ along the gradient"),
            Self::TowardsNearest { directions } => write!(f, "I_μ towards the {directions} nearest"),
            Self::Map { steps } => write!(f, "overlap after map steps: {steps}"),
            Self::Descent { steps } => write!(f, "overlap after conjugate-gradient steps: {steps}"),
            Self::Curvature { steps, random } => {
                let start = if *random { "a random vector" } else { "the gradient" };
                write!(f, "lowest curvature, Lanczos {steps} from {start}")
            }
            Self::Pruned { percent, steps } => {
                write!(f, "overlap after pruned map steps, {percent} % kept: {steps}")
            }
        }
    }
}
