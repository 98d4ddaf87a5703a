//! Resolution of a did:peer of any numalgo.

use serde_json::Value;

use super::{KeyNaming, numalgo0, numalgo1, numalgo2, numalgo3, numalgo4};
use crate::did::DidUrl;
use crate::error::{Error, Result};

/// Resolves a did:peer that contains its document: numalgo 0 or 2, or a long form of numalgo 4.
///
/// For a did:peer that is only a hash, see [`resolve_known`].
pub fn resolve(did: &DidUrl, naming: KeyNaming) -> Result<Value> {
    if is_hash(did.did()) {
        return Err(Error::DidNotFound { did: did.did().to_owned() });
    }
    let peer = did.did().strip_prefix("did:peer:").unwrap_or_default();
    match peer.chars().next() {
        Some('0') => numalgo0::resolve(did, naming),
        Some('2') => numalgo2::document(did, did, naming),
        Some('4') => numalgo4::resolve(did),
        None => Err(Error::malformed("did:peer", "must be a did:peer")),
        Some(method) => Err(Error::unsupported("did:peer method", method)),
    }
}

/// The DID document of a did:peer that is the hash of what is known: of a genesis document (method 1), of a
/// did:peer:2 (method 3), or of the document in a long form (method 4).
pub fn resolve_known(did: &DidUrl, known: &str, naming: KeyNaming) -> Result<Value> {
    let peer = did.did().strip_prefix("did:peer:").unwrap_or_default();
    match peer.chars().next() {
        Some('1') => numalgo1::resolve(did, known),
        Some('3') => numalgo3::resolve(did, known, naming),
        _ => numalgo4::resolve_short(did, known),
    }
}

/// Whether the DID is only a hash: of a document, or of a longer DID.
pub(crate) fn is_hash(did: &str) -> bool {
    ["did:peer:1", "did:peer:3"].iter().any(|method| did.starts_with(method)) || numalgo4::is_short(did)
}
