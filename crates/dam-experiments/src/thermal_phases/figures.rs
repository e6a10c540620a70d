//! The figures.

use dam_analysis::theory::closed::{lsr_support_threshold, lsr_support_threshold_gaussian};

use super::boundaries::Boundaries;
use super::curves;
use super::kinetics::Kinetics;
use super::measure::Flagged;
use super::plan::{BOUNDARY_LOADS, FIGURE_2, LOAD, SHARPNESS};
use super::statistics::AtTemperature;
use super::{KernelName, Settings};
use crate::Error;
use crate::figure::{Axis, Figure, Guide, Heat, Mark, Panel, Series};

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
        let flagged = Series { label: "flagged only (hollow)".into(), points: hollow, mark: Mark::Hollow };
        let vertical = |alpha: f64, text: &str| Guide::Vertical(alpha, text.into());
        let parts = match kernel {
            KernelName::Lse => [
                (
                    "LSE, β_net = 1: equilibrium".to_owned(),
                    curves::boundaries(*kernel, highest)?,
                    vec![vertical(0.5, "0.5")],
                ),
                ("LSE: what chains see".to_owned(), curves::escapes(plan, highest)?, Vec::new()),
            ],
            KernelName::Lsr => {
                let [one_cap, weight_one] = curves::cap_loads(plan.patterns)?;
                let mut caps = vec![vertical(lsr_support_threshold(SHARPNESS)?, "α_th")];
                caps.extend(one_cap.map(|alpha| vertical(alpha, "one cap")));
                caps.extend(weight_one.map(|alpha| vertical(alpha, "weight 1")));
                [
                    (
                        format!("LSR, b = {SHARPNESS}: extensive model"),
                        curves::boundaries(*kernel, highest)?,
                        vec![vertical(lsr_support_threshold_gaussian(SHARPNESS)?, "0.25")],
                    ),
                    ("LSR: caps of eq. 7".to_owned(), Vec::new(), caps),
                ]
            }
        };
        for (title, mut series, guides) in parts {
            series.push(flagged.clone());
            panels.push(Panel {
                title,
                x: Axis::linear("load α = ln M / N").within(0.5 * plan.loads.1, widest),
                y: Axis::linear("temperature T (energy per site)").within(0.5 * plan.temperatures.1, highest),
                series,
                guides,
                heat: Some(Heat {
                    label: "mean alignment ⟨φ⟩".into(),
                    range: [0.0, 1.0],
                    size: [plan.loads.1, plan.temperatures.1],
                    cells: cells.clone(),
                }),
            });
        }
    }
    Ok(Figure {
        name: "figure_1".into(),
        caption: format!(
            "Figure 1. Mean alignment with the target at M = {}, N = round(ln M / α): {} disorder draws, one chain of {} + {} \
             steps each, cold start. The shade is the mean over trusted chains alone; hollow marks are on cells that have \
             flagged chains only, whose shade is their mean. (a) LSE with lines of equal free energies for N → ∞. (b) The same \
             cells with the spinodal for N → ∞ and the kinetic line, N Δf/T = ln(steps), at the N and for all steps of these \
             chains, with the floor for N → ∞. (c) LSR: the chains are of eq. 7; eq. 39 (up to α_th of eq. 38), eqs. 22 and 30, \
             and the same by the exact measure are lines of the other, extensive model, for N → ∞. (d) The same cells with \
             lines of eq. 7: α_th for N → ∞, and for N = ln M / α the loads at which a random state lies in one cap on average, \
             and at which the weights of all patterns there sum to 1 on average.",
            plan.patterns, plan.realizations, plan.steps.0, plan.steps.1
        ),
        columns: 2,
        panels,
    })
}

