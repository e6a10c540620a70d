//! The exact measure at T = 1/(nβ), and every thermal dynamics against it.

use dam_core::nalgebra::DVector;
use dam_core::prelude::*;

use crate::theory::finite::single_pattern;
use crate::theory::{Space, tails::Overlaps};
use crate::thermal::{
    Bulk, Chain, GibbsMixture, LangevinMoves, PairMoves, Protocol, Sampler, Start, Tempering, VectorMoves,
};
use dam_core::{Polar, kernel::Exponential};

fn patterns(n: usize, m: usize, seed: u64) -> Vec<DVector<f64>> {
    let space = Sphere::<f64>::new(n).unwrap();
    (0..m as u64).map(|mu| space.sample(&mut Streams::new(seed).rng(Purpose::Patterns, mu))).collect()
}

/// On the circle the measure is an integral over one angle.
#[test]
fn the_mixture_on_the_circle_is_an_integral() {
    let (beta, xi) = (0.8, patterns(2, 5, 1));
    for n in [1, 2] {
        let (mut z, mut mean) = (0.0, DVector::zeros(2));
        for k in 0..100_000 {
            let angle = 2.0 * std::f64::consts::PI * f64::from(k) / 1e5;
            let x = DVector::from_vec(vec![angle.cos(), angle.sin()]) * 2_f64.sqrt();
            let weight = xi.iter().map(|p| (beta * p.dot(&x)).exp()).sum::<f64>().powi(n);
            z += weight;
            mean += x * weight;
        }
        mean /= z;
        let found = GibbsMixture::new(&xi, beta, n as usize).unwrap().mean().unwrap();
        assert!((found - mean).norm() < 1e-12, "{n}");
    }
}

#[test]
fn one_pattern_is_one_law() {
    let (n, xi) = (20, patterns(20, 1, 2));
    for (count, t) in [(1, 1.0), (2, 0.5)] {
        let mean = GibbsMixture::new(&xi, 1.0, count).unwrap().mean().unwrap();
        let exact = single_pattern(Overlaps::new(Space::Sphere, n).unwrap(), t, |gap| gap).unwrap();
        assert!((mean.dot(&xi[0]) / n as f64 - exact.overlap).abs() < 1e-13);
    }
}

/// Mean overlaps of independent values with their standard errors, against the exact ones: no difference of 4.5 errors,
/// and all of the size they should have.
fn agree(name: &str, means: &[DVector<f64>], xi: &[DVector<f64>], exact: &DVector<f64>) {
    let (count, n) = (means.len() as f64, exact.len() as f64);
    let mut squares = 0.0;
    for (mu, xi) in xi.iter().enumerate() {
        let phi: Vec<f64> = means.iter().map(|x| x.dot(xi) / n).collect();
        let mean = phi.iter().sum::<f64>() / count;
        let variance = phi.iter().map(|p| (p - mean).powi(2)).sum::<f64>() / (count - 1.0);
        let z = (mean - exact.dot(xi) / n) / (variance / count).sqrt();
        assert!(z.abs() < 4.5, "{name}: pattern {mu} is off by {z} errors");
        squares += z * z;
    }
    let rms = (squares / xi.len() as f64).sqrt();
    assert!(rms > 0.5 && rms < 1.5, "{name}: differences of {rms} errors");
}

#[test]
fn samples_of_the_mixture_have_its_mean() {
    let xi = patterns(20, 60, 3);
    for n in [1, 2] {
        let mixture = GibbsMixture::new(&xi, 1.0, n).unwrap();
        let streams = Streams::new(n as u64);
        let space = Sphere::<f64>::new(20).unwrap();
        let samples: Vec<_> =
            (0..20_000).map(|k| mixture.sample(&mut streams.rng(Purpose::Dynamics, k))).collect();
        samples.iter().for_each(|x| space.check("sample", x).unwrap());
        agree("sampler", &samples, &xi, &mixture.mean().unwrap());
    }
}

/// The mean state of each chain, of (burn-in, steps).
fn chain_means<S>(sampler: &S, t: f64, xi: &[DVector<f64>], steps: (usize, usize)) -> Vec<DVector<f64>>
where
    S: Sampler<Dam<dam_core::DensePatterns<Sphere<f64>>, Exponential, LogSum>>,
{
    let memory = models::lse(Sphere::new(20).unwrap(), 1.0, xi).unwrap();
    let protocol = Protocol::new(steps.0, steps.1).unwrap().start(Start::Random);
    let measure = (5, DVector::clone);
    let chains = protocol.run_measured(&memory, sampler, &xi[0], &[t], 96, Streams::new(9), measure).unwrap();
    assert!(chains[0].iter().all(|c| c.acceptance > 0.1));
    let mean = |x: &Vec<DVector<f64>>| x.iter().sum::<DVector<f64>>() / x.len() as f64;
    chains[0].iter().map(|c| mean(&c.measured)).collect()
}

