//! The report.

use super::{ExponentialCapacity, Settings, basins, crossovers, gaussian, overlaps, regimes};
use crate::Error;
use crate::harness::Records;
use crate::report::Report;

pub(super) fn report(settings: &Settings, records: &Records<ExponentialCapacity>) -> Result<Report, Error> {
    let mut report = Report::new("Exponential capacity: thresholds, condensation and basins").errata('E');
    report.text(
        "E(x) = −(1/λ) ln Σ e^{λ ξ·x} + |x|²/2 with P = e^{αN} patterns. Descents go by x ← Ξ softmax(λ Ξᵀx), a gradient step of length \
         one that never raises the energy. A pattern is retrieved if its softmax weight exceeds 1/2 where the descent ends: at λ > 1 \
         a state that has lost its pattern keeps a large overlap with it, so that an overlap does not tell (docs/errata.md, E3). \
         Only the abstract and the captions of the paper were at hand; theory is derived. The paper draws figures and prints \
         no numbers; what stands as the paper’s among the numbers compared is its formula of the nearest pattern. Simulation is compared \
         with theory in the tables below; for N → ∞ neither is a published number.",
    );
    crossovers::thresholds(&mut report)?;
    crossovers::crossovers(settings.starts, records, &mut report)?;
    basins::basins(settings.starts, records, &mut report)?;
    gaussian::all_patterns(settings.starts, records, &mut report)?;
    gaussian::norms(records, &mut report)?;
    overlaps::rates(records, &mut report)?;
    overlaps::condensation(records, &mut report)?;
    overlaps::nearest(settings.starts, records, &mut report)?;
    regimes::scaled(settings.starts, records, &mut report)?;
    regimes::agreement(records, &mut report);
    regimes::beyond(settings.beyond.0, records, &mut report)?;
    Ok(report)
}
