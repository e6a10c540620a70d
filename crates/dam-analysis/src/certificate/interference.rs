//! What the other patterns do to a target at n = 3: T2, T3 and T4.

use std::sync::OnceLock;

use dam_core::nalgebra::{DMatrix, DVector, SymmetricEigen};
use dam_core::{Spins, parallel};

use super::{Assumption, Certificate, PolynomialMemory, exact, field, largest, pairwise, sites};
use crate::Error;

/// The signed interference of all other patterns with one target, for n = 3.
///
/// Made in O(N² p) from the products b_i b_j of the patterns in the gauge of the target: some ten N × N matrices of exact
/// integers in f64 while it is made, one afterwards.
///
/// # Example
/// ```
/// use dam_analysis::certificate::{Interference, attack_radius, worst_case};
/// use dam_core::prelude::*;
/// let streams = Streams::new(5);
/// let space = Hypercube::new(200)?;
/// let patterns: Vec<_> = (0..20).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect();
/// let memory = models::polynomial(space, 3, &patterns)?;
/// let other = Interference::new(&memory, 0)?;
/// let (t1, t3) = (worst_case(&memory, 0)?.radius, other.signed().radius);
/// let (best, attacked) = (other.pairwise()?.radius, attack_radius(&memory, 0)?);
/// assert!(t1 < t3 && t3 <= best && best < Some(attacked));
/// # Ok::<(), dam_analysis::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Interference {
    pub(super) n: i128,
    /// Other patterns, p − 1.
    pub(super) others: usize,
    /// Spin i of all other patterns in the gauge of the target.
    pub(super) sites: Vec<Spins>,
    /// R_i = Σ b_i h(M − b_i).
    pub(super) at_pattern: Vec<i128>,
    /// J_ij = Σ_{k≠i} A_ijk − Σ b_j; no diagonal.
    coupling: DMatrix<f64>,
    /// Σ M².
    overlap_square: f64,
    /// The largest eigenvalue of B Bᵀ.
    spectral: f64,
    /// |J|, once it has been asked for.
    norm: OnceLock<f64>,
}

/// Patterns whose products are formed together.
const BLOCK: usize = 1024;
/// Blocks whose products are kept before they are added up.
const WAVE: usize = 4;

impl Interference {
    /// Of one target.
    ///
    /// # Errors
    /// [`Error::Core`] if there is no such pattern; [`Error::Order`] unless n = 3; [`Error::NotExact`] if the model has
    /// left the integers.
    pub fn new(memory: &PolynomialMemory, target: usize) -> Result<Self, Error> {
        let order = memory.kernel().order();
        if order != 3 {
            return Err(Error::Order { expected: 3, found: order });
        }
        exact(memory)?;
        let (n, others) = (sites(memory), memory.len() - 1);
        let goal = memory.pattern(target)?;
        let gauged: Vec<Spins> = (0..memory.len())
            .filter(|&mu| mu != target)
            .map(|mu| Ok(memory.pattern(mu)?.product(&goal)))
            .collect::<Result<_, Error>>()?;
        let up = goal.product(&goal);
        let overlaps: Vec<i64> = gauged.iter().map(|b| b.dot(&up)).collect();
        let sites = transposed(&gauged, n as usize)?;
        let mut interference = Self {
            n,
            others,
            at_pattern: vec![0; n as usize],
            sites,
            coupling: DMatrix::zeros(n as usize, n as usize),
            overlap_square: overlaps.iter().map(|&m| (m * m) as f64).sum(),
            spectral: 0.0,
            norm: OnceLock::new(),
        };
        for (i, of_site) in interference.at_pattern.iter_mut().enumerate() {
            let b = interference.sites.get(i).into_iter().flat_map(Spins::iter);
            *of_site = b.zip(&overlaps).map(|(b, &m)| i128::from(b) * field_of(m - i64::from(b))).sum();
        }
        interference.products(&gauged, &overlaps);
        Ok(interference)
    }

