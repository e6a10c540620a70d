//! Retrieval at finite N: the softmax between one pattern and the mean of the noise.

use std::f64::consts::FRAC_PI_2;

use super::{ExponentialLoad, Patterns};
use crate::Error;
use crate::theory::finite::{ln_average, ln_cosh, ratio};
use crate::theory::roots::{minimum, root};
use crate::theory::tails::ln_others;

/// Where gradient descent from a stored pattern ends, in the mean field of N sites.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanField {
    /// The overlap r of the state x = r ξ^1 with the pattern it started from.
    pub overlap: f64,
    /// The softmax weight p of that pattern; above 1/2 it is retrieved.
    ///
    /// The overlap does not tell: at λ > 1 a state that has lost its pattern keeps a large overlap with it.
    pub weight: f64,
}

impl ExponentialLoad {
    /// The fixed point of the mean field that is reached from the pattern, r = 1, with P = e^{αN} patterns in N
    /// dimensions:
    ///
    /// ```text
    /// p = 1 / (1 + (P − 1) Λ e^{−λNr})      r = p + (1 − p) A
    ///
    /// spherical  Λ = Λ_N(λNr),     A = I_{N/2}(λNr) / I_{N/2−1}(λNr)
    /// Gaussian   Λ = e^{N λ²r²/2}, A = λr          for λ < 1
    /// binary     Λ = cosh(λr)^N,   A = tanh(λr)
    /// ```
    ///
    /// There is no free parameter. Λ is the mean of e^{λ ξ·x} over a random pattern at x = r ξ^1, with |ξ^1|²
    /// = N also for Gaussian patterns, and A = ∂(ln Λ)/∂(λNr) the component along ξ^1 of the mean pattern it
    /// weighs. It is annealed, hence right above condensation, as all of α_1 is but for Gaussian patterns at
    /// λ >= 1. Its leading correction to N → ∞ is of the order (ln N)/N.
    ///
    /// Of several fixed points with p < 1/2 nearer than r/500 to each other, the lower one may be returned.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `n` >= 2, αN is finite and at least ln 2 (for two patterns), λN <= 1e9,
    /// and λ < 1 for Gaussian patterns: above it the annealed mean diverges.
    ///
    /// # Example
    /// ```
    /// use dam_analysis::theory::exponential_load::{ExponentialLoad, Patterns};
    /// // λ_1 = 0.362 for N → ∞; at N = 32 the pattern is lost already at 0.49.
    /// let above = ExponentialLoad::new(Patterns::Spherical, 0.5)?.mean_field(32, 0.3)?;
    /// let below = ExponentialLoad::new(Patterns::Spherical, 0.48)?.mean_field(32, 0.3)?;
    /// assert!(above.weight > 0.9 && below.weight < 0.1);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    pub fn mean_field(self, n: usize, alpha: f64) -> Result<MeanField, Error> {
        let field = Field::new(self.patterns, n, alpha)?;
        let lambda = self.lambda;
        if self.patterns == Patterns::Gaussian && lambda >= 1.0 {
            let expected = "below 1 for Gaussian patterns";
            return Err(Error::Parameter { name: "lambda", expected, found: lambda });
        }
        if lambda * field.n > LARGEST {
            return Err(Error::Parameter { name: "lambda", expected: "at most 1e9 / n", found: lambda });
        }
        let excess = |r: f64| field.map(lambda, r) - r;
        let half = field.half(lambda);
        let best = half.map(|half| minimum(half, 1.0, |r| -excess(r)));
        let overlap = match best {
            // The map rises, and from r = 1 it leads down to its largest fixed point.
            Some((r, value)) if value <= 0.0 => root(r, 1.0, excess).unwrap_or(1.0),
            _ => {
                const STEPS: i32 = 512;
                let top = half.unwrap_or(1.0);
                let place = |k: i32| top * f64::from(k) / f64::from(STEPS);
                // At r = 0 the map gives 1/P > 0.
                let k = (0..STEPS).rev().find(|&k| excess(place(k)) >= 0.0).unwrap_or(0);
                root(place(k), place(k + 1), excess).unwrap_or(place(k))
            }
        };
        Ok(MeanField { overlap, weight: weight(field.ln_odds(lambda, overlap)) })
    }

    /// θ_c at N sites, in radians: the largest angle at which the mean field retrieves from a state with |x|² = N, x = a ξ^1 +
    /// b u with u across the pattern.
    ///
    /// ```text
    /// p = 1 / (1 + (P − 1) Λ(R) e^{−λNa}),   R² = a² + b²      (a, b) ← (p, 0) + (1 − p) A(R) (a, b)/R
    /// ```
    ///
    /// with Λ and A of [`mean_field`](Self::mean_field), which see the noise from x rather than from the pattern. Annealed:
    /// in the condensed phase it means little, and the exact mean [cosine](crate::theory::tails::Overlaps::nearest) of the
    /// nearest pattern takes its place. `None` if the pattern is not retrieved even from itself; if it attracts states at right
    /// angles too, being the only one that is not averaged over, so that there is no edge (λ near 1 and above); and for
    /// binary patterns, for which the noise depends on the direction of x.
    ///
    /// # Errors
    /// As [`mean_field`](Self::mean_field).
    pub fn basin_angle_at(self, n: usize, alpha: f64) -> Result<Option<f64>, Error> {
        let from_pattern = self.mean_field(n, alpha)?;
        if self.patterns == Patterns::Binary || from_pattern.weight <= 0.5 {
            return Ok(None);
        }
        let field = Field::new(self.patterns, n, alpha)?;
        let retrieves = |angle: f64| {
            let (mut a, mut b) = (angle.cos(), angle.sin());
            // A map without oscillations: it ends, slowly only next to a basin's edge.
            for _ in 0..10_000 {
                let (own, mean, across) = field.turned(self.lambda, a, b);
                let change = (own + mean - a).abs() + (across - b).abs();
                (a, b) = (own + mean, across);
                if change < 1e-12 {
                    break;
                }
            }
            weight(field.ln_odds_at(self.lambda, a, a.hypot(b))) > 0.5
        };
        let (mut low, mut high) = (0.0, FRAC_PI_2);
        if retrieves(high) {
            return Ok(None);
        }
        while high - low > 1e-10 {
            let middle = 0.5 * (low + high);
            if retrieves(middle) { low = middle } else { high = middle }
        }
        Ok(Some(low))
    }

    /// The least ρ at which the mean field of N sites retrieves a Gaussian pattern of |ξ|² = ρN among P = e^{αN}: that of
    /// [`mean_field`](Self::mean_field) with ρN in place of N for the same P. `None` for patterns of fixed norm.
    ///
    /// # Errors
    /// As [`mean_field`](Self::mean_field).
    pub fn critical_norm_at(self, n: usize, alpha: f64) -> Result<Option<f64>, Error> {
        self.mean_field(n, alpha)?;
        if self.patterns != Patterns::Gaussian {
            return Ok(None);
        }
        let field = Field::new(self.patterns, n, alpha)?;
        let excess = |rho: f64| Field { n: rho * field.n, ..field }.excess(self.lambda);
        let mut above = 1.0;
        while excess(above) <= 0.0 {
            above *= 2.0;
        }
        Ok(Some(root(0.0, above, excess).unwrap_or(0.0)))
    }
}

