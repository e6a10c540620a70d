//! What the machine can do at most, on the threads that the programs are given: the measure of what they reach.
//!
//! Prints one JSON object of rates in units of 10⁹ a second: multiply-adds as operations, bits compared by exclusive or and
//! population count, bytes read from the first cache (these two `null` without AVX-512), and bytes of a large sum from
//! memory. The largest of some repeats counts, since other work on the machine only slows them.

#[path = "../support/peer.rs"]
mod peer;

#[path = "../support/probe.rs"]
mod probe;

use std::hint::black_box;
use std::time::Instant;

use clap::Parser;
use dam_experiments::Error;
use probe::Probe;
use serde_json::json;

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Size of the large sum in MB.
    #[arg(long, default_value_t = 1000)]
    megabytes: usize,
}

const REPEATS: usize = 9;

/// The largest rate of `work` done by every thread at once, in 10⁹ a second.
fn rate(threads: usize, work: f64, task: impl Fn(usize) + Sync) -> f64 {
    let once = |_| {
        let start = Instant::now();
        dam_core::parallel::map(threads, &task);
        threads as f64 * work / start.elapsed().as_secs_f64() / 1e9
    };
    (0..REPEATS).map(once).fold(0.0, f64::max)
}

fn main() -> Result<(), Error> {
    let options = Options::parse();
    peer::on_threads(options.threads, || {
        // 20 calls take some ten milliseconds.
        let probed = |probe: Probe| {
            rate(options.threads, 20.0 * probe.work, |_| {
                (0..20).for_each(|_| {
                    black_box((probe.run)());
                })
            })
        };
        let part = options.megabytes * 1_000_000 / 8 / options.threads;
        let numbers = vec![1_u64; part * options.threads];
        let sums = |k: usize| {
            let part = black_box(&numbers[k * part..(k + 1) * part]);
            black_box(part.iter().fold(0, |sum: u64, x| sum.wrapping_add(*x)));
        };
        println!(
            "{}",
            json!({
                "level": probe::multiply_adds(false).map(|p| p.level),
                "f32": probe::multiply_adds(false).map(probed),
                "f64": probe::multiply_adds(true).map(probed),
                "bits": integers::counts().map(probed),
                "cache_bytes": integers::reads().map(probed),
                "memory_bytes": rate(options.threads, 8.0 * part as f64, sums),
            })
        );
        Ok(())
    })
}

#[cfg(not(target_arch = "x86_64"))]
mod integers {
    pub(super) fn counts() -> Option<super::Probe> {
        None
    }

    pub(super) fn reads() -> Option<super::Probe> {
        None
    }
}

#[cfg(target_arch = "x86_64")]
mod integers {
    use std::arch::x86_64::*;
    use std::hint::black_box;

    use super::Probe;

    /// As for multiply-adds.
    const LANES: usize = 12;
    const ROUNDS: usize = 400_000;

    #[target_feature(enable = "avx512f,avx512vpopcntdq")]
    fn counts_512() -> f64 {
        let (mut acc, a) = ([_mm512_set1_epi64(1); LANES], _mm512_set1_epi64(0x5555));
        for _ in 0..ROUNDS {
            for x in &mut acc {
                *x = _mm512_add_epi64(*x, _mm512_popcnt_epi64(_mm512_xor_si512(*x, a)));
            }
        }
        acc.iter().map(|&x| _mm512_reduce_add_epi64(x) as f64).sum()
    }

    /// Bits compared: exclusive or, population count and addition, as a Hamming distance needs them.
    pub(super) fn counts() -> Option<Probe> {
        let found = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vpopcntdq");
        // SAFETY: the features of the loop were detected.
        let run = || unsafe { counts_512() };
        found.then_some(Probe { level: "AVX-512", work: 512.0 * (LANES * ROUNDS) as f64, run })
    }

    /// 16 KiB, half of a small first cache.
    const WORDS: usize = 2048;

    /// Whole cache lines.
    #[repr(align(64))]
    struct Lines([u64; WORDS]);

    #[target_feature(enable = "avx512f")]
    fn reads_512() -> f64 {
        let lines = black_box(Lines([1; WORDS]));
        let mut acc = [_mm512_setzero_si512(); 8];
        for _ in 0..ROUNDS / 100 {
            // The compiler must not keep sums of one pass for the next.
            let lines = black_box(&lines);
            for block in lines.0.as_chunks::<64>().0 {
                for (x, word) in acc.iter_mut().zip(block.as_chunks::<8>().0) {
                    // SAFETY: `word` is an array of eight words.
                    *x = _mm512_add_epi64(*x, unsafe { _mm512_loadu_epi64(word.as_ptr().cast()) });
                }
            }
        }
        acc.iter().map(|&x| _mm512_reduce_add_epi64(x) as f64).sum()
    }

    /// Bytes read from the first cache and added up.
    pub(super) fn reads() -> Option<Probe> {
        // SAFETY: the feature of the loop was detected.
        let run = || unsafe { reads_512() };
        let work = (8 * WORDS * (ROUNDS / 100)) as f64;
        is_x86_feature_detected!("avx512f").then_some(Probe { level: "AVX-512", work, run })
    }
}
