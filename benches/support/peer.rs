//! What the programs that are compared with others share.

use dam_experiments::Error;

/// Runs a job on so many threads.
pub(crate) fn on_threads<R: Send>(
    threads: usize,
    job: impl FnOnce() -> Result<R, Error> + Send,
) -> Result<R, Error> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|e| Error::Threads { message: e.to_string() })?.install(job)
}
