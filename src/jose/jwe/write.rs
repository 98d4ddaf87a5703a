//! Write an encrypted message into its final text, without building an intermediate `serde_json::Value`.
//!
//! No value has a character that JSON escapes: neither DID URLs nor base64url nor algorithm names do.

use super::MEDIA_TYPE;
use crate::base64url::{self, encode_append, encoded_length};
use crate::crypto::algorithm::{AgreementAlgorithm, ContentEncryption};
use crate::crypto::content::PADDING;
use crate::did::DidUrl;
use crate::keys::PublicKey;

/// The members of a protected header to write.
pub(crate) struct Protected<'a> {
    pub(crate) algorithm: AgreementAlgorithm,
    pub(crate) encryption: ContentEncryption,
    /// The sender's kid, in authcrypt.
    pub(crate) skid: Option<&'a DidUrl>,
    /// `None` by draft 3 of ECDH-1PU, whose header has no `apu` either.
    pub(crate) apv: Option<&'a [u8]>,
    pub(crate) epk: &'a PublicKey,
}

/// The capacity of a protected header, in addition to the sender's kid, which it contains twice.
const PROTECTED_ROOM: usize = 448;

impl Protected<'_> {
    /// Writes the header in base64url, its members in a fixed order.
    pub(crate) fn write(&self) -> String {
        let kid = self.skid.map_or(0, |skid| skid.as_str().len());
        let mut text = String::with_capacity(kid.saturating_mul(3).saturating_add(PROTECTED_ROOM));
        text.push_str("{\"typ\":\"");
        text.push_str(MEDIA_TYPE);
        text.push_str("\",\"alg\":\"");
        text.push_str(self.algorithm.name());
        text.push_str("\",\"enc\":\"");
        text.push_str(self.encryption.name());
        if let Some(skid) = self.skid {
            text.push_str("\",\"skid\":\"");
            text.push_str(skid.as_str());
        }
        if let Some(apv) = self.apv {
            if let Some(skid) = self.skid {
                text.push_str("\",\"apu\":\"");
                encode_append(skid.as_str(), &mut text);
            }
            text.push_str("\",\"apv\":\"");
            encode_append(apv, &mut text);
        }
        text.push_str("\",\"epk\":{\"kty\":\"");
        let curve = self.epk.curve();
        text.push_str(curve.key_type());
        text.push_str("\",\"crv\":\"");
        text.push_str(curve.name());
        let (x, y) = self.epk.coordinates();
        text.push_str("\",\"x\":\"");
        encode_append(x, &mut text);
        if let Some(y) = y {
            text.push_str("\",\"y\":\"");
            encode_append(y, &mut text);
        }
        text.push_str("\"}}");
        base64url::encode(text)
    }
}

/// The parts of a JWE to write.
pub(crate) struct JweOut<'a> {
    pub(crate) protected: &'a str,
    pub(crate) recipients: Vec<(&'a DidUrl, Vec<u8>)>,
    pub(crate) iv: &'a [u8],
    pub(crate) ciphertext: &'a [u8],
    pub(crate) tag: &'a [u8],
}

const BEFORE_PROTECTED: &str = "{\"protected\":\"";
const BEFORE_RECIPIENTS: &str = "\",\"recipients\":[";
const BEFORE_KID: &str = "{\"header\":{\"kid\":\"";
const BEFORE_KEY: &str = "\"},\"encrypted_key\":\"";
const AFTER_KEY: &str = "\"}";
const BEFORE_IV: &str = "],\"iv\":\"";
const BEFORE_CIPHERTEXT: &str = "\",\"ciphertext\":\"";
const BEFORE_TAG: &str = "\",\"tag\":\"";
const END: &str = "\"}";

impl JweOut<'_> {
    /// Writes the JSON into a text with the capacity to become the content of an outer layer.
    pub(crate) fn write(&self) -> String {
        let mut text = String::with_capacity(self.length().saturating_add(PADDING));
        text.push_str(BEFORE_PROTECTED);
        text.push_str(self.protected);
        text.push_str(BEFORE_RECIPIENTS);
        for (place, (kid, encrypted_key)) in self.recipients.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            text.push_str(BEFORE_KID);
            text.push_str(kid.as_str());
            text.push_str(BEFORE_KEY);
            encode_append(encrypted_key, &mut text);
            text.push_str(AFTER_KEY);
        }
        for (before, bytes) in
            [(BEFORE_IV, self.iv), (BEFORE_CIPHERTEXT, self.ciphertext), (BEFORE_TAG, self.tag)]
        {
            text.push_str(before);
            encode_append(bytes, &mut text);
        }
        text.push_str(END);
        text
    }

    fn length(&self) -> usize {
        let recipients = self.recipients.iter().map(|(kid, encrypted_key)| {
            let parts = [BEFORE_KID, kid.as_str(), BEFORE_KEY, AFTER_KEY, ","].map(str::len);
            parts.into_iter().fold(encoded_length(encrypted_key.len()), usize::saturating_add)
        });
        let names = [BEFORE_PROTECTED, BEFORE_RECIPIENTS, BEFORE_IV, BEFORE_CIPHERTEXT, BEFORE_TAG, END];
        let names = names.into_iter().map(str::len);
        let bytes = [self.iv, self.ciphertext, self.tag].into_iter().map(|bytes| encoded_length(bytes.len()));
        let lengths = recipients.chain(names).chain(bytes).chain([self.protected.len()]);
        // no comma precedes the first recipient
        lengths.fold(0, usize::saturating_add).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Curve, PrivateKey};

    #[test]
    fn header_has_the_specified_members_in_a_fixed_order() {
        let skid = DidUrl::parse("did:example:alice#1").unwrap();
        for (curve, named) in [(Curve::X25519, Some(&skid)), (Curve::P256, None)] {
            let epk = PrivateKey::from_bytes(curve, &[1; 32]).unwrap().public_key();
            let header = Protected {
                algorithm: AgreementAlgorithm::EcdhEs,
                encryption: ContentEncryption::Xc20P,
                skid: named,
                apv: Some(b"apv"),
                epk: &epk,
            };
            let written = base64url::decode(&header.write(), "").unwrap();
            let sender = named.map(|_| r#""skid":"did:example:alice#1","apu":"ZGlkOmV4YW1wbGU6YWxpY2UjMQ","#);
            let expected = format!(
                r#"{{"typ":"{MEDIA_TYPE}","alg":"ECDH-ES+A256KW","enc":"XC20P",{}"apv":"YXB2","epk":{}}}"#,
                sender.unwrap_or_default(),
                serde_json::Value::Object(epk.to_jwk()),
            );
            assert_eq!(String::from_utf8(written).unwrap(), expected);
        }
    }

    #[test]
    fn envelope_capacity_is_exact() {
        let kids = ["did:example:bob#1", "did:example:bob#22"].map(|kid| DidUrl::parse(kid).unwrap());
        for length in 0..20 {
            let content = vec![7; length];
            for count in 1..=2 {
                let out = JweOut {
                    protected: "e30",
                    recipients: kids.iter().take(count).map(|kid| (kid, content.clone())).collect(),
                    iv: &content,
                    ciphertext: &content,
                    tag: &content,
                };
                let text = out.write();
                assert_eq!(text.len(), out.length());
                assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
            }
        }
    }
}