/// N = 20 and 60 patterns, T = 1 and 1/2: whole-vector and pair moves, MALA and tempering sample the exact measure.
#[test]
fn every_thermal_dynamics_samples_the_exact_measure() {
    let xi = patterns(20, 60, 3);
    for (n, t) in [(1, 1.0), (2, 0.5)] {
        let exact = GibbsMixture::new(&xi, 1.0, n).unwrap().mean().unwrap();
        agree("vector moves", &chain_means(&VectorMoves, t, &xi, (2_000, 4_000)), &xi, &exact);
        agree("MALA", &chain_means(&LangevinMoves, t, &xi, (2_000, 1_500)), &xi, &exact);
        agree("pair moves", &chain_means(&PairMoves, t, &xi, (500, 300)), &xi, &exact);

        let memory = models::lse(Sphere::new(20).unwrap(), 1.0, &xi).unwrap();
        let ladder = vec![0.7 * t, t, 1.4 * t, 2.0 * t];
        // One sweep between exchanges: those that should not have been are not forgotten.
        let tempering = Tempering::new(ladder, 1).unwrap();
        let means: Vec<_> = (0..48)
            .map(|seed| {
                let mut mean = DVector::zeros(20);
                let add = |_: usize, x: &[DVector<f64>]| mean.axpy(1.0 / 4000.0, &x[1], 1.0);
                let streams = Streams::new(100 + seed);
                let run =
                    tempering.run_observed(&memory, &VectorMoves, &xi[0], 500, 4000, streams, add).unwrap();
                assert!(run.exchanged.iter().all(|share| (0.3..0.99).contains(share)), "{:?}", run.exchanged);
                assert!(run.round_trips > 10);
                mean
            })
            .collect();
        agree("tempering", &means, &xi, &exact);
    }
}

/// Overlap and variance of long chains of the two-term model against the integral of its density.
#[test]
fn chains_of_the_bulk_have_its_density() {
    let (n, t) = (50, 0.4);
    let kernel = Exponential::anchored(1.0).unwrap();
    let bulk = Bulk::new(Polar::new(n).unwrap(), kernel, 1.0, -25.0).unwrap();
    let protocol = Protocol::new(1_000, 40_000).unwrap();
    let chains = protocol.run(&bulk, &VectorMoves, &1.0, &[t], 64, Streams::new(5)).unwrap();
    let (mut z, mut first, mut second) = (0.0, 0.0, 0.0);
    let top = bulk.ln_density(0.8, t);
    for k in 1..200_000 {
        let phi = -1.0 + f64::from(k) * 1e-5;
        let weight = (bulk.ln_density(phi, t) - top).exp();
        (z, first, second) = (z + weight, first + weight * phi, second + weight * phi * phi);
    }
    for (name, power, exact) in [("mean", 1, first / z), ("square", 2, second / z)] {
        let of_chain = |c: &Chain<f64>| {
            c.sampled().iter().map(|phi| phi.powi(power)).sum::<f64>() / c.sampled().len() as f64
        };
        let values: Vec<f64> = chains[0].iter().map(of_chain).collect();
        let mean = values.iter().sum::<f64>() / 64.0;
        let error = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (63.0 * 64.0)).sqrt();
        assert!((mean - exact).abs() < 4.0 * error && error < 0.01, "{name}: {mean} +- {error}, not {exact}");
    }
}

#[test]
fn illegal_measures_are_refused() {
    let xi = patterns(5, 3, 1);
    assert!(GibbsMixture::new(&[], 1.0, 1).is_err());
    for (beta, n) in [(1.0, 0), (1.0, 3), (0.0, 1), (f64::NAN, 1), (f64::INFINITY, 2)] {
        assert!(GibbsMixture::new(&xi, beta, n).is_err());
    }
    assert!(GibbsMixture::new(&[xi[0].clone() * 2.0], 1.0, 1).is_err());
    let kernel = Exponential::anchored(1.0).unwrap();
    let polar = Polar::new(10).unwrap();
    for (c, floor) in [(0.0, 0.0), (f64::NAN, 0.0), (1.0, f64::NAN), (1.0, f64::INFINITY)] {
        assert!(Bulk::new(polar, kernel, c, floor).is_err());
    }
}
