//! The report: tables, figures, the paper's numbers beside ours.

use dam_analysis::theory::closed::{lse_overlap, paper_max_temperature_lsr};

use super::kinetics::Kinetics;
use super::measure::Flagged;
use super::plan::{BETA, SHARPNESS, SMALL, WIDE};
use super::statistics::{AtTemperature, apart, chains, share_with_interval, shares_apart};
use super::{Cell, KernelName, SamplerName, Settings, ThermalPhases, boundaries, curves, figures, paper};
use crate::figure::Mark;
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
        Report::new("Thermal phases: retrieval at temperature among exponentially many patterns");
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
             another pattern: not over the mean floor, but in draws with a low floor or a near neighbour.",
            kinetics.floor().mean,
            kinetics.floor().sd
        ));
        report.table(kinetics.table()?);
        report.figure(figures::kinetic(&kinetics));
    }
    samplers(records, &mut report)?;
    boundaries::report(records, &mut report)?;
    notes(&mut report)?;
    Ok(report)
}

fn method(report: &mut Report) {
    report.heading("Method");
    report.text(format!(
        "“Thermal phases”: states on the sphere |x|² = N, M = e^{{αN}} patterns uniform on it. LSE: E = −(1/β_net) ln Σ \
         exp(−β_net N (1 − φ_μ)), β_net = {BETA}. LSR, eq. 7: E = −(N/b) ln max(10⁻¹⁰, Σ max(0, 1 − b (1 − φ_μ))), b = \
         {SHARPNESS}. Metropolis, one proposal x′ = √N normalise(x + s g) a step; from the target itself and with a step that \
         is adapted in burn-in alone, where nothing else is said. Every chain is judged: flagged are those with an acceptance \
         below 0.02 and those under 20 integrated autocorrelation times; they are counted, shown hollow, and averaged apart."
    ));
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
        "Chains keep their target far beyond the equilibrium lines, up to where they leave within their length: the upper \
         border of the shade is kinetic, and lies below the spinodal. To the right of α_th LSR loses its target at every \
         temperature for N → ∞; at these N the caps of a few patterns overlap and the border is blurred.",
    );
    let mut rows: Vec<(KernelName, usize, &AtTemperature<'_>)> = Vec::new();
    for (kernel, loads) in &all {
        for (k, temperatures) in loads.iter().enumerate() {
            rows.extend(temperatures.iter().map(|at| (*kernel, k, at)));
        }
    }
    report.data(by_chain(
        Table::new("map", "Chains over the plane of load and temperature")
            .text("kernel", "kernel", rows.iter().map(|(kernel, ..)| name(*kernel)))
            .number("alpha", "α", 2, rows.iter().map(|(_, k, _)| plan.load(*k)))
            .count("sites", "N", rows.iter().map(|(_, k, _)| plan.sites(*k))),
        &rows.iter().map(|(kernel, _, at)| (*kernel, *at)).collect::<Vec<_>>(),
    )?);
    Ok(())
}

