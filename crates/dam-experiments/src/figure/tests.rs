use super::axes::{tick, ticks, width_of};
use super::place::{Occupied, Rect};
use super::*;

fn series(label: &str, mark: Mark, points: &[[f64; 3]]) -> Series {
    Series { label: label.into(), points: points.to_vec(), mark }
}

fn unit(label: &str) -> Axis {
    Axis::linear(label).within(0.0, 1.0)
}

fn panel() -> Panel {
    Panel {
        title: "N = 100".into(),
        x: Axis::log("passes per pattern"),
        y: Axis::linear("AUC"),
        series: vec![series("map & more", Mark::Joined, &[[0.5, 0.6, 0.02], [10.0, 0.9, 0.0]])],
        ..Panel::default()
    }
}

fn figure() -> Figure {
    Figure::single("auc_1", "Unused.", panel())
}

/// The values of an attribute, in order.
fn values<'a>(svg: &'a str, attribute: &str) -> Vec<&'a str> {
    let key = format!(" {attribute}=\"");
    svg.split(key.as_str()).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// The first value of an attribute.
fn number(svg: &str, attribute: &str) -> f64 {
    values(svg, attribute)[0].parse().unwrap()
}

/// Left, top, width and height of the frames.
fn frames(svg: &str) -> Vec<[f64; 4]> {
    let clips = svg.split("<clipPath").skip(1);
    clips.map(|clip| ["x", "y", "width", "height"].map(|key| number(clip, key))).collect()
}

/// Where a text begins, ends or has its middle.
fn place(svg: &str, text: &str) -> [f64; 2] {
    let at = svg.find(&format!(">{text}</text>")).unwrap_or_else(|| panic!("{text} in {svg}"));
    let element = &svg[svg[..at].rfind("<text").unwrap()..at];
    ["x", "y"].map(|key| number(element, key))
}

/// Lines and paths of a colour.
fn strokes<'a>(svg: &'a str, colour: &str) -> Vec<&'a str> {
    svg.lines().filter(|line| line.contains(&format!(" stroke=\"{colour}\""))).collect()
}

#[test]
fn a_figure_is_whole_escaped_and_reproducible() {
    let svg = figure().svg().unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    assert!(svg.contains("map &amp; more") && svg.contains("passes per pattern"));
    assert!(!svg.contains("Unused") && !svg.contains("(a)"));
    assert_eq!(svg, figure().svg().unwrap());
    let size = [number(&svg, "width"), number(&svg, "height")];
    assert_eq!(values(&svg, "viewBox")[0], format!("0 0 {:.2} {:.2}", size[0], size[1]));
}

#[test]
fn ids_are_unique_over_panels_and_figures() {
    let several = |name: &str| Figure { name: name.into(), panels: vec![panel(); 12], ..Figure::default() };
    let both = several("one").svg().unwrap() + &several("two").svg().unwrap();
    let mut ids = values(&both, "id");
    let used: Vec<String> = values(&both, "clip-path").iter().map(|s| s.replace("url(#", "")).collect();
    assert_eq!(used, ids.iter().map(|id| format!("{id})")).collect::<Vec<_>>());
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 24, "{ids:?}");
    assert!(ids.contains(&"two-clip-11") && !both.contains("kuva-clip"));
}

