//! The figures.

use std::collections::BTreeMap;

use super::limits::{Capacities, Certificates, Construction};
use super::measure::{Certified, PAIRS, RADII, SEPARATION};
use super::paper;
use super::plan::{
    BASIN_CORRUPTIONS, BASIN_LOADS, BEFORE_SHOWN, CLUSTERS, CONVERGENCE, CONVERGENCE_SHOWN, ENSEMBLES,
    INDEPENDENT, PROTOCOLS, TEMPLATE, WITHIN_SHOWN,
};
use super::statistics::Draws;
use crate::Summary;
use crate::figure::{Axis, Figure, Guide, Mark, Panel, Series};

/// Sweeps against N, with failures and without.
pub(super) fn convergence(rows: &[(usize, usize, &Draws)]) -> Figure {
    let panel = |counting: usize, title: &str| {
        let shown = CONVERGENCE_SHOWN.into_iter().map(|setting| {
            let (corruption, load) = CONVERGENCE[setting];
            let of = rows.iter().filter(|(k, ..)| *k == setting);
            let points = of.filter_map(|(_, n, draws)| draws.sweeps()[counting].bar(*n as f64)).collect();
            Series::new(format!("{corruption} %, α = {}", load as f64 / 1e3), Mark::Joined, points)
        });
        Panel {
            title: title.into(),
            x: Axis::log("sites N"),
            y: Axis::linear("sweeps T"),
            series: shown.collect(),
            ..Panel::default()
        }
    };
    Figure {
        name: "convergence".into(),
        caption: "Mean sweeps until 95 % of the spins are right, by the share of wrong spins and the load; bars: standard error over \
                  disorder draws. (a) Failures counted as 60 sweeps, as in the paper. (b) Successes alone."
            .into(),
        columns: 2,
        panels: vec![panel(0, "failures as 60 sweeps"), panel(1, "successes alone")],
    }
}

/// Success against corruption.
pub(super) fn basin(all: &BTreeMap<(usize, usize), Vec<Draws>>) -> Figure {
    let sites = all.keys().map(|&(n, _)| n);
    let (least, most) = (sites.clone().min().unwrap_or(0), sites.max().unwrap_or(0));
    let panels = BASIN_LOADS.into_iter().enumerate().map(|(k, load)| {
        let mut sizes = vec![least, 400, most];
        sizes.sort_unstable();
        sizes.dedup();
        let mut shown: Vec<Series> = sizes
            .into_iter()
            .filter_map(|n| {
                let draws = all.get(&(n, load))?;
                let points =
                    BASIN_CORRUPTIONS.zip(draws).filter_map(|(c, d)| d.rate().bar(c as f64)).collect();
                Some(Series::new(format!("N = {n}"), Mark::Joined, points))
            })
            .collect();
        let theirs = paper::BASIN.iter().map(|(c, row)| [*c as f64, row[k] / 100.0, 0.0]).collect();
        shown.push(Series::new("paper", Mark::Points, theirs));
        Panel {
            title: format!("α = {}", load as f64 / 1e3),
            x: Axis::linear("wrong spins at the start (%)"),
            y: Axis::linear("success").within(-0.05, 1.05),
            series: shown,
            ..Panel::default()
        }
    });
    Figure {
        name: "basin".into(),
        caption: "Success against the share of wrong spins, by load; bars: standard error over disorder draws. The paper does not say \
                  its N."
            .into(),
        columns: 3,
        panels: panels.collect(),
    }
}

/// Success against the budget.
pub(super) fn adversary(budgets: &[f64], all: &BTreeMap<usize, Vec<Draws>>) -> Figure {
    let panel = |title: &str, shown: [usize; 3], column: usize, name: &str| {
        let mut lines: Vec<Series> = shown
            .into_iter()
            .filter_map(|k| {
                let points =
                    budgets.iter().zip(all.get(&k)?).filter_map(|(rho, d)| d.rate().bar(*rho)).collect();
                let name = PROTOCOLS[k].name.split_once(", ").map_or("", |(_, rest)| rest);
                Some(Series::new(name, Mark::Joined, points))
            })
            .collect();
        let points = paper::BUDGETS.iter().map(|row| [row.0 as f64 / 1e3, row.1[column], 0.0]).collect();
        lines.push(Series::new(name, Mark::Points, points));
        Panel {
            title: title.into(),
            x: Axis::linear("flips per sweep ρ (share of N)"),
            y: Axis::linear("success").within(-0.05, 1.05),
            series: lines,
            ..Panel::default()
        }
    };
    Figure {
        name: "adversary".into(),
        caption: "Success at N = 500, p = 1250 against the budget of an adversary that flips ρN spins before every sweep (a) or within it \
                  (b); bars: standard error over disorder draws; beside the surviving rows of the paper's Table 6."
            .into(),
        columns: 2,
        panels: vec![
            panel("before each sweep", BEFORE_SHOWN, 0, "paper, strong"),
            panel("within the sweep", WITHIN_SHOWN, 1, "paper, weak"),
        ],
    }
}

