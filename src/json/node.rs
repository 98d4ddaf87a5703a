//! Generic access to JSON values: a DID document may be text, or objects of another language.

use std::borrow::Cow;

use serde_json::Value;

/// A JSON value of any representation.
pub trait Node: Sized {
    /// The member of that name, if this is an object that has it.
    fn member(&self, name: &str) -> Option<Self>;

    /// The text, if this is a string.
    fn text(&self) -> Option<Cow<'_, str>>;

    /// The entries, if this is an array.
    fn entries(&self) -> Option<Vec<Self>>;

    /// The names of the members, if this is an object; otherwise none.
    fn names(&self) -> Vec<String>;

    /// Whether this is null.
    fn is_null(&self) -> bool;

    /// Whether this is true.
    fn is_true(&self) -> bool;

    /// The text of the member of that name, if it is a string.
    fn member_text(&self, name: &str) -> Option<String> {
        self.member(name)?.text().map(Cow::into_owned)
    }
}

impl Node for &Value {
    fn member(&self, name: &str) -> Option<Self> {
        self.get(name)
    }

    fn text(&self) -> Option<Cow<'_, str>> {
        self.as_str().map(Cow::Borrowed)
    }

    fn entries(&self) -> Option<Vec<Self>> {
        self.as_array().map(|entries| entries.iter().collect())
    }

    fn names(&self) -> Vec<String> {
        self.as_object().map(|members| members.keys().cloned().collect()).unwrap_or_default()
    }

    fn is_null(&self) -> bool {
        Value::is_null(self)
    }

    fn is_true(&self) -> bool {
        self.as_bool() == Some(true)
    }
}
