//! Loops on all cores of the caller's rayon pool, for this crate and those that build on it. Compiled once: rayon's own
//! machinery is built anew for every closure it is given, which for generic code means in every crate, for every memory.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

/// The results of a task for every index below `count`, in order.
///
/// ```
/// assert_eq!(dam_core::parallel::map(4, |k| k * k), [0, 1, 4, 9]);
/// ```
pub fn map<R: Send>(count: usize, task: impl Fn(usize) -> R + Sync) -> Vec<R> {
    if count == 1 {
        return vec![task(0)];
    }
    let results: Vec<Mutex<Option<R>>> = (0..count).map(|_| Mutex::new(None)).collect();
    for_each(count, &|k| {
        let result = task(k);
        *results[k].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    });
    results.into_iter().filter_map(|r| r.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

/// Results of [`in_order`] that are in memory together.
const WAVE: usize = 256;

/// As [`map`], but the results are made while they are taken, a constant number at a time: memory does not grow with
/// `count`.
pub(crate) fn in_order<R: Send>(count: usize, task: impl Fn(usize) -> R + Sync) -> impl Iterator<Item = R> {
    (0..count).step_by(WAVE).flat_map(move |first| map(WAVE.min(count - first), |k| task(first + k)))
}

/// The results of a task for every part of a slice, `size` long but for the last, in order: `task(index, part)`.
pub(crate) fn map_parts<T: Send, R: Send>(
    all: &mut [T],
    size: usize,
    task: impl Fn(usize, &mut [T]) -> R + Sync,
) -> Vec<R> {
    map_pieces(all.chunks_mut(size).collect(), task)
}

/// As [`map_parts`], for pieces of any sizes.
pub(crate) fn map_pieces<T: Send, R: Send>(
    pieces: Vec<&mut [T]>,
    task: impl Fn(usize, &mut [T]) -> R + Sync,
) -> Vec<R> {
    let pieces: Vec<Mutex<&mut [T]>> = pieces.into_iter().map(Mutex::new).collect();
    map(pieces.len(), |k| task(k, &mut pieces[k].lock().unwrap_or_else(PoisonError::into_inner)))
}

/// As [`map_parts`], for two slices at once: part k of both.
pub(crate) fn map_both<T: Send, R: Send>(
    a: &mut [T],
    b: &mut [T],
    size: usize,
    task: impl Fn(usize, &mut [T], &mut [T]) -> R + Sync,
) -> Vec<R> {
    let others: Vec<Mutex<&mut [T]>> = b.chunks_mut(size).map(Mutex::new).collect();
    map_parts(a, size, |k, a| task(k, a, &mut others[k].lock().unwrap_or_else(PoisonError::into_inner)))
}

fn for_each(count: usize, task: &(dyn Fn(usize) + Sync)) {
    (0..count).into_par_iter().for_each(task);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_parts_are_the_slice() {
        for count in [0, 1, 2, 77] {
            assert_eq!(map(count, |k| k * k), (0..count).map(|k| k * k).collect::<Vec<_>>());
        }
        for count in [0, 1, WAVE - 1, WAVE, 2 * WAVE + 3] {
            assert!(in_order(count, |k| k * k).eq((0..count).map(|k| k * k)));
        }
        // What is not taken is not made, but for what is made with it.
        assert_eq!(in_order(usize::MAX, |k| k).nth(WAVE), Some(WAVE));
        let mut all: Vec<usize> = (0..10).collect();
        let sums = map_parts(&mut all, 4, |k, part| {
            part.iter_mut().for_each(|x| *x += 100 * k);
            part.iter().sum::<usize>()
        });
        assert_eq!(sums, [6, 422, 417]);
        assert_eq!(all, [0, 1, 2, 3, 104, 105, 106, 107, 208, 209]);
        let mut other: Vec<usize> = (0..10).collect();
        let firsts = map_both(&mut all, &mut other, 4, |k, a, b| {
            b[0] = k;
            a[0] + b[1]
        });
        assert_eq!((firsts, other[8]), (vec![1, 109, 217], 2));
    }

    #[test]
    #[should_panic(expected = "task 3")]
    fn a_panic_goes_on_to_the_caller() {
        map(8, |k| assert!(k != 3, "task {k}"));
    }
}
