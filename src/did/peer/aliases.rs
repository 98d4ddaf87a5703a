//! The names under which a key of a did:peer is known.

use super::{numalgo0, numalgo2, numalgo3, numalgo4};
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

/// The short form of a did:peer that has one: the did:peer:3 of a did:peer:2, the short form of a did:peer:4.
///
/// None where the DID is no long form, or does not have the hash that it says.
pub fn short_form(did: &str) -> Option<String> {
    numalgo3::shorten(did).or_else(|| numalgo4::shorten(did).map(str::to_owned))
}
