//! Verify the signature of an attachment, independently of the message's sender.

use super::signed;
use crate::base64url;
use crate::caller::Caller;
use crate::crypto::algorithm::SignatureAlgorithm;
use crate::crypto::signature::SignatureValid;
use crate::did::{DidUrl, same_party};
use crate::error::{Claim, Error, Result};
use crate::jose::detached;
use crate::message::Attachment;

/// Proof that the content of an attachment was signed with a key that its DID lists under `authentication`.
///
/// Only [`verify_attachment`] makes one.
#[derive(Clone, Debug)]
pub struct AttachmentSigned {
    kid: DidUrl,
    did: Option<String>,
    algorithm: SignatureAlgorithm,
    _proof: SignatureValid,
}

impl AttachmentSigned {
    /// The signing key.
    pub fn kid(&self) -> &DidUrl {
        &self.kid
    }

    /// The signer's DID; `None` if the signature does not cover `kid` and no signer was expected.
    ///
    /// Two DIDs can list one key. Where `kid` is not signed, an intermediary can replace it by the kid of the other DID.
    pub fn did(&self) -> Option<&str> {
        self.did.as_deref()
    }

    /// The algorithm of the signature.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }
}

/// Verifies the signature over the content, which is inlined or was fetched from a link.
///
/// `signer` is the DID that must have signed, for instance the proved sender of the message.
///
/// `json` has no canonical bytes; for it, `fetched` is the byte form that the parties agreed to sign.
pub async fn verify_attachment(
    caller: &Caller,
    attachment: &Attachment,
    fetched: Option<&[u8]>,
    signer: Option<&str>,
) -> Result<AttachmentSigned> {
    let jws = attachment.jws().ok_or_else(|| Error::malformed("attachment.data.jws", "missing"))?;
    let signature = detached::parse(jws)?;
    if let Some(signer) = signer
        && !same_party(signer, signature.kid.did())
    {
        let kid = Some(signature.kid.to_string());
        return Err(Error::Untrusted { claim: Claim::AttachmentSigner, kid, did: Some(signer.to_owned()) });
    }
    if attachment.is_json_only() && fetched.is_none() {
        return Err(Error::unsupported("signed content", "json"));
    }
    let payload = base64url::encode(attachment.known_content(fetched)?);
    let proof = signed::prove(caller, &signature, &payload).await?;
    let is_named = signature.kid_is_protected || signer.is_some();
    let did = is_named.then(|| signature.kid.did().to_owned());
    Ok(AttachmentSigned { kid: signature.kid, did, algorithm: signature.algorithm, _proof: proof })
}
