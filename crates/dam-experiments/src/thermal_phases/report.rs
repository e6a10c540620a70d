//! The report: tables, figures, the paper's numbers beside ours.

use dam_analysis::theory::closed::lse_overlap;

use super::kinetics::Kinetics;
use super::measure::Flagged;
use super::plan::{BETA, FIGURE_2, LOAD, SHARPNESS, SMALL, WIDE};
use super::statistics::{AtTemperature, apart, by_chain, chains, intervals, shares_apart};
use super::{Cell, KernelName, SamplerName, Settings, ThermalPhases, boundaries, curves, figures, paper};
use crate::figure::{Mark, Series};
use crate::harness::Records;
use crate::report::{Quantity, Report, Table};
use crate::{Error, Summary};

const KERNELS: [KernelName; 2] = [KernelName::Lse, KernelName::Lsr];

fn name(kernel: KernelName) -> &'static str {
    match kernel {
        KernelName::Lse => "LSE",
        KernelName::Lsr => "LSR",
    }
}

pub(super) fn report(settings: &Settings, records: &Records<ThermalPhases>) -> Result<Report, Error> {
    let mut report =
        Report::new("Thermal phases: retrieval at temperature among exponentially many patterns").errata('T');
    method(&mut report);
    map(settings, records, &mut report)?;
    figure_2(records, &mut report)?;
    long(settings, records, &mut report)?;
    if let Some(kinetics) = Kinetics::new(settings, records)? {
        report.heading("The drop is an escape");
        report.text(format!(
            "Chains from the target, watched until their alignment is below 0.25. The floor, the energy of a random state \
             under all other patterns, is {:.3} ± {:.3} (sd over draws); escapes would take N Δf/T = ln(steps) if all went over \
             the point where it begins, in the mean time of the integral. At low temperatures they leave far sooner and end on \
             another pattern: presumably not over the mean floor, but in draws with a low floor or a near neighbour.",
            kinetics.floor().mean,
            kinetics.floor().sd
        ));
        report.table(kinetics.table()?);
        report.figure(figures::kinetic(&kinetics));
    }
    samplers(settings, records, &mut report)?;
    boundaries::report(records, &mut report)?;
    paper::notes(&mut report)?;
    Ok(report)
}

fn method(report: &mut Report) {
    report.heading("Method");
    report.text(format!(
        "“Thermal phases”: states on the sphere |x|² = N, M = e^{{αN}} patterns uniform on it. LSE: E = −(1/β_net) ln Σ \
         exp(−β_net N (1 − φ_μ)), β_net = {BETA}. LSR: eq. 7 with its floor on the sum, E = −(N/b) ln max(10⁻¹⁰, Σ max(0, 1 − \
         b (1 − φ_μ))), b = {SHARPNESS}. Metropolis, one proposal x′ = √N normalise(x + s g) a step; from the target itself \
         and with a step that is adapted in burn-in alone, where a section does not say otherwise."
    ));
    report.text(
        "Flagged are chains with an acceptance below 0.02 and those under 20 integrated autocorrelation times of the alignment, \
         τ_int = ½ + Σ ρ(t); with the other custom, 1 + 2 Σ ρ(t), these are 10. Flagged chains are counted and, in Figures 1 and \
         2, shown hollow. In the plane and for long chains they are averaged apart; a mean that includes them says so, and shares \
         of chains that have left are of all chains. Chains that are watched until they escape have no average along them to \
         judge, and no flag.",
    );
    report.text(
        "± is a standard error over disorder realizations where a table says so, else the standard deviation. A chain has left \
         when another pattern is nearer to its last state than the target.",
    );
}

