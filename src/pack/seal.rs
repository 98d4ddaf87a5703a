//! One encrypted layer (DIDComm v2.1, "DIDComm Encrypted Messages").

use zeroize::Zeroizing;

use super::keys::RecipientKey;
use crate::base64url;
use crate::caller::Caller;
use crate::crypto::agreement::{PartyInfo, Sending};
use crate::crypto::algorithm::{AgreementAlgorithm, ContentEncryption};
use crate::crypto::apv::apv;
use crate::crypto::key_wrap;
use crate::error::Result;
use crate::jose::jwe::{JweOut, MEDIA_TYPE, ProtectedOut};
use crate::keys::{Curve, SecretKey, SecretKind};

/// Encrypts for the recipients without naming a sender.
pub(super) fn anoncrypt(
    caller: &Caller,
    plaintext: String,
    curve: Curve,
    recipients: &[RecipientKey],
    encryption: ContentEncryption,
) -> Result<String> {
    seal(caller, plaintext, curve, recipients, encryption, None)
}

/// Encrypts for the recipients and proves to them, and to nobody else, who sent it.
pub(super) fn authcrypt(
    caller: &Caller,
    plaintext: String,
    curve: Curve,
    recipients: &[RecipientKey],
    sender: &SecretKey,
) -> Result<String> {
    // ECDH-1PU needs a content encryption that commits to its key, and this is the one
    seal(caller, plaintext, curve, recipients, ContentEncryption::A256CbcHs512, Some(sender))
}

fn seal(
    caller: &Caller,
    plaintext: String,
    curve: Curve,
    recipients: &[RecipientKey],
    encryption: ContentEncryption,
    sender: Option<&SecretKey>,
) -> Result<String> {
    let ephemeral = SecretKind::generate(curve, &mut |buffer| caller.random(buffer))?;
    let skid = sender.map(|sender| sender.kid().as_str());
    let apu = skid.unwrap_or_default().as_bytes();
    let apv = apv(recipients.iter().map(|recipient| recipient.kid.as_str()));
    let algorithm = if sender.is_some() { AgreementAlgorithm::Ecdh1Pu } else { AgreementAlgorithm::EcdhEs };
    let header = ProtectedOut {
        typ: MEDIA_TYPE,
        alg: algorithm.name(),
        enc: encryption.name(),
        skid,
        apu: skid.map(base64url::encode),
        apv: base64url::encode(apv),
        epk: ephemeral.public_key()?.to_jwk(),
    };
    let protected = base64url::encode(serde_json::to_string(&header).unwrap_or_default());
    let lengths = encryption.lengths();
    let mut cek = Zeroizing::new(vec![0; lengths.key]);
    let mut iv = vec![0; lengths.iv];
    caller.random(&mut cek);
    caller.random(&mut iv);
    let sealed = encryption.seal(&cek, &iv, protected.as_bytes(), plaintext.into_bytes())?;
    let info = PartyInfo { apu, apv: &apv };
    let recipients = recipients
        .iter()
        .map(|recipient| {
            let sending = Sending {
                ephemeral: &ephemeral,
                sender: sender.map(SecretKey::kind),
                recipient: &recipient.key,
            };
            let kek = sending.wrapping_key(info, &sealed.tag)?;
            Ok((&recipient.kid, key_wrap::wrap(&kek, &cek)?))
        })
        .collect::<Result<Vec<_>>>()?;
    let jwe = JweOut {
        protected: &protected,
        recipients,
        iv: &iv,
        ciphertext: &sealed.ciphertext,
        tag: &sealed.tag,
    };
    Ok(jwe.write())
}
