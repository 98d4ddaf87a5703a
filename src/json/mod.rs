//! One strict reader for the JSON that a peer writes.
//!
//! A text has one meaning or is refused: each name once in its object, every number finite, every string Unicode,
//! a bounded nesting. Where a specification says object, only an object is read.

mod datum;
mod entries;
mod fault;
mod members;
mod names;
mod strict;

use std::borrow::Cow;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::{Error, Result};

pub(crate) use datum::Datum;
pub(crate) use entries::entries;
pub(crate) use fault::{kind, reason};
pub(crate) use members::{Members, members, members_as_found, object};
pub(crate) use names::Names;
pub(crate) use strict::{Strict, TWICE, Text};

/// Plain bodies nest a dozen levels; a reader that recurses is safe here, and `serde_json` stops at 128.
pub const NESTING: usize = 100;

/// Refuses a text that two readers could understand differently, or that is nested more deeply than that.
pub(crate) fn check(text: &str, part: &'static str, nesting: usize) -> Result<()> {
    read(text, part, nesting)
}

/// The value of a text, owned.
pub fn value(text: &str, part: &'static str) -> Result<Value> {
    read(text, part, NESTING)
}

/// The value of a text in bytes, owned.
pub(crate) fn value_of_bytes(bytes: &[u8], part: &'static str) -> Result<Value> {
    value(utf8(bytes, part)?, part)
}

/// The value of a text: its strings and the objects of them, borrowed.
pub(crate) fn borrowed<'a>(text: &'a str, part: &'static str) -> Result<Datum<'a>> {
    read(text, part, NESTING)
}

fn read<'a, T: strict::Output<'a>>(text: &'a str, part: &'static str, nesting: usize) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let strict = Strict::new(nesting);
    serde::de::DeserializeSeed::deserialize(strict, &mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| Error::malformed(part, reason(&error, text)))
}

/// The text of bytes in UTF-8.
pub(crate) fn utf8<'a>(bytes: &'a [u8], part: &'static str) -> Result<&'a str> {
    str::from_utf8(bytes).map_err(|error| {
        Error::malformed(part, format!("not UTF-8: the byte at {} is not valid", error.valid_up_to()))
    })
}

/// A string, borrowed where it has no escapes.
pub(crate) fn string<'a>(raw: Option<&'a RawValue>, part: &'static str) -> Result<Cow<'a, str>> {
    let text = raw.ok_or_else(|| Error::malformed(part, "missing"))?.get();
    match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if !inner.contains('\\') => Ok(Cow::Borrowed(inner)),
        Some(_) => serde_json::from_str(text)
            .map(Cow::Owned)
            .map_err(|error| Error::malformed(part, reason(&error, text))),
        None => Err(Error::malformed(part, format!("must be a string, got {}", kind(text)))),
    }
}
