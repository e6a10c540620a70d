//! Overlaps of random patterns: rate functions, and the nearest of polynomially many.

use std::collections::BTreeMap;

use dam_analysis::theory::Space;
use dam_analysis::theory::exponential_load::{ExponentialLoad, Patterns};
use dam_analysis::theory::tails::{Overlaps, nearest_leading, nearest_rate};

use super::crossovers::name;
use super::plan::{CONDENSATION_LAMBDAS, RATE_SITES, RATE_STEP, RATE_STEPS, thousandths};
use super::{Cell, ExponentialCapacity, Record, figures};
use crate::harness::Records;
use crate::report::{Quantity, Report, Table};
use crate::{Error, Summary};

/// Patterns of all draws whose overlap is at least ε, by ε, and all patterns.
#[derive(Clone, Debug, Default)]
pub(super) struct Tail {
    counts: Vec<usize>,
    patterns: usize,
}

impl Tail {
    /// (1/N) ln of the share beyond threshold `k` and its standard error, from ten patterns on.
    pub(super) fn rate(&self, k: usize) -> Option<(f64, f64)> {
        let (count, n) = (self.counts[k] as f64, RATE_SITES as f64);
        (count >= 10.0).then(|| ((count / self.patterns as f64).ln() / n, count.sqrt().recip() / n))
    }
}

pub(super) type Tails = BTreeMap<Patterns, Tail>;

/// (1/N) ln P(ξ·x >= εN), exactly.
pub(super) fn exact_tail(of: Patterns, epsilon: f64) -> Result<f64, Error> {
    let overlaps = |space| Overlaps::new(space, RATE_SITES);
    let ln = match of {
        Patterns::Spherical => overlaps(Space::Sphere)?.ln_tail(epsilon)?,
        Patterns::Binary => overlaps(Space::Hypercube)?.ln_tail(epsilon)?,
        Patterns::Gaussian => overlaps(Space::Sphere)?.ln_gaussian_tail(epsilon)?,
    };
    Ok(ln / RATE_SITES as f64)
}

pub(super) fn rates(records: &Records<ExponentialCapacity>, report: &mut Report) -> Result<(), Error> {
    let mut all = Tails::new();
    for (cell, record) in records {
        let (Cell::Rates { patterns, .. }, Record::Rates(tails, count)) = (cell, record) else { continue };
        let tail = all.entry(*patterns).or_default();
        tail.counts.resize(RATE_STEPS, 0);
        tail.counts.iter_mut().zip(tails).for_each(|(sum, count)| *sum += count);
        tail.patterns += count;
    }
    let Some(count) = all.values().map(|tail| tail.patterns).max() else { return Ok(()) };
    report.heading("Rate functions");
    report.text(format!(
        "The probability that a random pattern has ξ·x >= εN at a state with |x|² = N is e^{{N s(ε)}}. Counted over {count} patterns in \
         {RATE_SITES} dimensions, beside the exact tail for that N and s(ε), its limit; the difference of the last two is \
         the factor in front of the exponential.",
    ));
    let rows = all.keys().flat_map(|&of| (1..RATE_STEPS).map(move |k| (of, k)));
    let rows: Vec<(Patterns, usize, (f64, f64))> =
        rows.filter_map(|(of, k)| Some((of, k, all[&of].rate(k)?))).collect();
    let epsilon = |k: usize| k as f64 * RATE_STEP;
    let exact = rows.iter().map(|&(of, k, _)| exact_tail(of, epsilon(k))).collect::<Result<Vec<_>, _>>()?;
    let limit = rows.iter().map(|&(of, k, _)| of.rate(epsilon(k), 1.0)).collect::<Result<Vec<_>, _>>()?;
    report.data(
        Table::new("rates", "Logarithm of the tail of overlaps, over N")
            .text("patterns", "patterns", rows.iter().map(|r| name(r.0)))
            .number("epsilon", "ε", 2, rows.iter().map(|r| epsilon(r.1)))
            .number("counted", "counted", 4, rows.iter().map(|r| r.2.0))
            .number("standard_error", "standard error", 4, rows.iter().map(|r| r.2.1))
            .number("exact", "exact", 4, exact)
            .number("rate", "s(ε)", 4, limit),
    );
    report.figure(figures::rates(&all)?);
    Ok(())
}

/// By power, factor and sites: the mean cosine of each draw.
pub(super) type Nearest = BTreeMap<(u32, usize, usize), Vec<f64>>;

/// ln P of P = factor · N^power.
pub(super) fn ln_p(power: u32, factor: usize, sites: usize) -> f64 {
    (factor as f64).ln() + f64::from(power) * (sites as f64).ln()
}

