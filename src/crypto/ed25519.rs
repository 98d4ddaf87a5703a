//! `EdDSA` with Ed25519, by aws-lc-rs; the X25519 key derived from a key, by askar-crypto.

use askar_crypto::alg::ed25519::Ed25519KeyPair as AskarKeyPair;
use askar_crypto::buffer::SecretBytes;
use askar_crypto::repr::{KeyPublicBytes, KeySecretBytes};
use aws_lc_rs::encoding::AsBigEndian;
use aws_lc_rs::signature::{self, Ed25519KeyPair, KeyPair, ParsedPublicKey};
use zeroize::Zeroizing;

use super::random_bytes::Draw;

/// A point; one of low order verifies nothing, because signatures by it can be forged.
#[derive(Clone)]
pub(super) struct Point(Option<ParsedPublicKey>);

impl Point {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let point = ed25519_dalek::VerifyingKey::from_bytes(bytes.try_into().ok()?).ok()?;
        let key = ParsedPublicKey::new(&signature::ED25519, bytes).ok();
        Some(Self(key.filter(|_| !point.is_weak())))
    }

    pub(super) fn verify(&self, data: &[u8], signature: &[u8]) -> bool {
        self.0.as_ref().is_some_and(|key| key.verify_sig(data, signature).is_ok())
    }
}

/// A secret, which its library zeroes on drop.
pub(super) struct Scalar(Ed25519KeyPair);

impl Scalar {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let seed = <&[u8; 32]>::try_from(bytes).ok()?;
        Ed25519KeyPair::from_seed_unchecked(seed).map(Self).ok()
    }

    pub(super) fn generate(draw: Draw<'_>) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        draw(&mut *bytes);
        Self::parse(&*bytes)
    }

    pub(super) fn public_bytes(&self) -> Vec<u8> {
        self.0.public_key().as_ref().to_vec()
    }

    pub(super) fn secret_bytes(&self) -> Option<SecretBytes> {
        let seed = self.0.seed().ok()?.as_be_bytes().ok()?;
        Some(SecretBytes::from_slice(seed.as_ref()))
    }

    pub(super) fn sign(&self, data: &[u8]) -> Option<Vec<u8>> {
        Some(self.0.try_sign(data).ok()?.as_ref().to_vec())
    }
}

/// The X25519 point derived from an Ed25519 point.
pub(super) fn derived_point(ed25519: &[u8]) -> Option<Vec<u8>> {
    let key = AskarKeyPair::from_public_bytes(ed25519).ok()?;
    Some(key.to_x25519_keypair().with_public_bytes(<[u8]>::to_vec))
}

/// The X25519 secret derived from an Ed25519 secret.
pub(super) fn derived_scalar(ed25519: &[u8]) -> Option<SecretBytes> {
    let key = AskarKeyPair::from_secret_bytes(ed25519).ok()?;
    key.to_x25519_keypair().with_secret_bytes(|bytes| bytes.map(SecretBytes::from_slice))
}
