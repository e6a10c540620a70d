//! The figures.

use std::collections::BTreeMap;

use dam_analysis::theory::Space;
use dam_analysis::theory::exponential_load::{ExponentialLoad, Patterns, ScaledAttention, ramsauer_bound};
use dam_analysis::theory::tails::{Overlaps, nearest_leading};

use super::Descent;
use super::basins::Basin;
use super::crossovers::{Crossing, name};
use super::gaussian::{AllLosses, Norms, mean_field_loads, middle};
use super::overlaps::{Nearest, Tails, exact_tail, ln_p};
use super::plan::{ANGLES, NORM_LOAD, RATE_STEP, RATE_STEPS, thousandths};
use super::regimes::{Scaled, least_norm_lambda};
use crate::figure::{Axis, Figure, Guide, Mark, Panel, Series};
use crate::{Error, Summary};

/// Points of a curve between two ends, evenly or by ratios.
fn grid(low: f64, high: f64, log: bool) -> impl Iterator<Item = f64> {
    const POINTS: i32 = 120;
    (0..=POINTS).map(move |k| {
        let t = f64::from(k) / f64::from(POINTS);
        if log { low * (high / low).powf(t) } else { low + (high - low) * t }
    })
}

fn line(
    label: &str,
    x: impl Iterator<Item = f64>,
    of: impl Fn(f64) -> Result<Option<f64>, Error>,
) -> Result<Series, Error> {
    let mut points = Vec::new();
    for x in x {
        points.extend(of(x)?.map(|y| [x, y, 0.0]));
    }
    Ok(Series::new(label, Mark::Line, points))
}

/// Phase diagrams of the three ensembles.
pub(super) fn phases() -> Result<Figure, Error> {
    let all = |of: Patterns, label: &str, f: fn(ExponentialLoad) -> f64| {
        line(label, grid(0.1, 16.0, true), |lambda| Ok(Some(f(ExponentialLoad::new(of, lambda)?))))
    };
    let panel = |of: Patterns, top: f64, more: Vec<Series>| -> Result<Panel, Error> {
        let mut series = vec![
            all(of, "α₁", ExponentialLoad::typical_threshold)?,
            all(of, "α_* (condensation)", ExponentialLoad::condensation)?,
        ];
        series.extend(more);
        Ok(Panel {
            title: format!("{} patterns", name(of)),
            x: Axis::log("λ"),
            y: Axis::linear("load α = ln P / N").within(0.0, top),
            series,
            ..Panel::default()
        })
    };
    let ramsauer =
        line("Ramsauer’s bound", grid(0.1, 16.0, true), |lambda| Ok(Some(ramsauer_bound(lambda)?)))?;
    let gaussian = vec![
        all(Patterns::Gaussian, "all, by norm", ExponentialLoad::norm_threshold)?,
        all(Patterns::Gaussian, "all, and pairs", ExponentialLoad::capacity_bound)?,
    ];
    Ok(Figure {
        name: "phases".into(),
        caption: "Retrieval of a typical pattern below α₁, which for spherical and binary patterns is also the bound for all; condensed \
                  noise below α_*; the bound of Ramsauer et al. for spherical patterns; for Gaussian patterns the bounds for all, by the \
                  least norm alone and with close pairs."
            .into(),
        columns: 3,
        panels: vec![
            panel(Patterns::Spherical, 2.0, vec![ramsauer])?,
            panel(Patterns::Gaussian, 0.8, gaussian)?,
            panel(Patterns::Binary, 0.8, Vec::new())?,
        ],
    })
}

