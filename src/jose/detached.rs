//! JWS with detached content (RFC 7515 appendix F): the `jws` of an attachment.

use std::borrow::Cow;

use serde_json::json;

use super::jws::{self, Signature};
use super::wire::Wire;
use crate::base64url;
use crate::crypto::algorithm::SignatureAlgorithm;
use crate::did::DidUrl;
use crate::error::{Error, Result};
use crate::json::{Raw, kind, string};

/// The specification has one signer, and an unverified second signature must not seem verified.
const ONE: usize = 1;

/// The form of a detached signature to write; both are read.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum DetachedForm {
    /// A JSON object, as in the specification, with `kid` in its unprotected header.
    #[default]
    Flattened,
    /// A string, for peers that refuse a message with an object as `jws`. Its `kid` is protected.
    Compact,
}

/// Reads the value of `jws`: an object in the general or flattened form, or a compact string.
pub(crate) fn parse(value: Raw<'_>) -> Result<Signature<'_>> {
    if value.get().starts_with('"') {
        let text = string(Some(value), "jws")?;
        let mut parts = text.split('.');
        return match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(protected), Some(payload), Some(signature), None) => {
                check_detached(payload)?;
                Signature::decode(Cow::Owned(protected.to_owned()), None, signature, is_typ_of_content)
            }
            _ => Err(Error::malformed("jws", "not a compact JWS")),
        };
    }
    if !value.get().starts_with('{') {
        let reason = format!("must be an object or a compact string, got {}", kind(value.get()));
        return Err(Error::malformed("jws", reason));
    }
    let wire = Wire::read(value.get(), "jws")?;
    if wire.payload.is_some() {
        check_detached(&string(wire.payload, "jws.payload")?)?;
    }
    let (signature, _) = Signature::read(&wire, ONE, is_typ_of_content)?;
    Ok(signature)
}

/// Refuses a payload, which would be signed in place of the content of the attachment.
fn check_detached(payload: &str) -> Result<()> {
    if payload.is_empty() {
        Ok(())
    } else {
        Err(Error::malformed("jws.payload", "must be absent or empty in a detached JWS"))
    }
}

/// Content may have any type, except the types of signatures over a message or a `from_prior`.
fn is_typ_of_content(typ: &str) -> bool {
    !matches!(typ, "didcomm-signed+json" | "didcomm-encrypted+json" | "didcomm-plain+json" | "jwm" | "jwt")
}

/// The protected header. Its `typ` prevents reuse of the signature as that of a `from_prior`.
pub(crate) fn protected_header(kid: &DidUrl, algorithm: SignatureAlgorithm, form: DetachedForm) -> String {
    // RFC 7515 4.1.9
    let (typ, kid) = match form {
        DetachedForm::Flattened => ("JOSE+JSON", None),
        DetachedForm::Compact => ("JOSE", Some(kid)),
    };
    jws::protected_header(typ, algorithm, kid)
}

/// The signing input: the header, and the bytes of the content.
pub(crate) fn signing_input(protected: &str, content: &[u8]) -> String {
    let payload = base64url::encoded_length(content.len());
    let mut input = String::with_capacity(protected.len().saturating_add(1).saturating_add(payload));
    input.push_str(protected);
    input.push('.');
    base64url::encode_append(content, &mut input);
    input
}

/// The JSON text of the value of `jws`.
pub(crate) fn write(protected: &str, kid: &DidUrl, signature: &[u8], form: DetachedForm) -> String {
    let signature = base64url::encode(signature);
    match form {
        DetachedForm::Flattened => {
            json!({"protected": protected, "header": {"kid": kid.as_str()}, "signature": signature})
        }
        DetachedForm::Compact => json!(format!("{protected}..{signature}")),
    }
    .to_string()
}
