//! The models once more, from their definitions, on plain arrays of ±1 and in i128.

use dam_core::kernel::{DistinctIndex, Hermite, Kernel, Monomial, RectifiedMonomial};
use dam_core::rand::RngExt;
use dam_core::{BitPatterns, Dam, Hypercube, Spins, StreamRng, Sum};

/// A polynomial model with an integer kernel.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Model {
    Monomial(u32),
    Rectified(u32),
    Hermite3,
    Distinct3,
}

pub(crate) const MODELS: [Model; 7] = [
    Model::Monomial(2),
    Model::Monomial(3),
    Model::Monomial(4),
    Model::Monomial(5),
    Model::Rectified(3),
    Model::Hermite3,
    Model::Distinct3,
];

pub(crate) type Memory = Dam<BitPatterns, Box<dyn Kernel>, Sum>;

impl Model {
    pub(crate) fn order(self) -> u32 {
        match self {
            Self::Monomial(order) | Self::Rectified(order) => order,
            Self::Hermite3 | Self::Distinct3 => 3,
        }
    }

    /// N^order F at the dot product `s`.
    pub(crate) fn value(self, s: i64, n: i64) -> i128 {
        let (s, n) = (i128::from(s), i128::from(n));
        match self {
            Self::Monomial(order) => s.pow(order),
            Self::Rectified(order) => s.max(0).pow(order),
            Self::Hermite3 => s * s * s - 3 * n * s,
            Self::Distinct3 => s * s * s - 3 * n * s + 2 * s,
        }
    }

    /// Its derivative with respect to `s`.
    pub(crate) fn slope(self, s: i64, n: i64) -> i128 {
        let (s, n) = (i128::from(s), i128::from(n));
        match self {
            Self::Monomial(order) => i128::from(order) * s.pow(order - 1),
            Self::Rectified(order) => i128::from(order) * s.max(0).pow(order - 1),
            Self::Hermite3 => 3 * s * s - 3 * n,
            Self::Distinct3 => 3 * s * s - 3 * n + 2,
        }
    }

    pub(crate) fn kernel(self) -> Box<dyn Kernel> {
        match self {
            Self::Monomial(order) => Box::new(Monomial::new(order).unwrap()),
            Self::Rectified(order) => Box::new(RectifiedMonomial::new(order).unwrap()),
            Self::Hermite3 => Box::new(Hermite::new(3).unwrap()),
            Self::Distinct3 => Box::new(DistinctIndex::new(3).unwrap()),
        }
    }

    /// The memory with prefactor 1.
    pub(crate) fn memory(self, patterns: &[Vec<i8>]) -> Memory {
        let space = Hypercube::new(patterns[0].len()).unwrap();
        Dam::new(space, self.kernel(), Sum, 1.0, patterns).unwrap()
    }

    /// −Σ_μ value(x·ξ^μ).
    pub(crate) fn energy(self, dots: &[i64], n: usize) -> i128 {
        -dots.iter().map(|&s| self.value(s, n as i64)).sum::<i128>()
    }

    /// What the library multiplies integer energies by.
    pub(crate) fn unit(self, n: usize) -> f64 {
        self.kernel().integer().unwrap().units(n as i64).0
    }

    /// An integer energy in units of the model, each step of the division correctly rounded.
    pub(crate) fn quotient(self, energy: i128, n: usize) -> f64 {
        energy as f64 / (n as i128).pow(self.order()) as f64
    }
}

pub(crate) fn random_signs(n: usize, rng: &mut StreamRng) -> Vec<i8> {
    (0..n).map(|_| if rng.random::<bool>() { 1 } else { -1 }).collect()
}

pub(crate) fn random_patterns(m: usize, n: usize, rng: &mut StreamRng) -> Vec<Vec<i8>> {
    (0..m).map(|_| random_signs(n, rng)).collect()
}

pub(crate) fn spins(signs: &[i8]) -> Spins {
    Spins::from_signs(signs).unwrap()
}

pub(crate) fn negative(signs: &[i8]) -> Vec<i8> {
    signs.iter().map(|s| -s).collect()
}

pub(crate) fn flipped(signs: &[i8], i: usize) -> Vec<i8> {
    let mut x = signs.to_vec();
    x[i] = -x[i];
    x
}

pub(crate) fn dot(a: &[i8], b: &[i8]) -> i64 {
    i64::from(a.iter().zip(b).map(|(a, b)| i32::from(a * b)).sum::<i32>())
}

pub(crate) fn dots(patterns: &[Vec<i8>], x: &[i8]) -> Vec<i64> {
    patterns.iter().map(|p| dot(p, x)).collect()
}

/// Σ_μ slope(x·ξ^μ) ξ_i^μ for every site: the field in integers.
pub(crate) fn integer_field(model: Model, patterns: &[Vec<i8>], dots: &[i64]) -> Vec<i128> {
    let n = patterns[0].len();
    let mut h = vec![0_i128; n];
    for (pattern, &s) in patterns.iter().zip(dots) {
        let slope = model.slope(s, n as i64);
        h.iter_mut().zip(pattern).for_each(|(h, &xi)| *h += slope * i128::from(xi));
    }
    h
}

/// Distance in units of the last place; `u64::MAX` where the signs differ or one number alone is zero.
pub(crate) fn ulps(a: f64, b: f64) -> u64 {
    if a == b {
        0
    } else if a.signum() != b.signum() || a == 0.0 || b == 0.0 || !a.is_finite() || !b.is_finite() {
        u64::MAX
    } else {
        a.to_bits().abs_diff(b.to_bits())
    }
}
