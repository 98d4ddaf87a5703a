//! Pack bytes into an envelope for the recipients (Aries RFC 0019, "Pack Message").

use zeroize::Zeroizing;

use super::envelope::{self, Mode, RecipientOut};
use crate::caller::Caller;
use crate::crypto::agreement::agree;
use crate::crypto::content::{Cipher, Lengths};
use crate::crypto::crypto_box::{self, CryptoBox, sealed_nonce};
use crate::error::{Error, Result};
use crate::keys::{Curve, PrivateKey, Secret, Verkey};
use crate::limits::RECIPIENTS;

/// The lengths of the parts of the content.
const LENGTHS: Lengths = Cipher::C20P.lengths();

/// An envelope, ready for the wire.
#[derive(Clone, Debug)]
pub struct Packed {
    /// The text for the wire.
    pub text: String,
    /// The keys that the envelope was encrypted to.
    pub to: Vec<Verkey>,
    /// The sender's key; `None` in anoncrypt.
    pub from: Option<Verkey>,
}

/// Encrypts for the recipients: from the holder of a key (authcrypt), or anonymously (anoncrypt).
pub async fn pack(caller: &Caller, plaintext: &[u8], to: &[Verkey], from: Option<&Verkey>) -> Result<Packed> {
    if to.is_empty() {
        return Err(Error::misuse("`to` must have at least one recipient"));
    }
    if to.len() > RECIPIENTS {
        return Err(Error::misuse(format!("`to` must have at most {RECIPIENTS} keys, got {}", to.len())));
    }
    if to.iter().enumerate().any(|(place, verkey)| to.iter().take(place).any(|other| other == verkey)) {
        return Err(Error::misuse("`to` must not have the same recipient twice"));
    }
    let sender = match from {
        Some(verkey) => Some((verkey, find_agreement_secret(caller, std::slice::from_ref(verkey)).await?.1)),
        None => None,
    };
    let mut cek = Zeroizing::new([0; LENGTHS.key]);
    caller.random(cek.as_mut_slice());
    let mut recipients = Vec::with_capacity(to.len());
    for verkey in to {
        recipients.push(recipient(caller, verkey, &*cek, sender.as_ref()).await?);
    }
    let mode = if sender.is_some() { Mode::Authcrypt } else { Mode::Anoncrypt };
    let protected = envelope::protected_header(mode, recipients);
    let mut iv = [0; LENGTHS.iv];
    caller.random(&mut iv);
    let mut content = plaintext.to_vec();
    let tag = Cipher::C20P.seal(&*cek, &iv, protected.as_bytes(), &mut content)?;
    let text = envelope::write(&protected, &iv, &content, &tag);
    Ok(Packed { text, to: to.to_vec(), from: from.cloned() })
}

async fn recipient<'a>(
    caller: &Caller,
    to: &'a Verkey,
    cek: &[u8],
    sender: Option<&(&Verkey, Secret)>,
) -> Result<RecipientOut<'a>> {
    let Some((verkey, secret)) = sender else {
        return Ok(RecipientOut {
            kid: to.as_str(),
            encrypted_key: seal_box(caller, to, cek)?,
            sender: None,
        });
    };
    let mut nonce = [0; crypto_box::NONCE_LENGTH];
    caller.random(&mut nonce);
    let shared = caller
        .agree_with_peer(secret, to.agreement_key())
        .await
        .map_err(|error| explain_low_order(error, to))?;
    let encrypted_key = CryptoBox::new(&shared)?.seal(&nonce, cek)?;
    let sender = Some((seal_box(caller, to, verkey.as_str().as_bytes())?, nonce));
    Ok(RecipientOut { kid: to.as_str(), encrypted_key, sender })
}

/// Encrypts into a sealed box, which begins with its ephemeral public key.
fn seal_box(caller: &Caller, to: &Verkey, plaintext: &[u8]) -> Result<Vec<u8>> {
    let ephemeral = PrivateKey::generate(Curve::X25519, &mut |buffer| caller.random(buffer))?;
    let public = ephemeral.public_key();
    let shared = agree(&ephemeral, to.agreement_key()).map_err(|error| explain_low_order(error, to))?;
    let nonce = sealed_nonce(&public, to.agreement_key())?;
    Ok([public.bytes(), CryptoBox::new(&shared)?.seal(&nonce, plaintext)?].concat())
}

/// The error for a verkey of low order: its shared secrets are public, so everyone could decrypt the message.
fn explain_low_order(error: Error, to: &Verkey) -> Error {
    match error {
        Error::Decryption => {
            Error::misuse(format!("the verkey {to} is not usable for encryption: it is a point of low order"))
        }
        other => other,
    }
}

/// Finds the first of the verkeys with an available secret, and its X25519 secret.
///
/// The stored secret is the Ed25519 key or the derived X25519 key; an external key must agree as the latter.
pub(super) async fn find_agreement_secret(caller: &Caller, verkeys: &[Verkey]) -> Result<(Verkey, Secret)> {
    let (verkey, secret) = caller.find_secret_of(verkeys).await?;
    let another = || Error::misuse(format!("the secret stored for {verkey} is the secret of another key"));
    let Secret::Local(key) = &secret else {
        let fits = [verkey.agreement_key(), verkey.public_key()].iter().any(|key| secret.may_belong_to(key));
        return if fits { Ok((verkey, secret)) } else { Err(another()) };
    };
    if key.belongs_to(verkey.agreement_key()) {
        return Ok((verkey, secret));
    }
    match key.derived_agreement_key(key.kid().clone()) {
        Some(derived) if key.belongs_to(verkey.public_key()) => Ok((verkey, derived.into())),
        _ => Err(another()),
    }
}
