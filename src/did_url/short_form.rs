//! Short forms of did:peer DIDs, which are hashes of the long form's text.

use crate::multihash::sha2_256;

/// The prefix of a did:peer:4.
pub(crate) const NUMALGO4: &str = "did:peer:4";

/// The short form of a did:peer: the did:peer:3 of a did:peer:2, or the short form of a did:peer:4.
///
/// `None` if the DID is not a long form, or if its hash is wrong.
pub fn short_form(did: &str) -> Option<String> {
    numalgo3(did).or_else(|| numalgo4(did).map(str::to_owned))
}

/// The did:peer:3 of a did:peer:2; `None` for other DIDs.
pub(crate) fn numalgo3(did: &str) -> Option<String> {
    let elements = did.strip_prefix("did:peer:2").filter(|elements| elements.starts_with('.'))?;
    Some(format!("did:peer:3{}", sha2_256(elements)))
}

/// The short form of a long form with the right hash; `None` for other DIDs.
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
