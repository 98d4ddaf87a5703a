//! The view of a signed layer, unverified.

use serde::Serialize;

use super::findings::Faults;
use super::lenient_json::{Entries, Object};
use super::sizes::{Serialisation, Sizes, decoded_length};
use crate::base64url;
use crate::crypto::algorithm::SignatureAlgorithm;
use crate::did::DidUrl;
use crate::error::Error;
use crate::limits::Limits;

/// A JWS. The validity of its signatures needs unpacking.
#[derive(Clone, Debug, Serialize)]
pub struct SignedView {
    /// The serialization.
    pub serialisation: Serialisation,
    /// The signatures, up to the limit.
    pub signatures: Vec<SignatureView>,
    /// The number of signatures.
    pub signature_count: usize,
    /// Its sizes; the content is the payload.
    #[serde(flatten)]
    pub sizes: Sizes,
}

/// One signature, unverified.
#[derive(Clone, Debug, Serialize)]
pub struct SignatureView {
    /// The media type in the protected header.
    pub typ: Option<String>,
    /// The signature algorithm.
    pub alg: Option<String>,
    /// The claimed signing key.
    pub claimed_kid: Option<String>,
}

/// The signed payload.
pub(super) struct Payload(pub(super) String);

impl SignedView {
    pub(super) fn of_json(
        bytes: usize,
        object: &Object<'_>,
        limits: &Limits,
        faults: &mut Faults,
    ) -> (Self, Option<Payload>) {
        let listed = object.member("signatures").and_then(|raw| Entries::read(raw, limits.recipients));
        let (serialisation, signatures, signature_count) = match &listed {
            Some(entries) => {
                let each = entries.first.iter().filter_map(|raw| Object::read(raw.get()));
                let signatures = each.map(|entry| SignatureView::of_json(&entry, faults)).collect();
                (Serialisation::General, signatures, entries.count)
            }
            None if object.has("signature") => {
                (Serialisation::Flattened, vec![SignatureView::of_json(object, faults)], 1)
            }
            None => (Serialisation::General, Vec::new(), 0),
        };
        let payload = object.full_text("payload");
        let sizes = Sizes {
            bytes,
            content_bytes: payload.as_ref().map_or(0, |payload| decoded_length(payload.len())),
            parts: object.sizes(&["payload", "signatures", "protected", "header", "signature"]),
        };
        let payload = payload.and_then(|payload| decode_payload(&payload, faults));
        (Self { serialisation, signatures, signature_count, sizes }, payload)
    }

    pub(super) fn of_compact(
        protected: &str,
        payload: &str,
        signature: &str,
        faults: &mut Faults,
    ) -> (Self, Option<Payload>) {
        let sizes =
            Sizes::of_compact(&[("protected", protected), ("payload", payload), ("signature", signature)]);
        let signatures = vec![SignatureView::read(Some(protected), None, faults)];
        let view = Self { serialisation: Serialisation::Compact, signatures, signature_count: 1, sizes };
        (view, decode_payload(payload, faults))
    }
}

impl SignatureView {
    fn of_json(object: &Object<'_>, faults: &mut Faults) -> Self {
        let unprotected = object.object("header").and_then(|header| header.text("kid"));
        Self::read(object.full_text("protected").as_deref(), unprotected, faults)
    }

    fn read(protected: Option<&str>, unprotected: Option<String>, faults: &mut Faults) -> Self {
        const PART: &str = "jws.protected";
        let decoded = protected.and_then(|text| faults.check(PART, base64url::decode(text, PART)));
        let header = decoded.as_deref().and_then(|bytes| str::from_utf8(bytes).ok()).and_then(Object::read);
        let text = |name| header.as_ref().and_then(|header| header.text(name));
        let (alg, claimed_kid) = (text("alg"), text("kid").or(unprotected));
        if let Some(alg) = &alg {
            faults.check("jws.protected.alg", SignatureAlgorithm::from_name(alg));
        }
        if let Some(kid) = &claimed_kid {
            faults.check("jws.header.kid", DidUrl::parse_key_of_did(kid, "jws.header.kid"));
        }
        Self { typ: text("typ"), alg, claimed_kid }
    }
}

fn decode_payload(payload: &str, faults: &mut Faults) -> Option<Payload> {
    let bytes = faults.check("jws.payload", base64url::decode(payload, "jws.payload"))?;
    let text = String::from_utf8(bytes).map_err(|_| Error::malformed("message", "not UTF-8"));
    faults.check("message", text).map(Payload)
}
