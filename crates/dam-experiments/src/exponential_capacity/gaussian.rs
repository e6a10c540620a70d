//! Gaussian patterns: a typical one and all of them, and success by norm.

use std::collections::BTreeMap;
use std::f64::consts::LN_2;

use dam_analysis::Proportion;
use dam_analysis::theory::exponential_load::{ExponentialLoad, Patterns};
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::losses::{CANDIDATES, MOST};
use super::plan::{NORM_BIN, NORM_BINS, NORM_LOAD, thousandths};
use super::{Cell, ExponentialCapacity, FirstLost, Record, figures};
use crate::harness::Records;
use crate::report::{Report, Table};
use crate::{Error, Summary};

/// One λ at one size, over draws.
#[derive(Clone, Debug, Default)]
pub(super) struct Losses {
    /// Loads at which half, and the first, of the patterns are lost, of every draw; none beyond the most patterns.
    pub(super) loads: [Vec<Option<f64>>; 2],
    first: Vec<FirstLost>,
}

impl Losses {
    fn of(&self, what: impl Fn(&FirstLost) -> f64) -> Summary {
        Summary::of(self.first.iter().map(what))
    }
}

/// Of draws that all have a number: the mean of some would be that of the lucky ones.
pub(super) fn of_all(draws: &[Option<f64>]) -> Summary {
    let found: Vec<f64> = draws.iter().flatten().copied().collect();
    Summary::of(found.iter().copied().filter(|_| found.len() == draws.len()))
}

/// By λ in thousandths and sites.
pub(super) type AllLosses = BTreeMap<(usize, usize), Losses>;

/// The median of the least ρ = |ξ|²/N among so many patterns.
pub(super) fn least_norm(n: usize, count: f64) -> f64 {
    let norms = ChiSquared::new(n as f64).expect("a positive number of components");
    // (1 − F)^P = 1/2.
    norms.inverse_cdf(-(-LN_2 / count).exp_m1()) / n as f64
}

/// The loads at which the mean field of N sites loses a pattern of norm √N, and that of least norm; for λ < 1.
pub(super) fn mean_field_loads(n: usize, lambda: f64) -> Result<[Option<f64>; 2], Error> {
    if lambda >= 1.0 {
        return Ok([None, None]);
    }
    let model = ExponentialLoad::new(Patterns::Gaussian, lambda)?;
    let size = n as f64;
    let turning = |lost: &dyn Fn(f64) -> Result<bool, Error>| {
        let (mut low, mut high) = (1.1 * LN_2 / size, 1.0);
        if lost(low)? {
            return Ok::<_, Error>(None);
        }
        while high - low > 1e-5 {
            let middle = 0.5 * (low + high);
            if lost(middle)? { high = middle } else { low = middle }
        }
        Ok(Some(low))
    };
    Ok([
        turning(&|alpha| Ok(model.mean_field(n, alpha)?.weight < 0.5))?,
        turning(&|alpha| {
            let least = least_norm(n, (alpha * size).exp());
            Ok(model.critical_norm_at(n, alpha)?.is_some_and(|critical| critical > least))
        })?,
    ])
}

