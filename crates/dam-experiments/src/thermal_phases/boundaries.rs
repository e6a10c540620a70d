//! Boundaries of the two-term model, put together.

use super::measure::Record;
use super::plan::BOUNDARY_LOADS;
use super::scan::{self, Scan};
use super::{Cell, ThermalPhases, curves, figures, paper};
use crate::harness::Records;
use crate::report::{Report, Table};
use crate::{Error, Summary};

/// A boundary that was measured.
pub(super) struct BoundaryRow<'a> {
    pub(super) sites: usize,
    pub(super) load: usize,
    /// The scan at it.
    pub(super) at: Option<&'a Scan>,
    scans: &'a [Scan],
}

/// All of them, and the spinodal of each load.
pub(super) struct Boundaries<'a> {
    pub(super) rows: Vec<BoundaryRow<'a>>,
    pub(super) spinodal: Vec<f64>,
}

pub(super) fn report(records: &Records<ThermalPhases>, report: &mut Report) -> Result<(), Error> {
    let rows: Vec<BoundaryRow<'_>> = records
        .iter()
        .filter_map(|(cell, record)| match (cell, record) {
            (&Cell::Boundary { sites, load }, Record::Boundary(scans)) => {
                Some(BoundaryRow { sites, load, at: scan::boundary(scans), scans })
            }
            _ => None,
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let theory = curves::lse()?;
    let spinodal = BOUNDARY_LOADS.map(|alpha| Ok(theory.spinodal_temperature(alpha)?.temperature()));
    let spinodal: Vec<f64> = spinodal.into_iter().collect::<Result<_, Error>>()?;
    report.heading("The boundary at large N");
    report.text(
        "The two-term model, e^{−N(1 − φ)} plus the exact mean of all other patterns, from φ_eq at falling temperatures (cells of \
         0.01, from the spinodal on), with the step s = 2.38 √(1 − φ_eq²)/(φ_eq √N): the boundary is the first of three \
         temperatures in a row at which chains end within 0.02 of φ_eq. It rises with N towards the spinodal, and with the length \
         of the chains: at N = 10⁴, 10⁵ steps are about ten relaxation times. The mean is over all chains, whatever \
         their flag: what counts is where they end, not an average along them.",
    );
    let theirs = |row: &BoundaryRow<'_>| {
        let of_size = paper::BOUNDARY.iter().find(|(sites, _)| *sites == row.sites);
        of_size.map(|(_, boundaries)| boundaries[row.load])
    };
    let acceptance = |row: &BoundaryRow<'_>| Summary::of(row.scans.iter().map(|s| s.acceptance));
    report.table(
        Table::new("boundary", "Boundary temperatures of the two-term model")
            .count("sites", "N", rows.iter().map(|row| row.sites))
            .number("alpha", "α", 2, rows.iter().map(|row| BOUNDARY_LOADS[row.load]))
            .number("boundary", "boundary T", 3, rows.iter().map(|row| row.at.map(|s| s.temperature)))
            .number("independent", "independent", 3, rows.iter().map(theirs))
            .number("spinodal", "spinodal, N → ∞", 4, rows.iter().map(|row| spinodal[row.load]))
            .number("chains", "chains at it", 0, rows.iter().map(|row| row.at.map(|s| s.chains as f64)))
            .number("flagged", "flagged", 0, rows.iter().map(|row| row.at.map(|s| s.flagged as f64)))
            .count("temperatures", "temperatures", rows.iter().map(|row| row.scans.len()))
            .number("acceptance_least", "acceptance, least", 3, rows.iter().map(|row| acceptance(row).min))
            .number("acceptance_most", "most", 3, rows.iter().map(|row| acceptance(row).max)),
    );
    let scans: Vec<(&BoundaryRow<'_>, &Scan)> =
        rows.iter().flat_map(|row| row.scans.iter().map(move |scan| (row, scan))).collect();
    report.data(
        Table::new("boundary_scans", "The scans behind the boundaries")
            .count("sites", "N", scans.iter().map(|(row, _)| row.sites))
            .number("alpha", "α", 2, scans.iter().map(|(row, _)| BOUNDARY_LOADS[row.load]))
            .number("temperature", "T", 3, scans.iter().map(|(_, s)| s.temperature))
            .number("equilibrium", "φ_eq", 4, scans.iter().map(|(_, s)| s.equilibrium))
            .number("last", "mean last alignment", 4, scans.iter().map(|(_, s)| s.last))
            .number("acceptance", "acceptance", 3, scans.iter().map(|(_, s)| s.acceptance))
            .count("chains", "chains", scans.iter().map(|(_, s)| s.chains))
            .count("flagged", "flagged", scans.iter().map(|(_, s)| s.flagged)),
    );
    report.figure(figures::boundary(&Boundaries { rows, spinodal }));
    Ok(())
}
