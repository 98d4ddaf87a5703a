//! Crypto backends: askar-crypto (complete) and aws-lc-rs (faster, used where it supports the operation).
//!
//! [`default_backend`] chooses between them. Without the feature `accelerated` everything is computed by
//! askar-crypto, and P-521 by the crate p521.

pub(crate) mod askar;
#[cfg(feature = "accelerated")]
mod aws_lc;
#[cfg(feature = "accelerated")]
mod default_backend;
#[cfg(all(test, feature = "accelerated"))]
mod differential_tests;
#[cfg(feature = "accelerated")]
mod secp256k1;

use askar_crypto::buffer::SecretBytes;

use super::curve::Curve;
#[cfg(not(feature = "accelerated"))]
pub(crate) use askar::Askar as DefaultBackend;
#[cfg(feature = "accelerated")]
pub(crate) use default_backend::DefaultBackend;

/// A parsed point.
pub(crate) type Point = <DefaultBackend as Backend>::Point;

/// A parsed secret.
pub(crate) type Scalar = <DefaultBackend as Backend>::Scalar;

/// Fills the buffer with random bytes.
pub(crate) type Draw<'a> = &'a mut dyn FnMut(&mut [u8]);

/// The content ciphers of both versions of DIDComm.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cipher {
    A256CbcHs512,
    A256Gcm,
    Xc20P,
    C20P,
}

/// The operations of a backend. `None`, or false, for an unsupported curve or an invalid input.
///
/// Bytes of a point are raw on X25519 and Ed25519, and in the uncompressed form of SEC 1 on other curves.
pub(crate) trait Backend {
    /// A point on its curve.
    type Point: Clone;
    /// A private key.
    type Scalar;

    fn point(curve: Curve, bytes: &[u8]) -> Option<Self::Point>;
    fn scalar(curve: Curve, bytes: &[u8]) -> Option<Self::Scalar>;
    fn generate(curve: Curve, draw: Draw<'_>) -> Option<Self::Scalar>;
    fn public_bytes(scalar: &Self::Scalar) -> Option<Vec<u8>>;
    fn secret_bytes(scalar: &Self::Scalar) -> Option<SecretBytes>;
    /// The x coordinate of the shared point, even if it is zero.
    fn agree(_scalar: &Self::Scalar, _point: &Self::Point) -> Option<SecretBytes> {
        None
    }
    /// Signs with the algorithm of the curve.
    fn sign(scalar: &Self::Scalar, data: &[u8]) -> Option<Vec<u8>>;
    fn verify(point: &Self::Point, data: &[u8], signature: &[u8]) -> bool;
    /// Encrypts in place, possibly with padding at the end of the buffer, and returns the tag.
    fn seal(_cipher: Cipher, _key: &[u8], _iv: &[u8], _aad: &[u8], _buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
        None
    }
    /// Decrypts in place.
    fn open(
        _cipher: Cipher,
        _key: &[u8],
        _iv: &[u8],
        _aad: &[u8],
        _buffer: &mut SecretBytes,
        _tag: &[u8],
    ) -> Option<()> {
        None
    }
}
