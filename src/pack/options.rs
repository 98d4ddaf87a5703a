//! Options of packing an encrypted message.

use crate::crypto::algorithm::ContentEncryption;
use crate::did::DidUrl;
use crate::jose::jws::KidIn;
use crate::keys::Curve;
use crate::limits::RECIPIENTS;
use crate::routing::{Choice, ForwardHeaders};

/// Options of packing an encrypted message.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct EncryptOptions {
    /// The sender, a DID or one of its keys, for authcrypt; `None` for anoncrypt.
    pub from: Option<DidUrl>,
    /// The signer, a DID or one of its keys.
    pub signer: Option<DidUrl>,
    /// The key of the prior DID that signs `from_prior`.
    pub from_prior_issuer_kid: Option<DidUrl>,
    /// The content encryption of anoncrypt.
    pub anoncrypt: ContentEncryption,
    /// Whether to hide the sender from everyone but the recipient.
    pub protect_sender: bool,
    /// Whether to use authcrypt for a message with both a signer and a sender.
    ///
    /// The specification advises against it: the signature proves the sender already.
    pub authcrypt_signed: bool,
    /// Whether a message with both a signer and a sender gets all three layers.
    ///
    /// The specification forbids it: anoncrypt around the signature hides and proves as much.
    pub anoncrypt_authcrypt_signed: bool,
    /// The header of the signature that holds `kid`.
    pub kid_in: KidIn,
    /// Whether the recipient reads as Veramo does: authcrypt by draft 3 of ECDH-1PU to one key, X25519, one layer.
    pub for_veramo: bool,
    /// The allowed curves, the preferred first.
    pub curves: Vec<Curve>,
    /// Whether a recipient with keys on several curves gets an envelope for each of them.
    pub every_curve: bool,
    /// Whether to skip the wrapping, even if the recipient has mediators.
    pub bare: bool,
    /// The selection of routes to the recipient.
    pub choice: Choice,
    /// Additional headers of every forward.
    pub forward_headers: ForwardHeaders,
    /// The maximum number of keys that a message to one recipient is encrypted to: those of the recipient in every
    /// envelope, and those of the mediators of the first delivery. Their documents choose the number of keys.
    pub most_keys: usize,
}

impl Default for EncryptOptions {
    fn default() -> Self {
        Self {
            from: None,
            signer: None,
            from_prior_issuer_kid: None,
            anoncrypt: ContentEncryption::default(),
            protect_sender: false,
            authcrypt_signed: false,
            anoncrypt_authcrypt_signed: false,
            kid_in: KidIn::default(),
            for_veramo: false,
            curves: Curve::FOR_AGREEMENT.to_vec(),
            every_curve: false,
            bare: false,
            choice: Choice::default(),
            forward_headers: ForwardHeaders::default(),
            most_keys: RECIPIENTS,
        }
    }
}
