//! Message layer addressing consistency (DIDComm v2.1): `from` and `to` must match the keys of the layers.

use super::layers::Layers;
use super::opened::{Authcrypt, Opened};
use super::options::ToMismatch;
use super::signed::Signed;
use super::warning::Warning;
use crate::crypto::signature::SignatureValid;
use crate::did::{DidSet, DidUrl, PartyName, same_party};
use crate::error::{Claim, Error, Result};
use crate::message::{Message, same_message_type};

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

/// Proves that `from` is the DID of the key that authenticated the encryption.
pub(super) fn sender(message: &Message, authcrypt: &Authcrypt) -> Result<SenderProved> {
    compare_from(message, &authcrypt.skid, Claim::Sender)?;
    Ok(SenderProved { kid: authcrypt.skid.clone(), _proof: () })
}

/// Proves that `from` is the DID of the signing key.
pub(super) fn signer(message: &Message, signed: &Signed) -> Result<SignerProved> {
    compare_from(message, &signed.kid, Claim::Signer)?;
    Ok(SignerProved { kid: signed.kid.clone(), _proof: signed.proof })
}

/// An invitation addresses every reader, so it may be signed without `to`.
const INVITATION: &str = "https://didcomm.org/out-of-band/2.0/invitation";

/// Checks `to`: where present, it must contain the DID whose key opened each layer; in a signed message it must be
/// present, except in an out-of-band invitation that is not encrypted.
///
/// Returns a warning if `mismatch` accepts a message that fails the check.
pub(super) fn recipients(
    message: &Message,
    layers: &Layers,
    mismatch: ToMismatch,
) -> Result<Option<Warning>> {
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
    if opened.is_empty() {
        return check_signed_recipient(message, layers, mismatch);
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
            Ok(Some(Warning::NotToRecipient))
        } else {
            Err(untrusted(opened))
        };
    }
    Ok(None)
}

/// Checks that a signed message without encryption has `to`: without it, a message to another recipient could be
/// passed off as one to us.
fn check_signed_recipient(
    message: &Message,
    layers: &Layers,
    mismatch: ToMismatch,
) -> Result<Option<Warning>> {
    let is_named = message.to().is_some_and(|to| !to.is_empty());
    if layers.signed.is_none() || is_named || same_message_type(message.message_type(), INVITATION) {
        return Ok(None);
    }
    match mismatch {
        ToMismatch::Warn => Ok(Some(Warning::MissingTo)),
        ToMismatch::Refuse => Err(Error::Untrusted { claim: Claim::Recipient, kid: None, did: None }),
    }
}

/// Whether `to`, where present, contains one of our DIDs.
pub(super) fn is_addressed_to_us(message: &Message, own: &DidSet) -> bool {
    message.to().is_none_or(|to| to.iter().any(|did| own.contains(did.did())))
}

/// Checks that `from` is the DID of this key.
pub(super) fn compare_from(message: &Message, kid: &DidUrl, claim: Claim) -> Result<()> {
    match message.from() {
        Some(from) if same_party(from.did(), kid.did()) => Ok(()),
        from => {
            Err(Error::Untrusted { claim, kid: Some(kid.to_string()), did: from.map(ToString::to_string) })
        }
    }
}
