//! An envelope: a message whose outermost shape is parsed.

use super::jwe::Jwe;
use super::jws::Jws;
use super::wire::{Shape, Wire};
use crate::error::{Error, Result};
use crate::json::{self, Members, Object};

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

impl<'a> Envelope<'a> {
    /// Reads the outermost shape of a JSON text.
    pub(crate) fn parse(text: &'a str, most: Most) -> Result<Self> {
        Self::of(&object(text, json::NESTING)?.members, most)
    }

    /// Reads the outermost shape of an object.
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

/// The object that a message is: an envelope or a plaintext.
pub(crate) fn object(text: &str, nesting: usize) -> Result<Object<'_>> {
    const PART: &str = "message";
    json::object(text, PART, nesting).map_err(|error| match compact(text) {
        Some(_) => Error::malformed(PART, "the compact serialisation of JOSE in place of JSON"),
        None => error,
    })
}

/// The three parts of a compact JWS or the five of a compact JWE (RFC 7515 7.1, RFC 7516 7.1).
pub(crate) fn compact(text: &str) -> Option<Vec<&str>> {
    let is_compact_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    // one part more than the most that are known is enough to tell
    let parts: Vec<_> = text.split('.').take(6).collect();
    (matches!(parts.len(), 3 | 5) && text.bytes().all(is_compact_byte)).then_some(parts)
}
