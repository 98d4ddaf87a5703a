//! The questions of an operation, and their answers.

use std::fmt::{Debug, Formatter};
use std::sync::Arc;

use askar_crypto::buffer::SecretBytes;

use crate::crypto::algorithm::SignatureAlgorithm;
use crate::did::Document;
use crate::keys::{ExternalKey, PublicKey, Secret};

/// Options of a resolution, in addition to the DID.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct ResolveOptions {
    /// Whether to bypass caches: a key of the cached document is missing or does not verify.
    pub fresh: bool,
    /// The time at which the document was valid, in seconds since the epoch; `None` for now.
    pub version_time: Option<u64>,
    /// Whether the DID comes from a message whose sender is not proved.
    pub unproved: bool,
}

impl ResolveOptions {
    /// For a DID from the library's caller, or from a trusted document.
    pub(crate) const PLAIN: Self = Self { fresh: false, version_time: None, unproved: false };

    /// For a DID from a message.
    pub(crate) const UNPROVED: Self = Self { unproved: true, ..Self::PLAIN };
}

/// A request to the caller.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Question {
    /// The DID document of this DID.
    ResolveDid {
        /// The DID.
        did: String,
        /// The options for the resolver.
        options: ResolveOptions,
    },
    /// The secrets of these keys, as far as they are available.
    FindSecrets {
        /// Key ids, the preferred first.
        kids: Vec<String>,
        /// The public keys, one for each of `kids`, or empty where they are unknown.
        public_keys: Vec<PublicKey>,
        /// Whether to return every available secret; otherwise the first is enough.
        every: bool,
    },
    /// The raw ECDH shared secret of an external key and this public key.
    Agree {
        /// The external key.
        key: ExternalKey,
        /// The other party's public key.
        public_key: Box<PublicKey>,
    },
    /// A signature by an external key.
    Sign {
        /// The external key.
        key: ExternalKey,
        /// The signature algorithm of the key's curve.
        algorithm: SignatureAlgorithm,
        /// The data to sign.
        data: Vec<u8>,
    },
    /// Permission to start CPU-heavy work, which runs on the next poll.
    LongWork,
}

/// The caller's answer to a question.
#[derive(Clone)]
pub enum Answer {
    /// The document, or `None` for an unknown DID.
    Document(Option<Arc<Document>>),
    /// The DID is deactivated, with or without a document.
    Deactivated,
    /// The available secrets, each under the key id of the question.
    Secrets(Vec<(String, Secret)>),
    /// The x coordinate of the shared point at its full length.
    SharedSecret(SecretBytes),
    /// The signature: for Ed25519 as in RFC 8032, for ECDSA r and s at their full length.
    Signature(Vec<u8>),
    /// Permission for the CPU-heavy work.
    Proceed,
}

impl Answer {
    /// Returns the kind of the answer, without any of its content.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Document(_) | Self::Deactivated => "a DID document",
            Self::Secrets(_) => "secrets",
            Self::SharedSecret(_) => "a shared secret",
            Self::Signature(_) => "a signature",
            Self::Proceed => "permission to proceed",
        }
    }
}

impl Debug for Answer {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind())
    }
}
