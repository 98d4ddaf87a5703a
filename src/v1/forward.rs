//! The forward of DIDComm v1 (Aries RFC 0094): what a mediator is asked to hand on, and to whom.

use serde::Serialize;
use serde_json::value::RawValue;

use super::envelope::{MEDIA_TYPE, is_one};
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

/// What a forward asks of the mediator that opened it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Forward {
    to: String,
    message: String,
}

/// A forward that was opened, and what was proved about it; what it carries is proved by nobody yet.
pub struct Forwarded {
    /// What the mediator is asked to do.
    pub forward: Forward,
    /// The forward as a message.
    pub unpacked: Unpacked,
}

impl Forward {
    /// Whether `@type` is that of a forward, of any minor version of this protocol.
    pub fn is_type(message_type: &str) -> bool {
        same_message_type(message_type, TYPE)
    }

    /// Reads what a forward asks for.
    pub fn read(unpacked: &Unpacked) -> Result<Self> {
        if !unpacked.text("@type").is_some_and(|message_type| Self::is_type(&message_type)) {
            unpacked.json()?;
            return Err(Error::malformed("message.@type", "no forward"));
        }
        let members = json::members(unpacked.json()?, "message")?;
        let message = members.iter().find(|(name, _)| name == "msg").map(|(_, raw)| raw.get());
        let message = message
            .filter(|message| message.starts_with('{'))
            .ok_or_else(|| Error::malformed("message.msg", "no JSON object"))?;
        let to = unpacked.text("to").filter(|to| !to.is_empty());
        let to = to.ok_or_else(|| Error::malformed("message.to", "missing"))?;
        Ok(Self { to, message: message.to_owned() })
    }

    /// What was read before.
    pub fn new(to: String, message: String) -> Self {
        Self { to, message }
    }

    /// The media type of the message to hand on.
    pub fn media_type(&self) -> &'static str {
        if is_one(&self.message) { MEDIA_TYPE } else { jwe::MEDIA_TYPE }
    }

    /// The next hop as it was written: a verkey, or a DID with or without the name of a key.
    pub fn to(&self) -> &str {
        &self.to
    }

    /// The message to hand on, as it was inlined.
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
/// The keys stand as in a DID document of DIDComm v1, from the recipient's end to the sender's: the last
/// one is outermost. DIDComm v2 has them the other way round.
pub async fn wrap_in_forward(
    caller: &Caller,
    payload: &str,
    to: &str,
    routing_keys: &[Verkey],
) -> Result<Packed> {
    // a forward that carries anything else shows it to the mediator
    if !is_one(payload) && !is_encrypted(payload) {
        return Err(Error::malformed(
            "forward",
            "the payload is not an encrypted message, so a mediator could read it",
        ));
    }
    json::check(payload, "forward", json::NESTING)?;
    if to.is_empty() {
        return Err(Error::misuse("nobody to forward to"));
    }
    if routing_keys.len() > MOST_LAYERS {
        return Err(Error::misuse(format!("more than {MOST_LAYERS} routing keys")));
    }
    let mut wrapped: Option<Packed> = None;
    let mut next = to;
    for mediator in routing_keys {
        let text = wrapped.as_ref().map_or(payload, |inner| inner.text.as_str());
        let msg = serde_json::from_str(text).map_err(|_| Error::malformed("forward", "no JSON"))?;
        let out = Out { type_: TYPE, id: caller.random_id(), to: next, msg };
        let plaintext = serde_json::to_string(&out).unwrap_or_default();
        wrapped = Some(pack(caller, plaintext.as_bytes(), std::slice::from_ref(mediator), None).await?);
        next = mediator.as_str();
    }
    wrapped.ok_or_else(|| Error::misuse("no routing key to wrap for"))
}
