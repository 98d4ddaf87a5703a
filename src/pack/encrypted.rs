//! Encrypted messages: sign if asked, then encrypt for the recipient.

use super::keys::{recipients, sender_key, signing_key};
use super::rotation;
use super::seal::{anoncrypt, authcrypt};
use super::signed::{name_sender, sign};
use crate::caller::Caller;
use crate::crypto::algorithm::ContentEncryption;
use crate::did::{DidUrl, Service, same_party};
use crate::error::{Error, Result};
use crate::message::Message;

/// What is wanted beside encryption.
#[derive(Clone, Debug, Default)]
pub struct EncryptOptions {
    /// The sender, a DID or one of its keys: authcrypt. Without one: anoncrypt.
    pub from: Option<DidUrl>,
    /// The signer, a DID or one of its keys.
    pub signer: Option<DidUrl>,
    /// The key of the prior DID that signs `from_prior`.
    pub from_prior_issuer_kid: Option<DidUrl>,
    /// The content encryption of anoncrypt.
    pub anoncrypt: ContentEncryption,
    /// Whether the sender is hidden from everybody but the recipient.
    pub protect_sender: bool,
    /// Whether a message that has both a signer and a sender is authcrypted all the same.
    ///
    /// The specification advises against it: the signature proves the sender already.
    pub authcrypt_signed: bool,
}

/// An encrypted message.
#[derive(Clone, Debug)]
pub struct Packed {
    /// The text for the wire.
    pub text: String,
    /// The keys it was encrypted to.
    pub to_kids: Vec<DidUrl>,
    /// The key that authenticates the sender.
    pub from_kid: Option<DidUrl>,
    /// The key that signed.
    pub sign_from_kid: Option<DidUrl>,
    /// The key that signed `from_prior`.
    pub from_prior_issuer_kid: Option<DidUrl>,
    /// Where the recipient takes messages, in its order of preference.
    pub services: Vec<Service>,
}

/// Encrypts the message to all keys of `to` on one curve, or to the one key that `to` names.
pub async fn encrypted(
    caller: &Caller,
    message: Message,
    to: &DidUrl,
    options: &EncryptOptions,
) -> Result<Packed> {
    let message = address(message, to, options)?;
    let (message, from_prior_issuer_kid) =
        rotation::sign(caller, message, options.from_prior_issuer_kid.as_ref()).await?;
    let recipients = recipients(caller, to).await?;
    let mut text = message.to_json();
    let mut sign_from_kid = None;
    if let Some(signer) = &options.signer {
        let key = signing_key(caller, signer).await?;
        text = sign(&key, &text)?;
        sign_from_kid = Some(key.kid().clone());
    }
    let (curve, keys) = (recipients.curve, &recipients.keys);
    let mut from_kid = None;
    if let Some(from) = sender(options) {
        let key = sender_key(caller, from, &recipients).await?;
        text = authcrypt(caller, text, curve, keys, &key)?;
        from_kid = Some(key.kid().clone());
    }
    if from_kid.is_none() || (options.protect_sender && sign_from_kid.is_none()) {
        text = anoncrypt(caller, text, curve, keys, options.anoncrypt)?;
    }
    Ok(Packed {
        text,
        to_kids: keys.iter().map(|recipient| recipient.kid.clone()).collect(),
        from_kid,
        sign_from_kid,
        from_prior_issuer_kid,
        services: recipients.document.services().to_vec(),
    })
}

/// The sender to authcrypt as: a signed message has proved its sender, unless the caller insists.
fn sender(options: &EncryptOptions) -> Option<&DidUrl> {
    let signed = options.signer.is_some();
    options.from.as_ref().filter(|_| !signed || (options.authcrypt_signed && !options.protect_sender))
}

/// Makes headers and envelope agree; what every conforming recipient would refuse is refused here.
fn address(message: Message, to: &DidUrl, options: &EncryptOptions) -> Result<Message> {
    let mut message = message;
    for party in options.from.iter().chain(&options.signer) {
        message = name_sender(message, party)?;
    }
    match message.to() {
        Some(named) if named.iter().any(|did| same_party(did.did(), to.did())) => Ok(message),
        Some(_) => Err(Error::misuse(format!("the message is not to {}", to.did()))),
        // a signed message without `to` could be passed on to somebody else
        None if options.signer.is_some() => Ok(message.with_to(DidUrl::parse(to.did())?)),
        None => Ok(message),
    }
}