#[test]
fn panels_stand_row_by_row_in_frames_of_one_size() {
    let mut panels = vec![panel(); 5];
    panels[1].y = Axis::log("a quantity with much longer ticks");
    panels[1].series[0].points = vec![[1.0, 1e-8, 0.0], [2.0, 1e-2, 0.0]];
    panels[4].title.clear();
    let svg = Figure { name: "grid".into(), columns: 3, panels, ..Figure::default() }.svg().unwrap();
    let groups: Vec<&str> = svg.split("<g transform=\"translate(").skip(1).collect();
    let at: Vec<Vec<f64>> = groups
        .iter()
        .map(|group| group.split(')').next().unwrap().split(',').map(|x| x.parse().unwrap()).collect())
        .collect();
    let [width, height] = ["width", "height"].map(|key| number(&svg, key));
    for (k, at) in at.iter().enumerate() {
        assert_eq!(at[0], (k % 3) as f64 * width / 3.0);
        let letter = ["(a)", "(b)", "(c)", "(d)", "(e)"][k];
        assert!(groups[k].contains(&format!(" font-weight=\"bold\">{letter}</text>")));
    }
    assert!(at[..3].iter().all(|at| at[1] == 0.0) && at[3][1] == at[4][1]);
    assert!(at[3][1] > 0.4 * height && at[3][1] < 0.6 * height);
    let frames = frames(&svg);
    assert_eq!(frames.len(), 5);
    assert!(
        frames.iter().all(|frame| frame[0] == frames[0][0] && frame[2..] == [275.0, 210.0]),
        "{frames:?}"
    );
    let column = Figure { name: "column".into(), columns: 0, panels: vec![panel(); 2], ..Figure::default() };
    let column = column.svg().unwrap();
    assert!(column.contains("translate(0.00,0.00)"));
    let half = 0.5 * number(&column, "height");
    assert!(column.contains(&format!("translate(0.00,{half:.2})")));
}

#[test]
fn marks_look_as_promised() {
    let draw = |mark, points: &[[f64; 3]]| {
        let panel = Panel { x: unit("x"), y: unit("y"), series: vec![series("s", mark, points)], ..panel() };
        let svg = Figure::single("marks", "", panel).svg().unwrap();
        let [left, top, width, height] = frames(&svg)[0];
        let path = move |points: &[[f64; 2]]| -> String {
            let at = |&[x, y]: &[f64; 2]| format!("{} {}", left + x * width, top + (1.0 - y) * height);
            format!("M {} ", points.iter().map(at).collect::<Vec<_>>().join(" L "))
        };
        (svg, path)
    };
    let points = [[0.0, 0.5, 0.25], [0.5, 0.5, 0.0], [1.0, 0.5, 0.25]];

    let (svg, path) = draw(Mark::Line, &points);
    assert!(svg.contains(&format!("<path d=\"{}\" ", path(&[[0.0, 0.5], [0.5, 0.5], [1.0, 0.5]]))));
    assert!(svg.contains("stroke-width=\"1.6\"") && !svg.contains("fill-opacity"));

    let (svg, _) = draw(Mark::Band, &points);
    let fills: Vec<&str> = svg.lines().filter(|line| line.contains("fill-opacity=\"0.18")).collect();
    assert_eq!(fills.len(), 1);
    assert!(fills[0].contains("fill=\"#0072b2\""));
    let [_, top, _, height] = frames(&svg)[0];
    assert!(fills[0].contains(&format!(" {} ", top + 0.25 * height)), "{}", fills[0]);
    assert!(fills[0].contains(&format!(" {} ", top + 0.75 * height)));

    // Two bins that touch, and one that does not.
    let (svg, path) = draw(Mark::Bars, &[[0.0, 0.5, 0.25], [0.25, 1.0, 0.25], [0.75, 0.5, 0.25]]);
    let fills = svg.lines().filter(|line| line.contains("fill-opacity=\"0.35")).count();
    assert_eq!(fills, 1);
    let skyline = [[0.0, 0.0], [0.0, 0.5], [0.25, 0.5], [0.25, 1.0], [0.5, 1.0], [0.5, 0.0]];
    let skyline = [&skyline[..], &[[0.75, 0.0], [0.75, 0.5], [1.0, 0.5], [1.0, 0.0]]].concat();
    assert!(svg.contains(&format!("<path d=\"{}\" stroke=\"#0072b2\"", path(&skyline))), "{svg}");

    // A bar and two caps where the deviation is not 0.
    for (mark, lines) in [(Mark::Points, 6), (Mark::Joined, 7)] {
        let (svg, _) = draw(mark, &points);
        assert_eq!(strokes(&svg, "#0072b2").len(), lines);
        assert_eq!(svg.matches("<circle").count(), 4, "three points, one in the legend");
    }
    let cloud: Vec<[f64; 3]> = (0..101).map(|k| [0.01 * f64::from(k), 0.5, 0.0]).collect();
    let (svg, _) = draw(Mark::Points, &cloud);
    assert_eq!(svg.matches("fill=\"rgba(0,114,178,0.5)\"").count(), 101);
}

