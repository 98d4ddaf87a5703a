//! Private keys, on any curve.

use std::sync::{Arc, OnceLock};

use askar_crypto::buffer::SecretBytes;

use super::curve::Curve;
use super::ed25519::derived_scalar;
use super::public_key::PublicKey;
use super::random_bytes::Draw;
use super::scalar::Scalar;
use super::static_secret_cache::StaticSecretCache;
use crate::error::{Error, Result};

/// A parsed private key, which its library zeroes on drop.
#[derive(Clone)]
pub(crate) struct PrivateKey(Arc<Inner>);

struct Inner {
    curve: Curve,
    scalar: Scalar,
    public_key: PublicKey,
    static_secrets: StaticSecretCache,
    /// The derived X25519 key of an Ed25519 key, computed on first use.
    derived: OnceLock<Option<PrivateKey>>,
}

impl PrivateKey {
    pub(crate) fn from_bytes(curve: Curve, bytes: &[u8]) -> Result<Self> {
        let refused = || Error::malformed("secret key", format!("not a private key on {}", curve.name()));
        Scalar::parse(curve, bytes).and_then(|scalar| Self::new(curve, scalar)).ok_or_else(refused)
    }

    pub(crate) fn generate(curve: Curve, draw: Draw<'_>) -> Result<Self> {
        Scalar::generate(curve, draw)
            .and_then(|scalar| Self::new(curve, scalar))
            .ok_or_else(|| Error::malformed("secret key", "not generated"))
    }

    fn new(curve: Curve, scalar: Scalar) -> Option<Self> {
        let public_key = PublicKey::of(curve, &scalar)?;
        Some(Self(Arc::new(Inner {
            curve,
            scalar,
            public_key,
            static_secrets: StaticSecretCache::default(),
            derived: OnceLock::new(),
        })))
    }

    pub(crate) fn curve(&self) -> Curve {
        self.0.curve
    }

    pub(crate) fn public_key(&self) -> PublicKey {
        self.0.public_key.clone()
    }

    pub(super) fn scalar(&self) -> &Scalar {
        &self.0.scalar
    }

    pub(super) fn static_secrets(&self) -> &StaticSecretCache {
        &self.0.static_secrets
    }

    /// Whether both are handles of one parsed key.
    #[cfg(test)]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The number of handles of the parsed key.
    #[cfg(test)]
    pub(crate) fn handles(&self) -> usize {
        Arc::strong_count(&self.0)
    }

    /// How many peers' static-static secrets the cache has.
    #[cfg(test)]
    pub(crate) fn remembered_peers(&self) -> usize {
        self.0.static_secrets.len()
    }

    /// The private bytes, for storage.
    pub(crate) fn bytes(&self) -> Option<SecretBytes> {
        self.0.scalar.secret_bytes()
    }

    /// The X25519 key derived from an Ed25519 key; `None` for other curves.
    pub(crate) fn derived_agreement_key(&self) -> Option<Self> {
        let derive = || {
            let bytes = self.bytes().filter(|_| self.curve() == Curve::Ed25519)?;
            Self::from_bytes(Curve::X25519, derived_scalar(bytes.as_ref())?.as_ref()).ok()
        };
        self.0.derived.get_or_init(derive).clone()
    }
}
