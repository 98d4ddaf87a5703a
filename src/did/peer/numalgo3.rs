//! did:peer, numalgo 3: the hash of a did:peer:2.

use super::{KeyNaming, numalgo2};
use crate::did::DidUrl;
use crate::did_url::short_form;
use crate::error::{Error, Result};

/// Resolves a did:peer:3 to the text of the document of its did:peer:2, rewritten for the did:peer:3.
pub(super) fn resolve(did: &DidUrl, long: &str, naming: KeyNaming) -> Result<String> {
    if short_form::numalgo3(long).as_deref() != Some(did.did()) {
        return Err(Error::malformed("did:peer", "the DID is not the hash of this did:peer:2"));
    }
    let long = DidUrl::parse(long)?;
    numalgo2::document(did, &long, Some(long.did()), naming)
}
