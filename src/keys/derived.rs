//! The key for agreement that a key for signatures implies, in those DID methods where a DID is one key.

use askar_crypto::repr::KeySecretBytes;

use super::{Curve, SecretKey, SecretKind};
use crate::did::DidUrl;

impl SecretKey {
    /// The X25519 secret that an Ed25519 secret implies, under that id; none for other curves.
    pub fn derived_agreement_key(&self, kid: DidUrl) -> Option<Self> {
        let SecretKind::Ed25519(key) = self.kind() else { return None };
        let derived = key.to_x25519_keypair();
        derived.with_secret_bytes(|octets| Self::from_octets(kid, Curve::X25519, octets?).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_derived_secret_belongs_to_the_derived_public_key() {
        let kid = DidUrl::parse("did:example:a#1").unwrap();
        let secret = SecretKey::from_octets(kid.clone(), Curve::Ed25519, &[7; 32]).unwrap();
        let derived = secret.derived_agreement_key(kid.clone()).unwrap();
        let public = secret.public_key().unwrap().derived_agreement_key().unwrap();
        assert_eq!(derived.public_key().unwrap(), public);
        assert!(derived.derived_agreement_key(kid).is_none());
    }
}
