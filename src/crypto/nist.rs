//! The curves P-256, P-384 and P-521, by aws-lc-rs.

use std::sync::OnceLock;

use askar_crypto::buffer::SecretBytes;
use aws_lc_rs::agreement::{self, ParsedPublicKey, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::encoding::{AsBigEndian, AsDer, EcPrivateKeyBin};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, EcdsaKeyPair, EcdsaVerificationAlgorithm};

use super::curve::Curve;
use super::sec1::UNCOMPRESSED;

/// The algorithms of a curve; `None` for a curve of another library.
fn algorithms(curve: Curve) -> Option<(&'static agreement::Algorithm, &'static EcdsaVerificationAlgorithm)> {
    match curve {
        Curve::P256 => Some((&agreement::ECDH_P256, &signature::ECDSA_P256_SHA256_FIXED)),
        Curve::P384 => Some((&agreement::ECDH_P384, &signature::ECDSA_P384_SHA384_FIXED)),
        Curve::P521 => Some((&agreement::ECDH_P521, &signature::ECDSA_P521_SHA512_FIXED)),
        Curve::X25519 | Curve::Ed25519 | Curve::Secp256k1 => None,
    }
}

/// A point, for both operations.
#[derive(Clone)]
pub(super) struct Point {
    agreement: ParsedPublicKey,
    algorithm: &'static EcdsaVerificationAlgorithm,
    /// Parsed for the first signature, since most keys only agree.
    verification: OnceLock<Option<signature::ParsedPublicKey>>,
}

impl Point {
    /// Reads a point in the uncompressed form of SEC 1.
    pub(super) fn parse(curve: Curve, bytes: &[u8]) -> Option<Self> {
        let (agreement, algorithm) = algorithms(curve)?;
        let agreement = UnparsedPublicKey::new(agreement, bytes).try_into().ok()?;
        Some(Self { agreement, algorithm, verification: OnceLock::new() })
    }

    /// Verifies a signature with ES256, ES384 or ES512.
    pub(super) fn verify(&self, data: &[u8], signature: &[u8]) -> bool {
        let read = || signature::ParsedPublicKey::new(self.algorithm, self.agreement.as_ref()).ok();
        let key = self.verification.get_or_init(read).as_ref();
        key.is_some_and(|key| key.verify_sig(data, signature).is_ok())
    }
}

/// Decompresses a point; `None` if it is not on the curve.
pub(super) fn decompress(curve: Curve, bytes: &[u8]) -> Option<Vec<u8>> {
    let (_, algorithm) = algorithms(curve)?;
    // the library has the uncompressed form only at the end of a SubjectPublicKeyInfo
    let der = signature::ParsedPublicKey::new(algorithm, bytes).ok()?.as_der().ok()?;
    let length = curve.field_length().checked_mul(2)?.checked_add(1)?;
    let (_, point) = der.as_ref().split_at_checked(der.as_ref().len().checked_sub(length)?)?;
    (point.first() == Some(&UNCOMPRESSED)).then(|| point.to_vec())
}

/// A secret, which its library zeroes on drop.
pub(super) struct Scalar {
    key: PrivateKey,
    /// The same secret on P-256, prepared for the first signature.
    signing: OnceLock<Option<EcdsaKeyPair>>,
}

impl Scalar {
    pub(super) fn parse(curve: Curve, bytes: &[u8]) -> Option<Self> {
        let (algorithm, _) = algorithms(curve)?;
        PrivateKey::from_private_key(algorithm, bytes).map(Self::from).ok()
    }

    /// Generates a secret with the library's own generator, which the operating system seeds.
    ///
    /// The import of a secret costs twice as much: the public key is computed, and again for comparison.
    pub(super) fn generate(curve: Curve) -> Option<Self> {
        let (algorithm, _) = algorithms(curve)?;
        PrivateKey::generate(algorithm).map(Self::from).ok()
    }

    pub(super) fn public_bytes(&self) -> Option<Vec<u8>> {
        Some(self.key.compute_public_key().ok()?.as_ref().to_vec())
    }

    pub(super) fn secret_bytes(&self) -> Option<SecretBytes> {
        let secret: EcPrivateKeyBin<'_> = self.key.as_be_bytes().ok()?;
        Some(SecretBytes::from_slice(secret.as_ref()))
    }

    pub(super) fn agree(&self, point: &Point) -> Option<SecretBytes> {
        let public = point.agreement.clone();
        agreement::agree(&self.key, public, (), |secret| Ok(SecretBytes::from_slice(secret))).ok()
    }

    /// Signs with ES256, on P-256 only.
    pub(super) fn sign(&self, data: &[u8]) -> Option<Vec<u8>> {
        let signing = self.signing.get_or_init(|| ecdsa_key(&self.key)).as_ref()?;
        Some(signing.sign(&SystemRandom::new(), data).ok()?.as_ref().to_vec())
    }
}

impl From<PrivateKey> for Scalar {
    fn from(key: PrivateKey) -> Self {
        Self { key, signing: OnceLock::new() }
    }
}

/// The same secret as a signing key, on P-256 only.
fn ecdsa_key(key: &PrivateKey) -> Option<EcdsaKeyPair> {
    if *key.algorithm() != agreement::ECDH_P256 {
        return None;
    }
    let secret: EcPrivateKeyBin<'_> = key.as_be_bytes().ok()?;
    let public = key.compute_public_key().ok()?;
    let algorithm = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    EcdsaKeyPair::from_private_key_and_public_key(algorithm, secret.as_ref(), public.as_ref()).ok()
}
