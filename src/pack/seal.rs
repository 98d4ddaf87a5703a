//! Encrypt one layer (DIDComm v2.1, "DIDComm Encrypted Messages").

use zeroize::Zeroizing;

use super::keys::{Group, RecipientKey};
use crate::base64url::encoded_length;
use crate::caller::Caller;
use crate::crypto::agreement::agree;
use crate::crypto::algorithm::{AgreementAlgorithm, ContentEncryption};
use crate::crypto::apv::apv;
use crate::crypto::content::Lengths;
use crate::crypto::key_wrap;
use crate::crypto::random_bytes::RandomBytes;
use crate::crypto::shared_secret::SharedSecret;
use crate::crypto::wrapping_key::{self, PartyInfo};
use crate::did::DidUrl;
use crate::error::{Error, MOST_LISTED, Result};
use crate::jose::jwe::{JweOut, Protected};
use crate::keys::{Curve, PrivateKey, Secret};
use crate::memory::check_room;

/// Encrypts for the recipients without naming a sender.
pub(crate) async fn anoncrypt(
    caller: &Caller,
    plaintext: Vec<u8>,
    recipients: &Group,
    encryption: ContentEncryption,
) -> Result<String> {
    seal(caller, plaintext, recipients, encryption, None, Draft::Fourth).await
}

/// Encrypts for the recipients, and authenticates the sender to them and to no third party.
pub(super) async fn authcrypt(
    caller: &Caller,
    plaintext: Vec<u8>,
    recipients: &Group,
    sender: &Secret,
) -> Result<String> {
    // ECDH-1PU needs a content encryption that commits to its key, and only this one does
    seal(caller, plaintext, recipients, ContentEncryption::A256CbcHs512, Some(sender), Draft::Fourth).await
}

/// The same by draft 3 of ECDH-1PU, as Veramo reads it: for one key, because each of several recipients could forge
/// messages of the sender to the others.
pub(super) async fn authcrypt_draft_3(
    caller: &Caller,
    plaintext: Vec<u8>,
    recipients: &Group,
    sender: &Secret,
) -> Result<String> {
    if recipients.keys.len() > 1 {
        let kids: Vec<_> = recipients.keys.iter().take(MOST_LISTED).map(|one| one.kid.as_str()).collect();
        return Err(Error::misuse(format!(
            "`profile=\"veramo\"` encrypts to one key, and the recipient has {}: pass one of them in `to` ({})",
            recipients.keys.len(),
            kids.join(", ")
        )));
    }
    seal(caller, plaintext, recipients, ContentEncryption::A256CbcHs512, Some(sender), Draft::Third).await
}

/// The draft of ECDH-1PU. Draft 3 omits `apu`, `apv` and the tag, which bind the wrapped key to the envelope.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Draft {
    Third,
    Fourth,
}

/// The fresh random values of one envelope.
struct Fresh {
    ephemeral: PrivateKey,
    cek: Zeroizing<Vec<u8>>,
    iv: Vec<u8>,
}

impl Fresh {
    fn draw(caller: &Caller, curve: Curve, lengths: Lengths) -> Result<Self> {
        let mut draw = |buffer: &mut [u8]| caller.random(buffer);
        let count = [curve.field_length(), lengths.key, lengths.iv];
        let mut random = RandomBytes::new(&mut draw, count.into_iter().fold(0, usize::saturating_add));
        let ephemeral = PrivateKey::generate(curve, &mut |buffer| random.fill(buffer))?;
        let mut cek = Zeroizing::new(vec![0; lengths.key]);
        let mut iv = vec![0; lengths.iv];
        random.fill(&mut cek);
        random.fill(&mut iv);
        Ok(Self { ephemeral, cek, iv })
    }
}

async fn seal(
    caller: &Caller,
    plaintext: Vec<u8>,
    recipients: &Group,
    encryption: ContentEncryption,
    sender: Option<&Secret>,
    draft: Draft,
) -> Result<String> {
    let Group { curve, keys } = recipients;
    let is_bound = draft == Draft::Fourth;
    let cipher = encryption.cipher();
    let Fresh { ephemeral, cek, iv } = Fresh::draw(caller, *curve, cipher.lengths())?;
    let skid = sender.map(Secret::kid);
    let apu = skid.filter(|_| is_bound).map_or("", DidUrl::as_str).as_bytes();
    let apv = is_bound.then(|| apv(keys.iter().map(|recipient| recipient.kid.as_str())));
    let apv = apv.as_ref().map(AsRef::as_ref);
    let algorithm = if sender.is_some() { AgreementAlgorithm::Ecdh1Pu } else { AgreementAlgorithm::EcdhEs };
    let epk = ephemeral.public_key();
    let protected = Protected { algorithm, encryption, skid, apv, epk: &epk }.write();
    // room for the text of the envelope; the content is encrypted in place
    check_room(encoded_length(plaintext.len()))?;
    let mut content = plaintext;
    let tag = cipher.seal(&cek, &iv, protected.as_bytes(), &mut content)?;
    let info = PartyInfo { apu, apv: apv.unwrap_or_default() };
    let wrap = |recipient: &RecipientKey, own: Option<SharedSecret>| {
        let shared = agree(&ephemeral, &recipient.key)?;
        let kek = match own {
            None => wrapping_key::ecdh_es(&shared, info)?,
            Some(own) => wrapping_key::ecdh_1pu(&shared, &own, info, is_bound.then_some(tag.as_slice()))?,
        };
        key_wrap::wrap(&kek, &cek)
    };
    let wrapped = match sender {
        // one request to the external key for each recipient
        Some(sender @ Secret::External(_)) => {
            let mut wrapped = Vec::with_capacity(keys.len());
            for recipient in keys {
                wrapped.push(wrap(recipient, Some(caller.agree(sender, &recipient.key).await?))?);
            }
            wrapped
        }
        Some(Secret::Local(sender)) => {
            let own = |recipient: &RecipientKey| caller.agree_locally_with_peer(sender, &recipient.key);
            caller.run_each(keys, |recipient| wrap(recipient, Some(own(recipient)?))).await?
        }
        None => caller.run_each(keys, |recipient| wrap(recipient, None)).await?,
    };
    let wrapped = keys.iter().map(|recipient| &recipient.kid).zip(wrapped).collect();
    let jwe = JweOut { protected: &protected, recipients: wrapped, iv: &iv, ciphertext: &content, tag: &tag };
    Ok(jwe.write())
}
