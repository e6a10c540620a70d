//! Figures in one house style: colours that colour-blind readers can tell apart, a marker shape per series, a frame
//! with inward ticks and no grid.

use std::path::Path;
use std::sync::Arc;

use kuva::plot::scatter::MarkerShape;
use kuva::prelude::{AxisLine, Layout, LinePlot, LineStyle, Plot, ScatterPlot, TickAlign, TickFormat};

use crate::{Error, output};

/// One panel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// Above the panel.
    pub title: String,
    /// The quantity on the horizontal axis, with its unit.
    pub x_label: String,
    /// The quantity on the vertical axis, with its unit.
    pub y_label: String,
    /// Whether the horizontal axis is logarithmic.
    pub log_x: bool,
    /// Whether the horizontal axis begins at 0, wherever the points do.
    pub x_from_zero: bool,
    /// What is drawn, at most four.
    pub series: Vec<Series>,
}

/// Points of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The entry in the legend.
    pub label: String,
    /// (x, y, standard deviation of y; 0 for none).
    pub points: Vec<[f64; 3]>,
    /// How they are drawn.
    pub mark: Mark,
}

/// How points are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Markers alone.
    Points,
    /// Markers joined by a line.
    Joined,
    /// A line alone.
    Line,
}

/// Okabe and Ito's colours that are dark enough for lines on white, each with its marker and its dashes.
const INKS: [(&str, MarkerShape, LineStyle); 4] = [
    ("#0072B2", MarkerShape::Circle, LineStyle::Solid),
    ("#D55E00", MarkerShape::Square, LineStyle::Dashed),
    ("#009E73", MarkerShape::Triangle, LineStyle::DashDot),
    ("#CC79A7", MarkerShape::Diamond, LineStyle::Dotted),
];

impl Figure {
    /// The figure as SVG, the same bytes each time.
    ///
    /// # Errors
    /// [`Error::Figure`] without points, for more than four series, for a number that is not finite, and for an x that
    /// is not positive on a logarithmic axis.
    pub fn svg(&self) -> Result<String, Error> {
        self.check()?;
        let mut plots: Vec<Plot> = Vec::new();
        for (series, (colour, marker, dashes)) in self.series.iter().zip(INKS) {
            let points = || series.points.iter().map(|&[x, y, _]| (x, y));
            if series.mark != Mark::Points {
                let line = LinePlot::new().with_data(points()).with_color(colour).with_stroke_width(1.6);
                // Markers tell joined series apart already.
                let line = match series.mark {
                    Mark::Line => line.with_legend(&*series.label).with_line_style(dashes),
                    _ => line,
                };
                plots.push(line.into());
            }
            if series.mark != Mark::Line {
                let scatter = ScatterPlot::new().with_data(points()).with_color(colour).with_marker(marker);
                // Clouds are drawn small and let through what lies below.
                let (size, opacity) = if series.points.len() > 100 { (1.8, 0.5) } else { (3.5, 1.0) };
                let scatter =
                    scatter.with_size(size).with_marker_opacity(opacity).with_legend(&*series.label);
                let has_bars = series.points.iter().any(|p| p[2] > 0.0);
                let bars = series.points.iter().map(|p| p[2]);
                plots.push(if has_bars { scatter.with_y_err(bars) } else { scatter }.into());
            }
        }
        let layout = Layout::auto_from_plots(&plots)
            .with_title(&*self.title)
            .with_x_label(&*self.x_label)
            .with_y_label(&*self.y_label)
            .with_axis_line(AxisLine::Box)
            .with_tick_align(TickAlign::Inside)
            .with_show_grid(false)
            .with_tick_format(TickFormat::Custom(Arc::new(tick)))
            .with_font_family("sans-serif");
        let mut layout = if self.log_x { layout.with_log_x() } else { layout };
        if self.x_from_zero {
            layout.x_axis_min = Some(0.0);
        }
        Ok(self.with_own_ids(&kuva::render_to_svg(plots, layout)))
    }

