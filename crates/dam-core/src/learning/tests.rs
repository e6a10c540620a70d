use nalgebra::DVector;

use super::*;
use crate::kernel::{Epanechnikov, Exponential, Kernel, Monomial, RectifiedMonomial};
use crate::{Aggregator, Euclidean, LogSum, PatternStore, Purpose, Real, Sphere, StateSpace, Streams, Sum};

fn cube<T: Real>(sites: usize, count: usize, seed: u64) -> Vec<DVector<T>> {
    let (space, streams) = (Euclidean::<T>::new(sites).unwrap(), Streams::new(seed));
    (0..count as u64).map(|mu| space.sample_cube(&mut streams.rng(Purpose::Patterns, mu))).collect()
}

fn store<T: Real>(sites: usize, patterns: &[DVector<T>]) -> DensePatterns<Euclidean<T>> {
    DensePatterns::new(Euclidean::new(sites).unwrap(), patterns.iter().cloned().map(Ok)).unwrap()
}

fn rows<T: Real>(gradient: &Gradient<T>, count: usize) -> Vec<DVector<T>> {
    (0..count).map(|mu| gradient.pattern(mu).unwrap()).collect()
}

/// Some entries of a gradient against central differences of the loss.
fn agrees_with_differences(
    patterns: &[DVector<f64>],
    gradient: &[DVector<f64>],
    loss: impl Fn(&[DVector<f64>]) -> f64,
) {
    let size = gradient.iter().flat_map(|g| g.iter()).fold(0.0, |top: f64, g| top.max(g.abs()));
    assert!(size > 0.0);
    let sites = patterns[0].len();
    for k in 0..40 {
        let (mu, i) =
            ((7 * k) % patterns.len(), if k % 3 == 0 { sites - 1 - k % 4 } else { (5 * k) % sites });
        let at = |step: f64| {
            let mut moved = patterns.to_vec();
            moved[mu][i] += step;
            loss(&moved)
        };
        // Two steps, so that what is left of the difference is of fifth order.
        let step = 1e-3;
        let slope = (8.0 * (at(step) - at(-step)) - (at(2.0 * step) - at(-2.0 * step))) / (12.0 * step);
        assert!(
            (slope - gradient[mu][i]).abs() < 1e-6 * size,
            "{mu} {i}: {slope} {} of {size}",
            gradient[mu][i]
        );
    }
}

/// The loss of the classifier of Krotov and Hopfield with t = ±1 and the power 4, written as it is read.
fn loss_of(z: &[f64], slope: &mut [f64], label: usize) -> f64 {
    let terms = z.iter().zip(slope).enumerate().map(|(a, (z, slope))| {
        let (t, c) = (if a == label { 1.0 } else { -1.0 }, z.tanh());
        *slope = -4.0 * (t - c).powi(3) * (1.0 - c * c);
        (t - c).powi(4)
    });
    terms.sum()
}

#[test]
fn the_gradient_of_a_readout_is_that_of_differences() {
    // More than one block of states, panels of 24 with a short last one, and few visible sites.
    for (order, temperature) in [(2, 3.0), (3, 4.0), (8, 6.0), (20, 7.0)] {
        let (sites, labels, count) = (40, 10, 53);
        let patterns = cube::<f64>(sites, count, 1);
        let examples = cube::<f64>(sites - labels, 150, 2);
        let visible: Vec<&[f64]> = examples.iter().map(|x| x.as_slice()).collect();
        let readout = Readout::new(order, labels, temperature).unwrap();
        let whole = |patterns: &[DVector<f64>]| {
            let mut gradient = Gradient::zeros(&store(sites, patterns));
            let loss = readout.add_gradient(
                &store(sites, patterns),
                &visible,
                |s, z, slope| loss_of(z, slope, s % labels),
                &mut gradient,
                &mut Scratch::default(),
            );
            (loss.unwrap(), gradient)
        };
        let (loss, gradient) = whole(&patterns);
        // z by the definition: two energies.
        let z = readout.read(&store(sites, &patterns), &visible, &mut Scratch::default()).unwrap();
        for s in [0, 77, 149] {
            for a in 0..labels {
                let energy = |on: bool| -> f64 {
                    let mut x = DVector::from_element(sites, -1.0);
                    x.rows_mut(0, sites - labels).copy_from(&examples[s]);
                    x[sites - labels + a] = if on { 1.0 } else { -1.0 };
                    patterns.iter().map(|xi| (xi.dot(&x) / temperature).max(0.0).powi(order as i32)).sum()
                };
                let (found, size) = (z[s * labels + a], energy(true) + energy(false));
                assert!(
                    (found - energy(true) + energy(false)).abs() < 1e-13 * (1.0 + size),
                    "{order} {s} {a}"
                );
            }
        }
        let direct: f64 =
            z.chunks(labels).enumerate().map(|(s, z)| loss_of(z, &mut vec![0.0; labels], s % labels)).sum();
        assert!((loss - direct).abs() < 1e-12 * direct);
        agrees_with_differences(&patterns, &rows(&gradient, count), |patterns| whole(patterns).0);
    }
}

