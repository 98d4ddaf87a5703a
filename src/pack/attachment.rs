//! Signing an attachment: anybody may vouch for its content, whoever sends the message.

use super::keys::signing_key;
use crate::caller::Caller;
use crate::did::{DidUrl, same_party};
use crate::error::{Error, Result};
use crate::jose::detached::{self, DetachedForm};
use crate::message::{Attachment, Message};

/// The attachment with a detached signature over its content, by a key that `signer` lists under
/// `authentication` (DIDComm v2.1, "Attachments"; RFC 7515 appendix F).
///
/// `fetched` is the content of an attachment that has only links.
pub async fn sign_attachment(
    caller: &Caller,
    attachment: &Attachment,
    signer: &DidUrl,
    fetched: Option<&[u8]>,
    form: DetachedForm,
) -> Result<Attachment> {
    if attachment.jws().is_some() {
        return Err(Error::misuse("the attachment is signed already"));
    }
    if attachment.is_json_only() {
        return Err(Error::misuse("json has no one form that could be signed; give the content as bytes"));
    }
    let misuse = |error: Error| match error {
        // there may be nothing wrong with links, or with a hash that is not known here
        Error::ContentNotFound { .. } | Error::Unsupported { .. } => error,
        wrong => Error::misuse(wrong.to_string()),
    };
    let content = attachment.known_content(fetched).map_err(misuse)?;
    if attachment.hash().is_some() {
        attachment.verify_hash(fetched).map_err(misuse)?;
    }
    if is_message_of(signer, &content) {
        return Err(Error::misuse("the content is a message from the signer; sign it as a message"));
    }
    let key = signing_key(caller, signer).await?;
    let protected = detached::protected(key.kid(), key.algorithm(), form);
    let signature = key.sign(caller, detached::input(&protected, &content).as_bytes()).await?;
    attachment.with_jws(&detached::write(&protected, key.kid(), &signature, form))
}

/// Whether the signature could be taken off and shown as that of a signed message.
fn is_message_of(signer: &DidUrl, content: &[u8]) -> bool {
    let message = str::from_utf8(content).ok().and_then(|text| Message::parse(text).ok());
    message.is_some_and(|message| message.from().is_some_and(|from| same_party(from.did(), signer.did())))
}
