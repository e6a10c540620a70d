//! Tables and diagrams of phase boundaries for the built-in kernels, spaces and ensembles.

use clap::ValueEnum;
use dam_analysis::theory::exponential_load::{ExponentialLoad, Patterns, ramsauer_bound};
use dam_analysis::theory::polynomial::{Indices, Polynomial};
use dam_analysis::theory::{
    BinaryEntropy, Boundary, CompactTheory, ExactSphere, GaussianTail, RateFunction, Regime, Space, Theory,
};
use dam_core::kernel::{Epanechnikov, Exponential, Powered};
use dam_core::{Extensive, Overlap};

use crate::Error;
use crate::figure::{Axis, Figure, Mark, Panel, Series};

/// A kernel by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KernelName {
    /// exp(−β_net N (1 − φ)).
    Lse,
    /// max(0, 1 − b (1 − φ)), of order one: eq. 7 of "thermal phases".
    Lsr,
    /// Its N-th power: eqs. 29–39 of the same paper.
    LsrExtensive,
}

/// A space of states by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SpaceName {
    /// |x|² = N.
    Sphere,
    /// x_i = ±1.
    Hypercube,
}

/// How patterns are distributed, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EnsembleName {
    /// The Gaussian tail of "thermal phases"; with thresholds, patterns with normal entries.
    Gaussian,
    /// Uniform in the space, with its exact measure.
    Exact,
}

/// Terms of a polynomial energy by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum IndicesName {
    /// (x·ξ)^n.
    Full,
    /// Products of n different sites.
    Distinct,
}

/// A model with exponentially many patterns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Model {
    /// The kernel.
    pub kernel: KernelName,
    /// The sharpness b > 0 of LSR, which multiplies 1 − m.
    pub b: f64,
    /// The inverse variance β_net > 0 of LSE, which multiplies half a squared distance.
    pub beta_net: f64,
    /// Where states live.
    pub space: SpaceName,
    /// How patterns are distributed.
    pub ensemble: EnsembleName,
}

/// The rate functions there are, chosen at run time.
#[derive(Clone, Copy, Debug)]
enum Rate {
    Sphere,
    Binary,
    Gaussian,
}

impl RateFunction for Rate {
    fn s(&self, at: Overlap) -> f64 {
        match self {
            Self::Sphere => ExactSphere.s(at),
            Self::Binary => BinaryEntropy.s(at),
            Self::Gaussian => GaussianTail.s(at),
        }
    }
    fn ds(&self, at: Overlap) -> f64 {
        match self {
            Self::Sphere => ExactSphere.ds(at),
            Self::Binary => BinaryEntropy.ds(at),
            Self::Gaussian => GaussianTail.ds(at),
        }
    }
}

enum Solver {
    Extensive(Box<Theory<Box<dyn Extensive>, Rate, Rate>>),
    Compact(Box<CompactTheory<Epanechnikov, Rate, Rate>>),
}

impl Model {
    fn solver(&self) -> Result<Solver, Error> {
        let space = match self.space {
            SpaceName::Sphere => Rate::Sphere,
            SpaceName::Hypercube => Rate::Binary,
        };
        let ensemble = if self.ensemble == EnsembleName::Gaussian { Rate::Gaussian } else { space };
        let (kernel, c): (Box<dyn Extensive>, f64) = match self.kernel {
            KernelName::Lse => (Box::new(Exponential::anchored(self.beta_net)?), 1.0 / self.beta_net),
            KernelName::LsrExtensive => (Box::new(Powered(Epanechnikov::new(self.b)?)), 1.0 / self.b),
            KernelName::Lsr => {
                let theory = CompactTheory::new(Epanechnikov::new(self.b)?, 1.0 / self.b, space, ensemble)?;
                return Ok(Solver::Compact(Box::new(theory)));
            }
        };
        Ok(Solver::Extensive(Box::new(Theory::new(kernel, c, space, ensemble)?)))
    }

    /// A CSV table `temperature,phi,f_ret,alpha_c,regime`, fields empty where there is no state or no boundary. Temperatures
    /// T >= 0 are in units of the energy, f_ret per site, α_c = ln M / N.
    ///
    /// # Errors
    /// [`Error::Analysis`] for parameters and temperatures out of range.
    pub fn table(&self, temperatures: &[f64]) -> Result<String, Error> {
        let solver = self.solver()?;
        let mut csv = String::from("temperature,phi,f_ret,alpha_c,regime\n");
        for &t in temperatures {
            let (state, boundary) = match &solver {
                Solver::Extensive(theory) => (theory.retrieval(t)?, theory.alpha_c(t)?),
                Solver::Compact(theory) => (theory.retrieval(t)?, theory.alpha_c(t)?),
            };
            let regime = match boundary.map(|boundary| boundary.regime) {
                Some(Regime::Condensed) => "condensed",
                Some(Regime::Uncondensed) => "uncondensed",
                Some(Regime::Support) => "support",
                None => "none",
            };
            let fields =
                [state.map(|s| s.phi), state.map(|s| s.free_energy), boundary.map(|boundary| boundary.alpha)];
            let fields = fields.map(|x| x.map_or(String::new(), digits));
            csv += &format!("{},{},{regime}\n", digits(t), fields.join(","));
        }
        Ok(csv)
    }

