//! A file of MNIST's format is taken exactly if a second reading of the format takes it, packed or not; what is taken
//! is written to the same bytes, and makes a data set exactly if sizes and labels fit.

#![no_main]

use std::fs;
use std::io::{Read, Write};

use dam_experiments::images::{Dataset, Images, read_images, read_labels, write_images, write_labels};
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    labels: bool,
    /// Left as it is, or packed into so many members of a gzip file.
    members: Option<u8>,
    file: &'a [u8],
}

fuzz_target!(|input: Input| {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let path = at(if input.labels { "train-labels-idx1-ubyte" } else { "train-images-idx3-ubyte" });
    let packed = match input.members {
        Some(members) => pack(input.file, usize::from(members % 4) + 1),
        None => input.file.to_vec(),
    };
    fs::write(&path, &packed).unwrap();
    let content = unpack(&packed);
    let axes = content.as_deref().and_then(|bytes| lengths(bytes, if input.labels { 1 } else { 3 }));
    let body = || content.as_deref().unwrap()[4 * (1 + axes.as_ref().unwrap().len())..].to_vec();

    let (images, labels) = if input.labels {
        let read = read_labels(&path);
        assert_eq!(read.is_ok(), axes.is_some(), "{read:?}");
        let Ok(labels) = read else { return };
        assert_eq!(labels, body());
        (Images::new(1, 1, vec![7; labels.len()], vec![0; labels.len()]).unwrap(), labels)
    } else {
        let read = read_images(&path);
        assert_eq!(read.is_ok(), axes.is_some(), "{read:?}");
        let Ok((rows, columns, pixels)) = read else { return };
        let axes = axes.as_ref().unwrap();
        assert_eq!((rows, columns, &pixels), (axes[1], axes[2], &body()));
        let labels: Vec<u8> = (0..axes[0]).map(|k| (k % 10) as u8).collect();
        (Images::new(rows, columns, pixels, labels.clone()).unwrap(), labels)
    };

    // The two other files of a set, and the partner of this one.
    write_images(&at("t10k-images-idx3-ubyte"), &images).unwrap();
    write_labels(&at("t10k-labels-idx1-ubyte"), &images).unwrap();
    if input.labels {
        write_images(&at("train-images-idx3-ubyte"), &images).unwrap();
    } else {
        assert_eq!(fs::read(at("t10k-images-idx3-ubyte")).unwrap(), content.unwrap());
        write_labels(&at("train-labels-idx1-ubyte"), &images).unwrap();
    }
    let set = Dataset::load(folder.path());
    assert_eq!(set.is_ok(), labels.iter().all(|&label| label < 10), "{set:?}");
    if let Ok(set) = set {
        assert!(set.test == images && (0..labels.len()).all(|k| set.train.label(k) == labels[k]));
        assert!((0..labels.len()).all(|k| set.train.pixels(k) == images.pixels(k)));
    }
});

fn pack(bytes: &[u8], members: usize) -> Vec<u8> {
    let part = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    bytes.chunks((bytes.len() / members).max(1)).flat_map(part).collect()
}

fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Some(bytes.to_vec());
    }
    let mut content = Vec::new();
    MultiGzDecoder::new(bytes).read_to_end(&mut content).ok().map(|_| content)
}

/// The lengths of the axes, if the header says this number of them and the rest has as many bytes as they promise.
fn lengths(bytes: &[u8], axes: usize) -> Option<Vec<usize>> {
    let word = |k: usize| {
        let word = bytes.get(4 * k..4 * k + 4)?;
        Some(word.iter().fold(0, |word, &byte| word << 8 | usize::from(byte)))
    };
    if word(0)? != 0x0800 + axes {
        return None;
    }
    let lengths: Vec<usize> = (1..=axes).map(word).collect::<Option<_>>()?;
    let count = lengths.iter().try_fold(1_usize, |all, &length| all.checked_mul(length))?;
    (count > 0 && bytes.len() - 4 * (1 + axes) == count).then_some(lengths)
}
