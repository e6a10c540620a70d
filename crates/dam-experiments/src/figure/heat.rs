//! Shaded cells below everything else of a panel, and their scale beside the frame.

use kuva::render::color::Color;
use kuva::render::layout::ComputedLayout;
use kuva::render::render::{Primitive, TextAnchor};

use super::draw::TEXT;
use super::place::Rect;
use super::{Axis, Heat, axes};

/// Width of the bar, and its distance from the frame.
const BAR: f64 = 10.0;
/// Steps of the bar.
const SHADES: usize = 64;
/// What is left of white at the dark end: inks stay readable on it.
const DARKEST: f64 = 130.0;

impl Heat {
    /// The room that the scale takes beside the frame.
    pub(super) fn room(&self) -> f64 {
        3.0 * BAR + self.widest() + 1.5 * f64::from(TEXT)
    }

    fn axis(&self) -> (Axis, (f64, f64)) {
        (Axis::linear(""), (self.range[0], self.range[1]))
    }

    fn ticks(&self) -> Vec<(f64, String)> {
        let (axis, range) = self.axis();
        let step = axes::step(&axis, range);
        let shown = |x: &f64| (range.0 - 1e-9 * step..=range.1 + 1e-9 * step).contains(x);
        axes::ticks(&axis, range).into_iter().filter(shown).map(|x| (x, axes::tick(x, step))).collect()
    }

    fn widest(&self) -> f64 {
        self.ticks().iter().map(|(_, text)| axes::width_of(text)).fold(0.0, f64::max)
    }

    fn shade(&self, value: f64) -> Color {
        let [low, high] = self.range;
        let share = ((value - low) / (high - low)).clamp(0.0, 1.0);
        let level = (255.0 - share * (255.0 - DARKEST)).round() as u8;
        Color::Rgb(level, level, level)
    }

    /// The corners of all cells, for the ranges of the axes.
    pub(super) fn corners(&self) -> impl Iterator<Item = [f64; 2]> {
        let [width, height] = self.size.map(|s| 0.5 * s);
        self.cells.iter().flat_map(move |&[x, y, _]| [[x - width, y - height], [x + width, y + height]])
    }

    /// The cells, in the coordinates of the panel.
    pub(super) fn shaded(&self, layout: &ComputedLayout) -> Primitive {
        let (mut x, mut y, mut w, mut h, mut fills) = (vec![], vec![], vec![], vec![], vec![]);
        let mut corners = self.corners();
        for &[_, _, value] in &self.cells {
            let (Some(low), Some(high)) = (corners.next(), corners.next()) else { break };
            let (left, right) = (layout.map_x(low[0]), layout.map_x(high[0]));
            let (bottom, top) = (layout.map_y(low[1]), layout.map_y(high[1]));
            x.push(left);
            y.push(top);
            // A little more, so that no light shines through between neighbours.
            w.push(right - left + 0.3);
            h.push(bottom - top + 0.3);
            fills.push(self.shade(value));
        }
        Primitive::RectBatch { x, y, w, h, fills }
    }

    /// The bar with its ticks and label, right of the frame.
    pub(super) fn scale(&self, frame: Rect) -> Vec<Primitive> {
        let [low, high] = self.range;
        let left = frame.left + frame.width + BAR;
        let (step, (mut y, mut fills)) = (frame.height / SHADES as f64, (Vec::new(), Vec::new()));
        for k in 0..SHADES {
            y.push(frame.top + k as f64 * step);
            fills.push(self.shade(high - (high - low) * (k as f64 + 0.5) / SHADES as f64));
        }
        let bar = Primitive::RectBatch {
            x: vec![left; SHADES],
            y,
            w: vec![BAR; SHADES],
            h: vec![step + 0.3; SHADES],
            fills,
        };
        let line = |[x1, y1]: [f64; 2], [x2, y2]: [f64; 2]| Primitive::Line {
            x1,
            y1,
            x2,
            y2,
            stroke: Color::Rgb(0, 0, 0),
            stroke_width: 1.0,
            stroke_dasharray: None,
        };
        let outline = |r: Rect| {
            let (right, bottom) = (r.left + r.width, r.top + r.height);
            let corners = [[r.left, r.top], [right, r.top], [right, bottom], [r.left, bottom]];
            [0, 1, 2, 3].map(|k| line(corners[k], corners[(k + 1) % 4]))
        };
        let mut drawn = vec![bar];
        drawn.extend(outline(Rect { left, width: BAR, ..frame }));
        // Cells hide half of the frame.
        drawn.extend(outline(frame));
        let (right, bottom) = (left + BAR, frame.top + frame.height);
        for (value, content) in self.ticks() {
            let y = bottom - frame.height * (value - low) / (high - low);
            drawn.push(line([right - 3.0, y], [right, y]));
            let (x, y, anchor) = (right + 4.0, y + 0.35 * f64::from(TEXT), TextAnchor::Start);
            drawn.push(Primitive::Text {
                x,
                y,
                content,
                size: TEXT,
                anchor,
                rotate: None,
                bold: false,
                color: None,
            });
        }
        drawn.push(Primitive::Text {
            x: right + self.widest() + 1.3 * f64::from(TEXT),
            y: frame.top + 0.5 * frame.height,
            content: self.label.clone(),
            size: TEXT,
            anchor: TextAnchor::Middle,
            rotate: Some(-90.0),
            bold: false,
            color: None,
        });
        drawn
    }
}

