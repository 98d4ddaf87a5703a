//! Typed reading of headers; each error names the header.

use std::borrow::Cow;

use crate::did::DidUrl;
use crate::error::{Error, Result};
use crate::json::{Raw, Text, string};

/// Maximum length of an id. The specification says 32 bytes and recommends UUIDs, which have 36.
const MAX_ID_LENGTH: usize = 256;

/// Reads a string, borrowed if it has no escapes.
pub(super) fn text<'a>(raw: Raw<'a>, part: &'static str) -> Result<Cow<'a, str>> {
    string(Some(raw), part)
}

/// Reads an array of strings.
pub(super) fn texts<'a>(raw: Raw<'a>, part: &'static str) -> Result<Vec<Cow<'a, str>>> {
    serde_json::from_str::<Vec<Text<'a>>>(raw.get())
        .map(|texts| texts.into_iter().map(|Text(text)| text).collect())
        .map_err(|_| Error::malformed(part, "must be an array of strings"))
}

/// Reads whole seconds since the epoch.
pub(super) fn seconds(raw: Raw<'_>, part: &'static str) -> Result<u64> {
    serde_json::from_str(raw.get())
        .map_err(|_| Error::malformed(part, "must be whole seconds since 1970-01-01, at least 0"))
}

/// Reads an id of a message or a thread: unreserved characters of RFC 3986.
pub(super) fn id(raw: Raw<'_>, part: &'static str) -> Result<String> {
    let id = text(raw, part)?;
    if id.is_empty() || id.len() > MAX_ID_LENGTH {
        return Err(Error::malformed(part, "must be 1 to 256 characters long"));
    }
    if is_unreserved(&id) {
        Ok(id.into_owned())
    } else {
        Err(Error::malformed(part, "must contain only the characters A-Z a-z 0-9 - . _ ~"))
    }
}

/// Reads a DID, or a DID URL without a fragment.
pub(super) fn party(text: &str, part: &'static str) -> Result<DidUrl> {
    let did = DidUrl::parse(text).map_err(|_| Error::malformed(part, "not a DID (did:method:...)"))?;
    match did.fragment() {
        None => Ok(did),
        Some(_) => Err(Error::malformed(part, "must be a DID, got a DID URL with a fragment")),
    }
}

pub(super) fn is_unreserved(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}
