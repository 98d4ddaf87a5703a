//! One strict reader for the JSON that a peer writes.
//!
//! A text has one meaning or is refused: each name once in its object, every number finite, every string Unicode,
//! a bounded nesting. Where a specification says object, only an object is read. One pass over a text finds its
//! members, refuses what is ambiguous and counts the nesting.

mod datum;
mod entries;
mod fault;
mod lexeme;
mod members;
mod names;
mod node;
mod output;
mod raw;
mod reader;

use serde_json::Value;

use crate::error::{Error, Result};

pub(crate) use datum::Datum;
pub(crate) use entries::entries;
pub(crate) use fault::{Fault, Read, kind};
pub(crate) use lexeme::Reader;
pub(crate) use members::{Members, Object, members, object};
pub(crate) use names::Names;
pub use node::Node;
pub(crate) use raw::{Raw, Text, string};

/// Plain bodies nest a dozen levels; a reader that recurses is safe here, and `serde_json` stops at 128.
pub const NESTING: usize = 100;

/// The deepest that a text can be nested that was read with any limit: `serde_json` stops there.
pub(crate) const DEEPEST: usize = 128;

/// Refuses a text that two readers could understand differently, or that is nested more deeply than that.
pub(crate) fn check(text: &str, part: &'static str, nesting: usize) -> Result<()> {
    pass(text, part, nesting, Reader::value)
}

/// The value of a text, owned.
pub fn value(text: &str, part: &'static str) -> Result<Value> {
    pass(text, part, NESTING, Reader::value)
}

/// The value of a text in bytes, owned.
pub(crate) fn value_of_bytes(bytes: &[u8], part: &'static str) -> Result<Value> {
    value(utf8(bytes, part)?, part)
}

/// The value of a text: its strings and the objects of them, borrowed.
pub(crate) fn borrowed<'a>(text: &'a str, part: &'static str) -> Result<Datum<'a>> {
    pass(text, part, NESTING, Reader::value)
}

/// One pass over a whole text.
pub(crate) fn pass<'a, T>(
    text: &'a str,
    part: &'static str,
    nesting: usize,
    read: impl FnOnce(&mut Reader<'a>) -> Read<T>,
) -> Result<T> {
    let mut reader = Reader::new(text, nesting);
    read(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|fault| Error::malformed(part, fault.reason(text)))
}

/// The text of bytes in UTF-8.
pub(crate) fn utf8<'a>(bytes: &'a [u8], part: &'static str) -> Result<&'a str> {
    str::from_utf8(bytes).map_err(|error| {
        Error::malformed(part, format!("not UTF-8: the byte at {} is not valid", error.valid_up_to()))
    })
}
