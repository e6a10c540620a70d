//! A paper's number beside ours, and what the comparison says.

use serde_json::{Value, json};

use super::Table;
use crate::Summary;

/// A published number beside ours.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    name: String,
    source: String,
    paper: Option<f64>,
    ours: Ours,
    digits: usize,
    erratum: Option<Erratum>,
    fitted: Option<&'static str>,
}

/// The number that an erratum has instead, with the digits that it prints.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Erratum {
    entry: &'static str,
    instead: f64,
    digits: usize,
}

/// Our number.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ours {
    /// Over disorder realizations.
    Measured(Summary),
    /// No spread.
    Theory(f64),
}

/// What the comparison of a number with ours says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The paper's number lies within our mean ± 2 standard deviations over realizations, or, of theory, ours rounds to it.
    Reproduced,
    /// The same, after something that the paper leaves open was chosen to come near.
    Fitted,
    /// It does not, and the number that an erratum has instead does.
    Corrected,
    /// It does not.
    Differs,
    /// Fewer than three realizations, none where a preset leaves it out, or no number to judge.
    Open,
}

impl Quantity {
    /// A measured one: what it is, where the paper has it, the paper's number (`None` where it has none), ours over
    /// disorder realizations, and the digits after the point that the paper prints.
    #[must_use]
    pub fn measured(
        name: impl Into<String>,
        source: impl Into<String>,
        paper: impl Into<Option<f64>>,
        ours: Summary,
        digits: usize,
    ) -> Self {
        Self::new(name.into(), source.into(), paper.into(), Ours::Measured(ours), digits)
    }

    /// One of theory, otherwise as [`measured`](Self::measured).
    #[must_use]
    pub fn theory(
        name: impl Into<String>,
        source: impl Into<String>,
        paper: f64,
        ours: f64,
        digits: usize,
    ) -> Self {
        Self::new(name.into(), source.into(), Some(paper), Ours::Theory(ours), digits)
    }

    fn new(name: String, source: String, paper: Option<f64>, ours: Ours, digits: usize) -> Self {
        Self { name, source, paper, ours, digits, erratum: None, fitted: None }
    }

    /// The same, with the entry of `docs/errata.md` that has another number instead, such as "T4", and the digits after
    /// the point that it prints. That number must come from elsewhere than ours.
    #[must_use]
    pub fn corrected(self, entry: &'static str, instead: f64, digits: usize) -> Self {
        Self { erratum: Some(Erratum { entry, instead, digits }), ..self }
    }

    /// The same, where `what` the paper leaves open was chosen so that ours comes near its numbers.
    #[must_use]
    pub fn fitted(self, what: &'static str) -> Self {
        Self { fitted: Some(what), ..self }
    }

    /// Mean ± 2 sd of what was measured, from three realizations on.
    fn interval(&self) -> Option<[f64; 2]> {
        match self.ours {
            Ours::Measured(of) => of.interval(),
            Ours::Theory(_) => None,
        }
    }

    /// What the comparison says. A printed number stands for all that round to it.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let range = match self.ours {
            Ours::Measured(_) => self.interval(),
            Ours::Theory(ours) => ours.is_finite().then_some([ours, ours]),
        };
        let (Some(paper), Some([lower, upper])) = (self.paper, range) else { return Verdict::Open };
        let agrees = |with: f64, digits: usize| {
            let half = 0.5 * 10.0_f64.powi(-(digits as i32)) * (1.0 + 1e-9);
            (lower - half..=upper + half).contains(&with)
        };
        match (agrees(paper, self.digits), self.erratum) {
            (true, _) if self.fitted.is_some() => Verdict::Fitted,
            (true, _) => Verdict::Reproduced,
            (false, Some(of)) if agrees(of.instead, of.digits) => Verdict::Corrected,
            (false, _) => Verdict::Differs,
        }
    }

    /// Standard deviations from our mean to the paper's number.
    fn distance(&self) -> Option<f64> {
        let Ours::Measured(ours) = self.ours else { return None };
        self.paper.map(|paper| ours.distance(paper)).filter(|distance| distance.is_finite())
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Where the paper has it, and what was fitted.
    pub(super) fn source(&self) -> String {
        match self.fitted {
            Some(what) => format!("{}; {what} fitted", self.source),
            None => self.source.clone(),
        }
    }

    /// Behind a measured number.
    fn realizations(&self) -> Option<usize> {
        if let Ours::Measured(of) = self.ours { Some(of.count) } else { None }
    }

    /// For readers: the paper's number, ours, the interval that decides, and how many realizations are behind it.
    pub(super) fn shown(&self) -> [String; 4] {
        let digits = self.digits;
        let rounded = |x: f64, digits: usize| match x.is_finite() {
            true => format!("{x:.digits$}").replace('-', "−"),
            false => "–".into(),
        };
        let number = |x| rounded(x, digits);
        let paper = self.paper.map_or("–".into(), number);
        let range = |[lower, upper]: [f64; 2]| format!("{} … {}", number(lower), number(upper));
        let ours = match self.ours {
            Ours::Measured(of) if of.count < 2 => number(of.mean),
            Ours::Measured(of) => format!("{} ± {}", number(of.mean), number(of.sd)),
            // Two digits more show how near it is.
            Ours::Theory(ours) => rounded(ours, digits + 2),
        };
        let realizations = self.realizations().map_or("theory".into(), |n| n.to_string());
        [paper, ours, self.interval().map_or("–".into(), range), realizations]
    }

    /// The erratum, where it decides.
    pub(super) fn entry(&self) -> Option<&'static str> {
        self.erratum.map(|of| of.entry).filter(|_| self.verdict() == Verdict::Corrected)
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
            "distance_sd": self.distance(), "verdict": self.verdict().word(), "erratum": self.entry(),
            "fitted": self.fitted,
        })
    }

    fn sd(&self) -> Option<f64> {
        if let Ours::Measured(of) = self.ours { Some(of.sd) } else { None }
    }

    fn value(&self) -> f64 {
        match self.ours {
            Ours::Measured(of) => of.mean,
            Ours::Theory(of) => of,
        }
    }
}

