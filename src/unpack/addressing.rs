//! Message layer addressing consistency (DIDComm v2.1): the plaintext has to say what the layers proved.

use super::Layers;
use super::opened::{Authcrypt, Opened};
use super::signed::Signed;
use crate::crypto::signature::SignatureValid;
use crate::did::{DidUrl, Parties, PartyName, same_party};
use crate::error::{Claim, Error, Result};
use crate::message::Message;

/// Proof that `from` encrypted the message. Only the comparison of `from` with `skid` makes one.
#[derive(Clone, Debug)]
pub struct SenderProved {
    kid: DidUrl,
    _proof: (),
}

impl SenderProved {
    /// The sender's key agreement key.
    pub fn kid(&self) -> &DidUrl {
        &self.kid
    }
}

/// Proof that `from` signed the message. Only the comparison of `from` with the signer makes one.
#[derive(Clone, Debug)]
pub struct SignerProved {
    kid: DidUrl,
    _proof: SignatureValid,
}

impl SignerProved {
    /// The signer's key.
    pub fn kid(&self) -> &DidUrl {
        &self.kid
    }
}

/// `from` is the DID of the key that authenticated the encryption.
pub(super) fn sender(message: &Message, authcrypt: &Authcrypt) -> Result<SenderProved> {
    compare_from(message, &authcrypt.skid, Claim::Sender)?;
    Ok(SenderProved { kid: authcrypt.skid.clone(), _proof: () })
}

/// `from` is the DID of the key that signed.
pub(super) fn signer(message: &Message, signed: &Signed) -> Result<SignerProved> {
    compare_from(message, &signed.kid, Claim::Signer)?;
    Ok(SignerProved { kid: signed.kid.clone(), _proof: signed.proof })
}

/// What to do with a message whose `to` does not name the DID that it was encrypted to.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ToMismatch {
    /// Refuse it.
    #[default]
    Refuse,
    /// Warn of it, unless a signature binds `to`: such a message was passed on, and is refused all the same.
    Warn,
}

/// `to`, where present, names the party whose key opened each layer; inside a signature it has to be there.
///
/// Returns whether that holds; where a mismatch is tolerated, it need not.
pub(super) fn recipients(message: &Message, layers: &Layers, mismatch: ToMismatch) -> Result<bool> {
    let opened: Vec<&Opened> =
        layers.anoncrypt.iter().chain(layers.authcrypt.iter().map(|authcrypt| &authcrypt.opened)).collect();
    let untrusted = |opened: &Opened| Error::Untrusted {
        claim: Claim::Recipient,
        kid: Some(opened.kid.to_string()),
        did: Some(opened.kid.did().to_owned()),
    };
    if let [outer, inner] = opened.as_slice()
        && !same_party(outer.kid.did(), inner.kid.did())
    {
        return Err(untrusted(outer));
    }
    for opened in opened {
        let named = match message.to() {
            Some(to) => {
                let ours = PartyName::of(opened.kid.did());
                to.iter().any(|did| did.did() == opened.kid.did()) || to.iter().any(|did| ours.is(did.did()))
            }
            None => layers.signed.is_none(),
        };
        if named {
            continue;
        }
        return if mismatch == ToMismatch::Warn && layers.signed.is_none() {
            Ok(false)
        } else {
            Err(untrusted(opened))
        };
    }
    Ok(true)
}

/// Whether `to`, where present, names one of our DIDs.
pub(super) fn names_us(message: &Message, own: &Parties) -> bool {
    message.to().is_none_or(|to| to.iter().any(|did| own.contains(did.did())))
}

/// `from` is the DID of this key.
pub(super) fn compare_from(message: &Message, kid: &DidUrl, claim: Claim) -> Result<()> {
    match message.from() {
        Some(from) if same_party(from.did(), kid.did()) => Ok(()),
        from => {
            Err(Error::Untrusted { claim, kid: Some(kid.to_string()), did: from.map(ToString::to_string) })
        }
    }
}
