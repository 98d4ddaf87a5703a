//! The forward of DIDComm v1 (Aries RFC 0094): a mediator's next hop and payload.

use serde::Serialize;
use serde_json::value::RawValue;

use super::envelope::{MEDIA_TYPE, is_v1};
use super::{Packed, Unpacked, pack};
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::jose::jwe;
use crate::jose::wire::is_encrypted;
use crate::json;
use crate::keys::Verkey;
use crate::message::same_message_type;
use crate::routing::MOST_LAYERS;

const TYPE: &str = "https://didcomm.org/routing/1.0/forward";

/// The request of a forward to the mediator.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Forward {
    to: String,
    message: String,
}

/// An unpacked forward, with what was proved about it; nothing is proved about its payload.
pub struct Forwarded {
    /// The request to the mediator.
    pub forward: Forward,
    /// The forward as a message.
    pub unpacked: Unpacked,
}

impl Forward {
    /// Whether `@type` is the type of a forward, in any minor version of this protocol.
    pub fn is_type(message_type: &str) -> bool {
        same_message_type(message_type, TYPE)
    }

    /// Reads a forward.
    pub fn read(unpacked: &Unpacked) -> Result<Self> {
        if !unpacked.text("@type").is_some_and(|message_type| Self::is_type(&message_type)) {
            unpacked.json()?;
            return Err(Error::malformed("message.@type", "must be the type of a forward"));
        }
        let members = json::members(unpacked.json()?, "message")?;
        let message = members.iter().find(|(name, _)| name == "msg").map(|(_, raw)| raw.get());
        let message = message
            .filter(|message| message.starts_with('{'))
            .ok_or_else(|| Error::malformed("message.msg", "must be a JSON object"))?;
        let to = unpacked.text("to").filter(|to| !to.is_empty());
        let to = to.ok_or_else(|| Error::malformed("message.to", "missing"))?;
        Ok(Self { to, message: message.to_owned() })
    }

    /// Restores a parsed forward.
    pub fn new(to: String, message: String) -> Self {
        Self { to, message }
    }

    /// The media type of the payload.
    pub fn media_type(&self) -> &'static str {
        if is_v1(&self.message) { MEDIA_TYPE } else { jwe::MEDIA_TYPE }
    }

    /// The next hop as it arrived: a verkey, or a DID with or without a fragment.
    pub fn to(&self) -> &str {
        &self.to
    }

    /// The payload, as it was inlined.
    pub fn message(&self) -> &str {
        &self.message
    }
}

#[derive(Serialize)]
struct Out<'a> {
    #[serde(rename = "@type")]
    type_: &'static str,
    #[serde(rename = "@id")]
    id: String,
    to: &'a str,
    msg: &'a RawValue,
}

/// Wraps an encrypted message for `to` in one anonymous forward for each routing key.
///
/// The keys are in the order of a DID document of DIDComm v1, from the recipient to the sender: the last one is
/// outermost. DIDComm v2 has the reverse order.
pub async fn wrap_in_forward(
    caller: &Caller,
    payload: &str,
    to: &str,
    routing_keys: &[Verkey],
) -> Result<Packed> {
    // the mediator could read any other payload
    if !is_v1(payload) && !is_encrypted(payload) {
        return Err(Error::malformed(
            "forward",
            "the payload is not an encrypted message, so a mediator could read it",
        ));
    }
    json::check(payload, "forward", json::NESTING)?;
    if to.is_empty() {
        return Err(Error::misuse("`to` must not be empty"));
    }
    if routing_keys.len() > MOST_LAYERS {
        return Err(Error::misuse(format!("`routing_keys` must have at most {MOST_LAYERS} keys")));
    }
    let mut wrapped: Option<Packed> = None;
    let mut next = to;
    for mediator in routing_keys {
        let text = wrapped.as_ref().map_or(payload, |inner| inner.text.as_str());
        let msg = serde_json::from_str(text).map_err(|_| Error::malformed("forward", "not JSON"))?;
        let out = Out { type_: TYPE, id: caller.random_id(), to: next, msg };
        let plaintext = serde_json::to_string(&out).unwrap_or_default();
        wrapped = Some(pack(caller, plaintext.as_bytes(), std::slice::from_ref(mediator), None).await?);
        next = mediator.as_str();
    }
    wrapped.ok_or_else(|| Error::misuse("`routing_keys` must not be empty"))
}
