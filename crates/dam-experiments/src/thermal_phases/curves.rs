//! Lines of theory, and what escapes should take.

use dam_analysis::theory::closed::{
    lse_alpha_any, lse_alpha_c, lse_alpha_spinodal, lse_free_energy, lse_overlap, lsr_alpha_c,
    lsr_alpha_c_gaussian, lsr_free_energy, lsr_overlap, paper_alpha_c_lse, paper_alpha_c_lsr,
};
use dam_analysis::theory::finite::single_pattern;
use dam_analysis::theory::{Space, tails::Overlaps};
use dam_analysis::thermal::{Bulk, mean_first_passage};
use dam_core::Polar;
use dam_core::kernel::Exponential;

use super::KernelName;
use super::measure::ESCAPED;
use super::plan::{BETA, FIGURE_2, SHARPNESS};
use crate::Error;
use crate::figure::{Mark, Series};

/// A line through f at temperatures from 0 to `most`, drawn as (f, T): in the plane of load and temperature.
fn boundary(
    label: &str,
    most: f64,
    f: impl Fn(f64) -> Result<f64, dam_analysis::Error>,
) -> Result<Series, Error> {
    let points = (1..=200).map(|k| {
        let t = most * f64::from(k) / 200.0;
        Ok([f(t)?, t, 0.0])
    });
    let points = points.collect::<Result<_, Error>>()?;
    Ok(Series { label: label.into(), points, mark: Mark::Line })
}

/// The boundaries of Figure 1: the paper's, and those that follow.
pub(super) fn boundaries(kernel: KernelName, most: f64) -> Result<Vec<Series>, Error> {
    Ok(match kernel {
        KernelName::Lse => vec![
            boundary("eq. 35", most, paper_alpha_c_lse)?,
            boundary("α_c, exact measure", most, |t| lse_alpha_c(BETA, t))?,
            boundary("spinodal", most, |t| lse_alpha_spinodal(BETA, t))?,
            boundary("α_any", most, |t| lse_alpha_any(BETA, t))?,
        ],
        KernelName::Lsr => {
            // Beyond f_ret = 1 eq. 39 rises again.
            let printed = |t| match lsr_free_energy(SHARPNESS, t)? < 1.0 {
                true => paper_alpha_c_lsr(SHARPNESS, t),
                false => Ok(0.0),
            };
            vec![
                boundary("eq. 39", most, printed)?,
                boundary("eqs. 22 and 30", most, |t| lsr_alpha_c_gaussian(SHARPNESS, t))?,
                boundary("LSR^N, exact measure", most, |t| lsr_alpha_c(SHARPNESS, t))?,
            ]
        }
    })
}

/// (φ, f_ret) for N → ∞.
pub(super) fn retrieval(kernel: KernelName, t: f64) -> Result<[f64; 2], Error> {
    Ok(match kernel {
        KernelName::Lse => [lse_overlap(t)?, lse_free_energy(t)?],
        KernelName::Lsr => [lsr_overlap(SHARPNESS, t)?, lsr_free_energy(SHARPNESS, t)?],
    })
}

/// (⟨φ⟩, free energy) of one pattern at the size of Figure 2, exactly.
pub(super) fn exact(kernel: KernelName, t: f64) -> Result<[f64; 2], Error> {
    let overlaps = Overlaps::new(Space::Sphere, FIGURE_2.0)?;
    let energy = |gap: f64| match kernel {
        KernelName::Lse => gap,
        KernelName::Lsr => -(1.0 - SHARPNESS * gap).max(0.0).ln() / SHARPNESS,
    };
    let one = single_pattern(overlaps, t, energy)?;
    Ok([one.overlap, one.free_energy])
}

/// N Δf/T of LSE, from the retrieval state up to where the floor `floor` (energy per site) begins; 0 where there is no
/// barrier.
pub(super) fn barrier(sites: usize, t: f64, floor: f64) -> Result<f64, Error> {
    let (phi, cusp) = (lse_overlap(t)?, 1.0 - floor);
    if phi <= cusp {
        return Ok(0.0);
    }
    let f = |phi: f64| 1.0 - phi - 0.5 * t * (-phi * phi).ln_1p();
    Ok(sites as f64 * (f(cusp) - f(phi)) / t)
}

/// The kinetic line: the temperature at which N Δf/T = ln(steps).
pub(super) fn kinetic_temperature(sites: usize, floor: f64, steps: f64) -> Result<f64, Error> {
    let (mut low, mut high) = (1e-3, 10.0);
    for _ in 0..60 {
        let middle: f64 = 0.5 * (low + high);
        if barrier(sites, middle, floor)? > steps.ln() { low = middle } else { high = middle }
    }
    Ok(0.5 * (low + high))
}

/// The mean time of escape of LSE at the size of Figure 2 by the integral over one coordinate; `None` without a well.
pub(super) fn escape_time(t: f64, floor: f64, (acceptance, step): (f64, f64)) -> Result<Option<f64>, Error> {
    let (sites, phi) = (FIGURE_2.0, lse_overlap(t)?);
    if phi <= ESCAPED {
        return Ok(None);
    }
    let n = sites as f64;
    let kernel = Exponential::anchored(BETA)?;
    let bulk = Bulk::new(Polar::new(sites)?, kernel, 1.0 / BETA, -n * floor)?;
    // A proposal turns the state by an angle of tangent `step` sqrt(N), of which 1/N is along one coordinate.
    let diffusion = |y: f64| acceptance * step * step * (1.0 - y * y) / (2.0 * n);
    Ok(Some(mean_first_passage(|y| bulk.ln_density(y, t), diffusion, phi, ESCAPED)?))
}
