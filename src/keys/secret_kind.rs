//! The secret half of a key, on any curve.

use std::sync::Arc;

use askar_crypto::alg::ed25519::Ed25519KeyPair;
use askar_crypto::alg::k256::K256KeyPair;
use askar_crypto::alg::p256::P256KeyPair;
use askar_crypto::alg::p384::P384KeyPair;
use askar_crypto::alg::x25519::X25519KeyPair;
use askar_crypto::repr::{KeyGen, KeyPublicBytes, KeySecretBytes};
use p521::elliptic_curve::rand_core::{CryptoRng, Error as RandomError, RngCore, impls};
use zeroize::Zeroizing;

use super::{Curve, PublicKey};
use crate::error::{Error, Result};

/// Draws that many random octets into the buffer.
pub(crate) type Draw<'a> = &'a mut dyn FnMut(&mut [u8]);

/// The secret half. Its libraries zero it on drop.
#[derive(Clone)]
pub(crate) enum SecretKind {
    X25519(Arc<X25519KeyPair>),
    Ed25519(Arc<Ed25519KeyPair>),
    P256(Arc<P256KeyPair>),
    P384(Arc<P384KeyPair>),
    P521(Arc<P521KeyPair>),
    Secp256k1(Arc<K256KeyPair>),
}

/// A key on P-521, its public half computed once.
pub(crate) struct P521KeyPair {
    pub(crate) secret: p521::SecretKey,
    pub(crate) public: p521::PublicKey,
}

impl From<p521::SecretKey> for P521KeyPair {
    fn from(secret: p521::SecretKey) -> Self {
        Self { public: secret.public_key(), secret }
    }
}

impl SecretKind {
    pub(crate) fn from_octets(curve: Curve, octets: &[u8]) -> Result<Self> {
        let kind = match curve {
            Curve::X25519 => {
                X25519KeyPair::from_secret_bytes(octets).map(|key| Self::X25519(Arc::new(key))).ok()
            }
            Curve::Ed25519 => {
                Ed25519KeyPair::from_secret_bytes(octets).map(|key| Self::Ed25519(Arc::new(key))).ok()
            }
            Curve::P256 => P256KeyPair::from_secret_bytes(octets).map(|key| Self::P256(Arc::new(key))).ok(),
            Curve::P384 => P384KeyPair::from_secret_bytes(octets).map(|key| Self::P384(Arc::new(key))).ok(),
            Curve::P521 if octets.len() == curve.field_length() => {
                p521::SecretKey::from_slice(octets).map(|key| Self::P521(Arc::new(key.into()))).ok()
            }
            Curve::P521 => None,
            Curve::Secp256k1 => {
                K256KeyPair::from_secret_bytes(octets).map(|key| Self::Secp256k1(Arc::new(key))).ok()
            }
        };
        kind.ok_or_else(|| Error::malformed("secret key", format!("no secret key on {}", curve.name())))
    }

    pub(crate) fn generate(curve: Curve, draw: Draw<'_>) -> Result<Self> {
        let mut drawn = Drawn(draw);
        let kind = match curve {
            Curve::X25519 => X25519KeyPair::generate(&mut drawn).map(|key| Self::X25519(Arc::new(key))),
            Curve::Ed25519 => Ed25519KeyPair::generate(&mut drawn).map(|key| Self::Ed25519(Arc::new(key))),
            Curve::P256 => P256KeyPair::generate(&mut drawn).map(|key| Self::P256(Arc::new(key))),
            Curve::P384 => P384KeyPair::generate(&mut drawn).map(|key| Self::P384(Arc::new(key))),
            Curve::P521 => Ok(Self::P521(Arc::new(p521::SecretKey::random(&mut drawn).into()))),
            Curve::Secp256k1 => K256KeyPair::generate(&mut drawn).map(|key| Self::Secp256k1(Arc::new(key))),
        };
        kind.map_err(|_| Error::malformed("secret key", "not generated"))
    }

    pub(crate) fn curve(&self) -> Curve {
        match self {
            Self::X25519(_) => Curve::X25519,
            Self::Ed25519(_) => Curve::Ed25519,
            Self::P256(_) => Curve::P256,
            Self::P384(_) => Curve::P384,
            Self::P521(_) => Curve::P521,
            Self::Secp256k1(_) => Curve::Secp256k1,
        }
    }

    pub(crate) fn public_key(&self) -> Result<PublicKey> {
        match self {
            Self::P521(key) => Ok(PublicKey::P521(key.public)),
            _ => PublicKey::from_octets(self.curve(), &self.public_octets()),
        }
    }

    /// The octets of the public half, as [`PublicKey::octets`] has them.
    pub(super) fn public_octets(&self) -> Vec<u8> {
        match self {
            Self::X25519(key) => key.with_public_bytes(<[u8]>::to_vec),
            Self::Ed25519(key) => key.with_public_bytes(<[u8]>::to_vec),
            Self::P256(key) => key.with_public_bytes(<[u8]>::to_vec),
            Self::P384(key) => key.with_public_bytes(<[u8]>::to_vec),
            Self::P521(key) => PublicKey::P521(key.public).octets(),
            Self::Secp256k1(key) => key.with_public_bytes(<[u8]>::to_vec),
        }
    }

    pub(super) fn with_octets<T>(&self, read: impl FnOnce(&[u8]) -> T) -> Option<T> {
        match self {
            Self::X25519(key) => key.with_secret_bytes(|octets| octets.map(read)),
            Self::Ed25519(key) => key.with_secret_bytes(|octets| octets.map(read)),
            Self::P256(key) => key.with_secret_bytes(|octets| octets.map(read)),
            Self::P384(key) => key.with_secret_bytes(|octets| octets.map(read)),
            Self::P521(key) => Some(read(&Zeroizing::new(key.secret.to_bytes())[..])),
            Self::Secp256k1(key) => key.with_secret_bytes(|octets| octets.map(read)),
        }
    }
}

/// The caller's randomness, as the curves' libraries want it.
struct Drawn<'a>(Draw<'a>);

impl RngCore for Drawn<'_> {
    fn next_u32(&mut self) -> u32 {
        impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, buffer: &mut [u8]) {
        (self.0)(buffer);
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> std::result::Result<(), RandomError> {
        (self.0)(buffer);
        Ok(())
    }
}

// what the caller gives is to be cryptographically secure
impl CryptoRng for Drawn<'_> {}