#[test]
fn series_differ_in_colour_and_in_marker_or_dashes() {
    let point = [[0.5, 0.5, 0.0], [0.6, 0.6, 0.0]];
    let four = |mark| ["a", "b", "c", "d"].map(|label| series(label, mark, &point)).to_vec();
    let draw = |mark| Figure::single("four", "", Panel { series: four(mark), ..panel() }).svg().unwrap();
    let lines = draw(Mark::Line);
    let mut dashes: Vec<&str> = Vec::new();
    for colour in ["#0072b2", "#d55e00", "#009e73", "#cc79a7"] {
        // One in the frame, one in the legend.
        let strokes = strokes(&lines, colour);
        assert_eq!(strokes.len(), 2);
        let dash = values(strokes[0], "stroke-dasharray").first().copied().unwrap_or_default();
        assert!(!dashes.contains(&dash), "{dashes:?}");
        dashes.push(dash);
    }
    let points = draw(Mark::Points);
    assert_eq!(points.matches("<circle").count(), 3);
    assert_eq!(points.matches(" fill=\"#d55e00\"").count(), 3);
}

#[test]
fn guides_lie_where_they_should() {
    let guides =
        vec![Guide::Vertical(0.25, "here".into()), Guide::Horizontal(0.5, String::new()), Guide::Diagonal];
    let line = series("", Mark::Line, &[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]);
    let panel = Panel { x: unit("x"), y: unit("y"), series: vec![line], guides, ..Panel::default() };
    let svg = Figure::single("guides", "", panel).svg().unwrap();
    let [left, top, width, height] = frames(&svg)[0];
    let lines = strokes(&svg, "#777777");
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|line| line.contains("stroke-dasharray")));
    let (x, y) = (left + 0.25 * width, top + 0.5 * height);
    assert!(lines[0].contains(&format!("M {x} {} L {x} {top} ", top + height)), "{}", lines[0]);
    assert!(lines[1].contains(&format!("M {left} {y} L {} {y} ", left + width)), "{}", lines[1]);
    assert!(lines[2].contains(&format!("M {left} {} ", top + height)), "{}", lines[2]);
    assert!(lines[2].contains(&format!("L {} {top} ", left + width)), "{}", lines[2]);
    let text = place(&svg, "here");
    assert!(text[0] > x && text[0] < x + 10.0 && text[1] > top && text[1] < top + 30.0);

    // They widen an axis without ends of its own, and are cut off by one with.
    let mut wide = panel_with(Guide::Horizontal(7.0, "seven".into()));
    assert!(place(&Figure::single("wide", "", wide.clone()).svg().unwrap(), "seven")[1] > 0.0);
    wide.y.range = Some([0.0, 1.0]);
    assert!(!Figure::single("cut", "", wide).svg().unwrap().contains("seven"));
    // At the right end, and wider than the frame.
    for (x, text) in [(9.9, "at the right end of its axis"), (5.0, &"wide ".repeat(40))] {
        let text = text.trim_end();
        let svg = Figure::single("end", "", panel_with(Guide::Vertical(x, text.into()))).svg().unwrap();
        let [left, _, width, _] = frames(&svg)[0];
        let at = place(&svg, text)[0];
        assert!(at > left && (at + width_of(text) < left + width || width_of(text) > width), "{at} {text}");
    }
}

fn panel_with(guide: Guide) -> Panel {
    Panel { guides: vec![guide], ..panel() }
}