#[test]
fn the_gradient_of_the_mean_energy_is_that_of_differences() {
    fn check<K: Kernel + Copy, Q: Aggregator>(kernel: K, aggregator: Q) {
        let (sites, count) = (20, 53);
        let patterns = cube::<f64>(sites, count, 3);
        let examples = cube::<f64>(sites, 140, 4);
        let batch: Vec<&DVector<f64>> = examples.iter().collect();
        let objective = MeanEnergy::new(kernel, aggregator, 1.7).unwrap();
        let whole = |patterns: &[DVector<f64>]| {
            let mut gradient = Gradient::zeros(&store(sites, patterns));
            let store = store(sites, patterns);
            let e = objective.add_gradient(&store, &batch, &mut gradient, &mut Scratch::default()).unwrap();
            (e, gradient)
        };
        let (energy, gradient) = whole(&patterns);
        let memory =
            crate::Dam::new(Euclidean::new(sites).unwrap(), kernel, aggregator, 1.7, &patterns).unwrap();
        let direct =
            examples.iter().map(|x| crate::Energy::energy(&memory, x) - 0.5 * x.dot(x)).sum::<f64>() / 140.0;
        assert!((energy - direct).abs() < 1e-12 * direct.abs());
        agrees_with_differences(&patterns, &rows(&gradient, count), |patterns| whole(patterns).0);
    }
    check(Monomial::new(3).unwrap(), Sum);
    check(RectifiedMonomial::new(4).unwrap(), Sum);
    check(Exponential::anchored(1.0).unwrap(), LogSum);
    check(Exponential::anchored(0.5).unwrap(), Sum);
    check(Epanechnikov::new(0.6).unwrap(), LogSum);
}

fn mean_energy_of<K: Kernel>(kernel: K) -> Result<f64, crate::Error> {
    let (patterns, examples) = (cube::<f64>(20, 5, 1), cube::<f64>(20, 3, 2));
    let store = store(20, &patterns);
    let objective = MeanEnergy::new(kernel, Sum, 1.0).unwrap();
    let batch: Vec<&DVector<f64>> = examples.iter().collect();
    objective.add_gradient(&store, &batch, &mut Gradient::zeros(&store), &mut Scratch::default())
}

#[test]
fn a_kernel_that_is_no_number_between_whole_ones_is_refused() {
    struct Gaps;
    impl Kernel for Gaps {
        fn f(&self, s: crate::Overlap) -> f64 {
            if s.m().fract() == 0.0 { s.m().powi(2) } else { f64::NAN }
        }
        fn df(&self, s: crate::Overlap) -> f64 {
            2.0 * s.m()
        }
    }
    let found = mean_energy_of(Gaps);
    assert!(matches!(found, Err(crate::Error::KernelNotFinite { .. })), "{found:?}");
}

#[test]
fn coefficients_of_another_kernel_are_refused() {
    struct Wrong;
    impl Kernel for Wrong {
        fn f(&self, s: crate::Overlap) -> f64 {
            s.m().powi(3)
        }
        fn df(&self, s: crate::Overlap) -> f64 {
            3.0 * s.m().powi(2)
        }
        fn log_domain(&self) -> bool {
            false
        }
        fn coefficients(&self, _n: usize) -> Option<Vec<f64>> {
            Some(vec![0.0, 0.0, 1.0])
        }
    }
    let found = mean_energy_of(Wrong);
    assert!(matches!(found, Err(crate::Error::KernelInconsistent { .. })), "{found:?}");
}

