//! The figures.

use dam_analysis::theory::capacity::{SignalToNoise, printed_error_probability};

use super::capacity::{Networks, POWERS, unstable};
use super::convergence::{ASYNCHRONOUS, ByOrder, fraction, null};
use super::errors::{ByLoad, failed, percent};
use super::plan::{EPSILONS, epsilon};
use super::record::{Recovery, Trained};
use super::sweeps::{Cues, SHOWN, mean_sweeps, name as source};
use super::{Settings, Stored};
use crate::Error;
use crate::figure::{Axis, Figure, Guide, Mark, Panel, Series};

/// The end of an axis of errors, in percent.
fn top(all: &ByLoad<'_>, share: fn(&Trained) -> f64) -> f64 {
    let most = all.values().flat_map(|of| of.iter().filter(|t| !failed(t)).map(|t| 100.0 * share(t)));
    let most = most.fold(1.0, f64::max);
    (1.15 * most).ceil()
}

/// Test and training errors against K.
pub(super) fn errors(settings: &Settings, all: &ByLoad<'_>) -> Figure {
    let panel = |title: &str, label: &str, share: fn(&Trained) -> f64| Panel {
        title: title.into(),
        x: Axis::log("memories K"),
        y: Axis::linear(label).within(0.0, top(all, share)),
        series: settings
            .orders
            .iter()
            .map(|&n| {
                let of = all.iter().filter(|((order, _), _)| *order == n);
                let points = of.filter_map(|(&(_, k), of)| {
                    let s = percent(of, |t| (!failed(t)).then(|| share(t)));
                    let sd = if s.count > 1 { s.sd } else { 0.0 };
                    s.mean.is_finite().then_some([k as f64, s.mean, sd])
                });
                Series::new(format!("n = {n}"), Mark::Joined, points.collect())
            })
            .collect(),
        ..Panel::default()
    };
    Figure {
        name: "errors".into(),
        caption: format!(
            "Errors of {} against the number of memories, each at the temperature that the validation images chose; mean ± sd over draws, without those in which nothing was learned.",
            settings.images.name
        ),
        columns: 2,
        panels: vec![
            panel("test images", "test error (%)", |t| t.test),
            panel("training images", "training error (%)", |t| t.choice().train),
        ],
    }
}

/// Errors against epochs.
pub(super) fn curves(settings: &Settings, all: &ByLoad<'_>) -> Figure {
    let panels = settings.orders.iter().filter_map(|&n| {
        let of = all.get(&(n, settings.shown))?;
        let line = |label: &str, share: fn(&crate::classifier::Evaluation) -> Option<f64>| {
            let points = (0..of.first()?.curve.len()).filter_map(|k| {
                let s = percent(of, |t| share(t.curve.get(k)?));
                let epoch = of[0].curve[k].epoch as f64;
                s.mean.is_finite().then_some([epoch, s.mean, if s.count > 1 { s.sd } else { 0.0 }])
            });
            Some(Series::new(label, Mark::Joined, points.collect()))
        };
        Some(Panel {
            title: format!("n = {n}"),
            x: Axis::log("epochs"),
            y: Axis::linear("error (%)").within(0.0, 100.0),
            series: [line("training", |e| e.train), line("test", |e| e.test)].into_iter().flatten().collect(),
            ..Panel::default()
        })
    });
    Figure {
        name: "curves".into(),
        caption: format!(
            "Training and test error against epochs at K = {}, mean ± sd over draws.",
            settings.shown
        ),
        columns: 3,
        panels: panels.collect(),
    }
}

fn against_epsilon(label: &str, mark: Mark, value: impl Fn(usize) -> [f64; 2]) -> Series {
    let points = (0..EPSILONS).map(|k| {
        let [mean, sd] = value(k);
        [epsilon(k), mean, if sd > 0.0 { sd } else { 0.0 }]
    });
    Series::new(label, mark, points.collect())
}