pub(super) fn all_patterns(
    starts: usize,
    records: &Records<ExponentialCapacity>,
    report: &mut Report,
) -> Result<(), Error> {
    let mut all = AllLosses::new();
    for (cell, record) in records {
        let (
            &Cell::AllPatterns { lambda, sites, .. },
            Record::AllPatterns { typical, all: first_load, first },
        ) = (cell, record)
        else {
            continue;
        };
        let of = all.entry((lambda, sites)).or_default();
        of.loads[0].push(*typical);
        of.loads[1].push(*first_load);
        of.first.extend(first);
    }
    if all.is_empty() {
        return Ok(());
    }
    report.heading("Gaussian patterns: one of them and all of them");
    report.text(format!(
        "More and more patterns of one sequence, up to {MOST:.0}: the load at which half of {starts} patterns are lost, and that at which \
         the first of all is (the {CANDIDATES} of least norm are tried, from the least on). Sizes at which some draw has no such load are \
         left out. Then the pattern that was lost first: its norm ρ = |ξ|²/N, how many patterns have less, and in how many draws a \
         neighbour has ξ·ξ' > |ξ|², so that no λ would keep it. Theory for N → ∞ stands beside, and for λ < 1 the mean field of N sites, \
         for a pattern of norm √N and for the least norm among P (its median). The first loss comes before that of the least norm in the \
         mean of the noise: it is of a pattern that is short of both norm and luck with its neighbours.",
    ));
    let rows: Vec<(usize, usize, &Losses)> = all.iter().map(|(&(lambda, n), of)| (lambda, n, of)).collect();
    let models = rows
        .iter()
        .map(|r| ExponentialLoad::new(Patterns::Gaussian, thousandths(r.0)))
        .collect::<Result<Vec<_>, _>>()?;
    let mean_field =
        rows.iter().map(|r| mean_field_loads(r.1, thousandths(r.0))).collect::<Result<Vec<_>, _>>()?;
    report.table(
        Table::new("all_patterns", "Loads α at which patterns are lost")
            .number("lambda", "λ", 1, rows.iter().map(|r| thousandths(r.0)))
            .count("sites", "N", rows.iter().map(|r| r.1))
            .spread("typical", "half", 3, rows.iter().map(|r| of_all(&r.2.loads[0])))
            .number("typical_mean_field", "mean field", 3, mean_field.iter().map(|m| m[0]))
            .number("alpha_1", "α₁", 3, models.iter().map(|m| m.typical_threshold()))
            .spread("all", "first", 3, rows.iter().map(|r| of_all(&r.2.loads[1])))
            .number("all_mean_field", "mean field, least norm", 3, mean_field.iter().map(|m| m[1]))
            .number("norm", "bound by norm", 3, models.iter().map(|m| m.norm_threshold()))
            .number("pairs", "and pairs", 3, models.iter().map(|m| m.capacity_bound()))
            .spread("rho", "ρ of the first", 2, rows.iter().map(|r| r.2.of(|f| f.rho)))
            .spread("rank", "of less norm", 1, rows.iter().map(|r| r.2.of(|f| f.rank as f64)))
            .number(
                "pair",
                "in a pair (share)",
                2,
                rows.iter().map(|r| r.2.of(|f| f64::from(u8::from(f.pair))).mean),
            ),
    );
    report.figure(figures::all_patterns(&all)?);
    let last = all.values().flat_map(|l| &l.first).filter(|f| 10 * f.rank > 9 * CANDIDATES).count();
    if last > 0 {
        report.note(format!(
            "In {last} draws the first loss is among the last tenth of those that were tried: others may have been lost before."
        ));
    }
    Ok(())
}

/// By λ in thousandths and sites: patterns, and those retrieved, by bin, over all draws.
pub(super) type Norms = BTreeMap<(usize, usize), Vec<(usize, usize)>>;

/// The middle of a bin.
pub(super) fn middle(bin: usize) -> f64 {
    NORM_BIN.0 + (bin as f64 + 0.5) * NORM_BIN.1
}

