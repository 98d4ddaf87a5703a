//! What computes: askar-crypto, which has everything, and aws-lc-rs, which is faster at most of it.
//!
//! The table of who computes what is [`Point::read`], [`Scalar::read`] and [`Content`]. It was filled by
//! measuring: aws-lc-rs wins on every curve that it has but secp256k1, and on every cipher. Without the feature
//! `accelerated` everything is askar-crypto's, with P-521 from the crate that has its curves' sister.

pub(crate) mod askar;
#[cfg(feature = "accelerated")]
pub(crate) mod aws_lc;
#[cfg(all(test, feature = "accelerated"))]
mod held_against;

use askar_crypto::buffer::SecretBytes;

use super::curve::Curve;
use askar::Askar;
#[cfg(feature = "accelerated")]
use aws_lc::AwsLc;

/// Who encrypts content.
#[cfg(not(feature = "accelerated"))]
pub(crate) type Content = Askar;
#[cfg(feature = "accelerated")]
pub(crate) type Content = AwsLc;

/// Draws that many random octets into the buffer.
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
/// Octets of a point are raw on X25519 and Ed25519, elsewhere those of the uncompressed form of SEC 1.
pub(crate) trait Backend {
    /// A point that lies on its curve.
    type Point: Clone;
    /// The secret half of a key.
    type Scalar;

    fn point(curve: Curve, octets: &[u8]) -> Option<Self::Point>;
    fn scalar(curve: Curve, octets: &[u8]) -> Option<Self::Scalar>;
    fn generate(curve: Curve, draw: Draw<'_>) -> Option<Self::Scalar>;
    fn public_octets(scalar: &Self::Scalar) -> Option<Vec<u8>>;
    fn secret_octets(scalar: &Self::Scalar) -> Option<SecretBytes>;
    /// The x coordinate of the shared point, whatever it is.
    fn agree(scalar: &Self::Scalar, point: &Self::Point) -> Option<SecretBytes>;
    /// Signs with the one algorithm of the curve.
    fn sign(scalar: &Self::Scalar, data: &[u8]) -> Option<Vec<u8>>;
    fn verify(point: &Self::Point, data: &[u8], signature: &[u8]) -> bool;
    /// Encrypts in place, where padding may make the buffer longer, and returns the tag.
    fn seal(cipher: Cipher, key: &[u8], iv: &[u8], aad: &[u8], buffer: &mut Vec<u8>) -> Option<Vec<u8>>;
    /// Decrypts in place.
    fn open(
        cipher: Cipher,
        key: &[u8],
        iv: &[u8],
        aad: &[u8],
        buffer: &mut SecretBytes,
        tag: &[u8],
    ) -> Option<()>;
}

/// A point, ready for the backend of its curve.
#[derive(Clone)]
pub(crate) enum Point {
    Askar(<Askar as Backend>::Point),
    #[cfg(feature = "accelerated")]
    AwsLc(<AwsLc as Backend>::Point),
}

/// A secret, ready for the backend of its curve.
pub(crate) enum Scalar {
    Askar(<Askar as Backend>::Scalar),
    #[cfg(feature = "accelerated")]
    AwsLc(<AwsLc as Backend>::Scalar),
}

/// Whether the accelerator computes on the curve.
#[cfg(feature = "accelerated")]
fn is_accelerated(curve: Curve) -> bool {
    !matches!(curve, Curve::Secp256k1)
}

impl Point {
    pub(crate) fn read(curve: Curve, octets: &[u8]) -> Option<Self> {
        #[cfg(feature = "accelerated")]
        if is_accelerated(curve) {
            return AwsLc::point(curve, octets).map(Self::AwsLc);
        }
        Askar::point(curve, octets).map(Self::Askar)
    }

    pub(crate) fn verify(&self, data: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Askar(point) => Askar::verify(point, data, signature),
            #[cfg(feature = "accelerated")]
            Self::AwsLc(point) => AwsLc::verify(point, data, signature),
        }
    }
}

impl Scalar {
    pub(crate) fn read(curve: Curve, octets: &[u8]) -> Option<Self> {
        #[cfg(feature = "accelerated")]
        if is_accelerated(curve) {
            return AwsLc::scalar(curve, octets).map(Self::AwsLc);
        }
        Askar::scalar(curve, octets).map(Self::Askar)
    }

    pub(crate) fn generate(curve: Curve, draw: Draw<'_>) -> Option<Self> {
        #[cfg(feature = "accelerated")]
        if is_accelerated(curve) {
            return AwsLc::generate(curve, draw).map(Self::AwsLc);
        }
        Askar::generate(curve, draw).map(Self::Askar)
    }

    pub(crate) fn public_octets(&self) -> Option<Vec<u8>> {
        match self {
            Self::Askar(scalar) => Askar::public_octets(scalar),
            #[cfg(feature = "accelerated")]
            Self::AwsLc(scalar) => AwsLc::public_octets(scalar),
        }
    }

    pub(crate) fn secret_octets(&self) -> Option<SecretBytes> {
        match self {
            Self::Askar(scalar) => Askar::secret_octets(scalar),
            #[cfg(feature = "accelerated")]
            Self::AwsLc(scalar) => AwsLc::secret_octets(scalar),
        }
    }

    /// None where the point is ready for another backend, as it lies on another curve.
    pub(crate) fn agree(&self, point: &Point) -> Option<SecretBytes> {
        match (self, point) {
            (Self::Askar(scalar), Point::Askar(point)) => Askar::agree(scalar, point),
            #[cfg(feature = "accelerated")]
            (Self::AwsLc(scalar), Point::AwsLc(point)) => AwsLc::agree(scalar, point),
            #[cfg(feature = "accelerated")]
            _ => None,
        }
    }

    pub(crate) fn sign(&self, data: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Askar(scalar) => Askar::sign(scalar, data),
            #[cfg(feature = "accelerated")]
            Self::AwsLc(scalar) => AwsLc::sign(scalar, data),
        }
    }
}
