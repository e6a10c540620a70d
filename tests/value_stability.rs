//! Golden values: what a seed gives today it gives in every later release. A change here is breaking, and goes
//! with a line under "Value-breaking" in the changelog.
//!
//! Spins are compared exactly; floating-point numbers to 10⁻⁹, which the last bits of matrix products and of
//! other vector levels cannot reach in so few steps.

use dam_core::dynamics::{Dynamics, SynchronousMarginal};
use dam_core::learning::{Descent, Gradient, MeanEnergy, Readout};
use dam_core::prelude::*;
use dam_core::rand::Rng;
use dam_core::{Corruption, RealMemory, Storable};

fn draw<S: StateSpace>(space: &S, count: u64) -> Vec<S::State> {
    (0..count).map(|mu| space.sample(&mut Streams::new(2026).rng(Purpose::Patterns, mu))).collect()
}

/// Spins as hexadecimal digits, site 0 first.
fn hex(x: &Spins) -> String {
    let signs: Vec<i8> = x.iter().collect();
    signs
        .chunks(4)
        .map(|c| format!("{:x}", c.iter().rev().fold(0, |d, &s| 2 * d + u8::from(s > 0))))
        .collect()
}

fn close(what: &str, found: &[f64], golden: &[f64]) {
    assert_eq!(found.len(), golden.len(), "{what}");
    for (f, g) in found.iter().zip(golden) {
        assert!((f - g).abs() <= 1e-9 * g.abs().max(1.0), "{what}: {found:?}, golden {golden:?}");
    }
}

#[test]
fn streams() {
    let streams = Streams::new(2026);
    let first = |purpose, index| streams.rng(purpose, index).next_u64();
    let found = [
        first(Purpose::Patterns, 0),
        first(Purpose::Cues, 0),
        first(Purpose::Dynamics, 1),
        first(Purpose::Directions, u64::MAX),
        first(Purpose::Resampling, 5),
        first(Purpose::Custom(7), 0),
        streams.branch(3).rng(Purpose::Cues, 2).next_u64(),
        streams.branch(3).branch(0).rng(Purpose::Cues, 2).next_u64(),
    ];
    assert_eq!(found, STREAMS);
}

#[test]
fn learning() {
    // Label sites are the last three; three steps of the mean energy, then a readout.
    let space = Euclidean::<f64>::new(10).unwrap();
    let mut store = models::rectified(space.clone(), 3, draw(&space, 5)).unwrap().into_store();
    let examples = draw(&space, 12);
    let batch: Vec<_> = examples.iter().collect();
    let loss = MeanEnergy::new(RectifiedMonomial::new(3).unwrap(), Sum, 2.0).unwrap();
    let (descent, mut velocity) = (Descent::new(0.5, 0.1, 1.0).unwrap(), Gradient::zeros(&store));
    for _ in 0..3 {
        descent.step(&mut store, &loss, &batch, &mut velocity, &mut Default::default()).unwrap();
    }
    close("descent", &store.pattern(4).unwrap().as_slice()[..4], &DESCENT);
    let visible = &examples[2].as_slice()[..7];
    let z = Readout::new(3, 3, 4.0).unwrap().read(&store, &[visible], &mut Default::default()).unwrap();
    close("readout", &z, &READOUT);

    let cube = Hypercube::new(70).unwrap();
    let patterns: Vec<Vec<f64>> = draw(&Euclidean::<f64>::new(70).unwrap(), 9)
        .iter()
        .map(|x| x.iter().map(|x| x.tanh()).collect())
        .collect();
    let memory = RealMemory::<f64>::new(cube.clone(), 3, &patterns).unwrap();
    let mut x = cube.sample(&mut Streams::new(2026).rng(Purpose::Cues, 1));
    let mut rng = Streams::new(2026).rng(Purpose::Dynamics, 1);
    let run = Runner::default().run(&memory, &SynchronousMarginal, &mut x, &mut rng).unwrap();
    assert_eq!((hex(&x).as_str(), run.steps), MARGINAL);
}

#[test]
fn sampling_and_corruption() {
    let mut rng = Streams::new(2026).rng(Purpose::Cues, 0);
    let cube = Hypercube::new(70).unwrap();
    let pattern = draw(&cube, 1).remove(0);
    assert_eq!(hex(&pattern), PATTERN);
    assert_eq!(hex(&FlipExactly::new(9).corrupt(&cube, &pattern, &mut rng).unwrap()), FLIPPED_EXACTLY);
    assert_eq!(hex(&FlipEach::new(0.2).unwrap().corrupt(&cube, &pattern, &mut rng).unwrap()), FLIPPED_EACH);
    let sphere = Sphere::<f64>::new(4).unwrap();
    let pattern = draw(&sphere, 1).remove(0);
    close("sphere", pattern.as_slice(), &SPHERE);
    let noisy = TangentNoise::new(0.3).unwrap().corrupt(&sphere, &pattern, &mut rng).unwrap();
    close("tangent noise", noisy.as_slice(), &NOISY);
    close("Euclidean", draw(&Euclidean::<f64>::new(3).unwrap(), 1)[0].as_slice(), &EUCLIDEAN);
}

