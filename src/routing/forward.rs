//! The forward message: a mediator's next hop and payload.

use std::ops::RangeInclusive;

use super::headers::{ForwardHeaders, TYPE};
use crate::did::{DidUrl, names_of_key, same_party};
use crate::error::{Error, Result};
use crate::jose::{jwe, wire};
use crate::json;
use crate::message::object::ObjectText;
use crate::message::{self, Attachment, Message, same_message_type};

/// The request of a forward to the mediator.
#[derive(Clone, Debug)]
pub struct Forward {
    next: String,
    messages: Vec<String>,
    links: Vec<Attachment>,
    expires_time: Option<u64>,
    delay: Option<RangeInclusive<u64>>,
}

impl Forward {
    /// Whether the message is a forward, of any minor version of this protocol.
    pub fn is_forward(message: &Message) -> bool {
        same_message_type(message.message_type(), TYPE)
    }

    /// Reads a forward. Unknown headers are ignored.
    pub fn read(message: &Message) -> Result<Self> {
        if !Self::is_forward(message) {
            return Err(Error::malformed("message.type", "must be the type of a forward"));
        }
        let body = json::members(message.body(), "message.body")?;
        let next = body.iter().find(|(name, _)| name == "next").map(|(_, raw)| raw.get());
        let next = next.ok_or_else(|| Error::malformed("message.body.next", "missing"))?;
        let next = serde_json::from_str::<String>(next)
            .ok()
            .filter(|next| DidUrl::parse(next).is_ok())
            .ok_or_else(|| Error::malformed("message.body.next", "must be a DID or the DID URL of a key"))?;
        if message.attachments().is_empty() {
            return Err(Error::malformed("message.attachments", "must not be empty in a forward"));
        }
        let mut messages = Vec::new();
        let mut links = Vec::new();
        for attachment in message.attachments() {
            match read_inlined(attachment)? {
                Some(payload) => messages.push(payload),
                None => links.push(attachment.to_detached()),
            }
        }
        let delay = message.custom_headers().find(|(name, _)| *name == "delay_milli");
        let delay = delay.and_then(|(_, raw)| serde_json::from_str(raw).ok()).map(|delay: i64| {
            let longest = delay.unsigned_abs();
            if delay < 0 { 0..=longest } else { longest..=longest }
        });
        Ok(Self { next, messages, links, expires_time: message.expires_time(), delay })
    }

    /// The next hop as it arrived: a DID, or a kid.
    pub fn next(&self) -> &str {
        &self.next
    }

    /// Whether the next hop is this party: the same DID, and the same key if both have a fragment.
    pub fn goes_to(&self, party: &DidUrl) -> bool {
        let Ok(next) = DidUrl::parse(&self.next) else { return false };
        let one_key = || match (next.fragment(), party.fragment()) {
            (Some(_), Some(_)) => next == *party || names_of_key(party, None).contains(&self.next),
            _ => true,
        };
        same_party(next.did(), party.did()) && one_key()
    }

    /// The payloads, in the order of the attachments.
    pub fn messages(&self) -> &[String] {
        &self.messages
    }

    /// Refuses an attachment that is not an encrypted message, because the mediator could read it.
    pub(crate) fn refuse_unencrypted(&self) -> Result<()> {
        let is_encrypted = |text: &String| wire::is_encrypted(text) || wire::is_encrypted_v1(text);
        if self.messages.iter().all(is_encrypted) {
            Ok(())
        } else {
            Err(Error::malformed("message.attachments", "not an encrypted message"))
        }
    }

    /// The payloads.
    pub(crate) fn into_messages(self) -> Vec<String> {
        self.messages
    }

    /// The attachments with only links and a hash.
    pub fn links(&self) -> &[Attachment] {
        &self.links
    }

    /// The expiry time, in seconds since the epoch.
    pub fn expires_time(&self) -> Option<u64> {
        self.expires_time
    }

    /// The delay before the delivery, in milliseconds, uniformly distributed over the range.
    pub fn delay(&self) -> Option<&RangeInclusive<u64>> {
        self.delay.as_ref()
    }
}

/// Reads the inlined payload; `None` for an attachment with only links.
fn read_inlined(attachment: &Attachment) -> Result<Option<String>> {
    match attachment.content() {
        Ok(content) => String::from_utf8(content.into_owned())
            .map(Some)
            .map_err(|_| Error::malformed("attachment.data.base64", "not UTF-8")),
        Err(Error::ContentNotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes the plaintext of a forward, from which a mediator learns only the next hop.
///
/// `payload` is JSON text.
pub(crate) fn write(
    id: &str,
    mediator: &DidUrl,
    next: &str,
    payload: &str,
    headers: &ForwardHeaders,
) -> String {
    /// Capacity for all but the payload and the headers, including the padding of the layer around.
    const ROOM: usize = 512;
    let lengths = [payload.len(), mediator.did().len(), next.len(), headers.length()];
    let mut text = String::with_capacity(lengths.into_iter().fold(ROOM, usize::saturating_add));
    let mut forward = ObjectText::begin(&mut text);
    forward.put_text("id", id);
    forward.put_text("typ", message::MEDIA_TYPE);
    forward.put_text("type", TYPE);
    forward.put_texts("to", [mediator.did()]);
    for (name, json) in headers.entries() {
        forward.put(name, json);
    }
    forward.put_object("body", |body| body.put_text("next", next));
    forward.put_array("attachments", [payload], |text, payload| {
        let mut attachment = ObjectText::begin(text);
        // Identus drops attachments without an id
        attachment.put_text("id", "forwarded");
        attachment.put_text("media_type", jwe::MEDIA_TYPE);
        attachment.put_object("data", |data| data.put("json", payload));
        attachment.end();
    });
    forward.end();
    text
}
