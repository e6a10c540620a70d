//! The scaled regime, descents side by side, and patterns beyond memory.

use std::collections::BTreeMap;

use dam_analysis::theory::exponential_load::{ExponentialLoad, Patterns, ScaledAttention};

use super::descents::{BEYOND_SITES, BEYOND_STARTS, narrowed};
use super::gaussian::{least_norm, of_all};
use super::load::STEPS;
use super::losses::CANDIDATES;
use super::plan::{CASES, patterns, thousandths};
use super::{Agreement, Beyond, Cell, ExponentialCapacity, Record, figures};
use crate::harness::Records;
use crate::report::{Report, Table};
use crate::{Error, Summary};

/// The λ above which the mean field of N sites retrieves the pattern of least norm among P = e^{α√N}, at its median.
pub(super) fn least_norm_lambda(n: usize, alpha: f64) -> Result<Option<f64>, Error> {
    let root = (n as f64).sqrt();
    let rho = least_norm(n, patterns(alpha / root, n) as f64);
    let kept = |lambda: f64| -> Result<bool, Error> {
        let model = ExponentialLoad::new(Patterns::Gaussian, lambda / root)?;
        Ok(model.critical_norm_at(n, alpha / root)?.is_none_or(|least| least <= rho))
    };
    let (low, high) = (1.0 / root, 0.999 * root);
    if kept(high)? { Ok(Some(narrowed((low, high), 1.0001, kept)?.1)) } else { Ok(None) }
}

/// By load in thousandths and sites: λ of half, and of all patterns, of each draw; none where there is no such λ.
pub(super) type Scaled = BTreeMap<(usize, usize), [Vec<Option<f64>>; 2]>;

pub(super) fn scaled(
    starts: usize,
    records: &Records<ExponentialCapacity>,
    report: &mut Report,
) -> Result<(), Error> {
    let mut found = Scaled::new();
    for (cell, record) in records {
        let (&Cell::Scaled { load, sites, .. }, Record::Scaled { typical, all }) = (cell, record) else {
            continue;
        };
        let of = found.entry((load, sites)).or_default();
        of[0].push(*typical);
        of[1].push(*all);
    }
    if found.is_empty() {
        return Ok(());
    }
    report.heading("Scaled dot-product attention");
    report.text(format!(
        "Weights softmax(λ ξ·x/√N) over P = e^{{α√N}} Gaussian patterns. For N → ∞ a typical pattern, and all patterns, are retrieved \
         above λ = α. Here: the λ at which half of {starts} patterns are, and at which all are (of the {CANDIDATES} of least norm), ± sd over \
         draws; the mean field of N sites for a pattern of norm √N, and for one of the least norm among P (its median); and what the \
         expansion α = λ − (ln(λ√N) + 1 + λ²/2)/√N gives at the simulated λ. All patterns follow more slowly, with N^(−1/4): the least \
         norm among P patterns is 1 − 2√α N^(−1/4). Where a pair has ξ·ξ' > |ξ|², no λ keeps all: such draws are counted, and then \
         there is no mean.",
    ));
    let rows: Vec<(usize, usize, [Summary; 2])> =
        found.iter().map(|(&(load, n), of)| (load, n, of.each_ref().map(|of| of_all(of)))).collect();
    let mean_field = rows
        .iter()
        .map(|r| ScaledAttention::crossover(r.1, thousandths(r.0)))
        .collect::<Result<Vec<_>, _>>()?;
    // Nothing where there is no λ, or too small a one.
    let expansion = |lambda: f64, n: usize| ScaledAttention::new(lambda).ok()?.typical_threshold(n).ok();
    let never: Vec<usize> = found.values().map(|of| of[1].iter().filter(|l| l.is_none()).count()).collect();
    let norm =
        rows.iter().map(|r| least_norm_lambda(r.1, thousandths(r.0))).collect::<Result<Vec<_>, _>>()?;
    report.table(
        Table::new("scaled", "λ of retrieval in the scaled regime")
            .number("alpha", "α", 1, rows.iter().map(|r| thousandths(r.0)))
            .count("sites", "N", rows.iter().map(|r| r.1))
            .count("count", "P", rows.iter().map(|r| patterns(thousandths(r.0) / (r.1 as f64).sqrt(), r.1)))
            .spread("typical", "λ of half", 3, rows.iter().map(|r| r.2[0]))
            .number("mean_field", "mean field", 3, mean_field)
            .number("expansion", "α by the expansion", 3, rows.iter().map(|r| expansion(r.2[0].mean, r.1)))
            .spread("all", "λ of all", 3, rows.iter().map(|r| r.2[1]))
            .count("never_all", "draws without", never)
            .number("least_norm", "mean field, least norm", 3, norm),
    );
    report.figure(figures::scaled(&found)?);
    report.note(
        "The shift of a typical pattern has a term λ²/2 besides ln(λ√N) + 1: the mean of e^{λ ξ·x/√N} is e^{λ²/2}, a factor that does not \
         grow with N but is of the order of the other constant.",
    );
    Ok(())
}

