//! Phase boundaries, thresholds and capacities as CSV on the standard output, and as a figure.
//!
//! ```text
//! cargo run --release --example phase_boundary -- --kernel lse --beta-net 1 --space sphere --ensemble exact \
//!     --temperature 0.05,0.1,0.5 --plot out/lse
//! cargo run --release --example phase_boundary -- --thresholds --lambda 0.5,1,2 --ensemble exact
//! cargo run --release --example phase_boundary -- --polynomial --n 2 --temperature 0,0.1
//! ```

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use dam_experiments::phase_boundary::{
    EnsembleName, IndicesName, KernelName, Model, SpaceName, polynomial, polynomial_diagram,
    polynomial_table, thresholds, thresholds_figure,
};
use dam_experiments::{Error, output};

/// Phase boundaries of dense associative memories, 15 digits, as CSV.
///
/// By default `temperature,phi,f_ret,alpha_c,regime` for exponentially many patterns: the overlap and the free
/// energy of retrieval, the load α = ln M / N at which the noise floor ties with it, and what the floor is like
/// there: condensed, uncondensed, support (it begins there), none (no boundary).
#[derive(Parser)]
#[command(allow_negative_numbers = true)]
struct Options {
    /// The kernel; lsr is eq. 7 of "thermal phases", lsr-extensive its N-th power.
    #[arg(long, value_enum, default_value = "lse")]
    kernel: KernelName,
    /// The sharpness b of LSR.
    #[arg(long, default_value_t = 3.41)]
    b: f64,
    /// The inverse variance of LSE.
    #[arg(long, default_value_t = 1.0)]
    beta_net: f64,
    /// Where states live.
    #[arg(long, value_enum)]
    space: Option<SpaceName>,
    /// How patterns are distributed: the exact measure of the space, or the Gaussian tail of "thermal phases"
    /// (with --thresholds: patterns with normal entries).
    #[arg(long, value_enum, default_value = "exact")]
    ensemble: EnsembleName,
    /// Temperatures, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "0,0.05,0.1,0.2,0.5,1,2")]
    temperature: Vec<f64>,
    /// Thresholds at T = 0 instead: `lambda,alpha_1,alpha_star,alpha_c_lb`.
    #[arg(long, conflicts_with = "polynomial")]
    thresholds: bool,
    /// The values λ of --thresholds, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "0.5,1,2,4,8,16")]
    lambda: Vec<f64>,
    /// Polynomially many patterns instead, α = M / N^(n−1): `temperature,alpha_c,m,q` by replica symmetry; for n = 2
    /// with the temperature of Amit, Gutfreund and Sompolinsky.
    #[arg(long)]
    polynomial: bool,
    /// The order of --polynomial.
    #[arg(long, default_value_t = 2)]
    n: u32,
    /// The terms of --polynomial: all, (x·ξ)^n, or those of different sites.
    #[arg(long, value_enum, default_value = "full")]
    indices: IndicesName,
    /// Also draw the diagram, up to the highest temperature or λ given: out/lse for out/lse.svg and out/lse.png. The
    /// name is of lower-case letters, digits and _.
    #[arg(long)]
    plot: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Error> {
    if let Some(path) = &options.plot {
        output::prepare(&path.with_extension("svg"))?;
    }
    let highest = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
    let &Options { kernel, b, beta_net, ensemble, indices, n, .. } = options;
    let (csv, figure) = if options.thresholds {
        let space = options.space.unwrap_or(SpaceName::Sphere);
        let csv = thresholds(space, ensemble, &options.lambda)?;
        (csv, options.plot.as_ref().map(|_| thresholds_figure(space, ensemble, highest(&options.lambda))))
    } else if options.polynomial {
        let model = polynomial(n, indices, options.space.unwrap_or(SpaceName::Hypercube))?;
        let csv = polynomial_table(model, &options.temperature)?;
        (
            csv,
            options.plot.as_ref().map(|_| polynomial_diagram(model, &format!("polynomial energy, n = {n}"))),
        )
    } else {
        let space = options.space.unwrap_or(SpaceName::Sphere);
        let model = Model { kernel, b, beta_net, space, ensemble };
        let csv = model.table(&options.temperature)?;
        (csv, options.plot.as_ref().map(|_| model.diagram(highest(&options.temperature))))
    };
    let written = std::io::stdout().write_all(csv.as_bytes());
    // A reader that has seen enough, such as `head`, is no error.
    if let Err(e) = written.or_else(|e| if e.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(e) }) {
        return Err(Error::Output { path: "standard output".into(), message: e.to_string() });
    }
    if let (Some(path), Some(figure)) = (&options.plot, figure) {
        let mut figure = figure?;
        figure.name = path.file_stem().unwrap_or_default().to_string_lossy().into();
        figure.write(path.parent().unwrap_or(Path::new("")))?;
    }
    Ok(())
}
