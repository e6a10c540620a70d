//! Where a typical pattern is retrieved: thresholds, and crossovers at finite N beside the mean field.

use std::collections::BTreeMap;

use dam_analysis::theory::exponential_load::{ExponentialLoad, Patterns, ramsauer_bound};
use dam_analysis::theory::{BinaryEntropy, ExactSphere, GaussianPatterns, RateFunction, Theory};
use dam_core::kernel::Exponential;

use super::descents::RESOLUTION;
use super::fit::{Basis, Fit};
use super::plan::{patterns, thousandths};
use super::{Cell, Descent, ExponentialCapacity, Record, figures};
use crate::harness::Records;
use crate::report::{Report, Table};
use crate::{Error, Summary};

/// λ of the table of thresholds.
const LAMBDAS: [f64; 7] = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0];

pub(super) fn name(of: Patterns) -> &'static str {
    match of {
        Patterns::Spherical => "spherical",
        Patterns::Gaussian => "Gaussian",
        Patterns::Binary => "binary",
    }
}

/// α_1 from the solver that knows no ensemble: the noise floor of the exponential kernel against the energy of a pattern.
fn generic(lambda: f64, ensemble: impl RateFunction) -> Result<Option<f64>, Error> {
    let theory = Theory::new(Exponential::anchored(lambda)?, 1.0 / lambda, ExactSphere, ensemble)?;
    Ok(theory.alpha_c(0.0)?.map(|boundary| boundary.alpha))
}

pub(super) fn thresholds(report: &mut Report) -> Result<(), Error> {
    report.heading("Thresholds of theory");
    report.text(
        "P = e^{αN} patterns. α₁: a typical pattern is retrieved; α_*: below it the noise condenses onto the nearest patterns. By the \
         closed form, and (generic) by the solver that is given the kernel and the rate function of the overlaps alone, which also \
         serves binary patterns. For spherical patterns α₁ is also the bound for all; so it is for binary ones below (ln 2)/2, from where on \
         some occur twice and share their weight. For Gaussian ones all \
         patterns are retrieved up to the lesser of the load at which the pattern of least norm is lost (norm) and ln 2 / 4, where \
         pairs appear whose overlap exceeds the norm of one of them (pairs).",
    );
    let all = [Patterns::Spherical, Patterns::Gaussian, Patterns::Binary];
    let models = |of: Patterns| LAMBDAS.map(|lambda| ExponentialLoad::new(of, lambda));
    let mut table = Table::new("thresholds", "Thresholds by λ").number("lambda", "λ", 2, LAMBDAS);
    for of in all {
        let models = models(of).into_iter().collect::<Result<Vec<_>, _>>()?;
        let generic = LAMBDAS.map(|lambda| match of {
            Patterns::Spherical => generic(lambda, ExactSphere),
            Patterns::Gaussian => generic(lambda, GaussianPatterns),
            Patterns::Binary => generic(lambda, BinaryEntropy),
        });
        let generic = generic.into_iter().collect::<Result<Vec<_>, _>>()?;
        let (short, key) = (name(of), name(of).to_lowercase());
        table = table
            .number(
                &format!("{key}_alpha_1"),
                &format!("{short} α₁"),
                5,
                models.iter().map(|m| m.typical_threshold()),
            )
            .number(&format!("{key}_generic"), "generic", 5, generic)
            .number(&format!("{key}_condensation"), "α_*", 5, models.iter().map(|m| m.condensation()));
        if of == Patterns::Gaussian {
            table = table
                .number("gaussian_norm", "norm", 5, models.iter().map(|m| m.norm_threshold()))
                .number("gaussian_all", "with pairs", 5, models.iter().map(|m| m.capacity_bound()));
        }
    }
    let ramsauer = LAMBDAS.map(ramsauer_bound).into_iter().collect::<Result<Vec<_>, _>>()?;
    report.table(table.number("ramsauer", "Ramsauer’s bound", 5, ramsauer));
    report.figure(figures::phases()?);
    Ok(())
}

/// Crossovers of each realization, by sites.
pub(super) type Sizes = BTreeMap<usize, Vec<f64>>;

/// (N, mean, standard error) of sizes with a spread.
fn points(sizes: &Sizes) -> Vec<(f64, f64, f64)> {
    let all = sizes.iter().map(|(&n, of)| (n as f64, Summary::of(of.iter().copied())));
    all.filter(|(_, s)| s.sd > 0.0).map(|(n, s)| (n, s.mean, s.standard_error())).collect()
}

/// One ensemble at one load.
pub(super) struct Crossing {
    pub(super) patterns: Patterns,
    pub(super) load: usize,
    pub(super) descent: Descent,
    pub(super) sizes: Sizes,
    /// Fits of the paper's form and with ln N / N, and of what the mean field leaves where there are many patterns.
    pub(super) fits: [Option<Fit>; 3],
    /// The first two through the mean field at the same sizes: how far they are off where the limit is known.
    through_theory: [Option<Fit>; 2],
}

