//! Gaussian patterns by number and norm, and overlaps of random patterns.

use std::collections::{BTreeMap, BTreeSet};

use dam_analysis::theory::Space;
use dam_analysis::theory::exponential_load::{ExponentialLoad, Patterns};
use dam_analysis::theory::tails::{Overlaps, nearest_leading};

use super::{grid, line};
use crate::exponential_capacity::crossovers::name;
use crate::exponential_capacity::gaussian::{AllLosses, Norms, mean_field_loads, middle, of_all};
use crate::exponential_capacity::overlaps::{Nearest, Noise, Tails, exact_tail, ln_p, noise_limit};
use crate::exponential_capacity::plan::{
    CONDENSATION_LAMBDAS, NORM_LOAD, RATE_STEP, RATE_STEPS, thousandths,
};
use crate::figure::{Axis, Figure, Guide, Mark, Panel, Series};
use crate::{Error, Summary};

/// Loads at which half, and the first, of Gaussian patterns are lost.
pub(in crate::exponential_capacity) fn all_patterns(all: &AllLosses) -> Result<Figure, Error> {
    let lambdas: BTreeSet<usize> = all.keys().map(|&(lambda, _)| lambda).collect();
    let mut panels = Vec::new();
    for lambda in lambdas {
        let model = ExponentialLoad::new(Patterns::Gaussian, thousandths(lambda))?;
        let of = |label: &str, k: usize| {
            let at = all.iter().filter(|((l, _), _)| *l == lambda);
            Series::new(
                label,
                Mark::Points,
                at.filter_map(|((_, n), of)| of_all(&of.loads[k]).bar(1.0 / *n as f64)).collect(),
            )
        };
        let mut series = vec![of("half are lost", 0), of("the first is lost", 1)];
        let least = all.keys().filter(|(l, _)| *l == lambda).map(|&(_, n)| n as f64).next().unwrap_or(16.0);
        if lambda < 1000 {
            for (k, label) in ["mean field", "mean field, least norm"].into_iter().enumerate() {
                let sizes = grid(least, 300.0, true).map(|n| 1.0 / n.round());
                series.push(line(label, sizes, |x| {
                    Ok(mean_field_loads((1.0 / x).round() as usize, thousandths(lambda))?[k])
                })?);
            }
        }
        panels.push(Panel {
            title: format!("λ = {}", thousandths(lambda)),
            x: Axis::linear("1/N"),
            y: Axis::linear("load α").within(0.0, 0.6),
            series,
            guides: vec![
                Guide::Horizontal(model.typical_threshold(), "α₁".into()),
                Guide::Horizontal(model.capacity_bound(), "all".into()),
            ],
            ..Panel::default()
        });
    }
    Ok(Figure {
        name: "all_patterns".into(),
        caption: "Gaussian patterns: the load at which half of them, and at which the first of them, is lost, against 1/N; bars: standard \
                  error over disorder draws; dashed: theory for N → ∞ (α₁; the bound for all, with pairs). Lines, for λ < 1: the mean field of N sites \
                  for a pattern of norm √N, and for the least norm among P."
            .into(),
        columns: 3,
        panels,
    })
}

/// Success against the norm.
pub(in crate::exponential_capacity) fn norms(all: &Norms) -> Result<Figure, Error> {
    let lambdas: BTreeSet<usize> = all.keys().map(|&(lambda, _)| lambda).collect();
    let mut panels = Vec::new();
    for lambda in lambdas {
        let model = ExponentialLoad::new(Patterns::Gaussian, thousandths(lambda))?;
        let curve = |(n, bins): (usize, &Vec<(usize, usize)>)| {
            let points = bins.iter().enumerate().filter(|(_, bin)| bin.0 >= 10).map(|(k, &(of, kept))| {
                let p = kept as f64 / of as f64;
                [middle(k), p, (p * (1.0 - p) / of as f64).sqrt()]
            });
            Series::new(format!("N = {n}"), Mark::Joined, points.collect())
        };
        let limit = model.critical_norm(NORM_LOAD)?.map(|rho| Guide::Vertical(rho, "ρ_c, N → ∞".into()));
        let of = all.iter().filter(|((l, _), _)| *l == lambda).map(|(&(_, n), bins)| curve((n, bins)));
        panels.push(Panel {
            title: format!("λ = {}", thousandths(lambda)),
            x: Axis::linear("norm ρ = |ξ|²/N").within(0.2, 1.8),
            y: Axis::linear("retrieved").within(-0.05, 1.05),
            series: of.take(4).collect(),
            guides: limit.into_iter().collect(),
            ..Panel::default()
        });
    }
    Ok(Figure {
        name: "norms".into(),
        caption: "Gaussian patterns at α = 0.25: the share of patterns that are retrieved, by their norm; bars: binomial standard error over \
                  all patterns of a bin; dashed: theory for N → ∞."
            .into(),
        columns: 3,
        panels,
    })
}

