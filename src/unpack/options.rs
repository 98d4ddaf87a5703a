//! How a message is to be unpacked.

use super::policy::Policy;
use crate::did::DidSet;
use crate::limits::Limits;
use crate::message::form::Reading;

/// The treatment of a message whose `to` does not name the DID that it was encrypted to, and of a message that
/// is signed, not encrypted, and has no `to`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ToMismatch {
    /// Refuse it.
    #[default]
    Refuse,
    /// Warn of it. A signed and encrypted message is refused all the same: the signer meant another recipient.
    Warn,
}

/// How a message is to be unpacked.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct UnpackOptions {
    /// Whether every recipient key has to be held and to open the message.
    pub decrypt_by_all_keys: bool,
    /// Whether an anoncrypt layer without `apv` is read; its list of recipients is bound by nothing then.
    pub accept_missing_apv: bool,
    /// Whether a part that the receiver can do without is read as absent where its form is not the
    /// specification's; the message is refused otherwise.
    pub tolerate_form_faults: bool,
    /// Whether a mediator hands on an attachment that is not an encrypted message.
    pub forward_unencrypted: bool,
    /// Whether a forward that has reached us is handed out as it is; otherwise the message inside is.
    pub keep_forward: bool,
    /// What to do where `to` does not name the DID that the message was encrypted to, or a signed message
    /// has none.
    pub to_mismatch: ToMismatch,
    /// Our DIDs: a message in the open that is to none of them is warned of.
    pub own_dids: DidSet,
    /// What is demanded beside that all is proved.
    pub policy: Policy,
    /// What is too large to be read.
    pub limits: Limits,
}

impl UnpackOptions {
    /// How the plaintext is read.
    pub(super) fn reading(&self) -> Reading {
        let Limits { nesting, to, attachments, .. } = self.limits;
        Reading { nesting, to, attachments, tolerant: self.tolerate_form_faults }
    }
}
