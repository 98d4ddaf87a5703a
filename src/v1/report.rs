//! What was proved about a message of DIDComm v1, without the proof: to be kept, compared and sent on.

use std::sync::OnceLock;

use askar_crypto::buffer::SecretBytes;

use crate::error::{Error, Result};
use crate::json;
use crate::keys::Verkey;
use crate::replay_key::ReplayKey;

/// A message of DIDComm v1, and what was proved when it was unpacked.
///
/// It proves nothing by itself: a caller can write one. The core takes no decision by a report.
pub struct Report {
    content: SecretBytes,
    recipient: Verkey,
    to: Vec<String>,
    sender: Option<Verkey>,
    nesting: usize,
    replay_key: OnceLock<ReplayKey>,
}

impl Report {
    /// A report of these facts; `nesting` is the deepest that the content is read.
    pub fn new(
        content: SecretBytes,
        recipient: Verkey,
        to: Vec<String>,
        sender: Option<Verkey>,
        nesting: usize,
    ) -> Self {
        Self { content, recipient, to, sender, nesting, replay_key: OnceLock::new() }
    }

    /// The bytes that were packed.
    pub fn content(&self) -> &[u8] {
        self.content.as_ref()
    }

    /// The JSON text that was packed; an error where it is anything else than an object, as in Aries RFC 0020.
    pub fn json(&self) -> Result<&str> {
        let text = str::from_utf8(self.content()).map_err(|_| Error::malformed("message", "not UTF-8"))?;
        json::object(text, "message", self.nesting).map(|_| text)
    }

    /// A member of the JSON object that is a string: `@type`, `@id`; none where there is none, nor an object.
    pub fn text(&self, name: &str) -> Option<String> {
        let members = json::members(self.json().ok()?, "message").ok()?;
        let (_, raw) = members.into_iter().find(|(known, _)| known == name)?;
        serde_json::from_str(raw.get()).ok()
    }

    /// The verkey that was proved to be the sender's; none in anoncrypt.
    pub fn sender(&self) -> Option<&Verkey> {
        self.sender.as_ref()
    }

    /// The key of ours that opened it.
    pub fn recipient(&self) -> &Verkey {
        &self.recipient
    }

    /// All keys that it says it was encrypted to, ours among them.
    pub fn encrypted_to(&self) -> &[String] {
        &self.to
    }

    /// The deepest that the content is read.
    pub fn nesting(&self) -> usize {
        self.nesting
    }

    /// What identifies the message, computed at the first call: sender, recipient and content, for neither
    /// binds the id to the sender.
    pub fn replay_key(&self) -> &ReplayKey {
        self.replay_key.get_or_init(|| {
            ReplayKey::new(
                self.sender().map(ToString::to_string),
                Some(self.recipient.to_string()),
                self.text("@id"),
                Some(self.content()),
                None,
            )
        })
    }
}

impl PartialEq for Report {
    fn eq(&self, other: &Self) -> bool {
        self.content() == other.content()
            && self.recipient == other.recipient
            && self.to == other.to
            && self.sender == other.sender
            && self.nesting == other.nesting
    }
}
