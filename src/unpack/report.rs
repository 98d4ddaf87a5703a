//! The report of an unpacked message: plain data to store, compare and send, without the proofs.

use std::sync::{Arc, OnceLock};

use super::warning::Warning;
use crate::crypto::algorithm::{ContentEncryption, SignatureAlgorithm};
use crate::did::{DidUrl, shortest_form};
use crate::message::shared_text::Source;
use crate::message::{FromPrior, Message};
use crate::replay_key::ReplayKey;

/// A message, with the facts and warnings from its unpacking.
///
/// It proves nothing by itself, because a caller can construct one. The core bases no decision on a report.
#[derive(Debug)]
pub struct Report {
    /// The plaintext message.
    pub message: Arc<Message>,
    /// The proved sender, as the canonical form of its DID.
    pub sender: Option<String>,
    /// The long form of the sender, if it is a did:peer:4 whose long form was in the message or known.
    pub sender_long_form: Option<String>,
    /// Our DID that the message was encrypted to, in its canonical form.
    pub recipient: Option<String>,
    /// The sender's key in authcrypt.
    pub encrypted_from: Option<DidUrl>,
    /// The keys that the message was encrypted to.
    pub encrypted_to: Option<Vec<DidUrl>>,
    /// Our key that opened the message.
    pub recipient_kid: Option<DidUrl>,
    /// The signing key.
    pub sign_from: Option<DidUrl>,
    /// The DID rotation, or the end of the relationship.
    pub rotation: Option<Rotation>,
    /// The content encryption of the anoncrypt layer.
    pub anoncrypt: Option<ContentEncryption>,
    /// The content encryption of the authcrypt layer.
    pub authcrypt: Option<ContentEncryption>,
    /// The algorithm of the signature.
    pub signature_algorithm: Option<SignatureAlgorithm>,
    pub(super) signed_message: Option<Arc<Source>>,
    /// Whether the message arrived in a forward to us, rewrapped by a mediator.
    pub in_forward: bool,
    /// Whether the message had expired when it was unpacked.
    pub is_expired: bool,
    /// Whether `accept_veramo` was on, and the message deviates from the specification as Veramo's messages do.
    pub is_by_veramo: bool,
    /// Anomalies that are not a reason to refuse the message.
    pub warnings: Vec<Warning>,
    pub(super) replay_key: OnceLock<ReplayKey>,
}

/// A DID rotation, or the end of a relationship.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rotation {
    /// The claims of the rotation.
    pub claims: FromPrior,
    /// The signing key of the prior DID.
    pub issuer_kid: DidUrl,
    /// The token as it arrived.
    pub jwt: String,
}

impl Report {
    /// A report without any fact or warning.
    pub fn new(message: Arc<Message>) -> Self {
        Self {
            message,
            sender: None,
            sender_long_form: None,
            recipient: None,
            encrypted_from: None,
            encrypted_to: None,
            recipient_kid: None,
            sign_from: None,
            rotation: None,
            anoncrypt: None,
            authcrypt: None,
            signature_algorithm: None,
            signed_message: None,
            in_forward: false,
            is_expired: false,
            is_by_veramo: false,
            warnings: Vec::new(),
            replay_key: OnceLock::new(),
        }
    }

    /// The signed layer as it arrived, which third parties can verify.
    pub fn signed_message(&self) -> Option<&str> {
        self.signed_message.as_ref().map(|jws| jws.as_str())
    }

    /// The same report with this signed layer.
    #[must_use]
    pub fn with_signed_message(self, jws: Option<String>) -> Self {
        Self { signed_message: jws.map(|jws| Arc::new(Source::Open(jws))), ..self }
    }

    /// The replay key of the message, computed on the first call.
    pub fn replay_key(&self) -> &ReplayKey {
        self.replay_key.get_or_init(|| {
            let recipient = self.recipient_kid.as_ref().map(DidUrl::did);
            replay_key(&self.message, self.sender.as_deref(), recipient)
        })
    }

    /// Whether the facts and warnings are equal; the messages may differ.
    pub fn has_same_facts(&self, other: &Self) -> bool {
        let findings = |report: &Self| {
            (
                report.sender.clone(),
                report.sender_long_form.clone(),
                report.recipient.clone(),
                report.encrypted_from.clone(),
                report.encrypted_to.clone(),
                report.recipient_kid.clone(),
                report.sign_from.clone(),
                report.rotation.clone(),
                (report.anoncrypt, report.authcrypt, report.signature_algorithm),
                (report.in_forward, report.is_expired, report.is_by_veramo, report.warnings.clone()),
            )
        };
        findings(self) == findings(other)
            && self.signed_message() == other.signed_message()
            && self.message.form_faults() == other.message.form_faults()
    }
}

impl PartialEq for Report {
    fn eq(&self, other: &Self) -> bool {
        self.message == other.message && self.has_same_facts(other)
    }
}

/// The replay key of a message from this sender to this DID of ours.
pub(super) fn replay_key(message: &Message, sender: Option<&str>, recipient: Option<&str>) -> ReplayKey {
    let content = sender.is_none().then(|| message.to_json());
    ReplayKey::new(
        sender.map(|did| shortest_form(did).into_owned()),
        recipient.map(|did| shortest_form(did).into_owned()),
        Some(message.id().to_owned()),
        content.as_deref().map(str::as_bytes),
        message.expires_time(),
    )
}
