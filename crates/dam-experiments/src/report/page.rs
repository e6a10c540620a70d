//! Pages: one file, no scripts, no links to elsewhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

use super::quantity::count;
use super::{Item, Quantity, Report, Table, Verdict, errata};
use crate::Error;
use crate::figure::DARK;

const STYLE: &str = include_str!("page.css");

/// What the verdicts mean.
const VERDICTS: &str = "“Reproduced”: the paper's number lies within our mean ± 2 standard deviations over disorder realizations; or, \
    for theory, ours rounds to what the paper prints. “Agrees after a fit”: so it does, but what the paper leaves open was chosen \
    to come near its numbers. “Paper corrected”: it does not, and the number that the erratum has instead does. “Differs”: it does \
    not. “Not determined”: fewer than three realizations, not part of this run, or nothing to compare, where the paper has no number \
    or ours is of a subset of the patterns. Numbers agree to the digits that the paper prints. One more realization of ours would \
    lie outside by chance in 22 % of cases with 3 realizations, 14 % with 5, 9 % with 10 and 6 % with 40. Where all our trials \
    succeed the interval is a point, though the paper's trials and ours count with an error of their own.";

/// A document.
pub(super) fn document(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) "@media (prefers-color-scheme: dark) {" (PreEscaped(DARK)) "}" }
            }
            body { (body) }
        }
    };
    page.into_string()
}

/// The page of one report.
pub(super) fn page(report: &Report, run: &Value) -> Result<String, Error> {
    let body = html! {
        h1 { (report.title) }
        p { (origin(run)) }
        @if !report.quantities.is_empty() {
            h2 { "The paper beside this run" }
            p { (VERDICTS) }
            (quantities(&[("", "", &report.quantities)]))
        }
        (chapter(report, run, "")?)
    };
    Ok(document(&report.title, &body))
}

/// The first page of several reports: how many numbers have which verdict, and all of them.
pub(super) fn overview(papers: &[(&str, &str, &[Quantity])]) -> Markup {
    let all: usize = papers.iter().map(|(.., of)| of.len()).sum();
    let with = |v| papers.iter().map(|(.., of)| count(of, v)).sum::<usize>();
    let sums: Vec<String> = Verdict::ALL.into_iter().map(|v| format!("{} {}", v.word(), with(v))).collect();
    html! {
        p { strong { (all) " published numbers: " (sums.join(", ")) "." } }
        div.wide {
            table.counts {
                caption { "Published numbers by verdict" }
                thead { tr { th scope="col" { "paper" } @for v in Verdict::ALL { th scope="col" { (v.word()) } } } }
                tbody {
                    @for (name, title, of) in papers {
                        tr {
                            th scope="row" { a href={ "#" (name) } { (short(title)) } }
                            @for v in Verdict::ALL { td { (count(of, v)) } }
                        }
                    }
                }
                tfoot { tr { th scope="row" { "all" } @for v in Verdict::ALL { td { (with(v)) } } } }
            }
        }
        p { (VERDICTS) }
        (quantities(papers))
    }
}

/// The part of a title before the colon.
pub(super) fn short(title: &str) -> &str {
    title.split(':').next().unwrap_or(title)
}

/// The version and seed of a run.
pub(super) fn origin(run: &Value) -> String {
    format!("dam {}, seed {}", run["version"].as_str().unwrap_or_default(), run["seed"])
}

/// Quantities by paper: anchor, title, and what is compared. On narrow screens a row becomes a block.
fn quantities(papers: &[(&str, &str, &[Quantity])]) -> Markup {
    html! {
        table.quantities {
            thead {
                tr { @for title in ["quantity", "paper", "ours", "mean ± 2 sd", "realizations", "verdict"] { th scope="col" { (title) } } }
            }
            @for (name, title, of) in papers.iter().filter(|(.., of)| !of.is_empty()) {
                tbody {
                    @if !name.is_empty() {
                        tr { th colspan="6" scope="rowgroup" { a href={ "#" (name) } { (short(title)) } } }
                    }
                    @for q in *of { (quantity(q)) }
                }
            }
        }
    }
}

fn quantity(q: &Quantity) -> Markup {
    let [paper, ours, interval, realizations] = q.shown();
    let verdict = q.verdict();
    html! {
        tr {
            th scope="row" { (q.name()) small { (q.source()) } }
            td data-label="paper" { (paper) }
            td data-label="ours" { (ours) }
            td data-label="± 2 sd" { (interval) }
            td data-label="realizations" { (realizations) }
            td.verdict.(verdict.class()) data-label="" {
                (verdict.word())
                @if let Some(entry) = q.entry() { ", " a href={ "#" (entry) } { (entry) } }
            }
        }
    }
}

/// What a report has to say, then errata and settings. In a page with others, `prefix` tells its anchors from theirs and
/// headings are one level lower.
pub(super) fn chapter(report: &Report, run: &Value, prefix: &str) -> Result<Markup, Error> {
    let items: Result<Vec<Markup>, Error> = report.items.iter().map(|of| item(of, prefix)).collect();
    Ok(html! {
        @for item in items? { (item) }
        @if let Some(letter) = report.errata {
            (heading("Errata", prefix))
            // Open, for the links of the verdicts lead into it.
            details open { summary { "What is wrong, inconsistent or missing in the paper" } (errata::section(letter)) }
        }
        (heading("Settings", prefix))
        details { summary { "All settings of the run" } pre { (format!("{run:#}")) } }
    })
}

fn heading(text: &str, prefix: &str) -> Markup {
    if prefix.is_empty() {
        html! { h2 { (text) } }
    } else {
        html! { h3 { (text) } }
    }
}

fn item(item: &Item, prefix: &str) -> Result<Markup, Error> {
    let svg = |text: String| PreEscaped(anchored(&text, prefix));
    Ok(match item {
        Item::Heading(text) => heading(text, prefix),
        Item::Text(text) => html! { p { (text) } },
        Item::Note(text) => html! { p.note { (text) } },
        Item::Table(of) => table(of)?,
        Item::Figure(of) => figure(&svg(of.svg()?), &of.caption, of.is_shaded()),
        Item::Pictures(of) => figure(&svg(of.svg()?), &of.caption, false),
    })
}

fn figure(svg: &PreEscaped<String>, caption: &str, shaded: bool) -> Markup {
    html! {
        figure.shaded[shaded] { div.drawn { (svg) } figcaption { (caption) } }
    }
}

/// Figures of several reports may have the same name, from which their anchors are made.
fn anchored(svg: &str, prefix: &str) -> String {
    if prefix.is_empty() {
        return svg.to_owned();
    }
    svg.replace("id=\"", &format!("id=\"{prefix}-")).replace("url(#", &format!("url(#{prefix}-"))
}

fn table(table: &Table) -> Result<Markup, Error> {
    let mut lines = table.shown()?.into_iter();
    let titles = lines.next().unwrap_or_default();
    Ok(html! {
        div.wide {
            table {
                caption { (table.caption()) }
                thead { tr { @for title in titles { th scope="col" { (title) } } } }
                tbody {
                    @for line in lines {
                        tr {
                            @for (k, text) in line.iter().enumerate() {
                                @if k == 0 { th scope="row" { (text) } } @else { td { (text) } }
                            }
                        }
                    }
                }
            }
        }
    })
}
