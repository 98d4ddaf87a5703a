//! did:peer, method 3: the hash of a did:peer:2, for those who have seen the did:peer:2.

use serde_json::Value;

use super::{KeyNaming, numalgo2};
use crate::did::DidUrl;
use crate::error::{Error, Result};
use crate::multihash::sha2_256;

/// The did:peer:3 of a did:peer:2; none for other DIDs.
pub(super) fn shorten(did: &str) -> Option<String> {
    let elements = did.strip_prefix("did:peer:2").filter(|elements| elements.starts_with('.'))?;
    Some(format!("did:peer:3{}", sha2_256(elements)))
}

/// The DID document of a did:peer:3, which is that of its did:peer:2 under another name.
pub(super) fn resolve(did: &DidUrl, long: &str, naming: KeyNaming) -> Result<Value> {
    if shorten(long).as_deref() != Some(did.did()) {
        return Err(Error::malformed("did:peer", "the DID is not the hash of this did:peer:2"));
    }
    numalgo2::document(did, &DidUrl::parse(long)?, naming)
}
