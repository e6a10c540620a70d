//! The page of a report: one file, no scripts, no links to elsewhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

use super::{Item, Report, Table};
use crate::Error;
use crate::figure::DARK;

const STYLE: &str = "
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.2rem; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: .4rem 0; font-weight: 600; }
th, td { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid #ccc; white-space: nowrap; }
th:first-child { text-align: left; }
thead th { white-space: normal; vertical-align: bottom; min-width: 3rem; max-width: 9rem; }
.wide { overflow-x: auto; margin: 1rem 0; }
figure { margin: 1.5rem 0; } figure svg { max-width: 100%; height: auto; }
figcaption { font-size: .9rem; max-width: 50rem; }
.note { border-left: 4px solid #d55e00; padding: .1rem 1rem; margin: 1rem 0; }
pre { font-size: .8rem; overflow-x: auto; }
@media print { body { max-width: none; margin: 0; } figure, table { break-inside: avoid; } }
";

const DARK_PAGE: &str = "
body { color: #e0e0e0; background: #121212; }
th, td { border-color: #444; }
";

pub(super) fn page(report: &Report, run: &Value) -> Result<String, Error> {
    let items: Result<Vec<Markup>, Error> = report.items.iter().map(item).collect();
    let comparison = if report.quantities.is_empty() { None } else { Some(table(&report.comparison())?) };
    let (version, seed) = (&run["version"], &run["seed"]);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (report.title) }
                style {
                    (PreEscaped(STYLE))
                    "@media (prefers-color-scheme: dark) {" (PreEscaped(DARK_PAGE)) (PreEscaped(DARK)) "}"
                }
            }
            body {
                h1 { (report.title) }
                p { "dam " (version.as_str().unwrap_or_default()) ", seed " (seed) }
                @if let Some(comparison) = comparison {
                    h2 { "The paper beside this run" }
                    p {
                        "The paper's numbers are one disorder realization each. “Inside” says that it lies within the 95 % "
                        "range that our realizations predict for one more (Student's t); one number in twenty falls "
                        "outside by chance."
                    }
                    (comparison)
                }
                @for item in items? { (item) }
                h2 { "Settings" }
                pre { (format!("{run:#}")) }
            }
        }
    };
    Ok(page.into_string())
}

fn item(item: &Item) -> Result<Markup, Error> {
    Ok(match item {
        Item::Heading(text) => html! { h2 { (text) } },
        Item::Text(text) => html! { p { (text) } },
        Item::Note(text) => html! { p.note { (text) } },
        Item::Table(of) => table(of)?,
        Item::Figure(figure) => html! {
            figure { (PreEscaped(figure.svg()?)) figcaption { (figure.caption) } }
        },
        Item::Pictures(pictures) => html! {
            figure { (PreEscaped(pictures.svg()?)) figcaption { (pictures.caption) } }
        },
    })
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
