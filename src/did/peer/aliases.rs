//! The names under which a key of a did:peer is known.

use super::{numalgo0, numalgo2};
use crate::did::DidUrl;

/// Every name that a key of a did:peer:2 or did:peer:0 has had, today's first; empty for other DIDs and
/// unknown keys.
pub fn aliases(kid: &DidUrl) -> Vec<DidUrl> {
    let Some(fragment) = kid.fragment() else { return Vec::new() };
    names(kid, fragment).iter().map(|name| kid.with_fragment(name)).collect()
}

/// The fragments that have named the same key of the DID; none where this one is not known for any other.
pub(crate) fn names(did: &DidUrl, fragment: &str) -> Vec<String> {
    if did.as_str().starts_with("did:peer:2.") {
        numalgo2::names(did, fragment)
    } else {
        numalgo0::names(did, fragment)
    }
}
