//! The members of an object, each still as its text.

use std::borrow::Cow;
use std::fmt::Formatter;

use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::names::Names;
use super::strict::{TWICE, Text};
use super::{NESTING, check, kind, reason};
use crate::error::{Error, Result};

/// The members of an object in their order, each still as its text.
pub(crate) type Members<'a> = Vec<(Cow<'a, str>, &'a RawValue)>;

/// The members of an object, each name once. The values are not looked at yet: read each strictly.
pub(crate) fn members<'a>(text: &'a str, part: &'static str) -> Result<Members<'a>> {
    read(text, part, true)
}

/// The members of an object in which a name may stand twice, for a description of what is refused.
pub(crate) fn members_as_found<'a>(text: &'a str, part: &'static str) -> Result<Members<'a>> {
    read(text, part, false)
}

/// The members of an object that is unambiguous throughout.
pub(crate) fn object<'a>(text: &'a str, part: &'static str) -> Result<Members<'a>> {
    check(text, part, NESTING)?;
    read(text, part, false)
}

fn read<'a>(text: &'a str, part: &'static str, unique: bool) -> Result<Members<'a>> {
    let malformed = |reason: String| Error::malformed(part, reason);
    match kind(text) {
        "an object" => {}
        "a string" if holds_object(text) => {
            return Err(malformed(
                "a JSON string that contains a JSON object: decode it once more".to_owned(),
            ));
        }
        "a text that is not JSON" | "an empty text" => {
            let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) else {
                return Ok(Vec::new());
            };
            return Err(malformed(reason(&error, text)));
        }
        other => return Err(malformed(format!("must be a JSON object, got {other}"))),
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    reader
        .deserialize_map(Read { unique })
        .and_then(|members| reader.end().map(|()| members))
        .map_err(|error| malformed(reason(&error, text)))
}

/// Whether a JSON string was encoded twice.
fn holds_object(text: &str) -> bool {
    let inside = text.trim_ascii_start().get(1..).unwrap_or_default().trim_ascii_start();
    inside.starts_with('{')
}

struct Read {
    unique: bool,
}

impl<'de> Visitor<'de> for Read {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Members<'de>, A::Error> {
        let mut names = Names::default();
        let mut members = Vec::new();
        while let Some(Text(name)) = entries.next_key()? {
            if self.unique && !names.insert(name.clone()) {
                return Err(A::Error::custom(TWICE));
            }
            members.push((name, entries.next_value()?));
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_object_has_members() {
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
        assert_eq!(members(" {\"a\":[],\"b\":1} ", "x").unwrap().len(), 2);
        assert_eq!(members_as_found("{\"a\":1,\"a\":1}", "x").unwrap().len(), 2);
        assert!(object("{\"a\":{\"b\":1,\"b\":2}}", "x").is_err());
    }
}
