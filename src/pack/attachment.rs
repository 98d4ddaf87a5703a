//! Sign an attachment; the signer may be another party than the sender of the message.

use super::keys::signing_key;
use crate::caller::Caller;
use crate::did::{DidUrl, same_party};
use crate::error::{Error, Result};
use crate::jose::detached::{self, DetachedForm};
use crate::message::{Attachment, Message};

/// Adds a detached signature over the content, by a key that `signer` lists under `authentication` (DIDComm v2.1,
/// "Attachments"; RFC 7515 appendix F).
///
/// `fetched` is the content of an attachment with links only.
pub async fn sign_attachment(
    caller: &Caller,
    attachment: &Attachment,
    signer: &DidUrl,
    fetched: Option<&[u8]>,
    form: DetachedForm,
) -> Result<Attachment> {
    if attachment.jws().is_some() {
        return Err(Error::misuse("`attachment` is signed already"));
    }
    if attachment.is_json_only() {
        return Err(Error::misuse(
            "`json` content has no canonical bytes to sign: pass the content as bytes",
        ));
    }
    let misuse = |error: Error| match error {
        // links, or a hash function that is unsupported here, may be valid
        Error::ContentNotFound { .. } | Error::Unsupported { .. } => error,
        wrong => Error::misuse(wrong.to_string()),
    };
    let content = attachment.known_content(fetched).map_err(misuse)?;
    if attachment.hash().is_some() {
        attachment.verify_hash(fetched).map_err(misuse)?;
    }
    if is_message_of(signer, &content) {
        return Err(Error::misuse("the content is a message from the signer: sign it as a message"));
    }
    let key = signing_key(caller, signer).await?;
    let protected = detached::protected_header(key.kid(), key.algorithm(), form);
    let signature = key.sign(caller, detached::signing_input(&protected, &content).as_bytes()).await?;
    attachment.with_jws(&detached::write(&protected, key.kid(), &signature, form))
}

/// Whether the detached signature could be reused as that of a signed message.
fn is_message_of(signer: &DidUrl, content: &[u8]) -> bool {
    let message = str::from_utf8(content).ok().and_then(|text| Message::parse(text).ok());
    message.is_some_and(|message| message.from().is_some_and(|from| same_party(from.did(), signer.did())))
}
