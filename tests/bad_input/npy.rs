use std::fs;
use std::path::{Path, PathBuf};

use dam_core::nalgebra::{DMatrix, DVector};
use dam_core::npy::{self, Axes};
use dam_core::prelude::*;
use tempfile::TempDir;

/// An array file of version 1.0, by hand.
fn file(descr: &str, fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    let order = if fortran { "True" } else { "False" };
    let mut header = format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}");
    header.push_str(&" ".repeat((64 - (10 + header.len() + 1) % 64) % 64));
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.bytes());
    bytes.extend(data);
    bytes
}

fn doubles(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// Two sites, three patterns (1, 2), (3, 4), (5, 6).
fn two_by_three() -> Vec<u8> {
    file("'<f8'", false, "(2, 3)", &doubles(&[1.0, 3.0, 5.0, 2.0, 4.0, 6.0]))
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }
}

fn read(path: &Path) -> Result<DMatrix<f64>, Error> {
    npy::read::<f64>(path, 2, 3, Axes::SitesByPatterns)
}

#[test]
fn files_that_end_early_are_refused() {
    let folder = Folder::new();
    let whole = two_by_three();
    let header = whole.len() - 48;
    for cut in [8, 9, 10, 30, header - 1] {
        let path = folder.with("header.npy", &whole[..cut]);
        refused!(
            read(&path),
            Error::NpyTruncated { expected: 6, found: 0, .. },
            path.display(),
            "expected 6",
            "found 0",
            "truncated"
        );
    }
    for (cut, found) in [(header, 0), (header + 1, 0), (header + 8, 1), (header + 45, 5), (header + 47, 5)] {
        let path = folder.with("data.npy", &whole[..cut]);
        refused!(
            read(&path),
            Error::NpyTruncated { expected: 6, .. },
            path.display(),
            "expected 6",
            format!("found {found}")
        );
    }
}

#[test]
fn a_header_that_promises_more_than_there_is_is_refused() {
    // Of 3 GB, in a version whose length has four bytes: nothing of that size is asked for.
    let folder = Folder::new();
    for version in [2, 3] {
        let bytes = [b"\x93NUMPY", &[version, 0, 0, 0, 0, 0xc0][..], b"{'descr': '<f8'"].concat();
        let path = folder.with("header.npy", &bytes);
        refused!(read(&path), Error::NpyTruncated { expected: 6, found: 0, .. }, path.display(), "truncated");
    }
}

#[test]
fn a_header_of_unclosed_brackets_is_refused_at_once() {
    let folder = Folder::new();
    for (open, count) in [("[", 30), ("{'descr': ", 30), ("(", 60_000), ("-", 60_000)] {
        let path = folder.with("nested.npy", &file(&(open.repeat(count) + "'<f8'"), false, "(2, 3)", &[]));
        assert!(matches!(read(&path), Err(Error::Io { .. })), "{open}");
    }
}

#[test]
fn files_that_go_on_are_refused() {
    let folder = Folder::new();
    for (more, found) in [(1, "found 7"), (8, "found 7"), (9, "found 8"), (80, "found 16")] {
        let mut bytes = two_by_three();
        bytes.extend(vec![0; more]);
        let path = folder.with("long.npy", &bytes);
        // Not "expected 6 elements, found 6" for a fraction of an element.
        refused!(read(&path), Error::NpyTruncated { expected: 6, .. }, path.display(), "expected 6", found);
    }
}

#[test]
fn files_of_another_shape_are_refused() {
    let folder = Folder::new();
    let path = folder.with("two_by_three.npy", &two_by_three());
    let expected = |sites, patterns, axes, shape: &str| {
        refused!(
            npy::read::<f64>(&path, sites, patterns, axes),
            Error::NpyShape { .. },
            path.display(),
            format!("expected an array of shape {shape}"),
            "found [2, 3]"
        );
    };
    // Transposed, in either sense, and plainly wrong.
    expected(3, 2, Axes::SitesByPatterns, "(3, 2)");
    expected(2, 3, Axes::PatternsBySites, "(3, 2)");
    expected(2, 4, Axes::SitesByPatterns, "(2, 4)");
    expected(6, 1, Axes::SitesByPatterns, "(6, 1)");
    expected(0, 0, Axes::SitesByPatterns, "(0, 0)");
    for (shape, found) in
        [("(6,)", "[6]"), ("()", "[]"), ("(1, 2, 3)", "[1, 2, 3]"), ("(2, 3, 1)", "[2, 3, 1]")]
    {
        let path = folder.with("shape.npy", &file("'<f8'", false, shape, &doubles(&[0.5; 6])));
        refused!(read(&path), Error::NpyShape { .. }, "expected an array of shape (2, 3)", found);
    }
    let spins = folder.with("spins.npy", &file("'|i1'", false, "(2, 3)", &[1; 6]));
    let transposed = npy::read_spins(&spins, 3, 2, Axes::SitesByPatterns);
    refused!(transposed, Error::NpyShape { .. }, "expected an array of shape (3, 2)", "[2, 3]");
}

