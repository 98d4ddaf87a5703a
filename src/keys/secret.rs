//! Secrets: local private keys and external keys.

use std::any::Any;
use std::fmt::{Debug, Formatter};
use std::sync::Arc;

use super::{Curve, PublicKey, SecretKey};
use crate::did_url::DidUrl;

/// The caller's opaque handle of an external key, which the core never inspects.
pub type Handle = Arc<dyn Any + Send + Sync>;

/// An external key, whose private bytes stay in an HSM, a KMS, a wallet or another process.
#[derive(Clone)]
pub struct ExternalKey {
    kid: DidUrl,
    handle: Handle,
    public_key: Option<Box<PublicKey>>,
}

/// A private key for use in operations.
#[derive(Clone, Debug)]
pub enum Secret {
    /// A local key, in this process.
    Local(SecretKey),
    /// An external key, which agrees and signs on request.
    External(ExternalKey),
}

impl ExternalKey {
    /// An external key with this kid, which the caller finds by the handle.
    pub fn new(kid: DidUrl, handle: Handle) -> Self {
        Self { kid, handle, public_key: None }
    }

    /// The same key, with its public key.
    #[must_use]
    pub fn with_public_key(self, public_key: PublicKey) -> Self {
        Self { public_key: Some(Box::new(public_key)), ..self }
    }

    /// The kid.
    pub fn kid(&self) -> &DidUrl {
        &self.kid
    }

    /// The caller's handle.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Debug for ExternalKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExternalKey").field("kid", &self.kid.as_str()).finish_non_exhaustive()
    }
}

/// Only the caller can compare handles, so equality is that of the handle's identity.
impl PartialEq for ExternalKey {
    fn eq(&self, other: &Self) -> bool {
        self.kid == other.kid && Arc::ptr_eq(&self.handle, &other.handle)
    }
}

impl Eq for ExternalKey {}

impl Secret {
    /// The kid.
    pub fn kid(&self) -> &DidUrl {
        match self {
            Self::Local(key) => key.kid(),
            Self::External(key) => key.kid(),
        }
    }

    /// The same key under another kid, for instance the older kid in a peer's message.
    #[must_use]
    pub fn with_kid(self, kid: DidUrl) -> Self {
        match self {
            Self::Local(key) => Self::Local(key.with_kid(kid)),
            Self::External(key) => Self::External(ExternalKey { kid, ..key }),
        }
    }

    /// Whether the key is on the curve; true if its curve is unknown.
    pub(crate) fn may_lie_on(&self, curve: Curve) -> bool {
        match self {
            Self::Local(key) => key.curve() == curve,
            Self::External(key) => key.public_key.as_ref().is_none_or(|key| key.curve() == curve),
        }
    }

    /// Whether this is its public key; true if its public key is unknown, as it may be for an external key.
    pub(crate) fn may_belong_to(&self, public_key: &PublicKey) -> bool {
        match self {
            Self::Local(key) => key.belongs_to(public_key),
            Self::External(key) => key.public_key.as_deref().is_none_or(|key| key == public_key),
        }
    }
}

impl From<SecretKey> for Secret {
    fn from(key: SecretKey) -> Self {
        Self::Local(key)
    }
}

impl From<ExternalKey> for Secret {
    fn from(key: ExternalKey) -> Self {
        Self::External(key)
    }
}
