//! What several targets share: small changes of a file.

use libfuzzer_sys::arbitrary::{self, Arbitrary};

/// Some bytes taken out, others put in their place.
#[derive(Arbitrary, Clone, Debug)]
pub struct Splice {
    from: u16,
    removed: u8,
    inserted: Vec<u8>,
}

impl Splice {
    /// Changes `bytes`, however long they are.
    pub fn apply(&self, bytes: &mut Vec<u8>) {
        let from = usize::from(self.from) % (bytes.len() + 1);
        let to = bytes.len().min(from + usize::from(self.removed));
        bytes.splice(from..to, self.inserted.iter().copied());
    }
}
