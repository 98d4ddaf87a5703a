//! An unparsed JSON value.

use std::borrow::Cow;

use serde::Deserialize;

use super::{kind, lexeme};
use crate::error::{Error, Result};

/// The text of one JSON value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Raw<'a> {
    text: &'a str,
    /// Whether this may be a string with escapes; true if unknown.
    may_have_escapes: bool,
}

impl<'a> Raw<'a> {
    /// The text of a value from the strict reader.
    pub(super) fn read(text: &'a str, may_have_escapes: bool) -> Self {
        Self { text, may_have_escapes }
    }

    /// The text of a value from another reader.
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text, may_have_escapes: true }
    }

    /// The text.
    pub(crate) fn get(self) -> &'a str {
        self.text
    }
}

/// Reads a string, borrowed if it has no escapes.
pub(crate) fn string<'a>(raw: Option<Raw<'a>>, part: &'static str) -> Result<Cow<'a, str>> {
    let raw = raw.ok_or_else(|| Error::malformed(part, "missing"))?;
    let Some(inner) = raw.text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return Err(Error::malformed(part, format!("must be a string, got {}", kind(raw.text))));
    };
    if !raw.may_have_escapes || !inner.contains('\\') {
        return Ok(Cow::Borrowed(inner));
    }
    let not_unicode = || Error::malformed(part, "must be a Unicode string");
    lexeme::unescape(raw.text).map(Cow::Owned).ok_or_else(not_unicode)
}

/// A string for serde, borrowed if it has no escapes.
#[derive(Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);