/// From so many patterns on, what the mean field leaves is continued: with fewer, patterns of a draw matter one by one.
const MANY: usize = 10_000;

impl Crossing {
    fn mean_field(&self, n: usize) -> Result<Option<f64>, Error> {
        Ok(self.patterns.crossover(n, thousandths(self.load))?)
    }

    fn descent(&self) -> &'static str {
        if self.descent == Descent::Map { "map" } else { "gradient" }
    }

    pub(super) fn limit(&self) -> Result<Option<f64>, Error> {
        Ok(self.patterns.typical_lambda(thousandths(self.load))?)
    }

    fn of((patterns, load, descent): (Patterns, usize, Descent), sizes: Sizes) -> Result<Self, Error> {
        let mut crossing =
            Self { patterns, load, descent, sizes, fits: [None, None, None], through_theory: [None, None] };
        let found = points(&crossing.sizes);
        let (mut theory, mut left) = (Vec::new(), Vec::new());
        for &(n, lambda, error) in &found {
            let Some(mean_field) = crossing.mean_field(n as usize)? else { continue };
            theory.push((n, mean_field, error));
            if self::patterns(thousandths(load), n as usize) >= MANY {
                left.push((n, lambda - mean_field, error));
            }
        }
        let both = [Basis::Quadratic, Basis::Logarithmic];
        let [quadratic, logarithmic] = both.map(|basis| Fit::of(basis, &found));
        crossing.fits = [quadratic, logarithmic, Fit::of(Basis::Linear, &left)];
        crossing.through_theory = both.map(|basis| Fit::of(basis, &theory));
        Ok(crossing)
    }
}

pub(super) fn crossovers(
    starts: usize,
    records: &Records<ExponentialCapacity>,
    report: &mut Report,
) -> Result<(), Error> {
    let mut all: BTreeMap<(Patterns, usize, Descent), Sizes> = BTreeMap::new();
    let mut never = 0;
    for (cell, record) in records {
        let (&Cell::Crossover { patterns, load, sites, descent, .. }, Record::Crossover(lambda)) =
            (cell, record)
        else {
            continue;
        };
        let of = all.entry((patterns, load, descent)).or_default().entry(sites).or_default();
        of.extend(lambda);
        never += usize::from(lambda.is_none());
    }
    if all.is_empty() {
        return Ok(());
    }
    let all: Vec<Crossing> =
        all.into_iter().map(|(key, sizes)| Crossing::of(key, sizes)).collect::<Result<_, _>>()?;
    report.heading("Crossovers of a typical pattern");
    measured(starts, never, &all, report)?;
    report.figure(figures::crossovers(&all)?);
    continued(&all, report)?;
    report.text(format!(
        "Its bias: the same fit through the values of the mean field at the same sizes, whose limit is λ₁ exactly. No fit of three \
         terms is worth more than that at these sizes. The last is a test rather than a continuation: what the simulation leaves beside \
         the mean field, a + b/N through the sizes with {MANY} patterns or more, should vanish for N → ∞ if both have the same limit.",
    ));
    report.note(
        "The fixed point is lost where N(λ − φ) ≈ ln(Nλ(1 − ε)²) + 1, so the leading correction is (ln N)/N. A quadratic in 1/N, as the \
         paper draws it, has no such term and ends above the threshold (docs/errata.md, E1).",
    );
    Ok(())
}