impl Patterns {
    /// The λ above which the [`mean field`](ExponentialLoad::mean_field) of N sites retrieves a pattern, p >
    /// 1/2: where p jumps over 1/2, or passes it at N so small that it does not jump. 0 for two patterns.
    ///
    /// `None` if it does so at no λ: for Gaussian patterns at none below 1, for binary ones at none at all
    /// because there are more patterns than states.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `n` >= 2 and αN is finite and at least ln 2, or if for spherical patterns λN
    /// would exceed 1e9.
    ///
    /// # Example
    /// ```
    /// use dam_analysis::theory::exponential_load::Patterns;
    /// // 0.490 at N = 32, and λ_1 = 0.36176 only for N → ∞.
    /// let lambda = Patterns::Spherical.crossover(32, 0.3)?.expect("spherical patterns always have one");
    /// assert!((lambda - 0.490).abs() < 1e-3);
    /// # Ok::<(), dam_analysis::Error>(())
    /// ```
    pub fn crossover(self, n: usize, alpha: f64) -> Result<Option<f64>, Error> {
        let field = Field::new(self, n, alpha)?;
        if field.ln_others <= 0.0 {
            return Ok(Some(0.0));
        }
        let excess = |lambda: f64| field.excess(lambda);
        let mut above = 1.0;
        if self != Patterns::Gaussian {
            while above * field.n < LARGEST && excess(above) <= 0.0 {
                above *= 2.0;
            }
        }
        if excess(above) > 0.0 {
            return Ok(root(0.0, above, excess));
        }
        if self == Patterns::Spherical {
            let expected = "a load whose crossover is at lambda n < 1e9";
            return Err(Error::Parameter { name: "alpha", expected, found: alpha });
        }
        Ok(None)
    }
}

