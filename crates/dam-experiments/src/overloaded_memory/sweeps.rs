//! Sweeps to a fixed point: tables.

use std::collections::BTreeMap;

use super::plan::CORRUPTIONS;
use super::record::{Record, Retrieval};
use super::{Cell, OverloadedMemory, Stored, figures};
use crate::harness::Records;
use crate::report::{Report, Table};
use crate::{Error, Summary};

/// Corruption of the table and the figure, in percent.
pub(super) const SHOWN: usize = 10;

/// Cues by (source, n, K, corruption), over draws.
pub(super) type Cues<'a> = BTreeMap<(Stored, u32, usize, usize), Vec<&'a Retrieval>>;

pub(super) fn sweeps(records: &Records<OverloadedMemory>, report: &mut Report) -> Result<(), Error> {
    let mut all = Cues::new();
    for (cell, record) in records {
        if let (&Cell::Retrieval { patterns, memories, order, .. }, Record::Retrieval(found)) = (cell, record)
        {
            for (found, percent) in found.iter().zip(CORRUPTIONS) {
                all.entry((patterns, order, memories, percent)).or_default().push(found);
            }
        }
    }
    if all.is_empty() {
        return Ok(());
    }
    report.heading("Sweeps to a fixed point, by load, corruption and correlation");
    report.text(
        "The paper asks how many iterations convergence takes under varying loads and perturbations. Patterns of ±1, images or \
         independent bits, with a share of their spins turned; asynchronous sweeps in random order until one finds nothing to turn \
         (that one is counted). Retrieved: an overlap of at least 0.95 with the own pattern at the end.",
    );
    let share = |of: &[&Retrieval], value: fn(&Retrieval) -> usize| {
        Summary::of(of.iter().map(|r| value(r) as f64 / r.cues as f64))
    };
    let table = |name: &str, caption: &str, shown: &dyn Fn(usize) -> bool| {
        let rows = || all.iter().filter(|(key, _)| shown(key.3));
        Table::new(name, caption)
            .text("patterns", "patterns", rows().map(|(key, _)| self::name(key.0)))
            .count("order", "n", rows().map(|(key, _)| key.1 as usize))
            .count("memories", "K", rows().map(|(key, _)| key.2))
            .count("corruption_percent", "turned, %", rows().map(|(key, _)| key.3))
            .spread("sweeps", "sweeps", 2, rows().map(|(_, of)| mean_sweeps(of)))
            .spread("retrieved", "retrieved", 2, rows().map(|(_, of)| share(of, |r| r.retrieved)))
            .spread("settled", "settled", 2, rows().map(|(_, of)| share(of, |r| r.settled)))
            .spread("distinct", "different ends", 2, rows().map(|(_, of)| share(of, |r| r.distinct)))
    };
    let caption =
        format!("Cues of stored patterns with {SHOWN} % of their spins turned, mean ± sd over draws");
    report.table(table("sweeps", &caption, &|percent| percent == SHOWN));
    report.data(table("sweeps_by_corruption", "Cues by corruption", &|_| true));
    report.figure(figures::sweeps(&all));
    Ok(())
}

/// Sweeps of the cues that settled, over draws in which some did.
pub(super) fn mean_sweeps(of: &[&Retrieval]) -> Summary {
    let settled = of.iter().filter(|r| r.settled > 0);
    Summary::of(settled.map(|r| r.sweeps as f64 / r.settled as f64))
}

pub(super) fn name(patterns: Stored) -> &'static str {
    match patterns {
        Stored::Images => "images",
        Stored::Random => "random bits",
    }
}
