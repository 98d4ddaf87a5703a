//! Errors, one variant for each party that must act.

/// The result of every fallible function of the core.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation ended without a result.
///
/// Texts name identifiers and algorithms, never message content or key material. `pydidcomm.errors` has the texts for
/// users. Here, a variant that the core never quotes in another text displays only its fields; the texts of the other
/// variants are shared with `pydidcomm.errors`.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Error {
    /// An argument is invalid, or every conforming recipient would refuse the result; the caller must act.
    #[error("{0}")]
    Misuse(String),
    /// A message breaks the specification; its sender must act.
    #[error("{}", malformed_text(part, reason))]
    Malformed {
        /// Which part of the message, for instance `jwe.protected.epk` or `message.to`.
        part: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A DID document or a DID breaks its specification; its publisher must act.
    #[error("{self:?}")]
    MalformedDocument {
        /// The DID of the document.
        did: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An algorithm, key type or form that this library does not support; the parties must negotiate.
    #[error("{}", unsupported_text(what, algorithm))]
    Unsupported {
        /// The kind of thing, for instance `content encryption`.
        what: &'static str,
        /// Its name as it arrived.
        algorithm: String,
    },
    /// The document lists keys, and none of them is supported; the parties must negotiate.
    #[error("{self:?}")]
    UnsupportedKeys {
        /// The verification relationship of the keys.
        relationship: &'static str,
        /// The listed keys, each with its curve or the reason why it is unusable.
        keys: Vec<ListedKey>,
    },
    /// Sender and recipient share no curve; the parties must negotiate.
    #[error("{self:?}")]
    IncompatibleKeys {
        /// The sender's DID.
        sender: String,
        /// The recipient's DID.
        recipient: String,
        /// The curves of the sender's keys, or the reasons why they are unusable.
        sender_curves: Vec<String>,
        /// The curves of the recipient's keys.
        recipient_curves: Vec<String>,
    },
    /// No resolver has a document for the DID; the operator must act.
    #[error("{self:?}")]
    DidNotFound {
        /// The DID.
        did: String,
    },
    /// The DID is deactivated, so its document proves nothing; the peer must act.
    #[error("{self:?}")]
    DidDeactivated {
        /// The DID.
        did: String,
    },
    /// The resolved document has no such key in that relationship; the operator or the peer must act.
    #[error("{self:?}")]
    KeyNotFound {
        /// The DID whose document was read.
        did: String,
        /// The id of the requested key, or `*` for any key.
        kid: String,
        /// The verification relationship that must list the key.
        relationship: &'static str,
        /// The first keys that the document lists under the relationship.
        candidates: Vec<String>,
    },
    /// The DID document lists no endpoint for the message; the operator or the peer must act.
    #[error("{self:?}")]
    EndpointNotFound {
        /// The DID of the recipient, or of a mediator on the way to it.
        did: String,
    },
    /// No private key found for these key ids; the operator must act.
    #[error("{self:?}")]
    SecretNotFound {
        /// The ids of the keys, any of which would have been enough.
        kids: Vec<String>,
    },
    /// The content of an attachment is not in the message; the caller has to fetch it.
    #[error("{self:?}")]
    ContentNotFound {
        /// The URIs of the content.
        links: Vec<String>,
    },
    /// The message makes a claim that is not proved; it must not be trusted.
    #[error("{}", untrusted_text(claim.as_str(), kid.as_deref(), did.as_deref()))]
    Untrusted {
        /// The claim.
        claim: Claim,
        /// The id of the key that had to prove the claim.
        kid: Option<String>,
        /// The claimed DID.
        did: Option<String>,
    },
    /// The claims of the message are proved, and it violates the operator's policy.
    #[error("{self:?}")]
    Policy {
        /// The violated demand.
        demand: Demand,
        /// The DID of the proved sender.
        did: Option<String>,
    },
    /// The message cannot be decrypted. The text is the same for every cause, so it cannot serve as an oracle.
    #[error("{self:?}")]
    Decryption,
    /// An allocation for the input failed; the caller may try again later.
    #[error("not enough memory")]
    Memory,
    /// The signature does not verify.
    #[error("{self:?}")]
    InvalidSignature,
    /// An operation received an answer after its end, or an answer of another kind than its question.
    #[error("{0}")]
    Answer(&'static str),
}

/// A key of a document, with its curve.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListedKey {
    /// The key's id.
    pub kid: String,
    /// Its curve, or the reason why it is unusable.
    pub kind: String,
}

/// A demand of an operator's policy on a message.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Demand {
    /// The message arrived encrypted.
    Encrypted,
    /// The sender is proved.
    Authenticated,
    /// The sender signed the message.
    Signed,
    /// The message has not expired.
    Unexpired,
    /// The message conforms to the profile.
    Profile,
    /// The proved sender is one of the allowed senders.
    Sender,
}