#[test]
fn files_of_another_type_are_refused() {
    let folder = Folder::new();
    for (descr, size) in [
        ("'<i4'", 4),
        ("'<i8'", 8),
        ("'|i1'", 1),
        ("'|u1'", 1),
        ("'|b1'", 1),
        ("'<f2'", 2),
        ("'<f16'", 16),
        ("'<c16'", 16),
        ("'<U2'", 8),
        ("'|O'", 8),
        ("[('a', '<f4'), ('b', '<i4')]", 8),
    ] {
        let path = folder.with("type.npy", &file(descr, false, "(2, 3)", &vec![0; 6 * size]));
        let inner = descr.trim_matches(['\'', '[', ']']);
        refused!(
            read(&path),
            Error::NpyType { .. },
            path.display(),
            "expected elements of type f4 or f8",
            inner
        );
    }
    for descr in ["'<f8'", "'<f4'", "'|u1'", "'|b1'", "'<i8'"] {
        let path = folder.with("type.npy", &file(descr, false, "(2, 3)", &[1; 48]));
        let spins = npy::read_spins(&path, 2, 3, Axes::SitesByPatterns);
        refused!(spins, Error::NpyType { .. }, "expected elements of type i1", descr.trim_matches('\''));
    }
}

#[test]
fn files_with_bad_numbers_are_refused() {
    let folder = Folder::new();
    for (value, found) in
        [(f64::NAN, "found NaN"), (f64::INFINITY, "found inf"), (f64::NEG_INFINITY, "found -inf")]
    {
        // Row 1 of two rows and three columns: site 1 of pattern 0, or site 0 of pattern 1.
        let data = doubles(&[1.0, 1.0, 1.0, value, 1.0, 1.0]);
        let path = folder.with("nan.npy", &file("'<f8'", false, "(2, 3)", &data));
        refused!(read(&path), Error::NotFinite { site: 1, .. }, "site 1: expected a finite number", found);
        let rows = npy::read::<f32>(&path, 3, 2, Axes::PatternsBySites);
        refused!(rows, Error::NotFinite { site: 0, .. }, "site 0: expected a finite number", found);
    }
    // Finite in the file, but not in the scalar that was asked for.
    let data = doubles(&[1.0, 1.0, 1.0, 1.0, 1e300, 1.0]);
    let path = folder.with("large.npy", &file("'<f8'", false, "(2, 3)", &data));
    assert_eq!(read(&path).unwrap()[(1, 1)], 1e300);
    let narrow = npy::read::<f32>(&path, 2, 3, Axes::SitesByPatterns);
    refused!(narrow, Error::NotFinite { site: 1, .. }, "site 1: expected a finite number");

    let path = folder.with("spins.npy", &file("'|i1'", false, "(2, 3)", &[1, 1, 1, 255, 1, 0]));
    let spins = npy::read_spins(&path, 2, 3, Axes::SitesByPatterns);
    refused!(spins, Error::NotASpin { site: 1, .. }, "expected a spin, +1 or -1", "found 0");
}

