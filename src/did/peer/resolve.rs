//! Resolution of a did:peer of any numalgo.

use serde_json::Value;

use super::{KeyNaming, numalgo0, numalgo1, numalgo2, numalgo3, numalgo4};
use crate::did::{DidUrl, Document};
use crate::did_url::short_form;
use crate::error::{Error, Result};
use crate::json;

/// Resolves a did:peer that contains its document: numalgo 0 or 2, or a long form of numalgo 4.
///
/// For a did:peer that is only a hash, see [`resolve_known`].
pub fn resolve(did: &DidUrl, naming: KeyNaming) -> Result<Value> {
    resolve_long(did, short_form(did.did()).as_deref(), naming).and_then(Json::into_value)
}

/// The same, with the short form of the DID.
pub(crate) fn resolve_long(did: &DidUrl, short: Option<&str>, naming: KeyNaming) -> Result<Json> {
    if is_hash(did.did()) {
        return Err(Error::DidNotFound { did: did.did().to_owned() });
    }
    let peer = did.did().strip_prefix("did:peer:").unwrap_or_default();
    match peer.chars().next() {
        Some('0') => numalgo0::resolve(did, naming).map(Json::Value),
        Some('2') => numalgo2::document(did, did, short, naming).map(Json::Text),
        Some('4') => numalgo4::resolve(did).map(Json::Value),
        None => Err(Error::malformed("did:peer", "must be a did:peer")),
        Some(method) => Err(Error::unsupported("did:peer method", method)),
    }
}

/// Resolves a did:peer that is only a hash, with its preimage `known`: a genesis document (numalgo 1), a did:peer:2
/// (numalgo 3), or a long form (numalgo 4).
pub fn resolve_known(did: &DidUrl, known: &str, naming: KeyNaming) -> Result<Value> {
    resolve_short(did, known, naming).and_then(Json::into_value)
}

/// The same, as text if the document is written as text.
pub(crate) fn resolve_short(did: &DidUrl, known: &str, naming: KeyNaming) -> Result<Json> {
    let peer = did.did().strip_prefix("did:peer:").unwrap_or_default();
    match peer.chars().next() {
        Some('1') => numalgo1::resolve(did, known).map(Json::Value),
        Some('3') => numalgo3::resolve(did, known, naming).map(Json::Text),
        _ => numalgo4::resolve_short(did, known).map(Json::Value),
    }
}

/// A DID document: its text, or a value whose text is not written yet.
pub(crate) enum Json {
    Text(String),
    Value(Value),
}

impl Json {
    /// Reads the document.
    pub(crate) fn read(self) -> Result<Document> {
        match self {
            Self::Text(text) => Document::of_own_text(text),
            Self::Value(value) => Document::parse(&value),
        }
    }

    fn into_value(self) -> Result<Value> {
        match self {
            Self::Text(text) => json::pass(&text, "did document", json::DEEPEST, json::Reader::value),
            Self::Value(value) => Ok(value),
        }
    }
}

/// Whether the DID is only a hash: of a document, or of a longer DID.
pub(crate) fn is_hash(did: &str) -> bool {
    ["did:peer:1", "did:peer:3"].iter().any(|method| did.starts_with(method)) || numalgo4::is_short(did)
}
