//! The curves this library computes on, and the names that the formats give them.

use crate::error::{Error, Result};

/// A curve, and with it what a key can do.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Curve {
    /// Key agreement (RFC 7748).
    X25519,
    /// Signatures (RFC 8032).
    Ed25519,
}

impl Curve {
    /// Every curve on offer.
    pub const ALL: [Self; 2] = [Self::X25519, Self::Ed25519];

    /// The name in a JWK's `crv`.
    pub fn name(self) -> &'static str {
        match self {
            Self::X25519 => "X25519",
            Self::Ed25519 => "Ed25519",
        }
    }

    /// Finds the curve that a JWK's `crv` names.
    pub fn from_name(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|curve| curve.name() == name)
            .ok_or_else(|| Error::unsupported("curve", name))
    }

    /// Whether its keys agree on a secret.
    pub fn can_agree(self) -> bool {
        matches!(self, Self::X25519)
    }

    /// Whether its keys sign.
    pub fn can_sign(self) -> bool {
        matches!(self, Self::Ed25519)
    }

    /// The length of a public key in octets.
    pub(crate) fn public_length(self) -> usize {
        match self {
            Self::X25519 | Self::Ed25519 => 32,
        }
    }

    /// The multicodec of a public key.
    pub(crate) fn public_codec(self) -> u64 {
        match self {
            Self::X25519 => ssi_multicodec::X25519_PUB,
            Self::Ed25519 => ssi_multicodec::ED25519_PUB,
        }
    }

    /// The multicodec of a secret key.
    pub(crate) fn secret_codec(self) -> u64 {
        match self {
            Self::X25519 => ssi_multicodec::X25519_PRIV,
            Self::Ed25519 => ssi_multicodec::ED25519_PRIV,
        }
    }
}
