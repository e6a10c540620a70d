//! Sections of limits: correlated patterns, capacity, certificates.

use std::collections::BTreeMap;

use dam_analysis::certificate::{Assumption, Budget, Certificate};
use dam_core::Streams;

use super::measure::{Certified, PAIRS, RADII};
use super::plan::{
    ATTACKED, CAPACITY_CORRUPTION, CLUSTERS, CORRELATED_PATTERNS, ENSEMBLES, INDEPENDENT, SUCCESS,
};
use super::statistics::{Draws, bootstrap, slope};
use super::{Cell, FiniteSize, Record, figures, paper};
use crate::harness::Records;
use crate::report::{Quantity, Report, Table};
use crate::{Error, Summary};

/// One construction at one number of patterns: β of each draw, and its trials.
#[derive(Clone, Debug, Default)]
pub(super) struct Construction {
    pub(super) beta: Vec<f64>,
    pub(super) draws: Draws,
}

pub(super) fn correlated(records: &Records<FiniteSize>, report: &mut Report) -> Result<(), Error> {
    let mut all: BTreeMap<(usize, usize), Construction> = BTreeMap::new();
    for (cell, record) in records {
        let (Cell::Correlated { ensemble, .. }, Record::Correlated(of)) = (cell, record) else { continue };
        for (p, (beta, tally)) in CORRELATED_PATTERNS.into_iter().zip(of) {
            let entry = all.entry((*ensemble, p)).or_default();
            entry.beta.push(*beta);
            entry.draws.0.push(*tally);
        }
    }
    if all.is_empty() {
        return Ok(());
    }
    report.heading("Correlated patterns");
    report.text(
        "N = 500, 20 % wrong. β is the largest overlap of all pairs. The paper does not say how its correlated patterns are made; its \
         β is flat in p and its rate falls slowly (docs/errata.md, F6). Size and flip of the clusters are scanned here to see what \
         comes near; agreement of one of them is a fit, not a test.",
    );
    let rows: Vec<(usize, usize, &Construction)> = all.iter().map(|(&(k, p), c)| (k, p, c)).collect();
    let beta = |c: &Construction| Summary::of(c.beta.iter().copied());
    report.table(
        Table::new("correlated", "Retrieval of independent and correlated patterns")
            .text("construction", "construction", rows.iter().map(|r| ENSEMBLES[r.0].0))
            .count("patterns", "p", rows.iter().map(|r| r.1))
            .spread("beta", "β (mean ± sd)", 3, rows.iter().map(|r| beta(r.2)))
            .interval(
                "success",
                "success, Wilson",
                3,
                0.95,
                rows.iter().map(|r| r.2.draws.interval()).collect::<Result<Vec<_>, _>>()?,
            )
            .spread("by_draw", "mean ± sd over draws", 2, rows.iter().map(|r| r.2.draws.rate())),
    );
    report.figure(figures::correlated(&all));
    for (p, random, clustered) in paper::CORRELATED {
        for (ensemble, theirs) in [(INDEPENDENT, Some(random)), (CLUSTERS, clustered)] {
            let (Some(of), Some(theirs)) = (all.get(&(ensemble, p)), theirs) else { continue };
            for (what, paper, ours, digits) in
                [("β", theirs[0], beta(of), 3), ("success", theirs[1], of.draws.rate(), 2)]
            {
                let name = format!("{what}, {}, p = {p}", ENSEMBLES[ensemble].0);
                let of = Quantity::measured(name, "Table 9 (F6)", paper, ours, digits);
                report.quantity(if ensemble == CLUSTERS { of.fitted("size and flip") } else { of });
            }
        }
    }
    Ok(())
}

/// By order and sites, the capacities of the realizations.
pub(super) type Capacities = BTreeMap<(u32, usize), Vec<f64>>;

