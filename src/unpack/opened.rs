//! Open an encrypted layer.

use askar_crypto::buffer::SecretBytes;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::options::UnpackOptions;
use crate::caller::{Caller, ResolveOptions};
use crate::crypto::algorithm::ContentEncryption;
use crate::crypto::apv::apv;
use crate::crypto::key_wrap;
use crate::crypto::wrapping_key::{self, PartyInfo};
use crate::did::{DidUrl, Document, Relationship};
use crate::error::{Claim, Error, Result};
use crate::jose::jwe::{Agreement, Jwe, LEFT_OUT, Recipient};
use crate::keys::{PublicKey, Secret};
use crate::message::decrypted_text::DecryptedText;
use crate::message::shared_text::Source;

/// A layer opened with one of our keys. Only this module makes one.
pub(super) struct Opened {
    /// The keys that the layer was encrypted to.
    pub(super) to: Vec<DidUrl>,
    /// The kid of our key.
    pub(super) kid: DidUrl,
    pub(super) encryption: ContentEncryption,
}

/// A layer encrypted by the holder of `skid`: the DID lists the key under `keyAgreement`, and the content key could
/// be wrapped only with it or with our own key. Only this module makes one.
pub(super) struct Authcrypt {
    pub(super) opened: Opened,
    pub(super) skid: DidUrl,
}

/// Decrypted text, zeroed with its last reference.
pub(super) struct Plaintext(DecryptedText);

impl Plaintext {
    pub(super) fn new(bytes: SecretBytes) -> Result<Self> {
        Self::of(bytes.into_vec())
    }

    pub(super) fn of(bytes: Vec<u8>) -> Result<Self> {
        String::from_utf8(bytes).map(|text| Self(text.into())).map_err(|error| {
            error.into_bytes().zeroize();
            Error::malformed("message", "not UTF-8")
        })
    }
}

impl From<Plaintext> for Source {
    fn from(plaintext: Plaintext) -> Self {
        Self::Decrypted(plaintext.0)
    }
}

/// Opens an anoncrypt layer.
pub(super) async fn open_anoncrypt(
    caller: &Caller,
    jwe: Jwe<'_>,
    options: &UnpackOptions,
) -> Result<(Opened, Plaintext)> {
    let secrets = find_secrets(caller, &jwe, options).await?;
    let (opened, bytes) = open(caller, jwe, &secrets, None).await?;
    Ok((opened, Plaintext::new(bytes)?))
}

/// Opens an authcrypt layer, which authenticates the holder of `skid`.
pub(super) async fn open_authcrypt(
    caller: &Caller,
    jwe: Jwe<'_>,
    skid: DidUrl,
    options: &UnpackOptions,
) -> Result<(Authcrypt, Plaintext)> {
    let secrets = find_secrets(caller, &jwe, options).await?;
    let options = ResolveOptions::UNPROVED;
    let document = caller.resolve_key(&skid, Relationship::KeyAgreement, options).await?;
    let sender = sender_key(&document, &skid)?;
    let key = match content_key(caller, &jwe, &secrets, Some(sender)).await {
        // the DID may list another key under that kid now
        Err(Error::Decryption) => match caller.resolve_again(skid.did(), options).await? {
            Some(fresh) if fresh.key(Relationship::KeyAgreement, &skid)?.key().ok() != Some(sender) => {
                content_key(caller, &jwe, &secrets, Some(sender_key(&fresh, &skid)?)).await?
            }
            _ => return Err(Error::Decryption),
        },
        key => key?,
    };
    let (opened, bytes) = decrypt(jwe, &secrets, &key)?;
    Ok((Authcrypt { opened, skid }, Plaintext::new(bytes)?))
}

fn sender_key<'a>(document: &'a Document, skid: &DidUrl) -> Result<&'a PublicKey> {
    let method = document.key(Relationship::KeyAgreement, skid)?;
    method.key().map_err(|unusable| Error::unsupported("sender key", unusable.reason.clone()))
}

/// Finds our secrets among the recipients, after the check of `apv`.
async fn find_secrets(caller: &Caller, jwe: &Jwe<'_>, options: &UnpackOptions) -> Result<Vec<Secret>> {
    check_recipient_count(jwe, options)?;
    let kids: Vec<_> = jwe.kids().collect();
    if options.decrypt_by_all_keys {
        caller.find_every_secret(&kids).await
    } else {
        Ok(vec![caller.find_secret(&kids).await?])
    }
}