/// The columns that all tables of chains have; trusted and flagged chains apart.
fn by_chain(table: Table, rows: &[(KernelName, &AtTemperature<'_>)]) -> Result<Table, Error> {
    let retrieved: Vec<f64> = rows
        .iter()
        .map(|(kernel, at)| Ok(curves::retrieval(*kernel, at.temperature)?[0]))
        .collect::<Result<_, Error>>()?;
    let share = |of: dam_analysis::Proportion| Some(of.fraction()).filter(|x| x.is_finite());
    let mut table = table
        .number("temperature", "T", 3, rows.iter().map(|(_, at)| at.temperature))
        .count("chains", "chains", rows.iter().map(|(_, at)| at.all().count()))
        .spread(
            "alignment_trusted",
            "alignment, trusted chains",
            4,
            rows.iter().map(|(_, at)| at.spread_of(|c| c.flag.is_none(), |c| c.alignment)),
        )
        .spread(
            "alignment_flagged",
            "alignment, flagged chains",
            4,
            rows.iter().map(|(_, at)| at.spread_of(|c| c.flag.is_some(), |c| c.alignment)),
        );
    for (flag, column, title) in figures::FLAGS {
        table = table.count(column, title, rows.iter().map(|(_, at)| at.flagged(flag)));
    }
    Ok(table
        .number("share_left", "share that has left", 3, rows.iter().map(|(_, at)| share(at.left())))
        .number(
            "share_on_another",
            "share on another pattern",
            3,
            rows.iter().zip(&retrieved).map(|((_, at), &phi)| share(at.on_another(phi))),
        )
        .spread(
            "largest_other",
            "largest other overlap",
            3,
            rows.iter().map(|(_, at)| at.spread(|c| c.other)),
        )
        .spread(
            "energy_per_site",
            "energy per site",
            4,
            rows.iter().map(|(_, at)| at.spread_of(|c| c.energy.is_some(), |c| c.energy.unwrap_or(0.0))),
        )
        .spread("acceptance", "acceptance", 3, rows.iter().map(|(_, at)| at.spread(|c| c.acceptance)))
        .spread(
            "tau_int_steps",
            "τ_int (steps)",
            0,
            rows.iter().map(|(_, at)| at.spread_of(|c| c.tau_int.is_some(), |c| c.tau_int.unwrap_or(0.0))),
        ))
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
            .map(|at| Ok(curves::exact(*kernel, at.temperature)?[0]))
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
                .interval("share_left", "share that has left", 2, 0.95, intervals(at)?)
                .count("flagged_frozen", "frozen", frozen)
                .count("flagged_short", "short", at.iter().map(|at| at.flagged(Flagged::Short))),
        );
    }
    report.figure(figures::figure_2(&all)?);
    if let Some((_, at)) = all.iter().find(|(kernel, _)| *kernel == KernelName::Lse) {
        report.quantity(Quantity {
            name: "T at which the LSE alignment of one chain drops".into(),
            source: "Figure 2: 0.7 to 0.8".into(),
            paper: Some(0.75),
            ours: drops(at)?,
            digits: 2,
        });
    }
    Ok(())
}