    /// Its phase diagram up to the temperature `highest` > 0.
    ///
    /// # Errors
    /// [`Error::Analysis`] as [`table`](Self::table).
    pub fn diagram(&self, highest: f64) -> Result<Figure, Error> {
        let (kernel, short) = match self.kernel {
            KernelName::Lse => (format!("LSE, β_net = {}", self.beta_net), "lse"),
            KernelName::Lsr => (format!("LSR of eq. 7, b = {}", self.b), "lsr"),
            KernelName::LsrExtensive => (format!("extensive LSR, b = {}", self.b), "lsr_extensive"),
        };
        let space = if self.space == SpaceName::Sphere { "sphere" } else { "hypercube" };
        let ensemble = if self.ensemble == EnsembleName::Exact { "exact" } else { "Gaussian" };
        let title = format!("{kernel}, {space}, {ensemble} patterns");
        let name = format!("phase_{short}_{space}_{}", ensemble.to_lowercase());
        let solver = self.solver()?;
        match &solver {
            Solver::Compact(theory) => phase_diagram(
                &name,
                &title,
                highest,
                &[("lost: patterns in the support", &|t| theory.alpha_c(t))],
            ),
            Solver::Extensive(theory) => {
                let alpha_c: Line<'_> = ("α_c: target and floor tie", &|t| theory.alpha_c(t));
                let alpha_any: Line<'_> = ("α_any: all patterns and floor tie", &|t| theory.alpha_any(t));
                let spinodal: Line<'_> = ("α_s: target metastable up to", &|t| theory.alpha_spinodal(t));
                let threshold = theory.support_threshold();
                let edge = Boundary { alpha: threshold, regime: Regime::Support };
                let support: Line<'_> = ("α_th: no floor below", &|_| Ok(Some(edge)));
                let mut lines = vec![alpha_c, spinodal];
                if self.ensemble == EnsembleName::Exact {
                    lines.insert(1, alpha_any);
                }
                if threshold > 0.0 {
                    lines.push(support);
                }
                phase_diagram(&name, &title, highest, &lines)
            }
        }
    }
}

/// A line of a phase diagram: its name, and the load at a temperature.
pub type Line<'a> = (&'a str, &'a dyn Fn(f64) -> Result<Option<Boundary>, dam_analysis::Error>);

