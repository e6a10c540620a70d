//! Images that need no files: strokes that differ from class to class, moved and disturbed from image to image.

use dam_core::{Purpose, Streams};
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};

use super::{CLASSES, Dataset, Images};

/// Pixels of a side.
const SIDE: usize = 16;
/// Points of the stroke of a class.
const POINTS: usize = 5;

/// 4000 images to learn from and 1000 others, 16 × 16 pixels, in ten classes.
///
/// A class is a stroke through five random points; an image of it has every point moved by a normal variate of 1.1 pixels, all
/// of them together by another of one pixel, and noise. They have the format of digits, but their errors mean nothing beyond
/// the program.
#[must_use]
pub fn synthetic(seed: u64) -> Dataset {
    let streams = Streams::new(seed);
    let strokes: Vec<[[f64; 2]; POINTS]> = (0..CLASSES as u64)
        .map(|class| {
            let mut rng = streams.rng(Purpose::Patterns, class);
            std::array::from_fn(|_| [0; 2].map(|_| rng.random_range(3.0..SIDE as f64 - 3.0)))
        })
        .collect();
    let set = |count: usize, part: u64| {
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        for k in 0..count {
            let mut rng = streams.branch(part).rng(Purpose::Cues, k as u64);
            let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
            let class = k % CLASSES;
            let shift = [normal(), normal()];
            let points =
                strokes[class].map(|[x, y]| [x + shift[0] + 1.1 * normal(), y + shift[1] + 1.1 * normal()]);
            for at in 0..SIDE * SIDE {
                let pixel = [(at % SIDE) as f64, (at / SIDE) as f64];
                let nearest = points
                    .windows(2)
                    .map(|ends| distance(pixel, ends[0], ends[1]))
                    .fold(f64::INFINITY, f64::min);
                let ink = 255.0 * (1.8 - nearest).clamp(0.0, 1.0) + 20.0 * normal();
                pixels.push(ink.clamp(0.0, 255.0) as u8);
            }
            labels.push(class as u8);
        }
        Images { rows: SIDE, columns: SIDE, pixels, labels }
    };
    Dataset::of(set(4000, 0), set(1000, 1), "synthetic images")
}

/// From a point to a line between two others.
fn distance(at: [f64; 2], from: [f64; 2], to: [f64; 2]) -> f64 {
    let minus = |a: [f64; 2], b: [f64; 2]| [a[0] - b[0], a[1] - b[1]];
    let dot = |a: [f64; 2], b: [f64; 2]| a[0] * b[0] + a[1] * b[1];
    let (line, offset) = (minus(to, from), minus(at, from));
    let along = (dot(line, offset) / dot(line, line).max(1e-12)).clamp(0.0, 1.0);
    let rest = minus(offset, [along * line[0], along * line[1]]);
    dot(rest, rest).sqrt()
}
