//! The supported curves, with their names in each format.

use crate::error::{Error, Result};

/// A curve, which determines the operations of its keys.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Curve {
    /// Key agreement (RFC 7748).
    X25519,
    /// Signatures (RFC 8032).
    Ed25519,
    /// Key agreement, and signatures with ES256 (FIPS 186-5).
    P256,
    /// Key agreement; signatures with ES384 are verified.
    P384,
    /// Key agreement; signatures with ES512 are verified.
    P521,
    /// Signatures with ES256K (RFC 8812); key agreement for peers that use it, although DIDComm does not list it.
    Secp256k1,
}

impl Curve {
    /// Every supported curve.
    pub const ALL: [Self; 6] =
        [Self::X25519, Self::Ed25519, Self::P256, Self::P384, Self::P521, Self::Secp256k1];

    /// The curves for key agreement, in the default order of preference.
    ///
    /// X25519, because every implementation has it; P-384 before P-256, which the specification deprecates in its favour;
    /// P-521 last, because it is optional. secp256k1 is read, and used for packing only on request.
    pub const FOR_AGREEMENT: [Self; 4] = [Self::X25519, Self::P384, Self::P256, Self::P521];

    /// The name in a JWK's `crv`.
    pub fn name(self) -> &'static str {
        match self {
            Self::X25519 => "X25519",
            Self::Ed25519 => "Ed25519",
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::Secp256k1 => "secp256k1",
        }
    }

    /// Finds the curve by its name in a JWK's `crv`.
    pub fn from_name(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|curve| curve.name() == name)
            .ok_or_else(|| Error::unsupported("curve", name))
    }

    /// Whether its keys are for key agreement.
    pub fn can_agree(self) -> bool {
        !matches!(self, Self::Ed25519)
    }

    /// Whether its keys are for signatures.
    pub fn can_sign(self) -> bool {
        !matches!(self, Self::X25519)
    }

    /// The key type in a JWK's `kty`.
    pub(crate) fn key_type(self) -> &'static str {
        match self {
            Self::X25519 | Self::Ed25519 => "OKP",
            Self::P256 | Self::P384 | Self::P521 | Self::Secp256k1 => "EC",
        }
    }

    /// Whether a point has two coordinates.
    pub(crate) fn has_y(self) -> bool {
        self.key_type() == "EC"
    }

    /// The length in bytes of a coordinate, of a secret key, and of a shared secret.
    pub(crate) fn field_length(self) -> usize {
        match self {
            Self::X25519 | Self::Ed25519 | Self::P256 | Self::Secp256k1 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The multicodec of a public key.
    pub(crate) fn public_codec(self) -> u64 {
        match self {
            Self::X25519 => ssi_multicodec::X25519_PUB,
            Self::Ed25519 => ssi_multicodec::ED25519_PUB,
            Self::P256 => ssi_multicodec::P256_PUB,
            Self::P384 => ssi_multicodec::P384_PUB,
            Self::P521 => ssi_multicodec::P521_PUB,
            Self::Secp256k1 => ssi_multicodec::SECP256K1_PUB,
        }
    }

    /// The multicodec of a secret key.
    pub(crate) fn secret_codec(self) -> u64 {
        match self {
            Self::X25519 => ssi_multicodec::X25519_PRIV,
            Self::Ed25519 => ssi_multicodec::ED25519_PRIV,
            Self::P256 => ssi_multicodec::P256_PRIV,
            Self::P384 => ssi_multicodec::P384_PRIV,
            Self::P521 => ssi_multicodec::P521_PRIV,
            Self::Secp256k1 => ssi_multicodec::SECP256K1_PRIV,
        }
    }
}
