//! Which of the three shapes a text has: encrypted, signed or plain.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::jwe::Jwe;
use super::jws::Jws;
use crate::base64url;
use crate::error::{Error, Result};

/// A message as it arrived, its outermost shape read and nothing believed.
#[derive(Debug)]
pub(crate) enum Envelope<'a> {
    Encrypted(Jwe<'a>),
    Signed(Jws<'a>),
    Plain,
}

/// How many entries of an array are read.
#[derive(Clone, Copy)]
pub(crate) struct Most {
    pub(crate) recipients: usize,
    pub(crate) signatures: usize,
}

/// The members of JWE and JWS in their JSON serialisations (RFC 7516 7.2, RFC 7515 7.2).
#[derive(Deserialize)]
pub(super) struct Wire<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) message_type: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) protected: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) unprotected: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) recipients: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) encrypted_key: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) iv: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) ciphertext: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) tag: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) aad: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) header: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) payload: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) signatures: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) signature: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    /// Reads the outermost shape of a JSON text.
    pub(crate) fn parse(text: &'a str, most: Most) -> Result<Self> {
        let wire: Wire<'a> = serde_json::from_str(text).map_err(|error| match compact(text) {
            Some(_) => Error::malformed("message", "the compact serialisation of JOSE in place of JSON"),
            None => Error::malformed("message", format!("no JSON object: {}", position(&error))),
        })?;
        // `type` is what every plaintext has and no envelope: a header may be called `payload`
        if wire.message_type.is_some() {
            Ok(Self::Plain)
        } else if wire.ciphertext.is_some() || wire.recipients.is_some() {
            Jwe::parse(&wire, most.recipients).map(Self::Encrypted)
        } else if wire.payload.is_some() || wire.signatures.is_some() {
            Jws::parse(&wire, most.signatures).map(Self::Signed)
        } else {
            Ok(Self::Plain)
        }
    }
}

/// The three parts of a compact JWS or the five of a compact JWE (RFC 7515 7.1, RFC 7516 7.1).
pub(crate) fn compact(text: &str) -> Option<Vec<&str>> {
    let is_compact_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    // one part more than the most that are known is enough to tell
    let parts: Vec<_> = text.split('.').take(6).collect();
    (matches!(parts.len(), 3 | 5) && text.bytes().all(is_compact_byte)).then_some(parts)
}

/// Whether the `typ` of a protected header is that of DIDComm v1 (Aries RFC 0019).
pub(super) fn is_of_version_1(typ: Option<&str>) -> bool {
    typ == Some("JWM/1.0")
}

/// Whether a protected header is that of DIDComm v1, where base64url may be padded.
pub(crate) fn is_header_of_version_1(protected: &str) -> bool {
    #[derive(Deserialize)]
    struct Header {
        typ: Option<String>,
    }
    base64url::decode_padded(protected, "protected").is_ok_and(|octets| {
        serde_json::from_slice(&octets).is_ok_and(|header: Header| is_of_version_1(header.typ.as_deref()))
    })
}

/// Whether a JSON text has the shape of an encrypted message, whatever its algorithms are.
pub(crate) fn is_encrypted(text: &str) -> bool {
    serde_json::from_str(text).is_ok_and(|wire: Wire<'_>| {
        let keys = wire.recipients.or(wire.encrypted_key);
        wire.message_type.is_none() && wire.protected.and(wire.ciphertext).and(wire.tag).and(keys).is_some()
    })
}

/// Whether a JSON text has the shape of an envelope of DIDComm v1, whose recipients stand in the header.
pub(crate) fn is_encrypted_v1(text: &str) -> bool {
    serde_json::from_str(text).is_ok_and(|wire: Wire<'_>| {
        wire.message_type.is_none()
            && wire.ciphertext.and(wire.tag).is_some()
            && string(wire.protected, "protected").is_ok_and(|protected| is_header_of_version_1(&protected))
    })
}

/// A JSON string of the text, borrowed where it has no escapes.
pub(crate) fn string<'a>(raw: Option<&'a RawValue>, part: &'static str) -> Result<Cow<'a, str>> {
    let text = raw.ok_or_else(|| Error::malformed(part, "missing"))?.get();
    match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if !inner.contains('\\') => Ok(Cow::Borrowed(inner)),
        Some(_) => serde_json::from_str(text)
            .map(Cow::Owned)
            .map_err(|_| Error::malformed(part, "a string that is no Unicode")),
        None => Err(Error::malformed(part, "no string")),
    }
}

/// Where a JSON text breaks; what stands there may be private.
pub(crate) fn position(error: &serde_json::Error) -> String {
    format!("line {} column {}", error.line(), error.column())
}
