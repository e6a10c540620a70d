//! How far from a pattern a descent may start.

use std::collections::BTreeMap;

use dam_analysis::half_point;
use dam_analysis::theory::exponential_load::{ExponentialLoad, Patterns};
use dam_analysis::theory::{Space, tails::Overlaps};

use super::fit::{Basis, Fit};
use super::plan::{ANGLES, patterns, thousandths};
use super::{Cell, ExponentialCapacity, Record, figures};
use crate::harness::Records;
use crate::report::{Report, Table};
use crate::{Error, Summary};

/// One load and λ at one size: the share of successes by angle, for each draw.
pub(super) type Curves = Vec<Vec<f64>>;

/// One load and λ.
pub(super) struct Basin {
    pub(super) alpha: f64,
    pub(super) lambda: f64,
    pub(super) sizes: BTreeMap<usize, Curves>,
}

impl Basin {
    fn model(&self) -> Result<ExponentialLoad, Error> {
        Ok(ExponentialLoad::new(Patterns::Spherical, self.lambda)?)
    }

    /// θ_c in degrees.
    pub(super) fn theory(&self) -> Result<Option<f64>, Error> {
        Ok(self.model()?.basin_angle(self.alpha)?.map(f64::to_degrees))
    }

    /// The angle of the mean cosine of the nearest of P patterns, at N sites.
    pub(super) fn nearest(&self, n: usize) -> Result<f64, Error> {
        let ln_p = self.alpha * n as f64;
        // Whole patterns, as far as they can be counted.
        let ln_p = if ln_p < 30.0 { (patterns(self.alpha, n) as f64).ln() } else { ln_p };
        Ok(Overlaps::new(Space::Sphere, n)?.nearest(ln_p)?.acos().to_degrees())
    }

    /// The angle of the mean field of N sites in degrees, where the noise is not condensed.
    pub(super) fn mean_field(&self, n: usize) -> Result<Option<f64>, Error> {
        if self.is_condensed()? {
            return Ok(None);
        }
        Ok(self.model()?.basin_angle_at(n, self.alpha)?.map(f64::to_degrees))
    }

    fn is_condensed(&self) -> Result<bool, Error> {
        Ok(self.alpha < self.model()?.condensation())
    }

    /// The angle at which half of the starts succeed, over draws.
    pub(super) fn angle(&self, n: usize) -> Summary {
        let angles = ANGLES.map(|a| a as f64);
        Summary::of(self.sizes[&n].iter().filter_map(|curve| half_point(&angles, curve)))
    }

    pub(super) fn fit(&self, basis: Basis) -> Option<Fit> {
        let points = self.sizes.keys().map(|&n| (n as f64, self.angle(n)));
        let points: Vec<_> = points.map(|(n, s)| (n, s.mean, s.standard_error())).collect();
        Fit::of(basis, &points)
    }

    /// A line in 1/N through what the simulation leaves beside theory at finite N.
    fn left(&self) -> Result<Option<Fit>, Error> {
        let mut points = Vec::new();
        for &n in self.sizes.keys() {
            let theory = if self.is_condensed()? { Some(self.nearest(n)?) } else { self.mean_field(n)? };
            let found = self.angle(n);
            points.extend(theory.map(|theory| (n as f64, found.mean - theory, found.standard_error())));
        }
        Ok(Fit::of(Basis::Linear, &points))
    }
}