#[cfg(test)]
mod tests {
    use crate::figure::{Axis, Figure, Heat, Mark, Panel, Series};

    fn panel() -> Panel {
        let heat = Heat {
            label: "mean alignment".into(),
            range: [0.0, 1.0],
            size: [0.5, 0.5],
            cells: vec![[0.25, 0.25, 1.0], [0.75, 0.25, 0.0], [0.25, 0.75, 0.5], [0.75, 0.75, -7.0]],
        };
        let series = vec![Series { label: "line".into(), points: vec![[0.1, 0.2, 0.0]], mark: Mark::Hollow }];
        Panel {
            x: Axis::linear("load").within(0.0, 1.0),
            y: Axis::linear("T").within(0.0, 1.0),
            heat: Some(heat),
            series,
            ..Panel::default()
        }
    }

    fn svg(panel: Panel) -> Result<String, crate::Error> {
        Figure::single("map", "", panel).svg()
    }

    /// (x, y, width, height) of the rectangles of a colour.
    fn rectangles(svg: &str, fill: &str) -> Vec<[f64; 4]> {
        let lines = svg.lines().filter(|l| l.contains("<rect") && l.contains(&format!("fill=\"{fill}\"")));
        let number = |line: &str, key: &str| -> f64 {
            let rest = line.split(&format!(" {key}=\"")).nth(1).unwrap();
            rest.split('"').next().unwrap().parse().unwrap()
        };
        lines.map(|l| ["x", "y", "width", "height"].map(|key| number(l, key))).collect()
    }

    #[test]
    fn cells_lie_at_their_places_with_their_shades_below_the_series() {
        let svg = svg(panel()).unwrap();
        // The darkest cell is low and left; the one of a half right above it; both are a quarter of the frame.
        let [x, y, width, height] = rectangles(&svg, "#828282")[0];
        let [x2, y2, width2, _] = rectangles(&svg, "#c1c1c1")[0];
        assert!((x - x2).abs() < 0.02 && (width - width2).abs() < 0.02);
        assert!((y - y2 - height).abs() < 0.4, "{y} {y2} {height}");
        // Values beyond the scale have the shade of its end; the bar adds rows of its own.
        assert!(rectangles(&svg, "#ffffff").iter().filter(|r| (r[2] - width).abs() < 0.02).count() >= 2);
        assert!(svg.find("#828282").unwrap() < svg.find("#0072b2").unwrap());
        assert!(svg.contains("mean alignment"));
    }

    #[test]
    fn cells_alone_are_a_figure_and_illegal_ones_are_refused() {
        let alone = Panel { series: Vec::new(), ..panel() };
        assert!(svg(alone).is_ok());
        let with = |change: &dyn Fn(&mut Panel)| {
            let mut panel = panel();
            change(&mut panel);
            svg(panel).is_err()
        };
        assert!(with(&|p| p.heat.as_mut().unwrap().size = [0.0, 1.0]));
        assert!(with(&|p| p.heat.as_mut().unwrap().size = [1.0, f64::NAN]));
        assert!(with(&|p| p.heat.as_mut().unwrap().range = [1.0, 1.0]));
        assert!(with(&|p| p.heat.as_mut().unwrap().range = [0.0, f64::INFINITY]));
        assert!(with(&|p| p.heat.as_mut().unwrap().cells[0][2] = f64::NAN));
        assert!(with(&|p| p.heat.as_mut().unwrap().cells[0][0] = f64::INFINITY));
        assert!(with(&|p| p.x.log = true));
    }
}
