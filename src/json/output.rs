//! The output types of the strict reader.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::lexeme::JsonString;

/// The output for a value.
pub(crate) trait Output<'a>: Sized {
    /// The output for the entries of an array.
    type Entries: Default;
    /// The output for the members of an object.
    type Members: Default;

    fn null() -> Self;
    fn boolean(value: bool) -> Self;
    fn number(text: &'a str) -> Self;
    fn text(string: JsonString<'a>) -> Self;
    fn entry(entries: &mut Self::Entries, value: Self);
    fn array(entries: Self::Entries) -> Self;
    fn member(members: &mut Self::Members, name: Cow<'a, str>, value: Self);
    fn object(members: Self::Members) -> Self;
}

/// No output: the value is only checked.
impl<'a> Output<'a> for () {
    type Entries = ();
    type Members = ();

    fn null() -> Self {}
    fn boolean(_: bool) -> Self {}
    fn number(_: &'a str) -> Self {}
    fn text(_: JsonString<'a>) -> Self {}
    fn entry((): &mut Self::Entries, (): Self) {}
    fn array((): Self::Entries) -> Self {}
    fn member((): &mut Self::Members, _: Cow<'a, str>, (): Self) {}
    fn object((): Self::Members) -> Self {}
}

impl<'a> Output<'a> for Value {
    type Entries = Vec<Self>;
    type Members = Map<String, Self>;

    fn null() -> Self {
        Self::Null
    }

    fn boolean(value: bool) -> Self {
        Self::Bool(value)
    }

    fn number(text: &'a str) -> Self {
        // a finite number of JSON can always be read
        serde_json::from_str(text).unwrap_or_default()
    }

    fn text(string: JsonString<'a>) -> Self {
        Self::String(string.decode().into_owned())
    }

    fn entry(entries: &mut Self::Entries, value: Self) {
        entries.push(value);
    }

    fn array(entries: Self::Entries) -> Self {
        Self::Array(entries)
    }

    fn member(members: &mut Self::Members, name: Cow<'a, str>, value: Self) {
        members.insert(name.into_owned(), value);
    }

    fn object(members: Self::Members) -> Self {
        Self::Object(members)
    }
}