impl Verdict {
    /// All, from the best.
    pub const ALL: [Self; 5] = [Self::Reproduced, Self::Fitted, Self::Corrected, Self::Differs, Self::Open];

    /// In words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reproduced => "reproduced",
            Self::Fitted => "agrees after a fit",
            Self::Corrected => "paper corrected",
            Self::Differs => "differs",
            Self::Open => "not determined",
        }
    }

    /// Its class in a page.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Reproduced => "reproduced",
            Self::Fitted => "fitted",
            Self::Corrected => "corrected",
            Self::Differs => "differs",
            Self::Open => "open",
        }
    }
}

/// How many have this verdict.
pub(super) fn count(of: &[Quantity], verdict: Verdict) -> usize {
    of.iter().filter(|q| q.verdict() == verdict).count()
}

/// Quantities as a table for readers.
pub(super) fn comparison(of: &[Quantity]) -> Table {
    let shown: Vec<[String; 4]> = of.iter().map(Quantity::shown).collect();
    let column = |k: usize| shown.iter().map(move |of| of[k].clone());
    let verdict = |q: &Quantity| match q.entry() {
        Some(entry) => format!("{} ({entry})", q.verdict().word()),
        None => q.verdict().word().into(),
    };
    Table::new("quantities", "The paper's numbers beside ours")
        .text("quantity", "quantity", of.iter().map(|q| &*q.name))
        .text("source", "source", of.iter().map(Quantity::source))
        .text("paper", "paper", column(0))
        .text("ours", "ours", column(1))
        .text("interval", "mean ± 2 sd", column(2))
        .text("realizations", "realizations", column(3))
        .text("verdict", "verdict", of.iter().map(verdict))
}

/// Quantities of several experiments for programs, to the last digit.
pub(super) fn data(experiments: &[(&str, &[Quantity])]) -> Table {
    let all = || experiments.iter().flat_map(|(name, of)| of.iter().map(move |q| (*name, q)));
    let end = |k: usize| all().map(move |(_, q)| q.interval().map(|ends| ends[k]));
    Table::new("quantities", "The papers' numbers beside ours")
        .text("experiment", "experiment", all().map(|(name, _)| name))
        .text("quantity", "quantity", all().map(|(_, q)| &*q.name))
        .text("source", "source", all().map(|(_, q)| &*q.source))
        .number("paper", "paper", 0, all().map(|(_, q)| q.paper))
        .number("ours", "ours", 0, all().map(|(_, q)| q.value()))
        .number("sd", "sd", 0, all().map(|(_, q)| q.sd()))
        .number("lower_2_sd", "mean − 2 sd", 0, end(0))
        .number("upper_2_sd", "mean + 2 sd", 0, end(1))
        .text(
            "realizations",
            "realizations",
            all().map(|(_, q)| q.realizations().map_or(String::new(), |n| n.to_string())),
        )
        .text("verdict", "verdict", all().map(|(_, q)| q.verdict().word()))
        .text("erratum", "erratum", all().map(|(_, q)| q.entry().unwrap_or_default()))
        .text("fitted", "fitted", all().map(|(_, q)| q.fitted.unwrap_or_default()))
}
