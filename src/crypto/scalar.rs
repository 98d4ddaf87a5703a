//! Secrets, each in the type of its curve.

use askar_crypto::buffer::SecretBytes;

use super::curve::Curve;
use super::point::Point;
use super::random_bytes::Draw;
use super::{ed25519, nist, secp256k1, x25519};

/// A parsed secret, which its library zeroes on drop.
pub(super) enum Scalar {
    X25519(x25519::Scalar),
    Ed25519(ed25519::Scalar),
    Nist(nist::Scalar),
    Secp256k1(secp256k1::Scalar),
}

impl Scalar {
    /// Reads the bytes of a secret; `None` if their length or value is out of the curve's range.
    pub(super) fn parse(curve: Curve, bytes: &[u8]) -> Option<Self> {
        match curve {
            Curve::X25519 => x25519::Scalar::parse(bytes).map(Self::X25519),
            Curve::Ed25519 => ed25519::Scalar::parse(bytes).map(Self::Ed25519),
            Curve::P256 | Curve::P384 | Curve::P521 => nist::Scalar::parse(curve, bytes).map(Self::Nist),
            Curve::Secp256k1 => secp256k1::Scalar::parse(bytes).map(Self::Secp256k1),
        }
    }

    /// Generates a secret; `draw` is the source of randomness, except on the NIST curves.
    pub(super) fn generate(curve: Curve, draw: Draw<'_>) -> Option<Self> {
        match curve {
            Curve::X25519 => x25519::Scalar::generate(draw).map(Self::X25519),
            Curve::Ed25519 => ed25519::Scalar::generate(draw).map(Self::Ed25519),
            Curve::P256 | Curve::P384 | Curve::P521 => nist::Scalar::generate(curve).map(Self::Nist),
            Curve::Secp256k1 => secp256k1::Scalar::generate(draw).map(Self::Secp256k1),
        }
    }

    /// The public key: raw on X25519 and Ed25519, the uncompressed form of SEC 1 on other curves.
    pub(super) fn public_bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::X25519(scalar) => scalar.public_bytes(),
            Self::Ed25519(scalar) => Some(scalar.public_bytes()),
            Self::Nist(scalar) => scalar.public_bytes(),
            Self::Secp256k1(scalar) => Some(scalar.public_bytes()),
        }
    }

    pub(super) fn secret_bytes(&self) -> Option<SecretBytes> {
        match self {
            Self::X25519(scalar) => scalar.secret_bytes(),
            Self::Ed25519(scalar) => scalar.secret_bytes(),
            Self::Nist(scalar) => scalar.secret_bytes(),
            Self::Secp256k1(scalar) => Some(scalar.secret_bytes()),
        }
    }

    /// The x coordinate of the shared point, even if it is zero; `None` for a point of another curve.
    pub(super) fn agree(&self, point: &Point) -> Option<SecretBytes> {
        match (self, point) {
            (Self::X25519(scalar), Point::X25519(point)) => scalar.agree(point),
            (Self::Nist(scalar), Point::Nist(point)) => scalar.agree(point),
            (Self::Secp256k1(scalar), Point::Secp256k1(point)) => Some(scalar.agree(point)),
            _ => None,
        }
    }

    /// Signs with the algorithm of the curve; `None` on curves that only agree or verify.
    pub(super) fn sign(&self, data: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::X25519(_) => None,
            Self::Ed25519(scalar) => scalar.sign(data),
            Self::Nist(scalar) => scalar.sign(data),
            Self::Secp256k1(scalar) => scalar.sign(data),
        }
    }
}
