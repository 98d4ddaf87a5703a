//! A borrowed value of any form, for documents that are read once.

use std::borrow::Cow;

use super::lexeme::JsonString;
use super::node::Node;
use super::output::Output;

/// A JSON value whose strings are part of its text, unless they have escapes.
///
/// Members are found by linear search, because a document is searched for only a dozen members of each object.
#[derive(Debug)]
pub(crate) enum Tree<'a> {
    Null,
    True,
    /// A number or false, which the reader of a document never uses.
    Other,
    Text(Cow<'a, str>),
    Array(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl Node for &Tree<'_> {
    fn member(&self, name: &str) -> Option<Self> {
        let Tree::Object(members) = self else { return None };
        members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn text(&self) -> Option<Cow<'_, str>> {
        let Tree::Text(text) = self else { return None };
        Some(Cow::Borrowed(text))
    }

    fn entries(&self) -> Option<Vec<Self>> {
        let Tree::Array(entries) = self else { return None };
        Some(entries.iter().collect())
    }

    fn names(&self) -> Vec<String> {
        let Tree::Object(members) = self else { return Vec::new() };
        members.iter().map(|(name, _)| name.clone().into_owned()).collect()
    }

    fn is_null(&self) -> bool {
        matches!(self, Tree::Null)
    }

    fn is_true(&self) -> bool {
        matches!(self, Tree::True)
    }
}

impl<'a> Output<'a> for Tree<'a> {
    type Entries = Vec<Self>;
    type Members = Vec<(Cow<'a, str>, Self)>;

    fn null() -> Self {
        Self::Null
    }

    fn boolean(value: bool) -> Self {
        if value { Self::True } else { Self::Other }
    }

    fn number(_: &'a str) -> Self {
        Self::Other
    }

    fn text(string: JsonString<'a>) -> Self {
        Self::Text(string.decode())
    }

    fn entry(entries: &mut Self::Entries, value: Self) {
        entries.push(value);
    }

    fn array(entries: Self::Entries) -> Self {
        Self::Array(entries)
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
    use serde_json::Value;

    use super::*;
    use crate::json::{NESTING, tree, value};

    const TEXT: &str =
        r#"{"a":[1,"b\u0063",{"d":null}],"e":true,"f":false,"":{"g":[]},"h":-1.5e3,"\u0069":"j"}"#;

    /// Whether both representations answer alike, at every level.
    fn is_same(tree: &Tree<'_>, value: &Value) -> bool {
        let (entries, expected) = (tree.entries(), value.entries());
        let (names, members) = (tree.names(), value.names());
        let is_same_member = |name: &String| is_same(tree.member(name).unwrap(), value.member(name).unwrap());
        (&tree).text() == (&value).text()
            && (&tree).is_null() == (&value).is_null()
            && (&tree).is_true() == (&value).is_true()
            && entries.is_some() == expected.is_some()
            && entries.into_iter().flatten().zip(expected.into_iter().flatten()).all(|(a, b)| is_same(a, b))
            && names == members
            && names.iter().all(is_same_member)
            && tree.member("absent").is_none()
    }

    #[test]
    fn tree_answers_as_an_owned_value_does() {
        assert!(is_same(&tree(TEXT, "x", NESTING).unwrap(), &value(TEXT, "x").unwrap()));
        assert!(!is_same(&tree("[1]", "x", NESTING).unwrap(), &value("[null]", "x").unwrap()));
    }

    #[test]
    fn ambiguous_values_are_refused() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":[{"b":1,"b":2}]}"#, r#""\ud800""#, "[1e999]", "{", "[[1]]"] {
            assert!(tree(text, "x", 1).is_err(), "{text}");
        }
    }
}
