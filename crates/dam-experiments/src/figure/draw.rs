//! The backend: from a checked figure to SVG.

use std::sync::Arc;

use kuva::backend::svg::SvgBackend;
use kuva::plot::{LegendEntry, LegendPosition, LinePlot, LineStyle};
use kuva::render::layout::{AxisLabelOverlap, AxisLine, ComputedLayout, Layout, TickAlign, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::{Primitive, Scene, TextAnchor, render_multiple};

use super::axes::{TICKS, guide_line, ranges, step, tick, ticks, width_of};
use super::marks::{Ink, entry, fill, inks, strokes};
use super::place::{Occupied, Rect};
use super::{Figure, Guide, Heat, Mark, Panel, Series};

const GREY: &str = "#777777";
pub(super) const TEXT: u32 = 12;
const TITLE: u32 = 13;
const ROW: f64 = 1.5 * TEXT as f64;

pub(super) fn svg(figure: &Figure) -> String {
    let several = figure.panels.len() > 1;
    let (width, height) = if several { (275.0, 210.0) } else { (440.0, 310.0) };
    let mut drawings: Vec<_> = figure.panels.iter().map(|panel| Drawing::new(panel, width, height)).collect();

    // Frames of one size, at one place of their cells.
    let columns = figure.columns.clamp(1, drawings.len());
    let left = largest(&drawings, |d| d.axes.margin_left);
    let right = largest(&drawings, |d| d.axes.margin_right);
    let mut texts = Vec::new();
    for row in drawings.chunks_mut(columns) {
        let top = largest(row, |d| d.axes.margin_top).max(if several { 26.0 } else { 0.0 });
        let bottom = largest(row, |d| d.axes.margin_bottom);
        let frame = Rect { left, top, width, height };
        texts.extend(row.iter_mut().map(|drawing| drawing.place(frame, right, bottom)));
    }
    let right = right + largest(&drawings, |d| if d.legend_is_beside { d.layout.legend_width } else { 0.0 });

    let (mut x, mut y, mut below) = (0.0, 0.0, 0.0);
    let mut whole = Scene::new(0.0, 0.0);
    whole.text_color = Some("black".into());
    whole.font_family = Some("sans-serif".into());
    for (k, (drawing, texts)) in drawings.into_iter().zip(texts).enumerate() {
        if k % columns == 0 {
            (x, y) = (0.0, below);
        }
        let scene = drawing.scene(right);
        let id = format!("{}-clip-{k}", figure.name);
        whole.add(Primitive::GroupStart {
            transform: Some(format!("translate({x:.2},{y:.2})")),
            title: None,
            extra_attrs: None,
        });
        x += scene.width;
        below = y + scene.height;
        whole.width = whole.width.max(x);
        whole.height = below;
        // The backend numbers clip paths over the life of the process; two figures in one page, and the same figure
        // drawn twice, need ids that are theirs.
        let mut theirs = String::new();
        for mut element in scene.elements {
            if let Primitive::ClipStart { id: clip, .. } = &mut element {
                theirs = std::mem::replace(clip, id.clone());
            }
            whole.add(element);
        }
        whole.defs.extend(scene.defs.iter().map(|def| def.replace(&theirs, &id)));
        texts.into_iter().for_each(|text| whole.add(text));
        if several {
            let letter = format!("({})", char::from(b'a' + (k % 26) as u8));
            whole.add(text(8.0, f64::from(TITLE) + 4.0, letter, true));
        }
        whole.add(Primitive::GroupEnd);
    }
    let size = format!("viewBox=\"0 0 {:.2} {:.2}\" ", whole.width, whole.height);
    SvgBackend::new().with_pretty(true).render_scene(&whole).replacen("width=", &format!("{size}width="), 1)
}

fn largest(drawings: &[Drawing<'_>], of: impl Fn(&Drawing<'_>) -> f64) -> f64 {
    drawings.iter().map(of).fold(0.0, f64::max).ceil()
}

fn text(x: f64, y: f64, content: String, bold: bool) -> Primitive {
    let anchor = TextAnchor::Start;
    Primitive::Text { x, y, content, size: TEXT, anchor, rotate: None, bold, color: None }
}

fn inked(panel: &Panel) -> impl Iterator<Item = (&Series, &'static Ink)> {
    panel.series.iter().zip(inks(&panel.series)).filter_map(|(series, ink)| Some((series, ink?)))
}

/// A panel on its way to a scene.
struct Drawing<'a> {
    panel: &'a Panel,
    layout: Layout,
    axes: ComputedLayout,
    legend_is_beside: bool,
}

