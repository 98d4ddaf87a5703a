//! Everything that can go wrong, sorted by who must act.

use std::fmt::{Display, Formatter};

/// The result of every fallible function of the core.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation ended without a result.
///
/// Texts name identifiers and algorithms, never message content or key material.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Error {
    /// The caller asked for something that no conforming recipient would take; the caller must act.
    #[error("{0}")]
    Misuse(String),
    /// A message breaks the specification; its sender must act.
    #[error("malformed {part}: {reason}")]
    Malformed {
        /// Which part of the message, for instance `jwe.protected.epk` or `message.to`.
        part: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A DID document or a DID breaks its specification; whoever publishes it must act.
    #[error("malformed DID document of {did}: {reason}")]
    MalformedDocument {
        /// The DID whose document it is.
        did: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An algorithm, key type or form that this library does not offer; the parties must negotiate.
    #[error("unsupported {what}: {algorithm}")]
    Unsupported {
        /// The kind of thing, for instance `content encryption`.
        what: &'static str,
        /// Its name as it was given.
        algorithm: String,
    },
    /// The document lists keys, and none of them is on offer; the parties must negotiate.
    #[error("unsupported {relationship}: {}", some_of(&keys.iter().map(ToString::to_string).collect::<Vec<_>>()))]
    UnsupportedKeys {
        /// The verification relationship they stand in.
        relationship: &'static str,
        /// All that it lists, with what they are.
        keys: Vec<ListedKey>,
    },
    /// Sender and recipient share no curve; the parties must negotiate.
    #[error(
        "no key of {sender} ({}) fits a key agreement key of {recipient} ({})",
        some_of(sender_curves),
        some_of(recipient_curves)
    )]
    IncompatibleKeys {
        /// The sender's DID.
        sender: String,
        /// The recipient's DID.
        recipient: String,
        /// The curves of the sender's keys, or what else they are.
        sender_curves: Vec<String>,
        /// The curves of the recipient's keys.
        recipient_curves: Vec<String>,
    },
    /// No resolver knows the DID; the operator must act.
    #[error("DID not found: {did}{}", needed(did))]
    DidNotFound {
        /// The DID.
        did: String,
    },
    /// The DID is deactivated: its document proves nothing any more; the peer must act.
    #[error("the DID is deactivated: {did}")]
    DidDeactivated {
        /// The DID.
        did: String,
    },
    /// The resolved document has no such key in that relationship; the operator or the peer must act.
    #[error("{did} lists no key {kid} under {relationship}{}", listing(candidates))]
    KeyNotFound {
        /// The DID whose document was read.
        did: String,
        /// The key that was looked for, or `*` for any.
        kid: String,
        /// The verification relationship it has to stand in.
        relationship: &'static str,
        /// The keys that the document lists there, the first of them.
        candidates: Vec<String>,
    },
    /// The DID document names no place that takes the message; the operator or the peer must act.
    #[error("{did} has no endpoint that takes the message")]
    EndpointNotFound {
        /// The DID of the recipient, or of a mediator on the way to it.
        did: String,
    },
    /// None of these secrets is held; the operator must act.
    #[error("no secret is held for {}", some_of(kids))]
    SecretNotFound {
        /// The key ids that would have done.
        kids: Vec<String>,
    },
    /// The content of an attachment is not in the message; the caller has to fetch it.
    #[error("the content is not in the message, it has to be fetched from one of its links")]
    ContentNotFound {
        /// Where the content can be had.
        links: Vec<String>,
    },
    /// The message claims something that is not proved; do not believe it.
    #[error("untrusted message: {claim} is not proved{}", of(kid.as_ref(), did.as_ref()))]
    Untrusted {
        /// The claim.
        claim: Claim,
        /// The key that was to prove it.
        kid: Option<String>,
        /// The DID that is claimed.
        did: Option<String>,
    },
    /// The message is proved, and the operator demands more of it.
    #[error("refused by policy: {demand} is not met{}", of(None, did.as_ref()))]
    Policy {
        /// The demand that it does not meet.
        demand: Demand,
        /// The DID that is proved to be its sender.
        did: Option<String>,
    },
    /// The message cannot be decrypted. One constant text: what failed inside is nobody's business.
    #[error("the message cannot be decrypted")]
    Decryption,
    /// There is no memory for what the input takes; the caller may try again later.
    #[error("not enough memory")]
    Memory,
    /// The signature does not verify.
    #[error("the signature is not valid")]
    InvalidSignature,
    /// An answer came to an operation that has ended, or that had asked something else.
    #[error("{0}")]
    Answer(&'static str),
}

/// A key of a document, by what it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListedKey {
    /// The key's id.
    pub kid: String,
    /// Its curve, or what else makes it of no use.
    pub kind: String,
}

impl Display for ListedKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.kid, self.kind)
    }
}

/// What an operator can demand of a message.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Demand {
    /// It arrived encrypted.
    Encrypted,
    /// Its sender is proved.
    Authenticated,
    /// Its sender signed it.
    Signed,
    /// It has not expired.
    Unexpired,
    /// It keeps to the profile.
    Profile,
    /// Its sender is one of those allowed.
    Sender,
}

impl Demand {
    /// The option that demands it.
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

impl Display for Demand {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a message can claim without proving it.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Claim {
    /// `from` is the DID of the authcrypt key (`skid`).
    Sender,
    /// `from` is the DID of the signer.
    Signer,
    /// `to` has the DID of the key that opened the message.
    Recipient,
    /// `skid` and `apu` name one key.
    SenderKey,
    /// `apv` binds the list of recipients.
    Recipients,
    /// `from_prior` travels encrypted.
    RotationEncrypted,
    /// `iss` of `from_prior` is the DID of the key that signed it.
    RotationIssuer,
    /// `sub` of `from_prior` is `from`.
    RotationSubject,
    /// `aud` of `from_prior`, where present, names the recipient.
    RotationAudience,
    /// `from_prior` is valid now.
    RotationTime,
    /// The key that signed an attachment is one of the expected signer.
    AttachmentSigner,
    /// `hash` of an attachment is that of its content.
    ContentHash,
}

impl Claim {
    /// The claim as programs compare it.
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

impl Display for Claim {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The most that an error repeats of a name that a peer chose: no algorithm has a longer one.
const LONGEST_NAME: usize = 80;

/// The most kids that the text of an error lists; the field has more.
const MOST_KIDS: usize = 5;

/// The most keys of a document that the field of an error lists: whoever writes the document chooses how many.
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

/// What has to be remembered before the DID resolves; nothing for most DIDs.
fn needed(did: &str) -> &'static str {
    let hash = did.strip_prefix("did:peer:").filter(|peer| !peer.contains(':'));
    match hash.and_then(|peer| peer.chars().next()) {
        Some('1') => " (the hash of a genesis document, which is to be remembered first)",
        Some('3') => " (the hash of a did:peer:2, which is to be remembered first)",
        Some('4') => " (a short form, whose long form is to be seen or remembered first)",
        _ => "",
    }
}

fn some_of(kids: &[String]) -> String {
    let listed = kids.iter().take(MOST_KIDS).map(String::as_str).collect::<Vec<_>>().join(", ");
    match kids.len().saturating_sub(MOST_KIDS) {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}

fn listing(candidates: &[String]) -> String {
    if candidates.is_empty() { String::new() } else { format!(", but {}", some_of(candidates)) }
}

fn of(kid: Option<&String>, did: Option<&String>) -> String {
    let named = [("kid", kid), ("did", did)].into_iter();
    named.filter_map(|(name, value)| value.map(|value| format!(" ({name} {value})"))).collect()
}