pub(super) fn norms(records: &Records<ExponentialCapacity>, report: &mut Report) -> Result<(), Error> {
    let mut all = Norms::new();
    for (cell, record) in records {
        let (&Cell::Norms { lambda, sites, .. }, Record::Norms(bins)) = (cell, record) else { continue };
        let of = all.entry((lambda, sites)).or_insert_with(|| vec![(0, 0); NORM_BINS]);
        for (sum, bin) in of.iter_mut().zip(bins) {
            *sum = (sum.0 + bin.0, sum.1 + bin.1);
        }
    }
    if all.is_empty() {
        return Ok(());
    }
    report.heading("Gaussian patterns: success by norm");
    report.text(format!(
        "All patterns at α = {NORM_LOAD}, above the bound for all and below α₁: those of small norm are the ones that are lost; those outside of 0.2 <= ρ < 1.8 \
         are not counted. ρ_c is \
         the norm from which on patterns are retrieved, for N → ∞ and, where λ < 1, in the mean field of N sites; Wilson’s \
         intervals are of patterns of all draws together.",
    ));
    let mut table = Table::new("norms", "Success by norm");
    let rows: Vec<(usize, usize, usize, usize, usize)> = all
        .iter()
        .flat_map(|(&(lambda, n), bins)| {
            bins.iter().enumerate().map(move |(k, &(of, kept))| (lambda, n, k, of, kept))
        })
        .filter(|row| row.3 > 0)
        .collect();
    let interval = |&(_, _, _, trials, successes): &(usize, usize, usize, usize, usize)| -> Result<_, Error> {
        let kept = Proportion { successes, trials };
        Ok(Some((kept.fraction(), kept.wilson(0.95)?)))
    };
    table = table
        .number("lambda", "λ", 1, rows.iter().map(|r| thousandths(r.0)))
        .count("sites", "N", rows.iter().map(|r| r.1))
        .number("rho", "ρ", 3, rows.iter().map(|r| middle(r.2)))
        .count("patterns", "patterns", rows.iter().map(|r| r.3))
        .interval(
            "retrieved",
            "retrieved",
            3,
            0.95,
            rows.iter().map(interval).collect::<Result<Vec<_>, _>>()?,
        );
    report.data(table);
    let keys: Vec<(usize, usize)> = all.keys().copied().collect();
    let models = keys
        .iter()
        .map(|k| ExponentialLoad::new(Patterns::Gaussian, thousandths(k.0)))
        .collect::<Result<Vec<_>, _>>()?;
    let limits = models.iter().map(|m| m.critical_norm(NORM_LOAD)).collect::<Result<Vec<_>, _>>()?;
    let at = |(model, &(_, n)): (&ExponentialLoad, &(usize, usize))| -> Result<Option<f64>, Error> {
        if model.lambda() < 1.0 { Ok(model.critical_norm_at(n, NORM_LOAD)?) } else { Ok(None) }
    };
    let finite = models.iter().zip(&keys).map(at).collect::<Result<Vec<_>, _>>()?;
    let shares = |key: &(usize, usize), within: &dyn Fn(f64) -> bool| {
        let bins = all[key].iter().enumerate().filter(|(k, _)| within(middle(*k)));
        let (of, kept) = bins.fold((0, 0), |sum, (_, bin)| (sum.0 + bin.0, sum.1 + bin.1));
        (of > 0).then(|| kept as f64 / of as f64)
    };
    report.table(
        Table::new("norms_summary", "Success by norm, in short")
            .number("lambda", "λ", 1, keys.iter().map(|k| thousandths(k.0)))
            .count("sites", "N", keys.iter().map(|k| k.1))
            .number("small", "ρ < 0.6", 3, keys.iter().map(|k| shares(k, &|rho| rho < 0.6)))
            .number(
                "typical",
                "0.9 to 1.1",
                3,
                keys.iter().map(|k| shares(k, &|rho| (0.9..1.1).contains(&rho))),
            )
            .number("large", "above 1.3", 3, keys.iter().map(|k| shares(k, &|rho| rho > 1.3)))
            .number("half", "ρ of one half", 3, keys.iter().map(|k| half(&all[k])))
            .number("mean_field", "mean field", 3, finite)
            .number("limit", "ρ_c, N → ∞", 3, limits),
    );
    report.figure(figures::norms(&all)?);
    Ok(())
}

/// The norm at which success rises through one half.
fn half(bins: &[(usize, usize)]) -> Option<f64> {
    let filled = bins.iter().enumerate().filter(|(_, bin)| bin.0 >= 10);
    let (rho, lost): (Vec<f64>, Vec<f64>) =
        filled.map(|(k, bin)| (middle(k), 1.0 - bin.1 as f64 / bin.0 as f64)).unzip();
    dam_analysis::half_point(&rho, &lost)
}
