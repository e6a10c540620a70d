//! Tables: the same numbers as CSV, as text and as HTML.

use std::path::Path;

use dam_analysis::roc::Interval;

use crate::{Error, Summary, output};

/// A table by columns, all of the same length.
///
/// A column has a name, under which its numbers stand in the CSV to the last digit, and a title and a number of digits
/// for readers. Uncertainties have columns of their own in the CSV:
///
/// ```text
/// spread    NAME_mean, NAME_sd, NAME_min, NAME_max, NAME_realizations
/// interval  NAME, NAME_lower_95, NAME_upper_95 (or another level)
/// ```
///
/// # Example
/// ```
/// use dam_experiments::{Summary, report::Table};
/// let table = Table::new("rows", "Failures by size")
///     .count("n", "N", [100, 200])
///     .spread("fail_percent", "failures (%)", 1, [Summary::of([84.0, 85.0]), Summary::of([30.0, 36.0])]);
/// assert_eq!(table.lines()?[1], ["100", "84.5", "0.7071067811865476", "84", "85", "2"]);
/// # Ok::<(), dam_experiments::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Table {
    name: String,
    caption: String,
    columns: Vec<Column>,
}

#[derive(Clone, Debug)]
struct Column {
    name: String,
    title: String,
    digits: usize,
    values: Values,
}

#[derive(Clone, Debug)]
enum Values {
    Texts(Vec<String>),
    Numbers(Vec<Option<f64>>),
    Spreads(Vec<Summary>),
    Intervals(f64, Vec<Option<(f64, Interval)>>),
}

impl Table {
    /// A table without columns; `name` is the stem of its file.
    #[must_use]
    pub fn new(name: impl Into<String>, caption: impl Into<String>) -> Self {
        Self { name: name.into(), caption: caption.into(), columns: Vec::new() }
    }

    fn with(mut self, name: &str, title: &str, digits: usize, values: Values) -> Self {
        self.columns.push(Column { name: name.into(), title: title.into(), digits, values });
        self
    }

    /// A column of texts.
    #[must_use]
    pub fn text<T: Into<String>>(self, name: &str, title: &str, of: impl IntoIterator<Item = T>) -> Self {
        let texts = of.into_iter().map(Into::into).collect();
        self.with(name, title, 0, Values::Texts(texts))
    }

    /// A column of whole numbers.
    #[must_use]
    pub fn count(self, name: &str, title: &str, of: impl IntoIterator<Item = usize>) -> Self {
        self.text(name, title, of.into_iter().map(|count| count.to_string()))
    }

    /// A column of numbers; `None` and NaN leave the place empty.
    #[must_use]
    pub fn number<T: Into<Option<f64>>>(
        self,
        name: &str,
        title: &str,
        digits: usize,
        of: impl IntoIterator<Item = T>,
    ) -> Self {
        let numbers = of.into_iter().map(Into::into).collect();
        self.with(name, title, digits, Values::Numbers(numbers))
    }

    /// A column of means with their spread over disorder realizations.
    #[must_use]
    pub fn spread(
        self,
        name: &str,
        title: &str,
        digits: usize,
        of: impl IntoIterator<Item = Summary>,
    ) -> Self {
        self.with(name, title, digits, Values::Spreads(of.into_iter().collect()))
    }

    /// A column of estimates with intervals of one level.
    #[must_use]
    pub fn interval(
        self,
        name: &str,
        title: &str,
        digits: usize,
        level: f64,
        of: impl IntoIterator<Item = Option<(f64, Interval)>>,
    ) -> Self {
        self.with(name, title, digits, Values::Intervals(level, of.into_iter().collect()))
    }

    /// The stem of its file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it shows.
    #[must_use]
    pub fn caption(&self) -> &str {
        &self.caption
    }

    fn rows(&self) -> Result<usize, Error> {
        let mut lengths = self.columns.iter().map(|column| column.values.len());
        let first = lengths.next().unwrap_or(0);
        match lengths.find(|&length| length != first) {
            None => Ok(first),
            Some(found) => Err(Error::Table { name: self.name.clone(), expected: first, found }),
        }
    }