/// Beyond λN of this size the continued fraction takes too long.
const LARGEST: f64 = 1e9;

/// The mean field at a given load.
#[derive(Clone, Copy)]
struct Field {
    patterns: Patterns,
    sites: usize,
    n: f64,
    /// ln(P − 1).
    ln_others: f64,
}

impl Field {
    fn new(patterns: Patterns, n: usize, alpha: f64) -> Result<Self, Error> {
        if n < 2 {
            return Err(Error::Parameter { name: "n", expected: "at least 2 sites", found: n as f64 });
        }
        let ln_p = alpha * n as f64;
        if !(ln_p >= std::f64::consts::LN_2 && ln_p.is_finite()) {
            return Err(Error::Parameter {
                name: "alpha",
                expected: "at least two patterns, ln(2)/n",
                found: alpha,
            });
        }
        Ok(Self { patterns, sites: n, n: n as f64, ln_others: ln_others(ln_p) })
    }

    /// ln(p / (1 − p)) at r ξ, which rises with r.
    fn ln_odds(&self, lambda: f64, r: f64) -> f64 {
        self.ln_odds_at(lambda, r, r)
    }

    /// ln(p / (1 − p)) at a state of overlap `a` with the pattern and norm `norm` √N.
    fn ln_odds_at(&self, lambda: f64, a: f64, norm: f64) -> f64 {
        let k = lambda * norm;
        let ln_mean = match self.patterns {
            Patterns::Spherical => ln_average(self.sites, self.n * k),
            Patterns::Gaussian => 0.5 * self.n * k * k,
            Patterns::Binary => self.n * ln_cosh(k),
        };
        self.n * lambda * a - ln_mean - self.ln_others
    }

    /// A: the length of the mean pattern that the noise weighs at a state of norm k√N/λ.
    fn mean_pattern(&self, k: f64) -> f64 {
        match self.patterns {
            Patterns::Spherical => ratio(self.sites, self.n * k),
            Patterns::Gaussian => k,
            Patterns::Binary => k.tanh(),
        }
    }

    fn map(&self, lambda: f64, r: f64) -> f64 {
        let p = weight(self.ln_odds(lambda, r));
        p + (1.0 - p) * self.mean_pattern(lambda * r)
    }

    /// One step from a ξ + b u: the share p of the pattern, and what the noise adds along it and across.
    fn turned(&self, lambda: f64, a: f64, b: f64) -> (f64, f64, f64) {
        let norm = a.hypot(b);
        let p = weight(self.ln_odds_at(lambda, a, norm));
        let noise = (1.0 - p) * self.mean_pattern(lambda * norm) / norm;
        (p, noise * a, noise * b)
    }

    /// The largest excess of the map over the identity where p >= 1/2: not negative if there is a fixed point.
    fn excess(&self, lambda: f64) -> f64 {
        match self.half(lambda) {
            Some(half) => -minimum(half, 1.0, |r| r - self.map(lambda, r)).1,
            None => -1.0,
        }
    }

    /// The r <= 1 at which p = 1/2.
    fn half(&self, lambda: f64) -> Option<f64> {
        root(0.0, 1.0, |r| self.ln_odds(lambda, r))
    }
}

fn weight(ln_odds: f64) -> f64 {
    1.0 / (1.0 + (-ln_odds).exp())
}
