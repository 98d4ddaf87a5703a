//! A value in a header whose form is not known beforehand, read without owning it.

use std::borrow::Cow;
use std::fmt::Formatter;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::did::Node;
use crate::message::json::{Text, Unambiguous};
use crate::message::names::Names;

/// A JSON value, of which texts are kept and objects of them.
#[derive(Debug, Default)]
pub(crate) enum Datum<'a> {
    #[default]
    Null,
    Text(Cow<'a, str>),
    Object(Vec<(Cow<'a, str>, Self)>),
    /// A number, a truth value or an array: no header that is read has one.
    Other,
}

impl<'a> Datum<'a> {
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The members, if this is an object.
    pub(super) fn members(&self) -> Option<&[(Cow<'a, str>, Self)]> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        self.members()?.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

impl Node for &Datum<'_> {
    fn member(&self, name: &str) -> Option<Self> {
        self.get(name)
    }

    fn text(&self) -> Option<Cow<'_, str>> {
        self.as_text().map(Cow::Borrowed)
    }

    fn entries(&self) -> Option<Vec<Self>> {
        None
    }

    fn names(&self) -> Vec<String> {
        self.members().unwrap_or_default().iter().map(|(name, _)| name.clone().into_owned()).collect()
    }

    fn is_null(&self) -> bool {
        matches!(self, Datum::Null)
    }

    fn is_true(&self) -> bool {
        false
    }
}

impl<'de> Deserialize<'de> for Datum<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Read)
    }
}

struct Read;

impl<'de> Visitor<'de> for Read {
    type Value = Datum<'de>;

    fn expecting(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Datum<'de>, E> {
        Ok(Datum::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Datum<'de>, E> {
        Ok(Datum::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Datum<'de>, E> {
        Ok(Datum::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Datum<'de>, E> {
        Ok(Datum::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Datum<'de>, E> {
        Ok(Datum::Other)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Datum<'de>, E> {
        Ok(Datum::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Datum<'de>, E> {
        Ok(Datum::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, entries: A) -> Result<Datum<'de>, A::Error> {
        Unambiguous::default().visit_seq(entries).map(|()| Datum::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Datum<'de>, A::Error> {
        let mut names = Names::default();
        let mut members = Vec::new();
        while let Some(Text(name)) = entries.next_key()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom("a name twice"));
            }
            members.push((name, entries.next_value()?));
        }
        Ok(Datum::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_objects_of_them_are_found_and_the_rest_is_not() {
        let text = r#"{"kid":"a#\u0062","epk":{"crv":"X25519","n":1},"null":null,"list":["a",{"b":1}]}"#;
        let datum: Datum<'_> = serde_json::from_str(text).unwrap();
        assert_eq!(datum.get("kid").and_then(Datum::as_text), Some("a#b"));
        let epk = datum.get("epk").unwrap();
        assert_eq!((&epk).member("crv").unwrap().text().unwrap(), "X25519");
        assert!((&epk).member("n").unwrap().text().is_none());
        assert!((&datum.get("null").unwrap()).is_null());
        assert!(matches!(datum.get("list"), Some(Datum::Other)));
        assert!(datum.get("kty").is_none());
        assert_eq!(datum.members().unwrap().len(), 4);
    }

    #[test]
    fn ambiguous_values_are_refused() {
        for text in [r#"{"a":"b","a":"b"}"#, r#"{"a":[{"b":1,"b":2}]}"#, r#""\ud800""#, "[1e999]", "{"] {
            assert!(serde_json::from_str::<Datum<'_>>(text).is_err(), "{text}");
        }
    }
}
