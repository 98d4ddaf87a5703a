//! What is too large to be read. Work and memory are proportional to the input; this bounds the input.

/// 64 MiB: a 10 MiB file as base64 in an attachment, encrypted twice, is 32 MiB.
const BYTES: usize = 64 * 1024 * 1024;

/// Each recipient entry is parsed and hashed before anything is proved; no DID lists nearly as many keys.
const RECIPIENTS: usize = 1000;

/// What is too large to be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// The longest message, in octets.
    pub bytes: usize,
    /// The most recipients of one envelope.
    pub recipients: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: BYTES, recipients: RECIPIENTS }
    }
}
