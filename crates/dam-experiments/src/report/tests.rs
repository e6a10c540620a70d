use std::fs;

use dam_analysis::roc::Interval;
use serde_json::json;

use super::*;
use crate::Summary;
use crate::figure::{Axis, Mark, Panel, Series};

fn summary(values: &[f64]) -> Summary {
    Summary::of(values.iter().copied())
}

fn table() -> Table {
    let interval = Some((0.7, Interval { lower: 0.6, upper: 0.8, level: 0.95 }));
    Table::new("rows", "Rows & <columns>")
        .text("model", "model", ["cubic, n = 3", "plain"])
        .count("n", "N", [100, 200])
        .number("load", "M/N²", 2, [Some(1.0 / 3.0), None])
        .spread("auc", "AUC", 2, [summary(&[0.5, 0.7]), summary(&[])])
        .interval("first", "first", 1, 0.95, [interval, None])
}

#[test]
fn a_table_is_exact_for_programs_and_rounded_for_readers() {
    let lines = table().lines().unwrap();
    let header =
        "model,n,load,auc_mean,auc_sd,auc_min,auc_max,auc_realizations,first,first_lower_95,first_upper_95";
    assert_eq!(lines[0].join(","), header);
    assert_eq!(lines[1][2].parse::<f64>().unwrap(), 1.0 / 3.0);
    assert_eq!(lines[1][4].parse::<f64>().unwrap(), summary(&[0.5, 0.7]).sd);
    assert_eq!(lines[2][2..], ["", "", "", "", "", "0", "", "", ""]);
    let shown = table().shown().unwrap();
    assert_eq!(shown[1], ["cubic, n = 3", "100", "0.33", "0.60 ± 0.14", "0.7 [0.6, 0.8]"]);
    assert_eq!(shown[2], ["plain", "200", "–", "–", "–"]);
    let text = table().to_text().unwrap();
    let widths: Vec<usize> = text.lines().skip(1).map(|line| line.chars().count()).collect();
    assert!(text.contains("0.60 ± 0.14") && widths.iter().all(|&w| w == widths[0]), "{text}");
}

#[test]
fn columns_of_unlike_length_are_refused() {
    let short = table().count("m", "M", [1]);
    let error = short.lines().unwrap_err();
    assert!(matches!(error, Error::Table { expected: 2, found: 1, .. }), "{error}");
    assert!(short.shown().is_err() && short.to_text().is_err());
}

#[test]
fn verdicts_follow_from_the_spread_or_from_the_printed_digits() {
    let measured =
        |paper: Option<f64>, values: &[f64]| Quantity::measured("AUC", "Table 1", paper, summary(values), 2);
    let verdict = |paper, values: &[f64]| measured(paper, values).verdict();
    // Three values with mean 2 and sd 1: 0 to 4, and what is printed as 4.00 may be 4.005.
    assert_eq!(verdict(Some(4.0), &[1.0, 2.0, 3.0]), Verdict::Reproduced);
    assert_eq!(verdict(Some(4.01), &[1.0, 2.0, 3.0]), Verdict::Differs);
    assert_eq!(verdict(Some(-0.01), &[1.0, 2.0, 3.0]), Verdict::Differs);
    assert_eq!(verdict(Some(2.0), &[1.0, 3.0]), Verdict::Open);
    assert_eq!(verdict(None, &[1.0, 2.0, 3.0]), Verdict::Open);
    assert_eq!(verdict(Some(0.3), &[0.1 + 0.2; 3]), Verdict::Reproduced);
    // What was fitted is not reproduced; what differs after a fit differs.
    assert_eq!(measured(Some(3.0), &[1.0, 2.0, 3.0]).fitted("N").verdict(), Verdict::Fitted);
    assert_eq!(measured(Some(5.0), &[1.0, 2.0, 3.0]).fitted("N").verdict(), Verdict::Differs);
    // An erratum decides only if what it has instead is what we find.
    assert_eq!(measured(Some(5.0), &[1.0, 2.0, 3.0]).corrected("T1", 2.5, 2).verdict(), Verdict::Corrected);
    assert_eq!(measured(Some(5.0), &[1.0, 2.0, 3.0]).corrected("T1", 4.5, 2).verdict(), Verdict::Differs);
    assert_eq!(measured(Some(3.0), &[1.0, 2.0, 3.0]).corrected("T1", 2.5, 2).verdict(), Verdict::Reproduced);
    let theory = |paper, ours| Quantity::theory("α", "eq. 1", paper, ours, 2);
    assert_eq!(theory(0.22, 0.2249).verdict(), Verdict::Reproduced);
    assert_eq!(theory(0.22, 0.2251).verdict(), Verdict::Differs);
    assert_eq!(theory(0.22, 0.2135).corrected("T1", 0.2135, 4).verdict(), Verdict::Corrected);
    assert_eq!(theory(0.22, 0.2135).corrected("T1", 0.23, 2).verdict(), Verdict::Differs);
    // To the digits of the erratum, not to those of the paper.
    assert_eq!(theory(0.22, 0.2135).corrected("T1", 0.2136, 4).verdict(), Verdict::Differs);
    let unknown = theory(0.22, f64::NAN);
    assert_eq!((unknown.verdict(), &unknown.shown()[1][..]), (Verdict::Open, "–"));
}