fn curve_of(label: &str, of: &[&Recovery], dynamics: usize, measure: usize) -> Series {
    against_epsilon(label, Mark::Band, |k| {
        let s = fraction(of, dynamics, measure, k);
        [s.mean, s.sd]
    })
}

fn null_of(of: &[&Recovery]) -> Series {
    against_epsilon("null", Mark::Line, |k| [null(of, k).mean, 0.0])
}

fn panel(title: &str, series: Vec<Series>) -> Panel {
    Panel {
        title: title.into(),
        x: Axis::linear("tolerance ε").within(0.0, 0.5),
        y: Axis::linear("share of inputs D_c^ε").within(0.0, 1.02),
        series,
        ..Panel::default()
    }
}

/// D against ε by three measures: the paper's Fig. 1.
pub(super) fn convergence(name: &str, memories: usize, all: &ByOrder<'_>) -> Figure {
    let by = |title: &str, measure: usize| {
        let mut series: Vec<Series> =
            all.iter().map(|(n, of)| curve_of(&format!("n = {n}"), of, ASYNCHRONOUS, measure)).collect();
        // Three orders and null: what a panel holds.
        series.truncate(3);
        series.extend(all.values().next().map(|of| null_of(of)));
        panel(title, series)
    };
    Figure {
        name: name.into(),
        caption: format!(
            "Share of inputs within ε of a learned memory after asynchronous sweeps, K = {memories}, mean and sd over draws: (a) as \
             definition 6.1 says, ⟨ξ, σ⟩/N; (b) with the signs of memories; (c) ⟨ξ, σ⟩/|ξ|₁. Null: the nearest other image, without dynamics, the same for all \
             orders."
        ),
        columns: 3,
        panels: vec![by("literal", 0), by("by sign", 1), by("normalised", 2)],
    }
}

/// D of images that are stored as they are.
pub(super) fn stored(all: &ByOrder<'_>) -> Figure {
    let mut orders: Vec<&u32> = all.keys().collect();
    // The extremes and one between.
    if orders.len() > 3 {
        orders = vec![orders[0], orders[orders.len() / 2], orders[orders.len() - 1]];
    }
    let mut series: Vec<Series> =
        orders.iter().map(|n| curve_of(&format!("n = {n}"), &all[n], ASYNCHRONOUS, 1)).collect();
    series.extend(all.values().next().map(|of| null_of(of)));
    let ends = all.iter().filter_map(|(&n, of)| {
        let count = crate::Summary::of(of.iter().map(|r| r.ends[ASYNCHRONOUS].distinct as f64));
        count.bar(f64::from(n))
    });
    let own = all.iter().filter_map(|(&n, of)| {
        let inputs = of.first().map_or(1.0, |r| r.inputs as f64);
        let share = crate::Summary::of(of.iter().map(|r| r.recovered as f64 / r.own as f64 * inputs));
        share.bar(f64::from(n))
    });
    let inputs = all.values().next().and_then(|of| of.first()).map_or(0.0, |r| r.inputs as f64);
    Figure {
        name: "stored".into(),
        caption: "Black and white images stored as they are, asked about test images: (a) share within ε of a stored image, mean and sd \
                  over draws (null: the nearest stored image, without dynamics); (b) different end states of all inputs, and stored images that keep 95 % of their pixels, as a share of the same number; ± standard errors."
            .into(),
        columns: 2,
        panels: vec![
            panel("", series),
            Panel {
                x: Axis::linear("order n"),
                y: Axis::linear("states"),
                series: vec![
                    Series::new("different ends", Mark::Joined, ends.collect()),
                    Series::new("own patterns kept", Mark::Joined, own.collect()),
                ],
                guides: vec![Guide::Horizontal(inputs, "inputs".into())],
                ..Panel::default()
            },
        ],
    }
}

