//! The short form of a did:peer that has two: a hash, which is computed from the text of the long form.

use crate::multihash::sha2_256;

/// What a did:peer of numalgo 4 begins with.
pub(crate) const NUMALGO4: &str = "did:peer:4";

/// The short form of a did:peer that has one: the did:peer:3 of a did:peer:2, the short form of a did:peer:4.
///
/// None where the DID is no long form, or does not have the hash that it says.
pub fn short_form(did: &str) -> Option<String> {
    numalgo3(did).or_else(|| numalgo4(did).map(str::to_owned))
}

/// The did:peer:3 of a did:peer:2; none for other DIDs.
pub(crate) fn numalgo3(did: &str) -> Option<String> {
    let elements = did.strip_prefix("did:peer:2").filter(|elements| elements.starts_with('.'))?;
    Some(format!("did:peer:3{}", sha2_256(elements)))
}

/// The short form of a long form whose hash is that of its document; none for other DIDs.
pub(crate) fn numalgo4(did: &str) -> Option<&str> {
    let (short, encoded) = split_numalgo4(did)?;
    (short.strip_prefix(NUMALGO4)? == sha2_256(encoded)).then_some(short)
}

/// The short form and the encoded document of a long form; its hash is not verified.
pub(crate) fn split_numalgo4(did: &str) -> Option<(&str, &str)> {
    let colon = did.strip_prefix(NUMALGO4)?.find(':')?;
    let (short, rest) = did.split_at_checked(NUMALGO4.len().checked_add(colon)?)?;
    Some((short, rest.strip_prefix(':')?))
}
