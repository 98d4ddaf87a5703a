//! Verification methods of DID documents, with all common encodings of their keys.

use std::sync::OnceLock;

use super::{DidUrl, Relationship};
use crate::error::{Error, Result};
use crate::json::Node;
use crate::keys::{Jwk, PublicKey, curve_of_suite, decode_base58, decode_hex};

/// A key in a DID document.
#[derive(Clone, Debug)]
pub struct VerificationMethod {
    kid: DidUrl,
    suite: String,
    material: Material,
    // parsed on first use, since most keys of a document are never used
    key: OnceLock<Result<PublicKey, Unusable>>,
}

/// The reason why the key of a verification method is unusable here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unusable {
    /// The text for the user: the key's curve or type, or the fault.
    pub reason: String,
}

/// The encoded key; in several members if the document contains it more than once.
#[derive(Clone, Debug, Default)]
struct Material {
    jwk: Option<Result<Jwk, Unusable>>,
    multibase: Option<String>,
    base58: Option<String>,
    hex: Option<String>,
}

impl From<Error> for Unusable {
    fn from(error: Error) -> Self {
        let reason = match error {
            Error::Unsupported { algorithm, .. } => algorithm,
            other => other.to_string(),
        };
        Self { reason }
    }
}

impl Unusable {
    fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

impl VerificationMethod {
    /// The absolute kid.
    pub fn kid(&self) -> &DidUrl {
        &self.kid
    }

    /// The key, or the reason why it is unusable.
    pub fn key(&self) -> Result<&PublicKey, &Unusable> {
        self.key.get_or_init(|| self.read_key()).as_ref()
    }

    /// Rewrites the method for the other form of its DID.
    pub(super) fn with_did(&self, did: &DidUrl) -> Self {
        Self { kid: did.with_fragment(self.kid.fragment().unwrap_or_default()), ..self.clone() }
    }

    /// The same method, with its key marked as unusable.
    pub(super) fn without_usable_key(&self, reason: &str) -> Self {
        Self { key: OnceLock::from(Err(Unusable::new(reason))), ..self.clone() }
    }

    /// The reason why the members of its JWK exclude the relationship; `None` if they allow it.
    pub(super) fn exclusion_from(&self, relationship: Relationship) -> Option<String> {
        let Some(Ok(jwk)) = &self.material.jwk else { return None };
        let excluded = match relationship {
            Relationship::KeyAgreement => jwk.excludes_agreement(),
            Relationship::Authentication => jwk.excludes_signature(),
        };
        Some(format!("not for {}: {}", relationship.name(), excluded?))
    }

    /// Whether both methods have the same type and the same encoded key.
    pub(super) fn has_same_encoding(&self, other: &Self) -> bool {
        let texts = |method: &Self| {
            let Material { multibase, base58, hex, .. } = &method.material;
            [multibase, base58, hex].map(Clone::clone)
        };
        let jwk = match (&self.material.jwk, &other.material.jwk) {
            (None, None) => true,
            (Some(Ok(one)), Some(Ok(other))) => one.has_same_encoding(other),
            _ => false,
        };
        jwk && self.suite == other.suite && texts(self) == texts(other)
    }

    /// Reads a method of the document of `did`; `None` if it has no valid id.
    pub(super) fn parse<N: Node>(did: &DidUrl, method: &N) -> Option<Self> {
        let kid = absolute_kid(did, &method.member("id")?.text()?)?;
        let suite = method.member_text("type").unwrap_or_default();
        let jwk = method.member("publicKeyJwk").filter(|jwk| !jwk.is_null());
        let material = Material {
            jwk: jwk.map(|jwk| Jwk::read(&jwk).map_err(Unusable::from)),
            multibase: method.member_text("publicKeyMultibase"),
            base58: method.member_text("publicKeyBase58"),
            hex: method.member_text("publicKeyHex"),
        };
        let found = Self { kid, suite, material, key: OnceLock::new() };
        // W3C Controlled Identifiers 1.0, 2.2: a revoked or expired method must not be used
        let is_revoked = method.member("revoked").is_some_and(|time| !time.is_null());
        Some(if is_revoked { found.without_usable_key("revoked") } else { found })
    }

    fn read_key(&self) -> Result<PublicKey, Unusable> {
        let curve = curve_of_suite(&self.suite);
        let Material { jwk, multibase, base58, hex } = &self.material;
        let jwk = jwk.as_ref().map(|jwk| Ok(jwk.as_ref().map_err(Clone::clone)?.only_public_key()?));
        let multibase = multibase.as_ref().map(|text| {
            let key = match curve {
                Some(curve) => PublicKey::from_multibase(curve, text),
                None => PublicKey::from_multikey(text),
            };
            key.map_err(Unusable::from)
        });
        let mut keys = jwk.into_iter().chain(multibase).collect::<Result<Vec<_>, _>>()?;
        // bare bytes are on the curve of the type, or on that of another encoding of the key
        if let Some(curve) = curve.or_else(|| keys.first().map(PublicKey::curve)) {
            for bytes in [base58.as_deref().map(decode_base58), hex.as_deref().map(decode_hex)] {
                let key = bytes.map(|bytes| PublicKey::from_bytes(curve, &bytes?)).transpose()?;
                keys.extend(key);
            }
        }
        let Some((key, others)) = keys.split_first() else { return Err(self.without_key()) };
        if others.iter().any(|other| other != key) {
            return Err(Unusable::new("two members of the method have different keys"));
        }
        let key = key.clone();
        match curve {
            Some(curve) if key.curve() != curve => {
                Err(Unusable::new("the key is not on the curve of its type"))
            }
            _ if key.has_low_order() => Err(Unusable::new(
                "a point of low order: every private key agrees with it on the same secret",
            )),
            _ => Ok(key),
        }
    }