/// Independent and correlated patterns.
pub(super) fn correlated(all: &BTreeMap<(usize, usize), Construction>) -> Figure {
    let panel = |y: Axis, of: fn(&Construction) -> Summary, theirs: usize| {
        let mut lines: Vec<Series> = [INDEPENDENT, CLUSTERS, TEMPLATE]
            .into_iter()
            .map(|k| {
                let points = all
                    .iter()
                    .filter(|((e, _), _)| *e == k)
                    .filter_map(|((_, p), c)| of(c).bar(*p as f64))
                    .collect();
                Series::new(ENSEMBLES[k].0, Mark::Joined, points)
            })
            .collect();
        let points = paper::CORRELATED
            .iter()
            .filter_map(|(p, _, row)| Some([*p as f64, (*row)?[theirs], 0.0]))
            .collect();
        lines.push(Series::new("paper, correlated", Mark::Points, points));
        Panel { x: Axis::linear("patterns p"), y, series: lines, ..Panel::default() }
    };
    Figure {
        name: "correlated".into(),
        caption: "N = 500: (a) success from 20 % wrong spins and (b) the largest overlap of all pairs; bars: standard error over disorder \
                  draws; beside the paper's Table 9."
            .into(),
        columns: 2,
        panels: vec![
            panel(Axis::linear("success").within(-0.05, 1.05), |c| c.draws.rate(), 1),
            panel(Axis::linear("separation β").within(0.0, 0.5), |c| Summary::of(c.beta.iter().copied()), 0),
        ],
    }
}

/// Capacity against N, divided by what theory has.
pub(super) fn capacity(all: &Capacities) -> Figure {
    let of = |order: u32, scaled: bool| {
        let points = all.iter().filter(|((n, _), _)| *n == order).filter_map(|((_, n), p)| {
            let n = *n as f64;
            let unit = if scaled { n.powi(order as i32 - 1) } else { 1.0 };
            Summary::of(p.iter().map(|p| p / unit)).bar(n)
        });
        Series::new(format!("n = {order}"), Mark::Joined, points.collect())
    };
    let panel = |y: Axis, scaled| Panel {
        x: Axis::log("sites N"),
        y,
        series: (2..=4).map(|order| of(order, scaled)).collect(),
        ..Panel::default()
    };
    Figure {
        name: "capacity".into(),
        caption: "Patterns at which half of the trials succeed from 20 % wrong spins (a), and the same over N^(n−1) (b); bars: standard \
                  error over disorder draws."
            .into(),
        columns: 2,
        panels: vec![panel(Axis::log("patterns p"), false), panel(Axis::log("load p / N^(n−1)"), true)],
    }
}

/// Radii against the number of patterns.
pub(super) fn certificates(all: &Certificates<'_>) -> Figure {
    let sites: std::collections::BTreeSet<usize> = all.keys().map(|&(n, _)| n).collect();
    let panels = sites.into_iter().map(|n| {
        let line = |label: &str, of: &dyn Fn(&Certified) -> Option<f64>| {
            let points = all.iter().filter(|((sites, _), _)| *sites == n).filter_map(|((_, p), draws)| {
                // A logarithmic axis has no place for a radius of zero.
                Summary::of(draws.iter().filter_map(|c| of(c)))
                    .bar(*p as f64)
                    .filter(|[_, y, e]| y - e > 0.05)
            });
            Series::new(label, Mark::Joined, points.collect())
        };
        Panel {
            title: format!("N = {n}"),
            x: Axis::log("patterns p"),
            y: Axis::log("wrong spins"),
            series: vec![
                line(RADII[SEPARATION], &|c| c.radii[SEPARATION].map(|r| r as f64)),
                line(RADII[PAIRS], &|c| c.radii[PAIRS].map(|r| r as f64)),
                line("attacked", &|c| Some(c.attacked as f64)),
                line("random basin", &|c| Some(c.basin)),
            ],
            guides: vec![Guide::Horizontal(n as f64 / 2.0, String::new())],
            ..Panel::default()
        }
    });
    Figure {
        name: "certificates".into(),
        caption: "Wrong spins that are certainly repaired by one sweep (T1 from the separation alone, T3 from all triple products), with \
                  which an attack turned a field, and from which half of random trials succeed; bars: standard error over disorder draws. \
                  Dashed: N/2."
            .into(),
        columns: 2,
        panels: panels.collect(),
    }
}
