//! What the reader of `.npy` files takes has the shape that was asked for, finite numbers or ±1, and is read back to
//! the same bits after it was written, along either axis and in either scalar.

#![no_main]

use std::fs;
use std::path::Path;

use dam_core::nalgebra::{DMatrix, DVector};
use dam_core::npy::{self, Axes};
use dam_core::{Error, Real, Spins};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    sites: u8,
    patterns: u8,
    rows: bool,
    file: &'a [u8],
}

fuzz_target!(|input: Input| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("array.npy");
    fs::write(&path, input.file).unwrap();
    let (sites, patterns) = (usize::from(input.sites), usize::from(input.patterns));
    let (axes, other) = match input.rows {
        true => (Axes::PatternsBySites, Axes::SitesByPatterns),
        false => (Axes::SitesByPatterns, Axes::PatternsBySites),
    };
    let double = npy::read::<f64>(&path, sites, patterns, axes);
    if let Ok(matrix) = &double {
        // The same file with the meaning of its axes exchanged.
        let turned = npy::read::<f64>(&path, patterns, sites, other).unwrap();
        assert_eq!(bits(&turned.transpose()), bits(matrix));
        again(&path, matrix, (sites, patterns));
    }
    if let Ok(matrix) = npy::read::<f32>(&path, sites, patterns, axes) {
        assert_eq!(bits(&double.unwrap().map(|x| x as f32)), bits(&matrix));
        again(&path, &matrix, (sites, patterns));
    }
    if let Ok(spins) = npy::read_spins(&path, sites, patterns, axes) {
        assert!(spins.len() == patterns && spins.iter().all(|x| x.len() == sites));
        for axes in [Axes::PatternsBySites, Axes::SitesByPatterns] {
            if patterns == 0 {
                let nothing = npy::write_spins(&path, &[] as &[Spins], axes);
                assert!(matches!(nothing, Err(Error::NoPatterns)));
                continue;
            }
            npy::write_spins(&path, &spins, axes).unwrap();
            assert!(npy::read_spins(&path, sites, patterns, axes).unwrap() == spins);
        }
    }
});

fn again<T: Real + npyz::AutoSerialize>(path: &Path, matrix: &DMatrix<T>, shape: (usize, usize)) {
    assert_eq!(matrix.shape(), shape);
    assert!(matrix.iter().all(|x| x.widen().is_finite()));
    let states: Vec<DVector<T>> = matrix.column_iter().map(Into::into).collect();
    for axes in [Axes::PatternsBySites, Axes::SitesByPatterns] {
        if states.is_empty() {
            assert!(matches!(npy::write(path, &states, axes), Err(Error::NoPatterns)));
            continue;
        }
        npy::write(path, &states, axes).unwrap();
        assert_eq!(bits(&npy::read::<T>(path, shape.0, shape.1, axes).unwrap()), bits(matrix));
    }
}

fn bits<T: Real>(matrix: &DMatrix<T>) -> Vec<u64> {
    matrix.iter().map(|x| x.widen().to_bits()).collect()
}
