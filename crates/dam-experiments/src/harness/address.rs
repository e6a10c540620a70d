//! Addresses and checksums: SHA-256 of JSON.

use dam_core::Streams;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Experiment;

/// The JSON of a value that can be written as such.
pub(super) fn json<T: Serialize>(value: &T) -> Result<String, String> {
    serde_json::to_string(value).map_err(|e| e.to_string())
}

/// The first 64 bits of the digest of a text.
pub(super) fn digest(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).fold(0, |bits, &byte| bits << 8 | u64::from(byte))
}

/// The streams of an experiment, so that no two experiments share any.
pub(super) fn root<E: Experiment>(seed: u64) -> Streams {
    Streams::new(seed).branch(digest(E::NAME))
}

/// The streams of a cell: by seed, experiment and cell.
pub(super) fn streams<E: Experiment>(seed: u64, cell_json: &str) -> Streams {
    root::<E>(seed).branch(digest(cell_json))
}
