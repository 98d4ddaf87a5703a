//! `apv`, which authenticates the list of recipients (DIDComm v2.1, "ECDH-1PU key wrapping and common protected
//! headers").

use sha2::{Digest, Sha256};

/// The SHA-256 hash of the recipients' kids, sorted by code point and joined with a full stop.
pub(crate) fn apv<'a>(kids: impl Iterator<Item = &'a str>) -> [u8; 32] {
    let mut kids: Vec<_> = kids.collect();
    kids.sort_unstable();
    Sha256::digest(kids.join(".")).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url;

    // JWE-07, JWE-08: the apv of the specification's vectors; kids in any order
    #[test]
    fn apv_is_the_hash_of_the_sorted_kids() {
        let kids = ["3", "1", "2"].map(|number| format!("did:example:bob#key-x25519-{number}"));
        let hash = apv(kids.iter().map(String::as_str));
        assert_eq!(base64url::encode(hash), "NcsuAnrRfPK69A-rkZ0L9XWUG4jMvNC3Zg74BPz53PA");
        let ten = ["did:example:bob#key-2", "did:example:bob#key-10"];
        let expected: [u8; 32] = Sha256::digest("did:example:bob#key-10.did:example:bob#key-2").into();
        assert_eq!(apv(ten.into_iter()), expected);
    }
}
