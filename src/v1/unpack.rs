//! Unpack an envelope with one of our keys (Aries RFC 0019, "Unpack Message").

use askar_crypto::buffer::SecretBytes;

use super::envelope::{Envelope, Recipient, SealedSender};
use super::pack::find_agreement_secret;
use super::report::Report;
use crate::base64url;
use crate::caller::Caller;
use crate::crypto::content::Cipher;
use crate::crypto::crypto_box::{CryptoBox, sealed_nonce, split_sealed};
use crate::error::{Error, Result};
use crate::jose::wire::Wire;
use crate::keys::{Curve, PublicKey, Secret, Verkey};
use crate::limits::Limits;
use crate::replay_key::ReplayKey;

/// A message of DIDComm v1, with the proof of its sender.
pub struct Unpacked {
    report: Report,
    sender: Option<VerkeyProved>,
}

/// Proof that the holder of a verkey chose the content key for us. Only opening an envelope makes one.
///
/// It never proves a DID. It proves the content only as far as the other recipients of messages to several can be trusted
/// not to reuse a content key; see [`crate::v1`].
pub struct VerkeyProved(Verkey);

impl VerkeyProved {
    /// The verkey.
    pub fn verkey(&self) -> &Verkey {
        &self.0
    }
}

impl Unpacked {
    /// The packed bytes.
    pub fn content(&self) -> &[u8] {
        self.report.content()
    }

    /// The content as the JSON text of an object, as in Aries RFC 0020; an error for any other content.
    pub fn json(&self) -> Result<&str> {
        self.report.json()
    }

    /// A string member of the JSON object, such as `@type` or `@id`; `None` for any other content.
    pub fn text(&self, name: &str) -> Option<String> {
        self.report.text(name)
    }

    /// The proof of the sender's verkey; `None` in anoncrypt.
    pub fn sender(&self) -> Option<&VerkeyProved> {
        self.sender.as_ref()
    }

    /// Our key that opened the message.
    pub fn recipient(&self) -> &Verkey {
        self.report.recipient()
    }

    /// The keys of all claimed recipients, including ours.
    pub fn encrypted_to(&self) -> &[String] {
        self.report.encrypted_to()
    }

    /// The replay key of the message, computed on the first call.
    pub fn replay_key(&self) -> &ReplayKey {
        self.report.replay_key()
    }

    /// The facts as plain data, without the proof.
    pub fn into_report(self) -> Report {
        self.report
    }
}

/// Opens an envelope with the first of its recipients' keys with an available secret.
pub async fn unpack(caller: &Caller, packed: &str, limits: &Limits) -> Result<Unpacked> {
    if packed.len() > limits.bytes {
        let reason = format!("longer than the maximum of {} bytes", limits.bytes);
        return Err(Error::malformed("message", reason));
    }
    open(caller, Envelope::parse(packed, limits.recipients)?, limits).await
}

/// Opens an envelope whose members are parsed.
pub(crate) async fn unpack_wire(caller: &Caller, wire: &Wire<'_>, limits: &Limits) -> Result<Unpacked> {
    open(caller, Envelope::of(wire, limits.recipients)?, limits).await
}

async fn open(caller: &Caller, envelope: Envelope<'_>, limits: &Limits) -> Result<Unpacked> {
    let kids = || envelope.recipients.iter().map(|recipient| recipient.kid.clone());
    // the recipients may include keys of another kind
    let verkeys: Vec<_> = kids().filter_map(|kid| Verkey::parse(&kid).ok()).collect();
    let (recipient, secret) = find_agreement_secret(caller, &verkeys).await.map_err(|error| match error {
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

/// One of our keys, as verkey and as X25519 secret.
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