/// The crossovers beside the mean field.
fn measured(starts: usize, never: usize, all: &[Crossing], report: &mut Report) -> Result<(), Error> {
    report.text(format!(
        "The λ at which half of the patterns ({starts} in each draw, or all) have a softmax weight above 1/2 where the descent from them \
         ends, by bisection to {} % in every disorder draw; mean ± sd over draws. The mean field of N sites has no free parameter; it is \
         annealed, and for Gaussian patterns that of a pattern with |ξ|² = N, while half of them means one of median norm, 1 − 2/(3N) of \
         that. The last columns are the difference of the two, in percent, in standard errors of our mean, and in standard deviations \
         between draws. Patterns are in f32; gradient descents are in f64, on the same patterns.",
        100.0 * RESOLUTION,
    ));
    let rows: Vec<(&Crossing, usize, Summary)> = all
        .iter()
        .flat_map(|c| c.sizes.iter().map(move |(&n, of)| (c, n, Summary::of(of.iter().copied()))))
        .filter(|(.., of)| of.count > 0)
        .collect();
    let theory = rows.iter().map(|(c, n, _)| c.mean_field(*n)).collect::<Result<Vec<_>, _>>()?;
    let beside = |of: fn(&Summary, f64) -> f64| {
        rows.iter()
            .zip(&theory)
            .map(move |(row, theory)| theory.map(|theory| of(&row.2, theory)))
            .collect::<Vec<_>>()
    };
    let percent = beside(|ours, theory| 100.0 * (ours.mean / theory - 1.0));
    let errors = beside(|ours, theory| (ours.mean - theory) / ours.standard_error());
    report.table(
        Table::new("crossovers", "λ at the crossover")
            .text("patterns", "patterns", rows.iter().map(|r| name(r.0.patterns)))
            .text("descent", "descent", rows.iter().map(|r| r.0.descent()))
            .number("alpha", "α", 1, rows.iter().map(|r| thousandths(r.0.load)))
            .count("sites", "N", rows.iter().map(|r| r.1))
            .count("count", "P", rows.iter().map(|r| patterns(thousandths(r.0.load), r.1)))
            .spread("lambda", "λ", 4, rows.iter().map(|r| r.2))
            .number("standard_error", "standard error", 4, rows.iter().map(|r| r.2.standard_error()))
            .number("mean_field", "mean field", 4, theory.clone())
            .number("off_percent", "ours above (%)", 2, percent.iter().copied())
            .number("off_standard_errors", "in se", 1, errors.iter().copied())
            .number("off_sd", "in sd", 1, beside(|ours, theory| (ours.mean - theory) / ours.sd)),
    );
    if never > 0 {
        report.note(format!(
            "In {never} draws half of the patterns are retrieved at no λ up to 50; they are left out, and means are of the others."
        ));
    }
    let is_large =
        |c: &Crossing, n: usize| c.patterns == Patterns::Spherical && c.descent == Descent::Map && n >= 26;
    let off: Vec<(f64, f64)> = rows
        .iter()
        .zip(percent.iter().zip(&errors))
        .filter(|(r, _)| is_large(r.0, r.1))
        .filter_map(|(_, (&percent, &errors))| percent.zip(errors))
        .collect();
    if !off.is_empty() {
        let percent = || off.iter().map(|o| o.0);
        report.note(format!(
            "Spherical patterns at N >= 26: {} sizes, {:+.2} to {:+.2} % from the mean field, {} of them within 2.5 standard errors of our \
             mean. What is beyond is the error of the annealed mean field, which falls off with the number of patterns.",
            off.len(),
            percent().fold(f64::INFINITY, f64::min),
            percent().fold(f64::NEG_INFINITY, f64::max),
            off.iter().filter(|o| o.1.abs() < 2.5).count(),
        ));
    }
    Ok(())
}

/// Their continuation to N → ∞.
fn continued(all: &[Crossing], report: &mut Report) -> Result<(), Error> {
    let fitted: Vec<&Crossing> = all.iter().filter(|c| c.fits.iter().any(Option::is_some)).collect();
    let limits = fitted.iter().map(|c| c.limit()).collect::<Result<Vec<_>, _>>()?;
    let of = |c: &Crossing, k: usize, limit: Option<f64>| {
        // The third continues what the mean field leaves.
        let anchor = if k == 2 { limit.unwrap_or(f64::NAN) } else { 0.0 };
        c.fits[k].as_ref().map(|fit| (anchor + fit.limit, fit.error))
    };
    let mut table =
        Table::new("crossover_limits", "λ₁ by continuation to N → ∞, with standard errors of the fit")
            .text("patterns", "patterns", fitted.iter().map(|c| name(c.patterns)))
            .text("descent", "descent", fitted.iter().map(|c| c.descent()))
            .number("alpha", "α", 1, fitted.iter().map(|c| thousandths(c.load)))
            .number("theory", "theory", 4, limits.clone());
    for (k, (key, title)) in [
        ("quadratic", "1, 1/N, 1/N² (the paper’s)"),
        ("logarithmic", "1, ln N/N, 1/N"),
        ("anchored", "λ₁ + a"),
    ]
    .into_iter()
    .enumerate()
    {
        let found: Vec<_> = fitted.iter().zip(&limits).map(|(c, &limit)| of(c, k, limit)).collect();
        let off = found
            .iter()
            .zip(&limits)
            .map(|(found, limit)| Some(100.0 * (found.as_ref()?.0 / (*limit)? - 1.0)));
        table = table
            .number(key, title, 4, found.iter().map(|f| f.map(|f| f.0)))
            .number(&format!("{key}_error"), "error", 4, found.iter().map(|f| f.map(|f| f.1)))
            .number(&format!("{key}_off_percent"), "off (%)", 1, off);
        if k < 2 {
            let bias = fitted
                .iter()
                .zip(&limits)
                .map(|(c, limit)| Some(100.0 * (c.through_theory[k].as_ref()?.limit / (*limit)? - 1.0)));
            table = table.number(&format!("{key}_bias_percent"), "its bias (%)", 1, bias.collect::<Vec<_>>());
        }
    }
    if !fitted.is_empty() {
        report.table(table);
    }
    Ok(())
}
