//! Figures in one house style: colours that colour-blind readers can tell apart, a marker shape or dashes per series,
//! a frame with inward ticks and no grid. A figure is plain data; nothing else in the crate knows what draws it.

mod axes;
mod check;
mod draw;
mod heat;
mod marks;
mod pictures;
mod place;
#[cfg(feature = "png")]
mod png;
#[cfg(test)]
mod tests;

use std::path::Path;

pub use pictures::Pictures;

use crate::{Error, output};

/// One or more panels in a grid.
///
/// ```
/// use dam_experiments::figure::{Axis, Figure, Guide, Mark, Panel, Series};
///
/// let points = vec![[0.0, 0.0, 0.0], [0.1, 0.6, 0.0], [1.0, 1.0, 0.0]];
/// let panel = Panel {
///     x: Axis::linear("false positive rate").within(0.0, 1.0),
///     y: Axis::linear("true positive rate").within(0.0, 1.0),
///     series: vec![Series { label: "I_μ".into(), points, mark: Mark::Line }],
///     guides: vec![Guide::Diagonal],
///     ..Panel::default()
/// };
/// let svg = Figure::single("roc", "ROC curve of retrieval failure.", panel).svg()?;
/// assert!(svg.contains("true positive rate"));
/// # Ok::<(), dam_experiments::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// The stem of its files and the prefix of its ids: lower-case letters, digits and `_`.
    pub name: String,
    /// What a report prints below it, as plain text; it is not drawn.
    pub caption: String,
    /// Panels per row; 0 counts as 1.
    pub columns: usize,
    /// The panels, row by row; with letters if there are several.
    pub panels: Vec<Panel>,
}

/// One pair of axes and what is drawn between them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    /// Above the panel; empty for none.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What is drawn, at most four kinds.
    pub series: Vec<Series>,
    /// Reference lines, below the series.
    pub guides: Vec<Guide>,
    /// Shaded cells, below everything.
    pub heat: Option<Heat>,
}

/// Cells of one size, shaded from white to grey, with a scale beside the frame: a map in which inks stay readable.
#[derive(Clone, Debug, PartialEq)]
pub struct Heat {
    /// What is shaded, with its unit.
    pub label: String,
    /// The values of white and of the darkest grey; values outside have the shade of the nearer end.
    pub range: [f64; 2],
    /// Width and height of a cell, in units of the axes.
    pub size: [f64; 2],
    /// (x, y, value) of every cell, at its centre.
    pub cells: Vec<[f64; 3]>,
}

/// An axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// The quantity with its unit.
    pub label: String,
    /// Whether it is logarithmic; then all its numbers are at least 10⁻¹⁰.
    pub log: bool,
    /// Its ends; by default what holds all series and guides. What lies outside is cut off.
    pub range: Option<[f64; 2]>,
}

impl Axis {
    /// A linear axis.
    #[must_use]
    pub fn linear(label: impl Into<String>) -> Self {
        Self { label: label.into(), log: false, range: None }
    }

    /// A logarithmic axis.
    #[must_use]
    pub fn log(label: impl Into<String>) -> Self {
        Self { label: label.into(), log: true, range: None }
    }

    /// The same axis with its ends fixed.
    #[must_use]
    pub fn within(mut self, low: f64, high: f64) -> Self {
        self.range = Some([low, high]);
        self
    }
}

/// Points of one kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// The entry in the legend; none if empty. Series of the same label share it and its colour: points beside their
    /// theory.
    pub label: String,
    /// (x, y, third number); the [mark](Mark) says what they are.
    pub points: Vec<[f64; 3]>,
    /// How they are drawn.
    pub mark: Mark,
}

impl Series {
    /// Points of one kind.
    #[must_use]
    pub fn new(label: impl Into<String>, mark: Mark, points: Vec<[f64; 3]>) -> Self {
        Self { label: label.into(), points, mark }
    }
}

/// How points are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// Markers alone, small and translucent if there are more than 100. The third number is the standard deviation of
    /// y, drawn as error bar if positive.
    #[default]
    Points,
    /// As points, but hollow: values that are not to be trusted. Of a label that another series has they are in its ink.
    Hollow,
    /// Markers joined by a line; the third number as for points.
    Joined,
    /// A line alone, with the dashes of its series. The third number is not used.
    Line,
    /// A line in a band; the third number is the half width of the band.
    Band,
    /// A histogram: (left edge, height, width) of every bin. Several may overlap.
    Bars,
}

