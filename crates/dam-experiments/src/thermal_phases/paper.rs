//! What the paper has otherwise, and what others have measured of the same quantities, by programs that share nothing
//! with this one.

use dam_analysis::theory::closed::{
    lse_alpha_c, lse_alpha_c_gaussian, lsr_support_threshold, lsr_support_threshold_gaussian,
    paper_max_temperature_lsr,
};
use dam_analysis::theory::exponential_load::ramsauer_bound;
use dam_analysis::theory::polynomial::{Indices, Polynomial};
use dam_analysis::theory::{BinaryEntropy, RateFunction, Space};
use dam_core::Overlap;

use super::plan::{BETA, SHARPNESS};
use crate::Error;
use crate::report::{Quantity, Report};

/// Figure 2 by the protocol that reproduces it (N = 50, M = 148, 100 disorder draws; NumPy): T, and the mean alignment
/// with its standard error for LSE and LSR.
pub(super) const FIGURE_2: [(f64, [(f64, f64); 2]); 12] = [
    (0.1, [(0.9814, 0.0018), (0.9854, 0.0015)]),
    (0.2, [(0.9067, 0.0008), (0.9289, 0.0006)]),
    (0.3, [(0.8638, 0.0011), (0.9068, 0.0006)]),
    (0.5, [(0.7821, 0.0015), (0.8736, 0.0006)]),
    (0.6, [(0.7507, 0.0018), (0.8617, 0.0006)]),
    (0.7, [(0.695, 0.010), (0.8509, 0.0005)]),
    (0.75, [(0.635, 0.018), (0.8470, 0.0005)]),
    (0.8, [(0.610, 0.019), (0.8420, 0.0006)]),
    (0.9, [(0.469, 0.025), (0.8350, 0.0005)]),
    (1.0, [(0.274, 0.026), (0.8280, 0.0005)]),
    (1.2, [(0.045, 0.015), (0.8164, 0.0005)]),
    (1.5, [(0.012, 0.007), (0.8028, 0.0005)]),
];

/// N = 16, α = 0.5 with all 2981 patterns (64 chains, 32 disorder draws; C): T, mean alignment with its standard error,
/// share of chains that have left.
pub(super) const SMALL_FULL: [(f64, (f64, f64), f64); 6] = [
    (0.03, (0.9665, 0.005), 0.05),
    (0.05, (0.894, 0.014), 0.27),
    (0.07, (0.477, 0.036), 0.88),
    (0.10, (0.033, 0.025), 1.0),
    (0.15, (-0.004, 0.011), 1.0),
    (0.30, (0.003, 0.005), 1.0),
];

/// N = 31, α = 0.5 with all 5.4 million patterns (64 chains; another group's data): T, mean alignment with its standard
/// error, share of chains that have left.
pub(super) const WIDE_FULL: [(f64, (f64, f64), f64); 3] =
    [(0.085, (0.922, 0.028), 0.05), (0.095, (0.771, 0.056), 0.30), (0.105, (0.297, 0.064), 0.80)];

/// Chains behind each of these shares.
pub(super) const CHAINS: usize = 64;

/// Boundary temperatures of the two-term model (64 chains of 10⁵ steps; C): N, and T at α = 0.45, 0.50, 0.55.
pub(super) const BOUNDARY: [(usize, [f64; 3]); 4] = [
    (100, [0.195, 0.125, 0.065]),
    (300, [0.255, 0.165, 0.095]),
    (1_000, [0.305, 0.215, 0.115]),
    (10_000, [0.355, 0.245, 0.135]),
];

/// The paper's lines and numbers that do not follow.
pub(super) fn notes(report: &mut Report) -> Result<(), Error> {
    report.heading("What the paper has otherwise");
    report.note(format!(
        "Eq. 39 does not follow from eqs. 22 and 30. They give α_c = ½ [1 − (1 − e^{{−b f_ret}})/b]², which lies above α_th at \
         every temperature, so that there is no T_max; where eq. 39 meets α_th of eq. 38 is T = {:.4}, which the paper gives as \
         0.22 (docs/errata.md, T1).",
        paper_max_temperature_lsr(SHARPNESS)?
    ));
    for note in [
        "Eqs. 29–39 are about weights [1 − b (1 − φ)]^N, which is another model than LSR of eq. 7. Above α_th a state lies in the \
         caps of K = e^{N (α − α_th)} patterns, and the target is one term of K: the boundary of eq. 7 is vertical, α_c(T) = α_th at every \
         temperature, T = 0 included (T3).",
        "The drop of the LSE symbols near T = 0.75 is kinetic. Its place depends on the length of the chains (the section on \
         escapes), lies below the line where the two free energies are equal for long chains, and differs from chain to chain \
         (the spread is with Figure 2). A chain that has left sits on another stored pattern, where that is the equilibrium (T13, T8).",
        "“α_c(0) = 0.5” is a value of the Gaussian tail, in which the nearest of all patterns reaches an overlap of one at α = ½. \
         With the measure of the sphere it is 0.6226 for LSE at β_net = 1, and α_th is 0.3461 instead of 0.25 (T4).",
        "What simulations see as boundary is neither the line of equal free energies nor the equilibrium line α_any, where some \
         other pattern takes over, but the kinetic line, which rises to the spinodal as N grows.",
    ] {
        report.note(note);
    }
    let classical = Polynomial::new(2, Indices::Distinct, Space::Hypercube)?.capacity(0.0)?;
    let spins = -0.5 * BinaryEntropy.s(Overlap::new(1.0, 1));
    let [threshold, at_zero, meets] =
        [lsr_support_threshold(SHARPNESS)?, lse_alpha_c(BETA, 0.0)?, paper_max_temperature_lsr(SHARPNESS)?];
    let tails = [lsr_support_threshold_gaussian(SHARPNESS)?, lse_alpha_c_gaussian(BETA, 0.0)?];
    // The number of the erratum where the paper's does not follow from its model.
    for (name, source, paper, ours, digits, erratum) in [
        ("T_max: where eq. 39 meets α_th of eq. 38".into(), "Figure 1", 0.22, meets, 2, Some(("T1", 0.2135))),
        (
            format!("α_th of LSR (by the Gaussian tail {:.4})", tails[0]),
            "section 4.3",
            0.25,
            threshold,
            2,
            Some(("T4", 0.3461)),
        ),
        (
            format!("α_c(0) of LSE (by the Gaussian tail {:.4})", tails[1]),
            "section 4.1",
            0.5,
            at_zero,
            1,
            Some(("T4", 0.6226)),
        ),
        ("α_c(0) of LSR, eq. 7".into(), "section 5", 0.5, threshold, 1, Some(("T3", 0.3461))),
        (
            "capacity at T = 0 that Ramsauer et al. prove, β = 1".into(),
            "section 4.1",
            0.5,
            ramsauer_bound(BETA)?,
            1,
            Some(("T14", 0.0743)),
        ),
        (
            "α_c(0) of the classical model, n = 2".into(),
            "section 1",
            0.14,
            classical.map_or(f64::NAN, |c| c.alpha),
            2,
            None,
        ),
        ("load up to which e^{αN} spins are all fixed points".into(), "section 1", 0.35, spins, 2, None),
    ] {
        let of = Quantity::theory(name, source, paper, ours, digits);
        report.quantity(match erratum {
            Some((entry, instead)) => of.corrected(entry, instead, 4),
            None => of,
        });
    }
    Ok(())
}
