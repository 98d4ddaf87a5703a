//! Input limits. Work and memory are proportional to the input, so a bounded input bounds both.

use crate::json::NESTING;

/// 64 MiB: a 10 MiB file as base64 in an attachment, encrypted twice, is 32 MiB.
const BYTES: usize = 64 * 1024 * 1024;

/// Anoncrypt, authcrypt, signature: the specification has no fourth layer.
const LAYERS: usize = 3;

/// Each recipient entry is parsed and hashed before anything is proved; no DID lists nearly as many keys.
pub(crate) const RECIPIENTS: usize = 1000;

/// Each entry takes some 100 bytes beyond its text, so that all of them take 25 MiB; a message to many names dozens.
const TO: usize = 250_000;

/// A message that delivers queued messages has one attachment for each, and each takes memory beyond its text.
const ATTACHMENTS: usize = 10_000;

/// Only the sender's signature has a meaning, and a sender signs once.
const SIGNATURES: usize = 1;

/// A chain of mediators is two or three long; each step inward costs a decryption.
const FORWARD_DEPTH: usize = 10;

/// Maximum age of the end of a relationship, in seconds: 30 days, as long as mediators store messages.
///
/// Every reader of the token can replay it, because nothing in it is bound to a message.
const ENDING_AGE: u64 = 30 * 24 * 60 * 60;

/// Input limits of unpacking.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// The longest message, in bytes.
    pub bytes: usize,
    /// The deepest nesting of objects and arrays in a plaintext.
    pub nesting: usize,
    /// The maximum number of layers around a plaintext.
    pub layers: usize,
    /// The maximum number of recipients of one envelope.
    pub recipients: usize,
    /// The maximum number of entries of `to`.
    pub to: usize,
    /// The maximum number of attachments of one message.
    pub attachments: usize,
    /// The maximum number of signatures of one envelope.
    pub signatures: usize,
    /// The maximum number of nested forwards around one message.
    pub forward_depth: usize,
    /// The maximum age of the end of a relationship, in seconds.
    pub ending_age: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: BYTES,
            nesting: NESTING,
            layers: LAYERS,
            recipients: RECIPIENTS,
            to: TO,
            attachments: ATTACHMENTS,
            signatures: SIGNATURES,
            forward_depth: FORWARD_DEPTH,
            ending_age: ENDING_AGE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_limit_fits_a_file_of_ten_mebibytes_and_little_more() {
        // base64 makes four bytes of three: once in the attachment, once in each of two layers
        let file: usize = 10 * 1024 * 1024;
        let packed = (0..3).fold(file, |bytes, _| bytes.div_ceil(3) * 4);
        let most = Limits::default().bytes;
        assert!(packed < most && most < 3 * packed);
    }
}