fn intervals(at: &[AtTemperature<'_>]) -> Result<Vec<Option<(f64, dam_analysis::roc::Interval)>>, Error> {
    at.iter().map(|at| share_with_interval(at.left())).collect()
}

/// For each draw, between which temperatures the alignment first falls below half of that of theory.
fn drops(at: &[AtTemperature<'_>]) -> Result<Summary, Error> {
    let phi: Vec<f64> = at.iter().map(|at| lse_overlap(at.temperature)).collect::<Result<_, _>>()?;
    let draws = at.first().map_or(0, |at| at.by_realization.len());
    let drop_of = |draw: usize| {
        let below = (0..at.len())
            .position(|k| at[k].by_realization[draw].iter().all(|c| c.alignment < 0.5 * phi[k]))?;
        (below > 0).then(|| 0.5 * (at[below - 1].temperature + at[below].temperature))
    };
    Ok(Summary::of((0..draws).filter_map(drop_of)))
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
        .map(|(kernel, at)| Ok(curves::exact(*kernel, at.temperature)?[0]))
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
            .spread("acceptance", "acceptance", 3, rows.iter().map(|(_, at)| at.spread(|c| c.acceptance))),
    );
    Ok(())
}

fn samplers(records: &Records<ThermalPhases>, report: &mut Report) -> Result<(), Error> {
    let small = |sampler| chains(records, |c| matches!(c, Cell::Small { sampler: of, .. } if *of == sampler));
    let wide = |sampler| chains(records, |c| matches!(c, Cell::Wide { sampler: of, .. } if *of == sampler));
    let (full, cone) = (small(SamplerName::Full), small(SamplerName::Cone));
    let (wide_full, wide_cone) = (wide(SamplerName::Full), wide(SamplerName::Cone));
    if [&full, &cone, &wide_full, &wide_cone].iter().all(|of| of.is_empty()) {
        return Ok(());
    }
    report.heading("All patterns, and those of a cone");
    report.text(
        "LSE at α = 0.5. The cone draws the patterns near the target, a Poisson number, and replaces all others by their mean, \
         which depends on the alignment alone. It leaves when all patterns do; what it loses is where a chain goes, since patterns \
         outside of the cone are no states of their own.",
    );
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
                    format!("N = {sites}: {sampler}, beside an independent run with all patterns"),
                )
                .number("temperature", "T", 3, at.iter().map(|at| at.temperature))
                .count("chains", "chains", at.iter().map(|at| at.all().count()))
                .spread("alignment", "alignment (mean ± sd)", 4, ours.iter().copied())
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
                .number("independent_share_left", "independent", 2, theirs.iter().map(|t| t.2))
                .number("share_apart", "standard errors apart", 1, shares)
                .spread("acceptance", "acceptance", 3, at.iter().map(|at| at.spread(|c| c.acceptance)))
                .count(
                    "flagged",
                    "flagged",
                    at.iter().map(|at| at.all().filter(|c| c.flag.is_some()).count()),
                ),
            );
            let shares = bars(at.iter().map(|at| (at.temperature, at.left())));
            lines.push(figures::series(sampler, Mark::Joined, shares));
        }
        let theirs = theirs.iter().map(|&(t, _, share)| {
            let successes = (share * paper::CHAINS as f64).round() as usize;
            (t, dam_analysis::Proportion { successes, trials: paper::CHAINS })
        });
        if !lines.is_empty() {
            lines.push(figures::series("independent, all patterns", Mark::Points, bars(theirs)));
            panels.push((format!("N = {sites}"), lines));
        }
    }
    report.figure(figures::samplers(panels));
    Ok(())
}

/// Shares with their standard errors.
fn bars(of: impl Iterator<Item = (f64, dam_analysis::Proportion)>) -> Vec<[f64; 3]> {
    let bar = |(t, share): (f64, dam_analysis::Proportion)| {
        let p = share.fraction();
        [t, p, (p * (1.0 - p) / share.trials as f64).sqrt()]
    };
    of.map(bar).collect()
}

fn notes(report: &mut Report) -> Result<(), Error> {
    report.heading("What the paper has otherwise");
    report.note(format!(
        "Eq. 39 does not follow from eqs. 22 and 30. They give α_c = ½ [1 − (1 − e^{{−b f_ret}})/b]², which lies above α_th at \
         every temperature, so that there is no T_max; where eq. 39 meets α_th of eq. 38 is T = {:.4}, which the paper rounds to \
         0.22 (docs/errata.md, T1).",
        paper_max_temperature_lsr(SHARPNESS)?
    ));
    for note in [
        "Eqs. 29–39 are about weights [1 − b (1 − φ)]^N, which is another model than LSR of eq. 7. There a pattern in whose cap the \
         state lies outweighs it as soon as there are exponentially many: the boundary of eq. 7 is vertical, α_c(T) = α_th at every \
         temperature, T = 0 included (T3).",
        "The drop of the LSE symbols near T = 0.75 is kinetic. Its place depends on the length of the chains (the section on \
         escapes), lies below the line where the two free energies are equal for long chains, and a single chain drops anywhere \
         between 0.65 and 1.1. A chain that has left sits on another stored pattern, where that is the equilibrium (T13, T8).",
        "“α_c(0) = 0.5” is a value of the Gaussian tail, in which the nearest of all patterns reaches an overlap of one at α = ½. \
         With the measure of the sphere it is 0.6226 for LSE at β_net = 1, and α_th is 0.3461 instead of 0.25 (T4).",
        "What simulations see as boundary is neither the line of equal free energies nor the equilibrium line α_any, where some \
         other pattern takes over, but the kinetic line, which rises to the spinodal as N grows.",
    ] {
        report.note(note);
    }
    Ok(())
}
