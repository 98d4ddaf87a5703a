//! What computes: askar-crypto, which has everything, and what is faster where something is.
//!
//! [`fastest`] has the table of who computes what. Without the feature `accelerated` everything is
//! askar-crypto's, and P-521 its own crate's.

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

/// A point, ready to compute with.
pub(crate) type Point = <DefaultBackend as Backend>::Point;

/// A secret, ready to compute with.
pub(crate) type Scalar = <DefaultBackend as Backend>::Scalar;

/// Draws that many random bytes into the buffer.
pub(crate) type Draw<'a> = &'a mut dyn FnMut(&mut [u8]);

/// The content ciphers, those of both versions of DIDComm.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cipher {
    A256CbcHs512,
    A256Gcm,
    Xc20P,
    C20P,
}

/// What a backend computes. None, or false, where it has not that curve, or the input is no good.
///
/// Bytes of a point are raw on X25519 and Ed25519, elsewhere those of the uncompressed form of SEC 1.
pub(crate) trait Backend {
    /// A point that lies on its curve.
    type Point: Clone;
    /// The secret half of a key.
    type Scalar;

    fn point(curve: Curve, bytes: &[u8]) -> Option<Self::Point>;
    fn scalar(curve: Curve, bytes: &[u8]) -> Option<Self::Scalar>;
    fn generate(curve: Curve, draw: Draw<'_>) -> Option<Self::Scalar>;
    fn public_bytes(scalar: &Self::Scalar) -> Option<Vec<u8>>;
    fn secret_bytes(scalar: &Self::Scalar) -> Option<SecretBytes>;
    /// The x coordinate of the shared point, whatever it is.
    fn agree(_scalar: &Self::Scalar, _point: &Self::Point) -> Option<SecretBytes> {
        None
    }
    /// Signs with the one algorithm of the curve.
    fn sign(scalar: &Self::Scalar, data: &[u8]) -> Option<Vec<u8>>;
    fn verify(point: &Self::Point, data: &[u8], signature: &[u8]) -> bool;
    /// Encrypts in place, where padding may make the buffer longer, and returns the tag.
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
