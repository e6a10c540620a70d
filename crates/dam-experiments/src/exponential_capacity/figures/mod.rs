//! The figures.

mod patterns;
mod retrieval;

pub(super) use patterns::{all_patterns, condensation, nearest, norms, rates};
pub(super) use retrieval::{basin_limits, basins, crossovers, phases, scaled};

use crate::Error;
use crate::figure::{Mark, Series};

/// Points of a curve between two ends, evenly or by ratios.
fn grid(low: f64, high: f64, log: bool) -> impl Iterator<Item = f64> {
    const POINTS: i32 = 120;
    (0..=POINTS).map(move |k| {
        let t = f64::from(k) / f64::from(POINTS);
        if log { low * (high / low).powf(t) } else { low + (high - low) * t }
    })
}

/// A line through what there is of a function.
fn line(
    label: &str,
    x: impl Iterator<Item = f64>,
    of: impl Fn(f64) -> Result<Option<f64>, Error>,
) -> Result<Series, Error> {
    let mut points = Vec::new();
    for x in x {
        points.extend(of(x)?.map(|y| [x, y, 0.0]));
    }
    Ok(Series::new(label, Mark::Line, points))
}