    /// The CSV: the header and then the rows.
    ///
    /// # Errors
    /// [`Error::Table`] if a column is longer or shorter than the first.
    pub fn lines(&self) -> Result<Vec<Vec<String>>, Error> {
        let rows = self.rows()?;
        let header = self.columns.iter().flat_map(Column::names).collect();
        let line = |row| self.columns.iter().flat_map(|column| column.values.exact(row)).collect();
        Ok(std::iter::once(header).chain((0..rows).map(line)).collect())
    }

    /// What readers see: the titles and then the rows.
    ///
    /// # Errors
    /// As [`lines`](Self::lines).
    pub fn shown(&self) -> Result<Vec<Vec<String>>, Error> {
        let rows = self.rows()?;
        let titles = self.columns.iter().map(|column| column.title.clone()).collect();
        let line = |row| self.columns.iter().map(|column| column.shown(row)).collect();
        Ok(std::iter::once(titles).chain((0..rows).map(line)).collect())
    }

    /// The table for a terminal.
    ///
    /// # Errors
    /// As [`lines`](Self::lines).
    pub fn to_text(&self) -> Result<String, Error> {
        let lines = self.shown()?;
        let width = |k: usize| lines.iter().map(|line| line[k].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let mut text = format!("{}\n", self.caption);
        for line in &lines {
            let padded: Vec<String> = line.iter().zip(&widths).map(|(t, &w)| format!("{t:>w$}")).collect();
            text += &format!("  {}\n", padded.join("  ").trim_end());
        }
        Ok(text)
    }

    /// Writes `folder/NAME.csv` and returns the name of the file.
    ///
    /// # Errors
    /// [`Error::Output`] if it cannot be written; as [`lines`](Self::lines).
    pub fn write(&self, folder: &Path) -> Result<String, Error> {
        let file = format!("{}.csv", self.name);
        output::write_csv(&folder.join(&file), self.lines()?)?;
        Ok(file)
    }
}

impl Column {
    fn names(&self) -> Vec<String> {
        let with = |suffixes: &[&str]| suffixes.iter().map(|s| format!("{}{s}", self.name)).collect();
        match &self.values {
            Values::Texts(_) | Values::Numbers(_) => vec![self.name.clone()],
            Values::Spreads(_) => with(&["_mean", "_sd", "_min", "_max", "_realizations"]),
            Values::Intervals(level, _) => {
                let percent = 100.0 * level;
                with(&["", &format!("_lower_{percent}"), &format!("_upper_{percent}")])
            }
        }
    }

    fn shown(&self, row: usize) -> String {
        let digits = self.digits;
        let number = |x: f64| if x.is_finite() { format!("{x:.digits$}") } else { "–".into() };
        match &self.values {
            Values::Texts(of) => of[row].clone(),
            Values::Numbers(of) => number(of[row].unwrap_or(f64::NAN)),
            Values::Spreads(of) if of[row].count == 1 => number(of[row].mean),
            Values::Spreads(of) if of[row].count == 0 => "–".into(),
            Values::Spreads(of) => format!("{:.digits$} ± {:.digits$}", of[row].mean, of[row].sd),
            Values::Intervals(_, of) => of[row].map_or("–".into(), |(x, i)| {
                format!("{x:.digits$} [{:.digits$}, {:.digits$}]", i.lower, i.upper)
            }),
        }
    }
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::Texts(of) => of.len(),
            Self::Numbers(of) => of.len(),
            Self::Spreads(of) => of.len(),
            Self::Intervals(_, of) => of.len(),
        }
    }

    fn exact(&self, row: usize) -> Vec<String> {
        let number = |x: f64| if x.is_finite() { x.to_string() } else { String::new() };
        match self {
            Self::Texts(of) => vec![of[row].clone()],
            Self::Numbers(of) => vec![number(of[row].unwrap_or(f64::NAN))],
            Self::Spreads(of) => {
                let s = of[row];
                let numbers = [s.mean, s.sd, s.min, s.max].map(number);
                numbers.into_iter().chain([s.count.to_string()]).collect()
            }
            Self::Intervals(_, of) => match of[row] {
                Some((x, i)) => [x, i.lower, i.upper].map(number).into(),
                None => vec![String::new(); 3],
            },
        }
    }
}
