use dam_core::learning::Descent;
use dam_core::{PatternStore, Streams};

use super::reference::{CASES, SIZES};
use super::*;
use crate::images::synthetic;

/// The same integers as in the script that printed the digits.
fn entry(mu: i64, i: i64) -> f64 {
    ((7 * i * i + 13 * i * mu + 5 * mu * mu + 3 * i + 11 * mu + 2) % 23 - 11) as f64
}

fn case() -> (DensePatterns<Euclidean<f64>>, Vec<Example<f64>>) {
    let [sites, count, images] = SIZES;
    let memory = |mu: usize| {
        let memory = DVector::from_fn(sites + CLASSES, |i, _| match mu {
            // Dead: nothing reaches it.
            2 => f64::from(u8::from(i >= sites)) / 2.0,
            _ => entry(mu as i64, i as i64) / 12.0,
        });
        Ok(memory)
    };
    let memories =
        DensePatterns::new(Euclidean::new(sites + CLASSES).unwrap(), (0..count).map(memory)).unwrap();
    let example = |s: usize| {
        let sites = DVector::from_fn(sites, |i, _| entry(40 + 3 * s as i64, i as i64) / 11.0);
        Example { sites, label: (3 * s + 1) % CLASSES }
    };
    (memories, (0..images).map(example).collect())
}

#[test]
fn losses_gradients_and_steps_are_those_of_automatic_differentiation() {
    for case_of in &CASES {
        let (mut memories, examples) = case();
        let batch: Vec<&Example<f64>> = examples.iter().collect();
        let classifier = Classifier::new(case_of.order, case_of.exponent, case_of.temperature).unwrap();
        let mut scratch = Scratch::default();
        let mut gradient = Gradient::zeros(&memories);
        let loss = classifier.add_gradient(&memories, &batch, &mut gradient, &mut scratch).unwrap();
        assert!((loss - case_of.loss).abs() <= 1e-12 * case_of.loss, "{loss} {}", case_of.loss);
        let largest = case_of.gradient.iter().flatten().fold(0.0, |top: f64, g| top.max(g.abs()));
        for (mu, expected) in case_of.gradient.iter().enumerate() {
            let found = gradient.pattern(mu).unwrap();
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() <= 1e-9 * largest, "{}: {found} {expected}", case_of.order);
            }
        }
        let descent = Descent::new(0.6, 0.04, 1.0).unwrap();
        let mut velocity = Gradient::zeros(&memories);
        for _ in 0..2 {
            descent.step(&mut memories, &classifier, &batch, &mut velocity, &mut scratch).unwrap();
        }
        for (mu, expected) in case_of.after.iter().enumerate() {
            let found = memories.pattern(mu).unwrap();
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() <= 1e-9, "{}: {found} {expected}", case_of.order);
            }
        }
    }
}

#[test]
fn slopes_of_the_loss_are_those_of_differences_also_where_tanh_is_saturated() {
    for exponent in [1, 2, 30] {
        let classifier = Classifier::new(2, exponent, 1.0).unwrap();
        let at = |z: f64, label: usize| {
            let mut slope = [0.0];
            (classifier.loss(&[z], &mut slope, label), slope[0])
        };
        for z in [-1.2_f64, -0.1, 0.0, 0.3, 2.0] {
            for label in [0, 1] {
                let t = if label == 0 { 1.0 } else { -1.0 };
                let (loss, slope) = at(z, label);
                assert!((loss - (t - z.tanh()).powi(2 * exponent as i32)).abs() <= 1e-13 * loss);
                let difference = (at(z + 1e-6, label).0 - at(z - 1e-6, label).0) / 2e-6;
                assert!(
                    (slope - difference).abs() <= 1e-6 * slope.abs() + 1e-12,
                    "{exponent} {z} {slope} {difference}"
                );
            }
        }
        // Right and certain: 1 − tanh z = 2 / (1 + e^(2z)), whose digits the difference of two numbers would lose.
        let expected = 2.0 * f64::from(exponent) * (2.0 / (1.0 + 12.0_f64.exp())).ln();
        assert!((at(6.0, 0).0.ln() - expected).abs() < 1e-9);
        // Wrong and certain: the loss is 2^(2m) and its slope has died.
        assert_eq!(at(1000.0, 1), (2.0_f64.powi(2 * exponent as i32), -0.0));
    }
}

fn sets() -> Sets {
    let data = synthetic(1);
    let some: Vec<usize> = (0..300).collect();
    let (train, validation) = (data.train.select(&some).unwrap(), data.test.select(&some).unwrap());
    Sets { train: examples(&train), validation: examples(&validation), test: Vec::new() }
}

fn training() -> Training {
    // A ramp, so that the temperature of an epoch matters.
    Training { final_temperature: 25.0, ramp: 3, batch: 16, rate: 0.05, ..Training::short(70, 3, 20.0, 9) }
}

fn trained(epochs: usize, threads: usize) -> Trainer {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let mut trainer = Trainer::new(training(), 256, Streams::new(3)).unwrap();
        for _ in 0..epochs {
            trainer.epoch(&sets().train).unwrap();
            trainer.evaluate(&sets()).unwrap();
        }
        trainer
    })
}

fn same(a: &Trainer, b: &Trainer) -> bool {
    a.memories() == b.memories()
        && a.velocity == b.velocity
        && a.history() == b.history()
        && a.evaluations() == b.evaluations()
}