pub(super) fn basins(
    starts: usize,
    records: &Records<ExponentialCapacity>,
    report: &mut Report,
) -> Result<(), Error> {
    let mut all: BTreeMap<(usize, usize), Basin> = BTreeMap::new();
    for (cell, record) in records {
        let (&Cell::Basin { load, lambda, sites, .. }, Record::Basin(successes, starts)) = (cell, record)
        else {
            continue;
        };
        let basin = all.entry((load, lambda)).or_insert_with(|| Basin {
            alpha: thousandths(load),
            lambda: thousandths(lambda),
            sizes: BTreeMap::new(),
        });
        let curve = successes.iter().map(|&yes| yes as f64 / *starts as f64).collect();
        basin.sizes.entry(sites).or_default().push(curve);
    }
    if all.is_empty() {
        return Ok(());
    }
    let all: Vec<Basin> = all.into_values().collect();
    report.heading("Basins of attraction");
    report.text(format!(
        "Spherical patterns; a start is a random state of the sphere at an angle from its pattern. θ_c is the angle at which half of the \
         starts of a draw succeed ({starts} patterns, or all, at each of {} angles); all λ of a load meet the same patterns. In the \
         condensed phase, α < α_*, theory for N → ∞ has the angle of the nearest pattern; at finite N the mean cosine of that angle is \
         known exactly (nearest). In the uncondensed phase the mean field of N sites has a basin, without a free parameter; it is \
         annealed, and too wide where α is hardly above α_*.",
        ANGLES.len(),
    ));
    let rows: Vec<(&Basin, usize)> = all.iter().flat_map(|b| b.sizes.keys().map(move |&n| (b, n))).collect();
    let nearest = rows.iter().map(|(b, n)| b.nearest(*n)).collect::<Result<Vec<_>, _>>()?;
    let mean_field = rows.iter().map(|(b, n)| b.mean_field(*n)).collect::<Result<Vec<_>, _>>()?;
    let phase = |b: &Basin| -> Result<&str, Error> {
        Ok(if b.is_condensed()? { "condensed" } else { "uncondensed" })
    };
    report.table(
        Table::new("basins", "θ_c in degrees")
            .number("alpha", "α", 1, rows.iter().map(|r| r.0.alpha))
            .number("lambda", "λ", 1, rows.iter().map(|r| r.0.lambda))
            .text("phase", "noise", rows.iter().map(|r| phase(r.0)).collect::<Result<Vec<_>, _>>()?)
            .count("sites", "N", rows.iter().map(|r| r.1))
            .count("count", "P", rows.iter().map(|r| patterns(r.0.alpha, r.1)))
            .spread("angle", "θ_c", 2, rows.iter().map(|r| r.0.angle(r.1)))
            .number(
                "standard_error",
                "standard error",
                2,
                rows.iter().map(|r| r.0.angle(r.1).standard_error()),
            )
            .number("nearest", "nearest", 2, nearest)
            .number("mean_field", "mean field", 2, mean_field)
            .number("theory", "N → ∞", 2, rows.iter().map(|r| r.0.theory()).collect::<Result<Vec<_>, _>>()?),
    );
    report.figure(figures::basins(&all)?);
    report.figure(figures::basin_limits(&all)?);
    let theory = all.iter().map(Basin::theory).collect::<Result<Vec<_>, _>>()?;
    let mut table = Table::new(
        "basin_limits",
        "θ_c by continuation to N → ∞, in degrees, with standard errors of the fit",
    )
    .number("alpha", "α", 1, all.iter().map(|b| b.alpha))
    .number("lambda", "λ", 1, all.iter().map(|b| b.lambda))
    .number("theory", "theory", 2, theory.clone());
    for (key, title, basis) in
        [("linear", "1, 1/N", Basis::Linear), ("logarithmic", "1, ln N/N, 1/N", Basis::Logarithmic)]
    {
        let fits: Vec<Option<Fit>> = all.iter().map(|b| b.fit(basis)).collect();
        let off = fits.iter().zip(&theory).map(|(fit, theory)| Some(fit.as_ref()?.limit - (*theory)?));
        table = table
            .number(key, title, 2, fits.iter().map(|f| f.as_ref().map(|f| f.limit)))
            .number(&format!("{key}_error"), "error", 2, fits.iter().map(|f| f.as_ref().map(|f| f.error)))
            .number(&format!("{key}_off"), "off", 2, off);
    }
    let left = all.iter().map(Basin::left).collect::<Result<Vec<_>, _>>()?;
    let anchored = left.iter().zip(&theory).map(|(fit, theory)| Some(fit.as_ref()?.limit + (*theory)?));
    report.table(
        table
            .number("anchored", "θ_c + a", 2, anchored)
            .number("anchored_error", "error", 2, left.iter().map(|f| f.as_ref().map(|f| f.error)))
            .number("anchored_off", "off", 2, left.iter().map(|f| f.as_ref().map(|f| f.limit))),
    );
    report.text(
        "The last is a test rather than a continuation: what the simulation leaves beside theory at finite N (nearest where noise is \
         condensed, mean field elsewhere), a + b/N, should vanish for N → ∞.",
    );
    Ok(())
}
