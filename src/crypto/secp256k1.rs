//! secp256k1, by the crate k256: newer than the version in askar-crypto, and with precomputed tables.

use askar_crypto::buffer::SecretBytes;
use k256::ecdh::diffie_hellman;
use k256::ecdsa::signature::{Signer as _, Verifier as _};
use k256::ecdsa::{Signature, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use super::random_bytes::Draw;

/// A point, for both operations.
#[derive(Clone)]
pub(super) struct Point(VerifyingKey);

impl Point {
    /// Reads a point in the compressed or uncompressed form of SEC 1.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        VerifyingKey::from_sec1_bytes(bytes).map(Self).ok()
    }

    /// The uncompressed form of SEC 1.
    pub(super) fn uncompressed_bytes(&self) -> Vec<u8> {
        self.0.to_sec1_point(false).as_bytes().to_vec()
    }

    /// Verifies a signature with ES256K.
    pub(super) fn verify(&self, data: &[u8], signature: &[u8]) -> bool {
        // the crate verifies only the form with the low s; both are valid, and one implementation writes either
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify(data, &signature.normalize_s()).is_ok())
    }
}

/// A secret, zeroed on drop.
pub(super) struct Scalar(SigningKey);

impl Scalar {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        SigningKey::from_bytes(bytes.try_into().ok()?).map(Self).ok()
    }

    pub(super) fn generate(draw: Draw<'_>) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        // a draw is out of range with a probability of only 2^-127
        draw(&mut *bytes);
        Self::parse(&*bytes)
    }

    pub(super) fn public_bytes(&self) -> Vec<u8> {
        Point(*self.0.verifying_key()).uncompressed_bytes()
    }

    pub(super) fn secret_bytes(&self) -> SecretBytes {
        SecretBytes::from_slice(&Zeroizing::new(self.0.to_bytes())[..])
    }

    pub(super) fn agree(&self, point: &Point) -> SecretBytes {
        let shared = diffie_hellman(self.0.as_nonzero_scalar(), point.0.as_affine());
        SecretBytes::from_slice(shared.raw_secret_bytes())
    }

    /// Signs with ES256K.
    pub(super) fn sign(&self, data: &[u8]) -> Option<Vec<u8>> {
        let signature: Signature = self.0.try_sign(data).ok()?;
        Some(signature.to_bytes().to_vec())
    }
}
