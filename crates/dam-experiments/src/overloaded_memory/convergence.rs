//! How inputs converge, where memories were learned and where patterns are stored as they are.

use std::collections::BTreeMap;

use super::plan::epsilon;
use super::record::{Record, Recovery};
use super::recovery::{DYNAMICS, MEASURES};
use super::{Cell, OverloadedMemory, Settings, Stored, figures};
use crate::harness::Records;
use crate::report::{Report, Table};
use crate::{Error, Summary};

/// ε of the tables.
const SHOWN: [usize; 4] = [2, 5, 10, 15];
/// The asynchronous dynamics.
pub(super) const ASYNCHRONOUS: usize = 3;

/// Measurements by order.
pub(super) type ByOrder<'a> = BTreeMap<u32, Vec<&'a Recovery>>;

/// D at one ε over draws.
pub(super) fn fraction(of: &[&Recovery], dynamics: usize, measure: usize, k: usize) -> Summary {
    Summary::of(of.iter().map(|r| r.ends[dynamics].fractions[measure][k]))
}

pub(super) fn null(of: &[&Recovery], k: usize) -> Summary {
    Summary::of(of.iter().map(|r| r.null[k]))
}

/// A row of the tables: which order, dynamics and measure.
type Line = (u32, usize, usize);

fn table(name: &str, caption: &str, all: &ByOrder<'_>, lines: &[Line]) -> Table {
    let of = |n: u32| all[&n].as_slice();
    let ends = |(n, d, _): &Line, value: fn(&super::record::Ends, f64) -> f64| {
        Summary::of(of(*n).iter().map(|r| value(&r.ends[*d], r.inputs as f64)))
    };
    let mut table = Table::new(name, caption)
        .count("order", "n", lines.iter().map(|line| line.0 as usize))
        .text("dynamics", "dynamics", lines.iter().map(|line| DYNAMICS[line.1]))
        .text("measure", "D by", lines.iter().map(|line| MEASURES[line.2]));
    for k in SHOWN {
        let found = lines.iter().map(|&(n, d, m)| fraction(of(n), d, m, k));
        table = table.spread(
            &format!("d_{:02.0}", 100.0 * epsilon(k)),
            &format!("ε = {:.2}", epsilon(k)),
            2,
            found,
        );
    }
    for k in [2, 5] {
        let found = lines.iter().map(|&(n, ..)| null(of(n), k));
        table = table.spread(
            &format!("null_{:02.0}", 100.0 * epsilon(k)),
            &format!("null, ε = {:.2}", epsilon(k)),
            2,
            found,
        );
    }
    table
        .count("inputs", "inputs", lines.iter().map(|line| of(line.0)[0].inputs))
        .spread(
            "distinct",
            "different ends",
            0,
            lines.iter().map(|line| ends(line, |e, _| e.distinct as f64)),
        )
        .spread(
            "settled",
            "settled, share",
            2,
            lines.iter().map(|line| ends(line, |e, n| e.settled as f64 / n)),
        )
        .spread("sweeps", "steps or sweeps", 1, lines.iter().map(|line| ends(line, |e, _| e.sweeps)))
        .spread(
            "own",
            "own patterns kept",
            2,
            lines
                .iter()
                .map(|line| Summary::of(of(line.0).iter().map(|r| r.recovered as f64 / r.own as f64))),
        )
}

