//! One encrypted layer around any bytes, for callers with their own packing.

use super::keys::{Group, RecipientKey, recipients, sender_keys};
use super::seal::{anoncrypt, authcrypt};
use crate::caller::Caller;
use crate::crypto::algorithm::ContentEncryption;
use crate::did::DidUrl;
use crate::error::{Error, Result};
use crate::keys::{Curve, PublicKey, Secret};

/// The keys of one layer, all on one curve.
#[derive(Clone, Debug)]
pub struct LayerKeys {
    /// The recipient's keys, sorted by id.
    pub recipients: Vec<(DidUrl, PublicKey)>,
    /// The sender's key; `None` in anoncrypt.
    pub sender: Option<DidUrl>,
}

/// Chooses the same keys as packing: all of the recipient's on the first curve on which the sender has a key with an
/// available secret.
pub async fn layer_keys(
    caller: &Caller,
    to: &DidUrl,
    from: Option<&DidUrl>,
    curves: &[Curve],
) -> Result<LayerKeys> {
    let found = recipients(caller, to, curves).await?;
    let sender = match from {
        Some(from) => sender_keys(caller, from, &found, false).await?.into_iter().next(),
        None => None,
    };
    let mut groups = found.groups.into_iter();
    let group = match &sender {
        Some((curve, _)) => groups.find(|group| group.curve == *curve),
        None => groups.next(),
    };
    let group = group.ok_or_else(|| Error::misuse("`curves` must not be empty"))?;
    Ok(LayerKeys {
        recipients: group.keys.into_iter().map(|recipient| (recipient.kid, recipient.key)).collect(),
        sender: sender.map(|(_, secret)| secret.kid().clone()),
    })
}

/// Encrypts the bytes for these keys of one DID: authcrypt with a sender, anoncrypt without one.
pub async fn encrypt_layer(
    caller: &Caller,
    plaintext: Vec<u8>,
    recipients: Vec<(DidUrl, PublicKey)>,
    sender: Option<&Secret>,
    encryption: ContentEncryption,
) -> Result<String> {
    let group = group(recipients)?;
    match sender {
        None => anoncrypt(caller, plaintext, &group, encryption).await,
        Some(sender) if sender.may_lie_on(group.curve) => authcrypt(caller, plaintext, &group, sender).await,
        Some(sender) => Err(Error::misuse(format!(
            "the sender's key {} is not on the curve of the recipient",
            sender.kid()
        ))),
    }
}

/// The keys of one envelope: on one curve, because it has one ephemeral key, and of one DID, as recipients require.
fn group(recipients: Vec<(DidUrl, PublicKey)>) -> Result<Group> {
    let (first, key) = recipients.first().ok_or_else(|| Error::misuse("`recipients` must not be empty"))?;
    let curve = key.curve();
    if recipients.iter().any(|(_, key)| key.curve() != curve) {
        return Err(Error::misuse("`recipients` must be keys on one curve, got several curves"));
    }
    if recipients.iter().any(|(kid, _)| kid.did() != first.did()) {
        return Err(Error::misuse(
            "`recipients` must be keys of one DID, got keys of more than one recipient",
        ));
    }
    let mut keys: Vec<_> = recipients.into_iter().map(|(kid, key)| RecipientKey { kid, key }).collect();
    keys.sort_by(|one, other| one.kid.cmp(&other.kid));
    Ok(Group { curve, keys })
}
