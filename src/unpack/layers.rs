//! The opened layers of a message.

use super::opened::{Authcrypt, Opened};
use super::signed::Signed;

/// The opened layers, from the outside in.
#[derive(Default)]
pub(super) struct Layers {
    pub(super) anoncrypt: Option<Opened>,
    pub(super) authcrypt: Option<Authcrypt>,
    pub(super) signed: Option<Signed>,
    /// Whether a layer has no `apv`.
    pub(super) unbound: bool,
    /// Whether the authcrypt layer is by draft 3 of ECDH-1PU.
    pub(super) draft_3: bool,
}

impl Layers {
    /// Our DID, the recipient of the innermost encryption.
    pub(super) fn recipient(&self) -> Option<&str> {
        let authcrypt = self.authcrypt.as_ref().map(|authcrypt| &authcrypt.opened);
        authcrypt.or(self.anoncrypt.as_ref()).map(|opened| opened.kid.did())
    }
}
