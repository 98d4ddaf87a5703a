//! Arrays of which only so many entries are read: the rest is not even parsed.

use std::fmt::Formatter;

use serde::de::{Deserializer, Error as _, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{kind, reason};
use crate::error::{Error, Result};

/// The entries of an array that has at most so many, each still as its text: read each strictly.
pub(crate) fn entries<'a>(raw: &'a RawValue, most: usize, part: &'static str) -> Result<Vec<&'a RawValue>> {
    let text = raw.get();
    if !text.starts_with('[') {
        return Err(Error::malformed(part, format!("must be an array of objects, got {}", kind(text))));
    }
    let mut more = false;
    let read = AtMost { most, more: &mut more };
    let found = serde_json::Deserializer::from_str(text).deserialize_seq(read);
    if more {
        return Err(Error::malformed(part, format!("more than the {most} that are read")));
    }
    found.map_err(|error| Error::malformed(part, reason(&error, text)))
}

struct AtMost<'m> {
    most: usize,
    more: &'m mut bool,
}

impl<'de> Visitor<'de> for AtMost<'_> {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while found.len() < self.most {
            match sequence.next_element()? {
                Some(entry) => found.push(entry),
                None => return Ok(found),
            }
        }
        if sequence.next_element::<IgnoredAny>()?.is_some() {
            *self.more = true;
            return Err(A::Error::custom("too many"));
        }
        Ok(found)
    }
}