fn report() -> Report {
    let mut report = Report::new("A <report>");
    report.heading("Rows");
    report.text("Text & more.");
    report.note("A note.");
    report.table(table());
    report.data(Table::new("patterns", "All").number("x", "x", 1, [0.1 + 0.2]));
    let series =
        Series { label: "a".into(), points: vec![[0.0, 1.0, 0.1], [1.0, 2.0, 0.2]], mark: Mark::Joined };
    let panel =
        Panel { x: Axis::linear("x"), y: Axis::linear("y"), series: vec![series], ..Panel::default() };
    report.figure(Figure::single("line", "A line.", panel));
    report.quantity(Quantity::measured("AUC", "Table 1", 0.6, summary(&[0.5, 0.7, 0.66]), 3));
    report
}

#[test]
fn every_file_is_written_and_the_page_stands_alone() {
    let folder = tempfile::tempdir().unwrap();
    let run = json!({ "version": "1.2.3", "seed": 7, "settings": { "k": 100 } });
    report().write(folder.path(), &run).unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("patterns.csv"), "x\n0.30000000000000004\n");
    assert!(read("rows.csv").contains("\"cubic, n = 3\",100,0.333"));
    assert!(read("line.svg").starts_with("<svg"));
    let summary: Value = serde_json::from_str(&read("summary.json")).unwrap();
    assert_eq!(summary["run"], run);
    let quantity = &summary["quantities"][0];
    assert_eq!((&quantity["paper"], &quantity["verdict"]), (&json!(0.6), &json!("reproduced")));
    assert_eq!(quantity["ours"]["realizations"], json!(3));
    let page = read("report.html");
    assert!(page.contains("A &lt;report&gt;") && page.contains("Text &amp; more.") && page.contains("<svg"));
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("1.2.3") && page.contains("seed 7"));
    for foreign in ["<script", "<link", "http://", "https://", "@import", "url(h"] {
        let allowed = page.replace("http://www.w3.org/", "");
        assert!(!allowed.contains(foreign), "{foreign}");
    }
    // The same bytes once more; and over existing files.
    report().write(folder.path(), &run).unwrap();
    assert_eq!(page, read("report.html"));
    let text = report().to_text().unwrap();
    assert!(text.contains("0.620 ± 0.106") && text.contains("reproduced"), "{text}");
}

#[test]
fn a_collection_begins_with_all_numbers_and_has_a_chapter_for_each_report() {
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str| json!({ "version": "1.2.3", "seed": 7, "experiment": name });
    let mut collection = Collection::new("All <papers>");
    collection.text("Preset <quick>.");
    collection.add("first", report(), run("first"));
    let mut second = report().errata('T');
    second.quantity(Quantity::theory("T_max", "Figure 1", 0.22, 0.2135, 2).corrected("T1", 0.2135, 4));
    collection.add("second", second, run("second"));
    collection.write(folder.path()).unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let lines: Vec<String> = read("quantities.csv").lines().map(str::to_owned).collect();
    let columns =
        "experiment,quantity,source,paper,ours,sd,lower_2_sd,upper_2_sd,realizations,verdict,erratum,fitted";
    assert_eq!(lines[0], columns);
    assert!(
        lines[1].starts_with("first,AUC,Table 1,0.6,0.62,0.105830") && lines[1].ends_with(",3,reproduced,,")
    );
    assert_eq!(lines[3], "second,T_max,Figure 1,0.22,0.2135,,,,,paper corrected,T1,");
    let page = read("report.html");
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is not in {page}"));
    assert!(
        at("Published numbers by verdict") < at("id=\"first\"") && at("id=\"first\"") < at("id=\"second\"")
    );
    assert!(
        page.contains("All &lt;papers&gt;") && page.contains("href=\"#T1\"") && page.contains("id=\"T1\"")
    );
    assert!(
        at("Preset &lt;quick&gt;.")
            < at("3 published numbers: reproduced 2, agrees after a fit 0, paper corrected 1,")
    );
    assert!(at("<tfoot>") < at("“Reproduced”"));
    // The figures of both have the same name, and anchors of their own, each used where it is made.
    let mut anchors: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|s| s.split('"').next()).collect();
    let (count, used) = (anchors.len(), page.matches("url(#").count());
    anchors.sort_unstable();
    anchors.dedup();
    assert_eq!(anchors.len(), count);
    assert!(used > 0);
    for name in page.split("url(#").skip(1).filter_map(|s| s.split(')').next()) {
        assert!(anchors.contains(&name), "{name}");
    }
    let all: Value = serde_json::from_str(&read("summary.json")).unwrap();
    assert_eq!(all["papers"][1]["run"]["experiment"], json!("second"));
    assert_eq!(all["papers"][1]["quantities"][1]["verdict"], json!("paper corrected"));
    let text = collection.to_text().unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        rows[2..],
        [["A", "<report>", "1", "0", "0", "0", "0"], ["A", "<report>", "1", "0", "1", "0", "0"]],
        "{text}"
    );
}

#[test]
fn what_cannot_be_written_is_a_typed_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let error = report().write(&folder.path().join("file"), &json!({})).unwrap_err();
    assert!(matches!(error, Error::Output { .. }), "{error}");
    let mut bad = Report::new("Bad");
    let series = Series { label: String::new(), points: vec![[0.0, f64::NAN, 0.0]], mark: Mark::Points };
    bad.figure(Figure::single("bad", "", Panel { series: vec![series], ..Panel::default() }));
    assert!(matches!(bad.write(folder.path(), &json!({})), Err(Error::Figure { .. })));
    // Nothing to draw is said, not drawn.
    let mut empty = Report::new("Empty");
    empty.figure(Figure::single("nothing", "No curve.", Panel::default()));
    empty.write(folder.path(), &json!({})).unwrap();
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(page.contains("nothing to draw") && !page.contains("<svg"));
}
