//! Training of which files were changed: what is gone on with is what a second reading of the checksum finds whole, is
//! saved and resumed to the same state, and learns or says why not. Settings that are taken have legal temperatures
//! and rates at every epoch.

#![no_main]

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use dam_core::nalgebra::DVector;
use dam_core::npy::{self, Axes};
use dam_core::{PatternStore, Streams};
use dam_experiments::Error;
use dam_experiments::classifier::{Epoch, Evaluation, Example, Sets, Trainer, Training};
use dam_fuzz::Splice;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const SITES: usize = 4;
const MEMORIES: usize = 3;
const NUMBERS: &str = "memories-000002.npy";

fn images() -> Vec<Example<f32>> {
    let sites = |k: usize| DVector::from_fn(SITES, |i, _| if (i + k) % 3 == 0 { 1.0 } else { -1.0 });
    (0..7).map(|k| Example { sites: sites(k), label: k }).collect()
}

fn training() -> Training {
    Training { batch: 3, ..Training::short(MEMORIES, 3, 2.0, 2) }
}

/// The two files of a training.
static FRESH: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let mut trainer = Trainer::new(training(), SITES, Streams::new(3)).unwrap();
    let images = images();
    for _ in 0..2 {
        trainer.epoch(&images).unwrap();
        trainer
            .evaluate(&Sets { train: images.clone(), validation: Vec::new(), test: images.clone() })
            .unwrap();
    }
    trainer.save(folder.path(), "images").unwrap();
    ["training.json", NUMBERS].map(|name| fs::read(folder.path().join(name)).unwrap())
});

#[derive(Arbitrary, Debug)]
struct Input {
    head: Option<Vec<Splice>>,
    numbers: Option<Vec<Splice>>,
    /// Whether the checksum is made right again.
    sealed: bool,
    settings: Settings,
}

#[derive(Arbitrary, Debug)]
struct Settings {
    memories: u8,
    order: u32,
    exponent: u32,
    temperatures: (f64, f64),
    ramp: usize,
    rate: f64,
    decay: f64,
    momentum: f64,
    batch: usize,
    normal: (f64, f64),
    epoch: usize,
}

#[derive(Deserialize)]
struct Told {
    sites: usize,
    history: Vec<Epoch>,
    evaluations: Vec<Evaluation>,
    numbers: String,
    sha256: String,
}

/// What `training.json` tells, and the checksum of that and of the numbers it names.
fn told(folder: &Path) -> Option<(Told, String)> {
    let told: Told = serde_json::from_slice(&fs::read(folder.join("training.json")).ok()?).ok()?;
    let rows = npy::read::<f32>(folder.join(&told.numbers), told.sites, 2 * MEMORIES, Axes::PatternsBySites);
    let mut digest = Sha256::new();
    rows.ok()?.iter().for_each(|x| digest.update(x.to_le_bytes()));
    digest.update(serde_json::to_string(&(&told.history, &told.evaluations)).unwrap());
    let sum = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Some((told, sum))
}

fn resume(folder: &Path) -> Result<Option<Trainer>, Error> {
    Trainer::resume(folder, "images", &training(), Streams::new(3))
}

fn state(trainer: &Trainer) -> (Vec<u32>, Vec<Epoch>, Vec<Evaluation>) {
    let memories = trainer.memories();
    let bits = (0..memories.len())
        .flat_map(|mu| memories.pattern(mu).unwrap().iter().map(|x| x.to_bits()).collect::<Vec<_>>());
    (bits.collect(), trainer.history().to_vec(), trainer.evaluations().to_vec())
}

fuzz_target!(|input: Input| {
    files(&input);
    settings(&input.settings);
});

fn files(input: &Input) {
    let folder = tempfile::tempdir().unwrap();
    let (at, next) = (folder.path().join("training"), folder.path().join("next"));
    fs::create_dir(&at).unwrap();
    let files = [("training.json", &input.head), (NUMBERS, &input.numbers)];
    for ((name, changes), fresh) in files.into_iter().zip(&*FRESH) {
        let Some(changes) = changes else { continue };
        let mut bytes = fresh.clone();
        changes.iter().take(8).for_each(|splice| splice.apply(&mut bytes));
        fs::write(at.join(name), bytes).unwrap();
    }
    let path = at.join("training.json");
    // What a field of no meaning holds may be no text.
    let head = || serde_json::from_slice::<Value>(&fs::read(&path).ok()?).ok();
    if input.sealed
        && let (Some((_, sum)), Some(mut head)) = (told(&at), head())
    {
        head["sha256"] = json!(sum);
        fs::write(&path, head.to_string()).unwrap();
    }
    let trainer = match resume(&at) {
        Ok(None) => return assert!(input.head.is_none()),
        Ok(Some(trainer)) => trainer,
        Err(e) => return assert!(!e.to_string().is_empty()),
    };
    let (told, sum) = told(&at).unwrap();
    assert_eq!(told.sha256, sum);
    let (memories, history, evaluations) = state(&trainer);
    assert_eq!((&history, &evaluations), (&told.history, &told.evaluations));
    assert_eq!((memories.len(), told.numbers.as_str()), (MEMORIES * told.sites, NUMBERS));
    assert_eq!(trainer.training(), &training());

    trainer.save(&next, "images").unwrap();
    let mut resumed = resume(&next).unwrap().unwrap();
    assert_eq!(state(&resumed), (memories, history, evaluations));
    let mut trainer = trainer;
    let images = images();
    // Both go on alike, or fail alike.
    match (trainer.epoch(&images), resumed.epoch(&images)) {
        (Ok(a), Ok(b)) => {
            assert_eq!(a, b);
            assert_eq!(state(&trainer), state(&resumed));
            assert!(trainer.memories().len() == MEMORIES && trainer.errors(&images).is_ok());
        }
        (Err(a), Err(b)) => assert_eq!(a.to_string(), b.to_string()),
        (a, b) => panic!("{a:?} and {b:?}"),
    }
}

fn settings(given: &Settings) {
    let training = Training {
        memories: usize::from(given.memories % 8),
        order: given.order,
        exponent: given.exponent,
        temperature: given.temperatures.0,
        final_temperature: given.temperatures.1,
        ramp: given.ramp,
        rate: given.rate,
        decay: given.decay,
        momentum: given.momentum,
        batch: given.batch,
        mean: given.normal.0,
        sd: given.normal.1,
    };
    let Err(refused) = training.check() else {
        let (t, rate) = (training.temperature_at(given.epoch), training.rate_at(given.epoch));
        assert!(t > 0.0 && t.is_finite() && (0.0..=2.0).contains(&rate), "{t} {rate} {training:?}");
        if let Ok(mut trainer) = Trainer::new(training, SITES, Streams::new(1))
            && let Ok(told) = trainer.epoch(&images())
        {
            assert!(
                told.loss >= 0.0 && told.loss.is_finite() && (0.0..=1.0).contains(&told.error),
                "{told:?}"
            );
            let within = |x: &f32| x.is_finite();
            let memories = trainer.memories();
            assert!((0..memories.len()).all(|mu| memories.pattern(mu).unwrap().iter().all(within)));
        }
        return;
    };
    assert!(matches!(refused, Error::Settings { .. }));
}
