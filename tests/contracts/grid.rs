//! The grid, and the energy written a second time: direct sums in f64, without blocks, tables or logarithms.

use std::sync::Arc;

use dam_core::kernel::{
    DistinctIndex, Epanechnikov, Exponential, Hermite, Monomial, Powered, RectifiedMonomial,
};
use dam_core::{
    Corruption, Dam, Euclidean, FlipExactly, FlooredLogSum, Hypercube, IntoState, Kernel, LogSum, Overlap,
    Purpose, Real, Sphere, Spins, StateSpace, Storable, StreamRng, Streams, Sum, TangentNoise,
};

use crate::any::{AnyDam, Boxed};

/// A kernel that the library does not know; positive for every overlap, so legal in every space.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cauchy(pub(crate) f64);

impl Kernel for Cauchy {
    fn f(&self, s: Overlap) -> f64 {
        1.0 / (1.0 + self.0 * s.gap() * s.gap())
    }
    fn df(&self, s: Overlap) -> f64 {
        2.0 * self.0 * s.gap() * self.f(s).powi(2)
    }
}

static SHARED: Cauchy = Cauchy(6.0);
const B: f64 = 1.2;
const FLOOR: f64 = 0.05;

/// What is done with every kernel: `kink` is the overlap at which its slope jumps, `make` makes one.
pub(crate) trait Visit {
    fn kernel<K: Kernel + 'static>(&mut self, name: &str, kink: Option<f64>, make: &dyn Fn() -> K);
}

/// Every kernel of the suite.
pub(crate) fn kernels(n: usize, on: &mut impl Visit) {
    // Weights differ by e^8 over the range of overlaps: enough to select, little enough to be summed directly.
    let beta = 4.0 / n as f64;
    let epanechnikov = Epanechnikov::new(B).unwrap();
    let floored = epanechnikov.with_floor(FLOOR).unwrap();
    let kink = 1.0 - 1.0 / B;
    for order in 2..=5 {
        on.kernel(&format!("monomial {order}"), None, &|| Monomial::new(order).unwrap());
    }
    on.kernel("rectified monomial 3", None, &|| RectifiedMonomial::new(3).unwrap());
    on.kernel("hermite 3", None, &|| Hermite::new(3).unwrap());
    on.kernel("hermite 4", None, &|| Hermite::new(4).unwrap());
    on.kernel("distinct index 3", None, &|| DistinctIndex::new(3).unwrap());
    on.kernel("exponential", None, &|| Exponential::new(beta).unwrap());
    on.kernel("anchored exponential", None, &|| Exponential::anchored(beta).unwrap());
    on.kernel("epanechnikov", Some(kink), &|| epanechnikov);
    on.kernel("floored epanechnikov", Some(kink + FLOOR / B), &|| floored);
    on.kernel("powered epanechnikov", Some(kink), &|| Powered(epanechnikov));
    on.kernel("user", None, &|| SHARED);
    on.kernel("user in a box", None, &|| Box::new(SHARED) as Boxed);
    on.kernel("user by reference", None, &|| &SHARED);
    on.kernel("user in an arc", None, &|| Arc::new(SHARED));
}

/// What the suite needs to know of a space beyond what the library says.
pub(crate) trait GridSpace: Storable {
    /// Rounding of the scalar in which overlaps are formed.
    const EPSILON: f64;
    const CONFINED: bool;
    /// Overlaps are integers: a batch gives the same bits.
    const SPINS: bool;
    fn real(x: &Self::State) -> Vec<f64>;
    fn real_field(h: &Self::Field) -> Vec<f64>;
    /// A state at an overlap of about 0.75 with the pattern.
    fn cue(&self, pattern: &Self::State, rng: &mut StreamRng) -> Self::State;
}

impl GridSpace for Hypercube {
    const EPSILON: f64 = f64::EPSILON;
    const CONFINED: bool = false;
    const SPINS: bool = true;
    fn real(x: &Spins) -> Vec<f64> {
        x.iter().map(f64::from).collect()
    }
    fn real_field(h: &Self::Field) -> Vec<f64> {
        h.iter().copied().collect()
    }
    fn cue(&self, pattern: &Spins, rng: &mut StreamRng) -> Spins {
        FlipExactly::new(self.sites().div_ceil(8)).corrupt(self, pattern, rng).unwrap()
    }
}

