//! The classifier of Krotov and Hopfield: memories over pixels and label sites, learned by gradient descent.
//!
//! With pixels v in \[−1, 1\], all labels at −1, and z the [`Readout`] of the memories at temperature T,
//!
//! ```text
//! c_a = tanh z_a,   answer: argmax_a z_a,   C = Σ_{images, a} (t_a − c_a)^{2m},   t = ±1
//! ```
//!
//! The gradient is written by hand (`dam-core`), the patterns move by [`Descent`](dam_core::learning::Descent) within \[−1, 1\].

mod checkpoint;
#[cfg(test)]
mod reference;
mod settings;
#[cfg(test)]
mod tests;
mod trainer;

use std::sync::atomic::{AtomicUsize, Ordering};

use dam_core::learning::{Gradient, Objective, Readout, Scratch};
use dam_core::nalgebra::DVector;
use dam_core::{DensePatterns, Euclidean, PatternStore, Real};

pub use settings::Training;
pub use trainer::{Epoch, Evaluation, Sets, Trainer};

use crate::Error;
use crate::images::{CLASSES, Images};

/// An image as sites in \[−1, 1\], 2p/255 − 1, and its label.
#[derive(Clone, Debug, PartialEq)]
pub struct Example<T: Real> {
    /// N sites.
    pub sites: DVector<T>,
    /// 0 … 9.
    pub label: usize,
}

/// All images of a set.
#[must_use]
pub fn examples<T: Real>(images: &Images) -> Vec<Example<T>> {
    let sites = |k: usize| {
        let pixels = images.pixels(k).iter().map(|&p| T::narrow(f64::from(p) * (2.0 / 255.0) - 1.0));
        DVector::from_iterator(images.sites(), pixels)
    };
    (0..images.len()).map(|k| Example { sites: sites(k), label: usize::from(images.label(k)) }).collect()
}

/// The loss of the classifier, for memories of N + 10 sites.
#[derive(Debug)]
pub struct Classifier {
    readout: Readout,
    /// 2m.
    power: i32,
    /// Wrong answers so far: told in passing, nothing depends on it.
    wrong: AtomicUsize,
}

impl Classifier {
    /// Of order n, with the exponent m of the loss, at temperature T in units of ξ·x.
    ///
    /// # Errors
    /// As [`Readout::new`]; [`dam_core::Error::Parameter`] unless 1 <= m <= 100.
    pub fn new(order: u32, exponent: u32, temperature: f64) -> Result<Self, Error> {
        if !(1..=100).contains(&exponent) {
            let found = f64::from(exponent);
            return Err(
                dam_core::Error::Parameter { name: "exponent m", expected: "1 <= m <= 100", found }.into()
            );
        }
        let readout = Readout::new(order, CLASSES, temperature)?;
        Ok(Self { readout, power: 2 * exponent as i32, wrong: AtomicUsize::new(0) })
    }

    /// Wrong answers that [`add_gradient`](Objective::add_gradient) has seen: those of the memories before each step.
    #[must_use]
    pub fn wrong(&self) -> usize {
        self.wrong.load(Ordering::Relaxed)
    }

    /// How many of these examples have another label than the largest z; the first of equals counts.
    ///
    /// # Errors
    /// As [`Readout::read`]; [`dam_core::Error::Parameter`] for a label above 9.
    pub fn errors<T: Real>(
        &self,
        memories: &DensePatterns<Euclidean<T>>,
        examples: &[Example<T>],
        scratch: &mut Scratch<T>,
    ) -> Result<usize, Error> {
        let mut wrong = 0;
        check(examples)?;
        // Batches, so that memory grows neither with the set nor much with the memories.
        let most = (OVERLAPS / memories.len()).clamp(128, 1024);
        for batch in examples.chunks(most) {
            let visible: Vec<&[T]> = batch.iter().map(|e| e.sites.as_slice()).collect();
            let z = self.readout.read(memories, &visible, scratch)?;
            wrong += z.chunks(CLASSES).zip(batch).filter(|(z, e)| answer(z) != e.label).count();
        }
        Ok(wrong)
    }

    /// The loss of one image, and its slopes.
    fn loss(&self, z: &[f64], slope: &mut [f64], label: usize) -> f64 {
        let mut loss = 0.0;
        for (a, (&z, slope)) in z.iter().zip(slope).enumerate() {
            // 1 − tanh²z and the distance to the nearer of ±1 keep their digits for large |z|.
            let decay = (-2.0 * z.abs()).exp();
            let near = 2.0 * decay / (1.0 + decay);
            let derivative = near * (2.0 - near);
            let distance = if (a == label) == (z >= 0.0) { near } else { 2.0 - near };
            let sign = if a == label { 1.0 } else { -1.0 };
            let lower = distance.powi(self.power - 1);
            *slope = -f64::from(self.power) * sign * lower * derivative;
            loss += lower * distance;
        }
        loss
    }
}

/// Overlaps of an evaluation that are in memory together.
const OVERLAPS: usize = 1 << 22;

fn check<'a, T: Real>(examples: impl IntoIterator<Item = &'a Example<T>>) -> Result<(), dam_core::Error> {
    match examples.into_iter().find(|e| e.label >= CLASSES) {
        Some(wrong) => {
            let (name, expected) = ("label", "a class from 0 to 9");
            Err(dam_core::Error::Parameter { name, expected, found: wrong.label as f64 })
        }
        None => Ok(()),
    }
}

fn answer(z: &[f64]) -> usize {
    (0..z.len()).fold(0, |best, a| if z[a] > z[best] { a } else { best })
}

impl<T: Real> Objective<Euclidean<T>> for Classifier {
    type Example = Example<T>;
    type Scratch = Scratch<T>;

    fn add_gradient(
        &self,
        memories: &DensePatterns<Euclidean<T>>,
        examples: &[&Example<T>],
        gradient: &mut Gradient<T>,
        scratch: &mut Scratch<T>,
    ) -> Result<f64, dam_core::Error> {
        check(examples.iter().copied())?;
        let visible: Vec<&[T]> = examples.iter().map(|e| e.sites.as_slice()).collect();
        let loss = |s: usize, z: &[f64], slope: &mut [f64]| {
            let label = examples[s].label;
            // A count: the order in which threads add to it does not matter.
            self.wrong.fetch_add(usize::from(answer(z) != label), Ordering::Relaxed);
            self.loss(z, slope, label)
        };
        self.readout.add_gradient(memories, &visible, loss, gradient, scratch)
    }
}
