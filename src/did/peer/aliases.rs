//! Historical kids of did:peer keys.

use super::{numalgo0, numalgo2};
use crate::did::DidUrl;

/// Every kid that libraries have used for a key of a did:peer:2 or did:peer:0, the current one first; empty for other
/// DIDs and unknown keys.
pub fn aliases(kid: &DidUrl) -> Vec<DidUrl> {
    let Some(fragment) = kid.fragment() else { return Vec::new() };
    names(kid, fragment).iter().map(|name| kid.with_fragment(name)).collect()
}

/// The fragments that libraries have used for the same key of the DID; empty for an unknown key.
pub(crate) fn names(did: &DidUrl, fragment: &str) -> Vec<String> {
    if did.as_str().starts_with("did:peer:2.") {
        numalgo2::names(did, fragment)
    } else {
        numalgo0::names(did, fragment)
    }
}