/// Sweeps against K, and against corruption at the largest K.
pub(super) fn sweeps(all: &Cues<'_>) -> Figure {
    let mut orders: Vec<u32> = all.keys().map(|key| key.1).collect();
    orders.sort_unstable();
    orders.dedup();
    let most = all.keys().map(|key| key.2).max().unwrap_or(0);
    type Key = (Stored, u32, usize, usize);
    let panel = |patterns: Stored, title: String, x: Axis, place: &dyn Fn(&Key) -> Option<f64>| {
        let series = orders.iter().map(|&n| {
            let of = all.iter().filter(|(key, _)| (key.0, key.1) == (patterns, n));
            let points = of.filter_map(|(key, of)| mean_sweeps(of).bar(place(key)?));
            Series::new(format!("n = {n}"), Mark::Joined, points.collect())
        });
        let y = Axis::linear("sweeps to a fixed point");
        Panel { title, x, y, series: series.collect(), ..Panel::default() }
    };
    let mut panels = Vec::new();
    for patterns in [Stored::Images, Stored::Random] {
        let title = format!("{}, {SHOWN} % turned", source(patterns));
        let place = |key: &Key| (key.3 == SHOWN).then_some(key.2 as f64);
        panels.push(panel(patterns, title, Axis::log("patterns K"), &place));
        let title = format!("{}, K = {most}", source(patterns));
        let place = |key: &Key| (key.2 == most).then_some(key.3 as f64);
        panels.push(panel(patterns, title, Axis::linear("spins turned at first (%)"), &place));
    }
    Figure {
        name: "sweeps".into(),
        caption: "Asynchronous sweeps until one finds nothing to turn, against load and against corruption; mean ± standard error over \
                  draws of the cues that settled."
            .into(),
        columns: 2,
        panels,
    }
}

/// Unstable bits against K.
pub(super) fn instability(networks: &Networks<'_>) -> Result<Figure, Error> {
    let mut panels = Vec::new();
    let mut sizes: Vec<(u32, usize)> = networks.keys().map(|&(n, sites, _)| (n, sites)).collect();
    sizes.dedup();
    for (n, sites) in sizes {
        let of = || networks.iter().filter(|(key, _)| (key.0, key.1) == (n, sites));
        let (least, most) =
            of().fold((f64::MAX, 0.0_f64), |(a, b), (key, _)| (a.min(key.2 as f64), b.max(key.2 as f64)));
        let grid =
            || (0..=60).map(|k| least * (most / least).powf(f64::from(k) / 60.0)).map(|k| k.round() as usize);
        let line = |label: &str, value: &dyn Fn(usize) -> Result<f64, Error>| {
            let points = grid().map(|k| Ok([k as f64, value(k)?, 0.0])).collect::<Result<Vec<_>, Error>>()?;
            Ok::<Series, Error>(Series::new(
                label,
                Mark::Line,
                points.into_iter().filter(|p| p[1] >= 1e-5).collect(),
            ))
        };
        let mut series = Vec::new();
        for (k, label) in ["F = xⁿ", "rectified"].into_iter().enumerate() {
            // Error bars that reach zero have no place on a logarithmic axis.
            let points = of().filter_map(|(key, of)| unstable(of, sites, k).bar(key.2 as f64));
            let points = points.map(|[x, y, e]| [x, y, e.min(0.9 * y)]).filter(|p| p[1] >= 1e-5);
            series.push(Series::new(label, Mark::Points, points.collect()));
            let theory = SignalToNoise::new(sites, n, POWERS[k])?;
            series.push(line(label, &|k| Ok(theory.error_probability(k)))?);
        }
        series.push(line("eq. 3 as printed", &|k| Ok(printed_error_probability(sites, k, n)?))?);
        panels.push(Panel {
            title: format!("n = {n}, N = {sites}"),
            x: Axis::log("patterns K"),
            y: Axis::log("share of unstable bits"),
            series,
            ..Panel::default()
        });
    }
    Ok(Figure {
        name: "instability".into(),
        caption: "Unstable bits of independent patterns, counted (points, mean ± standard error over networks; bars that would reach zero are cut) and by \
                  Q(√(N^{n−1}/((K−1)(2n−3)!!))) (lines of the same colour; rectified: half the cross-talk), with eq. 3 as printed."
            .into(),
        columns: 3,
        panels,
    })
}
