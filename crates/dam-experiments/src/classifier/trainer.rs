//! Training, epoch by epoch.

use dam_core::learning::{Descent, Gradient, Scratch};
use dam_core::nalgebra::DVector;
use dam_core::{DensePatterns, Euclidean, Purpose, Streams};
use rand::seq::SliceRandom;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use super::{Classifier, Example, Training};
use crate::Error;
use crate::images::CLASSES;

/// Memories in training, in f32. The same seed, settings and examples give the same bits for any number of threads, and
/// however often training was stopped and resumed.
///
/// ```
/// use dam_core::Streams;
/// use dam_experiments::classifier::{Trainer, Training, examples};
/// use dam_experiments::images::synthetic;
///
/// let images = synthetic(1);
/// let (train, test) = (examples(&images.train), examples(&images.test));
/// let mut trainer = Trainer::new(Training::short(50, 3, 5.0, 5), train[0].sites.len(), Streams::new(1))?;
/// for _ in 0..5 {
///     trainer.epoch(&train)?;
/// }
/// assert!(trainer.errors(&test)? < 200, "of 1000 images, where guessing errs in 900");
/// # Ok::<(), dam_experiments::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Trainer {
    pub(super) training: Training,
    pub(super) streams: Streams,
    pub(super) memories: DensePatterns<Euclidean<f32>>,
    pub(super) velocity: Gradient<f32>,
    pub(super) history: Vec<Epoch>,
    pub(super) evaluations: Vec<Evaluation>,
    scratch: Scratch<f32>,
}

/// What an epoch told in passing: of every image by the memories before the step that used it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Loss per image, Σ (t − c)^{2m} over its ten labels.
    pub loss: f64,
    /// Share of wrong answers.
    pub error: f64,
}

/// Images to learn from, and others to be asked about.
#[derive(Clone, Debug)]
pub struct Sets {
    /// To learn from.
    pub train: Vec<Example<f32>>,
    /// For choices: of settings, and of when to stop.
    pub validation: Vec<Example<f32>>,
    /// Nothing is chosen by them.
    pub test: Vec<Example<f32>>,
}

/// Shares of wrong answers after some epochs, of all images of a set; `None` of a set without images.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Epochs so far.
    pub epoch: usize,
    /// Of the images that are learned from.
    pub train: Option<f64>,
    /// Of those that choices are made by.
    pub validation: Option<f64>,
    /// Of the others.
    pub test: Option<f64>,
}

impl Trainer {
    /// Memories over `sites` pixels and ten labels, at random: normal, not clipped.
    ///
    /// # Errors
    /// As [`Training::check`] and [`Classifier::new`].
    pub fn new(training: Training, sites: usize, streams: Streams) -> Result<Self, Error> {
        training.check()?;
        let space = Euclidean::new(sites + CLASSES)?;
        let memory = |mu: usize| {
            let mut rng = streams.rng(Purpose::Patterns, mu as u64);
            let entry = |_, _| {
                let normal: f64 = StandardNormal.sample(&mut rng);
                (training.mean + training.sd * normal) as f32
            };
            Ok(DVector::from_fn(sites + CLASSES, entry))
        };
        let memories = DensePatterns::new(space, (0..training.memories).map(memory))?;
        Self::continued(training, streams, memories, None, Vec::new(), Vec::new())
    }

    pub(super) fn continued(
        training: Training,
        streams: Streams,
        memories: DensePatterns<Euclidean<f32>>,
        velocity: Option<Gradient<f32>>,
        history: Vec<Epoch>,
        evaluations: Vec<Evaluation>,
    ) -> Result<Self, Error> {
        training.check()?;
        let velocity = velocity.unwrap_or_else(|| Gradient::zeros(&memories));
        let scratch = Scratch::default();
        let trainer = Self { training, streams, memories, velocity, history, evaluations, scratch };
        trainer.classifier(0)?;
        Ok(trainer)
    }

