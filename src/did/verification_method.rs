//! A verification method of a DID document, and the many ways in which documents write its key.

use serde_json::Value;

use super::DidUrl;
use crate::error::Error;
use crate::keys::{Curve, PublicKey};

/// A key that a DID document lists.
#[derive(Clone, Debug)]
pub struct VerificationMethod {
    pub(crate) kid: DidUrl,
    pub(crate) key: Result<PublicKey, Unusable>,
}

/// Why the key of a verification method cannot be used here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unusable {
    /// What to tell the user: the key's curve or type, or what is wrong with it.
    pub reason: String,
}

impl VerificationMethod {
    /// The absolute id of the key.
    pub fn kid(&self) -> &DidUrl {
        &self.kid
    }

    /// The key, or why it cannot be used.
    pub fn key(&self) -> Result<&PublicKey, &Unusable> {
        self.key.as_ref()
    }

    /// Reads a method of the document of `did`; none where it names no key of that DID.
    pub(crate) fn parse(did: &DidUrl, method: &Value) -> Option<Self> {
        let kid = absolute_kid(did, method.get("id")?.as_str()?)?;
        let key = parse_key(method).map_err(|error| Unusable {
            reason: match error {
                Error::Unsupported { algorithm, .. } => algorithm,
                other => other.to_string(),
            },
        });
        Some(Self { kid, key })
    }
}

/// The absolute form of a key id that may be relative to its document.
pub(crate) fn absolute_kid(did: &DidUrl, id: &str) -> Option<DidUrl> {
    match id.strip_prefix('#') {
        Some("") => None,
        Some(fragment) => DidUrl::parse(&format!("{}#{fragment}", did.did())).ok(),
        None => DidUrl::parse_kid(id, "did document").ok(),
    }
}

fn parse_key(method: &Value) -> Result<PublicKey, Error> {
    let member = |name: &str| method.get(name).and_then(Value::as_str);
    let missing = |name: &str| Error::malformed("verification method", format!("no {name}"));
    let multibase = || member("publicKeyMultibase").ok_or_else(|| missing("publicKeyMultibase"));
    match member("type").ok_or_else(|| missing("type"))? {
        "JsonWebKey2020" | "JsonWebKey" => {
            PublicKey::from_jwk(method.get("publicKeyJwk").ok_or_else(|| missing("publicKeyJwk"))?)
        }
        "Multikey" => PublicKey::from_multikey(multibase()?),
        "X25519KeyAgreementKey2020" | "X25519KeyAgreementKey2019" => suite_key(Curve::X25519, method),
        "Ed25519VerificationKey2020" | "Ed25519VerificationKey2018" => suite_key(Curve::Ed25519, method),
        other => Err(Error::unsupported("verification method type", other)),
    }
}

/// A key of a suite that is tied to one curve; the 2018 to 2020 suites are found with each other's members.
fn suite_key(curve: Curve, method: &Value) -> Result<PublicKey, Error> {
    let member = |name: &str| method.get(name).and_then(Value::as_str);
    let key = if let Some(text) = member("publicKeyMultibase") {
        PublicKey::from_multibase(curve, text)?
    } else if let Some(text) = member("publicKeyBase58") {
        PublicKey::from_octets(curve, &crate::keys::decode_base58(text)?)?
    } else if let Some(jwk) = method.get("publicKeyJwk") {
        PublicKey::from_jwk(jwk)?
    } else {
        return Err(Error::malformed("verification method", "no public key"));
    };
    if key.curve() == curve {
        Ok(key)
    } else {
        Err(Error::malformed("verification method", "the key is not on the curve of its type"))
    }
}
