//! Points, each in the type of its curve.

use super::curve::Curve;
use super::{ed25519, nist, secp256k1, x25519};

/// A parsed public key.
#[derive(Clone)]
pub(super) enum Point {
    X25519(x25519::Point),
    Ed25519(ed25519::Point),
    Nist(nist::Point),
    Secp256k1(secp256k1::Point),
}

impl Point {
    /// Reads raw bytes on X25519 and Ed25519, and the uncompressed form of SEC 1 on other curves; `None` if they are not
    /// a point on the curve.
    pub(super) fn parse(curve: Curve, bytes: &[u8]) -> Option<Self> {
        match curve {
            Curve::X25519 => x25519::Point::parse(bytes).map(Self::X25519),
            Curve::Ed25519 => ed25519::Point::parse(bytes).map(Self::Ed25519),
            Curve::P256 | Curve::P384 | Curve::P521 => nist::Point::parse(curve, bytes).map(Self::Nist),
            Curve::Secp256k1 => secp256k1::Point::parse(bytes).map(Self::Secp256k1),
        }
    }

    /// Verifies a signature with the algorithm of the curve.
    pub(super) fn verify(&self, data: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::X25519(_) => false,
            Self::Ed25519(point) => point.verify(data, signature),
            Self::Nist(point) => point.verify(data, signature),
            Self::Secp256k1(point) => point.verify(data, signature),
        }
    }
}