pub(super) fn nearest(
    starts: usize,
    records: &Records<ExponentialCapacity>,
    report: &mut Report,
) -> Result<(), Error> {
    let mut all = Nearest::new();
    for (cell, record) in records {
        let (&Cell::Nearest { factor, power, sites, .. }, &Record::Nearest(cos)) = (cell, record) else {
            continue;
        };
        all.entry((power, factor, sites)).or_default().push(cos);
    }
    if all.is_empty() {
        return Ok(());
    }
    report.heading("Polynomial loads: the nearest pattern");
    report.text(format!(
        "P = a N^k spherical patterns: the cosine of a pattern and the nearest other, mean over {starts} patterns of a draw, ± sd over draws. \
         Exact: 1 − ∫F^{{P−1}}. Leading: sqrt(2 ln P/N), the paper’s. Rate: sqrt(1 − P^{{−2/N}}). The paper’s figure is of the cosine of the \
         mean angle; ours is the mean cosine, whose exact value is known.",
    ));
    let rows: Vec<((u32, usize, usize), Summary)> =
        all.iter().map(|(&key, of)| (key, Summary::of(of.iter().copied()))).collect();
    let of = |f: &dyn Fn(usize, f64) -> Result<f64, Error>| -> Result<Vec<f64>, Error> {
        rows.iter().map(|&((power, factor, n), _)| f(n, ln_p(power, factor, n))).collect()
    };
    let exact = of(&|n, ln_p| Ok(Overlaps::new(Space::Sphere, n)?.nearest(ln_p)?))?;
    let leading = of(&|n, ln_p| Ok(nearest_leading(n, ln_p)?))?;
    let above = leading.iter().zip(&exact).map(|(l, e)| 100.0 * (l / e - 1.0));
    report.table(
        Table::new("nearest", "Cosine of the nearest pattern")
            .count("factor", "a", rows.iter().map(|r| r.0.1))
            .count("power", "k", rows.iter().map(|r| r.0.0 as usize))
            .count("sites", "N", rows.iter().map(|r| r.0.2))
            .spread("cosine", "simulated", 4, rows.iter().map(|r| r.1))
            .number("exact", "exact", 4, exact.iter().copied())
            .number("leading", "leading", 4, leading.iter().copied())
            .number("leading_above_percent", "above (%)", 1, above)
            .number("rate", "rate", 4, of(&|n, ln_p| Ok(nearest_rate(n, ln_p)?))?),
    );
    report.figure(figures::nearest(&all)?);
    for ((((power, factor, n), ours), leading), exact) in rows.into_iter().zip(leading).zip(exact) {
        let load = match (factor, power) {
            (1, 1) => "N".into(),
            (_, 1) => format!("{factor} N"),
            (1, _) => format!("N^{power}"),
            _ => format!("{factor} N^{power}"),
        };
        let name = format!("cosine of the nearest of {load} patterns, √(2 ln P/N) in the paper, N = {n}");
        report.quantity(
            Quantity::measured(name, "Figure 5: its formula", leading, ours, 3).corrected("E2", exact, 3),
        );
    }
    report.note(
        "The leading order is approached slowly: the next term is of relative order ln ln P / ln P. What the paper calls good agreement \
         at large N is agreement to some 9 to 15 % at N = 1000 (docs/errata.md, E2).",
    );
    Ok(())
}

/// The λ above which the noise at load α condenses, α_*(λ) = α: where the largest overlap is the saddle.
pub(super) fn condensation_lambda(alpha: f64) -> Result<f64, Error> {
    let largest = Patterns::Spherical.largest_overlap(alpha)?;
    Ok(largest / ((1.0 - largest) * (1.0 + largest)))
}

/// By load in thousandths and sites: (1/N) ln Z and participation of every draw, by λ.
pub(super) type Noise = BTreeMap<(usize, usize), Vec<Vec<(f64, f64)>>>;

pub(super) fn condensation(records: &Records<ExponentialCapacity>, report: &mut Report) -> Result<(), Error> {
    let mut all = Noise::new();
    for (cell, record) in records {
        let (&Cell::Condensation { load, sites, .. }, Record::Condensation(of)) = (cell, record) else {
            continue;
        };
        all.entry((load, sites)).or_default().push(of.clone());
    }
    if all.is_empty() {
        return Ok(());
    }
    report.heading("Condensation of the noise");
    report.text(
        "Z = Σ e^{λ ξ·x} over P = e^{αN} spherical patterns at a random state of the sphere, as in the random energy model: (1/N) ln Z, with \
         φ for N → ∞; and the participation Y = Σ p² of the weights p. Y vanishes for N → ∞ below λ_*, where α_* = α, and \
         is 1 − λ_*/λ on average above, where finitely many patterns carry the noise.",
    );
    let rows: Vec<(usize, usize, usize)> = all
        .keys()
        .flat_map(|&(load, n)| (0..CONDENSATION_LAMBDAS.len()).map(move |k| (load, n, k)))
        .collect();
    let of = |&(load, n, k): &(usize, usize, usize), what: fn((f64, f64)) -> f64| {
        Summary::of(all[&(load, n)].iter().map(|draw| what(draw[k])))
    };
    let theory =
        |&(load, _, k): &(usize, usize, usize)| noise_limit(thousandths(load), CONDENSATION_LAMBDAS[k]);
    let theory = rows.iter().map(theory).collect::<Result<Vec<_>, _>>()?;
    report.table(
        Table::new("condensation", "Exponent and participation of the noise")
            .number("alpha", "α", 1, rows.iter().map(|r| thousandths(r.0)))
            .count("sites", "N", rows.iter().map(|r| r.1))
            .number("lambda", "λ", 3, rows.iter().map(|r| CONDENSATION_LAMBDAS[r.2]))
            .spread("exponent", "ln Z / N", 3, rows.iter().map(|r| of(r, |draw| draw.0)))
            .number("phi", "φ", 3, theory.iter().map(|t| t[0]))
            .spread("participation", "Y", 3, rows.iter().map(|r| of(r, |draw| draw.1)))
            .number("participation_limit", "Y, N → ∞", 3, theory.iter().map(|t| t[1])),
    );
    report.figure(figures::condensation(&all)?);
    Ok(())
}

/// φ and Y for N → ∞.
pub(super) fn noise_limit(alpha: f64, lambda: f64) -> Result<[f64; 2], Error> {
    let phi = ExponentialLoad::new(Patterns::Spherical, lambda)?.noise_exponent(alpha, 1.0)?;
    Ok([phi, (1.0 - condensation_lambda(alpha)? / lambda).max(0.0)])
}