    /// B Bᵀ and B diag(M) Bᵀ, block by block.
    fn products(&mut self, gauged: &[Spins], overlaps: &[i64]) {
        let n = self.n as usize;
        let of_block = |k: usize| {
            let of = k * BLOCK..gauged.len().min((k + 1) * BLOCK);
            let columns: Vec<f64> =
                gauged[of.clone()].iter().flat_map(|b| b.iter().map(f64::from).collect::<Vec<_>>()).collect();
            let b = DMatrix::from_vec(n, of.len(), columns);
            let mut weighted = b.clone();
            for (mut column, &m) in weighted.column_iter_mut().zip(&overlaps[of]) {
                column *= m as f64;
            }
            let transpose = b.transpose();
            (&b * &transpose, weighted * transpose)
        };
        let mut gram = DMatrix::zeros(n, n);
        let blocks = gauged.len().div_ceil(BLOCK);
        for first in (0..blocks).step_by(WAVE) {
            let wave = parallel::map(WAVE.min(blocks - first), |k| of_block(first + k));
            for (of_block, weighted) in wave {
                gram += of_block;
                self.coupling += weighted;
            }
        }
        for (j, mut column) in self.coupling.column_iter_mut().enumerate() {
            let sum: i64 = self.sites.get(j).into_iter().flat_map(Spins::iter).map(i64::from).sum();
            column.add_scalar_mut(-(sum as f64));
            column[j] = 0.0;
        }
        // An eigenvalue is found to within rounding of the norm; what is certified must lie above it.
        self.spectral = largest_eigenvalue(gram) * (1.0 + 1e-9);
    }

    /// The smallest aligned field of the pattern itself, κ = min_i \[h(N − 1) + R_i\]: the pattern is a strict fixed point
    /// if and only if κ > 0. In units of the leading term 3N².
    #[must_use]
    pub fn kappa(&self) -> f64 {
        let least = self.at_pattern.iter().copied().min().unwrap_or(0);
        (field(self.n - 1, 3) + least) as f64 / (3 * self.n * self.n) as f64
    }

    /// T2: h(N − 2d − 1) > 3 (|M|₂ + sqrt(p − 1) + 2 sqrt(d Λ))² + p − 1, Λ the largest eigenvalue of B Bᵀ.
    #[must_use]
    pub fn norm(&self) -> Certificate {
        let others = self.others as f64;
        let at_pattern = self.overlap_square.sqrt() + others.sqrt();
        let spread = |d: usize| 2.0 * (d as f64 * self.spectral).sqrt();
        let margin = |d: usize| {
            let noise = 3.0 * (at_pattern + spread(d)).powi(2) + others;
            self.signal(d) - noise * (1.0 + 1e-12)
        };
        let at = |x: f64| 3.0 * x * x + others;
        let limit = |d: usize| {
            largest([
                (Assumption::Signal, self.signal(0) - self.signal(d)),
                (Assumption::Interference, at(at_pattern)),
                (Assumption::Spread, at(at_pattern + spread(d)) - at(at_pattern)),
            ])
        };
        self.radius(|d| margin(d) > 0.0, limit)
    }

    /// T3: h(N − 2d − 1) + R_i − 12 (the d largest J_ij) − 12 d Λ > 0 at every site i.
    #[must_use]
    pub fn signed(&self) -> Certificate {
        let n = self.n as usize;
        let rows: Vec<Vec<f64>> = parallel::map(n, |i| {
            let mut row: Vec<f64> = (0..n).filter(|&j| j != i).map(|j| self.coupling[(i, j)]).collect();
            row.sort_unstable_by(|a, b| b.total_cmp(a));
            row.iter_mut().fold(0.0, |sum, j| {
                *j += sum;
                *j
            });
            row
        });
        let top = |i: usize, d: usize| if d == 0 { 0.0 } else { 12.0 * rows[i][d - 1] };
        self.by_site(n - 1, top, |d| 12.0 * d as f64 * self.spectral)
    }

    /// T3 with the second order pair by pair: a_i(D) = h(N − 2d − 1) + R_i − 12 Σ_{j∈D} Σ_{k∉D} A_ijk holds exactly, and
    /// the cut is at most the sum of the d largest of Σ_{k≠i,j} A_ijk + (the d − 1 largest −A_ijk).
    ///
    /// All N³ triple products are formed, popcounts over the patterns: N³ p / 64 operations of a word, about a second
    /// at N = 500, p = 1250 and minutes at N = 1000, p = 20,000; again for radii above 16, 32, ….
    ///
    /// # Errors
    /// [`Error::Core`] if the triple products cannot be stored.
    pub fn pairwise(&self) -> Result<Certificate, Error> {
        pairwise::certificate(self)
    }

