//! Verifying the signature of an attachment, whoever sent the message.

use super::signed;
use crate::base64url;
use crate::caller::Caller;
use crate::crypto::algorithm::SignatureAlgorithm;
use crate::crypto::signature::SignatureValid;
use crate::did::DidUrl;
use crate::error::{Error, Result};
use crate::jose::detached;
use crate::message::Attachment;

/// The content of an attachment was signed with a key that its DID lists under `authentication`.
///
/// Only [`verify_attachment`] makes one.
#[derive(Clone, Debug)]
pub struct AttachmentSigned {
    kid: DidUrl,
    algorithm: SignatureAlgorithm,
    _proof: SignatureValid,
}

impl AttachmentSigned {
    /// The key that signed.
    pub fn kid(&self) -> &DidUrl {
        &self.kid
    }

    /// The algorithm of the signature.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }
}

/// Proves who signed the content: what is inlined, or what was fetched from a link.
///
/// `json` has no one form; there `fetched` is what the parties agreed to sign in its place.
pub async fn verify_attachment(
    caller: &Caller,
    attachment: &Attachment,
    fetched: Option<&[u8]>,
) -> Result<AttachmentSigned> {
    let jws = attachment.jws().ok_or_else(|| Error::malformed("attachment.data.jws", "missing"))?;
    let signature = detached::parse(jws)?;
    if attachment.is_json_only() && fetched.is_none() {
        return Err(Error::unsupported("signed content", "json"));
    }
    let payload = base64url::encode(attachment.known_content(fetched)?);
    let proof = signed::prove(caller, &signature, &payload).await?;
    Ok(AttachmentSigned { kid: signature.kid, algorithm: signature.algorithm, _proof: proof })
}