/// Temperature against load ln M / N at 201 temperatures from 0 to `highest`, for any theory. The name is that of the files.
///
/// # Errors
/// [`Error::Analysis`] from the lines.
pub fn phase_diagram(name: &str, title: &str, highest: f64, lines: &[Line<'_>]) -> Result<Figure, Error> {
    let mut series = Vec::new();
    for (label, load) in lines {
        series.push(line(label, highest, |t| Ok(load(t)?.map(|boundary| boundary.alpha)))?);
    }
    Ok(diagram(name, title, "load α = ln M / N", series))
}

/// The loads at 0 to `highest`, in 200 steps.
fn line(
    label: &str,
    highest: f64,
    load: impl Fn(f64) -> Result<Option<f64>, dam_analysis::Error>,
) -> Result<Series, Error> {
    let mut points = Vec::new();
    for j in 0..=200 {
        let t = highest * f64::from(j) / 200.0;
        points.extend(load(t)?.map(|alpha| [alpha, t, 0.0]));
    }
    Ok(Series { label: label.into(), points, mark: Mark::Line })
}

/// Temperature against load; lines without a point are left out.
fn diagram(name: &str, title: &str, x_label: &str, mut series: Vec<Series>) -> Figure {
    series.retain(|series| !series.points.is_empty());
    let panel = Panel {
        title: title.into(),
        x: from_zero(Axis::linear(x_label), &series),
        y: Axis::linear("temperature T"),
        series,
        ..Panel::default()
    };
    Figure::single(name, format!("Temperature against load: {title}."), panel)
}

/// An axis that begins at 0 wherever the points do.
fn from_zero(axis: Axis, series: &[Series]) -> Axis {
    let largest = series.iter().flat_map(|series| &series.points).map(|point| point[0]).fold(0.0, f64::max);
    if largest > 0.0 { axis.within(0.0, 1.04 * largest) } else { axis }
}

fn patterns(space: SpaceName, ensemble: EnsembleName) -> Patterns {
    match (space, ensemble) {
        (_, EnsembleName::Gaussian) => Patterns::Gaussian,
        (SpaceName::Sphere, EnsembleName::Exact) => Patterns::Spherical,
        (SpaceName::Hypercube, EnsembleName::Exact) => Patterns::Binary,
    }
}

/// A CSV table of thresholds at T = 0, `lambda,alpha_1,alpha_star,alpha_c_lb`, for sharpnesses 0 < λ <= 10¹⁵⁰.
///
/// # Errors
/// [`Error::Analysis`] for λ out of range.
pub fn thresholds(space: SpaceName, ensemble: EnsembleName, lambdas: &[f64]) -> Result<String, Error> {
    let mut csv = String::from("lambda,alpha_1,alpha_star,alpha_c_lb\n");
    for &lambda in lambdas {
        let model = ExponentialLoad::new(patterns(space, ensemble), lambda)?;
        let loads = [lambda, model.typical_threshold(), model.condensation(), model.capacity_bound()];
        csv += &format!("{}\n", loads.map(digits).join(","));
    }
    Ok(csv)
}

/// The same as a figure, over λ up to `highest`, with the bound of Ramsauer et al.
///
/// # Errors
/// [`Error::Analysis`] for λ out of range.
pub fn thresholds_figure(space: SpaceName, ensemble: EnsembleName, highest: f64) -> Result<Figure, Error> {
    let labels =
        ["α_1: a typical pattern", "α_*: condensation", "α_c: all patterns, lower bound", "Ramsauer's bound"];
    let mut series =
        labels.map(|label| Series { label: label.into(), points: Vec::new(), mark: Mark::Line }).to_vec();
    for j in 1..=200 {
        let lambda = highest * f64::from(j) / 200.0;
        let model = ExponentialLoad::new(patterns(space, ensemble), lambda)?;
        let loads = [
            model.typical_threshold(),
            model.condensation(),
            model.capacity_bound(),
            ramsauer_bound(lambda)?,
        ];
        for (series, load) in series.iter_mut().zip(loads) {
            series.points.push([lambda, load, 0.0]);
        }
    }
    // Without norms that fluctuate, α_c is α_1; the bound is for spherical patterns.
    match patterns(space, ensemble) {
        Patterns::Spherical => drop(series.remove(2)),
        Patterns::Gaussian => drop(series.remove(3)),
        Patterns::Binary => series.truncate(2),
    }
    let patterns = format!("{:?} patterns", patterns(space, ensemble));
    let panel = Panel {
        title: format!("{patterns}, T = 0"),
        x: from_zero(Axis::linear("sharpness λ"), &series),
        y: Axis::linear("load α = ln M / N"),
        series,
        ..Panel::default()
    };
    let name = format!("thresholds_{}", patterns.to_lowercase().replace(' ', "_"));
    Ok(Figure::single(name, format!("Loads at zero temperature against the sharpness: {patterns}."), panel))
}

/// The theory of the polynomial energy of order `n`.
///
/// # Errors
/// [`Error::Analysis`] unless 2 <= n <= 100.
pub fn polynomial(n: u32, indices: IndicesName, space: SpaceName) -> Result<Polynomial, Error> {
    let indices = if indices == IndicesName::Full { Indices::Full } else { Indices::Distinct };
    let space = if space == SpaceName::Sphere { Space::Sphere } else { Space::Hypercube };
    Ok(Polynomial::new(n, indices, space)?)
}

/// A CSV table `temperature,alpha_c,m,q` of the largest load M / N^(n−1) with a retrieval state, and that state;
/// empty where there is none.
///
/// # Errors
/// [`Error::Analysis`] for a temperature out of range.
pub fn polynomial_table(model: Polynomial, temperatures: &[f64]) -> Result<String, Error> {
    let mut csv = String::from("temperature,alpha_c,m,q\n");
    for &t in temperatures {
        let fields = model.capacity(t)?.map(|end| [end.alpha, end.m, end.q].map(digits).join(","));
        csv += &format!("{},{}\n", digits(t), fields.unwrap_or_else(|| ",,".into()));
    }
    Ok(csv)
}

/// Its line α_M(T), up to the temperature where it ends. A model without retrieval states has none, and no figure to
/// draw.
///
/// # Errors
/// [`Error::Analysis`] as [`polynomial_table`].
pub fn polynomial_diagram(model: Polynomial, title: &str) -> Result<Figure, Error> {
    let highest = model.retrieval_temperature(0.0)?.unwrap_or(0.0);
    let load = |t: f64| Ok(model.capacity(t)?.map(|end| end.alpha));
    let series = line("α_M: retrieval states up to", highest, load)?;
    Ok(diagram("phase_polynomial", title, "load α = M / N^(n−1)", vec![series]))
}

/// Fifteen significant digits.
fn digits(x: f64) -> String {
    let magnitude = x.abs().log10().floor();
    if x == 0.0 {
        "0".into()
    } else if (-5.0..15.0).contains(&magnitude) {
        format!("{x:.*}", (14.0 - magnitude) as usize)
    } else {
        format!("{x:.14e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAPER: Model = Model {
        kernel: KernelName::Lse,
        b: 3.41,
        beta_net: 1.0,
        space: SpaceName::Sphere,
        ensemble: EnsembleName::Gaussian,
    };

    #[test]
    fn fifteen_digits() {
        let texts = [0.0, 0.05, 1.0, -123.456, 2.0 / 3.0, 1e-9, 1e20].map(digits);
        let expected = [
            "0",
            "0.0500000000000000",
            "1.00000000000000",
            "-123.456000000000",
            "0.666666666666667",
            "1.00000000000000e-9",
            "1.00000000000000e20",
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn a_table_of_boundaries() {
        let csv = PAPER.table(&[0.05, 0.5]).unwrap();
        let lines: Vec<_> = csv.lines().collect();
        assert_eq!(lines[0], "temperature,phi,f_ret,alpha_c,regime");
        assert_eq!(lines.len(), 3);
        let fields: Vec<_> = lines[1].split(',').collect();
        // To 15 digits in 50-digit arithmetic: .97531245118712776, .10020579056585902, .4048148096656054
        assert_eq!(fields[..2], ["0.0500000000000000", "0.975312451187128"]);
        assert_eq!(fields[2..], ["0.100205790565859", "0.404814809665605", "condensed"]);
        assert!(PAPER.table(&[-1.0]).is_err() && Model { beta_net: 0.0, ..PAPER }.table(&[0.1]).is_err());
    }

    #[test]
    fn regimes_by_name() {
        let column = |model: Model, t: f64| {
            let csv = model.table(&[t]).unwrap();
            csv.lines().last().unwrap().rsplit(',').next().unwrap().to_owned()
        };
        let exact = Model { ensemble: EnsembleName::Exact, ..PAPER };
        assert_eq!(column(exact, 0.05), "uncondensed");
        assert_eq!(column(Model { kernel: KernelName::Lsr, ..exact }, 0.05), "support");
        // Without an edge inside, weights of order one are lost at any exponential load.
        assert_eq!(column(Model { kernel: KernelName::Lsr, b: 0.9, ..exact }, 0.05), "none");
        assert_eq!(column(Model { kernel: KernelName::LsrExtensive, ..exact }, 1.0), "condensed");
    }

    #[test]
    fn other_tables() {
        let csv = thresholds(SpaceName::Sphere, EnsembleName::Exact, &[1.0]).unwrap();
        assert!(
            csv.starts_with("lambda,alpha_1,alpha_star,alpha_c_lb\n1.00000000000000,0.62257192377"),
            "{csv}"
        );
        let hopfield = polynomial(2, IndicesName::Full, SpaceName::Hypercube).unwrap();
        let csv = polynomial_table(hopfield, &[0.0, 2.0]).unwrap();
        assert!(csv.starts_with("temperature,alpha_c,m,q\n0,0.13790556649493"), "{csv}");
        assert!(csv.ends_with("\n2.00000000000000,,,\n"), "{csv}");
    }

    #[test]
    fn diagrams_can_be_drawn() {
        for kernel in [KernelName::Lse, KernelName::Lsr, KernelName::LsrExtensive] {
            for ensemble in [EnsembleName::Exact, EnsembleName::Gaussian] {
                Model { kernel, ensemble, ..PAPER }.diagram(2.0).unwrap().svg().unwrap();
            }
        }
        for ensemble in [EnsembleName::Exact, EnsembleName::Gaussian] {
            thresholds_figure(SpaceName::Sphere, ensemble, 4.0).unwrap().svg().unwrap();
        }
        let cubic = polynomial(3, IndicesName::Distinct, SpaceName::Hypercube).unwrap();
        polynomial_diagram(cubic, "n = 3").unwrap().svg().unwrap();
        // The quadratic spherical model has nothing to draw.
        let quadratic = polynomial(2, IndicesName::Full, SpaceName::Sphere).unwrap();
        assert!(polynomial_diagram(quadratic, "n = 2").unwrap().svg().is_err());
    }
}