impl<'a> Drawing<'a> {
    fn new(panel: &'a Panel, width: f64, height: f64) -> Self {
        let [x, y] = ranges(panel);
        let steps = [step(&panel.x, x), step(&panel.y, y)];
        let characters = |pixels: f64| (pixels / (0.55 * f64::from(TEXT))) as usize;
        let mut layout = Layout::new(x, y)
            .with_x_axis_min(x.0)
            .with_x_axis_max(x.1)
            .with_y_axis_min(y.0)
            .with_y_axis_max(y.1)
            .with_axis_line(AxisLine::Box)
            .with_tick_align(TickAlign::Inside)
            .with_show_grid(false)
            .with_ticks(TICKS)
            .with_x_tick_format(TickFormat::Custom(Arc::new(move |x| tick(x, steps[0]))))
            .with_y_tick_format(TickFormat::Custom(Arc::new(move |y| tick(y, steps[1]))))
            .with_x_label_overlap(AxisLabelOverlap::Thin)
            .with_title_size(TITLE)
            .with_label_size(TEXT)
            .with_tick_size(TEXT)
            .with_body_size(TEXT)
            .with_legend_box(false)
            .with_title_wrap(characters(width))
            .with_x_label_wrap(characters(width))
            .with_y_label_wrap(characters(height));
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        layout.title = given(&panel.title);
        layout.x_label = given(&panel.x.label);
        layout.y_label = given(&panel.y.label);
        layout.log_x = panel.x.log;
        layout.log_y = panel.y.log;
        let mut entries: Vec<LegendEntry> = Vec::new();
        for entry in inked(panel).filter_map(|(series, ink)| entry(series, ink)) {
            if !entries.iter().any(|other| other.label == entry.label) {
                entries.push(entry);
            }
        }
        if !entries.is_empty() {
            layout = layout.with_legend_entries(entries).with_legend_at(0.0, 0.0);
        }
        let mut axes = ComputedLayout::from_layout(&layout);
        // The backend leaves no room for half of the last text of a logarithmic axis.
        let last = ticks(&panel.x, x).last().map_or(0.0, |&last| width_of(&tick(last, steps[0])));
        axes.margin_right = axes.margin_right.max(0.5 * last + 4.0);
        axes.margin_right = axes.margin_right.max(panel.heat.as_ref().map_or(0.0, Heat::room));
        // Nor for our texts of a logarithmic axis, but for its own.
        let widest = ticks(&panel.y, y).iter().map(|&y| width_of(&tick(y, steps[1]))).fold(0.0, f64::max);
        let more = (widest - axes.y_tick_label_px).max(0.0);
        axes.margin_left += more;
        // It leaves more between the ticks and their quantity than in front of the next panel.
        axes.margin_bottom -= 6.0;
        layout.y_label_offset = (-more, 0.0);
        Self { panel, layout, axes, legend_is_beside: false }
    }

    /// Fixes the frame, and finds places for the legend and for the texts of guides, which are returned.
    fn place(&mut self, frame: Rect, right: f64, bottom: f64) -> Vec<Primitive> {
        let layout = &mut self.layout;
        layout.width = Some(frame.left + frame.width + right);
        layout.height = Some(frame.top + frame.height + bottom);
        layout.force_margin_left = Some(frame.left);
        layout.force_margin_right = Some(right);
        layout.force_margin_top = Some(frame.top);
        layout.force_margin_bottom = Some(bottom);
        self.axes = ComputedLayout::from_layout(layout);

        let mut occupied = Occupied::new(frame);
        self.panel.series.iter().for_each(|series| self.occupy(&mut occupied, series));
        for guide in &self.panel.guides {
            let line = guide_line(guide, self.axes.x_range, self.axes.y_range);
            for ends in line.windows(2) {
                let [a, b] = [ends[0], ends[1]].map(|(x, y)| self.column(x, y, y));
                occupied.strip(a, b);
            }
        }
        let mut texts = Vec::new();
        for guide in &self.panel.guides {
            let (Guide::Vertical(_, words) | Guide::Horizontal(_, words)) = guide else { continue };
            let places = self.beside(guide, frame);
            // A text that is too long for the frame begins in it.
            let best = occupied.best(places.iter().copied()).map(|(place, _)| place);
            if let Some(place) = best.or(places.first().copied()) {
                occupied.rectangle(place);
                texts.push(text(place.left, place.top + f64::from(TEXT), words.clone(), false));
            }
        }
        if let Some(entries) = &self.layout.legend_entries {
            // Swatches begin 5 pixels from where the backend puts the legend; the rest of its width is padding.
            let (width, height) = (self.layout.legend_width - 10.0, entries.len() as f64 * ROW);
            let free = occupied.free(width, height);
            self.legend_is_beside = free.is_none();
            let beside = frame.left + frame.width + self.panel.heat.as_ref().map_or(5.0, Heat::room);
            let (x, y) = free.map_or((beside, frame.top + 4.0), |p| (p.left, p.top));
            self.layout.legend_position = LegendPosition::Custom(x - 2.0, y + 2.0);
        }
        texts
    }