macro_rules! dense {
    ($space:ident, $confined:expr) => {
        impl<T: Real> GridSpace for $space<T> {
            const EPSILON: f64 = if size_of::<T>() == 4 { f32::EPSILON as f64 } else { f64::EPSILON };
            const CONFINED: bool = $confined;
            const SPINS: bool = false;
            fn real(x: &Self::State) -> Vec<f64> {
                x.iter().map(|x| x.widen()).collect()
            }
            fn real_field(h: &Self::Field) -> Vec<f64> {
                Self::real(h)
            }
            fn cue(&self, pattern: &Self::State, rng: &mut StreamRng) -> Self::State {
                TangentNoise::new(0.8).unwrap().corrupt(self, pattern, rng).unwrap()
            }
        }
    };
}
dense!(Sphere, false);
dense!(Euclidean, true);

/// One memory of the grid.
pub(crate) struct Case<'a, S: GridSpace> {
    pub(crate) name: String,
    pub(crate) memory: AnyDam<S::Store>,
    pub(crate) kink: Option<f64>,
    pub(crate) kind: Kind,
    pub(crate) space: &'a S,
    pub(crate) patterns: &'a [S::State],
    /// Two random states, and cues of the first six patterns.
    pub(crate) states: &'a [S::State],
}

/// What the second writing of the energy says of a state.
pub(crate) struct Expected {
    pub(crate) energy: f64,
    pub(crate) field: Vec<f64>,
    pub(crate) overlaps: Vec<f64>,
    /// How far the energy moves if every overlap is wrong by one: the unit of rounding errors.
    pub(crate) scale: f64,
    /// dQ/dΣ Σ |F'|: how steep the logarithm of a sum near zero is.
    pub(crate) steepness: f64,
    /// c dQ/dΣ Σ |F''|: how far N times the field moves with the overlaps, beyond what the sum does.
    pub(crate) curvature: f64,
    /// The sum cancels: rounding decides whether it is above zero, so whether a logarithm of it is finite.
    pub(crate) cancels: bool,
}

impl<S: GridSpace> Case<'_, S> {
    pub(crate) fn expected(&self, x: &S::State) -> Expected {
        expected(&self.memory, self.space, self.patterns, x)
    }
}

pub(crate) fn expected<S: GridSpace>(
    memory: &AnyDam<S::Store>,
    space: &S,
    patterns: &[S::State],
    x: &S::State,
) -> Expected {
    let (kernel, c, n, x) = (memory.kernel(), memory.prefactor(), space.sites(), S::real(x));
    let confinement = if S::CONFINED { 0.5 * x.iter().map(|x| x * x).sum::<f64>() } else { 0.0 };
    let (mut sum, mut values, mut slopes, mut curved) = (0.0, 0.0, 0.0, 0.0);
    let mut weighted = vec![0.0; n];
    let mut overlaps = Vec::new();
    for pattern in patterns {
        let xi = S::real(pattern);
        let m = xi.iter().zip(&x).map(|(a, b)| a * b).sum::<f64>() / n as f64;
        let (f, df) = (kernel.f(Overlap::new(m, n)), kernel.df(Overlap::new(m, n)));
        sum += f;
        values += f.abs();
        slopes += df.abs();
        let [above, below] = [1e-6, -1e-6].map(|step| kernel.df(Overlap::new(m + step, n)));
        curved += (above - below).abs() / 2e-6;
        weighted.iter_mut().zip(&xi).for_each(|(h, xi)| *h += df * xi);
        overlaps.push(m);
    }
    let cancels = values > 0.0 && sum.abs() < 1e-12 * values;
    let (q, dq) = memory.reduced(if cancels { 0.0 } else { sum });
    let factor = c * dq / n as f64;
    let confining = |x: &f64| if S::CONFINED { *x } else { 0.0 };
    let size = if q.is_finite() { q.abs() } else { 0.0 };
    Expected {
        energy: confinement - c * q,
        field: weighted.iter().zip(&x).map(|(h, x)| factor * h - confining(x)).collect(),
        overlaps,
        scale: c * (dq * slopes + dq * values + size) + confinement,
        steepness: dq * slopes,
        curvature: c * dq * curved,
        cancels,
    }
}

