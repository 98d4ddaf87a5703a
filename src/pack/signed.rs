//! Pack signed messages: a JWS that any third party can verify.

use super::keys::{SigningKey, signing_key};
use crate::base64url::encoded_length;
use crate::caller::Caller;
use crate::did::{DidUrl, same_party};
use crate::error::{Error, Result};
use crate::jose::jws::{KidIn, Unsigned};
use crate::memory::check_room;
use crate::message::Message;

/// A signed message.
#[derive(Clone, Debug)]
pub struct PackedSigned {
    /// The text for the wire.
    pub text: String,
    /// The signing key.
    pub sign_from_kid: DidUrl,
}

/// Signs the message with a key that `signer` lists under `authentication`.
pub async fn pack_signed(
    caller: &Caller,
    message: Message,
    signer: &DidUrl,
    kid_in: KidIn,
) -> Result<PackedSigned> {
    if message.from_prior().is_some() {
        return Err(Error::misuse("`from_prior` requires an encrypted message: use `pack_encrypted`"));
    }
    let message = name_sender(message, signer)?;
    let key = signing_key(caller, signer).await?;
    let text = sign(caller, &key, &message.try_to_json()?, kid_in).await?;
    Ok(PackedSigned { text, sign_from_kid: key.kid().clone() })
}

/// Writes the sender into a message without `from`; another `from` is refused.
pub(super) fn name_sender(message: Message, sender: &DidUrl) -> Result<Message> {
    match message.from() {
        None => Ok(message.with_from(DidUrl::parse(sender.did())?)),
        Some(from) if same_party(from.did(), sender.did()) => Ok(message),
        Some(from) => Err(Error::misuse(format!(
            "`from` of the message is {from}, and its sender or signer is {}",
            sender.did()
        ))),
    }
}

pub(super) async fn sign(
    caller: &Caller,
    key: &SigningKey,
    plaintext: &str,
    kid_in: KidIn,
) -> Result<String> {
    check_room(encoded_length(plaintext.len()))?;
    let unsigned = Unsigned::new(key.kid(), key.algorithm(), plaintext, kid_in);
    let signature = key.sign(caller, unsigned.signing_input()).await?;
    Ok(unsigned.with(&signature))
}