/// Rate functions, and counted tails.
pub(in crate::exponential_capacity) fn rates(all: &Tails) -> Result<Figure, Error> {
    let mut panels = Vec::new();
    for (&of, tail) in all {
        let points: Vec<[f64; 3]> = (1..RATE_STEPS)
            .filter_map(|k| tail.rate(k).map(|(rate, error)| [k as f64 * RATE_STEP, rate, error]))
            .collect();
        let end = points.last().map_or(1.0, |p| (p[0] + 0.1).min(0.98));
        panels.push(Panel {
            title: format!("{} patterns", name(of)),
            x: Axis::linear("ε = ξ·x / N"),
            y: Axis::linear("ln P(ξ·x ≥ εN) / N"),
            series: vec![
                Series::new("counted, N = 30", Mark::Points, points),
                line("exact, N = 30", grid(0.02, end, false), |e| Ok(Some(exact_tail(of, e)?)))?,
                line("s(ε)", grid(0.0, end, false), |e| Ok(Some(of.rate(e, 1.0)?)))?,
            ],
            ..Panel::default()
        });
    }
    Ok(Figure {
        name: "rates".into(),
        caption: "The tail of the overlaps of random patterns with a state of norm √N; bars: standard error of the count.".into(),
        columns: 3,
        panels,
    })
}

/// The exponent and the participation of the noise.
pub(in crate::exponential_capacity) fn condensation(all: &Noise) -> Result<Figure, Error> {
    let loads: BTreeSet<usize> = all.keys().map(|&(load, _)| load).collect();
    let mut panels = Vec::new();
    for load in loads {
        let of: Vec<_> = all.iter().filter(|((l, _), _)| *l == load).collect();
        let shown = if of.len() > 1 { vec![of[0], of[of.len() - 1]] } else { of };
        for (what, title) in [(0, "ln Z / N"), (1, "participation Y = Σ p²")] {
            let mut series: Vec<Series> = Vec::new();
            for ((_, n), draws) in &shown {
                let points = CONDENSATION_LAMBDAS.iter().enumerate().filter_map(|(k, &lambda)| {
                    let of = |draw: &Vec<(f64, f64)>| if what == 0 { draw[k].0 } else { draw[k].1 };
                    Summary::of(draws.iter().map(of)).bar(lambda)
                });
                series.push(Series::new(format!("N = {n}"), Mark::Points, points.collect()));
            }
            series.push(line("N → ∞", grid(0.125, 8.0, true), |lambda| {
                Ok(Some(noise_limit(thousandths(load), lambda)?[what]))
            })?);
            panels.push(Panel {
                title: format!("α = {}", thousandths(load)),
                x: Axis::log("λ"),
                y: Axis::linear(title),
                series,
                ..Panel::default()
            });
        }
    }
    Ok(Figure {
        name: "condensation".into(),
        caption: "The noise of spherical patterns at a random state: its exponent, with φ, and how few patterns carry it, with 1 − λ_*/λ; bars: \
                  standard error over disorder draws."
            .into(),
        columns: 2,
        panels,
    })
}

/// The nearest pattern against the leading order.
pub(in crate::exponential_capacity) fn nearest(all: &Nearest) -> Result<Figure, Error> {
    let mut by_power: BTreeMap<(u32, usize), Vec<(usize, Summary)>> = BTreeMap::new();
    for (&(power, factor, n), of) in all {
        by_power.entry((power, factor)).or_default().push((n, Summary::of(of.iter().copied())));
    }
    let (mut against_n, mut against_leading) = (Vec::new(), Vec::new());
    for (&(power, factor), of) in &by_power {
        let shown = if factor == 1 { String::new() } else { format!("{factor} ") };
        let label = format!("P = {shown}N{}", ["", "²", "³"][power as usize - 1]);
        let points = of.iter().filter_map(|(n, s)| s.bar(*n as f64)).collect();
        against_n.push(Series::new(&label, Mark::Points, points));
        let leading = |n: usize| nearest_leading(n, ln_p(power, factor, n));
        let mut points = Vec::new();
        for (n, s) in of {
            points.extend(s.bar(leading(*n)?));
        }
        against_leading.push(Series::new(&label, Mark::Points, points));
        let (low, high) = (of[0].0 as f64, of[of.len() - 1].0 as f64);
        let exact = |n: f64| {
            Ok(Some(Overlaps::new(Space::Sphere, n as usize)?.nearest(ln_p(power, factor, n as usize))?))
        };
        against_n.push(line(&label, grid(low, high.max(low + 1.0), true).map(f64::round), exact)?);
    }
    Ok(Figure {
        name: "nearest".into(),
        caption: "The cosine of a pattern and the nearest of P − 1 others, P = a N^k; bars: standard error over disorder draws. (a) Lines: exact. (b) \
                  Against the leading order sqrt(2 ln P / N), as in the paper; dashed: equality."
            .into(),
        columns: 2,
        panels: vec![
            Panel {
                x: Axis::log("sites N"),
                y: Axis::linear("cosine").within(0.0, 1.0),
                series: against_n,
                ..Panel::default()
            },
            Panel {
                x: Axis::linear("leading order").within(0.0, 1.0),
                y: Axis::linear("cosine").within(0.0, 1.0),
                series: against_leading,
                guides: vec![Guide::Diagonal],
                ..Panel::default()
            },
        ],
    })
}
