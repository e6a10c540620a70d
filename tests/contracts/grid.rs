//! The grid, and the energy written a second time: direct sums in f64, without blocks, tables or logarithms.

use std::sync::Arc;

use dam_core::kernel::{
    DistinctIndex, Epanechnikov, Exponential, Hermite, Monomial, Powered, RectifiedMonomial,
};
use dam_core::{
    Aggregator, Corruption, Dam, Euclidean, FlipExactly, FlooredLogSum, Hypercube, IntoState, Kernel, LogSum,
    Overlap, Purpose, Real, Sphere, Spins, StateSpace, Storable, StreamRng, Streams, Sum, TangentNoise,
};

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

/// Every kernel of the suite, with the overlap at which its slope jumps.
fn kernels(n: usize, on: &mut impl Visit) {
    // Weights differ by e^4 over the range of overlaps: enough to select, little enough to be summed directly.
    let beta = 4.0 / n as f64;
    let epanechnikov = Epanechnikov::new(B).unwrap();
    let floored = epanechnikov.with_floor(FLOOR).unwrap();
    let kink = 1.0 - 1.0 / B;
    for order in 2..=5 {
        on.kernel(&format!("monomial {order}"), None, || Monomial::new(order).unwrap());
    }
    on.kernel("rectified monomial 3", None, || RectifiedMonomial::new(3).unwrap());
    on.kernel("hermite 3", None, || Hermite::new(3).unwrap());
    on.kernel("hermite 4", None, || Hermite::new(4).unwrap());
    on.kernel("distinct index 3", None, || DistinctIndex::new(3).unwrap());
    on.kernel("exponential", None, || Exponential::new(beta).unwrap());
    on.kernel("anchored exponential", None, || Exponential::anchored(beta).unwrap());
    on.kernel("epanechnikov", Some(kink), || epanechnikov);
    on.kernel("floored epanechnikov", Some(kink + FLOOR / B), || floored);
    on.kernel("powered epanechnikov", Some(kink), || Powered(epanechnikov));
    on.kernel("user", None, || SHARED);
    on.kernel("user in a box", None, || Box::new(SHARED) as Box<dyn Kernel>);
    on.kernel("user by reference", None, || &SHARED);
    on.kernel("user in an arc", None, || Arc::new(SHARED));
}

trait Visit {
    fn kernel<K: Kernel + 'static>(&mut self, name: &str, kink: Option<f64>, make: impl Fn() -> K);
}

/// Q, written a second time.
pub(crate) trait Reduced: Aggregator {
    fn q(self, sum: f64) -> f64;
    fn dq(self, sum: f64) -> f64;
}

impl Reduced for Sum {
    fn q(self, sum: f64) -> f64 {
        sum
    }
    fn dq(self, _sum: f64) -> f64 {
        1.0
    }
}

impl Reduced for LogSum {
    fn q(self, sum: f64) -> f64 {
        if sum > 0.0 { sum.ln() } else { f64::NEG_INFINITY }
    }
    fn dq(self, sum: f64) -> f64 {
        if sum > 0.0 { 1.0 / sum } else { 0.0 }
    }
}

impl Reduced for FlooredLogSum {
    fn q(self, sum: f64) -> f64 {
        sum.max(self.epsilon()).ln()
    }
    fn dq(self, sum: f64) -> f64 {
        if sum > self.epsilon() { 1.0 / sum } else { 0.0 }
    }
}

/// What the suite needs to know of a space beyond what the library says.
pub(crate) trait GridSpace: Storable {
    /// Rounding of the scalar in which overlaps are formed.
    const EPSILON: f64;
    const CONFINED: bool;
    fn real(x: &Self::State) -> Vec<f64>;
    fn real_field(h: &Self::Field) -> Vec<f64>;
    /// A state at an overlap of about 0.75 with the pattern.
    fn cue(&self, pattern: &Self::State, rng: &mut StreamRng) -> Self::State;
}

impl GridSpace for Hypercube {
    const EPSILON: f64 = f64::EPSILON;
    const CONFINED: bool = false;
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
pub(crate) struct Case<'a, S: GridSpace, K, Q> {
    pub(crate) name: String,
    pub(crate) memory: Dam<S::Store, K, Q>,
    pub(crate) aggregator: Q,
    pub(crate) kink: Option<f64>,
    pub(crate) space: &'a S,
    pub(crate) patterns: &'a [S::State],
    /// Two random states, and cues of the first patterns.
    pub(crate) states: &'a [S::State],
}

/// What the second writing of the energy says of a state.
pub(crate) struct Expected {
    pub(crate) energy: f64,
    pub(crate) field: Vec<f64>,
    /// How far the energy moves if every overlap is wrong by one: the unit of rounding errors.
    pub(crate) scale: f64,
    pub(crate) overlaps: Vec<f64>,
    /// dQ/dΣ Σ |F'|: how steep the logarithm of a sum near zero is.
    pub(crate) steepness: f64,
}

impl<S: GridSpace, K: Kernel, Q: Reduced> Case<'_, S, K, Q> {
    pub(crate) fn expected(&self, x: &S::State) -> Expected {
        expected(self.space, self.memory.kernel(), self.aggregator, self.memory.prefactor(), self.patterns, x)
    }
}

