//! Tables for programs: every realization and every pattern.

use super::report::Measured;
use super::statistics::{Realization, SCORES, score};
use super::{Metric, PatternRecord};
use crate::report::Table;

/// Figure 3 as numbers: AUC(I_μ) and its correlation with p_μ at every σ.
pub(super) fn scales(table: &[Measured<'_>]) -> Table {
    let measured = table.iter().filter(|of| matches!(of.row.metric, Metric::Scales { .. }));
    let lines: Vec<(&Measured<'_>, usize, f64)> = measured
        .flat_map(|of| super::scales(of.row.n).into_iter().enumerate().map(move |(k, sigma)| (of, k, sigma)))
        .collect();
    let relative = |&(of, _, sigma): &(&Measured<'_>, usize, f64)| sigma / (2.0 * of.row.n as f64).sqrt();
    Table::new("scales", "Scale sensitivity of I_μ")
        .count("n", "N", lines.iter().map(|line| line.0.row.n))
        .count("m", "M", lines.iter().map(|line| line.0.row.m))
        .number("sigma", "σ", 4, lines.iter().map(|line| line.2))
        .number("sigma_over_sqrt_2n", "σ / sqrt(2N)", 4, lines.iter().map(relative))
        .spread(
            "auc_isolation",
            "AUC(I_μ)",
            3,
            lines.iter().map(|(of, k, _)| of.spread(|r| r.auc(|p| p.scales[*k]))),
        )
        .spread(
            "correlation",
            "correlation with p_μ",
            3,
            lines.iter().map(|(of, k, _)| of.spread(|r| r.correlation(|p| p.scales[*k]))),
        )
}

pub(super) fn per_realization<'a>(rows: impl Iterator<Item = &'a Measured<'a>>) -> Table {
    let all: Vec<(&Measured<'_>, &Realization<'_>)> =
        rows.flat_map(|of| of.all.iter().map(move |realization| (of, realization))).collect();
    let labels = |noisy: bool| if noisy { "noisy" } else { "noiseless" };
    let mut table = Table::new("realizations", "Every disorder realization")
        .text("model", "model", all.iter().map(|(of, _)| of.model()))
        .count("n", "N", all.iter().map(|(of, _)| of.row.n))
        .count("m", "M", all.iter().map(|(of, _)| of.row.m))
        .count("realization", "realization", all.iter().map(|(_, r)| r.index))
        .count("judged", "judged", all.iter().map(|(_, r)| r.patterns.len()))
        .text("labels", "labels", all.iter().map(|(_, r)| labels(r.noisy)))
        .number("fail_percent", "fail %", 1, all.iter().map(|(_, r)| r.fail_percent()))
        .number(
            "fail_percent_sampling_sd",
            "of which sampling",
            1,
            all.iter().map(|(of, r)| r.sampling_sd(of.row.m)),
        )
        .number("mean_end_overlap", "mean end overlap", 4, all.iter().map(|(_, r)| r.mean_end_overlap()));
    for (k, name) in SCORES.into_iter().enumerate() {
        let of = move |r: &Realization<'_>| r.predictions.map(|p| p[k]);
        let values = all.iter().map(|(_, r)| of(r).map(|p| (p.auc, p.interval)));
        table = table
            .interval(&format!("auc_{name}"), name, 3, 0.95, values)
            .number(
                &format!("average_precision_{name}"),
                name,
                3,
                all.iter().map(|(_, r)| of(r).map(|p| p.average_precision)),
            )
            .number(&format!("youden_{name}"), name, 3, all.iter().map(|(_, r)| of(r).map(|p| p.youden)));
    }
    table
}

pub(super) fn per_pattern<'a>(rows: impl Iterator<Item = &'a Measured<'a>>) -> Table {
    type Line<'a> = (&'a Measured<'a>, &'a Realization<'a>, &'a PatternRecord);
    let all: Vec<Line<'_>> = rows
        .flat_map(|of| of.all.iter().flat_map(move |r| r.patterns.iter().map(move |p| (of, r, *p))))
        .collect();
    let trials = |of: fn(&dam_analysis::Retrieval) -> f64| {
        all.iter().map(move |(.., p)| p.trials.as_ref().map(of)).collect::<Vec<_>>()
    };
    let scored = |k: usize| all.iter().map(move |(.., p)| Some(score(k)(p)).filter(|x| x.is_finite()));
    Table::new("patterns", "Every pattern judged")
        .text("model", "model", all.iter().map(|(of, ..)| of.model()))
        .count("n", "N", all.iter().map(|(of, ..)| of.row.n))
        .count("m", "M", all.iter().map(|(of, ..)| of.row.m))
        .count("realization", "realization", all.iter().map(|(_, r, _)| r.index))
        .count("pattern", "pattern", all.iter().map(|(.., p)| p.pattern))
        .count("failed", "failed", all.iter().map(|(_, r, p)| usize::from(p.failed(r.noisy))))
        .number("end_overlap", "end overlap", 4, all.iter().map(|(.., p)| p.end_overlap))
        .count("steps", "steps", all.iter().map(|(.., p)| p.steps))
        .number("noisy_successes", "successes", 0, trials(|t| t.successes as f64))
        .number("noisy_trials", "trials run", 0, trials(|t| t.trials as f64))
        .number("noisy_trials_planned", "L", 0, trials(|t| t.planned as f64))
        .number("noisy_end_overlap", "their mean end overlap", 4, trials(|t| t.end_overlap))
        .number("isolation", "I_μ", 5, scored(0))
        .number("mean_overlap", "mean |O|", 5, scored(1))
        .number("max_overlap", "max O", 5, scored(2))
}
