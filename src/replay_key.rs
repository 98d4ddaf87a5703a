//! What identifies a message that arrives again, however its envelope is written.

use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::base64url;

/// What identifies a message: the proved sender, the recipient and the id; or, where no sender vouches for the
/// id, the recipient and the content.
#[derive(Debug)]
pub struct ReplayKey {
    /// The proved sender, in the shortest form of its DID.
    pub sender: Option<String>,
    /// The party to which the message was encrypted, in the shortest form of its DID.
    pub recipient: Option<String>,
    /// The id of the message.
    pub id: Option<String>,
    /// SHA-256 of what identifies the message, in base64url.
    pub digest: String,
    /// When the message expires, in seconds since the epoch.
    pub expires_time: Option<u64>,
    delivery: OnceLock<String>,
}

impl ReplayKey {
    /// `content` identifies the message where its id is not proved: anybody could choose another one.
    pub(crate) fn new(
        sender: Option<String>,
        recipient: Option<String>,
        id: Option<String>,
        content: Option<&[u8]>,
        expires_time: Option<u64>,
    ) -> Self {
        let mut hash = Sha256::new();
        hash.update([u8::from(content.is_some())]);
        let [from, to, own] = [&sender, &recipient, &id].map(|text| text.as_deref().unwrap_or_default());
        for part in [from.as_bytes(), to.as_bytes(), content.unwrap_or(own.as_bytes())] {
            // with its length, so that no two lists of parts are one text
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        let digest = base64url::encode(hash.finalize());
        Self { sender, recipient, id, digest, expires_time, delivery: OnceLock::new() }
    }

    /// Identifies this delivery of the message: a new id at the first call, the same at every later one.
    pub fn delivery(&self, new: impl FnOnce() -> String) -> &str {
        self.delivery.get_or_init(new)
    }
}
