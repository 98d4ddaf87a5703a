//! Replay keys: the identity of a message, independent of its envelope.

use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::base64url;

/// The identity of a message: the proved sender, the recipient and the id; or, without a proved sender, the
/// recipient and the content, because an unproved id can be changed freely.
#[derive(Debug)]
pub struct ReplayKey {
    /// The proved sender, in the shortest form of its DID.
    pub sender: Option<String>,
    /// The recipient of the encryption, in the shortest form of its DID.
    pub recipient: Option<String>,
    /// The id of the message.
    pub id: Option<String>,
    /// SHA-256 over the identity, in base64url.
    pub digest: String,
    /// The expiry time of the message, in seconds since the epoch.
    pub expires_time: Option<u64>,
    delivery: OnceLock<String>,
}

impl ReplayKey {
    /// `content` identifies the message where its id is not proved: an attacker could replace the id.
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
            // with its length, so that two lists of parts never have the same encoding
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        let digest = base64url::encode(hash.finalize());
        Self { sender, recipient, id, digest, expires_time, delivery: OnceLock::new() }
    }

    /// The id of this delivery of the message: created on the first call, then constant.
    pub fn delivery(&self, new: impl FnOnce() -> String) -> &str {
        self.delivery.get_or_init(new)
    }
}
