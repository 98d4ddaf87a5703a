//! X25519, by aws-lc-rs.

use askar_crypto::buffer::SecretBytes;
use aws_lc_rs::agreement::{self, ParsedPublicKey, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::encoding::{AsBigEndian, Curve25519SeedBin};
use zeroize::Zeroizing;

use super::random_bytes::Draw;

/// A point.
#[derive(Clone)]
pub(super) struct Point(ParsedPublicKey);

impl Point {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        UnparsedPublicKey::new(&agreement::X25519, bytes).try_into().map(Self).ok()
    }
}

/// A secret, which its library zeroes on drop.
pub(super) struct Scalar(PrivateKey);

impl Scalar {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        PrivateKey::from_private_key(&agreement::X25519, bytes).map(Self).ok()
    }

    pub(super) fn generate(draw: Draw<'_>) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        draw(&mut *bytes);
        Self::parse(&*bytes)
    }

    pub(super) fn public_bytes(&self) -> Option<Vec<u8>> {
        Some(self.0.compute_public_key().ok()?.as_ref().to_vec())
    }

    pub(super) fn secret_bytes(&self) -> Option<SecretBytes> {
        let seed: Curve25519SeedBin<'_> = self.0.as_be_bytes().ok()?;
        Some(SecretBytes::from_slice(seed.as_ref()))
    }

    pub(super) fn agree(&self, point: &Point) -> Option<SecretBytes> {
        let public = point.0.clone();
        agreement::agree(&self.0, public, (), |secret| Ok(SecretBytes::from_slice(secret))).ok()
    }
}