/// Figure 2: alignment and free energy at N = 50.
pub(super) fn figure_2(of: &[(KernelName, Vec<AtTemperature<'_>>)]) -> Result<Figure, Error> {
    let grid = (1..=150).map(|k| f64::from(k) * 0.01);
    let (mut means, mut single, mut free) = (Vec::new(), Vec::new(), Vec::new());
    for (kernel, temperatures) in of {
        let name = match kernel {
            KernelName::Lse => "LSE",
            KernelName::Lsr => "LSR",
        };
        let theory: Vec<[f64; 2]> =
            grid.clone().map(|t| curves::retrieval(*kernel, t)).collect::<Result<_, _>>()?;
        let exact: Vec<[f64; 2]> = grid
            .clone()
            .map(|t| curves::exact(*kernel, FIGURE_2.0, t).map(|one| [one.overlap, one.free_energy]))
            .collect::<Result<_, _>>()?;
        let line = |of: &[[f64; 2]], k: usize| grid.clone().zip(of).map(|(t, v)| [t, v[k], 0.0]).collect();
        let (finite, infinite) = (format!("{name}, N = {}", FIGURE_2.0), format!("{name}, N → ∞"));
        let points = temperatures.iter().filter_map(|at| at.spread(|c| c.alignment).bar(at.temperature));
        means.push(Series::new(&finite, Mark::Points, points.collect()));
        means.push(Series::new(&finite, Mark::Line, line(&exact, 0)));
        means.push(Series::new(&infinite, Mark::Line, line(&theory, 0)));
        let one = |hollow: bool| {
            let chains = temperatures.iter().filter_map(|at| Some((at.temperature, at.all().next()?)));
            let chains = chains.filter(|(_, c)| c.flag.is_some() == hollow);
            chains.map(|(t, c)| [t, c.alignment, 0.0]).collect()
        };
        single.push(Series::new(name, Mark::Points, one(false)));
        single.push(Series::new(name, Mark::Hollow, one(true)));
        single.push(Series::new(name, Mark::Line, line(&theory, 0)));
        free.push(Series::new(&infinite, Mark::Line, line(&theory, 1)));
        free.push(Series::new(&finite, Mark::Line, line(&exact, 1)));
    }
    let panel = |title: &str, y: Axis, series: Vec<Series>| Panel {
        title: title.into(),
        x: Axis::linear("temperature T (energy per site)"),
        y,
        series,
        ..Panel::default()
    };
    let alignment = || Axis::linear("alignment φ").within(-0.1, 1.0);
    Ok(Figure {
        name: "figure_2".into(),
        caption: format!(
            "Figure 2. N = {}, M = {} (α = 0.1), by the protocol of the paper. (a) Alignment with the target: mean over disorder \
             draws with standard error, flagged chains included as in the paper; lines: one pattern, exactly at this N and for \
             N → ∞. (b) The chains of the first draw alone, hollow where flagged; lines for N → ∞. (c) Free energy of \
             retrieval, for N → ∞ and exactly at this N with one pattern.",
            FIGURE_2.0, FIGURE_2.1
        ),
        columns: 3,
        panels: vec![
            panel("mean over draws", alignment(), means),
            panel("one chain", alignment(), single),
            panel("free energy", Axis::linear("free energy f_ret (per site)"), free),
        ],
    })
}

/// When chains leave, and how the place of the drop moves with their length.
pub(super) fn kinetic(of: &Kinetics<'_>) -> Figure {
    let share = of.lengths.iter().map(|&length| {
        let points = of.at.iter().map(|at| [at.temperature, 1.0 - at.escaped_share(length), 0.0]).collect();
        Series::new(format!("{length} steps"), Mark::Joined, points)
    });
    let half = of.half.iter().map(|&(length, t)| [length, t, 0.0]).collect();
    let line = of.line.iter().map(|&(length, t)| [length, t, 0.0]).collect();
    let memory = of.at.iter().filter(|at| of.remembered.contains(&at.temperature)).map(|at| {
        let points = at.self_overlap.iter().filter_map(|&(t, c)| c.bar(t)).collect();
        Series::new(format!("T = {}", at.temperature), Mark::Joined, points)
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
                    Series::new("chains", Mark::Joined, half),
                    Series::new("N Δf/T = ln(steps)", Mark::Line, line),
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
pub(super) fn samplers(steps: (usize, usize), panels: Vec<(String, Vec<Series>)>) -> Figure {
    let panel = |(title, series): (String, Vec<Series>)| Panel {
        title,
        x: Axis::linear("temperature T (energy per site)"),
        y: Axis::linear("share that has left the target").within(-0.05, 1.05),
        series,
        ..Panel::default()
    };
    Figure {
        name: "samplers".into(),
        caption: format!(
            "LSE at α = {LOAD}, cold start, two chains of {} + {} steps in each disorder draw: share of all chains, flagged ones \
             included, at whose end another pattern is nearer than the target. Bars: standard error over disorder draws; of the \
             independent runs, that of a share of independent chains.",
            steps.0, steps.1
        ),
        columns: 2,
        panels: panels.into_iter().map(panel).collect(),
    }
}

/// Boundary against size.
pub(super) fn boundary(of: &Boundaries<'_>) -> Figure {
    let (mut guides, mut lines) = (Vec::new(), Vec::new());
    for (k, alpha) in BOUNDARY_LOADS.iter().enumerate() {
        guides.push(Guide::Horizontal(of.spinodal[k], format!("T_s({alpha})")));
        let found: Vec<_> =
            of.rows.iter().filter(|row| row.load == k).filter_map(|r| Some((r, r.at?))).collect();
        let points = |most_are_flagged: bool| {
            let shown = found.iter().filter(move |(_, at)| !most_are_flagged || 2 * at.flagged > at.chains);
            shown.map(|(row, at)| [row.sites as f64, at.temperature, 0.005]).collect()
        };
        let label = format!("α = {alpha}");
        lines.push(Series::new(&label, Mark::Joined, points(false)));
        lines.push(Series::new(&label, Mark::Hollow, points(true)));
    }
    let panel = Panel {
        series: lines,
        x: Axis::log("sites N"),
        y: Axis::linear("boundary temperature (energy per site)"),
        guides,
        ..Panel::default()
    };
    Figure::single(
        "boundary",
        "Temperature up to which chains of the two-term model stay with their target, against N; bars: half a temperature cell; \
         hollow where most of the chains are flagged (shorter than 20 autocorrelation times). Dashed: spinodals for N → ∞.",
        panel,
    )
}

/// Whether a flag is of this kind, for tables.
pub(super) const FLAGS: [(Flagged, &str, &str); 2] = [
    (Flagged::Frozen, "flagged_frozen", "acceptance < 0.02"),
    (Flagged::Short, "flagged_short", "under 20 τ_int"),
];