#[test]
fn legends_hide_nothing() {
    let corner = |x: f64, y: f64| {
        let mut points = Vec::new();
        for (a, b) in [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)] {
            if (a, b) != (x, y) {
                points.extend((0..400).map(|k| {
                    let [u, v] = [f64::from(k % 20), f64::from(k / 20)].map(|t| 0.5 * t / 20.0);
                    [(a - u).abs(), (b - v).abs(), 0.0]
                }));
            }
        }
        let series = vec![series("a legend", Mark::Points, &points)];
        let panel = Panel { x: unit("x"), y: unit("y"), series, ..Panel::default() };
        let svg = Figure::single("corner", "", panel).svg().unwrap();
        let [left, top, width, height] = frames(&svg)[0];
        let text = place(&svg, "a legend");
        [(text[0] - left) / width, 1.0 - (text[1] - top) / height]
    };
    for (x, y) in [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)] {
        let at = corner(x, y);
        assert!((at[0] - x).abs() < 0.5 && (at[1] - y).abs() < 0.5, "{at:?} for {x} {y}");
    }
    // No corner is free.
    assert!(corner(2.0, 2.0)[0] > 1.0);

    let mut occupied = Occupied::new(Rect { left: 10.0, top: 10.0, width: 100.0, height: 100.0 });
    let whole = Rect { left: 10.0, top: 10.0, width: 100.0, height: 100.0 };
    assert_eq!(occupied.hidden(whole), Some(0));
    occupied.strip([10.0, 50.0, 50.0], [110.0, 50.0, 50.0]);
    assert!(occupied.hidden(whole).unwrap() > 20);
    assert_eq!(occupied.hidden(Rect { left: 9.0, ..whole }), None);
    assert_eq!(occupied.hidden(Rect { top: 55.0, height: 50.0, ..whole }), Some(0));
    assert_eq!(occupied.free(90.0, 20.0).unwrap().top, 19.0);
    assert!(occupied.free(90.0, 70.0).is_none());
}

#[test]
fn ticks_keep_the_digits_that_tell_them_apart() {
    let texts = [0.0, 0.0175, 0.1, 1.0, 1000.0, -0.5, 1e-7, 22.5].map(|x| tick(x, 0.0));
    assert_eq!(texts, ["0", "0.0175", "0.1", "1", "1000", "-0.5", "1e-7", "22.5"]);
    assert_eq!(ticks(&Axis::log(""), (0.5, 20.0)), [0.5, 1.0, 2.0, 5.0, 10.0, 20.0]);
    let texts = [1000.02, 0.99996, -1e-20, 1234567.25, 0.1 + 0.2].map(|x| tick(x, 0.02));
    assert_eq!(texts, ["1000.02", "1", "0", "1.23456725e6", "0.3"]);
    for (low, high) in [(0.99991, 0.99996), (1e6, 1e6 + 4.0), (-2e-9, 3e-9), (0.3, 0.3 + 1e-15), (5.0, 5.0)] {
        let points = [[0.0, low, 0.0], [1.0, high, 0.0]];
        let panel = Panel { x: unit("x"), series: vec![series("", Mark::Line, &points)], ..Panel::default() };
        let svg = Figure::single("near", "", panel).svg().unwrap();
        let left = svg.split("text-anchor=\"end\"").skip(1);
        let texts: Vec<&str> = left.map(|rest| &rest[1..rest.find('<').unwrap()]).collect();
        assert!(texts.len() > 2 && texts.windows(2).all(|pair| pair[0] != pair[1]), "{texts:?}");
        assert!(texts.iter().all(|text| text.len() < 13), "{texts:?}");
    }
    // Between ticks that the backend thinks shorter and the edge.
    let mut narrow = Panel { series: panel().series, ..Panel::default() };
    narrow.y = Axis::log("quantity").within(1e-4, 1.0);
    narrow.series[0].points = vec![[1.0, 0.5, 0.0]];
    let svg = Figure::single("narrow", "", narrow).svg().unwrap();
    let baseline = place(&svg, "quantity")[0];
    assert!(baseline > 12.0 && baseline + 3.0 < frames(&svg)[0][0] - 8.0 - width_of("0.0001"), "{baseline}");
    let svg = Figure::single("ends", "", Panel { x: unit("x"), series: panel().series, ..Panel::default() });
    let svg = svg.svg().unwrap();
    let [left, _, width, _] = frames(&svg)[0];
    assert_eq!([place(&svg, "0")[0], place(&svg, "1")[0]], [left, left + width]);
}

