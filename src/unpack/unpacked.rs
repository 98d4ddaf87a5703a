//! What is known of a message when every layer is open.

use super::Layers;
use super::addressing::{SenderProved, SignerProved};
use super::opened::Opened;
use super::rotation::RotationProved;
use super::signed::Signed;
use crate::crypto::algorithm::{ContentEncryption, SignatureAlgorithm};
use crate::did::DidUrl;
use crate::message::Message;

/// A message, and what was proved about it.
pub struct Unpacked {
    message: Message,
    anoncrypt: Option<Opened>,
    authcrypt: Option<Opened>,
    signed: Option<Signed>,
    sender: Option<SenderProved>,
    signer: Option<SignerProved>,
    rotation: Option<RotationProved>,
}

impl Unpacked {
    pub(super) fn new(
        message: Message,
        layers: Layers,
        sender: Option<SenderProved>,
        signer: Option<SignerProved>,
        rotation: Option<RotationProved>,
    ) -> Self {
        let Layers { anoncrypt, authcrypt, signed } = layers;
        let authcrypt = authcrypt.map(|authcrypt| authcrypt.opened);
        Self { message, anoncrypt, authcrypt, signed, sender, signer, rotation }
    }

    /// The plaintext message.
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// Whether it arrived encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.innermost().is_some()
    }

    /// Whether its outermost layer hides the sender from all but the recipient.
    pub fn hides_sender(&self) -> bool {
        self.anoncrypt.is_some()
    }

    /// The proof that `from` encrypted it.
    pub fn sender(&self) -> Option<&SenderProved> {
        self.sender.as_ref()
    }

    /// The proof that `from` signed it.
    pub fn signer(&self) -> Option<&SignerProved> {
        self.signer.as_ref()
    }

    /// The proof of a DID rotation, or of the end of the relationship.
    pub fn rotation(&self) -> Option<&RotationProved> {
        self.rotation.as_ref()
    }

    /// The keys it was encrypted to.
    pub fn encrypted_to(&self) -> Option<&[DidUrl]> {
        self.innermost().map(|opened| opened.to.as_slice())
    }

    /// The key of ours that opened it.
    pub fn recipient_kid(&self) -> Option<&DidUrl> {
        self.innermost().map(|opened| &opened.kid)
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

    /// The signed layer as it arrived, for third parties.
    pub fn signed_message(&self) -> Option<&str> {
        self.signed.as_ref().map(|signed| signed.jws.as_str())
    }

    fn innermost(&self) -> Option<&Opened> {
        self.authcrypt.as_ref().or(self.anoncrypt.as_ref())
    }
}
