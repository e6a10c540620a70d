//! MNIST's file format: a magic number that names the element type and the number of axes, their lengths as big-endian
//! 32-bit integers, then bytes.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::Images;
use crate::{Error, output};

/// Bytes (type 8) with three axes, and with one.
const IMAGES: u32 = 0x0803;
const LABELS: u32 = 0x0801;

/// Rows, columns and pixels of an image file, which may be compressed by gzip.
///
/// # Errors
/// [`Error::Idx`] for another magic number, for images without pixels, and for fewer or more bytes than the header says;
/// [`Error::Input`] for a file that cannot be read or unpacked.
pub fn read_images(path: &Path) -> Result<(usize, usize, Vec<u8>), Error> {
    let (axes, bytes) = read(path, IMAGES)?;
    Ok((axes[1], axes[2], bytes))
}

/// The labels of a label file, which may be compressed by gzip.
///
/// # Errors
/// As [`read_images`].
pub fn read_labels(path: &Path) -> Result<Vec<u8>, Error> {
    Ok(read(path, LABELS)?.1)
}

fn read(path: &Path, magic: u32) -> Result<(Vec<usize>, Vec<u8>), Error> {
    let failed = |e: std::io::Error| Error::Input { path: path.to_owned(), message: e.to_string() };
    let wrong = |expected: String, found: String| Error::Idx { path: path.to_owned(), expected, found };
    let mut file = BufReader::new(File::open(path).map_err(failed)?);
    let packed = std::io::BufRead::fill_buf(&mut file).map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    let mut file: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };

    let axes = (magic & 0xff) as usize;
    let mut head = Vec::new();
    file.by_ref().take(4 * (1 + axes as u64)).read_to_end(&mut head).map_err(failed)?;
    let words: Vec<u32> = head.as_chunks::<4>().0.iter().map(|&word| u32::from_be_bytes(word)).collect();
    if words.first() != Some(&magic) {
        let found = words.first().map_or("none".into(), |word| format!("{word:#010x}"));
        return Err(wrong(format!("the magic number {magic:#010x}"), found));
    }
    if words.len() != 1 + axes {
        return Err(wrong(format!("a header of {} bytes", 4 * (1 + axes)), head.len().to_string()));
    }
    let axes: Vec<usize> = words[1..].iter().map(|&axis| axis as usize).collect();
    // A damaged header may promise more than any memory holds: what is there decides, not what is promised.
    let promised = axes.iter().try_fold(1_usize, |all, &axis| all.checked_mul(axis));
    let Some(promised) = promised.filter(|&count| count > 0) else {
        return Err(wrong("lengths of at least one".into(), format!("{axes:?}")));
    };
    let mut bytes = Vec::new();
    file.by_ref().take((promised as u64).saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    match bytes.len() {
        found if found > promised => Err(wrong(format!("{promised} bytes after the header"), "more".into())),
        found if found < promised => {
            Err(wrong(format!("{promised} bytes after the header"), found.to_string()))
        }
        _ => Ok((axes, bytes)),
    }
}

pub(super) fn image_bytes(images: &Images) -> Vec<u8> {
    bytes(IMAGES, &[images.len(), images.rows, images.columns], &images.pixels)
}

pub(super) fn label_bytes(images: &Images) -> Vec<u8> {
    bytes(LABELS, &[images.len()], &images.labels)
}

/// A file of this magic number and axes.
fn bytes(magic: u32, axes: &[usize], content: &[u8]) -> Vec<u8> {
    let axes = axes.iter().map(|&axis| u32::try_from(axis).unwrap_or(u32::MAX));
    let head = std::iter::once(magic).chain(axes).flat_map(u32::to_be_bytes);
    head.chain(content.iter().copied()).collect()
}

/// Writes the pixels of images.
///
/// # Errors
/// [`Error::Output`].
pub fn write_images(path: &Path, images: &Images) -> Result<(), Error> {
    output::write(path, image_bytes(images))
}

/// Writes the labels of images.
///
/// # Errors
/// [`Error::Output`].
pub fn write_labels(path: &Path, images: &Images) -> Result<(), Error> {
    output::write(path, label_bytes(images))
}