#[test]
fn what_is_no_array_file_is_refused() {
    let folder = Folder::new();
    let text = &b"1.0, 2.0\n3.0, 4.0\n5.0, 6.0\nand so on"[..];
    for bytes in [text, &[0; 200], b"", b"\x93NUM", b"\x93NUMPY"] {
        let path = folder.with("text.npy", bytes);
        refused!(read(&path), Error::Io { .. }, path.display(), "magic", "NPY");
    }
    let path = folder.with("version.npy", b"\x93NUMPY\x09\x00rest of it.......");
    refused!(read(&path), Error::Io { .. }, path.display(), "version");
    let garbage = folder.with("header.npy", &file("'<f8'", false, "(2, three)", &[]));
    refused!(read(&garbage), Error::Io { .. }, garbage.display());
    let missing = folder.path("missing.npy");
    refused!(read(&missing), Error::Io { .. }, missing.display(), "No such file");
    let spins = npy::read_spins(&missing, 2, 3, Axes::SitesByPatterns);
    refused!(spins, Error::Io { .. }, missing.display(), "No such file");
    refused!(read(folder.0.path()), Error::Io { .. }, folder.0.path().display());
}

/// A header may claim any size; the file has none of it.
#[test]
fn huge_shapes_are_refused_without_a_panic() {
    let folder = Folder::new();
    // Multiplied in any order they overflow 64 bits, or would without the zero.
    for shape in ["(4294967296, 4294967296)", "(0, 4294967296, 4294967296)", "(4294967296, 4294967296, 0)"] {
        let path = folder.with("overflow.npy", &file("'<f8'", false, shape, &doubles(&[1.0])));
        refused!(read(&path), Error::Io { .. }, path.display(), "2^64");
    }
    for (sites, patterns) in [(1_usize << 20, 1_usize << 20), (1 << 62, 2), (usize::MAX, 1)] {
        let bytes = file("'<f8'", false, &format!("({sites}, {patterns})"), &doubles(&[1.0]));
        for (len, found) in [(bytes.len(), "found 1"), (bytes.len() - 8, "found 0")] {
            let path = folder.with("huge.npy", &bytes[..len]);
            let huge = npy::read::<f64>(&path, sites, patterns, Axes::SitesByPatterns);
            refused!(huge, Error::NpyTruncated { .. }, "truncated", found);
        }
        let cut = folder.with("cut.npy", &bytes[..20]);
        let huge = npy::read::<f64>(&cut, sites, patterns, Axes::SitesByPatterns);
        refused!(huge, Error::NpyTruncated { found: 0, .. }, "truncated", "found 0");
    }
}

#[test]
fn a_refused_write_leaves_no_file_and_no_damage() {
    let folder = Folder::new();
    let good = [DVector::from_row_slice(&[1.0, 2.0]), DVector::from_row_slice(&[3.0, 4.0])];
    let path = folder.path("kept.npy");
    npy::write(&path, &good, Axes::SitesByPatterns).unwrap();
    let before = fs::read(&path).unwrap();

    let none: [DVector<f64>; 0] = [];
    refused!(npy::write(&path, &none, Axes::SitesByPatterns), Error::NoPatterns, "at least one", "M = 0");
    refused!(npy::write_spins(&path, &[], Axes::SitesByPatterns), Error::NoPatterns, "at least one", "M = 0");
    let ragged = [good[0].clone(), DVector::from_row_slice(&[1.0, 2.0, 3.0])];
    refused!(
        npy::write(&path, &ragged, Axes::PatternsBySites),
        Error::Dimension { expected: 2, found: 3, .. },
        "expected 2 sites, found 3"
    );
    let ragged = [Spins::from_signs(&[1, 1]).unwrap(), Spins::from_signs(&[1]).unwrap()];
    refused!(
        npy::write_spins(&path, &ragged, Axes::PatternsBySites),
        Error::Dimension { expected: 2, found: 1, .. },
        "expected 2 sites, found 1"
    );
    let bad = [good[0].clone(), DVector::from_row_slice(&[1.0, f64::NAN])];
    refused!(
        npy::write(&path, &bad, Axes::PatternsBySites),
        Error::NotFinite { site: 1, .. },
        "finite",
        "found NaN"
    );
    assert_eq!((fs::read(&path).unwrap(), folder.names()), (before, vec!["kept.npy".to_owned()]));

    // No folder can be below a file, not even for a superuser.
    for name in ["kept.npy/below.npy", "no_such_folder/x.npy"] {
        let unwritable = folder.path(name);
        refused!(
            npy::write(&unwritable, &good, Axes::SitesByPatterns),
            Error::Io { .. },
            unwritable.display()
        );
    }
    let folder_itself = folder.0.path();
    let result = npy::write(folder_itself, &good, Axes::SitesByPatterns);
    refused!(result, Error::Io { .. }, folder_itself.display());
    assert!(!folder_itself.with_extension("tmp").exists());
    assert_eq!(folder.names(), ["kept.npy"]);
}