pub(super) fn capacity(
    records: &Records<FiniteSize>,
    streams: Streams,
    report: &mut Report,
) -> Result<(), Error> {
    let mut all = Capacities::new();
    for (cell, record) in records {
        let (&Cell::Capacity { order, sites, .. }, Record::Capacity(p)) = (cell, record) else { continue };
        all.entry((order, sites)).or_default().push(*p);
    }
    if all.is_empty() {
        return Ok(());
    }
    report.heading("Capacity");
    report.text(format!(
        "Patterns at which half of the trials succeed from {CAPACITY_CORRUPTION} % wrong spins, found anew in every disorder \
         realization; theory: N^(n−1). n = 2 is the Hopfield model under the same noise."
    ));
    let rows: Vec<(u32, usize, Summary)> =
        all.iter().map(|(&(order, n), p)| (order, n, Summary::of(p.iter().copied()))).collect();
    report.table(
        Table::new("capacity", "Patterns at which half of the trials succeed")
            .count("order", "n", rows.iter().map(|r| r.0 as usize))
            .count("sites", "N", rows.iter().map(|r| r.1))
            .spread("patterns", "p (mean ± sd)", 0, rows.iter().map(|r| r.2))
            .number(
                "load",
                "p / N^(n−1)",
                4,
                rows.iter().map(|r| r.2.mean / (r.1 as f64).powi(r.0 as i32 - 1)),
            ),
    );
    report.figure(figures::capacity(&all));
    let mut exponents = Vec::new();
    for order in 2..=4 {
        let of: Vec<(f64, &Vec<f64>)> =
            all.iter().filter(|((n, _), _)| *n == order).map(|((_, n), p)| ((*n as f64).ln(), p)).collect();
        let draws = of.iter().map(|(_, p)| p.len()).min().unwrap_or(0);
        if of.len() < 2 {
            continue;
        }
        // The slope of the mean logarithms, and where it stands at the larger sizes.
        let exponent = |sizes: &[(f64, &Vec<f64>)], sample: &[usize]| {
            let mean_ln = |p: &[f64]| sample.iter().map(|&r| p[r].ln()).sum::<f64>() / sample.len() as f64;
            slope(&sizes.iter().map(|(x, p)| (*x, mean_ln(p))).collect::<Vec<_>>())
        };
        let last = &of[of.len() - 2..];
        let interval = |sizes| bootstrap(draws, streams, |sample| Some(exponent(sizes, sample)));
        exponents.push((order, interval(&of), interval(last)));
        // The paper's is the limit N → ∞, which a spread over draws does not judge.
        report.quantity(Quantity::measured(
            format!("exponent of the capacity with N, n = {order}, over all sizes; {} as N → ∞", order - 1),
            "abstract: Θ(N^(n−1))",
            None,
            Summary::of((0..draws).map(|r| exponent(&of, &[r]))),
            2,
        ));
    }
    report.table(
        Table::new("capacity_exponent", "Exponent of the capacity with N, bootstrap over realizations")
            .count("order", "n", exponents.iter().map(|e| e.0 as usize))
            .count("theory", "theory", exponents.iter().map(|e| e.0 as usize - 1))
            .interval("all", "all sizes", 3, 0.95, exponents.iter().map(|e| e.1))
            .interval("last_two", "largest two sizes", 3, 0.95, exponents.iter().map(|e| e.2)),
    );
    Ok(())
}

/// By sites and patterns, the certificates of the realizations.
pub(super) type Certificates<'a> = BTreeMap<(usize, usize), Vec<&'a Certified>>;

