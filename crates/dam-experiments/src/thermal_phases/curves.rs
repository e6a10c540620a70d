//! Lines of theory, and what escapes should take.

use dam_analysis::theory::closed::{
    lse_alpha_any, lse_alpha_c, lse_alpha_spinodal, lse_free_energy, lse_overlap, lsr_alpha_c,
    lsr_alpha_c_gaussian, lsr_free_energy, lsr_overlap, paper_alpha_c_lse, paper_alpha_c_lsr,
    paper_max_temperature_lsr,
};
use dam_analysis::theory::finite::{SinglePattern, single_pattern};
use dam_analysis::theory::{ExactSphere, Space, Theory, tails::Overlaps};
use dam_analysis::thermal::{Bulk, mean_first_passage};
use dam_core::Polar;
use dam_core::kernel::Exponential;

use super::KernelName;
use super::measure::ESCAPED;
use super::plan::{BETA, FIGURE_2, MapPlan, SHARPNESS};
use crate::Error;
use crate::figure::{Mark, Series};

/// LSE with the exact measure.
pub(super) fn lse() -> Result<Theory<Exponential, ExactSphere, ExactSphere>, Error> {
    Ok(Theory::new(Exponential::anchored(BETA)?, 1.0 / BETA, ExactSphere, ExactSphere)?)
}

/// The step of the best acceptance in the well around `phi`, taken as Gaussian: 2.38 sqrt(1 − φ²)/(φ sqrt(N)).
pub(super) fn best_step(phi: f64, sites: usize) -> f64 {
    2.38 * ((1.0 - phi) * (1.0 + phi) / sites as f64).sqrt() / phi
}

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

/// The lines of Figure 1 between phases: the paper's, and those that follow. Those of LSR are of the extensive model.
pub(super) fn boundaries(kernel: KernelName, most: f64) -> Result<Vec<Series>, Error> {
    Ok(match kernel {
        KernelName::Lse => vec![
            boundary("eq. 35", most, paper_alpha_c_lse)?,
            boundary("α_c, exact measure", most, |t| lse_alpha_c(BETA, t))?,
            boundary("α_any", most, |t| lse_alpha_any(BETA, t))?,
        ],
        KernelName::Lsr => {
            // Where it meets α_th of eq. 38 the paper ends it.
            let end = paper_max_temperature_lsr(SHARPNESS)?.min(most);
            vec![
                boundary("eq. 39", end, |t| paper_alpha_c_lsr(SHARPNESS, t))?,
                boundary("eqs. 22 and 30", most, |t| lsr_alpha_c_gaussian(SHARPNESS, t))?,
                boundary("exact measure", most, |t| lsr_alpha_c(SHARPNESS, t))?,
            ]
        }
    })
}

/// The lines of Figure 1 that chains of LSE see: the spinodal, and the kinetic line at the sizes and the length of the
/// chains.
pub(super) fn escapes(plan: &MapPlan, most: f64) -> Result<Vec<Series>, Error> {
    let theory = lse()?;
    let steps = (plan.steps.0 + plan.steps.1) as f64;
    let points = (0..plan.loads.0).map(|k| {
        // The load of N sites is not quite that of the cell.
        let sites = plan.sites(k);
        let floor = theory.noise_floor((plan.patterns as f64).ln() / sites as f64)?.energy();
        Ok([plan.load(k), kinetic_temperature(sites, floor, steps)?, 0.0])
    });
    let points = points.collect::<Result<_, Error>>()?;
    Ok(vec![
        boundary("spinodal", most, |t| lse_alpha_spinodal(BETA, t))?,
        Series { label: "N Δf/T = ln(steps)".into(), points, mark: Mark::Line },
    ])
}

/// The loads at which a random state lies in one cap of `patterns` patterns, and at which their weights there sum to
/// one, both on average and for N = ln M / α; `None` where that is so at every load.
pub(super) fn cap_loads(patterns: usize) -> Result<[Option<f64>; 2], Error> {
    let of_all = (patterns as f64).ln();
    let met = |load: fn(Overlaps, f64) -> Result<f64, dam_analysis::Error>| -> Result<Option<f64>, Error> {
        let (mut n, mut before) = (3, f64::NAN);
        // The load falls to α_th > 0 as N grows, and ln M / N to 0.
        loop {
            let gap = load(Overlaps::new(Space::Sphere, n)?, SHARPNESS)? - of_all / n as f64;
            if gap >= 0.0 {
                let sites = n as f64 - gap / (gap - before);
                return Ok(Some(of_all / sites).filter(|alpha| alpha.is_finite()));
            }
            (n, before) = (n + 1, gap);
        }
    };
    Ok([met(Overlaps::cap_load)?, met(Overlaps::cumulative_load)?])
}

/// (φ, f_ret) for N → ∞.
pub(super) fn retrieval(kernel: KernelName, t: f64) -> Result<[f64; 2], Error> {
    Ok(match kernel {
        KernelName::Lse => [lse_overlap(t)?, lse_free_energy(t)?],
        KernelName::Lsr => [lsr_overlap(SHARPNESS, t)?, lsr_free_energy(SHARPNESS, t)?],
    })
}

/// One pattern at finite N, exactly.
pub(super) fn exact(kernel: KernelName, sites: usize, t: f64) -> Result<SinglePattern, Error> {
    let energy = |gap: f64| match kernel {
        KernelName::Lse => gap,
        KernelName::Lsr => -(1.0 - SHARPNESS * gap).max(0.0).ln() / SHARPNESS,
    };
    Ok(single_pattern(Overlaps::new(Space::Sphere, sites)?, t, energy)?)
}

/// The overlap from which on a state is on a pattern: φ_eq less two standard deviations of its thermal fluctuations at
/// this N, or less 0.05 if that is more. `None` unless it is above φ_max = sqrt(1 − e^{−2α}), the largest overlap of a
/// random state with M patterns.
pub(super) fn on_pattern(
    kernel: KernelName,
    (sites, patterns): (usize, usize),
    t: f64,
) -> Result<Option<f64>, Error> {
    let sd = exact(kernel, sites, t)?.variance.sqrt();
    let least = retrieval(kernel, t)?[0] - (2.0 * sd).max(0.05);
    let alpha = (patterns as f64).ln() / sites as f64;
    let largest = (-(-2.0 * alpha).exp_m1()).sqrt();
    Ok(Some(least).filter(|&least| least > largest))
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
    // A proposal turns the state by an angle of tangent `step`, of which 1/N is along one coordinate.
    let diffusion = |y: f64| acceptance * step * step * (1.0 - y * y) / (2.0 * n);
    Ok(Some(mean_first_passage(|y| bulk.ln_density(y, t), diffusion, phi, ESCAPED)?))
}
