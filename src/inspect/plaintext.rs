//! The view of a plaintext's headers. The body and the attachments are omitted.

use serde::Serialize;

use super::lenient_json::{Entries, Object};
use super::sizes::Sizes;

/// The headers of an unprotected message.
#[derive(Clone, Debug, Serialize)]
pub struct PlaintextView {
    /// The media type.
    pub typ: Option<String>,
    /// The id of the message.
    pub id: Option<String>,
    /// The message type URI.
    #[serde(rename = "type")]
    pub message_type: Option<String>,
    /// The claimed sender.
    pub claimed_from: Option<String>,
    /// The claimed recipients.
    pub claimed_to: Option<Vec<String>>,
    /// The thread id.
    pub thid: Option<String>,
    /// The id of the parent thread.
    pub pthid: Option<String>,
    /// The claimed creation time.
    pub created_time: Option<u64>,
    /// The claimed expiry time.
    pub expires_time: Option<u64>,
    /// Whether it has a DID rotation.
    pub has_from_prior: bool,
    /// The number of attachments.
    pub attachments: usize,
    /// Its sizes; the content is the body.
    #[serde(flatten)]
    pub sizes: Sizes,
}

impl PlaintextView {
    pub(super) fn of_json(bytes: usize, object: &Object<'_>) -> Self {
        let attachments = object.member("attachments").and_then(|raw| Entries::read(raw, 0));
        Self {
            typ: object.text("typ"),
            id: object.text("id"),
            message_type: object.text("type"),
            claimed_from: object.text("from"),
            claimed_to: object.texts("to"),
            thid: object.text("thid"),
            pthid: object.text("pthid"),
            created_time: object.number("created_time"),
            expires_time: object.number("expires_time"),
            has_from_prior: object.member("from_prior").is_some(),
            attachments: attachments.map_or(0, |entries| entries.count),
            sizes: Sizes {
                bytes,
                content_bytes: object.bytes("body"),
                parts: object.sizes(&["body", "attachments", "from_prior"]),
            },
        }
    }
}