    /// The backend numbers clip paths over the life of the process; two figures in one page, and the same figure
    /// drawn twice, need ids that are theirs.
    fn with_own_ids(&self, svg: &str) -> String {
        const THEIRS: &str = "kuva-clip-";
        let slug: String = self.title.chars().filter(char::is_ascii_alphanumeric).collect();
        let mut parts = svg.split(THEIRS);
        let mut own: String = parts.next().unwrap_or_default().into();
        let mut seen: Vec<&str> = Vec::new();
        for part in parts {
            let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            let (id, rest) = part.split_at(end);
            let number = seen.iter().position(|known| *known == id).unwrap_or_else(|| {
                seen.push(id);
                seen.len() - 1
            });
            own.push_str(&format!("clip-{slug}-{number}{rest}"));
        }
        own
    }

    /// Writes the figure.
    ///
    /// # Errors
    /// As [`svg`](Self::svg); [`Error::Output`] if the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        output::write(path, &self.svg()?)
    }

    fn check(&self) -> Result<(), Error> {
        let wrong = |message: String| Err(Error::Figure { title: self.title.clone(), message });
        if self.series.iter().all(|series| series.points.is_empty()) {
            return wrong("expected at least one point, found none".into());
        }
        if self.series.len() > INKS.len() {
            return wrong(format!("expected at most {} series, found {}", INKS.len(), self.series.len()));
        }
        for point in self.series.iter().flat_map(|series| &series.points) {
            if let Some(number) = point.iter().find(|number| !number.is_finite()) {
                return wrong(format!("expected finite numbers, found {number}"));
            }
            if self.log_x && point[0] <= 0.0 {
                return wrong(format!("expected x > 0 on a logarithmic axis, found {}", point[0]));
            }
        }
        Ok(())
    }
}

/// Four significant digits without trailing zeros: the backend's own rounding makes equal steps look unequal.
fn tick(x: f64) -> String {
    let magnitude = x.abs().log10().floor();
    if x == 0.0 {
        "0".into()
    } else if !(-4.0..6.0).contains(&magnitude) {
        format!("{x:e}")
    } else {
        let digits = (3.0 - magnitude).max(0.0) as usize;
        let text = format!("{x:.digits$}");
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure() -> Figure {
        let points = vec![[0.5, 0.6, 0.02], [10.0, 0.9, 0.01]];
        let series = Series { label: "map & more".into(), points, mark: Mark::Joined };
        Figure {
            title: "N = 100".into(),
            x_label: "passes per pattern".into(),
            y_label: "AUC".into(),
            log_x: true,
            x_from_zero: false,
            series: vec![series],
        }
    }

    #[test]
    fn a_figure_is_whole_escaped_and_reproducible() {
        let svg = figure().svg().unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        assert!(svg.contains("map &amp; more") && svg.contains("passes per pattern"));
        assert_eq!(svg, figure().svg().unwrap());
        assert!(svg.contains("id=\"clip-N100-0\"") && svg.contains("url(#clip-N100-0)"));
    }

    #[test]
    fn ticks_keep_four_digits() {
        let texts = [0.0, 0.0175, 0.1, 1.0, 1000.0, -0.5, 1e-7, 22.5].map(tick);
        assert_eq!(texts, ["0", "0.0175", "0.1", "1", "1000", "-0.5", "1e-7", "22.5"]);
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        let change = |change: fn(&mut Figure)| {
            let mut changed = figure();
            change(&mut changed);
            changed.svg().unwrap_err().to_string()
        };
        assert!(change(|f| f.series.clear()).contains("found none"));
        assert!(change(|f| f.series[0].points[0][1] = f64::NAN).contains("found NaN"));
        assert!(change(|f| f.series[0].points[0][0] = 0.0).contains("x > 0"));
        assert!(change(|f| f.series = vec![f.series[0].clone(); 5]).contains("found 5"));
    }
}