/// λ at the crossover against 1/N.
pub(super) fn crossovers(all: &[Crossing]) -> Result<Figure, Error> {
    let mut panels = Vec::new();
    for crossing in all.iter().filter(|c| c.descent == Descent::Map && !c.sizes.is_empty()) {
        let alpha = thousandths(crossing.load);
        let points =
            crossing.sizes.iter().filter_map(|(&n, of)| Summary::of(of.iter().copied()).bar(1.0 / n as f64));
        let least = crossing.sizes.keys().next().copied().unwrap_or(10);
        let by_gradient = all.iter().find(|c| {
            (c.patterns, c.load, c.descent) == (crossing.patterns, crossing.load, Descent::Gradient)
        });
        let sizes = grid(least as f64, 2000.0, true).map(|n| 1.0 / n.round());
        let mean_field = line("mean field", sizes, |x| {
            Ok(crossing.patterns.crossover((1.0 / x).round() as usize, alpha)?)
        })?;
        let mut series = vec![Series::new("map", Mark::Points, points.collect()), mean_field];
        if let Some(fit) = &crossing.fits[0] {
            let x = grid(1e-4, 1.0 / least as f64, false);
            series.push(line("fit of the paper’s form", x, |x| Ok(Some(fit.at(1.0 / x))))?);
        }
        if let Some(of) = by_gradient {
            let points =
                of.sizes.iter().filter_map(|(&n, l)| Summary::of(l.iter().copied()).bar(1.0 / n as f64));
            series.push(Series::new("gradient descent", Mark::Hollow, points.collect()));
        }
        let limit = crossing.limit()?.map(|limit| Guide::Horizontal(limit, "λ₁".into()));
        panels.push(Panel {
            title: format!("{}, α = {alpha}", name(crossing.patterns)),
            x: Axis::linear("1/N"),
            y: Axis::linear("λ at the crossover"),
            series,
            guides: limit.into_iter().collect(),
            ..Panel::default()
        });
    }
    Ok(Figure {
        name: "crossovers".into(),
        caption: "The λ above which half of the patterns are retrieved, against 1/N; bars: standard error over disorder draws. The mean \
                  field has no free parameter; the fit is a quadratic in 1/N through the points, as in the paper. Dashed: λ₁ of theory \
                  for N → ∞."
            .into(),
        columns: 2,
        panels,
    })
}

/// θ_c of theory, and success against the angle at several sizes.
pub(super) fn basins(all: &[Basin]) -> Result<Figure, Error> {
    let mut theory = Vec::new();
    for alpha in [0.1, 0.2, 0.3, 0.5] {
        let label = format!("α = {alpha}");
        theory.push(line(&label, grid(0.1, 16.0, true), |lambda| {
            let model = ExponentialLoad::new(Patterns::Spherical, lambda)?;
            Ok(model.basin_angle(alpha)?.map(f64::to_degrees))
        })?);
    }
    let nearest = [0.1, 0.2, 0.3, 0.5].map(|alpha| Patterns::Spherical.nearest_angle(alpha));
    let nearest = nearest.into_iter().collect::<Result<Vec<_>, _>>()?;
    let guides =
        nearest.into_iter().map(|angle| Guide::Horizontal(angle.to_degrees(), String::new())).collect();
    let mut panels = vec![Panel {
        title: "theory, N → ∞".into(),
        x: Axis::log("λ"),
        y: Axis::linear("θ_c (degrees)").within(0.0, 90.0),
        series: theory,
        guides,
        ..Panel::default()
    }];
    for basin in all {
        let sizes: Vec<usize> = basin.sizes.keys().copied().collect();
        let mut shown = vec![sizes[0], sizes[sizes.len() / 2], sizes[sizes.len() - 1]];
        shown.dedup();
        let curve = |n: usize| {
            let points = ANGLES.iter().enumerate().filter_map(|(k, &angle)| {
                Summary::of(basin.sizes[&n].iter().map(|curve| curve[k])).bar(angle as f64)
            });
            Series::new(format!("N = {n}"), Mark::Joined, points.collect())
        };
        let guide = basin.theory()?.map(|angle| Guide::Vertical(angle, "θ_c, N → ∞".into()));
        panels.push(Panel {
            title: format!("α = {}, λ = {}", basin.alpha, basin.lambda),
            x: Axis::linear("angle of the start (degrees)").within(20.0, 90.0),
            y: Axis::linear("success").within(-0.05, 1.05),
            series: shown.into_iter().map(curve).collect(),
            guides: guide.into_iter().collect(),
            ..Panel::default()
        });
    }
    Ok(Figure {
        name: "basins".into(),
        caption: "(a) The largest angle of retrieval for N → ∞; dashed: the angle of the nearest pattern. Others: success against the angle \
                  of the start; bars: standard error over disorder draws; dashed: theory for N → ∞."
            .into(),
        columns: 3,
        panels,
    })
}