/// Three steps of a dynamics on the LSE memory of a space, from a fixed start.
fn steps<S, D>(space: &S, dynamics: &D) -> S::State
where
    S: Storable,
    S::State: dam_core::IntoState<S>,
    D: Dynamics<Dam<S::Store, Exponential, LogSum>>,
{
    let memory = models::lse(space.clone(), 0.5, draw(space, 12)).unwrap();
    let mut rng = Streams::new(2026).rng(Purpose::Dynamics, 0);
    let mut x = space.sample(&mut Streams::new(2026).rng(Purpose::Cues, 4));
    Runner::default().max_steps(3).run(&memory, dynamics, &mut x, &mut rng).unwrap();
    x
}

#[test]
fn dynamics_on_spins() {
    let cube = Hypercube::new(70).unwrap();
    let found = [
        hex(&steps(&cube, &Synchronous)),
        hex(&steps(&cube, &Asynchronous::new(Order::Sequential))),
        hex(&steps(&cube, &Asynchronous::new(Order::Permutation))),
        hex(&steps(&cube, &Asynchronous::new(Order::WithReplacement))),
        hex(&steps(&cube, &Glauber::new(2.0, Order::Sequential).unwrap())),
        hex(&steps(&cube, &SpinMetropolis::new(2.0, Order::WithReplacement).unwrap())),
    ];
    assert_eq!(found, SPIN_STEPS);
}

#[test]
fn dynamics_on_vectors() {
    let sphere = Sphere::<f64>::new(3).unwrap();
    let euclidean = Euclidean::<f64>::new(3).unwrap();
    let gaussian = Metropolis::new(0.5, GaussianStep::new(0.2).unwrap()).unwrap();
    let langevin = Langevin::new(0.5, 0.05).unwrap();
    let mut found: Vec<f64> = Vec::new();
    found.extend(steps(&sphere, &Synchronous).iter());
    found.extend(steps(&sphere, &GradientDescent::default()).iter());
    found.extend(steps(&sphere, &ConjugateGradient).iter());
    found.extend(steps(&sphere, &gaussian).iter());
    found.extend(steps(&sphere, &PairMetropolis::new(0.5, 1.0).unwrap()).iter());
    found.extend(steps(&sphere, &langevin).iter());
    found.extend(steps(&euclidean, &Synchronous).iter());
    found.extend(steps(&euclidean, &GradientDescent::default()).iter());
    found.extend(steps(&euclidean, &ConjugateGradient).iter());
    found.extend(steps(&euclidean, &gaussian).iter());
    found.extend(steps(&euclidean, &langevin).iter());
    close("dynamics", &found, &VECTOR_STEPS);
}

/// In single precision the last bit of a logarithm may move a state by more than 10⁻⁹.
#[test]
fn dynamics_on_vectors_in_single_precision() {
    let sphere = Sphere::<f32>::new(3).unwrap();
    let euclidean = Euclidean::<f32>::new(3).unwrap();
    let gaussian = Metropolis::new(0.5, GaussianStep::new(0.2).unwrap()).unwrap();
    let langevin = Langevin::new(0.5, 0.05).unwrap();
    let found = [
        steps(&sphere, &Synchronous),
        steps(&sphere, &GradientDescent::default()),
        steps(&sphere, &ConjugateGradient),
        steps(&sphere, &gaussian),
        steps(&sphere, &PairMetropolis::new(0.5, 1.0).unwrap()),
        steps(&sphere, &langevin),
        steps(&euclidean, &Synchronous),
        steps(&euclidean, &GradientDescent::default()),
        steps(&euclidean, &ConjugateGradient),
        steps(&euclidean, &gaussian),
        steps(&euclidean, &langevin),
    ];
    for (k, (found, golden)) in found.iter().zip(SINGLE_STEPS).enumerate() {
        let near = found.iter().zip(golden).all(|(f, g)| (f - g).abs() <= 1e-5);
        assert!(near, "dynamics {k}: {:?}, golden {golden:?}", found.as_slice());
    }
}

#[test]
fn overlaps() {
    let cube = Hypercube::new(70).unwrap();
    let memory = models::lse(cube.clone(), 0.5, draw(&cube, 4)).unwrap();
    let x = cube.sample(&mut Streams::new(2026).rng(Purpose::Cues, 4));
    close("spins", &memory.overlaps(&x).unwrap(), &SPIN_OVERLAPS);
    let sphere = Sphere::<f64>::new(70).unwrap();
    let memory = models::lse(sphere.clone(), 0.5, draw(&sphere, 4)).unwrap();
    let x = sphere.sample(&mut Streams::new(2026).rng(Purpose::Cues, 4));
    close("vectors", &memory.overlaps(&x).unwrap(), &VECTOR_OVERLAPS);
}