/// Runs the contract over every kernel and aggregator.
pub(crate) fn over_grid<S: GridSpace>(space: &S, m: u64, mut contract: impl FnMut(&Case<'_, S>))
where
    for<'p> &'p S::State: IntoState<S>,
{
    let patterns = patterns(space, m);
    let rng = |k: usize| Streams::new(5).rng(Purpose::Cues, k as u64);
    let random = (0..2).map(|k| space.sample(&mut rng(k)));
    let cues = patterns.iter().take(6).enumerate().map(|(k, p)| space.cue(p, &mut rng(k + 2)));
    let states: Vec<_> = random.chain(cues).collect();
    kernels(
        space.sites(),
        &mut Grid { space, patterns: &patterns, states: &states, contract: &mut contract },
    );
}

struct Grid<'a, S: GridSpace> {
    space: &'a S,
    patterns: &'a [S::State],
    states: &'a [S::State],
    contract: &'a mut dyn FnMut(&Case<'_, S>),
}

impl<S: GridSpace> Visit for Grid<'_, S>
where
    for<'p> &'p S::State: IntoState<S>,
{
    fn kernel<K: Kernel + 'static>(&mut self, name: &str, kink: Option<f64>, make: &dyn Fn() -> K) {
        self.aggregators(name, kink, &|| Box::new(make()));
    }
}

impl<S: GridSpace> Grid<'_, S>
where
    for<'p> &'p S::State: IntoState<S>,
{
    fn aggregators(&mut self, name: &str, kink: Option<f64>, make: &dyn Fn() -> Boxed) {
        for kind in [Kind::Sum, Kind::Log, Kind::Floored] {
            let kernel = make();
            let c = self.prefactor(kind, &kernel);
            let memory = memory(self.space, kernel, kind, c, self.patterns);
            let name = format!("{name} x {kind:?} on {:?}, M = {}", self.space, self.patterns.len());
            let (space, patterns, states) = (self.space, self.patterns, self.states);
            (self.contract)(&Case { name, memory, kink, kind, space, patterns, states });
        }
    }

    /// In the Euclidean space a sum may beat the confinement, and the energy has no lower bound; so the pull of
    /// a pattern is at most 0.2 wherever the states of the suite get to.
    fn prefactor(&self, kind: Kind, kernel: &Boxed) -> f64 {
        let steepest = Overlap::new(1.6, self.space.sites());
        if S::CONFINED && kind == Kind::Sum {
            0.2 * steepest.n() / kernel.df(steepest).abs()
        } else {
            0.25 * steepest.n()
        }
    }
}

/// The aggregators of the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sum,
    Log,
    Floored,
}

pub(crate) fn memory<S: GridSpace>(
    space: &S,
    kernel: Boxed,
    kind: Kind,
    c: f64,
    patterns: &[S::State],
) -> AnyDam<S::Store>
where
    for<'p> &'p S::State: IntoState<S>,
{
    const EPSILON: f64 = 0.02;
    let floored = FlooredLogSum::new(EPSILON).unwrap();
    let space = space.clone();
    match kind {
        Kind::Sum => AnyDam::Sum(Dam::new(space, kernel, Sum, c, patterns).unwrap()),
        Kind::Log => AnyDam::Log(Dam::new(space, kernel, LogSum, c, patterns).unwrap()),
        Kind::Floored => AnyDam::Floored(Dam::new(space, kernel, floored, c, patterns).unwrap(), EPSILON),
    }
}

pub(crate) fn patterns<S: StateSpace>(space: &S, m: u64) -> Vec<S::State> {
    let streams = Streams::new(space.sites() as u64);
    (0..m).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect()
}

/// Equal, infinities included, or closer than `tolerance`; never so for a NaN.
pub(crate) fn close(a: f64, b: f64, tolerance: f64) -> bool {
    a == b || (a - b).abs() <= tolerance
}