/// Loads at which half, and the first, of Gaussian patterns are lost.
pub(super) fn all_patterns(all: &AllLosses) -> Result<Figure, Error> {
    let lambdas: std::collections::BTreeSet<usize> = all.keys().map(|&(lambda, _)| lambda).collect();
    let mut panels = Vec::new();
    for lambda in lambdas {
        let model = ExponentialLoad::new(Patterns::Gaussian, thousandths(lambda))?;
        let of = |label: &str, what: &dyn Fn(&super::gaussian::Losses) -> Summary| {
            let at = all.iter().filter(|((l, _), _)| *l == lambda);
            Series::new(
                label,
                Mark::Points,
                at.filter_map(|((_, n), of)| what(of).bar(1.0 / *n as f64)).collect(),
            )
        };
        let mut series = vec![
            of("half are lost", &|l| Summary::of(l.typical.iter().copied())),
            of("the first is lost", &|l| Summary::of(l.all.iter().copied())),
        ];
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
pub(super) fn norms(all: &Norms) -> Result<Figure, Error> {
    let lambdas: std::collections::BTreeSet<usize> = all.keys().map(|&(lambda, _)| lambda).collect();
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
pub(super) fn rates(all: &Tails) -> Result<Figure, Error> {
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

/// The nearest pattern against the leading order.
pub(super) fn nearest(all: &Nearest) -> Result<Figure, Error> {
    let mut by_power: BTreeMap<u32, Vec<(usize, Summary)>> = BTreeMap::new();
    for (&(power, n), of) in all {
        by_power.entry(power).or_default().push((n, Summary::of(of.iter().copied())));
    }
    let (mut against_n, mut against_leading) = (Vec::new(), Vec::new());
    for (&power, of) in &by_power {
        let label = format!("P = N{}", ["", "²", "³"][power as usize - 1]);
        let points = of.iter().filter_map(|(n, s)| s.bar(*n as f64)).collect();
        against_n.push(Series::new(&label, Mark::Points, points));
        let leading = |n: usize| nearest_leading(n, ln_p(power, n));
        let mut points = Vec::new();
        for (n, s) in of {
            points.extend(s.bar(leading(*n)?));
        }
        against_leading.push(Series::new(&label, Mark::Points, points));
        let (low, high) = (of[0].0 as f64, of[of.len() - 1].0 as f64);
        let exact =
            |n: f64| Ok(Some(Overlaps::new(Space::Sphere, n as usize)?.nearest(ln_p(power, n as usize))?));
        against_n.push(line(&label, grid(low, high.max(low + 1.0), true).map(f64::round), exact)?);
    }
    Ok(Figure {
        name: "nearest".into(),
        caption: "The cosine of a pattern and the nearest of P = N^k others; bars: standard error over disorder draws. (a) Lines: exact. (b) \
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

/// λ of half and of all patterns in the scaled regime.
pub(super) fn scaled(all: &Scaled) -> Result<Figure, Error> {
    let loads: std::collections::BTreeSet<usize> = all.keys().map(|&(load, _)| load).collect();
    let mut panels = Vec::new();
    for load in loads {
        let alpha = thousandths(load);
        let points = |k: usize, label: &str| {
            let at = all.iter().filter(|((l, _), _)| *l == load);
            let points = at.filter_map(|((_, n), of)| Summary::of(of[k].iter().copied()).bar(*n as f64));
            Series::new(label, Mark::Points, points.collect())
        };
        let least = all.keys().filter(|(l, _)| *l == load).map(|&(_, n)| n as f64).next().unwrap_or(16.0);
        let mean_field = line("mean field", grid(least, 1e6, true).map(f64::round), |n| {
            Ok(ScaledAttention::crossover(n as usize, alpha)?)
        })?;
        let norm = line("mean field, least norm", grid(least, 2000.0, true).map(f64::round), |n| {
            least_norm_lambda(n as usize, alpha)
        })?;
        panels.push(Panel {
            title: format!("α = {alpha}"),
            x: Axis::log("sites N"),
            y: Axis::linear("λ").within(0.8 * alpha, 8.0 * alpha),
            series: vec![points(0, "half are retrieved"), points(1, "all are"), mean_field, norm],
            guides: vec![Guide::Horizontal(alpha, "λ = α".into())],
            ..Panel::default()
        });
    }
    Ok(Figure {
        name: "scaled".into(),
        caption: "Scaled dot-product attention, P = e^{α√N}: the λ at which half of the patterns, and at which all of them, are retrieved; \
                  bars: standard error over disorder draws. Lines: the mean field of a pattern of norm √N, and of one of the least norm \
                  among P. Both tend to α, that of all patterns with N^(−1/4)."
            .into(),
        columns: 2,
        panels,
    })
}
