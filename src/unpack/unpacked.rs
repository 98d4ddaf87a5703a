//! An unpacked message with its proofs.

use std::sync::{Arc, OnceLock};

use super::addressing::{SenderProved, SignerProved};
use super::layers::Layers;
use super::opened::Opened;
use super::report::{Report, replay_key};
use super::rotation::RotationProved;
use super::signed::Signed;
use super::warning::Warning;
use crate::caller::Caller;
use crate::crypto::algorithm::{ContentEncryption, SignatureAlgorithm};
use crate::did::{DidUrl, canonical};
use crate::message::Message;
use crate::replay_key::ReplayKey;

/// A message, with the proofs of its claims.
pub struct Unpacked {
    message: Arc<Message>,
    anoncrypt: Option<Opened>,
    authcrypt: Option<Opened>,
    signed: Option<Signed>,
    sender: Option<SenderProved>,
    signer: Option<SignerProved>,
    rotation: Option<RotationProved>,
    is_expired: bool,
    is_by_veramo: bool,
    warnings: Vec<Warning>,
    in_forward: bool,
    reported: Reported,
    replay_key: OnceLock<ReplayKey>,
}

/// The proved sender and the recipient, in the reported form of their DIDs.
#[derive(Default)]
struct Reported {
    sender: Option<String>,
    sender_long_form: Option<String>,
    recipient: Option<String>,
}

/// The results of comparing the plaintext with the layers: proofs and warnings.
pub(super) struct Findings {
    pub(super) sender: Option<SenderProved>,
    pub(super) signer: Option<SignerProved>,
    pub(super) rotation: Option<RotationProved>,
    pub(super) is_expired: bool,
    pub(super) is_by_veramo: bool,
    pub(super) warnings: Vec<Warning>,
}

impl Unpacked {
    pub(super) fn new(caller: &Caller, message: Message, layers: Layers, findings: Findings) -> Self {
        let Layers { anoncrypt, authcrypt, signed, .. } = layers;
        let authcrypt = authcrypt.map(|authcrypt| authcrypt.opened);
        let Findings { sender, signer, rotation, is_expired, is_by_veramo, warnings } = findings;
        let in_forward = false;
        let kid = sender.as_ref().map(SenderProved::kid).or_else(|| signer.as_ref().map(SignerProved::kid));
        let innermost = authcrypt.as_ref().or(anoncrypt.as_ref());
        let reported = Reported::of(caller, kid, innermost.map(|opened| &opened.kid));
        Self {
            message: Arc::new(message),
            anoncrypt,
            authcrypt,
            signed,
            sender,
            signer,
            rotation,
            is_expired,
            is_by_veramo,
            warnings,
            in_forward,
            reported,
            replay_key: OnceLock::new(),
        }
    }

    /// Marks the message as one that arrived in a forward to us.
    pub(super) fn mark_as_forwarded(self) -> Self {
        Self { in_forward: true, ..self }
    }

