//! The report of an unpacked message of DIDComm v1: plain data to store, compare and send, without the proof.

use std::sync::OnceLock;

use askar_crypto::buffer::SecretBytes;

use crate::error::{Error, Result};
use crate::json;
use crate::keys::Verkey;
use crate::replay_key::ReplayKey;

/// A message of DIDComm v1, with the facts from its unpacking.
///
/// It proves nothing by itself, because a caller can construct one. The core bases no decision on a report.
pub struct Report {
    content: SecretBytes,
    recipient: Verkey,
    to: Vec<String>,
    sender: Option<Verkey>,
    nesting: usize,
    replay_key: OnceLock<ReplayKey>,
}

impl Report {
    /// A report of these facts; `nesting` is the maximum nesting for reading the content.
    pub fn new(
        content: SecretBytes,
        recipient: Verkey,
        to: Vec<String>,
        sender: Option<Verkey>,
        nesting: usize,
    ) -> Self {
        Self { content, recipient, to, sender, nesting, replay_key: OnceLock::new() }
    }

    /// The packed bytes.
    pub fn content(&self) -> &[u8] {
        self.content.as_ref()
    }

    /// The content as the JSON text of an object, as in Aries RFC 0020; an error for any other content.
    pub fn json(&self) -> Result<&str> {
        let text = str::from_utf8(self.content()).map_err(|_| Error::malformed("message", "not UTF-8"))?;
        json::object(text, "message", self.nesting).map(|_| text)
    }

    /// A string member of the JSON object, such as `@type` or `@id`; `None` for any other content.
    pub fn text(&self, name: &str) -> Option<String> {
        let members = json::members(self.json().ok()?, "message").ok()?;
        let (_, raw) = members.into_iter().find(|(known, _)| known == name)?;
        serde_json::from_str(raw.get()).ok()
    }

    /// The proved verkey of the sender; `None` in anoncrypt.
    pub fn sender(&self) -> Option<&Verkey> {
        self.sender.as_ref()
    }

    /// Our key that opened the message.
    pub fn recipient(&self) -> &Verkey {
        &self.recipient
    }

    /// The keys of all claimed recipients, including ours.
    pub fn encrypted_to(&self) -> &[String] {
        &self.to
    }

    /// The maximum nesting for reading the content.
    pub fn nesting(&self) -> usize {
        self.nesting
    }

    /// The replay key, computed on the first call: sender, recipient and content, because neither anoncrypt nor authcrypt
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