#[test]
fn what_has_no_extent_is_drawn() {
    for point in
        [[0.0, 0.0, 0.0], [-3.0, 1e-300, 0.0], [1e299, -1e299, 1e299], [1.0, 0.3, 1e-14], [0.3, 0.3, 0.0]]
    {
        for mark in [Mark::Points, Mark::Joined, Mark::Line, Mark::Band] {
            for log in [false, true] {
                let mut panel = Panel { series: vec![series("one", mark, &[point])], ..Panel::default() };
                if log && point.iter().all(|x| *x >= 0.0) && point[0] > 0.0 {
                    (panel.x.log, panel.y.log) = (true, true);
                }
                let svg = Figure::single("one", "", panel).svg().unwrap();
                assert!(!svg.contains("NaN") && !svg.contains("inf"), "{point:?} {mark:?}: {svg}");
                if svg.contains("<circle") {
                    let [left, top, width, height] = frames(&svg)[0];
                    let at = [number(&svg, "cx") - left, number(&svg, "cy") - top];
                    assert!(at[0] > 0.1 * width && at[0] < 0.9 * width, "{point:?} {at:?}");
                    assert!(at[1] > 0.1 * height && at[1] < 0.9 * height, "{point:?} {at:?}");
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let change = |change: fn(&mut Figure)| {
        let mut changed = figure();
        change(&mut changed);
        changed.svg().unwrap_err().to_string()
    };
    for name in ["", "a b", "Ä", "A", "../a"] {
        let error = Figure { name: name.into(), ..figure() }.svg().unwrap_err();
        assert!(error.to_string().contains("expected a name"), "{name}");
    }
    assert!(change(|f| f.panels.clear()).contains("at least one panel"));
    assert!(change(|f| f.panels[0].series.clear()).contains("found none"));
    assert!(change(|f| f.panels.push(Panel::default())).contains("found none"));
    assert!(
        change(|f| {
            let series = |k: usize| Series { label: format!("series {k}"), ..panel().series[0].clone() };
            f.panels[0].series = (0..5).map(series).collect();
        })
        .contains("at most 4 kinds")
    );
    for k in 0..3 {
        for (number, found) in [(f64::NAN, "found NaN"), (f64::INFINITY, "found inf")] {
            let mut changed = figure();
            changed.panels[0].series[0].points[1][k] = number;
            assert!(changed.svg().unwrap_err().to_string().contains(found));
        }
    }
    assert!(change(|f| f.panels[0].series[0].points[0][0] = 0.0).contains("x >= 1e-10"));
    assert!(change(|f| f.panels[0].series[0].points[0][1] = 1e301).contains("|y| <= 1e300"));
    assert!(change(|f| f.panels[0].series[0].points[0][2] = -0.1).contains("found -0.1"));
    assert!(change(|f| f.panels[0].guides.push(Guide::Vertical(-1.0, String::new()))).contains("found -1"));
    assert!(
        change(|f| f.panels[0].guides.push(Guide::Horizontal(f64::NAN, "".into()))).contains("found NaN")
    );
    assert!(change(|f| f.panels[0].x.range = Some([0.0, 1.0])).contains("x >= 1e-10"));
    assert!(change(|f| f.panels[0].y.range = Some([1.0, 1.0])).contains("found 1 to 1"));
    assert!(change(|f| f.panels[0].y.range = Some([1.0, 1.0 + 1e-15])).contains("of some length"));
    assert!(change(|f| f.panels[0].y.range = Some([f64::NAN, 1.0])).contains("found NaN"));
    // The lower end of a bar and of a band, and no bar of a line.
    let deep = |mark: Mark| {
        let mut changed = figure();
        changed.panels[0].y.log = true;
        changed.panels[0].series = vec![series("", mark, &[[1.0, 0.5, 0.5]])];
        changed.svg()
    };
    for mark in [Mark::Points, Mark::Joined, Mark::Band] {
        assert!(deep(mark).unwrap_err().to_string().contains("y - bar >= 1e-10"));
    }
    assert!(deep(Mark::Line).is_ok() && deep(Mark::Bars).is_ok());
    let bars = |point: [f64; 3]| {
        let panel = Panel { series: vec![series("", Mark::Bars, &[point])], ..Panel::default() };
        Figure::single("bars", "", panel).svg().unwrap_err().to_string()
    };
    assert!(bars([0.0, 1.0, 0.0]).contains("width > 0, found 0"));
    assert!(bars([0.0, -1.0, 1.0]).contains("height >= 0, found -1"));
    let error = figure().write(Path::new("/dev/null/no")).unwrap_err();
    assert!(matches!(error, Error::Output { .. }));
}

#[test]
fn the_dark_rules_meet_what_is_drawn() {
    let cloud: Vec<[f64; 3]> = (0..200).map(|k| [f64::from(k), 1.0, 0.0]).collect();
    let draw = |mark: Mark, points: &[[f64; 3]]| {
        let series = vec![series("a", mark, points), series("b", mark, points)];
        let panel = Panel { series, guides: vec![Guide::Diagonal], ..Panel::default() };
        Figure::single("dark", "", panel).svg().unwrap()
    };
    let svg = draw(Mark::Points, &cloud) + &draw(Mark::Joined, &cloud[..3]);
    for rule in DARK.lines() {
        assert!(rule.starts_with("figure:not(.shaded) svg "), "{rule}");
        if let Some((_, rest)) = rule.split_once('[') {
            let selected = rest.split(']').next().unwrap();
            assert!(svg.contains(&format!(" {selected}")), "{selected}");
        }
    }
    // Whatever is black is met by a rule.
    assert!(svg.lines().all(|line| line.contains("<svg ") || !line.contains("\"black\"")));
}

#[cfg(feature = "png")]
#[test]
fn pixels_show_the_same_as_the_vectors() {
    let figure = figure();
    let png = figure.png().unwrap();
    assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
    assert_eq!(png, figure.png().unwrap());
    let picture = resvg::tiny_skia::Pixmap::decode_png(&png).unwrap();
    let svg = figure.svg().unwrap();
    let size = ["width", "height"].map(|key| 2 * number(&svg, key) as u32);
    assert_eq!([picture.width(), picture.height()], size);
    let is = |x: f64, y: f64, [r, g, b]: [u8; 3]| {
        let pixel = picture.pixel((2.0 * x) as u32, (2.0 * y) as u32).unwrap();
        [(pixel.red(), r), (pixel.green(), g), (pixel.blue(), b)].iter().all(|(a, b)| a.abs_diff(*b) < 60)
    };
    assert!(is(2.0, 2.0, [255; 3]));
    let [left, top, width, height] = frames(&svg)[0];
    assert!(is(left, top + 0.3 * height, [0; 3]) && is(left + 0.3 * width, top + height, [0; 3]));
    let marker = svg.lines().find(|line| line.contains("<circle")).unwrap();
    assert!(is(number(marker, "cx"), number(marker, "cy"), [0x00, 0x72, 0xb2]));
    // The text below the axis is there.
    let [x, y] = place(&svg, "passes per pattern");
    let dark = (-80..80).filter(|dx| is(x + 0.5 * f64::from(*dx), y - 3.0, [0; 3])).count();
    assert!(dark > 10 && dark < 100, "{dark}");
}

#[test]
fn both_files_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("deep");
    figure().write(&deep).unwrap();
    let mut names: Vec<_> = std::fs::read_dir(&deep).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, if cfg!(feature = "png") { vec!["auc_1.png", "auc_1.svg"] } else { vec!["auc_1.svg"] });
    assert_eq!(std::fs::read_to_string(deep.join("auc_1.svg")).unwrap(), figure().svg().unwrap());
    #[cfg(feature = "png")]
    assert_eq!(std::fs::read(deep.join("auc_1.png")).unwrap(), figure().png().unwrap());
}

/// Points and the line of their theory: one colour, one entry; a third series has the next ink.
#[test]
fn series_of_one_label_share_their_ink() {
    let series = |label: &str, mark| Series { label: label.into(), mark, ..panel().series[0].clone() };
    let all = vec![
        series("map", Mark::Points),
        series("map", Mark::Line),
        series("", Mark::Line),
        series("", Mark::Points),
        series("descent", Mark::Points),
    ];
    let svg = Figure::single("inks", "", Panel { series: all, ..panel() }).svg().unwrap();
    assert_eq!(svg.matches(">map<").count(), 1);
    for (colour, drawn) in [("#0072b2", true), ("#d55e00", true), ("#009e73", true), ("#cc79a7", true)] {
        assert_eq!(svg.contains(colour), drawn, "{colour}");
    }
}
