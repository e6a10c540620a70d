//! The contracts of the grid on memories drawn at random: any number of sites and patterns, any parameter of a kernel.

use dam_core::kernel::{
    DistinctIndex, Epanechnikov, Exponential, Hermite, Monomial, Powered, RectifiedMonomial,
};
use dam_core::{Euclidean, Hypercube, IntoState, Overlap, Purpose, Sphere, Streams};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::any::Boxed;
use crate::grid::{Case, Cauchy, GridSpace, Kind, memory};
use crate::{descent, fields, prices, spaces};

/// A kernel and its parameter.
#[derive(Clone, Copy, Debug)]
enum Form {
    Monomial(u32),
    Rectified(u32),
    Hermite(u32),
    Distinct(u32),
    Exponential { spread: f64, anchored: bool },
    Epanechnikov { b: f64, floor: f64 },
    Powered(f64),
    Cauchy(f64),
}

impl Form {
    /// The kernel for N sites, and where its slope jumps.
    fn make(self, n: usize) -> (Boxed, Option<f64>) {
        match self {
            Self::Monomial(order) => (Box::new(Monomial::new(order).unwrap()), None),
            Self::Rectified(order) => (Box::new(RectifiedMonomial::new(order).unwrap()), None),
            Self::Hermite(order) => (Box::new(Hermite::new(order).unwrap()), None),
            Self::Distinct(order) => (Box::new(DistinctIndex::new(order).unwrap()), None),
            Self::Exponential { spread, anchored } => {
                let beta = spread / n as f64;
                let kernel = if anchored { Exponential::anchored(beta) } else { Exponential::new(beta) };
                (Box::new(kernel.unwrap()), None)
            }
            Self::Epanechnikov { b, floor } => {
                let kernel = Epanechnikov::new(b).unwrap().with_floor(floor).unwrap();
                (Box::new(kernel), Some(1.0 - (1.0 - floor) / b))
            }
            Self::Powered(b) => (Box::new(Powered(Epanechnikov::new(b).unwrap())), Some(1.0 - 1.0 / b)),
            Self::Cauchy(gamma) => (Box::new(Cauchy(gamma)), None),
        }
    }
}

fn forms() -> impl Strategy<Value = Form> {
    prop_oneof![
        (2_u32..8).prop_map(Form::Monomial),
        (2_u32..8).prop_map(Form::Rectified),
        (2_u32..5).prop_map(Form::Hermite),
        (2_u32..5).prop_map(Form::Distinct),
        (0.1..12.0, any::<bool>()).prop_map(|(spread, anchored)| Form::Exponential { spread, anchored }),
        (0.2..4.0, 0.001..0.2).prop_map(|(b, floor)| Form::Epanechnikov { b, floor }),
        (0.2..1.5).prop_map(Form::Powered),
        (0.1..20.0).prop_map(Form::Cauchy),
    ]
}

#[derive(Clone, Copy, Debug)]
struct Drawn {
    sites: usize,
    patterns: u64,
    seed: u64,
    form: Form,
    kind: Kind,
}

fn drawn(sites: std::ops::Range<usize>) -> impl Strategy<Value = Drawn> {
    let kinds = prop_oneof![Just(Kind::Sum), Just(Kind::Log), Just(Kind::Floored)];
    (sites, 1_u64..40, any::<u64>(), forms(), kinds).prop_map(|(sites, patterns, seed, form, kind)| Drawn {
        sites,
        patterns,
        seed,
        form,
        kind,
    })
}

impl Drawn {
    fn with<S: GridSpace>(self, space: &S, check: impl FnOnce(&Case<'_, S>))
    where
        for<'p> &'p S::State: IntoState<S>,
    {
        let streams = Streams::new(self.seed);
        let sample = |mu| space.sample(&mut streams.rng(Purpose::Patterns, mu));
        let patterns: Vec<_> = (0..self.patterns).map(sample).collect();
        let mut rng = streams.rng(Purpose::Cues, 0);
        let cue = space.cue(&patterns[0], &mut rng);
        let states = [space.sample(&mut rng), cue, patterns[patterns.len() - 1].clone()];
        let (kernel, kink) = self.form.make(self.sites);
        // As on the grid: in the Euclidean space the confinement must win.
        let n = self.sites as f64;
        let slope = |k: i32| kernel.df(Overlap::new(0.1 * f64::from(k), self.sites)).abs();
        let c = match self.kind {
            Kind::Sum if S::CONFINED => {
                let steepest = (-16..=16).map(slope).fold(1e-3, f64::max);
                0.2 * n / (steepest * (self.patterns as f64 / 20.0).max(1.0))
            }
            _ => 0.25 * n,
        };
        let memory = memory(space, kernel, self.kind, c, &patterns);
        let (name, kind) = (format!("{self:?}"), self.kind);
        check(&Case { name, memory, kink, kind, space, patterns: &patterns, states: &states });
    }
}

/// The same cases every time: tolerances held in tens of thousands of others, but they are no proofs, and in one of those
/// the plain sum underflowed where the library does not.
fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 96,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn spins(drawn in drawn(6..140)) {
        drawn.with(&Hypercube::new(drawn.sites).unwrap(), |case| {
            fields::DirectSum::default().check(case);
            prices::flips(case);
            descent::spins(case);
            spaces::spins(case);
        });
    }

    #[test]
    fn vectors_on_the_sphere(drawn in drawn(6..40)) {
        drawn.with(&Sphere::<f64>::new(drawn.sites).unwrap(), |case| {
            fields::DirectSum::default().check(case);
            fields::Gradient::default().check(case);
            prices::rotations(case);
            descent::vectors(case);
            spaces::sphere(case);
        });
    }

    #[test]
    fn vectors_in_the_euclidean_space(drawn in drawn(6..40)) {
        drawn.with(&Euclidean::<f64>::new(drawn.sites).unwrap(), |case| {
            fields::DirectSum::default().check(case);
            fields::Gradient::default().check(case);
            descent::vectors(case);
            spaces::euclidean(case);
        });
    }
}
