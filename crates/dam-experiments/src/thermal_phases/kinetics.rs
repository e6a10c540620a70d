//! Escapes of long chains at the size of Figure 2, put together.

use dam_analysis::thermal::{Escapes, MeanTime};

use super::curves;
use super::measure::{Record, SNAPSHOTS, Watched};
use super::plan::{FIGURE_2, KINETIC_T};
use super::{Cell, Settings, ThermalPhases};
use crate::harness::Records;
use crate::report::Table;
use crate::{Error, Summary};

/// All chains at one temperature.
pub(super) struct Watching<'a> {
    pub(super) temperature: f64,
    chains: Vec<&'a Watched>,
    escapes: Escapes,
    /// (t in steps, C(t_w + t, t_w) over realizations) for t > 0.
    pub(super) self_overlap: Vec<(f64, Summary)>,
}

pub(super) struct Kinetics<'a> {
    /// Steps of a chain.
    steps: usize,
    pub(super) at: Vec<Watching<'a>>,
    /// The floor of each realization.
    floor: Summary,
    /// Chain lengths for which the share that stays is shown.
    pub(super) lengths: Vec<usize>,
    /// (steps, temperature of half escape).
    pub(super) half: Vec<(f64, f64)>,
    /// (steps, temperature) of the kinetic line.
    pub(super) line: Vec<(f64, f64)>,
    /// Temperatures of which the self-overlap is shown.
    pub(super) remembered: [f64; 3],
}

impl Watching<'_> {
    /// The share of chains that have left after `steps` steps (Kaplan and Meier).
    pub(super) fn escaped_share(&self, steps: usize) -> f64 {
        1.0 - self.escapes.survival(steps as f64)
    }

    fn mean(&self, of: impl Fn(&Watched) -> f64) -> f64 {
        self.chains.iter().map(|c| of(c)).sum::<f64>() / self.chains.len() as f64
    }

    /// The share of all proposals before an escape that were accepted.
    fn acceptance(&self, steps: usize) -> f64 {
        let watched = |c: &Watched| c.escape.unwrap_or(steps) as f64;
        self.mean(|c| c.acceptance * watched(c)) / self.mean(watched)
    }
}

