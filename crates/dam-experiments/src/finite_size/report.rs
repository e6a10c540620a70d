//! The report.

use dam_core::Streams;

use super::{FiniteSize, Settings, adversaries, basins, convergence, limits};
use crate::Error;
use crate::harness::Records;
use crate::report::Report;

pub(super) fn report(
    settings: &Settings,
    records: &Records<FiniteSize>,
    streams: Streams,
) -> Result<Report, Error> {
    let mut report =
        Report::new("Finite-size guarantees: retrieval, adversaries and certificates at n = 3").errata('F');
    report.text(
        "Wilson’s intervals are of the trials on these patterns; trials on the same patterns are alike, and the spread over disorder \
         draws, or an interval from resampling draws (bootstrap, 95 %), stands beside them.",
    );
    convergence::convergence(records, streams.branch(1), &mut report)?;
    basins::basins(records, streams.branch(2), &mut report)?;
    adversaries::adversaries(settings, records, streams.branch(3), &mut report)?;
    limits::correlated(records, &mut report)?;
    limits::capacity(records, streams.branch(4), &mut report)?;
    limits::certificates(records, &mut report)?;
    report.heading("What the paper has otherwise");
    for note in [
        "The discrete marginal field is half of F(x_i = +1) − F(x_i = −1), with the leading coefficient n/N^(n−1). The 2n/N^(n−1) of \
         appendix A belongs to the whole difference; with it the identity of the potential game, u_i(x') − u_i(x) = F(x') − F(x), \
         is off by a factor of two (docs/errata.md, F1).",
        "Separation alone cannot give a capacity of N^(n−1): turn the spin of every other pattern at one site against the \
         target’s, and no overlap changes by more than 2/N while that site’s field becomes 3N² − 3pN, so that the target is lost \
         beyond p = N. The bounded-interference condition, which is signed, is what carries the guarantee (F2).",
    ] {
        report.note(note);
    }
    Ok(report)
}