/// A thin grey dashed reference line, with a text beside it if that is not empty.
#[derive(Clone, Debug, PartialEq)]
pub enum Guide {
    /// At this x.
    Vertical(f64, String),
    /// At this y.
    Horizontal(f64, String),
    /// y = x: chance in the plane of an ROC curve.
    Diagonal,
}

/// CSS that makes figures readable on a dark page (ground #121212), to be put inside
/// `@media (prefers-color-scheme: dark)`. It applies to figures that are inline in a `<figure>`, but for those
/// with shades ([`Figure::is_shaded`]), which stay on white in a `<figure class="shaded">`.
pub const DARK: &str = r##"figure:not(.shaded) svg { fill: #e4e4e4; }
figure:not(.shaded) svg > rect[width="100%"] { fill: #121212; }
figure:not(.shaded) svg [stroke="#000000"] { stroke: #e4e4e4; }
figure:not(.shaded) svg [stroke="#777777"] { stroke: #9a9a9a; }
figure:not(.shaded) svg [stroke="#0072b2"] { stroke: #56b4e9; }
figure:not(.shaded) svg [fill="#0072b2"] { fill: #56b4e9; }
figure:not(.shaded) svg [fill="rgba(0,114,178,0.5)"] { fill: rgba(86,180,233,0.5); }
figure:not(.shaded) svg [stroke="#d55e00"] { stroke: #f08536; }
figure:not(.shaded) svg [fill="#d55e00"] { fill: #f08536; }
figure:not(.shaded) svg [fill="rgba(213,94,0,0.5)"] { fill: rgba(240,133,54,0.6); }
"##;

impl Figure {
    /// A figure of one panel.
    #[must_use]
    pub fn single(name: impl Into<String>, caption: impl Into<String>, panel: Panel) -> Self {
        Self { name: name.into(), caption: caption.into(), columns: 1, panels: vec![panel] }
    }

    /// Whether a panel has shaded cells: shades mean numbers and stay what they are on a dark page, so what is written over
    /// them must, too.
    #[must_use]
    pub fn is_shaded(&self) -> bool {
        self.panels.iter().any(|panel| panel.heat.is_some())
    }

    /// The figure as SVG, the same bytes each time.
    ///
    /// # Errors
    /// [`Error::Figure`] for a name with other characters, without panels, and for a panel
    /// - without points and cells, or with more than four series,
    /// - with a number that is not finite, a negative standard deviation or half width, a bin without width or with a
    ///   negative height,
    /// - with a number below 10⁻¹⁰ on a logarithmic axis, lower ends of error bars and bands included,
    /// - with cells without size, or on a logarithmic axis,
    /// - with a range that is empty, or shorter than the rounding of a picture (10⁻¹⁵, or 10⁻¹¹ of its ends).
    pub fn svg(&self) -> Result<String, Error> {
        self.check()?;
        Ok(draw::svg(self))
    }

    /// The figure as PNG on white, about 200 dots per inch in print, in fonts of its own: the same bytes everywhere.
    ///
    /// # Errors
    /// As [`svg`](Self::svg).
    #[cfg(feature = "png")]
    pub fn png(&self) -> Result<Vec<u8>, Error> {
        self.png_of(&self.svg()?)
    }

    #[cfg(feature = "png")]
    fn png_of(&self, svg: &str) -> Result<Vec<u8>, Error> {
        png::png(svg).map_err(|message| self.wrong(message))
    }

    /// Writes `NAME.svg` and, with the feature `png`, `NAME.png` into a folder, which is created; returns their names.
    ///
    /// # Errors
    /// As [`svg`](Self::svg); [`Error::Output`] if a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<Vec<String>, Error> {
        Self::write_svg(&self.name, self.svg()?, folder)
    }

    fn write_svg(name: &str, svg: String, folder: &Path) -> Result<Vec<String>, Error> {
        #[cfg(feature = "png")]
        let png = png::png(&svg).map_err(|message| Error::Figure { name: name.to_owned(), message })?;
        let files = [
            (format!("{name}.svg"), svg.into_bytes()),
            #[cfg(feature = "png")]
            (format!("{name}.png"), png),
        ];
        for (name, content) in &files {
            output::write(&folder.join(name), content)?;
        }
        Ok(files.map(|(name, _)| name).into())
    }

    fn wrong(&self, message: impl Into<String>) -> Error {
        Error::Figure { name: self.name.clone(), message: message.into() }
    }
}