#[test]
fn training_learns_and_its_bits_depend_on_neither_threads_nor_interruptions() {
    let whole = trained(9, 1);
    assert!(same(&whole, &trained(9, 3)));
    let last = whole.evaluations().last().unwrap();
    assert!(last.train.unwrap() < 0.2 && last.validation.unwrap() < 0.3 && last.test.is_none(), "{last:?}");
    assert!(whole.history()[0].error > 0.3 && whole.history()[8].error < 0.25);

    let folder = tempfile::tempdir().unwrap();
    let resume = || Trainer::resume(folder.path(), "these", &training(), Streams::new(3)).unwrap();
    assert!(resume().is_none());
    trained(1, 2).save(folder.path(), "these").unwrap();
    let mut parts = resume().unwrap();
    for _ in 1..9 {
        parts.epoch(&sets().train).unwrap();
        parts.evaluate(&sets()).unwrap();
        parts.save(folder.path(), "these").unwrap();
        // What a process that dies here leaves to the next.
        parts = resume().unwrap();
    }
    assert!(same(&whole, &parts));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "numbers of earlier epochs stay");
}

#[test]
fn another_run_or_damaged_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    trained(1, 1).save(folder.path(), "these").unwrap();
    let told = |images: &str, training: &Training, seed: u64| {
        Trainer::resume(folder.path(), images, training, Streams::new(seed)).unwrap_err().to_string()
    };
    assert!(told("those", &training(), 3).contains("expected the run of the images those, found of these"));
    assert!(told("these", &training(), 4).contains("another --out"));
    assert!(told("these", &Training { order: 4, ..training() }, 3).contains("order: 4"));
    let numbers = folder.path().join("memories-000001.npy");
    let good = std::fs::read(&numbers).unwrap();
    let mut bad = good.clone();
    bad[4000] ^= 1;
    std::fs::write(&numbers, &bad).unwrap();
    assert!(told("these", &training(), 3).contains("checksum"));
    std::fs::write(&numbers, &good[..good.len() - 4]).unwrap();
    assert!(told("these", &training(), 3).contains("truncated or corrupt"));
    // Of what is in the folder only numbers of earlier epochs are removed.
    std::fs::write(&numbers, &good).unwrap();
    let mine =
        ["memories-mine.npy", "memories-1.npy", "memories-000009.npy"].map(|name| folder.path().join(name));
    mine.iter().for_each(|path| std::fs::write(path, "").unwrap());
    trained(2, 1).save(folder.path(), "these").unwrap();
    assert!(mine.iter().all(|path| path.exists()) && !numbers.exists());
    std::fs::write(folder.path().join("training.json"), "{").unwrap();
    assert!(told("these", &training(), 3).contains("expected the file as it was written"));
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(matches!(trained(1, 1).save(&file.join("below"), "these"), Err(Error::Output { .. })));
}

#[test]
fn training_stops_once_the_error_has_stopped_falling() {
    let mut trainer = trained(1, 1);
    let evaluation = |error: f64| Evaluation { epoch: 1, train: None, validation: Some(error), test: None };
    trainer.evaluations = [0.5, 0.3, 0.3, 0.4].map(evaluation).to_vec();
    assert!(trainer.is_stale(2) && !trainer.is_stale(3));
    trainer.evaluations.push(evaluation(0.2));
    assert!(!trainer.is_stale(1));
    trainer.evaluations = vec![Evaluation { validation: None, ..evaluation(0.1) }; 9];
    assert!(!trainer.is_stale(1));
}

#[test]
fn what_cannot_be_trained_is_refused() {
    let refused = |training: Training| Trainer::new(training, 256, Streams::new(1)).is_err();
    assert!(refused(Training { memories: 0, ..training() }));
    assert!(refused(Training { batch: 0, ..training() }));
    assert!(refused(Training { temperature: f64::NAN, ..training() }));
    assert!(refused(Training { final_temperature: 0.0, ramp: 0, ..training() }));
    assert!(refused(Training { decay: 1.01, ..training() }));
    assert!(refused(Training { sd: -1.0, ..training() }));
    assert!(refused(Training { order: 1, ..training() }));
    assert!(refused(Training { exponent: 0, ..training() }));
    assert!(refused(Training { momentum: 1.0, ..training() }));
    let mut mislabelled = sets().train;
    mislabelled[3].label = 10;
    let told =
        Trainer::new(training(), 256, Streams::new(1)).unwrap().epoch(&mislabelled).unwrap_err().to_string();
    assert!(told.contains("label: expected a class from 0 to 9, found 10"), "{told}");
    assert!(Trainer::new(training(), 256, Streams::new(1)).unwrap().epoch(&[]).is_err());
    // Powers that leave f32: a typed error, not a wrong number.
    let cold = Training { temperature: 1e-3, order: 30, ramp: 0, final_temperature: 1e-3, ..training() };
    let told =
        Trainer::new(cold, 256, Streams::new(1)).unwrap().epoch(&sets().train).unwrap_err().to_string();
    assert!(told.contains("higher temperature"), "{told}");
    let other =
        Trainer::new(training(), 25, Streams::new(1)).unwrap().epoch(&sets().train).unwrap_err().to_string();
    assert!(other.contains("expected 25 sites, found 256"), "{other}");
}

/// With the environment variable DAM_MNIST_DIR alone: the data are not part of the repository.
#[test]
fn a_short_training_on_mnist_errs_as_it_should() {
    let Some(folder) = std::env::var_os("DAM_MNIST_DIR") else {
        crate::images::tests::skipped("a short training on MNIST");
        return;
    };
    let data = crate::images::Dataset::load(std::path::Path::new(&folder)).unwrap();
    let (train, test) = (examples(&data.train), examples(&data.test));
    let mut trainer = Trainer::new(Training::notebook(100, 20, 30, 540.0), 784, Streams::new(1)).unwrap();
    for _ in 0..10 {
        trainer.epoch(&train).unwrap();
    }
    // An independent program in Python had 8.1 % after ten epochs of one seed.
    let wrong = trainer.errors(&test).unwrap();
    assert!((600..1100).contains(&wrong), "{wrong} of 10,000");
}
