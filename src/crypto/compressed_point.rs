//! Points in the compressed form of SEC 1, decompressed by the fastest library of each curve.

use askar_crypto::alg::KeyAlg;
use askar_crypto::alg::p256::P256KeyPair;
use askar_crypto::alg::p384::P384KeyPair;
use askar_crypto::jwk::{JwkEncoder, JwkEncoderMode, ToJwk};
use askar_crypto::repr::KeyPublicBytes;

use super::curve::Curve;
use super::sec1::UNCOMPRESSED;
use super::{nist, secp256k1};

/// The uncompressed form of the point; `None` if it is not on the curve.
pub(super) fn decompress(curve: Curve, bytes: &[u8]) -> Option<Vec<u8>> {
    match curve {
        Curve::X25519 | Curve::Ed25519 => None,
        // in half the time of aws-lc
        Curve::P256 => uncompressed_bytes(&P256KeyPair::from_public_bytes(bytes).ok()?),
        Curve::P384 => uncompressed_bytes(&P384KeyPair::from_public_bytes(bytes).ok()?),
        Curve::P521 => nist::decompress(curve, bytes),
        Curve::Secp256k1 => Some(secp256k1::Point::parse(bytes)?.uncompressed_bytes()),
    }
}

/// The bytes of a key of askar-crypto: raw on X25519 and Ed25519, the uncompressed form of SEC 1 on other curves.
pub(super) fn uncompressed_bytes(key: &impl ToJwk) -> Option<Vec<u8>> {
    let mut coordinates = Coordinates::default();
    key.encode_jwk(&mut coordinates).ok()?;
    Some(match coordinates.y {
        None => coordinates.x,
        Some(y) => [&[UNCOMPRESSED], &coordinates.x[..], &y].concat(),
    })
}

/// The coordinates of a point, which askar-crypto exposes only in a JWK.
#[derive(Default)]
struct Coordinates {
    x: Vec<u8>,
    y: Option<Vec<u8>>,
}

impl JwkEncoder for Coordinates {
    fn alg(&self) -> Option<KeyAlg> {
        None
    }

    fn add_str(&mut self, _: &str, _: &str) -> Result<(), askar_crypto::Error> {
        Ok(())
    }

    fn add_as_base64(&mut self, name: &str, value: &[u8]) -> Result<(), askar_crypto::Error> {
        match name {
            "x" => value.clone_into(&mut self.x),
            "y" => self.y = Some(value.to_vec()),
            _ => {}
        }
        Ok(())
    }

    fn mode(&self) -> JwkEncoderMode {
        JwkEncoderMode::PublicKey
    }
}