#[test]
fn f32_is_close_to_f64_and_threads_change_no_bit() {
    fn run<T: Real>(threads: usize) -> (f64, Vec<DVector<f64>>) {
        let (sites, labels, count) = (60, 10, 500);
        let patterns: Vec<DVector<T>> =
            cube::<f64>(sites, count, 1).iter().map(|x| x.map(T::narrow)).collect();
        let examples: Vec<DVector<T>> =
            cube::<f64>(sites - labels, 300, 2).iter().map(|x| x.map(T::narrow)).collect();
        let visible: Vec<&[T]> = examples.iter().map(|x| x.as_slice()).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let store = store(sites, &patterns);
            let (mut gradient, mut scratch) = (Gradient::zeros(&store), Scratch::default());
            let readout = Readout::new(3, labels, 12.0).unwrap();
            // Twice, the second time with another batch before it in the scratch.
            readout.read(&store, &visible[..7], &mut scratch).unwrap();
            let loss = |s: usize, z: &[f64], slope: &mut [f64]| loss_of(z, slope, s % labels);
            let loss = readout.add_gradient(&store, &visible, loss, &mut gradient, &mut scratch).unwrap();
            (loss, rows(&gradient, count).iter().map(|g| g.map(T::widen)).collect())
        })
    }
    let exact = run::<f64>(1);
    let single = run::<f32>(1);
    assert_eq!(single, run::<f32>(3));
    assert_eq!(exact, run::<f64>(2));
    assert!((exact.0 - single.0).abs() < 1e-5 * exact.0);
    let size = exact.1.iter().map(|g| g.amax()).fold(0.0, f64::max);
    for (a, b) in exact.1.iter().zip(&single.1) {
        assert!((a - b).amax() < 2e-5 * size);
    }
}

/// Steps against the formula, with a pattern that no example reaches.
#[test]
fn steps_are_the_formula_and_a_dead_pattern_stays() {
    struct Fixed(Vec<DVector<f64>>);
    impl Objective<Euclidean<f64>> for Fixed {
        type Example = ();
        type Scratch = ();
        fn add_gradient(
            &self,
            _: &DensePatterns<Euclidean<f64>>,
            examples: &[&()],
            gradient: &mut Gradient<f64>,
            (): &mut (),
        ) -> Result<f64, Error> {
            let sum: Vec<_> =
                (0..self.0.len()).map(|mu| gradient.pattern(mu).unwrap() + &self.0[mu]).collect();
            *gradient = Gradient::from_patterns(sum.iter())?;
            Ok(examples.len() as f64)
        }
    }
    let (sites, count) = (9, 30);
    let mut xi = cube::<f64>(sites, count, 5);
    let mut slopes = cube::<f64>(sites, count, 6);
    slopes[11].fill(0.0);
    slopes[12] *= 1e-40;
    slopes[13] *= 1e100;
    let (mut patterns, objective) = (store(sites, &xi), Fixed(slopes.clone()));
    let (descent, mut velocity) = (Descent::new(0.6, 0.3, 1.0).unwrap(), Gradient::zeros(&patterns));
    let mut v = vec![DVector::<f64>::zeros(sites); count];
    for _ in 0..3 {
        assert_eq!(descent.step(&mut patterns, &objective, &[&(); 4], &mut velocity, &mut ()).unwrap(), 4.0);
        for mu in 0..count {
            v[mu] = &v[mu] * 0.6 + &slopes[mu];
            let rate = 0.3 / v[mu].amax().max(1e-30);
            xi[mu] = (&xi[mu] - &v[mu] * rate).map(|x| x.clamp(-1.0, 1.0));
            let found = patterns.pattern(mu).unwrap();
            assert!((&found - &xi[mu]).amax() < 1e-14, "{mu}");
            assert!((velocity.pattern(mu).unwrap() - &v[mu] * 0.6).amax() <= 1e-14 * v[mu].amax());
        }
    }
    assert_eq!(patterns.pattern(11).unwrap(), cube::<f64>(sites, count, 5)[11]);
    assert!(xi.iter().any(|x| x.amax() == 1.0), "no bound was met");
}

