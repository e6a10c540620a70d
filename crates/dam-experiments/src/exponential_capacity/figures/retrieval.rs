//! Where patterns are retrieved, and from where.

use std::collections::BTreeSet;

use dam_analysis::theory::exponential_load::{ExponentialLoad, Patterns, ScaledAttention, ramsauer_bound};

use super::{grid, line};
use crate::exponential_capacity::Descent;
use crate::exponential_capacity::basins::Basin;
use crate::exponential_capacity::crossovers::{Crossing, name};
use crate::exponential_capacity::fit::Basis;
use crate::exponential_capacity::gaussian::of_all;
use crate::exponential_capacity::plan::{ANGLES, thousandths};
use crate::exponential_capacity::regimes::{Scaled, least_norm_lambda};
use crate::figure::{Axis, Figure, Guide, Mark, Panel, Series};
use crate::{Error, Summary};

/// Phase diagrams of the three ensembles.
pub(in crate::exponential_capacity) fn phases() -> Result<Figure, Error> {
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
        caption: "Retrieval of a typical pattern below α₁, which for spherical patterns is also the bound for all (for binary ones below (ln 2)/2); condensed \
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
pub(in crate::exponential_capacity) fn crossovers(all: &[Crossing]) -> Result<Figure, Error> {
    let mut panels = Vec::new();
    for crossing in all.iter().filter(|c| c.descent == Descent::Map && !c.sizes.is_empty()) {
        let alpha = thousandths(crossing.load);
        let points =
            crossing.sizes.iter().filter_map(|(&n, of)| Summary::of(of.iter().copied()).bar(1.0 / n as f64));
        let least = crossing.sizes.keys().next().copied().unwrap_or(10);
        let sizes = grid(least as f64, 2000.0, true).map(|n| 1.0 / n.round());
        let mean_field = line("mean field", sizes, |x| {
            Ok(crossing.patterns.crossover((1.0 / x).round() as usize, alpha)?)
        })?;
        let mut series = vec![Series::new("simulation", Mark::Points, points.collect()), mean_field];
        for (fit, label) in crossing.fits.iter().zip(["1, 1/N, 1/N²", "1, ln N/N, 1/N"]) {
            let Some(fit) = fit else { continue };
            let x = grid(1e-4, 1.0 / least as f64, false);
            series.push(line(label, x, |x| Ok(Some(fit.at(1.0 / x))))?);
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
                  field has no free parameter; the fits are through the points, the quadratic in 1/N as in the paper. Dashed: λ₁ of theory \
                  for N → ∞."
            .into(),
        columns: 2,
        panels,
    })
}

/// θ_c of theory, and success against the angle at several sizes.
pub(in crate::exponential_capacity) fn basins(all: &[Basin]) -> Result<Figure, Error> {
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

/// θ_c against 1/N.
pub(in crate::exponential_capacity) fn basin_limits(all: &[Basin]) -> Result<Figure, Error> {
    let mut panels = Vec::new();
    for basin in all {
        let points = basin.sizes.keys().filter_map(|&n| basin.angle(n).bar(1.0 / n as f64));
        let least = basin.sizes.keys().next().copied().unwrap_or(30) as f64;
        let sizes = || grid(least, 1000.0, true).map(|n| 1.0 / n.round());
        let size = |x: f64| (1.0 / x).round() as usize;
        let mut series = vec![
            Series::new("simulation", Mark::Points, points.collect()),
            line("nearest pattern", sizes(), |x| Ok(Some(basin.nearest(size(x))?)))?,
            line("mean field", sizes(), |x| basin.mean_field(size(x)))?,
        ];
        series.retain(|series| !series.points.is_empty());
        if let Some(fit) = basin.fit(Basis::Linear) {
            series.push(line("1, 1/N", grid(1e-3, 1.0 / least, false), |x| Ok(Some(fit.at(1.0 / x))))?);
        }
        let limit = basin.theory()?.map(|angle| Guide::Horizontal(angle, "θ_c".into()));
        panels.push(Panel {
            title: format!("α = {}, λ = {}", basin.alpha, basin.lambda),
            x: Axis::linear("1/N"),
            y: Axis::linear("θ_c (degrees)"),
            series,
            guides: limit.into_iter().collect(),
            ..Panel::default()
        });
    }
    Ok(Figure {
        name: "basin_limits".into(),
        caption: "The angle of the start at which half succeed, against 1/N; bars: standard error over disorder draws. Lines: the angle of \
                  the nearest pattern (from its exact mean cosine), the mean field of N sites where noise is not condensed, and a line \
                  in 1/N through the points. Dashed: theory for N → ∞."
            .into(),
        columns: 3,
        panels,
    })
}

/// λ of half and of all patterns in the scaled regime.
pub(in crate::exponential_capacity) fn scaled(all: &Scaled) -> Result<Figure, Error> {
    let loads: BTreeSet<usize> = all.keys().map(|&(load, _)| load).collect();
    let mut panels = Vec::new();
    for load in loads {
        let alpha = thousandths(load);
        let points = |k: usize, label: &str| {
            let at = all.iter().filter(|((l, _), _)| *l == load);
            let points = at.filter_map(|((_, n), of)| of_all(&of[k]).bar(*n as f64));
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
