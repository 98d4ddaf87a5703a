//! The members of JWE and JWS in their JSON serializations, and the shape of a text that follows from them.
//!
//! RFC 7516 9 distinguishes the shapes by `ciphertext` and `payload`, and requires unknown members to be ignored; a
//! plaintext may have headers of any name. So:
//!
//! 1. A text with all required members of a JWE is encrypted, and one with all required members of a JWS is signed,
//!    whatever its other members are: an added `type` does not turn it into a plaintext.
//! 2. Another text with `type`, which every plaintext has, is a plaintext.
//! 3. Another text with `ciphertext` or `recipients` is a broken JWE, and one with `payload` or `signatures` a
//!    broken JWS.
//! 4. A JWE with `payload` or `signatures`, and a JWS with `ciphertext` or `recipients`, is refused: another
//!    implementation could read it as the other shape.

use crate::base64url;
use crate::error::{Error, Result};
use crate::json::{self, Members, Raw, string};

/// The shape of a text, by its members.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shape {
    Encrypted,
    Signed,
    Plain,
}

/// The members of JWE and JWS in their JSON serializations (RFC 7516 7.2, RFC 7515 7.2); null means absent.
#[derive(Default)]
pub(crate) struct Wire<'a> {
    pub(crate) message_type: Option<Raw<'a>>,
    pub(crate) protected: Option<Raw<'a>>,
    pub(crate) unprotected: Option<Raw<'a>>,
    pub(crate) recipients: Option<Raw<'a>>,
    pub(crate) encrypted_key: Option<Raw<'a>>,
    pub(crate) iv: Option<Raw<'a>>,
    pub(crate) ciphertext: Option<Raw<'a>>,
    pub(crate) tag: Option<Raw<'a>>,
    pub(crate) aad: Option<Raw<'a>>,
    pub(crate) header: Option<Raw<'a>>,
    pub(crate) payload: Option<Raw<'a>>,
    pub(crate) signatures: Option<Raw<'a>>,
    pub(crate) signature: Option<Raw<'a>>,
}

impl<'a> Wire<'a> {
    /// Parses a JSON object, whose names must be unique.
    pub(crate) fn read(text: &'a str, part: &'static str) -> Result<Self> {
        json::members(text, part).map(|members| Self::of(&members))
    }

    /// Picks the known members.
    pub(crate) fn of(members: &Members<'a>) -> Self {
        let mut wire = Self::default();
        for (name, raw) in members {
            let place = match name.as_ref() {
                "type" => &mut wire.message_type,
                "protected" => &mut wire.protected,
                "unprotected" => &mut wire.unprotected,
                "recipients" => &mut wire.recipients,
                "encrypted_key" => &mut wire.encrypted_key,
                "iv" => &mut wire.iv,
                "ciphertext" => &mut wire.ciphertext,
                "tag" => &mut wire.tag,
                "aad" => &mut wire.aad,
                "header" => &mut wire.header,
                "payload" => &mut wire.payload,
                "signatures" => &mut wire.signatures,
                "signature" => &mut wire.signature,
                _ => continue,
            };
            *place = Some(*raw).filter(|raw| raw.get() != "null");
        }
        wire
    }

    /// The shape of the text, by the rules of this module.
    pub(crate) fn shape(&self) -> Shape {
        if self.is_complete_jwe() {
            Shape::Encrypted
        } else if self.is_complete_jws() {
            Shape::Signed
        } else if self.message_type.is_some() {
            Shape::Plain
        } else if self.ciphertext.is_some() || self.recipients.is_some() {
            Shape::Encrypted
        } else if self.payload.is_some() || self.signatures.is_some() {
            Shape::Signed
        } else {
            Shape::Plain
        }
    }

    /// Whether all required members of an encrypted message are present. DIDComm v1 has its recipients in `protected`.
    fn is_complete_jwe(&self) -> bool {
        [self.protected, self.iv, self.ciphertext, self.tag]
            .into_iter()
            .all(|member| starts_with(member, '"'))
    }

    fn is_complete_jws(&self) -> bool {
        let flattened = starts_with(self.protected, '"') && starts_with(self.signature, '"');
        starts_with(self.payload, '"') && (starts_with(self.signatures, '[') || flattened)
    }

    /// Refuses a JWE that another implementation could read as a JWS, and the other way round.
    pub(crate) fn refuse_other_shape(&self, shape: Shape, part: &'static str) -> Result<()> {
        let foreign = match shape {
            Shape::Encrypted => [("payload", self.payload), ("signatures", self.signatures)],
            Shape::Signed => [("ciphertext", self.ciphertext), ("recipients", self.recipients)],
            Shape::Plain => return Ok(()),
        };
        let Some((name, _)) = foreign.iter().find(|(_, member)| member.is_some()) else { return Ok(()) };
        let reason = format!(
            "`{name}` together with the members of the other envelope: must be either a JWE or a JWS"
        );
        Err(Error::malformed(part, reason))
    }
}

fn starts_with(member: Option<Raw<'_>>, with: char) -> bool {
    member.is_some_and(|raw| raw.get().starts_with(with))
}

/// Whether the `typ` of a protected header is the one of DIDComm v1 (Aries RFC 0019).
pub(super) fn is_of_version_1(typ: Option<&str>) -> bool {
    typ == Some("JWM/1.0")
}

/// Whether a protected header is one of DIDComm v1, where base64url may be padded.
pub(crate) fn is_header_of_version_1(protected: &str) -> bool {
    const PART: &str = "protected";
    base64url::decode_padded(protected, PART).is_ok_and(|bytes| {
        let header = json::utf8(&bytes, PART).and_then(|text| json::parse_borrowed(text, PART));
        header.is_ok_and(|header| is_of_version_1(header.get("typ").and_then(json::Datum::as_text)))
    })
}

/// Whether a JSON text has the shape of an encrypted message, with any algorithms.
pub(crate) fn is_encrypted(text: &str) -> bool {
    Wire::read(text, "message").is_ok_and(|wire| {
        let keys = wire.recipients.or(wire.encrypted_key);
        wire.shape() == Shape::Encrypted
            && wire.refuse_other_shape(Shape::Encrypted, "message").is_ok()
            && wire.protected.and(wire.ciphertext).and(wire.tag).and(keys).is_some()
    })
}

/// Whether a JSON text has the shape of an envelope of DIDComm v1, with the recipients in the protected header.
pub(crate) fn is_encrypted_v1(text: &str) -> bool {
    Wire::read(text, "message").is_ok_and(|wire| {
        wire.shape() == Shape::Encrypted
            && wire.ciphertext.and(wire.tag).is_some()
            && string(wire.protected, "protected").is_ok_and(|protected| is_header_of_version_1(&protected))
    })
}

/// Parses the members of an unprotected header, which is JSON without base64url; empty if it is absent.
pub(super) fn parse_unprotected<'a>(
    raw: Option<Raw<'a>>,
    part: &'static str,
) -> Result<Vec<(std::borrow::Cow<'a, str>, json::Datum<'a>)>> {
    let Some(raw) = raw else { return Ok(Vec::new()) };
    match json::parse_borrowed(raw.get(), part)? {
        json::Datum::Object(members) => Ok(members),
        other => Err(Error::malformed(part, format!("must be a JSON object, got {}", other.kind()))),
    }
}

/// Decodes a member: base64url in a string.
pub(super) fn decode_member(raw: Option<Raw<'_>>, part: &'static str) -> Result<Vec<u8>> {
    base64url::decode(&string(raw, part)?, part)
}
