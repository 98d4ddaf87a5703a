//! A DID, or a DID URL: `did:method:id[/path][?query][#fragment]`.

mod equivalence;
pub(crate) mod short_form;

use std::fmt::{Display, Formatter};
use std::sync::Arc;

use crate::error::{Error, Result};

pub(crate) use equivalence::PartyName;
pub use equivalence::{canonical, same_party, shortest_form};
pub use short_form::short_form;

/// Maximum length of a DID URL in bytes, far above that of a did:peer:2 with many keys and services.
const MAX_LENGTH: usize = 16_384;

/// A syntactically valid DID or DID URL, compared byte by byte.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DidUrl {
    // shared, because it is cloned often and can be as long as a did:peer
    text: Arc<str>,
    did_length: usize,
}

impl DidUrl {
    /// Parses a DID or a DID URL.
    ///
    /// More characters are accepted than DID Core allows in an id (`=`, `+` and the like): existing DIDs have them, and
    /// none of them changes the end of the DID.
    pub fn parse(text: &str) -> Result<Self> {
        let invalid = || Error::malformed("did", "must be a DID (did:method:...) or a DID URL");
        if text.len() > MAX_LENGTH {
            return Err(Error::malformed("did", "longer than the maximum length of a DID"));
        }
        let rest = text.strip_prefix("did:").ok_or_else(invalid)?;
        let is_method_byte = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let method_length = rest.bytes().position(|byte| !is_method_byte(byte)).unwrap_or(rest.len());
        let (method, id) = rest.split_at_checked(method_length).ok_or_else(invalid)?;
        let id = id.strip_prefix(':').filter(|_| !method.is_empty()).ok_or_else(invalid)?;
        let id_length = id.bytes().position(|byte| !is_id_byte(byte)).unwrap_or(id.len());
        let (id, rest) = id.split_at_checked(id_length).ok_or_else(invalid)?;
        let id_ok = !id.is_empty() && !id.ends_with(':');
        let delimited = rest.is_empty() || rest.starts_with(['/', '?', '#']);
        let rest_ok = rest.bytes().all(|b| is_id_byte(b) || matches!(b, b'/' | b'?' | b'#'))
            && rest.bytes().filter(|byte| *byte == b'#').count() < 2;
        if id_ok && delimited && rest_ok {
            let did_length = text.len().saturating_sub(rest.len());
            Ok(Self { text: text.into(), did_length })
        } else {
            Err(invalid())
        }
    }

    /// Parses a kid: a DID URL with a non-empty fragment.
    pub fn parse_kid(text: &str, part: &'static str) -> Result<Self> {
        let url =
            Self::parse(text).map_err(|_| Error::malformed(part, "not a DID URL (did:method:...#key)"))?;
        match url.fragment() {
            Some(fragment) if !fragment.is_empty() => Ok(url),
            _ => Err(Error::malformed(part, "must be a DID URL with a fragment (did:method:...#key)")),
        }
    }

    /// Parses the kid of a sender or signer, a DID with only a fragment: a path or a query would identify another
    /// resource than the DID document.
    pub fn parse_key_of_did(text: &str, part: &'static str) -> Result<Self> {
        let kid = Self::parse_kid(text, part)?;
        match text.get(kid.did_length..) {
            Some(rest) if rest.starts_with('#') => Ok(kid),
            _ => Err(Error::malformed(part, "must be a DID URL without a path or a query")),
        }
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The DID, without path, query and fragment.
    pub fn did(&self) -> &str {
        self.text.get(..self.did_length).unwrap_or(&self.text)
    }

    /// The fragment without its `#`.
    pub fn fragment(&self) -> Option<&str> {
        // a DID has none, and most have nothing else after it
        let rest = self.text.get(self.did_length..)?;
        rest.strip_prefix('#').or_else(|| rest.split_once('#').map(|(_, fragment)| fragment))
    }

    /// The kid with this fragment, given with its `#`; `None` if the fragment is empty or lacks its `#`.
    pub(super) fn kid(&self, fragment: &str) -> Option<Self> {
        let is_fragment = |byte: u8| is_id_byte(byte) || matches!(byte, b'/' | b'?');
        (!fragment.is_empty() && fragment.bytes().all(is_fragment)).then(|| self.with_fragment(fragment))
    }

    /// The same DID with another fragment.
    pub(crate) fn with_fragment(&self, fragment: &str) -> Self {
        Self { text: format!("{}#{fragment}", self.did()).into(), did_length: self.did_length }
    }
}

impl Display for DidUrl {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// The characters of an id.
const ID_BYTES: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:._-%=+~*!$&'(),;@";

/// The same as a lookup table, since every DID is parsed with it.
#[expect(clippy::indexing_slicing, reason = "the compiler fills the table")]
const IN_ID: [bool; 256] = {
    let mut table = [false; 256];
    let mut place = 0;
    while place < ID_BYTES.len() {
        table[ID_BYTES[place] as usize] = true;
        place += 1;
    }
    table
};

fn is_id_byte(byte: u8) -> bool {
    IN_ID.get(usize::from(byte)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn did_url_is_split_at_its_first_delimiter() {
        let url = DidUrl::parse("did:example:bob?x=1#key-1").unwrap();
        assert_eq!(url.did(), "did:example:bob");
        assert_eq!(url.fragment(), Some("key-1"));
        assert_eq!(DidUrl::parse("did:example:bob").unwrap().fragment(), None);
    }

    #[test]
    fn kid_requires_a_non_empty_fragment() {
        let did = DidUrl::parse("did:example:bob").unwrap();
        for fragment in ["key-1", "a/b?c", "%41"] {
            assert_eq!(did.kid(fragment), DidUrl::parse(&format!("did:example:bob#{fragment}")).ok());
        }
        for fragment in ["", "a b", "a#b", "é"] {
            assert_eq!(did.kid(fragment), None);
        }
    }

    #[test]
    fn invalid_dids_are_refused() {
        for text in [
            "",
            "did:",
            "did:example",
            "did:example:",
            "DID:example:alice",
            "did:Example:alice",
            "alice",
            "did:a:b c",
            "did:a:b#c#d",
            "did:a:é",
        ] {
            assert!(DidUrl::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn length_of_a_did_is_limited() {
        let of_length = |length: usize| format!("did:a:{}", "b".repeat(length - "did:a:".len()));
        assert!(DidUrl::parse(&of_length(MAX_LENGTH)).is_ok());
        assert!(DidUrl::parse(&of_length(MAX_LENGTH + 1)).is_err());
    }

    #[test]
    fn parse_kid_requires_a_fragment() {
        assert!(DidUrl::parse_kid("did:example:bob", "kid").is_err());
        assert!(DidUrl::parse_kid("did:example:bob#", "kid").is_err());
        assert!(DidUrl::parse_kid("did:example:bob#key-1", "kid").is_ok());
    }
}
