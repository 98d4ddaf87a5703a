//! did:peer, numalgo 0: a DID that consists of one public key.

use serde_json::Value;

use super::KeyNaming;
use crate::did::{DidUrl, key};
use crate::error::{Error, Result};
use crate::keys::PublicKey;

/// The prefix of the DIDs.
const PREFIX: &str = "did:peer:0";

/// The did:peer:0 of a public key.
pub(super) fn create(key: &PublicKey) -> Result<DidUrl> {
    DidUrl::parse(&format!("{PREFIX}{}", key.to_multikey()))
}

/// The DID document of a did:peer:0: that of the did:key of its key, under its own name.
pub(super) fn resolve(did: &DidUrl, naming: KeyNaming) -> Result<Value> {
    key::document(did.did(), multikey(did)?, naming == KeyNaming::Numbered)
}

/// The historical fragments of the key, with and without its multibase prefix.
pub(super) fn names(did: &DidUrl, fragment: &str) -> Vec<String> {
    let bare = fragment.trim_start_matches('z');
    if bare.is_empty() || multikey(did).is_err() {
        return Vec::new();
    }
    vec![format!("z{bare}"), bare.to_owned()]
}

fn multikey(did: &DidUrl) -> Result<&str> {
    did.did().strip_prefix(PREFIX).ok_or_else(|| Error::malformed("did:peer", "must be a did:peer:0"))
}