    /// T4: at most q d spins are wrong after a sweep of d <= the radius, in any order that visits every site once. With
    /// κ_d = 3N² κ − 24 (N + Λ) d, L = 1 + ⌈log₂ N⌉ and r = 12 L |J| / κ_d < 1/2, q = (r/(1 − r))² < 1; the rate is that at
    /// the radius, and smaller within.
    ///
    /// It is a statement about large N: |J| grows as 2N sqrt(p) for random patterns, so that a rate needs
    /// 16 L sqrt(p) < N. At the sizes of simulations it holds for nearly orthogonal patterns alone, where T1 reaches further.
    ///
    /// Proof: let W be the first min(w, d) of the w wrong sites after the sweep, in the order of their updates. At the
    /// update of i ∈ W the wrong spins D_i were among those of W before i and those of D after i, so |D_i| <= 2d, and
    /// a_i(D_i) <= 0. Sum over W: signal, R_i and second order are at least κ_d each, and the first order is
    /// 12 Σ_{i∈W} Σ_{j∈D_i} J_ij, two bilinear forms in J masked by the order, of norm at most L |J| (halving the order
    /// log₂ N times), in vectors of norms sqrt|W| and sqrt|W| + sqrt d. So |W| κ_d <= 12 L |J| (|W| + sqrt(|W| d)), that is
    /// |W| <= q d < d; hence W is all of them.
    #[must_use]
    pub fn contraction(&self) -> Certificate {
        let n = self.n as f64;
        let coupling = 12.0 * (1.0 + n.log2().ceil()) * self.norm_of_coupling();
        let at_pattern = 3.0 * n * n * self.kappa();
        let spread = |d: usize| 24.0 * (n + self.spectral) * d as f64;
        let ratio = |d: usize| coupling / (at_pattern - spread(d));
        let holds = |d: usize| at_pattern > spread(d) && ratio(d) < 0.5;
        let limit = |d: usize| {
            largest([
                (Assumption::Interference, self.signal(0) - at_pattern),
                (Assumption::Coupling, 2.0 * coupling),
                (Assumption::Spread, spread(d)),
            ])
        };
        let found = self.radius(holds, limit);
        let rate = found.radius.map_or(0.0, |d| (ratio(d) / (1.0 - ratio(d))).powi(2));
        Certificate { rate, ..found }
    }

    /// |J|, from above.
    fn norm_of_coupling(&self) -> f64 {
        *self.norm.get_or_init(|| {
            let square = self.coupling.transpose() * &self.coupling;
            largest_eigenvalue(square).sqrt() * (1.0 + 1e-9)
        })
    }

    /// h(N − 2d − 1).
    pub(super) fn signal(&self, d: usize) -> f64 {
        let left = self.n - 2 * d as i128 - 1;
        if left < 0 { 0.0 } else { field(left, 3) as f64 }
    }

    /// The largest radius up to which a condition holds.
    pub(super) fn radius(
        &self,
        holds: impl Fn(usize) -> bool,
        limit: impl Fn(usize) -> Assumption,
    ) -> Certificate {
        let radius = (0..=self.n as usize / 2).take_while(|&d| holds(d)).last();
        Certificate { radius, rate: 0.0, limit: limit(radius.map_or(0, |d| d + 1)) }
    }

    /// The largest radius, up to `most`, at which h(N − 2d − 1) + R_i − coupling(i, d) − spread(d) > 0 at every site i.
    pub(super) fn by_site(
        &self,
        most: usize,
        coupling: impl Fn(usize, usize) -> f64,
        spread: impl Fn(usize) -> f64,
    ) -> Certificate {
        let n = self.n as usize;
        let margin =
            |i: usize, d: usize| self.signal(d) + self.at_pattern[i] as f64 - coupling(i, d) - spread(d);
        let holds = |d: usize| d <= most && (0..n).all(|i| margin(i, d) > 0.0);
        let limit = |d: usize| {
            let d = d.min(most);
            let worst = (0..n).min_by(|&a, &b| margin(a, d).total_cmp(&margin(b, d))).unwrap_or(0);
            largest([
                (Assumption::Signal, self.signal(0) - self.signal(d)),
                (Assumption::Interference, -(self.at_pattern[worst] as f64)),
                (Assumption::Coupling, coupling(worst, d)),
                (Assumption::Spread, spread(d)),
            ])
        };
        self.radius(holds, limit)
    }
}

/// h at n = 3, of either sign of S.
fn field_of(s: i64) -> i128 {
    3 * i128::from(s) * i128::from(s) + 1
}

/// Site i of all states as one state.
fn transposed(states: &[Spins], n: usize) -> Result<Vec<Spins>, Error> {
    if states.is_empty() {
        return Ok(Vec::new());
    }
    let site = |i: usize| Spins::from_bools(&states.iter().map(|b| b.is_up(i)).collect::<Vec<_>>());
    Ok((0..n).map(site).collect::<Result<_, _>>()?)
}

fn largest_eigenvalue(symmetric: DMatrix<f64>) -> f64 {
    let values: DVector<f64> = SymmetricEigen::new(symmetric).eigenvalues;
    values.iter().fold(0.0, |max, &v| max.max(v))
}
