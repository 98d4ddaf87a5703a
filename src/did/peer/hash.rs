//! The hash that a did:peer of method 1, 3 or 4 is, or begins with.

use multibase::Base;
use multihash::Multihash;
use sha2::{Digest, Sha256};
use ssi_multicodec::SHA2_256;

/// Base58btc of the SHA-256 multihash, `zQm...`.
pub(super) fn hash(octets: impl AsRef<[u8]>) -> String {
    let digest = Sha256::digest(octets);
    // 32 octets always fit, so that there is always a hash
    let multihash = Multihash::<32>::wrap(SHA2_256, &digest).unwrap_or_default();
    multibase::encode(Base::Base58Btc, multihash.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    // multihash specification: sha2-256 of "multihash"
    #[test]
    fn the_hash_is_a_sha_256_multihash() {
        assert_eq!(hash("multihash"), "zQmYtUc4iTCbbfVSDNKvtQqrfyezPPnFvE33wFmutw9PBBk");
    }
}