pub(super) fn agreement(records: &Records<ExponentialCapacity>, report: &mut Report) {
    let mut all: BTreeMap<usize, Vec<&Agreement>> = BTreeMap::new();
    for (cell, record) in records {
        let (&Cell::Agreement { case, .. }, Record::Agreement(of)) = (cell, record) else { continue };
        all.entry(case).or_default().push(of);
    }
    if all.is_empty() {
        return;
    }
    report.heading("Gradient descent and the map");
    report.text(format!(
        "Both descents from the same starts among the same patterns, in f64, at most {STEPS} steps: the share of starts from which they end \
         in one state (all entries within 10⁻³), the shares that each retrieves, and mean steps. Gradient descent begins with steps \
         of 10⁻³ √N and doubles them as long as the energy falls enough; a step of the map is a gradient step of length one.",
    ));
    let rows: Vec<(usize, &Vec<&Agreement>)> = all.iter().map(|(&k, of)| (k, of)).collect();
    let share = |of: &[&Agreement], what: fn(&Agreement) -> usize| {
        Summary::of(of.iter().map(|a| what(a) as f64 / a.starts as f64))
    };
    let steps = |of: &[&Agreement], k: usize| Summary::of(of.iter().map(|a| a.steps[k]));
    report.table(
        Table::new("agreement", "Two descents")
            .text("case", "case", rows.iter().map(|r| CASES[r.0].name))
            .count("sites", "N", rows.iter().map(|r| CASES[r.0].sites))
            .number("alpha", "α", 2, rows.iter().map(|r| CASES[r.0].alpha))
            .number("lambda", "λ", 2, rows.iter().map(|r| CASES[r.0].lambda))
            .number("angle", "angle (°)", 0, rows.iter().map(|r| CASES[r.0].angle))
            .spread("same", "same end", 3, rows.iter().map(|r| share(r.1, |a| a.same)))
            .spread("map", "map retrieves", 3, rows.iter().map(|r| share(r.1, |a| a.by_map)))
            .spread("gradient", "gradient retrieves", 3, rows.iter().map(|r| share(r.1, |a| a.by_gradient)))
            .spread("map_steps", "steps of the map", 0, rows.iter().map(|r| steps(r.1, 0)))
            .spread("gradient_steps", "of gradient descent", 0, rows.iter().map(|r| steps(r.1, 1))),
    );
}

pub(super) fn beyond(
    count: usize,
    records: &Records<ExponentialCapacity>,
    report: &mut Report,
) -> Result<(), Error> {
    let all: Vec<(f64, &Beyond)> = records
        .iter()
        .filter_map(|(cell, record)| match (cell, record) {
            (&Cell::Beyond { lambda }, Record::Beyond(of)) => Some((thousandths(lambda), of)),
            _ => None,
        })
        .collect();
    if all.is_empty() {
        return Ok(());
    }
    let alpha = (count as f64).ln() / BEYOND_SITES as f64;
    let crossover = Patterns::Spherical.crossover(BEYOND_SITES, alpha)?;
    report.heading("Patterns beyond memory");
    report.text(format!(
        "{count} spherical patterns at N = {BEYOND_SITES}, α = {alpha:.4}, which are made again for every pass instead of being kept (in \
         f64 they would take {:.1} GB). Descents by the map from {BEYOND_STARTS} of them; the mean field of N sites has its crossover at λ = {}. \
         The last column says whether the same patterns in memory gave the same bits, where they were held too.",
        count as f64 * BEYOND_SITES as f64 * 8e-9,
        crossover.map_or("none".into(), |lambda| format!("{lambda:.3}")),
    ));
    let same = |of: &Beyond| match of.as_in_memory {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not held",
    };
    report.table(
        Table::new("beyond", "Descents among patterns that are not kept")
            .number("lambda", "λ", 2, all.iter().map(|r| r.0))
            .count("retrieved", "retrieved", all.iter().map(|r| r.1.retrieved))
            .number("overlap", "overlap", 4, all.iter().map(|r| r.1.overlap))
            .number("weight", "softmax weight", 4, all.iter().map(|r| r.1.weight))
            .count("steps", "steps", all.iter().map(|r| r.1.steps))
            .text("same", "as in memory", all.iter().map(|r| same(r.1))),
    );
    Ok(())
}
