//! JWS in its JSON serializations (RFC 7515 7.2): both are read, the general one is written.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::header::{self, Header, refuse_unprotected_extensions};
use super::wire::{Wire, parse_unprotected};
use crate::base64url::{self, encode_append, encoded_length};
use crate::crypto::algorithm::SignatureAlgorithm;
use crate::did::DidUrl;
use crate::error::{Error, Result};
use crate::json::{self, Datum, Names, Raw, Read, Reader, entries, string};

/// The media type in `typ`.
pub(crate) const MEDIA_TYPE: &str = "application/didcomm-signed+json";

/// The header of a signature that contains `kid`. RFC 7515 7.2.1 requires disjoint names in the two headers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum KidIn {
    /// The unprotected header, as in the examples of the specification.
    #[default]
    Header,
    /// The protected header, for peers that read `kid` only there.
    Protected,
}

/// A signed message, decoded and unverified.
pub(crate) struct Jws<'a> {
    pub(crate) signature: Signature<'a>,
    /// All further signatures, so that an unverified one does not seem verified.
    pub(crate) others: Vec<Signature<'a>>,
    /// The payload as it arrived, in base64url.
    pub(crate) encoded_payload: Cow<'a, str>,
}

/// A signature with its headers, and without the payload.
pub(crate) struct Signature<'a> {
    pub(crate) kid: DidUrl,
    /// Whether the signature covers `kid`.
    pub(crate) kid_is_protected: bool,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) bytes: Vec<u8>,
    protected: Cow<'a, str>,
}

/// The known members of the protected header.
#[derive(Default)]
struct Protected<'a> {
    typ: Option<Cow<'a, str>>,
    alg: Option<Cow<'a, str>>,
    kid: Option<Cow<'a, str>>,
}

impl<'a> header::Members<'a> for Protected<'a> {
    fn read(&mut self, name: &str, reader: &mut Reader<'a>) -> Read<bool> {
        match name {
            "typ" => self.typ = header::optional(name, reader)?,
            "alg" => self.alg = header::text(name, reader)?,
            "kid" => self.kid = header::optional(name, reader)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn missing_member(&self) -> Option<&'static str> {
        self.alg.is_none().then_some("alg")
    }
}

/// The members of one signature.
#[derive(Default)]
struct WireSignature<'a> {
    protected: Option<Raw<'a>>,
    header: Option<Raw<'a>>,
    signature: Option<Raw<'a>>,
}

impl<'a> WireSignature<'a> {
    fn read(raw: Raw<'a>) -> Result<Self> {
        const PART: &str = "jws.signatures";
        let mut signature = Self::default();
        for (name, raw) in json::members(raw.get(), PART)? {
            match name.as_ref() {
                "protected" => signature.protected = Some(raw),
                "header" => signature.header = Some(raw).filter(|raw| raw.get() != "null"),
                "signature" => signature.signature = Some(raw),
                // unknown members are ignored (RFC 7515 7.2.1)
                _ => {}
            }
        }
        Ok(signature)
    }
}

impl<'a> Jws<'a> {
    pub(super) fn parse(wire: &Wire<'a>, most_signatures: usize) -> Result<Self> {
        let encoded_payload = string(wire.payload, "jws.payload")?;
        let (signature, others) = Signature::read(wire, most_signatures, is_typ_of_message)?;
        Ok(Self { signature, others, encoded_payload })
    }

    pub(crate) fn payload(&self) -> Result<Vec<u8>> {
        base64url::decode(&self.encoded_payload, "jws.payload")
    }
}