pub(super) fn trained(
    settings: &Settings,
    records: &Records<OverloadedMemory>,
    report: &mut Report,
) -> Result<(), Error> {
    let mut first = true;
    for memories in [settings.shown, settings.small] {
        let mut all = ByOrder::new();
        for (cell, record) in records {
            if let (&Cell::Training { memories: k, order, .. }, Record::Trained(trained)) = (cell, record)
                && k == memories
            {
                all.entry(order).or_default().extend(&trained.recovery);
            }
        }
        all.retain(|_, of| !of.is_empty());
        if all.is_empty() {
            continue;
        }
        if first {
            let figure = if settings.is_papers() { " (the paper’s Fig. 1)" } else { "" };
            report.heading(format!("Inputs that converge to a learned memory{figure}"));
            report.text(
                "D_c^ε, definitions 6.1 and 6.2, of black and white training images under eq. 1 with the memories’ pixels. Learned \
                 memories are real numbers, so the literal ⟨ξ, σ⟩ mostly does not reach N: beside it stand the overlap with the signs of a memory, \
                 and ⟨ξ, σ⟩/|ξ|₁. The null curve asks no memory at all: it is the overlap of an input with the nearest other image, \
                 without dynamics. A D above it says that dynamics and memories bring inputs closer to a memory than images are to each \
                 other; it does not say that different inputs end at different memories, which the number of end states does. An own \
                 pattern, a memory’s signs, is kept if the asynchronous dynamics leaves 95 % of its signs.",
            );
            first = false;
        }
        let name = if memories == settings.shown { "convergence" } else { "convergence_small" };
        let mut lines: Vec<Line> = Vec::new();
        for &n in all.keys() {
            lines.extend([0, 1, 2].map(|measure| (n, ASYNCHRONOUS, measure)));
            lines.extend([0, 1, 2].map(|dynamics| (n, dynamics, 1)));
        }
        let caption = format!("D_c^ε of learned memories at K = {memories}, mean ± sd over draws");
        report.table(table(name, &caption, &all, &lines));
        report.figure(figures::convergence(name, memories, &all));
        distinct(memories, &all, report);
    }
    Ok(())
}

/// Whether D rises with the order, and what it hides.
fn distinct(memories: usize, all: &ByOrder<'_>, report: &mut Report) {
    let orders: Vec<String> = all.keys().map(|n| format!("n = {n}")).collect();
    let at = |value: &dyn Fn(&[&Recovery]) -> Summary| {
        let all = all.values().map(|of| value(of));
        all.map(|s| format!("{:.2} ± {:.2}", s.mean, s.sd)).collect::<Vec<_>>().join(", ")
    };
    report.note(format!(
        "K = {memories}, {}: D by sign at ε = 0.2 is {} after the asynchronous dynamics and {} before any; of the inputs, the share of \
         different end states is {}. The paper’s caption: “more data converging to a pattern”, as theory expects of higher orders.",
        orders.join(", "),
        at(&|of| fraction(of, ASYNCHRONOUS, 1, 10)),
        at(&|of| fraction(of, 0, 1, 10)),
        at(&|of| Summary::of(of.iter().map(|r| r.ends[ASYNCHRONOUS].distinct as f64 / r.inputs as f64))),
    ));
}

pub(super) fn stored(
    settings: &Settings,
    records: &Records<OverloadedMemory>,
    report: &mut Report,
) -> Result<(), Error> {
    for (patterns, name, what) in [
        (Stored::Images, "stored_images", "images stored as they are, asked about test images"),
        (Stored::Random, "stored_random", "random bits stored, asked about themselves"),
    ] {
        let mut all = ByOrder::new();
        for (cell, record) in records {
            if let (&Cell::Stored { patterns: of, order, .. }, Record::Stored(found)) = (cell, record)
                && of == patterns
            {
                all.entry(order).or_default().push(found);
            }
        }
        if all.is_empty() {
            continue;
        }
        if patterns == Stored::Images {
            report.heading("What D does not see: patterns stored as they are");
            report.text(format!(
                "{} images, black and white, as patterns, asked about images that are not stored; null is the nearest stored image, without \
                 dynamics. As many patterns of independent bits are the opposite case, asked about themselves; null is the nearest other.",
                settings.stored.0
            ));
        }
        let lines: Vec<Line> = all.keys().flat_map(|&n| [(n, 2, 1), (n, ASYNCHRONOUS, 1)]).collect();
        report.table(table(name, &format!("D_c^ε: {what}, mean ± sd over draws"), &all, &lines));
        if patterns == Stored::Images {
            report.figure(figures::stored(&all));
            for (n, of) in &all {
                let ends = Summary::of(of.iter().map(|r| r.ends[ASYNCHRONOUS].distinct as f64));
                let share = fraction(of, ASYNCHRONOUS, 1, 10);
                if ends.mean <= 0.1 * of[0].inputs as f64 && share.mean >= 0.5 {
                    report.note(format!(
                        "n = {n}: {} different inputs end in {:.1} states on average, and D at ε = 0.2 is {:.2}: a collapse that D_c^ε \
                         counts as retrieval (docs/errata.md, O8).",
                        of[0].inputs,
                        ends.mean,
                        share.mean
                    ));
                }
            }
        }
    }
    Ok(())
}
