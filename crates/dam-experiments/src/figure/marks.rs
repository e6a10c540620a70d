//! Inks, and what is drawn of a series.

use kuva::plot::scatter::MarkerShape;
use kuva::plot::{BandPlot, LegendEntry, LegendShape, LinePlot, LineStyle, ScatterPlot};
use kuva::render::plots::Plot;

use super::{Mark, Series};

/// What tells a series from the others.
#[derive(Debug, PartialEq)]
pub(super) struct Ink {
    rgb: [u8; 3],
    marker: MarkerShape,
    dashes: Option<&'static str>,
}

/// Okabe and Ito's colours that are dark enough for lines on white.
pub(super) const INKS: [Ink; 4] = [
    Ink { rgb: [0x00, 0x72, 0xb2], marker: MarkerShape::Circle, dashes: None },
    Ink { rgb: [0xd5, 0x5e, 0x00], marker: MarkerShape::Square, dashes: Some("6 3") },
    Ink { rgb: [0x00, 0x9e, 0x73], marker: MarkerShape::Triangle, dashes: Some("8 3 2 3") },
    Ink { rgb: [0xcc, 0x79, 0xa7], marker: MarkerShape::Diamond, dashes: Some("2 3") },
];

/// Series of the same label share an ink, with the first of them; more than [`INKS`] are `None`.
pub(super) fn inks(all: &[Series]) -> Vec<Option<&'static Ink>> {
    let mut used = 0;
    let mut inks: Vec<Option<&'static Ink>> = Vec::with_capacity(all.len());
    for (k, series) in all.iter().enumerate() {
        let twin = all[..k].iter().position(|other| !series.label.is_empty() && other.label == series.label);
        inks.push(twin.map_or_else(
            || {
                used += 1;
                INKS.get(used - 1)
            },
            |twin| inks[twin],
        ));
    }
    inks
}

impl Ink {
    fn solid(&self) -> String {
        let [r, g, b] = self.rgb;
        format!("#{r:02x}{g:02x}{b:02x}")
    }

    /// The backend's own opacity is for circles alone.
    fn translucent(&self) -> String {
        let [r, g, b] = self.rgb;
        format!("rgba({r},{g},{b},0.5)")
    }

    fn line_style(&self) -> LineStyle {
        self.dashes.map_or(LineStyle::Solid, |dashes| LineStyle::Custom(dashes.into()))
    }
}

const LINE: f64 = 1.6;

/// Its entry in the legend, if it has a label and points.
pub(super) fn entry(series: &Series, ink: &Ink) -> Option<LegendEntry> {
    let shape = match series.mark {
        Mark::Points | Mark::Hollow | Mark::Joined => LegendShape::Marker(ink.marker),
        Mark::Line | Mark::Band => LegendShape::Line,
        Mark::Bars => LegendShape::Rect,
    };
    let shown = !series.label.is_empty() && !series.points.is_empty();
    let dasharray = ink.dashes.map(String::from);
    shown.then(|| LegendEntry { label: series.label.clone(), color: ink.solid(), shape, dasharray })
}

/// What lies below all lines.
pub(super) fn fill(series: &Series, ink: &Ink, floor: f64) -> Option<Plot> {
    let band = |low: Vec<[f64; 2]>, high: Vec<f64>| {
        BandPlot::new(low.iter().map(|p| p[0]), low.iter().map(|p| p[1]), high).with_color(ink.solid())
    };
    match series.mark {
        Mark::Band => {
            let low = series.points.iter().map(|&[x, y, half]| [x, y - half]).collect();
            let high = series.points.iter().map(|&[_, y, half]| y + half).collect();
            Some(band(low, high).with_opacity(0.18).into())
        }
        Mark::Bars => {
            let outline = outline(series, floor);
            let low = outline.iter().map(|&(x, _)| [x, floor]).collect();
            Some(band(low, outline.iter().map(|&(_, y)| y).collect()).with_opacity(0.35).into())
        }
        _ => None,
    }
}

/// What lies above all areas.
pub(super) fn strokes(series: &Series, ink: &Ink, floor: f64) -> Vec<Plot> {
    let line = |points: Vec<(f64, f64)>| {
        LinePlot::new().with_data(points).with_color(ink.solid()).with_stroke_width(LINE)
    };
    let points = || series.points.iter().map(|&[x, y, _]| (x, y)).collect();
    match series.mark {
        Mark::Line | Mark::Band => vec![line(points()).with_line_style(ink.line_style()).into()],
        Mark::Bars => vec![line(outline(series, floor)).into()],
        // Markers tell joined series apart already.
        Mark::Joined => vec![line(points()).into(), markers(series, ink).into()],
        Mark::Points => vec![markers(series, ink).into()],
        Mark::Hollow => {
            let mut whole = markers(series, ink);
            whole.data.iter_mut().for_each(|point| point.y_err = None);
            let inner = whole.clone().with_size(0.6 * whole.size).with_color("#ffffff");
            vec![markers(series, ink).into(), inner.into()]
        }
    }
}

fn markers(series: &Series, ink: &Ink) -> ScatterPlot {
    let scatter =
        ScatterPlot::new().with_data(series.points.iter().map(|&[x, y, _]| (x, y))).with_marker(ink.marker);
    // Clouds are drawn small and let through what lies below.
    let mut scatter = if series.points.len() > 100 {
        scatter.with_size(1.8).with_color(ink.translucent())
    } else {
        scatter.with_size(3.5).with_color(ink.solid())
    };
    for (drawn, &[_, _, sd]) in scatter.data.iter_mut().zip(&series.points) {
        drawn.y_err = (sd > 0.0).then_some((sd, sd));
    }
    scatter
}

/// The skyline of a histogram, down to the floor where bins do not touch.
fn outline(series: &Series, floor: f64) -> Vec<(f64, f64)> {
    let mut line: Vec<(f64, f64)> = Vec::with_capacity(4 * series.points.len());
    for &[left, height, width] in &series.points {
        match line.last() {
            Some(&(end, _)) if (end - left).abs() <= 1e-6 * width => {
                line.pop();
            }
            _ => line.push((left, floor)),
        }
        line.extend([(left, height), (left + width, height), (left + width, floor)]);
    }
    line
}
