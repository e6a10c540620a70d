//! Computing cells.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, Once, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use super::address::{json, streams};
use super::{Experiment, Options, Records, Store};
use crate::Error;

/// How a run ended.
#[derive(Debug)]
pub enum Outcome<R> {
    /// Every cell is there.
    Complete {
        /// What the cells yield: their records, or what they were made into.
        found: R,
        /// The levels of vector instructions they were computed with: one, or results agree to rounding only.
        levels: Vec<String>,
    },
    /// All cells of the shard are there, some of the others are not.
    Shard {
        /// Finished cells, of this shard and others.
        finished: usize,
        /// All cells.
        of: usize,
    },
    /// It was told to stop; the same command goes on from here.
    Stopped {
        /// Finished cells.
        finished: usize,
        /// All cells.
        of: usize,
    },
}

/// Computes the cells of an experiment that are not yet in its folder: `options.out`, or `out/NAME/PRESET`.
///
/// Ctrl-C lets the cells under way finish and stops; an error of one cell likewise. Whatever is finished is kept.
///
/// # Errors
/// As [`Store::open`]; [`Error::Cells`] for cells that occur twice; the first error of a cell.
pub fn run<E: Experiment>(
    experiment: &E,
    settings: E::Settings,
    options: &Options,
) -> Result<(Store<E>, Outcome<Records<E>>), Error> {
    static STOP: AtomicBool = AtomicBool::new(false);
    static HANDLER: Once = Once::new();
    let stop = || {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        eprintln!("finishing the cells under way; once more to stop at once, which loses only these");
    };
    // A process that has a handler of its own keeps it.
    HANDLER.call_once(|| drop(ctrlc::try_set_handler(stop)));
    run_until(experiment, settings, options, &STOP)
}

pub(super) fn run_until<E: Experiment>(
    experiment: &E,
    settings: E::Settings,
    options: &Options,
    stop: &AtomicBool,
) -> Result<(Store<E>, Outcome<Records<E>>), Error> {
    if options.portable {
        dam_core::force_portable(true);
    }
    experiment.check(&settings)?;
    let folder = options.folder(E::NAME);
    let store = Store::<E>::open(&folder, options.seed, settings, options.force)?;
    let mut cells = experiment.cells(store.settings());
    cells.sort();
    if let Some(pair) = cells.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Error::Cells { cell: format!("{:?}", pair[0]) });
    }
    let unmerged = store.merge(&options.merge, &cells)?;
    let mut found = store.find(&cells)?;
    let mine = |position: usize| options.shard.is_none_or(|shard| shard.holds(position));
    let mut missing: Vec<&E::Cell> = (cells.iter().enumerate())
        .filter(|(position, cell)| mine(*position) && !found.records.contains_key(*cell))
        .map(|(_, cell)| cell)
        .collect();
    let cost = |cell: &E::Cell| experiment.cost(store.settings(), cell);
    missing.sort_by(|a, b| cost(b).total_cmp(&cost(a)));

    for path in &unmerged {
        eprintln!("{}: damaged, not taken over", path.display());
    }
    for path in &found.damaged {
        eprintln!("{}: damaged, computed again", path.display());
    }
    if !missing.is_empty() {
        let all = (0..cells.len()).filter(|&position| mine(position)).count();
        let costs = missing.iter().map(|cell| cost(cell)).sum();
        let bar = Progress::new(all, all - missing.len(), costs, options.quiet);
        // Records are read again at the end, so that memory is that of the cells under way.
        found.records.clear();
        let computed = compute(experiment, &store, &missing, options, stop, &bar);
        bar.bar.finish_and_clear();
        computed?;
        found = store.find(&cells)?;
    }

    if found.levels.len() > 1 {
        let levels = found.levels.join(", ");
        eprintln!("{}", unlike(&levels));
    }
    let (finished, of) = (found.records.len(), cells.len());
    let outcome = if finished == of {
        store.join(&cells)?;
        Outcome::Complete { found: found.records, levels: found.levels }
    } else if stop.load(Ordering::Relaxed) {
        Outcome::Stopped { finished, of }
    } else if options.shard.is_none() {
        // Someone else has changed the folder meanwhile.
        let found =
            format!("expected all {of} cells, found {finished} after computing those that were missing");
        return Err(Error::output(store.folder(), &found));
    } else {
        Outcome::Shard { finished, of }
    };
    Ok((store, outcome))
}

/// Each worker takes the next cell when it has finished one, so that the dear ones are under way first.
fn compute<E: Experiment>(
    experiment: &E,
    store: &Store<E>,
    missing: &[&E::Cell],
    options: &Options,
    stop: &AtomicBool,
    bar: &Progress,
) -> Result<(), Error> {
    let pool = options.pool()?;
    let (next, failed) = (AtomicUsize::new(0), OnceLock::new());
    let one = |cell: &E::Cell| -> Result<(), Error> {
        let family = experiment.family(cell);
        let key = json(&family).map_err(|e| Error::output(store.folder(), &e))?;
        let record = experiment.compute(store.settings(), cell, streams::<E>(store.seed(), &key))?;
        store.keep(cell, &instructions(), &record)
    };
    pool.scope(|scope| {
        for _ in 0..pool.current_num_threads().min(missing.len()) {
            scope.spawn(|_| {
                while !stop.load(Ordering::Relaxed) && failed.get().is_none() {
                    let Some(cell) = missing.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
                    match one(cell) {
                        Ok(()) => bar.finished(experiment.cost(store.settings(), cell)),
                        // The first error is the one that is told.
                        Err(e) => drop(failed.set(e)),
                    }
                }
            });
        }
    });
    failed.into_inner().map_or(Ok(()), Err)
}

/// What decides the last bits of results: the architecture and the level of vector instructions.
fn instructions() -> String {
    format!("{}, {}", std::env::consts::ARCH, dam_core::level())
}

/// What is to be known of cells that were computed with several levels.
pub(super) fn unlike(levels: &str) -> String {
    format!(
        "cells of unlike vector instructions ({levels}): AVX2 and AVX-512 agree to the bit, others to rounding only; --portable \
         avoids it"
    )
}

/// Cells done, their rate, and the time left by their costs: dear cells go first.
struct Progress {
    bar: ProgressBar,
    start: Instant,
    costs: f64,
    done: Mutex<f64>,
}

impl Progress {
    fn new(cells: usize, finished: usize, costs: f64, quiet: bool) -> Self {
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(cells as u64) };
        let style = "{wide_bar} {pos}/{len} cells, {per_sec}, {msg}";
        // The rate is that of this run, not of what it found.
        let bar = bar
            .with_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()))
            .with_position(finished as u64);
        bar.reset_eta();
        if !quiet {
            bar.enable_steady_tick(Duration::from_millis(500));
        }
        Self { bar, start: Instant::now(), costs, done: Mutex::new(0.0) }
    }

    fn finished(&self, cost: f64) {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        *done += cost;
        let left = self.start.elapsed().as_secs_f64() * (self.costs / *done - 1.0).max(0.0);
        if left.is_finite() {
            self.bar.set_message(format!("{} left", HumanDuration(Duration::from_secs_f64(left.min(1e9)))));
        }
        self.bar.inc(1);
    }
}
