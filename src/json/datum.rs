//! A borrowed value of a header with an unknown form.

use std::borrow::Cow;

use super::lexeme::JsonString;
use super::output::Output;
use crate::json::Node;

/// A JSON value that retains only strings, and objects of strings.
#[derive(Debug, Default)]
pub(crate) enum Datum<'a> {
    #[default]
    Null,
    Text(Cow<'a, str>),
    Object(Vec<(Cow<'a, str>, Self)>),
    /// The kind of a number, a boolean or an array, which no known header has.
    Other(&'static str),
}

impl<'a> Datum<'a> {
    /// The kind of the value.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Text(_) => "a string",
            Self::Object(_) => "an object",
            Self::Other(kind) => kind,
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The members, if this is an object.
    pub(crate) fn members(&self) -> Option<&[(Cow<'a, str>, Self)]> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
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

impl<'a> Output<'a> for Datum<'a> {
    type Entries = ();
    type Members = Vec<(Cow<'a, str>, Self)>;

    fn null() -> Self {
        Self::Null
    }

    fn boolean(_: bool) -> Self {
        Self::Other("a boolean")
    }

    fn number(_: &'a str) -> Self {
        Self::Other("a number")
    }

    fn text(string: JsonString<'a>) -> Self {
        Self::Text(string.decode())
    }

    fn entry((): &mut Self::Entries, _: Self) {}

    fn array((): Self::Entries) -> Self {
        Self::Other("an array")
    }

    fn member(members: &mut Self::Members, name: Cow<'a, str>, value: Self) {
        members.push((name, value));
    }

    fn object(members: Self::Members) -> Self {
        Self::Object(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_strings_and_objects_are_retained() {
        let text = r#"{"kid":"a#\u0062","epk":{"crv":"X25519","n":1},"null":null,"list":["a",{"b":1}]}"#;
        let datum: Datum<'_> = crate::json::parse_borrowed(text, "x").unwrap();
        assert_eq!(datum.get("kid").and_then(Datum::as_text), Some("a#b"));
        let epk = datum.get("epk").unwrap();
        assert_eq!((&epk).member("crv").unwrap().text().unwrap(), "X25519");
        assert!((&epk).member("n").unwrap().text().is_none());
        assert!((&datum.get("null").unwrap()).is_null());
        assert!(matches!(datum.get("list"), Some(Datum::Other("an array"))));
        assert!(datum.get("kty").is_none());
        assert_eq!(datum.members().unwrap().len(), 4);
    }

    #[test]
    fn ambiguous_values_are_refused() {
        for text in [r#"{"a":"b","a":"b"}"#, r#"{"a":[{"b":1,"b":2}]}"#, r#""\ud800""#, "[1e999]", "{"] {
            assert!(crate::json::parse_borrowed(text, "x").is_err(), "{text}");
        }
    }
}