    fn without_key(&self) -> Unusable {
        match self.suite.as_str() {
            "JsonWebKey2020" | "JsonWebKey" | "Multikey" => {
                Unusable::new("has no public key in a known form")
            }
            other if curve_of_suite(&self.suite).is_none() => {
                Error::unsupported("verification method type", other).into()
            }
            _ => Unusable::new("has no public key in a known form"),
        }
    }
}

/// Makes a kid absolute that may be relative to its document.
pub(super) fn absolute_kid(did: &DidUrl, id: &str) -> Option<DidUrl> {
    match id.strip_prefix('#').or_else(|| id.strip_prefix(did.did())?.strip_prefix('#')) {
        Some(fragment) => did.kid(fragment),
        None => DidUrl::parse_kid(id, "did document").ok(),
    }
}

#[cfg(test)]
mod tests {
    use multibase::Base;
    use serde_json::{Value, json};

    use super::*;
    use crate::keys::{Curve, PrivateKey};

    const MULTIKEY: &str = "publicKeyMultibase";
    /// Multibase over the bytes, without a codec.
    const BARE: &str = "publicKeyMultibase of bare bytes";
    const JWK: &str = "publicKeyJwk";
    const BASE58: &str = "publicKeyBase58";
    const HEX: &str = "publicKeyHex";

    /// The supported types, the curves of their suites, and the members with their keys.
    const SUITES: [(&str, &[Curve], &[&str]); 8] = [
        ("JsonWebKey2020", &Curve::ALL, &[JWK, MULTIKEY]),
        ("JsonWebKey", &Curve::ALL, &[JWK, MULTIKEY]),
        ("Multikey", &Curve::ALL, &[MULTIKEY, JWK]),
        ("Ed25519VerificationKey2018", &[Curve::Ed25519], &[BASE58, MULTIKEY, BARE, JWK, HEX]),
        ("Ed25519VerificationKey2020", &[Curve::Ed25519], &[MULTIKEY, BARE, JWK, BASE58, HEX]),
        ("X25519KeyAgreementKey2019", &[Curve::X25519], &[BASE58, MULTIKEY, BARE, JWK, HEX]),
        ("X25519KeyAgreementKey2020", &[Curve::X25519], &[MULTIKEY, BARE, JWK, BASE58, HEX]),
        ("EcdsaSecp256k1VerificationKey2019", &[Curve::Secp256k1], &[JWK, HEX, BASE58, MULTIKEY, BARE]),
    ];

    fn key_on(curve: Curve) -> PublicKey {
        PrivateKey::from_bytes(curve, &vec![1; curve.field_length()]).unwrap().public_key()
    }

    fn method(suite: &str, material: &str, key: &PublicKey, bytes: &[u8]) -> Value {
        let (member, value) = match material {
            JWK => (JWK, Value::Object(key.to_jwk())),
            MULTIKEY => (MULTIKEY, json!(key.to_multikey())),
            BARE => (MULTIKEY, json!(multibase::encode(Base::Base58Btc, bytes))),
            BASE58 => (BASE58, json!(Base::Base58Btc.encode(bytes))),
            _ => (HEX, json!(Base::Base16Lower.encode(bytes).to_uppercase())),
        };
        json!({"id": "#key-1", "type": suite, "controller": "did:example:a", member: value})
    }

    fn read(method: &Value) -> Result<PublicKey, Unusable> {
        let did = DidUrl::parse("did:example:a").unwrap();
        VerificationMethod::parse(&did, &method).unwrap().key().cloned().map_err(Clone::clone)
    }

    // DID-20, KID-05
    #[test]
    fn every_type_is_read_with_every_member_of_its_suite() {
        for (suite, curves, materials) in SUITES {
            for (key, material) in
                curves.iter().flat_map(|curve| materials.iter().map(|material| (key_on(*curve), material)))
            {
                // points on the NIST curves and on secp256k1 have two forms
                for bytes in [key.bytes(), key.uncompressed_bytes().to_vec()] {
                    let found = read(&method(suite, material, &key, &bytes));
                    assert_eq!(found.as_ref(), Ok(&key), "{suite} {material}");
                }
            }
        }
    }

    #[test]
    fn key_on_another_or_unknown_curve_is_unusable() {
        for (suite, curves, materials) in SUITES {
            let others = Curve::ALL.into_iter().filter(|curve| !curves.contains(curve)).map(key_on);
            for (key, material) in
                others.flat_map(|key| materials.iter().map(move |material| (key.clone(), material)))
            {
                let bare_of_the_same_length = key.bytes().len() == key_on(curves[0]).bytes().len();
                if bare_of_the_same_length && ![JWK, MULTIKEY].contains(material) {
                    continue;
                }
                assert!(read(&method(suite, material, &key, &key.bytes())).is_err(), "{suite} {material}");
            }
            for material in [BASE58, HEX].into_iter().filter(|material| !materials.contains(material)) {
                let key = key_on(Curve::X25519);
                let unusable = read(&method(suite, material, &key, &key.bytes())).unwrap_err();
                assert!(unusable.reason.contains("has no public key in a known form"), "{suite} {material}");
            }
        }
    }

    #[test]
    fn null_member_reads_as_absent() {
        let key = key_on(Curve::Ed25519);
        let mut method = method("Ed25519VerificationKey2018", BASE58, &key, &key.bytes());
        method[JWK] = Value::Null;
        method[MULTIKEY] = Value::Null;
        assert_eq!(read(&method).unwrap(), key);
    }
}