    fn column(&self, x: f64, from: f64, to: f64) -> [f64; 3] {
        [self.axes.map_x(x), self.axes.map_y(from), self.axes.map_y(to)]
    }

    fn occupy(&self, occupied: &mut Occupied, series: &Series) {
        let columns: Vec<[f64; 3]> = series
            .points
            .iter()
            .map(|&[x, y, third]| match series.mark {
                Mark::Line => self.column(x, y, y),
                Mark::Bars => self.column(x, self.floor(), y),
                _ => self.column(x, y - third, y + third),
            })
            .collect();
        match series.mark {
            Mark::Line | Mark::Band => columns.windows(2).for_each(|pair| occupied.strip(pair[0], pair[1])),
            Mark::Bars => {
                for (left, &[x, _, width]) in columns.iter().zip(&series.points) {
                    occupied.strip(*left, [self.axes.map_x(x + width), left[1], left[2]]);
                }
            }
            Mark::Points | Mark::Hollow | Mark::Joined => {
                for &[x, from, to] in &columns {
                    occupied.column(x, from - 4.0, to + 4.0);
                }
            }
        }
        if series.mark == Mark::Joined {
            for ends in series.points.windows(2) {
                let [a, b] = [ends[0], ends[1]].map(|[x, y, _]| self.column(x, y, y));
                occupied.strip(a, b);
            }
        }
    }

    /// Where bins of a histogram stand.
    fn floor(&self) -> f64 {
        if self.panel.y.log { self.axes.y_range.0 } else { 0.0 }
    }

    /// Places for the text of a guide: on both sides, at both ends and between; none if it is not in the frame.
    fn beside(&self, guide: &Guide, frame: Rect) -> Vec<Rect> {
        let (text, shown) = match guide {
            Guide::Vertical(x, text) => (text, (self.axes.x_range.0..=self.axes.x_range.1).contains(x)),
            Guide::Horizontal(y, text) => (text, (self.axes.y_range.0..=self.axes.y_range.1).contains(y)),
            Guide::Diagonal => return Vec::new(),
        };
        if text.is_empty() || !shown {
            return Vec::new();
        }
        let (width, height) = (width_of(text), f64::from(TEXT) + 4.0);
        let (most_left, most_down) = (frame.width - width - 7.0, frame.height - height - 3.0);
        let mut places = Vec::new();
        for along in [0.0, 1.0, 0.5, 0.25, 0.75] {
            for after in [true, false] {
                // Where there is no room beside the line, the text crosses it.
                let (left, top) = match *guide {
                    Guide::Vertical(x, _) => {
                        let x = self.axes.map_x(x) - frame.left;
                        (if after { x + 4.0 } else { x - 4.0 - width }, 3.0 + along * (most_down - 3.0))
                    }
                    Guide::Horizontal(y, _) => {
                        let y = self.axes.map_y(y) - frame.top;
                        (
                            7.0 + (1.0 - along) * (most_left - 7.0),
                            if after { y - 2.0 - height } else { y + 1.0 },
                        )
                    }
                    Guide::Diagonal => continue,
                };
                let (left, top) = (left.min(most_left).max(7.0), top.min(most_down).max(3.0));
                places.push(Rect { left: frame.left + left, top: frame.top + top, width, height });
            }
        }
        places
    }

    fn scene(self, right: f64) -> Scene {
        let mut plots: Vec<Plot> = Vec::new();
        for guide in &self.panel.guides {
            let line = guide_line(guide, self.axes.x_range, self.axes.y_range);
            let line = LinePlot::new().with_data(line).with_color(GREY).with_stroke_width(1.0);
            plots.push(line.with_line_style(LineStyle::Custom("5 3".into())).into());
        }
        for (series, ink) in inked(self.panel) {
            plots.extend(fill(series, ink, self.floor()));
        }
        for (series, ink) in inked(self.panel) {
            plots.extend(strokes(series, ink, self.floor()));
        }
        let mut layout = self.layout;
        layout.width = layout.width.map(|width| width - self.axes.margin_right + right);
        layout.force_margin_right = Some(right);
        let mut scene = render_multiple(plots, layout);
        if let Some(heat) = &self.panel.heat {
            let start = scene.elements.iter().position(|e| matches!(e, Primitive::ClipStart { .. }));
            scene.elements.insert(start.map_or(0, |start| start + 1), heat.shaded(&self.axes));
            let (left, top) = (self.axes.margin_left, self.axes.margin_top);
            let (width, height) = (self.axes.plot_width(), self.axes.plot_height());
            heat.scale(Rect { left, top, width, height }).into_iter().for_each(|e| scene.add(e));
        }
        scene
    }
}