impl Demand {
    /// The name of the option with this demand.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Encrypted => "require_encrypted",
            Self::Authenticated => "require_authenticated",
            Self::Signed => "require_signed",
            Self::Unexpired => "require_unexpired",
            Self::Profile => "require_profile",
            Self::Sender => "allowed_senders",
        }
    }
}

/// A claim of a message that needs a proof.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Claim {
    /// `from` is the DID of the authcrypt key (`skid`).
    Sender,
    /// `from` is the DID of the signer.
    Signer,
    /// `to` contains the DID of the key that opened the message.
    Recipient,
    /// `skid` and `apu` name one key.
    SenderKey,
    /// `apv` binds the list of recipients.
    Recipients,
    /// The message with `from_prior` is encrypted.
    RotationEncrypted,
    /// `iss` of `from_prior` is the DID of the key that signed it.
    RotationIssuer,
    /// `sub` of `from_prior` is `from`.
    RotationSubject,
    /// `aud` of `from_prior`, where present, names the recipient.
    RotationAudience,
    /// `from_prior` is valid at the current time.
    RotationTime,
    /// The signature of an attachment is by a key of the expected signer.
    AttachmentSigner,
    /// `hash` of an attachment is the hash of its content.
    ContentHash,
}

impl Claim {
    /// The claim's stable name for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sender => "from=skid",
            Self::Signer => "from=signer",
            Self::Recipient => "to=recipient",
            Self::SenderKey => "skid=apu",
            Self::Recipients => "apv=recipients",
            Self::RotationEncrypted => "from_prior=encrypted",
            Self::RotationIssuer => "from_prior.iss=kid",
            Self::RotationSubject => "from_prior.sub=from",
            Self::RotationAudience => "from_prior.aud=recipient",
            Self::RotationTime => "from_prior.time",
            Self::AttachmentSigner => "attachment.data.jws.kid=signer",
            Self::ContentHash => "attachment.data.hash=content",
        }
    }
}

/// Maximum number of characters of a peer's name for an algorithm in an error: no real name is longer.
const LONGEST_NAME: usize = 80;

/// Maximum number of keys of a document in the field of an error: the document's author chooses how many there are.
pub(crate) const MOST_LISTED: usize = 100;

impl Error {
    pub(crate) fn malformed(part: &'static str, reason: impl Into<String>) -> Self {
        Self::Malformed { part, reason: reason.into() }
    }

    pub(crate) fn unsupported(what: &'static str, algorithm: impl Into<String>) -> Self {
        let algorithm = algorithm.into().chars().take(LONGEST_NAME).collect();
        Self::Unsupported { what, algorithm }
    }

    pub(crate) fn misuse(reason: impl Into<String>) -> Self {
        Self::Misuse(reason.into())
    }
}

/// The text of [`Error::Malformed`].
pub(crate) fn malformed_text(part: &str, reason: &str) -> String {
    format!("malformed {part}: {reason}")
}

/// The text of [`Error::Unsupported`].
pub(crate) fn unsupported_text(what: &str, algorithm: &str) -> String {
    format!("unsupported {what}: {algorithm}")
}

/// The text of [`Error::Untrusted`].
pub(crate) fn untrusted_text(claim: &str, kid: Option<&str>, did: Option<&str>) -> String {
    let named = [("kid", kid), ("did", did)].into_iter();
    let ids: String =
        named.filter_map(|(name, value)| value.map(|value| format!(" ({name} {value})"))).collect();
    format!("untrusted message: {claim} is not proved{ids}")
}
