//! JSON that means one thing to everybody: every string is Unicode, every number finite, every name unique.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::names::Names;
use crate::error::{Error, Result};

/// Plain bodies nest a dozen levels; a reader that recurses is safe here, and `serde_json` stops at 128.
pub(crate) const NESTING: usize = 100;

/// The members of an object in their order, each still as its text.
pub(crate) type Members<'a> = Vec<(Cow<'a, str>, &'a RawValue)>;

/// Refuses a text that two readers could understand differently, or that is nested more deeply than that.
pub(crate) fn check(text: &str, part: &'static str, nesting: usize) -> Result<()> {
    let mut reader = serde_json::Deserializer::from_str(text);
    Unambiguous { deeper: nesting }
        .deserialize(&mut reader)
        .and_then(|()| reader.end())
        // what serde says here names what is wrong, and never what stands in the text
        .map_err(|error| Error::malformed(part, format!("no unambiguous JSON: {error}")))
}

/// The members of a JSON object that has passed [`check`].
pub(crate) fn members<'a>(text: &'a str, part: &'static str) -> Result<Members<'a>> {
    serde_json::from_str(text)
        .map(|Object(members)| members)
        .map_err(|_| Error::malformed(part, "no JSON object"))
}

/// Visits every value and keeps none.
#[derive(Clone, Copy)]
pub(crate) struct Unambiguous {
    /// How many levels more may be entered.
    deeper: usize,
}

impl Default for Unambiguous {
    fn default() -> Self {
        Self { deeper: NESTING }
    }
}

impl Unambiguous {
    fn inside<E: serde::de::Error>(self) -> Result<Self, E> {
        let deeper = self.deeper.checked_sub(1).ok_or_else(|| E::custom("nested too deeply"))?;
        Ok(Self { deeper })
    }
}

impl<'de> DeserializeSeed<'de> for Unambiguous {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unambiguous {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        while entries.next_element_seed(inside)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        let mut names = Names::default();
        while let Some(Text(name)) = entries.next_key()? {
            if !names.insert(name) {
                return Err(A::Error::custom("a name twice"));
            }
            entries.next_value_seed(inside)?;
        }
        Ok(())
    }
}

/// A string, borrowed where it has no escapes.
#[derive(Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

struct Object<'a>(Members<'a>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Object<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((Text(name), value)) = entries.next_entry()? {
                    members.push((name, value));
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ambiguous_json_is_refused() {
        for text in [
            "",
            "{",
            "{} {}",
            r#"{"a":1,"a":2}"#,
            r#"{"a":{"b":1,"\u0062":2}}"#,
            r#""\ud800""#,
            "1e999",
            "NaN",
            "[1,]",
            "\u{feff}{}",
        ] {
            assert!(check(text, "x", NESTING).is_err(), "{text}");
        }
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(check(&deep, "x", NESTING).is_err());
        check(r#"{"a":[1,-1,1.5,18446744073709551616,null,true,"\u00e9"],"b":{"a":{}}}"#, "x", NESTING)
            .unwrap();
    }

    // MSG-31
    #[test]
    fn levels_are_counted_exactly() {
        for (text, levels) in [("1", 0), ("[]", 1), (r#"{"a":[1,{"b":{}}]}"#, 4), (r#"[[],{"a":1},[2]]"#, 2)]
        {
            check(text, "x", levels).unwrap();
            assert!(levels == 0 || check(text, "x", levels - 1).is_err(), "{text}");
        }
    }
}