#[test]
fn energies() {
    let cube = Hypercube::new(70).unwrap();
    let x = cube.sample(&mut Streams::new(2026).rng(Purpose::Cues, 4));
    let found = [
        models::hopfield(cube.clone(), draw(&cube, 12)).unwrap().energy(&x),
        models::polynomial(cube.clone(), 3, draw(&cube, 12)).unwrap().energy(&x),
        models::lse(cube.clone(), 0.5, draw(&cube, 12)).unwrap().energy(&x),
        (-models::demircigil(cube.clone(), draw(&cube, 12)).unwrap().energy(&x)).ln(),
        models::lsr(cube.clone(), 1.2, 1e-3, draw(&cube, 12)).unwrap().energy(&x),
    ];
    close("energies", &found, &ENERGIES);
}

const STREAMS: [u64; 8] = [
    1369770506083817539,
    18088792201412845346,
    12851545706888981102,
    7873427962720405569,
    9236808014286305644,
    4465724254109348827,
    17221932660130500999,
    12485617437984656027,
];
const PATTERN: &str = "348dee6940762031b0";
const FLIPPED_EXACTLY: &str = "24c96e6940726233b2";
const FLIPPED_EACH: &str = "7685fa61487e6431b2";
const SPHERE: [f64; 4] =
    [-1.8941136435566786, -0.6343962290191397, -0.05078352528910128, 0.08541641211119795];
const NOISY: [f64; 4] = [-1.8132533490558909, -0.576173894733283, 0.2948805902005693, 0.5414622541677662];
const EUCLIDEAN: [f64; 3] = [-1.7013881878584962, -0.5698466161979471, -0.04561631787966405];
const SPIN_STEPS: [&str; 6] = [
    "117a31dc6a1bf800f3",
    "06f8cbee53a9c96592",
    "06f8cbee53a9c96592",
    "117a71dc6a1bf800f3",
    "422dd56d6f1c9be843",
    "9678e8bc4a8afc52f2",
];
const VECTOR_STEPS: [f64; 33] = [
    0.8590301096188634,
    -1.0115431340667327,
    -1.1130353807002968,
    0.5304618874091537,
    -1.1867450602309908,
    -1.1446599268008204,
    1.6351500331160065,
    -0.2960997555267945,
    -0.4884765132303652,
    -0.6043330264147678,
    -1.4364973202414264,
    -0.7558154815320786,
    0.8256051953641328,
    -1.4802723211071749,
    -0.3566089128887961,
    -0.33831809638873644,
    -1.6594559804076117,
    -0.3629693027589435,
    0.9264377428017948,
    -0.9560927994169166,
    -0.5912766505072554,
    0.9080964682463771,
    -0.8917248110920969,
    -0.6175744312010336,
    2.16978888781702,
    -1.6982093584423126,
    -0.518150696854542,
    -0.44726485874006405,
    -0.8727768675984521,
    -0.4891788277337723,
    -0.13961220737204522,
    -1.0766717715106084,
    -0.07702940197557989,
];
const ENERGIES: [f64; 5] =
    [-4.2, -0.7167346938775511, 55.33450919083236, -55.872735633147116, 168.4385901866358];
const SINGLE_STEPS: [[f32; 3]; 11] = [
    [0.85903007, -1.0115432, -1.1130354],
    [0.53046185, -1.186745, -1.14466],
    [1.6351501, -0.29609966, -0.4884763],
    [-0.60433304, -1.4364973, -0.7558155],
    [0.82560503, -1.4802723, -0.35660896],
    [-0.33831814, -1.659456, -0.3629693],
    [0.9264376, -0.95609283, -0.5912766],
    [0.90809673, -0.89172494, -0.6175744],
    [2.169789, -1.6982095, -0.518151],
    [-0.44726485, -0.87277687, -0.48917884],
    [-0.1396122, -1.0766717, -0.07702941],
];
const SPIN_OVERLAPS: [f64; 4] =
    [-0.08571428571428572, 0.17142857142857143, 0.08571428571428572, -0.08571428571428572];
const VECTOR_OVERLAPS: [f64; 4] =
    [0.08412048930771698, 0.02929430197743019, 0.009228972443830509, 0.10261765228105296];

const DESCENT: [f64; 4] = [0.7604588765182166, -1.0, -0.17172668267219524, 0.8814726912526035];
const READOUT: [f64; 3] = [-0.5316542668471199, 1.8586441611381834, -0.524713177851117];
const MARGINAL: (&str, usize) = ("b63b1b6cd87b6e98b2", 4);
