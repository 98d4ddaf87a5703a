//! The backend of the crate k256 for secp256k1: newer than the version in askar-crypto, and with precomputed tables.

use askar_crypto::buffer::SecretBytes;
use k256::ecdh::diffie_hellman;
use k256::ecdsa::signature::{Signer as _, Verifier as _};
use k256::ecdsa::{Signature, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use super::{Backend, Curve, Draw};

/// The backend of one curve.
pub(crate) struct Secp256k1;

impl Backend for Secp256k1 {
    type Point = VerifyingKey;
    type Scalar = SigningKey;

    fn point(curve: Curve, bytes: &[u8]) -> Option<VerifyingKey> {
        VerifyingKey::from_sec1_bytes(bytes).ok().filter(|_| curve == Curve::Secp256k1)
    }

    fn scalar(curve: Curve, bytes: &[u8]) -> Option<SigningKey> {
        let fits = curve == Curve::Secp256k1 && bytes.len() == curve.field_length();
        SigningKey::from_slice(bytes).ok().filter(|_| fits)
    }

    fn generate(curve: Curve, draw: Draw<'_>) -> Option<SigningKey> {
        let mut bytes = Zeroizing::new([0; 32]);
        // a draw is out of range with a probability of only 2^-127
        draw(&mut *bytes);
        Self::scalar(curve, &*bytes)
    }

    fn public_bytes(scalar: &SigningKey) -> Option<Vec<u8>> {
        Some(scalar.verifying_key().to_sec1_point(false).as_bytes().to_vec())
    }

    fn secret_bytes(scalar: &SigningKey) -> Option<SecretBytes> {
        Some(SecretBytes::from_slice(&Zeroizing::new(scalar.to_bytes())[..]))
    }

    fn agree(scalar: &SigningKey, point: &VerifyingKey) -> Option<SecretBytes> {
        let shared = diffie_hellman(scalar.as_nonzero_scalar(), point.as_affine());
        Some(SecretBytes::from_slice(shared.raw_secret_bytes()))
    }

    fn sign(scalar: &SigningKey, data: &[u8]) -> Option<Vec<u8>> {
        let signature: Signature = scalar.try_sign(data).ok()?;
        Some(signature.to_bytes().to_vec())
    }

    fn verify(point: &VerifyingKey, data: &[u8], signature: &[u8]) -> bool {
        // the crate verifies only the form with the low s; both are valid, and one implementation writes either
        Signature::from_slice(signature)
            .is_ok_and(|signature| point.verify(data, &signature.normalize_s()).is_ok())
    }
}
