//! Random patterns and descents among them.

use std::sync::Arc;

use dam_analysis::theory::exponential_load::Patterns;
use dam_core::kernel::Exponential;
use dam_core::nalgebra::DVector;
use dam_core::prelude::*;
use dam_core::{Bricks, DensePatterns, Held, Real, Regenerated};

use crate::Error;

pub(super) type Memory<T, B> = Dam<DensePatterns<Euclidean<T>, B>, Exponential, LogSum>;

/// Pattern μ, a function of it alone.
pub(super) type Sampler<T> = Arc<dyn Fn(usize) -> DVector<T> + Send + Sync>;

/// Patterns of an ensemble, as states of the Euclidean space.
pub(super) fn sampler<T: Real>(
    ensemble: Patterns,
    sites: usize,
    streams: Streams,
) -> Result<Sampler<T>, Error> {
    let rng = move |mu: usize| streams.rng(Purpose::Patterns, mu as u64);
    Ok(match ensemble {
        Patterns::Spherical => {
            let space = Sphere::<T>::new(sites)?;
            Arc::new(move |mu| space.sample(&mut rng(mu)))
        }
        Patterns::Gaussian => {
            let space = Euclidean::<T>::new(sites)?;
            Arc::new(move |mu| space.sample(&mut rng(mu)))
        }
        Patterns::Binary => {
            let space = Hypercube::new(sites)?;
            Arc::new(move |mu| {
                let x = space.sample(&mut rng(mu));
                DVector::from_fn(sites, |i, _| T::narrow(f64::from(x.get(i))))
            })
        }
    })
}

/// Patterns whose memory is asked at one λ after the other.
pub(super) struct Load<T: Real, B: Bricks<T> = Held<T>> {
    /// Always there between calls.
    store: Option<DensePatterns<Euclidean<T>, B>>,
}

impl<T: Real> Load<T> {
    /// In memory.
    pub(super) fn held(sites: usize, count: usize, pattern: &Sampler<T>) -> Result<Self, Error> {
        let store = DensePatterns::new(Euclidean::new(sites)?, (0..count).map(|mu| Ok(pattern(mu))))?;
        Ok(Self { store: Some(store) })
    }
}

impl<T: Real> Load<T, Regenerated<T>> {
    /// Made again whenever they are read.
    pub(super) fn regenerated(sites: usize, count: usize, pattern: &Sampler<T>) -> Result<Self, Error> {
        Ok(Self { store: Some(regenerated(sites, count, pattern)?) })
    }
}

/// Patterns that are made again whenever they are read.
pub(super) fn regenerated<T: Real>(
    sites: usize,
    count: usize,
    pattern: &Sampler<T>,
) -> Result<DensePatterns<Euclidean<T>, Regenerated<T>>, Error> {
    let pattern = pattern.clone();
    Ok(DensePatterns::regenerated(Euclidean::new(sites)?, count, move |mu| pattern(mu))?)
}

impl<T: Real, B: Bricks<T>> Load<T, B> {
    /// Runs `work` on the memory at inverse temperature `lambda`.
    pub(super) fn at<R>(
        &mut self,
        lambda: f64,
        work: impl FnOnce(&Memory<T, B>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let kernel = Exponential::new(lambda)?;
        let store = self.store.take().expect("put back after every call");
        let memory = Dam::with_store(store, kernel, LogSum, 1.0 / lambda)?;
        let result = work(&memory);
        self.store = Some(memory.into_store());
        result
    }
}

/// At most so many steps, and none smaller than that.
pub(super) const STEPS: usize = 200;
const TOLERANCE: f64 = 1e-4;

/// Where descents by the map end.
pub(super) fn follow<T: Real, B: Bricks<T>>(
    memory: &Memory<T, B>,
    starts: Vec<DVector<T>>,
) -> Result<(Vec<DVector<T>>, Vec<Run>), Error> {
    descend(memory, &Synchronous, starts, TOLERANCE)
}

pub(super) fn descend<T: Real, B: Bricks<T>, D: Dynamics<Memory<T, B>>>(
    memory: &Memory<T, B>,
    dynamics: &D,
    mut x: Vec<DVector<T>>,
    tolerance: f64,
) -> Result<(Vec<DVector<T>>, Vec<Run>), Error> {
    let runner = Runner::default().max_steps(STEPS).tolerance(tolerance);
    // No descent is random.
    let rng = |k: usize| Streams::new(0).rng(Purpose::Dynamics, k as u64);
    let runs = runner.run_all(memory, dynamics, &mut x, rng)?;
    Ok((x, runs))
}

/// Which of the patterns `targets` are retrieved by descents from `starts`.
pub(super) fn retrieved<T: Real, B: Bricks<T>>(
    memory: &Memory<T, B>,
    starts: Vec<DVector<T>>,
    targets: &[usize],
) -> Result<Vec<bool>, Error> {
    let (ends, _) = follow(memory, starts)?;
    weighty(memory, &ends, targets)
}

/// Where the softmax weight of the target exceeds 1/2.
pub(super) fn weighty<T: Real, B: Bricks<T>>(
    memory: &Memory<T, B>,
    ends: &[DVector<T>],
    targets: &[usize],
) -> Result<Vec<bool>, Error> {
    Ok(memory.attention_weights(ends, targets)?.into_iter().map(|p| p > 0.5).collect())
}

/// The share of those that are true.
pub(super) fn share(of: &[bool]) -> f64 {
    of.iter().filter(|&&yes| yes).count() as f64 / of.len() as f64
}
