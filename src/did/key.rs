//! did:key: a DID that consists of one public key.

use serde_json::{Map, Value, json};

use super::DidUrl;
use crate::error::{Error, Result};
use crate::keys::{PublicKey, SecretKey};

/// The relationships of a signing key.
pub(super) const SIGNING: [&str; 4] =
    ["authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation"];

/// Creates the DID of a public key.
pub fn create(key: &PublicKey) -> String {
    format!("did:key:{}", key.to_multikey())
}

/// Derives the secrets of this secret's did:key, each under the kid of its public key.
pub fn derive_secrets(did: &DidUrl, secret: &SecretKey) -> Result<Vec<SecretKey>> {
    let public = secret.public_key();
    let own = secret.with_kid(did.with_fragment(&public.to_multikey()));
    let derived = public.derived_agreement_key().map(|derived| did.with_fragment(&derived.to_multikey()));
    let derived = derived.and_then(|kid| secret.derived_agreement_key(kid));
    Ok(std::iter::once(own).chain(derived).collect())
}

/// The DID document of a did:key, with the X25519 key that an Ed25519 key implies.
pub fn resolve(did: &DidUrl) -> Result<Value> {
    let did = did.did();
    let multikey =
        did.strip_prefix("did:key:").ok_or_else(|| Error::malformed("did:key", "must be a did:key"))?;
    document(did, multikey, true)
}

/// The document of a DID that consists of this key, in every relationship that its curve allows.
///
/// The fragment of the kid is the key, with its multibase prefix or, as in older documents, without.
pub(super) fn document(did: &str, multikey: &str, prefixed: bool) -> Result<Value> {
    // only base58btc is accepted, so that one key has one DID
    if !multikey.starts_with('z') {
        return Err(Error::malformed("did:key", "not base58btc"));
    }
    let key = PublicKey::from_multikey(multikey)?;
    let kid = |multikey: &str| {
        format!("{did}#{}", if prefixed { multikey } else { multikey.trim_start_matches('z') })
    };
    let own = kid(multikey);
    let mut methods = vec![method(did, &own, &key)];
    let mut key_agreement = Vec::new();
    if key.curve().can_agree() {
        key_agreement.push(own.clone());
    }
    if let Some(derived) = key.derived_agreement_key() {
        let kid = kid(&derived.to_multikey());
        methods.push(method(did, &kid, &derived));
        key_agreement.push(kid);
    }
    let mut document = Map::new();
    let context = json!(["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]);
    document.insert("@context".to_owned(), context);
    document.insert("id".to_owned(), Value::from(did));
    document.insert("verificationMethod".to_owned(), Value::Array(methods));
    for name in SIGNING.iter().filter(|_| key.curve().can_sign()) {
        document.insert((*name).to_owned(), json!([own]));
    }
    if !key_agreement.is_empty() {
        document.insert("keyAgreement".to_owned(), json!(key_agreement));
    }
    Ok(Value::Object(document))
}

fn method(did: &str, kid: &str, key: &PublicKey) -> Value {
    json!({"id": kid, "type": "Multikey", "controller": did, "publicKeyMultibase": key.to_multikey()})
}

#[cfg(test)]
mod tests {
    use super::*;

    // did:key method specification, its Ed25519 example with derived X25519 key
    #[test]
    fn derived_x25519_key_matches_the_method_specification() {
        let did = DidUrl::parse("did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH").unwrap();
        let document = resolve(&did).unwrap();
        let agreement = document["keyAgreement"][0].as_str().unwrap();
        assert_eq!(
            agreement,
            "did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH#z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"
        );
    }

    #[test]
    fn invalid_keys_are_refused() {
        for did in ["did:key:z", "did:key:uAAAA", "did:key:zAAAA", "did:web:example.com"] {
            assert!(resolve(&DidUrl::parse(did).unwrap()).is_err(), "{did}");
        }
    }
}