#[test]
fn arrays_come_back_exactly() {
    let folder = Folder::new();
    let space = Euclidean::<f64>::new(7).unwrap();
    let mut rng = Streams::new(3).rng(Purpose::Patterns, 0);
    let mut wide: Vec<DVector<f64>> = (0..5).map(|_| space.sample(&mut rng)).collect();
    // The ends of the range and a negative zero.
    wide[0].as_mut_slice()[..4].copy_from_slice(&[f64::MIN_POSITIVE, f64::MAX, -0.0, 5e-324]);
    let narrow: Vec<DVector<f32>> = wide.iter().map(|x| x.map(|v| v.clamp(-1e30, 1e30) as f32)).collect();
    let signs: Vec<Spins> = wide
        .iter()
        .map(|x| Spins::from_bools(&x.iter().map(|&v| v > 0.0).collect::<Vec<_>>()).unwrap())
        .collect();
    for axes in [Axes::SitesByPatterns, Axes::PatternsBySites] {
        let path = folder.path("x.npy");
        npy::write(&path, &wide, axes).unwrap();
        let back = npy::read::<f64>(&path, 7, 5, axes).unwrap();
        for (x, column) in wide.iter().zip(back.column_iter()) {
            assert!(x.iter().zip(column.iter()).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
        npy::write(&path, &narrow, axes).unwrap();
        let back = npy::read::<f32>(&path, 7, 5, axes).unwrap();
        let widened = npy::read::<f64>(&path, 7, 5, axes).unwrap();
        for (k, x) in narrow.iter().enumerate() {
            assert!(x.iter().zip(back.column(k).iter()).all(|(a, b)| a.to_bits() == b.to_bits()));
            assert!(x.iter().zip(widened.column(k).iter()).all(|(&a, &b)| f64::from(a) == b));
        }
        npy::write_spins(&path, &signs, axes).unwrap();
        assert_eq!(npy::read_spins(&path, 7, 5, axes).unwrap(), signs);
    }
    assert_eq!(folder.names(), ["x.npy"]);
}

#[test]
fn both_orders_and_both_ends_of_a_number_are_read() {
    let folder = Folder::new();
    let expected = DMatrix::from_column_slice(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let (by_rows, by_columns) = ([1.0, 3.0, 5.0, 2.0, 4.0, 6.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let singles = |v: &[f64]| v.iter().flat_map(|&v| (v as f32).to_le_bytes()).collect::<Vec<_>>();
    let swapped = |v: &[f64]| v.iter().flat_map(|v| v.to_be_bytes()).collect::<Vec<_>>();
    let signs = |v: &[f64]| v.iter().map(|&v| if v > 2.5 { 1 } else { 255 }).collect::<Vec<u8>>();
    let spins: Vec<_> = [[-1, -1], [1, 1], [1, 1]].iter().map(|s| Spins::from_signs(s).unwrap()).collect();
    for (fortran, sites_first, patterns_first) in [(false, by_rows, by_columns), (true, by_columns, by_rows)]
    {
        for (axes, shape, values) in [
            (Axes::SitesByPatterns, "(2, 3)", sites_first),
            (Axes::PatternsBySites, "(3, 2)", patterns_first),
        ] {
            for (descr, data) in
                [("'<f8'", doubles(&values)), ("'<f4'", singles(&values)), ("'>f8'", swapped(&values))]
            {
                let path = folder.with("order.npy", &file(descr, fortran, shape, &data));
                assert_eq!(
                    npy::read::<f64>(&path, 2, 3, axes).unwrap(),
                    expected,
                    "{descr} {fortran} {axes:?}"
                );
                assert_eq!(npy::read::<f32>(&path, 2, 3, axes).unwrap().map(f64::from), expected);
            }
            let path = folder.with("signs.npy", &file("'|i1'", fortran, shape, &signs(&values)));
            assert_eq!(npy::read_spins(&path, 2, 3, axes).unwrap(), spins, "{fortran} {axes:?}");
        }
    }
}