    /// One epoch: all examples once, in a new order.
    ///
    /// # Errors
    /// As [`Descent::step`], for instance [`dam_core::Error::Overflow`] at a temperature that is too low; the trainer is then
    /// not to be used. [`Error::Images`] for no examples.
    pub fn epoch(&mut self, examples: &[Example<f32>]) -> Result<Epoch, Error> {
        if examples.is_empty() {
            return Err(Error::Images { expected: "examples to learn from".into(), found: "none".into() });
        }
        let epoch = self.history.len();
        let classifier = self.classifier(epoch)?;
        let descent = Descent::new(self.training.momentum, self.training.rate_at(epoch), 1.0)?;
        let mut order: Vec<&Example<f32>> = examples.iter().collect();
        order.shuffle(&mut self.streams.rng(Purpose::Dynamics, epoch as u64));
        let mut loss = 0.0;
        for batch in order.chunks(self.training.batch) {
            let Self { memories, velocity, scratch, .. } = self;
            loss += descent.step(memories, &classifier, batch, velocity, scratch)?;
        }
        let of = |x: f64| x / examples.len() as f64;
        let told = Epoch { loss: of(loss), error: of(classifier.wrong() as f64) };
        self.history.push(told);
        Ok(told)
    }

    /// Wrong answers on these examples, at the temperature of the last epoch.
    ///
    /// # Errors
    /// As [`Classifier::errors`].
    pub fn errors(&mut self, examples: &[Example<f32>]) -> Result<usize, Error> {
        let classifier = self.classifier(self.history.len().saturating_sub(1))?;
        classifier.errors(&self.memories, examples, &mut self.scratch)
    }

    /// Errors on all images, which are remembered.
    ///
    /// # Errors
    /// As [`errors`](Self::errors).
    pub fn evaluate(&mut self, sets: &Sets) -> Result<Evaluation, Error> {
        let mut share = |set: &[Example<f32>]| -> Result<Option<f64>, Error> {
            let wrong = self.errors(set)? as f64 / set.len() as f64;
            Ok(wrong.is_finite().then_some(wrong))
        };
        let (train, validation, test) = (share(&sets.train)?, share(&sets.validation)?, share(&sets.test)?);
        let told = Evaluation { epoch: self.history.len(), train, validation, test };
        self.evaluations.push(told);
        Ok(told)
    }

    /// Whether the error on the validation images has not fallen below its least in the last `patience` evaluations.
    #[must_use]
    pub fn is_stale(&self, patience: usize) -> bool {
        let errors: Vec<f64> = self.evaluations.iter().filter_map(|e| e.validation).collect();
        let least = errors.iter().copied().fold(f64::INFINITY, f64::min);
        errors.iter().position(|&e| e == least).is_some_and(|at| errors.len() - 1 - at >= patience)
    }

    fn classifier(&self, epoch: usize) -> Result<Classifier, Error> {
        let Training { order, exponent, .. } = self.training;
        Classifier::new(order, exponent, self.training.temperature_at(epoch))
    }

    /// The memories alone, and the classifier that reads them at the temperature of the last epoch.
    ///
    /// # Errors
    /// As [`Classifier::new`].
    pub fn finish(self) -> Result<(DensePatterns<Euclidean<f32>>, Classifier), Error> {
        let classifier = self.classifier(self.history.len().saturating_sub(1))?;
        Ok((self.memories, classifier))
    }

    /// The memories: pixels, then ten labels.
    #[must_use]
    pub fn memories(&self) -> &DensePatterns<Euclidean<f32>> {
        &self.memories
    }

    /// The settings.
    #[must_use]
    pub fn training(&self) -> &Training {
        &self.training
    }

    /// All epochs so far.
    #[must_use]
    pub fn history(&self) -> &[Epoch] {
        &self.history
    }

    /// All evaluations so far.
    #[must_use]
    pub fn evaluations(&self) -> &[Evaluation] {
        &self.evaluations
    }
}
