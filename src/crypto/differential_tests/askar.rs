//! askar-crypto as an oracle; it lacks P-521, and signs on Ed25519, P-256 and secp256k1.

use askar_crypto::alg::aes::{A256CbcHs512, A256Gcm, AesKey};
use askar_crypto::alg::chacha20::{C20P, Chacha20Key, XC20P};
use askar_crypto::alg::ed25519::Ed25519KeyPair;
use askar_crypto::alg::k256::K256KeyPair;
use askar_crypto::alg::p256::P256KeyPair;
use askar_crypto::alg::p384::P384KeyPair;
use askar_crypto::alg::x25519::X25519KeyPair;
use askar_crypto::buffer::SecretBytes;
use askar_crypto::encrypt::KeyAeadInPlace;
use askar_crypto::kdf::KeyExchange;
use askar_crypto::repr::{KeyPublicBytes, KeySecretBytes};

use crate::crypto::compressed_point::uncompressed_bytes;
use crate::crypto::content::Cipher;
use crate::crypto::curve::Curve;

/// A key pair, or a point, which is a key pair without a secret.
pub(super) enum Key {
    X25519(X25519KeyPair),
    Ed25519(Ed25519KeyPair),
    P256(P256KeyPair),
    P384(P384KeyPair),
    Secp256k1(K256KeyPair),
}

impl Key {
    pub(super) fn point(curve: Curve, bytes: &[u8]) -> Option<Self> {
        match curve {
            Curve::X25519 => X25519KeyPair::from_public_bytes(bytes).map(Self::X25519).ok(),
            Curve::Ed25519 => Ed25519KeyPair::from_public_bytes(bytes).map(Self::Ed25519).ok(),
            Curve::P256 => P256KeyPair::from_public_bytes(bytes).map(Self::P256).ok(),
            Curve::P384 => P384KeyPair::from_public_bytes(bytes).map(Self::P384).ok(),
            Curve::P521 => None,
            Curve::Secp256k1 => K256KeyPair::from_public_bytes(bytes).map(Self::Secp256k1).ok(),
        }
    }

    pub(super) fn secret(curve: Curve, bytes: &[u8]) -> Option<Self> {
        match curve {
            Curve::X25519 => X25519KeyPair::from_secret_bytes(bytes).map(Self::X25519).ok(),
            Curve::Ed25519 => Ed25519KeyPair::from_secret_bytes(bytes).map(Self::Ed25519).ok(),
            Curve::P256 => P256KeyPair::from_secret_bytes(bytes).map(Self::P256).ok(),
            Curve::P384 => P384KeyPair::from_secret_bytes(bytes).map(Self::P384).ok(),
            Curve::P521 => None,
            Curve::Secp256k1 => K256KeyPair::from_secret_bytes(bytes).map(Self::Secp256k1).ok(),
        }
    }

    /// The point: raw on X25519 and Ed25519, the uncompressed form of SEC 1 on other curves.
    pub(super) fn public_bytes(&self) -> Vec<u8> {
        match self {
            Self::X25519(key) => uncompressed_bytes(key),
            Self::Ed25519(key) => uncompressed_bytes(key),
            Self::P256(key) => uncompressed_bytes(key),
            Self::P384(key) => uncompressed_bytes(key),
            Self::Secp256k1(key) => uncompressed_bytes(key),
        }
        .unwrap()
    }

    pub(super) fn agree(&self, point: &Self) -> Option<Vec<u8>> {
        let shared = match (self, point) {
            (Self::X25519(secret), Self::X25519(public)) => secret.key_exchange_bytes(public),
            (Self::P256(secret), Self::P256(public)) => secret.key_exchange_bytes(public),
            (Self::P384(secret), Self::P384(public)) => secret.key_exchange_bytes(public),
            (Self::Secp256k1(secret), Self::Secp256k1(public)) => secret.key_exchange_bytes(public),
            _ => return None,
        };
        Some(shared.ok()?.as_ref().to_vec())
    }

    pub(super) fn sign(&self, data: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Ed25519(key) => key.sign(data).map(Into::into),
            Self::P256(key) => key.sign(data).map(Into::into),
            Self::Secp256k1(key) => key.sign(data).map(Into::into),
            Self::X25519(_) | Self::P384(_) => None,
        }
    }

    /// Verifies a signature; on secp256k1 one with the high s is invalid here.
    pub(super) fn verify(&self, data: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::X25519(_) => false,
            Self::Ed25519(key) => key.verify_signature(data, signature),
            Self::P256(key) => key.verify_signature(data, signature),
            Self::P384(key) => key.verify_signature(data, signature),
            Self::Secp256k1(key) => key.verify_signature(data, signature),
        }
    }
}

/// The ciphertext and the tag.
pub(super) fn seal(
    cipher: Cipher,
    key: &[u8],
    iv: &[u8],
    aad: &[u8],
    plaintext: &[u8],
) -> (Vec<u8>, Vec<u8>) {
    let mut ciphertext = plaintext.to_vec();
    let length = self::key(cipher, key).encrypt_in_place(&mut ciphertext, iv, aad).unwrap();
    let tag = ciphertext.split_off(length);
    (ciphertext, tag)
}

pub(super) fn open(cipher: Cipher, key: &[u8], iv: &[u8], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = SecretBytes::from_slice(sealed);
    self::key(cipher, key).decrypt_in_place(&mut buffer, iv, aad).ok()?;
    Some(buffer.as_ref().to_vec())
}

fn key(cipher: Cipher, bytes: &[u8]) -> Box<dyn KeyAeadInPlace> {
    match cipher {
        Cipher::A256CbcHs512 => Box::new(AesKey::<A256CbcHs512>::from_secret_bytes(bytes).unwrap()),
        Cipher::A256Gcm => Box::new(AesKey::<A256Gcm>::from_secret_bytes(bytes).unwrap()),
        Cipher::Xc20P => Box::new(Chacha20Key::<XC20P>::from_secret_bytes(bytes).unwrap()),
        Cipher::C20P => Box::new(Chacha20Key::<C20P>::from_secret_bytes(bytes).unwrap()),
    }
}
