//! Any text as JSON, compared with three readers: `serde_json` and `jiter`, which are not strict, and a strict reader
//! over `serde_json`.

use std::collections::HashSet;
use std::fmt::Formatter;

use jiter::JsonValue;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A text that the strict reader accepts has the same value for the other readers, and after rewriting; a text that it
/// refuses is ambiguous or not JSON.
pub(crate) fn holds(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let strict = pydidcomm::json::value(text, "text");
    let reader = &mut serde_json::Deserializer::from_str(text);
    let by_serde = Levels(pydidcomm::json::NESTING).deserialize(&mut *reader).and_then(|()| reader.end());
    assert_eq!(strict.is_ok(), by_serde.is_ok(), "{strict:?}, but {by_serde:?}");
    let Ok(strict) = strict else { return };
    let plain: Value = serde_json::from_str(text).unwrap();
    assert_eq!(strict, plain);
    assert!(
        same(&JsonValue::parse(data, false).unwrap(), &strict),
        "jiter reads another value than {strict}"
    );
    let written = strict.to_string();
    assert_eq!(pydidcomm::json::value(&written, "text").unwrap(), strict);
}

/// Whether jiter read the same value. It preserves integers of any size, which `serde_json` rounds to a float above 64
/// bits, and the integer `-0`, which `serde_json` reads as a float.
fn same(theirs: &JsonValue<'_>, ours: &Value) -> bool {
    match (theirs, ours) {
        (JsonValue::Null, Value::Null) => true,
        (JsonValue::Bool(theirs), Value::Bool(ours)) => theirs == ours,
        (JsonValue::Int(theirs), Value::Number(ours)) => {
            ours.as_i64() == Some(*theirs) || (*theirs == 0 && ours.as_f64() == Some(0.0))
        }
        (JsonValue::BigInt(theirs), Value::Number(ours)) => match ours.as_u64() {
            Some(ours) => theirs.to_string() == ours.to_string(),
            None => theirs.to_string().parse() == Ok(ours.as_f64().unwrap()),
        },
        (JsonValue::Float(theirs), Value::Number(ours)) => {
            ours.as_f64().map(f64::to_bits) == Some(theirs.to_bits())
        }
        (JsonValue::Str(theirs), Value::String(ours)) => theirs == ours,
        (JsonValue::Array(theirs), Value::Array(ours)) => {
            theirs.len() == ours.len() && theirs.iter().zip(ours).all(|(theirs, ours)| same(theirs, ours))
        }
        (JsonValue::Object(theirs), Value::Object(ours)) => {
            let members = theirs.iter().zip(ours);
            theirs.len() == ours.len()
                && members
                    .into_iter()
                    .all(|((name, theirs), (ours_name, ours))| name == ours_name && same(theirs, ours))
        }
        _ => false,
    }
}

/// Reads a value of at most so many levels, with unique names in each object.
struct Levels(usize);

impl Levels {
    fn inside<E: Error>(&self) -> Result<Self, E> {
        self.0.checked_sub(1).map(Self).ok_or_else(|| E::custom("nested too deeply"))
    }
}

impl<'de> DeserializeSeed<'de> for Levels {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Levels {
    type Value = ();

    fn expecting(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
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

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        value.is_finite().then_some(()).ok_or_else(|| E::custom("not finite"))
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let deeper = self.inside::<A::Error>()?.0;
        while entries.next_element_seed(Self(deeper))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let deeper = self.inside::<A::Error>()?.0;
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("a name twice"));
            }
            members.next_value_seed(Self(deeper))?;
        }
        Ok(())
    }
}
