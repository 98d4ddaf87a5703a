//! JWS in its JSON serialisations (RFC 7515 7.2): both are read, the general one is written.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::entries::entries;
use super::envelope::{Wire, string};
use super::header::{self, Extensions};
use crate::base64url;
use crate::crypto::algorithm::SignatureAlgorithm;
use crate::did::DidUrl;
use crate::error::{Error, Result};

/// The media type that `typ` names.
pub(crate) const MEDIA_TYPE: &str = "application/didcomm-signed+json";

/// A signed message, decoded and not yet verified.
pub(crate) struct Jws<'a> {
    pub(crate) signature: Signature<'a>,
    /// Each further signature: an unread one must not seem read.
    pub(crate) others: Vec<Signature<'a>>,
    /// The message as it arrived: what a third party would be shown.
    pub(crate) text: &'a str,
    /// The payload as it was sent, in base64url.
    pub(crate) encoded_payload: Cow<'a, str>,
}

/// A signature and what it says of itself; its payload stands elsewhere.
pub(crate) struct Signature<'a> {
    pub(crate) kid: DidUrl,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) octets: Vec<u8>,
    protected: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Protected {
    alg: String,
    kid: Option<String>,
    #[serde(flatten)]
    extensions: Extensions,
}

#[derive(Deserialize)]
struct WireSignature<'a> {
    #[serde(borrow)]
    protected: Option<&'a RawValue>,
    #[serde(borrow)]
    header: Option<&'a RawValue>,
    #[serde(borrow)]
    signature: Option<&'a RawValue>,
}

impl<'a> Jws<'a> {
    pub(super) fn parse(text: &'a str, wire: &Wire<'a>, most_signatures: usize) -> Result<Self> {
        let encoded_payload = string(wire.payload, "jws.payload")?;
        let (signature, others) = Signature::read(wire, most_signatures)?;
        Ok(Self { signature, others, text, encoded_payload })
    }

    pub(crate) fn payload(&self) -> Result<Vec<u8>> {
        base64url::decode(&self.encoded_payload, "jws.payload")
    }
}

impl<'a> Signature<'a> {
    /// The first signature of a general or flattened JWS, and the others.
    pub(super) fn read(wire: &Wire<'a>, most: usize) -> Result<(Self, Vec<Self>)> {
        let signatures: Vec<WireSignature<'a>> = match (wire.signatures, wire.signature) {
            (Some(signatures), None) if wire.protected.is_none() && wire.header.is_none() => {
                entries(signatures, most, "jws.signatures")?
            }
            (None, Some(_)) => vec![WireSignature {
                protected: wire.protected,
                header: wire.header,
                signature: wire.signature,
            }],
            _ => return Err(Error::malformed("jws", "neither the general nor the flattened form")),
        };
        let mut read = signatures.into_iter().map(|one| {
            let protected = string(one.protected, "jws.protected")?;
            Self::decode(protected, one.header, &string(one.signature, "jws.signature")?)
        });
        let first = read.next().ok_or_else(|| Error::malformed("jws.signatures", "empty"))??;
        Ok((first, read.collect::<Result<_>>()?))
    }

    pub(super) fn decode(
        protected: Cow<'a, str>,
        unprotected: Option<&RawValue>,
        signature: &str,
    ) -> Result<Self> {
        let header: Protected = header::decode(&protected, "jws.protected")?;
        header.extensions.refuse()?;
        let algorithm = SignatureAlgorithm::from_name(&header.alg)?;
        let kid = kid(header.kid, &header::names(&protected, "jws.protected")?, unprotected)?;
        Ok(Self { kid, algorithm, octets: base64url::decode(signature, "jws.signature")?, protected })
    }

    /// What was signed: the header as it was sent, and the payload in base64url.
    pub(crate) fn signing_input(&self, encoded_payload: &str) -> Vec<u8> {
        signing_input(&self.protected, encoded_payload).into_bytes()
    }
}

impl std::fmt::Debug for Jws<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jws").field("kid", &self.signature.kid.as_str()).finish_non_exhaustive()
    }
}

/// The specification shows `kid` in the protected header and in the other one; peers write either.
fn kid(protected: Option<String>, names: &[String], unprotected: Option<&RawValue>) -> Result<DidUrl> {
    let members: Map<String, Value> = match unprotected {
        None => Map::new(),
        Some(raw) => {
            serde_json::from_str(raw.get()).map_err(|_| Error::malformed("jws.header", "no object"))?
        }
    };
    if members.keys().any(|name| name != "kid" && names.contains(name)) {
        return Err(Error::malformed("jws.header", "repeats a name of the protected header"));
    }
    let beside = match members.get("kid") {
        None => None,
        Some(Value::String(kid)) => Some(kid.clone()),
        Some(_) => return Err(Error::malformed("jws.header.kid", "no string")),
    };
    let kid = match (protected, beside) {
        (Some(one), Some(other)) if one != other => {
            return Err(Error::malformed("jws.header.kid", "differs from the protected one"));
        }
        (Some(kid), _) | (None, Some(kid)) => kid,
        (None, None) => return Err(Error::malformed("jws.header.kid", "missing")),
    };
    DidUrl::parse_kid(&kid, "jws.header.kid")
}

/// The protected header of a signed message; `kid` stands here and in the unprotected header.
pub(crate) fn protected(kid: &DidUrl, algorithm: SignatureAlgorithm) -> String {
    base64url::encode(json!({"typ": MEDIA_TYPE, "alg": algorithm.name(), "kid": kid.as_str()}).to_string())
}

pub(crate) fn signing_input(protected: &str, payload: &str) -> String {
    format!("{protected}.{payload}")
}

/// Writes the general form with its one signature.
pub(crate) fn write(protected: &str, payload: &str, kid: &DidUrl, signature: &[u8]) -> String {
    json!({
        "payload": payload,
        "signatures": [{
            "protected": protected,
            "header": {"kid": kid.as_str()},
            "signature": base64url::encode(signature),
        }],
    })
    .to_string()
}