    /// The plaintext message.
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// Whether the message arrived encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.innermost_layer().is_some()
    }

    /// Whether the outermost layer hides the sender from everyone but the recipient.
    pub fn hides_sender(&self) -> bool {
        self.anoncrypt.is_some()
    }

    /// The proof that `from` encrypted the message.
    pub fn sender(&self) -> Option<&SenderProved> {
        self.sender.as_ref()
    }

    /// The proof that `from` signed the message.
    pub fn signer(&self) -> Option<&SignerProved> {
        self.signer.as_ref()
    }

    /// The sender proved by authcrypt or by a signature, as the canonical form of its DID.
    pub fn proved_sender(&self) -> Option<&str> {
        self.reported.sender.as_deref()
    }

    /// The long form of the proved sender, if it is a did:peer:4 whose long form was in the message or known.
    pub fn sender_long_form(&self) -> Option<&str> {
        self.reported.sender_long_form.as_deref()
    }

    /// Our DID that the message was encrypted to, in its canonical form.
    pub fn recipient(&self) -> Option<&str> {
        self.reported.recipient.as_deref()
    }

    /// The proof of a DID rotation, or of the end of the relationship.
    pub fn rotation(&self) -> Option<&RotationProved> {
        self.rotation.as_ref()
    }

    /// The keys that the message was encrypted to.
    pub fn encrypted_to(&self) -> Option<&[DidUrl]> {
        self.innermost_layer().map(|opened| opened.to.as_slice())
    }

    /// Our key that opened the message.
    pub fn recipient_kid(&self) -> Option<&DidUrl> {
        self.innermost_layer().map(|opened| &opened.kid)
    }

    /// The content encryption of the anoncrypt layer.
    pub fn anoncrypt(&self) -> Option<ContentEncryption> {
        self.anoncrypt.as_ref().map(|opened| opened.encryption)
    }

    /// The content encryption of the authcrypt layer.
    pub fn authcrypt(&self) -> Option<ContentEncryption> {
        self.authcrypt.as_ref().map(|opened| opened.encryption)
    }

    /// The algorithm of the signature.
    pub fn signature_algorithm(&self) -> Option<SignatureAlgorithm> {
        self.signed.as_ref().map(|signed| signed.algorithm)
    }

    /// The signed layer as it arrived, which third parties can verify.
    pub fn signed_message(&self) -> Option<&str> {
        self.signed.as_ref().map(Signed::jws)
    }

    /// Whether the message arrived in a forward to us, rewrapped by a mediator.
    pub fn was_in_forward(&self) -> bool {
        self.in_forward
    }

    /// Whether the message had expired when it was unpacked.
    pub fn is_expired(&self) -> bool {
        self.is_expired
    }

    /// Whether `accept_veramo` was on, and the message deviates from the specification as Veramo's messages do.
    pub fn is_by_veramo(&self) -> bool {
        self.is_by_veramo
    }

    /// Anomalies that are not a reason to refuse the message.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The replay key of the message, computed on the first call.
    ///
    /// An anonymous message is identified by its content, which cannot be changed without our key.
    pub fn replay_key(&self) -> &ReplayKey {
        self.replay_key.get_or_init(|| {
            replay_key(&self.message, self.proved_sender(), self.recipient_kid().map(DidUrl::did))
        })
    }

    /// The facts and warnings as plain data, without the proofs.
    pub fn into_report(self) -> Report {
        let innermost = self.authcrypt.as_ref().or(self.anoncrypt.as_ref());
        let encrypted_to = innermost.map(|opened| opened.to.clone());
        let recipient_kid = innermost.map(|opened| opened.kid.clone());
        Report {
            message: self.message,
            sender: self.reported.sender,
            sender_long_form: self.reported.sender_long_form,
            recipient: self.reported.recipient,
            encrypted_from: self.sender.map(|sender| sender.kid().clone()),
            encrypted_to,
            recipient_kid,
            sign_from: self.signer.map(|signer| signer.kid().clone()),
            rotation: self.rotation.map(RotationProved::into_rotation),
            anoncrypt: self.anoncrypt.map(|opened| opened.encryption),
            authcrypt: self.authcrypt.map(|opened| opened.encryption),
            signature_algorithm: self.signed.as_ref().map(|signed| signed.algorithm),
            signed_message: self.signed.map(Signed::into_jws),
            in_forward: self.in_forward,
            is_expired: self.is_expired,
            is_by_veramo: self.is_by_veramo,
            warnings: self.warnings,
            replay_key: self.replay_key,
        }
    }

    fn innermost_layer(&self) -> Option<&Opened> {
        self.authcrypt.as_ref().or(self.anoncrypt.as_ref())
    }
}

impl Reported {
    fn of(caller: &Caller, sender: Option<&DidUrl>, recipient: Option<&DidUrl>) -> Self {
        let canonical = |kid: &DidUrl, long: Option<&str>| canonical(kid.did(), long).into_owned();
        let has_other_form = |did: &str| did.starts_with("did:peer:3") || did.starts_with("did:peer:4");
        let known = |kid: &DidUrl| has_other_form(kid.did()).then(|| caller.long_form(kid.did())).flatten();
        let Some(kid) = sender else {
            let recipient = recipient.map(|kid| canonical(kid, known(kid).as_deref()));
            return Self { recipient, ..Self::default() };
        };
        let long = known(kid);
        let form = canonical(kid, long.as_deref());
        let is_long_form = form.starts_with("did:peer:4") && form != kid.did();
        let long_form = if is_long_form { Some(kid.did()) } else { long.as_deref() };
        Self {
            sender_long_form: long_form.filter(|long| *long != form).map(ToOwned::to_owned),
            recipient: recipient.map(|kid| canonical(kid, known(kid).as_deref())),
            sender: Some(form),
        }
    }
}
