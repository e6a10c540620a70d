//! Learned memories, and what becomes of inputs.

use super::record::{Pictures as Taken, Record};
use super::{Cell, OverloadedMemory, Settings};
use crate::figure::Pictures;
use crate::harness::Records;
use crate::report::Report;

pub(super) fn pictures(settings: &Settings, records: &Records<OverloadedMemory>, report: &mut Report) {
    let mut first = true;
    for (memories, name) in [(settings.shown, "shown"), (settings.small, "small")] {
        let taken: Vec<(u32, &Taken)> = records
            .iter()
            .filter_map(|(cell, record)| match (cell, record) {
                (&Cell::Training { memories: k, order, .. }, Record::Trained(t)) if k == memories => {
                    Some((order, t.pictures.as_ref()?))
                }
                _ => None,
            })
            .collect();
        let Some((_, any)) = taken.first() else { continue };
        if first {
            report.heading("Memories and retrievals");
            first = false;
        }
        report.pictures(Pictures {
            name: format!("memories_{name}"),
            caption: format!(
                "The first memories of a training at K = {memories}, by order; white is −1, black +1."
            ),
            shape: settings.shape,
            rows: taken.iter().map(|(n, t)| (format!("n = {n}"), t.memories.clone())).collect(),
        });
        let mut rows = vec![("inputs".into(), any.inputs.clone())];
        rows.extend(taken.iter().map(|(n, t)| (format!("n = {n}"), t.ends.clone())));
        report.pictures(Pictures {
            name: format!("retrievals_{name}"),
            caption: format!(
                "Training images in black and white, and below them where the asynchronous dynamics of eq. 1 takes them at K = \
                 {memories}, by order."
            ),
            shape: settings.shape,
            rows,
        });
    }
}
