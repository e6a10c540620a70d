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

mod collection;
mod errata;
mod page;
mod quantity;
mod table;
#[cfg(test)]
mod tests;

use std::path::Path;

use quantity::comparison;
use serde_json::{Value, json};

pub use collection::Collection;
pub use quantity::{Quantity, Verdict};
pub use table::Table;

use crate::figure::{Figure, Pictures};
use crate::{Error, output};

/// Collects what an experiment has to say, in reading order.
#[derive(Clone, Debug)]
pub struct Report {
    title: String,
    errata: Option<char>,
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

impl Report {
    /// An empty report.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            errata: None,
            items: Vec::new(),
            quantities: Vec::new(),
            data: Vec::new(),
        }
    }

    /// Adds what `docs/errata.md` says of the paper whose entries have this letter.
    #[must_use]
    pub fn errata(self, letter: char) -> Self {
        Self { errata: Some(letter), ..self }
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
            text += &comparison(&self.quantities).to_text()?;
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
