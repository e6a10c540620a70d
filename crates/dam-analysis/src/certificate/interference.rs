//! What the other patterns do to a target at n = 3: T2, T3 and T4.

use dam_core::nalgebra::{DMatrix, DVector, SymmetricEigen};
use dam_core::{Spins, parallel};

use super::{Assumption, Certificate, PolynomialMemory, exact, field, pairwise, sites};
use crate::Error;

/// The signed interference of all other patterns with one target, for n = 3.
///
/// Made in O(N² p) from the products b_i b_j of the patterns in the gauge of the target, with N² numbers in f64, all of
/// them exact integers.
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
}

/// The dynamics that a contraction is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// All sites at once.
    Synchronous,
    /// One after the other, in any order: a wrong spin early in the sweep acts on the later ones, which costs a factor
    /// 1 + log₂ N.
    Asynchronous,
}

/// T4: from at most `wrong` wrong spins, at most `rate` times as many are left after a sweep.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Contraction {
    /// Wrong spins at the start.
    pub wrong: usize,
    /// The factor q < 1 of every sweep.
    pub rate: f64,
    /// Sweeps after which no spin is wrong: 1 + ⌈ln d₀ / ln(1/q)⌉ = O(log N).
    pub sweeps: usize,
}

/// Patterns whose products are formed together.
const BLOCK: usize = 1024;

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
        let overlaps: Vec<i64> =
            gauged.iter().map(|b| 2 * b.iter().filter(|&s| s > 0).count() as i64 - n as i64).collect();
        let sites = transposed(&gauged, n as usize)?;
        let mut interference = Self {
            n,
            others,
            at_pattern: vec![0; n as usize],
            sites,
            coupling: DMatrix::zeros(n as usize, n as usize),
            overlap_square: overlaps.iter().map(|&m| (m * m) as f64).sum(),
            spectral: 0.0,
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
        let blocks = parallel::map(gauged.len().div_ceil(BLOCK), |k| {
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
        });
        let mut gram = DMatrix::zeros(n, n);
        for (of_block, weighted) in blocks {
            gram += of_block;
            self.coupling += weighted;
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
        self.largest(
            |d| margin(d) > 0.0,
            |d| {
                if at_pattern > spread(d) { Assumption::Interference } else { Assumption::Spread }
            },
        )
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
        let spread = |d: usize| 12.0 * d as f64 * self.spectral;
        let margin = |i: usize, d: usize| self.signal(d) + self.at_pattern[i] as f64 - top(i, d) - spread(d);
        let holds = |d: usize| d < n && (0..n).all(|i| margin(i, d) > 0.0);
        let limit = |d: usize| {
            let d = d.min(n - 1);
            let worst = (0..n).min_by(|&a, &b| margin(a, d).total_cmp(&margin(b, d))).unwrap_or(0);
            self.largest_loss(worst, d, top(worst, d), spread(d))
        };
        self.largest(holds, limit)
    }

    /// T3 with the second order spin by spin: a_i(D) = h(N − 2d − 1) + R_i − 12 Σ_{j∈D} Σ_{k∉D} A_ijk holds exactly, and
    /// the cut is at most the sum of the d largest of Σ_{k≠i,j} A_ijk + (the d − 1 largest −A_ijk).
    ///
    /// All N³/2 triple products are formed, popcounts over the patterns: N³ p / 64 operations of a word, about a second
    /// at N = 500, p = 1250 and minutes at N = 1000, p = 20,000. Radii up to 128 are looked for.
    ///
    /// # Errors
    /// [`Error::Core`] if the triple products cannot be stored.
    pub fn pairwise(&self) -> Result<Certificate, Error> {
        pairwise::certificate(self)
    }

    /// T4: fewer wrong spins after every sweep, at more wrong spins than T1 to T3 can say anything about. With
    /// κ_d = 3N² κ − 24 (N + Λ) d and r = 12 L |J| / κ_d, at most q d spins are wrong after a sweep, q = (r/(1 − r))²,
    /// L = 1 + ⌈log₂ N⌉; for the synchronous map κ_d = 3N² κ − 12 (N + Λ) d, L = 1, q = r². `None` if that is not below 1.
    ///
    /// It is a statement about large N: |J| grows as 2N sqrt(p) for random patterns, so that the asynchronous rate needs
    /// 16 L sqrt(p) < N. At the sizes of simulations it holds for nearly orthogonal patterns alone, where T1 reaches further.
    ///
    /// Proof for one sweep: sum the aligned fields, none positive, over the w sites that are wrong after it; the linear
    /// part is a bilinear form in J masked by the order, of norm at most L |J|, in vectors of norms sqrt(w) and
    /// sqrt(w) + sqrt(d).
    #[must_use]
    pub fn contraction(&self, wrong: usize, schedule: Schedule) -> Option<Contraction> {
        let (d, n) = (wrong as f64, self.n as f64);
        let (order, both) = match schedule {
            Schedule::Synchronous => (1.0, 1.0),
            Schedule::Asynchronous => (1.0 + n.log2().ceil(), 2.0),
        };
        let transpose = self.coupling.transpose();
        let norm = largest_eigenvalue(&transpose * &self.coupling).sqrt() * (1.0 + 1e-9);
        let kappa = self.kappa() * 3.0 * n * n - 12.0 * both * (n + self.spectral) * d;
        let r = 12.0 * order * norm / kappa;
        let q = match schedule {
            Schedule::Synchronous => r * r,
            Schedule::Asynchronous => (r / (1.0 - r)).powi(2),
        };
        let contracts = kappa > 0.0 && q < 1.0 && (schedule == Schedule::Synchronous || r < 0.5);
        let sweeps = if wrong == 0 { 0 } else { 1 + (d.ln() / -q.ln()).ceil() as usize };
        contracts.then_some(Contraction { wrong, rate: q, sweeps })
    }

    /// h(N − 2d − 1).
    pub(super) fn signal(&self, d: usize) -> f64 {
        let left = self.n - 2 * d as i128 - 1;
        if left < 0 { 0.0 } else { field(left, 3) as f64 }
    }

    /// The largest radius up to which a condition holds.
    pub(super) fn largest(
        &self,
        holds: impl Fn(usize) -> bool,
        limit: impl Fn(usize) -> Assumption,
    ) -> Certificate {
        let radius = (0..=self.n as usize / 2).take_while(|&d| holds(d)).last();
        Certificate { radius, limit: limit(radius.map_or(0, |d| d + 1)) }
    }

    /// Which term costs a site the most.
    pub(super) fn largest_loss(&self, site: usize, d: usize, coupling: f64, spread: f64) -> Assumption {
        let losses = [
            (Assumption::Signal, self.signal(0) - self.signal(d)),
            (Assumption::Interference, -(self.at_pattern[site] as f64)),
            (Assumption::Coupling, coupling),
            (Assumption::Spread, spread),
        ];
        losses.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(Assumption::Signal, |(name, _)| name)
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
