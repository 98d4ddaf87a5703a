//! Options of unpacking.

use super::policy::Policy;
use crate::did::DidSet;
use crate::limits::Limits;
use crate::message::form::{Reading, Tolerance};

/// The treatment of a message whose `to` does not contain the DID of its encryption, and of a message that is signed,
/// not encrypted, and without `to`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ToMismatch {
    /// Refuse the message.
    #[default]
    Refuse,
    /// Accept the message with a warning. A signed and encrypted message is refused even so: its signer addressed
    /// another recipient.
    Warn,
}

/// Options of unpacking.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct UnpackOptions {
    /// Whether the secret of every recipient key must be available and must open the message.
    pub decrypt_by_all_keys: bool,
    /// Whether to accept an anoncrypt layer without `apv`, whose list of recipients is then not authenticated.
    pub accept_missing_apv: bool,
    /// Whether to accept what Veramo writes: authcrypt by draft 3 of ECDH-1PU to one key, anoncrypt without `apv`, and
    /// times as strings.
    pub accept_veramo: bool,
    /// Whether to read an optional part of an invalid form as absent; otherwise the message is refused.
    pub tolerate_form_faults: bool,
    /// Whether a mediator accepts an attachment that is not an encrypted message.
    pub forward_unencrypted: bool,
    /// Whether to return a forward to us as it is; otherwise the message inside is returned.
    pub keep_forward: bool,
    /// The treatment of a message whose `to` does not contain the DID of its encryption, or which is signed and has no
    /// `to`.
    pub to_mismatch: ToMismatch,
    /// Our DIDs: a message without encryption to none of them gets a warning.
    pub own_dids: DidSet,
    /// The operator's policy for messages whose claims are proved.
    pub policy: Policy,
    /// The input limits.
    pub limits: Limits,
}

impl UnpackOptions {
    /// Whether anoncrypt without `apv` is accepted.
    pub(super) fn accepts_missing_apv(&self) -> bool {
        self.accept_missing_apv || self.accept_veramo
    }

    /// The options for reading the plaintext.
    pub(super) fn reading_options(&self) -> Reading {
        let Limits { nesting, to, attachments, .. } = self.limits;
        let tolerance = if self.tolerate_form_faults {
            Tolerance::Optional
        } else if self.accept_veramo {
            Tolerance::Dates
        } else {
            Tolerance::Nothing
        };
        Reading { nesting, to, attachments, tolerance }
    }
}
