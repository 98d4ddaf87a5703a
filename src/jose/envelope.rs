//! Envelopes: the parsed outermost layer of a message.

use super::accept::Accept;
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

/// The same, of either version of DIDComm.
pub(crate) enum Either<'a> {
    V2(Envelope<'a>),
    V1(Wire<'a>),
}

impl<'a> Envelope<'a> {
    /// Parses the outermost layer of a JSON text.
    pub(crate) fn parse(text: &'a str, accept: Accept) -> Result<Self> {
        Self::of(&object(text, json::NESTING)?.members, accept)
    }

    /// Parses the outermost layer from the members of an object.
    pub(crate) fn of(members: &Members<'a>, accept: Accept) -> Result<Self> {
        match Either::of(members, accept)? {
            Either::V2(envelope) => Ok(envelope),
            Either::V1(_) => Err(Error::unsupported("envelope", "DIDComm v1")),
        }
    }
}

impl<'a> Either<'a> {
    /// Parses the outermost layer from the members of an object; a layer of DIDComm v1 is only recognised.
    pub(crate) fn of(members: &Members<'a>, accept: Accept) -> Result<Self> {
        const PART: &str = "message";
        let wire = Wire::of(members);
        let shape = wire.shape();
        wire.refuse_other_shape(shape, PART)?;
        let envelope = match shape {
            Shape::Encrypted => match Jwe::parse(&wire, accept)? {
                Some(jwe) => Envelope::Encrypted(jwe),
                None => return Ok(Self::V1(wire)),
            },
            Shape::Signed => Envelope::Signed(Jws::parse(&wire, accept.signatures)?),
            Shape::Plain => Envelope::Plain,
        };
        Ok(Self::V2(envelope))
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
