//! A secret that can be used: a key in this process, or one that lives elsewhere and works on request.

use std::any::Any;
use std::fmt::{Debug, Formatter};
use std::sync::Arc;

use super::{Curve, PublicKey, SecretKey};
use crate::did_url::DidUrl;

/// Whatever the caller knows a key of its own by; the core hands it back and never looks inside.
pub type Handle = Arc<dyn Any + Send + Sync>;

/// A key whose private bytes never come here: in an HSM, a KMS, a wallet, another process.
#[derive(Clone)]
pub struct ExternalKey {
    kid: DidUrl,
    handle: Handle,
    public_key: Option<Box<PublicKey>>,
}

/// A secret that can be used.
#[derive(Clone, Debug)]
pub enum Secret {
    /// A key in this process.
    Local(SecretKey),
    /// A key that is asked to agree and to sign.
    External(ExternalKey),
}

impl ExternalKey {
    /// The key of that id, which the caller finds by the handle.
    pub fn new(kid: DidUrl, handle: Handle) -> Self {
        Self { kid, handle, public_key: None }
    }

    /// The same key, whose public half is known.
    #[must_use]
    pub fn with_public_key(self, public_key: PublicKey) -> Self {
        Self { public_key: Some(Box::new(public_key)), ..self }
    }

    /// The id of the key.
    pub fn kid(&self) -> &DidUrl {
        &self.kid
    }

    /// What the caller knows it by.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Debug for ExternalKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExternalKey").field("kid", &self.kid.as_str()).finish_non_exhaustive()
    }
}

/// One key in two processes is the same key only to whoever made the handle.
impl PartialEq for ExternalKey {
    fn eq(&self, other: &Self) -> bool {
        self.kid == other.kid && Arc::ptr_eq(&self.handle, &other.handle)
    }
}

impl Eq for ExternalKey {}

impl Secret {
    /// The id of the key.
    pub fn kid(&self) -> &DidUrl {
        match self {
            Self::Local(key) => key.kid(),
            Self::External(key) => key.kid(),
        }
    }

    /// The same key under another id, as when a peer names it in an older form.
    #[must_use]
    pub fn renamed(self, kid: DidUrl) -> Self {
        match self {
            Self::Local(key) => Self::Local(key.renamed(kid)),
            Self::External(key) => Self::External(ExternalKey { kid, ..key }),
        }
    }

    /// Whether it lies on the curve, as far as it is known.
    pub(crate) fn may_lie_on(&self, curve: Curve) -> bool {
        match self {
            Self::Local(key) => key.curve() == curve,
            Self::External(key) => key.public_key.as_ref().is_none_or(|key| key.curve() == curve),
        }
    }

    /// Whether its public half is this key, as far as it is known: a key that lives elsewhere need not show it.
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
