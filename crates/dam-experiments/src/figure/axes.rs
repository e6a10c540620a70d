//! Ranges and ticks of axes.

use kuva::plot::{LegendEntry, LegendShape};
use kuva::render::layout::Layout;
use kuva::render::render_utils::{
    auto_nice_range_capped, compute_tick_step, generate_ticks, generate_ticks_log,
};

use super::{Axis, Guide, Heat, Mark, Panel};

/// Most ticks of a linear axis, about.
pub(super) const TICKS: usize = 5;

/// The ends of both axes.
pub(super) fn ranges(panel: &Panel) -> [(f64, f64); 2] {
    let (mut xs, mut ys) = (Vec::new(), Vec::new());
    for series in &panel.series {
        for &[x, y, third] in &series.points {
            match series.mark {
                Mark::Line => (xs.push(x), ys.push(y)),
                Mark::Bars => (xs.extend([x, x + third]), ys.push(y)),
                _ => (xs.push(x), ys.extend([y - third, y + third])),
            };
        }
    }
    for [x, y] in panel.heat.iter().flat_map(Heat::corners) {
        xs.push(x);
        ys.push(y);
    }
    for guide in &panel.guides {
        match *guide {
            Guide::Vertical(x, _) => xs.push(x),
            Guide::Horizontal(y, _) => ys.push(y),
            Guide::Diagonal => {}
        }
    }
    let any = |marks: &[Mark]| panel.series.iter().any(|series| marks.contains(&series.mark));
    if any(&[Mark::Bars]) && !panel.y.log {
        ys.push(0.0);
    }
    // Half a marker would be cut off at an axis that begins at 0 because the points do.
    let padded = any(&[Mark::Points, Mark::Hollow, Mark::Joined]);
    [range(&panel.x, &xs, padded), range(&panel.y, &ys, padded)]
}

fn range(axis: &Axis, values: &[f64], padded: bool) -> (f64, f64) {
    if let Some([low, high]) = axis.range {
        return (low, high);
    }
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if axis.log {
        let factor = (high / low).powf(0.04).max(1.02);
        let range = (low / factor, high * factor);
        return if generate_ticks_log(range.0, range.1).len() < 2 { (low / 3.0, high * 3.0) } else { range };
    }
    if is_flat(low, high) {
        let pad = if low == 0.0 { 1.0 } else { (0.1 * low.abs()).max(1e-6) };
        return (low - pad, high + pad);
    }
    let pad = 0.04 * (high - low);
    let least = if low >= 0.0 && !padded { (low - pad).max(0.0) } else { low - pad };
    auto_nice_range_capped(least, high + pad, low, high, TICKS)
}

/// Whether the backend puts both on the same pixel, in absolute or in relative terms.
pub(super) fn is_flat(low: f64, high: f64) -> bool {
    high - low <= (1e-11 * low.abs().max(high.abs())).max(1e-15)
}

/// Where the backend puts ticks.
pub(super) fn ticks(axis: &Axis, (low, high): (f64, f64)) -> Vec<f64> {
    if axis.log { generate_ticks_log(low, high) } else { generate_ticks(low, high, TICKS) }
}

/// The distance of ticks; 0 on a logarithmic axis, where there is none.
pub(super) fn step(axis: &Axis, (low, high): (f64, f64)) -> f64 {
    if axis.log { 0.0 } else { compute_tick_step(low, high, TICKS) }
}

/// Four significant digits, or as many as tell ticks apart, without trailing zeros: the backend's own rounding makes
/// equal steps look unequal.
pub(super) fn tick(x: f64, step: f64) -> String {
    if x.abs() <= 1e-9 * step {
        return "0".into();
    }
    let magnitude = |x: f64| x.abs().log10().floor();
    let digits = if step > 0.0 { magnitude(x) - magnitude(step) + 2.0 } else { 4.0 };
    let digits = digits.clamp(4.0, 15.0);
    let trim = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if (-4.0..6.0).contains(&magnitude(x)) {
        return trim(&format!("{x:.*}", (digits - 1.0 - magnitude(x)).max(0.0) as usize));
    }
    let text = format!("{x:.*e}", digits as usize - 1);
    text.split_once('e').map_or(text.clone(), |(mantissa, power)| format!("{}e{power}", trim(mantissa)))
}

/// The width of a text in pixels: the backend tells it as the width of a legend, with margins of 41.
pub(super) fn width_of(text: &str) -> f64 {
    let entry =
        LegendEntry { label: text.into(), color: String::new(), shape: LegendShape::Line, dasharray: None };
    Layout::new((0.0, 1.0), (0.0, 1.0))
        .with_body_size(super::draw::TEXT)
        .with_legend_entries(vec![entry])
        .legend_width
        - 41.0
}

/// A reference line from end to end.
pub(super) fn guide_line(guide: &Guide, x: (f64, f64), y: (f64, f64)) -> Vec<(f64, f64)> {
    match *guide {
        Guide::Vertical(at, _) => vec![(at, y.0), (at, y.1)],
        Guide::Horizontal(at, _) => vec![(x.0, at), (x.1, at)],
        Guide::Diagonal => {
            let (low, high) = (x.0.max(y.0), x.1.min(y.1));
            // Straight unless one axis alone is logarithmic.
            let at = |k: u32| low + (high - low) * f64::from(k) / 100.0;
            if low < high { (0..=100).map(|k| (at(k), at(k))).collect() } else { Vec::new() }
        }
    }
}