pub(super) fn certificates(records: &Records<FiniteSize>, report: &mut Report) -> Result<(), Error> {
    let mut all = Certificates::new();
    for (cell, record) in records {
        let (&Cell::Certificates { sites, patterns, .. }, Record::Certified(of)) = (cell, record) else {
            continue;
        };
        all.entry((sites, patterns)).or_default().push(of);
    }
    if all.is_empty() {
        return Ok(());
    }
    report.heading("Certified radii");
    report.text(
        "Wrong spins that one sweep repairs whichever they are (certified), wrong spins with which an attack turned a field (no \
         certificate can reach that far), and random wrong spins from which half of the trials succeed. T1 knows the separation \
         β alone, T2 the norm of the overlaps, T3 the signed interference of every site; with pairs, T3 knows all triple products. \
         T4 does not ask for all fields to be right, only for fewer wrong ones after a sweep. Mean ± sd over draws; patterns that are \
         not certified at all are left out and counted as none. The last columns: attacked over certified with pairs, and what limits \
         these in most draws.",
    );
    let rows: Vec<(&(usize, usize), &Vec<&Certified>)> = all.iter().collect();
    let of = |draws: &[&Certified], of: &dyn Fn(&Certified) -> Option<f64>| {
        Summary::of(draws.iter().filter_map(|c| of(c)))
    };
    let limit = |draws: &[&Certified]| {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        draws.iter().for_each(|c| *counts.entry(word(c.limits[PAIRS])).or_default() += 1);
        counts.into_iter().max_by_key(|(_, count)| *count).map_or("", |(name, _)| name)
    };
    let mut table = Table::new("certificates", "Radii in bits")
        .count("sites", "N", rows.iter().map(|r| r.0.0))
        .count("patterns", "p", rows.iter().map(|r| r.0.1))
        .spread("beta", "β", 3, rows.iter().map(|r| of(r.1, &|c| Some(c.beta))))
        .spread("kappa", "κ/3N²", 3, rows.iter().map(|r| of(r.1, &|c| Some(c.kappa))));
    for (k, name) in RADII.into_iter().enumerate() {
        let column = name.to_lowercase().replace(", ", "_");
        let spread = |draws: &[&Certified]| of(draws, &|c| c.radii[k].map(|r| r as f64));
        let none = |draws: &[&Certified]| draws.iter().filter(|c| c.radii[k].is_none()).count();
        table = table.spread(&column, name, 1, rows.iter().map(|r| spread(r.1))).count(
            &format!("{column}_none"),
            "none",
            rows.iter().map(|r| none(r.1)),
        );
    }
    let gap = |c: &Certified| c.radii[PAIRS].filter(|&r| r > 0).map(|r| c.attacked as f64 / r as f64);
    report.table(
        table
            .spread("attacked", "attacked", 1, rows.iter().map(|r| of(r.1, &|c| Some(c.attacked as f64))))
            .spread("random_basin", "random basin", 1, rows.iter().map(|r| of(r.1, &|c| Some(c.basin))))
            .spread("gap", "attacked / certified", 2, rows.iter().map(|r| of(r.1, &gap)))
            .text("limit", "limit", rows.iter().map(|r| limit(r.1))),
    );
    report.figure(figures::certificates(&all));
    if let Some(draws) = all.get(&(ATTACKED.0, ATTACKED.1)) {
        let budget = |c: &&Certified| {
            let certificate = Certificate { radius: c.radii[PAIRS], rate: 0.0, limit: c.limits[PAIRS] };
            Budget::new(&certificate, 0, ATTACKED.0, SUCCESS)
        };
        let budgets = draws.iter().map(budget).collect::<Result<Vec<_>, _>>()?;
        let bits = |of: fn(&Budget) -> Option<usize>| {
            let all = Summary::of(budgets.iter().map(|b| of(b).unwrap_or(0) as f64));
            format!("{:.1} (least {:.0})", all.mean, all.min)
        };
        report.note(format!(
            "From the pattern itself at N = {}, p = {} an adversary of any kind is certainly harmless with {} flips before every sweep, \
             and with {} within it (T5; mean over draws, those without a certificate as 0); one that flips behind the update \
             leaves more than {:.0} % wrong from {} flips on, whatever the memory. What survives flips of one kind is in the section \
             on adversaries; a certificate holds for every choice of the bits, and demands that one sweep repairs all.",
            ATTACKED.0,
            ATTACKED.1,
            bits(|b| b.before_sweep),
            bits(|b| b.within_sweep),
            100.0 * (1.0 - SUCCESS),
            budgets.first().map_or(0, |b| b.match_limit + 1),
        ));
    }
    Ok(())
}

fn word(assumption: Assumption) -> &'static str {
    match assumption {
        Assumption::Signal => "signal",
        Assumption::Separation => "separation",
        Assumption::Interference => "interference",
        Assumption::Coupling => "coupling",
        Assumption::Spread => "spread",
    }
}
