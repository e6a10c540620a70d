//! All papers in one run.

use std::process::ExitCode;
use std::time::Instant;

use crate::basin_isolation::{self, Isolation};
use crate::exponential_capacity::{self, ExponentialCapacity};
use crate::finite_size::{self, FiniteSize};
use crate::harness::{Experiment, Options, Outcome, Reported, closing, evaluate, say, unfinished};
use crate::images::{Source, synthetic};
use crate::overloaded_memory::{self, OverloadedMemory, Study};
use crate::report::Collection;
use crate::thermal_phases::{self, ThermalPhases};
use crate::{Error, images};

/// The folder of all runs below `out`.
const NAME: &str = "reproduce";
/// The folder of overloaded memory without images.
const FORMULAS: &str = "overloaded_memory_formulas";

/// Runs the reproductions of the five papers, each in a folder of its own below `options.out` (by default
/// `out/reproduce/PRESET`), and writes one report over all of them: every published number beside ours, then a chapter for each
/// paper ([`Collection`]). Whatever is finished is kept, as by [`execute`](crate::harness::execute), whose exit codes these are.
///
/// Without images, the chapter on learned memories is about the formulas of capacity alone, in a folder of its own, and says
/// what to run for the rest.
pub fn reproduce(options: &Options, source: &Source) -> ExitCode {
    match all(options, source) {
        Ok(code) => code,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}

fn all(options: &Options, source: &Source) -> Result<ExitCode, Error> {
    if options.force {
        Collection::remove(&options.folder(NAME))?;
    }
    let mut whole = Whole {
        options,
        start: Instant::now(),
        cells: 0,
        missing: None,
        stopped: false,
        collection: Collection::new("Five papers on dense associative memories, reproduced"),
    };
    whole.collection.text(format!("All papers by {}.", options.described()));
    // First, so that a folder that is not there does not cost the time of the others.
    let (images, learned, folder) = images_or_formulas(source)?;
    if folder == FORMULAS {
        whole.collection.text(
            "Without images nothing was learned: numbers of learned memories are not determined here. Name a folder with MNIST by --data.",
        );
    }
    whole.chapter(Isolation::NAME, &Isolation, |o| {
        Ok(basin_isolation::Settings::new(o, &Default::default()))
    })?;
    whole.chapter(ThermalPhases::NAME, &ThermalPhases, |o| {
        thermal_phases::Settings::new(o, &Default::default())
    })?;
    whole.chapter(ExponentialCapacity::NAME, &ExponentialCapacity, |o| {
        Ok(exponential_capacity::Settings::new(o, &Default::default()))
    })?;
    whole
        .chapter(FiniteSize::NAME, &FiniteSize, |o| Ok(finite_size::Settings::new(o, &Default::default())))?;
    let memories = OverloadedMemory { images };
    whole.chapter(folder, &memories, |o| {
        Ok(overloaded_memory::Settings::new(o, &learned, &memories.images))
    })?;
    whole.finish()
}

/// The images, or, if none are named, synthetic ones that only stand in: nothing that is computed depends on them. Both have
/// folders of their own, so that images may be given later.
fn images_or_formulas(
    source: &Source,
) -> Result<(images::Dataset, overloaded_memory::Choices, &'static str), Error> {
    match source.load() {
        Ok(images) => Ok((images, overloaded_memory::Choices::default(), OverloadedMemory::NAME)),
        Err(e @ Error::NoData) => {
            eprintln!("learned memories: their formulas of capacity alone, for {e}");
            let formulas = overloaded_memory::Choices { study: vec![Study::Capacity] };
            let mut unused = synthetic(1);
            unused.origin.name = "none: the formulas alone".into();
            Ok((unused, formulas, FORMULAS))
        }
        Err(e) => Err(e),
    }
}

struct Whole<'a> {
    options: &'a Options,
    start: Instant,
    cells: usize,
    /// Of a run that is not whole: cells that are there, and all of them.
    missing: Option<(usize, usize)>,
    stopped: bool,
    collection: Collection,
}

impl Whole<'_> {
    /// Runs one experiment, unless an earlier one was stopped.
    fn chapter<E: Experiment>(
        &mut self,
        folder: &str,
        experiment: &E,
        settings: impl FnOnce(&Options) -> Result<E::Settings, Error>,
    ) -> Result<(), Error> {
        if self.stopped {
            return Ok(());
        }
        let options = self.options.part(NAME, folder);
        let (start, quiet) = (Instant::now(), options.quiet);
        match evaluate(experiment, settings(&options)?, &options)? {
            Outcome::Complete { found: Reported { report, run, cells, folder }, .. } => {
                if !quiet {
                    say(&closing(&folder, cells, start))?;
                }
                self.cells += cells;
                self.collection.add(E::NAME, report, run);
            }
            Outcome::Shard { finished, of } => self.lacks(finished, of),
            Outcome::Stopped { finished, of } => {
                self.stopped = true;
                self.lacks(finished, of);
            }
        }
        Ok(())
    }

    fn lacks(&mut self, finished: usize, of: usize) {
        let (before, all) = self.missing.unwrap_or_default();
        self.missing = Some((before + finished, all + of));
    }

    fn finish(self) -> Result<ExitCode, Error> {
        let folder = self.options.folder(NAME);
        if let Some((finished, of)) = self.missing {
            // One that an earlier run has left would stand above cells that it was not made of.
            Collection::remove(&folder)?;
            let outcome: Outcome<()> = if self.stopped {
                Outcome::Stopped { finished, of }
            } else {
                Outcome::Shard { finished, of }
            };
            return unfinished(outcome, &folder, self.options.quiet);
        }
        self.collection.write(&folder)?;
        if !self.options.quiet {
            say(&format!("\n{}\n{}", self.collection.to_text()?, closing(&folder, self.cells, self.start)))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    use super::*;
    use crate::harness::Shard;

    fn run(folder: &Path, shard: &str) -> ExitCode {
        let mut options = Options::of_a_test(3, folder, 1);
        options.shard = Some(shard.parse::<Shard>().unwrap());
        reproduce(&options, &Source { data: None, synthetic: true })
    }

    #[test]
    fn every_paper_has_a_folder_with_its_own_run_and_no_report_before_all_cells_are_there() {
        let folder = tempfile::tempdir().unwrap();
        // The last of so many parts has no cell.
        std::fs::write(folder.path().join("report.html"), "of another run").unwrap();
        assert_eq!(run(folder.path(), "100000/100000"), ExitCode::SUCCESS);
        for name in [
            Isolation::NAME,
            ThermalPhases::NAME,
            ExponentialCapacity::NAME,
            FiniteSize::NAME,
            OverloadedMemory::NAME,
        ] {
            let head = std::fs::read_to_string(folder.path().join(name).join("run.json")).unwrap();
            let head: Value = serde_json::from_str(&head).unwrap();
            assert_eq!((&head["experiment"], &head["seed"]), (&Value::from(name), &Value::from(3)));
            assert!(!folder.path().join(name).join("report.html").exists());
        }
        assert!(!folder.path().join("report.html").exists());
    }

    #[test]
    fn without_images_formulas_alone_are_left_and_a_wrong_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let wrong = Source { data: Some(folder.path().into()), synthetic: false };
        assert!(matches!(images_or_formulas(&wrong), Err(Error::Missing { .. })));
        if std::env::var_os("DAM_MNIST_DIR").is_none() {
            let (_, choices, name) = images_or_formulas(&Source::default()).unwrap();
            assert_eq!((&choices.study[..], name), (&[Study::Capacity][..], FORMULAS));
        }
    }
}
