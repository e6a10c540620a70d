//! Several reports as one.

use std::path::Path;

use maud::html;
use serde_json::{Value, json};

use super::quantity::{count, data};
use super::{Quantity, Report, Table, Verdict, page};
use crate::{Error, output};

/// Reports of several papers in one page: first every published number beside ours with its verdict, then a chapter for each
/// paper.
///
/// ```text
/// DIR/report.html       all of it in one page without scripts and links to elsewhere
/// DIR/quantities.csv    the numbers of the first page to the last digit
/// DIR/summary.json      the same, with what was run
/// ```
#[derive(Clone, Debug)]
pub struct Collection {
    title: String,
    texts: Vec<String>,
    chapters: Vec<Chapter>,
}

#[derive(Clone, Debug)]
struct Chapter {
    name: String,
    report: Report,
    run: Value,
}

impl Collection {
    /// Without a chapter.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), texts: Vec::new(), chapters: Vec::new() }
    }

    /// Adds a paragraph to the first page, such as what was run.
    pub fn text(&mut self, text: impl Into<String>) {
        self.texts.push(text.into());
    }

    /// Adds the report of an experiment, and what was run, as in its `summary.json`.
    pub fn add(&mut self, name: impl Into<String>, report: Report, run: Value) {
        self.chapters.push(Chapter { name: name.into(), report, run });
    }

    /// What a terminal shows: how many of the published numbers have which verdict, by paper.
    ///
    /// # Errors
    /// As [`Report::to_text`].
    pub fn to_text(&self) -> Result<String, Error> {
        let papers = self.chapters.iter().map(|of| page::short(&of.report.title));
        let counted = Table::new("verdicts", "Published numbers by verdict").text("paper", "paper", papers);
        let counts = |v| self.chapters.iter().map(move |of| count(&of.report.quantities, v));
        let all = |table: Table, v: Verdict| table.count(v.word(), v.word(), counts(v));
        Verdict::ALL.into_iter().fold(counted, all).to_text()
    }

    /// Writes all files into `folder`.
    ///
    /// # Errors
    /// As [`Report::write`].
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        let all: Vec<(&str, &[Quantity])> =
            self.chapters.iter().map(|of| (&*of.name, &*of.report.quantities)).collect();
        data(&all).write(folder)?;
        let papers: Vec<Value> = self.chapters.iter().map(Chapter::json).collect();
        output::write(&folder.join("summary.json"), format!("{:#}\n", json!({ "papers": papers })))?;
        output::write(&folder.join("report.html"), self.page()?)
    }

    /// Removes the files of a collection from `folder`, as far as there are any.
    ///
    /// # Errors
    /// [`Error::Output`] for one that cannot be removed.
    pub fn remove(folder: &Path) -> Result<(), Error> {
        ["report.html", "summary.json", "quantities.csv"]
            .iter()
            .try_for_each(|name| output::remove(&folder.join(name)))
    }

    fn page(&self) -> Result<String, Error> {
        let chapters = self.chapters.iter().map(|of| page::chapter(&of.report, &of.run, &of.name));
        let chapters = chapters.collect::<Result<Vec<_>, _>>()?;
        let papers: Vec<(&str, &str, &[Quantity])> =
            self.chapters.iter().map(|of| (&*of.name, &*of.report.title, &*of.report.quantities)).collect();
        let body = html! {
            h1 { (self.title) }
            @if let Some(first) = self.chapters.first() { p { (page::origin(&first.run)) } }
            @for text in &self.texts { p { (text) } }
            (page::overview(&papers))
            @for (of, chapter) in self.chapters.iter().zip(chapters) {
                h2 id=(of.name) { (of.report.title) }
                (chapter)
            }
        };
        Ok(page::document(&self.title, &body))
    }
}

impl Chapter {
    fn json(&self) -> Value {
        let quantities: Vec<Value> = self.report.quantities.iter().map(Quantity::json).collect();
        json!({ "run": self.run, "quantities": quantities })
    }
}
