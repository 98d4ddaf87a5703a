//! The default backend: for each operation the fastest library, by measurement.
//!
//! This is aws-lc-rs for every cipher and every curve that it supports, except secp256k1, where it is the crate of
//! that curve. Key derivation and key wrap use askar-crypto, which is as fast.

use askar_crypto::buffer::SecretBytes;

use super::aws_lc::AwsLc;
use super::secp256k1::Secp256k1;
use super::{Backend, Cipher, Curve, Draw};

/// The default backend.
pub(crate) struct DefaultBackend;

/// A parsed point, of the backend of its curve.
#[derive(Clone)]
pub(crate) enum Point {
    AwsLc(<AwsLc as Backend>::Point),
    Secp256k1(<Secp256k1 as Backend>::Point),
}

/// A parsed secret, of the backend of its curve.
pub(crate) enum Scalar {
    AwsLc(<AwsLc as Backend>::Scalar),
    Secp256k1(<Secp256k1 as Backend>::Scalar),
}

impl Backend for DefaultBackend {
    type Point = Point;
    type Scalar = Scalar;

    fn point(curve: Curve, bytes: &[u8]) -> Option<Point> {
        match curve {
            Curve::Secp256k1 => Secp256k1::point(curve, bytes).map(Point::Secp256k1),
            _ => AwsLc::point(curve, bytes).map(Point::AwsLc),
        }
    }

    fn scalar(curve: Curve, bytes: &[u8]) -> Option<Scalar> {
        match curve {
            Curve::Secp256k1 => Secp256k1::scalar(curve, bytes).map(Scalar::Secp256k1),
            _ => AwsLc::scalar(curve, bytes).map(Scalar::AwsLc),
        }
    }

    fn generate(curve: Curve, draw: Draw<'_>) -> Option<Scalar> {
        match curve {
            Curve::Secp256k1 => Secp256k1::generate(curve, draw).map(Scalar::Secp256k1),
            _ => AwsLc::generate(curve, draw).map(Scalar::AwsLc),
        }
    }

    fn public_bytes(scalar: &Scalar) -> Option<Vec<u8>> {
        match scalar {
            Scalar::AwsLc(scalar) => AwsLc::public_bytes(scalar),
            Scalar::Secp256k1(scalar) => Secp256k1::public_bytes(scalar),
        }
    }

    fn secret_bytes(scalar: &Scalar) -> Option<SecretBytes> {
        match scalar {
            Scalar::AwsLc(scalar) => AwsLc::secret_bytes(scalar),
            Scalar::Secp256k1(scalar) => Secp256k1::secret_bytes(scalar),
        }
    }

    fn agree(scalar: &Scalar, point: &Point) -> Option<SecretBytes> {
        match (scalar, point) {
            (Scalar::AwsLc(scalar), Point::AwsLc(point)) => AwsLc::agree(scalar, point),
            (Scalar::Secp256k1(scalar), Point::Secp256k1(point)) => Secp256k1::agree(scalar, point),
            _ => None,
        }
    }

    fn sign(scalar: &Scalar, data: &[u8]) -> Option<Vec<u8>> {
        match scalar {
            Scalar::AwsLc(scalar) => AwsLc::sign(scalar, data),
            Scalar::Secp256k1(scalar) => Secp256k1::sign(scalar, data),
        }
    }

    fn verify(point: &Point, data: &[u8], signature: &[u8]) -> bool {
        match point {
            Point::AwsLc(point) => AwsLc::verify(point, data, signature),
            Point::Secp256k1(point) => Secp256k1::verify(point, data, signature),
        }
    }

    fn seal(cipher: Cipher, key: &[u8], iv: &[u8], aad: &[u8], buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
        AwsLc::seal(cipher, key, iv, aad, buffer)
    }

    fn open(
        cipher: Cipher,
        key: &[u8],
        iv: &[u8],
        aad: &[u8],
        buffer: &mut SecretBytes,
        tag: &[u8],
    ) -> Option<()> {
        AwsLc::open(cipher, key, iv, aad, buffer, tag)
    }
}
