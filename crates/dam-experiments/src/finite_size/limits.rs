//! Sections of limits: correlated patterns, capacity, certificates.

use std::collections::BTreeMap;

use dam_analysis::certificate::{Assumption, Budget};

use super::measure::Certified;
use super::plan::{ATTACKED, CAPACITY_CORRUPTION, CORRELATED_PATTERNS, ENSEMBLES, SUCCESS};
use super::statistics::{Draws, slope};
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
        "N = 500, 20 % wrong. β is the largest overlap of all pairs. The paper does not say how its correlated patterns are made; \
         clusters of constant size around hidden centres have both its flat β and its slow loss, which templates, chains and \
         independent patterns have not.",
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
        for (ensemble, name, theirs) in [(0, "random", random), (1, "clusters of 20, flip 0.28", clustered)] {
            let Some(of) = all.get(&(ensemble, p)) else { continue };
            for (what, paper, ours) in [("β", theirs[0], beta(of)), ("success", theirs[1], of.draws.rate())]
            {
                report.quantity(Quantity {
                    name: format!("{what}, {name}, p = {p}"),
                    source: "Table 9".into(),
                    paper: Some(paper),
                    ours,
                    digits: 3,
                });
            }
        }
    }
    Ok(())
}

/// By order and sites, the capacities of the realizations.
pub(super) type Capacities = BTreeMap<(u32, usize), Vec<f64>>;

pub(super) fn capacity(records: &Records<FiniteSize>, report: &mut Report) -> Result<(), Error> {
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
    for order in 2..=4 {
        let of: Vec<(f64, &Vec<f64>)> =
            all.iter().filter(|((n, _), _)| *n == order).map(|((_, n), p)| ((*n as f64).ln(), p)).collect();
        let draws = of.iter().map(|(_, p)| p.len()).min().unwrap_or(0);
        if of.len() < 2 {
            continue;
        }
        let exponent = |r: usize| slope(&of.iter().map(|(x, p)| (*x, p[r].ln())).collect::<Vec<_>>());
        report.quantity(Quantity {
            name: format!("exponent of the capacity with N, n = {order}"),
            source: "theory: n − 1".into(),
            paper: Some(f64::from(order) - 1.0),
            ours: Summary::of((0..draws).map(exponent)),
            digits: 3,
        });
    }
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
         The last column is what limits the radius with pairs, in most draws. Means ± sd over draws, patterns that are not \
         certified at all left out and counted.",
    );
    let rows: Vec<(&(usize, usize), &Vec<&Certified>)> = all.iter().collect();
    let of = |draws: &[&Certified], of: fn(&Certified) -> Option<f64>| {
        Summary::of(draws.iter().filter_map(|c| of(c)))
    };
    let limit = |draws: &[&Certified]| {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        draws.iter().for_each(|c| *counts.entry(word(c.limits[3])).or_default() += 1);
        counts.into_iter().max_by_key(|(_, count)| *count).map_or("", |(name, _)| name)
    };
    let radius = |k: usize| move |c: &Certified| c.radii[k].map(|r| r as f64);
    let mut table = Table::new("certificates", "Radii in bits")
        .count("sites", "N", rows.iter().map(|r| r.0.0))
        .count("patterns", "p", rows.iter().map(|r| r.0.1))
        .spread("beta", "β", 3, rows.iter().map(|r| of(r.1, |c| Some(c.beta))))
        .spread("kappa", "κ/3N²", 3, rows.iter().map(|r| of(r.1, |c| Some(c.kappa))));
    for (k, name) in ["T1", "T2", "T3", "T3, pairs"].into_iter().enumerate() {
        let column = ["t1", "t2", "t3", "t3_pairs"][k];
        let spread = |draws: &[&Certified]| Summary::of(draws.iter().filter_map(|c| radius(k)(c)));
        table = table.spread(column, name, 1, rows.iter().map(|r| spread(r.1))).count(
            &format!("{column}_none"),
            "none",
            rows.iter().map(|r| r.1.iter().filter(|c| c.radii[k].is_none()).count()),
        );
    }
    report.table(
        table
            .spread("attacked", "attacked", 1, rows.iter().map(|r| of(r.1, |c| Some(c.attacked as f64))))
            .spread("random_basin", "random basin", 1, rows.iter().map(|r| of(r.1, |c| Some(c.basin))))
            .text("limit", "limit", rows.iter().map(|r| limit(r.1))),
    );
    report.figure(figures::certificates(&all));
    if let Some(draws) = all.get(&(ATTACKED.0, ATTACKED.1)) {
        let budgets = draws.iter().filter_map(|c| c.radii[3]);
        let budgets =
            budgets.map(|r| Budget::new(r, 0, ATTACKED.0, SUCCESS)).collect::<Result<Vec<_>, _>>()?;
        let mean = |of: fn(&Budget) -> Option<usize>| {
            Summary::of(budgets.iter().filter_map(|b| of(b).map(|k| k as f64)))
        };
        report.text(format!(
            "From the pattern itself at N = {}, p = {} an adversary is certainly harmless up to {:.1} flips before every sweep, and {:.1} \
             within (T5); one that flips behind the update leaves more than 5 % wrong from {} flips on, whatever the memory.",
            ATTACKED.0,
            ATTACKED.1,
            mean(|b| b.before_sweep).mean,
            mean(|b| b.within_sweep).mean,
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
