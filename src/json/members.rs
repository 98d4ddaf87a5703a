//! The unparsed members of an object.

use std::borrow::Cow;
use std::ops::Range;

use super::lexeme::JsonString;
use super::raw::Raw;
use super::{NESTING, check, kind, pass};
use crate::error::{Error, Result};

/// The members of most messages and envelopes.
const USUAL: usize = 8;

/// The unparsed members of an object, in order.
pub(crate) type Members<'a> = Vec<(Cow<'a, str>, Raw<'a>)>;

/// An object, unambiguous at every level.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    pub(crate) members: Members<'a>,
    /// The number of levels.
    pub(crate) levels: usize,
}

/// The places of an object's members in a text that our own writer wrote, so that no second pass has to find them.
///
/// The writer vouches for the object: it is unambiguous at every level.
#[derive(Debug)]
pub struct Places {
    /// The place of each member.
    pub members: Vec<MemberPlace>,
    /// The number of levels.
    pub levels: usize,
}

/// The places of a member's name and value, quotes included.
#[derive(Debug)]
pub struct MemberPlace {
    /// The name.
    pub name: Range<usize>,
    /// The value.
    pub value: Range<usize>,
}

impl Places {
    /// The members of that text.
    pub(crate) fn members_of<'a>(&self, text: &'a str) -> Members<'a> {
        let text_at = |place: &Range<usize>| text.get(place.clone()).unwrap_or_default();
        let name = |place| {
            let quoted = text_at(place);
            JsonString { quoted, has_escapes: quoted.contains('\\') }.decode()
        };
        self.members.iter().map(|member| (name(&member.name), Raw::of(text_at(&member.value)))).collect()
    }
}

/// Reads the members of an object, which must be unambiguous at every level.
pub(crate) fn members<'a>(text: &'a str, part: &'static str) -> Result<Members<'a>> {
    object(text, part, NESTING).map(|object| object.members)
}

/// Reads an object with at most this nesting.
pub(crate) fn object<'a>(text: &'a str, part: &'static str, nesting: usize) -> Result<Object<'a>> {
    let malformed = |reason: String| Error::malformed(part, reason);
    match kind(text) {
        "an object" => {}
        "a string" if is_encoded_object(text) => {
            return Err(malformed(
                "a JSON string that contains a JSON object: decode it once more".to_owned(),
            ));
        }
        // its error has the fault
        "a text that is not JSON" | "an empty text" => check(text, part, nesting)?,
        other => return Err(malformed(format!("must be a JSON object, got {other}"))),
    }
    let mut members = Vec::with_capacity(USUAL);
    let levels = pass(text, part, nesting, |reader| {
        reader.object(|reader, name| {
            members.push((name, reader.raw()?));
            Ok(())
        })?;
        Ok(reader.levels())
    })?;
    Ok(Object { members, levels })
}

/// Whether a JSON string contains an object, because the object was encoded twice.
fn is_encoded_object(text: &str) -> bool {
    let inside = text.trim_ascii_start().get(1..).unwrap_or_default().trim_ascii_start();
    inside.starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_objects_are_accepted() {
        for (text, expected) in [
            ("[1]", "must be a JSON object, got an array"),
            ("null", "must be a JSON object, got null"),
            ("1", "must be a JSON object, got a number"),
            ("\"a\"", "must be a JSON object, got a string"),
            (r#""{\"a\":1}""#, "a JSON string that contains a JSON object: decode it once more"),
            ("{\"a\":1", "ends at byte 6: truncated?"),
            ("{\"a\":1,\"a\":1}", "a name twice in one object (byte 10)"),
            ("{\"a\":1}x", "text after the end of the JSON value (byte 8)"),
            ("abc", "not JSON (byte 1)"),
            (" ", "empty"),
        ] {
            let Err(Error::Malformed { reason, .. }) = members(text, "x") else { panic!("{text}") };
            assert_eq!(reason, expected, "{text}");
        }
        assert!(members("{\"a\":{\"b\":1,\"b\":2}}", "x").is_err());
    }

    // MSG-31
    #[test]
    fn members_are_found_and_levels_counted_in_one_pass() {
        let object = object(" {\"a\" : [ 1 , {} ],\n\"\\u0062\":\"c\\n\"} ", "x", 3).unwrap();
        let found: Vec<_> = object.members.iter().map(|(name, raw)| (name.as_ref(), raw.get())).collect();
        assert_eq!(found, [("a", "[ 1 , {} ]"), ("b", "\"c\\n\"")]);
        assert_eq!(object.levels, 3);
    }
}
