//! A strict reader for untrusted JSON.
//!
//! A text is unambiguous or is refused: unique names in each object, finite numbers, Unicode strings, bounded nesting.
//! Where a specification requires an object, only an object is accepted. One pass over a text finds its members,
//! refuses ambiguity and counts the nesting.

mod datum;
mod entries;
mod fault;
mod lexeme;
mod members;
mod names;
mod node;
mod output;
mod plain;
mod raw;
mod reader;
mod tree;

use serde_json::Value;

use crate::error::{Error, Result};

pub(crate) use datum::Datum;
pub(crate) use entries::entries;
pub(crate) use fault::{Fault, Read, kind};
pub(crate) use lexeme::Reader;
#[cfg(feature = "python")]
pub(crate) use lexeme::TOO_LONG_INTEGER;
pub use members::{MemberPlace, Places};
pub(crate) use members::{Members, Object, members, object};
pub(crate) use names::Names;
pub use node::Node;
pub(crate) use plain::plain_length;
pub(crate) use raw::{Raw, Text, string};
pub(crate) use tree::Tree;

/// Default maximum nesting: ordinary bodies have a dozen levels, recursion is safe, and `serde_json` stops at 128.
pub const NESTING: usize = 100;

/// Maximum nesting with any limit, where `serde_json` stops.
pub(crate) const DEEPEST: usize = 128;

/// Refuses an ambiguous text, which implementations could read differently, or one with a deeper nesting.
pub(crate) fn check(text: &str, part: &'static str, nesting: usize) -> Result<()> {
    pass(text, part, nesting, Reader::value)
}

/// Parses a text into an owned value.
pub fn value(text: &str, part: &'static str) -> Result<Value> {
    pass(text, part, NESTING, Reader::value)
}

/// Parses bytes into an owned value.
pub(crate) fn value_of_bytes(bytes: &[u8], part: &'static str) -> Result<Value> {
    value(utf8(bytes, part)?, part)
}

/// Parses a text into a borrowed value of strings and objects.
pub(crate) fn parse_borrowed<'a>(text: &'a str, part: &'static str) -> Result<Datum<'a>> {
    pass(text, part, NESTING, Reader::value)
}

/// Parses a text into a borrowed value.
pub(crate) fn tree<'a>(text: &'a str, part: &'static str, nesting: usize) -> Result<Tree<'a>> {
    pass(text, part, nesting, Reader::value)
}

/// Reads a whole text in one pass.
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

/// Checks that bytes are UTF-8.
pub(crate) fn utf8<'a>(bytes: &'a [u8], part: &'static str) -> Result<&'a str> {
    str::from_utf8(bytes).map_err(|error| {
        Error::malformed(part, format!("not UTF-8: the byte at {} is not valid", error.valid_up_to()))
    })
}