/// What a step does not stand: the velocity of one pattern, or of a neighbour that shares its registers, leaves the range.
#[test]
fn a_velocity_beyond_the_range_is_told_and_patterns_stay_finite() {
    struct Broken(f64);
    impl Objective<Euclidean<f64>> for Broken {
        type Example = ();
        type Scratch = ();
        fn add_gradient(
            &self,
            _: &DensePatterns<Euclidean<f64>>,
            _: &[&()],
            gradient: &mut Gradient<f64>,
            (): &mut (),
        ) -> Result<f64, Error> {
            gradient.panels.fill(1.0);
            gradient.panels[40] = self.0;
            Ok(0.0)
        }
    }
    for value in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        let mut patterns = store(9, &cube::<f64>(9, 30, 5));
        let mut velocity = Gradient::zeros(&patterns);
        let descent = Descent::new(0.6, 0.3, 1.0).unwrap();
        let told = descent.step(&mut patterns, &Broken(value), &[&()], &mut velocity, &mut ()).unwrap_err();
        assert!(matches!(told, Error::Overflow { what: "velocity of a pattern", .. }), "{told}");
        assert!((0..30).all(|mu| patterns.pattern(mu).unwrap().iter().all(|x| x.is_finite())));
    }
}

#[test]
fn what_is_wrong_is_said() {
    let patterns = store(6, &cube::<f32>(6, 3, 1));
    let readout = Readout::new(2, 2, 1.0).unwrap();
    let scratch = &mut Scratch::default();
    let good = [0.5_f32; 4];
    let told = |e: Error| e.to_string();
    assert!(
        told(readout.read(&patterns, &[&good, &good[..3]], scratch).unwrap_err())
            .contains("expected 4 sites, found 3")
    );
    let wrong = [0.5, f32::NAN, 0.0, 0.0];
    assert!(matches!(readout.read(&patterns, &[&wrong], scratch), Err(Error::NotFinite { site: 1, .. })));
    let wide = Readout::new(2, 6, 1.0).unwrap();
    assert!(matches!(wide.read(&patterns, &[], scratch), Err(Error::Dimension { what: "labels", .. })));
    // 4^300 is beyond f32.
    let steep = Readout::new(300, 2, 0.1).unwrap();
    assert!(
        told(steep.read(&patterns, &[&good, &[1.0; 4]], scratch).unwrap_err()).contains("higher temperature")
    );
    let mut other = Gradient::zeros(&store(6, &cube::<f32>(6, 4, 1)));
    let none = |_: usize, _: &[f64], _: &mut [f64]| f64::NAN;
    assert!(
        told(readout.add_gradient(&patterns, &[&good], none, &mut other, scratch).unwrap_err())
            .contains("found 4")
    );
    let mut gradient = Gradient::zeros(&patterns);
    let failed = readout.add_gradient(&patterns, &[&good], none, &mut gradient, scratch);
    assert!(matches!(failed, Err(Error::Overflow { what: "loss or its slope", .. })));
    assert_eq!(readout.read(&patterns, &[], scratch).unwrap(), [0.0; 0]);
    for (n, labels, t) in [(1, 2, 1.0), (2, 0, 1.0), (2, 2, 0.0), (2, 2, f64::NAN)] {
        assert!(matches!(Readout::new(n, labels, t), Err(Error::Parameter { .. })));
    }
    for (p, rate, bound) in
        [(1.0, 1.0, 1.0), (-0.1, 1.0, 1.0), (0.5, 0.0, 1.0), (0.5, 2.1, 1.0), (0.5, 1.0, f64::INFINITY)]
    {
        assert!(matches!(Descent::new(p, rate, bound), Err(Error::Parameter { .. })));
    }
    assert!(matches!(gradient.pattern(3), Err(Error::PatternIndex { index: 3, len: 3 })));
    let unlike = [DVector::<f32>::zeros(6), DVector::zeros(5)];
    assert!(matches!(Gradient::from_patterns(unlike.iter()), Err(Error::Dimension { .. })));
    assert!(matches!(Gradient::<f32>::from_patterns([].iter()), Err(Error::NoPatterns)));
}

#[test]
fn gradients_keep_their_rows() {
    for count in [1, 7, 24, 25, 61] {
        let all = cube::<f64>(5, count, 9);
        let gradient = Gradient::from_patterns(all.iter()).unwrap();
        assert_eq!(rows(&gradient, count), all);
        assert_eq!((gradient.sites, gradient.count), (5, count));
        assert_eq!(gradient.panels.len(), Gradient::zeros(&store(5, &all)).panels.len());
    }
    let sphere = Sphere::<f64>::new(4).unwrap();
    let xi = sphere.sample(&mut Streams::new(1).rng(Purpose::Patterns, 0));
    let store = DensePatterns::new(sphere, [Ok(xi)].into_iter()).unwrap();
    assert_eq!(Gradient::zeros(&store).pattern(0).unwrap(), DVector::zeros(4));
}