pub(crate) fn expected<S: GridSpace, K: Kernel, Q: Reduced>(
    space: &S,
    kernel: &K,
    q: Q,
    c: f64,
    patterns: &[S::State],
    x: &S::State,
) -> Expected {
    let (n, x) = (space.sites(), S::real(x));
    let confinement = if S::CONFINED { 0.5 * x.iter().map(|x| x * x).sum::<f64>() } else { 0.0 };
    let (mut sum, mut values, mut slopes) = (0.0, 0.0, 0.0);
    let mut weighted = vec![0.0; n];
    let mut overlaps = Vec::new();
    for pattern in patterns {
        let xi = S::real(pattern);
        let m = xi.iter().zip(&x).map(|(a, b)| a * b).sum::<f64>() / n as f64;
        let (f, df) = (kernel.f(Overlap::new(m, n)), kernel.df(Overlap::new(m, n)));
        sum += f;
        values += f.abs();
        slopes += df.abs();
        weighted.iter_mut().zip(&xi).for_each(|(h, xi)| *h += df * xi);
        overlaps.push(m);
    }
    // A sum that cancels: whether it is above zero would be decided by rounding.
    if sum.abs() < 1e-12 * values {
        sum = 0.0;
    }
    let (energy, steepness) = (q.q(sum), q.dq(sum) * slopes);
    let factor = c * q.dq(sum) / n as f64;
    let confining = |x: &f64| if S::CONFINED { *x } else { 0.0 };
    Expected {
        energy: confinement - c * energy,
        field: weighted.iter().zip(&x).map(|(h, x)| factor * h - confining(x)).collect(),
        scale: c * (steepness + q.dq(sum) * values + if energy.is_finite() { energy.abs() } else { 0.0 })
            + confinement,
        overlaps,
        steepness,
    }
}

/// A promise that every memory keeps.
pub(crate) trait Contract<S: GridSpace> {
    fn check<K: Kernel, Q: Reduced>(&mut self, case: &Case<'_, S, K, Q>);
}

struct Grid<'a, S: GridSpace, C> {
    space: &'a S,
    patterns: &'a [S::State],
    states: &'a [S::State],
    contract: &'a mut C,
}

/// Two types and not one flag: a flag would compile every contract for every kernel.
struct OwnTypes<'a, S: GridSpace, C>(Grid<'a, S, C>);
struct Boxes<'a, S: GridSpace, C>(Grid<'a, S, C>);

impl<S: GridSpace, C: Contract<S>> Grid<'_, S, C>
where
    for<'p> &'p S::State: IntoState<S>,
{
    fn aggregators<K: Kernel>(&mut self, name: &str, kink: Option<f64>, make: &dyn Fn() -> K) {
        self.aggregator(name, kink, make(), Sum);
        self.aggregator(name, kink, make(), LogSum);
        self.aggregator(name, kink, make(), FlooredLogSum::new(0.02).unwrap());
    }

    fn aggregator<K: Kernel, Q: Reduced>(&mut self, name: &str, kink: Option<f64>, kernel: K, q: Q) {
        let c = 0.25 * self.space.sites() as f64;
        let memory = Dam::new(self.space.clone(), kernel, q, c, self.patterns).unwrap();
        let name = format!("{name} x {q:?} on {:?}, M = {}", self.space, self.patterns.len());
        let (space, patterns, states) = (self.space, self.patterns, self.states);
        self.contract.check(&Case { name, memory, aggregator: q, kink, space, patterns, states });
    }
}

impl<S: GridSpace, C: Contract<S>> Visit for OwnTypes<'_, S, C>
where
    for<'p> &'p S::State: IntoState<S>,
{
    fn kernel<K: Kernel + 'static>(&mut self, name: &str, kink: Option<f64>, make: impl Fn() -> K) {
        self.0.aggregators(name, kink, &make);
    }
}

impl<S: GridSpace, C: Contract<S>> Visit for Boxes<'_, S, C>
where
    for<'p> &'p S::State: IntoState<S>,
{
    fn kernel<K: Kernel + 'static>(&mut self, name: &str, kink: Option<f64>, make: impl Fn() -> K) {
        self.0.aggregators(name, kink, &|| Box::new(make()) as Box<dyn Kernel>);
    }
}

/// Runs the contract over every kernel and aggregator, each compiled for its own kernel type.
pub(crate) fn over_types<S: GridSpace>(space: &S, m: u64, contract: &mut impl Contract<S>)
where
    for<'p> &'p S::State: IntoState<S>,
{
    let patterns = patterns(space, m);
    let states = states(space, &patterns);
    let grid = Grid { space, patterns: &patterns, states: &states, contract };
    kernels(space.sites(), &mut OwnTypes(grid));
}

/// The same with every kernel behind `Box<dyn Kernel>`: one compilation for all.
pub(crate) fn over_boxes<S: GridSpace>(space: &S, m: u64, contract: &mut impl Contract<S>)
where
    for<'p> &'p S::State: IntoState<S>,
{
    let patterns = patterns(space, m);
    let states = states(space, &patterns);
    let grid = Grid { space, patterns: &patterns, states: &states, contract };
    kernels(space.sites(), &mut Boxes(grid));
}

pub(crate) fn patterns<S: StateSpace>(space: &S, m: u64) -> Vec<S::State> {
    let streams = Streams::new(space.sites() as u64);
    (0..m).map(|mu| space.sample(&mut streams.rng(Purpose::Patterns, mu))).collect()
}

fn states<S: GridSpace>(space: &S, patterns: &[S::State]) -> Vec<S::State> {
    let rng = |k: usize| Streams::new(5).rng(Purpose::Cues, k as u64);
    let random = (0..2).map(|k| space.sample(&mut rng(k)));
    let cues = patterns.iter().take(6).enumerate().map(|(k, p)| space.cue(p, &mut rng(k + 2)));
    random.chain(cues).collect()
}

/// Equal, infinities included, or closer than `tolerance`; never so for a NaN.
pub(crate) fn close(a: f64, b: f64, tolerance: f64) -> bool {
    a == b || (a - b).abs() <= tolerance
}
