//! The report.

use super::{FiniteSize, Settings, limits, trials};
use crate::Error;
use crate::harness::Records;
use crate::report::Report;

pub(super) fn report(settings: &Settings, records: &Records<FiniteSize>) -> Result<Report, Error> {
    let mut report = Report::new("Finite-size guarantees: retrieval, adversaries and certificates at n = 3");
    trials::convergence(records, &mut report)?;
    trials::basin(records, &mut report)?;
    trials::adversary(settings, records, &mut report)?;
    limits::correlated(records, &mut report)?;
    limits::capacity(records, &mut report)?;
    limits::certificates(records, &mut report)?;
    report.heading("What the paper has otherwise");
    for note in [
        "T_emp is a mean over all trials in which a failure counts as 60 sweeps. The largest constant, C = 5.79 (33 % wrong, \
         α = 0.02), is therefore mostly the share of failures, 60 sweeps each, at the smallest N over ln N; trials that succeed \
         take two to three sweeps there, at every N, with no growth as ln N to be seen. Both countings stand above.",
        "The discrete marginal field is half of F(x_i = +1) − F(x_i = −1), with the leading coefficient n/N^(n−1). The 2n/N^(n−1) of \
         appendix A belongs to the whole difference; with it the identity of the potential game, u_i(x') − u_i(x) = F(x') − F(x), \
         is off by a factor of two.",
        "Separation alone cannot give a capacity of N^(n−1): turn the spin of every other pattern at one site against the \
         target's, and no overlap changes by more than 2/N while that site's field becomes 3N² − 3pN, so that the target is lost \
         beyond p = N. The bounded-interference condition, which is signed, is what carries the guarantee.",
        "The table of basins does not say its N. The scan above tells which N it fits.",
        "Strong and weak adversaries are not defined in the text at hand. No reading of them gives both of the paper's columns \
         with one field; the transition lies where it does because an adversary within the sweep leaves about half of its flips \
         behind, and success allows 5 % wrong spins.",
        "The certified radius is far below what survives random or even chosen flips every sweep (the section on adversaries). A \
         certificate holds for every choice of the bits and demands that one sweep repairs all; the attacked radius shows how much \
         of the gap is due to that, and how little to the proof.",
    ] {
        report.note(note);
    }
    Ok(report)
}
