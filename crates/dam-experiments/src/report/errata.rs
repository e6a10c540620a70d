//! The errata of a paper as HTML, from the text that users read.

use maud::PreEscaped;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// The package has `docs` as a link.
const ERRATA: &str = include_str!("../../docs/errata.md");

/// The section of the entries that begin with `letter`, without its title; empty if there is none.
pub(super) fn section(letter: char) -> PreEscaped<String> {
    let sections = ERRATA.split("\n## ");
    let of_letter = |section: &&str| section.starts_with(&format!("{letter}. "));
    let text = sections.skip(1).find(of_letter).and_then(|section| section.split_once('\n'));
    let mut page = String::new();
    html::push_html(&mut page, events(text.map_or("", |(_title, text)| text)));
    PreEscaped(page)
}

/// Entries become anchors, one level lower; links to other documents, which are not there, their text.
fn events(text: &str) -> impl Iterator<Item = Event<'_>> {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES);
    let events = events.filter(|e| !matches!(e, Event::Start(Tag::Link { .. }) | Event::End(TagEnd::Link)));
    let mut open = false;
    events.map(move |event| match event {
        Event::Start(Tag::Heading { .. }) => {
            open = true;
            Event::Html(CowStr::Borrowed(""))
        }
        Event::Text(title) if open => {
            open = false;
            let entry = title.split('.').next().unwrap_or_default();
            Event::Html(format!("<h4 id=\"{entry}\">{}", escaped(&title)).into())
        }
        Event::End(TagEnd::Heading(_)) => Event::End(TagEnd::Heading(HeadingLevel::H4)),
        event => event,
    })
}

fn escaped(text: &str) -> String {
    maud::html! { (text) }.into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_paper_has_its_entries_with_anchors_and_no_links() {
        for (letter, first, entries) in
            [('T', "T1", 17), ('E', "E1", 4), ('O', "O1", 9), ('B', "B1", 8), ('F', "F1", 7)]
        {
            let page = section(letter).into_string();
            assert_eq!(page.matches("<h4 id=").count(), entries, "{letter}");
            assert_eq!(page.matches("</h4>").count(), entries, "{letter}");
            assert!(page.contains(&format!("<h4 id=\"{first}\">{first}. ")), "{page}");
            assert!(!page.contains("<a ") && !page.contains("<h3"), "{letter}");
        }
        assert_eq!(section('X').into_string(), "");
    }
}
