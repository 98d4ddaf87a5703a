//! Envelopes: the parsed outermost layer of a message.

use super::jwe::Jwe;
use super::jws::Jws;
use super::wire::{Shape, Wire};
use crate::error::{Error, Result};
use crate::json::{self, Members, Object};

/// The parsed outermost layer of a message; nothing is verified.
#[derive(Debug)]
pub(crate) enum Envelope<'a> {
    Encrypted(Jwe<'a>),
    Signed(Jws<'a>),
    Plain,
}

/// Maximum numbers of entries.
#[derive(Clone, Copy)]
pub(crate) struct Most {
    pub(crate) recipients: usize,
    pub(crate) signatures: usize,
}

impl<'a> Envelope<'a> {
    /// Parses the outermost layer of a JSON text.
    pub(crate) fn parse(text: &'a str, most: Most) -> Result<Self> {
        Self::of(&object(text, json::NESTING)?.members, most)
    }

    /// Parses the outermost layer from the members of an object.
    pub(crate) fn of(members: &Members<'a>, most: Most) -> Result<Self> {
        const PART: &str = "message";
        let wire = Wire::of(members);
        let shape = wire.shape();
        wire.refuse_other_shape(shape, PART)?;
        match shape {
            Shape::Encrypted => Jwe::parse(&wire, most.recipients).map(Self::Encrypted),
            Shape::Signed => Jws::parse(&wire, most.signatures).map(Self::Signed),
            Shape::Plain => Ok(Self::Plain),
        }
    }
}

/// Parses the JSON object of a message, an envelope or a plaintext.
pub(crate) fn object(text: &str, nesting: usize) -> Result<Object<'_>> {
    const PART: &str = "message";
    json::object(text, PART, nesting).map_err(|error| match compact(text) {
        Some(_) => Error::malformed(PART, "must be a JSON object, got the compact serialization of JOSE"),
        None => error,
    })
}

/// The three parts of a compact JWS or the five of a compact JWE (RFC 7515 7.1, RFC 7516 7.1).
pub(crate) fn compact(text: &str) -> Option<Vec<&str>> {
    let is_compact_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    // one part more than the five of a JWE is enough to refuse
    let parts: Vec<_> = text.split('.').take(6).collect();
    (matches!(parts.len(), 3 | 5) && text.bytes().all(is_compact_byte)).then_some(parts)
}