impl<'a> Signature<'a> {
    /// Reads the first signature of a general or flattened JWS, and the others.
    ///
    /// `is_typ` decides whether the header may have this media type, given without `application/` and in lower case.
    pub(super) fn read(
        wire: &Wire<'a>,
        most: usize,
        is_typ: impl Fn(&str) -> bool,
    ) -> Result<(Self, Vec<Self>)> {
        let signatures: Vec<WireSignature<'a>> = match (wire.signatures, wire.signature) {
            (Some(signatures), None) if wire.protected.is_none() && wire.header.is_none() => {
                let entries = entries(signatures, most, "jws.signatures")?;
                entries.into_iter().map(WireSignature::read).collect::<Result<_>>()?
            }
            (None, Some(_)) => vec![WireSignature {
                protected: wire.protected,
                header: wire.header,
                signature: wire.signature,
            }],
            _ => return Err(Error::malformed("jws", "must be a JWS in general or flattened form")),
        };
        let mut read = signatures.into_iter().map(|one| {
            let protected = string(one.protected, "jws.protected")?;
            Self::decode(protected, one.header, &string(one.signature, "jws.signature")?, &is_typ)
        });
        let first = read.next().ok_or_else(|| Error::malformed("jws.signatures", "must not be empty"))??;
        Ok((first, read.collect::<Result<_>>()?))
    }

    pub(super) fn decode(
        protected: Cow<'a, str>,
        unprotected: Option<Raw<'_>>,
        signature: &str,
        is_typ: impl Fn(&str) -> bool,
    ) -> Result<Self> {
        const PART: &str = "jws.protected";
        let bytes = base64url::decode(&protected, PART)?;
        let header = Header::<Protected<'_>>::read(&bytes, PART)?;
        header.refuse_extensions()?;
        if header.members.typ.as_deref().is_some_and(|typ| !is_typ(&short_media_type(typ))) {
            return Err(Error::malformed(
                "jws.protected.typ",
                "must be the media type of this kind of signature, got another one",
            ));
        }
        let algorithm = SignatureAlgorithm::from_name(header.members.alg.as_deref().unwrap_or_default())?;
        let kid_is_protected = header.members.kid.is_some();
        let kid = read_kid(header.members.kid.as_deref(), &header.names, unprotected)?;
        drop(header);
        Ok(Self {
            kid,
            kid_is_protected,
            algorithm,
            bytes: base64url::decode(signature, "jws.signature")?,
            protected,
        })
    }

    /// The signing input: the header as it arrived, and the payload in base64url.
    pub(crate) fn signing_input(&self, encoded_payload: &str) -> Vec<u8> {
        [self.protected.as_bytes(), b".", encoded_payload.as_bytes()].concat()
    }
}

impl std::fmt::Debug for Jws<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jws").field("kid", &self.signature.kid.as_str()).finish_non_exhaustive()
    }
}

/// Reads `kid` from the protected or the unprotected header, as the specification shows both. The same kid in both
/// is accepted: it is unambiguous, and peers that follow both examples write it.
fn read_kid(protected: Option<&str>, names: &Names<'_>, raw: Option<Raw<'_>>) -> Result<DidUrl> {
    const PART: &str = "jws.header";
    let members = parse_unprotected(raw, PART)?;
    refuse_unprotected_extensions(&members, PART)?;
    if members.iter().any(|(name, _)| name != "kid" && names.contains(name)) {
        return Err(Error::malformed(PART, "must not repeat a name of the protected header"));
    }
    let header = Datum::Object(members);
    let unprotected_kid = match header.get("kid") {
        None => None,
        Some(Datum::Text(kid)) => Some(kid.as_ref()),
        Some(other) => {
            let reason = format!("must be a string, got {}", other.kind());
            return Err(Error::malformed("jws.header.kid", reason));
        }
    };
    let kid = match (protected, unprotected_kid) {
        (Some(one), Some(other)) if one != other => {
            return Err(Error::malformed("jws.header.kid", "must be the same as in the protected header"));
        }
        (Some(kid), _) | (None, Some(kid)) => kid,
        (None, None) => return Err(Error::malformed("jws.header.kid", "missing")),
    };
    DidUrl::parse_key_of_did(kid, "jws.header.kid")
}

/// The media type in lower case without `application/`, which is optional without another slash (RFC 7515 4.1.9).
pub(super) fn short_media_type(typ: &str) -> String {
    let typ = typ.to_ascii_lowercase();
    typ.strip_prefix("application/").map(ToOwned::to_owned).unwrap_or(typ)
}

/// The type of a signed message, or the `JWM` of the specification's construction example. A signature over the same
/// bytes for another purpose has another type.
fn is_typ_of_message(typ: &str) -> bool {
    matches!(typ, "didcomm-signed+json" | "jwm")
}

/// The protected header of a signed message whose `kid` is in the unprotected header: always the same.
fn protected_without_kid(algorithm: SignatureAlgorithm) -> &'static str {
    static WRITTEN: [OnceLock<String>; SignatureAlgorithm::ALL.len()] =
        [const { OnceLock::new() }; SignatureAlgorithm::ALL.len()];
    let place = SignatureAlgorithm::ALL.iter().position(|one| *one == algorithm).unwrap_or_default();
    let written =
        WRITTEN.get(place).map(|header| header.get_or_init(|| protected_header(MEDIA_TYPE, algorithm, None)));
    written.map_or("", String::as_str)
}