impl<'a> Kinetics<'a> {
    /// `None` if the study was left out.
    pub(super) fn new(
        settings: &Settings,
        records: &'a Records<ThermalPhases>,
    ) -> Result<Option<Self>, Error> {
        let wanted = records.iter().filter(|(cell, _)| matches!(cell, Cell::Kinetic { .. }));
        let all: Vec<(f64, &[Watched])> = wanted
            .filter_map(|(_, record)| match record {
                Record::Watched { floor, chains } => Some((*floor, &**chains)),
                _ => None,
            })
            .collect();
        if all.is_empty() {
            return Ok(None);
        }
        let steps = settings.kinetic.steps;
        let watch = |(k, &temperature): (usize, &f64)| -> Result<Watching<'a>, Error> {
            let chains: Vec<&Watched> = all.iter().map(|(_, chains)| &chains[k]).collect();
            let left: Vec<f64> = chains.iter().filter_map(|w| w.escape).map(|t| t as f64).collect();
            let stayed = vec![steps as f64; chains.len() - left.len()];
            let of_lag = |lag: usize| {
                let values = chains.iter().filter_map(|c| c.self_overlap.get(lag).copied());
                let unit = (steps / SNAPSHOTS).max(1);
                ((unit << (lag - 1)) as f64, Summary::of(values))
            };
            let lags = chains.iter().map(|c| c.self_overlap.len()).max().unwrap_or(0);
            let self_overlap = (1..lags).map(of_lag).collect();
            Ok(Watching { temperature, escapes: Escapes::new(&left, &stayed)?, chains, self_overlap })
        };
        let at = KINETIC_T.iter().enumerate().map(watch).collect::<Result<Vec<_>, _>>()?;
        let floor = Summary::of(all.iter().map(|(floor, _)| *floor));
        let decades = (3..).map(|k| 10_usize.pow(k)).take_while(|&length| length <= steps);
        let lengths: Vec<usize> = decades.collect();
        let fine = (0..).map(|k| 1e3 * 10_f64.powf(0.25 * f64::from(k)));
        let fine: Vec<f64> = fine.take_while(|&length| length <= 1.001 * steps as f64).collect();
        let half = fine.iter().filter_map(|&length| Some((length, half_escape(&at, length)?))).collect();
        let line = fine
            .iter()
            .map(|&length| Ok((length, curves::kinetic_temperature(FIGURE_2.0, floor.mean, length)?)));
        let line = line.collect::<Result<_, Error>>()?;
        Ok(Some(Self { steps, at, floor, lengths, half, line, remembered: [0.4, 0.6, 0.8] }))
    }

    pub(super) fn floor(&self) -> Summary {
        self.floor
    }

    pub(super) fn table(&self) -> Result<Table, Error> {
        let at = &self.at;
        let mean_times: Vec<MeanTime> =
            at.iter().map(|w| w.escapes.mean_time(0.95)).collect::<Result<_, _>>()?;
        let finite = |x: f64| Some(x).filter(|x| x.is_finite());
        let integral: Vec<Option<f64>> = at
            .iter()
            .map(|w| {
                let moves = (w.acceptance(self.steps), w.mean(|c| c.step));
                curves::escape_time(w.temperature, self.floor.mean, moves)
            })
            .collect::<Result<_, Error>>()?;
        let barrier: Vec<f64> = at
            .iter()
            .map(|w| curves::barrier(FIGURE_2.0, w.temperature, self.floor.mean))
            .collect::<Result<_, Error>>()?;
        Ok(Table::new(
            "kinetic",
            "Escapes of long chains, LSE, N = 50, M = 148; no burn-in, the fixed step s = 2.38 √(1 − φ_eq²)/(φ_eq √N) of the \
             target’s well, and in the integral this step and the acceptance before escapes",
        )
            .number("temperature", "T", 2, at.iter().map(|w| w.temperature))
            .count("chains", "chains", at.iter().map(|w| w.escapes.len()))
            .count("escaped", "escaped", at.iter().map(|w| w.escapes.escaped()))
            .number("mean_time_steps", "mean time (steps)", 0, mean_times.iter().map(|m| finite(m.estimate)))
            .number("mean_time_lower_95", "from", 0, mean_times.iter().map(|m| m.lower))
            .number("mean_time_upper_95", "to (95 %)", 0, mean_times.iter().map(|m| finite(m.upper)))
            .number("median_steps", "median (steps)", 0, at.iter().map(|w| w.escapes.median()))
            .number("integral_steps", "integral at the mean floor (steps)", 0, integral)
            .number("barrier", "N Δf/T", 1, barrier)
            .number(
                "other_overlap",
                "largest other overlap at the end",
                3,
                at.iter().map(|w| w.mean(|c| c.other)),
            )
            .number("step", "step s", 3, at.iter().map(|w| w.mean(|c| c.step)))
            .number("acceptance", "acceptance before", 3, at.iter().map(|w| w.acceptance(self.steps))))
    }
}

/// Where the share that has left by `steps` crosses one half, by lines between the temperatures.
fn half_escape(at: &[Watching<'_>], steps: f64) -> Option<f64> {
    let share = |w: &Watching<'_>| 1.0 - w.escapes.survival(steps);
    at.windows(2).find_map(|pair| {
        let (a, b) = (share(&pair[0]), share(&pair[1]));
        let between = |(a, b): (f64, f64)| {
            pair[0].temperature + (0.5 - a) / (b - a) * (pair[1].temperature - pair[0].temperature)
        };
        (a < 0.5 && b >= 0.5).then(|| between((a, b)))
    })
}
