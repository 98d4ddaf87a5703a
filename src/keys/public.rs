//! Public keys.

use askar_crypto::alg::ed25519::Ed25519KeyPair;
use askar_crypto::alg::x25519::X25519KeyPair;
use askar_crypto::repr::KeyPublicBytes;

use super::Curve;
use crate::error::{Error, Result};

/// A public key whose octets are those of a point on its curve.
#[derive(Clone, Debug)]
pub enum PublicKey {
    /// For key agreement.
    X25519(X25519KeyPair),
    /// For signatures.
    Ed25519(Ed25519KeyPair),
}

impl PublicKey {
    /// Reads the raw octets of a public key.
    pub fn from_octets(curve: Curve, octets: &[u8]) -> Result<Self> {
        let invalid = |_| Error::malformed("public key", format!("no point on {}", curve.name()));
        if octets.len() != curve.public_length() {
            return Err(Error::malformed("public key", format!("wrong length for {}", curve.name())));
        }
        match curve {
            Curve::X25519 => X25519KeyPair::from_public_bytes(octets).map(Self::X25519).map_err(invalid),
            Curve::Ed25519 => Ed25519KeyPair::from_public_bytes(octets).map(Self::Ed25519).map_err(invalid),
        }
    }

    /// The curve it lies on.
    pub fn curve(&self) -> Curve {
        match self {
            Self::X25519(_) => Curve::X25519,
            Self::Ed25519(_) => Curve::Ed25519,
        }
    }

    /// Its raw octets.
    pub fn octets(&self) -> Vec<u8> {
        match self {
            Self::X25519(key) => key.with_public_bytes(<[u8]>::to_vec),
            Self::Ed25519(key) => key.with_public_bytes(<[u8]>::to_vec),
        }
    }

    /// The X25519 key that did:key derives from an Ed25519 key; none for other curves.
    pub fn derived_agreement_key(&self) -> Option<Self> {
        match self {
            Self::Ed25519(key) => Some(Self::X25519(key.to_x25519_keypair())),
            Self::X25519(_) => None,
        }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.curve() == other.curve() && self.octets() == other.octets()
    }
}

impl Eq for PublicKey {}