fn map(settings: &Settings, records: &Records<ThermalPhases>, report: &mut Report) -> Result<(), Error> {
    if settings.map.realizations == 0 {
        return Ok(());
    }
    report.heading("Figure 1");
    let plan = &settings.map;
    let of_load = |kernel: KernelName, k: usize| {
        chains(
            records,
            |cell| matches!(cell, Cell::Map { load, kernel: of, .. } if (*load, *of) == (k, kernel)),
        )
    };
    let all: Vec<(KernelName, Vec<Vec<AtTemperature<'_>>>)> =
        KERNELS.map(|kernel| (kernel, (0..plan.loads.0).map(|k| of_load(kernel, k)).collect())).into();
    report.figure(figures::map(settings, &all)?);
    report.text(
        "A cold chain of LSE leaves when it crosses the barrier within its length. The border that chains of this length see is \
         kinetic: it lies below the spinodal, near or below the line of equal free energies and, for most loads, far below α_any. \
         For LSR the chains are the model of eq. 7, and eqs. 22, 30 and 39 are about another one: to the right of α_th eq. 7 loses \
         its target at every temperature for N → ∞. At these N a random state lies in one cap of another pattern, on average, only \
         at a larger load, and the border is blurred.",
    );
    let mut rows: Vec<(KernelName, usize, &AtTemperature<'_>)> = Vec::new();
    for (kernel, loads) in &all {
        for (k, temperatures) in loads.iter().enumerate() {
            rows.extend(temperatures.iter().map(|at| (*kernel, k, at)));
        }
    }
    let least = rows
        .iter()
        .map(|&(kernel, k, at)| curves::on_pattern(kernel, (plan.sites(k), plan.patterns), at.temperature));
    let least: Vec<Option<f64>> = least.collect::<Result<_, Error>>()?;
    report.data(by_chain(
        Table::new("map", "Chains over the plane of load and temperature")
            .text("kernel", "kernel", rows.iter().map(|(kernel, ..)| name(*kernel)))
            .number("alpha", "α", 2, rows.iter().map(|(_, k, _)| plan.load(*k)))
            .count("sites", "N", rows.iter().map(|(_, k, _)| plan.sites(*k))),
        &rows.iter().map(|(.., at)| *at).collect::<Vec<_>>(),
        &least,
    ));
    Ok(())
}

fn of_kernels<'a>(
    records: &'a Records<ThermalPhases>,
    of: impl Fn(&Cell) -> Option<KernelName>,
) -> Vec<(KernelName, Vec<AtTemperature<'a>>)> {
    let all = KERNELS.map(|kernel| (kernel, chains(records, |cell| of(cell) == Some(kernel))));
    all.into_iter().filter(|(_, at)| !at.is_empty()).collect()
}

fn figure_2(records: &Records<ThermalPhases>, report: &mut Report) -> Result<(), Error> {
    let of = |cell: &Cell| if let Cell::Figure2 { kernel, .. } = cell { Some(*kernel) } else { None };
    let all = of_kernels(records, of);
    if all.is_empty() {
        return Ok(());
    }
    report.heading("Figure 2");
    report.text(
        "The reading of the paper’s protocol that reproduces its symbols: one whole-vector proposal is a step, s = 0.2 throughout, \
         start normalise(ξ + 0.05 g), 1500 + 1000 steps, floor 10⁻¹⁰ on the sum of LSR. The paper shows one chain; here are the \
         means of many, flagged chains included because the paper includes them, beside an independent program’s.",
    );
    for (kernel, at) in &all {
        let theirs = paper::FIGURE_2.map(|(_, by_kernel)| by_kernel[*kernel as usize]);
        let ours: Vec<Summary> = at.iter().map(|at| at.spread(|c| c.alignment)).collect();
        let theory: Vec<f64> = at
            .iter()
            .map(|at| Ok(curves::retrieval(*kernel, at.temperature)?[0]))
            .collect::<Result<_, Error>>()?;
        let exact: Vec<f64> = at
            .iter()
            .map(|at| Ok(curves::exact(*kernel, FIGURE_2.0, at.temperature)?.overlap))
            .collect::<Result<_, Error>>()?;
        let stem = format!("figure_2_{}", name(*kernel).to_lowercase());
        let difference = ours.iter().zip(theirs).map(|(o, t)| apart((o.mean, o.standard_error()), t));
        let frozen = at.iter().map(|at| at.flagged(Flagged::Frozen));
        report.table(
            Table::new(stem, format!("Figure 2, {}: mean alignment over disorder draws", name(*kernel)))
                .number("temperature", "T", 2, at.iter().map(|at| at.temperature))
                .spread("alignment", "ours (mean ± sd)", 4, ours.iter().copied())
                .number(
                    "alignment_standard_error",
                    "standard error",
                    4,
                    ours.iter().map(Summary::standard_error),
                )
                .number("independent", "independent", 4, theirs.iter().map(|t| t.0))
                .number("independent_standard_error", "standard error", 4, theirs.iter().map(|t| t.1))
                .number("standard_errors_apart", "standard errors apart", 1, difference)
                .number("theory", "theory, N → ∞", 4, theory)
                .number("exact_one_pattern", "one pattern, N = 50", 4, exact)
                .interval("share_left", "share of all chains that has left", 2, 0.95, intervals(at)?)
                .count("flagged_frozen", "frozen", frozen)
                .count("flagged_short", "short", at.iter().map(|at| at.flagged(Flagged::Short))),
        );
    }
    report.figure(figures::figure_2(&all)?);
    for (kernel, at) in &all {
        match kernel {
            KernelName::Lse => {
                let (dropped, below) = drops(at)?;
                let draws = at.first().map_or(0, |at| at.by_realization.len());
                report.text(format!(
                    "One chain of LSE drops where its alignment is first below half of that of theory: so do {} of {draws} draws. \
                     Left out are {} that never do and {below} that are below at the first temperature.",
                    dropped.count,
                    draws - dropped.count - below
                ));
                report.quantity(Quantity::measured(
                    "T at which the LSE alignment of one chain drops, draws that do",
                    "Figure 2: midpoint of 0.7 to 0.8",
                    0.75,
                    dropped,
                    2,
                ));
            }
            KernelName::Lsr => {
                let stays = |at: &AtTemperature<'_>| at.spread(|c| f64::from(u8::from(!c.has_left())));
                report.quantity(Quantity::measured(
                    "LSR: share of chains at their target at T = 1.5",
                    "Figure 2: retrieval at all temperatures",
                    1.0,
                    at.last().map_or(Summary::of([]), stays),
                    2,
                ));
            }
        }
    }
    Ok(())
}

/// Between which temperatures the alignment of a draw first falls below half of that of theory, over the draws that do;
/// and how many are below at the first temperature.
fn drops(at: &[AtTemperature<'_>]) -> Result<(Summary, usize), Error> {
    let phi: Vec<f64> = at.iter().map(|at| lse_overlap(at.temperature)).collect::<Result<_, _>>()?;
    let draws = at.first().map_or(0, |at| at.by_realization.len());
    let is_below =
        |draw: usize, k: usize| at[k].by_realization[draw].iter().all(|c| c.alignment < 0.5 * phi[k]);
    let first_below = |draw| (0..at.len()).position(|k| is_below(draw, k));
    let first: Vec<usize> = (0..draws).filter_map(first_below).collect();
    let between = |&k: &usize| (k > 0).then(|| 0.5 * (at[k - 1].temperature + at[k].temperature));
    Ok((Summary::of(first.iter().filter_map(between)), first.iter().filter(|&&k| k == 0).count()))
}

fn long(settings: &Settings, records: &Records<ThermalPhases>, report: &mut Report) -> Result<(), Error> {
    let of = |cell: &Cell| if let Cell::Long { kernel, .. } = cell { Some(*kernel) } else { None };
    let all = of_kernels(records, of);
    let rows: Vec<(KernelName, &AtTemperature<'_>)> =
        all.iter().flat_map(|(kernel, at)| at.iter().map(move |at| (*kernel, at))).collect();
    if rows.is_empty() {
        return Ok(());
    }
    report.heading("Long chains against exact averages");
    report.text(format!(
        "Chains of {} steps at N = 50, M = 148, far from leaving: the other patterns do not matter, and the average is that of one \
         pattern, an integral over one overlap. Trusted chains alone.",
        settings.long.steps
    ));
    let ours: Vec<Summary> =
        rows.iter().map(|(_, at)| at.spread_of(|c| c.flag.is_none(), |c| c.alignment)).collect();
    let exact: Vec<f64> = rows
        .iter()
        .map(|(kernel, at)| Ok(curves::exact(*kernel, FIGURE_2.0, at.temperature)?.overlap))
        .collect::<Result<_, Error>>()?;
    let difference = ours.iter().zip(&exact).map(|(o, e)| (o.mean - e) / o.standard_error());
    report.table(
        Table::new("long", "Mean alignment of long chains, N = 50, M = 148")
            .text("kernel", "kernel", rows.iter().map(|(kernel, _)| name(*kernel)))
            .number("temperature", "T", 2, rows.iter().map(|(_, at)| at.temperature))
            .count("chains", "chains", rows.iter().map(|(_, at)| at.all().count()))
            .count(
                "flagged",
                "flagged",
                rows.iter().map(|(_, at)| at.all().filter(|c| c.flag.is_some()).count()),
            )
            .spread("alignment", "alignment (mean ± sd)", 5, ours.iter().copied())
            .number("alignment_standard_error", "standard error", 5, ours.iter().map(Summary::standard_error))
            .number("exact", "exact, one pattern", 5, exact.iter().copied())
            .number("standard_errors_apart", "standard errors apart", 1, difference)
            .spread(
                "acceptance",
                "acceptance",
                3,
                rows.iter().map(|(_, at)| at.spread_of(|c| c.flag.is_none(), |c| c.acceptance)),
            ),
    );
    Ok(())
}

fn samplers(settings: &Settings, records: &Records<ThermalPhases>, report: &mut Report) -> Result<(), Error> {
    let small = |sampler| chains(records, |c| matches!(c, Cell::Small { sampler: of, .. } if *of == sampler));
    let wide = |sampler| chains(records, |c| matches!(c, Cell::Wide { sampler: of, .. } if *of == sampler));
    let (full, cone) = (small(SamplerName::Full), small(SamplerName::Cone));
    let (wide_full, wide_cone) = (wide(SamplerName::Full), wide(SamplerName::Cone));
    if [&full, &cone, &wide_full, &wide_cone].iter().all(|of| of.is_empty()) {
        return Ok(());
    }
    report.heading("All patterns, and those of a cone");
    report.text(format!(
        "LSE at α = {LOAD}. Cold start, two chains in each draw, σ = 2.4 T/√N throughout, {} + {} steps: the protocol of the runs \
         beside which these stand, whose means are over all chains; so are these, and those of trusted chains stand beside them. \
         The cone draws the patterns near the target, a Poisson number, and replaces all others by their mean, which depends on \
         the alignment alone. It leaves when all patterns do; what it loses is where a chain goes, since patterns outside of the \
         cone are no states of their own.",
        settings.paired_steps.0, settings.paired_steps.1
    ));
    let mut panels = Vec::new();
    for (sites, full, cone, theirs) in
        [(SMALL.0, full, cone, &paper::SMALL_FULL[..]), (WIDE.0, wide_full, wide_cone, &paper::WIDE_FULL[..])]
    {
        let mut lines = Vec::new();
        for (sampler, at) in [("all patterns", &full), ("cone", &cone)] {
            if at.is_empty() {
                continue;
            }
            let ours: Vec<Summary> = at.iter().map(|at| at.spread(|c| c.alignment)).collect();
            let alignment =
                ours.iter().zip(theirs).map(|(o, (_, t, _))| apart((o.mean, o.standard_error()), *t));
            let shares = at.iter().zip(theirs).map(|(at, t)| shares_apart(at.left(), t.2, paper::CHAINS));
            let stem = format!("{}_n{sites}", sampler.replace(' ', "_"));
            report.table(
                Table::new(
                    stem,
                    format!(
                        "N = {sites}: {sampler}, beside an independent run with all patterns. Means and shares include \
                         flagged chains, as those of the independent run do; intervals of shares and their distances take \
                         chains as independent"
                    ),
                )
                .number("temperature", "T", 3, at.iter().map(|at| at.temperature))
                .count("chains", "chains", at.iter().map(|at| at.all().count()))
                .count(
                    "flagged",
                    "flagged",
                    at.iter().map(|at| at.all().filter(|c| c.flag.is_some()).count()),
                )
                .spread(
                    "alignment_trusted",
                    "alignment, trusted chains",
                    4,
                    at.iter().map(|at| at.spread_of(|c| c.flag.is_none(), |c| c.alignment)),
                )
                .spread("alignment", "alignment, all chains", 4, ours.iter().copied())
                .number(
                    "alignment_standard_error",
                    "standard error",
                    4,
                    ours.iter().map(Summary::standard_error),
                )
                .number("independent", "independent", 4, theirs.iter().map(|t| t.1.0))
                .number("independent_standard_error", "standard error", 4, theirs.iter().map(|t| t.1.1))
                .number("alignment_apart", "standard errors apart", 1, alignment)
                .interval("share_left", "share that has left", 3, 0.95, intervals(at)?)
                .number(
                    "share_left_standard_error",
                    "standard error over draws",
                    3,
                    at.iter().map(|at| at.left_by_draw().standard_error()),
                )
                .number("independent_share_left", "independent", 2, theirs.iter().map(|t| t.2))
                .number("share_apart", "standard errors apart", 1, shares)
                .spread(
                    "acceptance",
                    "acceptance, all chains",
                    3,
                    at.iter().map(|at| at.spread(|c| c.acceptance)),
                ),
            );
            let shares = at.iter().filter_map(|at| at.left_by_draw().bar(at.temperature));
            lines.push(Series::new(sampler, Mark::Joined, shares.collect()));
        }
        let theirs = theirs
            .iter()
            .map(|&(t, _, share)| [t, share, (share * (1.0 - share) / paper::CHAINS as f64).sqrt()]);
        if !lines.is_empty() {
            lines.push(Series::new("independent, all patterns", Mark::Points, theirs.collect()));
            panels.push((format!("N = {sites}"), lines));
        }
    }
    report.figure(figures::samplers(settings.paired_steps, panels));
    Ok(())
}