/// A protected header in base64url, with `kid` unless it goes into the unprotected header.
pub(super) fn protected_header(typ: &str, algorithm: SignatureAlgorithm, kid: Option<&DidUrl>) -> String {
    // names and DID URLs have no character that JSON escapes
    let name = algorithm.name();
    let kid = kid.map(|kid| format!(",\"kid\":\"{kid}\"")).unwrap_or_default();
    base64url::encode(format!("{{\"typ\":\"{typ}\",\"alg\":\"{name}\"{kid}}}"))
}

/// A signed message without its signature.
///
/// The signing input becomes the final text, so that a large payload is written once.
pub(crate) struct Unsigned<'a> {
    /// The kid for the unprotected header.
    unprotected_kid: Option<&'a DidUrl>,
    protected: Cow<'static, str>,
    /// The signing input: the header, and the payload in base64url.
    input: String,
}

const BEFORE_PAYLOAD: &str = "{\"payload\":\"";

/// The capacity after the payload, in addition to the header and the kid: names, r and s of a signature, and the
/// padding of an outer layer.
const END_ROOM: usize = 176;

impl<'a> Unsigned<'a> {
    pub(crate) fn new(kid: &'a DidUrl, algorithm: SignatureAlgorithm, payload: &str, kid_in: KidIn) -> Self {
        let (protected, unprotected_kid): (Cow<'static, str>, _) = match kid_in {
            KidIn::Header => (protected_without_kid(algorithm).into(), Some(kid)),
            KidIn::Protected => (protected_header(MEDIA_TYPE, algorithm, Some(kid)).into(), None),
        };
        let ends = [protected.len(), protected.len(), kid.as_str().len(), END_ROOM];
        let room = ends.into_iter().fold(encoded_length(payload.len()), usize::saturating_add);
        let mut input = String::with_capacity(room);
        input.push_str(&protected);
        input.push('.');
        encode_append(payload, &mut input);
        Self { unprotected_kid, protected, input }
    }

    /// The signing input.
    pub(crate) fn signing_input(&self) -> &[u8] {
        self.input.as_bytes()
    }

    /// The general form with this one signature.
    pub(crate) fn with(self, signature: &[u8]) -> String {
        let Self { unprotected_kid, protected, input: mut text } = self;
        let header = ..protected.len().saturating_add(1);
        text.replace_range(header, BEFORE_PAYLOAD);
        text.push_str("\",\"signatures\":[{\"protected\":\"");
        text.push_str(&protected);
        text.push('"');
        if let Some(kid) = unprotected_kid {
            // a DID URL has no character that JSON escapes
            text.push_str(",\"header\":{\"kid\":\"");
            text.push_str(kid.as_str());
            text.push_str("\"}");
        }
        text.push_str(",\"signature\":\"");
        encode_append(signature, &mut text);
        text.push_str("\"}]}");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_input_becomes_the_final_text() {
        let kid = DidUrl::parse("did:example:alice#1").unwrap();
        let payload = r#"{"a":"é"}"#;
        for (kid_in, header, unprotected) in [
            (
                KidIn::Header,
                r#"{"typ":"application/didcomm-signed+json","alg":"EdDSA"}"#,
                Some(serde_json::json!({"kid": kid.as_str()})),
            ),
            (
                KidIn::Protected,
                r#"{"typ":"application/didcomm-signed+json","alg":"EdDSA","kid":"did:example:alice#1"}"#,
                None,
            ),
        ] {
            let unsigned = Unsigned::new(&kid, SignatureAlgorithm::EdDsa, payload, kid_in);
            let (header, payload) = (base64url::encode(header), base64url::encode(payload));
            assert_eq!(unsigned.signing_input(), format!("{header}.{payload}").as_bytes());
            let (start, capacity) = (unsigned.input.as_ptr(), unsigned.input.capacity());
            let text = unsigned.with(&[1; 64]);
            assert_eq!((text.as_ptr(), text.capacity()), (start, capacity));
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            let mut one = serde_json::json!({"protected": header, "signature": base64url::encode([1; 64])});
            if let Some(unprotected) = unprotected {
                one["header"] = unprotected;
            }
            assert_eq!(value, serde_json::json!({"payload": payload, "signatures": [one]}));
        }
    }
}
