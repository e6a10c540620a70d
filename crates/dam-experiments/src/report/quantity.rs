//! A paper's number beside ours, and what the comparison says.

use serde_json::{Value, json};

use super::Table;
use crate::Summary;

/// A published number beside ours.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// What it is.
    pub name: String,
    /// Where the paper has it: a table, a figure, an equation.
    pub source: String,
    /// The paper's number; `None` where it cannot be read off.
    pub paper: Option<f64>,
    /// Ours.
    pub ours: Ours,
    /// Digits after the point that the paper prints.
    pub digits: usize,
    /// The entry of `docs/errata.md` that says why a number that differs is not the one to expect, such as "T4".
    pub erratum: Option<&'static str>,
}

/// Our number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ours {
    /// Measured, over disorder realizations.
    Measured(Summary),
    /// Of theory: no spread.
    Theory(f64),
}

/// What the comparison of a number with ours says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Within our mean ± 2 standard deviations over realizations; or, of theory, equal in all printed digits.
    Reproduced,
    /// It differs, and an erratum says why.
    Corrected,
    /// It differs.
    Differs,
    /// Fewer than three realizations, none where a preset leaves it out, or no number to judge.
    Open,
}

impl Quantity {
    /// A measured one, without an erratum.
    #[must_use]
    pub fn measured(
        name: impl Into<String>,
        source: impl Into<String>,
        paper: impl Into<Option<f64>>,
        ours: Summary,
        digits: usize,
    ) -> Self {
        let (name, source, paper) = (name.into(), source.into(), paper.into());
        Self { name, source, paper, ours: Ours::Measured(ours), digits, erratum: None }
    }

    /// One of theory, without an erratum.
    #[must_use]
    pub fn theory(
        name: impl Into<String>,
        source: impl Into<String>,
        paper: f64,
        ours: f64,
        digits: usize,
    ) -> Self {
        let (name, source, paper) = (name.into(), source.into(), Some(paper));
        Self { name, source, paper, ours: Ours::Theory(ours), digits, erratum: None }
    }

    /// The same, with the erratum that explains a difference.
    #[must_use]
    pub fn erratum(self, entry: &'static str) -> Self {
        Self { erratum: Some(entry), ..self }
    }

    /// Where the paper's number is to lie: mean ± 2 sd of what was measured, from three realizations on.
    fn interval(&self) -> Option<[f64; 2]> {
        match self.ours {
            Ours::Measured(of) => of.interval(),
            Ours::Theory(_) => None,
        }
    }

    /// What the comparison says.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let Some(paper) = self.paper else { return Verdict::Open };
        let agrees = match (self.ours, self.interval()) {
            // A paper that prints all realizations alike, such as a rate of one, is met up to rounding.
            (Ours::Measured(_), Some([lower, upper])) => {
                let slack = 1e-9 * paper.abs();
                (lower - slack..=upper + slack).contains(&paper)
            }
            (Ours::Theory(ours), _) => {
                (ours - paper).abs() <= 0.5 * 10.0_f64.powi(-(self.digits as i32)) * (1.0 + 1e-9)
            }
            (Ours::Measured(_), None) => return Verdict::Open,
        };
        match (agrees, self.erratum) {
            (true, _) => Verdict::Reproduced,
            (false, Some(_)) => Verdict::Corrected,
            (false, None) => Verdict::Differs,
        }
    }

    /// Standard deviations from our mean to the paper's number.
    #[must_use]
    pub fn distance(&self) -> Option<f64> {
        let Ours::Measured(ours) = self.ours else { return None };
        self.paper.map(|paper| ours.distance(paper)).filter(|distance| distance.is_finite())
    }

    /// For readers: the paper's number, ours, and the interval that decides.
    pub(super) fn shown(&self) -> [String; 3] {
        let digits = self.digits;
        let number = |x: f64| if x.is_finite() { format!("{x:.digits$}") } else { "–".into() };
        let paper = self.paper.map_or("–".into(), number);
        let range = |[lower, upper]: [f64; 2]| format!("{} … {}", number(lower), number(upper));
        match self.ours {
            Ours::Measured(of) if of.count < 2 => [paper, number(of.mean), "–".into()],
            Ours::Measured(of) => {
                let ours = format!("{} ± {}", number(of.mean), number(of.sd));
                [paper, ours, self.interval().map_or("–".into(), range)]
            }
            // Two digits more show how near it is.
            Ours::Theory(ours) => [paper, format!("{ours:.*}", digits + 2), "–".into()],
        }
    }

    pub(super) fn json(&self) -> Value {
        let finite = |x: f64| x.is_finite().then_some(x);
        let ours = match self.ours {
            Ours::Measured(s) => json!({
                "mean": finite(s.mean), "sd": finite(s.sd), "min": finite(s.min), "max": finite(s.max),
                "realizations": s.count, "interval": self.interval(),
            }),
            Ours::Theory(of) => json!({ "theory": finite(of) }),
        };
        json!({
            "quantity": self.name, "source": self.source, "paper": self.paper, "ours": ours,
            "distance_sd": self.distance(), "verdict": self.verdict().word(), "erratum": self.erratum,
        })
    }

    /// Disorder realizations behind ours.
    fn realizations(&self) -> String {
        match self.ours {
            Ours::Measured(of) => of.count.to_string(),
            Ours::Theory(_) => "theory".into(),
        }
    }

    /// The verdict, and the erratum where it decides.
    pub(super) fn judged(&self) -> String {
        match (self.verdict(), self.erratum) {
            (Verdict::Corrected, Some(entry)) => format!("{} ({entry})", Verdict::Corrected.word()),
            (verdict, _) => verdict.word().into(),
        }
    }
}

impl Verdict {
    /// All, from the best.
    pub const ALL: [Self; 4] = [Self::Reproduced, Self::Corrected, Self::Differs, Self::Open];

    /// In words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reproduced => "reproduced",
            Self::Corrected => "paper corrected",
            Self::Differs => "differs",
            Self::Open => "not determined",
        }
    }
}

/// Quantities as a table, of one paper or of several with their names.
pub(super) fn comparison(papers: &[(Option<&str>, &[Quantity])]) -> Table {
    let all = || papers.iter().flat_map(|(paper, of)| of.iter().map(move |q| (paper, q)));
    let mut table = Table::new("quantities", "The papers' numbers beside ours");
    if papers.iter().any(|(paper, _)| paper.is_some()) {
        table = table.text("experiment", "experiment", all().map(|(paper, _)| paper.unwrap_or_default()));
    }
    let shown: Vec<[String; 3]> = all().map(|(_, q)| q.shown()).collect();
    let column = |k: usize| shown.iter().map(move |of| of[k].clone());
    table
        .text("quantity", "quantity", all().map(|(_, q)| &*q.name))
        .text("source", "source", all().map(|(_, q)| &*q.source))
        .text("paper", "paper", column(0))
        .text("ours", "ours", column(1))
        .text("interval", "mean ± 2 sd", column(2))
        .text("realizations", "realizations", all().map(|(_, q)| q.realizations()))
        .text("verdict", "verdict", all().map(|(_, q)| q.judged()))
}
