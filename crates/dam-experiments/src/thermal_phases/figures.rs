//! The figures.

use dam_analysis::theory::closed::{lsr_support_threshold, lsr_support_threshold_gaussian};

use super::boundaries::Boundaries;
use super::curves;
use super::kinetics::Kinetics;
use super::measure::Flagged;
use super::plan::{BOUNDARY_LOADS, FIGURE_2, SHARPNESS};
use super::statistics::AtTemperature;
use super::{KernelName, Settings};
use crate::figure::{Axis, Figure, Guide, Heat, Mark, Panel, Series};
use crate::{Error, Summary};

pub(super) fn series(label: &str, mark: Mark, points: Vec<[f64; 3]>) -> Series {
    Series { label: label.into(), points, mark }
}

/// (mean, standard error) for a mark with error bars; one realization has none.
fn bar(x: f64, of: Summary) -> Option<[f64; 3]> {
    let error = if of.count > 1 { of.standard_error() } else { 0.0 };
    of.mean.is_finite().then_some([x, of.mean, error])
}

/// Figure 1: alignment over the plane, with the paper's lines and those that follow.
pub(super) fn map(
    settings: &Settings,
    of: &[(KernelName, Vec<Vec<AtTemperature<'_>>>)],
) -> Result<Figure, Error> {
    let plan = &settings.map;
    let highest = plan.temperatures.1 * (plan.temperatures.0 as f64 + 0.5);
    let widest = plan.loads.1 * (plan.loads.0 as f64 + 0.5);
    let mut panels = Vec::new();
    for (kernel, loads) in of {
        let (mut cells, mut hollow) = (Vec::new(), Vec::new());
        for (k, temperatures) in loads.iter().enumerate() {
            for at in temperatures {
                let (alpha, t) = (plan.load(k), at.temperature);
                let trusted = at.spread_of(|c| c.flag.is_none(), |c| c.alignment);
                let shown = if trusted.count > 0 { trusted } else { at.spread(|c| c.alignment) };
                cells.push([alpha, t, shown.mean]);
                if trusted.count == 0 {
                    hollow.push([alpha, t, 0.0]);
                }
            }
        }
        let mut lines = curves::boundaries(*kernel, highest)?;
        lines.push(Series { label: lines[0].label.clone(), points: hollow, mark: Mark::Hollow });
        let guides = match kernel {
            KernelName::Lse => vec![Guide::Vertical(0.5, "0.5".into())],
            KernelName::Lsr => vec![
                Guide::Vertical(lsr_support_threshold_gaussian(SHARPNESS)?, "0.25".into()),
                Guide::Vertical(lsr_support_threshold(SHARPNESS)?, "α_th, exact".into()),
            ],
        };
        panels.push(Panel {
            title: match kernel {
                KernelName::Lse => "LSE, β_net = 1".into(),
                KernelName::Lsr => format!("LSR, b = {SHARPNESS}"),
            },
            x: Axis::linear("load α = ln M / N").within(0.5 * plan.loads.1, widest),
            y: Axis::linear("temperature T (energy per site)").within(0.5 * plan.temperatures.1, highest),
            series: lines,
            guides,
            heat: Some(Heat {
                label: "mean alignment ⟨φ⟩".into(),
                range: [0.0, 1.0],
                size: [plan.loads.1, plan.temperatures.1],
                cells,
            }),
        });
    }
    Ok(Figure {
        name: "figure_1".into(),
        caption: format!(
            "Figure 1. Mean alignment with the target at M = {}, N = round(ln M / α): {} disorder draws, one chain of {} + {} \
             steps each, cold start. Cells with a hollow mark have flagged chains only. Lines: theory for N → ∞.",
            plan.patterns, plan.realizations, plan.steps.0, plan.steps.1
        ),
        columns: 2,
        panels,
    })
}

/// Figure 2: alignment and free energy at N = 50.
pub(super) fn figure_2(of: &[(KernelName, Vec<AtTemperature<'_>>)]) -> Result<Figure, Error> {
    let grid = (1..=150).map(|k| f64::from(k) * 0.01);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (kernel, temperatures) in of {
        let name = match kernel {
            KernelName::Lse => "LSE",
            KernelName::Lsr => "LSR",
        };
        let points = temperatures.iter().filter_map(|at| bar(at.temperature, at.spread(|c| c.alignment)));
        let theory: Vec<[f64; 2]> =
            grid.clone().map(|t| curves::retrieval(*kernel, t)).collect::<Result<_, _>>()?;
        let exact: Vec<[f64; 2]> =
            grid.clone().map(|t| curves::exact(*kernel, t)).collect::<Result<_, _>>()?;
        let line = |of: &[[f64; 2]], k: usize| grid.clone().zip(of).map(|(t, v)| [t, v[k], 0.0]).collect();
        left.push(series(name, Mark::Points, points.collect()));
        left.push(series(name, Mark::Line, line(&theory, 0)));
        right.push(series(&format!("{name}, N → ∞"), Mark::Line, line(&theory, 1)));
        right.push(series(&format!("{name}, N = {}", FIGURE_2.0), Mark::Line, line(&exact, 1)));
        if *kernel == KernelName::Lse {
            let one = |hollow: bool| {
                let chains = temperatures.iter().filter_map(|at| Some((at.temperature, at.all().next()?)));
                let chains = chains.filter(|(_, c)| c.flag.is_some() == hollow);
                chains.map(|(t, c)| [t, c.alignment, 0.0]).collect()
            };
            let label = "LSE, one chain";
            left.push(series(label, Mark::Points, one(false)));
            left.push(series(label, Mark::Hollow, one(true)));
        }
    }
    let x = || Axis::linear("temperature T (energy per site)");
    Ok(Figure {
        name: "figure_2".into(),
        caption: format!(
            "Figure 2. N = {}, M = {} (α = 0.1). (a) Alignment with the target: mean over disorder draws with standard error by \
             the protocol of the paper, flagged chains included as in the paper; one chain alone (hollow where flagged); lines \
             for N → ∞. (b) Free energy of retrieval, for N → ∞ and exactly at this N with one pattern.",
            FIGURE_2.0, FIGURE_2.1
        ),
        columns: 2,
        panels: vec![
            Panel {
                x: x(),
                y: Axis::linear("alignment φ").within(-0.1, 1.0),
                series: left,
                ..Panel::default()
            },
            Panel {
                x: x(),
                y: Axis::linear("free energy f_ret (per site)"),
                series: right,
                ..Panel::default()
            },
        ],
    })
}

/// When chains leave, and how the place of the drop moves with their length.
pub(super) fn kinetic(of: &Kinetics<'_>) -> Figure {
    let share = of.lengths.iter().map(|&length| {
        let points = of.at.iter().map(|at| [at.temperature, 1.0 - at.escaped_share(length), 0.0]).collect();
        series(&format!("{length} steps"), Mark::Joined, points)
    });
    let half = of.half.iter().map(|&(length, t)| [length, t, 0.0]).collect();
    let line = of.line.iter().map(|&(length, t)| [length, t, 0.0]).collect();
    let memory = of.at.iter().filter(|at| of.remembered.contains(&at.temperature)).map(|at| {
        let points = at.self_overlap.iter().filter_map(|&(t, c)| bar(t, c)).collect();
        series(&format!("T = {}", at.temperature), Mark::Joined, points)
    });
    Figure {
        name: "kinetic".into(),
        caption: format!(
            "LSE at N = {}, M = {}: (a) share of chains that have not left the target (alignment never below 0.25) after so many \
             steps; (b) temperature at which half of them have, and the line N Δf/T = ln(steps) from the mean floor of these \
             draws; (c) self-overlap of chains with their state after a tenth of their length.",
            FIGURE_2.0, FIGURE_2.1
        ),
        columns: 3,
        panels: vec![
            Panel {
                x: Axis::linear("temperature T"),
                y: Axis::linear("share still at the target").within(-0.05, 1.05),
                series: share.collect(),
                ..Panel::default()
            },
            Panel {
                x: Axis::log("steps of a chain"),
                y: Axis::linear("temperature of half escape"),
                series: vec![
                    series("chains", Mark::Joined, half),
                    series("N Δf/T = ln(steps)", Mark::Line, line),
                ],
                ..Panel::default()
            },
            Panel {
                x: Axis::log("t (steps)"),
                y: Axis::linear("self-overlap C(t_w + t, t_w)"),
                series: memory.collect(),
                ..Panel::default()
            },
        ],
    }
}

/// Share of chains that have left, by sampler.
pub(super) fn samplers(panels: Vec<(String, Vec<Series>)>) -> Figure {
    let panel = |(title, series): (String, Vec<Series>)| Panel {
        title,
        x: Axis::linear("temperature T (energy per site)"),
        y: Axis::linear("share that has left the target").within(-0.05, 1.05),
        series,
        ..Panel::default()
    };
    Figure {
        name: "samplers".into(),
        caption: "LSE at α = 0.5, cold start, two chains of 2¹⁵ + 2¹³ steps in each disorder draw: share of chains at whose end \
                  another pattern is nearer than the target; bars: standard error of a share."
            .into(),
        columns: 2,
        panels: panels.into_iter().map(panel).collect(),
    }
}

/// Boundary against size.
pub(super) fn boundary(of: &Boundaries<'_>) -> Figure {
    let mut guides = Vec::new();
    let lines = BOUNDARY_LOADS.iter().enumerate().map(|(k, alpha)| {
        guides.push(Guide::Horizontal(of.spinodal[k], format!("T_s({alpha})")));
        let points = of.rows.iter().filter(|row| row.load == k);
        let points = points.filter_map(|row| Some([row.sites as f64, row.boundary?, 0.005])).collect();
        series(&format!("α = {alpha}"), Mark::Joined, points)
    });
    let panel = Panel {
        series: lines.collect(),
        x: Axis::log("sites N"),
        y: Axis::linear("boundary temperature (energy per site)"),
        guides,
        ..Panel::default()
    };
    Figure::single(
        "boundary",
        "Temperature up to which chains of the two-term model stay with their target, against N; bars: half a temperature cell. \
         Dashed: spinodals for N → ∞.",
        panel,
    )
}

/// Whether a flag is of this kind, for tables.
pub(super) const FLAGS: [(Flagged, &str, &str); 2] = [
    (Flagged::Frozen, "flagged_frozen", "acceptance < 0.02"),
    (Flagged::Short, "flagged_short", "under 20 τ_int"),
];
