//! The layers that were opened.

use super::opened::{Authcrypt, Opened};
use super::signed::Signed;

/// The layers that were opened, from the outside in.
#[derive(Default)]
pub(super) struct Layers {
    pub(super) anoncrypt: Option<Opened>,
    pub(super) authcrypt: Option<Authcrypt>,
    pub(super) signed: Option<Signed>,
    /// Whether a layer has no `apv`.
    pub(super) unbound: bool,
}

impl Layers {
    /// Our DID, to which the innermost encryption is addressed.
    pub(super) fn recipient(&self) -> Option<&str> {
        let authcrypt = self.authcrypt.as_ref().map(|authcrypt| &authcrypt.opened);
        authcrypt.or(self.anoncrypt.as_ref()).map(|opened| opened.kid.did())
    }
}
