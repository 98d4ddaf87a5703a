//! Unpacking: an envelope is opened with one of our keys (Aries RFC 0019, "Unpack Message").

use askar_crypto::buffer::SecretBytes;

use super::envelope::{Envelope, Recipient, SealedSender};
use super::pack::agreement_secret;
use super::report::Report;
use crate::base64url;
use crate::caller::Caller;
use crate::crypto::backend::Cipher;
use crate::crypto::crypto_box::{CryptoBox, sealed_nonce, split_sealed};
use crate::error::{Error, Result};
use crate::keys::{Curve, PublicKey, Secret, Verkey};
use crate::limits::Limits;
use crate::replay_key::ReplayKey;

/// A message of DIDComm v1, and what was proved about it.
pub struct Unpacked {
    report: Report,
    sender: Option<VerkeyProved>,
}

/// The proof that the holder of a verkey chose the content key, and chose it for us. Only opening makes one.
///
/// It says nothing of DIDs, and of the content only as much as the recipients of messages to several can be
/// trusted not to use its content key again; see [`crate::v1`].
pub struct VerkeyProved(Verkey);

impl VerkeyProved {
    /// The verkey.
    pub fn verkey(&self) -> &Verkey {
        &self.0
    }
}

impl Unpacked {
    /// The bytes that were packed.
    pub fn content(&self) -> &[u8] {
        self.report.content()
    }

    /// The JSON text that was packed; an error where it is anything else than an object, as in Aries RFC 0020.
    pub fn json(&self) -> Result<&str> {
        self.report.json()
    }

    /// A member of the JSON object that is a string: `@type`, `@id`; none where there is none, nor an object.
    pub fn text(&self, name: &str) -> Option<String> {
        self.report.text(name)
    }

    /// The proof of its sender's verkey; none in anoncrypt.
    pub fn sender(&self) -> Option<&VerkeyProved> {
        self.sender.as_ref()
    }

    /// The key of ours that opened it.
    pub fn recipient(&self) -> &Verkey {
        self.report.recipient()
    }

    /// All keys that it says it was encrypted to, ours among them.
    pub fn encrypted_to(&self) -> &[String] {
        self.report.encrypted_to()
    }

    /// What identifies the message, computed at the first call.
    pub fn replay_key(&self) -> &ReplayKey {
        self.report.replay_key()
    }

    /// What was proved, in plain words.
    pub fn into_report(self) -> Report {
        self.report
    }
}

/// Opens an envelope with the first of its recipients' keys that is held.
pub async fn unpack(caller: &Caller, packed: &str, limits: &Limits) -> Result<Unpacked> {
    if packed.len() > limits.bytes {
        let reason = format!("longer than the {} bytes that are read", limits.bytes);
        return Err(Error::malformed("message", reason));
    }
    let envelope = Envelope::parse(packed, limits.recipients)?;
    let kids = || envelope.recipients.iter().map(|recipient| recipient.kid.clone());
    // a key of another kind may stand beside ours
    let verkeys: Vec<_> = kids().filter_map(|kid| Verkey::parse(&kid).ok()).collect();
    let (recipient, secret) = agreement_secret(caller, &verkeys).await.map_err(|error| match error {
        Error::SecretNotFound { .. } => Error::SecretNotFound { kids: kids().collect() },
        other => other,
    })?;
    let ours = |entry: &&Recipient| entry.kid == recipient.as_str();
    let entry = envelope.recipients.iter().find(ours).ok_or(Error::Decryption)?;
    let own = Own { verkey: &recipient, secret: &secret };
    let (cek, sender) = own.content_key(caller, entry).await?;
    let Envelope { iv, ciphertext, tag, .. } = &envelope;
    let mut content = SecretBytes::from_slice(ciphertext);
    Cipher::C20P.open(cek.as_ref(), iv, envelope.additional_data(), &mut content, tag)?;
    let to = kids().collect();
    let named = sender.as_ref().map(|sender| sender.verkey().clone());
    Ok(Unpacked { report: Report::new(content, recipient, to, named, limits.nesting), sender })
}

/// A key of ours, in both of its forms.
struct Own<'a> {
    verkey: &'a Verkey,
    secret: &'a Secret,
}

impl Own<'_> {
    async fn content_key(
        &self,
        caller: &Caller,
        entry: &Recipient,
    ) -> Result<(SecretBytes, Option<VerkeyProved>)> {
        const RECIPIENT: &str = "envelope.protected.recipients";
        let encrypted_key = base64url::decode_padded(&entry.encrypted_key, RECIPIENT)?;
        let Some(SealedSender { sealed, nonce }) = &entry.sender else {
            return Ok((self.unseal(caller, &encrypted_key).await?, None));
        };
        let sealed = base64url::decode_padded(sealed, RECIPIENT)?;
        let nonce = base64url::decode_padded(nonce, RECIPIENT)?;
        let named = self.unseal(caller, &sealed).await?;
        let named = str::from_utf8(named.as_ref()).map_err(|_| Error::Decryption)?;
        let sender = Verkey::parse(named).map_err(|_| Error::Decryption)?;
        let shared = caller.agree_with_peer(self.secret, sender.agreement_key()).await?;
        let cek = CryptoBox::new(&shared)?.open(&nonce, &encrypted_key)?;
        Ok((cek, Some(VerkeyProved(sender))))
    }

    async fn unseal(&self, caller: &Caller, sealed: &[u8]) -> Result<SecretBytes> {
        let (ephemeral, boxed) = split_sealed(sealed)?;
        let ephemeral = PublicKey::from_bytes(Curve::X25519, ephemeral).map_err(|_| Error::Decryption)?;
        let shared = caller.agree(self.secret, &ephemeral).await?;
        let nonce = sealed_nonce(&ephemeral, self.verkey.agreement_key())?;
        CryptoBox::new(&shared)?.open(&nonce, boxed)
    }
}
