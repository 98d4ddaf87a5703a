//! Open one encrypted layer with a given key, and check the claims of a plaintext, for callers with their own
//! unpacking.

use askar_crypto::buffer::SecretBytes;

use super::opened::{check_recipient_count, open};
use super::options::UnpackOptions;
use super::outermost::{accept, check_length};
use super::{addressing, rotation};
use crate::caller::Caller;
use crate::did::DidUrl;
use crate::error::{Claim, Error, Result};
use crate::jose::envelope::Envelope;
use crate::jose::jwe::Agreement;
use crate::keys::{PublicKey, Secret};
use crate::limits::Limits;
use crate::message::Message;

/// Opens a layer with this secret: anoncrypt without a sender, authcrypt with the sender's key, which the caller must
/// have found under `keyAgreement` of the DID of `skid`.
pub async fn open_layer(
    caller: &Caller,
    packed: &str,
    secret: &Secret,
    sender: Option<(&DidUrl, &PublicKey)>,
    options: &UnpackOptions,
) -> Result<SecretBytes> {
    check_length(packed, options)?;
    let Envelope::Encrypted(jwe) = Envelope::parse(packed, accept(options))? else {
        return Err(Error::malformed("message", "not encrypted"));
    };
    check_recipient_count(&jwe, options)?;
    let secrets = std::slice::from_ref(secret);
    let sender = match (&jwe.agreement, sender) {
        (Agreement::EcdhEs, None) => None,
        (Agreement::Ecdh1Pu { skid, .. }, Some((kid, key))) if skid == kid => Some(key),
        (Agreement::Ecdh1Pu { skid, .. }, Some(_)) => {
            let kid = Some(skid.to_string());
            return Err(Error::Untrusted { claim: Claim::SenderKey, kid, did: None });
        }
        (Agreement::EcdhEs, Some(_)) => return Err(Error::malformed("jwe.protected.alg", "not authcrypt")),
        (Agreement::Ecdh1Pu { .. }, None) => {
            return Err(Error::malformed("jwe.protected.alg", "not anoncrypt"));
        }
    };
    open(caller, jwe, secrets, sender).await.map(|(_, bytes)| bytes)
}

/// Refuses a plaintext whose claims about its sender are wrong.
///
/// `sender` is the key that authenticated its encryption. Without one, `from` is not checked and remains an unproved
/// claim. A rotation in `from_prior` must be signed by the prior DID for this `from`.
pub async fn check_claims(caller: &Caller, message: Message, sender: Option<&DidUrl>) -> Result<()> {
    if let Some(sender) = sender {
        addressing::compare_from(&message, sender, Claim::Sender)?;
    }
    // the recipient is unknown here, because the caller opened the layers
    let receiver = rotation::Receiver { did: None, ending_age: Limits::default().ending_age };
    rotation::verify(caller, message, true, receiver).await.map(|_| ())
}