/// Checks that `apv` matches the list of recipients.
pub(super) fn check_recipient_count(jwe: &Jwe<'_>, options: &UnpackOptions) -> Result<()> {
    match &jwe.apv {
        Some(named) if bool::from(named.as_slice().ct_eq(&apv(jwe.kids().map(DidUrl::as_str)))) => Ok(()),
        Some(_) => Err(Error::Untrusted { claim: Claim::Recipients, kid: None, did: None }),
        None if options.accepts_missing_apv() && matches!(jwe.agreement, Agreement::EcdhEs) => Ok(()),
        // draft 3: for a single recipient there is no list to bind
        None if matches!(jwe.agreement, Agreement::Ecdh1Pu { apu: None, .. }) => Ok(()),
        None => Err(Error::malformed("jwe.protected.apv", LEFT_OUT)),
    }
}

/// Opens the layer with these secrets, all of which must unwrap it; `sender` must be the key of `skid`.
pub(super) async fn open(
    caller: &Caller,
    jwe: Jwe<'_>,
    secrets: &[Secret],
    sender: Option<&PublicKey>,
) -> Result<(Opened, SecretBytes)> {
    let key = content_key(caller, &jwe, secrets, sender).await?;
    decrypt(jwe, secrets, &key)
}

/// Unwraps the content key, which must be the same with each of these secrets.
async fn content_key(
    caller: &Caller,
    jwe: &Jwe<'_>,
    secrets: &[Secret],
    sender: Option<&PublicKey>,
) -> Result<SecretBytes> {
    let mut cek: Option<SecretBytes> = None;
    for secret in secrets {
        let unwrapped = unwrap(caller, jwe, secret, sender).await?;
        match &cek {
            Some(first) if !bool::from(first.as_ref().ct_eq(unwrapped.as_ref())) => {
                return Err(Error::Decryption);
            }
            Some(_) => {}
            None => cek = Some(unwrapped),
        }
    }
    cek.ok_or(Error::Decryption)
}

fn decrypt(mut jwe: Jwe<'_>, secrets: &[Secret], cek: &SecretBytes) -> Result<(Opened, SecretBytes)> {
    let secret = secrets.first().ok_or(Error::Decryption)?;
    let mut bytes = SecretBytes::from(std::mem::take(&mut jwe.ciphertext));
    jwe.encryption.cipher().open(cek.as_ref(), &jwe.iv, &jwe.additional_data(), &mut bytes, &jwe.tag)?;
    let to = jwe.recipients.into_iter().map(|recipient| recipient.kid).collect();
    Ok((Opened { to, kid: secret.kid().clone(), encryption: jwe.encryption }, bytes))
}

async fn unwrap(
    caller: &Caller,
    jwe: &Jwe<'_>,
    secret: &Secret,
    sender: Option<&PublicKey>,
) -> Result<SecretBytes> {
    let is_ours = |recipient: &&Recipient| recipient.kid == *secret.kid();
    let recipient = jwe.recipients.iter().find(is_ours).ok_or(Error::Decryption)?;
    let curve = recipient.epk.curve();
    let fits = sender.is_none_or(|sender| sender.curve() == curve) && secret.may_lie_on(curve);
    if !fits {
        return Err(Error::malformed(
            "jwe.protected.epk",
            "its curve is not the curve of the recipient's or the sender's key",
        ));
    }
    let apu = match &jwe.agreement {
        Agreement::EcdhEs => None,
        Agreement::Ecdh1Pu { apu, .. } => apu.as_deref(),
    };
    let info = PartyInfo { apu: apu.unwrap_or_default(), apv: jwe.apv.as_deref().unwrap_or_default() };
    let shared = caller.agree(secret, &recipient.epk).await?;
    let kek = match sender {
        None => wrapping_key::ecdh_es(&shared, info)?,
        Some(sender) => {
            let own = caller.agree_with_peer(secret, sender).await?;
            // draft 3 has no `apu`, and derives the key without the tag
            wrapping_key::ecdh_1pu(&shared, &own, info, apu.map(|_| jwe.tag.as_slice()))?
        }
    };
    key_wrap::unwrap(&kek, &recipient.encrypted_key)
}
