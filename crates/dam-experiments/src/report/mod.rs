//! What a run has found: tables, figures and the papers' numbers beside ours, in files that can be read anywhere.
//!
//! ```text
//! DIR/TABLE.csv            every table; units and uncertainties in named columns
//! DIR/FIGURE.svg, .png     every figure
//! DIR/summary.json         quantity by quantity: the paper's number, ours, its spread, the verdict
//! DIR/report.html          all of it in one page without scripts and links, light or dark
//! ```
//!
//! A report is a function of the records of a run, so its files are the same bytes for the same run.

mod page;
mod table;
#[cfg(test)]
mod tests;

use std::path::Path;

use serde_json::{Value, json};

pub use table::Table;

use crate::figure::{Figure, Pictures};
use crate::{Error, Summary, output};

/// Collects what an experiment has to say, in reading order.
#[derive(Clone, Debug)]
pub struct Report {
    title: String,
    items: Vec<Item>,
    quantities: Vec<Quantity>,
    data: Vec<Table>,
}

#[derive(Clone, Debug)]
enum Item {
    Heading(String),
    Text(String),
    Note(String),
    Table(Table),
    Figure(Figure),
    Pictures(Pictures),
}

/// One number of a paper beside ours.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// What it is.
    pub name: String,
    /// Where the paper has it.
    pub source: String,
    /// The paper's number; `None` where the paper has none.
    pub paper: Option<f64>,
    /// Ours, over disorder realizations.
    pub ours: Summary,
    /// Digits for readers.
    pub digits: usize,
}

/// What the comparison of a number with ours says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Within the 95 % prediction interval for one further realization.
    Inside,
    /// Outside it.
    Outside,
    /// There is no spread to judge by, or no number to judge.
    Open,
}

impl Quantity {
    /// Whether the paper's number, one realization, could be one of ours ([`Summary::prediction`]).
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match (self.paper, self.ours.prediction()) {
            (Some(paper), Some([lower, upper])) if (lower..=upper).contains(&paper) => Verdict::Inside,
            (Some(_), Some(_)) => Verdict::Outside,
            _ => Verdict::Open,
        }
    }

    /// Standard deviations from our mean to the paper's number.
    #[must_use]
    pub fn distance(&self) -> Option<f64> {
        self.paper.map(|paper| self.ours.distance(paper)).filter(|distance| distance.is_finite())
    }

    fn json(&self) -> Value {
        let finite = |x: f64| x.is_finite().then_some(x);
        let s = &self.ours;
        let ours = json!({
            "mean": finite(s.mean), "sd": finite(s.sd), "min": finite(s.min), "max": finite(s.max),
            "realizations": s.count, "prediction_95": s.prediction(),
        });
        json!({
            "quantity": self.name, "source": self.source, "paper": self.paper, "ours": ours,
            "distance_sd": self.distance(), "verdict": self.verdict().word(),
        })
    }
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Outside => "outside",
            Self::Open => "open",
        }
    }
}

impl Report {
    /// An empty report.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), items: Vec::new(), quantities: Vec::new(), data: Vec::new() }
    }

    /// Begins a section.
    pub fn heading(&mut self, text: impl Into<String>) {
        self.items.push(Item::Heading(text.into()));
    }

    /// A paragraph.
    pub fn text(&mut self, text: impl Into<String>) {
        self.items.push(Item::Text(text.into()));
    }

    /// A note that sets something right: where the paper errs or leaves open what matters.
    pub fn note(&mut self, text: impl Into<String>) {
        self.items.push(Item::Note(text.into()));
    }

    /// A table, shown and written.
    pub fn table(&mut self, table: Table) {
        self.items.push(Item::Table(table));
    }

    /// A table that is too long to show: only written.
    pub fn data(&mut self, table: Table) {
        self.data.push(table);
    }

    /// A figure. Panels without a point, as the ROC curve of patterns that all end alike, are left out; of a figure
    /// without any the text says so.
    pub fn figure(&mut self, mut figure: Figure) {
        figure.panels.retain(|panel| !panel.is_empty());
        if figure.panels.is_empty() {
            self.text(format!(
                "There is nothing to draw in the figure “{}”. {}",
                figure.name, figure.caption
            ));
        } else {
            self.items.push(Item::Figure(figure));
        }
    }

    /// Grids of small pictures; of a grid without any the text says so.
    pub fn pictures(&mut self, pictures: Pictures) {
        if pictures.rows.iter().all(|(_, of)| of.is_empty()) {
            self.text(format!("There is nothing to draw in “{}”. {}", pictures.name, pictures.caption));
        } else {
            self.items.push(Item::Pictures(pictures));
        }
    }

    /// A number of the paper beside ours.
    pub fn quantity(&mut self, quantity: Quantity) {
        self.quantities.push(quantity);
    }

    fn comparison(&self) -> Table {
        let of = &self.quantities;
        let number = |q: &Quantity, x: Option<f64>| {
            x.filter(|x| x.is_finite()).map_or("–".into(), |x| format!("{x:.*}", q.digits))
        };
        let range = |q: &Quantity| match q.ours.prediction() {
            Some(of) => of.map(|x| number(q, Some(x))).join(" … "),
            None => "–".into(),
        };
        let ours = |q: &Quantity| [q.ours.mean, q.ours.sd].map(|x| number(q, Some(x))).join(" ± ");
        Table::new("summary", "The paper's numbers beside ours")
            .text("quantity", "quantity", of.iter().map(|q| &*q.name))
            .text("source", "source", of.iter().map(|q| &*q.source))
            .text("paper", "paper", of.iter().map(|q| number(q, q.paper)))
            .text("ours", "ours (mean ± sd)", of.iter().map(ours))
            .count("realizations", "realizations", of.iter().map(|q| q.ours.count))
            .text("prediction", "95 % range of one more", of.iter().map(range))
            .text("verdict", "the paper's is", of.iter().map(|q| q.verdict().word()))
    }

    /// What a terminal shows: the tables, then the paper's numbers beside ours.
    ///
    /// # Errors
    /// [`Error::Table`] for columns of unlike length.
    pub fn to_text(&self) -> Result<String, Error> {
        let mut text = format!("{}\n\n", self.title);
        for item in &self.items {
            if let Item::Table(table) = item {
                text += &table.to_text()?;
                text.push('\n');
            }
        }
        if !self.quantities.is_empty() {
            text += &self.comparison().to_text()?;
        }
        Ok(text)
    }

    /// Writes all files into `folder`. `run` is what was run: experiment, version, seed, settings, as JSON.
    ///
    /// # Errors
    /// [`Error::Output`] if a file cannot be written; [`Error::Table`] and [`Error::Figure`] for what cannot be shown.
    pub fn write(&self, folder: &Path, run: &Value) -> Result<(), Error> {
        let mut files = Vec::new();
        for item in &self.items {
            match item {
                Item::Table(table) => files.push(table.write(folder)?),
                Item::Figure(figure) => files.extend(figure.write(folder)?),
                Item::Pictures(pictures) => files.extend(pictures.write(folder)?),
                Item::Heading(_) | Item::Text(_) | Item::Note(_) => {}
            }
        }
        for table in &self.data {
            files.push(table.write(folder)?);
        }
        let quantities: Vec<Value> = self.quantities.iter().map(Quantity::json).collect();
        let summary = json!({ "run": run, "files": files, "quantities": quantities });
        output::write(&folder.join("summary.json"), format!("{summary:#}\n"))?;
        output::write(&folder.join("report.html"), page::page(self, run)?)
    }
}
